"""A plan as the data of a scenario."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from scenarios.formats.findings import sentence
from scenarios.formats.links import identifier, turned
from scenarios.formats.plans.records import Key, PlanFile, PlanProject, Pool, Relation, Task
from scenarios.formats.plans.slots import minutes_per_slot
from scenarios.problems import Path as DataPath
from scenarios.problems import Problem, ScenarioError
from scenarios.schema import SCHEMA, Label
from scheduling.calendar import MINUTES_PER_DAY

FINISH = "finish"
"""Id of the milestone that is added where a project has several last activities."""


@dataclass(slots=True)
class PlanSource:
    """A file read as a scenario.

    Attributes
    ----------
    name : str
        File name, for messages.
    data : dict
        Plain data of a :class:`scenarios.schema.Scenario`; its ``notes`` sum the warnings up.
    warnings : tuple of Label
        Everything in the file that is not read, not taken as it stands, or inconsistent, one each.
    """

    name: str
    data: dict[str, Any]
    warnings: tuple[Label, ...]

    def where(self, path: DataPath) -> str:
        """The file and, where the path leads into one, the activity and its predecessor."""
        place, value = self.name, self.data
        for step in path:
            try:
                value = value[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(value, dict) and "predecessors" in value:
                place += f": activity {value['id']}"
            elif isinstance(value, dict) and "lag_calendar" in value:
                place += f": relation from {value['id']}"
        return place


def plan_source(file: PlanFile) -> PlanSource:
    """The scenario that a plan is.

    Raises
    ------
    ScenarioError
        If its dates lie too far apart for any slot.
    """
    try:
        slot, exact = minutes_per_slot(file)
    except ValueError:
        message = "its dates lie too far apart; correct those that are slips of the pen"
        raise ScenarioError([Problem((), message)], lambda _: file.name) from None
    return _Writer(file, slot, exact).source()


class _Writer:
    """One plan on slots of `slot` minutes."""

    def __init__(self, file: PlanFile, slot: int, exact: bool) -> None:
        self.file, self.slot, self.exact = file, slot, exact
        self.data_date = _boundary(file.data_date or _inferred(file), slot)
        for task in file.tasks.values():
            self.known(task)
        self.binding = dict(self.pools())

    def source(self) -> PlanSource:
        file = self.file
        if not self.exact:
            file.findings.add("plan_rounded", minutes=self.slot)
        projects = [self.project(project) for project in file.projects]
        name = identifier(file.name.rpartition(".")[0], "plan")
        notes = (*file.facts, *self.facts(), *file.findings.summary())
        data = {
            "schema": SCHEMA,
            "name": name,
            "title": file.title or name,
            "source": file.name,
            "data_date": _plain(self.data_date),
            "data_date_inferred": file.data_date is None,
            "slots_per_day": MINUTES_PER_DAY // self.slot,
            "default_risks": False,
            "progress_override": file.progress_override,
            "calendars": {name: pattern.spec() for name, pattern in file.calendars.items()},
            "resources": {
                name: {
                    "name": pool.name,
                    "capacity": pool.capacity,
                    "changes": [{"date": _plain(when), "capacity": units} for when, units in pool.changes],
                }
                for name, pool in self.binding.items()
            },
            "projects": projects,
            "notes": [label.model_dump() for label in notes],
        }
        return PlanSource(file.name, data, file.findings.all())

    # -- what is known ---------------------------------------------------------------------------------
    def known(self, task: Task) -> None:
        """Hold what a file reports against itself and the data date: facts lie before it."""
        if task.actual_start and task.actual_finish and task.actual_finish < task.actual_start:
            self.file.findings.add("plan_finish_first", id=task.key.id, date=shown(task.actual_finish))
            task.actual_start = None
        ahead = bool(task.actual_finish and task.actual_finish > self.data_date)
        if ahead and task.actual_finish:
            begun = max(task.actual_start or self.data_date, self.data_date)
            pattern = self.file.calendars.get(task.calendar)
            left = pattern.minutes(begun, task.actual_finish) if pattern else None
            task.remaining = left or task.remaining or task.minutes
            task.actual_finish = None
        if task.actual_start and task.actual_start >= self.data_date and not task.actual_finish:
            ahead = True
            task.not_before(task.actual_start)
            if task.minutes and task.remaining is not None:
                task.minutes = max(1, task.remaining)
            task.actual_start = task.remaining = None
        if ahead:
            self.file.findings.add("plan_actual_ahead", id=task.key.id, date=shown(self.data_date))

    def facts(self) -> Iterator[Label]:
        """What the reader chose, for the reader of the results."""
        yield sentence("fact_slot", minutes=self.slot)
        for project in self.file.projects:
            if project.due:
                yield sentence(project.due_from, project=project.name, value=shown(project.due))
        if self.binding:
            yield sentence("fact_percent", count=len(self.binding))
        behind = [
            task
            for task in self.file.tasks.values()
            if task.start and task.start < self.data_date and not (task.actual_start or task.actual_finish)
        ]
        if behind and self.file.data_date:
            yield sentence("fact_behind", count=len(behind), date=shown(self.data_date))

    # -- resources -------------------------------------------------------------------------------------
    def pools(self) -> Iterator[tuple[str, Pool]]:
        """Resources that bind: those whose capacity the file's own plan keeps."""
        users: dict[str, list[Task]] = defaultdict(list)
        for task in self.file.tasks.values():
            for name in task.demand:
                users[name].append(task)
        for name, pool in self.file.pools.items():
            peak, capacity = _peak(name, users[name], pool)
            if peak > capacity:
                self.file.findings.add(
                    "plan_overbooked",
                    resource=pool.name,
                    peak=peak / 100,
                    capacity=capacity / 100,
                )
            elif users[name]:
                yield name, pool

    # -- projects --------------------------------------------------------------------------------------
    def project(self, project: PlanProject) -> dict[str, Any]:
        tasks = {key: task for key, task in self.file.tasks.items() if key.project == project.id}
        into: dict[Key, list[dict[str, Any]]] = {key: [] for key in tasks}
        for relation in self.file.relations:
            key, link = self.link(relation)
            if key in into:
                into[key].append(link)
        activities = [self.activity(task, into[key]) for key, task in tasks.items()]
        due = {key.id: (task.due, task.hard) for key, task in tasks.items() if task.due}
        tail = _last(tasks, self.file.relations)
        node = tail[0]
        if len(tail) > 1:
            node = FINISH
            while any(key.id == node for key in tasks):
                node += "-"
            activities.append(
                {
                    "id": node,
                    "name": sentence("project_finish").model_dump(),
                    "work": 0,
                    "calendar": tasks[Key(project.id, tail[0])].calendar,
                    "predecessors": tail,
                }
            )
        if project.due and (node not in due or project.due < due[node][0]):
            due[node] = (project.due, False)
        return {
            "id": project.id,
            "name": project.name,
            "start": _plain(project.start),
            "deadlines": [
                {"node": id, "date": _plain(when), "hard": hard} for id, (when, hard) in due.items()
            ],
            "progress": {key.id: said for key, task in tasks.items() if (said := self.progress(task))},
            "activities": activities,
        }

    def slots(self, minutes: int) -> int:
        """Minutes as slots, rounded half up; work is at least one."""
        found = (2 * abs(minutes) + self.slot) // (2 * self.slot)
        return found if minutes >= 0 else -found

    def activity(self, task: Task, into: list[dict[str, Any]]) -> dict[str, Any]:
        work = max(1, self.slots(task.minutes)) if task.minutes else 0
        data: dict[str, Any] = {
            "id": task.key.id,
            "name": task.name,
            "work": work,
            "calendar": task.calendar,
            "predecessors": into,
        }
        for key in ("release", "start_by", "finish_from"):
            if when := getattr(task, key):
                data[key] = _plain(when)
        if task.milestone and not work:
            data["milestone"] = task.milestone
        if demand := {name: units for name, units in task.demand.items() if work and name in self.binding}:
            data["demand"] = demand
        return data

    def progress(self, task: Task) -> dict[str, Any]:
        """What is known of an activity; a milestone has one date."""
        if not task.minutes:
            found = task.actual_finish or task.actual_start
            return {"finish": found} if found else {}
        said: dict[str, Any] = {}
        if task.actual_start:
            said["start"] = task.actual_start
        if task.actual_finish:
            said["finish"] = task.actual_finish
        elif task.actual_start and task.remaining is not None:
            said["remaining"] = max(1, self.slots(task.remaining))
        return said

    def link(self, relation: Relation) -> tuple[Key, dict[str, Any]]:
        """The activity that a relation is written at, and the link."""
        lag = self.slots(relation.lag)
        pred, succ = relation.pred, relation.succ
        link = turned(relation.type, lag)
        if link is not None:
            pred, succ = succ, pred
        else:
            link = {"type": relation.type, "lag": lag}
        name = pred.id if pred.project == succ.project else f"{pred.project}/{pred.id}"
        return succ, {"id": name, **link, "lag_calendar": relation.calendar}


