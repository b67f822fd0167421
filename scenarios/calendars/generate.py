"""Write the calendar files that ship: ``python -m scenarios.calendars.generate``.

The only place that needs the packages ``holidays`` and ``chinesecalendar``. Both must agree on every day for
which an official notice was published, or nothing is written. When a new notice is out, update both packages,
set :data:`LAST_NOTICE` and run it again.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from scenarios.calendars.sheet import HEADER
from scheduling.calendar import FIVE_DAY, SEVEN_DAY, Calendar
from scheduling.errors import InputError

FIRST = date(2018, 1, 1)
LAST = date(2035, 12, 31)
LAST_NOTICE = 2026
"""Last year whose holidays and 调休 the General Office of the State Council has announced."""

RAMP_DOWN_DAYS = 20
"""Days up to 除夕 over which labour leaves the sites, evenly (expert judgement)."""
RETURN_STEEPNESS, RETURN_MIDDLE = 0.17, 19.6
"""Return of labour, fitted to the surveys of 百年建筑 in 2023 and 2024: 15.5 % ten days after 初一, 68.2 %
after 23 days, 83.9 % after 30 days."""
WINTER = (11, 15), (3, 15)
"""First and last day of the northern 冬期 (expert judgement; officially: a mean below 5 °C on five days)."""
WINTER_RATE = 40
"""Rate of outdoor work in the northern 冬期 (expert judgement within 30..60)."""

Days: TypeAlias = dict[date, tuple[int, str]]
"""Rate and note of the days that differ from the week."""


def write_calendars(folder: Path) -> None:
    """Write the five calendar files into `folder`.

    Raises
    ------
    InputError
        If the two packages disagree about a published day, or know of a notice later than LAST_NOTICE.
    """
    import chinese_calendar
    import holidays

    china = holidays.country_holidays("CN", years=range(FIRST.year, LAST.year + 1), language="zh_CN")
    check_agreement(china.is_working_day, chinese_calendar.is_workday)
    check_notice(china.weekend_workdays)
    names = dict(china)
    office = office_days(names, china.weekend_workdays)
    spring = spring_festival_days(names)
    for name, week, days in (
        ("7-day", SEVEN_DAY, {}),
        ("5-day", FIVE_DAY, {}),
        ("cn-workday", FIVE_DAY, office),
        ("cn-site-north", SEVEN_DAY, with_winter(spring)),
        ("cn-site-south", SEVEN_DAY, spring),
    ):
        (folder / f"{name}.csv").write_bytes(sheet_text(name, week, days).encode("utf-8-sig"))


def every_day(last: date = LAST) -> Iterable[date]:
    """The days of the dated range up to `last`."""
    return (FIRST + timedelta(days=offset) for offset in range((last - FIRST).days + 1))


def check_agreement(one: Callable[[date], bool], other: Callable[[date], bool]) -> None:
    """Refuse two sources that differ on a day for which a notice was published."""
    differing = [day for day in every_day(date(LAST_NOTICE, 12, 31)) if one(day) != other(day)]
    if differing:
        named = ", ".join(str(day) for day in differing[:5])
        raise InputError(
            f"holidays and chinesecalendar differ on {len(differing)} days: {named}. "
            "Compare them with the notice of the State Council's office."
        )


def check_notice(moved: Iterable[date]) -> None:
    """Refuse 调休 of a year that is still taken to be without a notice."""
    later = [day for day in sorted(moved) if day.year > LAST_NOTICE]
    if later:
        raise InputError(f"the notice for {later[0].year} is out: set LAST_NOTICE to {later[-1].year}.")


def office_days(names: Mapping[date, str], moved: Iterable[date]) -> Days:
    """Holidays on weekdays, and the weekend days worked instead (调休)."""
    days: Days = {day: (0, name) for day, name in names.items() if day.weekday() < 5}
    return days | dict.fromkeys((day for day in moved if FIRST <= day <= LAST), (100, "调休上班"))


def spring_festival_days(names: Mapping[date, str]) -> Days:
    """Labour on site around every Spring Festival, in percent; the statutory days (without 补假) rest."""
    days: Days = {}
    for year in range(FIRST.year, LAST.year + 1):
        statutory = sorted(d for d, name in names.items() if d.year == year and name in ("农历除夕", "春节"))
        new_year = next(day for day in statutory if names[day] == "春节")
        offset = -RAMP_DOWN_DAYS
        while (rate := percent(labour_share(offset))) < 100:
            note = f"初一前 {-offset} 天" if offset < 0 else f"初一后 {offset} 天"
            days[new_year + timedelta(days=offset)] = rate, note
            offset += 1
        days |= dict.fromkeys(statutory, (0, "春节法定假日"))
    return days


def labour_share(offset: int) -> float:
    """Share of the labour present `offset` days after 初一 (before it, if negative)."""
    if offset < 0:
        return min(1.0, -offset / (RAMP_DOWN_DAYS + 1))
    return 1 / (1 + math.exp(-RETURN_STEEPNESS * (offset - RETURN_MIDDLE)))


def with_winter(spring: Days) -> Days:
    """Slow the days of the 冬期 down, those around Spring Festival too."""
    days = dict(spring)
    begin, end = WINTER
    for day in every_day():
        if (day.month, day.day) >= begin or (day.month, day.day) <= end:
            rate, note = spring.get(day, (100, ""))
            days[day] = percent(rate * WINTER_RATE / 10_000), f"冬期；{note}" if note else "冬期"
    return days


def percent(share: float) -> int:
    """A share as a whole percentage, half up."""
    return math.floor(100 * share + 0.5)


def sheet_text(name: str, calendar: Calendar, days: Days) -> str:
    """A calendar file; neighbouring days alike share a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    zh, en, source = DESCRIPTIONS[name]
    week = " ".join(str(rate) for rate in calendar.week)
    settings = [("name", name, ""), ("week", week, "Monday to Sunday 周一至周日")]
    if days:
        years = f"{LAST_NOTICE + 1}-{LAST.year}"
        settings += [
            ("first", str(FIRST), ""),
            ("last", str(LAST), ""),
            ("provisional", years, "尚无官方通知"),
        ]
    settings += [("zh", zh, ""), ("en", en, ""), ("source", source, "")]
    writer.writerows([HEADER, *settings])
    ordered = sorted(days)
    # Consecutive days keep the same distance to their rank.
    for (_, rate, note), run in groupby(
        enumerate(ordered), key=lambda item: (item[1].toordinal() - item[0], *days[item[1]])
    ):
        dates = [day for _, day in run]
        span = f"{dates[0]}..{dates[-1]}" if len(dates) > 1 else str(dates[0])
        writer.writerow((span, rate, note))
    return out.getvalue()


