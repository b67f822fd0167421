"""Factor ledger, allocation of a scarce stock, investment of the year: recomputed another way."""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from scenarios.assemble import assemble
from scenarios.cli import app
from scenarios.dispatch.allocation import Goal, allocate
from scenarios.dispatch.factor_ledger import (
    FactorLine,
    factor_lines,
    factor_totals,
    of_factor,
    supply_ledgers,
)
from scenarios.dispatch.investment import investment_report
from scenarios.dispatch.knapsack import serve
from scenarios.dispatch.task_book import task_book
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import Project, Scenario
from scheduling.cpm import critical_path
from scheduling.errors import InputError
from simulation.sampling import draw


def small() -> Scenario:
    """Eight projects of jiujiang-90 that want land, and sixteen others, two of them built but not booked."""
    found = load_scenario("jiujiang-90")
    landed = [project for project in found.projects if "B11" in project.overrides][:8]
    others = [project for project in found.projects if project not in landed]
    others = [*others[:14], *(project for project in others if project.id in ("C020", "C027"))]
    return found.model_copy(update={"projects": (*landed, *others), "replications": 60})


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(small())


# -- factor ledger ------------------------------------------------------------------------------------------
def test_a_stock_is_counted_month_by_month(run: Run) -> None:
    ledger = next(item for item in supply_ledgers(run, 24) if item.resource == "land_quota")
    assert (ledger.stock, ledger.factor, ledger.left) == (True, "land", 240)
    assert [row.supply for row in ledger.months][:5] == [0, 0, 300, 0, 400]
    wants = {}
    for project in run.scenario.projects:
        units = project.overrides["B11"].demand if "B11" in project.overrides else None
        if units:
            wants[project.id] = units["land_quota"]
    assert sum(row.planned for row in ledger.months) == sum(wants.values())
    for row in ledger.months:
        end = (row.month + timedelta(days=32)).replace(day=1)
        asked = [name for name in wants if run.forecast.node(f"{name}/B11").earliest.start < end]
        supplied = 240 + sum(q for when, q in DELIVERIES if when < end)
        assert row.balance == supplied - sum(wants[name] for name in asked)
        assert bool(row.short) == (row.balance < 0 and row.wanted > 0)


DELIVERIES = [
    (date(2020, 12, 1), 300),
    (date(2021, 2, 1), 400),
    (date(2021, 4, 1), 400),
    (date(2021, 7, 1), 800),
    (date(2022, 1, 1), 2000),
]


def test_units_are_counted_by_their_peak(run: Run) -> None:
    ledger = next(item for item in supply_ledgers(run, 12) if item.resource == "piling")
    nodes = [n for p in run.forecast.projects for n in p.nodes if n.node == "F1" and n.state != "done"]
    for row in ledger.months:
        begin = max(row.month, run.forecast.data_date)
        end = (row.month + timedelta(days=32)).replace(day=1)
        days = [begin + timedelta(days=k) for k in range((end - begin).days)]
        held = [
            [sum(s.start <= day <= s.finish for s in spans) for day in days]
            for spans in ([n.planned for n in nodes if n.planned], [n.earliest for n in nodes])
        ]
        assert (row.planned, row.wanted) == (max(held[0]), max(held[1]))
        assert row.average == pytest.approx(sum(held[0]) / len(days))
        assert row.supply == 10


def test_planned_use_of_units_stays_within_what_there_is(run: Run) -> None:
    """Work in progress may hold more than there is; what the plan adds may not."""
    for ledger in supply_ledgers(run, 12):
        for row in ledger.months[1:]:
            if not ledger.stock:
                assert row.planned <= row.supply


@pytest.fixture(scope="module")
def held() -> tuple[Run, tuple[FactorLine, ...]]:
    """The district with a project whose funds come too late."""
    scenario = load_scenario("district-1bn").model_copy(update={"replications": 400})
    late = {"funds": {"supply": date(2023, 1, 20)}, "power": {"supply": date(2022, 9, 2)}}
    data = scenario.projects[3].model_dump() | {"factors": late}
    changed = type(scenario.projects[3]).model_validate(data)
    projects = (*scenario.projects[:3], changed, *scenario.projects[4:])
    run = Run(scenario.model_copy(update={"projects": projects}))
    return run, factor_lines(run, task_book(run))


