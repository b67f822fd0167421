"""Early dates of many replications at once, without resources: the early pass over arrays.

A compiled kernel places one activity after the other in all replications. Activities that maximum lags tie
into a circle are placed until they settle, with the look-ups of the calendars themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.calendar import Ints
from scheduling.errors import AxisError
from scheduling.network import FINISH_MILESTONE, WORK, Link, Network
from scheduling.settling import just_adds
from simulation.arrays import early_net, laid_out
from simulation.kernels.early import LIMIT, early
from simulation.sampling import Draws
from simulation.statistics import Slots

Flags: TypeAlias = npt.NDArray[np.bool_]

YEAR = 400
"""Days after which a calendar has shown all it holds, wherever the movable holidays of a year lie."""


@dataclass(frozen=True, slots=True)
class EarlyDates:
    """Least dates of each replication; arrays of shape (replications, activities).

    Attributes
    ----------
    start, finish : array of int
        Boundaries; the actual start for work in progress.
    resume : array of int
        Where unfinished work begins.
    """

    start: Slots
    finish: Slots
    resume: Slots


def early_dates(network: Network, draws: Draws, floor: Sequence[Any] | None = None) -> EarlyDates:
    """Least dates that every link, release, arrival and the data date allow, for each replication's draws.

    Parameters
    ----------
    network : Network
    draws : Draws
    floor : sequence, optional
        A further earliest start for each unstarted activity, or None.

    Returns
    -------
    EarlyDates
        In each replication what :func:`scheduling.passes.early_pass` gives for its draws. Where drawn work
        makes the maximum lags of a circle impossible, they are dropped in that replication.

    Raises
    ------
    AxisError
        If a date leaves the calendars; the message names the activity.
    """
    return EarlyPass(network, floor).dates(draws)


class EarlyPass:
    """The early pass of a network made ready, for any draws; parameters as for :func:`early_dates`."""

    def __init__(self, network: Network, floor: Sequence[Any] | None = None) -> None:
        self.network = network
        self.lower = lower_bounds(network, floor)
        self.laid = laid_out(network)
        self.net = early_net(network, self.laid, self.lower)
        self.moving = any(network.started(i) and not network.done(i) for i in network.begun)
        self.gates: list[list[int]] = [[] for _ in network.ids]
        for k, gate in enumerate(network.gates):
            for i in gate.gates:
                self.gates[i].append(k)
        self.pushes: list[list[Link]] = [[] for _ in network.ids]
        for link in network.pushing_maxima:
            self.pushes[link.pred].append(link)
        self.blocks = []
        for circular, block in network.blocks:
            unfinished = [i for i in block if not network.done(i)]
            pushed = any(self.pushes[i] for i in unfinished)
            self.blocks.append((circular, pushed, np.array(unfinished, dtype=np.int64)))

    def dates(self, draws: Draws) -> EarlyDates:
        """Least dates for each replication's draws; errors as for :func:`early_dates`."""
        return _Pass(self, draws).solve()


