"""Calendars of an MSPDI file: weeks, exceptions, work weeks, and what they inherit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings
from scenarios.formats.mspdi.values import clock, flag, moment, text, whole
from scenarios.formats.plans.worktime import MOST_EXCEPTIONS, OFFICE, STANDARD, Pattern, Periods, ordered
from scheduling.calendar import MINUTES_PER_DAY

NONE = "-1"
"""UID of no calendar."""
_EXCEPTION = 0
_DAILY, _YEARLY = (("", "1"), ("2",))


def read_calendars(root: Element, findings: Findings) -> tuple[dict[str, str], dict[str, Pattern]]:
    """Names and patterns of the calendars, by UID."""
    elements = {text(element, "UID"): element for element in root.findall("Calendars/Calendar")}
    names = {uid: text(element, "Name") or uid for uid, element in elements.items()}
    patterns: dict[str, Pattern] = {}

    def pattern(uid: str, above: frozenset[str]) -> Pattern:
        """A calendar on top of its base; one that inherits from itself has none."""
        if uid not in elements or uid in above:
            return STANDARD
        if uid not in patterns:
            base = pattern(text(elements[uid], "BaseCalendarUID") or NONE, above | {uid})
            patterns[uid] = _pattern(elements[uid], names[uid], base, findings)
        return patterns[uid]

    for uid in elements:
        pattern(uid, frozenset())
    return names, patterns


def _pattern(element: Element, name: str, base: Pattern, findings: Findings) -> Pattern:
    week, exceptions = list(base.week), dict(base.exceptions)

    def unread(what: str) -> None:
        findings.add("plan_calendar_unread", calendar=name, value=what)

    for day in element.findall("WeekDays/WeekDay"):
        kind = whole(text(day, "DayType"))
        if kind in range(1, 8):
            assert kind is not None
            week[(kind - 2) % 7] = _hours(day, unread)
    for special in element.findall("WorkWeeks/WorkWeek"):
        _work_week(special, exceptions, unread)
    for day in element.findall("WeekDays/WeekDay"):
        if whole(text(day, "DayType")) == _EXCEPTION:
            exceptions |= dict.fromkeys(_dates(day, unread), _hours(day, unread))
    for special in element.findall("Exceptions/Exception"):
        if text(special, "Type") in _DAILY and (whole(text(special, "Period")) or 1) == 1:
            days = list(_dates(special, unread))
        elif text(special, "Type") in _YEARLY:
            days = _every_year(special, unread)
        else:
            days = []
            unread(f"Exception {text(special, 'Name')} (Type {text(special, 'Type')})")
        exceptions |= dict.fromkeys(days, _hours(special, unread))
    if len(exceptions) > MOST_EXCEPTIONS:
        unread(f"{len(exceptions)} Exceptions")
        exceptions = dict(base.exceptions)
    return Pattern(tuple(week), exceptions)


def _hours(element: Element, unread: Callable[[str], None]) -> Periods:
    """Working periods of a day; a working day without any has office hours."""
    if not flag(element, "DayWorking"):
        return ()
    found = []
    for period in element.findall("WorkingTimes/WorkingTime"):
        begin, end = clock(text(period, "FromTime")), clock(text(period, "ToTime"))
        if begin is not None and end is not None and begin < (end or MINUTES_PER_DAY):
            found.append((begin, end or MINUTES_PER_DAY))
        elif text(period, "FromTime"):
            unread(f"WorkingTime {text(period, 'FromTime')}-{text(period, 'ToTime')}")
    return ordered(found) or OFFICE


def _dates(element: Element, unread: Callable[[str], None]) -> Iterator[date]:
    """Every day of a time period."""
    begin, end = (moment(text(element, f"TimePeriod/{tag}")) for tag in ("FromDate", "ToDate"))
    if begin is None or end is None or not 0 <= (end - begin).days < MOST_EXCEPTIONS:
        unread(f"TimePeriod {text(element, 'TimePeriod/FromDate')} - {text(element, 'TimePeriod/ToDate')}")
        return
    for k in range((end.date() - begin.date()).days + 1):
        yield begin.date() + timedelta(days=k)


def _every_year(element: Element, unread: Callable[[str], None]) -> list[date]:
    """The one day of each year on which an exception falls."""
    month, day = whole(text(element, "Month")), whole(text(element, "MonthDay"))
    return [when for when in _dates(element, unread) if (when.month - 1, when.day) == (month, day)]


def _work_week(element: Element, exceptions: dict[date, Periods], unread: Callable[[str], None]) -> None:
    """A week that holds for a time: every day of it becomes an exception."""
    days = {
        (whole(text(day, "DayType")) or 0): _hours(day, unread) for day in element.findall("WeekDays/WeekDay")
    }
    if days:
        for when in _dates(element, unread):
            kind = (when.weekday() + 1) % 7 + 1
            if kind in days:
                exceptions[when] = days[kind]
