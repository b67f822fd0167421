"""A scarce supply over projects: who is served in time, so that the most deadlines or quotas are met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

from scenarios.assemble import Assembly, capacities
from scenarios.dispatch.knapsack import Served, serve
from scenarios.events import FIRST_COUNTS, Events
from scenarios.fields import day_of
from scenarios.forecast import counts_for
from scenarios.schema import Label
from scheduling.cpm import CriticalPath, critical_path
from scheduling.errors import InputError
from scheduling.network import Deadline, Network

Goal: TypeAlias = Literal["deadlines", "quotas"]
SOONER = timedelta(days=30)
"""How much sooner deliveries come in the second question asked of an allocation."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """A project that wants units of a stock.

    Attributes
    ----------
    units : int
        What its unstarted nodes take.
    by : date
        The last day on which the first of them may take its units so that all that counts can still be met.
    worth : int
        Deadlines ahead (or quotas that it can serve) that wait for the stock and that earliest dates keep.
    ready : date or None
        From when its units are there if those served take theirs in order of last day; None if it waits.
    """

    project: str
    name: Label
    node: Label
    units: int
    by: date
    worth: int
    ready: date | None

    @property
    def served(self) -> bool:
        """Whether it gets its units in time."""
        return self.ready is not None


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who gets a scarce supply in time.

    Attributes
    ----------
    worth, bound : int
        What those served are worth together, and what no choice could exceed.
    proved : bool
        Whether the choice is proved to be best.
    claimants : tuple of Claimant
        In the order in which they must be served.
    one_more : int
        What the choice would be worth with one per cent (at least one unit) more from the begin.
    sooner : int
        What it would be worth with every delivery to come 30 days sooner.
    """

    resource: str
    name: Label
    unit: Label | None
    goal: Goal
    worth: int
    bound: int
    proved: bool
    claimants: tuple[Claimant, ...]
    one_more: int
    sooner: int

    @property
    def unserved(self) -> tuple[Claimant, ...]:
        """Those that go without."""
        return tuple(item for item in self.claimants if not item.served)


