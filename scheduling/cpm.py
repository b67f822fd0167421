"""The critical path: early and late dates, floats, driving links, for any ``networkx`` graph.

Importing this module loads neither a solver nor a simulator, so that other programs can call
:func:`critical_path` cheaply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from scheduling.build import compile_network
from scheduling.calendar import Calendar, CalendarTable
from scheduling.errors import InputError
from scheduling.floats import drivers, early_finishes, free_floats, total_floats
from scheduling.network import Id, Network, When
from scheduling.passes import Dates, early_pass, late_pass, pulled_from_outside
from scheduling.status import Status

if TYPE_CHECKING:
    import pandas as pd

    from scheduling.build import Graph
    from scheduling.explain import Reason

_Step: TypeAlias = tuple[int, "_Step | None"]
"""A critical path from one of its activities on: the activity and the step after it."""

__all__ = ["CriticalPath", "critical_path", "early_finishes", "judge", "latest_finishes"]


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
    clamp : bool
        Whether project starts and ends bind every activity.
    """

    network: Network
    early: Dates
    late: Dates | None
    status: Status
    clamp: bool = True

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
        net = self.network
        finishes = early_finishes(net, self.early)
        if net.axis is None:
            return dict(zip(net.projects, finishes, strict=True))
        shown: dict[Id, Any] = {}
        for i, finish in enumerate(self.early.finish):
            if finish == finishes[net.project[i]]:
                day, project = net.show_finish(i, finish), net.projects[net.project[i]]
                shown[project] = max(day, shown.get(project, day))
        return shown

    @cached_property
    def duration(self) -> Any:
        """Slots from the first project (or earlier) start to the last early finish."""
        net = self.network
        if not len(net):
            return 0
        return max(self.early.finish) - min(*net.starts, *self.early.start)

    @cached_property
    def _driving(self) -> tuple[list[int], list[int]]:
        return drivers(self.network, self.early)

    def _drivers(self, i: int) -> list[int]:
        first, other = self._driving
        return other[first[i] : first[i + 1]]

    @cached_property
    def driving(self) -> Mapping[Id, tuple[Id, ...]]:
        """Predecessors that alone already put an activity where its early dates are."""
        ids = self.network.ids
        first, other = self._driving
        names = tuple([ids[j] for j in other])
        return dict(zip(ids, map(names.__getitem__, map(slice, first, first[1:])), strict=True))

    def paths(self, project: Id | None = None) -> Iterator[tuple[Id, ...]]:
        """All critical paths, one at a time: driving links followed back from each project's finish.

        Parameters
        ----------
        project : hashable, optional
            Only the paths into this project's finish.

        Returns
        -------
        iterator of tuples of ids
            From the first activity to the last.

        Raises
        ------
        InputError
            If there is no such project.
        """
        net = self.network
        if project is not None and project not in net.projects:
            known = ", ".join(map(str, net.projects))
            raise InputError(f"there is no project '{project}'. Projects: {known}.")
        return self._paths([k for k, name in enumerate(net.projects) if project in (None, name)])

    def _paths(self, projects: list[int]) -> Iterator[tuple[Id, ...]]:
        net = self.network
        finishes = early_finishes(net, self.early)
        ends: dict[int, list[int]] = {k: [] for k in projects}
        for i, k in enumerate(net.project):
            if k in ends and not net.done(i) and finishes[k] - self.early.finish[i] <= net.tolerance:
                ends[k].append(i)
        for k in projects:
            for i in ends[k]:
                if not any(net.project[j] == k for j in self._driven(i)):
                    yield from self._walk(i)

    def _driven(self, i: int) -> Iterator[int]:
        """Activities that also end their project and that a minimum link out of this one drives."""
        first, other = self.network.after[:2]
        for j in other[first[i] : first[i + 1]]:
            slip = abs(self.early.finish[j] - self.early.finish[i])
            if slip <= self.network.tolerance and i in self._drivers(j):
                yield j

    def _walk(self, i: int) -> Iterator[tuple[Id, ...]]:
        net = self.network
        stack: list[_Step] = [(i, None)]
        while stack:
            step = stack.pop()
            heads = [j for j in self._drivers(step[0]) if not net.done(j)]
            if self.network.pushing_maxima:  # only maximum lags close a circle
                behind = set(_onward(step))
                heads = [j for j in heads if j not in behind]
            if not heads:
                yield tuple([net.ids[j] for j in _onward(step)])
            stack.extend((j, step) for j in reversed(heads))

    def explain(self, activity: Id, *, early: bool = True) -> tuple[Reason, ...]:
        """The chain of what keeps the early (or late) dates of an activity from being earlier (later).

        :func:`scheduling.explain.of_critical_path` gives every reason of one step, too.
        """
        from scheduling.explain import of_critical_path

        return of_critical_path(self, early=early).chain(activity)

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
    return CriticalPath(net, early, late, judge(net, early), clamp)


def _onward(step: _Step | None) -> Iterator[int]:
    while step is not None:
        i, step = step
        yield i


def judge(net: Network, dates: Dates) -> Status:
    """OPTIMAL when `dates` meet every deadline, else LATE or, for a hard one or a last start, INFEASIBLE.

    A deadline of a done activity is a fact and does not count.
    """
    if any(dates.start[i] > bound + net.tolerance for i, bound in net.start_by.items()):
        return Status.INFEASIBLE
    missed = [
        line
        for i, line in net.deadlines.items()
        if not net.done(i) and dates.finish[i] > line.bound + net.tolerance
    ]
    if not missed:
        return Status.OPTIMAL
    return Status.INFEASIBLE if any(line.hard for line in missed) else Status.LATE


def latest_finishes(net: Network, early: Dates, *, clamp: bool = True) -> list[Any]:
    """Greatest finish of each activity by its own deadline and its project's end (SEMANTICS 8).

    Parameters
    ----------
    clamp : bool
        Whether the project's end binds every activity; else only those that no link binds from behind.
    """
    ends = early_finishes(net, early)
    own = {}
    for i, line in net.deadlines.items():
        if not net.done(i):
            own[i] = line.bound
            ends[net.project[i]] = max(ends[net.project[i]], own[i])
    latest = [ends[k] for k in net.project]
    for i, bound in own.items():
        latest[i] = min(bound, latest[i])
    for i in () if clamp else pulled_from_outside(net, early.broken):
        latest[i] = own.get(i)
    return latest