def test_factors_come_in_order_of_urgency(held: tuple[Run, tuple[FactorLine, ...]]) -> None:
    _, lines = held
    funds = next(line for line in lines if line.task.id == "S4/factor:funds")
    assert (funds.project, funds.factor, funds.urgency) == ("S4", "funds", "at_risk")
    assert funds.latest is not None
    assert funds.arrival is not None
    assert funds.arrival >= date(2023, 1, 20) > funds.latest
    assert funds.margin == (funds.latest - funds.arrival).days
    order = ["at_risk", "tight", "unknown", "ok"]
    assert [order.index(line.urgency) for line in lines] == sorted(
        order.index(line.urgency) for line in lines
    )
    for line in lines:
        assert line.margin is None or (line.urgency == "at_risk") == (line.margin < 0)


def test_eight_arrivals_of_ten_are_by_the_day_shown(held: tuple[Run, tuple[FactorLine, ...]]) -> None:
    """With a supply date: within the error of the draws; without: counted, and a day less is too few."""
    run, lines = held
    scenario, net, axis = run.scenario, run.net, run.net.axis
    assert axis is not None
    draws = draw(net, run.assembly.risks, scenario.seed, range(scenario.replications))
    gates = [str(gate.id) for gate in net.gates]
    for line in lines:
        assert line.arrival is not None
        bound = axis.slot(line.arrival)
        if line.task.id in gates:
            drawn = draws.arrivals[:, gates.index(line.task.id)]
            assert (drawn <= bound).mean() > 0.8 - 0.06
            assert (drawn < bound).mean() < 0.8 + 0.06
        else:
            drawn = run.simulation.finish[:, net.index[line.task.id]]
            assert (drawn < bound).mean() < 0.8 <= (drawn <= bound).mean()
    assert {line.task.id in gates for line in lines} == {True, False}


def test_totals_count_every_line_once(held: tuple[Run, tuple[FactorLine, ...]]) -> None:
    _, lines = held
    totals = factor_totals(lines)
    assert sum(t.at_risk + t.tight + t.unknown + t.ok for t in totals) == len(lines)
    funds = next(total for total in totals if total.factor == "funds")
    own = [line for line in lines if line.factor == "funds"]
    assert funds.at_risk == sum(line.urgency == "at_risk" for line in own) > 0
    assert of_factor((), lines, "funds") == ((), tuple(own))
    with pytest.raises(InputError, match=r"waits for a factor 'fund', .* factors: .*funds, "):
        of_factor((), lines, "fund")


# -- allocation ---------------------------------------------------------------------------------------------
DAY = date(2026, 1, 1)
DAYS = timedelta(days=1)
LOT = st.tuples(st.integers(0, 20).map(lambda k: DAY + timedelta(days=k)), st.integers(1, 9))


def feasible(
    chosen: tuple[bool, ...], claims: list[list[tuple[date, int]]], supply: list[tuple[date, int]]
) -> bool:
    """Serve day by day, the stock never below zero."""
    lots = sorted(lot for lots, ok in zip(claims, chosen, strict=True) if ok for lot in lots)
    used = 0
    for day, units in lots:
        used += units
        due = sum(u for d, u in lots if d <= day)
        if due > max((total for when, total in supply if when <= day), default=0):
            return False
    return used == sum(units for _, units in lots)


