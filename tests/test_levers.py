"""Levers: what applies to a project, what it brings, and what stands against it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scenario_files import load_text
from typer.testing import CliRunner

from scenarios.cli import app
from scenarios.levers import levers
from scenarios.load import load_scenario
from scheduling.errors import InputError

FILE = """
schema: backplan/1
name: levers
data_date: 2026-03-02
default_risks: false
replications: 200
resources:
  crew: {capacity: 1, demand: {dig: 1, pave: 1}}
projects:
  - id: road
    name: 道路
    deadlines: [{node: pour, date: 2026-05-10}]
    activities:
      - id: dig
        name: 挖
        work: [30, 40, 60]
        modes: {two: {work: 34, cost: 50}, night: {work: 20, cost: 90}}
      - {id: pour, name: 浇, work: 30, predecessors: [dig]}
  - id: square
    name: 广场
    deadlines: [{node: pave, date: 2026-05-30}]
    activities:
      - {id: pave, name: 铺, work: 40, kind: works}
"""


def by_id(project: str) -> dict[str, Any]:
    return {item.id: item for item in levers(load_text(FILE), project)}


def test_modes_crashing_and_capacity() -> None:
    found = by_id("road")
    assert set(found) == {"mode:dig/two", "mode:dig/night", "crash"} | ({"capacity:crew"} & set(found))
    two, night, crash = (found[name] for name in ("mode:dig/two", "mode:dig/night", "crash"))
    assert (two.planned_days, night.planned_days, crash.planned_days) == (6, 20, 6)
    assert (two.price, night.price, crash.price) == (50, 90, None)
    assert night.after > two.after > two.before == night.before
    assert night.gain.mean == pytest.approx(night.after - night.before)
    assert "GB 50500" in night.legal_risk.zh
    assert two.legal_risk.en == "none"


def test_one_unit_more_lets_the_second_start() -> None:
    found = by_id("square")
    assert found["capacity:crew"].days is not None
    assert found["capacity:crew"].days > 20
    assert found["capacity:crew"].planned_days == 0
    assert found["capacity:crew"].after == 1.0
    assert "crash" not in found  # no site work of the kinds that crashing speeds up


def test_options_that_go_with_the_project() -> None:
    scenario = load_scenario("district-1bn")
    own = next(project for project in scenario.projects if project.id == "S1")
    found = levers(scenario, "S1", replications=100)
    names = [item.id for item in found if item.id.startswith("option:")]
    assert names
    assert not {f"option:{name}" for name in (*own.options, "serial", "ready_land")} & set(names)
    assert [item.gain.mean for item in found] == sorted((item.gain.mean for item in found), reverse=True)
    assert all(item.legal_risk.zh and item.source for item in found if item.id in names)


def test_levers_of_nobody() -> None:
    with pytest.raises(InputError, match="project 'X' does not exist; known: S1, S2"):
        levers(load_scenario("district-1bn"), "X")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_command(lang: str, tmp_path: Any) -> None:
    path = tmp_path / "levers.yaml"
    path.write_text(FILE, encoding="utf-8")
    shown = CliRunner().invoke(app, ["levers", str(path), "--project", "road", "--lang", lang])
    assert {"zh": "加大人员机械投入", "en": "more men and machines"}[lang] in shown.stdout
    plain = CliRunner().invoke(app, ["levers", str(path), "--json", "--lang", lang])
    data = json.loads(plain.stdout)
    assert set(data) == {"road", "square"}
    assert data["road"][0]["legal_risk"]["zh"]
