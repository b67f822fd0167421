"""Floats of replications against the late pass and against a naive one; criticality and its kin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import Features, networks, random_draws

from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.floats import early_finishes
from scheduling.floats import total_floats as floats_of_passes
from scheduling.network import WORK, Network, Resource
from scheduling.passes import Dates, early_pass, late_pass
from scheduling.places import binds_back, finish_of, greatest_start
from simulation import Discrete, Fixed, RiskModel, Uniform, simulate
from simulation.coupling import binding_resources
from simulation.criticality import sensitivity, total_floats
from simulation.dispatch import compile_dispatch
from simulation.engine import dispatch
from simulation.maxplus import early_dates
from simulation.statistics import UNFINISHED

COIN = Discrete((10, 20), (1, 1))


@settings(max_examples=150, deadline=None)
@given(networks(Features(progress=True, factors=True)), st.integers(0, 99))
def test_floats_without_resources_are_those_of_the_late_pass(network: Network, seed: int) -> None:
    draws = random_draws(network, seed, 3)
    early = early_dates(network, draws)
    found = total_floats(network, draws.work, early.start, early.finish)
    for r in range(3):
        drawn = replace(network, work=tuple(draws.work[r].tolist()), deadlines={}, start_by={})
        dates = Dates(*(rows[r].tolist() for rows in (early.start, early.finish, early.resume)))
        ends = early_finishes(drawn, dates)
        late = late_pass(drawn, dates, [ends[k] for k in drawn.project])
        for slack, expected in zip(found[r].tolist(), floats_of_passes(drawn, dates, late), strict=True):
            assert slack == (UNFINISHED if expected is None else max(expected, 0))


def naive(network: Network, work: Any, start: Any, finish: Any) -> list[Any]:
    """Late dates relaxed link by link and handover by handover until nothing moves; then floats."""
    net = replace(network, work=tuple(work))
    ahead = [i for i in range(len(net)) if not net.done(i)]
    never = {net.project[i] for i in range(len(net)) if finish[i] == UNFINISHED}
    ends = early_finishes(net, Dates(start, finish, start))
    late: dict[int, tuple[Any, Any]] = {}
    arcs = [(i, j) for i in ahead for j in heirs(net, i, ahead, start, finish)]
    while True:
        before = dict(late)
        for i in ahead:
            if finish[i] == UNFINISHED:
                continue
            lasts = [] if net.project[i] in never else [ends[net.project[i]]]
            begins: list[Any] = []
            for link in net.out_of[i]:
                if link.succ in late and binds_back(net, link):
                    bound = link.table.unshift_latest(late[link.succ][link.to_finish], link.lag)
                    (lasts if link.from_finish else begins).append(bound)
            lasts += [late[j][0] for k, j in arcs if k == i and j in late]
            if not lasts and not begins:
                continue
            if not lasts:
                lasts = [net.tables[i].horizon if hasattr(net.tables[i], "horizon") else 10**6]
            at = greatest_start(net, i, min(begins, default=None), min(lasts), net.work[i])
            end = max(finish_of(net, i, at, net.work[i]), finish[i])
            late[i] = (at if net.started(i) else max(at, start[i])), end
        if late == before:
            break
    slots = [UNFINISHED] * len(net)
    for i, (_, end) in late.items():
        worked = net.kind[i] == WORK
        slots[i] = net.tables[i].slots(finish[i], end) if worked else end - finish[i]
    return slots


def heirs(net: Network, i: int, ahead: list[int], start: Any, finish: Any) -> set[int]:
    """Who starts first, after an activity ends, where there would be no room beside it on its resource."""
    found = set()
    for k in binding_resources(net):
        resource = net.resources[k]
        units = {j: dict(net.demand[j]).get(k, 0) for j in ahead}
        if resource.consumed or not units[i] or finish[i] == UNFINISHED:
            continue
        moments = sorted({start[j] for j in ahead if units[j] and finish[i] <= start[j] < UNFINISHED})
        for t in moments:
            used = sum(units[j] for j in ahead if start[j] <= t < finish[j])
            if used + units[i] > resource.capacity_at(t):
                found |= {j for j in ahead if units[j] and start[j] == t}
                break
    return found


@settings(max_examples=150, deadline=None)
@given(networks(Features(resources=2, progress=True, stock=True)), st.integers(0, 99))
def test_floats_with_resources_are_those_of_a_naive_pass(network: Network, seed: int) -> None:
    draws = random_draws(network, seed, 3)
    early = early_dates(network, draws)
    dates = dispatch(compile_dispatch(network, early_pass(network).start), draws.work, early)
    found = total_floats(network, draws.work, dates.start, dates.finish)
    for r in range(3):
        start, finish = dates.start[r].tolist(), dates.finish[r].tolist()
        assert found[r].tolist() == naive(network, draws.work[r].tolist(), start, finish)


# -- known answers ------------------------------------------------------------------------------------------
def crew(deadline: int | None = None) -> Network:
    """Three jobs for one crew, then a milestone; a short job beside them."""
    graph: Any = nx.DiGraph()
    for name in "abc":
        graph.add_node(name, duration=10, demand={"crew": 1})
        graph.add_edge(name, "open")
    graph.add_node("sign", duration=4)
    graph.add_edge("sign", "open")
    graph.nodes["open"]["duration"] = 0
    if deadline:
        graph.nodes["open"]["deadline"] = deadline
    return compile_network(graph, resources=[Resource("crew", 1)])


def test_whoever_hands_the_crew_on_is_critical() -> None:
    found = sensitivity(simulate(crew(), replications=3), near=26)
    assert [found.criticality(name).value for name in ("a", "b", "c", "open", "sign")] == [1, 1, 1, 1, 0]
    assert found.near_criticality("sign").value == 1
    assert sensitivity(simulate(crew(), replications=3), near=25).near_criticality("sign").value == 0


def test_units_that_are_there_anyway_bind_nobody() -> None:
    """Two crews, jobs of 10, 3 and 3: the third job begins when the second ends, and 4 slots are left."""
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(
        (name, {"duration": work, "demand": {"crew": 1}}) for name, work in {"a": 10, "b": 3, "c": 3}.items()
    )
    network = compile_network(graph, resources=[Resource("crew", 2)])
    work, start, finish = np.array([[10, 3, 3]]), np.array([[0, 0, 3]]), np.array([[10, 3, 6]])
    assert total_floats(network, work, start, finish).tolist() == [[0, 4, 4]]


def test_criticality_of_parallel_even_chances() -> None:
    """Each of two coins is critical unless it alone is the shorter one: 3/4."""
    graph: Any = nx.DiGraph()
    graph.add_nodes_from([("a", {"duration": 10}), ("b", {"duration": 10}), ("open", {"duration": 0})])
    graph.add_edges_from([("a", "open"), ("b", "open")])
    network, risks = compile_network(graph), RiskModel(work={"a": COIN, "b": COIN})
    found = sensitivity(simulate(network, risks=risks, replications=4000, seed=5))
    for name in "ab":
        assert found.criticality(name).low < 0.75 < found.criticality(name).high
        # sd of a length 5, of the finish sqrt(75)/2; their correlation 1/sqrt(3)
        assert found.index(name) == pytest.approx(0.75 * 5 / (75**0.5 / 2), abs=0.03)
        assert found.cruciality(name) == pytest.approx(3**-0.5, abs=0.03)
    assert found.criticality("open").value == 1
    assert found.cruciality("open") is None
    assert found.index("open") == 0
    assert set(list(found.ranked)[:2]) == {"a", "b"}


def test_sums_are_those_of_the_dates() -> None:
    network = crew()
    risks = RiskModel(work={name: Uniform(5, 15) for name in "abc"})
    result = simulate(network, risks=risks, replications=2000, seed=1)
    found = sensitivity(result)
    last = result.project_finish(None)
    for name in "abc":
        i = network.index[name]
        length = result.finish[:, i] - result.start[:, i]
        assert found.cruciality(name) == pytest.approx(np.corrcoef(length, last)[0, 1])
        share = found.criticality(name).value
        assert found.index(name) == pytest.approx(share * length.std() / last.std())


def test_replications_may_be_others_and_done_in_pieces() -> None:
    result = simulate(crew(), risks=RiskModel(work={"a": COIN, "b": COIN}), replications=50, seed=2)
    told: list[tuple[int, int]] = []
    whole = sensitivity(result, replications=range(1500), progress=lambda *done: told.append(done))
    parts = [sensitivity(result, replications=numbers) for numbers in (range(700), range(700, 1500))]
    assert (whole.length == parts[0].length + parts[1].length).all()
    assert (whole.critical_count == sum(part.critical_count for part in parts)).all()
    assert told[-1] == (1500, 1500)
    with pytest.raises(InputError, match=r"holds no replication\. Give at least one\."):
        sensitivity(result, replications=range(0))


def test_a_fixed_project_has_no_sensitivity_and_unknown_names_are_refused() -> None:
    found = sensitivity(simulate(crew(), risks=RiskModel(work={"a": Fixed(9)}), replications=2))
    assert found.index("a") == 0
    assert found.cruciality("a") is None
    for ask in (found.criticality, found.near_criticality, found.index, found.cruciality):
        with pytest.raises(InputError, match=r"activity 'x' does not exist\. Correct the id\."):
            ask("x")


def test_nothing_is_critical_for_a_project_that_never_finishes() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=3)
    graph.add_node("b", duration=3, demand={"crew": 2})
    network = compile_network(graph, resources=[Resource("crew", 1)])
    found = sensitivity(simulate(network, replications=2))
    assert found.criticality("a").value == 0
    assert found.finished.tolist() == [0]
