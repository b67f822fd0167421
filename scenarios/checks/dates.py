"""Dates: what is reported lies before the data date, and every date within the calendars in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scenarios.calendar_specs import scenario_calendars
from scenarios.calendars import bundled
from scenarios.checks.context import Context, parts, unknown
from scenarios.fields import day_of, earlier
from scenarios.problems import Path, Problem
from scenarios.schema import CalendarSpec, Current, Project, Scenario
from scheduling.calendar import ELAPSED, MINUTES_PER_DAY, Axis, Calendar

_EPOCH = date(1900, 1, 1)
_CENTURIES = 301 * 366


def status(context: Context) -> Iterator[Problem]:
    """Calendars that contradict themselves, and progress that contradicts the data date or itself."""
    for name, spec in context.scenario.calendars.items():
        yield from _calendar(name, spec, context.scenario)
    for k, project in enumerate(context.scenario.projects):
        yield from _status(context, project, ("projects", k))


# -- calendars ----------------------------------------------------------------------------------------------
def _calendar(name: str, spec: CalendarSpec, scenario: Scenario) -> Iterator[Problem]:
    path: Path = ("calendars", name)
    if name == ELAPSED:
        yield Problem(path, f"'{ELAPSED}' names the calendar that counts every slot; rename yours")
    if spec.file is not None:
        yield Problem((*path, "file"), "a calendar file is read with load_scenario only; give week instead")
        return
    if spec.base is not None and spec.base not in bundled():
        yield Problem((*path, "base"), unknown("calendar", spec.base, bundled()))
        return
    days = [((*path, "week", k), value) for k, value in enumerate(spec.week or ())]
    days += [((*path, "exceptions", str(day)), value) for day, value in spec.exceptions.items()]
    minutes = MINUTES_PER_DAY // scenario.slots_per_day
    for where, value in days:
        ends = [] if isinstance(value, int) else [end for period in value for end in period]
        if any(end % minutes for end in ends):
            message = f"working periods begin and end on slots of {minutes} minutes; raise slots_per_day"
            yield Problem(where, message)
    if spec.base is None and not any(value for _, value in days):
        yield Problem(path, f"calendar '{name}' has no working day at all; give it one")
    for day in spec.exceptions:
        if (spec.first and day < spec.first) or (spec.last and day > spec.last):
            message = f"{day} lies outside first and last of the calendar; widen them or drop the day"
            yield Problem((*path, "exceptions", str(day)), message)


# -- status -------------------------------------------------------------------------------------------------
def _status(context: Context, project: Project, here: Path) -> Iterator[Problem]:
    milestones = {spec.node for spec in context.every[project.id] if spec.work.nothing}
    for k, item in enumerate(project.current):
        yield from _current(item, project, (*here, "current", k), context.scenario.data_date)
        if item.remaining and item.node in milestones:
            yield Problem((*here, "current", k, "remaining"), _NO_WORK.format(item.node))
    for name, progress in project.progress.items():
        path: Path = (*here, "progress", name)
        for key in ("start", "finish"):
            when = getattr(progress, key)
            if when is not None and not _known(when, key, context.scenario):
                message = f"actual {key} {when} is not before the data date {context.scenario.data_date}"
                remedy = "what is known ends the day before. Correct it or move the data date"
                yield Problem((*path, key), f"{message}; {remedy}")
        if progress.remaining and name in milestones:
            yield Problem((*path, "remaining"), _NO_WORK.format(name))


_NO_WORK = "node '{}' is a milestone without work; drop remaining, or give finish"


def _current(item: Current, project: Project, path: Path, data_date: date) -> Iterator[Problem]:
    if earlier(data_date, item.since):
        message = f"{item.since} lies after the data date {data_date}; correct it or move the data date"
        yield Problem((*path, "since"), message)
    elif item.remaining and not earlier(item.since, data_date):
        message = f"node '{item.node}' only begins on the data date, so all its work remains; drop remaining"
        yield Problem((*path, "remaining"), message)
    reported = project.progress.get(item.node)
    if reported is not None:
        message = f"node '{item.node}' is the current node and stands under progress too; keep one of them"
        yield Problem((*path, "node"), message)


def _known(when: date, key: str, scenario: Scenario) -> bool:
    """Whether an actual date lies before the data date, slot by slot."""
    axis = Axis(_EPOCH, _CENTURIES, scenario.slots_per_day)
    limit = axis.slot(scenario.data_date)
    return axis.slot(when) < limit if key == "start" else axis.end_of(when) <= limit


# -- the range of the calendars -----------------------------------------------------------------------------
def covered(context: Context) -> Iterator[Problem]:
    """Dates outside what the calendars in use cover, once every name is known to be good."""
    used = _used(context)
    firsts = [item for item in used if item.first]
    lasts = [item for item in used if item.last]
    first = max(firsts, key=lambda item: item.first or date.min, default=None)
    last = min(lasts, key=lambda item: item.last or date.max, default=None)
    if first and last and first.first and last.last and last.last < first.first:
        message = f"'{first.name}' begins {first.first}, after '{last.name}' has ended ({last.last})"
        yield Problem(("calendars",), f"calendars in use have no day in common: {message}; extend one")
        return
    for path, when in all_dates(context.scenario):
        if first and first.first and day_of(when) < first.first:
            edge = f"'{first.name}' begins {first.first}"
        elif last and last.last and day_of(when) > last.last:
            edge = f"'{last.name}' ends {last.last}"
        else:
            continue
        yield Problem(path, f"{when} is not covered: {edge}; move the date or extend the calendar")


def _used(context: Context) -> list[Calendar]:
    known = scenario_calendars(context.scenario)
    names = {spec.calendar for spec in context.specs.values()}
    links = [link for spec in context.specs.values() for link in spec.predecessors]
    names |= {link.lag_calendar for link in links if link.lag_calendar}
    return [known[name] for name in sorted(names - {ELAPSED})]


def all_dates(scenario: Scenario) -> Iterator[tuple[Path, date]]:
    """Every date that a plan counts with, and where it stands."""
    yield ("data_date",), scenario.data_date
    for name, resource in scenario.resources.items():
        for key in ("changes", "deliveries"):
            for k, change in enumerate(getattr(resource, key)):
                if earlier(scenario.data_date, change.date):
                    yield ("resources", name, key, k, "date"), change.date
    for name, shock in scenario.shocks.items():
        for key in ("first", "last"):
            yield ("shocks", name, key), getattr(shock, key)
    for k, project in enumerate(scenario.projects):
        yield from _project_dates(project, ("projects", k), scenario.data_date)


def _project_dates(project: Project, here: Path, data_date: date) -> Iterator[tuple[Path, date]]:
    if project.start:
        yield (*here, "start"), project.start
    for k, item in enumerate(project.current):
        yield (*here, "current", k, "since"), item.since - timedelta(days=1)
    for k, line in enumerate(project.deadlines):
        yield (*here, "deadlines", k, "date"), line.date
    for name, progress in project.progress.items():
        for key in ("start", "finish"):
            if when := getattr(progress, key):
                yield (*here, "progress", name, key), when
    for name, factor in project.factors.items():
        if factor.supply and not earlier(factor.supply, data_date):
            yield (*here, "factors", name, "supply"), factor.supply
    for name, hold in project.holds.items():
        if hold.cleared is None and hold.expected:
            yield (*here, "holds", name, "expected"), hold.expected
    for path, part in parts(project, here):
        for key in ("release", "start_by", "finish_from"):
            if when := getattr(part, key):
                yield (*path, key), when
