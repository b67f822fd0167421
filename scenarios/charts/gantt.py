"""Gantt charts of a forecast: a row a project, then a row a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from matplotlib.figure import Figure

from scenarios.charts.fonts import Typeface
from scenarios.charts.furniture import MARGIN, draw_footer, draw_legend, draw_title, footer_height
from scenarios.charts.rows import Row, node_rows, portfolio_rows
from scenarios.charts.sheet import A3, Sheet
from scenarios.charts.table import (
    GAP,
    HEADER,
    Column,
    Grid,
    Table,
    draw_data_date,
    draw_header,
    draw_row,
    place,
    row_height,
)
from scenarios.charts.timescale import TimeScale
from scenarios.results import Forecast
from scheduling.errors import InputError

Nodes: TypeAlias = Literal["none", "key", "all"]
Paper: TypeAlias = Literal["one", "A3"]

MOST_ROWS: Final = 800
"""Rows in one tall picture; readers and printers give up beyond."""

_SECTION: Final = 22.0
_LEAST_BARS: Final = 420.0

_PORTFOLIO_LEFT = (
    Column("chart_number", 24.0, align="right"),
    Column("project", 200.0, size=8.5),
    Column("responsible", 110.0),
    Column("deadline", 60.0),
)
_PORTFOLIO_RIGHT = (
    Column("on_time", 90.0, light=True),
    Column("p80", 60.0),
    Column("cause", 110.0),
)
_NODE_LEFT = (
    Column("node", 180.0, size=8.0),
    Column("department", 110.0),
    Column("start", 60.0),
    Column("finish", 60.0),
    Column("deadline", 60.0),
)
_NODE_RIGHT = (
    Column("on_time", 90.0, light=True),
    Column("p80", 60.0),
    Column("total_float", 40.0, align="right"),
)


def gantt(
    forecast: Forecast,
    *,
    project: str | None = None,
    nodes: Nodes = "key",
    lang: str = "zh",
    paper: Paper = "one",
) -> tuple[Figure, ...]:
    """Draw a portfolio and its nodes, or one project.

    Parameters
    ----------
    forecast : Forecast
    project : str, optional
        Id of the one project to draw; by default the portfolio comes first and then every project.
    nodes : {"key", "all", "none"}
        Key nodes and nodes with a deadline, every node, or the portfolio only.
    lang : {"zh", "en"}
        English is used where no Chinese font is found, with a warning.
    paper : {"one", "A3"}
        One tall picture, or landscape A3 pages with repeated headings.

    Returns
    -------
    tuple of Figure
        One figure a page.

    Raises
    ------
    InputError
        When no project has the id.

    Warns
    -----
    MissingFontWarning
        When the fonts of this machine lack characters of the texts.
    """
    names = [result.id for result in forecast.projects]
    if project is not None and project not in names:
        raise InputError(f"chart: no project {project!r}. Use one of: {', '.join(names)}.")
    return draw_gantt(forecast, Typeface(lang), project, nodes, paper)


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
    return _Book(forecast, face, tuple(tables)).pages(paper)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows of one table on one page, with their heights."""

    table: int
    rows: tuple[tuple[Row, float], ...]

    @property
    def height(self) -> float:
        return _SECTION + HEADER + sum(height for _, height in self.rows)


