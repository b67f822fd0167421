"""Tables in a terminal: which columns fit, how wide, and how a cell looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.table import Table as Grid
from rich.text import Text

from scenarios.messages import say
from scenarios.reports.table import Cell, Kind, Share, Table
from simulation.statistics import Probability

LIGHT_STYLES = {"green": "bold green", "amber": "bold yellow", "red": "bold red"}
_GAP = 2
_LEAST = {"text": 18, "probability": 12}
"""Least width of columns that may wrap; the others are as wide as their widest cell."""


@dataclass(frozen=True, slots=True)
class View:
    """Columns of a table in a terminal, from left to right, and which go first where it is narrow."""

    keys: tuple[str, ...]
    drops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns that fit, with their widths in character cells."""

    widths: dict[str, int]

    def grid(self, table: Table, rows: Sequence[Sequence[Cell]] | None = None) -> Grid:
        """The table, or some of its rows, for printing."""
        places = [table.keys.index(key) for key in self.widths]
        grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        for place, width in zip(places, self.widths.values(), strict=True):
            grid.add_column(Text(table.headers[place], style="bold"), width=width, overflow="fold")
        for row in table.rows if rows is None else rows:
            grid.add_row(*(shown(row[place], table.kinds[place], table.lang) for place in places))
        return grid


def lay_out(table: Table, view: View, width: int) -> Layout:
    """Drop columns until the rest fits, then widen those that wrap, the narrowest first."""
    kept = list(view.keys)
    longest = {key: _longest(table, key) for key in kept}
    widths = {key: min(longest[key], _least(table, key)) for key in kept}
    for key in view.drops:
        if _total(widths.values()) <= width:
            break
        del widths[key]
    for _ in range(width - _total(widths.values())):
        short = [key for key in widths if widths[key] < longest[key]]
        if not short:
            break
        widths[min(short, key=widths.__getitem__)] += 1
    return Layout(widths)


def shown(cell: Cell, kind: Kind, lang: str) -> Text:
    """A cell as text that is printed as it stands: no markup, no control characters.

    Examples
    --------
    >>> shown("[red]x[/red]", "text", "en").plain, shown(None, "date", "en").plain
    ('[red]x[/red]', '-')
    """
    if cell is None:
        return Text("-", style="dim")
    if kind == "light":
        return Text(say(str(cell), lang), style=LIGHT_STYLES[str(cell)])
    if isinstance(cell, Probability):
        return Text(cell.percent())
    if isinstance(cell, Share):
        return Text(f"{100 * cell.value:.{max(cell.decimals - 2, 0)}f}%")
    return plain(f"{cell:,g}" if isinstance(cell, float) else str(cell))


def plain(text: str, style: str = "") -> Text:
    """A text without characters that would steer a terminal."""
    return Text("".join(letter if letter.isprintable() else " " for letter in text), style=style)


def _total(widths: Iterable[int]) -> int:
    each = tuple(widths)
    return sum(each) + _GAP * (len(each) - 1)


def _least(table: Table, key: str) -> int:
    kind = table.kinds[table.keys.index(key)]
    return _LEAST.get(kind, 1000)


def _longest(table: Table, key: str) -> int:
    """Width of the widest cell, or of what the header needs to wrap well."""
    place = table.keys.index(key)
    cells = (shown(row[place], table.kinds[place], table.lang).cell_len for row in table.rows)
    header = table.headers[place]
    pieces = (cell_len(word) for word in header.split()) if header.isascii() else (min(cell_len(header), 8),)
    return max(*cells, *pieces, 0)
