"""Forward and backward pass: least and greatest solution of all links, on positions and boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scheduling.calendar import CalendarTable
from scheduling.errors import AxisError, ContradictionError
from scheduling.network import FINISH_MILESTONE, WORK, Link, Network


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates of every activity by position.

    Attributes
    ----------
    start, finish : list
        Boundaries; the actual start for work in progress.
    resume : list
        Where unfinished work begins: the start, or the start of the remaining work.
    broken : tuple of Link
        Maximum lags out of facts that the least solution breaks; they are dropped (SEMANTICS 19).
    """

    start: list[Any]
    finish: list[Any]
    resume: list[Any]
    broken: tuple[Link, ...] = ()


class _OffAxis(Exception):  # noqa: N818 - caught here, never shown
    """An activity left the axis, or a cycle never settles."""

    def __init__(self, activity: int, reason: AxisError | None = None) -> None:
        self.activity = activity
        self.reason = reason


def early_pass(
    net: Network,
    *,
    work: Sequence[Any] | None = None,
    floor: Sequence[Any] | None = None,
    clamp: bool = True,
) -> Dates:
    """Least dates that every link, release, factor arrival and the data date allow.

    Parameters
    ----------
    net : Network
    work : sequence of number, optional
        Work of each activity instead of the planning work.
    floor : sequence, optional
        A further earliest start for each unstarted activity, or None.
    clamp : bool
        Whether no activity starts before its project (SEMANTICS 11).

    Raises
    ------
    ContradictionError
        If minimum and maximum lags contradict each other.
    AxisError
        If a date leaves the calendars.
    """
    return _Forward(net, net.work if work is None else work, floor, clamp).solve()


class _Forward:
    def __init__(self, net: Network, work: Sequence[Any], floor: Sequence[Any] | None, clamp: bool) -> None:
        self.net = net
        self.work = work
        n = len(net)
        self.start: list[Any] = list(net.actual_start)
        self.finish: list[Any] = list(net.actual_finish)
        self.resume: list[Any] = list(net.actual_start)
        self.lower = _lower_bounds(net, clamp, floor)
        self.push_start: list[Any] = [None] * n
        self.push_finish: list[Any] = [None] * n
        self.cause: list[Link | None] = [None] * n
        self.maxima = [link for link in net.maximum_links if not _fact(net, link.pred, link.from_finish)]

    def solve(self) -> Dates:
        net = self.net
        rounds, unbounded = len(self.maxima) + 2, _unbounded(net)
        try:
            while True:
                for i in net.order:
                    if net.actual_finish[i] is None:
                        self.place(i)
                if not self.push():
                    break
                rounds -= 1
                if rounds < 0 and unbounded:
                    raise _OffAxis(next(i for i, link in enumerate(self.cause) if link and link.maximum))
        except _OffAxis as off:
            self.explain(off)
        return Dates(self.start, self.finish, self.resume, self.broken())

    def broken(self) -> tuple[Link, ...]:
        """Maximum lags out of facts that the least solution breaks."""
        facts = (link for link in self.net.maximum_links if _fact(self.net, link.pred, link.from_finish))
        return tuple(
            link
            for link in facts
            if self._event(link.succ, link.to_finish)
            > _maximum(self.net, link, self._event(link.pred, link.from_finish))
        )

    def _event(self, i: int, finish: bool) -> Any:
        return self.finish[i] if finish else self.start[i]

    def place(self, i: int) -> None:
        """Put one activity at its least place beside the current places of its predecessors."""
        net, start, finish = self.net, self.start, self.finish
        begin, end = self.lower[i], None
        if self.push_start[i] is not None and (begin is None or self.push_start[i] > begin):
            begin = self.push_start[i]
        if self.push_finish[i] is not None:
            end = self.push_finish[i]
        in_progress = net.actual_start[i] is not None
        try:
            for link in net.into[i]:
                event = finish[link.pred] if link.from_finish else start[link.pred]
                bound = link.table.shift(event, link.lag) if link.lag else event
                if link.to_finish:
                    if end is None or bound > end:
                        end, self.cause[i] = bound, link
                elif begin is None or bound > begin:
                    begin, self.cause[i] = bound, link
            at = least_start(net, i, begin, end, self.work[i])
            self.finish[i] = net.tables[i].finish(at, self.work[i]) if net.kind[i] == WORK else at
        except AxisError as error:
            raise _OffAxis(i, error) from error
        self.resume[i] = at
        if not in_progress:
            self.start[i] = at

    def push(self) -> bool:
        """Let maximum lags push their predecessors later; whether any moved."""
        moved = False
        for link in self.maxima:
            reached = self._event(link.succ, link.to_finish)
            i = link.pred
            try:
                bound = _needed(self.net, link, reached)
            except AxisError as error:
                raise _OffAxis(i, error) from error
            if bound > self._event(i, link.from_finish):
                target = self.push_finish if link.from_finish else self.push_start
                target[i] = bound
                self.cause[i] = link
                moved = True
        return moved

    def explain(self, off: _OffAxis) -> None:
        """Raise the error behind a run off the axis: a contradicting cycle, or calendars too short."""
        seen: dict[int, int] = {}
        walk: list[Link] = []
        i = off.activity
        while (link := self.cause[i]) is not None and i not in seen:
            seen[i] = len(walk)
            walk.append(link)
            i = link.succ if link.maximum else link.pred
        if i in seen:
            ids = self.net.ids
            raise ContradictionError(
                tuple((ids[step.pred], ids[step.succ]) for step in walk[seen[i] :])
            ) from None
        name = self.net.ids[off.activity]
        raise AxisError(f"activity '{name}': {off.reason}") from off.reason


