"""Texts of an MSPDI file as numbers, durations and times."""

from __future__ import annotations

import re
from datetime import datetime, time
from xml.etree.ElementTree import Element

from scenarios.formats.plans.records import MOST_MINUTES
from scheduling.calendar import MINUTES_PER_DAY

_DURATION = re.compile(r"P(?:(\d{1,7})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?")
_YEARS = range(1900, 2200)


def text(element: Element, tag: str) -> str:
    """Text of a child, with single spaces; empty where there is none."""
    return " ".join((element.findtext(tag) or "").split())


def whole(value: str) -> int | None:
    """A whole number of at most nine digits, or None."""
    return int(value) if re.fullmatch(r"-?\d{1,9}", value) else None


def number(value: str) -> float | None:
    """A number that is not negative, or None."""
    return float(value) if re.fullmatch(r"\d{1,12}(\.\d{1,12})?", value) else None


def flag(element: Element, tag: str) -> bool:
    """Whether a child says yes."""
    return text(element, tag) in ("1", "true")


def minutes(value: str) -> int | None:
    """A duration such as ``PT8H0M0S`` in minutes, rounded half up; None for what is not believed.

    Examples
    --------
    >>> minutes("PT8H30M0S"), minutes("PT0H0M30S"), minutes("8 days")
    (510, 1, None)
    """
    match = _DURATION.fullmatch(value)
    if not match or value in ("P", "PT"):
        return None
    days, hours, least, seconds = (int(part or 0) for part in match.groups())
    found = days * MINUTES_PER_DAY + hours * 60 + least + (seconds + 30) // 60
    return found if found <= MOST_MINUTES else None


def moment(value: str) -> datetime | None:
    """A local time to the minute, or None."""
    try:
        found = datetime.fromisoformat(value) if len(value) >= 16 else None
    except ValueError:
        return None
    if found is None or found.year not in _YEARS:
        return None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def clock(value: str) -> int | None:
    """A time of day in minutes since midnight, or None."""
    try:
        found = time.fromisoformat(value)
    except ValueError:
        return None
    return found.hour * 60 + found.minute
