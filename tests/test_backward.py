"""Backward plans: what each clause of the semantics means for a plan, and the late pass as optimum."""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx as nx
import pytest

from scheduling.backward import backward_schedule
from scheduling.build import compile_network
from scheduling.calendar import FIVE_DAY, Calendar
from scheduling.cautions import Caution, CautionKind
from scheduling.cpm import critical_path
from scheduling.errors import InputError
from scheduling.network import Network, Resource
from scheduling.status import Status

MONDAY = date(2026, 1, 5)
SOLVERS = pytest.mark.parametrize("solver", ["cpm", "cpsat"])


def chain(*links: tuple[str, str], days: dict[str, int], **extra: Any) -> Any:
    """A graph of activities with these durations; `extra` adds attributes to nodes."""
    graph: Any = nx.DiGraph()
    for name, duration in days.items():
        graph.add_node(name, duration=duration, **extra.get(name, {}))
    graph.add_edges_from(links)
    return graph


def crane(graph: Any, capacity: int = 1, **options: Any) -> Network:
    return compile_network(graph, resources=[Resource("crane", capacity)], **options)


@SOLVERS
def test_as_late_as_the_deadline_lets(solver: Any) -> None:
    plan = backward_schedule(chain(("a", "b"), days={"a": 10, "b": 3}, b={"deadline": 20}), solver=solver)
    assert (plan.status, plan.solver) == (Status.OPTIMAL, solver)
    assert (plan.start, plan.finish) == ({"a": 7, "b": 17}, {"a": 17, "b": 20})
    assert (plan.lateness, plan.overrun, plan.objective, plan.gap) == ({"b": 0}, {None: 0}, 24, 0)


@SOLVERS
def test_9_a_missed_soft_deadline_moves_to_the_early_finish(solver: Any) -> None:
    plan = backward_schedule(chain(("a", "b"), days={"a": 10, "b": 3}, b={"deadline": 6}), solver=solver)
    assert (plan.status, plan.start) == (Status.LATE, {"a": 0, "b": 10})
    assert (plan.weighted_lateness, plan.weighted_lateness_bound, plan.lateness) == (7, 7, {"b": 7})


def test_9_a_missed_hard_deadline_is_infeasible_and_named() -> None:
    plan = backward_schedule(
        chain(("a", "b"), days={"a": 10, "b": 3}, b={"deadline": 12, "hard": True}, a={"deadline": 9})
    )
    assert (plan.status, plan.conflict, plan.dates) == (Status.INFEASIBLE, ("b",), None)
    assert plan.start == {"a": None, "b": None}
    assert plan.gap is None


def test_9_the_overrun_of_project_ends_comes_after_lateness() -> None:
    """The deadline takes the crane first; the activity without one ends its project late."""
    graph = chain(days={"due": 4, "open": 4}, due={"project": "p", "deadline": 4}, open={"project": "q"})
    for name in graph:
        graph.nodes[name]["demand"] = {"crane": 1}
    plan = backward_schedule(crane(graph))
    assert (plan.status, plan.lateness, plan.overrun) == (Status.OPTIMAL, {"due": 0}, {"p": 0, "q": 4})


def test_13_lateness_is_read_from_dates() -> None:
    """A finish milestone on Monday 0:00 misses a Friday deadline by the weekend."""
    graph = chain(
        ("a", "end"), days={"a": 1, "end": 0},
        a={"calendar": "5-day", "release": date(2026, 1, 9)},
        end={"deadline": date(2026, 1, 9)},
    )  # fmt: skip
    graph.edges["a", "end"].update(lag=2, lag_calendar="elapsed")
    plan = backward_schedule(compile_network(graph, calendars={"5-day": FIVE_DAY}, start=MONDAY))
    assert (plan.status, plan.lateness) == (Status.LATE, {"end": 2})


def test_14_every_project_without_a_deadline_keeps_its_early_finish() -> None:
    graph = chain(days={"a": 3, "b": 5}, a={"project": "p"}, b={"project": "q"})
    plan = backward_schedule(graph)
    assert plan.finish == {"a": 3, "b": 5}


def test_15_a_start_milestone_is_due_at_its_start() -> None:
    graph = chain(
        ("go", "a"), days={"go": 0, "a": 4}, go={"milestone": "start", "deadline": date(2026, 1, 7)},
        a={"deadline": date(2026, 1, 30)},
    )  # fmt: skip
    plan = backward_schedule(compile_network(graph, calendars={"5-day": FIVE_DAY}, start=MONDAY))
    assert (plan.status, plan.start["go"]) == (Status.OPTIMAL, date(2026, 1, 7))


