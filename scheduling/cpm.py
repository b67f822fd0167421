"""The critical path: early and late dates, floats, driving links, for any ``networkx`` graph.

Importing this module loads neither a solver nor a simulator, so that other programs can call
:func:`critical_path` cheaply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scheduling.build import compile_network
from scheduling.calendar import Calendar, CalendarTable
from scheduling.network import FINISH_MILESTONE, WORK, Id, Link, Network, When
from scheduling.passes import (
    Dates,
    early_pass,
    greatest_start,
    late_pass,
    least_start,
    pushed_from_outside,
)
from scheduling.status import Status

if TYPE_CHECKING:
    import pandas as pd

    from scheduling.build import Graph


@dataclass(frozen=True)
class CriticalPath:
    """Result of both passes.

    Numbers are working units from 0; with dated calendars, starts and finishes are dates. Late dates and
    floats are None where no solution lies before the deadlines, floats also for done activities.

    Attributes
    ----------
    network : Network
        The compiled input.
    early : Dates
        Least solution, as boundaries by position.
    late : Dates or None
        Greatest solution, as boundaries by position.
    status : Status
        OPTIMAL, or LATE (INFEASIBLE) when the early dates miss a soft (hard) deadline.
    """

    network: Network
    early: Dates
    late: Dates | None
    status: Status

    def _by_id(self, show: Callable[[int, Any], Any], values: list[Any] | None) -> dict[Id, Any]:
        ids = self.network.ids
        if values is None:
            return dict.fromkeys(ids)
        if self.network.axis is None:
            return dict(zip(ids, values, strict=True))
        return {name: show(i, values[i]) for i, name in enumerate(ids)}

    @cached_property
    def early_start(self) -> Mapping[Id, Any]:
        """Least start by activity."""
        return self._by_id(self.network.show_start, self.early.start)

    @cached_property
    def early_finish(self) -> Mapping[Id, Any]:
        """Least finish by activity."""
        return self._by_id(self.network.show_finish, self.early.finish)

    @cached_property
    def late_start(self) -> Mapping[Id, Any]:
        """Greatest start by activity."""
        return self._by_id(self.network.show_start, self.late.start if self.late else None)

    @cached_property
    def late_finish(self) -> Mapping[Id, Any]:
        """Greatest finish by activity."""
        return self._by_id(self.network.show_finish, self.late.finish if self.late else None)

    @cached_property
    def _total(self) -> list[Any]:
        return total_floats(self.network, self.early, self.late)

    @cached_property
    def total_float(self) -> Mapping[Id, Any]:
        """Working slots (elapsed ones for milestones) between early and late finish."""
        return dict(zip(self.network.ids, self._total, strict=True))

    @cached_property
    def free_float(self) -> Mapping[Id, Any]:
        """Slots by which a finish can move while every other activity keeps its early dates."""
        return dict(zip(self.network.ids, free_floats(self.network, self.early), strict=True))

    @cached_property
    def critical(self) -> frozenset[Id]:
        """Unfinished activities without positive float."""
        ids = self.network.ids
        return frozenset(ids[i] for i, value in enumerate(self._total) if value is not None and value <= 0)

    @cached_property
    def project_finish(self) -> Mapping[Id, Any]:
        """Early finish of each project."""
        finishes = early_finishes(self.network, self.early)
        net = self.network
        return {
            project: net.axis.finish_date(finishes[k]) if net.axis else finishes[k]
            for k, project in enumerate(net.projects)
        }

    @cached_property
    def duration(self) -> Any:
        """Slots from the first project (or earlier) start to the last early finish."""
        net = self.network
        if not len(net):
            return 0
        return max(self.early.finish) - min(*net.starts, *self.early.start)

    @cached_property
    def _driving(self) -> list[list[Link]]:
        return driving_links(self.network, self.early)

    @cached_property
    def driving(self) -> Mapping[Id, tuple[Id, ...]]:
        """Predecessors that alone already put an activity where its early dates are."""
        ids = self.network.ids
        return {
            ids[i]: tuple(dict.fromkeys(ids[_driver(link, i)] for link in links))
            for i, links in enumerate(self._driving)
        }

    def paths(self, project: Id | None = None) -> Iterator[tuple[Id, ...]]:
        """All critical paths, one at a time: driving links followed back from each project's finish.

        Parameters
        ----------
        project : hashable, optional
            Only the paths into this project's finish.

        Yields
        ------
        tuple of ids
            From the first activity to the last.
        """
        net = self.network
        finishes = early_finishes(net, self.early)
        for k, name in enumerate(net.projects):
            if project is not None and name != project:
                continue
            for i in range(len(net)):
                if net.project[i] == k and not net.done(i) and self.early.finish[i] == finishes[k]:
                    if any(link.pred == i and net.project[link.succ] == k for link in self._drives(i)):
                        continue
                    yield from self._walk((i,))

    def _drives(self, i: int) -> Iterator[Link]:
        """Driving links out of an activity into one that also ends its project."""
        for link in self.network.out_of[i]:
            if self.early.finish[link.succ] == self.early.finish[i] and link in self._driving[link.succ]:
                yield link

    def _walk(self, tail: tuple[int, ...]) -> Iterator[tuple[Id, ...]]:
        stack = [tail]
        while stack:
            path = stack.pop()
            drivers = dict.fromkeys(_driver(link, path[0]) for link in self._driving[path[0]])
            heads = [j for j in drivers if j not in path and not self.network.done(j)]
            if not heads:
                yield tuple(self.network.ids[i] for i in path)
            stack.extend((j, *path) for j in reversed(heads))

    def to_frame(self) -> pd.DataFrame:
        """A row an activity, as a pandas data frame."""
        import pandas as pd

        columns = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")
        data = {name: list(getattr(self, name).values()) for name in columns}
        data["critical"] = [name in self.critical for name in self.network.ids]
        return pd.DataFrame(data, index=pd.Index(self.network.ids, name="activity"))


def critical_path(
    graph: Graph | Network,
    *,
    duration: str = "duration",
    lag: str = "lag",
    relation: str = "type",
    calendars: Mapping[str, Calendar | CalendarTable] | None = None,
    start: When | Mapping[Id, When] | None = None,
    data_date: When | None = None,
    slots_per_day: int = 1,
    progress_override: bool = False,
    clamp: bool = True,
) -> CriticalPath:
    """Early and late dates, floats and critical paths of a network of activities.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or Network
        Attributes as :func:`scheduling.build.compile_network` reads them; the other parameters are its too.
        A compiled network is taken as it is.
    clamp : bool
        Whether no activity starts before its project. False: only what no link reaches does (the convention
        of books that let a negative lag pull an activity before 0).

    Returns
    -------
    CriticalPath

    Raises
    ------
    CycleError, ContradictionError
        If the links contradict themselves; the message names them.
    InputError
        For an attribute that makes no sense; the message names the activity.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> for name, days in {"design": 3, "permit": 2, "site": 1}.items():
    ...     graph.add_node(name, duration=days)
    >>> graph.add_edges_from([("design", "permit"), ("site", "permit")])
    >>> result = critical_path(graph)
    >>> result.duration, sorted(result.critical), result.total_float["site"]
    (5, ['design', 'permit'], 2)
    >>> list(result.paths())
    [('design', 'permit')]
    """
    net = (
        graph
        if isinstance(graph, Network)
        else compile_network(
            graph,
            duration=duration,
            lag=lag,
            relation=relation,
            calendars=calendars,
            start=start,
            data_date=data_date,
            slots_per_day=slots_per_day,
            progress_override=progress_override,
        )
    )
    early = early_pass(net, clamp=clamp)
    late = late_pass(net, early, latest_finishes(net, early, clamp=clamp))
    return CriticalPath(net, early, late, judge(net, early))


def judge(net: Network, dates: Dates) -> Status:
    """OPTIMAL when `dates` meet every deadline, else LATE or, for a hard one, INFEASIBLE.

    A deadline of a done activity is a fact and does not count.
    """
    missed = [line for i, line in net.deadlines.items() if not net.done(i) and dates.finish[i] > line.bound]
    if not missed:
        return Status.OPTIMAL
    return Status.INFEASIBLE if any(line.hard for line in missed) else Status.LATE


def early_finishes(net: Network, early: Dates) -> list[Any]:
    """Early finish of each project."""
    finishes = list(net.starts)
    for i, finish in enumerate(early.finish):
        k = net.project[i]
        finishes[k] = max(finishes[k], finish)
    return finishes


def latest_finishes(net: Network, early: Dates, *, clamp: bool = True, relax: bool = False) -> list[Any]:
    """Greatest finish of each activity by its own deadline and its project's end (SEMANTICS 8).

    Parameters
    ----------
    clamp : bool
        Whether the project's end binds every activity; else only those that no link binds from behind.
    relax : bool
        Move missed deadlines to the early finish first, as plans do (SEMANTICS 9).
    """
    ends = early_finishes(net, early)
    own = {}
    for i, line in net.deadlines.items():
        if not net.done(i):
            own[i] = max(line.bound, early.finish[i]) if relax else line.bound
            ends[net.project[i]] = max(ends[net.project[i]], own[i])
    free = set() if clamp else pushed_from_outside(net, backwards=True)
    return [own.get(i) if i in free else min(own.get(i, ends[k]), ends[k]) for i, k in enumerate(net.project)]


def total_floats(net: Network, early: Dates, late: Dates | None) -> list[Any]:
    """Total float by position; None for done activities and without late dates."""
    if late is None:
        return [None] * len(net)
    return [None if net.done(i) else _float(net, i, early.finish[i], late.finish[i]) for i in range(len(net))]


def free_floats(net: Network, early: Dates) -> list[Any]:
    """Free float by position (SEMANTICS 12); None for done activities."""
    ends = early_finishes(net, early)
    floats: list[Any] = []
    caps = _maximum_caps(net, early)
    for i in range(len(net)):
        if net.done(i):
            floats.append(None)
            continue
        begin, end = caps.get(i, (None, None))
        bounds = [ends[net.project[i]]]
        if i in net.deadlines:
            bounds.append(net.deadlines[i].bound)
        if end is not None:
            bounds.append(end)
        starts = [] if begin is None else [begin]
        for link in net.out_of[i]:
            if net.done(link.succ) or (net.started(i) and not link.from_finish):
                continue
            event = early.finish[link.succ] if link.to_finish else early.resume[link.succ]
            (bounds if link.from_finish else starts).append(link.table.unshift_latest(event, link.lag))
        floats.append(_room(net, early, i, min(starts, default=None), min(bounds)))
    return floats


def _room(net: Network, early: Dates, i: int, begin: Any, end: Any) -> Any:
    """Float up to the greatest place under `begin` and `end`, never negative."""
    if (begin is not None and begin <= early.resume[i]) or end <= early.finish[i]:
        return 0
    at = greatest_start(net, i, begin, end)
    finish = net.tables[i].finish(at, net.work[i]) if net.kind[i] == WORK else at
    return max(0, _float(net, i, early.finish[i], finish))


def _maximum_caps(net: Network, early: Dates) -> dict[int, tuple[Any, Any]]:
    """Greatest start and finish that maximum lags out of other activities' early dates leave."""
    caps: dict[int, tuple[Any, Any]] = {}
    broken = set(early.broken)
    for link in net.maximum_links:
        if link in broken:
            continue
        event = early.finish[link.pred] if link.from_finish else early.start[link.pred]
        bound = link.table.shift(event, link.lag)
        begin, end = caps.get(link.succ, (None, None))
        if link.to_finish:
            end = bound if end is None else min(end, bound)
        else:
            if net.kind[link.succ] != FINISH_MILESTONE:
                bound = net.tables[link.succ].next_start(bound)
            begin = bound if begin is None else min(begin, bound)
        caps[link.succ] = begin, end
    return caps


