"""Activities placed one by one beside their neighbours and the free units: the step all searches are made of.

Everything counts in slots from the first slot of the board. A look-up beyond the board answers -1 or
``slots + 1``, which as a place is none and as a bound binds nothing or leaves no place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

Ints: TypeAlias = npt.NDArray[np.int64]
"""One width for all numbers, so that no kernel is compiled twice."""
Words: TypeAlias = npt.NDArray[np.uint64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
F = TypeVar("F", bound=Callable[..., Any])

LOW, HIGH, WORK, SNAPS, WEIGHT, TABLE, NEIGHBOURS, DEMANDS = range(8)
"""Columns of activities: least and greatest start, work in the scale of `cum`, whether a start must be a slot
with work (not that of a finish milestone), 1 where the start counts in the objective, row of the calendar,
and where its neighbours and its demands begin. One row more ends the last activity's."""

OTHER, ROLE, OWN_FINISH, OTHER_FINISH, LAG, LAG_TABLE = range(6)
"""Columns of neighbours: which activity, its role, whether it bounds a finish (else a start) and is bound by
its own finish (else its start), the lag and the row of its calendar (-1: elapsed)."""

CAP, MOST, FLOOR, NEED = range(4)
"""Roles. A minimum lag to a successor caps, one from a predecessor is a floor; a maximum lag from a
predecessor caps, one to a successor is a floor."""

RESOURCE, UNITS = range(2)
"""Columns of demands."""


class Board(NamedTuple):
    """A network as few arrays, so that kernels compile soon. What has started has no neighbours here.

    Attributes
    ----------
    activity, neighbour, demand : shape (n + 1, 8), (ends of links, 6), (demands, 2)
    consumed : shape (resources,)
        Whether units are held for good.
    cum, worked : shape (tables, slots + 1)
        Work and working slots before each boundary.
    cum_at, worked_at : shape (tables, ...)
        The greatest boundary with so much work, or so many working slots, before it.
    """

    activity: Ints
    neighbour: Ints
    demand: Ints
    consumed: Bools
    cum: Ints
    worked: Ints
    cum_at: Ints
    worked_at: Ints


class Sheet(NamedTuple):
    """Where activities lie and what is left.

    Attributes
    ----------
    start, finish : shape (n,)
        A start of -1: not placed.
    free : shape (resources, slots)
        Units left in each slot.
    """

    start: Ints
    finish: Ints
    free: npt.NDArray[np.int32]


def kernel(function: F) -> F:
    """Compile a function; it runs without the interpreter's lock and is kept on disk."""
    compiled: Any = njit(cache=True, nogil=True)(function)
    return cast(F, compiled)


_UNCOUNTED: dict[str, Any] = {"_nrt": False}  # numba's option for functions that make no object


def borrowing(function: F) -> F:
    """Compile a function that only borrows arrays and makes none: it does not count references to them.

    Counting takes most of the time of small functions that pass many arrays on.
    """
    compiled: Any = njit(cache=True, nogil=True, **_UNCOUNTED)(function)
    return cast(F, compiled)


def inlined(function: F) -> F:
    """Compile a function into each of its callers: passing many arrays on takes longer than what it does."""
    compiled: Any = njit(inline="always", **_UNCOUNTED)(function)
    return cast(F, compiled)


# -- calendars --------------------------------------------------------------------------------------------
@kernel
def _up_to(at: Any, value: Any) -> Any:
    """Greatest boundary with at most `value` before it; -1 if there is none."""
    return -1 if value < 0 else at[min(value, len(at) - 1)]


@kernel
def _from(at: Any, value: Any) -> Any:
    """Least boundary with at least `value` before it; past the board if there is none."""
    return 0 if value <= 0 else at[min(value - 1, len(at) - 1)] + 1


@kernel
def finish_of(board: Board, i: int, at: int) -> Any:
    """Finish of an activity that starts at `at`."""
    if board.activity[i, WORK] == 0:
        return at
    c = board.activity[i, TABLE]
    return _from(board.cum_at[c], board.cum[c, at] + board.activity[i, WORK])


