"""The engine against a dispatcher that walks slot by slot, the early pass, and the clauses' examples."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import Features, networks, random_draws
from walking_dispatcher import Walker

from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.errors import AxisError
from scheduling.network import Network, Resource
from scheduling.passes import early_pass
from simulation.dispatch import compile_dispatch
from simulation.engine import Dispatched, dispatch
from simulation.events import Events
from simulation.maxplus import early_dates
from simulation.sampling import Draws
from simulation.statistics import UNFINISHED


def run(network: Network, draws: Draws, *, everything: bool = True, floor: Any = None) -> Dispatched:
    planned = early_pass(network).start
    model = compile_dispatch(network, planned, everything=everything)
    return dispatch(model, draws.work, early_dates(network, draws, floor))


# -- differential tests -------------------------------------------------------------------------------------
PLAIN = Features(resources=1, relations=False, leads=False, calendars=False)
FULL = Features(resources=2, progress=True, factors=True)
WITH_MAXIMA = Features(resources=1, progress=True, maximum_lags=True)
STOCK = Features(resources=1, progress=True, stock=True, least_finishes=True)


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("features", [PLAIN, Features(resources=2, leads=False), FULL, WITH_MAXIMA, STOCK])
@settings(max_examples=80, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_equals_walking_slot_by_slot(
    features: Features, everything: bool, data: st.DataObject, seed: int
) -> None:
    network = data.draw(networks(features))
    draws = random_draws(network, seed, 2)
    early = early_dates(network, draws)
    found = run(network, draws, everything=everything)
    planned = early_pass(network).start
    for r in range(2):
        walker = Walker(network, draws.work[r].tolist(), early.resume[r].tolist(), planned)
        walker.walk()
        start = [
            UNFINISHED if value is None else network.actual_start[i] if network.started(i) else value
            for i, value in enumerate(walker.start)
        ]
        finish = [UNFINISHED if value is None else value for value in walker.finish]
        assert found.finish[r].tolist() == finish
        assert [s for i, s in enumerate(found.start[r].tolist()) if not network.started(i)] == [
            s for i, s in enumerate(start) if not network.started(i)
        ]
        assert found.overtaking[r] == walker.overtaking


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("features", [PLAIN, Features(resources=2, leads=False), FULL, WITH_MAXIMA, STOCK])
@settings(max_examples=120, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_compiled_engine_equals_simpy_in_every_cell(
    features: Features, everything: bool, data: st.DataObject, seed: int
) -> None:
    network = data.draw(networks(features))
    draws = random_draws(network, seed, 3)
    early = early_dates(network, draws)
    model = compile_dispatch(network, early_pass(network).start, everything=everything)
    expected, found = dispatch(model, draws.work, early), Events(model).dispatch(draws.work, early)
    for name in ("start", "finish", "overtaking", "waited"):
        assert (getattr(found, name) == getattr(expected, name)).all(), name


@settings(max_examples=150, deadline=None)
@given(networks(Features(progress=True, factors=True, maximum_lags=True)), st.integers(0, 99), st.booleans())
def test_without_shortage_every_date_is_the_early_date(network: Network, seed: int, gated: bool) -> None:
    draws = random_draws(network, seed, 3)
    floor = [at + 3 for at in early_pass(network).start] if gated else None
    early = early_dates(network, draws, floor)
    found = run(network, draws, floor=floor)
    assert (found.start == early.start).all()
    assert (found.finish == early.finish).all()


# -- the clauses' examples ----------------------------------------------------------------------------------
def network_of(
    activities: dict[str, dict[str, Any]],
    links: list[tuple[Any, ...]] = [],  # noqa: B006 - never changed
    capacity: int = 1,
    **options: Any,
) -> Network:
    """A network with one resource, the crew; links are (pred, succ, type, lag)."""
    graph: Any = nx.MultiDiGraph()
    for name, attributes in activities.items():
        rest = {key: value for key, value in attributes.items() if key != "crew"}
        graph.add_node(name, demand={"crew": attributes.get("crew", 0)}, **rest)
    for pred, succ, relation, lag in links:
        graph.add_edge(pred, succ, type=relation, lag=lag)
    resources = options.pop("resources", [Resource("crew", capacity)])
    return compile_network(graph, resources=resources, **options)


def dispatched(network: Network, work: dict[str, int] | None = None, planned: Any = None) -> Any:
    """Dates of one replication as (start, finish) by id, from both ways of choosing who is dispatched."""
    drawn = np.array([[(work or {}).get(str(name), planning) for name, planning in zip(
        network.ids, network.work, strict=True)]], dtype=np.int64)  # fmt: skip
    arrivals = np.array([[gate.arrival for gate in network.gates]], dtype=np.int64)
    draws = Draws(range(1), drawn, arrivals, np.ones((1, 0)))
    order = early_pass(network).start
    if planned:
        order = [planned.get(name, order[i]) for i, name in enumerate(network.ids)]
    early = early_dates(network, draws)
    results = [
        dispatch(compile_dispatch(network, order, everything=everything), drawn, early)
        for everything in (True, False)
    ]
    assert (results[0].start == results[1].start).all()
    assert (results[0].finish == results[1].finish).all()
    never = {UNFINISHED: None}
    return {
        name: tuple(never.get(value, value) for value in (results[0].start[0, i], results[0].finish[0, i]))
        for i, name in enumerate(network.ids)
    }


def week(*rates: int) -> CalendarTable:
    return CalendarTable("site", np.resize(rates, 400))


def test_who_becomes_ready_by_a_start_asks_in_the_next_pass() -> None:
    """SEMANTICS 22: two units; A and C ready, B SS 0 after A: A0 C0 B2."""
    network = network_of(
        {name: {"duration": 2, "crew": 1} for name in "ABC"}, [("A", "B", "SS", 0)], capacity=2
    )
    dates = dispatched(network, planned={"A": 0, "B": 0, "C": 1})
    assert {name: start for name, (start, _) in dates.items()} == {"A": 0, "B": 2, "C": 0}


def test_the_next_pass_comes_after_an_undelayed_predecessor_without_units_too() -> None:
    network = network_of(
        {"A": {"duration": 2}, "B": {"duration": 2, "crew": 1}, "C": {"duration": 2, "crew": 1}},
        [("A", "B", "SS", 0)],
    )
    assert dispatched(network, planned={"A": 0, "B": 0, "C": 1})["B"] == (2, 4)


def test_the_order_is_planned_start_then_ready_slot_then_id_as_text() -> None:
    activities = {name: {"duration": 2, "crew": 1} for name in ("a10", "a9", "b")}
    assert dispatched(network_of(activities))["a10"] == (0, 2)
    assert dispatched(network_of(activities), planned={"b": -1})["b"] == (0, 2)
    late = network_of(
        {"a": {"duration": 2, "crew": 1, "release": 1}, "b": {"duration": 2, "crew": 1},
         "x": {"duration": 3, "crew": 1}},
    )  # fmt: skip
    assert dispatched(network_of(activities))["b"] == (4, 6)
    dates = dispatched(late, planned={"a": 0, "b": 0, "x": -1})
    assert (dates["b"], dates["a"]) == ((3, 5), (5, 7))


def test_units_freed_at_a_boundary_are_available_in_that_slot_and_breaks_hold_them() -> None:
    """SEMANTICS 7, 23: Thursday to Monday over the weekend; the other crew works seven days."""
    network = network_of(
        {"a": {"duration": 3, "crew": 1, "calendar": "site", "release": 3}, "b": {"duration": 1, "crew": 1}},
        calendars={"site": week(100, 100, 100, 100, 100, 0, 0)},
    )
    assert dispatched(network, planned={"b": 9, "a": 0}) == {"a": (3, 8), "b": (0, 1)}
    network = network_of(
        {"a": {"duration": 3, "crew": 1, "calendar": "site", "release": 3},
         "b": {"duration": 1, "crew": 1, "release": 4}},
        calendars={"site": week(100, 100, 100, 100, 100, 0, 0)},
    )  # fmt: skip
    assert dispatched(network)["b"] == (8, 9)


def test_a_skipped_activity_asks_at_the_next_slot_of_its_own_calendar() -> None:
    """SEMANTICS 23: the crew is free on Saturday, b works from Monday on."""
    network = network_of(
        {"a": {"duration": 5, "crew": 1}, "b": {"duration": 2, "crew": 1, "calendar": "site"}},
        calendars={"site": week(100, 100, 100, 100, 100, 0, 0)},
    )
    assert dispatched(network) == {"a": (0, 5), "b": (7, 9)}


def test_a_drop_of_capacity_blocks_starts_and_interrupts_nothing() -> None:
    network = network_of(
        {"a": {"duration": 4, "crew": 1}, "b": {"duration": 1, "crew": 1, "release": 1}},
        resources=[Resource("crew", 2, ((1, 0), (6, 1)))],
    )
    assert dispatched(network) == {"a": (0, 4), "b": (6, 7)}


def test_a_finish_waits_for_a_slipped_predecessor_and_holds_its_units() -> None:
    """SEMANTICS 21: a FF b; a slips behind the crew's other work, b's finish waits."""
    graph: Any = nx.MultiDiGraph()
    graph.add_node("x", duration=6, demand={"crew": 1})
    graph.add_node("a", duration=2, demand={"crew": 1})
    graph.add_node("b", duration=3, demand={"pump": 1})
    graph.add_node("c", duration=1, demand={"pump": 1}, release=4)
    graph.add_edge("a", "b", type="FF")
    network = compile_network(graph, resources=[Resource("crew", 1), Resource("pump", 1)])
    dates = dispatched(network, planned={"x": -1})
    assert dates == {"a": (6, 8), "b": (0, 8), "c": (8, 9), "x": (0, 6)}


def test_two_users_of_the_last_unit_that_wait_for_each_other_never_end() -> None:
    network = network_of(
        {"a": {"duration": 2, "crew": 1}, "b": {"duration": 2, "crew": 1}}, [("a", "b", "SF", 0)]
    )
    assert dispatched(network, planned={"b": -1}) == {"a": (None, None), "b": (0, None)}


def test_what_never_gets_its_units_is_unfinished_and_all_after_it() -> None:
    network = network_of(
        {"a": {"duration": 2, "crew": 2}, "b": {"duration": 1}, "c": {"duration": 1}}, [("a", "b", "FS", 0)]
    )
    assert dispatched(network) == {"a": (None, None), "b": (None, None), "c": (0, 1)}


def test_work_in_progress_holds_its_units_without_asking_from_the_data_date_on() -> None:
    network = network_of(
        {"a": {"duration": 9, "actual_start": 0, "remaining": 3, "crew": 1},
         "b": {"duration": 2, "actual_start": 1, "remaining": 2, "crew": 1}, "c": {"duration": 1, "crew": 1}},
        data_date=4,
    )  # fmt: skip
    assert dispatched(network) == {"a": (0, 7), "b": (1, 6), "c": (7, 8)}


def test_work_in_progress_takes_the_first_place_beside_its_unstarted_predecessors() -> None:
    """SEMANTICS 20: b waits for a, which waits for the crew."""
    network = network_of(
        {"a": {"duration": 2, "crew": 1}, "x": {"duration": 5, "crew": 1},
         "b": {"duration": 4, "actual_start": 0, "remaining": 3}},
        [("a", "b", "FS", 0)], data_date=4,
    )  # fmt: skip
    assert dispatched(network, planned={"x": -1})["b"] == (0, 14)


def test_a_lead_looks_at_the_projected_place_of_what_has_not_started() -> None:
    """SEMANTICS 21: b may start 2 before a ends; a, blocked, is projected slot by slot and then slips."""
    network = network_of(
        {"x": {"duration": 4, "crew": 1}, "a": {"duration": 3, "crew": 1}, "b": {"duration": 1}},
        [("a", "b", "FS", -2)],
    )
    assert dispatched(network, planned={"x": -1}) == {"a": (4, 7), "b": (5, 6), "x": (0, 4)}
    assert dispatched(network, {"a": 1}, planned={"x": -1})["b"] == (0, 1)


def test_the_longest_overtaking_is_the_wait_of_the_overtaken() -> None:
    """a needs both crews and is overtaken by c, which needs one."""
    network = network_of(
        {"x": {"duration": 3, "crew": 1}, "a": {"duration": 2, "crew": 2}, "c": {"duration": 5, "crew": 1}},
        capacity=2,
    )
    draws = Draws(range(1), np.array([[2, 5, 3]]), np.zeros((1, 0), dtype=np.int64), np.ones((1, 0)))
    model = compile_dispatch(network, [1, 2, 0])
    result = dispatch(model, draws.work, early_dates(network, draws))
    assert result.start.tolist() == [[5, 0, 0]]
    assert result.overtaking.tolist() == [5]


def test_a_run_off_the_axis_names_the_activity_and_the_remedy() -> None:
    network = network_of(
        {name: {"duration": 6, "crew": 1, "calendar": "short"} for name in "ab"},
        calendars={"short": CalendarTable("short", np.full(10, 100))},
    )
    with pytest.raises(AxisError, match=r"activity 'b' in a replication: .*Extend the calendars"):
        dispatched(network)
