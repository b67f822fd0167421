"""Calendars of a scenario: the bundled ones and its own."""

from __future__ import annotations

from typing import Any

from scenarios.calendars import bundled
from scenarios.fields import day_of
from scenarios.schema import CalendarSpec, Scenario
from scenarios.weather import with_weather
from scheduling.calendar import Calendar
from scheduling.errors import InputError


def scenario_calendars(scenario: Scenario) -> dict[str, Calendar]:
    """The bundled calendars and those of the scenario, by name, with its weather; its own come first."""
    found = bundled() | {name: calendar_of(name, spec) for name, spec in scenario.calendars.items()}
    for weather in scenario.weather.values():
        for name in weather.calendars:
            found[name] = with_weather(found[name], weather, day_of(scenario.data_date))
    return found


def calendar_of(name: str, spec: CalendarSpec) -> Calendar:
    """A calendar of a scenario.

    Raises
    ------
    InputError
        For a calendar file that no reader has put into the scenario.
    """
    if spec.file is not None:
        raise InputError(
            f"calendar '{name}': the file {spec.file} is read only together with a scenario file. "
            "Load the scenario with load_scenario."
        )
    base = bundled()[spec.base] if spec.base else Calendar(name, spec.week)  # type: ignore[arg-type]
    return Calendar(
        name,
        base.week,
        {**base.exceptions, **spec.exceptions},
        spec.first or base.first,
        spec.last or base.last,
        frozenset(spec.provisional) | base.provisional,
    )


def calendar_data(calendar: Calendar) -> dict[str, Any]:
    """A calendar as the data of a scenario."""
    return {
        "week": calendar.week,
        "exceptions": dict(calendar.exceptions),
        "first": calendar.first,
        "last": calendar.last,
        "provisional": sorted(calendar.provisional),
    }
