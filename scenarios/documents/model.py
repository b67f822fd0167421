"""What a document is: a title and blocks in one language; each writer decides how they look in its medium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scenarios.messages import say
from scenarios.reports.layout import plain, shown
from scenarios.reports.table import Cell as Plain
from scenarios.reports.table import Share
from scenarios.results import Light
from simulation.statistics import Probability

Mark: TypeAlias = Light | Literal["done"]
SHAPES: dict[Mark, str] = {"green": "●", "amber": "▲", "red": "■", "done": "✓"}
"""What stands beside a colour, for readers who cannot see it and printers that have none."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell with a light; without a value the light's own word stands there."""

    mark: Mark
    value: Plain = None


Cell: TypeAlias = Plain | Marked


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; 1 is the level below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: how figures came about, and what limits them."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has a cell for each header."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block: TypeAlias = Heading | Paragraph | Note | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language, ``zh`` or ``en``."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    lang: str


def table(keys: Sequence[str], rows: Sequence[tuple[Cell, ...]], lang: str) -> Table:
    """A table whose headers are messages."""
    return Table(tuple(say(key, lang) for key in keys), tuple(rows))


def cell_text(cell: Cell, lang: str) -> str:
    """A cell as text on one line, without control characters.

    Examples
    --------
    >>> cell_text(Marked("red"), "zh"), cell_text(Marked("done", "2026-03-02"), "en"), cell_text(None, "en")
    ('■ 红灯', '✓ 2026-03-02', '')
    """
    if isinstance(cell, Marked):
        word = say(cell.mark, lang) if cell.value is None else cell_text(cell.value, lang)
        return f"{SHAPES[cell.mark]} {word}"
    return "" if cell is None else shown(cell, "text", lang).plain


def clean(text: str) -> str:
    """A text on one line, without control characters."""
    return plain(text).plain


def is_number(cell: Cell) -> bool:
    """Whether a cell stands to the right of its column."""
    return isinstance(cell, int | float | Share | Probability)