class _Pass:
    def __init__(self, ready: EarlyPass, draws: Draws) -> None:
        self.ready, self.net = ready, ready.network
        self.work, self.drawn = draws.work, draws.arrivals
        self.lower, self.pushes = ready.lower, ready.pushes
        shape = len(draws.work), len(self.net)
        self.start = _facts(self.net.actual_start, shape)
        self.finish = _facts(self.net.actual_finish, shape)
        self.resume = self.start.copy(order="F") if ready.moving else self.start

    def solve(self) -> EarlyDates:
        everything = np.arange(len(self.work))
        for circular, pushed, block in self.ready.blocks:
            if circular:
                self.settle(block.tolist(), everything)
            elif pushed:
                for i in block.tolist():
                    self.place(i, everything)
            else:
                self.place_block(block)
        return EarlyDates(self.start, self.finish, self.resume)

    def place_block(self, block: Ints) -> None:
        """Place activities that come after all that pushes them."""
        columns = (self.work, self.drawn, self.start, self.finish, self.resume)
        failed = early(self.ready.net, self.ready.laid.clock, block, *(column.T for column in columns))
        if failed >= 0:
            self.place(failed, np.arange(len(self.work)))
            raise AxisError(
                f"activity '{self.net.ids[failed]}' in a replication lies beyond {LIMIT // 2} slots. "
                "Count in coarser slots."
            )

    def settle(self, block: list[int], rows: Ints) -> None:
        """Place the activities of a circle until its maximum lags push none of them any more.

        Calendars repeat year by year, and what a year of pushing does not settle is pushed for ever. Such
        replications, and the few that leave the axis before, go without the maximum lags of the circle.
        """
        inside = frozenset(block)
        for i in block:
            self.place(i, rows, ignored=inside)
        first = self.resume[:, block]
        hopeless = YEAR * (self.net.axis.slots_per_day if self.net.axis else 1)
        dropped = []
        for _ in range(len(block) + 1) if just_adds(self.net, block) else count():
            before = self.resume[rows][:, block]
            off_axis = self.place_all(block, rows)
            after = self.resume[rows][:, block]
            for_ever = off_axis | ((after - first[rows]).min(axis=1) > hopeless)
            dropped.append(rows[for_ever])
            rows = rows[~for_ever & (after != before).any(axis=1)]
            if not len(rows):
                break
        rows = np.concatenate([*dropped, rows])
        for i in block if len(rows) else ():
            self.place(i, rows, ignored=inside)

    def place_all(self, block: list[int], rows: Ints) -> Flags:
        """Place a circle once; say which replications leave the axis, told from the others by halving."""
        try:
            for i in block:
                self.place(i, rows)
        except AxisError:
            if len(rows) == 1:
                return np.ones(1, dtype=np.bool_)
            return np.concatenate([self.place_all(block, half) for half in np.array_split(rows, 2)])
        return np.zeros(len(rows), dtype=np.bool_)

    def place(self, i: int, rows: Ints, ignored: frozenset[int] = frozenset()) -> None:
        """Put one activity at its least place; leave out maximum lags to the `ignored` activities."""
        net, table = self.net, self.net.tables[i]
        whole = len(rows) == len(self.work)
        work = self.work[:, i] if whole else self.work[rows, i]
        begin: Ints = np.full(len(rows), self.lower[i], dtype=np.int64)
        for k in self.ready.gates[i]:
            arrival = self.drawn[:, k]
            begin = np.maximum(begin, arrival if whole else arrival[rows])
        end: Ints | None = None
        if i in net.finish_from:
            end = np.full(len(rows), net.finish_from[i], dtype=np.int64)
        try:
            for link in net.into[i]:
                bound = self.event(link.pred, link.from_finish, rows, whole)
                bound = link.table.shift_array(bound, link.lag) if link.lag else bound
                begin, end = _tighter(begin, end, bound, link.to_finish)
            for link in self.pushes[i]:
                if link.succ not in ignored:
                    bound = needed(net, link, self.event(link.succ, link.to_finish, rows, whole))
                    begin, end = _tighter(begin, end, bound, link.from_finish)
            if net.kind[i] != WORK:
                at = begin if end is None else np.maximum(begin, end)
                at = finish = at if net.kind[i] == FINISH_MILESTONE else table.next_start_array(at)
            else:
                at = table.next_start_array(begin)
                if end is not None:
                    at = np.maximum(at, table.earliest_start_array(end, work))
                finish = table.finish_array(at, work)
        except AxisError as error:
            raise AxisError(f"activity '{net.ids[i]}' in a replication: {error}") from error
        where = slice(None) if whole else rows
        self.resume[where, i] = at
        self.finish[where, i] = finish
        if not net.started(i):
            self.start[where, i] = at

    def event(self, i: int, finish: bool, rows: Ints, whole: bool) -> Any:
        column = (self.finish if finish else self.start)[:, i]
        return column if whole else column[rows]


def needed(network: Network, link: Link, reached: Any) -> Ints:
    """Least place of the predecessor's event with which a maximum lag admits each `reached`."""
    if not link.to_finish and network.kind[link.succ] != FINISH_MILESTONE:
        reached = network.tables[link.succ].after_previous_start_array(reached)
    least: Ints = link.table.unshift_earliest_array(reached, link.lag)
    return least


def _tighter(begin: Ints, end: Ints | None, bound: Ints, to_finish: bool) -> tuple[Ints, Ints | None]:
    if not to_finish:
        return np.maximum(begin, bound), end
    return begin, bound if end is None else np.maximum(end, bound)


def _facts(dates: Sequence[Any], shape: tuple[int, int]) -> Slots:
    """Actual dates in every replication, 0 where there is none yet."""
    row = np.array([0 if value is None else value for value in dates], dtype=np.int32)
    return np.array(np.broadcast_to(row, shape), order="F")


def lower_bounds(network: Network, floor: Sequence[Any] | None) -> list[Any]:
    """What holds each activity back whatever is drawn: release, data date, project start, floor."""
    lower = []
    for i, bound in enumerate(replace(network, gates=()).bounds):
        options = [bound]
        if not network.started(i):
            options += [network.starts[network.project[i]], floor[i] if floor is not None else None]
        lower.append(max((value for value in options if value is not None), default=0))
    return lower
