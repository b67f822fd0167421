"""Progress of a project: what is done, what is in progress, and how much work remains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scenarios.expand import NodeSpec, behind
from scenarios.fields import day_of, earlier
from scenarios.schema import Project
from scheduling.calendar import Axis, Calendar
from scheduling.network import Network


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Status of a node that has begun; a finish makes it done.

    Attributes
    ----------
    start, finish : date or None
        Actual dates; the start of a done node may be unknown.
    remaining : int or None
        Work left of a node in progress, in slots of its calendar.
    assumed : bool
        Whether the finish or the remaining work is inferred rather than reported.
    """

    start: date | None
    finish: date | None
    remaining: int | None
    assumed: bool


def statuses(project: Project, specs: list[NodeSpec], data_date: date) -> dict[str, NodeStatus]:
    """Status of every node that has begun, by id; remaining work only as reported.

    A current node stands for what lies before it: that counts as done on the day before it began, and it is
    in progress since then (a milestone is done; on the data date a node is only about to begin). What is
    said of a node itself, as current or under progress, comes before what is inferred.
    """
    found: dict[str, NodeStatus] = {}
    by_node = {spec.node: spec for spec in specs}
    for item in sorted(project.current, key=lambda item: day_of(item.since), reverse=True):
        eve = item.since - timedelta(days=1)
        for name in behind(specs, [item.node]):
            found[by_node[name].id] = NodeStatus(None, eve, None, True)
    for item in project.current:
        if earlier(item.since, data_date):
            spec = by_node[item.node]
            found[spec.id] = _begun(spec, item.since, item.remaining)
    for name, progress in project.progress.items():
        spec = by_node[name]
        if progress.finish is not None:
            found[spec.id] = NodeStatus(progress.start, progress.finish, None, False)
        elif progress.start is not None:
            found[spec.id] = _begun(spec, progress.start, progress.remaining)
    return found


def _begun(spec: NodeSpec, start: date, remaining: int | None) -> NodeStatus:
    """In progress; a milestone that has begun is done."""
    if spec.planning_work == 0:
        return NodeStatus(start, start, None, False)
    return NodeStatus(start, None, remaining, remaining is None)


def with_remaining(
    found: Mapping[str, NodeStatus],
    specs: list[NodeSpec],
    data_date: date,
    calendars: Mapping[str, Calendar],
    slots_per_day: int,
) -> dict[str, NodeStatus]:
    """Fill in unreported remaining work: planning work less what the calendar allowed, at least 1."""
    filled = dict(found)
    for spec in specs:
        status = found.get(spec.id)
        if status and status.finish is None and status.remaining is None and status.start is not None:
            done = _work_between(calendars[spec.calendar], status.start, data_date, slots_per_day)
            filled[spec.id] = replace(status, remaining=max(1, spec.planning_work - done))
    return filled


def _work_between(calendar: Calendar, begin: date, end: date, slots_per_day: int) -> int:
    """Whole slots of work that a calendar allows between two moments."""
    axis = Axis(day_of(begin), (day_of(end) - day_of(begin)).days + 1, slots_per_day)
    return int(calendar.rates(axis)[axis.slot(begin) : axis.slot(end)].sum()) // 100


def out_of_sequence(network: Network, status: Mapping[str, NodeStatus]) -> tuple[tuple[str, str], ...]:
    """Reported nodes that began or ended although a predecessor has not yet, as (predecessor, node).

    Facts are never refused (SEMANTICS 19); this names what a reader should look at.
    """
    found = set()
    for link in network.links:
        pred, succ = str(network.ids[link.pred]), str(network.ids[link.succ])
        known = status.get(succ)
        if link.maximum or known is None or (known.finish is not None and known.assumed):
            continue
        before = network.actual_finish if link.from_finish else network.actual_start
        after = network.actual_finish if link.to_finish else network.actual_start
        if after[link.succ] is not None and before[link.pred] is None:
            found.add((pred, succ))
    return tuple(sorted(found))
