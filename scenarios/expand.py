"""From a project of a scenario to its nodes: catalogue steps with options and overrides, or activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from scenarios.catalog import Rework as CatalogRework
from scenarios.catalog import Step, Template, departments, template
from scenarios.schema import (
    Activity,
    Label,
    LognormalSpec,
    Override,
    Predecessor,
    Project,
    ReworkSpec,
    Scenario,
    Spread,
)

SITE = {"north": "cn-site-north", "south": "cn-site-south"}
ROLES = {"workday": "cn-workday", "calendar": "7-day"}
DEFAULT_CALENDAR = "7-day"


@dataclass(frozen=True, slots=True)
class ReworkRisk:
    """Something that may lengthen a node.

    Attributes
    ----------
    id, label
    spread : Spread
        Extra work in the node's calendar; 0 where it does not happen.
    group, rho
        Correlated with the other rework of the project in the same group.
    """

    id: str
    label: Label
    spread: Spread
    group: str | None = None
    rho: float = 0.0


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One node of one project, with every default resolved.

    Attributes
    ----------
    id : str
        ``project/node``.
    work : Spread
        Total work in slots of `calendar`.
    predecessors : tuple of Predecessor
        With full ids.
    assumed : bool
        Whether the work is a default of the catalogue.
    planned : int, optional
        Work that the plan uses where it is not the most likely.
    """

    id: str
    node: str
    project: str
    name: Label
    kind: str
    department: Label | None
    department_id: str | None
    calendar: str
    work: Spread
    milestone: Literal["start", "finish"] | None
    predecessors: tuple[Predecessor, ...]
    release: date | None
    demand: Mapping[str, int]
    reworks: tuple[ReworkRisk, ...]
    key: bool
    assumed: bool
    planned: int | None = None


def project_template(project: Project) -> Template | None:
    """The catalogue template of a project with its options, ready land among them.

    Raises
    ------
    InputError
        For an unknown template or option, or options that do not go together.
    """
    if project.template is None:
        return None
    chosen = project.options
    if project.land_ready and "ready_land" not in chosen:
        chosen = (*chosen, "ready_land")
    return template(project.template, chosen)


def node_ids(project: Project) -> tuple[str, ...]:
    """Ids of a project's nodes, in order."""
    found = project_template(project)
    return (*(found.steps if found else ()), *(activity.id for activity in project.activities))


def ancestors(project: Project, node: str) -> set[str]:
    """Nodes of the project that lie before a node."""
    return _behind(project, _bare_nodes(project), node)


def _behind(project: Project, specs: list[NodeSpec], node: str) -> set[str]:
    before = {
        spec.node: [link.id.split("/", 1)[1] for link in spec.predecessors if _within(link.id, project)]
        for spec in specs
    }
    found: set[str] = set()
    todo = list(before.get(node, ()))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(before.get(name, ()))
    return found


def nodes(project: Project, scenario: Scenario) -> list[NodeSpec]:
    """Every node of a project, in the order of the catalogue or file."""
    site = SITE[project.region or scenario.region]
    shared = [
        (name, step, units)
        for name, resource in scenario.resources.items()
        for step, units in resource.demand.items()
    ]
    specs = []
    for spec in _in_scope(project, _bare_nodes(project)):
        demand = {name: units for name, step, units in shared if step == spec.node}
        calendar = site if spec.calendar == "site" else ROLES.get(spec.calendar, spec.calendar)
        specs.append(replace(spec, calendar=calendar, demand=demand | dict(spec.demand)))
    return specs


def _in_scope(project: Project, specs: list[NodeSpec]) -> list[NodeSpec]:
    """What leads to the project's ends, what is reported, and every own activity."""
    ends = project.until or tuple(line.node for line in project.deadlines)
    if not ends or project.template is None:
        return specs
    reported = (*(item.node for item in project.current), *project.progress)
    own = tuple(activity.id for activity in project.activities)
    kept = {*ends, *reported, *own}
    for node in (*ends, *reported, *own):
        kept |= _behind(project, specs, node)
    return [spec for spec in specs if spec.node in kept]


def _bare_nodes(project: Project) -> list[NodeSpec]:
    """Nodes without the scenario's resources, their calendars still roles."""
    found = project_template(project)
    specs = [_from_step(project, step) for step in found.steps.values()] if found else []
    specs = [_overridden(spec, project.overrides.get(spec.node), project) for spec in specs]
    return specs + [_from_activity(project, activity) for activity in project.activities]


def _within(link: str, project: Project) -> bool:
    return link.startswith(f"{project.id}/")


def _full(name: str, project: Project) -> str:
    return name if "/" in name else f"{project.id}/{name}"


def _links(links: tuple[Predecessor, ...], project: Project) -> tuple[Predecessor, ...]:
    return tuple(link.model_copy(update={"id": _full(link.id, project)}) for link in links)


def _department(name: str | None) -> Label | None:
    if name is None:
        return None
    known = departments().get(name)
    return Label(zh=known.zh, en=known.en) if known else Label(zh=name, en=name)


def _from_step(project: Project, step: Step) -> NodeSpec:
    return NodeSpec(
        id=f"{project.id}/{step.id}",
        node=step.id,
        project=project.id,
        name=Label(zh=step.zh, en=step.en),
        kind=step.kind,
        department=_department(step.department),
        department_id=step.department,
        calendar=step.calendar,
        work=Spread.model_validate(step.work),
        milestone=step.milestone,
        predecessors=tuple(
            Predecessor(
                id=f"{project.id}/{link.predecessor}",
                type=link.type,
                lag=link.lag,
                lag_calendar=link.lag_calendar,
            )
            for link in step.predecessors
        ),
        release=None,
        demand={},
        reworks=tuple(_default_rework(item) for item in step.reworks),
        key=step.key,
        assumed=any(step.work),
    )


def _default_rework(item: CatalogRework) -> ReworkRisk:
    size = LognormalSpec(median=item.median, p90=item.p90, max=item.max)
    return ReworkRisk(
        item.id,
        Label(zh=item.zh, en=item.en),
        Spread(lognormal=size, probability=item.probability),
        item.group,
        item.rho,
    )


def _own_rework(spec: ReworkSpec) -> tuple[ReworkRisk, ...]:
    label = Label(zh="返工、补正", en="rework")
    spread = spec.work.model_copy(update={"probability": spec.work.probability * spec.probability})
    return (ReworkRisk("own", label, spread),)


def _overridden(spec: NodeSpec, override: Override | None, project: Project) -> NodeSpec:
    if override is None:
        return spec
    changes: dict[str, Any] = {
        name: getattr(override, name)
        for name in ("name", "calendar", "release", "demand", "key")
        if getattr(override, name) is not None
    }
    if override.work is not None:
        changes |= {"work": override.work, "assumed": False}
    if override.predecessors is not None:
        changes["predecessors"] = _links(override.predecessors, project)
    if override.rework is not None:
        changes["reworks"] = _own_rework(override.rework)
    return replace(spec, **changes)


def _from_activity(project: Project, activity: Activity) -> NodeSpec:
    return NodeSpec(
        id=f"{project.id}/{activity.id}",
        node=activity.id,
        project=project.id,
        name=activity.name,
        kind=activity.kind,
        department=_department(activity.department),
        department_id=activity.department,
        calendar=activity.calendar or DEFAULT_CALENDAR,
        work=activity.work,
        milestone=activity.milestone,
        predecessors=_links(activity.predecessors, project),
        release=activity.release,
        demand=activity.demand,
        reworks=_own_rework(activity.rework) if activity.rework else (),
        key=activity.key,
        assumed=False,
        planned=activity.planned,
    )
