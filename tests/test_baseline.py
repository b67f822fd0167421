"""The baseline: set, shown again after something slipped, and refused where it is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scenario_files import load_text
from typer.testing import CliRunner

from scenarios.assemble import assemble
from scenarios.baseline import baseline_of, read_baseline, variances, write_baseline
from scenarios.cli import app
from scenarios.cli.shared import BAD_INPUT
from scheduling.errors import InputError

FILE = """
schema: backplan/1
name: road
data_date: %s
default_risks: false
replications: 100
projects:
  - id: R
    name: 道路
    deadlines: [{node: pave, date: 2026-06-30}]
%s
    activities:
      - {id: dig, name: 挖, work: 30}
      - {id: pour, name: 浇, work: 20, predecessors: [dig]}
      - {id: pave, name: 铺, work: 10, predecessors: [pour]}
      - {id: fence, name: 围挡, work: 5}
"""
BEFORE = FILE % ("2026-03-02", "")
LATER = FILE % ("2026-06-01", "    progress: {dig: {start: 2026-04-20, remaining: 10}}")


def test_what_slips_and_what_stands(tmp_path: Path) -> None:
    promised = baseline_of(assemble(load_text(BEFORE)))
    path = tmp_path / "road.baseline.json"
    write_baseline(promised, path)
    assert read_baseline(path) == promised
    plan, found = variances(assemble(load_text(LATER)), promised)
    slips = {item.id: item.slip for item in found}
    states = {item.id: item.state for item in found}
    assert states["R/dig"] == "in_progress"
    assert plan.finish["R/dig"].isoformat() == "2026-06-10"
    before = {name: item.finish for name, item in promised.nodes.items()}
    assert slips["R/dig"] == (plan.finish["R/dig"] - before["R/dig"]).days > 0
    assert slips["R/pave"] == slips["R/pour"] > 0
    assert slips["R/fence"] == 0
    assert plan.lateness == {"R/pave": 10}


def test_nodes_that_are_new_or_gone() -> None:
    promised = baseline_of(assemble(load_text(BEFORE)))
    renamed = BEFORE.replace("fence", "lights")
    found = {item.id: item for item in variances(assemble(load_text(renamed)), promised)[1]}
    assert found["R/lights"].promised is None
    assert found["R/fence"].now is None
    assert found["R/lights"].slip is found["R/fence"].slip is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_commands(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(BEFORE, encoding="utf-8")
    Path("b.yaml").write_text(LATER, encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(app, ["baseline", "set", "a.yaml"]).output.strip() == "road.baseline.json"
    again = runner.invoke(app, ["baseline", "set", "a.yaml"])
    assert "exists already" in str(again.exception)
    shown = runner.invoke(app, ["baseline", "show", "b.yaml", "--lang", lang]).output
    assert {"zh": "赶不上期限的节点：R/pave", "en": "Deadlines that cannot hold: R/pave"}[lang] in shown
    assert "R/fence" not in shown
    assert "R/fence" in runner.invoke(app, ["baseline", "show", "b.yaml", "--all"]).output
    data = json.loads(runner.invoke(app, ["baseline", "show", "b.yaml", "--json"]).output)
    assert {item["id"] for item in data["nodes"]} == {"R/dig", "R/pour", "R/pave", "R/fence"}
    assert BAD_INPUT == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no baseline can be read there"),
        ("{", "not a JSON file"),
        ("{}", "scenario"),
        ('{"schema": "backplan-baseline/1", "scenario": "x", "data_date": "soon"}', "data_date"),
    ],
)
def test_files_that_are_no_baseline(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_baseline(path)
