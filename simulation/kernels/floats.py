"""Total floats of replications as they came out: links, and units that went from one activity to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.kernels.board import Ints, kernel
from simulation.kernels.clock import AT, COUNTED, HORIZON, OFF, SCALE, WORKED, Clock, finish_of
from simulation.kernels.early import (
    FINISH_MILESTONE,
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
def handed_over(
    shared: Shared, start: Slots, finish: Slots, by_start: Ints, by_end: Ints, who: Ints, heirs: Ints
) -> None:
    """To whom the units of each use go: those who start, together, when there is no room beside them.

    Parameters
    ----------
    start, finish : shape (n,)
        Of one replication.
    by_start, by_end : shape (uses,)
        The uses of each resource in the order in which they start and end.
    who : shape (uses,)
        Set to activities, those of each resource in the order of their starts.
    heirs : shape (uses, 2)
        Set to the part of `who` that each use goes to; empty where nobody needs just these units.
    """
    use, most = shared.use, len(shared.use) + 1
    at, used, place = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    following, todo = np.empty(most, np.int64), np.ones(most, np.bool_)
    for k in range(len(shared.first) - 1):
        low, high = shared.first[k], shared.first[k + 1]
        groups = taken = change = 0
        e = ended = low
        while e < high and start[use[by_start[e], ACTIVITY]] != UNFINISHED:
            t = start[use[by_start[e], ACTIVITY]]
            at[groups], place[groups] = t, e
            while e < high and start[use[by_start[e], ACTIVITY]] == t:
                taken += use[by_start[e], UNITS]
                e += 1
            while ended < high and finish[use[by_end[ended], ACTIVITY]] <= t:
                taken -= use[by_end[ended], UNITS]
                ended += 1
            while change < len(shared.changes) and shared.changes[change] <= t:
                change += 1
            used[groups] = taken - shared.capacity[change, k]
            groups += 1
        place[groups] = e
        for e in range(low, high):
            who[e] = use[by_start[e], ACTIVITY]
            heirs[e] = 0
        following[groups] = groups
        for first in range(low, high):
            if todo[first]:
                units = use[first, UNITS]
                for g in range(groups - 1, -1, -1):
                    following[g] = g if used[g] + units > 0 else following[g + 1]
                g = 0
                for e in by_end[low:high]:
                    if use[e, UNITS] == units:
                        todo[e] = False
                        while g < groups and at[g] < finish[use[e, ACTIVITY]]:
                            g += 1
                        if following[g] < groups:
                            heirs[e, 0], heirs[e, 1] = place[following[g]], place[following[g] + 1]


@kernel
def floats(
    net: Net,
    clock: Clock,
    shared: Shared,
    key: Ints,
    order: Ints,
    by_start: Ints,
    by_end: Ints,
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
    key, order : shape (replications, n), (replications, unfinished activities)
        By start, then by a topological order of the links; activities in the order of their keys.
    by_start, by_end : shape (replications, uses)
        The uses of each resource in the order in which they start and end.
    project : shape (n,)
    ends : shape (replications, projects)
        Last finish of each project.
    work, start, finish : shape (replications, n)
        As they came out.
    found : shape (replications, n)
        Set to slots of the activity's calendar (elapsed ones for milestones); UNFINISHED for activities
        that no end of a project holds.
    """
    count = len(project)
    who, heirs = np.empty(len(shared.use), np.int64), np.empty((len(shared.use), 2), np.int64)
    late_start, late_finish = np.empty(count, np.int64), np.empty(count, np.int64)
    for r in range(len(start)):
        handed_over(shared, start[r], finish[r], by_start[r], by_end[r], who, heirs)
        late_start[:] = LIMIT
        late_finish[:] = LIMIT
        again = True
        while again:
            changed = against = False
            for i in order[r, ::-1]:
                if finish[r, i] == UNFINISHED:
                    continue
                begin, end = LIMIT, min(ends[r, project[i]], LIMIT)
                for e in range(net.activity[i, LINKS], net.activity[i + 1, LINKS]):
                    j = net.link[e, OTHER]
                    against = against or key[r, j] < key[r, i]
                    bound = late_finish[j] if net.link[e, OTHER_FINISH] else late_start[j]
                    if bound < LIMIT:
                        bound = unshifted(clock, net.link[e, LAG_TABLE], bound, net.link[e, LAG])
                        if net.link[e, OWN_FINISH]:
                            end = min(end, bound)
                        else:
                            begin = min(begin, bound)
                for e in range(shared.own_first[i], shared.own_first[i + 1]):
                    use = shared.own[e]
                    for place in range(heirs[use, 0], heirs[use, 1]):
                        against = against or key[r, who[place]] < key[r, i]
                        end = min(end, late_start[who[place]])
                if end == LIMIT and begin == LIMIT:
                    continue
                kind, c = net.activity[i, KIND], net.activity[i, TABLE]
                at = greatest_start(clock, kind, c, begin, end, work[r, i])
                # Leads that resources break bind nobody to before where he lies.
                if not net.activity[i, IN_PROGRESS]:
                    at = max(at, start[r, i])
                upto = finish_of(clock, c, at, work[r, i]) if kind == WORK else at
                upto = max(upto, finish[r, i])
                if at < late_start[i] or upto < late_finish[i]:
                    late_start[i], late_finish[i] = at, upto
                    changed = True
            again = changed and against
        for i in range(count):
            found[r, i] = UNFINISHED
        for i in order[r]:
            if late_finish[i] < LIMIT:
                found[r, i] = slots_between(
                    clock, net.activity[i, KIND], net.activity[i, TABLE], finish[r, i], late_finish[i]
                )


