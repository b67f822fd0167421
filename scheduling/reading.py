"""Numbers and dates as callers give them, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from math import isfinite
from numbers import Integral, Real
from typing import Any

from scheduling.axis import Axis
from scheduling.errors import InputError
from scheduling.network import Id


def number(value: Any, where: str, *, whole: bool) -> Any:
    """A finite number; an int where it is whole, a float otherwise.

    Parameters
    ----------
    whole : bool
        Whether a fraction is an error.

    Raises
    ------
    InputError
        Beginning with `where`.
    """
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise InputError(f"{where} {value!r} is not a number. Give a finite number, or leave it out.")
    if isinstance(value, Integral):
        return int(value)
    if float(value).is_integer():
        return int(float(value))
    if whole:
        raise InputError(
            f"{where} {value} is not a whole number of slots, which calendars count. "
            "Round it, or choose a finer slot."
        )
    return float(value)


def moment(when: Any, axis: Axis | None, where: str, *, whole: bool) -> Any:
    """Boundary at the start of a date; without an axis the number itself; None for None."""
    if when is None:
        return None
    if axis is None:
        if isinstance(when, date):
            raise InputError(
                f"{where}: {when!r} is a date, but the network has no dated calendars. Give calendars."
            )
        return number(when, f"{where}:", whole=whole)
    return axis.slot(checked_date(when, where))


def end_moment(when: Any, axis: Axis | None, where: str, *, whole: bool) -> Any:
    """Boundary that a finish on a date means: the end of that day."""
    if when is None or axis is None:
        return moment(when, axis, where, whole=whole)
    return axis.end_of(checked_date(when, where))


def checked_date(when: Any, where: str) -> date:
    """A date or a datetime without time zone."""
    missing_time = when != when  # what pandas puts for a missing date
    if not isinstance(when, date) or missing_time:
        raise InputError(
            f"{where}: {when!r} is not a date, but the network has dated calendars. Give a datetime.date."
        )
    if isinstance(when, datetime) and when.tzinfo is not None:
        raise InputError(f"{where}: {when} has a time zone; calendars are local time. Drop the time zone.")
    return when


def stable_order(items: Iterable[Any]) -> list[Any]:
    """Ids in an order that does not depend on insertion: by value, else by type and text."""
    found = list(items)
    return [found[k] for k in stable_sequence(found)]


def stable_sequence(found: Sequence[Any]) -> list[int]:
    """The places of ids in stable order."""
    places = range(len(found))
    if not any(issubclass(kind, (set, frozenset)) for kind in set(map(type, found))):
        try:
            return sorted(places, key=found.__getitem__)
        except TypeError:
            pass
    return sorted(places, key=lambda k: (type(found[k]).__name__, _text(found[k])))


def _text(item: Id) -> str:
    if isinstance(item, frozenset):
        return str(sorted(map(str, item)))
    return str(item)
