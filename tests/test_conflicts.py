"""Conflicts and their repairs against brute force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
from hypothesis import HealthCheck, given, settings
from plans import Enumeration, tiny

from scheduling import Resource, backward_schedule, compile_network, validate
from scheduling.conflicts import bounded, find_conflict
from scheduling.elements import Kind
from scheduling.errors import ContradictionError
from scheduling.network import Network
from scheduling.passes import early_pass
from scheduling.repairs import Change, find_repairs, repaired
from scheduling.status import Status

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def holds(net: Network) -> bool:
    """Whether a plan keeps every deadline, by brute force."""
    hard = replace(net, deadlines={i: line._replace(hard=True) for i, line in net.deadlines.items()})
    return Enumeration(hard, [10**6] * len(net.projects), {}).run().levels is not None


@QUIET
@given(tiny())
def test_a_conflict_is_found_where_brute_force_finds_no_plan(net: Network) -> None:
    try:
        early_pass(net)
    except ContradictionError:
        return
    conflict = find_conflict(net)
    assert (conflict is None) == holds(net)
    if conflict is not None:
        assert conflict.elements
        assert conflict.of(Kind.DEADLINE, Kind.START_BY)


@QUIET
@given(tiny() | tiny(resources=0, maxima=True))
def test_repairs_work(net: Network) -> None:
    try:
        early_pass(net)
        conflict = find_conflict(net)
    except ContradictionError:
        return
    if conflict is None or not conflict.proved:
        return
    for repair in find_repairs(conflict, limit=5):
        mended = repaired(conflict.network, repair)
        kept = replace(
            mended, deadlines={i: mended.deadlines[i] for i in bounded(conflict) if i in mended.deadlines}
        )
        plan = backward_schedule(kept, limit=5)
        assert plan.dates is not None
        assert validate(plan.network, plan.dates) == ()
        assert repair.change is Change.SOFTEN or plan.weighted_lateness == 0


def chain() -> nx.DiGraph[str]:
    """Land on day 20, then a design of 10 and works of 15, due on day 40."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("design", duration=10, release=20)
    graph.add_node("works", duration=15, deadline=40)
    graph.add_node("aside", duration=5)
    graph.add_edge("design", "works")
    graph.add_edge("aside", "works")
    return graph


def test_a_chain_is_named_and_nothing_beside_it() -> None:
    conflict = find_conflict(chain())
    assert conflict is not None
    assert conflict.proved
    assert conflict.activities == ("design", "works")
    assert conflict.excess == 5
    kinds = [element.kind for element in conflict.elements]
    assert set(kinds) == {Kind.RELEASE, Kind.DURATION, Kind.LINK, Kind.DEADLINE}
    found = {repair.change: repair.amount for repair in find_repairs(conflict)}
    assert (found[Change.SLIP], found[Change.EARLIER], found[Change.SHORTEN]) == (5, 5, 5)


def test_a_pool_that_is_too_small() -> None:
    graph: Any = nx.DiGraph()
    for name in "abc":
        graph.add_node(name, duration=5, demand={"crew": 1}, deadline=10, project=name)
    graph.add_node("d", duration=5, deadline=10, project="d")
    net = compile_network(graph, resources=[Resource("crew", 1)])
    conflict = find_conflict(net)
    assert conflict is not None
    assert set(conflict.projects) == {"a", "b", "c"}
    assert [element.kind for element in conflict.elements].count(Kind.CAPACITY) == 1
    found = {repair.change: repair for repair in find_repairs(conflict)}
    assert found[Change.CAPACITY].amount == 1
    assert found[Change.SLIP].amount == 5


def test_no_conflict() -> None:
    graph = chain()
    graph.nodes["works"]["deadline"] = 45
    assert find_conflict(graph) is None
    assert backward_schedule(graph).status is Status.OPTIMAL
