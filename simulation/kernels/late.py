"""Late starts of a block of replications: one activity after the other, all replications at once."""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import Ints, inlined, kernel
from simulation.kernels.clock import AT, COUNTED, HORIZON, OFF, SCALE, WORKED, Clock, finish_of
from simulation.kernels.early import (
    FINISH,
    FINISH_MILESTONE,
    KIND,
    LAG,
    LAG_TABLE,
    LIMIT,
    LINKS,
    NONE,
    OTHER,
    OTHER_FINISH,
    OWN_FINISH,
    START,
    TABLE,
    WORK,
    Net,
)
from simulation.statistics import Slots


@inlined
def unshifted(clock: Clock, c: int, lag: int, event: int) -> int:
    """Greatest boundary that a lag takes to an event or before; OFF behind the calendar, never before it."""
    if c < 0 or lag == 0:
        return event - lag
    at, last = clock.row[c, AT], clock.row[c, HORIZON]
    if event > last:
        return OFF
    if event < 0:
        return 0
    target = (clock.slots[at + event] if lag > 0 else clock.slots[at + min(event + 1, last)] - 1) - lag
    if target < 0:
        return 0
    if target >= clock.slots[at + last]:
        return int(last)
    return int(clock.reach[clock.row[c, COUNTED] + target + 1]) - 1


@inlined
def latest_start(clock: Clock, kind: int, c: int, begin: int, end: int, work: int) -> int:
    """Greatest start at or before `begin` with a finish at or before `end`; OFF behind the calendar.

    It is -1 before a calendar begins.
    """
    if c < 0 or kind == FINISH_MILESTONE:
        return min(begin, end - work)
    at, horizon = clock.row[c, AT], clock.row[c, HORIZON]
    last = end if kind == WORK else min(begin, end)
    if last > horizon:
        return OFF
    start = last
    if kind == WORK and last >= 0:
        need = clock.cum[at + last] - clock.row[c, SCALE] * work
        start = -1
        if need >= clock.cum[at + horizon]:
            start = horizon
        elif need >= 0:
            start = int(clock.finish[clock.row[c, WORKED] + need + 1]) - 1
        if start <= begin:
            return int(start)
        start = begin
    if start < 0:
        return -1
    counted = clock.slots[at + min(start + 1, horizon)]
    return int(clock.reach[clock.row[c, COUNTED] + counted]) - 1


@inlined
def placed_late(clock: Clock, kind: int, c: int, begin: int, end: int, work: int) -> tuple[int, int]:
    """Greatest place at or before `begin` with a finish at or before `end`; OFF behind the calendar.

    A place before the calendar begins is its first boundary: nothing can start so early anyway.
    """
    start = latest_start(clock, kind, c, begin, end, work)
    if start == OFF or c < 0 or kind == FINISH_MILESTONE:
        return start, start + work
    return (start, finish_of(clock, c, start, work)) if start >= 0 else (0, 0)


@kernel
def late(net: Net, clock: Clock, order: Ints, work: Slots, start: Slots, finish: Slots) -> int:
    """Place activities from the last of `order` to the first; the first one behind the calendar, or -1.

    Links are those out of each activity. Parameters as for :func:`simulation.kernels.early.early`.
    """
    count = work.shape[1]
    begin, end = np.empty(count, np.int64), np.empty(count, np.int64)
    for i in order[::-1]:
        row = net.activity[i]
        begin[:] = LIMIT if row[START] == NONE else row[START]
        end[:] = row[FINISH]
        for e in range(row[LINKS], net.activity[i + 1, LINKS]):
            link = net.link[e]
            event = finish[link[OTHER]] if link[OTHER_FINISH] else start[link[OTHER]]
            bound = end if link[OWN_FINISH] else begin
            for r in range(count):
                at = unshifted(clock, link[LAG_TABLE], link[LAG], event[r])
                if at == OFF:
                    return int(i)
                bound[r] = min(bound[r], at)
        for r in range(count):
            at, done = placed_late(clock, row[KIND], row[TABLE], begin[r], end[r], work[i, r])
            if at < OFF // 2:
                return int(i)
            start[i, r], finish[i, r] = at, done
    return -1
