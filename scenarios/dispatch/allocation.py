"""A scarce supply over projects: who is served in time, so that the most deadlines or quotas are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from scenarios.assemble import capacities
from scenarios.dispatch.knapsack import Served, serve
from scenarios.fields import day_of
from scenarios.forecast import Run, counts_for
from scenarios.results import Node
from scenarios.schema import Label, Project
from scheduling.errors import InputError

Goal: TypeAlias = Literal["deadlines", "quotas"]


@dataclass(frozen=True, slots=True)
class Claimant:
    """A project that wants units of a stock.

    Attributes
    ----------
    units : int
        What its unstarted nodes take.
    by : date
        The last day on which the first of them may take its units and all deadlines hold by plan: its
        latest start.
    worth : int
        Deadlines ahead, or quotas that it can serve.
    served : bool
    """

    project: str
    name: Label
    node: Label
    units: int
    by: date
    worth: int
    served: bool


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

    @property
    def unserved(self) -> tuple[Claimant, ...]:
        """Those that go without."""
        return tuple(item for item in self.claimants if not item.served)


def allocate(run: Run, resource: str, *, goal: Goal = "deadlines") -> Allocation:
    """Choose whom a stock serves in time.

    A project is served when all its units are there by the latest starts of its nodes that take them. Of
    the projects that are chosen, those whose day comes first are served first; the choice holds when at
    each such day all that was supplied until then covers what they take. The sum of what the projects
    chosen are worth is made greatest, then the number of projects.

    Raises
    ------
    InputError
        If there is no such stock, or nobody wants any of it.
    """
    spec = run.scenario.resources.get(resource)
    if spec is None or not spec.consumed:
        known = ", ".join(name for name, item in run.scenario.resources.items() if item.consumed) or "none"
        raise InputError(f"'{resource}' is no stock of this scenario; stocks: {known}.")
    wants, taken = _wants(run, resource)
    if not wants:
        raise InputError(f"no unstarted node takes any '{resource}'; there is nothing to allocate.")
    there, changes = capacities(spec, run.scenario.data_date)
    supply = [(day_of(run.scenario.data_date), there - taken)]
    supply += [(day_of(when), total - taken) for when, total in changes]
    names = list(wants)
    worths = [_worth(run, name, goal) for name in names]
    found = _served(wants, worths, supply)
    more = [(when, total + max(1, total // 100)) for when, total in supply]
    claimants = [
        Claimant(
            name, run.forecast.project(name).name, node.name, sum(u for _, u in lots), lots[0][0], worth, ok
        )
        for (name, (node, lots)), worth, ok in zip(wants.items(), worths, found.chosen, strict=True)
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
        one_more=_served(wants, worths, more).worth,
    )


_Wants: TypeAlias = Mapping[str, tuple[Node, list[tuple[date, int]]]]


def _served(wants: _Wants, worths: Sequence[int], supply: Sequence[tuple[date, int]]) -> Served:
    return serve([lots for _, lots in wants.values()], worths, supply)


def _wants(run: Run, resource: str) -> tuple[dict[str, tuple[Node, list[tuple[date, int]]]], int]:
    """Of each project the first node that takes units, and when how many are needed at the latest."""
    net = run.net
    k = next(k for k, item in enumerate(net.resources) if item.id == resource)
    found: dict[str, tuple[Node, list[tuple[date, int]]]] = {}
    taken = 0
    for i, demand in enumerate(net.demand):
        units = sum(amount for item, amount in demand if item == k)
        if units and net.started(i):
            taken += units
        elif units:
            node = run.forecast.node(str(net.ids[i]))
            by = max((node.latest or node.earliest).start, run.forecast.data_date)
            first, lots = found.get(node.project, (node, []))
            lots.append((by, units))
            found[node.project] = (first if lots[0][0] <= by else node, sorted(lots))
    return found, taken


def _worth(run: Run, name: str, goal: Goal) -> int:
    project: Project = next(item for item in run.scenario.projects if item.id == name)
    if goal == "deadlines":
        return sum(
            node.deadline is not None and node.state != "done" for node in run.forecast.project(name).nodes
        )
    return sum(
        counts_for(spec, project) and run.events.ahead(name, spec.event) for spec in run.scenario.quotas
    )
