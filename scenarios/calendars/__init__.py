"""Calendars that ship with backplan, and the reader for a planner's own.

Each calendar is one editable CSV file beside this module (:mod:`scenarios.calendars.sheet` says how it is
written; :mod:`scenarios.calendars.generate` wrote the Chinese ones).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from scenarios.calendars.sheet import CalendarSheet, read_calendar
from scheduling.calendar import Calendar

__all__ = ["NAMES", "CalendarSheet", "bundled", "bundled_sheets", "read_calendar"]

NAMES = ("7-day", "5-day", "cn-workday", "cn-site-north", "cn-site-south")
"""The calendars that ship, in the order in which they are listed."""


@cache
def _sheets() -> tuple[CalendarSheet, ...]:
    return tuple(read_calendar(Path(__file__).with_name(f"{name}.csv")) for name in NAMES)


def bundled_sheets() -> tuple[CalendarSheet, ...]:
    """The calendars that ship, with their descriptions and sources.

    Examples
    --------
    >>> [sheet.calendar.name for sheet in bundled_sheets()]
    ['7-day', '5-day', 'cn-workday', 'cn-site-north', 'cn-site-south']
    """
    return _sheets()


def bundled() -> dict[str, Calendar]:
    """The calendars that ship, by name.

    Examples
    --------
    >>> from datetime import date
    >>> from scheduling.calendar import Axis
    >>> bundled()["cn-workday"].on(Axis(date(2026, 2, 13), 4)).rates.tolist()  # 02-14 makes up for a holiday
    [100, 100, 0, 0]
    """
    return {sheet.calendar.name: sheet.calendar for sheet in _sheets()}
