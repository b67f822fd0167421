"""Forward and backward pass: least and greatest solution of all links, on positions and boundaries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from scheduling.calendar import CalendarTable
from scheduling.errors import AxisError, ContradictionError
from scheduling.links import Beside
from scheduling.network import Link, Network, later
from scheduling.places import (
    binds_back,
    finish_of,
    greatest_start,
    least_image,
    least_start,
    maximum_place,
    needed,
    pushed_to,
)
from scheduling.settling import Pass

_PLAIN, _SUMS, _CAREFUL = range(3)

__all__ = ["Dates", "early_pass", "greatest_start", "late_pass", "least_start"]


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
    modes : mapping of int to int
        Position of the mode of each activity that is not done in its planning mode.
    """

    start: list[Any]
    finish: list[Any]
    resume: list[Any]
    broken: tuple[Link, ...] = ()
    modes: Mapping[int, int] = field(default_factory=dict)


def early_pass(
    net: Network,
    *,
    work: Sequence[Any] | None = None,
    floor: Sequence[Any] | None = None,
    clamp: bool = True,
    any_mode: bool = False,
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
    any_mode : bool
        Bounds for plans in any modes: the least start and the least finish that one of its modes allows,
        activity by activity.

    Raises
    ------
    ContradictionError
        If minimum and maximum lags contradict each other.
    AxisError
        If a date leaves the calendars.
    """
    forward = _Forward(net, net.work if work is None else work, floor, clamp, any_mode)
    forward.solve(net.blocks)
    if None in forward.resume:
        i = forward.resume.index(None)
        raise AxisError(
            f"activity '{net.ids[i]}' lies before the calendars begin. Extend the calendars or start later."
        )
    if net.axis and work is None:
        i = max(range(len(net)), key=forward.finish.__getitem__, default=-1)
        if i >= 0 and forward.finish[i] > net.axis.end:
            raise AxisError(f"activity '{net.ids[i]}': {net.tables[i].off_axis()}")
    return Dates(forward.start, forward.finish, forward.resume, _broken(net, forward))


def late_pass(
    net: Network,
    early: Dates,
    latest: Sequence[Any],
    *,
    hold_in_progress: bool = False,
    any_mode: bool = False,
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
    any_mode : bool
        Bounds for plans in any modes: the greatest start and finish that one of its modes allows.

    Returns
    -------
    Dates or None
        None when maximum lags leave no solution under `latest`.

    Raises
    ------
    AxisError
        If a date leaves the calendars.
    """
    backward = _Backward(net, early, latest, hold_in_progress, any_mode)
    try:
        backward.solve([(circular, block[::-1]) for circular, block in reversed(net.blocks)])
    except ContradictionError:
        return None
    return Dates(backward.start, backward.finish, backward.resume)


class _Forward(Pass):
    def __init__(
        self, net: Network, work: Sequence[Any], floor: Sequence[Any] | None, clamp: bool, any_mode: bool
    ) -> None:
        super().__init__(net, net.actual_start, net.actual_finish, net.actual_start)
        self.work = work
        self.modes = net.modes if any_mode else {}
        self.lower = _lower_bounds(net, clamp, floor)
        self.maxima = _grouped((link.pred, link) for link in net.pushing_maxima)
        self.ease = _ease(net, net.before, self.lower, net.finish_from, self.maxima, self.modes)

    def run(self, block: Iterable[int]) -> None:
        start, finish, resume, work = self.start, self.finish, self.resume, self.work
        ease, lower = self.ease, self.lower
        first, other, said = self.net.before[:3]
        for i in block:
            how = ease[i]
            if how == _CAREFUL:
                self.place_named(i)
                continue
            at, links = lower[i], slice(first[i], first[i + 1])
            if how == _PLAIN:
                for j in other[links]:
                    bound = finish[j]
                    if bound > at:
                        at = bound
            else:
                for j, (of_finish, to_finish, lag, _) in zip(other[links], said[links], strict=True):
                    bound = (finish[j] if of_finish else start[j]) + lag
                    if to_finish:
                        bound -= work[i]
                    if bound > at:
                        at = bound
            start[i] = resume[i] = at
            finish[i] = at + work[i]

    def movers(self, i: int) -> Iterable[Link]:
        return (*self.net.into[i], *self.maxima.get(i, ()))

    def place(self, i: int) -> None:
        net, start, finish = self.net, self.start, self.finish
        if net.actual_finish[i] is not None:
            return
        begin, end = self.lower[i], net.finish_from.get(i)
        for j, (of_finish, to_finish, lag, link) in net.before.of(i):
            bound = finish[j] if of_finish else start[j]
            if bound is not None and lag:
                bound = least_image(link, bound)
            if bound is None:
                continue
            if to_finish:
                if end is None or bound > end:
                    end = bound
            elif begin is None or bound > begin:
                begin = bound
        for link in self.maxima.get(i, ()):
            reached = finish[link.succ] if link.to_finish else start[link.succ]
            if reached is None:
                continue
            bound = needed(net, link, reached)
            if link.from_finish:
                end = bound if end is None else max(end, bound)
            else:
                begin = bound if begin is None else max(begin, bound)
        if begin is None and end is None:
            return
        at = least_start(net, i, begin, end, self.work[i])
        self.finish[i] = finish_of(net, i, at, self.work[i])
        for mode in self.modes.get(i, ()):
            place = least_start(net, i, begin, end, mode.work)
            at = min(at, place)
            self.finish[i] = min(self.finish[i], finish_of(net, i, place, mode.work))
        if begin is None:
            _refuse_axis_begin(net, i, at, self.finish[i], end)
        self.resume[i] = at
        if net.actual_start[i] is None:
            self.start[i] = at

    def alone(self, i: int, link: Link | None) -> Any:
        works = [mode.work for mode in self.modes[i]] if i in self.modes else [self.work[i]]
        places = [self.pushed(i, link, work) for work in works]
        return None if None in places else min(places)

    def pushed(self, i: int, link: Link | None, work: Any) -> Any:
        """Start to which one link (None: its own bounds) alone pushes an activity of this work, or None."""
        if link is not None:
            at = pushed_to(self.net, self.start, self.finish, link, work)
        elif self.lower[i] is None and i not in self.net.finish_from:
            return None
        else:
            at = least_start(self.net, i, self.lower[i], self.net.finish_from.get(i), work)
        if at is not None:
            finish_of(self.net, i, at, work)
        return at


class _Backward(Pass):
    def __init__(self, net: Network, early: Dates, latest: Sequence[Any], hold: bool, any_mode: bool) -> None:
        self.modes = net.modes if any_mode else {}
        self.fixed = {i for i in net.begun if hold or net.done(i)}
        blank = [None] * len(net)
        super().__init__(net, blank, blank, blank)
        for i in net.begun:
            self.start[i] = early.start[i]
        for i in self.fixed:
            self.finish[i], self.resume[i] = early.finish[i], early.resume[i]
        self.latest = latest
        broken = set(early.broken)
        self.maxima = _grouped((link.succ, link) for link in net.maximum_links if link not in broken)
        self.ease = _ease(net, net.binding_after, latest, net.start_by, self.maxima, self.modes)

    def run(self, block: Iterable[int]) -> None:
        start, finish, resume, work = self.start, self.finish, self.resume, self.net.work
        ease, latest = self.ease, self.latest
        first, other, said = self.net.binding_after[:3]
        for i in block:
            how = ease[i]
            if how == _CAREFUL:
                self.place_named(i)
                continue
            end, links = latest[i], slice(first[i], first[i + 1])
            if how == _PLAIN:
                for j in other[links]:
                    bound = resume[j]
                    if bound < end:
                        end = bound
                at = end - work[i]
            else:
                at = end - work[i]
                for j, (of_finish, to_finish, lag, _) in zip(other[links], said[links], strict=True):
                    bound = (finish[j] if to_finish else resume[j]) - lag
                    if of_finish:
                        bound -= work[i]
                    if bound < at:
                        at = bound
            start[i] = resume[i] = at
            finish[i] = at + work[i]

    def movers(self, i: int) -> Iterable[Link]:
        binding = (link for link in self.net.out_of[i] if binds_back(self.net, link))
        return (*binding, *self.maxima.get(i, ()))

    def place(self, i: int) -> None:
        if i in self.fixed:
            return
        net = self.net
        begin, end = net.start_by.get(i), self.latest[i]
        for j, (of_finish, to_finish, lag, link) in net.binding_after.of(i):
            bound = self.finish[j] if to_finish else self.resume[j]
            if bound is None:
                continue
            if lag:
                bound = link.table.unshift_latest(bound, lag)
            if of_finish:
                if end is None or bound < end:
                    end = bound
            elif begin is None or bound < begin:
                begin = bound
        for link in self.maxima.get(i, ()):
            bound = self.cap(link)
            if bound is None:
                continue
            if link.to_finish:
                end = bound if end is None else min(end, bound)
            else:
                begin = bound if begin is None else min(begin, bound)
        if begin is None and end is None:
            return
        at = greatest_start(net, i, begin, end, net.work[i])
        self.finish[i] = finish_of(net, i, at, net.work[i])
        for mode in self.modes.get(i, ()):
            place = greatest_start(net, i, begin, end, mode.work)
            at = max(at, place)
            self.finish[i] = max(self.finish[i], finish_of(net, i, place, mode.work))
        self.resume[i] = at
        if not net.started(i):
            self.start[i] = at

    def cap(self, link: Link) -> Any:
        """Latest place of the successor's event that a maximum lag admits, or None."""
        event = self.finish[link.pred] if link.from_finish else self.start[link.pred]
        return None if event is None else maximum_place(self.net, link, event)

    def alone(self, i: int, link: Link | None) -> Any:
        of_finish = True
        if link is None and self.latest[i] is None:
            bound, of_finish = self.net.start_by.get(i), False
        elif link is None:
            return self.greatest(i, self.net.start_by.get(i), self.latest[i])
        elif link.maximum:
            bound, of_finish = self.cap(link), link.to_finish
        else:
            bound, of_finish = self.finish[link.succ], link.from_finish
            if not link.to_finish:
                bound = self.resume[link.succ]
            if bound is not None:
                bound = link.table.unshift_latest(bound, link.lag)
        if bound is None:
            return None
        return self.greatest(i, None, bound) if of_finish else self.greatest(i, bound, None)

    def greatest(self, i: int, begin: Any, end: Any) -> Any:
        """Greatest start under both caps in any of the modes that count."""
        works = [mode.work for mode in self.modes[i]] if i in self.modes else [self.net.work[i]]
        return max(greatest_start(self.net, i, begin, end, work) for work in works)


def pushed_from_outside(net: Network) -> set[int]:
    """Activities that a link reaches from outside their own circle (SEMANTICS 11)."""
    arcs = [(link.pred, link.succ) for link in net.links if not link.maximum]
    return _entered(net, arcs + [(link.succ, link.pred) for link in net.pushing_maxima])


def pulled_from_outside(net: Network, broken: Collection[Link] = ()) -> set[int]:
    """The same in reversed time: activities that a link holds back from outside their own circle."""
    arcs = [(link.succ, link.pred) for link in net.links if not link.maximum and binds_back(net, link)]
    return _entered(net, arcs + [(link.pred, link.succ) for link in net.maximum_links if link not in broken])


def _entered(net: Network, arcs: Iterable[tuple[int, int]]) -> set[int]:
    circle = {i: k for k, (circular, block) in enumerate(net.blocks) if circular for i in block}
    return {head for tail, head in arcs if head not in circle or circle.get(tail) != circle[head]}


def _lower_bounds(net: Network, clamp: bool, floor: Sequence[Any] | None) -> list[Any]:
    """Earliest resume of each activity beside its links, or None."""
    pushed = set() if clamp else pushed_from_outside(net)
    begins = [net.starts[k] for k in net.project]
    for i in (*pushed, *net.begun):
        begins[i] = None
    lower = [begin if bound is None else later(bound, begin)
             for bound, begin in zip(net.bounds, begins, strict=True)]  # fmt: skip
    if floor is None:
        return lower
    return [at if net.started(i) else later(at, floor[i]) for i, at in enumerate(lower)]


def _ease(net: Network, beside: Beside, bounds: Sequence[Any], *rare: Iterable[int]) -> list[int]:
    """How each activity may be placed.

    _PLAIN: at the extreme of its bound and of the dates beside it. _SUMS: of sums of dates, lags and work,
    too. _CAREFUL: in any other way, where there are facts, calendars or no bound, or it is one of the `rare`.
    """
    ease = [_PLAIN] * len(net)
    for i in beside.odd:
        ease[i] = _SUMS
    free = [i for i, at in enumerate(bounds) if at is None]
    for i in chain(free, beside.tabled, net.begun, net.calendared, *rare):
        ease[i] = _CAREFUL
    return ease


def _broken(net: Network, dates: _Forward) -> tuple[Link, ...]:
    """Maximum lags out of facts that the least solution breaks."""
    broken = []
    for link in net.maximum_links:
        if net.fact(link.pred, link.from_finish):
            event = dates.finish[link.pred] if link.from_finish else dates.start[link.pred]
            reached = dates.finish[link.succ] if link.to_finish else dates.start[link.succ]
            most = maximum_place(net, link, event)
            if most is not None and reached > most + net.tolerance:
                broken.append(link)
    return tuple(broken)


def _refuse_axis_begin(net: Network, i: int, at: Any, finish: Any, end: Any) -> None:
    """The first start on the axis is no answer where an earlier one might do."""
    table = net.tables[i]
    if isinstance(table, CalendarTable) and finish > end and at == table.next_start(0):
        raise table.off_axis()


def _grouped(pairs: Iterable[tuple[int, Link]]) -> Mapping[int, list[Link]]:
    groups: dict[int, list[Link]] = {}
    for i, link in pairs:
        groups.setdefault(i, []).append(link)
    return groups
