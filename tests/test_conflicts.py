"""Conflicts and repairs against brute force, on known cases, and on planted portfolios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import BASE, Best, Enumeration, tiny

from benchmarks.conflicts import does_not_mend, faults, planted
from scheduling import (
    CalendarTable,
    Conflict,
    Factor,
    Resource,
    backward_schedule,
    compile_network,
    find_conflict,
    find_conflicts,
    find_repairs,
)
from scheduling.conflicts import bounded, irreducible
from scheduling.elements import Element, Kind, named
from scheduling.errors import ContradictionError, InputError
from scheduling.feasibility import misses
from scheduling.latest import project_ends
from scheduling.network import FINISH_MILESTONE, Network
from scheduling.passes import early_pass
from scheduling.repairs import Change, Repair, least, repaired
from scheduling.status import Status

QUIET = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
NETWORKS = st.sampled_from(
    [
        tiny(),
        tiny(maxima=True),
        tiny(progress=True),
        tiny(stock=True, pinned=True),
        tiny(resources=2, maxima=True, pinned=True),
        tiny(maxima=True, stock=True, pinned=True),
    ]
).flatmap(lambda network: network)


def enumerated(net: Network, early: Any) -> Best:
    """The best plan of a network by brute force."""
    begun = {i: early.resume[i] for i in range(len(net)) if net.started(i) and not net.done(i)}
    return Enumeration(net, project_ends(net, early), begun).run()


class _FoundError(Exception):
    pass


class Existence(Enumeration):
    """Whether any plan of a network of named elements exists, over every place between its bounds."""

    def options(self, i: int) -> Iterator[int]:
        net = self.net
        low = max(at for at in (net.starts[0], net.release[i], net.data_date) if at is not None)
        bounds = [*net.starts, *net.start_by.values(), *(line.bound for line in net.deadlines.values())]
        bounds += [*(at for at in net.release if at is not None), net.data_date or BASE, BASE + 7]
        for at in range(low, max(bounds) + 8):
            if net.kind[i] == FINISH_MILESTONE or self.rate(net.tables[i], at):
                last = net.start_by.get(i)
                line = net.deadlines.get(i)
                if (last is not None and at > last) or (line and self.walk(i, at) > line.bound):
                    return
                if self.walk(i, at) >= net.finish_from.get(i, 0):
                    yield at

    def judge(self) -> None:
        raise _FoundError

    def exists(self) -> bool:
        try:
            self.run()
        except _FoundError:
            return True
        return False


def possible(conflict: Conflict, elements: list[Element]) -> bool:
    net = named(replace(conflict.network, modes={}, choice={}), elements)
    early = early_pass(net)
    begun = {i: early.resume[i] for i in range(len(net)) if net.started(i) and not net.done(i)}
    return Existence(net, [0], begun).exists()


# -- against brute force ----------------------------------------------------------------------------------
@QUIET
@given(NETWORKS)
def test_a_conflict_exists_where_no_plan_keeps_the_deadlines(net: Network) -> None:
    try:
        early = early_pass(net)
    except ContradictionError:
        return
    best = enumerated(net, early)
    conflict = find_conflict(net)
    assert (conflict is None) == (best.levels is not None and best.levels[0] == 0)
    if conflict is not None:
        assert conflict.proved
        assert conflict.unproved == ()


@settings(QUIET, max_examples=150)
@given(NETWORKS)
def test_conflicts_are_irreducible(net: Network) -> None:
    try:
        conflict = find_conflict(net)
    except ContradictionError:
        return
    if conflict is None:
        return
    kept = [item for item in conflict.elements if item.kind is not Kind.CALENDAR]
    if len(kept) > 7:
        return
    assert not possible(conflict, kept)
    for element in kept:
        assert possible(conflict, [item for item in kept if item is not element])


@QUIET
@given(NETWORKS)
def test_repairs_work(net: Network) -> None:
    try:
        found = list(find_conflicts(net))
        early = early_pass(net)
    except ContradictionError:
        return
    if len(found) != 1 or not set(misses(net, early)) <= set(bounded(found[0])):
        return
    for repair in find_repairs(found[0]):
        mended = repaired(net, repair)
        assert repair.element is not None
        best = enumerated(mended, early_pass(mended))
        assert best.levels is not None
        if repair.change is Change.SOFTEN:
            assert best.levels[0] <= repair.amount * net.deadlines[repair.element.position].weight
            continue
        assert best.levels[0] == 0
        if repair.proved and repair.change is Change.SLIP:
            less = repaired(net, replace(repair, amount=repair.amount - 1))
            worse = enumerated(less, early_pass(less))
            assert worse.levels is None or worse.levels[0] > 0


# -- known cases ------------------------------------------------------------------------------------------
def kinds(conflict: Conflict | None) -> list[str]:
    assert conflict is not None
    return [element.kind.value for element in conflict.elements]


def gym(**options: Any) -> Network:
    """A factor, two activities in a five-day week with a lag between them, and a deadline too early."""
    graph: Any = nx.DiGraph()
    graph.add_node("design", duration=10, calendar="week", floor=options.get("floor", 0))
    graph.add_node("beside", duration=3)
    graph.add_node("drawings", duration=5, calendar="week", modes=options.get("modes", {}))
    graph.add_node("start", duration=0, milestone="start", deadline=123, hard=options.get("hard", True))
    graph.add_edge("design", "drawings", lag=3, lag_calendar="elapsed")
    graph.add_edge("beside", "drawings")
    graph.add_edge("drawings", "start")
    week = CalendarTable("week", np.resize([100] * 5 + [0, 0], 400))
    return compile_network(
        graph, calendars={"week": week}, start=70, factors=[Factor("land", ("design",), 105)]
    )


def test_a_chain_names_each_cause_once() -> None:
    conflict = find_conflict(gym())
    assert kinds(conflict) == ["factor", "duration", "link", "duration", "link", "deadline", "calendar"]
    assert conflict is not None
    # Monday 105, ten days of work to Friday, a lag to Tuesday 120, five days of work to Monday.
    assert conflict.excess == 4
    assert conflict.activities == ("design", "drawings", "start")
    assert conflict.projects == (None,)


def test_repairs_of_a_chain_are_ranked_by_price_then_days() -> None:
    prices = {Change.SLIP: 2, (Change.EARLIER, "land"): 1, (Change.SHORTEN, "design"): 0.5}
    found = find_repairs(gym(modes={"fast": {"duration": 1, "cost": 3}}), prices=prices)
    assert [(item.change, item.price) for item in found][:2] == [(Change.SHORTEN, 2), (Change.MODES, 3)]
    assert found[1].modes == {"drawings": "fast"}
    assert {item.change: item.amount for item in found}[Change.SLIP] == 4
    assert {item.change: item.price for item in found}[Change.SLIP] == 8
    assert [item.price for item in found if item.price is None] == [None] * 2
    assert all(item.proved for item in found)
    assert Change.SOFTEN in {item.change for item in found}
    assert Change.SOFTEN not in {item.change for item in find_repairs(gym(hard=False))}


def test_no_work_is_cut_below_its_floor() -> None:
    def cut(floor: int) -> set[str]:
        found = find_repairs(gym(floor=floor))
        return {
            str(repair.element.position) for repair in found if repair.element and repair.element.link is None
            and repair.change is Change.SHORTEN
        }  # fmt: skip

    net = gym()
    design = str(net.index["design"])
    assert design in cut(6)
    assert design not in cut(7)


def crews(count: int, units: int, **options: Any) -> Network:
    """Projects that all need a crew for four days, from day 10 and until day 15."""
    graph: Any = nx.DiGraph()
    for k in range(count):
        graph.add_node(f"a{k}", duration=4, project=k, release=10, deadline=15, demand={"crew": 1})
    graph.add_node("later", duration=2, release=30, deadline=40, demand={"crew": 1}, project="z")
    return compile_network(graph, resources=[Resource("crew", units, **options)])


def test_an_overbooked_resource_names_those_who_must_have_it() -> None:
    net = crews(4, 2)
    conflict = find_conflict(net)
    assert conflict is not None
    assert len(conflict.of(Kind.DEMAND)) == 3
    (window,) = conflict.of(Kind.CAPACITY)
    assert 10 < window.begin < window.end < 15
    assert conflict.excess is None
    assert "later" not in conflict.activities
    found = [item for item in find_repairs(conflict) if item.change is Change.CAPACITY]
    # All four at once for three days, or two and two with one day more to spare: nothing less does.
    assert [(item.amount, item.days, item.proved) for item in found] == [(2, 6, True)]


def test_fewer_units_for_longer_are_offered_too() -> None:
    graph: Any = nx.DiGraph()
    for k in range(3):
        graph.add_node(f"a{k}", duration=4, project=k, release=10, deadline=19, demand={"crew": 1})
    graph.add_node("wide", duration=12, project="w", release=10, deadline=22, demand={"crew": 1})
    net = compile_network(graph, resources=[Resource("crew", 1)])
    conflict = find_conflict(net)
    assert conflict is not None
    found = [item for item in find_repairs(conflict) if item.change is Change.CAPACITY]
    assert found
    for item in found:
        assert backward_schedule(repaired(net, item)).status is not Status.LATE


def test_a_stock_that_is_not_enough() -> None:
    graph: Any = nx.DiGraph()
    for name, units in (("a", 3), ("b", 4)):
        graph.add_node(name, duration=2, deadline=12, demand={"quota": units}, project=name)
    net = compile_network(graph, resources=[Resource.stock("quota", 5, [(20, 5)])])
    conflict = find_conflict(net)
    assert conflict is not None
    assert {net.resources[item.position].id for item in conflict.of(Kind.CAPACITY)} == {"quota"}
    assert set(conflict.activities) == {"a", "b"}
    amounts = {item.change: item.amount for item in find_repairs(conflict)}
    assert amounts == {Change.CAPACITY: 2, Change.SLIP: 10}


def test_demand_beyond_every_capacity() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("big", duration=1, demand={"crane": 3})
    conflict = find_conflict(compile_network(graph, resources=[Resource("crane", 1, ((4, 2),))]))
    assert kinds(conflict) == ["capacity", "duration", "demand"]
    assert conflict is not None
    assert [(item.change, item.amount) for item in find_repairs(conflict)] == [(Change.CAPACITY, 1)]


def test_actual_dates_are_causes() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("poured", duration=2, actual_start=1, actual_finish=4)
    graph.add_node("begun", duration=9, actual_start=2, remaining=6, project="q")
    graph.add_node("strip", duration=2, deadline=10)
    graph.add_node("end", duration=0, deadline=9, project="q")
    graph.add_edge("poured", "strip", lag=7)
    graph.add_edge("begun", "end")
    first, second = find_conflicts(compile_network(graph, data_date=5))
    assert kinds(first) == ["fact", "link", "duration", "deadline"]
    assert kinds(second) == ["data date", "duration", "link", "deadline"]


def test_a_last_start_and_a_maximum_lag() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("permit", duration=5, start_by=3)
    graph.add_node("start", duration=2, release=20)
    graph.add_edge("permit", "start", maximum_lag=4)
    conflict = find_conflict(graph)
    assert kinds(conflict) == ["release", "maximum lag", "duration", "start no later than"]
    amounts = {item.change: item.amount for item in find_repairs(graph)}
    assert amounts == {Change.SLIP: 8, Change.EARLIER: 8, Change.WIDEN: 8}


def test_lags_that_push_each_other_in_a_circle() -> None:
    """No link alone holds either activity: both circle up until they settle."""
    graph: Any = nx.MultiDiGraph()
    graph.add_node("a", duration=1, calendar="c", start_by=BASE + 2)
    graph.add_node("b", duration=0, milestone="start", finish_from=BASE + 4)
    graph.add_edge("a", "b", lag=2, lag_calendar="elapsed")
    graph.add_edge("a", "b", lag=None, maximum_lag=1, lag_calendar="c")
    table = CalendarTable("c", np.resize([100, 100, 0], 400))
    net = compile_network(graph, calendars={"c": table}, start=BASE)
    conflict = find_conflict(net)
    assert set(kinds(conflict)) >= {"link", "maximum lag", "finish no earlier than", "start no later than"}


def test_conflicts_share_no_cause() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=9)
    for name, line in (("b", 5), ("c", 8)):
        graph.add_node(name, duration=1, deadline=line)
        graph.add_edge("a", name)
    graph.add_node("d", duration=9, deadline=4, project="q")
    for name in "ef":
        graph.add_node(name, duration=4, deadline=5, project=name, demand={"crew": 1})
    net = compile_network(graph, resources=[Resource("crew", 1)])
    found = list(find_conflicts(net))
    assert [conflict.activities for conflict in found[:2]] == [("a", "b"), ("d",)]
    assert set(found[2].activities) == {"e", "f"}
    assert len(found) == 3


def test_the_same_conflict_whatever_the_order() -> None:
    def conflict(names: str) -> Conflict | None:
        graph: Any = nx.DiGraph()
        for name in names:
            graph.add_node(name, duration=4, deadline=9, project=name, demand={"crew": 1})
        return find_conflict(compile_network(graph, resources=[Resource("crew", 1)]))

    first, second = conflict("abcd"), conflict("cadb")
    assert first is not None
    assert second is not None
    assert first.elements == second.elements


def test_what_is_not_proved_is_said_to_be() -> None:
    """Three on two cranes, each with room to go first or last: energy alone does not show it."""
    graph: Any = nx.DiGraph()
    for name, begin, end in (("a", 0, 9), ("b", 0, 9), ("c", 1, 8), ("d", 3, 11)):
        graph.add_node(name, duration=5, release=begin, deadline=end, demand={"crane": 1}, project=name)
    net = compile_network(graph, resources=[Resource("crane", 2)])
    conflict = find_conflict(net)
    assert conflict is not None
    assert conflict.proved
    loose = find_conflict(net, limit=0)
    assert loose is not None
    assert loose.unproved


def test_halving_keeps_what_is_needed() -> None:
    elements = [Element(Kind.RELEASE, k) for k in range(20)]
    needed = {elements[3], elements[11], elements[12]}
    asked: list[int] = []

    def impossible(rest: list[Element]) -> bool:
        asked.append(len(rest))
        return needed <= set(rest)

    kept, unproved = irreducible(elements, impossible)
    assert set(kept) == needed
    assert not unproved
    assert len(asked) < 25


def test_least_amount() -> None:
    assert least(lambda n: n >= 13, None) == (13, True)
    assert least(lambda n: n >= 13, 12) is None
    assert least(lambda n: n >= 1, 1) == (1, True)
    assert least(lambda n: True if n >= 13 else None, 40) == (13, False)
    assert least(lambda n: False, 0) is None


def test_fractions_are_refused_where_a_resource_is_short() -> None:
    graph: Any = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=1.5, deadline=2, demand={"crane": 1}, project=name)
    net = compile_network(graph, resources=[Resource("crane", 1)])
    with pytest.raises(InputError, match="not a whole number"):
        find_conflict(net)


def test_a_start_milestone_may_wait_for_its_calendar_past_all_work() -> None:
    """The windows of the optimiser once ended before it, and the plan was called infeasible."""
    graph: Any = nx.DiGraph()
    graph.add_node("work", duration=2, calendar="c", demand={"crew": 1})
    graph.add_node("start", duration=0, milestone="start", calendar="c")
    graph.add_edge("start", "work", type="FF", lag=None, maximum_lag=0)
    table = CalendarTable("c", np.resize([100, 100, 0], 400))
    changes = ((BASE + 1, 0), (BASE + 7, 2))
    net = compile_network(graph, calendars={"c": table}, start=BASE, resources=[Resource("crew", 1, changes)])
    assert find_conflict(net) is None
    assert backward_schedule(net).dates is not None


# -- planted ----------------------------------------------------------------------------------------------
def test_planted_conflicts_are_found_and_mended() -> None:
    """A bounded sample of ``benchmarks/conflicts.py``."""
    case = planted(5, projects=10)
    found = list(find_conflicts(case.network))
    assert list(faults(case, found)) == []
    for conflict, other in ((found[0], found[1]), (found[1], found[0])):
        repairs: tuple[Repair, ...] = find_repairs(conflict)
        assert repairs
        for repair in repairs:
            assert list(does_not_mend(repair, conflict, [other])) == []
