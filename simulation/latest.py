"""Late starts of many replications at once, without resources: the late pass over arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scheduling.network import Network
from simulation.arrays import laid_out, late_net
from simulation.kernels.late import late
from simulation.sampling import Draws
from simulation.statistics import Slots


def late_starts(network: Network, draws: Draws, latest: Sequence[Any]) -> Slots:
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
        Late starts; the place of remaining work for work in progress, the actual start for done activities. A
        start before the calendars is their first boundary.

    Raises
    ------
    AxisError
        If a date lies behind the calendars.
    """
    return late_dates(network, draws, latest)[0]


def late_dates(network: Network, draws: Draws, latest: Sequence[Any]) -> tuple[Slots, Slots]:
    """Late starts and the finishes that follow from them; as :func:`late_starts`."""
    start = np.zeros(draws.work.shape, dtype=np.int32, order="F")
    finish = np.zeros_like(start)
    for i in range(len(network)):
        if network.done(i):
            start[:, i], finish[:, i] = network.actual_start[i], network.actual_finish[i]
    laid = laid_out(network)
    order = np.array([i for i in network.order if not network.done(i)], dtype=np.int64)
    failed = late(late_net(network, laid, latest), laid.clock, order, draws.work.T, start.T, finish.T)
    if failed >= 0:
        raise network.tables[failed].off_axis()
    return start, finish
