"""Last starts with which some activities still meet their ends, for each replication's drawn work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scheduling.calendar import Ints
from scheduling.network import FINISH_MILESTONE, WORK, Network
from simulation.statistics import Slots


def greatest_starts(
    network: Network, work: Slots, ends: Mapping[int, Any], last_start: Mapping[int, Any]
) -> dict[int, Ints]:
    """Greatest starts of unfinished activities that something holds from behind, one entry a replication.

    Parameters
    ----------
    network : Network
    work : array of int, shape (replications, activities)
    ends : mapping of activity position to int or array
        Greatest finishes.
    last_start : mapping of activity position to int
        Greatest starts.

    Returns
    -------
    dict of activity position to array of int
        Without maximum lags. An activity that leads to none of the ends and has none itself is left out.

    Raises
    ------
    AxisError
        If a date lies before the calendars.
    """
    start: dict[int, Ints] = {}
    finish: dict[int, Ints] = {}
    for i in reversed(network.order):
        if network.done(i):
            continue
        end, begin = ends.get(i), last_start.get(i)
        for link in network.out_of[i]:
            j = link.succ
            if j not in start or (network.started(i) and not link.from_finish):
                continue
            event = (finish if link.to_finish else start)[j]
            bound = link.table.unshift_latest_array(event, link.lag) if link.lag else event
            if link.from_finish:
                end = bound if end is None else np.minimum(end, bound)
            else:
                begin = bound if begin is None else np.minimum(begin, bound)
        if begin is None and end is None:
            continue
        start[i] = finish[i] = _greatest(network, i, begin, end, work[:, i])
        if network.kind[i] == WORK:
            finish[i] = network.tables[i].finish_array(start[i], work[:, i])
    return start


def _greatest(network: Network, i: int, begin: Any, end: Any, work: Slots) -> Ints:
    """Greatest allowed starts at or before `begin` with finishes at or before `end`; None is no bound."""
    table, bounds = network.tables[i], []
    if begin is not None:
        begin = np.broadcast_to(begin, work.shape)
        bounds.append(begin if network.kind[i] == FINISH_MILESTONE else table.previous_start_array(begin))
    if end is not None:
        end = np.broadcast_to(end, work.shape)
        if network.kind[i] == WORK:
            end = table.latest_start_array(end, work)
        elif network.kind[i] != FINISH_MILESTONE:
            end = table.previous_start_array(end)
        bounds.append(end)
    greatest: Ints = np.minimum.reduce(bounds)
    return greatest
