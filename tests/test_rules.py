"""Lights, lists and ranks: each preset beside the words of the published rule."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import Call
from hypothesis import given
from hypothesis import strategies as st

from scenarios.assemble import assemble
from scenarios.dispatch.data import read
from scenarios.dispatch.ranking import rank_intervals, ranking
from scenarios.dispatch.rules import (
    full_months,
    lights,
    lists,
    month_end,
    month_share,
    months_later,
    rule_in_words,
    schedule_gap,
    year_share,
)
from scenarios.events import Events
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import Investment, Label, ProblemSpec, Project, RuleSpec, Scenario

JULY = date(2022, 7, 1)
"""Six months of the year have ended: 序时进度 is 50 %."""


def project(name: str, **changes: Any) -> Project:
    return Project.model_validate(
        {"id": name, "name": name, "activities": [{"id": "a", "name": "dig", "work": 5}]} | changes
    )


def start_project(**changes: Any) -> Project:
    """A start milestone and the registration after it."""
    activities = [
        {"id": "F0", "name": "start", "work": 0, "milestone": "start", "kind": "start"},
        {"id": "S1", "name": "registered", "work": 5, "kind": "registration", "predecessors": ["F0"]},
    ]
    return project("P", activities=activities, **changes)


def planned(preset: str, *projects: Project, today: date = JULY, **rules: Any) -> Any:
    """What lights and lists read of a run, without a simulation."""
    scenario = Scenario.model_validate(
        {
            "schema": "backplan/1",
            "name": "t",
            "data_date": today,
            "rules": {"preset": preset} | rules,
            "projects": projects,
        }
    )
    events = Events(assemble(scenario))
    return SimpleNamespace(scenario=scenario, events=events, on_time=lambda name: None)


def money(this_year: float = 12000, **months: float) -> dict[str, Any]:
    by_month = {key.replace("m", "2022-"): value for key, value in months.items()}
    return {
        "total": 100000,
        "this_year": this_year,
        "completed": sum(months.values()),
        "months": by_month,
    }


# -- 序时进度 -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("percent", "months", "printed"), [(92.6, 8, 25.9), (73.87, 6, 23.87), (97.2, 10, 13.8)]
)
def test_points_ahead_as_three_bulletins_print_them(percent: float, months: int, printed: float) -> None:
    assert schedule_gap(percent / 100, months) == pytest.approx(printed, abs=0.1)


def test_only_full_months_of_the_year_count() -> None:
    given = Investment.model_validate(
        {"total": 9e4, "this_year": 1200, "completed": 2000}
        | {"months": {"2021-12": 900, "2022-05": 100, "2022-06": 300, "2022-07": 700}}
    )
    assert full_months(JULY) == 6
    assert year_share(given, JULY) == pytest.approx(400 / 1200)
    assert month_share(given, JULY) == pytest.approx(300 / 100)
    assert year_share(given, date(2022, 1, 15)) is None
    assert month_share(given, date(2022, 1, 15)) is None
    assert year_share(Investment(total=1, this_year=1), JULY) is None
    assert year_share(None, JULY) is None


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 30))
def test_ends_of_months(day: date, months: int) -> None:
    end = month_end(day, months)
    assert (end + timedelta(days=1)).day == 1
    assert 12 * end.year + end.month == 12 * day.year + day.month + months
    later = months_later(day, months)
    assert later == end or (later.day == day.day and later.month == end.month and later < end)


# -- Yinchuan: 未按计划月份开工黄灯, 超过3个月红灯 -----------------------------------------------------------
@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2022, 4, 30), "green"),
        (date(2022, 5, 1), "amber"),  # the planned month, April, is over
        (date(2022, 7, 31), "amber"),
        (date(2022, 8, 1), "red"),  # and three months more
    ],
)
def test_yinchuan_start(today: date, light: str) -> None:
    late = start_project(deadlines=[{"node": "F0", "date": "2022-04-11"}])
    (row,) = lights(planned("yinchuan", late, today=today))
    assert (row.light, row.aspects[0].name, row.aspects[0].light) == (light, "start", light)
    assert "2022-04" in row.aspects[0].figures.zh


# -- Yinchuan: 入库 yellow 1 month after the start, red more than 2 ------------------------------------------
@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2022, 6, 10), "green"),
        (date(2022, 6, 11), "amber"),
        (date(2022, 7, 10), "amber"),
        (date(2022, 7, 11), "red"),
    ],
)
def test_yinchuan_registration(today: date, light: str) -> None:
    begun = start_project(progress={"F0": {"finish": "2022-05-10"}})
    (row,) = lights(planned("yinchuan", begun, today=today))
    assert [(item.name, item.light) for item in row.aspects] == [
        ("start", "green"),
        ("progress", None),
        ("registration", light),
    ]
    done = begun.model_copy(
        update={
            "progress": start_project(
                progress={"F0": {"finish": "2022-05-10"}, "S1": {"finish": "2022-06-08"}}
            ).progress
        }
    )
    assert lights(planned("yinchuan", done, today=today))[0].light == "green"


def test_a_ceremony_is_no_start() -> None:
    reported = {
        "progress": {"F0": {"finish": "2022-04-08"}},
        "deadlines": [{"node": "F0", "date": "2022-04-11"}],
    }
    for kind, light in (("ceremony", "amber"), ("permanent_piling", "green")):
        begun = start_project(evidence=[{"kind": kind, "date": "2022-04-08"}], **reported)
        (row,) = lights(planned("yinchuan", begun, today=date(2022, 5, 2)))
        assert row.aspects[0].light == light


# -- Yinchuan: progress yellow 10-30 points below 序时, red more than 30 -------------------------------------
@pytest.mark.parametrize(
    ("done", "light"), [(4801, "green"), (4800, "amber"), (2400, "amber"), (2399, "red")]
)
def test_yinchuan_progress(done: float, light: str) -> None:
    (row,) = lights(planned("yinchuan", project("P", investment=money(12000, m06=done))))
    assert row.light == light  # 6000 are due: 4800 is 10 points below, 2400 is 30


def test_a_project_that_no_rule_can_judge_has_no_light() -> None:
    (row,) = lights(planned("yinchuan", project("P")))
    assert row.light is None
    assert [item.light for item in row.aspects] == [None, None, None]
    assert all(item.figures.zh and item.figures.en for item in row.aspects)


def test_rules_in_words_give_their_figures() -> None:
    words = rule_in_words(planned("yinchuan", project("P")))
    assert "低于序时10—30个百分点为黄灯" in words.zh
    assert "below 80% watched" in rule_in_words(planned("xinhuang", project("P"))).en
    assert "80%" in rule_in_words(planned("probability", project("P"))).en


# -- Xinhuang: monthly task below 80 % watch, below 60 % yellow card -----------------------------------------
@pytest.mark.parametrize(
    ("done", "light", "words"),
    [(800, "green", "月任务"), (799, "amber", "督办"), (600, "amber", "督办"), (599, "red", "黄牌")],
)
def test_xinhuang(done: float, light: str, words: str) -> None:
    (row,) = lights(planned("xinhuang", project("P", investment=money(12000, m05=5000, m06=done))))
    assert row.light == light
    assert words in row.aspects[0].figures.zh


# -- Mianyang: red = beat the target and top 5 (departments 4), black = missed it and bottom 4 (3) ----------
def mianyang(*shares: float, **rules: Any) -> Any:
    """Projects with shares of the year's task in percent, 50 are due; each two share a district."""
    found = [
        project(
            f"P{k:02d}",
            investment=money(10000, m03=100 * share),
            lead_unit=f"U{k:02d}",
            district=f"D{k // 2}",
        )
        for k, share in enumerate(shares)
    ]
    return planned("mianyang", *found, **rules)


