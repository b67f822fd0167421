"""What goes into a network and how dates come out: every refusal with its message, and golden dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest

from scheduling import (
    Axis,
    AxisError,
    Calendar,
    CalendarTable,
    CycleError,
    Factor,
    InputError,
    Network,
    Resource,
    Status,
    compile_network,
    critical_path,
)
from scheduling.calendar import FIVE_DAY, SEVEN_DAY
from scheduling.horizon import longest_reach
from scheduling.network import FINISH_MILESTONE, START_MILESTONE, WORK
from scheduling.reading import stable_order

DATED = {"5-day": FIVE_DAY}
MONDAY = date(2026, 1, 5)
ON_DATES: dict[str, Any] = {"calendars": DATED, "start": MONDAY}


def day(number: int) -> date:
    """A day of January 2026; the 5th is a Monday."""
    return date(2026, 1, number)


def one(duration: Any = 3, /, **attributes: Any) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("dig", duration=duration, **attributes)
    return graph


def two(**link: Any) -> nx.DiGraph[str]:
    graph = one()
    graph.add_node("pour", duration=2)
    graph.add_edge("dig", "pour", **link)
    return graph


def refused(message: str, graph: Any, **arguments: Any) -> None:
    with pytest.raises(InputError, match=message):
        compile_network(graph, **arguments)


# -- activities ---------------------------------------------------------------------------------------
def test_missing_duration() -> None:
    graph = one()
    graph.add_edge("dig", "pour")  # networkx adds the node that a link names
    refused("activity 'pour' has no 'duration'. Give its work in slots", graph)
    refused("activity 'dig' has no 'days'", one(), duration="days")


@pytest.mark.parametrize(
    "duration", ["3", None, float("nan"), float("inf"), True, 1j, timedelta(days=3), [3]], ids=repr
)
def test_duration_that_is_no_number(duration: Any) -> None:
    refused("activity 'dig': duration .* is not a number", one(duration))


def test_negative_duration() -> None:
    refused("activity 'dig': duration -1 is below 0", one(-1))


def test_fractions_want_no_calendars() -> None:
    refused("activity 'dig': duration 2.5 is not a whole number of slots", one(2.5), **ON_DATES)
    tables = {"week": CalendarTable("week", [100] * 9)}
    refused("activity 'dig': duration 2.5 is not a whole", one(2.5, calendar="week"), calendars=tables)
    refused("the start of project 'None': 0.5 is not a whole", one(), calendars=tables, start=0.5)
    refused("link dig -> pour: lag 0.5 is not a whole", two(lag=0.5), **ON_DATES)
    assert critical_path(one(2.5)).duration == 2.5


@pytest.mark.parametrize("duration", [3, 3.0, np.int64(3), np.float64(3), Fraction(3)], ids=repr)
def test_whole_numbers_of_every_kind_become_int(duration: Any) -> None:
    for graph in (one(duration), one(5, actual_start=0, remaining=duration)):
        (work,) = compile_network(graph, data_date=1).work
        assert work == 3
        assert type(work) is int


def test_numpy_numbers_everywhere() -> None:
    graph = two(lag=np.int32(1), maximum_lag=np.float64(4))
    graph.nodes["pour"].update(release=np.int64(2), deadline=np.float64(20.0), weight=np.int64(2))
    net = compile_network(graph, start=np.int64(1), data_date=np.int64(1))
    numbers = [*net.starts, net.data_date, *(link.lag for link in net.links)]
    numbers += [net.release[1], *net.deadlines[1][::2]]
    assert numbers == [1, 1, 1, 4, 2, 20, 2]
    assert {type(value) for value in numbers} == {int}


def test_kinds() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name, node in {
        "a": {"duration": 1},
        "b": {"duration": 0},
        "c": {"duration": 0, "milestone": "start"},
        "d": {"duration": 0, "milestone": True},
    }.items():
        graph.add_node(name, **node)
    kinds = (WORK, FINISH_MILESTONE, START_MILESTONE, FINISH_MILESTONE)
    assert compile_network(graph).kind == kinds


def test_milestones_that_make_no_sense() -> None:
    refused("activity 'dig' is a milestone but has work 3", one(3, milestone="start"))
    refused("activity 'dig': milestone 'begin' is neither 'start' nor 'finish'", one(0, milestone="begin"))


def test_unknown_calendar() -> None:
    refused("activity 'dig': calendar 'site' is not known. Known calendars: none", one(calendar="site"))
    refused("activity 'dig': calendar 'site' is not known. Known calendars: 5-day, 7-day",
            one(calendar="site"), **ON_DATES)  # fmt: skip
    refused(r"activity 'dig': calendar \['5-day'\] is not known", one(calendar=["5-day"]), **ON_DATES)
    refused("link dig -> pour: calendar 'site' is not known", two(lag=1, lag_calendar="site"), **ON_DATES)


def test_calendars_that_make_no_sense() -> None:
    refused(
        "calendar '5-day' is '5 days'. Give a Calendar", one(calendar="5-day"), calendars={"5-day": "5 days"}
    )
    refused("the calendar name 'elapsed' stands for every slot", one(), calendars={"elapsed": SEVEN_DAY})
    foreign = FIVE_DAY.on(Axis(MONDAY, 30))
    refused(
        "calendar 'site' is a table on other dates", one(calendar="site"),
        calendars={"5-day": FIVE_DAY, "site": foreign}, start=MONDAY,
    )  # fmt: skip
    never = Calendar("never", (0,) * 7)
    refused("activity 'dig': calendar 'never' has no working slot at all", one(calendar="never"),
            calendars={"never": never}, start=MONDAY)  # fmt: skip


def test_calendars_that_share_no_day() -> None:
    old = Calendar("old", (100,) * 7, last=date(2020, 1, 1))
    new = Calendar("new", (100,) * 7, first=date(2026, 1, 1))
    graph = two()
    graph.nodes["dig"]["calendar"], graph.nodes["pour"]["calendar"] = "old", "new"
    refused("no day is covered by every calendar", graph, calendars={"old": old, "new": new}, start=MONDAY)


def test_project_that_is_no_id() -> None:
    refused(r"activity 'dig': project \['north'\] cannot be an id", one(project=["north"]))


# -- links --------------------------------------------------------------------------------------------
def test_links_that_make_no_sense() -> None:
    refused("link dig -> pour: relation 'EA' is none of FS, SS, FF, SF", two(type="EA"))
    refused("link dig -> pour: lag '1 day' is not a number", two(lag="1 day"))
    refused("link dig -> pour: lag nan is not a number", two(lag=float("nan")))
    refused("link dig -> pour: maximum_lag True is not a number", two(maximum_lag=True))
    refused("link dig -> pour has neither a lag nor a maximum_lag", two(lag=None))
    graph = one()
    graph.add_edge("dig", "dig")
    refused("link dig -> dig joins an activity to itself", graph)


def test_cycle_is_named() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name in ("before", "a", "b", "c", "after"):
        graph.add_node(name, duration=1)
    nx.add_path(graph, ["before", "a", "b", "c", "after"])
    graph.add_edge("c", "a")
    with pytest.raises(CycleError, match=r"the precedences form a cycle: .* -> .* -> .* -> ") as raised:
        compile_network(graph)
    cycle = raised.value.cycle
    assert set(cycle) == {"a", "b", "c"}
    assert all(graph.has_edge(a, b) for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True))


def test_graph_without_directions() -> None:
    undirected: nx.Graph[str] = nx.Graph([("dig", "pour")])
    refused("the graph is not a networkx DiGraph or MultiDiGraph", undirected)
    refused("the graph is not a networkx DiGraph or MultiDiGraph", {"dig": ["pour"]})


def test_other_attribute_names() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("dig", days=3)
    graph.add_node("pour", days=2)
    graph.add_edge("dig", "pour", wait=1, kind="SS")
    assert critical_path(graph, duration="days", lag="wait", relation="kind").early_start["pour"] == 1
    graph.edges["dig", "pour"]["wait"] = "x"
    refused("link dig -> pour: wait 'x' is not", graph, duration="days", lag="wait", relation="kind")


# -- dates --------------------------------------------------------------------------------------------
def test_dates_and_numbers_are_not_mixed() -> None:
    refused("the release of activity 'dig': .* is a date, but the network has no dated calendars",
            one(release=MONDAY))  # fmt: skip
    refused("the release of activity 'dig': '2026-01-05' is not a number", one(release="2026-01-05"))
    refused(
        "the release of activity 'dig': 3 is not a date, but the network has dated",
        one(release=3),
        **ON_DATES,
    )
    refused("the start of project 'None': '2026-01-05' is not a date", one(), calendars=DATED,
            start="2026-01-05", data_date=MONDAY)  # fmt: skip
    refused("the deadline of activity 'dig': nan is not a number", one(deadline=float("nan")))


def test_time_zones_and_missing_times() -> None:
    import pandas as pd

    aware = datetime(2026, 1, 7, tzinfo=UTC)
    refused("has a time zone", one(release=aware), **ON_DATES)
    refused("NaT is not a date", one(release=pd.NaT), **ON_DATES)
    node = one(release=pd.Timestamp(2026, 1, 7), calendar="5-day")
    assert critical_path(node, **ON_DATES).early_start["dig"] == day(7)


def test_dated_network_needs_a_date_and_a_start() -> None:
    refused("dated calendars but no date at all. Give a start", one(), calendars=DATED)
    refused("project 'None' has no start date. Give a start", one(release=MONDAY), calendars=DATED)
    refused("project 'south' has no start date", one(project="south"), calendars=DATED,
            start={"north": MONDAY})  # fmt: skip


def test_date_outside_the_calendars() -> None:
    short = Calendar("site", (100,) * 7, first=day(1), last=day(31))
    with pytest.raises(AxisError, match="2026-03-01 lies outside the dates that the calendars cover"):
        compile_network(
            one(deadline=date(2026, 3, 1), calendar="site"), calendars={"site": short}, start=MONDAY
        )


def test_deadline_weight() -> None:
    refused("activity 'dig': deadline weight 0 is not above 0", one(deadline=5, weight=0))
    refused("activity 'dig': deadline weight 'high' is not a number", one(deadline=5, weight="high"))


def test_friday_deadline_on_both_sides() -> None:
    for work, status, slack in ((5, Status.OPTIMAL, 0), (6, Status.LATE, -1)):
        graph = one(work, deadline=day(9), calendar="5-day")
        result = critical_path(graph, **ON_DATES)
        assert (result.status, result.total_float["dig"]) == (status, slack)
        assert result.late_finish["dig"] == day(9)
    assert critical_path(one(5, deadline=day(9), hard=True, calendar="5-day"), **ON_DATES).status == "OPTIMAL"
    assert (
        critical_path(one(6, deadline=day(9), hard=True, calendar="5-day"), **ON_DATES).status == "INFEASIBLE"
    )


def test_golden_dates() -> None:
    """Friday's finish, Monday's start, and milestones of both kinds between them."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("kick-off", duration=0)
    graph.add_node("dig", duration=5, calendar="5-day")
    graph.add_node("dug", duration=0, calendar="5-day")
    graph.add_node("open", duration=0, milestone="start", calendar="5-day")
    graph.add_node("pour", duration=2, calendar="5-day", deadline=day(14))
    nx.add_path(graph, ["kick-off", "dig", "dug", "open", "pour"])
    result = critical_path(graph, **ON_DATES)
    assert [result.early_start[name] for name in graph] == [day(5), day(5), day(9), day(12), day(12)]
    assert [result.early_finish[name] for name in graph] == [day(5), day(9), day(9), day(12), day(13)]
    # One day later everywhere; a finish milestone may lie on the weekend, a start milestone may not.
    assert [result.late_start[name] for name in graph] == [day(5), day(6), day(12), day(13), day(13)]
    assert [result.late_finish[name] for name in graph] == [day(5), day(12), day(12), day(13), day(14)]
    assert [result.total_float[name] for name in graph] == [1, 1, 3, 1, 1]
    assert dict(result.project_finish) == {None: day(13)}
    assert result.duration == 9


