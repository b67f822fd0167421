"""Re-planning: what was promised stands, but for what must move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import BASE, Enumeration, portfolio, tiny

from scheduling import Resource, backward_schedule, compile_network, replan, validate
from scheduling.backward import planned_early, project_ends
from scheduling.calendar import FIVE_DAY
from scheduling.errors import ContradictionError, InputError
from scheduling.network import Network
from scheduling.passes import early_pass
from scheduling.plan import Goal, levels
from scheduling.status import Status

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@QUIET
@given(tiny(modes=True, maxima=True, stock=True, pinned=True) | tiny(), st.data())
def test_changes_least_of_all_plans(net: Network, data: st.DataObject) -> None:
    try:
        least = early_pass(net, any_mode=True)
    except ContradictionError:
        return
    ends = project_ends(net, planned_early(net, least) or least)
    target = {i: BASE + data.draw(st.integers(0, 12)) for i in range(len(net)) if data.draw(st.booleans())}
    best = Enumeration(net, ends, {}, target).run()
    plan = replan(net, {net.ids[i]: when for i, when in target.items()}, limit=5)
    assert plan.goal is Goal.LEAST_CHANGE
    if best.levels is None:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.dates is not None
    assert validate(net, plan.dates) == ()
    assert tuple(levels(net, plan.dates, ends))[:4] == best.levels[:4]
    assert plan.objective == best.levels[4]
    assert plan.objective_bound <= best.levels[4]


def test_what_holds_stays() -> None:
    net = portfolio(60, seed=3)
    first = backward_schedule(net, limit=0.5)
    again = replan(net, first.start, limit=1)
    assert (again.objective, again.gap) == (0, 0)
    assert again.start == first.start


def test_only_what_is_pushed_moves_in_a_portfolio() -> None:
    """One activity of 300 takes ten slots longer: what it does not reach keeps its promise."""
    net = portfolio(300, seed=3, capacity=9)
    first = backward_schedule(net, limit=0.2)
    assert first.dates is not None
    work = list(net.work)
    work[7] += 10
    plan = replan(replace(net, work=tuple(work)), first.start, limit=2)
    assert plan.dates is not None
    moved = {i for i in range(len(net)) if plan.dates.start[i] != first.dates.start[i]}
    assert moved
    assert len(moved) < 30
    assert np.isin([net.project[i] for i in moved], net.project[7]).mean() > 0.3


def test_dates_and_facts() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=5, actual_start=date(2026, 1, 5), remaining=4)
    graph.add_node("b", duration=2, calendar="5-day", deadline=date(2026, 3, 1))
    graph.add_edge("a", "b")
    days = {"start": date(2026, 1, 5), "data_date": date(2026, 1, 9), "calendars": {"5-day": FIVE_DAY}}
    net = compile_network(graph, **days)
    plan = replan(net, {"a": date(2026, 1, 5), "b": date(2026, 1, 9), "gone": date(2026, 1, 5)})
    assert (plan.start["b"], plan.objective, plan.status) == (date(2026, 1, 13), 4, Status.OPTIMAL)


def test_a_promise_that_would_miss_a_deadline_is_pulled_earlier() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=5, demand={"crew": 1})
    graph.add_node("b", duration=5, demand={"crew": 1}, deadline=10)
    plan = replan(compile_network(graph, resources=[Resource("crew", 1)]), {"a": 3, "b": 8})
    assert (plan.weighted_lateness, dict(plan.start), plan.objective) == (0, {"a": 0, "b": 5}, 6)


def test_another_baseline() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=5)
    with pytest.raises(InputError, match="no promised activity exists in this network"):
        replan(graph, {"x": 3})
