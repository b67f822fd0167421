"""Gantt charts of a forecast: a row a project, then a row a node."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from matplotlib.figure import Figure

from scenarios.charts.book import Book, Paper
from scenarios.charts.files import save
from scenarios.charts.fonts import Typeface
from scenarios.charts.rows import node_rows, portfolio_rows
from scenarios.charts.table import Column, Table
from scenarios.results import Forecast
from scheduling.errors import InputError

Nodes: TypeAlias = Literal["none", "key", "all"]

_PORTFOLIO_LEFT = (
    Column("chart_number", 24.0, align="right"),
    Column("project", 200.0, size=8.5, stretch=True),
    Column("responsible", 110.0),
    Column("deadline", 60.0),
)
_PORTFOLIO_RIGHT = (
    Column("on_time", 90.0, light=True),
    Column("p80", 60.0),
    Column("cause", 110.0, stretch=True),
)
_NODE_LEFT = (
    Column("node", 180.0, size=8.0, stretch=True),
    Column("department", 110.0),
    Column("start", 60.0),
    Column("finish", 60.0),
    Column("deadline", 60.0),
)
_NODE_RIGHT = (
    Column("on_time", 90.0, light=True),
    Column("p80", 60.0),
    Column("total_float", 40.0, align="right"),
    Column("cause", 110.0, stretch=True),
)


def gantt(
    forecast: Forecast,
    path: Path | None = None,
    *,
    project: str | None = None,
    nodes: Nodes | None = None,
    lang: str = "zh",
    paper: Paper | None = None,
) -> tuple[Figure, ...]:
    """Draw a portfolio and its nodes, or one project.

    Parameters
    ----------
    forecast : Forecast
    path : Path, optional
        File to write, ``.png``, ``.svg`` or ``.pdf``.
    project : str, optional
        Id of the one project to draw; by default the portfolio comes first and then every project.
    nodes : {"key", "all", "none"}, optional
        Key nodes and nodes with a deadline (default for a portfolio), every node (default for one project),
        or the portfolio only.
    lang : {"zh", "en"}
        English is used where no Chinese font is found, with a warning.
    paper : {"one", "A3"}, optional
        One tall picture, or landscape A3 pages with repeated headings (default for ``.pdf``).

    Returns
    -------
    tuple of Figure
        One figure a page.

    Raises
    ------
    InputError
        When no project has the id, or the file has another suffix.

    Warns
    -----
    MissingFontWarning
        When the fonts of this machine lack characters of the texts.
    """
    names = [result.id for result in forecast.projects]
    if project is not None and project not in names:
        raise InputError(f"chart: no project {project!r}. Use one of: {', '.join(names)}.")
    pdf = path is not None and path.suffix.lower() == ".pdf"
    figures = draw_gantt(
        forecast,
        Typeface(lang),
        project,
        nodes or ("all" if project else "key"),
        paper or ("A3" if pdf else "one"),
    )
    if path is not None:
        save(figures, path)
    return figures


def draw_gantt(
    forecast: Forecast, face: Typeface, project: str | None, nodes: Nodes, paper: Paper
) -> tuple[Figure, ...]:
    """Draw :func:`gantt` with a typeface at hand, so that several charts warn once."""
    tables = []
    if project is None:
        tables.append(
            Table("chart_portfolio", _PORTFOLIO_LEFT, _PORTFOLIO_RIGHT, portfolio_rows(forecast, face))
        )
    if project is not None or nodes != "none":
        key_only = nodes == "key"
        title = "chart_key_nodes" if key_only else "chart_all_nodes"
        rows = node_rows(forecast, face, project, key_only)
        tables.append(Table(title, _NODE_LEFT, _NODE_RIGHT, rows))
    return Book(forecast, face, tuple(table.without_empty_columns() for table in tables)).pages(paper)