def test_mianyang_counts() -> None:
    found = lists(mianyang(*range(35, 67, 2)))  # 16 projects, 8 above 50 and 8 below
    red, black = (
        {kind: [row.key for row in rows if row.kind == kind] for kind in ("project", "lead_unit")}
        for rows in (found.red, found.black)
    )
    assert red == {
        "project": ["P15", "P14", "P13", "P12", "P11"],
        "lead_unit": ["U15", "U14", "U13", "U12"],
    }
    assert black == {"project": ["P00", "P01", "P02", "P03"], "lead_unit": ["U00", "U01", "U02"]}
    assert [row.rank for row in found.red if row.kind == "project"] == [1, 2, 3, 4, 5]


def test_mianyang_asks_for_both_rank_and_target() -> None:
    found = lists(mianyang(50, 51, 49))
    assert [row.key for row in found.red if row.kind == "project"] == ["P01"]
    assert [row.key for row in found.black if row.kind == "project"] == ["P02"]
    district = next(row for row in found.red if row.kind == "district")
    assert (district.key, district.margin) == ("D0", 0.5)  # the mean of 0 and 1


@pytest.mark.parametrize(("preset", "least"), [("yinchuan", 4800), ("xinhuang", 800)])
def test_nobody_green_is_on_the_black_list_of_a_preset_with_lights(preset: str, least: float) -> None:
    """10 points below the 6000 that are due, 20 below the month's task of 1000."""
    found = [project(f"P{k}", investment=money(12000, m06=least + k - 1)) for k in range(3)]
    run = planned(preset, *found)
    green = {row.project for row in lights(run) if row.light == "green"}
    black = [row.key for row in lists(run).black]
    assert black == ["P0"]
    assert green.isdisjoint(black)


