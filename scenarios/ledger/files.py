"""Opening a ledger: a workbook or a text table as plain grids, whatever a planner's computer made of it."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from scenarios.ledger.messages import FaultError
from scenarios.ledger.values import Broken, Raw, unguard

MOST_ROWS = 20_000
MOST_COLUMNS = 400
MOST_MEGABYTES = 32
_DAMAGE = (
    AttributeError,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,  # of either XML parser that openpyxl may use
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet, from A1; `rows` is None where there are too many.

    Attributes
    ----------
    title : str
        Name of the sheet; empty for a text table.
    merged : tuple of (first row, last row, range)
    size : tuple of int
        Rows and columns.
    """

    title: str
    rows: Sequence[Sequence[Raw]]
    merged: tuple[tuple[int, int, str], ...] = ()
    hidden: bool = False
    size: tuple[int, int] = (0, 0)

    @property
    def too_large(self) -> bool:
        """Whether the sheet was left unread."""
        return self.size[0] > MOST_ROWS or self.size[1] > MOST_COLUMNS


def cell_name(row: int, column: int) -> str:
    """Name of a cell, both counted from 0.

    Examples
    --------
    >>> cell_name(6, 3)
    'D7'
    """
    return f"{get_column_letter(column + 1)}{row + 1}"


def open_ledger(path: FilePath) -> list[Grid]:
    """The grids of a file; a text table is one without title.

    Raises
    ------
    FaultError
        For everything that keeps the file from being read.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise FaultError("no_file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FaultError("unreadable", reason=error.strerror) from None
    if not content:
        raise FaultError("empty_file")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FaultError("password" if "EncryptedPackage".encode("utf-16-le") in content else "old_excel")
    zipped = content.startswith(b"PK")
    if suffix == ".csv":
        if zipped:
            raise FaultError("workbook_as_csv")
        return [_text_table(content)]
    if suffix not in {".xlsx", ".xlsm"}:
        raise FaultError("old_excel") if suffix == ".xls" else FaultError("extension", suffix=suffix)
    if not zipped:
        raise FaultError("not_workbook")
    return _workbook(content)


# -- workbooks --------------------------------------------------------------------------------------------
def _workbook(content: bytes) -> list[Grid]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {item.filename: item.file_size for item in archive.infolist()}
    except _DAMAGE as error:
        raise FaultError("damaged", reason=error) from None
    if "xl/workbook.xml" not in sizes:
        raise FaultError("other_workbook")
    size = sum(count for name, count in sizes.items() if name.endswith(".xml")) / 1e6
    if size > MOST_MEGABYTES:
        raise FaultError("too_big", size=round(size), most=MOST_MEGABYTES)
    try:
        book = _load(content, results=False)
        sheets = [sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)]
        formulas = any(_has_formula(sheet) for sheet in sheets if not _too_large(sheet))
        results = _load(content, results=True) if formulas else None
        return [_grid(sheet, results[sheet.title] if results else None) for sheet in sheets]
    except _DAMAGE as error:
        raise FaultError("damaged", reason=error) from None


def _load(content: bytes, results: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of extensions it drops; nothing is written back
        return load_workbook(io.BytesIO(content), data_only=results)


def _too_large(sheet: Worksheet) -> bool:
    return sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS


def _has_formula(sheet: Worksheet) -> bool:
    return any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def _grid(sheet: Worksheet, results: Worksheet | None) -> Grid:
    size = (sheet.max_row, sheet.max_column)
    hidden = sheet.sheet_state != "visible"
    if _too_large(sheet):
        return Grid(sheet.title, (), hidden=hidden, size=size)
    rows = [[_raw(cell, results) for cell in row] for row in sheet.iter_rows()]
    merged = tuple((part.min_row - 1, part.max_row - 1, part.coord) for part in sheet.merged_cells.ranges)
    return Grid(sheet.title, rows, merged, hidden, size)


def _raw(cell: Cell | MergedCell, results: Worksheet | None) -> Raw:
    value: Any = cell.value
    if cell.data_type == "f" and results is not None:
        result = results[cell.coordinate]
        value = result.value
        if value is None:
            return None if result.data_type == "str" else Broken("formula")  # "" is stored as an empty text
        if result.data_type == "e":
            return Broken("error_value", str(value))
    elif cell.data_type == "e":
        return Broken("error_value", str(value))
    digits = cell.number_format
    if isinstance(value, (int, float)) and len(digits) > 1 and set(digits) == {"0"} and value == int(value):
        return str(int(value)).zfill(len(digits))  # 001 kept as the number 1 in format 000
    found: Raw = value
    return found


# -- text tables ------------------------------------------------------------------------------------------
def _text_table(content: bytes) -> Grid:
    text = _decoded(content)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Raw]] = []
    try:
        for record in reader:
            rows.append([unguard(field) if field else None for field in record])
            if len(rows) > MOST_ROWS:
                break
    except csv.Error as error:
        raise FaultError("csv_broken", line=max(reader.line_num, 1), reason=error) from None
    size = (max(len(rows), text.count("\n") if len(rows) > MOST_ROWS else 0), max(map(len, rows), default=0))
    return Grid("", rows, size=size)


def _decoded(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # Excel's "Unicode text"
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FaultError("encoding")


def _delimiter(text: str) -> str:
    """The separator that cuts the fullest of the first lines into most pieces."""
    lines = text.splitlines()[:30]
    return max(",;\t", key=lambda mark: max((line.count(mark) for line in lines), default=0))
