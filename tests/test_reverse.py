"""Late starts by reverse dispatch: the late pass where nothing binds, and within resources where they do."""

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
from scheduling.cpm import latest_finishes
from scheduling.errors import AxisError
from scheduling.network import WORK, Network, Resource
from scheduling.passes import Dates, early_pass
from scheduling.validator import validate
from simulation.buffers import Buffer, buffers
from simulation.latest import late_starts
from simulation.reverse import reverse_starts

POOLS = Features(resources=2, progress=True, factors=True)


def room(network: Network) -> list[int]:
    """Greatest finishes that leave more room than the network's own."""
    return [int(at) + 60 for at in latest_finishes(network, early_pass(network))]


@settings(max_examples=80, deadline=None)
@given(networks(POOLS), st.integers(0, 99))
def test_equals_the_late_pass_where_no_resource_binds(network: Network, seed: int) -> None:
    plenty = [Resource(item.id, 1000) for item in network.resources]
    network = replace(network, resources=tuple(plenty))
    draws, latest = random_draws(network, seed, 20), room(network)
    assert (reverse_starts(network, draws, latest) == late_starts(network, draws, latest)).all()


@settings(max_examples=80, deadline=None)
@given(networks(POOLS), st.integers(0, 99))
def test_places_everything_where_units_never_lack(network: Network, seed: int) -> None:
    """One unit less than all activities together ask for binds by name only: nothing moves."""
    asked = [0] * len(network.resources)
    for row in network.demand:
        for k, units in row:
            asked[k] += units
    alone = [
        max((units for row in network.demand for r, units in row if r == k), default=0) for k in range(2)
    ]
    pools = [Resource(f"r{k}", max(asked[k] - 1, alone[k])) for k in range(2)]
    network = replace(network, resources=tuple(pools))
    draws, latest = random_draws(network, seed, 4), room(network)
    found, late = reverse_starts(network, draws, latest), late_starts(network, draws, latest)
    for r in range(len(found)):
        if within_units(network, late[r], draws.work[r]):
            assert found[r].tolist() == late[r].tolist()


@settings(max_examples=120, deadline=None)
@given(networks(replace(POOLS, progress=False)), st.integers(0, 99))
def test_keeps_links_and_units(network: Network, seed: int) -> None:
    most = [max((units for row in network.demand for r, units in row if r == k), default=0) for k in range(2)]
    pools = [Resource(f"r{k}", units, ((45, units + 1),)) for k, units in enumerate(most)]
    network = replace(network, resources=tuple(pools), deadlines={}, gates=(), release=(None,) * len(network))
    draws, latest = random_draws(network, seed, 4), [int(at) + 200 for at in room(network)]
    found, late = reverse_starts(network, draws, latest), late_starts(network, draws, latest)
    assert (found <= late).all()
    for r, start in enumerate(found.tolist()):
        drawn = replace(network, work=tuple(draws.work[r].tolist()), starts=(0,) * len(network.starts))
        assert within_units(network, start, draws.work[r])
        broken = [item for item in validate(drawn, dates_of(drawn, start)) if item.rule != "deadline"]
        assert not broken, broken[0].message


def dates_of(network: Network, start: list[int]) -> Dates:
    finish = [
        network.tables[i].finish(at, network.work[i]) if network.kind[i] == WORK else at
        for i, at in enumerate(start)
    ]
    return Dates(start, finish, start)


def within_units(network: Network, start: Any, work: Any) -> bool:
    """Whether unstarted activities that lie behind the first boundary have their units, slot by slot."""
    used: dict[tuple[int, int], int] = {}
    for i, row in enumerate(network.demand):
        if network.started(i) or start[i] <= 0:
            continue
        for t in range(int(start[i]), int(network.tables[i].finish(int(start[i]), int(work[i])))):
            for k, units in row:
                used[k, t] = used.get((k, t), 0) + units
    return all(units <= network.resources[k].capacity_at(t) for (k, t), units in used.items())


def test_the_latest_finish_goes_last_and_partial_rates_keep_their_length() -> None:
    rates = np.resize([10, 3, 3, 10], 400)
    graph = nx.DiGraph()
    graph.add_node("a", duration=1, calendar="slow", demand={"crane": 1})
    graph.add_node("b", duration=1, calendar="slow", demand={"crane": 1})
    network = compile_network(
        graph, calendars={"slow": CalendarTable("slow", rates)}, resources=[Resource("crane", 1)], start=0
    )
    draws = replace(random_draws(network, 0, 1), work=np.array([[1, 1]], dtype=np.int32))
    table = network.tables[0]
    last = table.latest_start(300, 1)
    assert reverse_starts(network, draws, [299, 300]).tolist() == [[table.latest_start(last, 1), last]]


def test_before_the_calendar_begins_it_ends() -> None:
    graph = nx.DiGraph()
    for name in "abc":
        graph.add_node(name, duration=4, calendar="week", demand={"crane": 1})
    network = compile_network(graph, calendars=CALENDARS, resources=[Resource("crane", 1)], start=0)
    found = reverse_starts(network, random_draws(network, 0, 3), [9, 9, 9])
    assert found.min() == 0
    with pytest.raises(AxisError, match="Extend the calendars"):
        reverse_starts(network, random_draws(network, 0, 1), [5000] * 3)


# -- buffers ----------------------------------------------------------------------------------------------
def test_buffers_say_where_the_plan_waits() -> None:
    graph = nx.DiGraph()
    graph.add_node("permit", duration=10)
    graph.add_node("land", duration=4)
    graph.add_node("dig", duration=5, deadline=40)
    graph.add_edges_from([("permit", "dig"), ("land", "dig")])
    network = compile_network(graph, start=0)
    start = {"permit": 2, "land": 0, "dig": 20}
    dates = dates_of(network, [start[name] for name in network.ids])
    assert buffers(network, dates) == (
        Buffer(None, "dig", 8, deadline=False),
        Buffer(None, "dig", 15, deadline=True),
    )


@settings(max_examples=80, deadline=None)
@given(networks(Features(factors=True)), st.integers(0, 30))
def test_predecessors_may_slip_by_a_buffer_and_no_more(network: Network, later: int) -> None:
    early = early_pass(network)
    floor = [at + later if k % 3 == 0 else at for k, at in enumerate(early.start)]
    dates = early_pass(network, floor=floor)
    for item in buffers(network, dates):
        i = network.index[item.before]
        assert item.slots > 0
        if not item.deadline:
            alone = replace(network, release=(None,) * len(network), gates=(), data_date=None)
            held = [None if j == i else at for j, at in enumerate(dates.start)]
            free = early_pass(alone, floor=held).start[i]
            begin = network.tables[i].next_start(network.starts[network.project[i]])
            assert free == max(dates.start[i] - item.slots, begin)