class _Book:
    """Tables of a forecast laid out over pages; the bars of all tables stand at the same place."""

    def __init__(self, forecast: Forecast, face: Typeface, tables: tuple[Table, ...]) -> None:
        self.forecast, self.face, self.tables = forecast, face, tables
        self.width, self.grids = self._lay_out()
        self.top = self._draw_top(Sheet(self.width, A3[1], face))
        self.bottom = footer_height(forecast, face, self.width - 2 * MARGIN) + MARGIN

    def _lay_out(self) -> tuple[float, tuple[Grid, ...]]:
        """The common place of the bars, and the columns of every table."""
        lefts = [table.left_widths(self.face) for table in self.tables]
        rights = [table.right_widths(self.face) for table in self.tables]
        left = max(sum(widths) + GAP * len(widths) for widths in lefts)
        right = max(sum(widths) + GAP * len(widths) for widths in rights)
        width = max(A3[0], 2 * MARGIN + left + right + _LEAST_BARS)
        days = [
            self.forecast.data_date,
            *(d for table in self.tables for row in table.rows for d in row.days()),
        ]
        scale = TimeScale.over(days, MARGIN + left, width - MARGIN - right)
        grids = tuple(
            Grid(place(_stretched(a, left), MARGIN), place(b, scale.right + GAP), scale)
            for a, b in zip(lefts, rights, strict=True)
        )
        return width, grids

    def pages(self, paper: Paper) -> tuple[Figure, ...]:
        pieces = [self._piece(i) for i in range(len(self.tables))]
        if paper == "one":
            height = self.top + self.bottom + sum(piece.height for piece in pieces)
            return (self._page(pieces, height, ""),)
        pages = self._paginate(pieces, A3[1] * self.width / A3[0] - self.top - self.bottom)
        height = A3[1] * self.width / A3[0]
        return tuple(
            self._page(page, height, self.face.say("chart_page", page=i, pages=len(pages)))
            for i, page in enumerate(pages, start=1)
        )

    def _piece(self, index: int) -> _Piece:
        table, grid = self.tables[index], self.grids[index]
        return _Piece(index, tuple((row, row_height(table, row, grid, self.face)) for row in table.rows))

    def _paginate(self, pieces: Sequence[_Piece], room: float) -> list[list[_Piece]]:
        """Cut tables into pages: each starts a page, and a project cut in two repeats its heading."""
        pages: list[list[_Piece]] = []
        for piece in pieces:
            rows: list[tuple[Row, float]] = []
            left = room - _SECTION - HEADER
            heading: tuple[Row, float] | None = None
            for i, (row, height) in enumerate(piece.rows):
                following = piece.rows[i + 1][1] if row.kind == "heading" and i + 1 < len(piece.rows) else 0.0
                if rows and height + following > left:
                    pages.append([_Piece(piece.table, tuple(rows))])
                    rows, left = [], room - _SECTION - HEADER
                    if heading is not None and row.kind == "node":
                        rows, left = [heading], left - heading[1]
                rows.append((row, height))
                left -= height
                heading = (row, height) if row.kind == "heading" else heading
            pages.append([_Piece(piece.table, tuple(rows))])
        return pages

    def _draw_top(self, sheet: Sheet) -> float:
        title = self.face.say("chart_title", title=self.face.label(self.forecast.title, self.forecast.name))
        return draw_legend(sheet, draw_title(sheet, self.forecast, title) + 2.0) + 4.0

    def _page(self, pieces: Sequence[_Piece], height: float, number: str) -> Figure:
        sheet = Sheet(self.width, height, self.face)
        y = self._draw_top(sheet)
        for piece in pieces:
            y = self._draw_piece(sheet, piece, y)
        draw_footer(sheet, self.forecast, number)
        return sheet.figure

    def _draw_piece(self, sheet: Sheet, piece: _Piece, top: float) -> float:
        table, grid = self.tables[piece.table], self.grids[piece.table]
        data_date = self.forecast.data_date
        sheet.text(
            MARGIN, top + _SECTION / 2 + 2.0, self.face.say(table.title), 11.0, bold=True, role="section"
        )
        draw_header(sheet, table, grid, data_date, top + _SECTION)
        begin = y = top + _SECTION + HEADER
        odd = False
        for row, height in piece.rows:
            odd = not odd and row.kind != "heading"
            draw_row(sheet, table, row, grid, y, height, odd)
            y += height
        grid.scale.draw_grid(sheet, begin, y)
        draw_data_date(sheet, grid.scale, data_date, begin, y)
        return y


def _stretched(widths: tuple[float, ...], total: float) -> tuple[float, ...]:
    """Columns that fill a common width: what is left goes to the widest, which holds the names."""
    spare = total - sum(widths) - GAP * len(widths)
    widest = max(range(len(widths)), key=widths.__getitem__)
    return tuple(width + spare if i == widest else width for i, width in enumerate(widths))
