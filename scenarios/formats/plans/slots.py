"""The slot of a plan: the coarsest one on which everything in its file falls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import gcd

from scenarios.formats.plans.records import PlanFile
from scheduling.calendar import MINUTES_PER_DAY

_MOST_SLOTS = 10_000_000
_MARGIN_DAYS, _TIMES = 3 * 366, 5


def minutes_per_slot(file: PlanFile) -> tuple[int, bool]:
    """Minutes of a slot, and whether everything in the file is a whole number of slots.

    Where the axis would be too long for that, the finest slot that it can bear and on which the calendars
    still fall.

    Raises
    ------
    ValueError
        If the dates lie too far apart even for that.
    """
    edges = gcd(MINUTES_PER_DAY, *(edge for pattern in file.calendars.values() for edge in pattern.edges()))
    exact = gcd(edges, *_minutes(file))
    least = -(-_days(file) * MINUTES_PER_DAY // _MOST_SLOTS)
    if exact >= least:
        return exact, True
    for minutes in range(least, edges + 1):
        if edges % minutes == 0:
            return minutes, False
    raise ValueError


def _minutes(file: PlanFile) -> Iterator[int]:
    for task in file.tasks.values():
        yield task.minutes
        yield task.remaining or 0
        dates = (
            task.release,
            task.start_by,
            task.finish_from,
            task.due,
            task.actual_start,
            task.actual_finish,
        )
        yield from (_of_day(when) for when in dates if when)
    yield from (relation.lag for relation in file.relations)
    for project in file.projects:
        yield _of_day(project.start)
    if file.data_date:
        yield _of_day(file.data_date)


def _of_day(when: datetime) -> int:
    return when.hour * 60 + when.minute


def _days(file: PlanFile) -> int:
    """About as many days as the axis of the network will have."""
    known = [project.start for project in file.projects]
    for task in file.tasks.values():
        dates = (task.start, task.finish, task.release, task.start_by, task.finish_from, task.due)
        known += [when for when in dates if when]
    return _TIMES * (_MARGIN_DAYS + (max(known) - min(known)).days)
