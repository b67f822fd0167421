"""The tables of a report, each defined once for the terminal, CSV and the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TypeAlias

from scenarios.messages import catalogue, say
from scenarios.reports.table import Cell, Column, Definition, Kind, Share, Table
from scenarios.results import (
    Cause,
    DueItem,
    Forecast,
    InvestmentView,
    Node,
    ProjectResult,
    QuotaResult,
    Span,
)
from scenarios.schema import Label

DUE_DAYS = 28
"""How many days ahead the table of due items looks, the data date included."""


# -- cells ------------------------------------------------------------------------------------------------
def _text(label: Label | None, lang: str) -> str | None:
    return label.text(lang) if label else None


def _mark(value: bool, lang: str) -> str | None:
    return say("yes", lang) if value else None


def _start(span: Span | None) -> date | None:
    return span.start if span else None


def _finish(span: Span | None) -> date | None:
    return span.finish if span else None


def cause_text(cause: Cause | None, lang: str) -> str | None:
    """A cause with what it costs in percentage points, no finer than its standard error."""
    if cause is None:
        return None
    return say("cause_gain", lang, name=cause.label.text(lang), gain=cause.points())


def sector_text(sector: str | None, lang: str) -> str:
    """A sector's name; one that the catalogue does not know speaks for itself."""
    if sector is None:
        return say("all_sectors", lang)
    known = catalogue().get(f"sector_{sector}")
    return known.text(lang) if known else sector


# -- nodes ------------------------------------------------------------------------------------------------
NodeRow: TypeAlias = tuple[ProjectResult, Node]


def _nodes(forecast: Forecast) -> Iterable[NodeRow]:
    return ((project, node) for project in forecast.projects for node in project.nodes)


def _key_nodes(forecast: Forecast) -> Iterable[NodeRow]:
    return (row for row in _nodes(forecast) if row[1].key or row[1].deadline)


def _of_node(key: str, kind: Kind, cell: Callable[[Node, str], Cell]) -> Column[NodeRow]:
    return Column(key, kind, lambda row, lang: cell(row[1], lang))


_WHOSE: tuple[Column[NodeRow], ...] = (
    Column("project_id", "text", lambda row, lang: row[0].id),
    Column("project", "text", lambda row, lang: row[0].name.text(lang)),
    _of_node("node_id", "text", lambda node, lang: node.node),
    _of_node("node", "text", lambda node, lang: node.name.text(lang)),
    _of_node("department", "text", lambda node, lang: _text(node.department, lang)),
    _of_node("state", "text", lambda node, lang: say(f"state_{node.state}", lang)),
)
_DEADLINE: tuple[Column[NodeRow], ...] = (
    _of_node("deadline", "date", lambda node, lang: node.deadline),
    _of_node("hard", "text", lambda node, lang: _mark(node.hard, lang)),
    _of_node("on_time", "probability", lambda node, lang: node.on_time),
    _of_node("light", "light", lambda node, lang: node.light),
)
_P80 = _of_node("p80", "date", lambda node, lang: node.p80)
_WHY: tuple[Column[NodeRow], ...] = (
    _of_node("total_float", "number", lambda node, lang: node.total_float),
    _of_node("feeding_buffer", "number", lambda node, lang: node.feeding_buffer),
    _of_node("deadline_buffer", "number", lambda node, lang: node.deadline_buffer),
    _of_node("critical", "text", lambda node, lang: _mark(node.critical, lang)),
    _of_node("cause", "text", lambda node, lang: cause_text(node.cause, lang)),
    _of_node("assumed", "text", lambda node, lang: _mark(node.assumed, lang)),
)