def test_equal_figures_share_a_rank() -> None:
    found = lists(mianyang(60, 60, 59, 58, 57, 56, 56))
    ranks = [(row.key, row.rank) for row in found.red if row.kind == "project"]
    assert ranks == [("P00", 1), ("P01", 1), ("P02", 3), ("P03", 4), ("P04", 5)]


def test_force_majeure_is_exempt_with_its_reason() -> None:
    found = lists(mianyang(20, 49, 60, excused={"P00": "汛情"}))
    assert [(row.project, row.reason.zh) for row in found.excused] == [("P00", "汛情")]
    assert {row.key for row in (*found.red, *found.black)} == {"P01", "P02", "U01", "U02", "D0", "D1"}
    assert next(row for row in found.black if row.key == "D0").margin == -1  # without the excused one


def test_pleas_stand_beside_the_black_list_and_exempt_nobody() -> None:
    problem = ProblemSpec(what="征拆", cause="resettlement", raised=date(2022, 5, 1), excused="规划调整")
    late = project("P", investment=money(12000, m06=100)).model_copy(update={"problems": {"p": problem}})
    found = lists(planned("mianyang", late, project("Q")))
    assert [(row.key, [reason.zh for reason in row.pleas]) for row in found.black] == [("P", ["规划调整"])]
    assert [row.project for row in found.unjudged] == ["Q"]


def test_presets_name_their_source() -> None:
    presets = read("rules")["presets"]
    assert set(presets) == {"probability", "yinchuan", "mianyang", "xinhuang"}
    for name, rules in presets.items():
        words = rule_in_words(planned(name, project("P")))
        assert rules["source"] in words.zh
        assert rules["zh"] in words.zh
        assert "公开规则" in rules["source"] or "专家判断" in rules["source"]


# -- by on-time probability, and ranks ----------------------------------------------------------------------
@pytest.fixture(scope="module")
def run() -> Run:
    base = load_scenario("district-1bn")
    owners = {"S1": "A", "S3": "A", "S4": "B", "C1": "B"}
    projects = tuple(
        item.model_copy(update={"lead_unit": owners[item.id]}) for item in base.projects if item.id in owners
    )
    rules = RuleSpec(excused={"S1": Label(zh="疫情", en="epidemic")})
    return Run(
        base.model_copy(update={"projects": projects, "quotas": (), "replications": 200, "rules": rules})
    )


