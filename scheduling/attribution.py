"""Whose days were lost: the slip of a forecast from status to status, given out exactly.

A contemporaneous period analysis (windows analysis): the forecast finish of a project moves from one status
to the next, and within each window the changes are put in one at a time, in the order of the network, each
charged with the slip that it adds. The shares of a window add up to its slip, and the windows to the slip
in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

import networkx as nx

from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.passes import early_pass

Kind: TypeAlias = Literal["factor", "waiting", "work", "calendar"]
"""Why days were lost: a factor came later; a node that could have begun did not; its work took or takes
longer; its unchanged work now meets other days of rest."""


@dataclass(frozen=True, slots=True)
class Share:
    """Days that one change cost a project within one window, in elapsed slots; negative: won.

    Attributes
    ----------
    window : int
        Its number, from 0.
    cause : hashable
        The activity or factor that changed, in whichever project.
    share : int
        What it adds to the slip after everything before it.
    alone : int
        What it would have cost with nothing else changed.
    concurrent : int
        Days that it would have cost alone and that would have been lost without it too.
    """

    window: int
    project: Id
    cause: Id
    kind: Kind
    share: int
    alone: int
    concurrent: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Slips and whose they are.

    Attributes
    ----------
    slips : mapping of project to tuple of int
        Slip of the forecast finish in each window, in elapsed slots.
    shares : tuple of Share
        Whatever costs or wins something, or would alone; window by window, in the order of the network.
    """

    slips: Mapping[Id, tuple[int, ...]]
    shares: tuple[Share, ...]

    def total(self, project: Id) -> int:
        """Slip of a project in all."""
        return sum(self.slips[project])

    def of(self, project: Id) -> tuple[Share, ...]:
        """Shares of one project."""
        return tuple(item for item in self.shares if item.project == project)


Part: TypeAlias = Literal["wait", "length"]


class _Link(NamedTuple):
    """What an event of another unit asks: not before it plus a gap."""

    source: Id
    from_finish: bool
    to_finish: bool
    gap: int


class _Unit(NamedTuple):
    """An activity or factor in one status: what it waits for, how long beyond that, how long it lasts."""

    incoming: tuple[_Link, ...]
    wait: int
    length: int


class _Status(NamedTuple):
    """Units of one status, and what is known of them."""

    units: Mapping[Id, _Unit]
    begun: frozenset[Id]
    work: Mapping[Id, int]
    could_begin: Mapping[Id, int]
    data_date: int
    factors: frozenset[Id]
    measured: Mapping[Id, frozenset[Id]]


def attribute(networks: Sequence[Network]) -> Attribution:
    """Give out the slip from each network to the next.

    Parameters
    ----------
    networks : sequence of Network
        Statuses of the same projects in order of data date, with dated calendars of equal slots.

    Returns
    -------
    Attribution

    Raises
    ------
    InputError
        For fewer than two networks, networks without dates, or links that would form a circle between
        statuses.

    Notes
    -----
    Finish of a project: the latest finish of its nodes with deadlines, else of all its nodes, by the early
    pass from actual dates and remaining work. Each activity is taken as what it waits for (its links, each
    with the gap between both events), the wait beyond that, and its length; these three give its dates back
    exactly, so that no rounding is left over. `concurrent` is what a change would cost alone less what
    would be saved but for it, never below zero: two delays side by side of ten days each are ten days of
    slip, and both are marked with ten concurrent days.

    See AACE International RP 29R-03, Forensic Schedule Analysis (contemporaneous period analysis), and the
    Society of Construction Law's Delay and Disruption Protocol (time slice windows analysis) for the method
    and its limits.

    Examples
    --------
    >>> from datetime import date
    >>> from scheduling.build import compile_network
    >>> from scheduling.calendar import Calendar
    >>> def status(day, **facts):
    ...     graph = nx.DiGraph()
    ...     graph.add_node("design", duration=5, project="P", calendar="all", **facts)
    ...     graph.add_node("build", duration=10, project="P", calendar="all")
    ...     graph.add_edge("design", "build")
    ...     every = Calendar("all", [100] * 7)
    ...     return compile_network(graph, calendars={"all": every}, start=date(2026, 1, 1), data_date=day)
    >>> early, late = status(date(2026, 1, 1)), status(date(2026, 1, 4))
    >>> found = attribute([early, late])
    >>> found.total("P"), [(item.cause, item.kind, item.share) for item in found.shares]
    (3, [('design', 'waiting', 3)])
    """
    if len(networks) < 2:
        raise InputError("an attribution compares at least two statuses. Give a later one too.")
    statuses = [_status(net) for net in networks]
    slips: dict[Id, list[int]] = {}
    shares: list[Share] = []
    for window, (before, after) in enumerate(pairwise(statuses)):
        found = _Window(window, before, after)
        for project in {**before.measured, **after.measured}:
            slips.setdefault(project, [0] * window)
        for project, row in slips.items():
            row.append(found.slip(project))
        shares += found.shares()
    return Attribution({project: tuple(row) for project, row in slips.items()}, tuple(shares))


