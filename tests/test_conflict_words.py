"""Conflicts and repairs of scenarios in words, and the command that prints them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scenario_files import load_text
from typer.testing import CliRunner

from scenarios.assemble import Assembly, assemble
from scenarios.cli import app
from scenarios.conflicts import ConflictSpeaker
from scenarios.messages import catalogue
from scheduling.conflicts import find_conflicts
from scheduling.elements import Kind
from scheduling.repairs import Change, find_repairs

HEAD = """\
schema: backplan/1
name: c
data_date: 2026-03-02
default_risks: false
resources:
  experts: {name: {zh: 评审专家, en: review experts}, capacity: 2}
projects:
  - id: G
    name: {zh: 体育馆, en: gym}
    deadlines: [{node: s, date: 2026-09-30, hard: true}]
    factors:
      land: {supply: 2026-07-01, gates: [a], name: {zh: 用地批文, en: land approval}}
    activities:
      - {id: a, name: {zh: 方案设计, en: design}, work: 45}
      - id: b
        name: {zh: 施工图, en: drawings}
        work: 30
        predecessors: [a]
        calendar: cn-workday
        modes: {fast: {name: {zh: 加班, en: overtime}, work: 20, cost: 30}}
      - {id: r, name: {zh: 审查, en: check}, work: 10, predecessors: [{id: b, lag: 5}]}
      - {id: s, name: {zh: 开工, en: start}, work: 0, milestone: start, predecessors: [r]}
"""
SCHOOL = """\
  - id: P{k}
    name: {{zh: 学校{k}, en: school {k}}}
    deadlines: [{{node: s, date: 2026-05-12}}]
    activities:
      - {{id: r, name: {{zh: 评审, en: review}}, work: 40, release: 2026-03-16, demand: {{experts: 1}}}}
      - {{id: s, name: {{zh: 开工, en: start}}, work: 0, milestone: start, predecessors: [r]}}
"""
TEXT = HEAD + "".join(SCHOOL.format(k=k) for k in (1, 2, 3))


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    return assemble(load_text(TEXT))


def test_a_chain_can_be_read_out(assembly: Assembly) -> None:
    conflict = next(find_conflicts(assembly.network))
    assert ConflictSpeaker(assembly, "zh").conflict(conflict) == (
        "“体育馆”（G）的“开工”（G/s）赶不上期限2026-09-30：“用地批文”（G/factor:land）最早2026-07-01到位，之后还需"
        "“方案设计”（G/a）45天、“施工图”（G/b）30天（按其日历）、"
        "“施工图”（G/b）与“审查”（G/r）之间的间隔（FS+5，按cn-workday计）、“审查”（G/r）10天，"
        "最早2026-10-20，超出20天。若cn-workday日历没有停工和节假日，则来得及。"
    )
    repairs = find_repairs(conflict)
    assert repairs[0].modes == {"G/b": "fast"}
    zh, en = (ConflictSpeaker(assembly, lang).repairs(repairs) for lang in ("zh", "en"))
    assert zh.startswith("可行的补救办法（任选其一）：①“施工图”（G/b）改用“加班”，费用30万元；②")
    assert "“用地批文”（G/factor:land）提前12天到位（2026-06-19）" in zh
    assert "“开工”（G/s）的期限推迟20天（至2026-10-20）" in zh
    assert 'drawings (G/b) by "overtime", price 30 (10,000 CNY)' in en
    assert "start (G/s): the deadline no longer hard, missed by 20 days (2026-10-20)" in en


def test_a_shortage_can_be_read_out(assembly: Assembly) -> None:
    _, conflict = find_conflicts(assembly.network)
    told = ConflictSpeaker(assembly, "en").conflict(conflict)
    assert told.startswith("review experts (experts) has only 2 from 2026-0")
    assert "too few for the 3 activities that must use it then: review (P1/r) needs 1 (40 days, " in told
    assert "Deadlines at stake: start (P1/s) by 2026-05-12" in told
    repairs = find_repairs(conflict)
    assert {repair.change for repair in repairs} >= {Change.CAPACITY, Change.SLIP}
    assert "增加1个" in ConflictSpeaker(assembly, "zh").repairs(repairs)


def test_every_kind_of_cause_and_change_has_words() -> None:
    causes = (Kind.PROJECT_START, Kind.DATA_DATE, Kind.RELEASE, Kind.FACTOR, Kind.FINISH_FROM)
    keys = {f"cause_{kind.name.lower()}" for kind in causes} | {"cause_fact_done", "cause_fact_begun"}
    keys |= {
        f"repair_{change.value}" for change in (Change.SLIP, Change.SOFTEN, Change.SHORTEN, Change.CAPACITY)
    }
    keys |= {f"repair_earlier_{name}" for name in ("factor", "project_start", "release", "finish_from")}
    assert keys <= set(catalogue())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_command(lang: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(TEXT, encoding="utf-8")
    told = CliRunner().invoke(app, ["conflicts", str(path), "--lang", lang])
    assert told.exit_code == 0
    assert len(told.output.splitlines()) == 4
    path.write_text(
        TEXT.replace("2026-09-30", "2027-09-30").replace("2026-05-12", "2026-12-31"), encoding="utf-8"
    )
    fine = CliRunner().invoke(app, ["conflicts", str(path), "--lang", lang])
    words = {"zh": "按计划用时，全部期限都能守住。", "en": "All deadlines can hold at planning durations."}
    assert fine.output.strip() == words[lang]


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(TEXT, encoding="utf-8")
    data = json.loads(CliRunner().invoke(app, ["conflicts", str(path), "--json"]).output)
    first, second = data["conflicts"]
    assert first["elements"][0] == {"kind": "factor", "factor": "G/factor:land", "needed": True}
    assert (first["proved"], first["excess"]) == (True, 20)
    assert {"kind": "deadline", "activity": "G/s", "date": "2026-09-30", "needed": True} in first["elements"]
    assert first["repairs"][0]["modes"] == {"G/b": "fast"}
    assert second["elements"][0]["resource"] == "experts"
    assert {"zh", "en"} == set(second["sentence"])
