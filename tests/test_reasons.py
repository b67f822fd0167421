"""Reasons in words: every kind in both languages, and the command that prints a chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from scenario_files import load_text

from scenarios.assemble import Assembly, assemble
from scenarios.reasons import Speaker, find_activity
from scheduling import InputError, backward_schedule, critical_path
from scheduling.explain import Reason, ReasonKind

SITE = """\
schema: backplan/1
name: site
data_date: 2026-03-02
resources:
  crane: {name: {zh: 塔吊, en: tower crane}, capacity: 1}
projects:
  - id: A
    name: {zh: 甲项目, en: Alpha}
    activities:
      - {id: permit, name: {zh: 施工许可, en: building permit}, work: 10, calendar: cn-workday}
      - {id: go, name: {zh: 实质性开工, en: start}, work: 0, milestone: start, predecessors: [permit]}
      - id: frame
        name: {zh: 主体, en: frame}
        work: 20
        demand: {crane: 1}
        predecessors: [{id: go, lag: 3, lag_calendar: elapsed, maximum_lag: 40}]
    deadlines: [{node: go, date: 2026-05-21}, {node: frame, date: 2026-06-20}]
  - id: B
    name: {zh: 乙项目, en: Beta}
    activities:
      - {id: frame, name: {zh: 主体, en: frame}, work: 30, demand: {crane: 1}}
    deadlines: [{node: frame, date: 2026-06-30, hard: true}]
"""
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def site() -> Assembly:
    return assemble(load_text(SITE))


@pytest.fixture
def command(call: Command, tmp_path: Path) -> Command:
    """Runs a command on the site; (exit code, output, errors)."""
    path = tmp_path / "site.yaml"

    def run(name: str, *arguments: str, text: str = SITE) -> tuple[int, str, str]:
        path.write_text(text, encoding="utf-8")
        return call(name, path, *arguments)

    return run


def spoken(site: Assembly, name: str, lang: str, *, early: bool = False) -> list[str]:
    chain = (
        critical_path(site.network).explain(name) if early else backward_schedule(site.network).explain(name)
    )
    return [Speaker(site, lang, early=early).sentence(reason) for reason in chain]


def test_chains_in_words(site: Assembly) -> None:
    assert spoken(site, "A/permit", "zh") == [
        "“施工许可”（A/permit）须于2026-05-08开始、2026-05-20完成，因为“实质性开工”（A/go）须于2026-05-21开始"
        "（FS+0）；若无此约束，还可再晚21天（按其日历）。",
        "“实质性开工”（A/go）须于2026-05-21开始，因为其期限为2026-05-21。",
    ]
    assert spoken(site, "A/frame", "en", early=True)[:2] == [
        "frame (A/frame) can start on 2026-03-17 and finish on 2026-04-05 at the earliest: because "
        "start (A/go) starts on 2026-03-14 (FS+3, elapsed); without that it could be 15 days of its calendar "
        "earlier.",
        "start (A/go) can take place on 2026-03-14 at the earliest: because "
        "building permit (A/permit) finishes on 2026-03-13 (FS+0); without that it could be 12 days of its "
        "calendar earlier.",
    ]


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ReasonKind)
def test_every_kind_has_words(site: Assembly, kind: ReasonKind, lang: str, early: bool) -> None:
    ids, day = site.network.ids, date(2026, 4, 1)
    plain = Reason(kind, "A/go", day, day, what="crane", date=day, idle=2)
    reasons = [plain]
    if kind in (ReasonKind.LINK, ReasonKind.MAXIMUM_LAG):
        reasons = [
            replace(plain, activity=ids[link.pred], others=(ids[link.succ],), link=link)
            for link in site.network.links
        ]
    elif kind is ReasonKind.RESOURCE:
        reasons.append(replace(plain, others=("A/frame", "B/frame")))
    speaker = Speaker(site, lang, early=early)
    for reason in reasons:
        for slots in (0, 4, None):
            said = speaker.sentence(replace(reason, slots=slots))
            assert all(str(name) in said for name in (reason.activity, *reason.others))
            assert "{" not in said
            assert any("一" <= letter <= "龥" for letter in said) == (lang == "zh")


def test_a_node_is_found_without_its_project(site: Assembly) -> None:
    assert find_activity(site, "permit") == "A/permit"
    with pytest.raises(InputError, match="'frame' stands in 2 projects; write one of A/frame, B/frame"):
        find_activity(site, "frame")
    with pytest.raises(InputError, match="did you mean 'A/permit'"):
        find_activity(site, "A/permt")


def test_explain_prints_a_chain(command: Command) -> None:
    code, output, _ = command("explain", "B/frame", "--lang", "en")
    assert code == 0
    assert output.splitlines() == [
        "Late plan (with shared resources, OPTIMAL): why not later",
        "  1  frame (B/frame) must start by 2026-05-02 and finish by 2026-05-31: because later, tower crane "
        "(crane) would be short on 2026-06-01: it is held by frame (A/frame); without that it could be 30 "
        "days of its calendar later.",
        "  2  frame (A/frame) must start by 2026-06-01 and finish by 2026-06-20: because its deadline is "
        "2026-06-20.",
    ]


def test_explain_early(command: Command) -> None:
    code, output, _ = command("explain", "permit", "--early", "--lang", "zh")
    assert code == 0
    assert output.splitlines() == [
        "最早日期（不计共享资源）：为什么不能再早",
        "  1  “施工许可”（A/permit）最早2026-03-02开始、2026-03-13完成，"
        "因为项目“甲项目”（A）自2026-03-02起才开始。",
    ]


def test_no_plan_to_explain(command: Command) -> None:
    text = SITE.replace("2026-06-30", "2026-03-06")
    code, output, errors = command("explain", "permit", "--lang", "en", text=text)
    assert (code, output) == (2, "")
    assert "there is no late plan to explain (INFEASIBLE); --early explains the earliest dates" in errors
