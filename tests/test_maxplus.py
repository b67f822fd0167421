"""Early dates over arrays against the early pass, replication by replication."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import CALENDARS, Features, networks, random_draws

from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.errors import AxisError, ContradictionError
from scheduling.network import FINISH_MILESTONE, Network
from scheduling.passes import early_pass
from simulation.maxplus import early_dates
from simulation.sampling import Draws


def one_by_one(network: Network, draws: Draws, r: int, floor: list[Any] | None = None) -> Any:
    """The early pass of one replication, with its arrivals as supply dates."""
    gates = tuple(gate._replace(arrival=int(draws.arrivals[r, k])) for k, gate in enumerate(network.gates))
    return early_pass(replace(network, gates=gates), work=[int(w) for w in draws.work[r]], floor=floor)


def assert_equal(network: Network, draws: Draws, floor: list[Any] | None = None) -> None:
    found = early_dates(network, draws, floor)
    for r in range(len(draws.replications)):
        try:
            dates = one_by_one(network, draws, r, floor)
        except ContradictionError:
            continue
        assert found.start[r].tolist() == dates.start
        assert found.finish[r].tolist() == dates.finish
        assert found.resume[r].tolist() == dates.resume


@settings(max_examples=150, deadline=None)
@given(networks(Features(progress=True, factors=True, least_finishes=True)), st.integers(0, 99))
def test_equals_the_early_pass(network: Network, seed: int) -> None:
    assert_equal(network, random_draws(network, seed, 4))


@settings(max_examples=60, deadline=None)
@given(networks(Features(progress=True)), st.data())
def test_equals_the_early_pass_behind_planned_starts(network: Network, data: st.DataObject) -> None:
    floor = [
        data.draw(st.one_of(st.none(), st.integers(40, 75))) if network.kind[i] != FINISH_MILESTONE else None
        for i in range(len(network))
    ]
    assert_equal(network, random_draws(network, 1, 3), floor)


@settings(max_examples=150, deadline=None)
@given(networks(Features(progress=True, maximum_lags=True)), st.integers(0, 99))
def test_equals_the_early_pass_with_maximum_lags(network: Network, seed: int) -> None:
    assert_equal(network, random_draws(network, seed, 3))


def lags_at_most(days: int) -> Network:
    """Two activities that must end within some days of the first one's start, and a third after them."""
    graph: Any = nx.MultiDiGraph()
    for name in "abc":
        graph.add_node(name, duration=3)
    graph.add_edge("a", "b")
    graph.add_edge("a", "b", type="SF", lag=None, maximum_lag=days)
    graph.add_edge("b", "c")
    return compile_network(graph)


@pytest.mark.parametrize("calendars", [{}, CALENDARS])
def test_maximum_lags_that_a_draw_makes_impossible_are_dropped_in_that_replication(calendars: Any) -> None:
    network = lags_at_most(8)
    draws = replace(random_draws(network, 0, 3), work=np.asfortranarray([[3, 3, 1], [6, 3, 1], [3, 5, 1]]))
    if calendars:
        network = replace(network, tables=(CALENDARS["week"],) * 3)
        expected = [[0, 3, 8], [0, 8, 11], [0, 3, 10]]
    else:
        expected = [[0, 3, 6], [0, 6, 9], [0, 3, 8]]
    assert early_dates(network, draws).start.tolist() == expected


def test_a_run_off_the_axis_is_an_error_that_names_activity_and_remedy() -> None:
    graph = nx.DiGraph()
    graph.add_node("dig", duration=3, calendar="short")
    short = CalendarTable("short", np.full(10, 100))
    network = compile_network(graph, calendars={"short": short})
    draws = replace(random_draws(network, 0, 2), work=np.array([[3], [11]]))
    with pytest.raises(AxisError, match=r"'dig' in a replication: .*Extend the calendars"):
        early_dates(network, draws)
