"""What a status takes back or moves against the one before: facts that vanish, dates that change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scenarios.fields import day_of
from scenarios.messages import label
from scenarios.schema import Label, Project, Scenario

Severity: TypeAlias = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Attributes
    ----------
    severity : str
        ``error``: a fact was withdrawn; ``warning``: one has changed; ``note``: a promise has changed.
    what : Label
        In a sentence.
    """

    severity: Severity
    project: str
    name: Label
    what: Label


def findings(previous: Scenario, now: Scenario) -> tuple[Finding, ...]:
    """Everything that a later status contradicts, project by project.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> base = load_scenario("district-1bn")
    >>> findings(base, base)
    ()
    """
    found: list[Finding] = []
    later = {project.id: project for project in now.projects}
    for project in previous.projects:
        if project.id not in later:
            found.append(Finding("warning", project.id, project.name, label("status_project_gone")))
            continue
        for severity, what in _changed(project, later[project.id]):
            found.append(Finding(severity, project.id, project.name, what))
    known = {project.id for project in previous.projects}
    found += [
        Finding("note", project.id, project.name, label("status_project_new"))
        for project in now.projects
        if project.id not in known
    ]
    return tuple(found)


def _changed(before: Project, after: Project) -> Iterator[tuple[Severity, Label]]:
    yield from _progress(before, after)
    for name, item in before.problems.items():
        later = after.problems.get(name)
        if later is None:
            yield "warning", label("status_problem_gone", problem=name)
        elif item.closed and not later.closed:
            yield "warning", label("status_problem_reopened", problem=name, date=item.closed)
    for key in ("evidence", "claims", "checks"):
        gone = len(set(getattr(before, key)) - set(getattr(after, key)))
        if gone:
            yield "warning", label(f"status_{key}_gone", count=gone)
    for name, hold in before.holds.items():
        hold_now = after.holds.get(name)
        if hold_now is None:
            yield "warning", label("status_hold_gone", hold=name)
        elif hold.cleared and not hold_now.cleared:
            yield "warning", label("status_hold_again", hold=name)
    if before.investment and after.investment:
        done, left = before.investment.completed, after.investment.completed
        if left < done:
            yield "error", label("status_money_falls", before=f"{done:g}", after=f"{left:g}")
    lines = {line.node: line.date for line in after.deadlines}
    for line in before.deadlines:
        if line.node not in lines:
            yield "note", label("status_deadline_gone", node=line.node, date=line.date)
        elif lines[line.node] != line.date:
            yield (
                "note",
                label("status_deadline_moved", node=line.node, before=line.date, after=lines[line.node]),
            )


def _progress(before: Project, after: Project) -> Iterator[tuple[Severity, Label]]:
    for name, item in before.progress.items():
        later = after.progress.get(name)
        if item.finish is None:
            if later is None and name not in {each.node for each in after.current}:
                yield "warning", label("status_progress_gone", node=name)
            elif later and item.start and later.start and day_of(item.start) != day_of(later.start):
                yield (
                    "warning",
                    label("status_start_moved", node=name, before=item.start, after=later.start),
                )
            elif later and item.remaining and (later.remaining or 0) > item.remaining:
                yield (
                    "note",
                    label("status_more_left", node=name, before=item.remaining, after=later.remaining),
                )
        elif later is None or later.finish is None:
            yield "error", label("status_finish_withdrawn", node=name, date=item.finish)
        elif day_of(later.finish) != day_of(item.finish):
            yield "warning", label("status_finish_moved", node=name, before=item.finish, after=later.finish)
