"""Calendars as flat arrays: the look-ups of :class:`scheduling.tables.CalendarTable` for kernels.

A look-up that leaves the calendar answers :data:`OFF`; row -1 is time without a calendar, where everything
just adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scheduling.calendar import CalendarTable
from scheduling.errors import InputError
from scheduling.kernels.board import borrowing
from simulation.statistics import Slots

OFF = -(1 << 31)
"""No boundary."""

HORIZON, AT, WORKED, COUNTED, SCALE = range(5)
"""Columns of rows: last boundary; where the row begins in `cum`, `slots` and `next`, in `finish`, and in
`reach`; units of `cum` in a slot of work."""

_FULL = 100
_MOST = 1 << 28
"""Boundaries, and units of work, of all calendars together."""


class Clock(NamedTuple):
    """Calendars laid end to end.

    Attributes
    ----------
    row : shape (calendars, 5)
    cum, slots : shape (boundaries of all calendars,)
        Work (in units common to its rates) and working slots before each boundary.
    next : shape (boundaries of all calendars,)
        Least allowed start at or after each boundary, OFF where there is none.
    finish, reach : arrays
        Least boundary before which so much work, or so many working slots, lie.
    """

    row: npt.NDArray[np.int64]
    cum: Slots
    slots: Slots
    next: Slots
    finish: Slots
    reach: Slots


def clock(tables: Iterable[Any]) -> tuple[Clock, dict[int, int]]:
    """Lay calendars out; rows by ``id(table)``, -1 for time without a calendar.

    Raises
    ------
    InputError
        Where the arrays would not fit into memory, as with minutes and odd rates over decades.
    """
    rows: dict[int, int] = {}
    kept: list[CalendarTable] = []
    for table in tables:
        if id(table) not in rows:
            dated = isinstance(table, CalendarTable)
            rows[id(table)] = len(kept) if dated else -1
            if dated:
                kept.append(table)
    columns: list[list[Any]] = [[], [], [], [], []]
    row = np.zeros((len(kept), 5), dtype=np.int64)
    at = worked = counted = 0
    for c, table in enumerate(kept):
        unit = int(np.gcd.reduce(table.rates, initial=_FULL))
        cum, count = table.cum_array // unit, table.count_array
        row[c] = table.horizon, at, worked, counted, _FULL // unit
        at, worked, counted = at + len(cum), worked + int(cum[-1]) + 1, counted + int(count[-1]) + 1
        if at + worked + counted > _MOST:
            raise InputError(
                f"calendar '{table.name}': {table.horizon} slots with rates in steps of {unit} % are too "
                "many to simulate. Choose a coarser slot, or rates in steps of 10 %."
            )
        upto = np.searchsorted(count, count, side="right") - 1
        pieces = (cum, count, np.where(upto == table.horizon, OFF, upto), _reach(cum), _reach(count))
        for column, piece in zip(columns, pieces, strict=True):
            column.append(piece.astype(np.int32))
    whole = (np.concatenate(column) if column else np.zeros(1, np.int32) for column in columns)
    return Clock(row, *whole), rows


def _reach(sums: Any) -> Any:
    """Least boundary with at least so much before it, for 0 to all."""
    return np.searchsorted(sums, np.arange(int(sums[-1]) + 1))


@borrowing
def finish_of(clock: Clock, c: int, at: int, work: int) -> int:
    """Least boundary by which work that begins at `at` is done."""
    if c < 0 or work <= 0:
        return at + work
    if at < 0 or at > clock.row[c, HORIZON]:
        return OFF
    need = clock.cum[clock.row[c, AT] + at] + clock.row[c, SCALE] * work
    if need > clock.cum[clock.row[c, AT] + clock.row[c, HORIZON]]:
        return OFF
    return int(clock.finish[clock.row[c, WORKED] + need])


@borrowing
def next_start(clock: Clock, c: int, bound: int) -> int:
    """Least allowed start at or after a boundary."""
    if c < 0:
        return bound
    if bound < 0 or bound > clock.row[c, HORIZON]:
        return OFF
    return int(clock.next[clock.row[c, AT] + bound])


@borrowing
def earliest_start(clock: Clock, c: int, finish: int, work: int) -> int:
    """Least allowed start whose finish is at or after a boundary."""
    if c < 0:
        return finish - work
    if finish < 0 or finish > clock.row[c, HORIZON]:
        return OFF
    at = finish
    if work > 0 and finish > 0:
        need = clock.cum[clock.row[c, AT] + finish - 1] - clock.row[c, SCALE] * work + 1
        at = 0 if need <= 0 else clock.finish[clock.row[c, WORKED] + need]
    return int(clock.next[clock.row[c, AT] + at])


@borrowing
def shift(clock: Clock, c: int, bound: int, lag: int) -> int:
    """The boundary `lag` working slots after (before, if negative) another."""
    if c < 0:
        return bound + lag
    if bound < 0 or bound > clock.row[c, HORIZON]:
        return OFF
    if lag == 0:
        return bound
    target, last = (
        clock.slots[clock.row[c, AT] + bound] + lag,
        clock.slots[clock.row[c, AT] + clock.row[c, HORIZON]],
    )
    if target < 0 or (lag > 0 and target > last):
        return OFF
    if lag > 0:
        return int(clock.reach[clock.row[c, COUNTED] + target])
    return (
        int(clock.row[c, HORIZON])
        if target == last
        else int(clock.reach[clock.row[c, COUNTED] + target + 1]) - 1
    )
