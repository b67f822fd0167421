"""Dates: deadlines that cannot hold or are missing, releases too late for them, activities that are long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scheduling.cpm import CriticalPath
from scheduling.health.findings import Code, Finding, Severity, named
from scheduling.network import Network, later
from scheduling.passes import Dates
from scheduling.places import finish_of, least_start

_FEW = 10
"""Projects of fewer activities than this may well consist of one long one."""


def dates(net: Network, result: CriticalPath) -> Iterator[Finding]:
    """Findings about dates; resources do not count."""
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(net)):
        if not net.done(i):
            members[net.project[i]].append(i)
    for k, unfinished in sorted(members.items()):
        project = {"project": net.projects[k]}
        if not any(i in net.deadlines for i in unfinished):
            yield Finding(Code.NO_DEADLINE, Severity.WARNING, (), project)
        floats = {i: result.total_float[net.ids[i]] for i in unfinished}
        negative = {i: value for i, value in floats.items() if value is not None and value < 0}
        if negative:
            least = min(negative.values())
            numbers = project | {"least": least}
            yield Finding(Code.NEGATIVE_FLOAT, Severity.WARNING, named(net, negative), numbers)
        yield from _long(net, result, unfinished)
    yield from _deadlines(net)


def impossible(net: Network, least: Dates) -> Iterator[Finding]:
    """Hard deadlines and last starts that even the least dates miss."""
    for i, name in enumerate(net.ids):
        line, last = net.deadlines.get(i), net.start_by.get(i)
        if line and line.hard and not net.done(i) and least.finish[i] > line.bound + net.tolerance:
            shown = net.show_finish(i, line.bound), net.show_finish(i, least.finish[i])
        elif last is not None and not net.started(i) and least.start[i] > last + net.tolerance:
            shown = net.show_start(i, last), net.show_start(i, least.start[i])
        else:
            continue
        numbers = dict(zip(("deadline", "earliest"), shown, strict=True))
        yield Finding(Code.HARD_DEADLINE, Severity.ERROR, (name,), numbers)


def _deadlines(net: Network) -> Iterator[Finding]:
    for i, line in sorted(net.deadlines.items()):
        if net.done(i):
            continue
        numbers = {"deadline": net.show_finish(i, line.bound)}
        severity = Severity.ERROR if line.hard else Severity.WARNING
        if net.data_date is not None and line.bound <= net.data_date:
            yield Finding(Code.PAST_DEADLINE, severity, (net.ids[i],), numbers)
        else:
            yield from _release(net, i, severity)


def _release(net: Network, i: int, severity: Severity) -> Iterator[Finding]:
    """A release or factor arrival after which the work does not fit before the own deadline."""
    release = None if net.started(i) else net.release[i]
    for gate in net.gates:
        if i in gate.gates:
            release = later(release, gate.arrival)
    if release is None:
        return
    start = least_start(net, i, release, None, net.work[i])
    if finish_of(net, i, start, net.work[i]) > net.deadlines[i].bound + net.tolerance:
        numbers = {
            "release": net.axis.start_date(release) if net.axis else release,
            "deadline": net.show_finish(i, net.deadlines[i].bound),
        }
        yield Finding(Code.LATE_RELEASE, severity, (net.ids[i],), numbers)


def _long(net: Network, result: CriticalPath, unfinished: list[int]) -> Iterator[Finding]:
    """Activities that take more than half of the time their project still takes."""
    early = result.early
    if len(unfinished) < _FEW:
        return
    span = max(early.finish[i] for i in unfinished) - min(early.resume[i] for i in unfinished)
    for i in unfinished:
        length = early.finish[i] - early.resume[i]
        if 2 * length > span and i not in (net.lead_factors or {}):
            numbers = {"length": length, "span": span, "project": net.projects[net.project[i]]}
            yield Finding(Code.LONG_ACTIVITY, Severity.NOTE, (net.ids[i],), numbers)
