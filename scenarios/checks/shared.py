"""What projects share: resources, drivers, quotas."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.assemble import capacities
from scenarios.checks.context import Context, unknown
from scenarios.problems import Path, Problem
from scenarios.risk_model import drives


def shared(context: Context) -> list[Problem]:
    """Every name in resources, drivers and quotas that does not exist."""
    return [*_resources(context), *_drivers(context), *_quotas(context)]


def _resources(context: Context) -> Iterator[Problem]:
    specs = [spec for every in context.every.values() for spec in every]
    known = {spec.node for spec in specs}
    working = {spec.node for spec in specs if not spec.work.nothing}
    for name, resource in context.scenario.resources.items():
        for node in resource.demand:
            path: Path = ("resources", name, "demand", node)
            if node not in known:
                yield Problem(path, unknown("node", node, known))
            elif node not in working:
                yield Problem(path, f"node '{node}' is a milestone and holds nothing; drop it")


def too_much(context: Context) -> Iterator[Problem]:
    """Demand above every capacity from the data date on, which would never start; once every name is good.

    An activity that has a mode which fits can start. Without dates the file is a research problem, for which
    "infeasible" is an answer.
    """
    if not context.scenario.dated:
        return
    most = {}
    for name, resource in context.scenario.resources.items():
        now, later = capacities(resource, context.scenario.data_date)
        most[name] = max([now, *(units for _, units in later)])
    begun = context.begun()
    for spec in context.specs.values():
        others = [spec.demand if mode.demand is None else mode.demand for mode in spec.modes.values()]
        if spec.id in begun or any(all(units <= most[name] for name, units in way.items()) for way in others):
            continue
        for name, units in spec.demand.items():
            if units > most[name]:
                message = f"'{spec.id}' needs {units} of '{name}', which never has more than {most[name]}"
                path = _demand_path(context, spec.project, spec.node, name)
                yield Problem(path, f"{message}; lower the demand or raise the capacity")


def _demand_path(context: Context, project: str, node: str, resource: str) -> Path:
    """Where a demand was written: at the activity, in an override, or at the resource."""
    for k, item in enumerate(context.scenario.projects):
        if item.id != project:
            continue
        for a, activity in enumerate(item.activities):
            if activity.id == node and resource in activity.demand:
                return ("projects", k, "activities", a, "demand", resource)
        override = item.overrides.get(node)
        if override is not None and resource in (override.demand or {}):
            return ("projects", k, "overrides", node, "demand", resource)
    return ("resources", resource, "demand", node)


def _drivers(context: Context) -> Iterator[Problem]:
    specs = [spec for every in context.every.values() for spec in every]
    names = {spec.node for spec in specs} | {spec.id for spec in specs}
    kinds = {spec.kind for spec in specs}
    projects = set(context.every)
    known = {"activities": ("node", names), "kinds": ("kind", kinds), "projects": ("project", projects)}
    for name, driver in context.scenario.drivers.items():
        faults = [
            Problem(("drivers", name, key, k), unknown(what, item, choices))
            for key, (what, choices) in known.items()
            for k, item in enumerate(getattr(driver, key) or ())
            if item not in choices
        ]
        yield from faults
        if not faults and not any(drives(driver, spec) for spec in specs):
            message = f"driver '{name}' acts on no activity with work; widen activities, kinds or projects"
            yield Problem(("drivers", name), message)


def _quotas(context: Context) -> Iterator[Problem]:
    sectors = {project.sector for project in context.scenario.projects if project.sector}
    for k, quota in enumerate(context.scenario.quotas):
        if quota.sector is not None and quota.sector not in sectors:
            message = unknown("sector", quota.sector, sectors)
            yield Problem(("quotas", k, "sector"), f"{message} (no project names it)")
