"""Reading a ledger: the data a YAML file would give, with the cell of every value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path as FilePath

from pydantic import ValidationError

from scenarios.ledger.book import LedgerError, LedgerSource
from scenarios.ledger.columns import Table
from scenarios.ledger.files import Grid, open_ledger
from scenarios.ledger.layout import NOTES, PROJECTS, QUOTAS, RESOURCES
from scenarios.ledger.messages import FaultError, Lang
from scenarios.ledger.register_layout import REGISTERS
from scenarios.ledger.registers import read_register, refuse_months
from scenarios.ledger.rows import refuse_future, refuse_halves, refuse_strangers
from scenarios.ledger.settings import SETTINGS, read_settings
from scenarios.ledger.tables import Record, TableReader, is_setting, join_labels, refuse_duplicates
from scenarios.ledger.values import blank
from scenarios.problems import Path, problems_of
from scenarios.schema import SCHEMA, Scenario


def read_ledger(path: str | FilePath, lang: Lang = "zh") -> Scenario:
    """A ledger (.xlsx or .csv) as a scenario: the same object that the equivalent YAML gives.

    Parameters
    ----------
    path : path-like
    lang : {"zh", "en"}
        Language of error messages.

    Raises
    ------
    LedgerError
        With every fault found, each with sheet and cell.
    """
    source = ledger_source(path, lang)
    try:
        return Scenario.model_validate(source.data)
    except ValidationError as error:
        raise LedgerError(problems_of(error), source) from None


def ledger_source(path: str | FilePath, lang: Lang = "zh") -> LedgerSource:
    """The cells of a ledger as data, before the scenario's own checks.

    Raises
    ------
    LedgerError
        With every fault found, each with sheet and cell.
    """
    path = FilePath(path)
    source = LedgerSource(path.name, lang)
    try:
        grids = open_ledger(path)
    except FaultError as fault:
        source.fault((), fault.key, **fault.fields)
    else:
        _read(source, grids)
    if source.problems:
        raise LedgerError(source.problems, source)
    return source


def _read(source: LedgerSource, grids: list[Grid]) -> None:
    source.data = {"schema": SCHEMA}
    text_table = not grids[0].title
    if text_table:
        lines = [row if is_setting(row) else [] for row in grids[0].rows]
        read_settings(source, replace(grids[0], rows=lines, size=(0, 0)))
        projects: Grid | None = grids[0]
    else:
        settings = _sheet(source, grids, SETTINGS, required=True)
        if settings is not None:
            read_settings(source, settings)
        projects = _sheet(source, grids, PROJECTS, required=True)
    records = _projects(source, projects) if projects is not None else []
    for table in () if text_table else (*REGISTERS, QUOTAS, RESOURCES, NOTES):
        grid = _sheet(source, grids, table)
        if grid is None or all(blank(cell) for row in grid.rows for cell in row):
            continue
        if table.within:
            read_register(source, grid, table, records)
        else:
            _others(source, grid, table)
    for record in records:
        refuse_months(source, record)


def _sheet(source: LedgerSource, grids: list[Grid], table: Table, required: bool = False) -> Grid | None:
    found = [grid for grid in grids if table.named(grid.title)]
    if len(found) > 1:
        source.mark_sheet((found[1].title,), found[1].title)
        source.fault((found[1].title,), "two_sheets", sheet=table.title)
    if not found and required:
        titles = "、".join(grid.title for grid in grids)
        source.fault((), "no_sheet", sheet=table.title, found=titles)
    return found[0] if len(found) == 1 else None


# -- tables -----------------------------------------------------------------------------------------------
def _projects(source: LedgerSource, grid: Grid) -> list[Record]:
    reader = TableReader(source, grid, PROJECTS)
    records = reader.records()
    if not records and reader.header_row >= 0:
        source.fault((PROJECTS.base,), "no_rows")
    refuse_duplicates(source, records)
    for record in records:
        refuse_halves(source, record)
        refuse_future(source, record)
        refuse_strangers(source, record)
        join_labels(record.data)
        _list_deadlines(source, record)
        _list_current(source, record)
    source.data[PROJECTS.base] = [record.data for record in records]
    return records


def _others(source: LedgerSource, grid: Grid, table: Table) -> None:
    records = TableReader(source, grid, table).records()
    refuse_duplicates(source, records)
    for record in records:
        join_labels(record.data)
    if table.keyed:
        content = {record.data.pop("id"): record.data for record in records if "id" in record.data}
        if content:
            source.data[table.base] = content
    elif records:
        join = table is NOTES
        source.data[table.base] = [
            item["zh"] if join and "en" not in item else item for item in (record.data for record in records)
        ]


def _list_deadlines(source: LedgerSource, record: Record) -> None:
    """Deadlines by node as the list that a scenario holds, with their cells."""
    dated = {node: fields for node, fields in record.data.pop("deadlines", {}).items() if "date" in fields}
    if dated:
        record.data["deadlines"] = [{"node": node, **fields} for node, fields in dated.items()]
        _move_marks(source, (*record.path, "deadlines"), dated, ("date", "hard", "weight"))


def _list_current(source: LedgerSource, record: Record) -> None:
    """Current nodes by number as a list, or as the one that there is, with their cells."""
    given = record.data.pop("current", {})
    base = (*record.path, "current")
    if given:
        record.data["current"] = next(iter(given.values())) if len(given) == 1 else list(given.values())
        _move_marks(source, base, given, ("node", "since", "remaining"))
        for name in ("node", "since", "remaining"):
            source.copy_mark((*base, 0, name), (*base, name))


def _move_marks(source: LedgerSource, base: Path, keys: Iterable[str], names: tuple[str, ...]) -> None:
    """Cells of records that were found by a key, now by position; a record stands where its first is."""
    for position, key in enumerate(keys):
        source.copy_mark((*base, key, names[0]), (*base, position))
        for name in names:
            source.copy_mark((*base, key, name), (*base, position, name))