@settings(max_examples=80, deadline=None)
@given(
    claims=st.lists(st.lists(LOT, min_size=1, max_size=3).map(sorted), min_size=1, max_size=7),
    worths=st.lists(st.integers(0, 5), min_size=7, max_size=7),
    supply=st.lists(LOT, min_size=1, max_size=4),
    taken=st.integers(0, 12),
)
def test_the_choice_is_the_best_of_all(
    claims: list[list[tuple[date, int]]],
    worths: list[int],
    supply: list[tuple[date, int]],
    taken: int,
) -> None:
    """Also where started nodes have taken more than there is."""
    total, levels = -taken, []
    for day, units in sorted(supply):
        total += units
        levels.append((day, total))
    worths = worths[: len(claims)]
    found = serve(claims, worths, levels)
    assert feasible(found.chosen, claims, levels)
    best = max(
        (sum(w for w, ok in zip(worths, chosen, strict=True) if ok), sum(chosen))
        for chosen in product((False, True), repeat=len(claims))
        if feasible(chosen, claims, levels)
    )
    assert (found.worth, sum(found.chosen)) == best
    assert (found.bound, found.proved) == (found.worth, True)


def test_a_scarce_stock_goes_to_those_that_meet_most() -> None:
    """With 60 mu and no delivery, not everybody is served, and nobody more could be."""
    scenario = small()
    spec = scenario.resources["land_quota"].model_copy(update={"capacity": 60, "deliveries": ()})
    resources = scenario.resources | {"land_quota": spec}
    found = allocate(assemble(scenario.model_copy(update={"resources": resources})), "land_quota")
    chosen = [item for item in found.claimants if item.served]
    assert sum(item.units for item in chosen) <= 60
    assert found.proved
    assert found.unserved
    assert found.worth == sum(item.worth for item in chosen)
    assert found.one_more >= found.worth == found.sooner
    for item in found.unserved:
        assert sum(other.units for other in chosen) + item.units > 60


@pytest.mark.parametrize("goal", ["deadlines", "quotas"])
def test_the_last_day_is_the_last_that_keeps_what_counts(goal: Goal) -> None:
    """Land taken on that day keeps as many deadlines (quotas) as the earliest dates; a day later, fewer."""
    assembly = assemble(small())
    net, axis = assembly.network, assembly.network.axis
    assert axis is not None
    bounds = {i: line.bound for i, line in net.deadlines.items()}
    if goal == "quotas":
        ((_, due),) = {
            (quota.event, quota.date) for quota in assembly.scenario.quotas if quota.event == "start"
        }
        starts = [net.index[spec.id] for spec in assembly.specs.values() if spec.kind == "start"]
        bounds = {i: axis.last_start(due) for i in starts}
    for item in allocate(assembly, "land_quota", goal=goal).claimants:
        land = net.index[f"{item.project}/B11"]
        own = [i for i in bounds if net.ids[i].startswith(f"{item.project}/")]

        def kept(day: date, land: int = land, own: list[int] = own) -> int:
            release = [axis.slot(day) if i == land else r for i, r in enumerate(net.release)]
            early = critical_path(replace(net, release=tuple(release))).early
            return sum(early.finish[i] <= bounds[i] for i in own)

        assert item.worth == kept(assembly.scenario.data_date) == kept(item.by) > kept(item.by + DAYS)


def test_those_served_take_what_is_there() -> None:
    """In order of last day nobody takes more than was supplied by the day from which it is there."""
    scenario = small()
    spec = scenario.resources["land_quota"].model_copy(update={"capacity": 60})
    resources = scenario.resources | {"land_quota": spec}
    found = allocate(assemble(scenario.model_copy(update={"resources": resources})), "land_quota")
    used = 0
    for item in found.claimants:
        if item.ready:
            used += item.units
            assert used <= 60 + sum(units for when, units in DELIVERIES if when <= item.ready)
            assert item.ready <= item.by
    assert used > 60


SCARCE = """\
schema: backplan/1
name: scarce
synthetic: true
data_date: 2026-03-02
default_risks: false
resources: {land: {capacity: 10, consumed: true, demand: {land: 10}}}
projects:
"""
ONE = """\
  - id: %s
    name: {zh: 合成, en: synthetic}
    activities:
      - {id: filing, name: {zh: 备案, en: filing}, kind: permit, work: 5}
      - {id: land, name: {zh: 供地, en: land}, kind: land, work: 10}
      - {id: done, name: {zh: 竣工, en: done}, kind: completion, work: 0, predecessors: [land, filing]}
    deadlines: [{node: filing, date: %s}, {node: done, date: %s}]
"""


