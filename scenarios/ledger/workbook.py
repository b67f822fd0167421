"""The workbook that a planner opens: formats, drop-down lists, frozen headers, a guide."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from scenarios.ledger.columns import Column
from scenarios.ledger.content import Content, Sheet
from scenarios.ledger.guide import GUIDE, LISTS, guide_rows, list_columns
from scenarios.ledger.layout import PROJECTS
from scenarios.ledger.settings import SETTINGS
from scenarios.ledger.values import Written

_FONT = "Microsoft YaHei"
_THIN = Side(style="thin", color="D0D7DE")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = Font(name=_FONT, size=10, bold=True, color="FFFFFF")
_BODY = Font(name=_FONT, size=10)
_EXAMPLE = Font(name=_FONT, size=10, italic=True, color="8B949E")
_FILLS = {
    "required": PatternFill("solid", fgColor="1F4E79"),
    "plain": PatternFill("solid", fgColor="5B7FA6"),
    "node": PatternFill("solid", fgColor="9C5700"),
    "factor": PatternFill("solid", fgColor="4E7A3A"),
}
_SIDE_ROWS = 20
_GREY = PatternFill("solid", fgColor="F6F8FA")
_FORMATS = {"date": "yyyy-mm-dd", "money": "#,##0.00", "share": "0.00"} | dict.fromkeys(
    ("count", "positive", "whole"), "0"
)
# Lists that name every value stop a wrong entry; nodes may be written in more ways, so they only warn.
_STRICT = {"template", "region", "yes_no", "hard", "event", "proof", "cause", "aspect"}


def build(content: Content, rows: int) -> Workbook:
    """A workbook with `rows` prepared rows of projects."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for digits in {*_FORMATS.values(), "@"}:
        book.add_named_style(_style(f"ledger {digits}", digits, _BODY))
        book.add_named_style(_style(f"example {digits}", digits, _EXAMPLE, _GREY))
    for sheet in content.sheets[:1]:
        _table(book.create_sheet(sheet.table.title), sheet, max(rows, len(sheet.rows)))
    _settings(book.create_sheet(SETTINGS.title), content.settings)
    for sheet in content.sheets[1:]:
        _table(book.create_sheet(sheet.table.title), sheet, len(sheet.rows) + _SIDE_ROWS)
    _guide(book.create_sheet(GUIDE))
    _lists(book.create_sheet(LISTS))
    for page in book.worksheets:
        page.page_setup.orientation = "landscape"
        page.page_setup.paperSize = page.PAPERSIZE_A3
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.print_title_rows = "1:1"
    return book


def _style(name: str, digits: str, font: Font, fill: PatternFill | None = None) -> NamedStyle:
    """One style for all cells of a kind: openpyxl is slow with styles set cell by cell."""
    alignment = Alignment(vertical="center", wrap_text=True)
    return NamedStyle(name, font, fill or PatternFill(), _GRID, alignment, digits)


