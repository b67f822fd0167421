"""What a table is: typed columns, filled from a forecast in one language.

A column's key is also the key of its header in the message catalogue. Cells keep their type (date, number,
probability); each writer decides how that type looks in its medium.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from scenarios.messages import say
from scenarios.results import Forecast
from simulation.statistics import Probability


class Share(NamedTuple):
    """A share (1 is all) and how many decimals of it mean something."""

    value: float
    decimals: int

    def __str__(self) -> str:
        return f"{self.value:.{self.decimals}f}"


Cell: TypeAlias = str | int | float | date | Share | Probability | None
Kind: TypeAlias = Literal["text", "date", "number", "share", "probability", "light"]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: key, how its cells are to be read, and the cell of a row in a language."""

    key: str
    kind: Kind
    cell: Callable[[Row, str], Cell]


@dataclass(frozen=True, slots=True)
class Definition(Generic[Row]):
    """A table before it is filled.

    Attributes
    ----------
    name : str
        File name stem; ``table_<name>`` is the title's key.
    fixed : int
        Leading columns that stay in sight when a sheet is scrolled.
    """

    name: str
    fixed: int
    rows: Callable[[Forecast], Iterable[Row]]
    columns: tuple[Column[Row], ...]

    def fill(self, forecast: Forecast, lang: str) -> Table:
        """The table of one forecast in one language."""
        rows = tuple(tuple(column.cell(row, lang) for column in self.columns) for row in self.rows(forecast))
        return Table(
            name=self.name,
            title=say(f"table_{self.name}", lang),
            keys=tuple(column.key for column in self.columns),
            kinds=tuple(column.kind for column in self.columns),
            headers=tuple(say(column.key, lang) for column in self.columns),
            rows=rows,
            fixed=self.fixed,
            lang=lang,
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A filled table; ``rows[i][j]`` belongs to ``keys[j]``, ``kinds[j]`` and ``headers[j]``."""

    name: str
    title: str
    keys: tuple[str, ...]
    kinds: tuple[Kind, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fixed: int
    lang: str

    def __getitem__(self, key: str) -> tuple[Cell, ...]:
        """The cells of one column."""
        place = self.keys.index(key)
        return tuple(row[place] for row in self.rows)

    def spread(self) -> Table:
        """The same table with a probability in three columns: value, low and high end of its interval."""
        keys: list[str] = []
        kinds: list[Kind] = []
        headers: list[str] = []
        for key, kind, header in zip(self.keys, self.kinds, self.headers, strict=True):
            keys.append(key)
            headers.append(header)
            kinds.append("share" if kind == "probability" else kind)
            if kind == "probability":
                keys += [f"{key}_low", f"{key}_high"]
                kinds += ["share", "share"]
                headers += [say("low_of", self.lang, name=header), say("high_of", self.lang, name=header)]
        rows = tuple(tuple(_spread(row, self.kinds)) for row in self.rows)
        return Table(
            self.name, self.title, tuple(keys), tuple(kinds), tuple(headers), rows, self.fixed, self.lang
        )


def _spread(row: Sequence[Cell], kinds: Sequence[Kind]) -> Iterable[Cell]:
    for cell, kind in zip(row, kinds, strict=True):
        if kind != "probability":
            yield cell
        elif isinstance(cell, Probability):
            yield from (Share(value, cell.decimals) for value in (cell.value, cell.low, cell.high))
        else:
            yield from (None, None, None)
