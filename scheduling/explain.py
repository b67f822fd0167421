"""Why an activity lies where it lies: the chain of what holds it there.

Each step is found by moving the activity by one allowed slot while everything else stays, and looking at what
breaks. So a reason is true for any plan, also for one that a heuristic left short of the best.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scheduling.backward import planned_early, project_ends
from scheduling.cpm import CriticalPath
from scheduling.errors import AxisError, InputError
from scheduling.holds import Hold, Holds, Place, ReasonKind
from scheduling.modes import decided
from scheduling.network import FINISH_MILESTONE, Id, Link
from scheduling.passes import early_pass, pulled_from_outside, pushed_from_outside
from scheduling.places import finish_of
from scheduling.plan import Plan, overruns

__all__ = ["Explainer", "Reason", "ReasonKind", "of_critical_path", "of_plan"]

_FAR = 2**31
"""Slots beyond which nothing holds what nothing has held before."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a chain: what keeps an activity from its next (for early dates: previous) allowed slot.

    Dates are dates with dated calendars, else numbers.

    Attributes
    ----------
    kind : ReasonKind
        ACTUAL: it is done. IN_PROGRESS: its remaining work takes the first place it can. CALENDAR: its
        calendar ends there. CIRCLE: activities of the chain hold one another, and it only moves with them.
        NOTHING: it could move.
    activity : hashable
    start, finish
        Where it lies; the start of what remains for work in progress.
    others : tuple of ids
        The other end of the link, or who holds the units; none when the chain ends here.
    link : Link or None
    what : hashable or None
        Resource, factor or project.
    date
        The date that binds: of the deadline, the other end, the arrival ..., or from when units lack.
    slots : number or None
        Allowed slots by which it could move if this reason alone were gone: 0 where another reason holds it
        as well, None where nothing else in sight would. Of NOTHING: by which it can move.
    idle : int
        Elapsed slots by which this reason would let it move, were it not for its calendar.
    """

    kind: ReasonKind
    activity: Id
    start: Any
    finish: Any
    others: tuple[Id, ...] = ()
    link: Link | None = None
    what: Id | None = None
    date: Any = None
    slots: Any = None
    idle: int = 0


class Explainer:
    """Reasons within one set of dates; make one by :func:`of_plan` or :func:`of_critical_path`.

    Parameters
    ----------
    holds : Holds
        What stands against moving an activity, later or earlier.
    keep_in_progress : bool
        Whether work in progress stays in its place, as in plans.
    """

    def __init__(self, holds: Holds, *, keep_in_progress: bool = False) -> None:
        self.holds, self.keep_in_progress = holds, keep_in_progress
        self.net, self.dates, self.early = holds.net, holds.dates, holds.early
        self.unit = 3 * self.net.tolerance or 1
        changes = [when for item in self.net.resources for when, _ in item.changes]
        moments = [*self.dates.resume, *self.dates.finish, *changes]
        self.low, self.high = min(moments, default=0), max(moments, default=0)

    # -- answers --------------------------------------------------------------------------------------
    def chain(self, activity: Id) -> tuple[Reason, ...]:
        """Reasons from an activity to a date or fact that ends the chain.

        Each reason is about one of the `others` of the reason before. Where an activity has several reasons,
        the chain follows the first (in the order of :class:`ReasonKind`, then of links and resources) that
        leads to an end; only where none does, it ends in NOTHING or a CIRCLE.
        """
        first = self._position(activity)
        steps = [self._steps(first)]
        found: list[Reason] = []
        seen = {first}
        while steps:
            reason, onward = next(steps[-1], (None, None))
            if reason is None:
                steps.pop()
                if found:
                    found.pop()
            elif onward is None:
                if reason.kind is not ReasonKind.NOTHING:
                    return (*found, reason)
            elif onward not in seen:
                seen.add(onward)
                found.append(reason)
                steps.append(self._steps(onward))
        return self._loose(first)

    def reasons(self, activity: Id) -> tuple[Reason, ...]:
        """Every reason of one step, in the order in which a chain looks at them.

        Each alone holds the activity; without all of them it could move.
        """
        return tuple(self._reasons(self._position(activity)))

    def _steps(self, i: int) -> Iterator[tuple[Reason, int | None]]:
        """Each reason of an activity with each activity that it leads to; None where it ends."""
        for reason in self._reasons(i):
            if not reason.others:
                yield reason, None
            for name in reason.others:
                yield reason, self.net.index[name]

    def _loose(self, i: int) -> tuple[Reason, ...]:
        """The chain of first reasons, which ends in NOTHING or comes back to itself."""
        found: list[Reason] = []
        seen: set[int] = set()
        while i not in seen:
            seen.add(i)
            reason, onward = next(self._steps(i))
            found.append(reason)
            if onward is None:
                return tuple(found)
            i = onward
        return (*found, self._reason(i, ReasonKind.CIRCLE))

    def _position(self, activity: Id) -> int:
        if activity not in self.net.index:
            raise InputError(f"there is no activity '{activity}'. Correct the id.")
        return self.net.index[activity]

    # -- one step -------------------------------------------------------------------------------------
    def _reasons(self, i: int) -> list[Reason]:
        net = self.net
        if net.done(i):
            return [self._reason(i, ReasonKind.ACTUAL, date=net.show_finish(i, self.dates.finish[i]))]
        if self.keep_in_progress and net.started(i):
            return [self._reason(i, ReasonKind.IN_PROGRESS)]
        place = self._place(i, self.unit)
        if place is None:
            return [self._reason(i, ReasonKind.CALENDAR)]
        holds = list(self.holds.on(i, place))
        blocking = [hold for hold in holds if hold.stops(place)]
        found = [
            self._reason(
                i,
                hold.kind,
                others=tuple(net.ids[j] for j in hold.others),
                link=hold.link,
                what=hold.what,
                date=hold.date,
                slots=self._room(i, [other for other in holds if other is not hold]),
                idle=self._idle(i, place, hold),
            )
            for hold in blocking
        ]
        return found or [self._reason(i, ReasonKind.NOTHING, slots=self._room(i, holds))]

    def _reason(self, i: int, kind: ReasonKind, **facts: Any) -> Reason:
        net, dates = self.net, self.dates
        start = dates.start[i] if net.done(i) else dates.resume[i]
        shown = net.show_start(i, start), net.show_finish(i, dates.finish[i])
        return Reason(kind, net.ids[i], *shown, **facts)

    def _place(self, i: int, slots: Any) -> Place | None:
        """Start and finish that many allowed slots onwards; None off the axis."""
        net, table, at = self.net, self.net.tables[i], self.dates.resume[i]
        way = -slots if self.early else slots
        try:
            if net.kind[i] == FINISH_MILESTONE:
                return at + way, at + way
            at = table.shift(at, way)
            at = table.previous_start(at) if self.early else table.next_start(at)
            return at, finish_of(net, i, at, net.work[i])
        except AxisError:
            return None

    def _room(self, i: int, holds: Sequence[Hold]) -> Any:
        """Allowed slots by which the activity can move before one of `holds` blocks; None: for ever."""
        steady = [hold for hold in holds if hold.kind is not ReasonKind.RESOURCE]

        def blocked(count: int) -> bool:
            place = self._place(i, count)
            return place is None or any(hold.stops(place) for hold in steady)

        room = bisect_left(range(_FAR), True, lo=1, key=blocked) - 1
        if len(steady) < len(holds):
            for count in range(1, room + 1):
                place = self._place(i, count)
                if place is None or any(hold.stops(place) for hold in holds):
                    return count - 1
                if place[1] <= self.low if self.early else place[0] >= self.high:
                    break
        return None if room + 1 == _FAR or self._place(i, room + 1) is None else room

    def _idle(self, i: int, place: Place, hold: Hold) -> int:
        """Elapsed slots onwards that only the calendar forbids."""
        if self.net.tolerance:
            return 0
        begin, end = self.dates.resume[i], self.dates.finish[i]
        way = -1 if self.early else 1
        jump = max(abs(place[0] - begin), abs(place[1] - end))
        shifts = range(1, jump + 1)
        return next((by - 1 for by in shifts if hold.stops((begin + way * by, end + way * by))), 0)


def of_plan(plan: Plan, *, early: bool = False) -> Explainer:
    """Reasons within a plan, resources included.

    Raises
    ------
    InputError
        If there is no plan.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling import backward_schedule
    >>> graph = nx.DiGraph()
    >>> graph.add_node("design", duration=3)
    >>> graph.add_node("permit", duration=2, deadline=9)
    >>> graph.add_edge("design", "permit")
    >>> for reason in backward_schedule(graph).explain("design"):
    ...     print(reason.activity, reason.kind, reason.others, reason.date, reason.slots)
    design link ('permit',) 7 2
    permit deadline () 9 0
    """
    if plan.dates is None:
        raise InputError(f"there is no plan to explain ({plan.status}); its `conflict` says more.")
    net, dates = decided(plan.network, plan.dates), plan.dates
    planning = plan.network.with_modes({})
    least = early_pass(planning, any_mode=True)
    ends = project_ends(planning, planned_early(planning, least) or least)
    over = overruns(net, dates, ends)
    reached = [end + beyond for end, beyond in zip(ends, over, strict=True)]
    holds = Holds(net, dates, early=early, ends=reached, resources=True)
    return Explainer(holds, keep_in_progress=not early)


def of_critical_path(result: CriticalPath, *, early: bool = True) -> Explainer:
    """Reasons within early or late dates, without resources.

    Raises
    ------
    InputError
        If late dates are asked for and there are none.
    """
    net = result.network
    dates = result.early if early else result.late
    if dates is None:
        raise InputError("there are no late dates to explain: no dates keep the deadlines.")
    free: Collection[int] = ()
    if not result.clamp:
        free = pushed_from_outside(net) if early else pulled_from_outside(net, result.early.broken)
    dates = replace(dates, broken=result.early.broken)
    return Explainer(Holds(net, dates, early=early, ends=project_ends(net, result.early), free=free))
