"""ProTrack ``.p2x`` files as records: what stands in the file, and what of it cannot be read.

The format has no published description; this follows 114 project files of the DSLIB collection (Batselier and
Vanhoucke 2015, International Journal of Project Management 33(3), 697-710). Times are whole working hours of
the one agenda. Groups (``ActivityGroups``, ``OutlineList``) only order the display: no relation, date or
duration refers to them, so activities are exactly the elements ``Activities/Activity``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings
from scenarios.formats.protrack.activities import read_tasks
from scenarios.formats.protrack.records import Agenda, ProTrackFile, Relation, Task
from scenarios.formats.protrack.resources import read_demand, read_pools
from scenarios.formats.protrack.values import hours, moment, text
from scenarios.formats.xml import read_xml
from scenarios.problems import Problem, ScenarioError

TYPES = {"0": "SS", "1": "SF", "2": "FS", "3": "FF"}


def read_file(path: Path, *, simulated: bool = False) -> ProTrackFile:
    """Read a ``.p2x`` file.

    Parameters
    ----------
    path : Path
    simulated : bool
        Whether resources bind as in the simulation that the file stores instead of as in its baseline.

    Raises
    ------
    ScenarioError
        If it is no XML, no ProTrack project, or has no agenda, working hour or activity.
    """
    root = read_xml(path)
    findings = Findings()
    if root.tag != "Project" or root.find("Agenda") is None:
        raise _unusable(
            path, "not a ProTrack project (no Project with an Agenda); export it from ProTrack as .p2x"
        )
    agenda = _agenda(root, path, findings)
    tasks = read_tasks(root, findings)
    if not tasks:
        raise _unusable(path, "no readable activity; check Activities/Activity")
    assignments = root.findall("ResourceAssignments/ResourceAssignment")
    settings = "Simulation/AdvancedSimulationSettings" if simulated else "Settings"
    binding = text(root, f"{settings}/UseResourceScheduling") == "1"
    pools = read_pools(root, binding, findings)
    return ProTrackFile(
        name=path.name,
        title=text(root, "NAME"),
        agenda=agenda,
        tasks=tasks,
        relations=tuple(_relations(root, tasks, findings)),
        pools={id: pool for id, pool in pools.items() if pool is not None},
        demand=read_demand(assignments, tasks, pools, binding, findings),
        resource_count=len(pools),
        assignment_count=len(assignments),
        binding=binding,
        tracking_periods=len(root.findall("TrackingList/TrackingPeriod")),
        findings=findings,
    )


def _unusable(path: Path, message: str) -> ScenarioError:
    return ScenarioError([Problem((), message)], lambda _: path.name)


# -- the agenda ------------------------------------------------------------------------------------------
def _agenda(root: Element, path: Path, findings: Findings) -> Agenda:
    start = moment(text(root, "Agenda/StartDate"))
    if start is None:
        raise _unusable(
            path, "Agenda: no readable StartDate (ddmmyyyyHHMM); set the project's start in ProTrack"
        )
    idle = frozenset(_within(root, "NonWorkingHours/Hour", 24, findings))
    free = frozenset(_within(root, "NonWorkingDays/Day", 7, findings))
    if len(idle) == 24 or len(free) == 7:
        raise _unusable(path, "Agenda: no working hour at all; give the agenda working hours and days")
    holidays = set()
    for element in root.findall("Agenda/Holidays/Holiday"):
        value = "".join(element.itertext()).strip()
        if (day := moment(value)) is None:
            findings.add("agenda_value", element="Holiday", value=value or "-")
        else:
            holidays.add(day.date())
    return Agenda(start, frozenset(range(24)) - idle, free, frozenset(holidays))


def _within(root: Element, tag: str, limit: int, findings: Findings) -> Iterator[int]:
    for element in root.findall(f"Agenda/{tag}"):
        value = hours((element.text or "").strip())
        if value is None or not 0 <= value < limit:
            findings.add("agenda_value", element=element.tag, value=element.text or "-")
        else:
            yield value


# -- relations -------------------------------------------------------------------------------------------
def _relations(root: Element, tasks: dict[str, Task], findings: Findings) -> Iterator[Relation]:
    seen = set()
    for element in root.findall("Relations/Relation"):
        id = text(element, "UniqueID") or "-"
        pred, succ = text(element, "FromTask"), text(element, "ToTask")
        missing = [name or "-" for name in (pred, succ) if name not in tasks]
        if missing:
            findings.add("relation_dangling", id=id, activity=missing[0])
            continue
        if pred == succ:
            findings.add("relation_self", id=id, activity=pred)
            continue
        between = {"id": id, "pred": pred, "succ": succ}
        kind = TYPES.get(text(element, "LagType"))
        if kind is None:
            findings.add("relation_type", value=text(element, "LagType") or "-", **between)
            continue
        lag = hours(text(element, "Lag"))
        if lag is None:
            findings.add("relation_lag", value=text(element, "Lag") or "-", **between)
        if (unit := text(element, "LagKind")) not in ("", "0"):
            findings.add("relation_unit", value=unit, **between)
        key = (pred, succ, kind, lag or 0)
        if key in seen:
            findings.add("relation_repeated", **between)
            continue
        seen.add(key)
        yield Relation(id, pred, succ, kind, lag or 0)