def allocate(assembly: Assembly, resource: str, *, goal: Goal = "deadlines") -> Allocation:
    """Choose whom a stock serves in time.

    What counts are deadlines (or quotas) that wait for the stock: their nodes take of it or follow one that
    does. Those that even the earliest dates miss are lost and count for nobody. A project is served when its
    units are there by the latest starts that keep what counts. Of the projects chosen, those whose day comes
    first are served first; the choice holds when at each such day all that was supplied until then covers
    what they take. The sum of what the projects chosen are worth is made greatest, then their number.

    Raises
    ------
    InputError
        If the scenario has no dates or no such stock, or nobody wants any of it.

    Examples
    --------
    >>> from scenarios.assemble import assemble
    >>> from scenarios.load import load_scenario
    >>> found = allocate(assemble(load_scenario("jiujiang-90")), "land_quota")
    >>> found.proved, found.unserved
    (True, ())
    """
    scenario = assembly.scenario
    if not scenario.dated:
        raise InputError(f"'{scenario.name}' has no dates, which an allocation needs.")
    spec = scenario.resources.get(resource)
    if spec is None or not spec.consumed:
        known = ", ".join(name for name, item in scenario.resources.items() if item.consumed) or "none"
        raise InputError(f"'{resource}' is no stock of this scenario; stocks: {known}.")
    wants, taken = _wants(assembly.network, resource)
    if not wants:
        raise InputError(f"no unstarted node takes any '{resource}'; there is nothing to allocate.")
    early = critical_path(assembly.network)
    worths, kept = _worths(assembly, early, wants, _GOALS[goal](assembly, early))
    late = critical_path(replace(assembly.network, deadlines=kept))
    lots = {name: _lots(late if late.late else early, nodes) for name, nodes in wants.items()}
    today = day_of(scenario.data_date)
    there, changes = capacities(spec, scenario.data_date)
    supply = [(today, there - taken), *((day_of(when), total - taken) for when, total in changes)]
    more = [(when, total + max(1, total // 100)) for when, total in supply]
    sooner = [(max(when - SOONER, today), total) for when, total in supply]
    found = _served(lots, worths, supply)
    ready = _ready({name: lots[name] for name, ok in zip(lots, found.chosen, strict=True) if ok}, supply)
    names = {project.id: project.name for project in scenario.projects}
    claimants = [
        Claimant(
            project=name,
            name=names[name],
            node=assembly.specs[lots[name][0][1]].name,
            units=sum(units for _, _, units in lots[name]),
            by=lots[name][0][0],
            worth=worths[name],
            ready=ready.get(name),
        )
        for name in wants
    ]
    return Allocation(
        resource=resource,
        name=spec.name or Label(zh=resource, en=resource),
        unit=spec.unit,
        goal=goal,
        worth=found.worth,
        bound=found.bound,
        proved=found.proved,
        claimants=tuple(sorted(claimants, key=lambda item: (item.by, item.project))),
        one_more=_served(lots, worths, more).worth,
        sooner=_served(lots, worths, sooner).worth,
    )


_Lots: TypeAlias = list[tuple[date, str, int]]
"""What a project takes: day by which, node, units; in order of days."""
_Supply: TypeAlias = Sequence[tuple[date, int]]
_Goal: TypeAlias = tuple[str, dict[int, Any]]
"""A project, and by which boundaries which of its nodes must finish for the goal to be met."""


def _served(lots: Mapping[str, _Lots], worths: Mapping[str, int], supply: _Supply) -> Served:
    claims = [[(by, units) for by, _, units in each] for each in lots.values()]
    return serve(claims, [worths[name] for name in lots], supply)


def _ready(chosen: Mapping[str, _Lots], supply: _Supply) -> dict[str, date]:
    """When all units of each are there, served in order of last day."""
    found, used = {}, 0
    for _, name, units in sorted((by, name, units) for name, lots in chosen.items() for by, _, units in lots):
        used += units
        found[name] = next(when for when, total in supply if total >= used)
    return found


def _wants(net: Network, resource: str) -> tuple[dict[str, dict[int, int]], int]:
    """Of each project its unstarted nodes that take units, and what started ones have taken."""
    k = next(k for k, item in enumerate(net.resources) if item.id == resource)
    found: dict[str, dict[int, int]] = {}
    taken = 0
    for i, demand in enumerate(net.demand):
        units = sum(amount for item, amount in demand if item == k)
        if units and net.started(i):
            taken += units
        elif units:
            found.setdefault(str(net.projects[net.project[i]]), {})[i] = units
    return found, taken


def _lots(dates: CriticalPath, nodes: Mapping[int, int]) -> _Lots:
    starts = dates.late_start if dates.late else dates.early_start
    ids = dates.network.ids
    return sorted((day_of(starts[ids[i]]), str(ids[i]), units) for i, units in nodes.items())


def _worths(
    assembly: Assembly, early: CriticalPath, wants: Mapping[str, Iterable[int]], goals: Iterable[_Goal]
) -> tuple[dict[str, int], dict[int, Deadline]]:
    """How many goals each project can serve, and the deadlines that they set."""
    waiting = {name: _following(assembly.network, nodes) for name, nodes in wants.items()}
    worths = dict.fromkeys(wants, 0)
    kept: dict[int, Deadline] = {}
    for project, bounds in goals:
        if waiting.get(project, set()).isdisjoint(bounds):
            continue
        if all(early.early.finish[i] <= bound for i, bound in bounds.items()):
            worths[project] += 1
            for i, bound in bounds.items():
                kept[i] = Deadline(min(bound, kept[i].bound) if i in kept else bound)
    for project, nodes in waiting.items():
        if worths[project] and (free := nodes - kept.keys()):
            # Nothing else of the project binds: its end, which would, is moved out of the way.
            kept[max(free, key=lambda i: early.early.finish[i])] = Deadline(_axis_end(assembly.network))
    return worths, kept


def _axis_end(net: Network) -> int:
    assert net.axis is not None, "scenarios with deadlines or quotas are dated"
    return net.axis.end


def _deadlines(assembly: Assembly, early: CriticalPath) -> list[_Goal]:
    net = assembly.network
    return [
        (str(net.projects[net.project[i]]), {i: line.bound})
        for i, line in net.deadlines.items()
        if not net.done(i)
    ]


def _quotas(assembly: Assembly, early: CriticalPath) -> list[_Goal]:
    events, net = Events(assembly), assembly.network
    found = []
    for spec in assembly.scenario.quotas:
        for project in assembly.scenario.projects:
            if counts_for(spec, project) and events.ahead(project.id, spec.event):
                ids = events.nodes(project.id, spec.event)
                nodes = [net.index[name] for name in ids if not net.done(net.index[name])]
                if spec.event in FIRST_COUNTS:
                    nodes = [min(nodes, key=lambda i: early.early.finish[i])]
                found.append((project.id, {i: events.bound(str(net.ids[i]), spec.date) for i in nodes}))
    return found


_GOALS: Mapping[Goal, Callable[[Assembly, CriticalPath], list[_Goal]]] = {
    "deadlines": _deadlines,
    "quotas": _quotas,
}


def _following(net: Network, nodes: Iterable[int]) -> set[int]:
    """Nodes and all that minimum links lead to from them."""
    found = set(nodes)
    todo = list(found)
    while todo:
        for link in net.out_of[todo.pop()]:
            if not link.maximum and link.succ not in found:
                found.add(link.succ)
                todo.append(link.succ)
    return found
