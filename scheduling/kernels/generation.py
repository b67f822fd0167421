"""Schedule generation on a board: serial, parallel downwards in time, and pushing what lies there late."""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import (
    CAP,
    FLOOR,
    HIGH,
    NEIGHBOURS,
    OTHER,
    ROLE,
    Board,
    Bools,
    Floats,
    Ints,
    Sheet,
    bounds,
    finish_of,
    first_short,
    kernel,
    last_start,
    lift,
    place_early,
    place_late,
    put,
)


@kernel
def generate_early(board: Board, sheet: Sheet, order: Ints) -> bool:
    """Put activities of `order`, predecessors first, at their least places; False when one finds none."""
    placed = True
    for i in order:
        placed = placed and place_early(board, sheet, i)
    return placed


@kernel
def push_late(board: Board, sheet: Sheet, order: Ints) -> int:
    """Take up each activity of `order`, successors first, and put it at its greatest place; slots gained."""
    gained = 0
    for i in order:
        at, finish = sheet.start[i], sheet.finish[i]
        lift(board, sheet, i)
        if not place_late(board, sheet, i):
            put(board, sheet, i, at, finish)
        gained += sheet.start[i] - at
    return gained


@kernel
def generate_down(board: Board, sheet: Sheet, rank: Floats) -> None:
    """Parallel generation down in time: at every moment, by least `rank`, what can end there with free units.

    It looks at no floor. What finds no place on the board stays away.
    """
    n, slots = board.activity.shape[0] - 1, board.worked.shape[1] - 1
    waiting = np.zeros(n, np.int64)
    caps = np.zeros((n, 2), np.int64)
    reach = np.zeros(n, np.int64)  # the last finish beside the successors
    opened = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    new = size = 0
    for i in range(n):
        for e in range(board.activity[i, NEIGHBOURS], board.activity[i + 1, NEIGHBOURS]):
            waiting[i] += board.neighbour[e, ROLE] == CAP
        if board.activity[i, HIGH] >= 0 and waiting[i] == 0:
            opened[new] = i
            new += 1
    now = slots
    while now >= 0:
        for i in opened[:new]:
            _, _, caps[i, 0], caps[i, 1] = bounds(board, sheet, i)
            at = last_start(board, i, caps[i, 0], caps[i, 1])
            if at < 0:
                continue
            reach[i] = finish_of(board, i, at)
            q = size
            while q and rank[queue[q - 1]] > rank[i]:
                queue[q] = queue[q - 1]
                q -= 1
            queue[q] = i
            size += 1
        new = kept = 0
        for i in queue[:size]:
            at = -1
            if reach[i] >= now:
                at = last_start(board, i, caps[i, 0], min(caps[i, 1], now))
            if at >= 0 and first_short(board, sheet, i, at, finish_of(board, i, at)) == -1:
                put(board, sheet, i, at, finish_of(board, i, at))
                for e in range(board.activity[i, NEIGHBOURS], board.activity[i + 1, NEIGHBOURS]):
                    j = board.neighbour[e, OTHER]
                    if board.neighbour[e, ROLE] == FLOOR:
                        waiting[j] -= 1
                        if waiting[j] == 0:
                            opened[new] = j
                            new += 1
            else:
                queue[kept] = i
                kept += 1
        size = kept
        now -= new == 0


@kernel
def breaches(board: Board, sheet: Sheet) -> Bools:
    """Which activities free to move lie before what bounds their starts and finishes, or nowhere."""
    found = np.zeros(board.activity.shape[0] - 1, np.bool_)
    for i in range(board.activity.shape[0] - 1):
        if board.activity[i, HIGH] >= 0:
            least, least_finish, _, _ = bounds(board, sheet, i)
            found[i] = sheet.start[i] < least or sheet.finish[i] < least_finish
    return found
