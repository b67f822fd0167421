"""Schedule generation: feasible plans in milliseconds, calendar by calendar, as a net under the optimiser.

A backward *parallel* generation goes down in time and puts activities as late as resources let it; it knows
no releases, so a forward *serial* generation mends its starts, and right justification pushes everything late
again. Maximum lags are not searched for: a candidate that breaks one is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from scheduling.capacity import holdings
from scheduling.errors import AxisError
from scheduling.network import Network
from scheduling.passes import Dates
from scheduling.places import finish_of, greatest_start, least_start, maximum_place
from scheduling.plan import allowed_finishes, levels
from scheduling.validator import validate


def generate(net: Network, early: Dates, late: Dates, ends: Sequence[Any]) -> Dates | None:
    """The best valid plan among a few generated ones, or None.

    Parameters
    ----------
    net : Network
        With whole numbers as work, lags and dates.
    early, late : Dates
        Least dates, and greatest ones that hold work in progress at its early place.
    ends : sequence of number
        End of each project.
    """
    backward = _backward(net, late)
    drafts = [forward(net, early, late.start, early.start)]
    if backward is not None:
        drafts += [backward, forward(net, early, backward.start, early.start)]
        drafts.append(forward(net, early, backward.start, list(map(max, backward.start, early.start))))
    plans = [
        right_justified(net, draft, ends)
        for draft in drafts
        if draft is not None and not validate(net, draft)
    ]
    return min(plans, key=lambda plan: levels(net, plan, ends), default=None)


class _Board:
    """Dates being built, and the units that are left."""

    def __init__(self, net: Network, dates: Dates) -> None:
        self.net = net
        self.start, self.finish = list(dates.start), list(dates.finish)
        self.resume, self.broken = list(dates.resume), dates.broken
        self.units = _Units(net, dates)

    def dates(self) -> Dates:
        return Dates(self.start, self.finish, self.resume, self.broken)

    def put(self, i: int, at: Any) -> None:
        net = self.net
        self.resume[i] = at
        self.finish[i] = self.end(i, at)
        if not net.started(i):
            self.start[i] = at
            self.units.take(i, at, self.finish[i])

    def end(self, i: int, at: Any) -> Any:
        return finish_of(self.net, i, at, self.net.work[i])

    def event(self, i: int, finish: bool) -> Any:
        return self.finish[i] if finish else self.start[i]

    def least(self, i: int, floor: Any) -> Any:
        """Least start after the predecessors and `floor` with free units."""
        net = self.net
        begin, end = floor, net.finish_from.get(i)
        for link in net.into[i]:
            bound = link.table.shift(self.event(link.pred, link.from_finish), link.lag)
            if link.to_finish:
                end = bound if end is None else max(end, bound)
            else:
                begin = max(begin, bound)
        while True:
            at = least_start(net, i, begin, end, net.work[i])
            short = None if net.started(i) else self.units.last_short(i, at, self.end(i, at))
            if short is None:
                return at
            begin = short + 1

    def caps(self, i: int, latest: Any) -> tuple[Any, Any]:
        """Greatest start and finish before the successors (None where free) and under `latest`."""
        net = self.net
        begin, end = net.start_by.get(i), latest
        for link in net.out_of[i]:
            if net.done(link.succ):
                continue
            event = self.finish[link.succ] if link.to_finish else self.resume[link.succ]
            bound = link.table.unshift_latest(event, link.lag)
            if link.from_finish:
                end = min(end, bound)
            else:
                begin = bound if begin is None else min(begin, bound)
        return begin, end

    def greatest(self, i: int, begin: Any, end: Any) -> Any:
        """Greatest start under both caps with free units."""
        while True:
            at = greatest_start(self.net, i, begin, end, self.net.work[i])
            short = self.units.first_short(i, at, self.end(i, at))
            if short is None:
                return at
            end = short


class _Units:
    """Free units of each resource, slot by slot; beyond the known dates the last capacity goes on."""

    def __init__(self, net: Network, dates: Dates) -> None:
        self.net = net
        self.edges = [begin for item in net.resources for begin, _ in item.changes]
        moments = [*dates.start, *dates.finish, *self.edges]
        serial = sum(finish - begin for begin, finish in zip(dates.resume, dates.finish, strict=True))
        self.origin = min(moments) - serial
        self.span = 2 * (serial + max(moments) - self.origin)
        self.free = np.zeros((len(net.resources), 0), dtype=np.int64)
        self.reach(max(moments))
        for k in range(len(net.resources)):
            for item in holdings(net, dates, k):
                if net.started(item.activity):
                    self.free[k, self.window(item.begin, item.end)] -= item.units
                    self.edges.append(item.end)

    def reach(self, end: Any) -> None:
        """Lay out slots up to `end`."""
        known = self.free.shape[1]
        if end - self.origin > known:
            slots = range(self.origin + known, end + known + 64)
            more = [[item.capacity_at(slot) for slot in slots] for item in self.net.resources]
            self.free = np.hstack([self.free, np.array(more, dtype=np.int64).reshape(-1, len(slots))])

    def window(self, begin: Any, end: Any) -> slice:
        self.reach(end)
        return slice(begin - self.origin, end - self.origin)

    def take(self, i: int, begin: Any, end: Any, sign: int = 1) -> None:
        for k, units in self.net.demand[i]:
            self.free[k, self.window(begin, end)] -= sign * units

    def short(self, i: int, begin: Any, end: Any) -> Any:
        """Slots after `begin` in which a resource is short of the demand."""
        if not self.net.demand[i]:
            return np.empty(0, dtype=np.int64)
        if begin < self.origin or begin > self.origin + self.span:
            raise AxisError(f"resources leave activity '{self.net.ids[i]}' no room in sight")
        window = self.window(begin, end)
        lacking = np.zeros(end - begin, dtype=bool)
        for k, units in self.net.demand[i]:
            lacking |= self.free[k, window] < units
        return np.flatnonzero(lacking)

    def first_short(self, i: int, begin: Any, end: Any) -> Any:
        slots = self.short(i, begin, end)
        return begin + int(slots[0]) if slots.size else None

    def last_short(self, i: int, begin: Any, end: Any) -> Any:
        slots = self.short(i, begin, end)
        return begin + int(slots[-1]) if slots.size else None


def _priorities(net: Network) -> list[float]:
    """Work over one more than the number of ancestors: least first, as in weighted completion times."""
    above = [0] * len(net)
    for i in net.order:
        for link in net.into[i]:
            above[i] |= above[link.pred] | (1 << link.pred)
    return [net.work[i] / (1 + above[i].bit_count()) for i in range(len(net))]


def _backward(net: Network, late: Dates) -> Dates | None:
    """Parallel generation downwards in time from the late finishes, blind to what bounds starts."""
    board = _Board(net, late)
    priority = _priorities(net)
    waiting = [sum(not net.started(link.succ) for link in links) for links in net.out_of]
    moments = [-edge for edge in board.units.edges]
    heapify(moments)
    ready: dict[int, tuple[Any, Any]] = {}

    def open_up(i: int) -> None:
        ready[i] = caps = board.caps(i, late.finish[i])
        at = greatest_start(net, i, *caps, net.work[i])
        heappush(moments, -board.end(i, at))

    try:
        for i in range(len(net)):
            if not net.started(i) and not waiting[i]:
                open_up(i)
        while ready and moments:
            now = -heappop(moments)
            for i in sorted(ready, key=lambda j: (priority[j], j)):
                begin, end = ready[i]
                at = greatest_start(net, i, begin, min(end, now), net.work[i])
                if board.units.last_short(i, at, board.end(i, at)) is not None:
                    continue
                board.put(i, at)
                del ready[i]
                heappush(moments, -at)
                for link in net.into[i]:
                    waiting[link.pred] -= 1
                    if not waiting[link.pred] and not net.started(link.pred):
                        open_up(link.pred)
    except AxisError:
        return None
    return None if ready else board.dates()


def forward(net: Network, early: Dates, order: Sequence[Any], floor: Sequence[Any]) -> Dates | None:
    """Serial generation: the least `order` first, each at its least place from `floor` on with free units.

    Parameters
    ----------
    net : Network
    early : Dates
        Facts, and the least place of work in progress.
    order, floor : sequence of number
        Rank and earliest start of each unstarted activity.

    Returns
    -------
    Dates or None
        Maximum lags may be broken. None when resources leave an activity no room, or the calendars end.
    """
    board = _Board(net, early)
    waiting = [len(links) for links in net.into]
    ready = [(order[i], i) for i, count in enumerate(waiting) if not count]
    heapify(ready)
    try:
        while ready:
            _, i = heappop(ready)
            if not net.done(i):
                board.put(i, board.least(i, early.resume[i] if net.started(i) else floor[i]))
            for link in net.out_of[i]:
                waiting[link.succ] -= 1
                if not waiting[link.succ]:
                    heappush(ready, (order[link.succ], link.succ))
    except AxisError:
        return None
    return board.dates()


def right_justified(net: Network, dates: Dates, ends: Sequence[Any]) -> Dates:
    """Every unstarted activity as late as its successors, deadlines and resources let it, the last first.

    Deadlines and project ends that `dates` already miss are not missed by more.
    """
    board = _Board(net, dates)
    latest = allowed_finishes(net, dates, ends)
    for i in range(len(net)):
        if not net.started(i):
            board.units.take(i, dates.start[i], dates.finish[i])
    waiting = [len(links) for links in net.out_of]
    ready = [(-dates.finish[i], i) for i, count in enumerate(waiting) if not count]
    heapify(ready)
    while ready:
        _, i = heappop(ready)
        if not net.started(i):
            begin, end = board.caps(i, latest[i])
            board.units.take(i, board.start[i], board.finish[i], sign=-1)
            board.put(i, board.greatest(i, *_under_maximum_lags(board, i, begin, end)))
        for link in net.into[i]:
            waiting[link.pred] -= 1
            if not waiting[link.pred]:
                heappush(ready, (-dates.finish[link.pred], link.pred))
    return board.dates()


def _under_maximum_lags(board: _Board, i: int, begin: Any, end: Any) -> tuple[Any, Any]:
    net = board.net
    for link in net.maximum_links:
        if link.succ != i or link in board.broken:
            continue
        bound = maximum_place(net, link, board.event(link.pred, link.from_finish))
        if bound is None:
            continue
        if link.to_finish:
            end = min(end, bound)
        else:
            begin = bound if begin is None else min(begin, bound)
    return begin, end