def test_project_finish_of_milestones() -> None:
    assert critical_path(one(0), **ON_DATES).project_finish[None] == day(5)
    assert critical_path(one(0, release=day(6)), **ON_DATES).project_finish[None] == day(5)
    begun = one(0, milestone="start", release=day(6))
    assert critical_path(begun, **ON_DATES).project_finish[None] == day(6)


def test_hours() -> None:
    shift = Calendar("shift", (((8 * 60, 12 * 60), (13 * 60, 17 * 60)),) * 5 + (0, 0))
    graph = one(12, calendar="shift", deadline=datetime(2026, 1, 6, 12))
    result = critical_path(
        graph, calendars={"shift": shift}, start=datetime(2026, 1, 5, 7, 30), slots_per_day=24
    )
    axis = result.network.axis
    assert axis is not None
    assert axis.moment(result.early.start[0]) == datetime(2026, 1, 5, 8)
    assert axis.moment(result.early.finish[0]) == datetime(2026, 1, 6, 12)
    assert (result.early_start["dig"], result.early_finish["dig"]) == (day(5), day(6))
    assert (result.status, result.total_float["dig"]) == (Status.OPTIMAL, 0)
    graph.nodes["dig"]["deadline"] = datetime(2026, 1, 6, 11)
    late = critical_path(graph, calendars={"shift": shift}, start=day(5), slots_per_day=24)
    assert (late.status, late.total_float["dig"]) == (Status.LATE, -1)


