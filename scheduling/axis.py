"""The axis of time: integer boundaries between dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import SupportsIndex

from scheduling.errors import AxisError, InputError

MINUTES_PER_DAY = 1440


@dataclass(frozen=True, slots=True)
class Axis:
    """The boundaries 0..length between dates.

    Parameters
    ----------
    first : date
        Day of slot 0.
    days : int
        Number of days covered, at least 1.
    slots_per_day : int
        Slots that a day is divided into; divides 1440, so that a slot is a whole number of minutes.
    padding : int
        Days beyond, which no date may name and no plan may use; only slow replications reach them. There a
        calendar goes on as its week.

    Raises
    ------
    InputError
        If there is no day, or if a day does not divide into that many slots.

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
    padding: int = 0

    def __post_init__(self) -> None:
        if self.days < 1:
            raise InputError(
                f"an axis from {self.first} over {self.days} days holds no day; "
                "give at least one, or calendars whose dated ranges overlap."
            )
        if self.slots_per_day < 1 or MINUTES_PER_DAY % self.slots_per_day:
            raise InputError(
                f"a day does not divide into {self.slots_per_day} slots of whole minutes; "
                "give a divisor of 1440, such as 1, 24 (hours) or 96 (quarters of an hour)."
            )

    @property
    def length(self) -> int:
        """The last boundary, H."""
        return (self.days + self.padding) * self.slots_per_day

    @property
    def end(self) -> int:
        """The boundary after the last day covered."""
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
        boundary = self._elapsed(day) // self._slot
        if not 0 <= boundary < self.end:
            raise self._outside(day)
        return boundary

    def end_of(self, day: date) -> int:
        """Boundary that a date means as a finish: the end of the day.

        Of a ``datetime``, the end of the slot in which it falls: 17:00 is the end of the day when a slot is a
        day; midnight is the boundary itself.

        Raises
        ------
        AxisError
            If that boundary is not on the axis.
        """
        if not isinstance(day, datetime):
            return self.slot(day) + self.slots_per_day
        boundary = -(-self._elapsed(day) // self._slot)
        if not 0 <= boundary <= self.end:
            raise self._outside(day)
        return boundary

    def last_start(self, day: date) -> int:
        """Last boundary that a start on `day` may have; of a ``datetime``, the slot that contains it.

        Raises
        ------
        AxisError
            If the day is not on the axis.
        """
        begin = self.slot(day)
        return begin if isinstance(day, datetime) else begin + self.slots_per_day - 1

    def _elapsed(self, day: date) -> timedelta:
        moment = day if isinstance(day, datetime) else datetime.combine(day, time())
        return moment - datetime.combine(self.first, time())

    @property
    def _slot(self) -> timedelta:
        return timedelta(minutes=MINUTES_PER_DAY // self.slots_per_day)

    def _outside(self, day: date) -> AxisError:
        return AxisError(
            f"{day} lies outside the dates that the calendars cover, {self.first} to {self.last}. "
            "Move the date or extend the calendars."
        )

    def start_date(self, boundary: SupportsIndex) -> date:
        """Day of the slot that begins at `boundary`."""
        return self.first + timedelta(days=int(boundary) // self.slots_per_day)

    def finish_date(self, boundary: SupportsIndex) -> date:
        """Day of the slot that ends at `boundary`."""
        return self.first + timedelta(days=(int(boundary) - 1) // self.slots_per_day)

    def moment(self, boundary: SupportsIndex) -> datetime:
        """The instant of a boundary."""
        return datetime.combine(self.first, time()) + int(boundary) * self._slot
