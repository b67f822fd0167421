"""Primavera P6 XER files as scenarios. What is read and what is not stands in ``docs/importing.md``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scenarios.formats.findings import Findings, sentence
from scenarios.formats.links import identifier
from scenarios.formats.plans import PlanSource, plan_source
from scenarios.formats.plans.records import Key, PlanFile, PlanProject, Pool, Relation, Task
from scenarios.formats.plans.source import shown
from scenarios.formats.plans.worktime import STANDARD, Pattern
from scenarios.formats.xer.activities import RESOURCE_DEPENDENT, read_activity
from scenarios.formats.xer.calendars import read_calendars
from scenarios.formats.xer.tables import Row, Tables, minutes, moment, number, read_tables, refusal
from scenarios.schema import Label
from scheduling.calendar import ELAPSED

TYPES = {"PR_FS": "FS", "PR_SS": "SS", "PR_FF": "FF", "PR_SF": "SF"}
_RENEWABLE = ("RT_Labor", "RT_Equip")
_MOST_UNITS = 10_000


def xer_source(path: str | Path, *, encoding: str | None = None) -> PlanSource:
    """Read a Primavera P6 XER file.

    Parameters
    ----------
    path : str or Path
    encoding : str, optional
        That of the file; by default the first of UTF-8, GB 18030 and Windows-1252 that fits.

    Returns
    -------
    PlanSource

    Raises
    ------
    ScenarioError
        If the file is no XER or has no activity.
    """
    path = Path(path)
    tables, found = read_tables(path, encoding)
    return plan_source(_Reader(tables, path, found).file())


class _Reader:
    """One XER file."""

    def __init__(self, tables: Tables, path: Path, encoding: str) -> None:
        self.tables, self.path, self.encoding, self.findings = tables, path, encoding, Findings()
        names, patterns = read_calendars(tables.get("CALENDAR", []), self.findings)
        self.calendars: dict[str, Pattern] = {}
        self.called = {id: self.name(names[id], pattern) for id, pattern in patterns.items()}
        self.rows = {row["task_id"]: row for row in tables.get("TASK", [])}
        self.projects = dict(self.named(tables.get("PROJECT", [])))
        self.options = {row["proj_id"]: row for row in tables.get("SCHEDOPTIONS", [])}
        self.resources = {row["rsrc_id"]: row for row in tables.get("RSRC", [])}

    def file(self) -> PlanFile:
        keys = dict(self.keys())
        tasks = dict(self.tasks(keys))
        if not tasks:
            raise refusal(self.path.name, "no activity to schedule; check its tables PROJECT and TASK")
        self.demand(tasks, keys)
        relations = tuple(dict.fromkeys(self.relations(tasks, keys)))
        used = {task.calendar for task in tasks.values()} | {relation.calendar for relation in relations}
        projects = tuple(self.project(row, name, tasks) for row, name in self.live(tasks))
        dates = [when for row, _ in self.live(tasks) if (when := moment(row["last_recalc_date"]))]
        if len(set(dates)) > 1:
            self.findings.add("plan_data_dates", date=shown(max(dates)))
        return PlanFile(
            name=self.path.name,
            title=projects[0].name if len(projects) == 1 else "",
            data_date=max(dates, default=None),
            projects=projects,
            tasks=tasks,
            relations=relations,
            calendars={name: pattern for name, pattern in self.calendars.items() if name in used},
            pools=dict(self.pools()),
            progress_override=self.option(self.live(tasks)[0][0], "sched_progress_override") == "Y",
            findings=self.findings,
            facts=tuple(self.facts(tasks)),
        )

    def live(self, tasks: dict[Key, Task]) -> list[tuple[Row, str]]:
        """Projects that have an activity."""
        known = {key.project for key in tasks}
        return [(row, name) for row, name in self.projects.values() if name in known]

    # -- names -----------------------------------------------------------------------------------------
    def name(self, name: str, pattern: Pattern) -> str:
        """A name of its own for a calendar; one without working time is the standard week."""
        if not pattern.works:
            self.findings.add("plan_no_work", calendar=name)
            pattern = STANDARD
        name = identifier(name, "calendar")
        while name in self.calendars or name == ELAPSED:
            name += "-"
        self.calendars[name] = pattern
        return name

    def named(self, rows: list[Row]) -> Iterator[tuple[str, tuple[Row, str]]]:
        """Projects by ``proj_id``, with an id of their own."""
        taken: set[str] = set()
        for row in rows:
            id = row["proj_id"]
            name = identifier(row["proj_short_name"], id or "project")
            while name in taken:
                name += "-"
            taken.add(name)
            yield id, (row, name)

    def keys(self) -> Iterator[tuple[str, Key]]:
        """Activities by ``task_id``: the id of each within its project, which is unique."""
        taken: set[Key] = set()
        for id, row in self.rows.items():
            if row["proj_id"] not in self.projects:
                self.findings.add("plan_no_project", id=row["task_code"] or id)
                continue
            project = self.projects[row["proj_id"]][1]
            key = Key(project, identifier(row["task_code"], id or "activity"))
            if key in taken:
                key = Key(project, identifier(f"{key.id} ({id})", id))
            while key in taken:
                key = Key(project, key.id + "-")
            taken.add(key)
            yield id, key

    # -- activities ------------------------------------------------------------------------------------
    def tasks(self, keys: dict[str, Key]) -> Iterator[tuple[Key, Task]]:
        for id, key in keys.items():
            row = self.rows[id]
            task = read_activity(row, key, self.calendar(row, key.id), self.findings)
            if task is not None:
                yield key, task

    def calendar(self, row: Row, id: str) -> str:
        """Calendar of an activity; one that depends on its resource follows the main resource's."""
        if row["task_type"] == RESOURCE_DEPENDENT:
            resource = self.resources.get(row["rsrc_id"], Row())
            if (known := self.called.get(resource["clndr_id"])) is not None:
                return known
            self.findings.add("plan_no_resource", id=id)
        if (known := self.called.get(row["clndr_id"])) is not None:
            return known
        self.findings.add("plan_no_calendar", id=id, calendar=row["clndr_id"] or "-")
        return self.standard()

    def standard(self) -> str:
        """Name of the standard week."""
        for name, pattern in self.calendars.items():
            if pattern == STANDARD:
                return name
        return self.name("Standard", STANDARD)

    def relations(self, tasks: dict[Key, Task], keys: dict[str, Key]) -> Iterator[Relation]:
        for row in self.tables.get("TASKPRED", []):
            id = row["task_pred_id"] or "-"
            ends = [row[column] for column in ("pred_task_id", "task_id")]
            if missing := [end for end in ends if keys.get(end) not in tasks]:
                if missing[0] not in self.rows:
                    self.findings.add("relation_dangling", id=id, activity=missing[0] or "-")
                else:
                    code = self.rows[missing[0]]["task_code"] or missing[0]
                    self.findings.add("plan_relation_lost", id=id, activity=code)
                continue
            pred, succ = keys[ends[0]], keys[ends[1]]
            between = {"id": id, "pred": pred.id, "succ": succ.id}
            if pred == succ:
                self.findings.add("relation_self", id=id, activity=pred.id)
                continue
            kind, lag = TYPES.get(row["pred_type"]), minutes(row["lag_hr_cnt"] or "0")
            if kind is None:
                self.findings.add("relation_type", value=row["pred_type"] or "-", **between)
                continue
            if lag is None:
                self.findings.add("relation_lag", value=row["lag_hr_cnt"], **between)
            yield Relation(pred, succ, kind, lag or 0, self.lag_calendar(tasks[pred], tasks[succ], ends[1]))

    def lag_calendar(self, pred: Task, succ: Task, of: str) -> str:
        """Calendar of a lag, as the options of the successor's project say."""
        project = self.projects[self.rows[of]["proj_id"]][0]
        chosen = self.option(project, "sched_calendar_on_relationship_lag")
        if chosen == "rcal_24Hour":
            return ELAPSED
        if chosen == "rcal_Successor":
            return succ.calendar
        if chosen == "rcal_ProjDefault":
            return self.called.get(project["clndr_id"]) or pred.calendar
        return pred.calendar

    def option(self, project: Row, column: str) -> str:
        """A scheduling option of a project."""
        return self.options.get(project["proj_id"], Row())[column]

    # -- resources -------------------------------------------------------------------------------------
    def demand(self, tasks: dict[Key, Task], keys: dict[str, Key]) -> None:
        for row in self.tables.get("TASKRSRC", []):
            task = tasks.get(keys.get(row["task_id"], Key("", "")))
            name = row["rsrc_id"]
            units = number(row["remain_qty_per_hr"] or row["target_qty_per_hr"])
            if task and task.minutes and name in self.resources and units and 0 < units <= _MOST_UNITS:
                task.demand[name] = task.demand.get(name, 0) + max(1, round(100 * units))

    def pools(self) -> Iterator[tuple[str, Pool]]:
        for id, row in self.resources.items():
            if row["rsrc_type"] not in _RENEWABLE:
                continue
            rates = {}
            for rate in self.tables.get("RSRCRATE", []):
                when, units = moment(rate["start_date"]), number(rate["max_qty_per_hr"])
                if rate["rsrc_id"] == id and when and units is not None and 0 <= units <= _MOST_UNITS:
                    rates[when] = round(100 * units)
            if rates:
                (_, first), *later = sorted(rates.items())
                yield id, Pool(row["rsrc_name"] or id, first, tuple(later))

    # -- projects --------------------------------------------------------------------------------------
    def project(self, row: Row, name: str, tasks: dict[Key, Task]) -> PlanProject:
        mine = [task for key, task in tasks.items() if key.project == name]
        dates = [when for task in mine for when in (task.start, task.actual_start) if when]
        start = moment(row["plan_start_date"]) or min(dates, default=None)
        start = start or moment(row["last_recalc_date"])
        if start is None:
            raise refusal(
                self.path.name,
                f"project {name} has neither a start (plan_start_date) nor a data date; set one",
            )
        due, why = moment(row["plan_end_date"]), "fact_due_must_finish"
        if due is None:
            planned = max((task.finish for task in mine if task.finish), default=None)
            due, why = moment(row["scd_end_date"]) or planned, "fact_due_planned"
        title = next(
            (
                wbs["wbs_name"]
                for wbs in self.tables.get("PROJWBS", [])
                if wbs["proj_id"] == row["proj_id"] and wbs["proj_node_flag"] == "Y"
            ),
            "",
        )
        return PlanProject(name, title or name, start, due, why)

    def facts(self, tasks: dict[Key, Task]) -> Iterator[Label]:
        if self.encoding != "utf-8-sig":
            yield sentence("fact_encoding", encoding=self.encoding)
        rows = [row for row, _ in self.live(tasks)]
        if any(
            self.option(row, "sched_retained_logic") == "N"
            and self.option(row, "sched_progress_override") == "N"
            for row in rows
        ):
            yield sentence("fact_actual_dates")
        if len({self.option(row, "sched_progress_override") for row in rows}) > 1:
            yield sentence("fact_override_differs")
