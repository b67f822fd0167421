"""The cost-time curve against all combinations of modes, and textbook crashing."""

from __future__ import annotations

from itertools import product
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import Resource, compile_network, cost_time_curve
from scheduling.errors import InputError
from scheduling.network import Network
from scheduling.passes import early_pass


@st.composite
def crashable(draw: st.DrawFn) -> Network:
    graph: Any = nx.DiGraph()
    size = draw(st.integers(1, 5))
    for i in range(size):
        work = draw(st.integers(2, 8))
        ways = {
            f"m{k}": {"duration": draw(st.integers(1, work)), "cost": draw(st.integers(0, 9))}
            for k in range(draw(st.integers(0, 2)))
        }
        graph.add_node(f"a{i}", duration=work, modes=ways, cost=draw(st.integers(0, 2)))
        for j in draw(st.sets(st.integers(0, i - 1), max_size=2)) if i else ():
            graph.add_edge(f"a{j}", f"a{i}", type=draw(st.sampled_from(["FS", "SS", "FF"])), lag=1)
    return compile_network(graph)


@settings(max_examples=40, deadline=None)
@given(crashable())
def test_equals_every_combination_of_modes(net: Network) -> None:
    best: dict[int, int] = {}
    for choice in product(*(range(len(ways)) for ways in net.modes.values())):
        chosen = net.with_modes(dict(zip(net.modes, choice, strict=True)))
        finish = max(early_pass(chosen).finish)
        price = sum(chosen.mode(i).cost for i in chosen.modes)
        best[finish] = min(price, best.get(finish, price))
    frontier = [
        (finish, price)
        for finish, price in sorted(best.items(), reverse=True)
        if all(price < other for sooner, other in best.items() if sooner < finish)
    ]
    curve = cost_time_curve(net)
    assert [(point.boundary, point.cost) for point in curve] == frontier
    assert all(point.proved for point in curve)


def test_a_shared_crane_is_part_of_the_curve() -> None:
    graph: Any = nx.DiGraph()
    for name in "ab":
        ways = {"fast": {"duration": 2, "cost": 5, "demand": {"crane": 1}}}
        graph.add_node(name, duration=4, demand={"crane": 1}, modes=ways)
    curve = cost_time_curve(compile_network(graph, resources=[Resource("crane", 1)]))
    assert [(point.finish, point.cost, len(point.modes)) for point in curve] == [
        (8, 0, 0),
        (6, 5, 1),
        (4, 10, 2),
    ]


def test_only_what_the_project_is_coupled_with_is_planned() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=4, project="p", modes={"fast": {"duration": 3, "cost": 1}})
    graph.add_node("b", duration=4, project="q", deadline=2, hard=True)
    net = compile_network(graph)
    assert [(point.finish, point.cost) for point in cost_time_curve(net, "p")] == [(4, 0), (3, 1)]
    assert cost_time_curve(net, "q") == ()
    with pytest.raises(InputError, match="there is no project 'None'"):
        cost_time_curve(net)
