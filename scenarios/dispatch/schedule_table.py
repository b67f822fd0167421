"""The schedule table (时间表): one row a project, its key nodes side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scenarios.results import Node, ProjectResult

Stop: TypeAlias = Literal["permits", "start", "topped_out", "completion", "production"]
"""施工许可, 实质性开工, 主体封顶, 竣工, 投产."""

_TOPPED_OUT = "F3"
_STOPS: dict[Stop, Callable[[Node], bool]] = {
    "permits": lambda node: node.kind == "permit",
    "start": lambda node: node.kind == "start",
    "topped_out": lambda node: node.node == _TOPPED_OUT,
    "completion": lambda node: node.kind == "completion",
    "production": lambda node: node.kind == "production",
}
_FIRST: tuple[Stop, ...] = ("start", "production")
"""Reached with the first of their nodes (full effect comes after production); the others with the last."""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A project and the nodes that the table shows.

    Attributes
    ----------
    stops : dict of Stop to Node or None
        None where the project's plan has no such node.
    """

    project: ProjectResult
    stops: dict[Stop, Node | None]


def schedule_table(projects: Iterable[ProjectResult]) -> tuple[ScheduleRow, ...]:
    """Key nodes of projects: permits, start, topping out, completion, production.

    Examples
    --------
    >>> from scenarios.forecast import forecast
    >>> from scenarios.load import load_scenario
    >>> quick = load_scenario("district-1bn").model_copy(update={"replications": 20})
    >>> rows = schedule_table(forecast(quick).projects)
    >>> [node and node.node for node in rows[0].stops.values()]
    ['E2', 'F0', None, None, None]
    """
    return tuple(
        ScheduleRow(project, {stop: _stop(project, stop) for stop in _STOPS}) for project in projects
    )


def _stop(project: ProjectResult, stop: Stop) -> Node | None:
    found = [node for node in project.nodes if _STOPS[stop](node)]
    if not found:
        return None
    return (min if stop in _FIRST else max)(found, key=lambda node: node.shown.finish)
