"""A grid with a header row as records: one mapping a row, with the cell of every value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.ledger.book import LedgerSource, place
from scenarios.ledger.columns import Column, Table, headers
from scenarios.ledger.files import MOST_COLUMNS, MOST_ROWS, Grid
from scenarios.ledger.messages import FaultError
from scenarios.ledger.values import Raw, blank, parse, shown
from scenarios.ledger.vocabulary import normal
from scenarios.problems import Path

_HEADER_ROWS = 12
_TOTALS = {normal(word) for word in ("合计", "总计", "小计", "共计", "Total", "Sum")}
_LABELS = ("name", "title", "description", "blocker", "what", "procedure", "excused", "note")
_EXAMPLES = (normal("示例"), normal("EXAMPLE"))


@dataclass
class Record:
    """One row.

    Attributes
    ----------
    row : int
        Counted from 0.
    raw : dict
        What the cells hold, by column key.
    path : tuple
        Where the record stands in the scenario.
    values : dict
        Parsed values by column key; blank and faulty cells are absent.
    data : dict
        The values, each at its path.
    """

    row: int
    raw: dict[str, Raw]
    path: Path = ()
    values: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    def given(self, key: str) -> bool:
        """Whether something stands in the cell, faulty or not."""
        return not blank(self.raw.get(key))


class TableReader:
    """Reads one grid.

    Parameters
    ----------
    source : LedgerSource
        Takes the problems and the cells.
    grid : Grid
    table : Table
    owners : mapping of str to int
        Position of each project by its id, normalised; registers need it.
    """

    def __init__(
        self, source: LedgerSource, grid: Grid, table: Table, owners: Mapping[str, int] | None = None
    ) -> None:
        self.source = source
        self.grid = grid
        self.table = table
        self.owners = owners or {}
        self._counts: Counter[Path] = Counter()
        self.columns: dict[int, Column] = {}
        self.header_row = -1

    def records(self) -> list[Record]:
        """Every row that holds something, parsed; faults go to the source."""
        if not self._readable():
            return []
        self._bind()
        self._refuse_merged()
        found = [record for record in self._rows() if self._wanted(record)]
        for record in found:
            self._parse(record)
        return found

    # -- header -------------------------------------------------------------------------------------------
    def _readable(self) -> bool:
        source = self.source
        source.mark_sheet((self.table.base,), self.grid.title)
        if not readable(source, self.grid):
            return False
        found = self._find_header()
        if found is None:
            names = [column.title(source.lang) for column in self.table.columns if column.shown][:4]
            source.fault((self.grid.title,), "no_header", rows=_HEADER_ROWS, headers="、".join(names))
            return False
        self.header_row = found
        return True

    def _find_header(self) -> int | None:
        """The first row in which most of what stands is a header, two at least if the table has as many."""
        least = min(2, len(self.table.columns))
        rows = [(number, row) for number, row in enumerate(self.grid.rows) if not is_setting(row)]
        for number, row in rows[:_HEADER_ROWS]:
            if sum(self._column(cell) is not None for cell in row) >= least:
                return number
        return None

    def _column(self, cell: Raw) -> Column | None:
        try:
            return None if blank(cell) else headers(self.table).find(shown(cell))
        except FaultError:
            return None

    def _bind(self) -> None:
        first: dict[str, int] = {}
        for number, cell in enumerate(self.grid.rows[self.header_row]):
            if blank(cell):
                continue
            name = " ".join(shown(cell).split())
            try:
                column = headers(self.table).find(shown(cell))
                if column is None:
                    raise FaultError(
                        "unknown_column", text=name, nearest=headers(self.table).nearest(shown(cell))
                    )
                if column.key in first:
                    where = place(self.grid, self.header_row, first[column.key])
                    raise FaultError("duplicate_column", first=where)
            except FaultError as fault:
                self.source.fault_at(self.grid, self.header_row, number, fault)
                continue
            first[column.key] = number
            self.columns[number] = column
        for column in self.table.columns:
            if column.required and column.key not in first:
                title = column.title(self.source.lang)
                self.source.fault((self.grid.title,), "missing_column", header=title)

    def _refuse_merged(self) -> None:
        for first, last, cells in self.grid.merged:
            if last >= self.header_row:
                path: Path = (self.grid.title, cells)
                self.source.mark_sheet(path, f"{self.grid.title}!{cells}" if first >= 0 else cells)
                self.source.fault(path, "merged", cells=cells)

    # -- rows ---------------------------------------------------------------------------------------------
    def _rows(self) -> Iterator[Record]:
        headed = {number for number, cell in enumerate(self.grid.rows[self.header_row]) if not blank(cell)}
        for number, row in enumerate(self.grid.rows):
            if number <= self.header_row:
                continue
            for column, cell in enumerate(row):
                if column not in headed and not blank(cell):
                    stray = FaultError("cell_without_header", text=shown(cell))
                    self.source.fault_at(self.grid, number, column, stray)
            raw = {column.key: row[place] for place, column in self.columns.items() if place < len(row)}
            if any(not blank(cell) for cell in raw.values()):
                yield Record(number, raw)

    def _wanted(self, record: Record) -> bool:
        """Neither an example nor a total."""
        keys = ("project",) if self.table.within else ("id", "name")
        names = [normal(shown(record.raw.get(key))) for key in keys if record.given(key)]
        if record.given(keys[0]) and names[0].startswith(_EXAMPLES):
            return False
        total = next((name for name in names if name in _TOTALS), None)
        if total:
            first = min(self.columns)
            self.source.fault_at(self.grid, record.row, first, FaultError("total_row", text=total))
        return total is None

    def _parse(self, record: Record) -> None:
        base = self._base(record)
        record.path = (*base, self._key(record, base))
        self._counts[base] += 1
        ordered = sorted(self.columns.items(), key=lambda item: item[1].key != "id")
        for number, column in ordered:
            path = (*record.path, *column.path)
            self.source.mark(path, self.grid, record.row, number, column)
            for depth in range(1, len(path)):
                if not self.source.marked(path[:depth]):
                    self.source.mark(path[:depth], self.grid, record.row, number, column)
            cell = record.raw.get(column.key)
            if blank(cell):
                if column.required:
                    self.source.fault(path, "missing")
                continue
            try:
                value = parse(column.kind, cell)
            except FaultError as fault:
                self.source.fault(path, fault.key, **fault.fields)
                continue
            record.values[column.key] = value
            put(record.data, column.path, value)

    def _base(self, record: Record) -> Path:
        owner = self.owners.get(normal(shown(record.raw.get("project"))))
        return (self.table.base,) if owner is None else ("projects", owner, *self.table.within)

    def _key(self, record: Record, base: Path) -> str | int:
        key = self.table.keyed
        if not key:
            return self._counts[base]
        name = " ".join(shown(record.raw.get(key)).split()) if record.given(key) else ""
        return name if name and not self.source.marked((*base, name)) else f"#{record.row + 1}"


def readable(source: LedgerSource, grid: Grid) -> bool:
    """Whether a sheet is in sight and not too large; a fault if not."""
    sheet = (grid.title,)
    source.mark_sheet(sheet, grid.title)
    if grid.hidden:
        source.fault(sheet, "hidden_sheet")
    elif grid.too_large:
        rows, columns = grid.size
        limits = {"most_rows": MOST_ROWS, "most_columns": MOST_COLUMNS}
        source.fault(sheet, "too_large", rows=rows, columns=columns, **limits)
    return not (grid.hidden or grid.too_large)


def refuse_duplicates(source: LedgerSource, records: Iterable[Record], key: str = "id") -> None:
    """Ids (or months) that stand twice, or that a reader could not tell apart."""
    first: dict[str, Record] = {}
    for record in records:
        name = record.values.get(key)
        if name is None:
            continue
        other = first.setdefault(normal(name), record)
        if other is not record:
            place = source.where((*other.path, key)).removeprefix(source.name).strip(" []")
            message = f"duplicate_{key}" if other.values[key] == name else "similar_id"
            fields = {"text": name, "first": place, "other": other.values[key]}
            source.fault((*record.path, key), message, **fields)


def put(data: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a value deep inside nested mappings."""
    for step in path[:-1]:
        data = data.setdefault(step, {})
    data[path[-1]] = value


def join_labels(data: dict[str, Any]) -> None:
    """A label in one language is a plain text, as in YAML."""
    for key in _LABELS:
        label = data.get(key)
        if isinstance(label, dict) and "en" not in label:
            data[key] = label["zh"]


def is_setting(row: Sequence[Raw]) -> bool:
    """Whether a row of a text table is a setting or a comment: it begins with ``#``."""
    return bool(row) and isinstance(row[0], str) and row[0].lstrip().startswith("#")
