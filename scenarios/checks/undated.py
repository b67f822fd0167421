"""A scenario without dates: nothing but the starts of its projects may be one."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.checks.context import Context, parts
from scenarios.checks.dates import all_dates
from scenarios.expand import DEFAULT_CALENDAR
from scenarios.problems import Path, Problem
from scheduling.calendar import ELAPSED


def undated(context: Context) -> Iterator[Problem]:
    """Dates, templates and calendars where there are no dates."""
    for path, when in all_dates(context.scenario):
        if path != ("data_date",) and (len(path), path[-1]) != (3, "start"):
            yield Problem(path, f"{when} stands in a scenario without dates; drop it, or `dated: false`")
    for weather in context.scenario.weather:
        yield Problem(("weather", weather), "weather needs dates; drop it, or `dated: false`")
    for k, project in enumerate(context.scenario.projects):
        here: Path = ("projects", k)
        if project.template is not None:
            yield Problem((*here, "template"), "templates need dates; drop `dated: false`")
        for path, part in parts(project, here):
            named = [((*path, "calendar"), part.calendar, DEFAULT_CALENDAR)]
            named += [
                ((*path, "predecessors", p, "lag_calendar"), link.lag_calendar, ELAPSED)
                for p, link in enumerate(part.predecessors or ())
            ]
            for place, name, every_slot in named:
                if name not in (None, every_slot):
                    yield Problem(place, f"calendar '{name}' needs dates; drop it, or `dated: false`")