def test_lights_by_probability_are_those_of_the_forecast(run: Run) -> None:
    assert [(row.project, row.light) for row in lights(run)] == [
        (item.id, item.light) for item in run.forecast.projects
    ]


def test_lists_by_probability_compare_with_the_confidence(run: Run) -> None:
    found = lists(run)
    margins = {}
    for item in run.forecast.projects:
        assert item.on_time is not None
        margins[item.id] = 100 * (item.on_time.value - 0.8)
    del margins["S1"]  # excused
    red = {row.key: row.margin for row in found.red if row.kind == "project"}
    black = {row.key: row.margin for row in found.black if row.kind == "project"}
    assert red == pytest.approx({key: value for key, value in margins.items() if value > 1e-9})
    assert black == pytest.approx({key: value for key, value in margins.items() if value < -1e-9})


def test_ranks_of_units_by_their_mean(run: Run) -> None:
    flags = run.simulation.on_time
    means = {
        "A": np.mean([flags("S1"), flags("S3")]),
        "B": np.mean([flags("S4"), flags("C1")]),
    }
    rows = {row.key: row for row in ranking(run, "lead_unit")}
    assert {key: row.score for key, row in rows.items()} == pytest.approx(means)
    assert {key: row.projects for key, row in rows.items()} == {"A": 2, "B": 2}
    assert rows["B"].ranks == "1"
    assert rows["A"].ranks == "2"
    assert all(row.low <= row.score <= row.high for row in rows.values())
    assert ranking(run, "district") == ()


def test_ranks_are_paired_by_replication() -> None:
    """Half a percent apart: told apart where one is on time whenever the other is, else not."""
    worse = np.arange(2000) < 1600
    better = np.arange(2000) < 1610
    shuffled = np.roll(better, 700)
    assert rank_intervals(np.array([better, worse], float), 1) == ([1, 2], [1, 2])
    assert rank_intervals(np.array([shuffled, worse], float), 1) == ([1, 1], [2, 2])


def test_rank_interval_has_about_the_probability_that_the_normal_law_gives() -> None:
    """Two independent shares 2 standard errors apart: the better one leads in 97.7 % of resamples."""
    count = 2000
    draw = np.random.default_rng(5).random((2, count))
    one, other = (draw[0] < 0.5).astype(float), (draw[1] < 0.5).astype(float)
    gap = 2 * np.std(one - other) / count**0.5
    ordered = np.argsort(draw[0])  # lift one to stand just so much above the other
    for place in ordered:
        if one.mean() - other.mean() >= 1.5 * gap:
            break
        one[place] = 1.0
    assert rank_intervals(np.array([one, other]), 3) == ([1, 2], [1, 2])


def test_equal_rows_share_the_first_rank() -> None:
    same = np.ones((3, 50))
    assert rank_intervals(same, 0) == ([1, 1, 1], [1, 1, 1])


def test_command(run: Run, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    data = run.scenario.model_dump(mode="json", by_alias=True) | {"resources": {}}
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    code, out, _ = call("lights", file, "--replications", "50", "--json")
    answer = json.loads(out)
    assert (code, answer["schema"], answer["rules"]) == (0, "backplan-lights/1", "probability")
    assert len(answer["lights"]) == len(answer["ranks"]) == 4
    for lang, by, words in (
        ("zh", "district", ("红榜", "黑榜", "免列榜", "疫情", "无可排名", "按期概率")),
        ("en", "lead_unit", ("Red list", "Black list", "Excused", "epidemic", "Ranks by lead unit")),
    ):
        code, out, _ = call("lights", file, "--replications", "50", "--lang", lang, "--by", by)
        assert code == 0
        assert [word for word in words if word not in out] == []
