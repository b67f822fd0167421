"""Late starts under shared resources: each replication dispatched backwards from its late dates."""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import Ints, borrowing, kernel
from simulation.kernels.clock import Clock
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
from simulation.kernels.late import lowered, placed_late
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
                if not place(net, clock, i, first, demand, free, need[b], begun[b], ended[b]):
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


@kernel
def place(
    net: Net,
    clock: Clock,
    i: int,
    first: Ints,
    demand: Ints,
    free: Slots,
    work: Slots,
    start: Slots,
    finish: Slots,
) -> bool:
    """Put one activity at its greatest place before what follows it with free units all along."""
    row = net.activity[i]
    begin, end = np.empty(1, np.int32), np.empty(1, np.int32)
    begin[0] = LIMIT if row[START] == NONE else row[START]
    end[0] = row[FINISH]
    for e in range(row[LINKS], net.activity[i + 1, LINKS]):
        link = net.link[e]
        j = link[OTHER]
        event = finish[j : j + 1] if link[OTHER_FINISH] else start[j : j + 1]
        if not lowered(clock, link[LAG_TABLE], link[LAG], event, end if link[OWN_FINISH] else begin):
            return False
    while True:
        own = slice(i, i + 1)
        if not placed_late(clock, row[KIND], row[TABLE], begin, end, work[own], start[own], finish[own]):
            return False
        short = shortage(first, demand, free, i, start[i], finish[i])
        if short < 0 or start[i] <= 0:
            break
        end[0] = short
    take(first, demand, free, i, start[i], finish[i], 1)
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
