"""Modes, stocks, last starts, least finishes, extendable maximum lags: reading, passes, plans, validator."""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx as nx
import pytest

from scheduling import Resource, backward_schedule, compile_network, critical_path, validate
from scheduling.calendar import FIVE_DAY
from scheduling.cautions import Caution, CautionKind
from scheduling.errors import InputError
from scheduling.network import Mode
from scheduling.passes import Dates
from scheduling.status import Status


def one(**attributes: Any) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("a", **{"duration": 10} | attributes)
    return graph


def chain(**second: Any) -> nx.DiGraph[str]:
    """A permit of 5 days, then works of 10 days with a deadline on day 12."""
    graph = one(duration=5)
    graph.add_node("b", **{"duration": 10, "deadline": 12} | second)
    graph.add_edge("a", "b")
    return graph


# -- modes --------------------------------------------------------------------------------------------------
def test_the_node_itself_is_the_first_mode() -> None:
    modes = {"crash": {"duration": 7, "cost": 40, "demand": {"crew": 2}}}
    net = compile_network(one(modes=modes, demand={"crew": 1}, cost=5), resources=[Resource("crew", 2)])
    assert net.modes == {0: (Mode("normal", 10, ((0, 1),), 5), Mode("crash", 7, ((0, 2),), 40))}
    assert (net.work, net.demand) == ((10,), (((0, 1),),))
    crashed = net.with_modes({0: 1})
    assert (crashed.work, crashed.demand, crashed.mode(0).id) == ((7,), (((0, 2),),), "crash")
    assert crashed.with_modes({}) == net


def test_started_work_has_no_choice() -> None:
    graph = one(modes={"crash": {"duration": 7}}, actual_start=0)
    assert compile_network(graph, data_date=1).modes == {}


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"duration": 0, "modes": {"m": {"duration": 1}}}, "activity 'a' is a milestone and has no modes"),
        ({"modes": [1]}, r"activity 'a': modes \[1\] are not a mapping"),
        ({"modes": {"normal": {"duration": 1}}}, "activity 'a': mode 'normal' is the activity itself"),
        ({"modes": {"m": {}}}, "activity 'a', mode 'm' has no duration"),
        ({"modes": {"m": {"duration": 0}}}, "activity 'a', mode 'm': duration 0 is not above 0"),
        ({"modes": {"m": {"duration": 1, "demand": {"x": 1}}}}, "mode 'm' demands resource 'x'"),
        ({"modes": {"m": {"duration": 1, "cost": "dear"}}}, "mode 'm': cost 'dear' is not a number"),
        (
            {"modes": {"m": {"duration": 4}}, "floor": 5},
            "work 4 of mode 'm' is below 5, which the law demands",
        ),
        ({"floor": 11}, "work 10 of mode 'normal' is below 11"),
    ],
)
def test_modes_that_make_no_sense(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        compile_network(one(**attributes))


def test_a_dearer_mode_is_bought_only_for_a_deadline() -> None:
    crash = {"crash": {"duration": 7, "cost": 40}}
    late = backward_schedule(chain(modes=crash))
    assert (late.status, late.modes, late.cost, late.finish["b"]) == (Status.OPTIMAL, {"b": "crash"}, 40, 12)
    easy = backward_schedule(chain(modes=crash, deadline=20))
    assert (easy.modes, easy.cost, easy.solver) == ({"b": "normal"}, 0, "cpm")
    assert easy.start["b"] == 10


def test_the_cheapest_set_of_modes() -> None:
    """Two works of 10 in a row, three days to save: by 3 for 9, by 2 for 4, by 1 for 3."""
    graph = nx.DiGraph()
    ways = {
        "one": {"duration": 9, "cost": 3},
        "two": {"duration": 8, "cost": 4},
        "three": {"duration": 7, "cost": 9},
    }
    graph.add_node("a", duration=10, modes=ways)
    graph.add_node("b", duration=10, modes=ways, deadline=17)
    graph.add_edge("a", "b")
    plan = backward_schedule(graph)
    assert (plan.cost, sorted(plan.modes.values())) == (7, ["one", "two"])


def test_a_mode_that_cuts_more_than_a_fifth_is_flagged() -> None:
    cut = Caution(CautionKind.CRASH, ("b",), amounts=(10, 7), mode="m")
    assert backward_schedule(chain(modes={"m": {"duration": 7}})).cautions == (cut,)
    assert backward_schedule(chain(modes={"m": {"duration": 8}}, deadline=13)).cautions == ()


def test_no_mode_fits_where_the_least_start_and_the_least_finish_belong_to_different_ones() -> None:
    """The long mode starts on time, the short one would finish on time; neither does both."""
    ways = {"short": {"duration": 1}}
    graph = one(duration=3, modes=ways, start_by=0, finish_from=2, deadline=0)
    plan = backward_schedule(graph)
    assert (plan.status, plan.modes["a"], plan.weighted_lateness) == (Status.LATE, "normal", 3)


def test_maximum_lags_may_demand_another_mode() -> None:
    graph: Any = nx.MultiDiGraph()
    graph.add_node("a", duration=3)
    graph.add_node("b", duration=9, modes={"fast": {"duration": 4}})
    graph.add_edge("a", "b")
    graph.add_edge("a", "b", type="SF", lag=None, maximum_lag=8)
    plan = backward_schedule(graph)
    assert (plan.status, plan.modes["b"]) == (Status.OPTIMAL, "fast")


# -- stocks -------------------------------------------------------------------------------------------------
def test_a_stock_is_drawn_down_and_never_below_zero() -> None:
    graph = nx.DiGraph()
    for name in "abc":
        graph.add_node(name, duration=1, demand={"land": 2}, deadline=3, project=name)
    land = Resource.stock("land", 2, [(2, 2), (5, 2)])
    net = compile_network(graph, resources=[land])
    plan = backward_schedule(net)
    assert sorted(plan.start.values()) == [2, 2, 5]
    assert (plan.status, plan.weighted_lateness) == (Status.LATE, 3)
    greedy = Dates([2, 2, 4], [3, 3, 5], [2, 2, 4])
    assert [item.rule for item in validate(net, greedy)] == ["capacity"]


def test_what_actual_starts_took_counts() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=1, demand={"land": 3}, actual_start=0, actual_finish=1)
    graph.add_node("b", duration=1, demand={"land": 1}, deadline=4)
    land = Resource.stock("land", 3, [(6, 1)])
    plan = backward_schedule(compile_network(graph, resources=[land], data_date=1))
    assert (plan.start["b"], plan.weighted_lateness) == (6, 3)