@kernel
def next_start(board: Board, c: int, bound: int) -> Any:
    """Least working slot at or after `bound`."""
    slots = board.worked.shape[1] - 1
    return slots + 1 if bound > slots else _up_to(board.worked_at[c], board.worked[c, bound])


@kernel
def previous_start(board: Board, c: int, bound: int) -> Any:
    """Greatest working slot at or before `bound`."""
    slots = board.worked.shape[1] - 1
    return _from(board.worked_at[c], board.worked[c, min(bound + 1, slots)]) - 1


@kernel
def shift(board: Board, c: int, bound: int, lag: int) -> Any:
    """A(bound, lag)."""
    if lag == 0 or c < 0 or bound >= board.worked.shape[1]:
        return bound + lag
    target = board.worked[c, bound] + lag
    return _from(board.worked_at[c], target) if lag > 0 else _up_to(board.worked_at[c], target)


@kernel
def unshift_latest(board: Board, c: int, bound: int, lag: int) -> Any:
    """Greatest x with A(x, lag) <= bound."""
    if lag == 0 or c < 0:
        return bound - lag
    slots = board.worked.shape[1] - 1
    reach = board.worked[c, bound] if lag > 0 else board.worked[c, min(bound + 1, slots)] - 1
    return _up_to(board.worked_at[c], reach - lag)


@kernel
def unshift_earliest(board: Board, c: int, bound: int, lag: int) -> Any:
    """Least x with A(x, lag) >= bound."""
    if lag == 0 or c < 0:
        return bound - lag
    if bound == 0:
        return 0
    need = board.worked[c, bound - 1] + 1 if lag > 0 else board.worked[c, bound]
    return _from(board.worked_at[c], need - lag)


# -- neighbours -------------------------------------------------------------------------------------------
@kernel
def bounds(board: Board, sheet: Sheet, i: int) -> Any:
    """Least start and finish, greatest start and finish of an activity beside its placed neighbours."""
    slots = board.worked.shape[1] - 1
    least, least_finish, most, most_finish = board.activity[i, LOW], 0, board.activity[i, HIGH], slots
    for e in range(board.activity[i, NEIGHBOURS], board.activity[i + 1, NEIGHBOURS]):
        j = board.neighbour[e, OTHER]
        if sheet.start[j] < 0:
            continue
        role, c, lag = board.neighbour[e, ROLE], board.neighbour[e, LAG_TABLE], board.neighbour[e, LAG]
        event = sheet.finish[j] if board.neighbour[e, OTHER_FINISH] else sheet.start[j]
        if role == CAP:
            bound = unshift_latest(board, c, event, lag)
        elif role == NEED:
            if not board.neighbour[e, OTHER_FINISH] and board.activity[j, SNAPS]:
                event = _from(
                    board.worked_at[board.activity[j, TABLE]], board.worked[board.activity[j, TABLE], event]
                )
            bound = unshift_earliest(board, c, event, lag)
        else:
            bound = shift(board, c, event, lag)
        if role == MOST and not board.neighbour[e, OWN_FINISH] and board.activity[i, SNAPS]:
            bound = next_start(board, board.activity[i, TABLE], max(bound, 0)) if bound >= 0 else bound
        if role <= MOST:
            if board.neighbour[e, OWN_FINISH]:
                most_finish = min(most_finish, bound)
            else:
                most = min(most, bound)
        elif board.neighbour[e, OWN_FINISH]:
            least_finish = max(least_finish, bound)
        else:
            least = max(least, bound)
    return least, least_finish, most, most_finish


@kernel
def last_start(board: Board, i: int, most: int, most_finish: int) -> Any:
    """Greatest start under both caps; -1 if there is none."""
    c = board.activity[i, TABLE]
    at = most
    if board.activity[i, WORK] > 0:
        if most_finish < 0 or most < 0:
            return -1
        at = min(at, _up_to(board.cum_at[c], board.cum[c, most_finish] - board.activity[i, WORK]))
    else:
        at = min(at, most_finish)
    return previous_start(board, c, at) if at >= 0 and board.activity[i, SNAPS] else at


