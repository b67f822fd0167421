"""How far the axis of a network must reach (SEMANTICS 2), and how far its plans can."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import networkx as nx
import numpy as np

from scheduling.axis import Axis
from scheduling.calendar import Calendar, CalendarTable
from scheduling.errors import AxisError, InputError
from scheduling.network import START_MILESTONE, WORK, Network
from scheduling.passes import Dates

_MARGIN_YEARS = 3
_TAIL = 4
"""Undated calendars reach this many times the longest path past the last date, for slow replications."""
_PADDING = 366 * 30
"""Days that dated calendars go on as their week, for replications that are slower still."""


def axis_over(calendars: Sequence[Calendar], dates: Sequence[date], reach: float, slots_per_day: int) -> Axis:
    """The days that all dated calendars cover; with none of those, `reach` and a margin beyond the dates.

    Parameters
    ----------
    calendars : sequence of Calendar
        Those that the network uses.
    dates : sequence of date
        Every date given, at least one.
    reach : float
        Slots of work and lag on the longest path.
    slots_per_day : int

    Raises
    ------
    InputError
        If there is no date, or no day that all calendars cover.
    """
    if not dates:
        raise InputError("the network has dated calendars but no date at all. Give a start or a data date.")
    days = [when.date() if isinstance(when, datetime) else when for when in dates]
    firsts = [calendar.first for calendar in calendars if calendar.first]
    lasts = [calendar.last for calendar in calendars if calendar.last]
    slow, breaks = 1.0, 0
    week = Axis(date(2001, 1, 1), 7, slots_per_day)  # begins on a Monday
    for calendar in calendars:
        pattern = Calendar(calendar.name, calendar.week).rates(week)
        slow = max(slow, 100 * week.length / max(int(pattern.sum()), 1))
        breaks = max(breaks, len(calendar.exceptions))
    span = int(reach * slow) // slots_per_day + breaks + 366 * _MARGIN_YEARS
    first = max(firsts) if firsts else _add_days(min(days), -span)
    last = min(lasts) if lasts else _add_days(max(days), _TAIL * span)
    if last < first:
        raise InputError(
            f"no day is covered by every calendar: one begins on {first}, another ends on {last}. "
            "Extend them or use calendars of the same years."
        )
    return Axis(first, (last - first).days + 1, slots_per_day, _PADDING if lasts else 0)


def longest_reach(
    graph: nx.DiGraph[Any],
    size: Mapping[Any, float],
    lag: Callable[[Mapping[str, Any]], float],
    extra: Mapping[Hashable, float],
) -> float:
    """Slots of the longest chain of activities, lags and extras (the leads of factors) end to end.

    Maximum lags let a chain turn back, so a part of the network that has any counts in full.
    """
    part = {name: k for k, members in enumerate(nx.weakly_connected_components(graph)) for name in members}
    totals = dict.fromkeys(part.values(), 0.0)
    extras = dict(totals)
    for name in graph:
        totals[part[name]] += size[name]
        extras[part[name]] += extra.get(name, 0.0)
    turning = set()
    for pred, _, edge in graph.edges(data=True):
        totals[part[pred]] += lag(edge)
        if edge.get("maximum_lag") is not None:
            turning.add(part[pred])
    longest = {k: total for k, total in totals.items() if k in turning}
    try:
        reach: dict[Any, float] = {}
        for name in nx.topological_sort(graph):
            arrivals = (reach[pred] + lag(edge) for pred, _, edge in graph.in_edges(name, data=True))
            reach[name] = max(arrivals, default=0.0) + size[name]
            if part[name] not in turning:
                longest[part[name]] = max(longest.get(part[name], 0.0), reach[name])
    except nx.NetworkXUnfeasible:
        longest = totals
    return max((longest[k] + extras[k] for k in longest), default=0.0)


def _add_days(day: date, days: int) -> date:
    """Day arithmetic that stays within the years 1 to 9999."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal() - 1))


def serial_end(net: Network, early: Dates, ends: Sequence[Any] = ()) -> int:
    """A boundary by which all can be done one after another, in any order; or the end of the axis."""
    tables = (*net.tables, *(link.table for link in net.links))
    last: Any = min((item.horizon for item in tables if isinstance(item, CalendarTable)), default=None)
    changes = [when for resource in net.resources for when, _ in resource.changes]
    moment: Any = max(*early.finish, *ends, *changes, 0)
    try:
        spans: dict[tuple[int, Any], Any] = {}
        for i in net.order:
            if net.kind[i] == WORK and not net.done(i):
                table, work = net.tables[i], max(net.works(i))
                if (id(table), work) not in spans:
                    spans[id(table), work] = _longest_span(table, work, moment)
                moment += spans[id(table), work]
        if last is not None:
            moment = min(moment, last)
        for link in net.links:
            moment = link.table.shift(moment, abs(link.lag))
        for i, kind in enumerate(net.kind):
            if kind == START_MILESTONE and not net.done(i):
                moment = net.tables[i].next_start(moment)
    except AxisError:
        moment = last
    return int(moment)


def _longest_span(table: Any, work: Any, moment: Any) -> Any:
    """Slots from being allowed to start, at or after a moment, to the finish at most; on the axis."""
    if not isinstance(table, CalendarTable):
        return work
    begins = np.arange(moment, table.horizon)
    need = table.cum_array[moment : table.horizon] + 100 * work
    fits = need <= table.cum_array[-1]
    ends = np.searchsorted(table.cum_array, need[fits])
    return int((ends - begins[fits]).max(initial=0))
