"""Constraint families, one function each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np

from scheduling.calendar import CalendarTable, Ints, Table
from scheduling.cpsat.variables import Event, Expression, Variables, constant
from scheduling.modes import extendable, shortened
from scheduling.network import FINISH_MILESTONE, WORK, Link, Network


def precedences(variables: Variables) -> None:
    """Minimum lags: ``e_succ >= A(e_pred, lag)`` for starts and finishes as the relation says."""
    net, model = variables.net, variables.model
    for link in net.links:
        if link.maximum or net.done(link.succ):
            continue
        before = variables.event(link.pred, link.from_finish)
        # A minimum lag into work in progress binds its remaining work, not its actual start.
        after = variables.finish(link.succ) if link.to_finish else variables.places[link.succ]
        if before.fixed and after.fixed:
            continue
        model.add(after.expression >= variables.image(before, lagged(link, before)))


def maximum_lags(variables: Variables) -> None:
    """Maximum lags: ``f_succ <= A(e_pred, lag)`` and ``s_succ <= next allowed start at or after A(...)``."""
    net, model = variables.net, variables.model
    dropped = set(variables.dropped)
    for link in net.maximum_links:
        if link in dropped:
            continue
        before = variables.event(link.pred, link.from_finish)
        after = variables.event(link.succ, link.to_finish)
        if before.fixed and after.fixed:
            continue
        model.add(after.expression <= variables.image(before, most(net, link, before)))


def lagged(link: Link, event: Event) -> Ints:
    """A(x, lag) for every value of an event; past the axis, its last boundary."""
    table = link.table
    reach: Ints = event.values + link.lag
    if isinstance(table, CalendarTable) and link.lag:
        count = table.count_array
        target = count[event.values] + link.lag
        if link.lag > 0:
            reach = np.minimum(np.searchsorted(count, target), table.horizon)
        else:
            reach = np.searchsorted(count, target, side="right") - 1
    return reach


def next_starts(table: Table, values: Ints) -> Ints:
    """Next allowed start for every value; past the axis, its last boundary."""
    if not isinstance(table, CalendarTable):
        return values
    allowed: Ints = np.append(np.flatnonzero(table.rates > 0), table.horizon)
    starts: Ints = allowed[np.searchsorted(allowed, values)]
    return starts


def _extensions(variables: Variables) -> Expression:
    """Price of extensions: without the k-th one, ``e_succ <= A(e_pred, lag with k - 1 of them)``."""
    net, model = variables.net, variables.model
    total: Expression = 0
    for link in extendable(net, variables.dropped):
        assert link.extension is not None
        before = variables.event(link.pred, link.from_finish)
        after = variables.event(link.succ, link.to_finish)
        for used in range(link.extension.times):
            one_more = model.new_bool_var("")
            bound = variables.image(before, most(net, shortened(link, used), before))
            model.add(after.expression <= bound).only_enforce_if(~one_more)
            total += int(cost_scale(net) * Fraction(str(link.extension.cost))) * one_more
    return total


def most(net: Network, link: Link, before: Event) -> Ints:
    """What a maximum lag leaves its successor for every value of its predecessor's event."""
    reach = lagged(link, before)
    if not link.to_finish and net.kind[link.succ] != FINISH_MILESTONE:
        reach = next_starts(net.tables[link.succ], reach)
    return reach


def capacities(variables: Variables) -> None:
    """Resources: ``sum(units of activities that hold at t) <= free(t)``.

    Renewable units are held over [start, finish), consumed ones from the start on for good. ``free`` is the
    capacity less what facts hold, at least 0; where it is below its greatest value, a fixed interval takes
    the difference. A stock that is all there from the beginning is just a sum.
    """
    net = variables.net
    for k, resource in enumerate(net.resources):
        users = [i for i in range(len(net)) if k in net.resources_of(i)]
        if all(net.started(i) for i in users):
            continue
        if resource.consumed and not resource.changes:
            _whole_stock(variables, k, users)
        else:
            _capacity(variables, k, users)


def _whole_stock(variables: Variables, k: int, users: Sequence[int]) -> None:
    net = variables.net
    taken = sum(_units(net.demand[i], k) for i in users if net.started(i))
    asked = [
        _units(mode.demand, k) * chosen
        for i in users
        if not net.started(i)
        for mode, chosen in variables.ways(i)
    ]
    variables.model.add(sum(asked) <= max(0, net.resources[k].capacity - taken))


def _capacity(variables: Variables, k: int, users: Sequence[int]) -> None:
    net, model, resource = variables.net, variables.model, variables.net.resources[k]
    intervals: list[Any] = []
    units: list[int] = []
    fixed: list[tuple[int, int, int]] = []
    moving = 0
    for i in users:
        held = _units(net.demand[i], k)
        if not net.started(i):
            lie = variables.for_good if resource.consumed else variables.intervals
            for mode, interval in lie(i, variables.places[i]):
                if _units(mode.demand, k):
                    intervals.append(interval)
                    units.append(_units(mode.demand, k))
        elif resource.consumed:
            fixed.append((net.actual_start[i], variables.end, held))
        elif net.done(i):
            continue
        elif variables.places[i].fixed:
            fixed.append((net.data_date, int(variables.finish(i).values[0]), held))
        else:
            # Work in progress never waits for units: what it lacks is not asked for.
            least = min(resource.capacity, *(number for _, number in resource.changes), resource.capacity)
            held = min(held, max(0, least - moving))
            moving += held
            intervals += [interval for _, interval in variables.intervals(i, constant(net.data_date))]
            units.append(held)
    steps = _free(variables, k, users, fixed)
    most = max(free for _, _, free in steps)
    for begin, end, free in steps:
        if free < most:
            first, last = sorted((variables.seen(begin), variables.seen(end)))
            intervals.append(model.new_fixed_size_interval_var(first, last - first, "closed"))
            units.append(most - free)
    model.add_cumulative(intervals, units, most)