def test_lost_deadlines_and_those_that_wait_for_nothing_do_not_count() -> None:
    """A's completion is lost and its filing needs no land, so the land is B's, whose deadlines are fewer."""
    text = SCARCE + ONE % ("A", "2026-04-01", "2026-03-04") + ONE % ("B", "2026-03-03", "2026-06-01")
    found = allocate(assemble(Scenario.model_validate(yaml.safe_load(text))), "land")
    assert [(item.project, item.worth, item.served) for item in found.claimants] == [
        ("A", 0, False),
        ("B", 1, True),
    ]


@pytest.mark.parametrize(("name", "words"), [("piling", "is no stock"), ("nothing", "stocks: land_quota")])
def test_only_stocks_are_allocated(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        allocate(assemble(small()), name)


# -- investment ---------------------------------------------------------------------------------------------
def unbuilt(run: Run, project: Project) -> list[int]:
    """Positions of the construction and equipment nodes that are not done."""
    net = run.net
    found = [net.index[spec.id] for spec in run.assembly.specs.values() if spec.project == project.id]
    kinds = {net.index[spec.id]: spec.kind for spec in run.assembly.specs.values()}
    return [i for i in found if kinds[i] in ("construction", "equipment") and not net.done(i)]


def spent_by(run: Run, project: Project, day: date) -> np.ndarray[Any, Any]:
    """Of what is left, spent by the end of a day in each replication, node by node."""
    money, net = project.investment, run.net
    assert money is not None
    assert net.axis is not None
    end = net.axis.end_of(day)
    nodes = unbuilt(run, project)
    spent = np.zeros(run.scenario.replications)
    for i in nodes:
        begin = run.simulation.start[:, i]
        if net.started(i):
            begin = np.full_like(begin, run.cpm.early.resume[i])
        share = np.clip((end - begin) / np.maximum(run.simulation.finish[:, i] - begin, 1), 0, 1)
        spent += share * (money.total - money.completed) * net.work[i] / sum(net.work[j] for j in nodes)
    return spent


def test_the_year_is_what_is_done_and_what_replications_add(run: Run) -> None:
    report = investment_report(run)
    assert report.year == 2020
    assert len(report.rows) == 24
    judged = [row for row in report.rows if row.expected is not None]
    assert len(judged) >= 8
    projects = {project.id: project for project in run.scenario.projects}
    for row in judged:
        project = projects[str(row.project)]
        money = project.investment
        assert money is not None
        year = sum(money.months.values()) + spent_by(run, project, date(2020, 12, 31))
        assert row.expected == pytest.approx(year.mean())
        assert (row.low, row.high) == pytest.approx(tuple(np.quantile(year, (0.1, 0.9))))
        assert row.gap == pytest.approx((money.this_year or 0) - row.expected)
        assert row.unfunded == pytest.approx(money.total - (money.secured or 0))
    whole = report.whole
    assert whole.expected == pytest.approx(sum(row.expected or 0 for row in judged))
    assert whole.this_year == pytest.approx(sum(row.this_year or 0 for row in judged))
    silent = [name for name, p in projects.items() if p.investment and p.investment.this_year]
    assert {*report.unreported} == {*silent} - {row.project for row in judged}


def test_a_gap_without_works_is_told_apart(run: Run) -> None:
    """Where all is built only booking closes the gap; elsewhere works can."""
    report = investment_report(run)
    projects = {project.id: project for project in run.scenario.projects}
    built = {row.project for row in report.rows if not unbuilt(run, projects[str(row.project)])}
    told = {row.project: row.unplaced for row in report.rows if row.unplaced}
    assert {*told} <= built
    for row in report.rows:
        if row.project in built and row.gap is not None and row.gap > 0:
            assert told[row.project] == pytest.approx(min(row.gap, row.total - row.completed))
    assert told
    assert report.whole.unplaced == pytest.approx(sum(value or 0 for value in told.values()))


def test_funds_last_until_what_is_expected_passes_what_is_secured(run: Run) -> None:
    projects = {project.id: project for project in run.scenario.projects}
    rows = [row for row in investment_report(run).rows if row.funded_until]
    assert len(rows) >= 5
    for row in rows:
        project, end = projects[str(row.project)], row.funded_until
        money = project.investment
        assert end is not None
        assert money is not None
        assert money.secured is not None
        assert (end + DAYS).day == 1
        assert money.completed + spent_by(run, project, end).mean() > money.secured
        before = end.replace(day=1) - DAYS
        if before >= run.forecast.data_date:
            assert money.completed + spent_by(run, project, before).mean() <= money.secured


def test_what_one_project_has_too_much_fills_no_other_gap(run: Run) -> None:
    rich, *others = run.scenario.projects
    assert rich.investment
    plenty = rich.investment.model_copy(update={"secured": 2 * rich.investment.total})
    other = copy(run)
    other.scenario = run.scenario.model_copy(
        update={"projects": (rich.model_copy(update={"investment": plenty}), *others)}
    )
    report = investment_report(other)
    missing = [
        project.investment.total - project.investment.secured
        for project in others
        if project.investment and project.investment.secured is not None
    ]
    assert report.rows[0].unfunded == 0
    assert report.whole.unfunded == pytest.approx(sum(gap for gap in missing if gap > 0))
    assert sum(missing) > 0


def test_the_months_run_up_to_the_plan_and_to_the_forecast(run: Run) -> None:
    report = investment_report(run)
    assert report.months[11].schedule == pytest.approx(report.whole.this_year)
    assert report.months[11].expected == pytest.approx(report.whole.expected)
    assert [month.done is not None for month in report.months] == [True] * 9 + [False] * 3
    assert [month.expected is not None for month in report.months] == [False] * 9 + [True] * 3


def test_who_can_close_the_gap_comes_most_able_first(run: Run) -> None:
    able = [row.able for row in investment_report(run).closers]
    assert able == sorted(able, reverse=True)  # type: ignore[type-var]
    assert all(value and value > 0 for value in able)


# -- the command line ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("command", "parts", "title"),
    [
        ("factors", {"supplies", "totals", "factors"}, "各类要素情况"),
        ("investment", {"report"}, "2022年投资（万元）"),
    ],
)
def test_commands_print_tables_and_json(command: str, parts: set[str], title: str) -> None:
    arguments = [command, "district-1bn", "--replications", "20"]
    shown = CliRunner().invoke(app, [*arguments, "--lang", "zh"])
    assert shown.exit_code == 0, shown.output
    assert title in shown.stdout
    data = CliRunner().invoke(app, [*arguments, "--json"])
    assert data.exit_code == 0
    found = json.loads(data.stdout)
    assert found["scenario"] == "district-1bn"
    assert {*found} == {"schema", "scenario", "data_date", "warnings", *parts}


def test_an_allocation_says_what_is_synthetic() -> None:
    shown = CliRunner().invoke(app, ["allocate", "jiujiang-90", "land_quota", "--lang", "zh"])
    assert shown.exit_code == 0, shown.output
    assert "本情景为合成数据" in shown.stdout
    data = CliRunner().invoke(app, ["allocate", "jiujiang-90", "land_quota", "--goal", "quotas", "--json"])
    found = json.loads(data.stdout)
    assert (found["allocation"]["goal"], found["allocation"]["proved"]) == ("quotas", True)
    assert "synthetic" in found["warnings"][0]["en"]


def test_an_allocation_needs_dates() -> None:
    undated = small().model_copy(update={"dated": False})
    with pytest.raises(InputError, match="'jiujiang-90' has no dates"):
        allocate(replace(assemble(small()), scenario=undated), "land_quota")


def test_allocating_what_is_no_stock_is_an_error_of_one_sentence() -> None:
    shown = CliRunner().invoke(app, ["allocate", "district-1bn", "review"])
    assert "is no stock of this scenario; stocks: none" in str(shown.exception)