NODES: Definition[NodeRow] = Definition(
    "nodes",
    4,
    _nodes,
    (
        *_WHOSE,
        _of_node("key_node", "text", lambda node, lang: _mark(node.key, lang)),
        _of_node("earliest_start", "date", lambda node, lang: node.earliest.start),
        _of_node("earliest_finish", "date", lambda node, lang: node.earliest.finish),
        _of_node("planned_start", "date", lambda node, lang: _start(node.planned)),
        _of_node("planned_finish", "date", lambda node, lang: _finish(node.planned)),
        _of_node("latest_start", "date", lambda node, lang: _start(node.latest)),
        _of_node("latest_finish", "date", lambda node, lang: _finish(node.latest)),
        _of_node("late_plan_start", "date", lambda node, lang: _start(node.late_plan)),
        _of_node("late_plan_finish", "date", lambda node, lang: _finish(node.late_plan)),
        _of_node("actual_start", "date", lambda node, lang: node.actual_start or _start(node.actual)),
        _of_node("actual_finish", "date", lambda node, lang: _finish(node.actual)),
        *_DEADLINE,
        _of_node("p50", "date", lambda node, lang: node.p50),
        _P80,
        _of_node("p90", "date", lambda node, lang: node.p90),
        *_WHY,
    ),
)

KEY_NODES: Definition[NodeRow] = Definition(
    "key_nodes",
    4,
    _key_nodes,
    (
        *_WHOSE,
        _of_node("earliest", "date", lambda node, lang: node.earliest.finish),
        _of_node("planned", "date", lambda node, lang: _finish(node.planned)),
        _of_node("latest", "date", lambda node, lang: _finish(node.latest)),
        _of_node("late_plan", "date", lambda node, lang: _finish(node.late_plan)),
        _of_node("actual", "date", lambda node, lang: _finish(node.actual)),
        *_DEADLINE,
        _P80,
        *_WHY,
    ),
)


# -- projects ---------------------------------------------------------------------------------------------
def last_deadline(project: ProjectResult) -> Node | None:
    """The node with the latest deadline; the last in the project's order where several share it."""
    bound = [node for node in project.nodes if node.deadline]
    return max(reversed(bound), key=lambda node: node.deadline or date.min, default=None)


def key_done(project: ProjectResult) -> str:
    """Key nodes done, of how many: ``2/7``."""
    states = [node.state for node in project.nodes if node.key]
    return f"{states.count('done')}/{len(states)}"


def _deadline_text(project: ProjectResult, lang: str) -> str | None:
    node = last_deadline(project)
    return f"{node.name.text(lang)} {node.deadline}" if node else None


def _money(project: ProjectResult, amount: Callable[[InvestmentView], float | None]) -> float | None:
    return amount(project.investment) if project.investment else None


def _attainable(project: ProjectResult, lang: str) -> str | None:
    if project.confidence is None:
        return None
    if project.confidence.attainable:
        return say("yes", lang)
    return say("unattainable", lang, reached=project.confidence.reached.percent())


def _p80_of_last(project: ProjectResult) -> date | None:
    node = last_deadline(project)
    return node.p80 if node else None


PROJECTS: Definition[ProjectResult] = Definition(
    "projects",
    2,
    lambda forecast: forecast.projects,
    (
        Column("project_id", "text", lambda project, lang: project.id),
        Column("project", "text", lambda project, lang: project.name.text(lang)),
        Column("light", "light", lambda project, lang: project.light),
        Column("on_time_joint", "probability", lambda project, lang: project.on_time),
        Column("without_cancellation", "probability", lambda project, lang: project.without_cancellation),
        Column(
            "confidence_reached",
            "probability",
            lambda project, lang: project.confidence.reached if project.confidence else None,
        ),
        Column("attainable", "text", _attainable),
        Column("last_deadline", "text", _deadline_text),
        Column("last_p80", "date", lambda project, lang: _p80_of_last(project)),
        Column(
            "cause",
            "text",
            lambda project, lang: cause_text(project.causes[0] if project.causes else None, lang),
        ),
        Column("blocker", "text", lambda project, lang: _text(project.blocker, lang)),
        Column("key_done", "text", lambda project, lang: key_done(project)),
        Column("sector", "text", lambda project, lang: project.sector and sector_text(project.sector, lang)),
        Column("district", "text", lambda project, lang: project.district),
        Column("lead_unit", "text", lambda project, lang: project.lead_unit),
        Column("responsible", "text", lambda project, lang: project.responsible_unit),
        Column("responsible_person", "text", lambda project, lang: project.responsible_person),
        Column("investment_total", "number", lambda project, lang: _money(project, lambda it: it.total)),
        Column("investment_year", "number", lambda project, lang: _money(project, lambda it: it.this_year)),
        Column(
            "investment_completed", "number", lambda project, lang: _money(project, lambda it: it.completed)
        ),
        Column(
            "warnings",
            "text",
            lambda project, lang: "\n".join(warning.text(lang) for warning in project.warnings) or None,
        ),
    ),
)

