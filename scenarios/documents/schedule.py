"""The schedule table (时间表) in a document."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.dispatch.schedule_table import schedule_table
from scenarios.documents.model import Cell, Marked, Table, table
from scenarios.results import Node, ProjectResult


def key_date(node: Node | None) -> Cell:
    """When a node was or is planned to be reached, with its light; nothing where the plan has none."""
    if node is None:
        return None
    if node.state == "done":
        return Marked("done", node.shown.finish)
    return Marked(node.light, node.shown.finish) if node.light else node.shown.finish


def schedule_block(projects: Iterable[ProjectResult], lang: str) -> Table:
    """One row a project: light, permits, start, topping out, completion, production."""
    rows = schedule_table(projects)
    stops = [f"stop_{stop}" for stop in rows[0].stops] if rows else []
    return table(
        ["project", "light", *stops],
        [
            (
                row.project.name.text(lang),
                Marked(row.project.light) if row.project.light else None,
                *map(key_date, row.stops.values()),
            )
            for row in rows
        ],
        lang,
    )
