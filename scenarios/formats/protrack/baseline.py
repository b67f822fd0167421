"""The baseline of a ProTrack file against its own relations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from scenarios.formats.protrack.records import ProTrackFile, Relation
from scheduling.calendar import Axis, CalendarTable

_MARGIN_DAYS = 2


class Baseline:
    """Baseline starts as working hours from the project's start, and what the relations say to them.

    On one calendar of rates 0 and 100 every date and lag is a difference of counted working hours.
    """

    def __init__(self, file: ProTrackFile) -> None:
        self.tasks = file.tasks
        self.moments = {task.id: task.start for task in file.tasks.values() if task.start}
        earliest = min(self.moments.values(), default=file.agenda.start)
        self.start = datetime.combine(min(file.agenda.start, earliest), time())
        self.table, axis = _table(file, [self.start, *self.moments.values()])
        origin = axis.slot(file.agenda.start)
        self.slots = {id: axis.slot(moment) for id, moment in self.moments.items()}
        self.offset = {id: self.table.slots(origin, slot) for id, slot in self.slots.items()}
        self.least = -self.table.slots(axis.slot(self.start), origin)
        self.bound = dict.fromkeys(self.offset, self.least)
        self.broken: list[tuple[Relation, int]] = []
        for relation in file.relations:
            hours = self.missing(relation, self.offset)
            if hours is None:
                continue
            self.bound[relation.succ] = max(self.bound[relation.succ], self.offset[relation.succ] + hours)
            if hours > 0:
                self.broken.append((relation, hours))
        ends = [self.table.finish(slot, self.tasks[id].work) for id, slot in self.slots.items()]
        self.finish = axis.moment(max(ends)) if ends else None

    def missing(self, relation: Relation, offset: dict[str, int]) -> int | None:
        """Hours by which the successor stands before what a relation demands; negative for room."""
        if relation.pred not in offset or relation.succ not in offset:
            return None
        tail = self.tasks[relation.pred].work if relation.type in ("FS", "FF") else 0
        head = self.tasks[relation.succ].work if relation.type in ("FF", "SF") else 0
        return offset[relation.pred] + tail + relation.lag - head - offset[relation.succ]

    def late(self) -> list[str]:
        """Activities that stand later than their relations demand."""
        return [id for id, offset in self.offset.items() if offset > self.bound[id]]

    def waits(self, id: str, placed: bool) -> datetime | None:
        """Baseline start that an activity waits for, if it does."""
        return self.moments[id] if placed and id in self.offset and self.offset[id] > self.bound[id] else None

    def off_hours(self) -> list[str]:
        """Activities with work whose baseline start lies outside the working hours."""
        return [id for id, slot in self.slots.items() if self.tasks[id].work and not self.table.rates[slot]]


def _table(file: ProTrackFile, moments: Iterable[datetime]) -> tuple[CalendarTable, Axis]:
    """The agenda from before the first moment until after the last baseline finish."""
    agenda = file.agenda
    known = [agenda.start, *moments]
    weekly = len(agenda.hours) * (7 - len(agenda.free_days))
    longest = max(task.work for task in file.tasks.values())
    first = min(known).date() - timedelta(days=_MARGIN_DAYS)
    days = (max(known).date() - first).days + 7 * (longest // weekly + 2) + len(agenda.holidays)
    axis = Axis(first, days + _MARGIN_DAYS, 24)
    return agenda.calendar().on(axis), axis
