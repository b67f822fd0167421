"""Serial schedule generation: activities put one by one where they start least, or finish greatest.

Units of several resources are packed into one word, so that one subtraction compares them all: each has a
field of bits with a guard bit above, which the subtraction clears where units are short (Lamport, *Multiple
byte processing with full-word instructions*, 1975).

Calls between kernels that hand over a board cost as much as placing an activity does, so the loops are
written out, and only activities and lags on a calendar ask the board.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scheduling.kernels.board import (
    CAP,
    DEMANDS,
    FLOOR,
    HIGH,
    LAG,
    LAG_TABLE,
    LOW,
    NEIGHBOURS,
    OTHER,
    OTHER_FINISH,
    OWN_FINISH,
    RESOURCE,
    ROLE,
    TABLE,
    UNITS,
    WORK,
    Board,
    Bools,
    Ints,
    Sheet,
    Words,
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

WIDTH = 64


class Desk(NamedTuple):
    """The schedule being built, and what helps building it.

    Attributes
    ----------
    length : shape (n,)
        Slots from start to finish, or -1 where a calendar decides.
    start, finish : shape (n,)
        A start of -1: not placed.
    need : shape (n, words)
        Units of each activity, packed.
    guard, consumed : shape (words,)
        Guard bits; whether units are used up.
    blank, free : shape (words, slots)
        Units left beside what has started, and beside all that is placed, packed.
    waiting, ready : shape (n,)
        Neighbours that an activity waits for, and the activities that wait for none.
    """

    length: Ints
    start: Ints
    finish: Ints
    need: Words
    guard: Words
    consumed: Bools
    blank: Words
    free: Words
    waiting: Ints
    ready: Ints


def desk(board: Board, blank: Sheet) -> Desk:
    """A desk for a board, from a sheet on which nothing is placed."""
    slots, rate, rows = board.worked.shape[1] - 1, board.cum[:, 1], board.activity[:-1]
    even = (board.worked[:, -1] == slots) & (board.cum[:, -1] == rate * slots)
    lengths = -(-rows[:, WORK] // np.maximum(rate, 1)[rows[:, TABLE]])
    start, finish, waiting, ready = np.full((4, len(rows)), -1)
    length = np.where(even[rows[:, TABLE]], lengths, -1)
    return Desk(length, start, finish, *packed(board, np.maximum(blank.free, 0)), waiting, ready)


def packed(board: Board, free: npt.NDArray[np.int32]) -> tuple[Words, Words, Bools, Words, Words]:
    """Needs, guard bits, what is used up, and twice the free units, of as many resources a word as fit."""
    count = len(board.activity) - 1
    demand = np.zeros((len(free), count), dtype=np.uint64)
    owner = np.repeat(np.arange(count), np.diff(board.activity[:, DEMANDS]))
    np.add.at(demand, (board.demand[:, RESOURCE], owner), board.demand[:, UNITS].astype(np.uint64))
    bits = int(max(free.max(initial=0), demand.max(initial=0))).bit_length() + 1
    groups = []
    for kind in (False, True):
        of_kind = np.flatnonzero(board.consumed == kind)
        groups += [of_kind[at : at + WIDTH // bits] for at in range(0, len(of_kind), WIDTH // bits)]
    places = [np.arange(len(group), dtype=np.uint64) * np.uint64(bits) for group in groups]

    def words(units: Words) -> Words:
        rows = [np.sum(units[g] << at[:, None], axis=0) for g, at in zip(groups, places, strict=True)]
        return np.array(rows, dtype=np.uint64).reshape(len(groups), -1)

    guards = [np.sum(np.uint64(1 << (bits - 1)) << at) for at in places]
    blank = words(free.astype(np.uint64))
    return (
        words(demand).T.copy(),
        np.array(guards, dtype=np.uint64),
        np.array([board.consumed[group[0]] for group in groups], dtype=np.bool_),
        blank,
        blank.copy(),
    )


# -- the queue --------------------------------------------------------------------------------------------
@kernel
def queue(activity: Ints, neighbour: Ints, role: int, waiting: Ints, ready: Ints) -> int:
    """Fill the queue with the activities that have no neighbour of this role; how many they are."""
    count = 0
    for i in range(len(waiting)):
        waiting[i] = 0
        for e in range(activity[i, NEIGHBOURS], activity[i + 1, NEIGHBOURS]):
            waiting[i] += neighbour[e, ROLE] == role
        if waiting[i] == 0 and activity[i, HIGH] >= 0:
            ready[count] = i
            count += 1
    return count


@kernel
def pop(ready: Ints, count: int, key: Ints) -> int:
    """Take the activity with the least key out of the queue."""
    at = 0
    for q in range(1, count):
        if key[ready[q]] < key[ready[at]]:
            at = q
    i = ready[at]
    ready[at] = ready[count - 1]
    return int(i)


@kernel
def free_up(
    activity: Ints, neighbour: Ints, i: int, role: int, waiting: Ints, ready: Ints, count: int
) -> int:
    """Queue the neighbours of this role that waited for the activity alone."""
    for e in range(activity[i, NEIGHBOURS], activity[i + 1, NEIGHBOURS]):
        if neighbour[e, ROLE] == role:
            j = neighbour[e, OTHER]
            waiting[j] -= 1
            if waiting[j] == 0:
                ready[count] = j
                count += 1
    return count


@kernel
def hold(need: Words, consumed: Bools, free: Words, i: int, at: int, done: int) -> None:
    """Take the units of an activity."""
    for w in range(len(free)):
        units = need[i, w]
        if units:
            for t in range(at, free.shape[1] if consumed[w] else done):
                free[w, t] -= units


# -- generation -------------------------------------------------------------------------------------------
@kernel
def generate_early(board: Board, desk: Desk, key: Ints) -> int:
    """Put each activity where it starts least beside what is placed, of the ready ones the least key first.

    Maximum lags are not looked at. The last finish, or -1 if an activity finds no place.
    """
    length, start, finish, need, guard, consumed, _, free, waiting, ready = desk
    activity, neighbour, _, _, _, _, _, _ = board
    slots, end = free.shape[1], 0
    free[:] = desk.blank
    count = queue(activity, neighbour, FLOOR, waiting, ready)
    while count:
        i = pop(ready, count, key)
        least, least_finish = activity[i, LOW], 0
        for e in range(activity[i, NEIGHBOURS], activity[i + 1, NEIGHBOURS]):
            if neighbour[e, ROLE] == FLOOR:
                j, lag, c = neighbour[e, OTHER], neighbour[e, LAG], neighbour[e, LAG_TABLE]
                bound = finish[j] if neighbour[e, OTHER_FINISH] else start[j]
                bound = shift(board, c, bound, lag) if lag and c >= 0 else bound + lag
                if neighbour[e, OWN_FINISH]:
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
            if at > activity[i, HIGH] or done > slots:
                return -1
            short = -1
            for w in range(len(free)):
                units, bits = need[i, w], guard[w]
                if units:
                    for t in range((slots if consumed[w] else done) - 1, max(at - 1, short), -1):
                        if ((free[w, t] | bits) - units) & bits != bits:
                            short = t
                            break
            if short < 0:
                break
            least = short + 1
        start[i], finish[i] = at, done
        end = max(end, done)
        hold(need, consumed, free, i, at, done)
        count = free_up(activity, neighbour, i, CAP, waiting, ready, count - 1)
    return end


@kernel
def generate_late(board: Board, desk: Desk, key: Ints, cap: int) -> bool:
    """Put each activity where it finishes greatest under `cap`, of the ready ones the least key first.

    Floors other than `LOW` of the board are not looked at. False if an activity finds no place.
    """
    length, start, finish, need, guard, consumed, _, free, waiting, ready = desk
    activity, neighbour, _, _, _, _, _, _ = board
    slots = free.shape[1]
    free[:] = desk.blank
    count = queue(activity, neighbour, CAP, waiting, ready)
    while count:
        i = pop(ready, count, key)
        most, most_finish = activity[i, HIGH], cap
        for e in range(activity[i, NEIGHBOURS], activity[i + 1, NEIGHBOURS]):
            if neighbour[e, ROLE] == CAP:
                j, lag, c = neighbour[e, OTHER], neighbour[e, LAG], neighbour[e, LAG_TABLE]
                bound = finish[j] if neighbour[e, OTHER_FINISH] else start[j]
                bound = unshift_latest(board, c, bound, lag) if lag and c >= 0 else bound - lag
                if neighbour[e, OWN_FINISH]:
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
            if at < activity[i, LOW]:
                return False
            short = slots
            for w in range(len(free)):
                units, bits = need[i, w], guard[w]
                if units:
                    for t in range(at, slots if consumed[w] else min(short, done)):
                        if ((free[w, t] | bits) - units) & bits != bits:
                            if consumed[w]:
                                return False
                            short = t
                            break
            if short == slots:
                break
            most_finish = short
        start[i], finish[i] = at, done
        hold(need, consumed, free, i, at, done)
        count = free_up(activity, neighbour, i, FLOOR, waiting, ready, count - 1)
    return True


@kernel
def push_early(board: Board, sheet: Sheet, order: Ints) -> int:
    """Take up each activity of `order` and put it back where it starts least, again until none moves.

    All neighbours count, maximum lags too, and starts up to `HIGH` of the board. Slots gained.
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