_SITE_SOURCE = (
    "返岗比例 1/(1+e^(-0.17(t-19.6)))（t 为初一后天数）系对百年建筑 2023、2024 年开复工调研的拟合；"
    "初一前 20 天起线性退场、五一与国庆照常施工为专家经验取值；雨天不在日历内 "
    "(return of labour: fit to the 百年建筑 surveys of 2023 and 2024, t days after New Year's Day; "
    "even ramp-down over 20 days and work over 1 May and 1 October: expert judgement; "
    "rain is not in the calendar)"
)

DESCRIPTIONS = {
    "7-day": ("每天都计，即自然日", "Every day counts: calendar days", "定义 (by definition)"),
    "5-day": (
        "每周一至周五，不计节假日与调休",
        "Monday to Friday, without holidays and moved working days",
        "定义 (by definition)",
    ),
    "cn-workday": (
        "法定工作日，含节假日与调休，用于审批时限",
        "Official Chinese working days with holidays and moved working days, for permits",
        "国务院办公厅 2018–2026 年部分节假日安排通知，经 holidays 与 chinesecalendar 逐日核对一致；"
        "2027–2035 年按放假办法推算，无调休 (notices for 2018-2026, two packages agree on every day; "
        "2027-2035 statutory holidays by rule, no moved working days)",
    ),
    "cn-site-north": (
        f"北方工地：每周七天，春节前后折减，冬期（11-15 至 3-15）室外作业按 {WINTER_RATE}%",
        "Northern site: seven days a week, slow around Spring Festival, "
        f"outdoor work in winter (15 Nov to 15 Mar) at {WINTER_RATE} %",
        f"{_SITE_SOURCE}；冬期起止与效率为专家经验取值"
        "（常见 30%–60%；东北、新疆可改为 0；室内作业请用 cn-site-south） "
        "(winter dates and rate: expert judgement within 30-60 %; set 0 for the north-east and Xinjiang; "
        "indoor work: cn-site-south)",
    ),
    "cn-site-south": (
        "南方工地：每周七天，春节前后折减，无冬期",
        "Southern site: seven days a week, slow around Spring Festival, no winter",
        _SITE_SOURCE,
    ),
}
"""Description in Chinese and English, and source, of each calendar."""


if __name__ == "__main__":
    write_calendars(Path(__file__).parent)
