"""Dates on a horizontal axis: from a day to a position, and the years, quarters and months above the bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scenarios.charts.fonts import Typeface
from scenarios.charts.sheet import GRID, MUTED, RULE, Sheet

YEAR_HEIGHT = 13.0
PART_HEIGHT = 12.0
_YEAR_SIZE = 8.0
_PART_SIZE = 7.0
_LEAST_MONTHS = 3
DAY = timedelta(days=1)


def month_start(day: date, months: int = 0) -> date:
    """First day of the month of a day, `months` later; the calendar's end where that lies beyond it.

    >>> month_start(date(2026, 11, 23), 3)
    datetime.date(2027, 2, 1)
    """
    index = day.year * 12 + day.month - 1 + months
    index = max(12, min(index, 9999 * 12 + 11))
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Whole months over a stretch of the page.

    Attributes
    ----------
    first, end : date
        First day, and the day after the last.
    left, right : float
        Positions in points.
    """

    first: date
    end: date
    left: float
    right: float

    @classmethod
    def over(cls, days: Iterable[date], left: float, right: float) -> TimeScale:
        """The scale that shows every one of some days, at least three months."""
        shown = sorted(days)
        first = month_start(shown[0])
        end = max(month_start(shown[-1], 1), month_start(first, _LEAST_MONTHS))
        return cls(first, end, left, right)

    def x(self, day: date) -> float:
        """Where a day begins."""
        share = (day - self.first) / (self.end - self.first)
        return self.left + share * (self.right - self.left)

    def x_end(self, day: date) -> float:
        """Where a day ends, and what finishes on it."""
        return self.x(day + DAY) if day < date.max else self.right

    def cells(self, months: int) -> Iterator[tuple[date, float, float]]:
        """Stretches of 1, 3 or 12 months: first day and both positions, cut to the scale."""
        begin = date(self.first.year, (self.first.month - 1) // months * months + 1, 1)
        while begin < self.end:
            following = month_start(begin, months)
            if following <= begin:
                return
            yield begin, max(self.x(begin), self.left), min(self.x(following), self.right)
            begin = following

    def step(self, face: Typeface) -> int:
        """The finest of 1, 3 and 12 months whose names fit over their stretch."""
        for months in (1, 3):
            widest = max(face.width(name, _PART_SIZE) for name in _names(face, months))
            full = (self.right - self.left) / (self.end - self.first).days * 28 * months
            if widest + 5.0 <= full:
                return months
        return 12

    def draw_header(self, sheet: Sheet, top: float) -> None:
        """Write years, and months or quarters below them, in two lines."""
        face = sheet.face
        free = self.left
        for begin, left, right in self.cells(12):
            name = face.say("chart_year", year=begin.year)
            half = face.width(name, _YEAR_SIZE, True) / 2.0
            middle = (left + right) / 2.0
            if middle - half >= free and middle + half <= self.right:
                sheet.text(
                    middle, top + YEAR_HEIGHT / 2, name, _YEAR_SIZE, align="center", bold=True, role="axis"
                )
                free = middle + half + 4.0
            if left > self.left:
                sheet.line((left, left), (top, top + YEAR_HEIGHT), RULE, 0.6)
        months = self.step(face)
        if months < 12:
            self._draw_parts(sheet, top + YEAR_HEIGHT, months)

    def _draw_parts(self, sheet: Sheet, top: float, months: int) -> None:
        names = _names(sheet.face, months)
        for begin, left, right in self.cells(months):
            name = names[(begin.month - 1) // months]
            if sheet.face.width(name, _PART_SIZE) + 2.0 <= right - left:
                middle = (left + right) / 2.0
                sheet.text(
                    middle, top + PART_HEIGHT / 2, name, _PART_SIZE, color=MUTED, align="center", role="axis"
                )

    def draw_grid(self, sheet: Sheet, top: float, bottom: float) -> None:
        """Draw thin lines at months or quarters and stronger ones at years."""
        months = self.step(sheet.face)
        for begin, left, _ in self.cells(months):
            if left > self.left + 0.5:
                first_of_year = begin.month == 1
                sheet.line((left, left), (top, bottom), RULE if first_of_year else GRID, 0.5, over=0.6)
        for edge in (self.left, self.right):
            sheet.line((edge, edge), (top, bottom), RULE, 0.6, over=0.7)


def _names(face: Typeface, months: int) -> list[str]:
    return face.say("chart_months" if months == 1 else "chart_quarters").split()
