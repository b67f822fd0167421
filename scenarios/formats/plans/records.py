"""A plan of another program as records: what its reader hands over. Work and lags are minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from scenarios.formats.findings import Findings
from scenarios.formats.plans.worktime import Pattern
from scenarios.schema import Label

MOST_MINUTES = 9_000_000
"""Longest duration or lag that is believed: seventy years of eight-hour days."""
ROUND_THE_CLOCK = "7-day"
"""Calendar of elapsed durations; backplan ships it."""


class Key(NamedTuple):
    """An activity: its project and its id there."""

    project: str
    id: str


@dataclass(slots=True)
class Task:
    """An activity.

    Attributes
    ----------
    minutes : int
        Work; 0 for a milestone.
    calendar : str
        Name of its calendar.
    milestone : str or None
        ``start`` for a start milestone.
    start, finish : datetime or None
        Where the file's own plan has it.
    release, start_by, finish_from : datetime or None
        Start no earlier, start no later, finish no earlier.
    due : datetime or None
        Finish no later.
    hard : bool
        Whether `due` must hold.
    actual_start, actual_finish : datetime or None
    remaining : int or None
        Minutes of work left of an activity in progress.
    demand : dict of str to int
        Hundredths of a unit held, by resource.
    """

    key: Key
    name: str
    minutes: int
    calendar: str
    milestone: str | None = None
    start: datetime | None = None
    finish: datetime | None = None
    release: datetime | None = None
    start_by: datetime | None = None
    finish_from: datetime | None = None
    due: datetime | None = None
    hard: bool = False
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    remaining: int | None = None
    demand: dict[str, int] = field(default_factory=dict)

    def not_before(self, when: datetime | None) -> None:
        """Start no earlier than a moment."""
        if when and (self.release is None or self.release < when):
            self.release = when

    def ends_by(self, when: datetime, *, hard: bool) -> None:
        """Finish no later than a moment; of two deadlines the earlier one stays."""
        if self.due is None or when < self.due or (when == self.due and hard):
            self.due, self.hard = when, hard


@dataclass(frozen=True, slots=True)
class Relation:
    """A minimum lag, in minutes of the calendar named."""

    pred: Key
    succ: Key
    type: str
    lag: int
    calendar: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A renewable resource: hundredths of a unit at first, and later changes."""

    name: str
    capacity: int
    changes: tuple[tuple[datetime, int], ...] = ()

    def at(self, when: datetime) -> int:
        """Capacity at a moment."""
        return next((units for day, units in reversed(self.changes) if day <= when), self.capacity)


@dataclass(frozen=True, slots=True)
class PlanProject:
    """A project: `due` is the date that must hold, `due_from` the key of the message that says why."""

    id: str
    name: str
    start: datetime
    due: datetime | None
    due_from: str


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a file says, after what cannot be read was left out and noted in `findings`."""

    name: str
    title: str
    data_date: datetime | None
    projects: tuple[PlanProject, ...]
    tasks: dict[Key, Task]
    relations: tuple[Relation, ...]
    calendars: dict[str, Pattern]
    pools: dict[str, Pool]
    progress_override: bool
    findings: Findings
    facts: tuple[Label, ...] = ()
