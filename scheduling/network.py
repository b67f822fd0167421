"""The compiled network that the passes, the optimiser, the validator and the simulation read.

A :class:`Network` is frozen. Ids become positions 0..n-1 in a stable order, dates become boundaries, names of
calendars become tables, so that nobody downstream parses anything. :func:`scheduling.build.compile_network`
makes one from a ``networkx`` graph.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import accumulate, chain, groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from scheduling.calendar import CONTINUOUS, Axis, Number
from scheduling.errors import CycleError
from scheduling.links import Beside, Links
from scheduling.links import Extension as Extension
from scheduling.links import Link as Link

Id: TypeAlias = Hashable
When: TypeAlias = date | datetime | int | float
"""A moment as the caller gives it: a date (or datetime) with dated calendars, else a number."""

WORK, FINISH_MILESTONE, START_MILESTONE = 0, 1, 2
"""Kinds of activity. A finish milestone may lie on any boundary; a start milestone obeys its calendar."""


class Deadline(NamedTuple):
    """Latest boundary of an activity's finish (of a start milestone's start)."""

    bound: Number
    hard: bool = False
    weight: Number = 1


@dataclass(frozen=True, slots=True)
class Resource:
    """Units shared by the activities that demand them.

    Parameters
    ----------
    id : hashable
    capacity : int
        Units available at first.
    changes : tuple of (when, units)
        Later capacities, in order of time, each acting from the start of its slot.
    consumed : bool
        Whether the units are used up (a stock such as land quota or funds): an activity takes them whole at
        its start and gives none back. Capacities are then what was supplied in all until then, and what
        actual starts took counts too.
    """

    id: Id
    capacity: int
    changes: tuple[tuple[Any, int], ...] = ()
    consumed: bool = False

    @classmethod
    def stock(cls, id: Id, initial: int = 0, deliveries: Sequence[tuple[Any, int]] = ()) -> Resource:
        """A stock from what is there at first and later deliveries (when, quantity), in order of time.

        Examples
        --------
        >>> Resource.stock("funds", 10, [(5, 20), (9, 30)])
        Resource(id='funds', capacity=10, changes=((5, 30), (9, 60)), consumed=True)
        """
        sums = accumulate((quantity for _, quantity in deliveries), initial=initial)
        next(sums)
        changes = tuple((when, total) for (when, _), total in zip(deliveries, sums, strict=True))
        return cls(id, initial, changes, consumed=True)

    def capacity_at(self, boundary: Number) -> int:
        """Units available in the slot that begins at `boundary`."""
        units = self.capacity
        for begin, value in self.changes:
            if begin > boundary:
                break
            units = value
        return units


class Mode(NamedTuple):
    """One way to carry out an activity: its work, the units it needs, and its price."""

    id: Id
    work: Any
    demand: tuple[tuple[int, int], ...] = ()
    cost: Number = 0


@dataclass(frozen=True, slots=True)
class Factor:
    """Something supplied from outside (land, funds, power ...) that gates the start of activities.

    Parameters
    ----------
    id : hashable
        Stable id; also the id of the activity that stands for the factor when it has no supply date.
    gates : tuple of activity ids
    supply : date or number, optional
        When it is in hand. None: it takes `lead` elapsed slots from the end of its predecessors.
    lead : int
        Elapsed slots that a factor without a supply date takes.
    after : tuple of activity ids, optional
        What the lead waits for; by default what the earliest unstarted gated activity waits for.
    """

    id: Id
    gates: tuple[Id, ...]
    supply: When | None = None
    lead: int = 1
    after: tuple[Id, ...] | None = None


class Gate(NamedTuple):
    """A factor with a supply date: arrival boundary and the unstarted activities it holds back."""

    id: Id
    arrival: int | float
    gates: tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """Activities, links, calendars, resources, factors and status as positions and boundaries.

    Attributes
    ----------
    ids : tuple
        Id of each activity; every other per-activity tuple has the same order.
    kind : tuple of int
        WORK, FINISH_MILESTONE or START_MILESTONE.
    work : tuple of number
        Planning work in slots at full rate; the *remaining* work of an activity in progress, 0 when done.
    tables : tuple of calendar tables
    project : tuple of int
        Position in `projects`.
    starts : tuple of number
        Start boundary of each project.
    release : tuple
        Earliest start, or None.
    start_by : dict of int to number
        Last start of an unstarted activity (start no later than); no plan misses it.
    finish_from : dict of int to number
        Least finish (finish no earlier than).
    deadlines : dict of int to Deadline
    demand : tuple of tuples (resource position, units)
    modes : dict of int to tuple of Mode
        Ways of unstarted activities that have several. The first is the planning mode.
    choice : dict of int to int
        The modes that `work` and `demand` belong to, where not the planning ones.
    floor : dict of int to number
        Work that the law demands at least, whatever the mode.
    links : sequence of Link
        :class:`~scheduling.links.Links` of a compiled network.
    actual_start, actual_finish : tuple
        Boundaries, or None.
    data_date : number or None
        Unfinished work lies at or after this boundary.
    lead_factors : dict of int to id
        Activities that stand for factors without a supply date.
    """

    ids: tuple[Id, ...]
    kind: tuple[int, ...]
    work: tuple[Any, ...]
    tables: tuple[Any, ...]
    project: tuple[int, ...]
    projects: tuple[Id, ...]
    starts: tuple[Any, ...]
    release: tuple[Any, ...]
    deadlines: dict[int, Deadline]
    demand: tuple[tuple[tuple[int, int], ...], ...]
    resources: tuple[Resource, ...]
    links: Sequence[Link]
    actual_start: tuple[Any, ...]
    actual_finish: tuple[Any, ...]
    data_date: Any = None
    axis: Axis | None = None
    gates: tuple[Gate, ...] = ()
    lead_factors: dict[int, Id] | None = None
    start_by: dict[int, Any] = field(default_factory=dict)
    finish_from: dict[int, Any] = field(default_factory=dict)
    modes: dict[int, tuple[Mode, ...]] = field(default_factory=dict)
    choice: Mapping[int, int] = field(default_factory=dict)
    floor: dict[int, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def index(self) -> dict[Id, int]:
        """Position by id."""
        return {name: i for i, name in enumerate(self.ids)}

    @cached_property
    def minimum_links(self) -> Links:
        """Links that are not maximum lags."""
        links = Links.of(self.links)
        return links.kept(links.saying(lambda link: not link.maximum))

    @cached_property
    def before(self) -> Beside:
        """Minimum links into each activity, as columns."""
        return self.minimum_links.beside(len(self), of_succ=True)

    @cached_property
    def after(self) -> Beside:
        """Minimum links out of each activity, as columns."""
        return self.minimum_links.beside(len(self), of_succ=False)

    @cached_property
    def binding_after(self) -> Beside:
        """Those of them that can hold their predecessor back: not those between facts (SEMANTICS 19)."""
        if not self.begun:
            return self.after
        links = self.minimum_links
        begun = np.array([at is not None for at in self.actual_start], dtype=np.bool_)
        done = np.array([at is not None for at in self.actual_finish], dtype=np.bool_)
        fact = done[links.pred] | (begun[links.pred] & ~links.saying(lambda link: link.from_finish))
        return links.kept(~done[links.succ] & ~fact).beside(len(self), of_succ=False)

    @cached_property
    def calendared(self) -> list[int]:
        """Activities with a calendar."""
        if set(self.tables) <= {CONTINUOUS}:
            return []
        return [i for i, table in enumerate(self.tables) if table is not CONTINUOUS]

    @cached_property
    def begun(self) -> list[int]:
        """Activities with facts: those that have started (they may have finished)."""
        return [i for i, at in enumerate(self.actual_start) if at is not None]

    @cached_property
    def into(self) -> list[list[Link]]:
        """Minimum links into each activity."""
        lists: list[list[Link]] = [[] for _ in self.ids]
        for link in self.minimum_links:
            lists[link.succ].append(link)
        return lists

    @cached_property
    def out_of(self) -> list[list[Link]]:
        """Minimum links out of each activity."""
        lists: list[list[Link]] = [[] for _ in self.ids]
        for link in self.minimum_links:
            lists[link.pred].append(link)
        return lists

    @cached_property
    def maximum_links(self) -> tuple[Link, ...]:
        """Maximum lags that still can bind: not into facts (SEMANTICS 19)."""
        links = Links.of(self.links)
        return tuple(
            link
            for link in links.kept(links.saying(lambda link: link.maximum))
            if not self.done(link.succ) and not (self.started(link.succ) and not link.to_finish)
        )

    @cached_property
    def pushing_maxima(self) -> tuple[Link, ...]:
        """Maximum lags that can push their predecessor later: those not out of facts."""
        return tuple(link for link in self.maximum_links if not self.fact(link.pred, link.from_finish))

    @cached_property
    def tolerance(self) -> Number:
        """Difference between two numbers that is rounding; 0 unless the input has fractions of a slot."""
        if self.axis is not None:
            return 0
        given: list[Iterable[Any]] = [[link.lag for link in Links.of(self.links).patterns], [self.data_date]]
        given += [[line.bound for line in self.deadlines.values()], [gate.arrival for gate in self.gates]]
        given += [self.start_by.values(), self.finish_from.values()]
        given += [[mode.work for mode in modes] for modes in self.modes.values()]
        given += [self.work, self.starts, self.release, self.actual_start, self.actual_finish]
        return 1e-6 if float in set(map(type, chain.from_iterable(given))) else 0

    @cached_property
    def blocks(self) -> list[tuple[bool, list[int]]]:
        """Activities in the order of the early pass, as runs to place one after the other.

        True marks a block: activities that maximum lags tie into a circle, to be placed again and again until
        they settle. The late pass takes everything in reverse.
        """
        if not self.pushing_maxima:
            return [(False, self.order)]
        import networkx as nx

        rank = {i: k for k, i in enumerate(self.order)}
        pushes: nx.DiGraph[int] = nx.DiGraph()
        pushes.add_nodes_from(self.order)
        pushes.add_edges_from(
            (link.pred, link.succ) for link in self.minimum_links if not self.done(link.succ)
        )
        pushes.add_edges_from((link.succ, link.pred) for link in self.pushing_maxima)
        whole = nx.condensation(pushes)
        members = [
            sorted(whole.nodes[k]["members"], key=rank.__getitem__) for k in nx.topological_sort(whole)
        ]
        runs: list[tuple[bool, list[int]]] = []
        for alone, groups in groupby(members, key=lambda group: len(group) == 1):
            if alone:
                runs.append((False, [i for group in groups for i in group]))
            else:
                runs.extend((True, group) for group in groups)
        return runs

    @cached_property
    def order(self) -> list[int]:
        """Topological order over the minimum links.

        Raises
        ------
        CycleError
            Naming the activities of one cycle.
        """
        if (self.minimum_links.pred < self.minimum_links.succ).all():
            return list(range(len(self)))
        first, succs = self.after[:2]
        waiting = np.diff(self.before.first).tolist()
        order = [i for i, count in enumerate(waiting) if not count]
        for i in order:
            for j in succs[first[i] : first[i + 1]]:
                waiting[j] -= 1
                if not waiting[j]:
                    order.append(j)
        if len(order) < len(self.ids):
            raise CycleError(tuple(self.ids[i] for i in self._cycle(waiting)))
        return order

    def _cycle(self, waiting: list[int]) -> list[int]:
        """One cycle among the activities left over: walk back along links until one repeats."""
        node = next(i for i, count in enumerate(waiting) if count)
        seen: dict[int, int] = {}
        walk: list[int] = []
        while node not in seen:
            seen[node] = len(walk)
            walk.append(node)
            node = next(link.pred for link in self.into[node] if waiting[link.pred])
        return walk[: seen[node] - 1 if seen[node] else None : -1]

    @cached_property
    def bounds(self) -> list[Any]:
        """Earliest resume of unfinished work by release, factor arrival and data date; None where free.

        Release and factors hold back starts, not work in progress. Project starts are not in it: `clamp`
        decides about those.
        """
        bounds = list(self.release)
        for i in self.begun:
            bounds[i] = None
        for gate in self.gates:
            for i in gate.gates:
                bounds[i] = later(bounds[i], gate.arrival)
        if self.data_date is None:
            return bounds
        return [None if self.done(i) else later(bound, self.data_date) for i, bound in enumerate(bounds)]

    def mode(self, i: int) -> Mode:
        """The chosen mode of an activity that has several."""
        return self.modes[i][self.choice.get(i, 0)]

    def resources_of(self, i: int) -> set[int]:
        """Positions of the resources that an activity demands in one of its modes."""
        rows = [mode.demand for mode in self.modes[i]] if i in self.modes else [self.demand[i]]
        return {k for row in rows for k, _ in row}

    def works(self, i: int) -> tuple[Any, ...]:
        """Work of an activity in each of its modes."""
        return tuple(mode.work for mode in self.modes[i]) if i in self.modes else (self.work[i],)

    def with_modes(self, choice: Mapping[int, int]) -> Network:
        """The network with other modes chosen: positions of modes by position of activity.

        Activities left out take their planning mode.
        """
        if dict(choice) == dict(self.choice):
            return self
        work, demand = list(self.work), list(self.demand)
        for i, ways in self.modes.items():
            way = ways[choice.get(i, 0)]
            work[i], demand[i] = way.work, way.demand
        return replace(self, work=tuple(work), demand=tuple(demand), choice=dict(choice))

    def done(self, i: int) -> bool:
        """Whether the activity has finished."""
        return self.actual_finish[i] is not None

    def started(self, i: int) -> bool:
        """Whether the activity has started (it may have finished)."""
        return self.actual_start[i] is not None

    def fact(self, i: int, finish: bool) -> bool:
        """Whether the finish (else the start) of the activity is known."""
        return self.done(i) or (self.started(i) and not finish)

    # -- dates at the edge ----------------------------------------------------------------------------
    def show_start(self, i: int, boundary: Any) -> Any:
        """A start as callers read it: a date with an axis, the number without one."""
        if boundary is None or self.axis is None:
            return boundary
        if self.kind[i] == FINISH_MILESTONE:
            return self.show_finish(i, boundary)
        return self.axis.start_date(boundary)

    def show_finish(self, i: int, boundary: Any) -> Any:
        """A finish as callers read it; a finish milestone ahead on the project start shows that day."""
        if boundary is None or self.axis is None:
            return boundary
        if self.kind[i] == START_MILESTONE:
            return self.axis.start_date(boundary)
        at_start = boundary == self.starts[self.project[i]] and not self.done(i)
        if self.kind[i] == FINISH_MILESTONE and at_start:
            return self.axis.start_date(boundary)
        return self.axis.finish_date(boundary)


def later(a: Any, b: Any) -> Any:
    """The greater of two bounds, of which None is none."""
    if a is None or b is None:
        return b if a is None else a
    return a if a > b else b