def _units(row: Iterable[tuple[int, int]], k: int) -> int:
    return sum(number for which, number in row if which == k)


def _free(
    variables: Variables, k: int, users: Sequence[int], fixed: Sequence[tuple[int, int, int]]
) -> list[tuple[int, int, int]]:
    """Free units of resource `k` as steps (begin, end, units) over every slot an activity can hold."""
    net, resource = variables.net, variables.net.resources[k]
    unstarted = [i for i in users if not net.started(i)]
    first = min(int(variables.places[i].values[0]) for i in unstarted)
    last = variables.end
    if not resource.consumed:
        last = max(int(variables.finish(i).values[-1]) for i in unstarted)
    edges = {first, last, *(begin for begin, _ in resource.changes)}
    edges |= {edge for begin, end, _ in fixed for edge in (begin, end)}
    moments = sorted(edge for edge in edges if first <= edge <= last)
    return [
        (
            begin,
            end,
            max(0, resource.capacity_at(begin) - sum(held for a, b, held in fixed if a <= begin < b)),
        )
        for begin, end in pairwise(moments)
    ]


def lateness_scale(net: Network) -> int:
    """What makes every weight of a soft deadline a whole number."""
    return lcm(*(weight.denominator for weight in _weights(net).values()))


def _weights(net: Network) -> dict[int, Fraction]:
    return {
        i: Fraction(str(line.weight)) for i, line in net.deadlines.items() if not (net.done(i) or line.hard)
    }


def weighted_lateness(variables: Variables, ends: Sequence[int]) -> Expression:
    """``sum(scale w_i late_i)`` over soft deadlines, ``late_i >= f_i - deadline_i,  late_i >= 0``."""
    net, model = variables.net, variables.model
    scale = lateness_scale(net)
    total: Expression = 0
    for i, weight in _weights(net).items():
        end, bound = variables.finish(i), int(net.deadlines[i].bound)
        worst = int(end.values[-1]) - bound
        if worst > 0:
            late = model.new_int_var(0, worst, f"lateness {net.ids[i]}")
            model.add(late >= end.expression - bound)
            total += int(weight * scale) * late
    return total


def missed_deadlines(variables: Variables, ends: Sequence[int]) -> Expression:
    """``sum(scale w_i missed_i)`` over soft deadlines, ``f_i <= deadline_i`` unless ``missed_i``."""
    net, model = variables.net, variables.model
    scale = lateness_scale(net)
    total: Expression = 0
    for i, weight in _weights(net).items():
        end, bound = variables.finish(i), int(net.deadlines[i].bound)
        if int(end.values[-1]) > bound:
            missed = model.new_bool_var(f"missed {net.ids[i]}")
            model.add(end.expression <= bound).only_enforce_if(~missed)
            total += int(weight * scale) * missed
    return total


def overrun(variables: Variables, ends: Sequence[int]) -> Expression:
    """``sum(over_k)`` over projects, ``over_k >= f_i - end_k`` for activities of k, ``over_k >= 0``."""
    net, model = variables.net, variables.model
    total: Expression = 0
    for k, end in enumerate(ends):
        late = [
            event
            for i in range(len(net))
            if net.project[i] == k
            and not net.done(i)
            and int((event := variables.finish(i)).values[-1]) > end
        ]
        if late:
            over = model.new_int_var(0, max(int(event.values[-1]) for event in late) - end, f"overrun {k}")
            for event in late:
                model.add(over >= event.expression - end)
            total += over
    return total


def in_progress(variables: Variables, ends: Sequence[int]) -> Expression:
    """``sum(r_i)``: where work in progress resumes."""
    net = variables.net
    return sum(variables.places[i].expression for i in range(len(net)) if net.started(i) and not net.done(i))


def cost(variables: Variables, ends: Sequence[int]) -> Expression:
    """``scale (sum(price of the chosen mode) + sum(price of extensions used))``."""
    net = variables.net
    scale = cost_scale(net)
    modes = sum(
        int(scale * Fraction(str(mode.cost))) * chosen
        for i in variables.chosen
        for mode, chosen in variables.ways(i)
        if mode.cost
    )
    return modes + _extensions(variables)


def cost_scale(net: Network) -> int:
    """What makes every price a whole number."""
    prices = [mode.cost for modes in net.modes.values() for mode in modes]
    prices += [link.extension.cost for link in net.maximum_links if link.extension is not None]
    return lcm(*(Fraction(str(price)).denominator for price in prices))


def starts(variables: Variables) -> Expression:
    """``sum(s_i)`` over unstarted activities with work."""
    net = variables.net
    return sum(
        variables.places[i].expression for i in range(len(net)) if not net.started(i) and net.kind[i] == WORK
    )


def changes(variables: Variables, target: Mapping[int, int]) -> Expression:
    """``sum(d_i)``, ``d_i >= s_i - target_i,  d_i >= target_i - s_i``."""
    total: Expression = 0
    for i, when in target.items():
        place = variables.places[i]
        most = max(abs(int(place.values[0]) - when), abs(int(place.values[-1]) - when))
        if place.fixed:
            total += most
            continue
        moved = variables.model.new_int_var(0, most, f"change {variables.net.ids[i]}")
        variables.model.add(moved >= place.expression - when)
        variables.model.add(moved >= when - place.expression)
        total += moved
    return total


def at_most(variables: Variables, expression: Expression, value: int) -> None:
    """``expression <= value``: a level held at what the best plan reached."""
    if not isinstance(expression, int):
        variables.model.add(expression <= value)
