"""Acceptance: small stories from the documents, each with its figures."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from scenarios.assemble import assemble
from scenarios.dispatch.allocation import allocate
from scenarios.dispatch.attribution import losses
from scenarios.dispatch.digest import digest
from scenarios.dispatch.investment import investment_report
from scenarios.dispatch.quotas import quotas, rates
from scenarios.dispatch.readiness import readiness
from scenarios.dispatch.reserve import reserve
from scenarios.dispatch.rules import lists, schedule_gap
from scenarios.dispatch.season import season_share
from scenarios.dispatch.stages import stages
from scenarios.dispatch.starts import registrations, starts
from scenarios.dispatch.task_book import task_book
from scenarios.dispatch.tasks import tasks
from scenarios.dispatch.watch import stalled, unproved_claims
from scenarios.events import Events
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import Label, QuotaSpec, Scenario, ShockSpec
from scenarios.schema.status import StatusUpdate
from scenarios.updates import updated

MANY = 200


@cache
def base(name: str = "district-1bn", first: int | None = None) -> Scenario:
    found = load_scenario(name)
    return found.model_copy(update={"projects": found.projects[:first], "replications": MANY})


@cache
def planned(name: str = "district-1bn", first: int | None = None) -> Run:
    return Run(base(name, first))


def after(scenario: Scenario, day: str, **projects: Any) -> Scenario:
    change = {"schema": "backplan-status/1", "date": day, "projects": projects}
    return updated(scenario, StatusUpdate.model_validate(change))


def done(*nodes: str, day: str) -> dict[str, Any]:
    return {"progress": {node: {"finish": day} for node in nodes}}


def met(run: Run, spec: QuotaSpec) -> float:
    return next(row.met.value for row in quotas(run) if row.spec == spec)


# 003 -------------------------------------------------------------------------------------------------------
def test_1_five_starts_are_pushed_and_none_is_registered() -> None:
    """The missing papers, the window, and the quota's probability before and after the two permits."""
    quota = QuotaSpec(event="registration", target=2, date=date(2022, 12, 31))
    scenario = base().model_copy(update={"quotas": (quota,)})
    before = Run(scenario)
    rows = {row.project: row for row in registrations(before) if row.registered is None}
    assert {name: len(row.missing) for name, row in rows.items()} == {
        "S1": 3,
        "S2": 3,
        "S3": 2,
        "S4": 2,
        "S5": 2,
    }
    assert {row.closes for row in rows.values()} == {date(2023, 1, 12)}
    assert all(row.opens and row.opens > date(2022, 10, 31) for row in rows.values())
    permits = {
        "S3": done("D8", "D9", "E1", "E2", "A9", day="2022-09-20"),
        "S4": done("D6", "D8", "D9", "E1", "E2", "A9", day="2022-09-20"),
    }
    later = Run(after(scenario, "2022-09-28", **permits))
    assert met(before, quota) < 0.9
    assert met(later, quota) > met(before, quota) + 0.1
    now = {row.project: row for row in registrations(later)}
    assert now["S3"].missing == now["S4"].missing == ("site_photo",)


def test_2_each_start_has_a_blocker_of_its_own() -> None:
    """未签约 twice, 施工许可证未办 twice, 无施工现场 once; the next event and the open items follow."""
    run = planned()
    assert {row.project: row.next_event for row in stages(run)[:5]} == {
        "S1": "signing", "S2": "signing", "S3": "start", "S4": "start", "S5": "start",
    }  # fmt: skip
    sheets = {
        name: [item.id for item in readiness(run, name, "start").items if item.kind == "node"]
        for name in ("S3", "S4", "S5")
    }
    assert all("E2" in nodes for nodes in sheets.values())
    assert {name: len(nodes) for name, nodes in sheets.items()} == {"S3": 6, "S4": 6, "S5": 8}
    assert "D3" in sheets["S5"]


def test_3_agriculture_has_not_broken_zero_and_one_project_decides() -> None:
    row = next(row for row in quotas(planned()) if row.spec.sector == "agriculture")
    assert row.untouched
    assert [item.project for item in row.candidates] == ["S5"]
    assert row.candidates[0].decides == row.candidates[0].by_date == row.met
    assert 0.6 < row.met.value < 1.0


def test_4_a_ceremony_is_no_start() -> None:
    """Drums in September, piling in October: until then neither quota nor stage moves."""
    ceremony = {
        "evidence": [{"kind": "ceremony", "date": "2022-09-10"}],
        "claims": [{"event": "start", "date": "2022-09-10"}],
    }
    first = after(base(), "2022-09-14", S3=ceremony)
    events = Events(assemble(first))
    assert [row.kind for row in starts(events) if row.project == "S3"] == ["ceremony"]
    assert [(row.project, row.event) for row in unproved_claims(events)] == [("S3", "start")]
    piling = {"evidence": [{"kind": "permanent_piling", "date": "2022-10-20"}]}
    events = Events(assemble(after(first, "2022-10-26", S3=piling)))
    assert [row.counts for row in starts(events) if row.project == "S3"] == [date(2022, 10, 20)]
    assert unproved_claims(events) == ()