class _Window:
    """From one status to the next."""

    def __init__(self, number: int, before: _Status, after: _Status) -> None:
        self.number, self.before, self.after = number, _with_old_factors(before, after), after
        graph: nx.DiGraph[Id] = nx.DiGraph()
        for status in (self.before, self.after):
            graph.add_nodes_from(status.units)
            graph.add_edges_from(
                (link.source, name) for name, unit in status.units.items() for link in unit.incoming
            )
        self.graph = graph
        try:
            self.order = list(nx.lexicographical_topological_sort(graph, key=str))
        except nx.NetworkXUnfeasible:
            raise InputError(
                "the links of two statuses together form a circle. Compare statuses with the same links."
            ) from None
        self.behind_of: dict[Id, list[Id]] = {}

    def slip(self, project: Id) -> int:
        """Slip of a project's finish."""
        first, last = (self.finish(status.units, project) for status in (self.before, self.after))
        return last - first

    def shares(self) -> list[Share]:
        """What each change costs each project."""
        changed = [name for name in self.order if self.before.units.get(name) != self.after.units.get(name)]
        found: list[Share] = []
        for project in {**self.before.measured, **self.after.measured}:
            behind = set(self.behind(project))
            found += self.project(project, [name for name in changed if name in behind])
        return found

    def behind(self, project: Id) -> list[Id]:
        """Units that the project's finish depends on, in order."""
        if project not in self.behind_of:
            nodes = self.nodes(project)
            behind = nodes.union(*(nx.ancestors(self.graph, name) for name in nodes))
            self.behind_of[project] = [name for name in self.order if name in behind]
        return self.behind_of[project]

    def nodes(self, project: Id) -> set[Id]:
        none: frozenset[Id] = frozenset()
        return set(self.before.measured.get(project, none) | self.after.measured.get(project, none))

    def project(self, project: Id, changed: Sequence[Id]) -> list[Share]:
        """Shares of the changes that a project's finish depends on."""
        before, after = self.before.units, self.after.units
        units = dict(before)
        first = at = self.finish(units, project)
        last = self.finish(after, project)
        found = []
        for name in changed:
            for part in self.parts(name):
                units[name] = _with(units.get(name), after[name], part)
                now = self.finish(units, project)
                alone = (
                    self.finish({**before, name: _with(before.get(name), after[name], part)}, project) - first
                )
                kept = {**after, name: _with(after[name], before[name], part)} if name in before else after
                but_for = last - self.finish(kept, project)
                if now != at or alone > 0:
                    kind = self.waiting(name) if part == "wait" else self.lasting(name)
                    concurrent = max(0, alone - max(but_for, 0))
                    found.append(Share(self.number, project, name, kind, now - at, alone, concurrent))
                at = now
        return found

    def parts(self, name: Id) -> list[Part]:
        """What has changed of a unit: what it waits for and how long beyond that, and its length.

        A unit that is gone changes nothing itself: those that waited for it do not any more.
        """
        before, after = self.before.units.get(name), self.after.units.get(name)
        if after is None:
            return []
        if before is None:
            return ["wait"]
        waits = (before.incoming, before.wait) != (after.incoming, after.wait)
        parts: list[Part] = ["wait"] if waits else []
        return [*parts, "length"] if before.length != after.length else parts

    def waiting(self, name: Id) -> Kind:
        if name in self.after.factors:
            return "factor"
        held_up = self.after.could_begin.get(name, self.after.data_date) < self.after.data_date
        return "waiting" if name in self.after.begun or held_up else "calendar"

    def lasting(self, name: Id) -> Kind:
        if name in self.after.factors:
            return "factor"
        same = self.before.work.get(name) == self.after.work.get(name)
        return "calendar" if same and name not in self.after.begun else "work"

    def finish(self, units: Mapping[Id, _Unit], project: Id) -> int:
        """Latest finish of the measured nodes of a project."""
        start: dict[Id, int] = {}
        finish: dict[Id, int] = {}
        for name in self.behind(project):
            unit = units.get(name)
            if unit is None:
                continue
            floor = None
            for link in unit.incoming:
                events = finish if link.from_finish else start
                if link.source in events:
                    at = events[link.source] + link.gap - (unit.length if link.to_finish else 0)
                    floor = at if floor is None else max(floor, at)
            start[name] = unit.wait if floor is None else floor + unit.wait
            finish[name] = start[name] + unit.length
        return max(finish[name] for name in self.nodes(project) if name in finish)