def test_15_a_deadline_of_a_done_activity_is_judged_but_not_optimised() -> None:
    graph = chain(
        ("a", "b"), days={"a": 3, "b": 2}, a={"actual_start": 1, "actual_finish": 6, "deadline": 4},
        b={"deadline": 12},
    )  # fmt: skip
    plan = backward_schedule(compile_network(graph, data_date=6))
    assert plan.lateness == {"a": 2, "b": 0}
    assert (plan.status, plan.weighted_lateness) == (Status.OPTIMAL, 0)


def test_16_a_plan_that_overruns_says_so() -> None:
    graph = chain(days={"a": 3, "b": 3}, a={"demand": {"crane": 1}}, b={"demand": {"crane": 1}})
    plan = backward_schedule(crane(graph))
    assert plan.overrun == {None: 3}
    assert sorted(plan.finish.values()) == [3, 6]


@SOLVERS
def test_17_milestones_take_their_greatest_dates_and_do_not_count(solver: Any) -> None:
    graph = chain(("start", "a"), ("a", "end"), days={"start": 0, "a": 3, "end": 0}, end={"deadline": 9})
    plan = backward_schedule(graph, solver=solver)
    assert (plan.start, plan.objective) == ({"start": 6, "a": 6, "end": 9}, 6)


def test_18_unfinished_work_lies_after_the_data_date() -> None:
    """A deadline before the data date is accepted and late."""
    graph = chain(("a", "b"), days={"a": 2, "b": 2}, a={"deadline": 3}, b={"deadline": 20})
    plan = backward_schedule(compile_network(graph, data_date=10))
    assert (plan.status, plan.lateness) == (Status.LATE, {"a": 9, "b": 0})
    assert (plan.start["a"], plan.start["b"]) == (10, 18)


def test_19_facts_stay_and_a_broken_maximum_lag_is_a_warning() -> None:
    graph: Any = nx.MultiDiGraph()
    graph.add_node("a", duration=2, actual_start=1, actual_finish=3)
    graph.add_node("b", duration=2, deadline=20)
    graph.add_edge("a", "b", maximum_lag=1)
    plan = backward_schedule(compile_network(graph, data_date=6))
    assert (plan.start, plan.status) == ({"a": 1, "b": 18}, Status.OPTIMAL)
    assert plan.cautions == (Caution(CautionKind.BROKEN_LAG, ("a", "b")),)


@SOLVERS
def test_20_work_in_progress_keeps_its_first_place(solver: Any) -> None:
    graph = chain(
        ("a", "b"), days={"a": 9, "b": 2}, a={"actual_start": 3, "remaining": 4}, b={"deadline": 40}
    )
    plan = backward_schedule(compile_network(graph, data_date=8), solver=solver)
    assert (plan.start, plan.finish) == ({"a": 3, "b": 38}, {"a": 12, "b": 40})


def test_resources_are_held_over_breaks() -> None:
    """A weekend inside the work of one activity keeps the crane from a seven-day activity."""
    graph = chain(
        days={"a": 2, "b": 2},
        a={
            "calendar": "5-day",
            "release": date(2026, 1, 9),
            "deadline": date(2026, 1, 12),
            "demand": {"crane": 1},
        },
        b={"deadline": date(2026, 1, 11), "demand": {"crane": 1}},
    )
    plan = backward_schedule(crane(graph, calendars={"5-day": FIVE_DAY}, start=MONDAY))
    assert (plan.start["a"], plan.finish["a"]) == (date(2026, 1, 9), date(2026, 1, 12))
    assert (plan.start["b"], plan.finish["b"]) == (date(2026, 1, 7), date(2026, 1, 8))


@SOLVERS
def test_partial_rates(solver: Any) -> None:
    """The greatest start whose forward finish keeps the deadline, not lengths on a reversed calendar."""
    slow = Calendar("slow", (10, 3, 3, 10, 10, 3, 3))
    graph = chain(days={"a": 1}, a={"calendar": "slow", "deadline": date(2026, 2, 1)})
    net = compile_network(graph, calendars={"slow": slow}, start=MONDAY)
    plan = backward_schedule(net, solver=solver)
    assert plan.start["a"] == critical_path(net).late_start["a"]
    assert plan.finish["a"] <= date(2026, 2, 1)


def test_dates_and_frame() -> None:
    graph = chain(("a", "b"), days={"a": 3, "b": 2}, b={"deadline": date(2026, 1, 16)})
    for name in graph:
        graph.nodes[name]["calendar"] = "5-day"
    plan = backward_schedule(compile_network(graph, calendars={"5-day": FIVE_DAY}, start=MONDAY))
    assert (plan.start["a"], plan.finish["b"]) == (date(2026, 1, 12), date(2026, 1, 16))
    assert list(plan.to_frame().columns) == ["start", "finish"]


def test_unknown_solver() -> None:
    with pytest.raises(InputError, match="solver 'lp' is not known"):
        backward_schedule(chain(days={"a": 1}), solver="lp")  # type: ignore[arg-type]
