"""Scheduling problems of the research libraries as scenarios without dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scenarios.formats.findings import sentence
from scenarios.formats.rcpsp.graph import demand, relation
from scenarios.formats.rcpsp.read import read_instance
from scenarios.formats.rcpsp.records import Activity, Instance
from scenarios.problems import Path as DataPath
from scenarios.schema import SCHEMA

ORIGIN = date(1900, 1, 1)
"""The day that stands for 0. A scenario without dates shows it nowhere."""


@dataclass(slots=True)
class InstanceSource:
    """A file read as a scenario.

    Attributes
    ----------
    name : str
        File name, for messages.
    data : dict
        Plain data of a :class:`scenarios.schema.Scenario`.
    """

    name: str
    data: dict[str, Any]

    def where(self, path: DataPath) -> str:
        """The file and, where the path leads into one, the job."""
        if path[0:1] == ("projects",) and path[2:3] == ("activities",):
            project = self.data["projects"][path[1]]
            return f"{self.name}: job {project['activities'][path[3]]['id']} of project {project['id']}"
        return self.name


def instance_source(path: str | Path) -> InstanceSource:
    """Read a scheduling problem as the data of a scenario.

    The file's numbers stand for activities, modes and projects; the only project of a file bears the file's
    name.

    Raises
    ------
    ScenarioError
        As :func:`scenarios.formats.rcpsp.read.read_instance`.
    """
    instance = read_instance(path)
    name = re.sub(r"[/\s]+", " ", instance.name).strip()[:80] or "problem"
    into: list[list[dict[str, Any]]] = [[] for _ in instance.activities]
    for link in instance.links:
        pred, succ = instance.activities[link.pred], instance.activities[link.succ]
        near = pred.project == succ.project
        into[link.succ].append(
            {"id": f"{pred.number}" if near else f"{pred.project}/{pred.number}"} | relation(link)
        )
    activities: dict[int, list[dict[str, Any]]] = {project.number: [] for project in instance.projects}
    names = [pool.id for pool in instance.resources]
    for item, before in zip(instance.activities, into, strict=True):
        activities[item.project].append(_activity(item, names) | {"predecessors": before})
    alone = len(instance.projects) == 1
    data = {
        "schema": SCHEMA,
        "name": name,
        "source": Path(path).name,
        "data_date": ORIGIN,
        "dated": False,
        "default_risks": False,
        "resources": {
            pool.id: {"capacity": pool.capacity, "consumed": pool.consumed} for pool in instance.resources
        },
        "projects": [
            {
                "id": name if alone else str(project.number),
                "name": name if alone else str(project.number),
                "start": ORIGIN + timedelta(days=project.release),
                "activities": activities[project.number],
            }
            for project in instance.projects
        ],
        "notes": _notes(instance),
    }
    return InstanceSource(Path(path).name, data)


def _activity(item: Activity, names: list[str]) -> dict[str, Any]:
    first, *others = item.modes
    data: dict[str, Any] = {"id": str(item.number), "name": str(item.number), "work": first.duration}
    if wanted := demand(names, first):
        data["demand"] = wanted
    if others:
        modes = {
            str(k): {"work": mode.duration, "demand": demand(names, mode)} for k, mode in enumerate(others, 2)
        }
        data |= {"mode": "1", "modes": modes}
    return data


def _notes(instance: Instance) -> list[dict[str, str]]:
    """That due dates are left out."""
    return [
        sentence("fact_due", due=project.due).model_dump() for project in instance.projects if project.due
    ]
