"""The tables of a XER file: decoded, split at tabs, rows as texts by column."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from scenarios.formats.plans.records import MOST_MINUTES
from scenarios.problems import Problem, ScenarioError


class Row(dict[str, str]):
    """Texts by column; a column that the table lacks is empty."""

    def __missing__(self, column: str) -> str:
        return ""


Tables: TypeAlias = dict[str, list[Row]]
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
"""Tried in this order: P6 writes the code page of its machine and does not say which."""
MOST_BYTES = 64 * 2**20
_MOST_ROWS = 1_000_000
_YEARS = range(1900, 2200)
_FILLERS = str.maketrans("\x7f\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", " " * 9)
"""What P6 puts for line ends inside a text, and what else Python takes for one."""


def read_tables(path: Path, encoding: str | None = None) -> tuple[Tables, str]:
    """Tables of a XER file by name, and the encoding found.

    Raises
    ------
    ScenarioError
        For a file that cannot be read, is too large, is in another encoding or is no XER.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refusal(path.name, f"larger than {MOST_BYTES // 2**20} MB; export fewer projects")
        raw = path.read_bytes()
    except OSError as error:
        raise refusal(path.name, f"cannot be read: {error.strerror}; check the path") from None
    text, found = _decoded(raw, path.name, encoding)
    return parse_tables(text, path.name), found


def parse_tables(text: str, name: str) -> Tables:
    """Split the text of a XER file; `name` stands in messages.

    Examples
    --------
    >>> parse_tables("ERMHDR\\t8.4\\n%T\\tTASK\\n%F\\ttask_id\\ttask_name\\n%R\\t7\\tdig\\n%E", "x.xer")
    {'TASK': [{'task_id': '7', 'task_name': 'dig'}]}
    """
    lines = text.translate(_FILLERS).splitlines()
    if not lines or not lines[0].startswith("ERMHDR"):
        raise refusal(name, "no Primavera P6 file (it does not begin with ERMHDR); export the project as XER")
    if len(lines) > _MOST_ROWS:
        raise refusal(name, f"more than {_MOST_ROWS} lines; export fewer projects")
    tables: Tables = {}
    rows: list[Row] = []
    columns: list[str] = []
    for line in lines:
        mark, *values = line.split("\t")
        if mark == "%T":
            rows, columns = tables.setdefault(values[0].strip() if values else "", []), []
        elif mark == "%F":
            columns = [value.strip() for value in values]
        elif mark == "%R":
            texts = (" ".join(value.split()) for value in values)
            rows.append(Row(zip(columns, texts, strict=False)))
    return tables


def _decoded(raw: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    known = (encoding,) if encoding else ENCODINGS
    for found in known:
        with suppress(UnicodeDecodeError, LookupError):
            return raw.decode(found), found
    raise refusal(name, f"no text in {', '.join(known)}; save it as UTF-8, or name its encoding")


def refusal(name: str, message: str) -> ScenarioError:
    """The error that ends the reading of a file."""
    return ScenarioError([Problem((), message)], lambda _: name)


# -- values ----------------------------------------------------------------------------------------------
def number(value: str) -> float | None:
    """A finite number, with a point or a comma; None for anything else."""
    if not re.fullmatch(r"-?\d{0,12}([.,]\d{0,12})?", value) or not re.search(r"\d", value):
        return None
    found = float(value.replace(",", "."))
    return found if math.isfinite(found) else None


def minutes(value: str) -> int | None:
    """Hours as whole minutes, or None.

    Examples
    --------
    >>> minutes("7.5"), minutes("-0,25"), minutes("x")
    (450, -15, None)
    """
    hours = number(value)
    found = None if hours is None else round(60 * hours)
    return found if found is not None and abs(found) <= MOST_MINUTES else None


def moment(value: str) -> datetime | None:
    """A time as ``yyyy-mm-dd HH:MM``, or None."""
    try:
        found = datetime.fromisoformat(value) if len(value) >= 10 else None
    except ValueError:
        return None
    if found is None or found.year not in _YEARS:
        return None
    return found.replace(second=0, microsecond=0, tzinfo=None)
