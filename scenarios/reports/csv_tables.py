"""Tables as CSV files that open in a spreadsheet as what they are: text stays text."""

from __future__ import annotations

import csv
from pathlib import Path

from scenarios.messages import say
from scenarios.reports.files import replacing
from scenarios.reports.table import Cell, Kind, Table

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet read a text as a formula; East Asian versions also take the full-width signs."""


def write_csv(table: Table, path: Path) -> Path:
    """Write a table: UTF-8 with byte order mark, ISO dates, probabilities as numbers from 0 to 1.

    A text that a spreadsheet would run as a formula gets a single quote in front.
    """
    spread = table.spread()
    with replacing(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(spread.headers)
        for row in spread.rows:
            writer.writerow(
                [_field(cell, kind, table.lang) for cell, kind in zip(row, spread.kinds, strict=True)]
            )
    return path


def _field(cell: Cell, kind: Kind, lang: str) -> str:
    if cell is None:
        return ""
    if kind == "light":
        return say(str(cell), lang)
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return str(cell)
