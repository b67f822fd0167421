"""The optimiser against brute force, against the late pass, and against schedule generation."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from plans import Enumeration, portfolio, tiny

from scheduling.backward import Lateness, backward_schedule, greatest, project_ends
from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.cautions import Caution, CautionKind
from scheduling.errors import ContradictionError, InputError
from scheduling.generation import generate
from scheduling.network import Network, Resource
from scheduling.passes import early_pass
from scheduling.plan import levels
from scheduling.status import Status
from scheduling.validator import validate

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def agrees(net: Network, lateness: Lateness = "weighted") -> None:
    missed = lateness == "missed"
    try:
        early = early_pass(net, any_mode=True)
    except ContradictionError:
        return
    if net.modes:
        with suppress(ContradictionError):
            early = early_pass(net)
    ends = project_ends(net, early)
    begun = {i: early.resume[i] for i in range(len(net)) if net.started(i) and not net.done(i)}
    best = Enumeration(net, ends, begun, missed=missed).run()
    for solver in ("auto", "cpsat"):
        plan = backward_schedule(net, solver=solver, lateness=lateness, limit=5)
        if best.levels is None:
            assert plan.status is Status.INFEASIBLE
            assert plan.dates is None
            continue
        assert plan.dates is not None
        assert tuple(levels(net, plan.dates, ends, missed=missed)) == best.levels
        assert plan.status is (Status.LATE if best.levels[0] else Status.OPTIMAL)
        value, bound = plan.weighted_lateness, plan.weighted_lateness_bound
        if missed:
            value, bound = plan.missed, plan.missed_bound
        assert value == bound == best.levels[0]
        assert plan.cost == best.levels[3]
        assert plan.objective == plan.objective_bound == -best.levels[4]
        assert plan.gap == 0


@QUIET
@given(tiny())
def test_one_resource(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny())
def test_missed_deadlines(net: Network) -> None:
    agrees(net, "missed")


@QUIET
@given(tiny(maxima=True))
def test_maximum_lags(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(maxima=True, extensions=True))
def test_extensions_of_maximum_lags(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(modes=True))
def test_modes(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(modes=True, maxima=True, extensions=True, stock=True, pinned=True))
def test_modes_with_everything(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(stock=True, progress=True))
def test_a_stock(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(pinned=True, maxima=True))
def test_last_starts_and_least_finishes(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(progress=True))
def test_work_in_progress(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(resources=0, maxima=True))
def test_without_resources_the_late_pass_is_the_optimum(net: Network) -> None:
    try:
        short = backward_schedule(net)
    except ContradictionError:
        return
    forced = backward_schedule(net, solver="cpsat", limit=5)
    assert (short.status, short.start, short.finish) == (forced.status, forced.start, forced.finish)
    assert short.objective == forced.objective
    if short.dates is not None:
        assert (short.solver, forced.solver) == ("cpm", "cpsat")


def test_slack_resources_change_nothing() -> None:
    net = portfolio(30, seed=3)
    plenty = replace(net, resources=tuple(Resource(item.id, 99) for item in net.resources))
    late, forced = backward_schedule(plenty), backward_schedule(plenty, solver="cpsat")
    assert late.solver == "cpm"
    assert forced.start == late.start


def test_two_runs_are_the_same() -> None:
    net = portfolio(60, seed=5, capacity=3)
    first, second = (backward_schedule(net, limit=0.5, seed=7) for _ in range(2))
    assert first.dates is not None
    assert first.solver == second.solver
    assert first.start == second.start
    assert (first.objective, first.objective_bound) == (second.objective, second.objective_bound)


def test_portfolio_of_300_is_better_than_generation() -> None:
    net = portfolio(300, seed=1, capacity=2)
    early = early_pass(net)
    ends = project_ends(net, early)
    generated = generate(net, early, greatest(net, early, ends), ends)
    plan = backward_schedule(net, limit=1.5)
    assert generated is not None
    assert plan.dates is not None
    assert validate(net, plan.dates) == ()
    assert plan.status is Status.FEASIBLE
    assert levels(net, plan.dates, ends) < levels(net, generated, ends)
    assert plan.gap > 0


def test_moves_what_work_in_progress_waits_for() -> None:
    """Begun work waits, by FS, for a predecessor that begins only now: both come as early as they can."""
    graph = nx.DiGraph()
    graph.add_node("begun", duration=4, actual_start=8, remaining=2, demand={"crew": 1})
    graph.add_node("late", duration=3)
    graph.add_node("rival", duration=2, demand={"crew": 1}, deadline=30)
    graph.add_edge("late", "begun")
    net = compile_network(graph, data_date=10, resources=[Resource("crew", 1)])
    plan = backward_schedule(net, solver="cpsat")
    assert plan.dates is not None
    assert plan.dates.resume[net.index["begun"]] == 13
    assert (plan.start["late"], plan.start["rival"]) == (10, 28)


def test_work_in_progress_holds_its_units_without_asking() -> None:
    graph = nx.DiGraph()
    graph.add_node("begun", duration=9, actual_start=1, remaining=4, demand={"crew": 3})
    graph.add_node("next", duration=2, demand={"crew": 1}, deadline=7)
    net = compile_network(graph, data_date=5, resources=[Resource("crew", 2)])
    plan = backward_schedule(net)
    assert (plan.status, plan.weighted_lateness) == (Status.LATE, 4)
    assert plan.start["next"] == 9
    assert plan.cautions == (Caution(CautionKind.OVERLOAD, resource="crew", since=5, amounts=(3, 2)),)


def test_weights_choose_who_is_late() -> None:
    graph = nx.DiGraph()
    for name, weight in (("a", 1), ("b", 2.5)):
        graph.add_node(name, duration=4, deadline=5, weight=weight, demand={"crane": 1}, project=name)
    net = compile_network(graph, resources=[Resource("crane", 1)])
    plan = backward_schedule(net)
    assert dict(plan.lateness) == {"a": 3, "b": 0}
    assert plan.weighted_lateness == plan.weighted_lateness_bound == 3
    assert plan.overrun == {"a": 3, "b": 0}


def test_demand_beyond_every_capacity_is_named() -> None:
    graph = nx.DiGraph()
    graph.add_node("big", duration=1, demand={"crane": 3})
    net = compile_network(graph, resources=[Resource("crane", 1, ((4, 2),))])
    plan = backward_schedule(net)
    assert (plan.status, plan.dates, plan.conflict) == (Status.INFEASIBLE, None, ("big",))


def test_hard_deadlines_that_share_a_resource() -> None:
    graph = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=4, deadline=5, hard=True, demand={"crane": 1})
    net = compile_network(graph, resources=[Resource("crane", 1)])
    assert backward_schedule(net).status is Status.INFEASIBLE


def test_progress_is_told() -> None:
    told: list[Any] = []
    graph = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=4, deadline=8, demand={"crane": 1})
    net = compile_network(graph, resources=[Resource("crane", 1)])
    backward_schedule(net, progress=told.append)
    assert told[-1][:3] == ("starts", 4, 4)


def test_late_pass_refused_where_a_resource_binds() -> None:
    graph = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=2, deadline=6, demand={"crane": 1})
    net = compile_network(graph, resources=[Resource("crane", 1)])
    with pytest.raises(InputError, match=r"resource 'crane' is short on 4 \(2 units needed, 1 there\)"):
        backward_schedule(net, solver="cpm")


def test_fractions_are_refused_by_the_optimiser_only() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=1.5, deadline=4)
    assert backward_schedule(graph).start == {"a": 2.5}
    with pytest.raises(InputError, match=r"activity 'a': .* not a whole number"):
        backward_schedule(graph, solver="cpsat")


def test_windows_hold_every_order_of_work() -> None:
    """b first, then a: on its calendar a takes five slots from then on, one slot from the moment before."""
    graph = nx.DiGraph()
    graph.add_node("a", duration=1, demand={"crew": 2}, calendar="uneven")
    graph.add_node("b", duration=2, demand={"crew": 1}, deadline=40)
    uneven = CalendarTable("uneven", np.resize([100, 30, 0, 60], 400))
    crew = Resource("crew", 1, ((41, 0), (47, 2)))
    net = compile_network(graph, calendars={"uneven": uneven}, start=40, resources=[crew])
    plan = backward_schedule(net, limit=5)
    assert plan.weighted_lateness == 9
    agrees(net)
