"""Reading the registers: each row into its project, and what does not go together in one row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from scenarios.ledger.book import LedgerSource
from scenarios.ledger.columns import Table
from scenarios.ledger.files import Grid
from scenarios.ledger.register_layout import HOLDS, MONTHS
from scenarios.ledger.rows import refuse_nodes
from scenarios.ledger.tables import Record, TableReader, join_labels, put, refuse_duplicates
from scenarios.ledger.vocabulary import normal

_FACTS = ("date", "raised", "closed", "cleared")
_AFTER_RAISED = ("due", "closed", "expected", "cleared")


def read_register(source: LedgerSource, grid: Grid, table: Table, projects: Sequence[Record]) -> None:
    """Rows of a register into the projects that they name."""
    names = [normal(project.values.get("id", "")) for project in projects]
    reader = TableReader(source, grid, table, {name: k for k, name in enumerate(names)})
    held: dict[str, list[Record]] = {}
    for row in reader.records():
        if "project" in row.values:
            held.setdefault(normal(row.values["project"]), []).append(row)
    for name, rows in held.items():
        if name in names:
            _into_project(source, table, projects[names.index(name)], rows)
        elif projects:
            close = names.index(get_close_matches(name, names, n=1, cutoff=0.0)[0])
            nearest = projects[close].values.get("id", "")
            for row in rows:
                fields = {"text": row.values["project"], "nearest": nearest}
                source.fault((*row.path, "project"), "unknown_project", **fields)


def _into_project(source: LedgerSource, table: Table, project: Record, rows: list[Record]) -> None:
    key = table.keyed
    refuse_duplicates(source, rows, key or "id")
    for row in rows:
        _refuse_dates(source, table, row)
        refuse_nodes(source, project, row, table)
        join_labels(row.data)
        value = {name: item for name, item in row.data.items() if name not in {"project", key}}
        if not key:
            project.data.setdefault(table.base, []).append(value)
        elif key in row.values and value:
            path = (*table.within, row.values[key])
            put(project.data, path, value["amount"] if table is MONTHS else value)


def _refuse_dates(source: LedgerSource, table: Table, row: Record) -> None:
    """Facts that the data date does not know yet, ends before beginnings, open holds without a day."""
    data_date, raised = source.data.get("data_date"), row.values.get("raised")
    for key in (name for name in _FACTS if name in row.values):
        if isinstance(data_date, date) and row.values[key] >= data_date:
            fields = {"day": row.values[key], "data_date": data_date}
            source.fault((*row.path, key), "actual_ahead", **fields)
    for key in (name for name in _AFTER_RAISED if raised and name in row.values):
        if row.values[key] < raised:
            header = next(item.title(source.lang) for item in table.columns if item.key == "raised")
            fields = {"day": row.values[key], "raised": raised, "raised_header": header}
            source.fault((*row.path, key), "before_raised", **fields)
    if table is HOLDS and not row.given("cleared"):
        expected = row.values.get("expected")
        if not row.given("expected"):
            source.fault((*row.path, "expected"), "open_hold")
        elif expected and isinstance(data_date, date) and expected < data_date:
            source.fault((*row.path, "expected"), "hold_overdue", day=expected, data_date=data_date)


def refuse_months(source: LedgerSource, project: Record) -> None:
    """Months without a total, or more than what was completed."""
    investment = project.data.get("investment", {})
    if "months" not in investment:
        return
    months, completed = sum(investment["months"].values()), investment.get("completed", 0)
    if investment.keys() == {"months"} and not project.given("investment"):
        source.fault((*project.path, "investment", "total"), "no_total")
    elif months > completed * (1 + 1e-9):
        path = (*project.path, "investment", "completed")
        source.fault(path, "months_exceed", months=f"{months:g}", completed=f"{completed:g}")
