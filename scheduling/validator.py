"""An independent check of plans: it walks slot by slot over raw rates and shares no code with what plans.

Neither the look-ups of :class:`~scheduling.tables.CalendarTable` nor the passes nor the optimiser are used
here, so that a fault in them cannot hide itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

from scheduling.network import FINISH_MILESTONE, START_MILESTONE, WORK, Id, Link, Network
from scheduling.passes import Dates


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that dates break.

    Attributes
    ----------
    rule : str
        calendar, finish, fact, data date, project start, release, factor, first place, precedence,
        maximum lag, deadline or capacity.
    activities : tuple of ids
    message : str
    """

    rule: str
    activities: tuple[Id, ...]
    message: str

    def __str__(self) -> str:
        return self.message


class Measure(NamedTuple):
    """Recomputed values of a plan."""

    weighted_lateness: Any
    objective: Any


def validate(network: Network, dates: Dates) -> tuple[Violation, ...]:
    """Everything that `dates` break; soft deadlines may be missed.

    Parameters
    ----------
    network : Network
    dates : Dates
        Boundaries by position.

    Returns
    -------
    tuple of Violation
        Empty when the plan holds.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling import compile_network
    >>> graph = nx.DiGraph()
    >>> graph.add_node("dig", duration=3)
    >>> graph.add_node("pour", duration=2)
    >>> graph.add_edge("dig", "pour")
    >>> dates = Dates([0, 2], [3, 4], [0, 2])
    >>> for violation in validate(compile_network(graph), dates):
    ...     print(violation)
    FS dig -> pour: start 2 of 'pour' lies before 3
    """
    return tuple(_Validator(network, dates).violations())


def measure(network: Network, dates: Dates) -> Measure:
    """Weighted lateness and sum of starts, recomputed from the dates alone."""
    lateness: Any = 0
    objective: Any = 0
    for i in range(len(network)):
        if network.actual_finish[i] is not None:
            continue
        line = network.deadlines.get(i)
        reached = dates.start[i] if network.kind[i] == START_MILESTONE else dates.finish[i]
        if line is not None and reached > line.bound:
            lateness += line.weight * (reached - line.bound)
        if network.kind[i] == WORK and network.actual_start[i] is None:
            objective += dates.start[i]
    return Measure(lateness, objective)


class _Walker:
    """A calendar read slot by slot; without rates, plain numbers. Off the axis lies at infinity."""

    def __init__(self, table: Any) -> None:
        rates = getattr(table, "rates", None)
        self.rates: list[int] | None = None if rates is None else [int(rate) for rate in rates]

    def allows(self, start: Any) -> bool:
        return self.rates is None or (0 <= start < len(self.rates) and self.rates[start] > 0)

    def next_allowed(self, bound: Any) -> Any:
        if self.rates is None or bound in (inf, -inf):
            return bound
        return next((t for t in range(max(bound, 0), len(self.rates)) if self.rates[t] > 0), inf)

    def finish(self, start: Any, work: Any) -> Any:
        if self.rates is None:
            return start + work
        todo, t = 100 * work, start
        while todo > 0:
            if not 0 <= t < len(self.rates):
                return inf
            todo -= self.rates[t]
            t += 1
        return t

    def shift(self, bound: Any, lag: Any) -> Any:
        if self.rates is None:
            return bound + lag
        t = bound
        for _ in range(abs(lag)):
            step = 1 if lag > 0 else -1
            t += step
            while not self._worked(t - 1 if lag > 0 else t):
                if not 0 <= t <= len(self.rates):
                    return step * inf
                t += step
        return t

    def _worked(self, slot: int) -> bool:
        return self.rates is not None and 0 <= slot < len(self.rates) and self.rates[slot] > 0


