"""Whether a network allows dates that keep every deadline, hard or soft, proved either way if it can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from scheduling.capacity import overloads
from scheduling.energy import overbooked
from scheduling.network import Network
from scheduling.passes import Dates, early_pass, late_pass


class Attempt(NamedTuple):
    """Whether dates exist (None: not known within the limit), some of them, and work units spent."""

    possible: bool | None
    dates: Dates | None = None
    spent: float = 0.0


def attempt(net: Network, limit: float) -> Attempt:
    """Look for dates that keep every deadline; first by both passes and by energy, then by the exact model.

    Parameters
    ----------
    net : Network
        In chosen modes.
    limit : float
        Work units of the solver.
    """
    early = early_pass(net)
    if misses(net, early):
        return Attempt(False)
    if not short(net, early):
        return Attempt(True, early)
    late = latest_dates(net, early)
    if any(overbooked(net, early, late, k) for k in range(len(net.resources))):
        return Attempt(False)
    return Attempt(*_solved(net, early, late, limit))


def misses(net: Network, dates: Dates) -> dict[int, Any]:
    """Activities that miss their deadline or last start, and by how many slots."""
    found: dict[int, Any] = {}
    for i, line in net.deadlines.items():
        if not net.done(i):
            found[i] = dates.finish[i] - line.bound
    for i, bound in net.start_by.items():
        if not net.started(i):
            found[i] = max(found.get(i, 0), dates.start[i] - bound)
    return {i: slots for i, slots in sorted(found.items()) if slots > net.tolerance}


def short(net: Network, dates: Dates) -> bool:
    """Whether dates need units that are not there, beyond what facts hold."""
    return any(not over.facts for over in overloads(net, dates))


def latest_dates(net: Network, early: Dates) -> Dates:
    """Greatest dates under every deadline; what none bounds lies where all work is done one by one."""
    from scheduling.horizon import serial_end

    ends: list[Any] = [line.bound for line in net.deadlines.values()]
    latest: list[Any] = [serial_end(net, early, ends)] * len(net)
    for i, line in net.deadlines.items():
        latest[i] = min(latest[i], line.bound)
    late = late_pass(net, early, latest)
    assert late is not None, "the early dates lie before the deadlines"
    return late


def _solved(net: Network, early: Dates, late: Dates, limit: float) -> Sequence[Any]:
    from scheduling.cpsat.feasible import feasible
    from scheduling.cpsat.variables import Window
    from scheduling.cpsat.windows import settled

    still = settled(net)
    high = [early.resume[i] if i in still else late.resume[i] for i in range(len(net))]
    return feasible(net, early, Window(early.resume, high, late.finish), limit)
