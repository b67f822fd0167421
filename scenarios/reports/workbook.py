"""All tables in one Excel workbook, with real dates and numbers, ready to filter and to print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from scenarios.messages import say
from scenarios.reports.about import about
from scenarios.reports.csv_tables import FORMULA_STARTS
from scenarios.reports.files import replacing
from scenarios.reports.table import Cell, Kind, Share, Table
from scenarios.reports.tables import tables
from scenarios.results import Forecast

HEADER = PatternFill("solid", fgColor="FFD9E1F2")
LIGHTS = {
    "green": PatternFill("solid", fgColor="FFC6EFCE"),
    "amber": PatternFill("solid", fgColor="FFFFEB9C"),
    "red": PatternFill("solid", fgColor="FFFFC7CE"),
}
FACE = "Calibri"
BOLD = Font(FACE, bold=True)
_CENTRE = Alignment(vertical="top", horizontal="center")
_WRAP = Alignment(vertical="top", wrap_text=True)
_NARROWEST, _WIDEST = 6, 44
_HEADER_LINES, LINE_HEIGHT = 3, 15
_A3, _A4 = 8, 9
_COLUMNS_ON_A4 = 12


def write_workbook(forecast: Forecast, path: Path, lang: str) -> Path:
    """Write the workbook: first how the numbers came about, then one sheet a table.

    Texts are stored as texts whatever they begin with, so that none becomes a formula.
    """
    book = Workbook(write_only=True)
    book.properties.title = forecast.title.text(lang)
    book.properties.creator = "backplan"
    _about_sheet(book, forecast, lang)
    for table in tables(forecast, lang):
        _table_sheet(book, table.spread())
    with replacing(path) as draft:
        book.save(draft)
    return path


def _about_sheet(book: Workbook, forecast: Forecast, lang: str) -> None:
    sheet = book.create_sheet(say("table_about", lang))
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 100
    print_setup(sheet, columns=2)
    sheet.append([text_cell(sheet, forecast.title.text(lang), font=Font(FACE, 14, bold=True))])
    for heading, value in about(forecast, lang):
        sheet.append([text_cell(sheet, heading, font=BOLD), text_cell(sheet, value)])


def _table_sheet(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(table.title)
    sheet.freeze_panes = f"{get_column_letter(table.fixed + 1)}2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.headers))}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    print_setup(sheet, len(table.headers))
    widths = [
        column_width(header, (row[place] for row in table.rows)) for place, header in enumerate(table.headers)
    ]
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.row_dimensions[1].height = _HEADER_LINES * LINE_HEIGHT
    sheet.append([text_cell(sheet, header, font=BOLD, fill=HEADER) for header in table.headers])
    for number, row in enumerate(table.rows, 2):
        lines = max(map(lines_in, row, widths))
        if lines > 1:  # not every spreadsheet program grows a row by itself
            sheet.row_dimensions[number].height = lines * LINE_HEIGHT
        sheet.append(
            [value_cell(sheet, cell, kind, table.lang) for cell, kind in zip(row, table.kinds, strict=True)]
        )


def print_setup(sheet: Worksheet, columns: int) -> None:
    """Landscape, as many pages high as needed, one page wide."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4 if columns <= _COLUMNS_ON_A4 else _A3
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.8)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&A  &P / &N"))


def text_cell(sheet: Worksheet, text: str, font: Font | None = None, fill: PatternFill | None = None) -> Any:
    """A cell that holds a text as it is; characters that a workbook cannot hold become spaces."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", text))
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA_STARTS)
    cell.alignment = _WRAP
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    return cell


def value_cell(sheet: Worksheet, value: Cell, kind: Kind, lang: str) -> Any:
    """A cell with a real date or number, a text, or a light; None stays empty."""
    if value is None:
        return None
    if isinstance(value, str):
        if kind == "light":
            return text_cell(sheet, say(value, lang), fill=LIGHTS[value])
        return text_cell(sheet, value)
    cell: Any = WriteOnlyCell(sheet)
    cell.value = round(*value) if isinstance(value, Share) else value
    cell.alignment = _CENTRE
    if isinstance(value, Share):
        cell.number_format = f"0.{'0' * (value.decimals - 2)}%" if value.decimals > 2 else "0%"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, float):
        cell.number_format = "#,##0" if value.is_integer() else "#,##0.0"
    return cell


def text_width(text: str) -> int:
    """Columns that a text takes: two for a wide character.

    Examples
    --------
    >>> text_width("节点 F0")
    7
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def column_width(header: str, cells: Iterable[Cell]) -> int:
    """Width for the longest line of a column, within bounds; longer ones wrap, headers over three lines."""
    lines = (line for cell in cells if cell is not None for line in str(cell).split("\n"))
    longest = max((text_width(line) for line in lines), default=0)
    word = max(map(text_width, header.split())) if header.isascii() else 0
    return min(max(longest + 2, text_width(header) // _HEADER_LINES + 4, word + 2, _NARROWEST), _WIDEST)


def lines_in(cell: Cell, width: int) -> int:
    """Lines that a wrapped text takes in a column."""
    if not isinstance(cell, str):
        return 1
    return sum(max(-(-text_width(line) // (width - 1)), 1) for line in cell.split("\n"))
