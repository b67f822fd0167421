"""Resources: demand that no capacity meets, units overbooked by work in progress, overfull windows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from scheduling.backward import project_ends
from scheduling.capacity import holdings, overloads
from scheduling.cpm import CriticalPath
from scheduling.health.findings import Code, Finding, Severity, named
from scheduling.network import Network, Resource
from scheduling.passes import late_pass


def too_much(net: Network) -> Iterator[Finding]:
    """Activities that demand more units than there ever are."""
    for k, resource in enumerate(net.resources):
        most = max(resource.capacity, *(units for _, units in resource.changes), 0)
        for i, row in enumerate(net.demand):
            rows = [mode.demand for mode in net.modes[i]] if i in net.modes else [row]
            units = min(dict(row).get(k, 0) for row in rows)
            if units > most and not net.started(i):
                numbers = {"resource": resource.id, "units": units, "most": most}
                yield Finding(Code.DEMAND, Severity.ERROR, (net.ids[i],), numbers)


def resources(net: Network, result: CriticalPath) -> Iterator[Finding]:
    """Findings about units over time."""
    yield from _overloads(net, result)
    if result.late is not None:
        yield from _overfull(net, result)


def _overloads(net: Network, result: CriticalPath) -> Iterator[Finding]:
    """The worst moment of each resource by the earliest dates, and of work in progress alone."""
    short = overloads(net, result.early)
    for k, resource in enumerate(net.resources):
        for code, facts in ((Code.FACTS_OVERLOAD, True), (Code.OVERLOAD, False)):
            found = [item for item in short if item.resource == k and item.facts is facts]
            if not found:
                continue
            worst = max(found, key=lambda item: item.held - item.capacity)
            held = holdings(net, result.early, k)
            holders = [item.activity for item in held if item.begin <= worst.begin < item.end]
            numbers = {
                "resource": resource.id,
                "date": _shown(net, worst.begin),
                "units": worst.held,
                "capacity": worst.capacity,
                "times": len(found),
            }
            severity = Severity.WARNING if facts else Severity.NOTE
            yield Finding(code, severity, named(net, holders), numbers)


# -- windows ------------------------------------------------------------------------------------------------
def _overfull(net: Network, result: CriticalPath) -> Iterator[Finding]:
    """The window of each resource into which deadlines force most units too many.

    Notes
    -----
    Energy of a window [a, b): units times work (a lower bound of the elapsed time) of every activity that can
    neither begin before a nor, with missed deadlines moved to the early finish, end after b.
    Baptiste, Le Pape and Nuijten (2001), Constraint-Based Scheduling, section 4.3 (fully elastic).
    """
    due = {net.project[i] for i in net.deadlines if not net.done(i)}
    late = late_pass(net, result.early, _latest(net, result))
    if late is None:
        return
    for k, resource in enumerate(net.resources):
        if resource.consumed:
            continue
        users = [
            (i, units)
            for i, row in enumerate(net.demand)
            for which, units in row
            if which == k and not (resource.consumed or i in net.modes or net.started(i))
            if net.project[i] in due and late.finish[i] >= result.early.finish[i]
        ]
        if not users:
            continue
        begin = np.array([result.early.start[i] for i, _ in users])
        end = np.array([late.finish[i] for i, _ in users])
        energy = np.array([units * net.work[i] for i, units in users])
        worst = _worst_window(begin, end, energy, resource)
        if worst is None:
            continue
        first, last, needed, there = worst
        inside = [i for (i, _), a, b in zip(users, begin, end, strict=True) if a >= first and b <= last]
        numbers = {
            "resource": resource.id,
            "begin": _shown(net, first),
            "end": net.axis.finish_date(last) if net.axis else last,
            "needed": needed,
            "there": there,
        }
        yield Finding(Code.OVERFULL, Severity.WARNING, named(net, inside), numbers)


def _latest(net: Network, result: CriticalPath) -> list[Any]:
    """Greatest finishes, missed deadlines moved to the early finish (SEMANTICS 9)."""
    ends = project_ends(net, result.early)
    latest = [ends[k] for k in net.project]
    for i, line in net.deadlines.items():
        latest[i] = min(latest[i], max(line.bound, result.early.finish[i]))
    return latest


def _worst_window(begin: Any, end: Any, energy: Any, resource: Resource) -> tuple[Any, Any, Any, Any] | None:
    """Window with the greatest excess of energy over units there; None where nothing exceeds."""
    order = np.argsort(-begin, kind="stable")
    begin, end, energy = begin[order], end[order], energy[order]
    origin = begin[-1].item()
    before = np.array([_units(resource, origin, first) for first in begin.tolist()])
    worst, most = None, 0
    for last in np.unique(end).tolist():
        needed = np.cumsum(np.where(end <= last, energy, 0))
        room = _units(resource, origin, last) - before
        excess = np.where(begin < last, needed - room, 0)
        if excess.max() > most:
            most = excess.max()
            at = int(np.flatnonzero(excess == most)[-1])
            worst = begin[at].item(), last, needed[at].item(), room[at].item()
    return worst


def _units(resource: Resource, begin: Any, end: Any) -> Any:
    """Units times slots between two boundaries."""
    edges = [begin, *(when for when, _ in resource.changes if begin < when < end), end]
    return sum(resource.capacity_at(a) * (b - a) for a, b in pairwise(edges))


def _shown(net: Network, boundary: Any) -> Any:
    return net.axis.start_date(boundary) if net.axis else boundary
