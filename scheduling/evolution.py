"""Populations of schedules in one mode of every activity, and plans pushed left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduling.kernels.board import HIGH, LOW, Ints, Sheet
from scheduling.kernels.evolve import FAILED, UNBORN, evolve
from scheduling.kernels.serial import desk, generate_early, generate_late, push_early
from scheduling.layout import Layout
from scheduling.network import Network
from scheduling.passes import Dates, early_pass, late_pass

LEAST, MOST = 60, 800
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
        self.net, self.early, self.seed = net, early, seed
        self._lay(latest)
        end = generate_early(self.board, self.desk, self.board.activity[:-1, HIGH].copy())
        last = self.layout.first + end + end // ROOM + 1
        if end >= 0 and last < max(latest):
            self._lay([min(finish, last) for finish in latest])
        self.starts = np.zeros((LEAST, len(net)), np.int64)
        self.ends = np.full(LEAST, UNBORN, np.int64)
        self.state = np.array([seed], np.uint64)
        self.born = 0

    def _lay(self, latest: Sequence[int]) -> None:
        late = late_pass(self.net, self.early, latest, hold_in_progress=True)
        assert late is not None, "without maximum lags there are late dates beside early ones"
        self.layout = Layout(self.net, self.early, self.early.start, late.start, max(latest))
        self.board = self.layout.board
        self.desk = desk(self.board, self.layout.empty())

    def breed(self, births: int) -> None:
        """Go on for so many births, of three generated schedules each."""
        self.born += births
        evolve(self.board, self.desk, self.starts, self.ends, self.state, births)

    def expect(self, births: int) -> None:
        """Add the members that suit so many births."""
        more = min(MOST, births // PER_MEMBER) - len(self.ends)
        if more > 0:
            self.starts = np.vstack([self.starts, np.zeros((more, len(self.net)), np.int64)])
            self.ends = np.append(self.ends, np.full(more, UNBORN, np.int64))

    @property
    def agrees(self) -> bool:
        """Whether there were so many births that little is to be expected of more."""
        return self.born >= PER_MEMBER * len(self.ends)

    @property
    def shiftable(self) -> bool:
        """Whether every activity lasts equally long wherever it lies."""
        return bool((self.desk.length >= 0).all())

    def elite(self, random: np.random.Generator) -> Ints:
        """Starts of one of the schedules that end first."""
        ends = np.where(self.ends == UNBORN, FAILED, self.ends)
        starts: Ints = self.starts[random.choice(np.flatnonzero(ends == ends.min()))]
        return starts.copy()

    def cut(self, starts: Ints, free: int, random: np.random.Generator) -> tuple[list[int], list[int]] | None:
        """Windows of schedules that end one slot before a given one and differ in its middle.

        What starts before a moment stays, what a right-justified copy starts after another one goes one slot
        down, and about `free` activities between may lie anywhere. None where that leaves an activity no
        room.

        Parameters
        ----------
        starts : shape (n,)
            A schedule, as slots of the board.
        free : int
        random : numpy generator
        """
        desk, low, high = self.desk, self.board.activity[:-1, LOW], self.board.activity[:-1, HIGH]
        end = generate_early(self.board, desk, starts)
        if end < 0:
            return None
        left, count = desk.start.copy(), len(starts)
        if not generate_late(self.board, desk, -(desk.finish * count + np.arange(count)), end):
            return None
        right = desk.start - 1
        moment = np.sort(left)[random.integers(0, max(1, count - free))]
        rest = np.flatnonzero(left >= moment)
        rest = rest[np.argsort(right[rest], kind="stable")]
        down = rest[free:]
        if (right[down] < low[down]).any():
            return None
        last, stays = end - 1 - desk.length, left < moment
        least, most = low.copy(), np.minimum(high, last)
        least[stays] = most[stays] = left[stays]
        least[down] = most[down] = right[down]
        if (least > most).any() or (most > last).any():
            return None
        return (least + self.layout.first).tolist(), (most + self.layout.first).tolist()

    def take_in(self, dates: Dates) -> None:
        """Put a schedule into the place of the worst one."""
        worst = int(self.ends.argmax())
        self.starts[worst] = self.layout.places(dates.start)
        self.ends[worst] = max(dates.finish) - self.layout.first

    def best(self) -> Dates | None:
        """The schedule that ends first."""
        ends = np.where(self.ends == UNBORN, FAILED, self.ends)
        if ends.min() == FAILED:
            return None
        generate_early(self.board, self.desk, self.starts[ends.argmin()])
        return self.layout.dates(Sheet(self.desk.start, self.desk.finish, self.layout.empty().free))


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
