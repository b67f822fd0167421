"""Overbooked resources by energy: what must be held between two dates, against what is there."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scheduling.calendar import CalendarTable, Ints
from scheduling.network import Network
from scheduling.passes import Dates

_FOR_GOOD = 1 << 40
_CELLS = 1 << 22
"""Cells of one table of dates and activities; longer lists of dates are taken in pieces."""


class Overbooked(NamedTuple):
    """A resource that cannot give [begin, end) what its activities must hold there.

    Attributes
    ----------
    activities : tuple of int
        Those that cannot but hold units there.
    needed, there : int
        Units times slots.
    """

    resource: int
    begin: int
    end: int
    activities: tuple[int, ...]
    needed: int
    there: int


class _Users(NamedTuple):
    """Unstarted activities that demand a resource: units, first and last place, slots they hold at least."""

    who: list[int]
    units: Ints
    est: Ints
    ect: Ints
    lst: Ints
    lct: Ints
    least: Ints


class _Fact(NamedTuple):
    """Units that an activity in progress holds (or that a start took of a stock) in any plan."""

    activity: int
    units: int
    begin: int
    end: int


def overbooked(net: Network, early: Dates, late: Dates, resource: int) -> Overbooked | None:
    """The overbooked stretch of time with the fewest activities in it, or None.

    Parameters
    ----------
    early, late : Dates
        Between these every plan lies.

    Notes
    -----
    ``sum(units_i * least overlap of [s_i, f_i) with [a, b)) > capacity over [a, b)``, the overlap being least
    where the activity lies first, or last, or within (Baptiste, Le Pape & Nuijten 1999, Satisfiability tests
    and time-bound adjustments for cumulative scheduling problems, section 3).
    """
    users = _users(net, early, late, resource)
    if not users.who:
        return None
    begins = np.unique(np.concatenate([users.est, users.lst]))
    ends = np.unique(np.concatenate([users.ect, users.lct]))
    if net.resources[resource].consumed:
        begins, ends = np.unique(users.lst), np.unique(users.lst + 1)
    facts = _facts(net, early, resource)
    supply = _supply(net, resource, facts, int(begins[0]))
    best: tuple[int, int, int] | None = None
    for k, a in enumerate(begins.tolist()):
        later = ends[ends > a]
        for piece in np.array_split(later, 1 + len(later) * len(users.who) // _CELLS):
            overlap = _overlap(users, a, piece)
            over = np.flatnonzero(overlap @ users.units > supply(a, piece))
            if not len(over):
                continue
            count = (overlap[over] > 0).sum(axis=1)
            at = np.lexsort((piece[over], count))[0]
            found = int(count[at]), int(piece[over[at]]) - a, k
            best = found if best is None or found < best else best
    if best is None:
        return None
    a = int(begins[best[2]])
    b = np.array([a + best[1]])
    overlap = _overlap(users, a, b)[0]
    held = [i for i, slots in zip(users.who, overlap.tolist(), strict=True) if slots]
    held += [fact.activity for fact in facts if fact.begin < b[0] and fact.end > a]
    there = int(supply(a, b)[0])
    return Overbooked(resource, a, int(b[0]), tuple(sorted(held)), int(overlap @ users.units), there)


def _asked(net: Network, k: int) -> list[tuple[int, int]]:
    """Activities that demand a resource, each with its units."""
    rows = ((i, sum(units for which, units in row if which == k)) for i, row in enumerate(net.demand))
    return [(i, units) for i, units in rows if units]


def _users(net: Network, early: Dates, late: Dates, k: int) -> _Users:
    asked = [(i, units) for i, units in _asked(net, k) if not net.started(i)]
    consumed = net.resources[k].consumed
    rows = [_row(net, early, late, i, consumed) for i, _ in asked]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return _Users([i for i, _ in asked], np.array([units for _, units in asked], dtype=np.int64), *columns)


def _row(net: Network, early: Dates, late: Dates, i: int, consumed: bool) -> tuple[Any, ...]:
    """First start and finish, last start and finish, slots held at least."""
    first, last = early.start[i], late.start[i]
    if consumed:
        return first, _FOR_GOOD, last, _FOR_GOOD, _FOR_GOOD
    table = net.tables[i]
    least = early.finish[i] - first
    if isinstance(table, CalendarTable):
        starts = first + np.flatnonzero(table.rates[first : last + 1] > 0)
        least = int((table.finish_array(starts, np.full(len(starts), net.work[i])) - starts).min())
    return first, early.finish[i], last, late.finish[i], least


def _facts(net: Network, early: Dates, k: int) -> list[_Fact]:
    begun = [(i, units) for i, units in _asked(net, k) if net.started(i)]
    if net.resources[k].consumed:
        return [_Fact(i, units, net.actual_start[i], _FOR_GOOD) for i, units in begun]
    # Held from the data date to the finish, wherever it resumes.
    return [_Fact(i, units, net.data_date, early.finish[i]) for i, units in begun if not net.done(i)]


def _overlap(users: _Users, a: int, ends: Ints) -> Ints:
    """Least slots of each activity in [a, b), shape (ends, activities)."""
    b = ends[:, None]
    first = np.minimum(users.ect, b) - np.maximum(users.est, a)
    last = np.minimum(users.lct, b) - np.maximum(users.lst, a)
    found: Ints = np.maximum(0, np.minimum(np.minimum(first, last), np.minimum(users.least, b - a)))
    return found


def _supply(net: Network, k: int, facts: list[_Fact], origin: int) -> Any:
    """Units times slots that facts leave over [a, b): a function of a and an array of b, from `origin` on."""
    resource = net.resources[k]
    moments = {when for when, _ in resource.changes} | {edge for fact in facts for edge in fact[2:]}
    edges = np.array([origin, *sorted(when for when in moments if when > origin)], dtype=np.int64)
    free = [
        max(0, resource.capacity_at(at) - sum(fact.units for fact in facts if fact.begin <= at < fact.end))
        for at in edges.tolist()
    ]
    levels = np.array(free, dtype=np.int64)
    sums = np.concatenate([[0], np.cumsum(levels[:-1] * np.diff(edges))])

    def until(moments: Ints) -> Ints:
        at = np.searchsorted(edges, moments, side="right") - 1
        found: Ints = sums[at] + levels[at] * (moments - edges[at])
        return found

    return lambda a, b: until(b) - until(np.array([a]))[0]
