"""Weather by season: what it takes on average lowers the rates of calendars, how years differ is drawn."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from scenarios.expand import NodeSpec
from scenarios.schema import Scenario, WeatherSpec
from scheduling.calendar import Calendar, CalendarTable
from scheduling.errors import InputError
from scheduling.network import Network
from scheduling.passes import early_pass
from simulation.risks import Driver

YEARS_BEFORE, YEARS_AFTER = 3, 12
"""Years round the data date in which weather lowers the rates of calendars without a dated range."""


def with_weather(calendar: Calendar, weather: WeatherSpec, data_date: date) -> Calendar:
    """A calendar whose rates are lower by the share of days that weather takes in an average year.

    Raises
    ------
    InputError
        For a calendar of working periods, which has no rates to lower.
    """
    if not all(isinstance(day, int) for day in (*calendar.week, *calendar.exceptions.values())):
        raise InputError(
            f"weather: calendar '{calendar.name}' has working periods. Give it a rate 0..100 for each day."
        )
    first = calendar.first or date(data_date.year - YEARS_BEFORE, 1, 1)
    last = calendar.last or date(data_date.year + YEARS_AFTER, 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    lowered = {}
    for day in days:
        lost = lost_share(weather, day)
        rate = calendar.exceptions.get(day, calendar.week[day.weekday()])
        if lost and rate and isinstance(rate, int):
            lowered[day] = round(rate * (1.0 - lost))
    return Calendar(
        calendar.name,
        calendar.week,
        {**calendar.exceptions, **lowered},
        calendar.first,
        calendar.last,
        calendar.provisional,
    )


def lost_share(weather: WeatherSpec, day: date) -> float:
    """Share of a day that weather takes on average.

    Examples
    --------
    >>> lost_share(WeatherSpec(calendars=("site",), lost_days={6: 9}), date(2026, 6, 14))
    0.3
    """
    return min(weather.lost_days.get(day.month, 0.0) / monthrange(day.year, day.month)[1], 1.0)


def weather_drivers(scenario: Scenario, network: Network, specs: Iterable[NodeSpec]) -> Iterator[Driver]:
    """How years differ: a driver for each weather and year.

    Its multiplier acts on the share of an activity's work that weather takes in that year on average, by the
    activity's early dates at planning durations.
    """
    differing = {name: weather for name, weather in scenario.weather.items() if weather.years}
    if not differing or network.axis is None:
        return
    dates = early_pass(network)
    members = [(network.index[spec.id], spec) for spec in specs]
    for name, weather in differing.items():
        lost: dict[int, dict[str, float]] = defaultdict(dict)
        for i, spec in members:
            if spec.calendar in weather.calendars:
                for year, share in _exposure(network.tables[i], weather, dates.resume[i], dates.finish[i]):
                    lost[year][spec.id] = share
        assert weather.years is not None
        years = weather.years.distribution(otherwise=1.0)
        for year, exposure in sorted(lost.items()):
            yield Driver(("weather", name, year), years, tuple(exposure), exposure=exposure)


def _exposure(
    table: CalendarTable, weather: WeatherSpec, begin: int, end: int
) -> Iterator[tuple[int, float]]:
    """Share of the work between two boundaries that weather takes in each year on average."""
    assert table.axis is not None
    work = table.rates[begin:end] / table.rates[begin:end].sum()
    lost: dict[int, float] = defaultdict(float)
    for slot, part in zip(range(begin, end), work, strict=True):
        day = table.axis.start_date(slot)
        if share := lost_share(weather, day):
            lost[day.year] += float(part) * share
    yield from lost.items()
