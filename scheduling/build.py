"""From a ``networkx`` graph to a :class:`~scheduling.network.Network`."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from scheduling.calendar import CONTINUOUS, ELAPSED, SEVEN_DAY, Axis, Calendar, CalendarTable, Table
from scheduling.errors import InputError
from scheduling.network import (
    FINISH_MILESTONE,
    START_MILESTONE,
    WORK,
    Deadline,
    Factor,
    Gate,
    Id,
    Link,
    Network,
    Resource,
    When,
)
from scheduling.passes import early_pass

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.DiGraph[Any] | nx.MultiDiGraph[Any]

RELATIONS = {"FS": (True, False), "SS": (False, False), "FF": (True, True), "SF": (False, True)}
_MARGIN_YEARS = 3
_TAIL = 4
"""Undated calendars reach this many times the longest path past the last date, for slow replications."""


def compile_network(
    graph: Graph,
    *,
    duration: str = "duration",
    lag: str = "lag",
    relation: str = "type",
    calendars: Mapping[str, Calendar | CalendarTable] | None = None,
    start: When | Mapping[Id, When] | None = None,
    data_date: When | None = None,
    resources: Sequence[Resource] = (),
    factors: Sequence[Factor] = (),
    slots_per_day: int = 1,
    progress_override: bool = False,
) -> Network:
    """Compile a graph of activities.

    Node attributes: `duration` (work in slots, required), ``milestone`` ("start" or "finish", for work 0),
    ``calendar`` (name), ``project``, ``release``, ``deadline`` with ``hard`` and ``weight``, ``demand``
    (mapping of resource id to units), ``actual_start``, ``actual_finish``, ``remaining``. Edge attributes:
    `relation` (FS, SS, FF or SF; default FS), `lag` (default 0; None for a maximum lag alone),
    ``maximum_lag``, ``lag_calendar`` (name or "elapsed"; default the predecessor's calendar).

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
    duration, lag, relation : str
        Names of the attributes.
    calendars : mapping of name to Calendar or CalendarTable, optional
        :class:`Calendar` objects put the network on dates; tables (or nothing) on numbers.
    start : date, number, or mapping of project to these, optional
        Project start; 0 without dates, the data date by default with them.
    data_date : date or number, optional
        Everything before it is known; unfinished work lies at or after it.
    resources : sequence of Resource
    factors : sequence of Factor
    slots_per_day : int
        1 for days, 24 for hours, up to 96 for quarters of an hour.
    progress_override : bool
        Whether work in progress ignores its FS and SS predecessors (else retained logic).

    Raises
    ------
    InputError
        Naming the activity or link, what is wrong and the remedy.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("dig", duration=3)
    >>> graph.add_node("pour", duration=2)
    >>> graph.add_edge("dig", "pour", lag=1)
    >>> len(compile_network(graph).links)
    1
    """
    return _Compiler(
        graph, duration, lag, relation, calendars or {}, start, data_date, resources, slots_per_day
    ).compile(factors, progress_override)


class _Compiler:
    def __init__(
        self,
        graph: Graph,
        duration: str,
        lag: str,
        relation: str,
        calendars: Mapping[str, Calendar | CalendarTable],
        start: When | Mapping[Id, When] | None,
        data_date: When | None,
        resources: Sequence[Resource],
        slots_per_day: int,
    ) -> None:
        self.graph = graph
        self.duration, self.lag, self.relation = duration, lag, relation
        self.start, self.data_date = start, data_date
        self.resources = resources
        self.ids = stable_order(graph.nodes)
        self.position = {name: i for i, name in enumerate(self.ids)}
        self.nodes: list[dict[str, Any]] = [graph.nodes[name] for name in self.ids]
        self.dated = any(isinstance(calendar, Calendar) for calendar in calendars.values())
        self.calendars = dict(calendars)
        if self.dated:
            self.calendars.setdefault(SEVEN_DAY.name, SEVEN_DAY)
        self.axis = self.build_axis(slots_per_day) if self.dated else None
        self._tables: dict[str, Table] = {ELAPSED: CONTINUOUS}

    # -- pieces ---------------------------------------------------------------------------------------
    def compile(self, factors: Sequence[Factor], progress_override: bool) -> Network:
        projects = stable_order({node.get("project") for node in self.nodes})
        kinds = tuple(self.kind(i) for i in range(len(self.ids)))
        self.kinds = kinds
        data_date = self.boundary(self.data_date, "the data date")
        net = Network(
            ids=tuple(self.ids),
            kind=kinds,
            work=tuple(self.work(i) for i in range(len(self.ids))),
            tables=tuple(self.activity_table(i) for i in range(len(self.ids))),
            project=tuple(projects.index(node.get("project")) for node in self.nodes)
            if len(projects) > 1
            else (0,) * len(self.ids),
            projects=tuple(projects),
            starts=tuple(self.project_start(project, data_date) for project in projects),
            release=tuple(
                self.boundary(node.get("release"), f"the release of activity '{self.ids[i]}'")
                for i, node in enumerate(self.nodes)
            ),
            deadlines=self.deadlines(),
            demand=self.demands(),
            resources=tuple(self.resource(item) for item in self.resources),
            links=self.links(progress_override),
            actual_start=tuple(self.actual(i, "actual_start") for i in range(len(self.ids))),
            actual_finish=tuple(self.actual(i, "actual_finish") for i in range(len(self.ids))),
            data_date=data_date,
            axis=self.axis,
        )
        self.check(net)
        return _with_factors(net, factors, self.boundary)

    def kind(self, i: int) -> int:
        node, name = self.nodes[i], self.ids[i]
        if self.duration not in node:
            raise InputError(
                f"activity '{name}' has no '{self.duration}'. Give its work in slots, 0 for a milestone."
            )
        work, milestone = node[self.duration], node.get("milestone")
        if (
            not isinstance(work, numbers.Real)
            or isinstance(work, bool)
            or not 0 <= float(work) < float("inf")
        ):
            raise InputError(
                f"activity '{name}': {self.duration} {work!r} is not a number of at least 0. Correct it."
            )
        if milestone not in (None, False, True, "start", "finish"):
            raise InputError(f"activity '{name}': milestone {milestone!r} is neither 'start' nor 'finish'.")
        if work and milestone:
            raise InputError(f"activity '{name}' is a milestone but has work {work}. Drop one of the two.")
        if work:
            return WORK
        return START_MILESTONE if milestone == "start" else FINISH_MILESTONE

    def work(self, i: int) -> Any:
        node = self.nodes[i]
        if node.get("actual_finish") is not None:
            return 0
        work = node[self.duration]
        if node.get("actual_start") is not None and node.get("remaining") is not None:
            work = node["remaining"]
            if self.kinds[i] == WORK and not work >= 1:
                raise InputError(
                    f"activity '{self.ids[i]}': remaining work {work!r} of work in progress is below 1. "
                    "Give at least 1, or an actual finish."
                )
        if isinstance(work, float) and (self.dated or work.is_integer()):
            if not work.is_integer():
                raise InputError(
                    f"activity '{self.ids[i]}': work {work} is not a whole number of slots. Round it, "
                    "or choose a finer slot."
                )
            return int(work)
        return work

    def activity_table(self, i: int) -> Table:
        name = self.nodes[i].get("calendar")
        if name is None:
            return self.table(SEVEN_DAY.name) if self.dated else CONTINUOUS
        return self.table(name, f"activity '{self.ids[i]}'")

    def table(self, name: str, where: str = "a link") -> Table:
        if name not in self._tables:
            calendar = self.calendars.get(name)
            if calendar is None:
                known = ", ".join(sorted(self.calendars)) or "none"
                raise InputError(f"{where}: calendar '{name}' is not known. Known calendars: {known}.")
            if isinstance(calendar, Calendar):
                assert self.axis is not None
                calendar = calendar.on(self.axis)
            if not calendar.rates.any():
                raise InputError(
                    f"{where}: calendar '{name}' has no working slot at all. Give it working days."
                )
            self._tables[name] = calendar
        return self._tables[name]

    def project_start(self, project: Id, data_date: Any) -> Any:
        start = self.start.get(project) if isinstance(self.start, Mapping) else self.start
        if start is None:
            start = self.data_date
        if start is None and self.dated:
            raise InputError(f"project '{project}' has no start date. Give a start or a data date.")
        return 0 if start is None else self.boundary(start, f"the start of project '{project}'")

    def boundary(self, when: Any, where: str) -> Any:
        """Boundary at the start of a date; a number without dates."""
        if when is None:
            return None
        if self.axis is None:
            if not isinstance(when, numbers.Real):
                raise InputError(
                    f"{where}: {when!r} is a date, but the network has no dated calendars. Give calendars."
                )
            return when
        if not isinstance(when, date):
            raise InputError(
                f"{where}: {when!r} is not a date, but the network has dated calendars. Give a date."
            )
        return self.axis.slot(when)

    def end_boundary(self, i: int, when: Any, where: str) -> Any:
        """Boundary that a finish on a date means: the end of the day; for a start milestone its start."""
        bound = self.boundary(when, where)
        if bound is None or self.axis is None or self.kinds[i] == START_MILESTONE:
            return bound
        return self.axis.end_of(when)

    def deadlines(self) -> dict[int, Deadline]:
        found = {}
        for i, node in enumerate(self.nodes):
            if node.get("deadline") is None:
                continue
            bound = self.end_boundary(i, node["deadline"], f"the deadline of activity '{self.ids[i]}'")
            weight = node.get("weight", 1)
            if not weight > 0:
                raise InputError(f"activity '{self.ids[i]}': deadline weight {weight!r} is not above 0.")
            found[i] = Deadline(bound, bool(node.get("hard", False)), weight)
        return found

    def demands(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        position = {resource.id: k for k, resource in enumerate(self.resources)}
        rows = []
        for i, node in enumerate(self.nodes):
            row = []
            for name, units in sorted((node.get("demand") or {}).items(), key=lambda item: str(item[0])):
                where = f"activity '{self.ids[i]}'"
                if name not in position:
                    raise InputError(f"{where} demands resource '{name}', which does not exist. Define it.")
                if not isinstance(units, numbers.Integral) or units < 0:
                    raise InputError(
                        f"{where}: demand {units!r} of '{name}' is not a whole number of at least 0."
                    )
                if units and self.kinds[i] != WORK:
                    raise InputError(
                        f"{where} is a milestone and cannot hold units of '{name}'. Drop the demand."
                    )
                if units:
                    row.append((position[name], int(units)))
            rows.append(tuple(row))
        return tuple(rows)

    def resource(self, resource: Resource) -> Resource:
        changes = tuple(
            (self.boundary(when, f"a change of resource '{resource.id}'"), units)
            for when, units in resource.changes
        )
        if resource.capacity < 0 or any(units < 0 for _, units in changes):
            raise InputError(f"resource '{resource.id}': capacity below 0. Give 0 or more.")
        if any(a[0] >= b[0] for a, b in pairwise(changes)):
            raise InputError(
                f"resource '{resource.id}': capacity changes are not in order of time. Sort them."
            )
        return Resource(resource.id, resource.capacity, changes)

    def links(self, progress_override: bool) -> tuple[Link, ...]:
        links = []
        for pred, succ, edge in self.graph.edges(data=True):
            i, j = self.position[pred], self.position[succ]
            where = f"link {pred} -> {succ}"
            name = edge.get(self.relation, "FS")
            if name not in RELATIONS:
                raise InputError(f"{where}: relation {name!r} is none of FS, SS, FF, SF.")
            from_finish, to_finish = RELATIONS[name]
            calendar = edge.get("lag_calendar")
            table = self.activity_table(i) if calendar is None else self.table(calendar, where)
            for key, maximum in ((self.lag, False), ("maximum_lag", True)):
                lag = edge.get(key, None if maximum else 0)
                if lag is None:
                    continue
                lag = self.checked_lag(lag, where, key)
                in_progress = self.nodes[j].get("actual_start") is not None
                if progress_override and in_progress and not to_finish and not maximum:
                    continue
                links.append(Link(i, j, from_finish, to_finish, lag, table, maximum))
        return tuple(links)

    def checked_lag(self, lag: Any, where: str, key: str) -> Any:
        if not isinstance(lag, numbers.Real) or isinstance(lag, bool):
            raise InputError(f"{where}: {key} {lag!r} is not a number. Give slots; negative for a lead.")
        if isinstance(lag, float) and (self.dated or lag.is_integer()):
            if not lag.is_integer():
                raise InputError(f"{where}: {key} {lag} is not a whole number of slots. Round it.")
            return int(lag)
        return lag

    def actual(self, i: int, key: str) -> Any:
        when = self.nodes[i].get(key)
        where = f"the {key.replace('_', ' ')} of activity '{self.ids[i]}'"
        if key == "actual_start":
            if when is None and (finish := self.nodes[i].get("actual_finish")) is not None:
                return (
                    self.boundary(finish, where) if self.kinds[i] == WORK else self.actual(i, "actual_finish")
                )
            return self.boundary(when, where)
        return self.end_boundary(i, when, where)

    def check(self, net: Network) -> None:
        """Refuse actual dates at or after the data date and finishes before starts."""
        for i, name in enumerate(self.ids):
            start, finish = net.actual_start[i], net.actual_finish[i]
            if start is None:
                continue
            if net.data_date is None:
                raise InputError(f"activity '{name}' has actual dates, but there is no data date. Give one.")
            if (start >= net.data_date and not (finish == start == net.data_date)) or (
                finish is not None and finish > net.data_date
            ):
                raise InputError(
                    f"activity '{name}': actual dates must lie before the data date {self.data_date}. "
                    "Correct the date or move the data date."
                )
            if finish is not None and finish < start:
                raise InputError(
                    f"activity '{name}': actual finish before its actual start. Correct one of them."
                )
        net.order  # noqa: B018 - a cycle is refused here, by name

    # -- the axis -------------------------------------------------------------------------------------
    def build_axis(self, slots_per_day: int) -> Axis:
        """Days that the network can reach: what its calendars date, or the longest path and a margin."""
        used = [c for c in self.used_calendars() if isinstance(c, Calendar)]
        firsts = [c.first for c in used if c.first]
        lasts = [c.last for c in used if c.last]
        dates = [_plain(when) for when in self.all_dates()]
        if not dates:
            raise InputError(
                "the network has dated calendars but no date at all. Give a start or a data date."
            )
        span = self.longest_path(used, slots_per_day) // slots_per_day + 366 * _MARGIN_YEARS
        first = max(firsts) if firsts else _add_days(min(dates), -span)
        last = min(lasts) if lasts else _add_days(max(dates), _TAIL * span)
        return Axis(first, max((last - first).days + 1, 0), slots_per_day)

    def used_calendars(self) -> list[Calendar | CalendarTable]:
        names = {node.get("calendar") or SEVEN_DAY.name for node in self.nodes}
        names |= {edge.get("lag_calendar") for _, _, edge in self.graph.edges(data=True)} - {None, ELAPSED}
        return [self.calendars[name] for name in sorted(map(str, names)) if name in self.calendars]

    def all_dates(self) -> list[date]:
        keys = ("release", "deadline", "actual_start", "actual_finish")
        found: list[Any] = [node.get(key) for node in self.nodes for key in keys]
        found += list(self.start.values()) if isinstance(self.start, Mapping) else [self.start]
        found.append(self.data_date)
        return [when for when in found if isinstance(when, date)]

    def longest_path(self, used: Sequence[Calendar | CalendarTable], slots_per_day: int) -> int:
        """Elapsed slots of the longest path, links end to end, in the calendar with the least work."""
        import networkx as nx

        def size(attributes: Mapping[str, Any], *keys: str) -> float:
            return sum(abs(float(attributes.get(key) or 0)) for key in keys)

        reach: dict[Any, float] = {}
        try:
            for name in nx.topological_sort(self.graph):
                arrivals = (
                    reach[pred] + size(edge, self.lag, "maximum_lag")
                    for pred, _, edge in self.graph.in_edges(name, data=True)
                )
                reach[name] = max(arrivals, default=0.0) + size(self.graph.nodes[name], self.duration)
        except nx.NetworkXUnfeasible:
            edges = (size(edge, self.lag, "maximum_lag") for _, _, edge in self.graph.edges(data=True))
            reach[None] = sum(size(node, self.duration) for node in self.nodes) + sum(edges)
        week = Axis(date(2001, 1, 1), 7, slots_per_day)  # begins on a Monday
        slow, breaks = 1.0, 0
        for calendar in used:
            if isinstance(calendar, Calendar):
                pattern = Calendar(calendar.name, calendar.week).rates(week)
                slow = max(slow, 100 * week.length / max(int(pattern.sum()), 1))
                breaks = max(breaks, len(calendar.exceptions) * slots_per_day)
        return int(max(reach.values(), default=0) * slow) + breaks


def stable_order(nodes: Iterable[Hashable]) -> list[Any]:
    """Nodes in an order that does not depend on insertion: by value, else by type and text."""
    items = list(nodes)
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=lambda item: (type(item).__name__, str(item)))


def _with_factors(net: Network, factors: Sequence[Factor], boundary: Callable[[Any, str], Any]) -> Network:
    """Turn factors with a supply date into gates, the others into activities (SEMANTICS 26)."""
    if not factors:
        return net
    early: list[Any] | None = None
    gates: list[Gate] = []
    added: list[tuple[Factor, int, list[Link]]] = []
    for factor in sorted(factors, key=lambda item: str(item.id)):
        for name in (*factor.gates, *(factor.after or ())):
            if name not in net.index:
                raise InputError(
                    f"factor '{factor.id}' names activity '{name}', which does not exist. Correct the id."
                )
        unstarted = tuple(net.index[name] for name in factor.gates if not net.started(net.index[name]))
        if not unstarted:
            continue
        if factor.supply is not None:
            gates.append(
                Gate(factor.id, boundary(factor.supply, f"the supply of factor '{factor.id}'"), unstarted)
            )
            continue
        if factor.lead < 1:
            raise InputError(f"factor '{factor.id}': lead {factor.lead} is below 1 slot. Give at least 1.")
        if early is None:
            early = early_pass(net).start
        first = min(unstarted, key=lambda i: (early[i], str(net.ids[i])))
        added.append((factor, first, _waits_for(net, factor, first, unstarted)))
    return _expand(replace(net, gates=tuple(gates)), added)


def _waits_for(net: Network, factor: Factor, first: int, gated: tuple[int, ...]) -> list[Link]:
    """Links into a factor without a supply date; their successor is filled in by :func:`_expand`."""
    if factor.after is not None:
        return [Link(net.index[name], -1, True, False, 0, CONTINUOUS) for name in factor.after]
    behind = set(gated)
    for i in net.order:
        if any(link.pred in behind for link in net.into[i]):
            behind.add(i)
    return [link for link in net.into[first] if not link.to_finish and link.pred not in behind]


def _expand(net: Network, added: list[tuple[Factor, int, list[Link]]]) -> Network:
    if not added:
        return net
    count = len(net)
    elapsed: Table = CONTINUOUS
    if net.axis:
        elapsed = SEVEN_DAY.on(net.axis)
    links = list(net.links)
    for k, (factor, _, waits) in enumerate(added):
        if factor.id in net.index:
            raise InputError(f"factor '{factor.id}' has the id of an activity. Rename one of them.")
        here = count + k
        links += [link._replace(succ=here) for link in waits]
        links += [Link(here, net.index[name], True, False, 0, CONTINUOUS) for name in factor.gates
                  if not net.started(net.index[name])]  # fmt: skip
    blank = (None,) * len(added)
    expanded = replace(
        net,
        ids=net.ids + tuple(factor.id for factor, _, _ in added),
        kind=net.kind + (WORK,) * len(added),
        work=net.work + tuple(factor.lead for factor, _, _ in added),
        tables=net.tables + (elapsed,) * len(added),
        project=net.project + tuple(net.project[first] for _, first, _ in added),
        release=net.release + blank,
        demand=net.demand + ((),) * len(added),
        links=tuple(links),
        actual_start=net.actual_start + blank,
        actual_finish=net.actual_finish + blank,
        lead_factors={count + k: factor.id for k, (factor, _, _) in enumerate(added)},
    )
    expanded.order  # noqa: B018 - `after` may close a cycle, which is refused by name
    return expanded


def _plain(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


def _add_days(day: date, days: int) -> date:
    """Day arithmetic that stays within the years 1 to 9999."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal() - 1))
