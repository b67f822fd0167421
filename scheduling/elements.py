"""The things that deadlines can fail by, and the network that holds only those one names.

A constraint system is made of elements: each activity's work, each link, each bound, each demand, each
resource. Taking an element away never removes a plan, so that a set of elements that allows no plan can be
made irreducible by taking away one after the other (Chinneck 2008, Feasibility and Infeasibility in
Optimization, section 6).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple

from scheduling.calendar import CalendarTable, Table
from scheduling.errors import AxisError
from scheduling.network import (
    FINISH_MILESTONE,
    WORK,
    Deadline,
    Link,
    Network,
    Resource,
    later,
)


class Kind(StrEnum):
    """What an element is; its position is that of an activity unless said otherwise."""

    PROJECT_START = "project start"
    """Position of the project: nothing of it starts before."""
    DATA_DATE = "data date"
    """Nothing unfinished lies before it."""
    RELEASE = "release"
    FACTOR = "factor"
    """Position of the gate: nothing it gates starts before its arrival."""
    FACT = "fact"
    """Actual dates of an activity."""
    FINISH_FROM = "finish no earlier than"
    LINK = "link"
    """A minimum lag."""
    MAXIMUM = "maximum lag"
    DURATION = "duration"
    """The (remaining) work of an activity in its calendar; without it start and finish are unrelated."""
    DEMAND = "demand"
    """What an activity needs of a resource."""
    CAPACITY = "capacity"
    """Position of the resource: its units from `begin` to `end`."""
    CALENDAR = "calendar"
    """The breaks and slow days of a calendar: without it every slot is worked at full rate."""
    START_BY = "start no later than"
    DEADLINE = "deadline"


class Element(NamedTuple):
    """One thing that helps to make deadlines impossible.

    Parameters
    ----------
    kind : Kind
    position : int
        Of an activity, project, gate or resource, as the kind says; -1 where there is none.
    link : Link or None
        Of a minimum or maximum lag.
    resource : int or None
        Of a demand.
    begin, end : number or None
        Boundaries of a capacity; None where it is all of time.
    table : calendar table or None
        Of a calendar.
    """

    kind: Kind
    position: int = -1
    link: Link | None = None
    resource: int | None = None
    begin: Any = None
    end: Any = None
    table: Table | None = None


def lower_bounds(net: Network, i: int) -> Iterator[tuple[Element, Any, Any]]:
    """What keeps an unfinished activity late beside its links: element, least start, least finish."""
    if not net.started(i):
        if net.release[i] is not None:
            yield Element(Kind.RELEASE, i), net.release[i], None
        for g, gate in enumerate(net.gates):
            if i in gate.gates:
                yield Element(Kind.FACTOR, g), gate.arrival, None
        yield Element(Kind.PROJECT_START, net.project[i]), net.starts[net.project[i]], None
    if net.data_date is not None:
        yield Element(Kind.DATA_DATE), net.data_date, None
    if i in net.finish_from:
        yield Element(Kind.FINISH_FROM, i), None, net.finish_from[i]


def upper_bounds(net: Network, i: int) -> Iterator[tuple[Element, Any, Any]]:
    """What keeps an unfinished activity early beside its links: element, last start, last finish."""
    if i in net.start_by and not net.started(i):
        yield Element(Kind.START_BY, i), net.start_by[i], None
    if i in net.deadlines:
        yield Element(Kind.DEADLINE, i), None, net.deadlines[i].bound


def link_element(link: Link) -> Element:
    """The element of a minimum or maximum lag."""
    return Element(Kind.MAXIMUM if link.maximum else Kind.LINK, link=link)


def facts_of(net: Network, link: Link) -> list[Element]:
    """The actual dates that a link reads."""
    ends = [(link.pred, link.from_finish)] + [(link.succ, link.to_finish)] * link.maximum
    return [Element(Kind.FACT, i) for i, finish in ends if net.fact(i, finish)]


def elements_of(net: Network, members: Collection[int], dropped: Collection[Link] = ()) -> list[Element]:
    """Everything that binds some activities among themselves, in the order of the early pass.

    `dropped` are the maximum lags that facts break already.
    """
    inside = set(members)
    found: dict[Element, None] = {}
    into: dict[int, list[Link]] = {i: [] for i in inside}
    for link in net.links:
        if link.succ in inside and link.pred in inside and not net.done(link.succ) and link not in dropped:
            into[link.succ].append(link)
    for i in (i for i in net.order if i in inside and not net.done(i)):
        found |= dict.fromkeys(element for element, _, _ in lower_bounds(net, i))
        for link in into[i]:
            found |= dict.fromkeys([*facts_of(net, link), link_element(link)])
        if net.kind[i] == WORK:
            found[Element(Kind.DURATION, i)] = None
        found |= dict.fromkeys(Element(Kind.DEMAND, i, resource=k) for k, _ in net.demand[i])
        found |= dict.fromkeys(element for element, _, _ in upper_bounds(net, i))
    used = {k for i in inside for k, _ in net.demand[i]}
    return [Element(Kind.CAPACITY, k) for k in sorted(used)] + list(found)


def named(net: Network, elements: Iterable[Element], *, flat: Table | None = None) -> Network:
    """The network that holds these elements and nothing else, with every deadline hard.

    An activity whose work is not among them falls apart into a start and a finish that may lie anywhere.
    Outside the dates of a capacity its units are without limit.

    Parameters
    ----------
    net : Network
        In chosen modes.
    elements : iterable of Element
    flat : calendar table, optional
        A calendar to be replaced by one that works every slot at full rate.
    """
    return _Builder(net, elements, flat).network()


WHOLE, START, FINISH = "whole", "start", "finish"
ACTUAL_START, ACTUAL_FINISH, TAKEN = "actual start", "actual finish", "taken"
"""What stands for an activity: itself, its loose start or finish, a fact, or what it took of a stock."""


class _Builder:
    """Collects activities (whole ones, loose starts and finishes, facts) and what binds them."""

    def __init__(self, net: Network, elements: Iterable[Element], flat: Table | None) -> None:
        self.net, self.flat = net, flat
        self.by_kind: dict[Kind, list[Element]] = {kind: [] for kind in Kind}
        for element in elements:
            self.by_kind[element.kind].append(element)
        self.positions = {kind: {item.position for item in found} for kind, found in self.by_kind.items()}
        self.dated = bool(self.by_kind[Kind.DATA_DATE])
        self.place: dict[tuple[int, str], int] = {}

    def network(self) -> Network:
        net, members = self.net, self.positions
        for i in sorted(members[Kind.DURATION]):
            if self.whole(i):
                self.at(i, finish=False)
        lags = self.by_kind[Kind.LINK] + self.by_kind[Kind.MAXIMUM]
        links = [self.link(item.link) for item in lags if item.link is not None]
        for i in sorted(members[Kind.RELEASE]):
            self.at(i, finish=False)
        for i in sorted(members[Kind.FINISH_FROM]):
            self.at(i, finish=True)
        deadlines = {
            self.at(i, finish=True): Deadline(net.deadlines[i].bound, True)
            for i in sorted(members[Kind.DEADLINE])
        }
        start_by = {self.at(i, finish=False): net.start_by[i] for i in sorted(members[Kind.START_BY])}
        self.take_stocks()
        roles = list(self.place)
        bare = Network(
            ids=tuple(roles),
            kind=tuple(net.kind[i] if role is WHOLE else FINISH_MILESTONE for i, role in roles),
            work=tuple(net.work[i] if role is WHOLE else 0 for i, role in roles),
            tables=tuple(self.table(net.tables[i]) for i, _ in roles),
            project=(0,) * len(roles),
            projects=("",),
            starts=(0,),
            release=tuple(self.release(i, role) for i, role in roles),
            deadlines=deadlines,
            demand=tuple(self.demand(i, role) for i, role in roles),
            resources=tuple(self.resource(k) for k in range(len(net.resources))),
            links=tuple(links),
            actual_start=tuple(self.actual(i, role) for i, role in roles),
            actual_finish=tuple(None if role is WHOLE else self.actual(i, role) for i, role in roles),
            data_date=net.data_date if self.dated else None,
            axis=net.axis,
            start_by=start_by,
            finish_from={
                self.at(i, finish=True): net.finish_from[i]
                for i in members[Kind.FINISH_FROM]
                if (i, WHOLE) in self.place
            },
        )
        return replace(bare, starts=(_before(bare),))

    # -- activities -----------------------------------------------------------------------------------
    def whole(self, i: int) -> bool:
        """Whether start and finish of an unfinished activity are tied together."""
        if self.net.kind[i] != WORK:
            return True
        # Without a data date nothing holds work in progress from lying before it.
        return i in self.positions[Kind.DURATION] and (self.dated or not self.net.started(i))

    def at(self, i: int, *, finish: bool) -> int:
        """Position of the activity that an unknown event belongs to."""
        role = WHOLE if self.whole(i) else FINISH if finish else START
        return self.place.setdefault((i, role), len(self.place))

    def known(self, i: int, *, finish: bool) -> int:
        """Position of a fact, or of an event that may lie anywhere where the fact is not named."""
        role = ACTUAL_FINISH if finish else ACTUAL_START
        return self.place.setdefault((i, role), len(self.place))

    def actual(self, i: int, role: str) -> Any:
        if role is WHOLE or role is TAKEN:
            return self.net.actual_start[i]
        if i not in self.positions[Kind.FACT]:
            return None
        known = {ACTUAL_START: self.net.actual_start, ACTUAL_FINISH: self.net.actual_finish}
        return known[role][i] if role in known else None

    def release(self, i: int, role: str) -> Any:
        net, members = self.net, self.positions
        if role is FINISH:
            return net.finish_from[i] if i in members[Kind.FINISH_FROM] else None
        if role not in (WHOLE, START) or net.started(i):
            return None
        bound = net.release[i] if i in members[Kind.RELEASE] else None
        if net.project[i] in members[Kind.PROJECT_START]:
            bound = later(bound, net.starts[net.project[i]])
        for g in members[Kind.FACTOR]:
            if i in net.gates[g].gates:
                bound = later(bound, net.gates[g].arrival)
        return bound

    def link(self, link: Link) -> Link:
        pred = self.event(link.pred, finish=link.from_finish)
        # A minimum lag into work in progress binds its remaining work, a maximum one only its finish.
        succ = self.at(link.succ, finish=link.to_finish)
        return link._replace(pred=pred, succ=succ, table=self.table(link.table), extension=None)

    def event(self, i: int, *, finish: bool) -> int:
        if self.net.fact(i, finish):
            return self.known(i, finish=finish)
        return self.at(i, finish=finish)

    def table(self, table: Table) -> Table:
        if self.flat is None or table is not self.flat:
            return table
        assert isinstance(table, CalendarTable)
        return every_slot(table)

    # -- resources ------------------------------------------------------------------------------------
    def take_stocks(self) -> None:
        """What actual starts took of the stocks named."""
        for i, row in enumerate(self.net.demand):
            if self.net.started(i) and (i, WHOLE) not in self.place and any(self.stock(k) for k, _ in row):
                self.place[i, TAKEN] = len(self.place)

    def stock(self, k: int) -> bool:
        return self.net.resources[k].consumed and k in self.positions[Kind.CAPACITY]

    def demand(self, i: int, role: str) -> tuple[tuple[int, int], ...]:
        row = self.net.demand[i] if role in (WHOLE, TAKEN) else ()
        asked = {(item.position, item.resource) for item in self.by_kind[Kind.DEMAND]}
        return tuple(
            (k, units)
            for k, units in row
            if k in self.positions[Kind.CAPACITY]
            and ((i, k) in asked or (self.net.started(i) and self.stock(k)))
        )

    def resource(self, k: int) -> Resource:
        resource = self.net.resources[k]
        for element in self.by_kind[Kind.CAPACITY]:
            if element.position == k and element.begin is not None:
                plenty = sum(units for row in self.net.demand for which, units in row if which == k)
                inside = [(when, units) for when, units in resource.changes
                          if element.begin < when < element.end]  # fmt: skip
                first = (element.begin, resource.capacity_at(element.begin))
                return replace(resource, capacity=plenty, changes=(first, *inside, (element.end, plenty)))
        return resource


def every_slot(table: CalendarTable) -> CalendarTable:
    """The calendar without breaks and slow days."""
    return CalendarTable(table.name, [100] * table.horizon, table.axis)


def _before(net: Network) -> Any:
    """A boundary from which everything can be done one after another before anything binds."""
    edges = [*net.release, *net.actual_start, *net.actual_finish, *net.start_by.values()]
    edges += [*net.finish_from.values(), *(line.bound for line in net.deadlines.values()), net.data_date]
    edges += [when for resource in net.resources for when, _ in resource.changes]
    moment = min((edge for edge in edges if edge is not None), default=0)
    try:
        for i, kind in enumerate(net.kind):
            if kind != FINISH_MILESTONE and not net.started(i):
                moment = net.tables[i].latest_start(moment, net.work[i])
        for link in net.links:
            moment = link.table.unshift_latest(moment, abs(link.lag))
    except AxisError:
        return 0
    return moment
