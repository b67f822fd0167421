"""A scheduling problem as its file states it. Times are whole numbers; nothing has a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Mode(NamedTuple):
    """One way to do an activity: its duration, and units by position of the resource."""

    duration: int
    demand: tuple[int, ...]


class Activity(NamedTuple):
    """An activity (job) by the numbers of its project and its own, as the file counts them."""

    project: int
    number: int
    modes: tuple[Mode, ...]


class Link(NamedTuple):
    """A precedence between two activities, by position.

    Finish to start where both lags are None. Else start to start: ``start(succ) >= start(pred) + lag``, or
    ``start(succ) <= start(pred) + maximum_lag``.
    """

    pred: int
    succ: int
    lag: int | None = None
    maximum_lag: int | None = None


class Pool(NamedTuple):
    """A resource; of one that is `consumed` (nonrenewable) the capacity is all there will ever be."""

    id: str
    capacity: int
    consumed: bool = False


class Project(NamedTuple):
    """A project: nothing of it starts before `release`. `due` is the file's due date, where it gives one."""

    number: int
    release: int = 0
    due: int | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem: schedule the activities so that every project ends as soon as it can.

    Attributes
    ----------
    name : str
        File name without its ending.
    projects : tuple of Project
    activities : tuple of Activity
        In the order of the file, the supersources and supersinks included.
    links : tuple of Link
    resources : tuple of Pool
    """

    name: str
    projects: tuple[Project, ...]
    activities: tuple[Activity, ...]
    links: tuple[Link, ...]
    resources: tuple[Pool, ...]
