"""Texts of a ProTrack file as numbers and times."""

from __future__ import annotations

import math
from datetime import datetime
from xml.etree.ElementTree import Element

MOST_HOURS = 200_000
"""Longest duration or lag that is believed: a hundred years of eight-hour days."""

NO_DATE = "010101000000"
_YEARS = range(1900, 2200)


def text(element: Element, tag: str) -> str:
    """Text of a child, with single spaces; empty where there is none."""
    return " ".join((element.findtext(tag) or "").split())


def number(value: str) -> float | None:
    """A finite number, or None."""
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def hours(value: str) -> int | None:
    """A whole number of hours (or units) within :data:`MOST_HOURS`, or None."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() and abs(found) <= MOST_HOURS else None


def moment(value: str) -> datetime | None:
    """A time as ``ddmmyyyyHHMM``, to the hour; None for anything else and for :data:`NO_DATE`.

    Examples
    --------
    >>> moment("240520110900").isoformat(), moment(NO_DATE)
    ('2011-05-24T09:00:00', None)
    """
    try:
        found = datetime.strptime(value, "%d%m%Y%H%M") if len(value) == 12 else None
    except ValueError:
        return None
    return found.replace(minute=0) if found and found.year in _YEARS else None