def test_5_signed_in_spring_and_idle_for_half_a_year() -> None:
    """S1 signs on 28 September and nothing follows until April."""
    signed = after(base(), "2022-09-30", S1=done("A2", day="2022-09-28"))
    later = after(signed, "2023-04-05")
    rows = {row.project: row for row in stalled(Events(assemble(later)))}
    assert rows["S1"].days == 189
    assert "项目备案" in [label.zh for label in rows["S1"].waiting]


def test_6_who_lost_the_days_of_half_a_year() -> None:
    """What signing could have begun and did not is charged to commerce, day by day."""
    series = [base(), after(base(), "2022-09-30"), after(base(), "2022-10-31")]
    found = losses(series)
    rows = [row for row in found.rows if row.project == "S1" and row.window == 0]
    assert (
        sum(row.days for row in rows) == found.slips["S1"][0] == 39
    )  # nine of them over the October holidays
    assert {row.kind: row.days for row in rows if row.kind == "waiting"} == {"waiting": 30}
    assert sum(row.days for row in rows if row.kind == "calendar") == 9
    assert (rows[0].cause, rows[0].kind, rows[0].days) == ("S1/A2", "waiting", 30)
    assert rows[0].department.zh.startswith("商务")


# 001 -------------------------------------------------------------------------------------------------------
def test_7_a_problem_becomes_a_task_and_a_directive() -> None:
    """Raised on 15 August with 15 days: overdue on 14 September, a directive for 21 September."""
    problem = {"what": "施工许可要件不齐", "cause": "permit", "node": "E2", "raised": "2022-08-15"}
    run = Run(after(base(), "2022-09-14", S4={"problems": {"Q1": problem}}))
    (task,) = tasks(run)
    assert (task.due, task.overdue, task.directive) == (date(2022, 8, 30), 15, date(2022, 9, 21))
    assert task.responsible.zh == "住房和城乡建设部门"
    closed = Run(after(run.scenario, "2022-09-21", S4={"problems": {"Q1": {"closed": "2022-09-19"}}}))
    (task,) = tasks(closed)
    assert (task.closed, task.directive, task.age) == (date(2022, 9, 19), None, 35)


def test_8_the_golden_season_holds_less_than_a_whole_year_would() -> None:
    """In July the plan of a northern district puts its site work partly into the season."""
    share = season_share(planned("jiefang-550", 20))
    assert share.planned is not None
    assert 0.3 < share.planned < 0.8
    whole = season_share(planned("jiefang-550", 20), range(1, 13))
    assert whole.planned == 1.0


def test_9_crews_for_clearing_land_are_what_resettlement_waits_for() -> None:
    """A second team's worth of capacity never makes fewer projects on time in expectation."""
    scenario = base("jiefang-550", 30)
    few = scenario.resources["demolition"].model_copy(update={"capacity": 1})
    scarce = Run(scenario.model_copy(update={"resources": scenario.resources | {"demolition": few}}))
    expected = [
        sum(p.on_time.value for p in run.forecast.projects if p.on_time)
        for run in (scarce, planned("jiefang-550", 30))
    ]
    assert expected[0] < expected[1]


# 002 -------------------------------------------------------------------------------------------------------
def test_10_red_list_black_list_and_force_majeure() -> None:
    """绵阳: five at most on the red list, four on the black one; who was flooded is on neither."""
    found = lists(planned("guangan-100", 40))
    red, black = ([row for row in rows if row.kind == "project"] for rows in (found.red, found.black))
    assert len(red) <= 5
    assert 1 <= len(black) <= 4
    assert all(row.margin >= 0 for row in red)
    assert all(row.margin < 0 for row in black)
    flooded = black[0].key
    scenario = base("guangan-100", 40)
    rules = scenario.rules.model_copy(update={"excused": {flooded: Label(zh="洪灾", en="flood")}})
    excused = lists(Run(scenario.model_copy(update={"rules": rules})))
    assert flooded not in {row.key for row in (*excused.red, *excused.black)}
    assert [(item.project, item.reason.en) for item in excused.excused] == [(flooded, "flood")]


def test_11_a_scarce_land_quota_serves_most_deadlines() -> None:
    run = planned("guangan-100", 40)
    found = allocate(run.assembly, "land_quota")
    assert found.proved
    assert found.worth == found.bound == sum(item.worth for item in found.claimants if item.served)
    wanted = sum(item.units for item in found.claimants)
    by_sheet = sum(
        project.overrides["B11"].demand["land_quota"]
        for project in run.scenario.projects
        if "B11" in project.overrides and project.overrides["B11"].demand
    )
    assert wanted == by_sheet


