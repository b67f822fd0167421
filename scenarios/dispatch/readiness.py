"""The readiness sheet (过堂会办) before a start or completion: what is open, whose it is, by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import networkx as nx

from scenarios.dispatch.tasks import task_of
from scenarios.factors import HOLD, FactorRisk
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.results import Node
from scenarios.schema import Event, Label, Project
from scheduling.errors import InputError
from simulation.statistics import Probability

Kind = Literal["node", "factor", "hold", "problem"]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing that is missing before the event.

    Attributes
    ----------
    kind : str
        ``node``, ``factor``, ``hold`` or ``problem``.
    owner : Label or None
        Department, responsible unit or supplier.
    by : date or None
        Planned finish of a node, supply date of a factor, expected clearance of a hold, limit of a problem.
    latest : date or None
        Last finish that keeps the deadlines.
    critical : bool
        Whether it has no float left.
    """

    kind: Kind
    id: str
    name: Label
    owner: Label | None
    by: date | None
    latest: date | None
    critical: bool


@dataclass(frozen=True, slots=True)
class ReadinessSheet:
    """What a hearing on one project looks at.

    Attributes
    ----------
    happened : date or None
        The day of the event where it lies behind us.
    planned, deadline : date or None
        Of the event.
    on_time : Probability or None
    items : tuple of OpenItem
        By latest finish: what must be done first comes first.
    """

    project: str
    name: Label
    event: Event
    happened: date | None
    planned: date | None
    deadline: date | None
    on_time: Probability | None
    items: tuple[OpenItem, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.items


def readiness(run: Run, project: str, event: Event) -> ReadinessSheet:
    """Everything open that precedes an event of a project.

    Raises
    ------
    InputError
        If there is no such project, or its plan does not lead to the event.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 20}))
    >>> sheet = readiness(run, "S4", "start")
    >>> sheet.ready, [item.id for item in sheet.items if item.kind == "node"]
    (False, ['D8', 'D6', 'D9', 'A9', 'E1', 'E2'])
    """
    spec = next((item for item in run.scenario.projects if item.id == project), None)
    if spec is None:
        known = ", ".join(item.id for item in run.scenario.projects)
        raise InputError(f"project '{project}' does not exist; known: {known}.")
    names = run.events.nodes(project, event)
    if not names:
        raise InputError(
            f"the plan of project '{project}' does not lead to '{event}'; add its node to `until`."
        )
    nodes = {node.id: node for node in run.forecast.project(project).nodes}
    graph = run.assembly.graph
    before = {name for node in names for name in nx.ancestors(graph, node)} | set(names)
    opened = [nodes[name] for name in nodes if name in before and nodes[name].state != "done"]
    happened = run.events.happened(project, event)
    last = max((nodes[name] for name in names), key=lambda node: node.shown.finish)
    items: list[OpenItem] = []
    if happened is None:
        items += [_node(node) for node in opened if node.id not in names]
        items += _factors(run, {node.id for node in opened})
        items += _problems(run, spec, {node.node for node in opened})
    return ReadinessSheet(
        project=project,
        name=spec.name,
        event=event,
        happened=happened,
        planned=last.planned.finish if last.planned and happened is None else None,
        deadline=last.deadline,
        on_time=last.on_time if happened is None else None,
        items=tuple(sorted(items, key=lambda item: (item.latest or item.by or date.max, item.kind, item.id))),
    )


def _node(node: Node) -> OpenItem:
    by = node.planned.finish if node.planned else node.earliest.finish
    latest = node.latest.finish if node.latest else None
    return OpenItem("node", node.node, node.name, node.department, by, latest, node.critical)


def _factors(run: Run, opened: set[str]) -> list[OpenItem]:
    return [
        OpenItem(_kind(item), item.name, item.label, None, _supply(item), None, False)
        for item in run.assembly.factors
        if not item.in_hand and opened.intersection(map(str, item.factor.gates))
        if item.factor.supply is not None or not item.assumed
    ]


def _kind(item: FactorRisk) -> Kind:
    return "hold" if item.name.startswith(HOLD) else "factor"


def _supply(item: FactorRisk) -> date | None:
    return day_of(item.factor.supply) if isinstance(item.factor.supply, date) else None


def _problems(run: Run, project: Project, opened: set[str]) -> list[OpenItem]:
    found = [
        (name, task_of(run, project, name))
        for name, item in project.problems.items()
        if item.closed is None and (item.node is None or item.node in opened)
    ]
    return [
        OpenItem("problem", name, task.what, task.responsible, task.due, None, False) for name, task in found
    ]