# -- small things ----------------------------------------------------------------------------------------
def shown(moment: datetime) -> str:
    """A moment as messages write it."""
    return moment.strftime("%Y-%m-%d %H:%M")


def _plain(moment: datetime) -> date:
    """A moment; a bare date where it is midnight."""
    return moment.date() if moment.time() == time() else moment


def _boundary(moment: datetime, slot: int) -> datetime:
    """The end of the slot that a moment lies in; a boundary itself."""
    midnight = datetime.combine(moment.date(), time())
    minutes = -(-(moment - midnight) // timedelta(minutes=1))
    return midnight + timedelta(minutes=-(-minutes // slot) * slot)


def _inferred(file: PlanFile) -> datetime:
    """Data date of a file that has none: past the last actual date, else the day the first project starts."""
    minute = timedelta(minutes=1)
    facts = [task.actual_finish for task in file.tasks.values() if task.actual_finish]
    facts += [task.actual_start + minute for task in file.tasks.values() if task.actual_start]
    if facts:
        return max(facts)
    return datetime.combine(min(project.start for project in file.projects).date(), time())


def _last(tasks: dict[Key, Task], relations: Iterable[Relation]) -> list[str]:
    """Activities whose finish no other activity's finish follows."""
    followed = {
        relation.pred
        for relation in relations
        if relation.type in ("FS", "FF")
        and relation.lag >= 0
        and relation.succ.project == relation.pred.project
    }
    return [key.id for key in tasks if key not in followed] or [key.id for key in tasks]


def _peak(name: str, users: list[Task], pool: Pool) -> tuple[int, int]:
    """The most that unfinished activities hold at once in the file's own plan, and the capacity then."""
    events: list[tuple[datetime, int]] = []
    for task in users:
        if task.start and task.finish and task.start < task.finish and not task.actual_finish:
            events += [(task.start, task.demand[name]), (task.finish, -task.demand[name])]
    held = 0
    capacities = (pool.capacity, *(units for _, units in pool.changes))
    worst = (max((task.demand[name] for task in users), default=0), max(capacities))
    for when, units in sorted(events):
        held += units
        capacity = pool.at(when)
        if held - capacity > worst[0] - worst[1]:
            worst = (held, capacity)
    return worst
