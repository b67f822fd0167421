"""Names within projects: nodes, predecessors, calendars, resources, factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scenarios.calendars import bundled
from scenarios.catalog import template
from scenarios.checks.context import Context, parts, repeated, unknown
from scenarios.expand import NodeSpec, full_id, project_template
from scenarios.factors import gate_defaults
from scenarios.problems import Path, Problem
from scenarios.schema import Activity, Override, Project
from scheduling.calendar import ELAPSED


def names(context: Context) -> list[Problem]:
    """Every name that a project uses and that does not exist."""
    problems: list[Problem] = []
    for k, project in enumerate(context.scenario.projects):
        here: Path = ("projects", k)
        problems += _nodes(context, project, here)
        problems += _overrides(context, project, here)
        problems += _factors(project, here)
        for path, part in parts(project, here):
            problems += _links(context, project, path, part)
            problems += _calendar(context, path, part)
            problems += _demand(context, path, part)
    return problems


# -- nodes --------------------------------------------------------------------------------------------------
def _nodes(context: Context, project: Project, here: Path) -> Iterator[Problem]:
    known = context.nodes[project.id]
    for path, name in _named_nodes(project, here):
        if name not in known:
            yield Problem(path, _unknown_node(project, name, known))
    lines = [line.node for line in project.deadlines]
    yield from repeated("deadline of node", (*here, "deadlines"), lines, "node")
    standing = [item.node for item in project.current]
    yield from repeated("current node", (*here, "current"), standing, "node")


def _named_nodes(project: Project, here: Path) -> Iterator[tuple[Path, str]]:
    yield from (((*here, "current", k, "node"), item.node) for k, item in enumerate(project.current))
    yield from (((*here, "deadlines", k, "node"), line.node) for k, line in enumerate(project.deadlines))
    yield from (((*here, "until", k), name) for k, name in enumerate(project.until))
    yield from (((*here, "progress", name), name) for name in project.progress)
    for name, factor in project.factors.items():
        for key in ("gates", "after"):
            listed = getattr(factor, key) or ()
            yield from (((*here, "factors", name, key, k), node) for k, node in enumerate(listed))


def _unknown_node(project: Project, name: str, known: Iterable[str]) -> str:
    if project.template is not None and name in template(project.template).steps:
        found = project_template(project)
        chosen = ", ".join(found.options) if found else ""
        return f"node '{name}' is left out by the options {chosen}; drop it here, or change the options"
    return unknown("node", name, known)


def _overrides(context: Context, project: Project, here: Path) -> Iterator[Problem]:
    found = project_template(project)
    steps = found.steps if found else {}
    own = {activity.id for activity in project.activities}
    specs = {spec.node: spec for spec in context.every[project.id]}
    for name, override in project.overrides.items():
        path: Path = (*here, "overrides", name)
        if name in own:
            yield Problem(path, f"'{name}' is an activity of this project; change it where it stands")
        elif name not in steps:
            yield Problem(path, _unknown_node(project, name, steps))
        elif specs[name].work.nothing:
            for key in ("demand", "rework", "modes"):
                if getattr(override, key):
                    message = f"node '{name}' is a milestone and has no {key}; drop it, or give it work"
                    yield Problem((*path, key), message)
        else:
            yield from _floor(specs[name], override, path)


def _floor(spec: NodeSpec, override: Override, path: Path) -> Iterator[Problem]:
    """Work below what the law demands."""
    works = [((*path, "work"), spec.planning_work)] if override.work is not None else []
    works += [((*path, "modes", name, "work"), mode.work) for name, mode in (override.modes or {}).items()]
    for place, work in works:
        if spec.floor is not None and work < spec.floor:
            yield Problem(place, f"{work} days are below the {spec.floor} that the law demands; lengthen it")


# -- what activities and overrides name ---------------------------------------------------------------------
def _links(context: Context, project: Project, path: Path, part: Activity | Override) -> Iterator[Problem]:
    calendars = {*bundled(), *context.scenario.calendars, ELAPSED}
    planned = part.id if isinstance(part, Activity) else str(path[-1])
    for k, link in enumerate(part.predecessors or ()):
        here: Path = (*path, "predecessors", k)
        name = full_id(link.id, project.id)
        owner, _, node = name.partition("/")
        known = context.nodes.get(owner, frozenset())
        if owner not in context.every:
            yield Problem((*here, "id"), unknown("project", owner, context.every))
        elif node not in known:
            yield Problem((*here, "id"), unknown("predecessor", node, known))
        elif name not in context.specs and f"{project.id}/{planned}" in context.specs:
            message = f"'{name}' leads to no deadline of its project, so it is not planned; add it to `until`"
            yield Problem((*here, "id"), f"{message} of project '{owner}'")
        if link.lag_calendar is not None and link.lag_calendar not in calendars:
            yield Problem((*here, "lag_calendar"), unknown("calendar", link.lag_calendar, calendars))


def _calendar(context: Context, path: Path, part: Activity | Override) -> Iterator[Problem]:
    calendars = {*bundled(), *context.scenario.calendars}
    if part.calendar is not None and part.calendar not in calendars:
        yield Problem((*path, "calendar"), unknown("calendar", part.calendar, calendars))


def _demand(context: Context, path: Path, part: Activity | Override) -> Iterator[Problem]:
    asked = [((*path, "demand"), part.demand)]
    asked += [((*path, "modes", name, "demand"), mode.demand) for name, mode in (part.modes or {}).items()]
    for place, demand in asked:
        for name in demand or {}:
            if name not in context.scenario.resources:
                yield Problem((*place, name), unknown("resource", name, context.scenario.resources))


# -- factors ------------------------------------------------------------------------------------------------
def _factors(project: Project, here: Path) -> Iterator[Problem]:
    defaults = gate_defaults()
    for name, factor in project.factors.items():
        path: Path = (*here, "factors", name)
        if name in defaults:
            continue
        if factor.gates is None:
            yield Problem(path, unknown("factor", name, defaults) + "; or give the nodes it gates (gates)")
        elif factor.supply is None and factor.lead is None:
            yield Problem(path, f"factor '{name}' is not in the catalogue; give its supply date or its lead")
