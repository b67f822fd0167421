"""Weather by season: rates in the months it names, years that differ, faults with their place."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scenario_files import HEAD, TWO, fault_of, load_text

from scenarios.assemble import Assembly, assemble
from scenarios.calendars import bundled
from scenarios.schema import WeatherSpec
from scenarios.weather import lost_share, weather_drivers, with_weather
from scheduling.calendar import FIVE_DAY, Calendar
from scheduling.errors import InputError
from simulation.monte_carlo import simulate
from simulation.sampling import draw

RAIN = WeatherSpec(calendars=("cn-site-south",), lost_days={6: 9, 7: 31})
PROJECT = """\
projects:
  - id: P
    name: one
    activities:
      - {id: earth, name: 土方, work: [50, 60, 90], calendar: cn-site-south}
      - {id: wall, name: 墙, work: 10, calendar: cn-site-south, predecessors: [earth]}
      - {id: paper, name: 手续, work: 80, calendar: cn-workday}
"""


def scenario(weather: str, project: str = PROJECT) -> Assembly:
    return assemble(load_text(HEAD + f"weather: {{rain: {weather}}}\n" + project))


def test_the_rates_of_the_months_are_lower_by_the_share_that_is_lost() -> None:
    plain = bundled()["cn-site-south"]
    wet = with_weather(plain, RAIN, date(2026, 3, 2))
    assert wet.exceptions[date(2026, 6, 10)] == 70
    assert wet.exceptions[date(2030, 7, 10)] == 0
    for n in range(365 * 4):
        day = date(2026, 1, 1) + timedelta(days=n)
        if day.month not in (6, 7):
            assert wet.exceptions.get(day) == plain.exceptions.get(day)
    winter = with_weather(
        bundled()["cn-site-north"], WeatherSpec(calendars=("x",), lost_days={1: 3.1}), date(2026, 3, 2)
    )
    assert winter.exceptions[date(2027, 1, 4)] == 36  # nine tenths of 40


def test_a_february_of_29_days_loses_a_smaller_share() -> None:
    weather = WeatherSpec(calendars=("x",), lost_days={2: 7})
    assert lost_share(weather, date(2027, 2, 1)) == 0.25
    assert lost_share(weather, date(2028, 2, 1)) == 7 / 29


def test_calendars_without_a_dated_range_lose_days_round_the_data_date() -> None:
    wet = with_weather(FIVE_DAY, RAIN, date(2026, 3, 2))
    days = [day for day in wet.exceptions if day.month == 6 and day.weekday() < 5]
    assert (min(days).year, max(days).year) == (2023, 2038)
    assert {wet.exceptions[day] for day in days} == {70}
    assert date(2026, 6, 14) not in wet.exceptions  # a Sunday


def test_calendars_of_working_periods_are_refused() -> None:
    shift = Calendar("shift", (((480, 960),),) * 7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="weather: calendar 'shift' has working periods"):
        with_weather(shift, RAIN, date(2026, 3, 2))


def test_plans_and_replications_lose_days_where_the_work_really_lies() -> None:
    """Work that slips out of the rainy months is as long as in the dry ones."""
    dry = assemble(load_text(HEAD + PROJECT))
    wet = scenario("{calendars: [cn-site-south], lost_days: {3: 15.5}}")
    for found, slower in ((dry, False), (wet, True)):
        run = simulate(found.network, risks=found.risks, replications=60)
        i = found.network.index["P/earth"]
        table, work = found.network.tables[i], draw(found.network, found.risks, 0, range(60)).work[:, i]
        for start, finish, slots in zip(run.start[:, i], run.finish[:, i], work, strict=True):
            assert finish == table.finish(int(start), int(slots))
        assert bool((run.finish[:, i] - run.start[:, i] > work + 14).all()) == slower
    assert wet.risks.drivers == ()


def test_years_differ_by_the_share_of_the_work_that_weather_takes() -> None:
    found = scenario(
        "{calendars: [cn-site-south], lost_days: {3: 9.3, 4: 9, 5: 9.3, 6: 9}, years: {uniform: [0, 2]}}"
    )
    (driver,) = found.risks.drivers
    assert driver.id == ("weather", "rain", 2026)
    assert driver.activities == ("P/earth", "P/wall")
    assert driver.exposure == pytest.approx({"P/earth": 0.3, "P/wall": 0.3}, abs=0.02)
    draws = draw(found.network, found.risks, 3, range(500)).work
    wall = draws[:, found.network.index["P/wall"]]
    assert (wall.min(), wall.max()) == (7, 13)
    paper = draws[:, found.network.index["P/paper"]]
    assert (paper == 80).all()
    calm = scenario("{calendars: [cn-site-south], lost_days: {3: 9.3, 4: 9, 5: 9.3, 6: 9}, years: 1}")
    assert (draw(calm.network, calm.risks, 3, range(9)).work[:, calm.network.index["P/wall"]] == 10).all()


def test_a_year_with_more_rain_is_as_long_as_its_own_calendar_makes_it() -> None:
    """First order: within a twentieth of the length with the lost days of that very year."""
    months = "{1: 6, 2: 6, 3: 6, 4: 6, 5: 6, 6: 6, 7: 6, 8: 6, 9: 6, 10: 6, 11: 6, 12: 6}"
    long = PROJECT.replace("work: 10,", "work: 100,")
    for factor in (0.5, 1.5):
        drawn = scenario(f"{{calendars: [cn-site-south], lost_days: {months}, years: {factor}}}", long)
        other = months.replace(": 6", f": {6 * factor:g}")
        exact = scenario(f"{{calendars: [cn-site-south], lost_days: {other}}}", long)
        lengths = []
        for found in (drawn, exact):
            run = simulate(found.network, risks=found.risks, replications=50)
            i = found.network.index["P/wall"]
            lengths.append(float((run.finish - run.start)[:, i].mean()))
        assert lengths[0] == pytest.approx(lengths[1], rel=0.05)


def test_each_year_has_a_driver_of_its_own() -> None:
    long = PROJECT.replace("work: 10,", "work: 400,")
    found = scenario("{calendars: [cn-site-south], lost_days: {6: 9}, years: {uniform: [0, 2]}}", long)
    assert [driver.id[-1] for driver in found.risks.drivers] == [2026, 2027]
    assert all(set(driver.exposure) == {"P/wall"} for driver in found.risks.drivers)
    net = found.network
    assert not list(weather_drivers(load_text(HEAD + PROJECT), net, found.specs.values()))


def test_done_and_other_work_has_no_weather_and_other_draws_stay() -> None:
    weather = "{calendars: [cn-site-south], lost_days: {3: 9, 4: 9, 5: 9}, years: {uniform: [0, 2]}}"
    one, other = scenario(weather), assemble(load_text(HEAD + PROJECT))
    before, after = (draw(found.network, found.risks, 3, range(50)).work for found in (other, one))
    i = one.network.index["P/paper"]
    assert (before[:, i] == after[:, i]).all()
    assert np.corrcoef(before[:, 0], after[:, 0])[0, 1] > 0.5


@pytest.mark.parametrize(
    ("weather", "message"),
    [
        (
            "{calendars: [cn-site-east], lost_days: {6: 9}}",
            "calendars[0]: calendar 'cn-site-east' does not exist",
        ),
        ("{calendars: [], lost_days: {6: 9}}", "calendars: "),
        ("{calendars: [5-day], lost_days: {}}", "lost_days: "),
        ("{calendars: [5-day], lost_days: {13: 9}}", "input should be less than or equal to 12"),
        ("{calendars: [5-day], lost_days: {6: 40}}", "input should be less than or equal to 31"),
        ("{calendars: [5-day], lost_days: {6: 4}, years: 0}", "multiplier 0 is not above 0"),
    ],
)
def test_faults_of_weather_in_a_file_have_their_place(weather: str, message: str) -> None:
    line = fault_of(HEAD + f"weather: {{rain: {weather}}}\n" + TWO)
    assert line.startswith("x.yaml:4:")
    assert "weather.rain" in line
    assert message in line


def test_weather_of_working_periods_and_without_dates_is_refused_in_a_file() -> None:
    own = "slots_per_day: 24\ncalendars: {shift: {week: [[[480, 960]], 100, 100, 100, 100, 0, 0]}}\n"
    line = fault_of(HEAD + own + "weather: {rain: {calendars: [shift], lost_days: {6: 9}}}\n" + TWO)
    assert "weather.rain.calendars[0]: calendar 'shift' has working periods; give it a rate 0..100" in line
    line = fault_of(HEAD + "dated: false\nweather: {rain: {calendars: [7-day], lost_days: {6: 9}}}\n" + TWO)
    assert "weather.rain: weather needs dates; drop it, or `dated: false`" in line
