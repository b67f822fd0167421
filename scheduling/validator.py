"""An independent check of plans: it walks slot by slot over raw rates and shares no code with what plans.

Neither the look-ups of :class:`~scheduling.tables.CalendarTable` nor the passes nor the optimiser are used
here, so that a fault in them cannot hide itself.
"""

from __future__ import annotations

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
        calendar, finish, fact, data date, project start, release, factor, last start, least finish, first
        place, precedence, maximum lag, deadline, floor or capacity.
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
    missed: Any
    objective: Any
    cost: Any
    makespan: Any


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
    """Lateness, missed deadlines, sum of starts, cost and makespan, recomputed from the dates alone."""
    lateness: Any = 0
    missed: Any = 0
    objective: Any = 0
    check = _Validator(network, dates)
    cost: Any = sum(network.modes[i][dates.modes.get(i, 0)].cost for i in network.modes)
    for link in network.links:
        if link.extension is not None:
            cost += link.extension.cost * check.extensions(link)
    for i in range(len(network)):
        if network.actual_finish[i] is not None:
            continue
        line = network.deadlines.get(i)
        reached = dates.start[i] if network.kind[i] == START_MILESTONE else dates.finish[i]
        if line is not None and reached > line.bound:
            lateness += line.weight * (reached - line.bound)
            missed += line.weight if reached > line.bound + network.tolerance else 0
        if network.kind[i] == WORK and network.actual_start[i] is None:
            objective += dates.start[i]
    makespan = max(dates.finish, default=0) - min(network.starts, default=0)
    return Measure(lateness, missed, objective, cost, makespan)


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
        self.touching: list[list[Link]] = [[] for _ in net.ids]
        for link in net.links:
            self.touching[link.pred].append(link)
            self.touching[link.succ].append(link)
        self.arrivals: list[list[Any]] = [[] for _ in net.ids]
        for gate in net.gates:
            for i in gate.gates:
                self.arrivals[i].append(gate.arrival)
        self.work, self.demand = list(net.work), list(net.demand)
        for i, modes in net.modes.items():
            mode = modes[dates.modes.get(i, 0)]
            self.work[i], self.demand[i] = mode.work, mode.demand

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
        floor, end = net.data_date, net.finish_from.get(i, -inf)
        for link in self.touching[i]:
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
        floors += [("factor", arrival) for arrival in self.arrivals[i]]
        for rule, floor in floors:
            if floor is not None and start < floor:
                yield self.broken(rule, i, f"start {start} lies before the {rule} {floor}")
        if i in net.start_by and start > net.start_by[i]:
            yield self.broken("last start", i, f"start {start} lies after the last start {net.start_by[i]}")
        if self.work[i] < net.floor.get(i, 0):
            yield self.broken("floor", i, f"work {self.work[i]} is below the floor {net.floor[i]}")

    def place(self, i: int) -> Iterator[Violation]:
        net, dates, walk = self.net, self.dates, self.walker(self.net.tables[i])
        begin, kind = dates.resume[i], net.kind[i]
        if not self.started(i) and begin != dates.start[i]:
            yield self.broken("finish", i, f"start {dates.start[i]} and place {begin} differ")
        if kind != FINISH_MILESTONE and not walk.allows(begin):
            yield self.broken("calendar", i, f"start {begin} is not a working slot of its calendar")
        finish = walk.finish(begin, self.work[i]) if kind == WORK else begin
        if dates.finish[i] != finish:
            yield self.broken("finish", i, f"finish {dates.finish[i]} should be {finish}")
        if i in net.finish_from and finish < net.finish_from[i]:
            yield self.broken(
                "least finish", i, f"{finish} lies before the least finish {net.finish_from[i]}"
            )
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
        if not self.binds(link):
            return
        bound, reached = self.most(link, link.lag), self.event(link.succ, link.to_finish)
        if reached > bound:
            yield self.link_broken("maximum lag", link, reached, f"after the latest {bound}")

    def binds(self, link: Link) -> bool:
        """Whether a maximum lag still binds: not into facts, nor once facts have broken it."""
        j = link.succ
        return not (self.done(j) or (self.started(j) and not link.to_finish) or link in self.dates.broken)

    def most(self, link: Link, lag: Any) -> Any:
        """Last boundary that a maximum lag of this length leaves its successor."""
        bound = self.walker(link.table).shift(self.event(link.pred, link.from_finish), lag)
        if not link.to_finish and self.net.kind[link.succ] != FINISH_MILESTONE:
            bound = self.walker(self.net.tables[link.succ]).next_allowed(bound)
        return bound

    def extensions(self, link: Link) -> int:
        """Extensions of a maximum lag that its successor needs."""
        if link.extension is None or not self.binds(link):
            return 0
        reached = self.event(link.succ, link.to_finish)
        used, lag = 0, link.lag - link.extension.times * link.extension.slots
        while used < link.extension.times and reached > self.most(link, lag):
            used, lag = used + 1, lag + link.extension.slots
        return used

    def link_broken(self, rule: str, link: Link, reached: Any, where: str) -> Violation:
        pred, succ = self.net.ids[link.pred], self.net.ids[link.succ]
        kind = ("F" if link.from_finish else "S") + ("F" if link.to_finish else "S")
        event = "finish" if link.to_finish else "start"
        return Violation(
            rule, (pred, succ), f"{kind} {pred} -> {succ}: {event} {reached} of '{succ}' lies {where}"
        )

    # -- resources ------------------------------------------------------------------------------------
    def capacity(self, k: int) -> Iterator[Violation]:
        """Units held over [start, finish), breaks included, against the units there; consumed: for good."""
        net, dates, resource = self.net, self.dates, self.net.resources[k]
        held: list[tuple[Any, Any, int, int]] = []
        for i, row in enumerate(self.demand):
            units = sum(number for which, number in row if which == k)
            if units and resource.consumed:
                held.append((dates.start[i], inf, units, i))
            elif units and not self.done(i):
                held.append((net.data_date if self.started(i) else dates.start[i], dates.finish[i], units, i))
        steps: dict[Any, list[tuple[int, int]]] = {when: [] for when, _ in resource.changes}
        for begin, end, units, i in held:
            steps.setdefault(begin, []).append((i, units))
            steps.setdefault(end, []).append((i, -units))
        users: dict[int, int] = {}
        there, need = resource.capacity, 0
        levels = dict(resource.changes)
        for moment in sorted(steps):
            for i, units in steps[moment]:
                users[i] = users.get(i, 0) + units
                need += units
            there = levels.get(moment, there)
            if need <= there:
                continue
            holders = [i for i, units in users.items() if units]
            if any(not self.started(i) for i in holders):
                names = tuple(net.ids[i] for i in sorted(holders))
                yield Violation(
                    "capacity",
                    names,
                    f"resource '{resource.id}' at {moment}: {need} units needed, {there} there, by "
                    + ", ".join(f"'{name}'" for name in names),
                )
