"""Columns and rows of a Gantt chart on a sheet: measured first, then drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from scenarios.charts.fonts import Typeface
from scenarios.charts.rows import Bar, BarStyle, Mark, Row, RowKind
from scenarios.charts.sheet import (
    CRITICAL,
    CRITICAL_EDGE,
    DATA_DATE,
    DONE,
    GRID,
    HEADING,
    INK,
    MUTED,
    PAPER,
    PLANNED,
    RULE,
    SPAN,
    STRIPE,
    Align,
    Sheet,
)
from scenarios.charts.timescale import PART_HEIGHT, YEAR_HEIGHT, TimeScale

GAP: Final = 9.0
HEADER: Final = YEAR_HEIGHT + PART_HEIGHT + 11.0
_TITLE_SIZE: Final = 7.5
_LIGHT: Final = 10.0
_COLORS: Final[dict[BarStyle, str]] = {
    "done": DONE,
    "planned": PLANNED,
    "path": PLANNED,
    "critical": CRITICAL,
    "project": SPAN,
    "span": INK,
}
_EDGES: Final[dict[BarStyle, str]] = {"path": CRITICAL, "critical": CRITICAL_EDGE}
_LEADING: Final = 1.32


@dataclass(frozen=True, slots=True)
class Column:
    """A column of text.

    Attributes
    ----------
    title : str
        Key of the message catalogue.
    limit : float
        Greatest width in points; longer texts wrap, then end in an ellipsis.
    size : float
        Of the text, in points.
    light : bool
        Whether the row's light stands before the text.
    stretch : bool
        Whether it takes the room that tables above and below need and this one does not.
    """

    title: str
    limit: float
    size: float = 7.5
    align: Align = "left"
    light: bool = False
    stretch: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How rows of a kind are drawn: sizes in points, `label` the room for names of marks below the bar."""

    least: float
    lines: int
    bar: float
    label: float
    bold: bool


