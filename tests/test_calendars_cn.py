"""The shipped calendars against the published notices, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import scenarios.calendars
from scenarios.calendars import NAMES, bundled, bundled_sheets, generate
from scheduling.calendar import FIVE_DAY, SEVEN_DAY, Axis, Calendar, CalendarTable
from scheduling.errors import AxisError, InputError

FOLDER = Path(scenarios.calendars.__file__).parent
CALENDARS = bundled()
CN = ("cn-workday", "cn-site-north", "cn-site-south")
NEW_YEARS = {
    2018: date(2018, 2, 16),
    2024: date(2024, 2, 10),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
}


def between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def whole(calendar: Calendar) -> tuple[Axis, CalendarTable]:
    assert calendar.first is not None
    assert calendar.last is not None
    axis = Axis(calendar.first, (calendar.last - calendar.first).days + 1)
    return axis, calendar.on(axis)


AXIS, WORKDAY = whole(CALENDARS["cn-workday"])
NORTH = whole(CALENDARS["cn-site-north"])[1]
SOUTH = whole(CALENDARS["cn-site-south"])[1]


def rate(table: CalendarTable, day: date) -> int:
    return int(table.rates[AXIS.slot(day)])


def workdays(first: date, last: date) -> int:
    return WORKDAY.slots(AXIS.slot(first), AXIS.end_of(last))


# -- the five files -------------------------------------------------------------------------------------
def test_the_names_and_the_plain_weeks() -> None:
    assert tuple(CALENDARS) == NAMES
    assert CALENDARS["7-day"] == SEVEN_DAY
    assert CALENDARS["5-day"] == FIVE_DAY


def test_every_call_gives_a_dictionary_of_its_own() -> None:
    bundled().clear()
    assert tuple(bundled()) == NAMES


@pytest.mark.parametrize("name", CN)
def test_chinese_calendars_are_dated_and_flag_years_without_notice(name: str) -> None:
    calendar = CALENDARS[name]
    assert (calendar.first, calendar.last) == (date(2018, 1, 1), date(2035, 12, 31))
    assert calendar.provisional == frozenset(range(2027, 2036))


def test_every_calendar_says_in_both_languages_what_it_is_and_where_it_comes_from() -> None:
    for sheet in bundled_sheets():
        assert sheet.zh
        assert sheet.en.isascii()
        assert sheet.source
        if "site" in sheet.calendar.name:
            assert "专家经验取值" in sheet.source
            assert "expert judgement" in sheet.source


# -- official working days ------------------------------------------------------------------------------
NOTICE_2026 = [
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
]
MOVED_2026 = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]


def test_2026_is_the_notice_and_else_the_week() -> None:
    off = {day for first, last in NOTICE_2026 for day in between(first, last)}
    for day in between(date(2026, 1, 1), date(2026, 12, 31)):
        worked = day in MOVED_2026 or (day.weekday() < 5 and day not in off)
        assert rate(WORKDAY, day) == (100 if worked else 0), day


@pytest.mark.parametrize(
    ("first", "last", "before", "after"),
    [
        (date(2026, 1, 1), date(2026, 1, 3), date(2025, 12, 31), date(2026, 1, 4)),
        (date(2026, 2, 15), date(2026, 2, 23), date(2026, 2, 14), date(2026, 2, 24)),
        (date(2026, 4, 4), date(2026, 4, 6), date(2026, 4, 3), date(2026, 4, 7)),
        (date(2026, 5, 1), date(2026, 5, 5), date(2026, 4, 30), date(2026, 5, 6)),
        (date(2026, 6, 19), date(2026, 6, 21), date(2026, 6, 18), date(2026, 6, 22)),
        (date(2026, 9, 25), date(2026, 9, 27), date(2026, 9, 24), date(2026, 9, 28)),
        (date(2026, 10, 1), date(2026, 10, 7), date(2026, 9, 30), date(2026, 10, 8)),
    ],
)
def test_both_sides_of_every_holiday_of_2026(first: date, last: date, before: date, after: date) -> None:
    inside = AXIS.slot(first)
    assert AXIS.start_date(WORKDAY.previous_start(inside)) == before
    assert AXIS.start_date(WORKDAY.next_start(inside)) == after
    # A day of work from the eve ends on the eve; two days end on the day after.
    eve = AXIS.slot(before)
    assert AXIS.finish_date(WORKDAY.finish(eve, 1)) == before
    assert AXIS.finish_date(WORKDAY.finish(eve, 2)) == after
    assert AXIS.start_date(WORKDAY.latest_start(AXIS.end_of(last), 1)) == before


@pytest.mark.parametrize("day", MOVED_2026)
def test_moved_working_days_lie_on_weekends(day: date) -> None:
    assert day.weekday() >= 5
    assert rate(WORKDAY, day) == 100


def test_workday_counts_by_year_and_by_month_of_2026() -> None:
    counts = [workdays(date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025, 2026)]
    assert counts == [251, 248, 248]
    starts = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    months = [workdays(a, b - timedelta(days=1)) for a, b in pairwise(starts)]
    assert months == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


@pytest.mark.parametrize(
    ("first", "legal", "calendar_days", "occupied"),
    [
        (date(2026, 1, 5), date(2026, 7, 2), 178, date(2026, 7, 1)),
        (date(2026, 3, 2), date(2026, 8, 21), 172, date(2026, 8, 20)),
    ],
)
def test_120_working_days_by_legal_counting_and_in_occupied_slots(
    first: date, legal: date, calendar_days: int, occupied: date
) -> None:
    """A legal term begins the day after acceptance; work occupies its first day."""
    acceptance = AXIS.slot(first)
    assert AXIS.finish_date(WORKDAY.finish(WORKDAY.next_start(acceptance + 1), 120)) == legal
    assert (legal - first).days == calendar_days
    assert AXIS.finish_date(WORKDAY.finish(acceptance, 120)) == occupied
    # The same term as a lag on the end of the day of acceptance.
    assert AXIS.finish_date(WORKDAY.shift(AXIS.end_of(first), 120)) == legal


def test_provisional_years_have_statutory_holidays_and_no_moved_working_days() -> None:
    for day in between(date(2027, 1, 1), date(2035, 12, 31)):
        assert day.weekday() < 5 or rate(WORKDAY, day) == 0, day
    assert workdays(date(2027, 1, 1), date(2027, 12, 31)) == 248
    for day in (date(2027, 1, 1), date(2027, 2, 5), date(2027, 5, 3), date(2027, 10, 1), date(2035, 10, 1)):
        assert rate(WORKDAY, day) == 0, day
    for day in (date(2027, 1, 4), date(2027, 2, 4), date(2027, 2, 11), date(2027, 10, 6)):
        assert rate(WORKDAY, day) == 100, day


def test_running_off_2035_names_the_calendar_and_its_range() -> None:
    with pytest.raises(AxisError, match=r"calendar 'cn-workday' covers 2018-01-01 to 2035-12-31"):
        WORKDAY.finish(AXIS.slot(date(2035, 12, 3)), 40)
    with pytest.raises(
        AxisError, match=r"'cn-workday' is dated 2018-01-01 to 2035-12-31, but 2035-12-01 to 2036"
    ):
        CALENDARS["cn-workday"].on(Axis(date(2035, 12, 1), 60))
    with pytest.raises(AxisError, match=r"'cn-site-north' is dated 2018-01-01 .* 2017-12-31 to"):
        CALENDARS["cn-site-north"].on(Axis(date(2017, 12, 31), 60))


# -- sites ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("year", range(2018, 2036))
def test_about_twenty_days_of_labour_are_lost_after_spring_festival(year: int) -> None:
    new_year = new_year_of(year)
    rates = [rate(SOUTH, new_year + timedelta(days=offset)) for offset in range(-20, 60)]
    assert sum(100 - value for value in rates[20:]) / 100 == pytest.approx(20.5, abs=0.2)
    assert sum(100 - value for value in rates[:20]) / 100 == pytest.approx(10, abs=0.1)
    assert rates[:20] == sorted(rates[:20], reverse=True)
    assert rates[24:] == sorted(rates[24:])


def new_year_of(year: int) -> date:
    """初一 as the calendar has it: the day after the eve, which is named by its distance."""
    sheet = next(sheet for sheet in bundled_sheets() if sheet.calendar.name == "cn-site-south")
    day = next(day for day, note in sheet.notes.items() if day.year == year and note == "初一前 20 天")
    return day + timedelta(days=20)


@pytest.mark.parametrize(("year", "new_year"), NEW_YEARS.items())
def test_spring_festival_lies_where_the_lunar_year_begins(year: int, new_year: date) -> None:
    assert new_year_of(year) == new_year
    assert rate(SOUTH, new_year - timedelta(days=21)) == 100
    assert rate(SOUTH, new_year - timedelta(days=20)) == 95
    assert [rate(SOUTH, new_year + timedelta(days=t)) for t in (0, 1, 2)] == [0, 0, 0]
    # 除夕 is a statutory holiday since 2025.
    assert rate(SOUTH, new_year - timedelta(days=1)) == (0 if year >= 2025 else 5)
    assert [rate(SOUTH, new_year + timedelta(days=t)) for t in (10, 23, 30, 60)] == [16, 64, 85, 100]


def test_winter_slows_the_north_only() -> None:
    edges = [date(2025, 11, 14), date(2025, 11, 15), date(2026, 1, 1), date(2026, 1, 27)]
    assert [rate(NORTH, day) for day in edges] == [100, 40, 40, 40]
    assert [rate(SOUTH, day) for day in edges] == [100, 100, 100, 100]
    for day in between(date(2026, 1, 28), date(2026, 3, 15)):
        assert rate(NORTH, day) == pytest.approx(0.4 * rate(SOUTH, day), abs=0.51), day
    for day in between(date(2026, 3, 16), date(2026, 11, 14)):
        assert rate(NORTH, day) == rate(SOUTH, day), day


def test_sites_work_over_the_other_holidays_and_weekends() -> None:
    for first, last in ((date(2026, 5, 1), date(2026, 5, 5)), (date(2026, 10, 1), date(2026, 10, 7))):
        assert all(rate(SOUTH, day) == rate(NORTH, day) == 100 for day in between(first, last))
    assert rate(SOUTH, date(2026, 7, 5)) == 100


# -- the generator --------------------------------------------------------------------------------------
def test_the_two_packages_agree_with_the_file_on_every_published_day() -> None:
    chinese_calendar = pytest.importorskip("chinese_calendar", reason="chinesecalendar is not installed")
    holidays = pytest.importorskip("holidays", reason="holidays is not installed")
    china = holidays.country_holidays("CN", years=range(2018, 2027))
    for day in between(date(2018, 1, 1), date(2026, 12, 31)):
        worked = rate(WORKDAY, day) == 100
        assert worked == chinese_calendar.is_workday(day) == china.is_working_day(day), day


def test_regenerating_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("chinese_calendar", reason="chinesecalendar is not installed")
    holidays = pytest.importorskip("holidays", reason="holidays is not installed")
    following = generate.LAST_NOTICE + 1
    china = holidays.country_holidays("CN", years=range(following, following + 2))
    if any(day.year >= following for day in china.weekend_workdays):
        pytest.skip(f"a notice for {following} is out: set LAST_NOTICE and regenerate the calendars")
    generate.write_calendars(tmp_path)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(NAMES)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_the_generator_refuses_packages_that_disagree() -> None:
    def weekdays(day: date) -> bool:
        return day.weekday() < 5

    generate.check_agreement(weekdays, weekdays)
    with pytest.raises(InputError, match=r"differ on 1 days: 2026-12-31\. Compare"):
        generate.check_agreement(weekdays, lambda day: weekdays(day) and day != date(2026, 12, 31))


def test_the_generator_refuses_to_call_an_announced_year_provisional() -> None:
    generate.check_notice([date(2026, 10, 10)])
    with pytest.raises(InputError, match="the notice for 2027 is out: set LAST_NOTICE to 2027"):
        generate.check_notice([date(2026, 10, 10), date(2027, 2, 20)])
