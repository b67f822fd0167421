"""Late starts of many replications at once, without resources: the late pass over arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scheduling.calendar import Ints
from scheduling.network import FINISH_MILESTONE, WORK, Network
from simulation.sampling import Draws


def late_starts(network: Network, draws: Draws, latest: Sequence[Any]) -> Ints:
    """Greatest starts under `latest` for each replication's drawn work.

    Maximum lags are left out: they never bind dates that a calibration moves earlier.

    Parameters
    ----------
    network : Network
    draws : Draws
    latest : sequence of int
        Greatest finish of each activity (start of a start milestone), as
        :func:`scheduling.cpm.latest_finishes` gives them.

    Returns
    -------
    array of int, shape (replications, activities)
        Late starts; the place of remaining work for work in progress, the actual start for done activities.

    Raises
    ------
    AxisError
        If a date lies before the calendars.
    """
    count = len(draws.replications)
    start = np.zeros((count, len(network)), dtype=np.int64, order="F")
    finish = np.zeros_like(start)
    for i in reversed(network.order):
        if network.done(i):
            start[:, i] = network.actual_start[i]
            continue
        end: Ints = np.full(count, latest[i], dtype=np.int64)
        begin: Ints | None = None
        if i in network.start_by:
            begin = np.full(count, network.start_by[i], dtype=np.int64)
        for link in network.out_of[i]:
            if network.done(link.succ) or (network.started(i) and not link.from_finish):
                continue
            event = (finish if link.to_finish else start)[:, link.succ]
            bound = link.table.unshift_latest_array(event, link.lag) if link.lag else event
            if link.from_finish:
                end = np.minimum(end, bound)
            else:
                begin = bound if begin is None else np.minimum(begin, bound)
        start[:, i] = _greatest(network, i, begin, end, draws.work[:, i])
        finish[:, i] = start[:, i]
        if network.kind[i] == WORK:
            finish[:, i] = network.tables[i].finish_array(start[:, i], draws.work[:, i])
    return start


def _greatest(network: Network, i: int, begin: Ints | None, end: Ints, work: Ints) -> Ints:
    """Greatest allowed starts at or before `begin` whose finishes are at or before `end`."""
    table = network.tables[i]
    if network.kind[i] == WORK:
        at: Ints = table.latest_start_array(end, work)
        return at if begin is None else np.minimum(at, table.previous_start_array(begin))
    at = end if begin is None else np.minimum(begin, end)
    return at if network.kind[i] == FINISH_MILESTONE else table.previous_start_array(at)
