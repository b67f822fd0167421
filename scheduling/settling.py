"""How a pass settles: activity by activity, and again and again where maximum lags tie some into a circle."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from scheduling.calendar import CalendarTable
from scheduling.errors import AxisError, ContradictionError
from scheduling.network import FINISH_MILESTONE, Link, Network


class Pass(ABC):
    """Activities placed one after the other, each beside what is placed already.

    Where maximum lags tie activities into a circle, they are placed again until none moves. As every map from
    one date to the next is monotone, that ends at the least (greatest) solution or leaves the axis.
    """

    def __init__(
        self, net: Network, start: Iterable[Any], finish: Iterable[Any], resume: Iterable[Any]
    ) -> None:
        self.net = net
        self.start, self.finish, self.resume = list(start), list(finish), list(resume)

    @abstractmethod
    def place(self, i: int) -> None:
        """Put one activity where its bounds and links from placed activities let it go."""

    @abstractmethod
    def movers(self, i: int) -> Iterable[Link]:
        """Links that can move one activity."""

    @abstractmethod
    def alone(self, i: int, link: Link | None) -> Any:
        """Start to which one link (None: its own bounds) alone moves an activity, or None."""

    def solve(self, blocks: Iterable[tuple[bool, list[int]]]) -> None:
        """Place every block."""
        for circular, block in blocks:
            if circular:
                self.settle(block)
                continue
            for i in block:
                try:
                    self.place(i)
                except AxisError as error:
                    raise self.named(i, error) from error

    def settle(self, block: list[int]) -> None:
        """Place a circle of activities until none moves."""
        linear, tolerance = just_adds(self.net, block), self.net.tolerance
        rounds: Iterable[int] = range(len(block) + 1) if linear else count()
        for _ in rounds:
            moved = False
            for i in block:
                before = self.resume[i]
                try:
                    self.place(i)
                except AxisError as error:
                    links = self.circle(block, linear)
                    if not links:
                        raise self.named(i, error) from error
                    raise self.contradiction(links) from None
                moved = moved or before is None or abs(self.resume[i] - before) > tolerance
            if not moved:
                return
        raise self.contradiction(self.circle(block, linear))

    def circle(self, block: list[int], linear: bool) -> list[Link]:
        """Links that move one another off the axis (without an axis: for ever); none where the axis is short.

        Places the block afresh, noting by which link each activity moved last, and goes back along those.
        """
        for i in block:
            self.forget(i)
        cause: dict[int, Link | None] = {}
        last = block[0]
        for _ in range(len(block) + 1) if linear else count():
            for i in block:
                before = self.resume[i]
                try:
                    self.place(i)
                except AxisError:
                    cause[i] = self.mover(i, off_axis=True)
                    return _walk(cause, i)
                if before is None or abs(self.resume[i] - before) > self.net.tolerance:
                    cause[i], last = self.mover(i), i
        return _walk(cause, last)

    def forget(self, i: int) -> None:
        """Take an activity's place back."""
        net = self.net
        self.resume[i] = None
        if not net.fact(i, finish=False):
            self.start[i] = None
        self.finish[i] = None

    def mover(self, i: int, *, off_axis: bool = False) -> Link | None:
        """The link that put an activity at its place, or off the axis; None for its own bounds."""
        for link in (None, *self.movers(i)):
            try:
                at = self.alone(i, link)
            except AxisError:
                return link
            if not off_axis and at is not None and abs(at - self.resume[i]) <= self.net.tolerance:
                return link
        return None

    def named(self, i: int, error: AxisError) -> AxisError:
        return AxisError(f"activity '{self.net.ids[i]}': {error}")

    def contradiction(self, links: list[Link]) -> ContradictionError:
        pairs = tuple((self.net.ids[link.pred], self.net.ids[link.succ]) for link in links)
        told = tuple(
            f"{pred} -> {succ} ({link.type} {'≤' if link.maximum else '≥'} {link.lag})"
            for link, (pred, succ) in zip(links, pairs, strict=True)
        )
        return ContradictionError(pairs, told)


def just_adds(net: Network, block: list[int]) -> bool:
    """Whether lags and work just add in a block, so that no axis ends a circle that keeps moving."""
    inside = set(block)
    tables = [net.tables[i] for i in block if net.kind[i] != FINISH_MILESTONE]
    tables += [link.table for link in net.links if link.lag and link.pred in inside and link.succ in inside]
    return not any(isinstance(table, CalendarTable) for table in tables)


def _walk(cause: Mapping[int, Link | None], i: int) -> list[Link]:
    """The circle that going back from link to link ends in, in the order of the pushes; else nothing."""
    seen: dict[int, int] = {}
    walk: list[Link] = []
    while i not in seen:
        link = cause.get(i)
        if link is None:
            return []
        seen[i] = len(walk)
        walk.append(link)
        i = link.pred if link.succ == i else link.succ
    return walk[seen[i] :][::-1]
