"""The validator: silent on good plans, and not to be fooled by changed ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from plans import Enumeration, tiny

from scheduling.backward import backward_schedule
from scheduling.build import compile_network
from scheduling.calendar import FIVE_DAY
from scheduling.errors import ContradictionError
from scheduling.network import Factor, Network, Resource
from scheduling.passes import Dates, early_pass
from scheduling.places import finish_of
from scheduling.validator import measure, validate

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def rules(net: Network, dates: Dates) -> set[str]:
    return {item.rule for item in validate(net, dates)}


def moved(net: Network, dates: Dates, i: int, by: int) -> Dates:
    """The plan with one activity moved, its finish recomputed."""
    start, finish, resume = list(dates.start), list(dates.finish), list(dates.resume)
    resume[i] += by
    finish[i] = finish_of(net, i, resume[i], net.work[i])
    if not net.started(i):
        start[i] = resume[i]
    return Dates(start, finish, resume, dates.broken)


def small() -> Network:
    graph: Any = nx.MultiDiGraph()
    graph.add_node("a", duration=3, demand={"crane": 1})
    graph.add_node("b", duration=2, demand={"crane": 1}, release=4, deadline=9, hard=True)
    graph.add_edge("a", "b", lag=1)
    graph.add_edge("a", "b", type="SS", lag=None, maximum_lag=6)
    return compile_network(
        graph,
        start=1,
        resources=[Resource("crane", 1, ((8, 0),))],
        factors=[Factor("land", ("a",), supply=2)],
    )


@pytest.mark.parametrize(
    ("a", "b", "broken"),
    [
        (2, 6, set()),
        (2, 5, {"precedence"}),
        (1, 6, {"factor"}),
        (0, 5, {"factor", "project start"}),
        (0, 3, {"factor", "project start", "precedence", "release"}),
        (2, 7, {"capacity"}),
        (2, 8, {"capacity", "deadline"}),
        (2, 9, {"capacity", "deadline", "maximum lag"}),
        (4, 5, {"precedence", "capacity"}),
    ],
)
def test_every_rule_is_seen(a: int, b: int, broken: set[str]) -> None:
    assert rules(small(), Dates([a, b], [a + 3, b + 2], [a, b])) == broken


def test_messages_name_the_activities() -> None:
    found = validate(small(), Dates([2, 5], [5, 7], [2, 5]))
    assert [str(item) for item in found] == ["FS a -> b: start 5 of 'b' lies before 6"]
    assert found[0].activities == ("a", "b")


def test_facts_and_wrong_finishes() -> None:
    graph = nx.DiGraph()
    graph.add_node("done", duration=3, actual_start=1, actual_finish=4)
    graph.add_node("begun", duration=5, actual_start=4, remaining=2)
    graph.add_node("next", duration=1)
    net = compile_network(graph, data_date=5)
    begun, done, _ = (net.index[name] for name in ("begun", "done", "next"))
    dates = early_pass(net)
    assert rules(net, dates) == set()
    assert rules(net, moved(net, dates, begun, 1)) == {"first place"}
    assert rules(net, moved(net, dates, begun, -1)) == {"data date", "first place"}
    assert rules(net, replace(dates, start=[*dates.start[:done], 2, *dates.start[done + 1 :]])) == {"fact"}
    assert rules(net, replace(dates, finish=[9] * 3)) == {"fact", "finish"}


def test_break_and_partial_rates_on_dates() -> None:
    graph = nx.DiGraph()
    graph.add_node("pour", duration=2, calendar="5-day")
    net = compile_network(graph, calendars={"5-day": FIVE_DAY}, start=date(2026, 1, 5))
    monday = net.starts[0]
    assert rules(net, Dates([monday + 4], [monday + 8], [monday + 4])) == set()
    assert rules(net, Dates([monday + 4], [monday + 6], [monday + 4])) == {"finish"}
    assert rules(net, Dates([monday + 5], [monday + 9], [monday + 5])) == {"calendar"}


def test_plain_numbers_with_fractions() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=1.5, demand={"crew": 1})
    graph.add_node("b", duration=2.25, demand={"crew": 1})
    net = compile_network(graph, resources=[Resource("crew", 1)])
    assert rules(net, Dates([0.0, 1.5], [1.5, 3.75], [0.0, 1.5])) == set()
    assert rules(net, Dates([0.0, 1.25], [1.5, 3.5], [0.0, 1.25])) == {"capacity"}


@QUIET
@given(tiny(maxima=True))
def test_agrees_with_brute_force_on_every_neighbour(net: Network) -> None:
    """Move any one activity of a plan by a slot: both see the same plans as good."""
    try:
        plan = backward_schedule(net, limit=2)
    except ContradictionError:
        return
    if plan.dates is None:
        return
    for i in range(len(net)):
        for by in (-1, 1):
            dates = moved(net, plan.dates, i, by)
            check = Enumeration(net, [0] * len(net.projects), dict(enumerate(dates.resume)))
            good = all(check.holds(link) for link in net.links)
            good = good and all(
                dates.resume[j] in set(check.options(j)) and check.allowed(j) and check.fits(j)
                for j in range(len(net))
            )
            assert (not validate(net, dates)) == good


def test_measure() -> None:
    net = small()
    assert measure(net, Dates([2, 9], [5, 11], [2, 9])) == (2, 1, 11, 0, 10)
