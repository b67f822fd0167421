"""Total floats of replications as they came out: links, and units that went from one activity to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.kernels.board import Ints, kernel
from simulation.kernels.clock import AT, HORIZON, Clock
from simulation.kernels.early import (
    IN_PROGRESS,
    KIND,
    LAG,
    LAG_TABLE,
    LIMIT,
    LINKS,
    OTHER,
    OTHER_FINISH,
    OWN_FINISH,
    TABLE,
    WORK,
    Net,
)
from simulation.kernels.late import lowered, placed_late
from simulation.statistics import UNFINISHED, Slots

ACTIVITY, UNITS = range(2)
"""Columns of uses."""


class Shared(NamedTuple):
    """Resources that can bind and come back to be used again.

    Attributes
    ----------
    use : shape (uses, 2)
        Unfinished activities and their units, one resource after the other.
    first : shape (resources + 1,)
        Where the uses of each resource begin.
    own_first, own : shape (n + 1,), (uses,)
        The uses of each activity.
    changes, capacity : shape (changes,), (changes + 1, resources)
        Boundaries at which capacities change, and the capacities before, between and after them.
    """

    use: Ints
    first: Ints
    own_first: Ints
    own: Ints
    changes: Ints
    capacity: Ints


@kernel
def handed_over(shared: Shared, start: Slots, finish: Slots, who: Ints, heirs: Ints) -> None:
    """To whom the units of each use go: those who start, together, when there is no room beside them.

    Parameters
    ----------
    start, finish : shape (n,)
        Of one replication.
    who : shape (uses,)
        Set to activities, those of each resource in the order of their starts.
    heirs : shape (uses, 2)
        Set to the part of `who` that each use goes to; empty where nobody needs just these units.
    """
    for k in range(len(shared.first) - 1):
        low, high = shared.first[k], shared.first[k + 1]
        count = high - low
        begin, end, units = np.empty(count, np.int64), np.empty(count, np.int64), shared.use[low:high, UNITS]
        for e in range(count):
            begin[e] = start[shared.use[low + e, ACTIVITY]]
            end[e] = finish[shared.use[low + e, ACTIVITY]]
        by_start, by_end = np.argsort(begin), np.argsort(end)
        at, used, place = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count + 1, np.int64)
        groups = e = ended = taken = change = 0
        while e < count and begin[by_start[e]] != UNFINISHED:
            t = begin[by_start[e]]
            at[groups], place[groups] = t, e
            while e < count and begin[by_start[e]] == t:
                taken += units[by_start[e]]
                e += 1
            while ended < count and end[by_end[ended]] <= t:
                taken -= units[by_end[ended]]
                ended += 1
            while change < len(shared.changes) and shared.changes[change] <= t:
                change += 1
            used[groups] = taken - shared.capacity[change, k]
            groups += 1
        place[groups] = e
        for e in range(count):
            who[low + e] = shared.use[low + by_start[e], ACTIVITY]
            heirs[low + e] = 0
        todo = np.ones(count, np.bool_)
        following = np.empty(groups + 1, np.int64)
        following[groups] = groups
        for e in range(count):
            if not todo[e]:
                continue
            for g in range(groups - 1, -1, -1):
                following[g] = g if used[g] + units[e] > 0 else following[g + 1]
            for other in range(e, count):
                if units[other] == units[e]:
                    todo[other] = False
                    g = following[np.searchsorted(at[:groups], end[other])]
                    if g < groups:
                        heirs[low + other, 0], heirs[low + other, 1] = low + place[g], low + place[g + 1]


@kernel
def floats(
    net: Net,
    clock: Clock,
    shared: Shared,
    rank: Ints,
    members: Ints,
    project: Ints,
    ends: Slots,
    work: Slots,
    start: Slots,
    finish: Slots,
    found: Slots,
) -> None:
    """Total float of each activity in each replication.

    Parameters
    ----------
    net : Net
        With links out of each activity.
    rank : shape (n,)
        A topological order of the links.
    members : shape (unfinished activities,)
    project : shape (n,)
    ends : shape (projects, replications)
        Last finish of each project.
    work, start, finish : shape (n, replications)
        As they came out.
    found : shape (n, replications)
        Set to slots of the activity's calendar (elapsed ones for milestones); UNFINISHED for activities
        that no end of a project holds.
    """
    count = len(rank)
    who, heirs = np.empty(len(shared.use), np.int64), np.empty((len(shared.use), 2), np.int64)
    late_start, late_finish = np.empty(count, np.int32), np.empty(count, np.int32)
    begin, end = np.empty(1, np.int32), np.empty(1, np.int32)
    at, upto = np.empty(1, np.int32), np.empty(1, np.int32)
    key, ranked = np.empty(count, np.int64), np.empty(len(members), np.int64)
    for r in range(start.shape[1]):
        handed_over(shared, start[:, r], finish[:, r], who, heirs)
        late_start[:] = LIMIT
        late_finish[:] = LIMIT
        for i in range(count):
            key[i] = start[i, r] * count + rank[i]
        for m in range(len(members)):
            ranked[m] = key[members[m]]
        order = members[np.argsort(ranked)][::-1]
        again = True
        while again:
            changed = against = False
            for i in order:
                row = net.activity[i]
                if finish[i, r] == UNFINISHED:
                    continue
                begin[0] = LIMIT
                end[0] = LIMIT if ends[project[i], r] == UNFINISHED else ends[project[i], r]
                for e in range(row[LINKS], net.activity[i + 1, LINKS]):
                    link = net.link[e]
                    j = link[OTHER]
                    against = against or key[j] < key[i]
                    if late_finish[j] < LIMIT:
                        event = late_finish[j : j + 1] if link[OTHER_FINISH] else late_start[j : j + 1]
                        bound = end if link[OWN_FINISH] else begin
                        lowered(clock, link[LAG_TABLE], link[LAG], event, bound)
                for e in shared.own[shared.own_first[i] : shared.own_first[i + 1]]:
                    for place in range(heirs[e, 0], heirs[e, 1]):
                        against = against or key[who[place]] < key[i]
                        end[0] = min(end[0], late_start[who[place]])
                if end[0] == LIMIT and begin[0] == LIMIT:
                    continue
                if row[TABLE] >= 0:
                    end[0] = min(end[0], np.int32(clock.row[row[TABLE], HORIZON]))
                placed = placed_late(clock, row[KIND], row[TABLE], begin, end, work[i, r : r + 1], at, upto)
                # Leads that resources break bind nobody to before where he lies.
                if not placed or (at[0] < start[i, r] and not row[IN_PROGRESS]):
                    at[0] = start[i, r]
                if not placed or upto[0] < finish[i, r]:
                    upto[0] = finish[i, r]
                if at[0] < late_start[i] or upto[0] < late_finish[i]:
                    late_start[i], late_finish[i] = at[0], upto[0]
                    changed = True
            again = changed and against
        for i in range(count):
            found[i, r] = UNFINISHED
        for i in members:
            if late_finish[i] < LIMIT:
                found[i, r] = slots_between(clock, net.activity[i], finish[i, r], late_finish[i])


@kernel
def slots_between(clock: Clock, row: Ints, low: int, high: int) -> int:
    """Working slots of an activity from one boundary to a later one; elapsed ones of a milestone."""
    if row[KIND] != WORK or row[TABLE] < 0:
        return high - low
    begin = clock.row[row[TABLE], AT]
    return int(clock.slots[begin + high] - clock.slots[begin + low])
