"""Twelve weekly statuses of a simulated autumn replayed: forecasts, lists, attributions meet the truth."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from scenarios.asbuilt import as_built
from scenarios.assemble import assemble
from scenarios.dispatch.attribution import losses
from scenarios.dispatch.changes import changes
from scenarios.dispatch.findings import findings
from scenarios.dispatch.quotas import quotas
from scenarios.dispatch.ranking import ranking
from scenarios.dispatch.rules import lights, lists
from scenarios.dispatch.stages import stages
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import Scenario
from simulation.monte_carlo import simulate

REPLICATION = 11
BASE = load_scenario("district-1bn").model_copy(update={"replications": 40})
WEEKS = [date(2022, 9, 14) + timedelta(weeks=k) for k in range(12)]


@pytest.fixture(scope="module")
def series() -> list[Scenario]:
    return [BASE, *as_built(BASE, WEEKS, replication=REPLICATION)]


@pytest.fixture(scope="module")
def runs(series: list[Scenario]) -> list[Run]:
    return [Run(item) for item in series]


def test_no_status_contradicts_the_one_before(series: list[Scenario]) -> None:
    assert [findings(one, other) for one, other in pairwise(series[1:])] == [()] * 11


def test_closed_stays_closed(runs: list[Run]) -> None:
    closed: dict[str, object] = {}
    for run in runs:
        now = {n.id: n.actual for p in run.forecast.projects for n in p.nodes if n.state == "done"}
        for name, span in closed.items():
            assert now[name] == span or span is None
        closed = dict(now)
    assert len(closed) > 20 + sum(n.state == "done" for p in runs[0].forecast.projects for n in p.nodes)


def test_stages_only_go_forward(runs: list[Run]) -> None:
    order = ["in_talks", "preparing", "signed", "landed", "started", "building", "completed", "producing"]
    for one, other in pairwise(runs):
        before = {row.project: order.index(row.stage) for row in stages(one)}
        assert all(order.index(row.stage) >= before[row.project] for row in stages(other))


def test_forecasts_end_at_the_truth(runs: list[Run]) -> None:
    """What has happened by the last status is what the replication had; quotas count it no more."""
    assembly = assemble(BASE)
    truth = simulate(
        assembly.network,
        risks=assembly.risks,
        replications=range(REPLICATION, REPLICATION + 1),
        seed=BASE.seed,
        keep="all",
    )
    net = assembly.network
    assert net.axis is not None
    last = runs[-1]
    for project in last.forecast.projects:
        for node in project.nodes:
            i = net.index[node.id]
            came = truth.finish[0, i] <= net.axis.slot(WEEKS[-1])
            if net.work[i] and not net.done(i):
                assert (node.state == "done") == came
    for row in quotas(last):
        happened = [p.id for p in BASE.projects if last.events.happened(p.id, row.spec.event)]
        assert not {item.project for item in row.candidates} & set(happened)


def test_attribution_sums_to_the_slip_of_the_forecasts(series: list[Scenario]) -> None:
    found = losses(series)
    assert found.dates == (BASE.data_date, *WEEKS)
    for name, slips in found.slips.items():
        for window in range(12):
            rows = [row for row in found.rows if row.project == name and row.window == window]
            assert sum(row.days for row in rows) == slips[window]
    assert any(any(slips) for slips in found.slips.values())


def test_changes_chain_from_week_to_week(runs: list[Run]) -> None:
    """What a week ends with is what the next begins with, and slips of P80 dates add up."""
    rows = [{row.project: row for row in changes(one, other).rows} for one, other in pairwise(runs)]
    for one, other in pairwise(rows):
        for name, row in other.items():
            assert row.on_time_before == one[name].on_time
            assert row.light_before == one[name].light
            if row.node == one[name].node:
                assert row.p80_before == one[name].p80


def test_ranks_lights_and_lists_are_reproducible(runs: list[Run], series: list[Scenario]) -> None:
    for k in (4, 9):
        again = Run(series[k])
        assert ranking(again) == ranking(runs[k])
        assert ranking(again, "lead_unit") == ranking(runs[k], "lead_unit")
        assert lights(again) == lights(runs[k])
        assert lists(again) == lists(runs[k])
        assert again.forecast == runs[k].forecast
