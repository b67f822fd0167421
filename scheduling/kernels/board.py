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

Ints: TypeAlias = npt.NDArray[np.int32]
Longs: TypeAlias = npt.NDArray[np.int64]
Words: TypeAlias = npt.NDArray[np.uint64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
F = TypeVar("F", bound=Callable[..., Any])

CAP, MOST, FLOOR, NEED = range(4)
"""What a neighbour bounds. A minimum lag to a successor caps, one from a predecessor is a floor; a maximum
lag from a predecessor caps, one to a successor is a floor."""


class Board(NamedTuple):
    """A network as arrays. Activities that are not free to move have no neighbours here.

    Attributes
    ----------
    low, high : shape (n,)
        Least and greatest start.
    work : shape (n,)
        In the scale of `cum`.
    snaps : shape (n,)
        Whether a start must be a slot with work (all but finish milestones).
    weight : shape (n,)
        1 where the start counts in the objective, else 0.
    table : shape (n,)
        Row of each activity's calendar.
    cum, worked : shape (tables, slots + 1)
        Work and working slots before each boundary.
    cum_at, worked_at : shape (tables, ...)
        The greatest boundary with so much work, or so many working slots, before it.
    first : shape (n + 1,)
        Where the neighbours of each activity begin in `other`, `role`, `own_finish`, `other_finish`, `lag`,
        `lag_table` (-1: elapsed).
    first_demand : shape (n + 1,)
        The same in `resource` and `units`.
    consumed : shape (resources,)
        Whether units are held for good.
    """

    low: Ints
    high: Ints
    work: Ints
    snaps: Bools
    weight: Ints
    table: Ints
    cum: Ints
    worked: Ints
    cum_at: Ints
    worked_at: Ints
    first: Ints
    other: Ints
    role: Ints
    own_finish: Bools
    other_finish: Bools
    lag: Ints
    lag_table: Ints
    first_demand: Ints
    resource: Ints
    units: Ints
    consumed: Bools


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
    free: Ints


def kernel(function: F) -> F:
    """Compile a function; it runs without the interpreter's lock and is kept on disk."""
    compiled: Any = njit(cache=True, nogil=True)(function)
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
    if board.work[i] == 0:
        return at
    c = board.table[i]
    return _from(board.cum_at[c], board.cum[c, at] + board.work[i])


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
    least, least_finish, most, most_finish = board.low[i], 0, board.high[i], slots
    for e in range(board.first[i], board.first[i + 1]):
        j = board.other[e]
        if sheet.start[j] < 0:
            continue
        role, c, lag = board.role[e], board.lag_table[e], board.lag[e]
        event = sheet.finish[j] if board.other_finish[e] else sheet.start[j]
        if role == CAP:
            bound = unshift_latest(board, c, event, lag)
        elif role == NEED:
            if not board.other_finish[e] and board.snaps[j]:
                event = _from(board.worked_at[board.table[j]], board.worked[board.table[j], event])
            bound = unshift_earliest(board, c, event, lag)
        else:
            bound = shift(board, c, event, lag)
        if role == MOST and not board.own_finish[e] and board.snaps[i]:
            bound = next_start(board, board.table[i], max(bound, 0)) if bound >= 0 else bound
        if role <= MOST:
            if board.own_finish[e]:
                most_finish = min(most_finish, bound)
            else:
                most = min(most, bound)
        elif board.own_finish[e]:
            least_finish = max(least_finish, bound)
        else:
            least = max(least, bound)
    return least, least_finish, most, most_finish


@kernel
def last_start(board: Board, i: int, most: int, most_finish: int) -> Any:
    """Greatest start under both caps; -1 if there is none."""
    c = board.table[i]
    at = most
    if board.work[i] > 0:
        if most_finish < 0 or most < 0:
            return -1
        at = min(at, _up_to(board.cum_at[c], board.cum[c, most_finish] - board.work[i]))
    else:
        at = min(at, most_finish)
    return previous_start(board, c, at) if at >= 0 and board.snaps[i] else at


@kernel
def first_start(board: Board, i: int, least: int, least_finish: int) -> Any:
    """Least start above both floors; past the board if there is none."""
    c, slots = board.table[i], board.worked.shape[1] - 1
    at = least
    if board.work[i] > 0:
        if least_finish > slots:
            return slots + 1
        if least_finish > 0:
            at = max(at, _from(board.cum_at[c], board.cum[c, least_finish - 1] - board.work[i] + 1))
    else:
        at = max(at, least_finish)
    return next_start(board, c, at) if board.snaps[i] else at


# -- units ------------------------------------------------------------------------------------------------
@kernel
def first_short(board: Board, sheet: Sheet, i: int, at: int, end: int) -> Any:
    """First slot of [at, end) with too few units; -1 if there is none, -2 if no earlier start would help."""
    found = -1
    for d in range(board.first_demand[i], board.first_demand[i + 1]):
        k, units = board.resource[d], board.units[d]
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
    for d in range(board.first_demand[i], board.first_demand[i + 1]):
        k, units = board.resource[d], board.units[d]
        for t in range((sheet.free.shape[1] if board.consumed[k] else end) - 1, max(at - 1, found), -1):
            if sheet.free[k, t] < units:
                found = t
                break
    return found


@kernel
def take(board: Board, sheet: Sheet, i: int, sign: int) -> None:
    """Hold (or with -1 give back) the units of a placed activity."""
    for d in range(board.first_demand[i], board.first_demand[i + 1]):
        k, units = board.resource[d], sign * board.units[d]
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
