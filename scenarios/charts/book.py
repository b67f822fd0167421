"""Pages of a Gantt chart: tables cut to the paper, their bars at the same place throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from matplotlib.figure import Figure

from scenarios.charts.fonts import Typeface
from scenarios.charts.furniture import BAR_LEGEND, MARGIN, draw_footer, draw_legend, draw_title, footer_height
from scenarios.charts.rows import Row
from scenarios.charts.sheet import A3, MUTED, Sheet
from scenarios.charts.table import (
    GAP,
    HEADER,
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

Paper: TypeAlias = Literal["one", "A3"]

MOST_ROWS: Final = 1000
"""Rows of a table in one tall picture; readers and printers give up beyond."""

_SECTION: Final = 22.0
_HEAD: Final = _SECTION + HEADER
_LEAST_BARS: Final = 420.0
_BETWEEN_HEADERS: Final = 800.0
_MORE: Final = 16.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows of one table that stand below one header, with their heights; `more` rows are left out."""

    table: int
    rows: tuple[tuple[Row, float], ...]
    continued: bool = False
    more: int = 0

    @property
    def height(self) -> float:
        return _HEAD + sum(height for _, height in self.rows) + (_MORE if self.more else 0.0)


class Book:
    """Tables of a forecast over one page or more.

    Parameters
    ----------
    forecast : Forecast
    face : Typeface
    tables : tuple of Table
        At least one.
    """

    def __init__(self, forecast: Forecast, face: Typeface, tables: tuple[Table, ...]) -> None:
        self._forecast, self._face, self._tables = forecast, face, tables
        self._width, self._grids = self._lay_out()
        self._top = self._draw_top(Sheet(self._width, A3[1], face))
        self._bottom = footer_height(forecast, face, self._width - 2 * MARGIN) + MARGIN

    def _lay_out(self) -> tuple[float, tuple[Grid, ...]]:
        """The common place of the bars, and the columns of every table."""
        lefts = [table.left_widths(self._face) for table in self._tables]
        rights = [table.right_widths(self._face) for table in self._tables]
        left = max(sum(widths) + GAP * len(widths) for widths in lefts)
        right = max(sum(widths) + GAP * len(widths) for widths in rights)
        width = max(A3[0], 2 * MARGIN + left + right + _LEAST_BARS)
        rows = (row for table in self._tables for row in table.rows)
        days = [self._forecast.data_date, *(day for row in rows for day in row.days())]
        scale = TimeScale.over(days, MARGIN + left, width - MARGIN - right)
        grids = tuple(
            Grid(place(table.left, a, MARGIN, left), place(table.right, b, scale.right + GAP, right), scale)
            for table, a, b in zip(self._tables, lefts, rights, strict=True)
        )
        return width, grids

    def pages(self, paper: Paper) -> tuple[Figure, ...]:
        """One tall page, or A3 pages (or larger, of the same form, where the columns are wider)."""
        if paper == "one":
            pieces = [piece for i in range(len(self._tables)) for piece in self._sections(i)]
            height = self._top + self._bottom + sum(piece.height for piece in pieces)
            return (self._page(pieces, height, ""),)
        height = A3[1] * self._width / A3[0]
        room = height - self._top - self._bottom - _HEAD
        pages = [piece for i in range(len(self._tables)) for piece in self._cut(i, room)]
        return tuple(
            self._page([page], height, self._face.say("chart_page", page=i, pages=len(pages)))
            for i, page in enumerate(pages, start=1)
        )

    def _measured(self, index: int, most: int | None = None) -> list[tuple[Row, float]]:
        table, grid = self._tables[index], self._grids[index]
        return [(row, row_height(table, row, grid, self._face)) for row in table.rows[:most]]

    def _sections(self, index: int) -> list[_Piece]:
        """Cut a table of a tall picture, between projects only, so that the dates stand never far away."""
        rows = self._measured(index, MOST_ROWS)
        total = sum(height for _, height in rows)
        room = total / max(1, round(total / _BETWEEN_HEADERS))
        pieces: list[list[tuple[Row, float]]] = [[]]
        for row, height in rows:
            if row.kind != "node" and sum(height for _, height in pieces[-1]) >= room:
                pieces.append([])
            pieces[-1].append((row, height))
        last = len(pieces) - 1
        more = len(self._tables[index].rows) - len(rows)
        return [
            _Piece(index, tuple(piece), i > 0, more if i == last else 0) for i, piece in enumerate(pieces)
        ]

    def _cut(self, index: int, room: float) -> list[_Piece]:
        """Cut a table to pages; a project cut in two repeats its heading."""
        rows = self._measured(index)
        pieces: list[list[tuple[Row, float]]] = [[]]
        left = room
        heading: tuple[Row, float] | None = None
        for i, (row, height) in enumerate(rows):
            # A heading never stands alone at the foot of a page.
            follows = rows[i + 1][1] if row.kind == "heading" and i + 1 < len(rows) else 0.0
            if pieces[-1] and height + follows > left:
                repeated = [heading] if heading and row.kind == "node" else []
                pieces.append([*repeated])
                left = room - sum(height for _, height in repeated)
            pieces[-1].append((row, height))
            left -= height
            heading = (row, height) if row.kind == "heading" else heading
        return [_Piece(index, tuple(piece), i > 0) for i, piece in enumerate(pieces)]

    def _draw_top(self, sheet: Sheet) -> float:
        name = self._face.label(self._forecast.title, self._forecast.name)
        title = self._face.say("chart_title", title=name)
        return draw_legend(sheet, draw_title(sheet, self._forecast, title) + 2.0, BAR_LEGEND) + 4.0

    def _page(self, pieces: Sequence[_Piece], height: float, number: str) -> Figure:
        sheet = Sheet(self._width, height, self._face)
        y = self._draw_top(sheet)
        for piece in pieces:
            self._draw_piece(sheet, piece, y)
            y += piece.height
        draw_footer(sheet, self._forecast, number)
        return sheet.figure

    def _draw_piece(self, sheet: Sheet, piece: _Piece, top: float) -> None:
        table, grid = self._tables[piece.table], self._grids[piece.table]
        data_date = self._forecast.data_date
        title = self._face.say(table.title)
        if piece.continued:
            title = self._face.say("chart_continued", title=title)
        sheet.text(MARGIN, top + _SECTION / 2 + 2.0, title, 11.0, bold=True, role="section")
        draw_header(sheet, table, grid, data_date, top + _SECTION)
        begin = y = top + _HEAD
        odd = False
        for row, height in piece.rows:
            odd = not odd and row.kind != "heading"
            draw_row(sheet, table, row, grid, data_date, (y, height), odd)
            y += height
        grid.scale.draw_grid(sheet, begin, y)
        draw_data_date(sheet, grid.scale, data_date, begin, y)
        if piece.more:
            more = self._face.say("chart_more_rows", count=piece.more)
            sheet.text(MARGIN, y + _MORE / 2, more, 8.0, color=MUTED, bold=True, role="footer")
