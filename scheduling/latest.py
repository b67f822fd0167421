"""The ends of projects, and the greatest dates of plans under them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scheduling.cpm import early_finishes
from scheduling.errors import AxisError, SchedulingError
from scheduling.network import Network
from scheduling.passes import Dates, late_pass


def project_ends(net: Network, early: Dates) -> list[Any]:
    """End of each project: the later of its latest unfinished deadline and its early finish (SEMANTICS 8)."""
    ends = early_finishes(net, early)
    for i, line in net.deadlines.items():
        if not net.done(i):
            ends[net.project[i]] = max(ends[net.project[i]], line.bound)
    return ends


def greatest(
    net: Network, early: Dates, ends: Sequence[Any], *, any_mode: bool = False, missed: bool = False
) -> Dates:
    """Greatest dates once deadlines that early dates miss give way, work in progress held at its least place.

    Such a deadline moves to the early finish; it is dropped where `missed` deadlines are only counted.
    """
    latest = [max(ends[k], finish) for k, finish in zip(net.project, early.finish, strict=True)]
    for i, line in net.deadlines.items():
        late = early.finish[i] > line.bound
        if not net.done(i) and not (late and missed):
            latest[i] = min(latest[i], early.finish[i] if late else line.bound)
    late_dates = late_pass(net, early, latest, hold_in_progress=True, any_mode=any_mode)
    if late_dates is None:
        raise SchedulingError("no late dates beside existing early ones; please report this.")
    return Dates(late_dates.start, late_dates.finish, late_dates.resume, early.broken)


def loose_starts(net: Network, early: Dates, last: Any) -> Sequence[Any]:
    """Greatest starts when only hard deadlines and last starts bind, and the boundary `last`."""
    latest = [last] * len(net)
    for i, line in net.deadlines.items():
        if line.hard:
            latest[i] = min(last, max(line.bound, early.finish[i]))
    try:
        late = late_pass(net, early, latest)
    except AxisError:
        return early.start
    return early.start if late is None else late.start