def _with_old_factors(before: _Status, after: _Status) -> _Status:
    """The earlier status with other ids for factors whose place in the network has changed.

    A factor without a supply date follows what the first unstarted node that it gates follows, which moves as
    nodes begin: the old factor is then gone, and the new one has come.
    """
    old = {
        name: ("before", name)
        for name in before.factors & after.factors
        if name in before.units and name in after.units
        if {link.source for link in before.units[name].incoming}
        != {link.source for link in after.units[name].incoming}
    }
    if not old:
        return before

    def other(name: Id) -> Id:
        return old.get(name, name)

    units = {
        other(name): unit._replace(
            incoming=tuple(link._replace(source=other(link.source)) for link in unit.incoming)
        )
        for name, unit in before.units.items()
    }
    return before._replace(units=units)


def _with(unit: _Unit | None, other: _Unit, part: Part) -> _Unit:
    """A unit with one part of another; the other itself where there is none."""
    if unit is None:
        return other
    if part == "wait":
        return unit._replace(incoming=other.incoming, wait=other.wait)
    return unit._replace(length=other.length)


def _status(net: Network) -> _Status:
    if net.axis is None:
        raise InputError("an attribution counts days: it needs networks with dated calendars.")
    offset = net.axis.first.toordinal() * net.axis.slots_per_day
    early = early_pass(net)
    gates: dict[int, list[tuple[Id, int]]] = {}
    units: dict[Id, _Unit] = {}
    for gate in net.gates:
        units[gate.id] = _Unit((), int(gate.arrival) + offset, 0)
        for i in gate.gates:
            gates.setdefault(i, []).append((gate.id, int(gate.arrival)))
    could_begin: dict[Id, int] = {}
    for i, name in enumerate(net.ids):
        start = int(early.start[i]) if net.started(i) else int(early.resume[i])
        length = int(early.finish[i]) - start
        incoming = [_Link(gate, True, False, 0) for gate, _ in gates.get(i, ())]
        floor = [arrival for _, arrival in gates.get(i, ())]
        for link in net.into[i]:
            if link.maximum:
                continue
            event = int((early.finish if link.from_finish else early.start)[link.pred])
            at = int(link.table.shift(event, link.lag))
            incoming.append(_Link(net.ids[link.pred], link.from_finish, link.to_finish, at - event))
            floor.append(at - (length if link.to_finish else 0))
        could_begin[name] = max(floor, default=0) + offset
        wait = start - max(floor) if floor else start + offset
        units[name] = _Unit(tuple(incoming), wait, length)
    lines: dict[int, set[Id]] = {}
    for i in net.deadlines:
        lines.setdefault(net.project[i], set()).add(net.ids[i])
    for i, name in enumerate(net.ids):
        if net.project[i] not in lines:
            lines.setdefault(-1 - net.project[i], set()).add(name)
    measured = {project: frozenset(lines.get(k) or lines[-1 - k]) for k, project in enumerate(net.projects)}
    leads = {net.ids[i] for i in (net.lead_factors or {})}
    data_date = net.data_date if net.data_date is not None else 0
    return _Status(
        units=units,
        begun=frozenset(name for i, name in enumerate(net.ids) if net.started(i)),
        work={name: int(net.work[i]) for i, name in enumerate(net.ids)},
        could_begin=could_begin,
        data_date=int(data_date) + offset,
        factors=frozenset(leads | {gate.id for gate in net.gates}),
        measured=measured,
    )