def test_default_calendar_with_dates_is_every_day() -> None:
    assert critical_path(one(7), **ON_DATES).early_finish["dig"] == day(11)


def test_axis_reaches_far_enough_for_long_chains_and_leads() -> None:
    """Late dates before the start and slow weeks stay on the axis that undated calendars get."""
    slow = Calendar("slow", (10, 0, 0, 0, 0, 0, 0))
    graph: nx.DiGraph[int] = nx.DiGraph()
    for i in range(12):
        graph.add_node(i, duration=3, calendar="slow")
    nx.add_path(graph, range(12))
    graph.nodes[11]["deadline"] = MONDAY
    factors = [Factor("land", (0,), lead=2000)]
    net = compile_network(graph, calendars={"slow": slow}, start=MONDAY, factors=factors)
    result = critical_path(net)
    assert result.late_start[0] < date(2019, 6, 1)
    assert result.early_finish[11] > date(2037, 1, 1)


def test_reach_counts_a_part_with_maximum_lags_in_full() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph([("a", "b"), ("c", "d")])
    graph.add_edge("a", "e", maximum_lag=1)
    size = {"a": 5.0, "b": 7.0, "e": 2.0, "c": 4.0, "d": 6.0}
    lag = lambda edge: float(edge.get("maximum_lag", 0))  # noqa: E731
    assert longest_reach(graph, size, lag, {}) == 15
    assert longest_reach(graph, size, lag, {"d": 9.0}) == 19
    graph.add_edge("d", "c")
    assert longest_reach(graph, size, lag, {}) == 15