@kernel
def first_start(board: Board, i: int, least: int, least_finish: int) -> Any:
    """Least start above both floors; past the board if there is none."""
    c, slots = board.activity[i, TABLE], board.worked.shape[1] - 1
    at = least
    if board.activity[i, WORK] > 0:
        if least_finish > slots:
            return slots + 1
        if least_finish > 0:
            at = max(at, _from(board.cum_at[c], board.cum[c, least_finish - 1] - board.activity[i, WORK] + 1))
    else:
        at = max(at, least_finish)
    return next_start(board, c, at) if board.activity[i, SNAPS] else at


# -- units ------------------------------------------------------------------------------------------------
@kernel
def first_short(board: Board, sheet: Sheet, i: int, at: int, end: int) -> Any:
    """First slot of [at, end) with too few units; -1 if there is none, -2 if no earlier start would help."""
    found = -1
    for d in range(board.activity[i, DEMANDS], board.activity[i + 1, DEMANDS]):
        k, units = board.demand[d, RESOURCE], board.demand[d, UNITS]
        stop = end if found < 0 else found
        if board.consumed[k]:
            stop = sheet.free.shape[1]
        for t in range(at, stop):
            if sheet.free[k, t] < units:
                if board.consumed[k]:
                    return -2
                found = t
                break
    return found


@kernel
def last_short(board: Board, sheet: Sheet, i: int, at: int, end: int) -> Any:
    """Last slot from `at` on, before `end` unless units are consumed, with too few units; -1 without one."""
    found = -1
    for d in range(board.activity[i, DEMANDS], board.activity[i + 1, DEMANDS]):
        k, units = board.demand[d, RESOURCE], board.demand[d, UNITS]
        for t in range((sheet.free.shape[1] if board.consumed[k] else end) - 1, max(at - 1, found), -1):
            if sheet.free[k, t] < units:
                found = t
                break
    return found


@kernel
def take(board: Board, sheet: Sheet, i: int, sign: int) -> None:
    """Hold (or with -1 give back) the units of a placed activity."""
    for d in range(board.activity[i, DEMANDS], board.activity[i + 1, DEMANDS]):
        k, units = board.demand[d, RESOURCE], sign * board.demand[d, UNITS]
        end = sheet.free.shape[1] if board.consumed[k] else sheet.finish[i]
        for t in range(sheet.start[i], end):
            sheet.free[k, t] -= units


# -- placing ----------------------------------------------------------------------------------------------
@kernel
def put(board: Board, sheet: Sheet, i: int, at: int, finish: int) -> None:
    """Place an activity."""
    sheet.start[i], sheet.finish[i] = at, finish
    take(board, sheet, i, 1)


@kernel
def lift(board: Board, sheet: Sheet, i: int) -> None:
    """Take a placed activity away."""
    take(board, sheet, i, -1)
    sheet.start[i] = -1


@kernel
def place_late(board: Board, sheet: Sheet, i: int) -> bool:
    """Put an activity at its greatest place; False when there is none."""
    slots = board.worked.shape[1] - 1
    least, least_finish, most, most_finish = bounds(board, sheet, i)
    while True:
        at = last_start(board, i, most, most_finish)
        if at < least or at < 0:
            return False
        finish = finish_of(board, i, at)
        if finish < least_finish or finish > slots:
            return False
        short = first_short(board, sheet, i, at, finish)
        if short == -1:
            put(board, sheet, i, at, finish)
            return True
        if short == -2:
            return False
        most_finish = short


@kernel
def place_early(board: Board, sheet: Sheet, i: int) -> bool:
    """Put an activity at its least place; False when there is none."""
    slots = board.worked.shape[1] - 1
    least, least_finish, most, most_finish = bounds(board, sheet, i)
    while True:
        at = first_start(board, i, least, least_finish)
        if at > most or at > slots:
            return False
        finish = finish_of(board, i, at)
        if finish > most_finish or finish > slots:
            return False
        short = last_short(board, sheet, i, at, finish)
        if short < 0:
            put(board, sheet, i, at, finish)
            return True
        least = short + 1
