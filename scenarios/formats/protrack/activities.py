"""Activities of a ProTrack file with their constraints and risk ranges."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings
from scenarios.formats.protrack.records import Task, Three
from scenarios.formats.protrack.values import NO_DATE, hours, moment, number, text

_CERTAIN = "1"
_STANDARD: dict[str, Three] = {"2": (0.8, 1.0, 1.2), "3": (0.8, 1.1, 1.2), "4": (0.8, 0.9, 1.2)}
_RELATIVE = "1"


def read_tasks(root: Element, findings: Findings) -> dict[str, Task]:
    """Activities by id, in the order of the file."""
    ranges = dict(_ranges(root, findings))
    tasks: dict[str, Task] = {}
    for element in root.findall("Activities/Activity"):
        id = text(element, "UniqueID")
        work = hours(text(element, "BaseLineDuration"))
        if not id.isdecimal():
            findings.add("activity_unreadable", id=id or "-", element="UniqueID", value=id or "-")
        elif id in tasks:
            findings.add("activity_repeated", id=id)
        elif work is None or work < 0:
            value = text(element, "BaseLineDuration") or "-"
            findings.add("activity_unreadable", id=id, element="BaseLineDuration", value=value)
        else:
            tasks[id] = _task(element, id, work, ranges, findings)
    return tasks


def _task(
    element: Element, id: str, work: int, ranges: dict[str, tuple[bool, Three]], findings: Findings
) -> Task:
    start = moment(text(element, "BaseLineStart"))
    if start is None:
        findings.add("baseline_missing", id=id, value=text(element, "BaseLineStart") or "-")
    if (text(element, "IsMilestone") == "1") != (work == 0):
        findings.add("activity_milestone", id=id, work=work)
    for tag in ("DueDateStart", "LockedTimeEnd", "ReadyTimeEnd"):
        value = text(element, f"Constraints/{tag}")
        if value and value != NO_DATE:
            findings.add("constraint_unread", id=id, element=tag, value=value)
    return Task(
        id=id,
        name=text(element, "Name") or id,
        work=work,
        start=start,
        offset=hours(text(element, "StartCPMUnits")),
        risk=_risk(text(element, "Distribution"), id, work, ranges, findings),
        locked=moment(text(element, "Constraints/LockedTimeStart")),
        ready=moment(text(element, "Constraints/ReadyTimeStart")),
        due=moment(text(element, "Constraints/DueDateEnd")),
        as_late_as_possible=text(element, "Constraints/Direction") == "1",
    )


def _ranges(root: Element, findings: Findings) -> Iterator[tuple[str, tuple[bool, Three]]]:
    """Custom risk ranges: whether they are shares of the duration, and least, most likely, greatest."""
    for element in root.findall("SensitivityDistributions/*"):
        if element.find("Distribution") is None:
            continue
        xs = [number((x.text or "").strip()) for x in element.findall("Distribution/X")]
        ys = [number((y.text or "").strip()) for y in element.findall("Distribution/Y")]
        x = [value for value in xs if value is not None and value >= 0]
        y = [value for value in ys if value is not None]
        id = text(element, "UniqueID")
        if not x or len({len(xs), len(ys), len(x), len(y)}) != 1 or x != sorted(x):
            findings.add("range_unreadable", id=id or "-")
            continue
        if len(x) != 3:
            findings.add("range_shape", id=id)
        relative = text(element, "Style") == _RELATIVE
        scale = 0.01 if relative else 1.0
        yield id, (relative, (scale * x[0], scale * x[y.index(max(y))], scale * x[-1]))


def _risk(
    key: str, id: str, work: int, ranges: dict[str, tuple[bool, Three]], findings: Findings
) -> Three | None:
    """Least, most likely and greatest hours; None where the duration is certain."""
    if key in _STANDARD:
        relative, points = True, _STANDARD[key]
    elif key in ranges:
        relative, points = ranges[key]
    else:
        if key != _CERTAIN:
            findings.add("range_unknown", id=id, value=key or "-")
        return None
    if work == 0:
        return None
    least, likely, greatest = (round(work * x, 6) for x in points) if relative else points
    if not least <= work <= greatest:
        findings.add("range_outside", id=id, work=work, least=least, greatest=greatest)
    return (least, likely, greatest)