# -- progress -----------------------------------------------------------------------------------------
def test_actual_dates_need_a_data_date() -> None:
    refused("activity 'dig' has actual dates, but there is no data date", one(actual_start=0))


def test_actual_dates_after_the_data_date() -> None:
    message = "activity 'dig': actual dates must lie before the data date 4"
    refused(message, one(actual_start=4), data_date=4)
    refused(message, one(actual_start=1, actual_finish=5), data_date=4)
    compile_network(one(actual_start=3, actual_finish=4), data_date=4)
    refused(message, one(0, milestone="start", actual_start=4), data_date=4)
    compile_network(one(0, milestone="finish", actual_finish=4), data_date=4)
    refused(message, one(0, milestone="finish", actual_finish=5), data_date=4)


def test_milestones_reached_on_the_eve_of_the_data_date() -> None:
    for milestone in ("start", "finish"):
        reached = one(0, milestone=milestone, actual_finish=day(6))
        result = critical_path(reached, calendars=DATED, data_date=day(7))
        assert result.early_finish["dig"] == day(6)
        refused("'dig': actual dates must lie before the data date 2026-01-06", reached, calendars=DATED,
                data_date=day(6))  # fmt: skip


def test_finish_before_start() -> None:
    refused(
        "activity 'dig': actual finish before its actual start",
        one(actual_start=3, actual_finish=2),
        data_date=4,
    )


def test_remaining_work() -> None:
    refused("activity 'dig': remaining work 0 of work in progress is below 1",
            one(actual_start=0, remaining=0), data_date=4)  # fmt: skip
    refused(
        "activity 'dig': remaining 'half' is not a number", one(actual_start=0, remaining="half"), data_date=4
    )
    finished = one(5, actual_start=0, actual_finish=3, remaining=0)
    assert compile_network(finished, data_date=4).work == (0,)


def test_milestone_with_one_actual_date_is_reached() -> None:
    for key in ("actual_start", "actual_finish"):
        net = compile_network(one(0, **{key: day(6)}), calendars=DATED, data_date=day(8))
        assert net.axis is not None
        assert net.actual_start == net.actual_finish == (net.axis.slot(day(7)),)
    both = one(0, actual_start=day(6), actual_finish=day(6))
    assert compile_network(both, calendars=DATED, data_date=day(8)).done(0)
    refused("activity 'dig' is a milestone with two actual dates, .* Drop one",
            one(0, actual_start=day(5), actual_finish=day(6)), calendars=DATED, data_date=day(8))  # fmt: skip


def test_finish_alone_dates_the_start_a_duration_earlier() -> None:
    graph = one(6, actual_finish=day(13), calendar="5-day")
    graph.add_node("check", duration=1, calendar="5-day")
    graph.add_edge("dig", "check", type="SS", lag=1)
    result = critical_path(graph, calendars=DATED, data_date=day(14), start=MONDAY)
    assert result.early_start["dig"] == day(6)
    assert result.early_finish["dig"] == day(13)
    tables = {"week": CalendarTable("week", [100] * 20)}
    refused("activity 'dig' has an actual finish alone. Give its actual start",
            one(6, actual_finish=3, calendar="week"), calendars=tables, data_date=4)  # fmt: skip


