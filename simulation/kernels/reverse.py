"""Late starts under shared resources: each replication dispatched backwards from its late dates."""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import Ints, borrowing, kernel
from simulation.kernels.clock import OFF, Clock
from simulation.kernels.early import (
    FINISH,
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
    Net,
)
from simulation.kernels.late import placed_late, unshifted
from simulation.statistics import Slots

RESOURCE, UNITS = range(2)
"""Columns of demands; those of activity i are the rows from ``first[i]`` to ``first[i + 1]``."""

TILE = 16
"""Replications whose dates are fetched and stored together: they lie side by side in memory."""


@kernel
def reverse(
    net: Net,
    clock: Clock,
    members: Ints,
    first: Ints,
    demand: Ints,
    capacity: Slots,
    work: Slots,
    start: Slots,
    finish: Slots,
) -> int:
    """Place activities again, as late as units are free, those with the latest finishes first.

    Parameters
    ----------
    net : Net
        With links out of each activity, as the late pass reads it.
    members : array of int
        Who is placed again, in topological order.
    first, demand : shape (activities + 1,), (demands, 2)
    capacity : shape (resources, slots)
        Up to the greatest finish. Before the first slot nothing is short.
    work, start, finish : shape (activities, replications)
        Dates are those of the late pass, and changed in place.

    Returns
    -------
    int
        The first activity whose lags lead behind their calendar, or -1.
    """
    count, replications = work.shape
    free = capacity.copy()
    begun, ended = np.empty((TILE, count), np.int32), np.empty((TILE, count), np.int32)
    need = np.empty((TILE, count), np.int32)
    rank = np.empty(count, np.int64)
    key = np.empty(len(members), np.int64)
    for left in range(0, replications, TILE):
        width = min(TILE, replications - left)
        for i in range(count):
            for b in range(width):
                begun[b, i], ended[b, i], need[b, i] = (
                    start[i, left + b],
                    finish[i, left + b],
                    work[i, left + b],
                )
        for b in range(width):
            order(net, members, ended[b], rank, key)
            for k in key[::-1]:
                i = members[k % len(members)]
                if not place(net, clock, i, first, demand, free, need[b, i], begun[b], ended[b]):
                    return int(i)
            for i in members:
                take(first, demand, free, i, begun[b, i], ended[b, i], -1)
        for i in members:
            for b in range(width):
                start[i, left + b], finish[i, left + b] = begun[b, i], ended[b, i]
    return -1


@kernel
def order(net: Net, members: Ints, finish: Slots, rank: Ints, key: Ints) -> None:
    """Sort members by late finish, but none behind its successors; keys are ranks and numbers in one."""
    rank[:] = LIMIT
    for k in range(len(members) - 1, -1, -1):
        i = members[k]
        rank[i] = finish[i]
        for e in range(net.activity[i, LINKS], net.activity[i + 1, LINKS]):
            rank[i] = min(rank[i], rank[net.link[e, OTHER]])
        key[k] = rank[i] * len(members) + k
    key.sort()


@borrowing
def place(
    net: Net,
    clock: Clock,
    i: int,
    first: Ints,
    demand: Ints,
    free: Slots,
    work: int,
    start: Slots,
    finish: Slots,
) -> bool:
    """Put one activity at its greatest place before what follows it with free units all along.

    False if a date lies behind a calendar.
    """
    kind, table = net.activity[i, KIND], net.activity[i, TABLE]
    begin, end = net.activity[i, START], net.activity[i, FINISH]
    if begin == NONE:
        begin = LIMIT
    for e in range(net.activity[i, LINKS], net.activity[i + 1, LINKS]):
        j = net.link[e, OTHER]
        event = finish[j] if net.link[e, OTHER_FINISH] else start[j]
        bound = unshifted(clock, net.link[e, LAG_TABLE], net.link[e, LAG], event)
        if bound == OFF:
            return False
        if net.link[e, OWN_FINISH]:
            end = min(end, bound)
        else:
            begin = min(begin, bound)
    while True:
        at, done = placed_late(clock, kind, table, begin, end, work)
        if at < OFF // 2:
            return False
        short = shortage(first, demand, free, i, at, done)
        if short < 0 or at <= 0:
            break
        end = short
    start[i], finish[i] = at, done
    take(first, demand, free, i, at, done, 1)
    return True


@borrowing
def shortage(first: Ints, demand: Ints, free: Slots, i: int, start: int, finish: int) -> int:
    """The first slot of a place in which units are short, or -1."""
    short = -1
    for d in range(first[i], first[i + 1]):
        units, row = demand[d, UNITS], free[demand[d, RESOURCE]]
        for t in range(max(start, 0), finish if short < 0 else short):
            if row[t] < units:
                short = t
                break
    return short


@borrowing
def take(first: Ints, demand: Ints, free: Slots, i: int, start: int, finish: int, sign: int) -> None:
    """Take the units of an activity over its place, or give them back."""
    for d in range(first[i], first[i + 1]):
        for t in range(max(start, 0), finish):
            free[demand[d, RESOURCE], t] -= sign * demand[d, UNITS]
