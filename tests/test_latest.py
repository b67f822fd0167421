"""Late starts over arrays against the late pass, replication by replication."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import CALENDARS, Features, networks, random_draws

from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.cpm import latest_finishes
from scheduling.errors import AxisError
from scheduling.network import Network
from scheduling.passes import early_pass, late_pass
from simulation.latest import late_starts
from simulation.sampling import Draws


def assert_equal(network: Network, draws: Draws, latest: list[int]) -> None:
    found = late_starts(network, draws, latest)
    for r in range(len(draws.replications)):
        drawn = replace(network, work=tuple(int(work) for work in draws.work[r]))
        dates = late_pass(drawn, early_pass(drawn), latest)
        assert dates is not None
        expected = [
            network.actual_start[i] if network.done(i) else dates.resume[i] for i in range(len(network))
        ]
        assert found[r].tolist() == expected


@settings(max_examples=150, deadline=None)
@given(networks(Features(progress=True, factors=True)), st.integers(0, 99))
def test_equals_the_late_pass(network: Network, seed: int) -> None:
    latest = latest_finishes(network, early_pass(network))
    assert_equal(network, random_draws(network, seed, 4), latest)


@settings(max_examples=80, deadline=None)
@given(networks(Features(progress=True)), st.data())
def test_equals_the_late_pass_under_any_latest_dates(network: Network, data: st.DataObject) -> None:
    early = early_pass(network)
    latest = [finish + data.draw(st.integers(-4, 30)) for finish in early.finish]
    assert_equal(network, random_draws(network, 1, 3), latest)


def test_longer_work_never_starts_later() -> None:
    graph = nx.DiGraph()
    for name, calendar in (("a", "week"), ("b", "winter"), ("c", "odd")):
        graph.add_node(name, duration=5, calendar=calendar)
    nx.add_path(graph, "abc")
    network = compile_network(graph, calendars=CALENDARS, start=700)
    work = np.asfortranarray(np.arange(1, 41)[:, np.newaxis] + np.zeros((1, 3), dtype=np.int64))
    draws = replace(random_draws(network, 0, 40), work=work)
    late = late_starts(network, draws, latest_finishes(network, early_pass(network)))
    assert (np.diff(late, axis=0) <= 0).all()
    assert (late[-1] < late[0]).all()


def test_maximum_lags_are_left_out() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=2)
    graph.add_node("b", duration=3, deadline=30)
    graph.add_edge("a", "b", lag=0, maximum_lag=1)
    network = compile_network(graph, start=0)
    draws = replace(random_draws(network, 0, 1), work=np.array([[2, 3]]))
    assert late_starts(network, draws, [30, 30]).tolist() == [[25, 27]]


def test_a_start_before_the_calendar_is_its_first_boundary() -> None:
    """Such a replication is lost: nothing can start so early. Its dates still stand in quantiles."""
    graph = nx.DiGraph()
    graph.add_node("plan", duration=1, calendar="short")
    graph.add_node("dig", duration=3, calendar="short")
    graph.add_edge("plan", "dig", lag=1)
    network = compile_network(graph, calendars={"short": CalendarTable("short", np.full(10, 100))})
    draws = replace(random_draws(network, 0, 2), work=np.array([[3, 1], [9, 1]]))
    assert late_starts(network, draws, [8, 8]).tolist() == [[5, 3], [0, 0]]


def test_a_deadline_behind_the_calendar_is_an_error_that_names_the_remedy() -> None:
    graph = nx.DiGraph()
    graph.add_node("dig", duration=3, calendar="short")
    network = compile_network(graph, calendars={"short": CalendarTable("short", np.full(10, 100))})
    draws = replace(random_draws(network, 0, 1), work=np.array([[3]]))
    with pytest.raises(AxisError, match=r"'short'.*[Ee]xtend the calendars"):
        late_starts(network, draws, [18])