def test_project_with_finished_work_alone() -> None:
    graph = one(3, project="north", actual_start=day(5), actual_finish=day(7))
    graph.add_node("plan", duration=2, project="south")
    result = critical_path(graph, calendars=DATED, data_date=day(9))
    assert dict(result.project_finish) == {"north": day(7), "south": day(10)}
    assert result.critical == {"plan"}
    assert list(result.paths("north")) == []
    assert list(result.paths()) == [("plan",)]
    assert result.total_float["dig"] is None
    assert result.free_float["dig"] is None


def test_nothing_at_all() -> None:
    for arguments in ({}, ON_DATES):
        result = critical_path(nx.DiGraph(), **arguments)
        assert len(result.network) == result.duration == 0
        assert list(result.paths()) == []
        assert result.status is Status.OPTIMAL
        assert dict(result.project_finish) == dict(result.total_float) == {}
        assert result.to_frame().empty


def test_data_date_starts_a_project_without_start() -> None:
    assert critical_path(one(calendar="5-day"), calendars=DATED, data_date=day(8)).early_start["dig"] == day(
        8
    )


# -- resources and factors ----------------------------------------------------------------------------
def test_demands_that_make_no_sense() -> None:
    crew = [Resource("crew", 3)]
    refused(
        "activity 'dig' demands resource 'crane', which does not exist",
        one(demand={"crane": 1}),
        resources=crew,
    )
    for units in (1.5, -1, "2"):
        refused(
            "activity 'dig': demand .* of 'crew' is not a whole number",
            one(demand={"crew": units}),
            resources=crew,
        )
    refused("activity 'dig': demand 'crew' is not a mapping", one(demand="crew"), resources=crew)
    refused("activity 'dig' is a milestone and cannot hold units", one(0, demand={"crew": 1}), resources=crew)


def test_resources_that_make_no_sense() -> None:
    refused("resource 'crew': capacity -1 is not a whole number", one(), resources=[Resource("crew", -1)])
    refused("resource 'crew': capacity 2.5 is not", one(), resources=[Resource("crew", 1, ((4, 2.5),))])  # type: ignore[arg-type]
    refused("resource 'crew': capacity changes are not in order of time", one(),
            resources=[Resource("crew", 1, ((4, 2), (4, 3)))])  # fmt: skip
    refused(
        "a change of resource 'crew': .* is a date", one(), resources=[Resource("crew", 1, ((MONDAY, 2),))]
    )
    refused("two resources have the same id", one(), resources=[Resource("crew", 1), Resource("crew", 2)])


def test_factors_that_make_no_sense() -> None:
    def factor(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"factors": [Factor(*args, **kwargs)]}

    refused("factor 'land' names activity 'build', which does not exist", one(), **factor("land", ("build",)))
    refused("factor 'land' names activity 'build'", one(), **factor("land", ("dig",), after=("build",)))
    refused("factor 'land': gates and after are tuples of ids", one(), **factor("land", "dig"))
    refused("factor 'land': lead 0 is below 1 slot", one(), **factor("land", ("dig",), lead=0))
    refused("factor 'land': lead 'long' is not a number", one(), **factor("land", ("dig",), lead="long"))
    refused("factor 'land': lead 1.5 is not a whole number", one(), **factor("land", ("dig",), lead=1.5))
    refused("factor 'dig' has the id of an activity", one(), **factor("dig", ("dig",)))
    refused("the supply of factor 'land': .* is a date", one(), **factor("land", ("dig",), supply=MONDAY))
    land = Factor("land", ("dig",), supply=3)
    refused("two factors have the id 'land'", one(), factors=[land, land])


def test_factor_without_unstarted_activities_gates_nothing() -> None:
    net = compile_network(one(5, actual_start=0), data_date=2, factors=[Factor("land", ("dig",), lead=9)])
    assert net.ids == ("dig",)


# -- order --------------------------------------------------------------------------------------------
def test_stable_order() -> None:
    assert stable_order([10, 9, 2]) == [2, 9, 10]
    assert stable_order(["b", "a"]) == ["a", "b"]
    mixed = [3, "a", ("x", 1), None, 2.5]
    assert stable_order(mixed) == stable_order(mixed[::-1])
    sets = [frozenset({2}), frozenset({1, 3}), frozenset({1})]
    assert stable_order(sets) == stable_order(sets[::-1])


def test_network_is_frozen() -> None:
    net = compile_network(one())
    assert isinstance(net, Network)
    with pytest.raises(AttributeError):
        net.work = ()  # type: ignore[misc]
