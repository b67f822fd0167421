"""Progress of a project: what is done, what is in progress, and how much work remains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scenarios.expand import NodeSpec, ancestors
from scenarios.schema import Project
from scheduling.calendar import Axis, Calendar


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Status of a node; a finish makes it done.

    Attributes
    ----------
    remaining : int or None
        Work left of a node in progress, in slots of its calendar.
    assumed : bool
        Whether dates or remaining work are inferred rather than reported.
    """

    start: date | None
    finish: date | None
    remaining: int | None
    assumed: bool


def statuses(
    project: Project,
    specs: list[NodeSpec],
    planned: dict[str, int],
    data_date: date,
    calendars: dict[str, Calendar],
) -> dict[str, NodeStatus]:
    """Status of every node that has begun, by id.

    A current node stands for its ancestors: they count as done on the day before it began, and it is in
    progress since then (a milestone is done; on the data date it is only about to begin). Reported progress
    of a node comes first. Remaining work that nobody reported is the planning work less the work days since the
    start, at least 1. Both are marked as assumed.

    Parameters
    ----------
    planned : dict of str to int
        Planning work by node id.
    """
    found: dict[str, NodeStatus] = {}
    by_node = {spec.node: spec for spec in specs}
    for item in sorted(project.current, key=lambda item: _day(item.since), reverse=True):
        eve = item.since - timedelta(days=1)
        for name in ancestors(project, item.node):
            found[by_node[name].id] = NodeStatus(eve, eve, None, True)
    for item in project.current:
        spec = by_node[item.node]
        if spec.id in found or _day(item.since) >= _day(data_date):
            continue
        if planned[spec.id]:
            left = item.remaining or _remaining(spec, planned[spec.id], item.since, data_date, calendars)
            found[spec.id] = NodeStatus(item.since, None, left, item.remaining is None)
        else:
            found[spec.id] = NodeStatus(item.since, item.since, None, False)
    for name, progress in project.progress.items():
        spec = by_node[name]
        if progress.finish is not None:
            found[spec.id] = NodeStatus(progress.start or progress.finish, progress.finish, None, False)
        elif progress.start is not None:
            left = progress.remaining or _remaining(
                spec, planned[spec.id], progress.start, data_date, calendars
            )
            found[spec.id] = NodeStatus(progress.start, None, left, progress.remaining is None)
    return found


def _remaining(
    spec: NodeSpec, planned: int, since: date, data_date: date, calendars: dict[str, Calendar]
) -> int:
    """Planning work less what the calendar allowed since the start, at least 1."""
    days = (_day(data_date) - _day(since)).days
    done = int(calendars[spec.calendar].on(Axis(_day(since), days)).rates.sum()) // 100
    return max(1, planned - done)


def _day(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when
