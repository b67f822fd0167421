"""Tasks of an MSPDI file: which become activities, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings
from scenarios.formats.mspdi.values import flag, minutes, moment, text, whole
from scenarios.formats.plans.records import ROUND_THE_CLOCK, Key, Task
from scenarios.formats.plans.source import shown
from scenarios.formats.plans.worktime import Pattern

ELAPSED_FORMATS = frozenset({4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52})
"""DurationFormat and LagFormat of elapsed time: minutes to months, percent; 32 more where estimated."""
_ASAP, _ALAP, _MSO, _MFO, _SNET, _SNLT, _FNET, _FNLT = range(8)


class Calendars(NamedTuple):
    """Calendars of a task, with their names.

    Attributes
    ----------
    staffed : tuple of str and Pattern
        By the task and the resources assigned.
    plain : tuple of str and Pattern
        By the task alone: taken where only it agrees with the file's own dates.
    """

    staffed: tuple[str, Pattern]
    plain: tuple[str, Pattern]


class Outline:
    """Which tasks are summaries, and the activities below each.

    Attributes
    ----------
    elements : dict of str to Element
        Tasks that are neither empty rows nor the project itself, by UID, in the order of the file.
    below : dict of str to list of str
        Activities below every summary, whatever depth.
    empty : int
        How many empty rows there are.
    title, due : str, datetime or None
        Name and deadline of the project itself.
    """

    def __init__(self, root: Element, findings: Findings) -> None:
        self.elements: dict[str, Element] = {}
        self.below: dict[str, list[str]] = {}
        self.empty = 0
        self.title = ""
        self.due: datetime | None = None
        above: list[tuple[int, str]] = []
        for element in root.findall("Tasks/Task"):
            uid = text(element, "UID")
            level = whole(text(element, "OutlineLevel"))
            if flag(element, "IsNull"):
                self.empty += 1
                continue
            if uid == "0" or level == 0:
                self.title, self.due = text(element, "Name"), moment(text(element, "Deadline"))
                continue
            if whole(uid) is None or uid in self.elements:
                findings.add("activity_repeated" if uid in self.elements else "plan_no_uid", id=uid or "-")
                continue
            self.elements[uid] = element
            level = 1 if level is None else level
            while above and above[-1][0] >= level:
                above.pop()
            if flag(element, "Summary"):
                self.below.setdefault(uid, [])
            for _, parent in above:
                self.below.setdefault(parent, []).append(uid)
            above.append((level, uid))
        for uid, inside in self.below.items():
            self.below[uid] = [other for other in inside if other not in self.below]

    def activities(self) -> Iterator[tuple[str, Element]]:
        """Tasks that are no summaries."""
        return ((uid, element) for uid, element in self.elements.items() if uid not in self.below)


def named(element: Element, uid: str) -> str:
    """Name of a task; its UID where it has none."""
    return text(element, "Name") or uid


def read_task(
    element: Element, key: Key, calendars: Calendars, from_finish: bool, findings: Findings
) -> Task | None:
    """An activity; None, with a finding, for what is not scheduled or has no readable duration.

    Parameters
    ----------
    calendars : Calendars
    from_finish : bool
        Whether the project is scheduled from its finish, and so as late as possible throughout.
    """
    uid = key.id
    if text(element, "Active") in ("0", "false"):
        findings.add("plan_inactive", id=uid, name=named(element, uid))
        return None
    if flag(element, "HammockTask"):
        findings.add("plan_hammock", id=uid, name=named(element, uid))
        return None
    manual = flag(element, "Manual")
    duration = text(element, "Duration") or (text(element, "ManualDuration") if manual else "")
    work = minutes(duration)
    if work is None:
        findings.add("activity_unreadable", id=uid, element="Duration", value=duration or "-")
        return None
    start, finish = moment(text(element, "Start")), moment(text(element, "Finish"))
    task = Task(key, named(element, uid), work, calendars.staffed[0], start=start, finish=finish)
    if whole(text(element, "DurationFormat")) in ELAPSED_FORMATS:
        task.calendar = ROUND_THE_CLOCK
    elif work and start and finish:
        _span(task, calendars, start, finish, findings)
    _progress(task, element)
    _dates(task, element, findings)
    _held(task, element, manual, from_finish, findings)
    return task


def _span(task: Task, calendars: Calendars, start: datetime, finish: datetime, findings: Findings) -> None:
    """Choose the calendar that agrees with the file's own dates; a longer span (a split) is the duration."""
    span = calendars.staffed[1].minutes(start, finish)
    if span != task.minutes and calendars.plain[1].minutes(start, finish) == task.minutes:
        task.calendar = calendars.plain[0]
    elif span is not None and span > task.minutes:
        findings.add(
            "plan_split", id=task.key.id, name=task.name, work=f"{task.minutes / 60:g}", span=f"{span / 60:g}"
        )
        task.minutes = span


def _progress(task: Task, element: Element) -> None:
    percent = whole(text(element, "PercentComplete")) or 0
    task.actual_start = moment(text(element, "ActualStart"))
    task.actual_finish = moment(text(element, "ActualFinish"))
    if percent and task.actual_start is None:
        task.actual_start = task.start
    if percent >= 100 and task.actual_finish is None:
        task.actual_finish = task.finish
    if task.actual_start and not task.actual_finish:
        left = minutes(text(element, "RemainingDuration"))
        task.remaining = task.minutes * (100 - min(percent, 100)) // 100 if left is None else left


# -- constraints -----------------------------------------------------------------------------------------
def _dates(task: Task, element: Element, findings: Findings) -> None:
    kind = whole(text(element, "ConstraintType")) or _ASAP
    when = moment(text(element, "ConstraintDate"))
    if kind not in range(8) or (kind > _ALAP and when is None):
        value = f"{text(element, 'ConstraintType')} {text(element, 'ConstraintDate')}"
        findings.add("constraint_unread", id=task.key.id, element="ConstraintType", value=value)
    elif when is not None:
        constrain(task, kind, when)
    if due := moment(text(element, "Deadline")):
        task.ends_by(due, hard=False)


def _held(task: Task, element: Element, manual: bool, from_finish: bool, findings: Findings) -> None:
    """Keep the start of the file where no relation explains it."""
    held = ""
    if manual:
        held = "plan_manual"
    elif flag(element, "ExternalTask") or flag(element, "IsSubproject"):
        held = "plan_external"
    elif whole(text(element, "ConstraintType")) == _ALAP and not from_finish:
        held = "plan_alap"
    elif (whole(text(element, "LevelingDelay")) or 0) > 0:
        held = "plan_delayed"
    if held and task.start:
        task.not_before(task.start)
        findings.add(held, id=task.key.id, name=task.name, date=shown(task.start))


def constrain(task: Task, kind: int, when: datetime) -> None:
    """Add a dated constraint of MS Project to an activity."""
    if kind in (_MSO, _SNET):
        task.not_before(when)
    if kind in (_MSO, _SNLT):
        task.start_by = when
    if kind in (_MFO, _FNET):
        task.finish_from = when
    if kind in (_MFO, _FNLT):
        task.ends_by(when, hard=True)
