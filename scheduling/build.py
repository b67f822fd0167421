"""From a ``networkx`` graph to a :class:`~scheduling.network.Network`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain, count
from operator import methodcaller
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from scheduling.calendar import CONTINUOUS, ELAPSED, SEVEN_DAY, Axis, Calendar, CalendarTable, Ints, Table
from scheduling.demand import positions, read_demands, read_resource
from scheduling.errors import AxisError, InputError
from scheduling.factors import with_factors
from scheduling.horizon import axis_over, longest_reach
from scheduling.links import Links
from scheduling.modes import read_extension, read_floors, read_modes
from scheduling.network import (
    FINISH_MILESTONE,
    START_MILESTONE,
    WORK,
    Deadline,
    Factor,
    Id,
    Link,
    Network,
    Resource,
    When,
)
from scheduling.reading import checked_date, end_moment, moment, number, stable_order, stable_sequence

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.DiGraph[Any] | nx.MultiDiGraph[Any]

_EDGE_DEFAULTS = {
    "maximum_lag": None,
    "lag_calendar": None,
    "extension": None,
    "extensions": 1,
    "extension_cost": 0,
}
_PLAIN_TYPES = {int, float, str, type(None)}
RELATIONS = {"FS": (True, False), "SS": (False, False), "FF": (True, True), "SF": (False, True)}


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
    ``calendar`` (name), ``project``, ``release`` (start no earlier), ``start_by`` (start no later),
    ``finish_from`` (finish no earlier), ``deadline`` with ``hard`` and ``weight``, ``demand`` (mapping of
    resource id to units), ``modes`` (other ways to do it: mapping of id to ``duration``, ``demand`` and
    ``cost``; the node's own way is called ``mode``, by default "normal", and may have a ``cost`` too),
    ``floor`` (least work that the law allows), ``actual_start``, ``actual_finish``, ``remaining`` (work left
    of an activity in progress; default all of it). An activity with an actual finish alone counts as begun
    its duration earlier. Edge attributes: `relation` (FS, SS, FF or SF; default FS), `lag` (default 0; None
    for a maximum lag alone), ``maximum_lag``, which ``extension`` prolongs by so many slots up to
    ``extensions`` times at ``extension_cost`` each, ``lag_calendar`` (name or "elapsed"; default the
    predecessor's).

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
    duration, lag, relation : str
        Names of the attributes.
    calendars : mapping of name to Calendar or CalendarTable, optional
        :class:`Calendar` objects put the network on dates; tables (or nothing) on numbers. Activities without
        a calendar then work seven days a week. With calendars, all work and lags are whole slots.
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
    directed = getattr(graph, "is_directed", None)
    if directed is None or not directed():
        raise InputError("the graph is not a networkx DiGraph or MultiDiGraph. Give links a direction.")
    return _Compiler(
        graph, duration, lag, relation, calendars or {}, start, data_date, resources, factors, slots_per_day
    ).compile(progress_override)


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
        factors: Sequence[Factor],
        slots_per_day: int,
    ) -> None:
        self.graph = graph
        self.duration, self.lag, self.relation = duration, lag, relation
        self.start, self.data_date = start, data_date
        self.resources = sorted(resources, key=lambda item: str(item.id))
        self.factors = factors
        names, self.found = list(graph.nodes), [node for _, node in graph.nodes.data()]
        self.sequence = stable_sequence(names)
        self.ids = [names[k] for k in self.sequence]
        self.given: set[str] = set().union(*self.found)
        self.dated = any(isinstance(calendar, Calendar) for calendar in calendars.values())
        self.whole = bool(calendars)
        self.calendars = dict(calendars)
        if ELAPSED in calendars:
            raise InputError(f"the calendar name '{ELAPSED}' stands for every slot. Rename the calendar.")
        if self.dated:
            self.calendars.setdefault(SEVEN_DAY.name, SEVEN_DAY)
        self._tables: dict[str, Table] = {ELAPSED: CONTINUOUS}
        self.works = self.column(duration)
        self.kinds = [WORK if work else FINISH_MILESTONE for work in self.works]
        usual = set(map(type, self.works)) <= {int} and min(self.works, default=0) >= 0
        odd = self.having("milestone") | self.having("remaining") if usual else range(len(self.ids))
        for i in odd:
            self.kinds[i] = self.kind(i)
            self.works[i] = self.work(i)
        self.demand = read_demands(self.ids, self.having("demand"), self.kinds, self.resources)
        self.modes = read_modes(
            self.ids,
            self.having("modes"),
            self.kinds,
            self.works,
            self.demand,
            positions(self.resources),
            whole=self.whole,
        )
        self.axis = self.build_axis(slots_per_day) if self.dated else None

    def compile(self, progress_override: bool) -> Network:
        projects = self.projects()
        place = {project: k for k, project in enumerate(projects)}
        nothing = [None] * len(self.ids)
        self.tables = self.activity_tables()
        known = {**self.having("actual_start"), **self.having("actual_finish")}
        actuals = {i: self.actuals(i) for i in sorted(known)}
        net = Network(
            ids=tuple(self.ids),
            kind=tuple(self.kinds),
            work=self.filled(self.works, {i: 0 for i, (_, finish) in actuals.items() if finish is not None}),
            tables=tuple(self.tables),
            project=tuple(map(place.__getitem__, self.column("project"))),
            projects=tuple(projects),
            starts=tuple(self.project_start(project) for project in projects),
            release=self.filled(nothing, {i: self.release(i) for i in self.having("release")}),
            deadlines=self.deadlines(),
            demand=self.demand,
            resources=tuple(read_resource(item, self.boundary) for item in self.resources),
            links=self.links(progress_override),
            actual_start=self.filled(nothing, {i: start for i, (start, _) in actuals.items()}),
            actual_finish=self.filled(nothing, {i: finish for i, (_, finish) in actuals.items()}),
            data_date=self.boundary(self.data_date, "the data date"),
            axis=self.axis,
            start_by=self.start_bys(),
            finish_from=self.finish_froms(),
            modes=self.modes,
            floor=read_floors(self.ids, self.having("floor"), self.works, self.modes),
        )
        self.check(net, actuals)
        return with_factors(net, self.factors, self.boundary)

    # -- activities -----------------------------------------------------------------------------------
    @cached_property
    def nodes(self) -> list[Mapping[str, Any]]:
        """Attributes of every activity."""
        return [self.found[k] for k in self.sequence]

    def column(self, key: str) -> list[Any]:
        """An attribute of every activity, None where it is not given."""
        if key not in self.given:
            return [None] * len(self.ids)
        values = [node.get(key) for node in self.found]  # in the order of memory: faster than node by node
        return [values[k] for k in self.sequence]

    def having(self, key: str) -> dict[int, Mapping[str, Any]]:
        """Activities with an attribute, which most networks give to few."""
        if key not in self.given:
            return {}
        return {i: node for i, node in enumerate(self.nodes) if node.get(key) is not None}

    def filled(self, column: list[Any], values: Mapping[int, Any]) -> tuple[Any, ...]:
        """A column with the values of some activities put in."""
        row = list(column)
        for i, value in values.items():
            row[i] = value
        return tuple(row)

    def kind(self, i: int) -> int:
        node, name = self.nodes[i], self.ids[i]
        if self.duration not in node:
            raise InputError(
                f"activity '{name}' has no '{self.duration}'. Give its work in slots, 0 for a milestone."
            )
        work, milestone = node[self.duration], node.get("milestone")
        if milestone not in (None, False, True, "start", "finish"):
            raise InputError(f"activity '{name}': milestone {milestone!r} is neither 'start' nor 'finish'.")
        if work and milestone:
            raise InputError(f"activity '{name}' is a milestone but has work {work}. Drop one of the two.")
        if work:
            return WORK
        return START_MILESTONE if milestone == "start" else FINISH_MILESTONE

    def work(self, i: int) -> Any:
        """Work to plan: what remains of an activity in progress, else the duration."""
        node, where = self.nodes[i], f"activity '{self.ids[i]}'"
        work = number(node[self.duration], f"{where}: {self.duration}", whole=self.whole)
        if work < 0:
            raise InputError(f"{where}: {self.duration} {work} is below 0. Correct it.")
        if self.kinds[i] != WORK or node.get("actual_start") is None or node.get("remaining") is None:
            return work
        remaining = number(node["remaining"], f"{where}: remaining", whole=self.whole)
        if remaining < 1 and node.get("actual_finish") is None:
            raise InputError(
                f"{where}: remaining work {remaining} of work in progress is below 1. "
                "Give at least 1, or an actual finish."
            )
        return remaining

    def projects(self) -> list[Id]:
        given = self.column("project")
        try:
            return stable_order(set(given))
        except TypeError:
            name, project = next(
                pair for pair in zip(self.ids, given, strict=True) if not isinstance(pair[1], Hashable)
            )
            raise InputError(
                f"activity '{name}': project {project!r} cannot be an id. Give a text."
            ) from None

    def project_start(self, project: Id) -> Any:
        start = self.start.get(project) if isinstance(self.start, Mapping) else self.start
        if start is None:
            start = self.data_date
        if start is None and self.dated:
            raise InputError(f"project '{project}' has no start date. Give a start or a data date.")
        return 0 if start is None else self.boundary(start, f"the start of project '{project}'")

    def release(self, i: int) -> Any:
        return self.boundary(self.nodes[i]["release"], f"the release of activity '{self.ids[i]}'")

    def actuals(self, i: int) -> tuple[Any, Any]:
        """Actual start and finish; one date is enough for a milestone and for finished work."""
        node = self.nodes[i]
        start, finish = node.get("actual_start"), node.get("actual_finish")
        where = f"activity '{self.ids[i]}'"
        if self.kinds[i] != WORK:
            dates = [self.end_boundary(i, when, f"an actual date of {where}")
                     for when in (start, finish) if when is not None]  # fmt: skip
            if dates[0] != dates[-1]:
                raise InputError(
                    f"{where} is a milestone with two actual dates, {start} and {finish}. Drop one."
                )
            return dates[0], dates[0]
        end = self.end_boundary(i, finish, f"the actual finish of {where}")
        if start is not None:
            return self.boundary(start, f"the actual start of {where}"), end
        try:
            return self.tables[i].latest_start(end, self.works[i]), end
        except AxisError as error:
            raise InputError(
                f"{where} has an actual finish alone. Give its actual start ({error})"
            ) from error

    def check(self, net: Network, known: Iterable[int]) -> None:
        """Refuse actual dates after the data date and finishes before starts (SEMANTICS 18)."""
        for i in known:
            name, start, finish = self.ids[i], net.actual_start[i], net.actual_finish[i]
            if net.data_date is None:
                raise InputError(f"activity '{name}' has actual dates, but there is no data date. Give one.")
            if finish is not None and finish < start:
                raise InputError(
                    f"activity '{name}': actual finish before its actual start. Correct one of them."
                )
            # A finish milestone on the boundary of the data date belongs to the day before.
            began_late = start >= net.data_date if net.kind[i] != FINISH_MILESTONE else start > net.data_date
            if began_late or (finish is not None and finish > net.data_date):
                raise InputError(
                    f"activity '{name}': actual dates must lie before the data date {self.data_date}. "
                    "Correct the date or move the data date."
                )
        net.order  # noqa: B018 - a cycle is refused here, by name

    def deadlines(self) -> dict[int, Deadline]:
        found = {}
        for i, node in self.having("deadline").items():
            where = f"activity '{self.ids[i]}'"
            bound = self.end_boundary(i, node["deadline"], f"the deadline of {where}")
            if self.kinds[i] == START_MILESTONE and self.axis is not None:
                bound = self.axis.last_start(node["deadline"])
            weight = number(node.get("weight", 1), f"{where}: deadline weight", whole=False)
            if weight <= 0:
                raise InputError(f"{where}: deadline weight {weight} is not above 0. Correct it.")
            found[i] = Deadline(bound, bool(node.get("hard", False)), weight)
        return found

    def start_bys(self) -> dict[int, Any]:
        """Last start of each unstarted activity that has one."""
        found = {}
        for i, node in self.having("start_by").items():
            when = node["start_by"]
            if node.get("actual_start") is None and node.get("actual_finish") is None:
                bound = self.boundary(when, f"the last start of activity '{self.ids[i]}'")
                found[i] = bound if self.axis is None else self.axis.last_start(when)
        return found

    def finish_froms(self) -> dict[int, Any]:
        """Least finish of each activity that has one."""
        return {
            i: self.end_boundary(i, node["finish_from"], f"the least finish of activity '{self.ids[i]}'")
            for i, node in self.having("finish_from").items()
            if node.get("actual_finish") is None
        }

    # -- links ----------------------------------------------------------------------------------------
    def links(self, progress_override: bool) -> Links:
        pred, succ, edges = self.arcs()
        alike = self.alike(pred, edges)
        codes: dict[tuple[Any, ...], int] = {}
        said = np.full((2, len(edges)), -1)
        try:
            for k in np.flatnonzero((alike == np.arange(len(edges))) | (pred == succ)).tolist():
                for link in self.edge_links(pred[k], succ[k], edges[k]):
                    said[int(link.maximum), k] = codes.setdefault(link[2:], len(codes))
        except InputError:
            for k in np.lexsort((succ, pred)).tolist():  # the order of insertion must not show
                list(self.edge_links(pred[k], succ[k], edges[k]))
            raise
        code = said[:, alike]
        which, edge = np.nonzero(code >= 0)
        patterns = [Link(-1, -1, *rest) for rest in codes]
        links = Links(pred[edge], succ[edge], code[which, edge], patterns).in_order()
        if progress_override:
            begun = np.array([node.get("actual_start") is not None for node in self.nodes], dtype=np.bool_)
            links = links.kept(links.saying(lambda link: link.maximum or link.to_finish) | ~begun[links.succ])
        return links

    def arcs(self) -> tuple[Ints, Ints, list[Mapping[str, Any]]]:
        """Predecessor, successor and attributes of every edge."""
        rows: list[Mapping[Id, Any]] = [row for _, row in self.graph.adjacency()]
        sizes = list(map(len, rows))
        place = {name: k for k, name in enumerate(self.graph)}.__getitem__
        position = np.argsort(np.array(self.sequence, dtype=np.int64))
        pred = np.repeat(position, sizes)
        succ = position[np.fromiter(map(place, chain.from_iterable(rows)), np.int64, sum(sizes))]
        edges = list(chain.from_iterable(map(methodcaller("values"), rows)))
        if self.graph.is_multigraph():
            times = list(map(len, edges))
            pred, succ = np.repeat(pred, times), np.repeat(succ, times)
            edges = list(chain.from_iterable(map(methodcaller("values"), edges)))
        return pred, succ, edges

    def alike(self, pred: Ints, edges: Sequence[Mapping[str, Any]]) -> Ints:
        """For every edge the first one that says the same, so that only those few need be read."""
        given: set[str] = set().union(*edges)
        defaults = {self.relation: "FS", self.lag: 0, **_EDGE_DEFAULTS}
        columns = [
            [edge.get(key, default) for edge in edges] for key, default in defaults.items() if key in given
        ]
        if not set().union(*(map(type, column) for column in columns)) <= _PLAIN_TYPES:
            return np.arange(
                len(edges)
            )  # a value may equal another and mean none (True is 1), or have no hash
        if len(set(self.tables)) > 1:
            columns.append([self.tables[i] for i in pred.tolist()])
        if not columns:
            return np.zeros(len(edges), dtype=np.int64)
        first: dict[tuple[Any, ...], int] = {}
        return np.fromiter(map(first.setdefault, zip(*columns, strict=True), count()), np.int64)

    def edge_links(self, i: int, j: int, edge: Mapping[str, Any]) -> Iterator[Link]:
        """The minimum and the maximum lag that one edge holds."""
        relation = RELATIONS.get(edge.get(self.relation, "FS"))
        least, most = edge.get(self.lag, 0), edge.get("maximum_lag")
        calendar = edge.get("lag_calendar")
        table = self.tables[i] if calendar is None else self.table(calendar, self.link_name(i, j))
        if i == j or relation is None or (least is None and most is None):
            raise self.bad_link(i, j, edge)
        if least is not None:
            least = number(least, f"{self.link_name(i, j)}: {self.lag}", whole=self.whole)
            yield Link(i, j, relation[0], relation[1], least, table)
        if most is None and edge.get("extension") is not None:
            raise InputError(
                f"{self.link_name(i, j)}: an extension needs a maximum_lag that it prolongs. Give one."
            )
        if most is not None:
            most = number(most, f"{self.link_name(i, j)}: maximum_lag", whole=self.whole)
            extension = read_extension(self.link_name(i, j), edge, whole=self.whole)
            if extension is not None:
                most += extension.times * extension.slots
            yield Link(i, j, relation[0], relation[1], most, table, True, extension)

    def link_name(self, i: int, j: int) -> str:
        return f"link {self.ids[i]} -> {self.ids[j]}"

    def bad_link(self, i: int, j: int, edge: Mapping[str, Any]) -> InputError:
        where = self.link_name(i, j)
        if i == j:
            return InputError(f"{where} joins an activity to itself. Remove it.")
        if edge.get(self.relation, "FS") not in RELATIONS:
            return InputError(f"{where}: relation {edge[self.relation]!r} is none of FS, SS, FF, SF.")
        return InputError(
            f"{where} has neither a {self.lag} nor a maximum_lag. Give one, or remove the link."
        )

    # -- calendars and dates --------------------------------------------------------------------------
    def activity_tables(self) -> list[Table]:
        named = {i: self.table(node["calendar"], f"activity '{self.ids[i]}'")
                 for i, node in self.having("calendar").items()}  # fmt: skip
        plain: Table = CONTINUOUS
        if self.dated and len(named) < len(self.ids):
            plain = self.table(SEVEN_DAY.name, "")
        return list(self.filled([plain] * len(self.ids), named))

    def table(self, name: str, where: str) -> Table:
        if not isinstance(name, str) or name not in self._tables:
            self._tables[name] = self.laid_out(name, where)
        return self._tables[name]

    def laid_out(self, name: Any, where: str) -> CalendarTable:
        calendar = self.calendars.get(name) if isinstance(name, str) else None
        if calendar is None:
            known = ", ".join(sorted(self.calendars)) or "none"
            raise InputError(f"{where}: calendar {name!r} is not known. Known calendars: {known}.")
        if isinstance(calendar, Calendar) and self.axis is not None:
            calendar = calendar.on(self.axis)
        if not isinstance(calendar, CalendarTable):
            raise InputError(f"calendar '{name}' is {calendar!r}. Give a Calendar or a CalendarTable.")
        if self.axis is not None and calendar.axis != self.axis:
            raise InputError(
                f"calendar '{name}' is a table on other dates than {self.axis.first} to {self.axis.last}. "
                "Give its Calendar instead."
            )
        if not calendar.rates.any():
            raise InputError(f"{where}: calendar '{name}' has no working slot at all. Give it working days.")
        return calendar

    def boundary(self, when: Any, where: str) -> Any:
        return moment(when, self.axis, where, whole=self.whole)

    def end_boundary(self, i: int, when: Any, where: str) -> Any:
        """Boundary that a date means for a finish: the end of the day; for a start milestone its start."""
        read = moment if self.kinds[i] == START_MILESTONE else end_moment
        return read(when, self.axis, where, whole=self.whole)

    def build_axis(self, slots_per_day: int) -> Axis:
        """The axis that dates, work, lags and leads need."""
        named = self.column("calendar")
        named += [edge.get("lag_calendar") for _, _, edge in self.graph.edges(data=True)]
        names = {name for name in named if isinstance(name, str)} | {SEVEN_DAY.name}
        used = [calendar for name, calendar in sorted(self.calendars.items()) if name in names]
        leads = {name: float(factor.lead) for factor in self.factors if factor.supply is None
                 for name in factor.gates[:1]}  # fmt: skip
        size = {
            name: float(max(work, *(mode.work for mode in self.modes.get(i, ())), 0))
            for i, (name, work) in enumerate(zip(self.ids, self.works, strict=True))
        }
        reach = longest_reach(self.graph, size, self.elapsed, leads)
        return axis_over(
            [calendar for calendar in used if isinstance(calendar, Calendar)],
            self.dates(),
            reach,
            slots_per_day,
        )

    def elapsed(self, edge: Mapping[str, Any]) -> float:
        lags = [edge.get(self.lag), edge.get("maximum_lag")]
        if isinstance(count := edge.get("extensions", 1), int):
            lags += [edge.get("extension")] * count
        return sum(abs(lag) for lag in lags if isinstance(lag, (int, float)))

    def dates(self) -> list[date]:
        keys = ("release", "start_by", "finish_from", "deadline", "actual_start", "actual_finish")
        found: list[Any] = [when for key in keys for when in self.column(key)]
        found += self.start.values() if isinstance(self.start, Mapping) else [self.start]
        found += [self.data_date, *(factor.supply for factor in self.factors)]
        found += [when for resource in self.resources for when, _ in resource.changes]
        return [checked_date(when, "a date") for when in found if isinstance(when, date)]
