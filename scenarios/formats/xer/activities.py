"""Activities of a XER file: which are scheduled, when, and what is known of them."""

from __future__ import annotations

from datetime import datetime

from scenarios.formats.findings import Findings
from scenarios.formats.plans.records import Key, Task
from scenarios.formats.plans.source import shown
from scenarios.formats.xer.tables import Row, minutes, moment

START_MILESTONE, FINISH_MILESTONE = "TT_Mile", "TT_FinMile"
RESOURCE_DEPENDENT = "TT_Rsrc"
_SPANS = ("TT_LOE", "TT_WBS")
_START_ON, _START_FROM, _START_BY = "CS_MSO", "CS_MSOA", "CS_MSOB"
_FINISH_ON, _FINISH_FROM, _FINISH_BY = "CS_MEO", "CS_MEOA", "CS_MEOB"
_MUST_START, _MUST_FINISH, _LATE = "CS_MANDSTART", "CS_MANDFIN", "CS_ALAP"


def read_activity(row: Row, key: Key, calendar: str, findings: Findings) -> Task | None:
    """An activity; None, with a finding, for spans and for what has no readable duration."""
    name = row["task_name"] or key.id
    kind = row["task_type"]
    if kind in _SPANS:
        findings.add("plan_hammock", id=key.id, name=name)
        return None
    task = Task(
        key, name, 0, calendar, start=_first(row, "act_start_date", "early_start_date", "target_start_date")
    )
    task.finish = _first(row, "act_end_date", "early_end_date", "target_end_date")
    if kind == START_MILESTONE:
        task.milestone = "start"
    elif kind != FINISH_MILESTONE and not _work(task, row, findings):
        return None
    _progress(task, row, findings)
    for one, other in (("cstr_type", "cstr_date"), ("cstr_type2", "cstr_date2")):
        if row[one]:
            _constrain(task, row, row[one], row[other], findings)
    task.not_before(moment(row["external_early_start_date"]))
    if due := moment(row["external_late_end_date"]):
        task.ends_by(due, hard=False)
    for column in ("expect_end_date", "suspend_date", "resume_date"):
        if row[column] and not task.actual_finish:
            findings.add("constraint_unread", id=key.id, element=column, value=row[column])
    return task


def _first(row: Row, *columns: str) -> datetime | None:
    return next((when for column in columns if (when := moment(row[column]))), None)


def _work(task: Task, row: Row, findings: Findings) -> bool:
    """Duration at completion of an activity: what remains of one that has not begun."""
    columns = ("target_drtn_hr_cnt", "remain_drtn_hr_cnt")
    if row["status_code"] == "TK_NotStart":
        columns = columns[::-1]
    for column in columns:
        work = minutes(row[column])
        if work is not None and work >= 0:
            task.minutes = work
            return True
    value = row[columns[0]] or "-"
    findings.add("activity_unreadable", id=task.key.id, element=columns[0], value=value)
    return False


def _progress(task: Task, row: Row, findings: Findings) -> None:
    status = row["status_code"]
    if status not in ("TK_Active", "TK_Complete"):
        return
    task.actual_start = moment(row["act_start_date"])
    task.actual_finish = moment(row["act_end_date"]) if status == "TK_Complete" else None
    if (task.actual_start or task.actual_finish) is None or (
        status == "TK_Complete" and not task.actual_finish
    ):
        findings.add("plan_no_actual", id=task.key.id, name=task.name)
        task.actual_start = task.actual_start or task.start
        task.actual_finish = task.finish if status == "TK_Complete" else None
    if status == "TK_Active" and task.minutes:
        task.remaining = minutes(row["remain_drtn_hr_cnt"])
        if task.remaining == 0:
            findings.add("plan_nothing_left", id=task.key.id, name=task.name)


def _constrain(task: Task, row: Row, kind: str, date: str, findings: Findings) -> None:
    """Add a constraint. What P6 lets logic break is a soft deadline, what is mandatory a hard one."""
    if kind == _LATE:
        if task.start and not task.actual_start:
            task.not_before(task.start)
            findings.add("plan_alap", id=task.key.id, name=task.name, date=shown(task.start))
        return
    when = moment(date)
    if when is None or kind not in _KINDS:
        findings.add("constraint_unread", id=task.key.id, element=kind, value=date or "-")
        return
    if kind in (_START_ON, _START_FROM, _MUST_START):
        task.not_before(when)
    if kind in (_START_ON, _START_BY, _MUST_START):
        task.start_by = when
    if kind in (_FINISH_ON, _FINISH_FROM, _MUST_FINISH):
        task.finish_from = when
    if kind in (_FINISH_ON, _FINISH_BY, _MUST_FINISH):
        task.ends_by(when, hard=kind == _MUST_FINISH)


_KINDS = (_START_ON, _START_FROM, _START_BY, _FINISH_ON, _FINISH_FROM, _FINISH_BY, _MUST_START, _MUST_FINISH)
