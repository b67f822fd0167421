"""What a ProTrack file says, as records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scenarios.formats.findings import Findings
from scheduling.calendar import Calendar, Day

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Working hours of the whole project."""

    start: datetime
    hours: frozenset[int]
    free_days: frozenset[int]
    holidays: frozenset[date]

    def week(self) -> tuple[Day, ...]:
        """Monday to Sunday, as working periods in minutes."""
        edges = [hour for hour in range(25) if (hour in self.hours) != (hour - 1 in self.hours)]
        periods = tuple((60 * a, 60 * b) for a, b in zip(edges[::2], edges[1::2], strict=True))
        return tuple(0 if day in self.free_days else periods for day in range(7))

    def calendar(self) -> Calendar:
        """The agenda as a calendar."""
        mon, tue, wed, thu, fri, sat, sun = self.week()
        return Calendar("agenda", (mon, tue, wed, thu, fri, sat, sun), dict.fromkeys(self.holidays, 0))


@dataclass(frozen=True, slots=True)
class Task:
    """An activity of the file.

    Attributes
    ----------
    work : int
        Baseline duration in working hours.
    start : datetime or None
        Baseline start.
    offset : int or None
        The same in working hours from the agenda's start, as the file stores it.
    risk : tuple of three numbers, or None
        Least, most likely and greatest hours.
    locked, ready, due : datetime or None
        Start on, start no earlier than, finish by.
    """

    id: str
    name: str
    work: int
    start: datetime | None
    offset: int | None
    risk: Three | None
    locked: datetime | None
    ready: datetime | None
    due: datetime | None
    as_late_as_possible: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A minimum lag in working hours."""

    id: str
    pred: str
    succ: str
    type: str
    lag: int


@dataclass(frozen=True, slots=True)
class Pool:
    """A renewable resource with its capacity and later changes of it."""

    name: str
    capacity: int
    changes: tuple[tuple[datetime, int], ...]


@dataclass(frozen=True, slots=True)
class ProTrackFile:
    """What a file says, after what cannot be read was left out and noted in `findings`."""

    name: str
    title: str
    agenda: Agenda
    tasks: dict[str, Task]
    relations: tuple[Relation, ...]
    pools: dict[str, Pool]
    demand: dict[str, dict[str, int]]
    resource_count: int
    assignment_count: int
    binding: bool
    tracking_periods: int
    findings: Findings