class _Validator:
    def __init__(self, net: Network, dates: Dates) -> None:
        self.net = net
        self.dates = dates
        self._walkers: dict[int, _Walker] = {}

    def walker(self, table: Any) -> _Walker:
        if id(table) not in self._walkers:
            self._walkers[id(table)] = _Walker(table)
        return self._walkers[id(table)]

    def done(self, i: int) -> bool:
        return self.net.actual_finish[i] is not None

    def started(self, i: int) -> bool:
        return self.net.actual_start[i] is not None

    def violations(self) -> Iterator[Violation]:
        for i in range(len(self.net)):
            if self.started(i):
                yield from self.facts(i)
            else:
                yield from self.bounds(i)
            if not self.done(i):
                yield from self.place(i)
        for link in self.net.links:
            yield from self.maximum(link) if link.maximum else self.minimum(link)
        for k in range(len(self.net.resources)):
            yield from self.capacity(k)

    def broken(self, rule: str, i: int, message: str) -> Violation:
        return Violation(rule, (self.net.ids[i],), f"activity '{self.net.ids[i]}': {message}")

    # -- one activity ---------------------------------------------------------------------------------
    def facts(self, i: int) -> Iterator[Violation]:
        net, dates = self.net, self.dates
        if dates.start[i] != net.actual_start[i]:
            yield self.broken("fact", i, f"start {dates.start[i]} is not the actual {net.actual_start[i]}")
        if self.done(i):
            if dates.finish[i] != net.actual_finish[i]:
                yield self.broken(
                    "fact", i, f"finish {dates.finish[i]} is not the actual {net.actual_finish[i]}"
                )
            return
        if dates.resume[i] < net.data_date:
            yield self.broken("data date", i, f"resumes at {dates.resume[i]}, before {net.data_date}")
        place = self.first_place(i)
        if place is not None and dates.resume[i] != place:
            yield self.broken("first place", i, f"resumes at {dates.resume[i]}, but could at {place}")

    def first_place(self, i: int) -> Any:
        """Least place of work in progress that waits for facts only; None when it waits for plans."""
        net, walk = self.net, self.walker(self.net.tables[i])
        floor, end = net.data_date, -inf
        for link in net.links:
            if link.maximum:
                if link.pred == i:
                    return None
                continue
            if link.succ == i:
                if not (self.done(link.pred) or (self.started(link.pred) and not link.from_finish)):
                    return None
                bound = self.walker(link.table).shift(self.event(link.pred, link.from_finish), link.lag)
                if link.to_finish:
                    end = max(end, bound)
                else:
                    floor = max(floor, bound)
        if walk.rates is None:
            return max(floor, end - net.work[i])
        place = walk.next_allowed(floor)
        while walk.finish(place, net.work[i]) < end:
            place = walk.next_allowed(place + 1)
        return place

    def bounds(self, i: int) -> Iterator[Violation]:
        net, start = self.net, self.dates.start[i]
        floors = [("project start", net.starts[net.project[i]]), ("release", net.release[i])]
        floors.append(("data date", net.data_date))
        for gate in net.gates:
            if i in gate.gates:
                floors.append(("factor", gate.arrival))
        for rule, floor in floors:
            if floor is not None and start < floor:
                yield self.broken(rule, i, f"start {start} lies before the {rule} {floor}")

    def place(self, i: int) -> Iterator[Violation]:
        net, dates, walk = self.net, self.dates, self.walker(self.net.tables[i])
        begin, kind = dates.resume[i], net.kind[i]
        if not self.started(i) and begin != dates.start[i]:
            yield self.broken("finish", i, f"start {dates.start[i]} and place {begin} differ")
        if kind != FINISH_MILESTONE and not walk.allows(begin):
            yield self.broken("calendar", i, f"start {begin} is not a working slot of its calendar")
        finish = walk.finish(begin, net.work[i]) if kind == WORK else begin
        if dates.finish[i] != finish:
            yield self.broken("finish", i, f"finish {dates.finish[i]} should be {finish}")
        line = net.deadlines.get(i)
        reached = dates.start[i] if kind == START_MILESTONE else dates.finish[i]
        if line is not None and line.hard and reached > line.bound:
            yield self.broken("deadline", i, f"{reached} lies after the hard deadline {line.bound}")

    # -- links ----------------------------------------------------------------------------------------
    def event(self, i: int, finish: bool) -> Any:
        return self.dates.finish[i] if finish else self.dates.start[i]

    def minimum(self, link: Link) -> Iterator[Violation]:
        i, j = link.pred, link.succ
        if self.done(j):
            return
        bound = self.walker(link.table).shift(self.event(i, link.from_finish), link.lag)
        reached = self.dates.finish[j] if link.to_finish else self.dates.resume[j]
        if reached < bound:
            yield self.link_broken("precedence", link, reached, f"before {bound}")

    def maximum(self, link: Link) -> Iterator[Violation]:
        j = link.succ
        if self.done(j) or (self.started(j) and not link.to_finish) or link in self.dates.broken:
            return
        bound = self.walker(link.table).shift(self.event(link.pred, link.from_finish), link.lag)
        if not link.to_finish and self.net.kind[j] != FINISH_MILESTONE:
            bound = self.walker(self.net.tables[j]).next_allowed(bound)
        reached = self.event(j, link.to_finish)
        if reached > bound:
            yield self.link_broken("maximum lag", link, reached, f"after the latest {bound}")

    def link_broken(self, rule: str, link: Link, reached: Any, where: str) -> Violation:
        pred, succ = self.net.ids[link.pred], self.net.ids[link.succ]
        kind = ("F" if link.from_finish else "S") + ("F" if link.to_finish else "S")
        event = "finish" if link.to_finish else "start"
        return Violation(
            rule, (pred, succ), f"{kind} {pred} -> {succ}: {event} {reached} of '{succ}' lies {where}"
        )

    # -- resources ------------------------------------------------------------------------------------
    def capacity(self, k: int) -> Iterator[Violation]:
        """Units held over [start, finish), breaks included, against the units there."""
        net, dates = self.net, self.dates
        held = []
        for i, row in enumerate(net.demand):
            units = sum(number for resource, number in row if resource == k)
            if units and not self.done(i):
                held.append((net.data_date if self.started(i) else dates.start[i], dates.finish[i], units, i))
        resource = net.resources[k]
        moments = sorted({item[0] for item in held} | {when for when, _ in resource.changes})
        holders: list[list[tuple[int, int]]] = [[] for _ in moments]
        for begin, end, units, i in held:
            for at in range(bisect_left(moments, begin), bisect_left(moments, end)):
                holders[at].append((i, units))
        for moment, users in zip(moments, holders, strict=True):
            there = resource.capacity
            for when, units in resource.changes:
                if when <= moment:
                    there = units
            need = sum(units for _, units in users)
            if need > there and any(not self.started(i) for i, _ in users):
                names = tuple(net.ids[i] for i, _ in users)
                yield Violation(
                    "capacity",
                    names,
                    f"resource '{resource.id}' at {moment}: {need} units needed, {there} there, by "
                    + ", ".join(f"'{name}'" for name in names),
                )