@kernel
def unshifted(clock: Clock, c: int, bound: int, lag: int) -> int:
    """Greatest boundary from which a lag leads to `bound` or before; LIMIT where it leaves the axis."""
    if c < 0 or lag == 0:
        return bound - lag
    at, horizon = clock.row[c, AT], clock.row[c, HORIZON]
    if bound < 0 or bound > horizon:
        return LIMIT
    target = (clock.slots[at + bound] if lag > 0 else clock.slots[at + min(bound + 1, horizon)] - 1) - lag
    if target < 0 or target >= clock.slots[at + horizon]:
        return LIMIT
    return int(clock.reach[clock.row[c, COUNTED] + target + 1]) - 1


@kernel
def previous_start(clock: Clock, c: int, bound: int) -> int:
    """Greatest allowed start at or before a boundary; OFF where there is none."""
    at, horizon = clock.row[c, AT], clock.row[c, HORIZON]
    if bound < 0:
        return OFF
    return int(clock.reach[clock.row[c, COUNTED] + clock.slots[at + min(bound + 1, horizon)]]) - 1


@kernel
def greatest_start(clock: Clock, kind: int, c: int, begin: int, end: int, work: int) -> int:
    """Greatest start at or before `begin` whose finish is at or before `end`; OFF where there is none."""
    if c < 0 or kind == FINISH_MILESTONE:
        return min(begin, end - work)
    if kind != WORK:
        return int(previous_start(clock, c, min(begin, end)))
    at, horizon = clock.row[c, AT], clock.row[c, HORIZON]
    need = clock.cum[at + max(min(end, horizon), 0)] - clock.row[c, SCALE] * work
    if need < 0:
        return OFF
    last = horizon
    if need < clock.cum[at + horizon]:
        last = int(clock.finish[clock.row[c, WORKED] + need + 1]) - 1
    return last if begin >= last else int(previous_start(clock, c, begin))


@kernel
def slots_between(clock: Clock, kind: int, c: int, low: int, high: int) -> int:
    """Working slots of an activity from one boundary to a later one; elapsed ones of a milestone."""
    if kind != WORK or c < 0:
        return high - low
    at = clock.row[c, AT]
    return int(clock.slots[at + high] - clock.slots[at + low])