def put(sheet: Worksheet, row: int, column: int, value: Written) -> None:
    """Set a cell, counted from 1; a text stays a text whatever it begins with."""
    cell = sheet.cell(row, column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@'"


def _table(sheet: Worksheet, content: Sheet, rows: int) -> None:
    for number, column in enumerate(content.columns, 1):
        put(sheet, 1, number, column.header())
        head = sheet.cell(1, number)
        head.font, head.border = _HEAD, _GRID
        head.fill = _FILLS["required" if column.required else _kind_of_header(column)]
        head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width
        _offer(sheet, column.kind, f"{letter}2:{letter}{rows + 1}")
        digits = _FORMATS.get(column.kind, "@")
        for row in range(2, rows + 2):
            prefix = "example" if row - 2 < content.examples else "ledger"
            sheet.cell(row, number).style = f"{prefix} {digits}"
    widths = [column.width for column in content.columns]
    for row, record in enumerate(content.rows, 2):
        values = [record.get(column.key) for column in content.columns]
        for number, value in enumerate(values, 1):
            put(sheet, row, number, value)
        sheet.row_dimensions[row].height = _height(values, widths)
    sheet.row_dimensions[1].height = 78
    sheet.freeze_panes = "C2" if content.table is PROJECTS else "A2"


def _height(values: Sequence[Written], widths: Sequence[int]) -> float:
    """Height of a row in points, so that wrapped texts show in full; a Chinese character is two wide."""
    lines = 1
    for value, width in zip(values, widths, strict=True):
        parts = str(value or "").splitlines()
        lines = max(lines, sum(-(-sum(1 + (ord(mark) > 0x2E7F) for mark in part) // width) for part in parts))
    return 16.0 * lines


def _kind_of_header(column: Column) -> str:
    if ":" not in column.key:
        return "plain"
    return "factor" if column.path[0] == "factors" else "node"


def _offer(sheet: Worksheet, kind: str, cells: str) -> None:
    """A drop-down list, or a hint what belongs into the cell."""
    source = next((item for item in list_columns() if item.kind == kind), None)
    if source is not None:
        letter = get_column_letter(list_columns().index(source) + 1)
        area = f"'{LISTS}'!${letter}$2:${letter}${len(source.values) + 1}"
        rule = DataValidation(type="list", formula1=area, allow_blank=True)
        rule.errorStyle = "stop" if kind in _STRICT else "warning"
        rule.error = "不在下拉列表中 / not in the list"
    elif kind == "date":
        rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
        rule.errorStyle = "warning"
        rule.error = "请填日期，如 2026-12-31 / write a date, as 2026-12-31"
    elif kind == "money":
        rule = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
        rule.errorStyle = "warning"
        rule.error = "请填以万元为单位的数 / write an amount in 10,000 CNY"
    else:
        return
    rule.showErrorMessage = kind != "options"
    rule.add(cells)
    sheet.add_data_validation(rule)


def _settings(sheet: Worksheet, settings: Sequence[tuple[Column, Written]]) -> None:
    _head(sheet, ("设置项\nSetting", "值\nValue", "说明\nNote"), (26, 32, 70))
    for row, (column, value) in enumerate(settings, 2):
        note = "\n".join(filter(None, (column.zh_note, column.en_note)))
        digits = ("@", _FORMATS.get(column.kind, "@"), "@")
        for number, written in enumerate((column.header(), value, note or None), 1):
            sheet.cell(row, number).style = f"ledger {digits[number - 1]}"
            put(sheet, row, number, written)
        sheet.row_dimensions[row].height = 32
        _offer(sheet, column.kind, f"B{row}")
    sheet.freeze_panes = "A2"


def _guide(sheet: Worksheet) -> None:
    widths = (20, 30, 10, 60, 60)
    _head(sheet, ("工作表\nSheet", "列\nColumn", "必填\nRequired", "说明", "Note"), widths)
    for row, texts in enumerate(guide_rows(), 2):
        sheet.row_dimensions[row].height = _height(texts, widths)
        for number, text in enumerate(texts, 1):
            sheet.cell(row, number).style = "ledger @"
            put(sheet, row, number, text or None)
    sheet.freeze_panes = "A2"


def _lists(sheet: Worksheet) -> None:
    columns = list_columns()
    _head(sheet, tuple(item.header for item in columns), tuple(item.width for item in columns))
    for number, item in enumerate(columns, 1):
        for row, value in enumerate(item.values, 2):
            sheet.cell(row, number).style = "ledger @"
            put(sheet, row, number, value)
    sheet.freeze_panes = "A2"


def _head(sheet: Worksheet, titles: Sequence[str], widths: Sequence[int]) -> None:
    for number, (title, width) in enumerate(zip(titles, widths, strict=True), 1):
        put(sheet, 1, number, title)
        cell = sheet.cell(1, number)
        cell.font, cell.fill, cell.border = _HEAD, _FILLS["plain"], _GRID
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[1].height = 34
