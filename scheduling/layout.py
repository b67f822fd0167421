"""A network and its dates as integer arrays for the kernels, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scheduling.calendar import CalendarTable
from scheduling.capacity import holdings
from scheduling.kernels.board import (
    CAP,
    DEMANDS,
    FLOOR,
    HIGH,
    LOW,
    MOST,
    NEED,
    NEIGHBOURS,
    SNAPS,
    TABLE,
    WEIGHT,
    WORK,
    Board,
    Ints,
    Sheet,
    take,
)
from scheduling.network import FINISH_MILESTONE, Network
from scheduling.network import WORK as WORK_KIND
from scheduling.passes import Dates

_FULL = 100


class Layout:
    """Unstarted activities of a network on a board; what has started holds its units and does not move.

    Parameters
    ----------
    net : Network
        With whole numbers as work, lags and dates.
    facts : Dates
        Where work in progress lies, and the maximum lags that facts break.
    low, high : sequence of int
        Least and greatest start of each unstarted activity.
    last : int
        The board reaches from the first of the least starts to this boundary.
    """

    def __init__(
        self, net: Network, facts: Dates, low: Sequence[Any], high: Sequence[Any], last: int
    ) -> None:
        self.net, self.facts = net, facts
        self.free = np.array([not net.started(i) for i in range(len(net))])
        self.first = min((at for at, free in zip(low, self.free, strict=True) if free), default=0)
        self.slots = max(last - self.first, 0) + 1  # a start milestone may lie on the last boundary
        self.rows = {id(table): (k, table) for k, table in enumerate({id(t): t for t in net.tables}.values())}
        self.board = self._board(low, high)

    def under(self, high: Sequence[Any]) -> Board:
        """The board with other greatest starts."""
        activity = self.board.activity.copy()
        activity[:-1, HIGH] = self.places(high)
        return self.board._replace(activity=activity)

    def places(self, starts: Sequence[Any]) -> Ints:
        """Starts on the board; -1 for what has started."""
        at = [start - self.first if free else -1 for start, free in zip(starts, self.free, strict=True)]
        return np.array(at, dtype=np.int64)

    def only_free(self, order: Sequence[int] | Ints) -> Ints:
        """Those of `order` that are free to move."""
        rows: Ints = np.array(order, dtype=np.int64)
        return np.compress(self.free[rows], rows)

    def _board(self, low: Sequence[Any], high: Sequence[Any]) -> Board:
        net = self.net
        kind = np.array(net.kind)
        rates = self._rates()
        scale = int(np.gcd.reduce(rates, axis=None, initial=_FULL))
        cum, cum_at = _sums(rates // scale)
        worked, worked_at = _sums(rates > 0)
        neighbours = self._neighbours()
        activity = np.zeros((len(net) + 1, 8), dtype=np.int64)
        activity[:-1, LOW], activity[:-1, HIGH] = self.places(low), self.places(high)
        activity[:-1, WORK] = np.array(net.work) * (_FULL // scale) * (kind == WORK_KIND)
        activity[:-1, SNAPS] = kind != FINISH_MILESTONE
        activity[:-1, WEIGHT] = self.free & (kind == WORK_KIND)
        activity[:-1, TABLE] = [self.rows[id(table)][0] for table in net.tables]
        activity[:, NEIGHBOURS] = np.searchsorted(neighbours[:, 0], np.arange(len(net) + 1))
        activity[:, DEMANDS] = np.cumsum([0, *(len(row) for row in net.demand)])
        demand = [pair for row in net.demand for pair in row]
        return Board(
            activity,
            neighbours[:, 1:].copy(),
            np.array(demand, dtype=np.int64).reshape(-1, 2),
            np.array([item.consumed for item in net.resources], dtype=np.bool_),
            cum,
            worked,
            cum_at,
            worked_at,
        )

    def _rates(self) -> Any:
        """Rates of every calendar on the board, that of a lag too."""
        net = self.net
        for link in net.links:
            if isinstance(link.table, CalendarTable):
                self.rows.setdefault(id(link.table), (len(self.rows), link.table))
        rates = np.full((len(self.rows), self.slots), _FULL, dtype=np.int64)
        for row, table in self.rows.values():
            if isinstance(table, CalendarTable):
                known = table.rates[self.first : self.first + self.slots]
                rates[row] = np.pad(known, (0, self.slots - len(known)))
        return rates

    def _neighbours(self) -> Ints:
        """Both ends of every link between activities that are free to move, each after its activity."""
        entries = []
        broken = set(self.facts.broken)
        for link in self.net.links:
            i, j = link.pred, link.succ
            if not (self.free[i] and self.free[j]) or link in broken:
                continue
            row = self.rows[id(link.table)][0] if isinstance(link.table, CalendarTable) else -1
            at_pred, at_succ = (NEED, MOST) if link.maximum else (CAP, FLOOR)
            entries.append((i, j, at_pred, link.from_finish, link.to_finish, link.lag, row))
            entries.append((j, i, at_succ, link.to_finish, link.from_finish, link.lag, row))
        return np.array(sorted(entries), dtype=np.int64).reshape(-1, 7)

    # -- sheets -------------------------------------------------------------------------------------------
    def empty(self) -> Sheet:
        """Nothing placed; what has started holds its units."""
        net, first, slots = self.net, self.first, self.slots
        free = np.empty((len(net.resources), slots), dtype=np.int32)
        for k, resource in enumerate(net.resources):
            free[k] = resource.capacity
            for when, capacity in resource.changes:
                free[k, max(0, when - first) :] = capacity
            for item in holdings(net, self.facts, k):
                if net.started(item.activity):
                    last = slots if resource.consumed else max(0, item.end - first)
                    free[k, max(0, item.begin - first) : last] -= item.units
        return Sheet(np.full(len(net), -1, np.int64), np.full(len(net), -1, np.int64), free)

    def sheet(self, dates: Dates) -> Sheet:
        """Dates laid out."""
        sheet = self.empty()
        sheet.start[:] = self.places(dates.start)
        sheet.finish[:] = np.where(self.free, np.array(dates.finish) - self.first, -1)
        for i in np.flatnonzero(self.free):
            take(self.board, sheet, int(i), 1)
        return sheet

    def dates(self, sheet: Sheet) -> Dates:
        """What lies on a sheet, with the facts."""
        facts = self.facts
        start = (sheet.start + self.first).tolist()
        finish = (sheet.finish + self.first).tolist()
        fixed = np.flatnonzero(~self.free).tolist()
        resume = list(start)
        for i in fixed:
            start[i], finish[i], resume[i] = facts.start[i], facts.finish[i], facts.resume[i]
        return Dates(start, finish, resume, facts.broken, facts.modes)


def _sums(steps: Any) -> tuple[Ints, Ints]:
    """Running sums of each row, and the greatest boundary that each sum is reached at."""
    sums = np.zeros((len(steps), steps.shape[1] + 1), dtype=np.int64)
    np.cumsum(steps, axis=1, out=sums[:, 1:])
    values = np.arange(int(sums.max()) + 1)
    at = [np.searchsorted(row, values, side="right") - 1 for row in sums]
    return sums, np.array(at, dtype=np.int64)
