"""Serial schedule generation: activities put one by one where they start least, or finish greatest.

Handing a whole board from kernel to kernel costs more than placing an activity does, so the loops take it apart
once, helpers get the few arrays they need, and only activities and lags on a calendar ask the board.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scheduling.kernels.board import (
    CAP,
    FLOOR,
    Board,
    Ints,
    Sheet,
    finish_of,
    first_start,
    kernel,
    last_start,
    lift,
    place_early,
    put,
    shift,
    unshift_latest,
)


class Desk(NamedTuple):
    """The schedule being built, and what helps building it.

    Attributes
    ----------
    length : shape (n,)
        Slots from start to finish, or -1 where a calendar decides.
    start, finish : shape (n,)
        A start of -1: not placed.
    blank, free : shape (resources, slots)
        Units left beside what has started, and beside all that is placed.
    waiting, ready : shape (n,)
        Neighbours that an activity waits for, and the activities that wait for none.
    """

    length: Ints
    start: Ints
    finish: Ints
    blank: Ints
    free: Ints
    waiting: Ints
    ready: Ints


def desk(board: Board, blank: Sheet) -> Desk:
    """A desk for a board, from a sheet on which nothing is placed."""
    n, slots = len(board.low), board.count.shape[1] - 1
    rate = board.cum[:, 1]
    even = (board.count[:, -1] == slots) & (board.cum[:, -1] == rate * slots)
    length = np.where(even, -(-board.work[:, None] // np.maximum(rate, 1)), -1)[np.arange(n), board.table]
    start, finish, waiting, ready = np.full((4, n), -1, np.int32)
    return Desk(length.astype(np.int32), start, finish, blank.free, blank.free.copy(), waiting, ready)


# -- the queue ------------------------------------------------------------------------------------------------
@kernel
def queue(first: Ints, role: Ints, awaited: int, high: Ints, waiting: Ints, ready: Ints) -> int:
    """Fill the queue with what waits for no neighbour of the role `awaited`; how many that are."""
    count = 0
    for i in range(len(high)):
        waiting[i] = 0
        for e in range(first[i], first[i + 1]):
            waiting[i] += role[e] == awaited
        if waiting[i] == 0 and high[i] >= 0:
            ready[count] = i
            count += 1
    return count


@kernel
def least_key(ready: Ints, count: int, key: Any) -> int:
    """Take the activity with the least key out of the queue."""
    at = 0
    for q in range(1, count):
        if key[ready[q]] < key[ready[at]]:
            at = q
    i = ready[at]
    ready[at] = ready[count - 1]
    return i


@kernel
def release(
    first: Ints, other: Ints, role: Ints, i: int, to: int, waiting: Ints, ready: Ints, count: int
) -> int:
    """Queue the neighbours of the role `to` that waited for this activity alone."""
    for e in range(first[i], first[i + 1]):
        if role[e] == to:
            waiting[other[e]] -= 1
            if waiting[other[e]] == 0:
                ready[count] = other[e]
                count += 1
    return count


# -- generation -----------------------------------------------------------------------------------------------
@kernel
def generate_early(board: Board, desk: Desk, key: Any) -> int:
    """Put each activity where it starts least beside what is placed, of the ready ones the least key first.

    Maximum lags are not looked at. The last finish, or -1 if an activity finds no place.
    """
    length, start, finish, free, waiting, ready = (
        desk.length, desk.start, desk.finish, desk.free, desk.waiting, desk.ready,
    )  # fmt: skip
    first, other, role, lag, lag_table = board.first, board.other, board.role, board.lag, board.lag_table
    own_finish, other_finish = board.own_finish, board.other_finish
    demands, resource, units, consumed = board.first_demand, board.resource, board.units, board.consumed
    slots, end = free.shape[1], 0
    free[:] = desk.blank
    count = queue(first, role, FLOOR, board.high, waiting, ready)
    while count:
        i = least_key(ready, count, key)
        least, least_finish = board.low[i], 0
        for e in range(first[i], first[i + 1]):
            if role[e] == FLOOR:
                bound = finish[other[e]] if other_finish[e] else start[other[e]]
                if lag_table[e] < 0:
                    bound += lag[e]
                elif lag[e]:
                    bound = shift(board, lag_table[e], bound, lag[e])
                if own_finish[e]:
                    least_finish = max(least_finish, bound)
                else:
                    least = max(least, bound)
        while True:
            if length[i] >= 0:
                at = max(least, least_finish - length[i])
                done = at + length[i]
            else:
                at = first_start(board, i, least, least_finish)
                done = finish_of(board, i, at) if at <= slots else at
            if at > board.high[i] or done > slots:
                return -1
            short = -1
            for d in range(demands[i], demands[i + 1]):
                k = resource[d]
                for t in range((slots if consumed[k] else done) - 1, max(at - 1, short), -1):
                    if free[k, t] < units[d]:
                        short = t
                        break
            if short < 0:
                break
            least = short + 1
        start[i], finish[i] = at, done
        end = max(end, done)
        for d in range(demands[i], demands[i + 1]):
            k = resource[d]
            for t in range(at, slots if consumed[k] else done):
                free[k, t] -= units[d]
        count = release(first, other, role, i, CAP, waiting, ready, count - 1)
    return end


@kernel
def generate_late(board: Board, desk: Desk, key: Any, cap: int) -> bool:
    """Put each activity where it finishes greatest, no later than `cap`; of the ready ones the least key first.

    Floors other than `low` of the board are not looked at. False if an activity finds no place.
    """
    length, start, finish, free, waiting, ready = (
        desk.length, desk.start, desk.finish, desk.free, desk.waiting, desk.ready,
    )  # fmt: skip
    first, other, role, lag, lag_table = board.first, board.other, board.role, board.lag, board.lag_table
    own_finish, other_finish = board.own_finish, board.other_finish
    demands, resource, units, consumed = board.first_demand, board.resource, board.units, board.consumed
    slots = free.shape[1]
    free[:] = desk.blank
    count = queue(first, role, CAP, board.high, waiting, ready)
    while count:
        i = least_key(ready, count, key)
        most, most_finish = board.high[i], cap
        for e in range(first[i], first[i + 1]):
            if role[e] == CAP:
                bound = finish[other[e]] if other_finish[e] else start[other[e]]
                if lag_table[e] < 0:
                    bound -= lag[e]
                elif lag[e]:
                    bound = unshift_latest(board, lag_table[e], bound, lag[e])
                if own_finish[e]:
                    most_finish = min(most_finish, bound)
                else:
                    most = min(most, bound)
        while True:
            if length[i] >= 0:
                at = min(most, most_finish - length[i])
                done = at + length[i]
            else:
                at = last_start(board, i, most, most_finish)
                done = finish_of(board, i, at) if at >= 0 else at
            if at < board.low[i]:
                return False
            short = slots
            for d in range(demands[i], demands[i + 1]):
                k = resource[d]
                for t in range(at, slots if consumed[k] else min(short, done)):
                    if free[k, t] < units[d]:
                        if consumed[k]:
                            return False
                        short = t
                        break
            if short == slots:
                break
            most_finish = short
        start[i], finish[i] = at, done
        for d in range(demands[i], demands[i + 1]):
            k = resource[d]
            for t in range(at, slots if consumed[k] else done):
                free[k, t] -= units[d]
        count = release(first, other, role, i, FLOOR, waiting, ready, count - 1)
    return True


@kernel
def push_early(board: Board, sheet: Sheet, order: Ints) -> int:
    """Take up each activity of `order` and put it back where it starts least, again until none moves.

    All neighbours count, maximum lags too, and starts up to `high` of the board. Slots gained.
    """
    gained, last = 0, -1
    while gained != last:
        last = gained
        for i in order:
            at, finish = sheet.start[i], sheet.finish[i]
            lift(board, sheet, i)
            if not place_early(board, sheet, i):
                put(board, sheet, i, at, finish)
            gained += at - sheet.start[i]
    return gained
