"""Rows of a Gantt chart: what a forecast shows of its projects and nodes, as texts, bars and marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from scenarios.charts.fonts import Typeface
from scenarios.results import Cause, Forecast, Light, Node, ProjectResult, Span
from simulation.statistics import Probability

RowKind: TypeAlias = Literal["project", "heading", "node"]
BarStyle: TypeAlias = Literal["done", "planned", "path", "critical", "project", "span"]
MarkKind: TypeAlias = Literal["milestone", "hard", "soft", "p80"]


@dataclass(frozen=True, slots=True)
class Bar:
    """Work from a first to a last day; ``path`` is on the critical path, ``critical`` has no float either."""

    span: Span
    style: BarStyle


@dataclass(frozen=True, slots=True)
class Mark:
    """A day that matters; `style` colours a milestone, `name` is written where there is room."""

    kind: MarkKind
    day: date
    style: BarStyle = "planned"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart.

    Attributes
    ----------
    kind : str
        ``project`` (portfolio view), ``heading`` of a project's nodes, or ``node``.
    group : str
        Id of the project.
    cells, right : tuple of str
        Texts left and right of the bars, one a column.
    tail : tuple of date or None
        Float: from the day of the finish to the latest one.
    """

    kind: RowKind
    group: str
    cells: tuple[str, ...]
    right: tuple[str, ...]
    light: Light | None
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    tail: tuple[date, date] | None = None

    def days(self) -> Iterator[date]:
        """Every day the row draws."""
        for bar in self.bars:
            yield from (bar.span.start, bar.span.finish)
        yield from (mark.day for mark in self.marks)
        yield from self.tail or ()


def portfolio_rows(forecast: Forecast, face: Typeface) -> tuple[Row, ...]:
    """A row a project, with its key nodes as marks."""
    numbered = enumerate(forecast.projects, start=1)
    return tuple(_project_row(number, project, forecast.data_date, face) for number, project in numbered)


def node_rows(forecast: Forecast, face: Typeface, project: str | None, key_only: bool) -> tuple[Row, ...]:
    """A heading a project, then a row a node."""
    rows: list[Row] = []
    for result in forecast.projects:
        if project is not None and result.id != project:
            continue
        nodes = [node for node in result.nodes if node.key or node.deadline or not key_only]
        rows.append(_heading(result, face))
        path = frozenset(result.critical_path)
        rows.extend(_node_row(node, node.id in path, forecast.data_date, face) for node in nodes)
    return tuple(rows)


def _project_row(number: int, project: ProjectResult, data_date: date, face: Typeface) -> Row:
    last = last_deadline(project)
    key = [node for node in project.nodes if node.key or node.milestone or node.deadline]
    path = frozenset(project.critical_path)
    marks = [
        mark for node in key for mark in (*_deadline_mark(node), _node_mark(node, node.id in path, face))
    ]
    if last and last.p80 and last.state != "done":
        marks.append(Mark("p80", last.p80))
    return Row(
        kind="project",
        group=project.id,
        cells=(
            str(number),
            face.label(project.name, project.id),
            face.clean(project.responsible_unit or project.lead_unit or ""),
            _iso(last.deadline if last else None),
        ),
        right=(
            percent(project.on_time),
            _iso(last.p80 if last else None),
            _cause(project.causes[0] if project.causes else None, face),
        ),
        light=project.light,
        bars=_span_bars(project, data_date),
        marks=tuple(marks),
    )


def _heading(project: ProjectResult, face: Typeface) -> Row:
    span = _whole(project.nodes)
    last = last_deadline(project)
    return Row(
        kind="heading",
        group=project.id,
        cells=(
            face.label(project.name, project.id),
            face.clean(project.responsible_unit or project.lead_unit or ""),
            _iso(span.start if span else None),
            _iso(span.finish if span else None),
            _iso(last.deadline if last else None),
        ),
        right=(
            percent(project.on_time),
            _iso(last.p80 if last else None),
            "",
            _cause(project.causes[0] if project.causes else None, face),
        ),
        light=project.light,
        bars=(Bar(span, "span"),) if span else (),
        marks=(),
    )


def _node_row(node: Node, on_path: bool, data_date: date, face: Typeface) -> Row:
    shown = node.shown
    open_ = node.state != "done"
    marks = [*_deadline_mark(node)]
    if node.milestone:
        marks.append(Mark("milestone", shown.finish, _style(node, on_path)))
    if open_ and node.p80:
        marks.append(Mark("p80", node.p80))
    spare = open_ and node.latest is not None and node.latest.finish > shown.finish
    return Row(
        kind="node",
        group=node.project,
        cells=(
            face.label(node.name, node.node),
            face.label(node.department, "") if node.department else "",
            "" if node.milestone else _iso(shown.start),
            _iso(shown.finish),
            _iso(node.deadline),
        ),
        right=(
            percent(node.on_time) if open_ else "",
            _iso(node.p80) if open_ else "",
            str(node.total_float) if node.total_float is not None and open_ else "",
            _cause(node.cause, face) if open_ else "",
        ),
        light=node.light if open_ else None,
        bars=() if node.milestone else _node_bars(node, on_path, data_date),
        marks=tuple(marks),
        tail=(shown.finish, node.latest.finish) if spare and node.latest else None,
    )


def _node_bars(node: Node, on_path: bool, data_date: date) -> tuple[Bar, ...]:
    shown = node.shown
    if node.state != "in_progress":
        return (Bar(shown, _style(node, on_path)),)
    began = min(node.actual_start or shown.start, data_date)
    finish = max(shown.finish, data_date)
    return (Bar(Span(began, finish), _style(node, on_path)), Bar(Span(began, data_date), "done"))


def _span_bars(project: ProjectResult, data_date: date) -> tuple[Bar, ...]:
    """The whole project, and the part that lies before the data date."""
    span = _whole(project.nodes)
    if span is None:
        return ()
    begun = any(node.state != "open" for node in project.nodes)
    whole = Bar(span, "project")
    if not begun or span.start > data_date:
        return (whole,)
    return (whole, Bar(Span(span.start, min(span.finish, data_date)), "done"))


def _whole(nodes: tuple[Node, ...]) -> Span | None:
    if not nodes:
        return None
    starts = [node.actual_start or node.shown.start for node in nodes]
    return Span(min(starts), max(node.shown.finish for node in nodes))


def last_deadline(project: ProjectResult) -> Node | None:
    """The unfinished node with the last deadline, else the last of all; None where no node has a deadline."""
    dated = [node for node in project.nodes if node.deadline is not None]
    open_ = [node for node in dated if node.state != "done"]
    return max(open_ or dated, key=lambda node: node.deadline or date.min, default=None)


def _node_mark(node: Node, on_path: bool, face: Typeface) -> Mark:
    return Mark("milestone", node.shown.finish, _style(node, on_path), face.label(node.name, node.node))


def _deadline_mark(node: Node) -> tuple[Mark, ...]:
    return (Mark("hard" if node.hard else "soft", node.deadline),) if node.deadline else ()


def _style(node: Node, on_path: bool) -> BarStyle:
    if node.state == "done":
        return "done"
    if node.critical:
        return "critical"
    return "path" if on_path else "planned"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def percent(probability: Probability | None) -> str:
    """A probability and its interval in percent."""
    return probability.percent() if probability else ""


def _cause(cause: Cause | None, face: Typeface) -> str:
    if cause is None:
        return ""
    return face.say("cause_gain", name=face.label(cause.label, cause.id), gain=cause.points())