# 004 -------------------------------------------------------------------------------------------------------
def test_12_the_fourth_quarter_sprint_and_an_epidemic() -> None:
    """Working through weekends brings more completions by the year's end, two lost weeks fewer."""
    scenario = base()
    sprint = ShockSpec(
        first=date(2022, 10, 8), last=date(2022, 12, 31), rest=100, kinds=("construction", "acceptance")
    )
    epidemic = ShockSpec(first=date(2022, 10, 8), last=date(2022, 10, 28), rate=0)
    runs = [
        planned(),
        *(Run(scenario.model_copy(update={"shocks": {"s": shock}})) for shock in (sprint, epidemic)),
    ]
    expected = [sum(row.expected for row in quotas(run) if row.spec.event == "completion") for run in runs]
    assert expected[2] < expected[0] < expected[1]


def test_13_every_owner_finds_every_duty_once() -> None:
    """挂点领导: each item of the weekly sheet stands under the leader of its project, and nowhere else."""
    run = planned("jiujiang-90", 30)
    found = digest(run, "weekly", by="leader")
    leaders = {project.id: project.leader for project in run.scenario.projects}
    for owner, items in found.by_owner():
        assert all(leaders[item.project.id] == owner for item in items)
    assert sum(len(items) for _, items in found.by_owner()) == len(found.items)
    book = task_book(run)
    assert [len(tasks_of.nodes) for tasks_of in book] == [len(p.nodes) for p in run.forecast.projects]


def test_14_the_year_s_investment_its_gap_and_who_closes_it() -> None:
    report = investment_report(planned("jiujiang-90", 30))
    assert report.whole.this_year is not None
    assert report.whole.done is not None
    share = report.months[8].done / report.whole.this_year  # type: ignore[operator]
    assert report.whole.ahead == pytest.approx(schedule_gap(share, 9), abs=1e-6)
    assert report.whole.gap == pytest.approx(report.whole.this_year - (report.whole.expected or 0))
    assert report.closers[0].able == max(row.able or 0 for row in report.rows)


# 000 -------------------------------------------------------------------------------------------------------
def test_15_rates_of_every_state_from_talks_to_full_effect() -> None:
    run = planned("fengjie")
    rows = {row.rate: row for row in rates(run, date(2024, 12, 31)) if row.group is None}
    signing = [p for p in run.scenario.projects if p.template == "enterprise"]
    signed = [p for p in signing if "A2" in p.progress and p.progress["A2"].finish]
    # Where a plan leads to no signing any more, nobody needs it.
    assert rows["signing_rate"].numerator == len(signed)
    assert rows["signing_rate"].denominator == len(signing)
    begun = [
        row
        for row in stages(run)
        if row.stage in ("started", "building", "completed", "producing", "full_effect")
    ]
    assert rows["start_rate"].numerator == len(begun)
    for row in rows.values():
        assert row.numerator <= row.denominator
        if row.then is not None and row.low is not None and row.high is not None:
            assert row.low <= row.high


def test_16_three_years_of_reserve_staggered() -> None:
    """Twenty candidates; who is admitted starts in its window, and months are as level as can be."""
    run = planned("fengjie")
    found = reserve(run)
    assert len(found.candidates) == 20
    admitted = [row for row in found.candidates if row.admitted]
    assert 6 <= len(admitted) < 20
    for row in admitted:
        assert row.month is not None
        assert row.month >= f"{row.ready:%Y-%m}"
        assert row.month.startswith(str(row.year))
    assert sum(month.reserve for month in found.months) == len(admitted)
    gap = next(item for item in found.gaps if item.event == "start")
    assert gap.gap == pytest.approx(max(0.0, gap.target - gap.expected - len(gap.reserve)))


def test_17_a_hold_costs_until_it_is_cleared() -> None:
    """安全关: a crane stopped for two months; cleared, the probability comes back on the same draws."""
    hold = {"aspect": "safety", "blocks": ["V1"], "raised": "2022-08-20", "expected": "2022-12-10"}
    blocked = Run(after(base(), "2022-09-01", C1={"holds": {"H": hold}}))
    cleared = Run(after(blocked.scenario, "2022-09-02", C1={"holds": {"H": {"cleared": "2022-09-01"}}}))
    free = Run(after(base(), "2022-09-02"))
    shares = [run.forecast.project("C1").on_time for run in (blocked, cleared, free)]
    assert shares[0] is not None
    assert shares[1] is not None
    assert shares[0].value < shares[1].value - 0.2
    assert shares[1] == shares[2]
    assert blocked.forecast.node("C1/V1").earliest.start >= date(2022, 12, 10)
    assert (
        timedelta(days=0)
        < blocked.forecast.node("C1/V1").earliest.start - free.forecast.node("C1/V1").earliest.start
    )
