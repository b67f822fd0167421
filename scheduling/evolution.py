"""Populations of schedules in one mode of every activity, and plans pushed left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduling.kernels.board import HIGH, Sheet
from scheduling.kernels.evolve import FAILED, UNBORN, evolve
from scheduling.kernels.serial import desk, generate_early, push_early
from scheduling.layout import Layout
from scheduling.network import Network
from scheduling.passes import Dates, early_pass, late_pass

LEAST, MOST = 60, 400
"""Members of a population, and ..."""
PER_MEMBER = 300
"""... births for each of them: fewer end before the population agrees, more after."""
ROOM = 4
"""Schedules longer than the first one by more than one part in so many are given up."""


class Evolution:
    """A population of schedules of a network without maximum lags.

    Parameters
    ----------
    net : Network
        In its chosen modes.
    early : Dates
        Least dates.
    latest : sequence of int
        Greatest finish of each activity.
    seed : int
    """

    def __init__(self, net: Network, early: Dates, latest: Sequence[int], seed: int) -> None:
        self.net, self.early = net, early
        self._lay(latest)
        end = generate_early(self.board, self.desk, self.board.activity[:-1, HIGH].copy())
        last = self.layout.first + end + end // ROOM + 1
        if end >= 0 and last < max(latest):
            self._lay([min(finish, last) for finish in latest])
        self.starts = np.zeros((LEAST, len(net)), np.int64)
        self.ends = np.full(LEAST, UNBORN, np.int64)
        self.state = np.array([seed], np.uint64)

    def _lay(self, latest: Sequence[int]) -> None:
        late = late_pass(self.net, self.early, latest, hold_in_progress=True)
        assert late is not None, "without maximum lags there are late dates beside early ones"
        self.layout = Layout(self.net, self.early, self.early.start, late.start, max(latest))
        self.board = self.layout.board
        self.desk = desk(self.board, self.layout.empty())

    def breed(self, births: int) -> None:
        """Go on for so many births, of three generated schedules each."""
        evolve(self.board, self.desk, self.starts, self.ends, self.state, births)

    def expect(self, births: int) -> None:
        """Add the members that suit so many births."""
        more = min(MOST, births // PER_MEMBER) - len(self.ends)
        if more > 0:
            self.starts = np.vstack([self.starts, np.zeros((more, len(self.net)), np.int64)])
            self.ends = np.append(self.ends, np.full(more, UNBORN, np.int64))

    def best(self) -> Dates | None:
        """The schedule that ends first."""
        ends = np.where(self.ends == UNBORN, FAILED, self.ends)
        if ends.min() == FAILED:
            return None
        generate_early(self.board, self.desk, self.starts[ends.argmin()])
        return self.layout.dates(Sheet(self.desk.start, self.desk.finish, self.desk.free))


def left_justified(net: Network, dates: Dates) -> Dates:
    """A plan pushed left: no activity alone can start earlier, work in progress lies where its links let it.

    Parameters
    ----------
    net : Network
        In the modes of the plan.
    dates : Dates
        Valid, but for the place of work in progress.
    """
    low = early_pass(net).start
    while True:
        settled = early_pass(net, floor=dates.start)
        layout = Layout(net, settled, low, settled.start, max(settled.finish))
        sheet = layout.sheet(settled)
        order = layout.only_free(np.argsort(settled.start, kind="stable"))
        if not push_early(layout.board, sheet, order):
            return settled
        dates = layout.dates(sheet)
