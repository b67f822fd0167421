"""What a schema cannot see: names that do not exist, dates that contradict each other, cycles.

Every finding carries its path in the scenario, so that a reader can show file and line, or sheet and cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from difflib import get_close_matches

from scenarios.calendars import bundled
from scenarios.catalog import factor_defaults, options, templates
from scenarios.expand import NodeSpec, node_ids, nodes, project_template
from scenarios.problems import Path, Problem
from scenarios.schema import Project, Scenario
from scheduling.errors import InputError


def check(scenario: Scenario) -> list[Problem]:
    """Every contradiction in a scenario; empty when it can be scheduled."""
    problems = [*_repeated("project id", ("projects",), [project.id for project in scenario.projects])]
    specs: dict[str, NodeSpec] = {}
    for k, project in enumerate(scenario.projects):
        here: Path = ("projects", k)
        faults = list(_template(project, here))
        problems += faults
        if faults:
            continue
        found = project_template(project)
        problems += _repeated(
            "activity id", (*here, "activities"), node_ids(project), len(found.steps) if found else 0
        )
        specs |= {spec.id: spec for spec in nodes(project, scenario)}
    if problems:
        return problems
    for k, project in enumerate(scenario.projects):
        here = ("projects", k)
        problems += _names(project, here, scenario)
        problems += _dates(project, here, scenario)
    problems += _links(scenario, specs)
    problems += _scenario_names(scenario, specs)
    return problems or list(_cycle(scenario, specs))


def _repeated(what: str, path: Path, names: Iterable[str], before: int = 0) -> Iterator[Problem]:
    """Names given more than once; `before` of them come from the catalogue, not from the file."""
    names = list(names)
    for name, count in Counter(names).items():
        if count > 1:
            at = [k for k, item in enumerate(names) if item == name][1]
            yield Problem((*path, at - before), f"{what} '{name}' stands {count} times; make each unique")


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known[:60]) or 'none'}"
    return f"{what} '{name}' does not exist; {hint}"


def _template(project: Project, here: Path) -> Iterator[Problem]:
    if project.template is not None and project.template not in templates():
        yield Problem((*here, "template"), _unknown("template", project.template, templates()))
        return
    for k, option in enumerate(project.options):
        if option not in options():
            yield Problem((*here, "options", k), _unknown("option", option, options()))
            return
    try:
        project_template(project)
    except InputError as error:
        yield Problem((*here, "options"), str(error))


def _names(project: Project, here: Path, scenario: Scenario) -> Iterator[Problem]:
    known = node_ids(project)
    used: list[tuple[Path, str]] = []
    used += [(_current(here, project, k, "node"), item.node) for k, item in enumerate(project.current)]
    used += [((*here, "deadlines", k, "node"), line.node) for k, line in enumerate(project.deadlines)]
    used += [((*here, "until", k), name) for k, name in enumerate(project.until)]
    used += [((*here, "progress", name), name) for name in project.progress]
    used += [((*here, "overrides", name), name) for name in project.overrides]
    for name, factor in project.factors.items():
        used += [((*here, "factors", name, "gates", k), node) for k, node in enumerate(factor.gates or ())]
        used += [((*here, "factors", name, "after", k), node) for k, node in enumerate(factor.after or ())]
    for path, name in used:
        if name not in known:
            yield Problem(path, _unknown("node", name, known))
    yield from _repeated("deadline of node", (*here, "deadlines"), [line.node for line in project.deadlines])
    defaults = factor_defaults().factors
    for name, factor in project.factors.items():
        if factor.gates is None and (name not in defaults or not defaults[name].gates):
            gating = [key for key, item in defaults.items() if item.gates]
            yield Problem(
                (*here, "factors", name),
                _unknown("factor", name, gating) + "; or give the nodes it gates (gates)",
            )


def _dates(project: Project, here: Path, scenario: Scenario) -> Iterator[Problem]:
    limit = scenario.data_date
    for k, item in enumerate(project.current):
        if _day(item.since) > _day(limit):
            yield Problem(
                _current(here, project, k, "since"),
                f"{item.since} lies after the data date {limit}; correct it or move the data date",
            )
    for name, progress in project.progress.items():
        for key in ("start", "finish"):
            when = getattr(progress, key)
            if when is not None and not _before(when, limit):
                yield Problem(
                    (*here, "progress", name, key),
                    f"actual {key} {when} is not before the data date {limit}; what is known ends the "
                    "day before. Correct it or move the data date",
                )


def _current(here: Path, project: Project, k: int, key: str) -> Path:
    """Path of a current node; a single one stands in files without a position."""
    return (*here, "current", key) if len(project.current) == 1 else (*here, "current", k, key)


def _before(when: date, limit: date) -> bool:
    if isinstance(when, datetime) and isinstance(limit, datetime):
        return when < limit
    return _day(when) < _day(limit)


def _day(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


def _links(scenario: Scenario, specs: dict[str, NodeSpec]) -> Iterator[Problem]:
    for k, project in enumerate(scenario.projects):
        given = [
            (("projects", k, "activities", a, "predecessors", p), link.id)
            for a, activity in enumerate(project.activities)
            for p, link in enumerate(activity.predecessors)
        ] + [
            (("projects", k, "overrides", name, "predecessors", p), link.id)
            for name, override in project.overrides.items()
            for p, link in enumerate(override.predecessors or ())
        ]
        for path, name in given:
            full = name if "/" in name else f"{project.id}/{name}"
            if full not in specs:
                own = [spec.node for spec in specs.values() if spec.project == project.id]
                yield Problem(path, _unknown("predecessor", name, own))


def _scenario_names(scenario: Scenario, specs: dict[str, NodeSpec]) -> Iterator[Problem]:
    calendars = {*bundled(), *scenario.calendars}
    for name, calendar in scenario.calendars.items():
        if calendar.base is not None and calendar.base not in bundled():
            yield Problem(("calendars", name, "base"), _unknown("calendar", calendar.base, bundled()))
    for k, project in enumerate(scenario.projects):
        here: Path = ("projects", k)
        for a, activity in enumerate(project.activities):
            yield from _demand((*here, "activities", a), activity.demand, scenario)
            if activity.calendar and activity.calendar not in calendars:
                yield Problem(
                    (*here, "activities", a, "calendar"), _unknown("calendar", activity.calendar, calendars)
                )
        for name, override in project.overrides.items():
            yield from _demand((*here, "overrides", name), override.demand or {}, scenario)
            if override.calendar and override.calendar not in calendars:
                yield Problem(
                    (*here, "overrides", name, "calendar"), _unknown("calendar", override.calendar, calendars)
                )
    steps = {spec.node for spec in specs.values()}
    for name, resource in scenario.resources.items():
        for step in resource.demand:
            if step not in steps:
                yield Problem(("resources", name, "demand", step), _unknown("node", step, steps))
    projects = [project.id for project in scenario.projects]
    for name, driver in scenario.drivers.items():
        for k, node in enumerate(driver.activities or ()):
            if node not in specs and node not in steps:
                yield Problem(("drivers", name, "activities", k), _unknown("node", node, steps))
        for k, item in enumerate(driver.projects or ()):
            if item not in projects:
                yield Problem(("drivers", name, "projects", k), _unknown("project", item, projects))


def _demand(here: Path, demand: dict[str, int], scenario: Scenario) -> Iterator[Problem]:
    for name in demand:
        if name not in scenario.resources:
            yield Problem((*here, "demand", name), _unknown("resource", name, scenario.resources))


def _cycle(scenario: Scenario, specs: dict[str, NodeSpec]) -> Iterator[Problem]:
    """The first cycle of minimum links, named in full."""
    import networkx as nx

    arcs = [
        (link.id, spec.id) for spec in specs.values() for link in spec.predecessors if link.lag is not None
    ]
    graph = nx.DiGraph(arcs)
    try:
        cycle = [tail for tail, _ in nx.find_cycle(graph)]
    except nx.NetworkXNoCycle:
        return
    k = next(i for i, project in enumerate(scenario.projects) if project.id == specs[cycle[0]].project)
    names = " -> ".join([*cycle, cycle[0]])
    yield Problem(("projects", k), f"the precedences form a cycle: {names}; remove one of these links")
