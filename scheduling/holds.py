"""What may stand against moving one activity: dates, links, resources, each as a test of a place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum
from functools import partial
from itertools import accumulate
from math import inf
from typing import Any, NamedTuple, TypeAlias

from scheduling.capacity import Holding, holdings
from scheduling.errors import AxisError
from scheduling.network import Id, Link, Network
from scheduling.passes import Dates
from scheduling.places import binds_back, least_image, maximum_place

Place: TypeAlias = tuple[Any, Any]
"""Start and finish of one activity."""


class ReasonKind(StrEnum):
    """What can hold an activity, in the order in which a chain looks for it."""

    ACTUAL = "actual"
    IN_PROGRESS = "in progress"
    DEADLINE = "deadline"
    LAST_START = "last start"
    PROJECT_START = "project start"
    DATA_DATE = "data date"
    RELEASE = "release"
    FACTOR = "factor"
    LEAST_FINISH = "least finish"
    LINK = "link"
    MAXIMUM_LAG = "maximum lag"
    PROJECT_END = "project end"
    RESOURCE = "resource"
    CALENDAR = "calendar"
    CIRCLE = "circle"
    NOTHING = "nothing"


class Hold(NamedTuple):
    """Something that may stand against a place (start, finish) of one activity."""

    kind: ReasonKind
    blocks: Callable[[Any, Any], bool]
    others: tuple[int, ...] = ()
    link: Link | None = None
    what: Id | None = None
    date: Any = None

    def stops(self, place: Place) -> bool:
        """Whether it stands against a place; a lag that leads off the axis does."""
        try:
            return self.blocks(*place)
        except AxisError:
            return True


class _Profile(NamedTuple):
    """One resource over time: who holds it, and the units free from each moment to the next."""

    held: dict[int, Holding]
    moments: list[Any]
    free: list[int]

    @classmethod
    def of(cls, net: Network, dates: Dates, k: int) -> _Profile:
        """The units that dates leave of a resource."""
        resource, held = net.resources[k], holdings(net, dates, k)
        steps: Counter[Any] = Counter({when: 0 for when, _ in resource.changes})
        for item in held:
            steps[item.begin] += item.units
            steps[item.end] -= item.units
        moments = sorted(steps)
        taken = accumulate(steps[moment] for moment in moments)
        free = [resource.capacity_at(moment) - units for moment, units in zip(moments, taken, strict=True)]
        return cls({item.activity: item for item in held}, [-inf, *moments], [resource.capacity, *free])


class Holds:
    """Everything that holds activities within one set of dates.

    Parameters
    ----------
    net : Network
    dates : Dates
    early : bool
        Whether it keeps activities from lying earlier; else from lying later.
    ends : sequence of number
        Boundary that each project may reach.
    free : collection of int
        Activities that the start (end) of their project does not bind.
    resources : bool
        Whether resources bind.
    """

    def __init__(
        self,
        net: Network,
        dates: Dates,
        *,
        early: bool,
        ends: Sequence[Any],
        free: Collection[int] = (),
        resources: bool = False,
    ) -> None:
        self.net, self.dates, self.early, self.ends, self.free = net, dates, early, ends, free
        self.resources = resources
        self._profiles: dict[int, _Profile] = {}

    def on(self, i: int, place: Place) -> Iterator[Hold]:
        """All that may stand against moving an activity; for resources, as at `place`."""
        if self.early:
            yield from self._early_dates(i)
            yield from self._early_links(i)
        else:
            yield from self._deadline(i)
            yield from self._last_start(i)
            yield from self._late_links(i)
            yield from self._project_end(i)
        if self.resources and not self.net.started(i):
            for k, _ in self.net.demand[i]:
                yield self._resource(i, k, place)

    def _deadline(self, i: int) -> Iterator[Hold]:
        """A deadline that is missed already must not be missed by more."""
        line = self.net.deadlines.get(i)
        if line is not None:
            last = max(line.bound, self.dates.finish[i])
            blocks = _on_event(True, last, self.net.tolerance, after=True)
            yield Hold(ReasonKind.DEADLINE, blocks, date=self.net.show_finish(i, line.bound))

    def _last_start(self, i: int) -> Iterator[Hold]:
        last = self.net.start_by.get(i)
        if last is not None and not self.net.started(i):
            blocks = _on_event(False, last, self.net.tolerance, after=True)
            yield Hold(ReasonKind.LAST_START, blocks, date=self._show(last))

    def _project_end(self, i: int) -> Iterator[Hold]:
        if i not in self.free:
            net, project = self.net, self.net.project[i]
            last = self.ends[project]
            blocks = _on_event(True, last, net.tolerance, after=True)
            shown = net.axis.finish_date(last) if net.axis else last
            yield Hold(ReasonKind.PROJECT_END, blocks, what=net.projects[project], date=shown)

    def _early_dates(self, i: int) -> Iterator[Hold]:
        net = self.net
        lows: list[tuple[ReasonKind, Any, Id | None]] = []
        if not net.started(i):
            project = net.project[i]
            if i not in self.free:
                lows.append((ReasonKind.PROJECT_START, net.starts[project], net.projects[project]))
            lows.append((ReasonKind.RELEASE, net.release[i], None))
            lows += [(ReasonKind.FACTOR, gate.arrival, gate.id) for gate in net.gates if i in gate.gates]
        lows.insert(1, (ReasonKind.DATA_DATE, net.data_date, None))
        for kind, low, what in lows:
            if low is not None:
                blocks = _on_event(False, low, net.tolerance, after=False)
                yield Hold(kind, blocks, what=what, date=self._show(low))

        least = net.finish_from.get(i)
        if least is not None:
            blocks = _on_event(True, least, net.tolerance, after=False)
            yield Hold(ReasonKind.LEAST_FINISH, blocks, date=net.show_finish(i, least))

    def _late_links(self, i: int) -> Iterator[Hold]:
        """Successors that it would push, and predecessors that it may follow only so far."""
        net, tolerance = self.net, self.net.tolerance

        def pushes(link: Link, reached: Any, begin: Any, end: Any) -> bool:
            pushed = least_image(link, end if link.from_finish else begin)
            return pushed is not None and bool(pushed > reached + tolerance)

        for link in net.out_of[i]:
            if binds_back(net, link):
                reached = self._event(link.succ, link.to_finish, self.dates.resume)
                yield self._link(link, link.succ, partial(pushes, link, reached))
        for link in net.maximum_links:
            if link.succ == i and link not in self.dates.broken:
                most = maximum_place(net, link, self._event(link.pred, link.from_finish))
                if most is not None:
                    yield self._link(link, link.pred, _on_event(link.to_finish, most, tolerance, after=True))

    def _early_links(self, i: int) -> Iterator[Hold]:
        """Predecessors that it must follow, and successors that it may precede only by so much."""
        net, tolerance = self.net, self.net.tolerance

        def leaves_behind(link: Link, reached: Any, begin: Any, end: Any) -> bool:
            most = maximum_place(net, link, end if link.from_finish else begin)
            return most is not None and bool(reached > most + tolerance)

        for link in net.into[i]:
            least = least_image(link, self._event(link.pred, link.from_finish))
            if least is not None:
                yield self._link(link, link.pred, _on_event(link.to_finish, least, tolerance, after=False))
        for link in net.pushing_maxima:
            if link.pred == i:
                reached = self._event(link.succ, link.to_finish)
                yield self._link(link, link.succ, partial(leaves_behind, link, reached))

    def _event(self, i: int, finish: bool, starts: Sequence[Any] | None = None) -> Any:
        return self.dates.finish[i] if finish else (starts or self.dates.start)[i]

    def _link(self, link: Link, other: int, blocks: Callable[[Any, Any], bool]) -> Hold:
        net, leads = self.net, other == link.pred
        finish = link.from_finish if leads else link.to_finish
        event = self._event(other, finish, None if leads or link.maximum else self.dates.resume)
        date = net.show_finish(other, event) if finish else net.show_start(other, event)
        kind = ReasonKind.MAXIMUM_LAG if link.maximum else ReasonKind.LINK
        return Hold(kind, blocks, (other,), link, date=date)

    # -- resources ------------------------------------------------------------------------------------
    def _resource(self, i: int, k: int, place: Place) -> Hold:
        short = self._short(i, k, *place)
        others: tuple[int, ...] = ()
        if short is not None:
            held = self._profile(k).held.values()
            others = tuple(
                item.activity for item in held if item.begin <= short < item.end and item.activity != i
            )
        return Hold(
            ReasonKind.RESOURCE,
            lambda begin, end: self._short(i, k, begin, end) is not None,
            others,
            what=self.net.resources[k].id,
            date=None if short is None else self._show(short),
        )

    def _short(self, i: int, k: int, begin: Any, end: Any) -> Any:
        """First moment at which a resource lacks units for the activity at a place, or None."""
        profile = self._profile(k)
        own, moments = profile.held[i], profile.moments
        if self.net.resources[k].consumed:
            end = own.end
        for at in range(bisect_right(moments, begin) - 1, bisect_left(moments, end)):
            moment = max(begin, moments[at])
            free = profile.free[at] + (own.units if own.begin <= moment < own.end else 0)
            if free < own.units:
                return moment
        return None

    def _profile(self, k: int) -> _Profile:
        if k not in self._profiles:
            self._profiles[k] = _Profile.of(self.net, self.dates, k)
        return self._profiles[k]

    def _show(self, boundary: Any) -> Any:
        return self.net.axis.start_date(boundary) if self.net.axis else boundary


def _on_event(of_finish: bool, bound: Any, tolerance: Any, *, after: bool) -> Callable[[Any, Any], bool]:
    """Whether the finish (else the start) of a place lies after (before) a bound."""

    def blocks(begin: Any, end: Any) -> bool:
        event = end if of_finish else begin
        return bool(event > bound + tolerance if after else event < bound - tolerance)

    return blocks
