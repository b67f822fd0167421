"""The compiled discrete-event engine: a network made ready, and its replications run."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from scheduling.calendar import Ints
from simulation import engine
from simulation.arrays import laid_out, yard
from simulation.dispatch import Dispatch
from simulation.engine import Dispatched
from simulation.kernels.events import events
from simulation.maxplus import EarlyDates
from simulation.statistics import Slots
from simulation.workers import CORES, spread

LARGE = 1 << 15
"""Replications times dispatched activities from which threads of one's own are worth while."""


class Events:
    """The same as :func:`simulation.engine.dispatch`, hundreds of times as fast.

    Parameters
    ----------
    model : Dispatch
    """

    def __init__(self, model: Dispatch) -> None:
        self.model = model
        self.laid = laid_out(model.network)
        self.yard = yard(model, self.laid)
        self.members = np.array(model.activities, dtype=np.int64)

    def dispatch(
        self,
        work: Slots,
        early: EarlyDates,
        rows: Iterable[int] | None = None,
        before: Dispatched | None = None,
    ) -> Dispatched:
        """Run replications; parameters, result and errors as for :func:`simulation.engine.dispatch`."""
        start, finish = early.start.copy(order="F"), early.finish.copy(order="F")
        overtaking = np.zeros(len(work), dtype=np.int64)
        waited = np.zeros((len(work), len(self.model.held)), dtype=np.int64, order="F")
        if before is not None:
            start[:, self.members] = before.start[:, self.members]
            finish[:, self.members] = before.finish[:, self.members]
            overtaking[:], waited[:] = before.overtaking, before.waited
        chosen = np.arange(len(work)) if rows is None else np.array([*rows], dtype=np.int64)
        horizon = -1 if self.model.horizon is None else self.model.horizon
        columns = (work.T, early.resume.T, start.T, finish.T, overtaking, waited.T)
        large = len(chosen) * len(self.members) >= LARGE

        def run(share: Ints) -> int:
            return events(self.yard, self.laid.clock, horizon, self.members, share, *columns)

        shares = np.array_split(chosen, CORES if large else 1) if len(self.members) else []
        failed = max(spread(run, shares, large=large, here=True), default=-1)
        if failed >= 0:  # SimPy says which date it is; what the keys of the kernel cannot hold, it can.
            return engine.dispatch(self.model, work, early, chosen.tolist(), before)
        return Dispatched(start, finish, overtaking, waited)
