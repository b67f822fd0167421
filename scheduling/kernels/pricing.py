"""The inner problem of the price bound: every project by itself, paying for the units that it holds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.kernels.board import (
    CAP,
    DEMANDS,
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
    SNAPS,
    TABLE,
    UNITS,
    WEIGHT,
    Board,
    Ints,
    finish_of,
    kernel,
    last_start,
    unshift_latest,
)


class Forest(NamedTuple):
    """Windows laid end to end, and for every activity the one link to a successor that is kept.

    Attributes
    ----------
    order : shape (free activities,)
        Predecessors first.
    parent : shape (n,)
        The successor of the kept link, or -1.
    offset : shape (n + 1,)
        Where the window of each activity begins.
    finish : shape (sum of windows,)
        Finish for every start of the window; -1 where none is allowed.
    reach_offset, reach : shape (n + 1,), (sum of the parents' windows,)
        For every start of the parent, the last place in the own window that the link admits.
    """

    order: Ints
    parent: Ints
    offset: Ints
    finish: Ints
    reach_offset: Ints
    reach: Ints


@kernel
def kept_links(board: Board) -> tuple[Ints, Ints]:
    """For every activity the successor, and the entry among the neighbours, that leaves it the least room."""
    n = board.activity.shape[0] - 1
    parent, entry = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for i in range(n):
        high, least = board.activity[i, HIGH], 1 << 30
        if high < 0:
            continue
        for e in range(board.activity[i, NEIGHBOURS], board.activity[i + 1, NEIGHBOURS]):
            j = board.neighbour[e, OTHER]
            if board.neighbour[e, ROLE] == CAP:
                event = board.activity[j, HIGH]
                if board.neighbour[e, OTHER_FINISH]:
                    event = finish_of(board, j, event)
                bound = unshift_latest(board, board.neighbour[e, LAG_TABLE], event, board.neighbour[e, LAG])
                room = bound - (finish_of(board, i, high) if board.neighbour[e, OWN_FINISH] else high)
                if room < least:
                    least, parent[i], entry[i] = room, j, e
    return parent, entry


@kernel
def fill(board: Board, forest: Forest, entry: Ints) -> None:
    """Fill `finish` and `reach` from the kept entry of each activity."""
    slots = board.worked.shape[1] - 1
    for i in forest.order:
        c, low = board.activity[i, TABLE], board.activity[i, LOW]
        for at in range(low, board.activity[i, HIGH] + 1):
            closed = board.activity[i, SNAPS] and board.worked[c, min(at + 1, slots)] == board.worked[c, at]
            forest.finish[forest.offset[i] + at - low] = -1 if closed else finish_of(board, i, at)
    for i in forest.order:
        j, e = forest.parent[i], entry[i]
        if j < 0:
            continue
        c, lag = board.neighbour[e, LAG_TABLE], board.neighbour[e, LAG]
        at, low = board.activity[i, HIGH], board.activity[j, LOW]
        for t in range(board.activity[j, HIGH] - low, -1, -1):
            event = forest.finish[forest.offset[j] + t] if board.neighbour[e, OTHER_FINISH] else low + t
            if event >= 0:
                bound = min(unshift_latest(board, c, event, lag), slots)
                at = last_start(board, i, at, bound) if board.neighbour[e, OWN_FINISH] else min(at, bound)
            forest.reach[forest.reach_offset[i] + t] = max(at - board.activity[i, LOW], 0)


@kernel
def priced(
    board: Board, forest: Forest, price: Ints, scale: int, place: Ints, value: Ints, best: Ints
) -> int:
    """Greatest sum of scaled starts less what the units cost; `place` takes the starts that reach it.

    `price` is the sum of the prices before each boundary, shape (resources, slots + 1). `value` and `best`
    are working space as long as the windows.
    """
    slots = board.worked.shape[1] - 1
    lowest = -(1 << 60)
    total = 0
    value[:] = 0
    for i in forest.order:
        begin, low = forest.offset[i], board.activity[i, LOW]
        size = forest.offset[i + 1] - begin
        for t in range(size):
            finish = forest.finish[begin + t]
            if finish < 0:
                value[begin + t] = lowest
            else:
                worth = scale * board.activity[i, WEIGHT] * (low + t)
                for d in range(board.activity[i, DEMANDS], board.activity[i + 1, DEMANDS]):
                    k = board.demand[d, RESOURCE]
                    end = slots if board.consumed[k] else finish
                    worth -= board.demand[d, UNITS] * (price[k, end] - price[k, low + t])
                value[begin + t] += worth
            best[begin + t] = t
            if t and value[begin + t] < value[begin + t - 1]:
                value[begin + t] = value[begin + t - 1]
                best[begin + t] = best[begin + t - 1]
        j = forest.parent[i]
        if j < 0:
            total += value[begin + size - 1]
        else:
            other, reach = forest.offset[j], forest.reach_offset[i]
            for t in range(forest.offset[j + 1] - other):
                value[other + t] += value[begin + forest.reach[reach + t]]
    for q in range(len(forest.order) - 1, -1, -1):
        i = forest.order[q]
        j = forest.parent[i]
        last = forest.offset[i + 1] - forest.offset[i] - 1
        if j >= 0:
            last = forest.reach[forest.reach_offset[i] + place[j] - board.activity[j, LOW]]
        place[i] = board.activity[i, LOW] + best[forest.offset[i] + last]
    return total


@kernel
def units_held(board: Board, forest: Forest, place: Ints, held: Ints) -> None:
    """Units held in each slot, shape (resources, slots)."""
    held[:] = 0
    for i in forest.order:
        finish = forest.finish[forest.offset[i] + place[i] - board.activity[i, LOW]]
        for d in range(board.activity[i, DEMANDS], board.activity[i + 1, DEMANDS]):
            k = board.demand[d, RESOURCE]
            for t in range(place[i], held.shape[1] if board.consumed[k] else finish):
                held[k, t] += board.demand[d, UNITS]
