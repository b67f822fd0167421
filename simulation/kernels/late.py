"""Late starts of a block of replications: one activity after the other, all replications at once."""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import Ints, kernel
from simulation.kernels.clock import AT, COUNTED, HORIZON, OFF, SCALE, WORKED, Clock
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
    within,
)
from simulation.statistics import Slots


@kernel
def lowered(clock: Clock, c: int, lag: int, event: Slots, bound: Slots) -> bool:
    """Lower upper bounds to what a lag leaves before events; False if an event lies behind the calendar."""
    if c < 0 or lag == 0:
        step = np.int32(lag)
        for r in range(len(event)):
            bound[r] = min(bound[r], np.int32(event[r] - step))
        return True
    row = clock.row[c]
    count = clock.slots[row[AT] : row[AT] + row[HORIZON] + 1]
    reach = clock.reach[row[COUNTED] : row[COUNTED] + count[-1] + 1]
    last, fits = len(count) - 1, True
    for r in range(len(event)):
        x = event[r]
        if x > last:
            fits = False
            continue
        target = (count[max(x, 0)] if lag > 0 else count[min(x + 1, last)] - 1) - lag
        if x < 0 or target < 0:
            bound[r] = min(bound[r], np.int32(0))
            continue
        bound[r] = min(bound[r], np.int32(last) if target >= count[last] else np.int32(reach[target + 1] - 1))
    return fits


@kernel
def placed_late(
    clock: Clock, kind: int, c: int, begin: Slots, end: Slots, work: Slots, start: Slots, finish: Slots
) -> bool:
    """Greatest places at or before `begin` with finishes at or before `end`; False behind the calendar.

    A place before the calendar begins is its first boundary: nothing can start so early anyway.
    """
    count = len(begin)
    if c < 0 or kind == FINISH_MILESTONE:
        if not within(end, OFF // 2, LIMIT) or not within(work, 0, LIMIT // 2):
            return False
        for r in range(count):
            start[r] = min(begin[r], np.int32(end[r] - work[r]))
            finish[r] = np.int32(start[r] + work[r])
        return True
    row = clock.row[c]
    horizon, scale = row[HORIZON], row[SCALE]
    counts = clock.slots[row[AT] : row[AT] + horizon + 1]
    reach = clock.reach[row[COUNTED] : row[COUNTED] + counts[-1] + 1]
    cum = clock.cum[row[AT] : row[AT] + horizon + 1]
    done = clock.finish[row[WORKED] : row[WORKED] + cum[-1] + 1]
    fits = True
    for r in range(count):
        last = end[r] if kind == WORK else min(begin[r], end[r])
        if last > horizon:
            fits = False
            continue
        if last < 0:
            start[r] = finish[r] = 0
            continue
        if kind == WORK:
            need = cum[last] - scale * work[r]
            at = -1 if need < 0 else (horizon if need >= cum[horizon] else done[need + 1] - 1)
            if begin[r] < at:
                at = reach[counts[min(begin[r] + 1, horizon)]] - 1 if begin[r] >= 0 else -1
        else:
            at = reach[counts[min(last + 1, horizon)]] - 1
        if at < 0:
            start[r] = finish[r] = 0
            continue
        start[r] = finish[r] = np.int32(at)
        if kind == WORK:
            finish[r] = done[cum[at] + scale * work[r]]
    return fits


@kernel
def late(net: Net, clock: Clock, order: Ints, work: Slots, start: Slots, finish: Slots) -> int:
    """Place activities from the last of `order` to the first; the first one behind the calendar, or -1.

    Links are those out of each activity. Parameters as for :func:`simulation.kernels.early.early`.
    """
    begin, end = np.empty(work.shape[1], np.int32), np.empty(work.shape[1], np.int32)
    for i in order[::-1]:
        row = net.activity[i]
        begin[:] = LIMIT if row[START] == NONE else row[START]
        end[:] = row[FINISH]
        for e in range(row[LINKS], net.activity[i + 1, LINKS]):
            link = net.link[e]
            event = finish[link[OTHER]] if link[OTHER_FINISH] else start[link[OTHER]]
            if not lowered(clock, link[LAG_TABLE], link[LAG], event, end if link[OWN_FINISH] else begin):
                return int(i)
        if not placed_late(clock, row[KIND], row[TABLE], begin, end, work[i], start[i], finish[i]):
            return int(i)
    return -1
