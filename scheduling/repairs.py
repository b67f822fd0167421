"""Repairs of a conflict: the least change of one thing that lets the deadlines hold, verified and priced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from scheduling.backward import backward_schedule
from scheduling.build import compile_network
from scheduling.changes import changed
from scheduling.conflicts import (
    FEW,
    LIMIT,
    STEP,
    Conflict,
    bounded,
    find_conflict,
    find_conflicts,
    without_deadlines,
    without_resources,
)
from scheduling.elements import Element, Kind
from scheduling.errors import AxisError, ContradictionError
from scheduling.feasibility import attempt, latest_dates, misses
from scheduling.network import Id, Network
from scheduling.parts import parts, restrict
from scheduling.passes import early_pass
from scheduling.status import Status
from scheduling.validator import validate

if TYPE_CHECKING:
    from scheduling.build import Graph


class Change(StrEnum):
    """What a repair does."""

    SLIP = "slip"
    """A deadline or last start later."""
    SOFTEN = "soften"
    """A hard deadline made soft, and missed."""
    EARLIER = "earlier"
    """A release, factor or project start earlier, or a least finish."""
    SHORTEN = "shorten"
    """Less work or a shorter lag."""
    WIDEN = "widen"
    """A longer maximum lag."""
    CAPACITY = "capacity"
    """More units of a resource between two dates."""
    MODES = "modes"
    """Other modes."""


CHANGES = {
    Kind.DEADLINE: Change.SLIP,
    Kind.START_BY: Change.SLIP,
    Kind.RELEASE: Change.EARLIER,
    Kind.FACTOR: Change.EARLIER,
    Kind.PROJECT_START: Change.EARLIER,
    Kind.FINISH_FROM: Change.EARLIER,
    Kind.DURATION: Change.SHORTEN,
    Kind.LINK: Change.SHORTEN,
    Kind.MAXIMUM: Change.WIDEN,
    Kind.CAPACITY: Change.CAPACITY,
}
_BESIDE_RESOURCES = (Kind.CAPACITY, Kind.DEADLINE, Kind.START_BY, Kind.RELEASE, Kind.FACTOR)
"""What is tried where a resource is in the conflict: each try costs a search there."""

Prices = Mapping["Change | tuple[Change, Id]", Any]
"""Price of a change for each day (each unit and day of a resource), for all or by the id of an activity,
resource, factor or project."""


@dataclass(frozen=True)
class Repair:
    """One change with which the deadlines of a conflict can hold.

    Attributes
    ----------
    change : Change
    element : Element or None
        What is changed, in the network of the conflict; its `begin` and `end` are those of the units added.
    amount : number
        Slots; units where units are added; 0 for modes.
    modes : mapping of id to id
        Activities that take other modes.
    days : number
        Days of the change; unit-days where units are added.
    price : number or None
        None where nobody has said.
    proved : bool
        Whether a smaller change of the same thing is proved not to do.
    projects : tuple of ids
        Those whose deadlines it is verified for.
    """

    change: Change
    element: Element | None
    amount: Any
    days: Any
    modes: Mapping[Id, Id]
    price: Any
    proved: bool
    projects: tuple[Id, ...]


def find_repairs(
    conflict: Conflict | Network | Graph, *, prices: Prices | None = None, limit: float = LIMIT
) -> tuple[Repair, ...]:
    """Repairs of a conflict, each alone enough, the cheapest first, then the fewest days.

    Each is verified by dates that keep every deadline of the projects involved (`Repair.projects`), which
    the independent validator accepts. Involved are those named, those that may hold a resource named at that
    time, and in a small network all that share resources with them. What conflicts with those deadlines by
    other causes stays out of it: it is another conflict.

    Parameters
    ----------
    conflict : Conflict, Network or graph
        Of a network, its first conflict.
    prices : mapping, optional
        Price of each day (unit-day) of a change; modes bring their own.
    limit : float
        Work units of the optimiser for each repair.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("land", duration=0, release=20)
    >>> graph.add_node("design", duration=30)
    >>> graph.add_node("start", duration=0, deadline=40)
    >>> graph.add_edges_from([("land", "design"), ("design", "start")])
    >>> [(repair.change.value, repair.amount, repair.proved) for repair in find_repairs(graph)]
    [('slip', 10, True), ('earlier', 10, True), ('shorten', 10, True)]
    """
    if not isinstance(conflict, Conflict):
        net = conflict if isinstance(conflict, Network) else compile_network(conflict)
        found = find_conflict(net, limit=limit)
        if found is None:
            return ()
        conflict = found
    workshop = _Workshop(conflict, prices or {}, limit)
    return tuple(sorted(workshop.repairs(), key=_rank))


def _rank(repair: Repair) -> tuple[Any, ...]:
    return repair.price is None, repair.price or 0, repair.days, list(Change).index(repair.change)


def repaired(net: Network, repair: Repair) -> Network:
    """The network with a repair made."""
    if repair.element is None:
        way = {
            name: {mode.id: k for k, mode in enumerate(net.modes[net.index[name]])} for name in repair.modes
        }
        chosen = {net.index[name]: way[name][mode] for name, mode in repair.modes.items()}
        return net.with_modes({**net.choice, **chosen})
    if repair.change is Change.SOFTEN:
        line = net.deadlines[repair.element.position]
        soft = line._replace(hard=False)
        return replace(net, deadlines={**net.deadlines, repair.element.position: soft})
    return changed(net, repair.element, repair.amount)


_FAR = 1 << 14
"""Slots that no repair is tried beyond."""


class _Least(NamedTuple):
    amount: int
    proved: bool


class _Workshop:
    """Tries changes on the projects that a conflict involves."""

    def __init__(self, conflict: Conflict, prices: Prices, limit: float) -> None:
        self.conflict, self.prices, self.limit = conflict, prices, limit
        self.net = conflict.network
        self.whole = restrict(self.net, _involved(conflict))
        self.base = self.alone(replace(self.whole, modes={}, choice={}))
        self.left = limit

    def alone(self, net: Network) -> Network:
        """The network without what other conflicts name, but for those on the same resources."""
        own = {net.index[self.net.ids[i]] for i in bounded(self.conflict)}
        resources = {element.position for element in self.conflict.of(Kind.CAPACITY)}
        net = without_deadlines(net, set(misses(net, early_pass(net))) - own)
        for other in find_conflicts(without_deadlines(net, own), limit=self.limit):
            booked = {element.position for element in other.of(Kind.CAPACITY)}
            if booked & resources:
                continue
            lines = bounded(other)
            net = without_deadlines(net, lines) if lines else without_resources(net, booked)
        return net

    def repairs(self) -> Iterator[Repair]:
        resources = bool(self.conflict.of(Kind.CAPACITY))
        for element in self.conflict.elements:
            if element.kind not in CHANGES or (resources and element.kind not in _BESIDE_RESOURCES):
                continue
            self.left = self.limit
            if element.kind is Kind.CAPACITY:
                yield from self.units(element)
            else:
                yield from self.slots(element)
        yield from self.modes()

    # -- one change -----------------------------------------------------------------------------------
    def slots(self, element: Element) -> Iterator[Repair]:
        """The least number of slots by which a date, work or lag must give way."""
        here = self.here(element)
        found = least(partial(self.works, here), _most(self.base, here))
        if found is None:
            return
        proved = found.proved and _monotone(self.base, here)
        change = CHANGES[element.kind]
        yield self.repair(change, element, found.amount, found.amount, proved)
        if element.kind is Kind.DEADLINE and self.net.deadlines[element.position].hard:
            yield self.repair(Change.SOFTEN, element, found.amount, found.amount, proved)

    def units(self, element: Element) -> Iterator[Repair]:
        """The fewest units between the dates of the conflict, and for as long as they could be used."""
        here = self.here(element)
        most = max(sum(units for row in self.base.demand for k, units in row if k == here.position), 1)
        spans = [here] if here.begin is None else [here, self.longest(here)]
        told = set()
        for span in spans:
            found = least(partial(self.works, span), most)
            if found is not None and found.amount not in told:
                told.add(found.amount)
                there = span if span.begin is None else self.shortest(span, found.amount)
                slots = found.amount * (1 if span.begin is None else there.end - there.begin)
                changed = element._replace(begin=there.begin, end=there.end)
                yield self.repair(Change.CAPACITY, changed, found.amount, slots, found.proved)

    def longest(self, element: Element) -> Element:
        """All the time in which an activity involved may hold units."""
        early = early_pass(self.base)
        late = latest_dates(without_deadlines(self.base, misses(self.base, early)), early)
        users = [i for i, row in enumerate(self.base.demand) if any(k == element.position for k, _ in row)]
        begin = min(early.start[i] for i in users)
        return element._replace(begin=begin, end=max(late.finish[i] for i in users))

    def shortest(self, element: Element, units: int) -> Element:
        """The closest dates between which so many units are enough."""
        wide = element.end - element.begin

        def end_cut(cut: int) -> bool | None:
            return self.works(element._replace(end=element.end - cut), units)

        end = element.end - _greatest(end_cut, wide - 1)
        narrow = element._replace(end=end)

        def begin_cut(cut: int) -> bool | None:
            return self.works(narrow._replace(begin=narrow.begin + cut), units)

        return narrow._replace(begin=narrow.begin + _greatest(begin_cut, end - narrow.begin - 1))

    def modes(self) -> Iterator[Repair]:
        """The cheapest modes of the activities in the conflict."""
        net = self.whole
        own = {net.index[name] for name in self.conflict.activities if name in net.index}
        ways = {i: found for i, found in net.modes.items() if i in own}
        if not ways:
            return
        lines = {i: line._replace(hard=True) for i, line in self.base.deadlines.items()}
        trial = replace(
            self.base, modes=ways, choice={i: k for i, k in net.choice.items() if i in ways}, deadlines=lines
        )
        plan = backward_schedule(trial, limit=self.limit)
        if plan.dates is None or misses(plan.network, plan.dates):
            return
        others = {
            net.ids[i]: plan.network.mode(i).id for i in sorted(ways) if plan.network.mode(i) != net.mode(i)
        }
        price = plan.cost - sum(net.mode(i).cost for i in ways)
        proved = plan.status is Status.OPTIMAL
        yield Repair(Change.MODES, None, 0, 0, others, price, proved, self.base.projects)

    # -- trying ---------------------------------------------------------------------------------------
    def works(self, element: Element, amount: int) -> bool | None:
        """Whether every deadline of those involved can hold then, by dates that the validator accepts."""
        if self.left <= 0:
            return None
        net = changed(self.base, element, amount)
        try:
            answer = attempt(net, min(STEP, self.left))
        except (AxisError, ContradictionError):
            # Nothing is known beyond the calendars; less work may break a maximum lag.
            return None
        self.left -= answer.spent
        if answer.dates is None:
            return answer.possible
        hard = {i: line._replace(hard=True) for i, line in net.deadlines.items()}
        return not validate(replace(net, deadlines=hard), answer.dates)

    def repair(self, change: Change, element: Element, amount: int, slots: Any, proved: bool) -> Repair:
        per_day = self.net.axis.slots_per_day if self.net.axis else 1
        days = slots / per_day if slots % per_day else slots // per_day
        rate = self.prices.get((change, _name(self.net, element)), self.prices.get(change))
        price = None if rate is None else rate * days
        return Repair(change, element, amount, days, {}, price, proved, self.base.projects)

    def here(self, element: Element) -> Element:
        """An element of the whole network as one of those involved."""
        net, base, link = self.net, self.base, element.link
        if link is not None:
            pred, succ = (base.index[net.ids[i]] for i in (link.pred, link.succ))
            return element._replace(link=link._replace(pred=pred, succ=succ))
        if element.kind is Kind.CAPACITY:
            return element
        if element.kind is Kind.PROJECT_START:
            return element._replace(position=base.projects.index(net.projects[element.position]))
        if element.kind is Kind.FACTOR:
            names = [gate.id for gate in base.gates]
            return element._replace(position=names.index(net.gates[element.position].id))
        return element._replace(position=base.index[net.ids[element.position]])


def least(works: Callable[[int], bool | None], most: int | None) -> _Least | None:
    """Least amount from 1 to `most` (None: no end) that works, by doubling and halving; None if none does.

    Proved least where the amount before it is known not to work.
    """
    low, high, proved = 0, 1, True
    most = _FAR if most is None else most
    while low < most:
        high = min(high, most)
        verdict = works(high)
        if verdict:
            break
        low, high, proved = high, 2 * high, verdict is False
    else:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        verdict = works(middle)
        if verdict:
            high = middle
        else:
            low, proved = middle, verdict is False
    return _Least(high, proved)


def _greatest(works: Callable[[int], bool | None], most: int) -> int:
    """Greatest number from 0 to `most` that works, where 0 does and nothing does beyond it."""
    low, high = 0, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if works(middle) else (low, middle)
    return low


def _most(net: Network, element: Element) -> int | None:
    """Slots by which an element can give way at most; None where nothing limits it."""
    i, floor = element.position, net.data_date
    match element.kind:
        case Kind.DURATION:
            # Work is whole slots, at least one and what the law demands.
            return int(net.work[i] - max(net.floor.get(i, 1), 1))
        case Kind.LINK:
            assert element.link is not None
            return int(max(0, element.link.lag))
        case Kind.RELEASE | Kind.FACTOR | Kind.PROJECT_START if floor is not None:
            dates = {Kind.RELEASE: net.release, Kind.PROJECT_START: net.starts}
            date = net.gates[i].arrival if element.kind is Kind.FACTOR else dates[element.kind][i]
            return int(max(0, date - floor))
    return None


def _monotone(net: Network, element: Element) -> bool:
    """Whether easing an element more never stops working.

    Less work may: it pulls the start after a bound on the finish, and a maximum lag out of the finish.
    """
    i = element.position
    if element.kind is not Kind.DURATION:
        return True
    return not (
        i in net.finish_from
        or any(link.to_finish for link in net.into[i])
        or any(link.pred == i and link.from_finish for link in net.maximum_links)
    )


def _involved(conflict: Conflict) -> list[int]:
    """Activities of the projects to verify with, whole parts of the network.

    All that share resources with those named, directly or not, if they are few; else those named and those
    that may hold a resource named in the time named.
    """
    net = conflict.network
    names = {net.index[name] for name in conflict.activities}
    coupled = [part for part in parts(net, range(len(net.resources))) if names & set(part)]
    if sum(map(len, coupled)) <= FEW:
        return sorted(i for part in coupled for i in part)
    capacities = conflict.of(Kind.CAPACITY)
    if capacities:
        bare = replace(net, modes={}, choice={})
        early = early_pass(bare)
        late = latest_dates(without_deadlines(bare, misses(bare, early)), early)
        names |= {
            i
            for i, row in enumerate(net.demand)
            for item in capacities
            if any(k == item.position for k, _ in row)
            and (item.begin is None or (early.start[i] < item.end and late.finish[i] > item.begin))
        }
    return sorted(i for part in parts(net) if names & set(part) for i in part)


def _name(net: Network, element: Element) -> Id:
    if element.link is not None:
        return net.ids[element.link.pred], net.ids[element.link.succ]
    names = {Kind.CAPACITY: [item.id for item in net.resources], Kind.PROJECT_START: net.projects,
             Kind.FACTOR: [gate.id for gate in net.gates]}  # fmt: skip
    return names.get(element.kind, net.ids)[element.position]