# -- quotas, due items, causes ----------------------------------------------------------------------------
QUOTAS: Definition[QuotaResult] = Definition(
    "quotas",
    2,
    lambda forecast: forecast.quotas,
    (
        Column("event", "text", lambda quota, lang: say(f"event_{quota.event}", lang)),
        Column("sector", "text", lambda quota, lang: sector_text(quota.sector, lang)),
        Column("target", "number", lambda quota, lang: quota.target),
        Column("reached", "number", lambda quota, lang: quota.reached),
        Column("by", "date", lambda quota, lang: quota.by),
        Column("expected_number", "number", lambda quota, lang: round(quota.expected, 1)),
        Column("quota_met", "probability", lambda quota, lang: quota.met),
        Column("candidates", "number", lambda quota, lang: len(quota.candidates)),
        Column("candidate_ids", "text", lambda quota, lang: ", ".join(quota.candidates) or None),
    ),
)


DueRow: TypeAlias = tuple[ProjectResult, DueItem]


def _due(forecast: Forecast) -> list[DueRow]:
    until = forecast.data_date + timedelta(days=DUE_DAYS)
    projects = {project.id: project for project in forecast.projects}
    items = (item for item in forecast.due if item.by < until)
    ordered = sorted(items, key=lambda item: (item.department.zh, item.by, item.project, item.node))
    return [(projects[item.project], item) for item in ordered]


DUE: Definition[DueRow] = Definition(
    "due",
    1,
    _due,
    (
        Column("department", "text", lambda row, lang: row[1].department.text(lang)),
        Column("by", "date", lambda row, lang: row[1].by),
        Column("action", "text", lambda row, lang: say(f"action_{row[1].action}", lang)),
        Column("node", "text", lambda row, lang: row[1].name.text(lang)),
        Column("project", "text", lambda row, lang: row[0].name.text(lang)),
        Column("latest", "date", lambda row, lang: row[1].latest),
        Column("overdue", "text", lambda row, lang: say("overdue", lang) if row[1].overdue else None),
        Column("responsible", "text", lambda row, lang: row[1].responsible),
        Column("project_id", "text", lambda row, lang: row[1].project),
        Column("node_id", "text", lambda row, lang: row[1].node),
    ),
)

CAUSES: Definition[tuple[ProjectResult, Cause]] = Definition(
    "causes",
    2,
    lambda forecast: ((project, cause) for project in forecast.projects for cause in project.causes),
    (
        Column("project_id", "text", lambda row, lang: row[0].id),
        Column("project", "text", lambda row, lang: row[0].name.text(lang)),
        Column("cause_name", "text", lambda row, lang: row[1].label.text(lang)),
        Column("gain", "share", lambda row, lang: Share(row[1].gain, row[1].decimals)),
        Column("standard_error", "share", lambda row, lang: Share(row[1].standard_error, 3)),
        Column("cause_id", "text", lambda row, lang: row[1].id),
    ),
)


def tables(forecast: Forecast, lang: str) -> tuple[Table, ...]:
    """Every table of a report, in the order in which a workbook shows them.

    A table without rows is among them, so that its absence is never mistaken for a fault.
    """
    return (
        PROJECTS.fill(forecast, lang),
        KEY_NODES.fill(forecast, lang),
        DUE.fill(forecast, lang),
        QUOTAS.fill(forecast, lang),
        CAUSES.fill(forecast, lang),
        NODES.fill(forecast, lang),
    )
