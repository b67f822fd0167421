"""Early dates of a block of replications: one activity after the other, all replications at once.

Rows hold one activity, columns one replication, so that the inner loops run over neighbours in memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.kernels.board import Ints, kernel
from simulation.kernels.clock import AT, COUNTED, HORIZON, OFF, SCALE, WORKED, Clock
from simulation.statistics import Slots

KIND, TABLE, START, FINISH, IN_PROGRESS, LINKS, GATES = range(7)
"""Columns of activities: kind, row of the calendar, bounds of start and finish whatever is drawn (NONE: no
bound), whether work is in progress, where links and gates begin. One row more ends those of the last one."""

OTHER, OTHER_FINISH, OWN_FINISH, LAG, LAG_TABLE = range(5)
"""Columns of links: the activity at the other end, whether its finish and whether the own finish is bound."""

NONE = OFF
LIMIT = (1 << 31) - 2
"""Greatest boundary that fits."""
WORK, FINISH_MILESTONE, START_MILESTONE = range(3)


class Net(NamedTuple):
    """What a pass needs to know of a network.

    Attributes
    ----------
    activity : shape (n + 1, 7)
    link : shape (links, 5)
        Minimum lags into each activity for the early pass, out of each for the late one.
    gate : shape (gatings,)
        Factors that gate each activity.
    """

    activity: Ints
    link: Ints
    gate: Ints


@kernel
def moved(clock: Clock, c: int, lag: int, event: Slots, bound: Slots) -> bool:
    """Raise lower bounds to events shifted by a lag; False if one leaves the calendar."""
    if c < 0 or lag == 0:
        step = np.int32(lag)
        for r in range(len(event)):
            bound[r] = max(bound[r], np.int32(event[r] + step))
        return True
    row = clock.row[c]
    count = clock.slots[row[AT] : row[AT] + row[HORIZON] + 1]
    reach = clock.reach[row[COUNTED] : row[COUNTED] + count[-1] + 1]
    last, fits = count[-1], True
    for r in range(len(event)):
        x = event[r]
        target = count[x] + lag if 0 <= x < len(count) else -1
        if target < 0 or (lag > 0 and target > last):
            fits = False
            continue
        if lag > 0:
            at = reach[target]
        elif target == last:
            at = np.int32(len(count) - 1)
        else:
            at = np.int32(reach[target + 1] - 1)
        bound[r] = max(bound[r], at)
    return fits


@kernel
def within(values: Slots, low: int, high: int) -> bool:
    """Whether all values lie between two others."""
    least, most = np.int32(LIMIT), np.int32(OFF)
    for r in range(len(values)):
        least, most = min(least, values[r]), max(most, values[r])
    return bool(low <= least and most <= high)


@kernel
def placed_early(
    clock: Clock,
    kind: int,
    c: int,
    begin: Slots,
    end: Slots,
    bounded: bool,
    work: Slots,
    start: Slots,
    finish: Slots,
) -> bool:
    """Least places after `begin` whose finishes (where `bounded`) lie after `end`; False off the calendar."""
    count = len(begin)
    if c < 0:
        if kind != WORK:
            for r in range(count):
                start[r] = finish[r] = max(begin[r], end[r]) if bounded else begin[r]
            return True
        if bounded:
            for r in range(count):
                begin[r] = max(begin[r], np.int32(end[r] - work[r]))
        if not within(begin, OFF // 2, LIMIT // 2) or not within(work, 0, LIMIT // 2):
            return False
        for r in range(count):
            start[r] = begin[r]
            finish[r] = np.int32(begin[r] + work[r])
        return True
    row = clock.row[c]
    horizon, scale = row[HORIZON], row[SCALE]
    begins = clock.next[row[AT] : row[AT] + horizon + 1]
    cum = clock.cum[row[AT] : row[AT] + horizon + 1]
    done = clock.finish[row[WORKED] : row[WORKED] + cum[-1] + 1]
    if kind != WORK:
        if bounded:
            for r in range(count):
                begin[r] = max(begin[r], end[r])
        if not within(
            begin,
            0 if kind == START_MILESTONE else OFF // 2,
            horizon if kind == START_MILESTONE else LIMIT // 2,
        ):
            return False
        for r in range(count):
            start[r] = finish[r] = begins[begin[r]] if kind == START_MILESTONE else begin[r]
        return bool(within(start, OFF + 1, LIMIT))
    if not within(begin, 0, horizon) or (bounded and not within(end, 0, horizon)):
        return False
    if bounded:
        for r in range(count):
            need = cum[max(end[r] - 1, 0)] - scale * work[r] + 1
            if end[r] > 0 and work[r] > 0:
                begin[r] = max(begin[r], done[need] if need > 0 else np.int32(0))
            else:
                begin[r] = max(begin[r], end[r])
    fits = True
    for r in range(count):
        at, need = begins[begin[r]], cum[begin[r]] + scale * work[r]
        if at < 0 or need >= len(done):
            fits = False
            continue
        start[r] = at
        finish[r] = done[need] if work[r] > 0 else at
    return fits


@kernel
def early(
    net: Net,
    clock: Clock,
    block: Ints,
    work: Slots,
    arrivals: Slots,
    start: Slots,
    finish: Slots,
    resume: Slots,
) -> int:
    """Place the activities of a block that is in topological order; the first one off the calendar, or -1.

    Parameters
    ----------
    work, arrivals : shape (n, replications), (gates, replications)
    start, finish, resume : shape (n, replications)
        Changed in place; facts stand there already. Work in progress keeps its start; where there is none,
        `resume` may be the same array as `start`.
    """
    begin, end = np.empty(work.shape[1], np.int32), np.empty(work.shape[1], np.int32)
    for i in block:
        row = net.activity[i]
        bounded = row[FINISH] != NONE
        for r in range(len(begin)):  # slices of arrays would take seconds to compile
            begin[r], end[r] = row[START], row[FINISH]
        for g in net.gate[row[GATES] : net.activity[i + 1, GATES]]:
            moved(clock, -1, 0, arrivals[g], begin)
        for e in range(row[LINKS], net.activity[i + 1, LINKS]):
            link = net.link[e]
            event = finish[link[OTHER]] if link[OTHER_FINISH] else start[link[OTHER]]
            bounded = bounded or link[OWN_FINISH] == 1
            if not moved(clock, link[LAG_TABLE], link[LAG], event, end if link[OWN_FINISH] else begin):
                return int(i)
        if not placed_early(clock, row[KIND], row[TABLE], begin, end, bounded, work[i], resume[i], finish[i]):
            return int(i)
        for r in range(0 if row[IN_PROGRESS] else len(begin)):
            start[i, r] = resume[i, r]
    return -1