def test_a_stock_that_falls() -> None:
    with pytest.raises(InputError, match="resource 'land' is consumed, so its capacity cannot fall"):
        compile_network(one(), resources=[Resource("land", 3, ((5, 2),), consumed=True)])


# -- last starts and least finishes -------------------------------------------------------------------------
def test_a_last_start_bounds_late_dates_and_is_never_missed() -> None:
    result = critical_path(chain(start_by=4, deadline=30))
    assert (result.late_start["b"], result.total_float["b"], result.status) == (4, -1, Status.INFEASIBLE)
    assert backward_schedule(chain(start_by=4, deadline=30)).conflict == ("b",)
    plan = backward_schedule(chain(start_by=8, deadline=30))
    assert (plan.start["b"], plan.start["a"]) == (8, 3)


def test_a_least_finish_holds_early_dates_back() -> None:
    result = critical_path(chain(finish_from=19, deadline=30))
    assert (result.early_start["b"], result.early_finish["b"], result.early_start["a"]) == (9, 19, 0)
    assert result.free_float["a"] == 4


def test_constraints_on_dates() -> None:
    graph = one(
        duration=3, start_by=date(2026, 1, 8), finish_from=date(2026, 1, 9), deadline=date(2026, 2, 2)
    )
    graph.nodes["a"]["calendar"] = "5-day"
    result = critical_path(graph, calendars={"5-day": FIVE_DAY}, start=date(2026, 1, 5))
    assert result.early_start["a"] == date(2026, 1, 7)
    assert result.late_start["a"] == date(2026, 1, 8)


# -- extensions ---------------------------------------------------------------------------------------------
def window(deadline: int) -> nx.DiGraph[str]:
    """Work starts within 3 months of its permit, extendable twice; the permit cannot wait beyond day 10."""
    graph = one(deadline=10, hard=True)
    graph.add_node("start", duration=5, release=100 + 90, deadline=deadline)
    graph.add_edge("a", "start", maximum_lag=90, extension=90, extensions=2, extension_cost=7)
    return graph


def test_an_extension_is_bought_only_where_needed() -> None:
    plan = backward_schedule(window(400))
    assert (plan.start["start"], plan.cost) == (190, 7)
    assert plan.extensions == {("a", "start"): 1}
    free = window(400)
    free.edges["a", "start"]["extension_cost"] = 0
    assert backward_schedule(free).start["start"] == 280


def test_windows_that_cannot_be_kept() -> None:
    graph = window(400)
    graph.nodes["start"]["release"] = 281
    plan = backward_schedule(graph)
    assert (plan.status, plan.conflict) == (Status.INFEASIBLE, ("a",))


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"extension": 3}, "link a -> b: an extension needs a maximum_lag"),
        ({"maximum_lag": 3, "extension": 0}, "link a -> b: extension 0 or its number 1 is not above 0"),
        ({"maximum_lag": 3, "extension": 2, "extensions": 0}, "extension 2 or its number 0"),
        ({"maximum_lag": 3, "extension": "x"}, "link a -> b: extension 'x' is not a number"),
    ],
)
def test_extensions_that_make_no_sense(attributes: dict[str, Any], message: str) -> None:
    graph = one()
    graph.add_node("b", duration=1)
    graph.add_edge("a", "b", **attributes)
    with pytest.raises(InputError, match=message):
        compile_network(graph)


# -- validator ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "mode", "rules"),
    [
        (5, 0, ["finish"]),
        (5, 1, []),
        (4, 1, ["least finish", "precedence"]),
        (9, 1, ["last start"]),
    ],
)
def test_the_validator_sees_modes_and_constraints(start: int, mode: int, rules: list[str]) -> None:
    net = compile_network(chain(modes={"m": {"duration": 8}}, start_by=8, finish_from=13))
    dates = Dates([0, start], [5, start + 8], [0, start], modes={1: mode})
    assert [item.rule for item in validate(net, dates)] == rules
