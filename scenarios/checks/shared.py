"""What projects share: resources, drivers, weather, shocks, quotas."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.assemble import capacities
from scenarios.calendars import bundled
from scenarios.checks.context import Context, unknown
from scenarios.problems import Path, Problem
from scenarios.risk_model import selects


def shared(context: Context) -> list[Problem]:
    """Every name in resources, drivers, weather, shocks and quotas that does not exist."""
    checks = (_resources, _selections, _weather, _shocks, _quotas)
    return [problem for check in checks for problem in check(context)]


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


def _selections(context: Context) -> Iterator[Problem]:
    """Names in drivers and shocks, and those of them that act on nothing."""
    scenario = context.scenario
    specs = [spec for every in context.every.values() for spec in every]
    names = {spec.node for spec in specs} | {spec.id for spec in specs}
    kinds = {spec.kind for spec in specs}
    projects = set(context.every)
    known = {"activities": ("node", names), "kinds": ("kind", kinds), "projects": ("project", projects)}
    items = [*(("drivers", *item) for item in scenario.drivers.items())]
    for where, name, selection in (*items, *(("shocks", *item) for item in scenario.shocks.items())):
        faults = [
            Problem((where, name, key, k), unknown(what, item, choices))
            for key, (what, choices) in known.items()
            for k, item in enumerate(getattr(selection, key) or ())
            if item not in choices
        ]
        yield from faults
        if not faults and not any(not spec.work.nothing and selects(selection, spec) for spec in specs):
            what = "driver" if where == "drivers" else "shock"
            message = f"{what} '{name}' acts on no activity with work; widen activities, kinds or projects"
            yield Problem((where, name), message)


def _weather(context: Context) -> Iterator[Problem]:
    """Calendars that weather names."""
    scenario = context.scenario
    known = {*bundled(), *scenario.calendars}
    for name, weather in scenario.weather.items():
        for k, calendar in enumerate(weather.calendars):
            path: Path = ("weather", name, "calendars", k)
            own = scenario.calendars.get(calendar)
            if calendar not in known:
                yield Problem(path, unknown("calendar", calendar, known))
            elif own and not all(
                isinstance(day, int) for day in (*(own.week or ()), *own.exceptions.values())
            ):
                message = f"calendar '{calendar}' has working periods; give it a rate 0..100 for each day"
                yield Problem(path, message)


def _shocks(context: Context) -> Iterator[Problem]:
    """Resources that shocks name."""
    resources = context.scenario.resources
    for name, shock in context.scenario.shocks.items():
        for resource in shock.capacity:
            path: Path = ("shocks", name, "capacity", resource)
            if resource not in resources:
                yield Problem(path, unknown("resource", resource, resources))
            elif resources[resource].consumed:
                yield Problem(path, f"'{resource}' is a stock; change its deliveries instead")


def _quotas(context: Context) -> Iterator[Problem]:
    sectors = {project.sector for project in context.scenario.projects if project.sector}
    for k, quota in enumerate(context.scenario.quotas):
        if quota.sector is not None and quota.sector not in sectors:
            message = unknown("sector", quota.sector, sectors)
            yield Problem(("quotas", k, "sector"), f"{message} (no project names it)")
