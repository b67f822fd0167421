"""What a dispatch room keeps: nodes that do not exist, dates not known yet, holds that are overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scenarios.catalog import template
from scenarios.checks.context import Context, repeated, unknown
from scenarios.factors import gate_defaults
from scenarios.fields import day_of
from scenarios.problems import Path, Problem
from scenarios.schema import CandidateSpec, Project


def dispatch(context: Context) -> Iterator[Problem]:
    """Every contradiction in evidence, claims, checks, holds, problem lists, rules and reserve."""
    scenario = context.scenario
    for k, project in enumerate(scenario.projects):
        here: Path = ("projects", k)
        yield from _nodes(context, project, here)
        yield from _facts(project, here, day_of(scenario.data_date))
        yield from _holds(project, here, day_of(scenario.data_date))
    for name in scenario.rules.excused:
        if name not in context.every:
            yield Problem(("rules", "excused", name), unknown("project", name, context.every))
    for name, resource in scenario.resources.items():
        if resource.factor is not None and resource.factor not in gate_defaults():
            yield Problem(("resources", name, "factor"), unknown("factor", resource.factor, gate_defaults()))
    yield from repeated("reserve id", ("reserve",), [item.id for item in scenario.reserve], "id")
    for k, item in enumerate(scenario.reserve):
        yield from _candidate(item, ("reserve", k))


def _nodes(context: Context, project: Project, here: Path) -> Iterator[Problem]:
    known = context.nodes[project.id]
    for name, hold in project.holds.items():
        for k, node in enumerate(hold.blocks):
            if node not in known:
                yield Problem((*here, "holds", name, "blocks", k), unknown("node", node, known))
    for name, item in project.problems.items():
        if item.node is not None and item.node not in known:
            yield Problem((*here, "problems", name, "node"), unknown("node", item.node, known))


def _facts(project: Project, here: Path, data_date: date) -> Iterator[Problem]:
    """What has happened lies before the data date."""
    facts: list[tuple[Path, date | None]] = []
    for key in ("evidence", "claims", "checks"):
        facts += [((key, k, "date"), item.date) for k, item in enumerate(getattr(project, key))]
    for key in ("raised", "closed"):
        facts += [(("problems", name, key), getattr(item, key)) for name, item in project.problems.items()]
    for key in ("raised", "cleared"):
        facts += [(("holds", name, key), getattr(item, key)) for name, item in project.holds.items()]
    months = project.investment.months if project.investment else {}
    facts += [(("investment", "months", month), date.fromisoformat(f"{month}-01")) for month in months]
    for path, when in facts:
        if when is not None and when >= data_date:
            message = f"{when} is not before the data date {data_date}; what is known ends the day before"
            yield Problem((*here, *path), f"{message}. Correct it or move the data date")


def _holds(project: Project, here: Path, data_date: date) -> Iterator[Problem]:
    for name, hold in project.holds.items():
        if hold.cleared is None and hold.expected is not None and hold.expected < data_date:
            message = f"should have been cleared on {hold.expected}, before the data date {data_date}"
            path: Path = (*here, "holds", name, "expected")
            yield Problem(path, f"{message}; give the day it was cleared, or a new expected day")


def _candidate(item: CandidateSpec, here: Path) -> Iterator[Problem]:
    steps = template(item.template).steps
    for k, name in enumerate(item.done):
        if name not in steps:
            yield Problem((*here, "done", k), unknown("step", name, steps))
