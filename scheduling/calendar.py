"""Calendars: the one arithmetic from start, work and lag to dates.

Boundaries are integers 0..H on an :class:`Axis`; slot ``t`` is the interval ``[t, t+1)``, a day by default.
A :class:`Calendar` says at what rate (0..100) work goes on in every slot. Laid on an axis it becomes a
:class:`CalendarTable`, whose look-ups are the only arithmetic that the passes, the optimiser, the validator
and the simulation use. :data:`CONTINUOUS` is the same arithmetic without calendars, on plain numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

import numpy as np

from scheduling.axis import MINUTES_PER_DAY, Axis
from scheduling.errors import AxisError, InputError
from scheduling.tables import CONTINUOUS, ELAPSED, CalendarTable, Continuous, Ints, Table

__all__ = [
    "CONTINUOUS",
    "ELAPSED",
    "FIVE_DAY",
    "MINUTES_PER_DAY",
    "SEVEN_DAY",
    "Axis",
    "Calendar",
    "CalendarTable",
    "Continuous",
    "Day",
    "Ints",
    "Number",
    "Table",
]

Number: TypeAlias = int | float
Day: TypeAlias = int | tuple[tuple[int, int], ...]
"""One day: a rate 0..100, or working periods as (from, to) in minutes since midnight."""


@dataclass(frozen=True)
class Calendar:
    """Working time, day by day.

    Parameters
    ----------
    name : str
        How activities refer to it.
    week : sequence of seven days
        Monday to Sunday: a rate 0..100 each (0 no work, 30 a day at 30 %), or working periods in minutes.
    exceptions : mapping of date to day
        Days that differ from their weekday.
    first, last : date, optional
        Dated range; outside it nothing is known and reaching it is an error.
    provisional : frozenset of int
        Years extrapolated without an official notice.

    Raises
    ------
    InputError
        If a rate is not within 0..100 or working periods are out of order; the message names the calendar.

    Examples
    --------
    >>> week5 = Calendar("5-day", (100, 100, 100, 100, 100, 0, 0))
    >>> table = week5.on(Axis(date(2026, 1, 5), 14))
    >>> table.finish(3, 3)  # Thursday, Friday and, after the weekend, Monday
    8
    """

    name: str
    week: tuple[Day, Day, Day, Day, Day, Day, Day]
    exceptions: Mapping[date, Day] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    provisional: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise InputError(
                f"calendar '{self.name}': week has {len(self.week)} days; give seven, Monday first."
            )
        for day in (*self.week, *self.exceptions.values()):
            self._check(day)

    def _check(self, day: Day) -> None:
        if isinstance(day, int):
            if not 0 <= day <= 100:
                raise InputError(
                    f"calendar '{self.name}': rate {day} is not within 0..100; give a percentage."
                )
            return
        edge = 0
        for begin, end in day:
            if not edge <= begin < end <= MINUTES_PER_DAY:
                raise InputError(
                    f"calendar '{self.name}': working period {begin}-{end} (minutes since midnight) is "
                    "empty, overlaps another, is out of order or leaves the day; list the periods in order."
                )
            edge = end

    def rates(self, axis: Axis) -> Ints:
        """Rate of every slot of `axis`, shape (axis.length,)."""
        week = np.concatenate([self._slots(day, axis) for day in self.week])
        shift = axis.first.weekday() * axis.slots_per_day
        rates = np.resize(np.roll(week, -shift), axis.length)
        for day, value in self.exceptions.items():
            offset = (day - axis.first).days * axis.slots_per_day
            if 0 <= offset < axis.length:
                rates[offset : offset + axis.slots_per_day] = self._slots(value, axis)
        return rates

    def _slots(self, day: Day, axis: Axis) -> Ints:
        count = axis.slots_per_day
        if isinstance(day, int):
            return np.full(count, day, dtype=np.int64)
        rates = np.zeros(count, dtype=np.int64)
        minutes = MINUTES_PER_DAY // count
        for begin, end in day:
            if begin % minutes or end % minutes:
                raise InputError(
                    f"calendar '{self.name}': working period {begin}-{end} (minutes since midnight) does not "
                    f"fall on slots of {minutes} minutes; choose a finer slot."
                )
            rates[begin // minutes : end // minutes] = 100
        return rates

    def on(self, axis: Axis) -> CalendarTable:
        """Lay the calendar on an axis.

        Raises
        ------
        AxisError
            If the axis leaves the dated range; the message names both.
        InputError
            If a working period does not fall on the slots of the axis.
        """
        if (self.first and axis.first < self.first) or (self.last and axis.last > self.last):
            raise AxisError(
                f"calendar '{self.name}' is dated {self.first or 'any'} to {self.last or 'any'}, "
                f"but {axis.first} to {axis.last} is needed. Extend the calendar or move the dates."
            )
        return CalendarTable(self.name, self.rates(axis), axis)

    @property
    def slowest(self) -> int:
        """Least rate above zero (100 for working periods); 0 for a calendar without any work."""
        rates = [
            day if isinstance(day, int) else 100 * bool(day)
            for day in (*self.week, *self.exceptions.values())
        ]
        return min((rate for rate in rates if rate), default=0)


SEVEN_DAY = Calendar("7-day", (100,) * 7)
FIVE_DAY = Calendar("5-day", (100,) * 5 + (0, 0))
