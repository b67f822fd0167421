"""MS Project XML files (MSPDI) as scenarios.

The format is described in Microsoft's "Project XML Data Interchange Schema"; the types and constants used
here are named as there. What is read and what is not stands in ``docs/importing.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings, sentence
from scenarios.formats.links import identifier
from scenarios.formats.mspdi.calendars import NONE, read_calendars
from scenarios.formats.mspdi.links import Wiring
from scenarios.formats.mspdi.tasks import Calendars, Outline, read_task
from scenarios.formats.mspdi.values import flag, moment, number, text
from scenarios.formats.plans import PlanSource, plan_source
from scenarios.formats.plans.records import Key, PlanFile, PlanProject, Pool, Task
from scenarios.formats.plans.worktime import STANDARD, Pattern, both, either
from scenarios.formats.xml import read_xml
from scenarios.problems import Problem, ScenarioError
from scenarios.schema import Label

_WORK = ("", "1")
_MOST_UNITS = 10_000


def mspdi_source(path: str | Path) -> PlanSource:
    """Read an MS Project XML file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    PlanSource

    Raises
    ------
    ScenarioError
        If the file is no XML, not of MS Project, or has no activity or start.
    """
    path = Path(path)
    root = read_xml(path)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag == "APIBusinessObjects":
        raise _unusable(path, "Primavera's PMXML is not read; export the project from P6 as XER instead")
    if root.tag != "Project" or root.find("Tasks") is None:
        raise _unusable(path, "not an MS Project file (no Project with Tasks); save it there as XML")
    return plan_source(_Reader(root, path).file())


def _unusable(path: Path, message: str) -> ScenarioError:
    return ScenarioError([Problem((), message)], lambda _: path.name)


class _Reader:
    """One MSPDI file."""

    def __init__(self, root: Element, path: Path) -> None:
        self.root, self.path, self.findings = root, path, Findings()
        self.names, self.patterns = read_calendars(root, self.findings)
        self.calendars: dict[str, Pattern] = {}
        self.default = self.known(text(root, "CalendarUID"), STANDARD)
        self.outline = Outline(root, self.findings)
        self.from_finish = text(root, "ScheduleFromStart") in ("0", "false")
        self.title = text(root, "Title") or self.outline.title or path.stem
        self.project = identifier(self.title, "project")

    def file(self) -> PlanFile:
        tasks = self.tasks()
        wiring = Wiring(self.project, self.outline, tasks, self.default[0], self.findings)
        relations = tuple(dict.fromkeys(wiring.relations()))
        start = moment(text(self.root, "StartDate"))
        start = start or min((task.start for task in tasks.values() if task.start), default=None)
        if not tasks or start is None:
            raise _unusable(
                self.path, "no task that can be scheduled, or no start date; check Tasks/Task and StartDate"
            )
        used = {task.calendar for task in tasks.values()} | {relation.calendar for relation in relations}
        return PlanFile(
            name=self.path.name,
            title=self.title,
            data_date=moment(text(self.root, "StatusDate")),
            projects=(PlanProject(self.project, self.title, start, *self.due(tasks)),),
            tasks=tasks,
            relations=relations,
            calendars={name: pattern for name, pattern in self.calendars.items() if name in used},
            pools=self.pools(),
            progress_override=text(self.root, "SplitsInProgressTasks") == "0",
            findings=self.findings,
            facts=tuple(self.facts()),
        )

    # -- calendars -------------------------------------------------------------------------------------
    def known(self, uid: str, otherwise: Pattern) -> tuple[str, Pattern]:
        """A calendar of the file, under its name."""
        pattern = self.patterns.get(uid, otherwise)
        return self.called(self.names.get(uid, "Standard"), pattern)

    def called(self, name: str, pattern: Pattern) -> tuple[str, Pattern]:
        """A calendar under a name of its own; one that is the same keeps the name it has."""
        for known, other in self.calendars.items():
            if other == pattern:
                return known, pattern
        if not pattern.works:
            self.findings.add("plan_no_work", calendar=name)
            return self.called("Standard", STANDARD)
        name = identifier(name, "calendar")
        while name in self.calendars or name == "elapsed":
            name += "-"
        self.calendars[name] = pattern
        return name, pattern

    def calendar(self, element: Element, staff: list[str]) -> Calendars:
        """Calendar of a task with the resources on it, and without them.

        Work goes on while any resource works, within the task's own calendar where it has one.
        """
        uid = text(element, "CalendarUID") or NONE
        own = uid in self.patterns
        plain = self.known(uid, STANDARD) if own else self.default
        if not staff or (own and flag(element, "IgnoreResourceCalendar")):
            return Calendars(plain, plain)
        name, pattern = self.names[staff[0]], self.patterns[staff[0]]
        for other in staff[1:]:
            name, pattern = f"{name} + {self.names[other]}", either(pattern, self.patterns[other])
        if own:
            name, pattern = f"{plain[0]} & {name}", both(plain[1], pattern)
        return Calendars(self.called(name, pattern), plain)

    # -- activities ------------------------------------------------------------------------------------
    def tasks(self) -> dict[Key, Task]:
        resources = {text(item, "UID"): item for item in self.root.findall("Resources/Resource")}
        assigned: dict[str, list[Element]] = {}
        for item in self.root.findall("Assignments/Assignment"):
            resource = resources.get(text(item, "ResourceUID"))
            if resource is not None and text(resource, "Type") in _WORK and text(item, "ResourceUID") != "0":
                assigned.setdefault(text(item, "TaskUID"), []).append(item)
        tasks = {}
        for uid, element in self.outline.activities():
            items = assigned.get(uid, [])
            of = (text(resources[text(item, "ResourceUID")], "CalendarUID") for item in items)
            staff = list(dict.fromkeys(calendar for calendar in of if calendar in self.patterns))
            key = Key(self.project, uid)
            task = read_task(element, key, self.calendar(element, staff), self.from_finish, self.findings)
            if task is None:
                continue
            tasks[key] = task
            for item in items:
                units, name = number(text(item, "Units") or "1"), text(item, "ResourceUID")
                if units and units <= _MOST_UNITS and task.minutes:
                    task.demand[name] = task.demand.get(name, 0) + max(1, round(100 * units))
        return tasks

    def pools(self) -> dict[str, Pool]:
        found = {}
        for item in self.root.findall("Resources/Resource"):
            uid, units = text(item, "UID"), number(text(item, "MaxUnits") or "1")
            if text(item, "Type") in _WORK and units is not None and units <= _MOST_UNITS:
                found[uid] = Pool(text(item, "Name") or uid, round(100 * units))
                if len(item.findall("AvailabilityPeriods/AvailabilityPeriod")) > 1:
                    self.findings.add("plan_availability", resource=found[uid].name)
        return found

    # -- the project -----------------------------------------------------------------------------------
    def due(self, tasks: dict[Key, Task]) -> tuple[datetime | None, str]:
        """The date that the project must hold: its own deadline, else its baseline or planned finish."""
        if self.outline.due:
            return self.outline.due, "fact_due_must_finish"
        baseline = [
            when
            for _, element in self.outline.activities()
            for item in element.findall("Baseline")
            if text(item, "Number") in ("", "0") and (when := moment(text(item, "Finish")))
        ]
        if baseline:
            return max(baseline), "fact_due_baseline"
        if self.from_finish:
            return moment(text(self.root, "FinishDate")), "fact_due_from_finish"
        planned = max((task.finish for task in tasks.values() if task.finish), default=None)
        return moment(text(self.root, "FinishDate")) or planned, "fact_due_planned"

    def facts(self) -> Iterator[Label]:
        if self.outline.below:
            yield sentence("fact_summaries", count=len(self.outline.below))
        if self.outline.empty:
            yield sentence("fact_empty_rows", count=self.outline.empty)
