"""The fine print of the time arithmetic, example by example (numbers are the clauses).

A 5-day week whose boundary 0 is a Monday 0:00 unless a test says otherwise; 2026-01-05 is a Monday.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx as nx
import pytest

from scheduling import (
    AxisError,
    Calendar,
    CalendarTable,
    ContradictionError,
    CriticalPath,
    CycleError,
    Factor,
    InputError,
    Resource,
    Status,
    compile_network,
    critical_path,
)
from scheduling.calendar import FIVE_DAY, SEVEN_DAY
from scheduling.passes import early_pass, late_pass

WEEK = CalendarTable("week", [100, 100, 100, 100, 100, 0, 0] * 20)
TABLES = {"week": WEEK}
DATED = {"5-day": FIVE_DAY}


def graph_of(*links: tuple[str, str, dict[str, Any]], **nodes: dict[str, Any]) -> nx.MultiDiGraph[str]:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name, attributes in nodes.items():
        graph.add_node(name, **attributes)
    graph.add_edges_from(links)
    return graph


def on_week(graph: nx.MultiDiGraph[str], **arguments: Any) -> CriticalPath:
    """Critical path with every activity on the 5-day week."""
    for _, attributes in graph.nodes(data=True):
        attributes.setdefault("calendar", "week")
    clamp = arguments.pop("clamp", True)
    return critical_path(compile_network(graph, calendars=TABLES, **arguments), clamp=clamp)


# -- arithmetic ---------------------------------------------------------------------------------------
def test_01_milestone_finishes_where_it_starts() -> None:
    result = on_week(graph_of(m={"duration": 0, "release": 7}))
    assert (result.early_start["m"], result.early_finish["m"]) == (7, 7)


def test_01_start_milestone_finishes_where_it_starts() -> None:
    result = on_week(graph_of(m={"duration": 0, "milestone": "start", "release": 5}))
    assert (result.early_start["m"], result.early_finish["m"]) == (7, 7)


def test_02_late_dates_before_the_start_are_shown() -> None:
    result = critical_path(graph_of(a={"duration": 10, "deadline": 27}), start=20)
    assert (result.late_start["a"], result.late_finish["a"]) == (17, 27)
    assert result.total_float["a"] == -3


def test_02_late_dates_before_the_start_are_shown_as_dates() -> None:
    calendars = {"7-day": SEVEN_DAY}
    node = {"duration": 10, "deadline": date(2026, 1, 27)}
    result = critical_path(graph_of(a=node), calendars=calendars, start=date(2026, 1, 21))
    assert result.late_start["a"] == date(2026, 1, 18)
    assert result.late_finish["a"] == date(2026, 1, 27)


def test_02_running_off_the_axis_names_activity_and_range() -> None:
    site = Calendar("site", (100,) * 7, first=date(2026, 1, 1), last=date(2026, 1, 31))
    graph = graph_of(dig={"duration": 40, "calendar": "site"})
    with pytest.raises(AxisError, match=r"'dig'.*2026-01-31"):
        critical_path(graph, calendars={"site": site}, start=date(2026, 1, 5))


def test_03_maximum_lag_on_a_start_reaches_the_next_allowed_start() -> None:
    result = on_week(graph_of(("a", "b", {"maximum_lag": 0}), a={"duration": 5}, b={"duration": 1}))
    assert (result.early_finish["a"], result.early_start["b"]) == (5, 7)


def test_03_maximum_lag_on_a_finish_bounds_the_finish_itself() -> None:
    link = {"type": "FF", "lag": 0, "maximum_lag": 1, "lag_calendar": "elapsed"}
    result = on_week(graph_of(("a", "b", link), a={"duration": 5}, b={"duration": 1, "release": 7}))
    # b cannot finish before 8, so a must finish at 7 at the earliest: on the 8th, after the weekend.
    assert (result.early_finish["b"], result.early_finish["a"]) == (8, 8)


def test_04_lags_do_not_cancel() -> None:
    graph = graph_of(
        ("a", "m", {"lag": 1}),
        ("m", "n", {"lag": -1}),
        a={"duration": 5}, m={"duration": 0}, n={"duration": 0},
    )  # fmt: skip
    result = on_week(graph)
    assert [result.early_finish[name] for name in "amn"] == [5, 8, 7]


def test_05_no_allowed_slot_is_an_error_naming_both() -> None:
    for node in ({"duration": 2}, {"duration": 0, "milestone": "start"}):
        graph = graph_of(a={**node, "calendar": "shut"})
        with pytest.raises(InputError, match="activity 'a': calendar 'shut' has no working slot"):
            critical_path(graph, calendars={"shut": CalendarTable("shut", [0] * 30)})


def test_05_work_may_start_in_the_slot_of_a_start_milestone() -> None:
    graph = graph_of(("m", "b", {}), m={"duration": 0, "milestone": "start"}, b={"duration": 1})
    result = critical_path(graph, calendars=DATED, start=date(2026, 1, 10))
    assert result.early_start["m"] == result.early_finish["m"] == date(2026, 1, 10)
    for name in graph:
        graph.nodes[name]["calendar"] = "5-day"
    result = critical_path(graph, calendars=DATED, start=date(2026, 1, 10))
    assert result.early_start["m"] == result.early_start["b"] == date(2026, 1, 12)


def test_05_finish_milestone_on_the_project_start_shows_that_date() -> None:
    graph = graph_of(m={"duration": 0}, n={"duration": 0, "release": date(2026, 1, 6)})
    result = critical_path(graph, calendars=DATED, start=date(2026, 1, 5))
    assert result.early_finish["m"] == result.early_start["m"] == date(2026, 1, 5)
    assert result.early_finish["n"] == date(2026, 1, 5)


def test_05_deadline_of_a_finish_milestone_is_the_end_of_its_date() -> None:
    graph = graph_of(
        ("a", "m", {}),
        a={"duration": 1, "calendar": "5-day"},
        m={"duration": 0, "deadline": date(2026, 1, 5)},
    )
    on_time = critical_path(graph, calendars=DATED, start=date(2026, 1, 5))
    assert (on_time.status, on_time.total_float["m"]) == (Status.OPTIMAL, 0)
    graph.nodes["a"]["duration"] = 2
    late = critical_path(graph, calendars=DATED, start=date(2026, 1, 5))
    assert (late.status, late.total_float["m"]) == (Status.LATE, -1)


def test_05_calendar_of_a_finish_milestone_places_nothing() -> None:
    result = on_week(graph_of(m={"duration": 0, "release": 6}))
    assert result.early_finish["m"] == 6


def test_06_release_acts_from_the_start_of_its_day() -> None:
    graph = graph_of(a={"duration": 1, "release": date(2026, 1, 7), "calendar": "5-day"})
    result = critical_path(graph, calendars=DATED, start=date(2026, 1, 5))
    assert result.early_start["a"] == date(2026, 1, 7)


def test_06_supply_and_capacity_act_from_the_start_of_their_day() -> None:
    graph = graph_of(a={"duration": 1, "calendar": "5-day"})
    net = compile_network(
        graph,
        calendars=DATED,
        start=date(2026, 1, 5),
        factors=[Factor("power", ("a",), supply=date(2026, 1, 7))],
        resources=[Resource("crane", 1, ((date(2026, 1, 8), 2),))],
    )
    assert net.axis is not None
    begin = net.axis.slot(date(2026, 1, 8))
    assert critical_path(net).early_start["a"] == date(2026, 1, 7)
    assert (net.resources[0].capacity_at(begin - 1), net.resources[0].capacity_at(begin)) == (1, 2)


def test_07_milestones_hold_no_units() -> None:
    graph = graph_of(m={"duration": 0, "demand": {"crew": 1}})
    with pytest.raises(InputError, match="activity 'm' is a milestone and cannot hold units of 'crew'"):
        compile_network(graph, resources=[Resource("crew", 2)])


def test_07_demand_zero_means_none() -> None:
    graph = graph_of(m={"duration": 0, "demand": {"crew": 0}}, a={"duration": 1, "demand": {"crew": 0}})
    assert compile_network(graph, resources=[Resource("crew", 2)]).demand == ((), ())


# -- dates and float ----------------------------------------------------------------------------------
def test_08_open_ends_are_bounded_by_their_own_project() -> None:
    graph = graph_of(
        a={"duration": 3, "project": "p"},
        b={"duration": 5, "project": "p"},
        c={"duration": 9, "project": "q"},
        d={"duration": 1, "project": "q", "deadline": 20},
    )
    result = critical_path(graph)
    assert dict(result.late_finish) == {"a": 5, "b": 5, "c": 20, "d": 20}


def test_08_deadline_of_finished_work_bounds_nothing() -> None:
    graph = graph_of(
        a={"duration": 1, "actual_start": 0, "actual_finish": 1, "deadline": 50}, b={"duration": 3}
    )
    assert critical_path(graph, data_date=2).late_finish["b"] == 5


def test_09_latest_keeps_the_original_deadline() -> None:
    graph = graph_of(("a", "b", {}), a={"duration": 10, "deadline": 7}, b={"duration": 3})
    result = critical_path(graph)
    assert (result.late_start["a"], result.late_finish["a"]) == (-3, 7)
    assert (result.late_start["b"], result.total_float["a"], result.total_float["b"]) == (10, -3, 0)
    assert result.status is Status.LATE
    graph.nodes["a"]["hard"] = True
    assert critical_path(graph).status is Status.INFEASIBLE


def test_09_plan_moves_a_missed_deadline_to_the_early_finish() -> None:
    from scheduling.backward import greatest, project_ends

    graph = graph_of(("a", "b", {}), a={"duration": 10, "deadline": 7}, b={"duration": 3})
    net = compile_network(graph)
    early = early_pass(net)
    late = greatest(net, early, project_ends(net, early))
    assert (late.start, late.finish) == ([0, 10], [10, 13])


def test_10_contradiction_is_named_link_by_link() -> None:
    graph = graph_of(("a", "b", {"lag": 5, "maximum_lag": 3}), a={"duration": 1}, b={"duration": 1})
    with pytest.raises(ContradictionError, match=r"a -> b \(FS ≤ 3\), a -> b \(FS ≥ 5\)"):
        critical_path(graph)


def test_10_late_dates_are_none_where_only_the_deadline_is_in_the_way() -> None:
    """a and b fit together at 40 and 41 alone, after the deadline; earlier their calendars do not match."""
    open_at = {"p": {30, 10, 40}, "q": {33, 20, 41}}
    tables = {
        name: CalendarTable(name, [100 * (t in days) for t in range(60)]) for name, days in open_at.items()
    }
    graph = graph_of(
        ("a", "b", {"type": "FF", "lag": 0, "maximum_lag": 2, "lag_calendar": "elapsed"}),
        a={"duration": 1, "calendar": "p"},
        b={"duration": 1, "calendar": "q", "deadline": 39},
    )
    result = critical_path(graph, calendars=tables)
    assert dict(result.early_finish) == {"a": 41, "b": 42}
    assert result.late is None
    assert result.status is Status.LATE
    assert dict(result.late_start) == dict(result.total_float) == {"a": None, "b": None}
    graph.nodes["b"]["hard"] = True
    assert critical_path(graph, calendars=tables).status is Status.INFEASIBLE


def test_10_late_pass_off_the_axis_is_an_error() -> None:
    graph = graph_of(a={"duration": 8, "deadline": 2})
    with pytest.raises(AxisError, match="activity 'a': calendar 'week' covers 0 to 140"):
        on_week(graph)


def test_10_cycle_of_minimum_lags_is_named() -> None:
    graph = graph_of(("a", "b", {}), ("b", "a", {}), a={"duration": 1}, b={"duration": 1})
    with pytest.raises(CycleError, match=r"cycle: (a -> b -> a|b -> a -> b)"):
        critical_path(graph)


def test_11_clamp() -> None:
    graph = graph_of(("a", "b", {"type": "FF"}), a={"duration": 5}, b={"duration": 10})
    clamped = critical_path(graph, start=20)
    assert (clamped.early_start["b"], clamped.early_finish["b"]) == (20, 30)
    free = critical_path(graph, start=20, clamp=False)
    assert (free.early_start["b"], free.early_finish["b"]) == (15, 25)


def test_11_maximum_lag_pushes_its_predecessor() -> None:
    """b is released late and pulls a along; nothing else binds a when the start does not clamp."""
    graph = graph_of(("a", "b", {"lag": None, "maximum_lag": 2}), a={"duration": 1}, b={"duration": 1})
    graph.nodes["b"]["release"] = 10
    assert critical_path(graph, clamp=False).early_start["a"] == 7
    graph.nodes["b"]["release"] = -10
    assert critical_path(graph, clamp=False).early_start["a"] == -3
    assert critical_path(graph, clamp=True).early_start["a"] == 0


def test_11_release_and_data_date_always_bind() -> None:
    graph = graph_of(("a", "b", {"type": "FF"}), a={"duration": 5}, b={"duration": 10, "release": 18})
    assert critical_path(graph, start=20, clamp=False).early_start["b"] == 18
    assert critical_path(graph, start=20, data_date=19, clamp=False).early_start["b"] == 19


def test_12_free_float_counts_every_link_and_is_never_negative() -> None:
    graph = graph_of(
        ("a", "b", {}),
        ("c", "a", {"type": "FF", "lag": None, "maximum_lag": 4, "lag_calendar": "elapsed"}),
        a={"duration": 1}, b={"duration": 1, "release": 14}, c={"duration": 3},
    )  # fmt: skip
    result = on_week(graph)
    # a ends at 1 and may end at 7 with c (ends at 3): Tuesday to Friday are four working days.
    assert result.free_float["a"] == 4
    graph.nodes["a"]["deadline"] = 28
    missed = on_week(graph, start=28)
    assert (missed.early_finish["a"], missed.free_float["a"]) == (29, 0)


def test_13_lateness_is_read_from_dates() -> None:
    """A finish milestone on Monday 0:00 with a Friday deadline is late, whatever a 5-day week counts."""
    result = on_week(graph_of(m={"duration": 0, "release": 7, "deadline": 5}))
    assert result.status is Status.LATE
    assert result.total_float["m"] == -2
    assert WEEK.slots(5, 7) == 0


def test_14_critical_in_every_project_and_never_when_done() -> None:
    graph = graph_of(
        a={"duration": 3, "project": "p"},
        b={"duration": 1, "project": "p"},
        c={"duration": 1, "project": "q"},
        d={"duration": 9, "project": "q", "actual_start": -5, "actual_finish": 0},
    )
    result = critical_path(graph, data_date=0)
    assert result.critical == {"a", "c"}
    assert result.total_float["d"] is None


def test_15_deadline_binds_the_start_of_a_start_milestone() -> None:
    for day, status in ((5, Status.OPTIMAL), (4, Status.LATE)):
        node = {"duration": 0, "milestone": "start", "deadline": date(2026, 1, day)}
        result = critical_path(graph_of(m=node), calendars=DATED, start=date(2026, 1, 5))
        assert result.status is status


# -- progress -----------------------------------------------------------------------------------------
def test_18_unfinished_work_lies_at_or_after_the_data_date() -> None:
    graph = graph_of(a={"duration": 2}, b={"duration": 6, "actual_start": 1, "remaining": 3})
    result = critical_path(graph, data_date=4)
    assert dict(result.early_start) == {"a": 4, "b": 1}
    assert dict(result.early_finish) == {"a": 6, "b": 7}


def test_18_last_known_day_is_the_one_before_the_data_date() -> None:
    for start, finish, known in ((5, 6, True), (5, 7, False), (7, None, False), (6, None, True)):
        node = {"duration": 2, "actual_start": date(2026, 1, start)}
        if finish:
            node["actual_finish"] = date(2026, 1, finish)
        arguments = {"calendars": DATED, "data_date": date(2026, 1, 7)}
        if known:
            critical_path(graph_of(a=node), **arguments)
            continue
        with pytest.raises(InputError, match="'a': actual dates must lie before the data date 2026-01-07"):
            critical_path(graph_of(a=node), **arguments)


def test_19_actual_start_counts_for_ss_links() -> None:
    graph = graph_of(
        ("a", "b", {"type": "SS", "lag": 6}),
        a={"duration": 9, "actual_start": 1, "remaining": 3}, b={"duration": 1},
    )  # fmt: skip
    assert critical_path(graph, data_date=4).early_start["b"] == 7


def test_19_retained_logic_and_progress_override() -> None:
    graph = graph_of(
        ("a", "b", {}), ("a", "c", {"type": "FF", "lag": 5}),
        a={"duration": 3}, b={"duration": 5, "actual_start": 1, "remaining": 2},
        c={"duration": 5, "actual_start": 1, "remaining": 2},
    )  # fmt: skip
    retained = critical_path(graph, data_date=4)
    assert (retained.early.resume, retained.early_finish["b"]) == ([4, 7, 10], 9)
    override = critical_path(graph, data_date=4, progress_override=True)
    assert (override.early.resume, override.early_finish["b"]) == ([4, 4, 10], 6)


def test_19_release_and_factors_hold_back_no_started_work() -> None:
    graph = graph_of(a={"duration": 5, "release": 20, "actual_start": 1, "remaining": 2})
    net = compile_network(graph, data_date=4, factors=[Factor("power", ("a",), supply=30)])
    assert critical_path(net).early_finish["a"] == 6


def test_19_facts_are_not_checked() -> None:
    graph = graph_of(
        ("a", "b", {}), a={"duration": 3}, b={"duration": 5, "actual_start": 1, "actual_finish": 2}
    )
    result = critical_path(graph, data_date=4)
    assert (result.early_finish["a"], result.early_finish["b"]) == (7, 2)
    assert result.late_finish["a"] == 7


def test_19_maximum_lag_into_a_start_in_progress_is_dropped() -> None:
    graph = graph_of(
        ("a", "b", {"lag": None, "maximum_lag": 1}),
        a={"duration": 3}, b={"duration": 5, "actual_start": 1, "remaining": 9},
    )  # fmt: skip
    assert critical_path(graph, data_date=4).early_finish["a"] == 7


def test_19_maximum_lag_out_of_an_unfinished_finish_moves_it() -> None:
    graph = graph_of(
        ("a", "b", {"lag": None, "maximum_lag": 1}),
        a={"duration": 5, "actual_start": 1, "remaining": 2}, b={"duration": 1, "release": 20},
    )  # fmt: skip
    assert critical_path(graph, data_date=4).early_finish["a"] == 19


def test_19_broken_maximum_lag_out_of_a_fact_is_reported_and_dropped() -> None:
    graph = graph_of(
        ("a", "b", {"lag": 0, "maximum_lag": 1}), ("a", "c", {"lag": 0, "maximum_lag": 9}),
        a={"duration": 2, "actual_start": 0, "actual_finish": 2},
        b={"duration": 1, "release": 20}, c={"duration": 1}, d={"duration": 30},
    )  # fmt: skip
    result = critical_path(graph, data_date=4)
    net = result.network
    assert [(net.ids[link.pred], net.ids[link.succ]) for link in result.early.broken] == [("a", "b")]
    assert (result.late_start["b"], result.late_start["c"]) == (33, 11)


def test_20_work_in_progress_is_held_at_its_early_place_in_plans() -> None:
    graph = graph_of(a={"duration": 5, "actual_start": 1, "remaining": 2}, b={"duration": 20})
    net = compile_network(graph, data_date=4)
    early = early_pass(net)
    held = late_pass(net, early, [24, 24], hold_in_progress=True)
    floating = late_pass(net, early, [24, 24])
    assert held is not None
    assert floating is not None
    assert (held.resume, floating.resume) == ([4, 4], [22, 4])


# -- factors ------------------------------------------------------------------------------------------
def lead_network(**factor: Any) -> CriticalPath:
    """site 4 -> dig 2 (FS 1) -> pour 3, notice 6 -> pour (SS 2); one factor gates dig and pour."""
    graph = graph_of(
        ("site", "dig", {"lag": 1}), ("dig", "pour", {}), ("notice", "pour", {"type": "SS", "lag": 2}),
        site={"duration": 4}, dig={"duration": 2}, pour={"duration": 3}, notice={"duration": 6},
    )  # fmt: skip
    return critical_path(compile_network(graph, factors=[Factor("power", ("dig", "pour"), **factor)]))


def test_26_supply_date_gates_the_starts() -> None:
    result = lead_network(supply=8)
    assert (result.early_start["dig"], result.early_start["pour"]) == (8, 10)
    assert "power" not in result.network.ids


def test_26_lead_follows_what_the_first_gated_activity_follows() -> None:
    result = lead_network(lead=5)
    assert result.early_start["power"] == 5  # site 4 and its lag of 1, which the factor takes over
    assert (result.early_start["dig"], result.early_start["pour"]) == (10, 12)
    assert result.network.lead_factors == {4: "power"}


def test_26_lead_follows_the_nodes_named() -> None:
    result = lead_network(lead=5, after=("notice",))
    assert (result.early_start["power"], result.early_start["dig"]) == (6, 11)
    assert lead_network(lead=5, after=()).early_start["power"] == 0


def test_26_named_predecessor_that_closes_a_cycle_is_refused() -> None:
    with pytest.raises(InputError, match=r"cycle: .*power"):
        lead_network(lead=5, after=("pour",))


def test_26_started_activities_are_not_gated() -> None:
    graph = graph_of(a={"duration": 3, "actual_start": 0, "remaining": 2}, b={"duration": 1})
    net = compile_network(graph, data_date=1, factors=[Factor("power", ("a", "b"), lead=6)])
    result = critical_path(net)
    assert (result.early_finish["a"], result.early_start["b"]) == (3, 7)


def test_26_links_from_gated_nodes_and_their_followers_are_not_taken_over() -> None:
    """c is gated and first; it follows x, which follows the gated b: only the link from y is taken over."""
    graph = graph_of(
        ("b", "x", {}), ("x", "c", {"lag": -9}), ("y", "c", {"lag": -3}),
        b={"duration": 2, "release": 9}, x={"duration": 2}, c={"duration": 1}, y={"duration": 5},
    )  # fmt: skip
    result = critical_path(compile_network(graph, factors=[Factor("f", ("b", "c"), lead=1)]))
    assert result.driving["f"] == ("y",)
    assert result.early_start["f"] == 2


def test_26_lead_counts_elapsed_slots() -> None:
    graph = graph_of(a={"duration": 1, "calendar": "5-day"})
    net = compile_network(
        graph, calendars=DATED, start=date(2026, 1, 5), factors=[Factor("power", ("a",), lead=5)]
    )
    assert critical_path(net).early_start["a"] == date(2026, 1, 12)
    assert critical_path(net).early_finish["power"] == date(2026, 1, 9)