LOOKS: Final[dict[RowKind, Look]] = {
    "project": Look(least=25.0, lines=2, bar=7.0, label=8.0, bold=False),
    "heading": Look(least=18.0, lines=2, bar=2.4, label=0.0, bold=True),
    "node": Look(least=14.5, lines=2, bar=8.0, label=0.0, bold=False),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under common columns: a heading, columns left and right of the bars, and the rows."""

    title: str
    left: tuple[Column, ...]
    right: tuple[Column, ...]
    rows: tuple[Row, ...]

    def without_empty_columns(self) -> Table:
        """The same without the columns that no row fills; the stretched ones stay."""
        left = [i for i, c in enumerate(self.left) if c.stretch or any(row.cells[i] for row in self.rows)]
        right = [i for i, c in enumerate(self.right) if c.stretch or any(row.right[i] for row in self.rows)]
        rows = tuple(
            replace(row, cells=tuple(row.cells[i] for i in left), right=tuple(row.right[i] for i in right))
            for row in self.rows
        )
        left_columns = tuple(self.left[i] for i in left)
        return Table(self.title, left_columns, tuple(self.right[i] for i in right), rows)

    def left_widths(self, face: Typeface) -> tuple[float, ...]:
        """Widths of the columns left of the bars, without gaps."""
        return tuple(self._width(column, i, True, face) for i, column in enumerate(self.left))

    def right_widths(self, face: Typeface) -> tuple[float, ...]:
        """Widths of the columns right of the bars, without gaps."""
        return tuple(self._width(column, i, False, face) for i, column in enumerate(self.right))

    def _width(self, column: Column, index: int, left: bool, face: Typeface) -> float:
        texts = ((row.cells if left else row.right)[index] for row in self.rows)
        bolds = (LOOKS[row.kind].bold for row in self.rows)
        widest = max((face.width(t, column.size, b) for t, b in zip(texts, bolds, strict=True)), default=0.0)
        title = face.width(face.say(column.title), _TITLE_SIZE, True)
        return max(title, min(widest, column.limit)) + (_LIGHT if column.light else 0.0)


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the columns of a table and the bars stand on the page.

    Attributes
    ----------
    left, right : tuple of (float, float)
        Position and width of each column, in points.
    scale : TimeScale
    """

    left: tuple[tuple[float, float], ...]
    right: tuple[tuple[float, float], ...]
    scale: TimeScale

    @property
    def edges(self) -> tuple[float, float]:
        """From the first column's left to the last one's right."""
        last, width = self.right[-1]
        return self.left[0][0], last + width


def place(
    columns: Sequence[Column], widths: Sequence[float], start: float, total: float
) -> tuple[tuple[float, float], ...]:
    """Columns side by side from a position, a gap after each, filling a total width."""
    spare = total - sum(widths) - GAP * len(widths)
    placed = []
    for column, width in zip(columns, widths, strict=True):
        placed.append((start, width + (spare if column.stretch else 0.0)))
        start += placed[-1][1] + GAP
    return tuple(placed)


def row_height(table: Table, row: Row, grid: Grid, face: Typeface) -> float:
    """Height of a row: its lines of text, and no less than its bars need."""
    look = LOOKS[row.kind]
    cells = _cells(table, row, grid)
    tallest = max(
        len(_lines(text, column, width, look, face)) * column.size for text, column, _, width in cells
    )
    return max(look.least, tallest * _LEADING + 5.0)


def _cells(table: Table, row: Row, grid: Grid) -> list[tuple[str, Column, float, float]]:
    """Text, column, position and width of every cell of a row."""
    cells = []
    for texts, columns, places in (
        (row.cells, table.left, grid.left),
        (row.right, table.right, grid.right),
    ):
        for text, column, (x, width) in zip(texts, columns, places, strict=True):
            indent = _LIGHT if column.light else 0.0
            cells.append((text, column, x + indent, width - indent))
    return cells


def _lines(text: str, column: Column, width: float, look: Look, face: Typeface) -> tuple[str, ...]:
    return face.wrap(text, width + 0.01, column.size, look.lines, look.bold)


def draw_header(sheet: Sheet, table: Table, grid: Grid, data_date: date, top: float) -> None:
    """Write the titles of the columns, the dates above the bars and the data date."""
    left, right = grid.edges
    bottom = top + HEADER
    for columns, places in ((table.left, grid.left), (table.right, grid.right)):
        for column, (x, width) in zip(columns, places, strict=True):
            indent = _LIGHT if column.light else 0.0
            at = x + width if column.align == "right" else x + indent
            name = sheet.face.say(column.title)
            sheet.text(
                at, bottom - 8.0, name, _TITLE_SIZE, color=MUTED, align=column.align, bold=True, role="title"
            )
    grid.scale.draw_header(sheet, top + 11.0)
    _draw_data_date_name(sheet, grid.scale, data_date, top + 5.0)
    sheet.line((left, right), (bottom, bottom), INK, 0.9)


def _draw_data_date_name(sheet: Sheet, scale: TimeScale, data_date: date, y: float) -> None:
    name = f"{sheet.face.say('data_date')} {data_date.isoformat()}"
    half = sheet.face.width(name, 7.0, True) / 2.0
    x = min(max(scale.x_end(data_date), scale.left + half), scale.right - half)
    sheet.text(x, y, name, 7.0, color=DATA_DATE, align="center", bold=True, role="data_date")


def draw_data_date(sheet: Sheet, scale: TimeScale, data_date: date, top: float, bottom: float) -> None:
    """Draw the line between what is done and what is to come."""
    x = scale.x_end(data_date)
    sheet.line((x, x), (top, bottom), DATA_DATE, 1.1, role="data_date_line", over=3.6)


def draw_row(
    sheet: Sheet, table: Table, row: Row, grid: Grid, data_date: date, box: tuple[float, float], odd: bool
) -> None:
    """Draw one row with its texts, bars and marks; `box` is its top and its height."""
    top, height = box
    look = LOOKS[row.kind]
    left, right = grid.edges
    color = HEADING if row.kind == "heading" else STRIPE if odd else PAPER
    sheet.box(left - 4.0, top, right - left + 8.0, height, color, over=0.2)
    sheet.line((left - 4.0, right + 4.0), (top + height,) * 2, RULE if row.kind == "heading" else GRID, 0.4)
    middle = top + height / 2.0
    for text, column, x, width in _cells(table, row, grid):
        _draw_cell(sheet, text, column, x, width, middle, look)
        if column.light and row.light:
            sheet.light(x - _LIGHT + 4.0, middle, row.light)
    y = middle - look.label / 2.0
    for bar in row.bars:
        _draw_bar(sheet, bar, grid.scale, y, look)
    if row.tail:
        _draw_tail(sheet, row.tail, grid.scale, y)
    for mark in row.marks:
        _draw_mark(sheet, mark, grid.scale, y, look)
    if look.label:
        _draw_names(sheet, row.marks, grid.scale, data_date, y + look.bar / 2.0 + 6.0)


def _draw_cell(
    sheet: Sheet, text: str, column: Column, x: float, width: float, middle: float, look: Look
) -> None:
    lines = _lines(text, column, width, look, sheet.face)
    step = column.size * _LEADING
    at = x + width if column.align == "right" else x
    for i, line in enumerate(lines):
        y = middle + (i - (len(lines) - 1) / 2.0) * step
        sheet.text(at, y, line, column.size, align=column.align, bold=look.bold, role=f"cell:{column.title}")


def _draw_bar(sheet: Sheet, bar: Bar, scale: TimeScale, y: float, look: Look) -> None:
    x, end = scale.x(bar.span.start), scale.x_end(bar.span.finish)
    # Done work is thinner, so that it differs from critical work in grey print too.
    height = look.bar * (0.5 if bar.style == "done" else 1.0)
    over = 3.0 if bar.style == "done" else 2.5
    sheet.box(
        x,
        y - height / 2,
        max(end - x, 0.7),
        height,
        _COLORS[bar.style],
        edge=_EDGES.get(bar.style),
        role=f"bar:{bar.style}",
        over=over,
    )
    if bar.style == "span":
        for at in (x, end):
            sheet.line((at, at), (y - height / 2, y + 4.0), INK, 1.2, over=over)


def _draw_tail(sheet: Sheet, tail: tuple[date, date], scale: TimeScale, y: float) -> None:
    x, end = (scale.x_end(day) for day in tail)
    sheet.line((x, end), (y, y), DONE, 1.0, role="tail", over=2.0)
    sheet.line((end, end), (y - 2.5, y + 2.5), DONE, 1.0, over=2.0)


def _draw_mark(sheet: Sheet, mark: Mark, scale: TimeScale, y: float, look: Look) -> None:
    if mark.kind == "milestone":
        x = (scale.x(mark.day) + scale.x_end(mark.day)) / 2.0
        color, edge = _COLORS[mark.style], _EDGES.get(mark.style, PAPER)
        sheet.shape("diamond", x, y, 4.0, color, edge=edge, role=f"milestone:{mark.style}", over=4.0)
    elif mark.kind == "p80":
        sheet.shape("circle", scale.x_end(mark.day), y, 2.1, PAPER, edge=INK, role="p80", over=4.4)
    else:
        hard = mark.kind == "hard"
        draw_deadline(sheet, scale.x_end(mark.day), y, look.bar / 2.0 + 2.6, hard, f"deadline:{mark.kind}")


def draw_deadline(sheet: Sheet, x: float, y: float, half: float, hard: bool, role: str = "") -> None:
    """Draw a deadline: a tick with a flag on top, filled when it is hard."""
    sheet.line((x, x), (y - half, y + half), INK, 1.0, over=4.2)
    color = INK if hard else PAPER
    sheet.shape("down", x, y - half + 1.0, 2.6, color, edge=INK, role=role, over=4.3)


def _draw_names(sheet: Sheet, marks: Sequence[Mark], scale: TimeScale, data_date: date, y: float) -> None:
    """Write names of milestones below the bar where there is room: the last first, none over another."""
    line = scale.x_end(data_date)
    taken = [(line, line)]
    for mark in reversed([mark for mark in marks if mark.name]):
        name = sheet.face.cut(mark.name, 80.0, 6.0)
        half = sheet.face.width(name, 6.0) / 2.0
        x = (scale.x(mark.day) + scale.x_end(mark.day)) / 2.0
        x = min(max(x, scale.left + half + 2.0), scale.right - half - 2.0)
        if all(x + half + 2.5 < low or x - half - 2.5 > high for low, high in taken):
            taken.append((x - half, x + half))
            sheet.text(x, y, name, 6.0, color=MUTED, align="center", role="mark")
