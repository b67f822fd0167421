"""What the dispatcher needs to know of a network, compiled once for all replications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from scheduling.calendar import CalendarTable, Table
from scheduling.network import Link, Network
from simulation.coupling import binding_resources, coupled


class Step(NamedTuple):
    """One minimum lag out of an activity: what it holds back, by how much."""

    succ: int
    lag: int
    table: Table


class Wait(NamedTuple):
    """One minimum lag into an activity whose place depends on where its predecessors are projected."""

    pred: int
    from_finish: bool
    to_finish: bool
    lag: int
    table: Table


@dataclass(frozen=True, slots=True)
class Queue:
    """Activities that ask for the same units at the same slots: when the first cannot start, none can.

    Attributes
    ----------
    demand : tuple of (resource position, units)
    table : calendar table
        Whose allowed slots they ask at.
    open : bytes or None
        Of each boundary, whether it is an allowed slot; None where all are.
    """

    demand: tuple[tuple[int, int], ...]
    table: Table
    open: bytes | None

    def allows(self, t: int) -> bool:
        """Whether one may start at a boundary."""
        return self.open is None or self.open[t] == 1


@dataclass(frozen=True)
class Dispatch:
    """The coupled part of a network; everything in it counts activities from 0.

    Attributes
    ----------
    activities : tuple of int
        Position in the network of each, by their ids as text: the last part of the order in which they ask.
    steps_on_start, steps_on_finish : tuple of tuples of Step
        What the start (finish) of each activity lets go on, for successors that just wait for it.
    waiting : tuple of int
        How many such steps each activity waits for.
    waits : tuple of tuples of Wait
        Links into activities that go by projected places (leads, FF, SF); empty for the others.
    watchers : tuple of tuples of int
        Activities to look at again when one starts or finishes, because their projections may change.
    planned : tuple of int
        Planned start of each: the first part of the order in which they ask.
    queues : tuple of Queue
    queue : tuple of int
        Queue of each activity.
    users : tuple of frozenset of int
        Queues that ask for each resource.
    held : tuple of int
        Units of each resource that work in progress holds from the data date on, and that facts consumed.
    changes : tuple of int
        Boundaries at which a capacity changes, in order.
    horizon : int or None
        Last boundary of the shortest calendar; None without calendars.
    """

    network: Network
    activities: tuple[int, ...]
    steps_on_start: tuple[tuple[Step, ...], ...]
    steps_on_finish: tuple[tuple[Step, ...], ...]
    waiting: tuple[int, ...]
    waits: tuple[tuple[Wait, ...], ...]
    watchers: tuple[tuple[int, ...], ...]
    planned: tuple[int, ...]
    queues: tuple[Queue, ...]
    queue: tuple[int, ...]
    users: tuple[frozenset[int], ...]
    held: tuple[int, ...]
    changes: tuple[int, ...]
    horizon: int | None


def compile_dispatch(network: Network, planned: Sequence[Any], *, everything: bool = False) -> Dispatch:
    """Compile what has to be dispatched.

    Parameters
    ----------
    network : Network
    planned : sequence of int
        Planned start of each activity by position: the first part of the order in which they ask.
    everything : bool
        Dispatch all unfinished activities, not just those that a resource can delay.
    """
    chosen = (i for i in range(len(network)) if not network.done(i)) if everything else coupled(network)
    members = tuple(sorted(chosen, key=lambda i: (str(network.ids[i]), i)))
    place = {i: k for k, i in enumerate(members)}
    inside = [
        link
        for link in network.links
        if not link.maximum
        and link.pred in place
        and link.succ in place
        and not network.fact(link.pred, link.from_finish)
    ]
    projecting = {place[link.succ] for link in inside if link.to_finish or link.lag < 0}
    on_start, on_finish, waits = _links(inside, place, projecting)
    queues, queue = _queues(network, members, projecting)
    users: list[set[int]] = [set() for _ in network.resources]
    for q, item in enumerate(queues):
        for resource, _ in item.demand:
            users[resource].add(q)
    held = [0] * len(network.resources)
    for i, demand in enumerate(network.demand):
        for resource, units in demand:
            if network.started(i) and (not network.done(i) or network.resources[resource].consumed):
                held[resource] += units
    return Dispatch(
        network,
        members,
        on_start,
        on_finish,
        waiting=_counts(on_start, on_finish, len(members)),
        waits=waits,
        watchers=_watchers(inside, place, projecting),
        planned=tuple(planned[i] for i in members),
        queues=queues,
        queue=queue,
        users=tuple(map(frozenset, users)),
        held=tuple(held),
        changes=tuple(sorted({begin for resource in network.resources for begin, _ in resource.changes})),
        horizon=min((t.horizon for t in network.tables if isinstance(t, CalendarTable)), default=None),
    )


def _links(
    inside: Sequence[Link], place: dict[int, int], projecting: set[int]
) -> tuple[tuple[tuple[Step, ...], ...], tuple[tuple[Step, ...], ...], tuple[tuple[Wait, ...], ...]]:
    on_start: list[list[Step]] = [[] for _ in place]
    on_finish: list[list[Step]] = [[] for _ in place]
    waits: list[list[Wait]] = [[] for _ in place]
    for link in inside:
        pred, succ = place[link.pred], place[link.succ]
        if succ in projecting:
            waits[succ].append(Wait(pred, link.from_finish, link.to_finish, link.lag, link.table))
        else:
            (on_finish if link.from_finish else on_start)[pred].append(Step(succ, link.lag, link.table))
    return tuple(map(tuple, on_start)), tuple(map(tuple, on_finish)), tuple(map(tuple, waits))


def _counts(
    on_start: Sequence[Sequence[Step]], on_finish: Sequence[Sequence[Step]], count: int
) -> tuple[int, ...]:
    waiting = [0] * count
    for steps in (*on_start, *on_finish):
        for step in steps:
            waiting[step.succ] += 1
    return tuple(waiting)


def _watchers(
    inside: Sequence[Link], place: dict[int, int], projecting: set[int]
) -> tuple[tuple[int, ...], ...]:
    """Activities whose projections an event of each activity can change, also through waiting finishes."""
    direct: list[list[Link]] = [[] for _ in place]
    for link in inside:
        if place[link.succ] in projecting:
            direct[place[link.pred]].append(link)
    found = []
    for k in range(len(place)):
        seen: set[int] = set()
        stack = list(direct[k])
        while stack:
            link = stack.pop()
            succ = place[link.succ]
            seen.add(succ)
            if link.to_finish:
                stack.extend(further for further in direct[succ] if further.from_finish)
        found.append(tuple(sorted(seen)))
    return tuple(found)


def _queues(
    network: Network, members: Sequence[int], projecting: set[int]
) -> tuple[tuple[Queue, ...], tuple[int, ...]]:
    """Queues by demand and calendar; an activity that goes by projections stands alone."""
    binding = binding_resources(network)
    signatures: dict[Any, int] = {}
    kinds: list[tuple[tuple[tuple[int, int], ...], Table]] = []
    queue = []
    for k, i in enumerate(members):
        demand = tuple(item for item in network.demand[i] if item[0] in binding)
        signature = (demand, id(network.tables[i]), k if k in projecting else None)
        if signature not in signatures:
            signatures[signature] = len(kinds)
            kinds.append((demand, network.tables[i]))
        queue.append(signatures[signature])
    tables = {id(table): table for _, table in kinds}
    opens = {
        key: (np.append(table.rates, 0) > 0).tobytes() if isinstance(table, CalendarTable) else None
        for key, table in tables.items()
    }
    return tuple(Queue(demand, table, opens[id(table)]) for demand, table in kinds), tuple(queue)