def least_start(net: Network, i: int, begin: Any, end: Any, work: Any) -> Any:
    """Least allowed start at or after `begin` whose finish is at or after `end` (either may be None)."""
    table = net.tables[i]
    if net.kind[i] == WORK:
        if end is None:
            return table.next_start(begin)
        at = table.earliest_start(end, work)
        return at if begin is None or at > begin else table.next_start(begin)
    bound = begin if end is None or (begin is not None and begin > end) else end
    return bound if net.kind[i] == FINISH_MILESTONE else table.next_start(bound)


def greatest_start(net: Network, i: int, begin: Any, end: Any) -> Any:
    """Greatest allowed start at or before `begin` whose finish is at or before `end` (either may be None)."""
    table = net.tables[i]
    if net.kind[i] == WORK:
        if end is None:
            return table.previous_start(begin)
        at = table.latest_start(end, net.work[i])
        return at if begin is None or at < begin else table.previous_start(begin)
    bound = begin if end is None or (begin is not None and begin < end) else end
    return bound if net.kind[i] == FINISH_MILESTONE else table.previous_start(bound)


def _fact(net: Network, i: int, finish: bool) -> bool:
    return net.done(i) or (net.started(i) and not finish)


def _maximum(net: Network, link: Link, event: Any) -> Any:
    """Greatest place that a maximum lag leaves its successor's event; a start may snap forward to work."""
    bound = link.table.shift(event, link.lag)
    if link.to_finish or net.kind[link.succ] == FINISH_MILESTONE:
        return bound
    return net.tables[link.succ].next_start(bound)


def _needed(net: Network, link: Link, reached: Any) -> Any:
    """Least place of the predecessor's event with which a maximum lag admits `reached`."""
    if not link.to_finish and net.kind[link.succ] != FINISH_MILESTONE:
        reached = net.tables[link.succ].after_previous_start(reached)
    return link.table.unshift_earliest(reached, link.lag)


def _lower_bounds(net: Network, clamp: bool, floor: Sequence[Any] | None) -> list[Any]:
    lower = []
    pushed = set() if clamp else pushed_from_outside(net)
    for i, bound in enumerate(net.bounds):
        options = [bound, floor[i] if floor and not net.started(i) else None]
        if not net.started(i) and i not in pushed:
            options.append(net.starts[net.project[i]])
        lower.append(max((value for value in options if value is not None), default=None))
    return lower


