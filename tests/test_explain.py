"""Reasons are true: an activity is moved by one allowed slot, and the validator finds what that breaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from plans import tiny
from random_networks import Features, networks

from scheduling import (
    AxisError,
    CalendarTable,
    ContradictionError,
    InputError,
    Resource,
    compile_network,
    critical_path,
)
from scheduling.backward import backward_schedule, planned_early, project_ends
from scheduling.calendar import FIVE_DAY
from scheduling.capacity import holdings
from scheduling.explain import Explainer, Reason, ReasonKind, of_critical_path, of_plan
from scheduling.generation import forward
from scheduling.network import FINISH_MILESTONE, WORK, Deadline, Network
from scheduling.passes import Dates, early_pass
from scheduling.plan import Plan, overruns
from scheduling.status import Status
from scheduling.validator import validate

QUIET = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MONDAY = date(2026, 1, 5)
KIND_OF = {
    "deadline": ReasonKind.DEADLINE,
    "project start": ReasonKind.PROJECT_START,
    "data date": ReasonKind.DATA_DATE,
    "release": ReasonKind.RELEASE,
    "factor": ReasonKind.FACTOR,
    "last start": ReasonKind.LAST_START,
    "least finish": ReasonKind.LEAST_FINISH,
    "precedence": ReasonKind.LINK,
    "maximum lag": ReasonKind.MAXIMUM_LAG,
    "capacity": ReasonKind.RESOURCE,
}
ENDS = {ReasonKind.ACTUAL, ReasonKind.CALENDAR, ReasonKind.CIRCLE, ReasonKind.IN_PROGRESS, ReasonKind.NOTHING}


# -- the oracle -------------------------------------------------------------------------------------------
def rate(table: Any, slot: int) -> int:
    if not isinstance(table, CalendarTable):
        return 100
    assert 0 <= slot < table.horizon, "off the axis"
    return int(table.rates[slot])


def moved(net: Network, dates: Dates, i: int, way: int) -> Dates:
    """The dates with one activity at its next allowed slot, walked slot by slot."""
    at = dates.resume[i] + way
    while net.kind[i] != FINISH_MILESTONE and not rate(net.tables[i], at):
        at += way
    end, todo = at, 100 * net.work[i] if net.kind[i] == WORK else 0
    while todo > 0:
        todo -= rate(net.tables[i], end)
        end += 1
    start, finish, resume = list(dates.start), list(dates.finish), list(dates.resume)
    resume[i], finish[i] = at, end
    if not net.started(i):
        start[i] = at
    return replace(dates, start=start, finish=finish, resume=resume)


def told(net: Network, dates: Dates) -> Counter[tuple[Any, ...]]:
    """Violations as (kind, what), each link by its ends and type, resources by name."""
    found: Counter[tuple[Any, ...]] = Counter()
    for item in validate(net, dates):
        if item.rule in ("precedence", "maximum lag"):
            found[item.rule, *item.activities, item.message[:2]] += 1
        elif item.rule == "capacity":
            found[item.rule, re.findall("'(.*?)'", item.message)[0]] = 1
        elif item.rule in KIND_OF:
            found[item.rule, *item.activities] += 1
    return found


def breaks(explainer: Explainer, dates: Dates, i: int, ends: list[Any]) -> Counter[tuple[Any, ...]]:
    """What breaks when one activity moves to its next allowed slot."""
    net, way = explainer.net, -1 if explainer.early else 1
    lines = {k: Deadline(max(line.bound, dates.finish[k]), hard=True) for k, line in net.deadlines.items()}
    strict = replace(
        net, deadlines=lines, demand=net.demand if explainer.holds.resources else ((),) * len(net)
    )
    after = moved(net, dates, i, way)
    found = told(strict, after) - told(strict, dates)
    if i in explainer.holds.free:
        del found["project start", net.ids[i]]
    elif way > 0 and after.finish[i] > ends[net.project[i]]:
        found["project end", net.projects[net.project[i]]] += 1
    return found


def as_broken(net: Network, reason: Reason) -> tuple[Any, ...]:
    """A reason in the words of the oracle."""
    if reason.link:
        rule = "maximum lag" if reason.link.maximum else "precedence"
        return rule, net.ids[reason.link.pred], net.ids[reason.link.succ], reason.link.type
    if reason.kind in (ReasonKind.RESOURCE, ReasonKind.PROJECT_END):
        return ("capacity" if reason.kind is ReasonKind.RESOURCE else "project end"), reason.what
    return reason.kind.value, reason.activity


def ends_of(net: Network, dates: Dates) -> list[Any]:
    least = early_pass(net, any_mode=True)
    ends = project_ends(net, planned_early(net, least) or least)
    return [end + over for end, over in zip(ends, overruns(net, dates, ends), strict=True)]


def assert_true(explainer: Explainer, ends: list[Any]) -> None:
    """Every reason of every activity is what the oracle finds, and chains are made of them."""
    net, dates, way = explainer.net, explainer.dates, -1 if explainer.early else 1
    for i, name in enumerate(net.ids):
        found = explainer.reasons(name)
        assert all(reason.activity == name for reason in found)
        assert_chain(explainer, name)
        if len(found) == 1 and found[0].kind in (
            ReasonKind.ACTUAL, ReasonKind.IN_PROGRESS, ReasonKind.CALENDAR
        ):  # fmt: skip
            assert net.started(i)
            continue
        broken = breaks(explainer, dates, i, ends)
        holding = [reason for reason in found if reason.kind is not ReasonKind.NOTHING]
        assert Counter(as_broken(net, reason) for reason in holding) == broken, name
        for reason in holding:
            assert_slots(explainer, i, reason, ends)
            if reason.kind is ReasonKind.RESOURCE:
                assert_holders(net, dates, i, reason, moved(net, dates, i, way))
        if not holding:
            assert found[0].slots is None or found[0].slots >= 1


def assert_slots(explainer: Explainer, i: int, reason: Reason, ends: list[Any]) -> None:
    """Without this reason alone the activity moves by so many slots and no more."""
    net, here, way = explainer.net, explainer.dates, -1 if explainer.early else 1
    one = as_broken(net, reason)
    if [as_broken(net, other) for other in explainer.reasons(net.ids[i])].count(one) > 1:
        return  # parallel links, which the oracle does not tell apart
    standing, steps = told(net, here), 0
    while steps < (3 if reason.slots is None else reason.slots + 1):
        now = breaks(explainer, here, i, ends)
        if any(key != one and key not in standing for key in now):
            break
        here = moved(net, here, i, way)
        steps += 1
    assert steps == (3 if reason.slots is None else reason.slots)


def assert_holders(net: Network, dates: Dates, i: int, reason: Reason, after: Dates) -> None:
    """The others hold their units at that moment, and with them gone the activity would have its own."""
    k = next(k for k, item in enumerate(net.resources) if item.id == reason.what)
    held = {net.ids[item.activity]: item for item in holdings(net, after, k)}
    own = held.pop(net.ids[i])
    assert own.begin <= reason.date < own.end
    assert all(held[name].begin <= reason.date < held[name].end for name in reason.others)
    there = net.resources[k].capacity_at(reason.date)
    assert sum(held[name].units for name in reason.others) + own.units > there


def assert_chain(explainer: Explainer, name: Any) -> None:
    chain = explainer.chain(name)
    assert chain[0].activity == name
    for reason, onward in pairwise(chain):
        assert onward.activity in reason.others
    for reason in chain:
        assert reason.kind is ReasonKind.CIRCLE or reason in explainer.reasons(reason.activity)
    last = chain[-1]
    assert not last.others
    if last.kind is ReasonKind.CIRCLE:
        assert last.activity in [reason.activity for reason in chain[:-1]]
    if last.kind in (ReasonKind.CIRCLE, ReasonKind.NOTHING):
        assert not [kind for kind in reachable(explainer, name) if kind is not ReasonKind.NOTHING]


def reachable(explainer: Explainer, name: Any) -> Iterator[ReasonKind]:
    """Kinds of all ends that following any reason leads to."""
    todo, seen = [name], {name}
    while todo:
        for reason in explainer.reasons(todo.pop()):
            if not reason.others:
                yield reason.kind
            todo += [other for other in reason.others if other not in seen]
            seen.update(reason.others)


# -- properties -------------------------------------------------------------------------------------------
@QUIET
@given(tiny(maxima=True))
def test_reasons_of_backward_plans(net: Network) -> None:
    try:
        plan = backward_schedule(net, limit=0.5)
    except (AxisError, ContradictionError):
        reject()
    if plan.dates:
        assert_true(of_plan(plan), ends_of(net, plan.dates))
    if plan.status is Status.OPTIMAL:
        kinds = [reason.kind for name in net.ids for reason in of_plan(plan).reasons(name)]
        assert ReasonKind.NOTHING not in kinds, "the best plan leaves no room"


@QUIET
@given(tiny(progress=True, resources=2))
def test_reasons_beside_work_in_progress(net: Network) -> None:
    plan = backward_schedule(net, limit=0.5)
    if plan.dates:
        assert_true(of_plan(plan), ends_of(net, plan.dates))


@QUIET
@given(tiny(resources=2), st.booleans())
def test_reasons_of_plans_that_leave_room(net: Network, early: bool) -> None:
    """Forward generation is neither earliest nor latest: what could move says so."""
    least = early_pass(net)
    dates = forward(net, least, least.start, least.start)
    if dates is None or validate(net, dates):
        return
    ends = ends_of(net, dates)
    plan = Plan(net, Status.FEASIBLE, dates, "generation")
    assert_true(of_plan(plan, early=early), ends)


@QUIET
@given(tiny(maxima=True, extensions=True, stock=True, pinned=True))
def test_reasons_beside_stocks_windows_and_date_constraints(net: Network) -> None:
    """An extension that is not paid for does not prolong a maximum lag."""
    try:
        plan = backward_schedule(net, limit=0.5)
    except (AxisError, ContradictionError):
        reject()
    if plan.dates:
        explainer = of_plan(plan)
        assert_true(explainer, ends_of(net, plan.dates))


@QUIET
@given(tiny(modes=True, stock=True))
def test_reasons_in_chosen_modes(net: Network) -> None:
    plan = backward_schedule(net, limit=0.5)
    if plan.dates:
        assert_true(of_plan(plan), ends_of(net, plan.dates))


FEATURES = Features(maximum_lags=True, progress=True, factors=True, size=5)


@QUIET
@given(networks(FEATURES), st.booleans(), st.booleans())
def test_reasons_of_critical_paths(net: Network, early: bool, clamp: bool) -> None:
    result = critical_path(net, clamp=clamp)
    if not early and result.late is None:
        with pytest.raises(InputError, match="no late dates"):
            result.explain(net.ids[0], early=False)
        return
    explainer = of_critical_path(result, early=early)
    assert_true(explainer, project_ends(net, result.early))
    kinds = {reason.kind for name in net.ids for reason in explainer.reasons(name)}
    assert ReasonKind.NOTHING not in kinds, "least and greatest dates leave no room"


# -- examples ---------------------------------------------------------------------------------------------
def told_by(chain: tuple[Reason, ...]) -> list[tuple[Any, ...]]:
    return [(step.activity, step.kind.value, step.others, step.date, step.slots) for step in chain]


def dated() -> Any:
    """A permit that its office finishes on the Friday before a start on Monday morning."""
    graph: Any = nx.DiGraph()
    graph.add_node("permit", duration=5, calendar="5-day")
    graph.add_node("start", duration=0, milestone="start", deadline=date(2026, 1, 19))
    graph.add_edge("permit", "start")
    return graph


def test_late_dates_lead_to_the_deadline() -> None:
    net = compile_network(dated(), calendars={"5-day": FIVE_DAY}, start=MONDAY)
    chain = backward_schedule(net).explain("permit")
    assert told_by(chain) == [
        ("permit", "link", ("start",), date(2026, 1, 19), 0),
        ("start", "deadline", (), date(2026, 1, 19), 0),
    ]
    assert (chain[0].finish, chain[0].idle, chain[1].idle) == (date(2026, 1, 16), 2, 0)


def test_early_dates_lead_to_the_project_start() -> None:
    net = compile_network(dated(), calendars={"5-day": FIVE_DAY}, start=date(2026, 1, 3))
    chain = critical_path(net).explain("start")
    assert told_by(chain) == [
        ("start", "link", ("permit",), date(2026, 1, 9), 7),
        ("permit", "project start", (), date(2026, 1, 3), None),
    ]
    assert chain[1].idle == 2, "the office opens on Monday"


def on_a_crane(*, deadline: int, changes: tuple[tuple[int, int], ...] = ()) -> Network:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=4, deadline=deadline, demand={"crane": 1})
    graph.add_node("b", duration=3, deadline=10, demand={"crane": 1})
    return compile_network(graph, resources=[Resource("crane", 1, changes)])


def test_who_holds_the_crane() -> None:
    plan = backward_schedule(on_a_crane(deadline=9))
    assert plan.start == {"a": 3, "b": 7}
    assert told_by(plan.explain("a")) == [("a", "resource", ("b",), 7, 2), ("b", "deadline", (), 10, 0)]
    (reason,) = of_plan(plan).reasons("a")
    assert reason.what == "crane"


def test_a_crane_that_leaves_has_no_holder() -> None:
    plan = backward_schedule(on_a_crane(deadline=9, changes=((6, 0), (7, 1))))
    assert told_by(plan.explain("a")) == [("a", "resource", (), 6, 3)]


def test_every_reason_of_a_step() -> None:
    """Two reasons at once: neither alone would let it move."""
    net = on_a_crane(deadline=7)
    assert told_by(of_plan(backward_schedule(net)).reasons("a")) == [
        ("a", "deadline", (), 7, 0),
        ("a", "resource", ("b",), 7, 0),
    ]


def test_a_plan_that_leaves_room_says_so() -> None:
    net = on_a_crane(deadline=9)
    plan = Plan(net, Status.FEASIBLE, Dates([0, 5], [4, 8], [0, 5]), "generation")
    assert told_by(plan.explain("a")) == [("a", "nothing", (), None, 1)]
    assert told_by(plan.explain("b", early=True)) == [("b", "nothing", (), None, 1)]


def test_what_only_moves_together() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=2)
    graph.add_node("b", duration=2, deadline=9)
    graph.add_edge("a", "b", maximum_lag=0)
    plan = Plan(compile_network(graph), Status.FEASIBLE, Dates([0, 2], [2, 4], [0, 2]), "generation")
    assert [(step.activity, step.kind.value) for step in plan.explain("a")] == [
        ("a", "link"),
        ("b", "maximum lag"),
        ("a", "circle"),
    ]


def test_fractions_of_a_slot() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=2.5)
    graph.add_node("b", duration=0.1, deadline=9)
    graph.add_edge("a", "b", lag=0.2)
    assert told_by(backward_schedule(graph).explain("a")) == [
        ("a", "link", ("b",), 8.9, 0),
        ("b", "deadline", (), 9, 0),
    ]


def test_where_a_calendar_ends() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=8, calendar="site")
    result = critical_path(graph, calendars={"site": CalendarTable("site", [100] * 12)})
    assert told_by(result.explain("a", early=False)) == [("a", "project end", (), 8, None)]
    assert told_by(result.explain("a")) == [("a", "calendar", (), None, None)]


def test_what_cannot_be_explained() -> None:
    plan = backward_schedule(on_a_crane(deadline=9))
    with pytest.raises(InputError, match=r"no activity 'c'"):
        plan.explain("c")
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=8, deadline=5, hard=True)
    with pytest.raises(InputError, match=r"no plan to explain \(INFEASIBLE\)"):
        backward_schedule(graph).explain("a")
