"""ProTrack ``.p2x`` files as scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scenarios.formats.findings import sentence
from scenarios.formats.links import identifier, turned
from scenarios.formats.protrack.baseline import Baseline
from scenarios.formats.protrack.read import read_file
from scenarios.formats.protrack.records import ProTrackFile, Relation, Task
from scenarios.problems import Path as DataPath
from scenarios.schema import SCHEMA, Label

CALENDAR = "agenda"
FINISH = "finish"
"""Id of the milestone that is added where a project has several last activities."""


@dataclass(slots=True)
class ProTrackSource:
    """A file read as a scenario.

    Attributes
    ----------
    name : str
        File name, for messages.
    data : dict
        Plain data of a :class:`scenarios.schema.Scenario`; its ``notes`` sum the warnings up.
    warnings : tuple of Label
        Every inconsistency found in the file, one each.
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
            elif isinstance(value, dict) and "lag" in value:
                place += f": relation from {value['id']}"
        return place


def protrack_source(path: str | Path, *, placed: bool = True) -> ProTrackSource:
    """Read a ProTrack ``.p2x`` file.

    Slots are hours. The schedule is the baseline's, with nothing done: tracking periods are not read. Where
    the file is inconsistent, that is reported and the relations count.

    Parameters
    ----------
    path : str or Path
    placed : bool
        Whether an activity that stands later in the baseline than its relations demand waits for its
        baseline start (early dates are then the baseline's). False: it starts as early as relations allow,
        and resources bind where the file's stored simulation used them, which is what ProTrack itself
        simulates.

    Returns
    -------
    ProTrackSource

    Raises
    ------
    ScenarioError
        If the file is no XML, no ProTrack project, or has no agenda, working hour or activity.
    """
    file = read_file(Path(path), simulated=not placed)
    plan = Baseline(file)
    _note(file, plan, placed)
    tail = _last(file)
    into: dict[str, list[dict[str, Any]]] = {id: [] for id in file.tasks}
    for relation in file.relations:
        successor, link = _link(relation)
        into[successor].append(link)
    activities = [
        _activity(task, into[id], plan.waits(id, placed), file.demand.get(id) if file.binding else None)
        for id, task in file.tasks.items()
    ]
    node = tail[0]
    if len(tail) > 1:
        node = FINISH
        activities.append(
            {
                "id": FINISH,
                "name": sentence("project_finish").model_dump(),
                "work": 0,
                "calendar": CALENDAR,
                "predecessors": tail,
            }
        )
    due = {task.id: task.due for task in file.tasks.values() if task.due}
    if plan.finish:
        due[node] = min(due.get(node, plan.finish), plan.finish)
    name = identifier(Path(path).stem, "project")
    data = {
        "schema": SCHEMA,
        "name": name,
        "title": file.title or name,
        "source": file.name,
        "data_date": plan.start.date(),
        "data_date_inferred": True,
        "slots_per_day": 24,
        "default_risks": False,
        "calendars": {
            CALENDAR: {
                "week": file.agenda.week(),
                "exceptions": dict.fromkeys(sorted(file.agenda.holidays), 0),
            }
        },
        "resources": _resources(file),
        "projects": [
            {
                "id": name,
                "name": file.title or name,
                "start": plan.start.date(),
                "deadlines": [{"node": id, "date": when} for id, when in due.items()],
                "activities": activities,
            }
        ],
        "notes": [label.model_dump() for label in (*_facts(file, plan, placed), *file.findings.summary())],
    }
    return ProTrackSource(file.name, data, file.findings.all())


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


# -- what is reported ------------------------------------------------------------------------------------
def _note(file: ProTrackFile, plan: Baseline, placed: bool) -> None:
    """Note what is inconsistent between the parts of the file."""
    findings = file.findings
    for relation, hours in plan.broken:
        findings.add(
            "relation_broken",
            pred=relation.pred,
            succ=relation.succ,
            type=relation.type,
            lag=relation.lag,
            hours=hours,
        )
    stored = {task.id: task.offset for task in file.tasks.values() if task.offset is not None}
    stale = [id for id, offset in stored.items() if plan.offset.get(id, offset) != offset]
    if stale:
        broken = sum((plan.missing(relation, stored) or 0) > 0 for relation in file.relations)
        findings.add("offsets_stale", count=len(stale), broken=broken)
    for id in plan.off_hours():
        findings.add("baseline_off_hours", id=id, value=_shown(plan.moments[id]))
    if plan.start < file.agenda.start:
        first = min(plan.moments.values())
        findings.add("baseline_before_start", value=_shown(first), start=_shown(file.agenda.start))
    for task in file.tasks.values():
        if task.locked:
            findings.add("constraint_locked", id=task.id, value=_shown(task.locked))
        if task.as_late_as_possible:
            findings.add("as_late_as_possible" if placed else "as_late_as_possible_dropped", id=task.id)


def _facts(file: ProTrackFile, plan: Baseline, placed: bool) -> Iterator[Label]:
    """What the reader chose, for the reader of the results."""
    if late := plan.late():
        yield sentence("fact_placed" if placed else "fact_not_placed", count=len(late))
    if file.resource_count and not file.binding:
        yield sentence("fact_resources", resources=file.resource_count, assignments=file.assignment_count)
    if file.tracking_periods:
        yield sentence("fact_tracking", periods=file.tracking_periods)
    if plan.finish:
        yield sentence("fact_deadline", value=_shown(plan.finish))


# -- the scenario ----------------------------------------------------------------------------------------
def _activity(
    task: Task, into: list[dict[str, Any]], waits: datetime | None, demand: dict[str, int] | None
) -> dict[str, Any]:
    data: dict[str, Any] = {"id": task.id, "name": task.name, "work": task.work, "calendar": CALENDAR}
    if task.risk:
        least, likely, greatest = task.risk
        data["work"] = {"triangular": task.risk} if least < greatest else likely
        if likely != task.work:
            data["planned"] = task.work
    data["predecessors"] = into
    if dates := [when for when in (waits, task.locked, task.ready) if when]:
        data["release"] = max(dates)
    if demand:
        data["demand"] = demand
    return data


def _link(relation: Relation) -> tuple[str, dict[str, Any]]:
    """The activity that a relation is written at, and the link."""
    if (link := turned(relation.type, relation.lag)) is not None:
        return relation.pred, {"id": relation.succ, **link}
    return relation.succ, {"id": relation.pred, "type": relation.type, "lag": relation.lag}


def _resources(file: ProTrackFile) -> dict[str, dict[str, Any]]:
    """Resources that bind: none unless the file itself was scheduled with them."""
    if not file.binding:
        return {}
    return {
        id: {
            "name": pool.name,
            "capacity": pool.capacity,
            "changes": [{"date": when, "capacity": units} for when, units in pool.changes],
        }
        for id, pool in file.pools.items()
    }


def _last(file: ProTrackFile) -> list[str]:
    """Activities whose finish no other activity's finish follows."""
    followed = {
        relation.pred for relation in file.relations if relation.type in ("FS", "FF") and relation.lag >= 0
    }
    return [id for id in file.tasks if id not in followed] or list(file.tasks)
