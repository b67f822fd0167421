"""Calendars of a XER file: nested brackets in one cell.

``(0||name(key|value|...)(children))``: ``DaysOfWeek`` has a child for each day, 1 for Sunday, with a child
for each shift (``s``, ``f``: start and finish); ``Exceptions`` has a child for each day, ``d`` counted from
1899-12-30, with its shifts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from scenarios.formats.findings import Findings
from scenarios.formats.plans.worktime import MOST_EXCEPTIONS, STANDARD, Pattern, Periods, ordered
from scenarios.formats.xer.tables import Row
from scheduling.calendar import MINUTES_PER_DAY

_OPEN = re.compile(r"\s*\(\s*\d+\|\|([^()|]*)\(([^()]*)\)\s*\(")
_CLOSE = re.compile(r"\s*\)\s*\)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*([AaPp][Mm])?")
_FIRST = date(1899, 12, 30)
_SERIALS = range(1, 109_575)
"""Serial days until 2199."""


@dataclass(slots=True)
class _Node:
    name: str
    values: dict[str, str]
    children: list[_Node] = field(default_factory=list)

    def child(self, name: str) -> _Node | None:
        """The child of a name."""
        return next((node for node in self.children if node.name == name), None)


def read_calendars(rows: list[Row], findings: Findings) -> tuple[dict[str, str], dict[str, Pattern]]:
    """Names and patterns of the calendars, by id; one that cannot be read is the standard week."""
    by_id = {row["clndr_id"]: row for row in rows}
    names = {id: row["clndr_name"] or id for id, row in by_id.items()}
    patterns: dict[str, Pattern] = {}

    def pattern(id: str, above: frozenset[str]) -> Pattern:
        """A calendar with the exceptions of the one it is based on."""
        if id not in patterns:
            found = _pattern(by_id[id]["clndr_data"], names[id], findings)
            base = by_id[id]["base_clndr_id"]
            if base in by_id and base not in above:
                found = Pattern(found.week, pattern(base, above | {id}).exceptions | found.exceptions)
            patterns[id] = found
        return patterns[id]

    for id in by_id:
        pattern(id, frozenset({id}))
    return names, patterns


def _pattern(data: str, name: str, findings: Findings) -> Pattern:
    root = _parsed(data)
    days = root and root.child("DaysOfWeek")
    if root is None or days is None:
        findings.add("plan_calendar_lost", calendar=name)
        return STANDARD
    week: list[Periods] = [()] * 7
    for node in days.children:
        if node.name in "1234567" and len(node.name) == 1:
            week[(int(node.name) - 2) % 7] = _shifts(node, name, findings)
    exceptions: dict[date, Periods] = {}
    special = root.child("Exceptions")
    for node in special.children if special else ():
        serial = node.values["d"]
        if re.fullmatch(r"\d{1,6}", serial) and int(serial) in _SERIALS and len(exceptions) < MOST_EXCEPTIONS:
            exceptions[_FIRST + timedelta(days=int(serial))] = _shifts(node, name, findings)
        else:
            findings.add("plan_calendar_unread", calendar=name, value=f"Exception d|{serial}")
    return Pattern(tuple(week), exceptions)


def _shifts(node: _Node, name: str, findings: Findings) -> Periods:
    found = []
    for shift in node.children:
        begin, end = _minute(shift.values["s"]), _minute(shift.values["f"])
        if begin is not None and end is not None and begin < (end or MINUTES_PER_DAY):
            found.append((begin, end or MINUTES_PER_DAY))
        else:
            value = f"{shift.values.get('s', '-')}-{shift.values.get('f', '-')}"
            findings.add("plan_calendar_unread", calendar=name, value=value)
    return ordered(found)


def _minute(text: str) -> int | None:
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _parsed(data: str) -> _Node | None:
    """The outermost node; None where the brackets do not close."""
    top = _Node("", {})
    stack, at = [top], 0
    while match := _OPEN.match(data, at) or (_CLOSE.match(data, at) if len(stack) > 1 else None):
        at = match.end()
        if match.re is _OPEN:
            parts = match[2].split("|")
            node = _Node(match[1].strip(), dict(zip(parts[::2], parts[1::2], strict=False)))
            stack[-1].children.append(node)
            stack.append(node)
        else:
            stack.pop()
    return top.children[0] if len(stack) == 1 and top.children else None