def driving_links(net: Network, early: Dates) -> list[list[Link]]:
    """Links that alone already put each unfinished activity at its early place."""
    driving: list[list[Link]] = [[] for _ in net.ids]
    for link in net.links:
        if link.maximum:
            continue
        j = link.succ
        if net.done(j):
            continue
        event = early.finish[link.pred] if link.from_finish else early.start[link.pred]
        bound = link.table.shift(event, link.lag)
        begin, end = (None, bound) if link.to_finish else (bound, None)
        if least_start(net, j, begin, end, net.work[j]) == early.resume[j]:
            driving[j].append(link)
    for link in net.maximum_links:
        i = link.pred
        if not net.done(i) and _pushes(net, early, link):
            driving[i].append(link)
    return driving


def _pushes(net: Network, early: Dates, link: Link) -> bool:
    """Whether a maximum lag's successor holds its predecessor where it is: one slot earlier breaks it."""
    i = link.pred
    reached = early.finish[link.succ] if link.to_finish else early.start[link.succ]
    if not link.to_finish and net.kind[link.succ] != FINISH_MILESTONE:
        reached = net.tables[link.succ].after_previous_start(reached)
    bound = link.table.unshift_earliest(reached, link.lag)
    if not link.from_finish and net.started(i):
        return False
    begin, end = (None, bound) if link.from_finish else (bound, None)
    return bool(least_start(net, i, begin, end, net.work[i]) == early.resume[i])


def _driver(link: Link, i: int) -> int:
    """The other end of a driving link: what holds activity `i` back."""
    return link.succ if link.maximum and link.pred == i else link.pred


def _float(net: Network, i: int, early: Any, late: Any) -> Any:
    return net.tables[i].slots(early, late) if net.kind[i] == WORK else late - early