def _unbounded(net: Network) -> bool:
    """Whether no axis stops a cycle that keeps pushing: then lags just add, and rounds can be counted."""
    return net.axis is None and not any(isinstance(table, CalendarTable) for table in net.tables)


def pushed_from_outside(net: Network, *, backwards: bool = False) -> set[int]:
    """Activities that a link reaches from outside their own cycle (SEMANTICS 11); `backwards`: one leaves."""
    arcs = [
        (link.succ, link.pred) if link.maximum != backwards else (link.pred, link.succ) for link in net.links
    ]
    if not any(link.maximum for link in net.links):
        return {head for _, head in arcs}
    import networkx as nx

    graph = nx.DiGraph(arcs)
    component = {node: k for k, group in enumerate(nx.strongly_connected_components(graph)) for node in group}
    return {head for tail, head in arcs if component[tail] != component[head]}


def late_pass(
    net: Network,
    early: Dates,
    latest: Sequence[Any],
    *,
    hold_in_progress: bool = False,
) -> Dates | None:
    """Greatest dates under `latest` (finish of each activity, start of a start milestone).

    Parameters
    ----------
    net : Network
    early : Dates
        Only for the facts in it and, with `hold_in_progress`, the place of work in progress.
    latest : sequence of number
        Greatest finish of each activity.
    hold_in_progress : bool
        Keep work in progress at its early place (plans) instead of giving it late dates (floats).

    Returns
    -------
    Dates or None
        None when no solution lies on the axis.
    """
    try:
        return _Backward(net, early, latest, hold_in_progress).solve()
    except AxisError:
        return None


class _Backward:
    def __init__(self, net: Network, early: Dates, latest: Sequence[Any], hold: bool) -> None:
        self.net = net
        self.latest = list(latest)
        self.hold = hold
        self.start: list[Any] = list(early.start)
        self.finish: list[Any] = list(early.finish)
        self.resume: list[Any] = list(early.resume)
        self.cap_start: list[Any] = [None] * len(net)
        broken = set(early.broken)
        self.maxima = [link for link in net.maximum_links if link not in broken]

    def fixed(self, i: int) -> bool:
        return self.net.done(i) or (self.hold and self.net.started(i))

    def solve(self) -> Dates | None:
        net = self.net
        rounds, unbounded = len(self.maxima) + 2, _unbounded(net)
        while True:
            for i in reversed(net.order):
                if not self.fixed(i):
                    self.place(i)
            if not self.pull():
                return Dates(self.start, self.finish, self.resume)
            rounds -= 1
            if rounds < 0 and unbounded:
                return None

    def place(self, i: int) -> None:
        """Put one activity at its greatest place beside the current places of its successors."""
        net = self.net
        begin, end = self.cap_start[i], self.latest[i]
        started = net.started(i)
        for link in net.out_of[i]:
            if net.done(link.succ) or (not link.from_finish and started):
                continue
            if link.to_finish:
                event = self.finish[link.succ]
            elif net.started(link.succ):
                event = self.resume[link.succ]
            else:
                event = self.start[link.succ]
            bound = link.table.unshift_latest(event, link.lag) if link.lag else event
            if link.from_finish:
                if end is None or bound < end:
                    end = bound
            elif begin is None or bound < begin:
                begin = bound
        at = greatest_start(net, i, begin, end)
        self.resume[i] = at
        self.finish[i] = net.tables[i].finish(at, net.work[i]) if net.kind[i] == WORK else at
        if not started:
            self.start[i] = at

    def pull(self) -> bool:
        """Let maximum lags cap their successors; whether any moved."""
        moved = False
        for link in self.maxima:
            if self.fixed(link.succ):
                continue
            event = self.finish[link.pred] if link.from_finish else self.start[link.pred]
            bound = _maximum(self.net, link, event)
            j = link.succ
            if link.to_finish:
                if bound < self.finish[j]:
                    self.latest[j] = bound
                    moved = True
            elif bound < self.start[j]:
                self.cap_start[j] = bound
                moved = True
        return moved
