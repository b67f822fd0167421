"""Placing on a board, ruin and recreate, and the price bound: against the validator and brute force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from plans import BASE, Enumeration, portfolio, tiny

from scheduling.backward import backward_schedule, greatest, project_ends
from scheduling.bounds.prices import price_bound
from scheduling.build import compile_network
from scheduling.errors import ContradictionError
from scheduling.generation import generate
from scheduling.improve import Improver
from scheduling.kernels.board import lift, place_early, place_late
from scheduling.layout import Layout
from scheduling.network import Network, Resource
from scheduling.passes import Dates, early_pass
from scheduling.places import finish_of
from scheduling.plan import levels
from scheduling.search import Effort, Step
from scheduling.status import Status
from scheduling.validator import validate

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def moved(net: Network, dates: Dates, i: int, at: Any) -> Dates:
    start, finish = list(dates.start), list(dates.finish)
    start[i], finish[i] = at, finish_of(net, i, at, net.work[i])
    return replace(dates, start=start, finish=finish, resume=start)


@settings(QUIET, max_examples=30)
@given(tiny(maxima=True))
def test_places_are_the_last_and_first_ones_that_hold(net: Network) -> None:
    """One activity is taken out of a plan: the kernels put it where the validator says it may lie."""
    try:
        early = early_pass(net)
    except ContradictionError:
        return
    ends = project_ends(net, early)
    dates = generate(net, early, greatest(net, early, ends), ends)
    assume(dates is not None)
    assert dates is not None
    latest = max(*dates.finish, BASE + 20)
    layout = Layout(net, dates, early.start, [latest] * len(net), latest + 30)
    soft = replace(net, deadlines={})
    for i in range(len(net)):
        places = range(early.start[i], latest + 1)
        holding = [at for at in places if not validate(soft, moved(net, dates, i, at))]
        for place, expected in ((place_late, holding[-1]), (place_early, holding[0])):
            sheet = layout.sheet(dates)
            lift(layout.board, sheet, i)
            assert place(layout.board, sheet, i)
            assert layout.dates(sheet).start[i] == expected
            assert (sheet.free == layout.sheet(moved(net, dates, i, expected)).free).all()


@QUIET
@given(tiny(maxima=True))
def test_no_plan_betters_the_price_bound(net: Network) -> None:
    try:
        early = early_pass(net)
    except ContradictionError:
        return
    ends = project_ends(net, early)
    late = greatest(net, early, ends)
    best = Enumeration(net, ends, {}).run()
    assume(best.levels is not None)
    assert best.levels is not None
    least = levels(net, early, ends)
    assume(best.levels[:3] == tuple(least)[:3])
    layout = Layout(net, early, early.start, late.start, max(late.finish))
    for limit in (1e-6, 1e-3):
        bound = price_bound(layout, -best.levels[4], Effort(limit), 1.0)
        assert bound is not None
        assert -best.levels[4] <= bound <= -levels(net, late, ends).earliness


def test_the_price_bound_is_below_the_late_pass_and_above_what_is_proved() -> None:
    net = portfolio(15, seed=3, capacity=8)
    plan = backward_schedule(net)
    assert plan.status is Status.OPTIMAL
    early = early_pass(net)
    ends = project_ends(net, early)
    late = greatest(net, early, ends)
    layout = Layout(net, early, early.start, late.start, max(late.finish))
    bound = price_bound(layout, plan.objective, Effort(0.05), 1.0)
    assert bound is not None
    assert plan.objective <= bound < -levels(net, late, ends).earliness


def late_portfolio(capacity: int = 2) -> Network:
    """Deadlines too close for the resources."""
    return portfolio(150, seed=4, tightness=0.8, capacity=capacity)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("missed", [False, True])
def test_improved_plans_hold_and_are_better(
    workers: int, missed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduling.improve.ROOM", 0.1)  # threads, however short the plan
    for net in (portfolio(150, seed=1, capacity=2), late_portfolio()):
        early = early_pass(net)
        ends = project_ends(net, early)
        late = greatest(net, early, ends, missed=missed)
        plan = generate(net, early, late, ends, missed=missed)
        assert plan is not None
        improver = Improver(net, early, ends, plan, Effort(0.6, workers=workers), missed=missed)
        assert len(improver.trays) == workers
        judged = [levels(net, plan, ends, missed=missed)]
        improver.recover(0.5)
        judged.append(levels(net, improver.plan, ends, missed=missed))
        assert not validate(net, improver.plan)
        improver.recreate(1.0, None)
        judged.append(levels(net, improver.plan, ends, missed=missed))
        assert not validate(net, improver.plan)
        assert judged[0] >= judged[1] > judged[2]
        if judged[0].lateness:
            assert judged[0] > judged[1]


def test_two_threads_give_the_same_plan_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.improve.ROOM", 0.1)
    net = portfolio(300, seed=1, capacity=3)
    first, second = (backward_schedule(net, limit=1, seed=7, workers=2) for _ in range(2))
    assert first.solver == "recreate"
    assert first.start == second.start
    assert first.objective_bound == second.objective_bound


def test_a_late_portfolio_is_late_by_less_than_generated() -> None:
    net = late_portfolio()
    plan = backward_schedule(net, limit=1)
    early = early_pass(net)
    ends = project_ends(net, early)
    generated = generate(net, early, greatest(net, early, ends), ends)
    assert generated is not None
    assert plan.status is Status.LATE
    assert 0 < plan.weighted_lateness < levels(net, generated, ends).lateness
    assert plan.weighted_lateness_bound <= plan.weighted_lateness


class StopError(Exception):
    pass


@pytest.mark.parametrize("activities", [60, 180])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_what_progress_raises_reaches_the_caller(activities: int, after: int) -> None:
    told: list[Step] = []

    def progress(step: Step) -> None:
        told.append(step)
        if len(told) == after:
            raise StopError

    with pytest.raises(StopError):
        backward_schedule(portfolio(activities, seed=5, capacity=3), limit=2, progress=progress)
    assert len(told) == after


def test_steps_get_better() -> None:
    told: list[Step] = []
    plan = backward_schedule(portfolio(180, seed=5, capacity=2), limit=0.5, progress=told.append)
    assert {step.level for step in told} == {"starts"}
    incumbents = [step.incumbent for step in told]
    assert incumbents == sorted(incumbents)
    assert plan.objective >= incumbents[-1]
    assert all(step.bound >= step.incumbent for step in told[1:])
    seconds = [step.seconds for step in told]
    assert seconds == sorted(seconds)


def test_stock_and_cross_project_links_on_the_board() -> None:
    """A stock is held for good; a link between projects binds both."""
    graph: Any = nx.DiGraph()
    for name, project in (("a", "p"), ("b", "q"), ("c", "q")):
        graph.add_node(name, duration=3, project=project, deadline=20, demand={"land": 2, "crane": 1})
    graph.add_edge("a", "b")
    resources = [Resource.stock("land", 2, [(8, 2), (12, 2)]), Resource("crane", 1)]
    net = compile_network(graph, resources=resources)
    early = early_pass(net)
    ends = project_ends(net, early)
    plan = generate(net, early, greatest(net, early, ends), ends)
    assert plan is not None
    assert not validate(net, plan)
    assert np.sum(plan.start) == backward_schedule(net).objective
