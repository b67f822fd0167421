"""Calendars: the one arithmetic from start, work and lag to dates.

Boundaries are integers 0..H on an :class:`Axis`; slot ``t`` is the interval ``[t, t+1)``, a day by default.
A :class:`Calendar` says at what rate (0..100) work goes on in every slot. Laid on an axis it becomes a
:class:`CalendarTable`, whose look-ups are the only arithmetic that the passes, the optimiser, the validator
and the simulation use. :data:`CONTINUOUS` is the same arithmetic without calendars, on plain numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.errors import AxisError, InputError

Number: TypeAlias = int | float
Day: TypeAlias = int | tuple[tuple[int, int], ...]
"""One day: a rate 0..100, or working periods as (from, to) in minutes since midnight."""
Ints: TypeAlias = npt.NDArray[np.int64]

ELAPSED = "elapsed"
"""Name of the built-in calendar that counts every slot."""

MINUTES_PER_DAY = 1440


@dataclass(frozen=True, slots=True)
class Axis:
    """The boundaries 0..length between dates.

    Parameters
    ----------
    first : date
        Day of slot 0.
    days : int
        Number of days covered.
    slots_per_day : int
        Slots that a day is divided into; divides 1440.

    Examples
    --------
    >>> axis = Axis(date(2026, 1, 5), 10)
    >>> axis.slot(date(2026, 1, 7)), axis.end_of(date(2026, 1, 7))
    (2, 3)
    >>> axis.start_date(2), axis.finish_date(3)
    (datetime.date(2026, 1, 7), datetime.date(2026, 1, 7))
    """

    first: date
    days: int
    slots_per_day: int = 1

    @property
    def length(self) -> int:
        """The last boundary, H."""
        return self.days * self.slots_per_day

    @property
    def last(self) -> date:
        """The last day covered."""
        return self.first + timedelta(days=self.days - 1)

    def slot(self, day: date) -> int:
        """Boundary at the start of `day`; of a ``datetime``, the slot that contains it.

        Raises
        ------
        AxisError
            If the day is not on the axis.
        """
        moment = day if isinstance(day, datetime) else None
        plain = moment.date() if moment else day
        offset = (plain - self.first).days
        if not 0 <= offset < self.days:
            raise AxisError(
                f"{plain} lies outside the dates that the calendars cover, {self.first} to {self.last}. "
                "Move the date or extend the calendars."
            )
        boundary = offset * self.slots_per_day
        if moment:
            minutes = moment.hour * 60 + moment.minute
            boundary += minutes * self.slots_per_day // MINUTES_PER_DAY
        return boundary

    def end_of(self, day: date) -> int:
        """Boundary that a date means as a finish: the end of the day; of a ``datetime``, that moment."""
        return self.slot(day) if isinstance(day, datetime) else self.slot(day) + self.slots_per_day

    def start_date(self, boundary: int) -> date:
        """Day of the slot that begins at `boundary`."""
        return self.first + timedelta(days=boundary // self.slots_per_day)

    def finish_date(self, boundary: int) -> date:
        """Day of the slot that ends at `boundary`."""
        return self.first + timedelta(days=(boundary - 1) // self.slots_per_day)

    def moment(self, boundary: int) -> datetime:
        """The instant of a boundary."""
        minutes = boundary * (MINUTES_PER_DAY // self.slots_per_day)
        return datetime.combine(self.first, time()) + timedelta(minutes=minutes)


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
            raise InputError(f"calendar '{self.name}': week has {len(self.week)} days; give seven, Monday first.")
        for day in (*self.week, *self.exceptions.values()):
            self._check(day)

    def _check(self, day: Day) -> None:
        if isinstance(day, int):
            if not 0 <= day <= 100:
                raise InputError(f"calendar '{self.name}': rate {day} is not between 0 and 100.")
            return
        edge = 0
        for begin, end in day:
            if not edge <= begin < end <= MINUTES_PER_DAY:
                raise InputError(
                    f"calendar '{self.name}': working period {begin}-{end} (minutes) overlaps another, is out of "
                    "order or leaves the day; list the periods in order."
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
        for begin, end in day:
            edges = begin * count / MINUTES_PER_DAY, end * count / MINUTES_PER_DAY
            if not all(edge.is_integer() for edge in edges):
                raise InputError(
                    f"calendar '{self.name}': a working period {begin}-{end} (minutes since midnight) does not "
                    f"fall on slots of {MINUTES_PER_DAY // count} minutes; choose a finer slot."
                )
            rates[int(edges[0]) : int(edges[1])] = 100
        return rates

    def on(self, axis: Axis) -> CalendarTable:
        """Lay the calendar on an axis."""
        if (self.first and axis.first < self.first) or (self.last and axis.last > self.last):
            raise AxisError(
                f"calendar '{self.name}' is dated {self.first} to {self.last}, but {axis.first} to {axis.last} "
                "is needed. Extend the calendar or move the dates."
            )
        return CalendarTable(self.name, self.rates(axis), axis)

    @property
    def slowest(self) -> int:
        """Least rate above zero (100 for working periods); 0 for a calendar without any work."""
        rates = [day if isinstance(day, int) else 100 * bool(day) for day in (*self.week, *self.exceptions.values())]
        return min((rate for rate in rates if rate), default=0)


SEVEN_DAY = Calendar("7-day", (100,) * 7)
FIVE_DAY = Calendar("5-day", (100,) * 5 + (0, 0))


class CalendarTable:
    """A calendar on an axis: scalar look-ups for the passes, the same in arrays for many replications.

    Every method works on boundaries 0..H and raises :class:`AxisError` when the answer lies beyond them.

    Parameters
    ----------
    name : str
    rates : array of int, shape (H,)
        Work done in each slot, in hundredths.
    axis : Axis, optional
        Only to name dates in errors.

    Examples
    --------
    >>> table = CalendarTable("5-day", np.array([100] * 5 + [0, 0] + [100] * 5))
    >>> table.finish(0, 5), table.next_start(5), table.shift(5, 1), table.shift(8, -1)
    (5, 7, 8, 7)
    >>> table.latest_start(8, 2)
    4
    """

    def __init__(self, name: str, rates: npt.ArrayLike, axis: Axis | None = None) -> None:
        self.name = name
        self.axis = axis
        self.rates: Ints = np.asarray(rates, dtype=np.int64)
        self.cum_array: Ints = np.concatenate([[0], np.cumsum(self.rates)])
        self.count_array: Ints = np.concatenate([[0], np.cumsum(self.rates > 0)])
        self.horizon = len(self.rates)

    @cached_property
    def _cum(self) -> list[int]:
        return [int(value) for value in self.cum_array]

    @cached_property
    def _count(self) -> list[int]:
        return [int(value) for value in self.count_array]

    def __repr__(self) -> str:
        return f"CalendarTable({self.name!r}, {self.horizon} slots)"

    def off_axis(self) -> AxisError:
        """The error for an answer beyond the axis."""
        covered = f"{self.axis.first} to {self.axis.last}" if self.axis else f"0 to {self.horizon}"
        return AxisError(
            f"calendar '{self.name}' covers {covered}; the schedule runs off it. "
            "Extend the calendars, or check dates, lags and durations for a slip of the pen."
        )

    # -- starts and finishes --------------------------------------------------------------------------
    def finish(self, start: int, work: int) -> int:
        """Least f >= start with cum[f] >= cum[start] + 100 work."""
        if work <= 0:
            return start
        cum = self._cum
        at = bisect_left(cum, cum[start] + 100 * work, start)
        if at > self.horizon:
            raise self.off_axis()
        return at

    def next_start(self, bound: int) -> int:
        """Least allowed start (rate > 0) at or after `bound`."""
        if not 0 <= bound <= self.horizon:
            raise self.off_axis()
        at = bisect_right(self._count, self._count[bound]) - 1
        if at >= self.horizon:
            raise self.off_axis()
        return at

    def previous_start(self, bound: int) -> int:
        """Greatest allowed start at or before `bound`."""
        count = self._count
        if bound < 0:
            raise self.off_axis()
        at = bisect_left(count, count[min(bound + 1, self.horizon)]) - 1
        if at < 0:
            raise self.off_axis()
        return at

    def earliest_start(self, finish: int, work: int) -> int:
        """Least allowed start whose finish is at or after `finish`."""
        if finish <= 0:
            return self.next_start(0)
        if finish > self.horizon:
            raise self.off_axis()
        at = bisect_left(self._cum, self._cum[finish - 1] - 100 * work + 1)
        return self.next_start(at)

    def latest_start(self, finish: int, work: int) -> int:
        """Greatest allowed start whose finish is at or before `finish`."""
        target = self._cum[min(finish, self.horizon)] - 100 * work if finish >= 0 else -1
        if target < 0:
            raise self.off_axis()
        return self.previous_start(bisect_right(self._cum, target) - 1)

    def after_previous_start(self, start: int) -> int:
        """Least x whose next allowed start is `start` (an allowed start) or later."""
        at = bisect_left(self._count, self._count[start])
        return at

    # -- lags -----------------------------------------------------------------------------------------
    def shift(self, bound: int, lag: int) -> int:
        """A(x, L): the boundary `lag` working slots after (before, if negative) `bound`."""
        if lag == 0:
            return bound
        count = self._count
        target = count[bound] + lag
        at = bisect_left(count, target) if lag > 0 else bisect_right(count, target) - 1
        if not 0 <= at <= self.horizon:
            raise self.off_axis()
        return at

    def unshift_latest(self, bound: int, lag: int) -> int:
        """Greatest x with A(x, lag) <= bound."""
        if lag == 0:
            return bound
        count = self._count
        reach = count[bound] if lag > 0 else count[min(bound + 1, self.horizon)] - 1
        at = bisect_right(count, reach - lag) - 1
        if at < 0 or (at == self.horizon and self.shift_or_none(at, lag) is None):
            raise self.off_axis()
        return at

    def unshift_earliest(self, bound: int, lag: int) -> int:
        """Least x with A(x, lag) >= bound."""
        if lag == 0:
            return bound
        count = self._count
        need = (count[bound - 1] + 1 if bound > 0 else 0) - lag if lag > 0 else count[bound] - lag
        at = bisect_left(count, need)
        if at > self.horizon:
            raise self.off_axis()
        return at

    def shift_or_none(self, bound: int, lag: int) -> int | None:
        """Like :meth:`shift`, but None beyond the axis."""
        try:
            return self.shift(bound, lag)
        except AxisError:
            return None

    def slots(self, begin: int, end: int) -> int:
        """Working slots from `begin` to `end`, negative when `end` comes first."""
        return self._count[end] - self._count[begin]

    # -- the same over arrays -------------------------------------------------------------------------
    def finish_array(self, start: Ints, work: Ints) -> Ints:
        """:meth:`finish` element by element."""
        at = np.searchsorted(self.cum_array, self.cum_array[start] + 100 * work)
        self._inside(at)
        return np.where(work > 0, at, start)

    def next_start_array(self, bound: Ints) -> Ints:
        """:meth:`next_start` element by element."""
        at = np.searchsorted(self.count_array, self.count_array[bound], side="right") - 1
        if np.any(at >= self.horizon):
            raise self.off_axis()
        return at

    def earliest_start_array(self, finish: Ints, work: Ints) -> Ints:
        """:meth:`earliest_start` element by element."""
        reach = self.cum_array[np.maximum(finish - 1, 0)] - 100 * work + 1
        return self.next_start_array(np.where(finish > 0, np.searchsorted(self.cum_array, reach), 0))

    def latest_start_array(self, finish: Ints, work: Ints) -> Ints:
        """:meth:`latest_start` element by element."""
        target = self.cum_array[finish] - 100 * work
        if np.any(target < 0):
            raise self.off_axis()
        return self.previous_start_array(np.searchsorted(self.cum_array, target, side="right") - 1)

    def previous_start_array(self, bound: Ints) -> Ints:
        """:meth:`previous_start` element by element."""
        count = self.count_array
        at = np.searchsorted(count, count[np.minimum(bound + 1, self.horizon)]) - 1
        if np.any(at < 0):
            raise self.off_axis()
        return at

    def shift_array(self, bound: Ints, lag: int) -> Ints:
        """:meth:`shift` element by element, for one lag."""
        if lag == 0:
            return bound
        target = self.count_array[bound] + lag
        side = "left" if lag > 0 else "right"
        at = np.searchsorted(self.count_array, target, side=side) - (lag < 0)
        self._inside(at)
        return at

    def unshift_latest_array(self, bound: Ints, lag: int) -> Ints:
        """:meth:`unshift_latest` element by element, for one lag."""
        if lag == 0:
            return bound
        count = self.count_array
        reach = count[bound] if lag > 0 else count[np.minimum(bound + 1, self.horizon)] - 1
        at = np.searchsorted(count, reach - lag, side="right") - 1
        self._inside(at)
        return at

    def _inside(self, at: Ints) -> None:
        if np.any((at < 0) | (at > self.horizon)):
            raise self.off_axis()


class Continuous:
    """The arithmetic without calendars: every number is a boundary, lags and work just add.

    Examples
    --------
    >>> CONTINUOUS.finish(2.5, 4), CONTINUOUS.shift(3, -5)
    (6.5, -2)
    """

    name = ELAPSED

    def finish(self, start: Any, work: Any) -> Any:
        """Start plus work."""
        return start + work

    def next_start(self, bound: Any) -> Any:
        """The bound itself."""
        return bound

    previous_start = after_previous_start = next_start_array = previous_start_array = next_start

    def earliest_start(self, finish: Any, work: Any) -> Any:
        """Finish less work."""
        return finish - work

    latest_start = earliest_start_array = latest_start_array = earliest_start

    def shift(self, bound: Any, lag: Any) -> Any:
        """Bound plus lag."""
        return bound + lag

    def unshift_latest(self, bound: Any, lag: Any) -> Any:
        """Bound less lag."""
        return bound - lag

    unshift_earliest = unshift_latest_array = unshift_latest
    finish_array = finish
    shift_array = shift

    def slots(self, begin: Any, end: Any) -> Any:
        """End less begin."""
        return end - begin


CONTINUOUS = Continuous()

Table: TypeAlias = CalendarTable | Continuous
