"""From a project of a scenario to its nodes: catalogue steps with options and overrides, or activities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, Literal

from scenarios.catalog import Rework as CatalogRework
from scenarios.catalog import Step, Template, departments, template
from scenarios.schema import (
    Activity,
    Label,
    LognormalSpec,
    ModeSpec,
    Override,
    Predecessor,
    Project,
    ReworkSpec,
    Scenario,
    Spread,
)
from scheduling.modes import NORMAL
from simulation.distributions import rounded

SITE = {"north": "cn-site-north", "south": "cn-site-south"}
ROLES = {"workday": "cn-workday", "calendar": "7-day"}
DEFAULT_CALENDAR = "7-day"


@dataclass(frozen=True, slots=True)
class ReworkRisk:
    """Something that may lengthen a node.

    Attributes
    ----------
    label : Label
    probability : float
    work : Spread
        Extra work in the node's calendar where it happens.
    group, rho
        Correlated with the other rework of the project in the same group.
    assumed : bool
        Whether it is a default of the catalogue.
    """

    label: Label
    probability: float
    work: Spread
    group: str | None = None
    rho: float = 0.0
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One node of one project, with every default resolved.

    Attributes
    ----------
    id : str
        ``project/node``.
    work : Spread
        Total work in slots of `calendar`; nothing for a milestone.
    predecessors : tuple of Predecessor
        With full ids.
    assumed : bool
        Whether the work is a default of the catalogue.
    planned : int, optional
        Work that the plan uses where it is not the most likely.
    start_by, finish_from : date, optional
        Last start and least finish.
    cost, mode, modes, floor
        Price of the node as it is, what that way is called, other ways to do it, and the least work that
        the law allows.
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
    rework: ReworkRisk | None
    key: bool
    assumed: bool
    planned: int | None = None
    start_by: date | None = None
    finish_from: date | None = None
    cost: float = 0
    mode: str = NORMAL
    modes: Mapping[str, ModeSpec] = field(default_factory=dict)
    floor: int | None = None

    @property
    def planning_work(self) -> int:
        """Planned, else most likely work in whole slots, at least 1; 0 for a milestone."""
        if self.work.nothing:
            return 0
        return self.planned or int(rounded([self.work.always().most_likely], least=1)[0])


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


def nodes(project: Project, scenario: Scenario) -> list[NodeSpec]:
    """The nodes that a project's plan needs, in the order of the catalogue or file."""
    return in_scope(project, all_nodes(project, scenario))


def all_nodes(project: Project, scenario: Scenario) -> list[NodeSpec]:
    """Every node of a project, those that lead to no deadline too."""
    found = project_template(project)
    site = SITE[project.region or scenario.region]
    steps = found.steps.values() if found else ()
    specs = [_overridden(_from_step(project, step, site), project) for step in steps]
    specs += [_from_activity(project, activity) for activity in project.activities]
    return [_with_shared_demand(spec, scenario) for spec in specs]


def in_scope(project: Project, specs: list[NodeSpec]) -> list[NodeSpec]:
    """What leads to the project's ends, what is reported and every own activity, and what precedes it."""
    ends = {*project.until, *(line.node for line in project.deadlines)}
    if not ends or project.template is None:
        return specs
    ends |= {item.node for item in project.current} | set(project.progress)
    ends |= {activity.id for activity in project.activities}
    ends |= {node for factor in project.factors.values() for node in factor.after or ()}
    kept = ends | behind(specs, ends)
    return [spec for spec in specs if spec.node in kept]


def behind(specs: Iterable[NodeSpec], starts: Iterable[str]) -> set[str]:
    """Nodes of one project that lie before any of some nodes, all named within the project."""
    before = {
        spec.node: [link.id.split("/", 1)[1] for link in spec.predecessors if _within(link.id, spec.project)]
        for spec in specs
    }
    found: set[str] = set()
    todo = [name for start in starts for name in before.get(start, ())]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(before.get(name, ()))
    return found


def _within(link: str, project: str) -> bool:
    return link.startswith(f"{project}/")


def _with_shared_demand(spec: NodeSpec, scenario: Scenario) -> NodeSpec:
    """Units that the scenario's resources name; what the node itself says counts before them."""
    if spec.work.nothing:
        return spec
    shared = {
        name: resource.demand[spec.node]
        for name, resource in scenario.resources.items()
        if spec.node in resource.demand
    }
    return replace(spec, demand=shared | dict(spec.demand)) if shared else spec


def full_id(name: str, project: str) -> str:
    """``project/node`` of a name that may already reach into another project."""
    return name if "/" in name else f"{project}/{name}"


def _links(links: tuple[Predecessor, ...], project: Project) -> tuple[Predecessor, ...]:
    return tuple(link.model_copy(update={"id": full_id(link.id, project.id)}) for link in links)


def _department(name: str | None) -> Label | None:
    if name is None:
        return None
    known = departments().get(name)
    return Label(zh=known.zh, en=known.en) if known else Label(zh=name, en=name)


# -- catalogue steps ----------------------------------------------------------------------------------------
def _from_step(project: Project, step: Step, site: str) -> NodeSpec:
    return NodeSpec(
        id=f"{project.id}/{step.id}",
        node=step.id,
        project=project.id,
        name=Label(zh=step.zh, en=step.en),
        kind=step.kind,
        department=_department(step.department),
        department_id=step.department,
        calendar=site if step.calendar == "site" else ROLES[step.calendar],
        work=_step_work(step.work),
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
        rework=_step_rework(step.reworks[0]) if step.reworks else None,
        key=step.key,
        assumed=any(step.work),
        floor=step.legal_floor.days if step.legal_floor else None,
    )


@cache
def _step_work(work: tuple[int, int, int]) -> Spread:
    return Spread(estimate=work)


@cache
def _step_rework(item: CatalogRework) -> ReworkRisk:
    """The one rework of a step (each permit has one mechanism, 补正)."""
    size = Spread(lognormal=LognormalSpec(median=item.median, p90=item.p90, max=item.max))
    return ReworkRisk(Label(zh=item.zh, en=item.en), item.probability, size, item.group, item.rho, True)


def _overridden(spec: NodeSpec, project: Project) -> NodeSpec:
    override = project.overrides.get(spec.node)
    if override is None:
        return spec
    changes: dict[str, Any] = {
        name: getattr(override, name)
        for name in ("name", "calendar", "release", "start_by", "finish_from", "demand", "modes", "key")
        if getattr(override, name) is not None
    }
    if override.predecessors is not None:
        changes["predecessors"] = _links(override.predecessors, project)
    if override.rework is not None:
        changes["rework"] = _own_rework(override.rework)
    if override.work is not None:
        changes |= {"work": override.work, "assumed": False} | _other_nature(spec, override)
    return replace(spec, **changes)


def _other_nature(spec: NodeSpec, override: Override) -> dict[str, Any]:
    """A milestone that gets work is none any more; a step without work has nothing to repeat."""
    if override.work is None or override.work.nothing == spec.work.nothing:
        return {}
    return {"rework": None} if override.work.nothing else {"milestone": None}


# -- own activities -----------------------------------------------------------------------------------------
def _own_rework(spec: ReworkSpec) -> ReworkRisk:
    return ReworkRisk(Label(zh="返工、补正", en="rework"), spec.probability, spec.work)


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
        rework=_own_rework(activity.rework) if activity.rework else None,
        key=activity.key,
        assumed=False,
        planned=activity.planned,
        start_by=activity.start_by,
        finish_from=activity.finish_from,
        cost=activity.cost,
        mode=activity.mode,
        modes=activity.modes,
        floor=activity.floor,
    )
