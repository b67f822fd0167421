"""Windows tightened by energetic reasoning, and the least last finish that it does not refute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scheduling.calendar import CalendarTable
from scheduling.capacity import holdings
from scheduling.errors import AxisError, ContradictionError
from scheduling.kernels.board import Ints
from scheduling.kernels.energetic import squeeze
from scheduling.network import WORK, Network
from scheduling.passes import Dates, early_pass, late_pass

ROUNDS = 30
"""Rounds of squeezing and passes at most, and ..."""
LARGE = 400
"""... activities beyond which one has to do."""


class Windows(NamedTuple):
    """Least and greatest dates."""

    early: Dates
    late: Dates


class Energy:
    """Renewable resources of a network against what its activities need in any of their modes.

    Parameters
    ----------
    net : Network
        With whole numbers as work, lags and dates.
    least : Dates
        Least dates in any modes.
    last : int
        A boundary after every window that will be asked about.
    """

    def __init__(self, net: Network, least: Dates, last: int) -> None:
        self.net, self.least = net, least
        self.first = min([*least.resume, last])
        self.slots = last - self.first
        renewable = [k for k, item in enumerate(net.resources) if not item.consumed]
        unstarted = [i for i in range(len(net)) if not net.started(i)]
        needs = [[(i, held) for i in unstarted if (held := _units(net, i, k))] for k in renewable]
        self.begins = np.cumsum([0, *map(len, needs)])
        pairs = np.array([pair for row in needs for pair in row], dtype=np.int64).reshape(-1, 2)
        self.user, self.units = pairs.T.copy()
        self.there = np.zeros((len(renewable), self.slots + 1), dtype=np.int64)
        for row, k in zip(self.there, renewable, strict=True):
            np.cumsum(self._there(k), out=row[1:])
        self.length = np.array([_length(net, i, least, last) for i in range(len(net))], dtype=np.int64)

    def _there(self, k: int) -> Ints:
        """Units there in each slot, less what work in progress holds at least."""
        net, first = self.net, self.first
        units: Ints = np.full(self.slots, net.resources[k].capacity)
        for when, capacity in net.resources[k].changes:
            units[max(0, when - first) :] = capacity
        for item in holdings(net, self.least, k):
            if net.started(item.activity):
                units[max(0, item.begin - first) : max(0, item.end - first)] -= item.units
        return np.maximum(units, 0)

    def windows(self, latest: Sequence[int]) -> Windows | None:
        """Windows of plans whose finishes are not after `latest`; None if there is no such plan."""
        net, early = self.net, self.least
        found = None
        for _ in range(1 if len(net) > LARGE else ROUNDS):
            try:
                late = late_pass(net, early, latest, any_mode=True)
            except AxisError:
                return found
            if late is None or any(a > b for a, b in zip(early.resume, late.resume, strict=True)):
                return None
            found = Windows(early, late)
            low, high = self._slots(early.resume), self._slots(late.finish)
            moments = np.array([low, self._slots(early.finish), self._slots(late.resume)])
            least, most = low.copy(), high.copy()
            if not squeeze(self.begins, self.user, self.units, self.length, moments, self.there, least, most):
                return None
            if np.array_equal(least, low) and np.array_equal(most, high):
                break
            latest = np.minimum(latest, most + self.first).tolist()
            try:
                early = early_pass(net, floor=(least + self.first).tolist(), any_mode=True)
            except ContradictionError:
                return None
        return found

    def _slots(self, values: Sequence[int]) -> Ints:
        slots: Ints = np.array(values, dtype=np.int64) - self.first
        return slots

    def least_end(self, latest: Sequence[int], lower: int, upper: int) -> int:
        """Least last finish of `lower` to `upper` that is not refuted; beyond `upper` if all are."""
        step = 1
        while lower <= upper:
            probe = min(lower + step - 1, upper)
            if self.windows([min(end, probe) for end in latest]) is None:
                lower, step = probe + 1, 2 * step
            elif probe == lower:
                break
            else:
                upper, step = probe, 1
        return lower


def _units(net: Network, i: int, k: int) -> int:
    """Units of a resource that an activity holds at least, whatever its mode."""
    rows = [mode.demand for mode in net.modes[i]] if i in net.modes else [net.demand[i]]
    return min(sum(units for which, units in row if which == k) for row in rows)


def _length(net: Network, i: int, least: Dates, last: int) -> int:
    """Slots from start to finish at least, for every start up to `last`."""
    if net.kind[i] != WORK or net.started(i):
        return 0
    work, table = min(net.works(i)), net.tables[i]
    if not isinstance(table, CalendarTable):
        return int(work)
    starts = least.start[i] + np.flatnonzero(table.rates[least.start[i] : last])
    lengths = np.searchsorted(table.cum_array, table.cum_array[starts] + 100 * work) - starts
    return int(lengths.min())
