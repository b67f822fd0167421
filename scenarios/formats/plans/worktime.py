"""Working periods of a week and its exceptions, in minutes: sums and combinations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from scheduling.calendar import MINUTES_PER_DAY

Periods: TypeAlias = tuple[tuple[int, int], ...]
"""Working periods of a day, from and to in minutes since midnight, in order."""
OFFICE: Periods = ((480, 720), (780, 1020))
"""8:00 to 12:00 and 13:00 to 17:00: what both programs take where a file gives no hours."""
MOST_EXCEPTIONS = 20_000
_MOST_DAYS = 20_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """A calendar: seven days, Monday first, and days that differ."""

    week: tuple[Periods, ...]
    exceptions: dict[date, Periods] = field(default_factory=dict)

    def day(self, day: date) -> Periods:
        """Working periods of a date."""
        found = self.exceptions.get(day)
        return self.week[day.weekday()] if found is None else found

    def minutes(self, begin: datetime, end: datetime) -> int | None:
        """Working minutes between two moments; None where they lie too far apart to be believed.

        Examples
        --------
        >>> STANDARD.minutes(datetime(2026, 3, 6, 8), datetime(2026, 3, 9, 12))
        720
        """
        days = (end.date() - begin.date()).days
        if not 0 <= days <= _MOST_DAYS:
            return None
        total = 0
        for k in range(days + 1):
            day = begin.date() + timedelta(days=k)
            low, high = _minute(begin, day), _minute(end, day)
            total += sum(max(0, min(to, high) - max(frm, low)) for frm, to in self.day(day))
        return total

    def begins(self, when: datetime) -> datetime:
        """The moment itself where work goes on, else when it begins next (within a year)."""
        for k in range(366):
            day = when.date() + timedelta(days=k)
            low = _minute(when, day)
            if found := [max(frm, low) for frm, to in self.day(day) if to > low]:
                return datetime.combine(day, time()) + timedelta(minutes=found[0])
        return when

    def edges(self) -> Iterable[int]:
        """Every beginning and end of a working period."""
        for periods in {*self.week, *self.exceptions.values()}:
            for period in periods:
                yield from period

    def spec(self) -> dict[str, Any]:
        """The calendar as data of a scenario."""
        exceptions = {day: periods or 0 for day, periods in sorted(self.exceptions.items())}
        return {"week": [periods or 0 for periods in self.week], "exceptions": exceptions}

    @property
    def works(self) -> bool:
        """Whether there is any working time."""
        return any(self.week) or any(self.exceptions.values())


STANDARD = Pattern((OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ()))


def ordered(periods: Iterable[tuple[int, int]]) -> Periods:
    """Periods in order, those that overlap or touch as one.

    Examples
    --------
    >>> ordered([(780, 1020), (480, 720), (700, 780)])
    ((480, 1020),)
    """
    found: list[tuple[int, int]] = []
    for begin, end in sorted(periods):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif begin < end:
            found.append((begin, end))
    return tuple(found)


def either(one: Pattern, other: Pattern) -> Pattern:
    """Working time of one or of the other calendar."""
    return _combined(one, other, lambda a, b: ordered((*a, *b)))


def both(one: Pattern, other: Pattern) -> Pattern:
    """Working time that two calendars share."""
    return _combined(one, other, _shared)


def _shared(one: Periods, other: Periods) -> Periods:
    return ordered((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))


def _combined(one: Pattern, other: Pattern, join: Callable[[Periods, Periods], Periods]) -> Pattern:
    days = one.exceptions.keys() | other.exceptions.keys()
    week = tuple(join(a, b) for a, b in zip(one.week, other.week, strict=True))
    return Pattern(week, {day: join(one.day(day), other.day(day)) for day in days})


def _minute(when: datetime, day: date) -> int:
    """Minutes of a day that lie before a moment."""
    if when.date() != day:
        return 0 if when.date() < day else MINUTES_PER_DAY
    return when.hour * 60 + when.minute
