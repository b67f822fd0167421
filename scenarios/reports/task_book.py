"""The task book as a workbook: index, schedule table, and one sheet a project, to be printed and signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break

from scenarios.dispatch.schedule_table import schedule_table
from scenarios.dispatch.task_book import FactorTask, NodeTask, ProjectTasks
from scenarios.documents.model import SHAPES, Cell, Marked, clean
from scenarios.documents.schedule import key_date
from scenarios.lights import light_rule
from scenarios.messages import say
from scenarios.reports.about import general_notes
from scenarios.reports.files import replacing
from scenarios.reports.tables import key_done, last_deadline
from scenarios.reports.workbook import (
    BOLD,
    FACE,
    HEADER,
    LIGHTS,
    LINE_HEIGHT,
    lines_in,
    print_setup,
    text_cell,
    value_cell,
)
from scenarios.results import Forecast
from simulation.statistics import Probability

_TITLE, _LINK = Font(FACE, 16, bold=True), Font(FACE, color="FF0563C1", underline="single")
_DONE = PatternFill("solid", fgColor="FFE7E6E6")
_EDGE = Side(style="thin", color="FFA6A6A6")
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_LONGEST_NAME = 31
_LINES_OF_PAPER, _LINES_BELOW = 52, 14
"""Lines on a landscape A4 of a project's sheet, and those below its factors."""
_FORBIDDEN = str.maketrans("[]:*?/\\'", " " * 8)
_SIGNING = ("leader", "lead_unit", "responsible_unit", "district")
_NODES = {
    "book_number": 6,
    "node": 30,
    "book_responsible": 26,
    "book_state": 9,
    "planned_start": 12,
    "planned_finish": 12,
    "book_latest": 12,
    "deadline": 12,
    "actual_finish": 12,
    "on_time": 18,
    "total_float": 9,
    "critical": 9,
}
_INDEX = {
    "book_number": 6,
    "project": 36,
    "light": 10,
    "on_time_joint": 18,
    "confidence_reached": 18,
    "key_done": 10,
    "last_deadline": 26,
    "owner_leader": 16,
    "owner_lead_unit": 20,
    "owner_responsible_unit": 20,
    "owner_district": 14,
}


def write_task_book(forecast: Forecast, book: Sequence[ProjectTasks], path: Path, lang: str) -> Path:
    """Write the task book of a forecast.

    Parameters
    ----------
    forecast : Forecast
    book : sequence of ProjectTasks
        See :func:`scenarios.dispatch.task_book.task_book`.
    path : Path
        ``.xlsx``; replaced whole.
    lang : str

    Raises
    ------
    SchedulingError
        When the file cannot be written.
    """
    file = Workbook(write_only=True)
    file.properties.title = clean(say("book_title", lang, title=forecast.title.text(lang)))
    file.properties.creator = "backplan"
    names = [
        sheet_name(number, tasks.project.name.text(lang), len(book)) for number, tasks in enumerate(book, 1)
    ]
    _index(file, forecast, names, lang)
    _schedule(file, forecast, names, lang)
    for number, (name, tasks) in enumerate(zip(names, book, strict=True), 1):
        _project(_Page(file, name, tuple(_NODES.values()), lang), forecast, tasks, number)
    with replacing(path) as draft:
        file.save(draft)
    return path


def sheet_name(number: int, name: str, count: int) -> str:
    """A sheet's name that Excel takes, unique because it begins with the project's number.

    Examples
    --------
    >>> sheet_name(7, "A/B [new]: 'x'", 100)
    '007 A B  new    x'
    """
    text = f"{number:0{len(str(count))}d} {clean(name).translate(_FORBIDDEN)}"
    while len(text.encode("utf-16-le")) > 2 * _LONGEST_NAME:
        text = text[:-1]
    return text.rstrip()


class _Page:
    """A sheet that is written from top to bottom."""

    def __init__(self, file: Workbook, name: str, widths: Sequence[int], lang: str) -> None:
        self.sheet: Any = file.create_sheet(name)
        self.widths, self.lang, self.row, self.lines = widths, lang, 0, 0
        for place, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width
        print_setup(self.sheet, len(widths))
        self.sheet.HeaderFooter.oddHeader = HeaderFooterItem(right=_HeaderFooterPart("&A"))

    def freeze(self, row: int) -> None:
        """Keep the first rows and two columns in sight, and the last of these rows on every printed page."""
        self.sheet.freeze_panes = f"C{row + 1}"
        self.sheet.print_title_rows = f"{row}:{row}"

    def new_sheet_of_paper(self, lines: int) -> None:
        """Go on with a new one unless this many lines are left on the first."""
        if self.lines + lines > _LINES_OF_PAPER:
            self.sheet.row_breaks.append(Break(self.row))

    def put(self, *cells: Any, lines: int = 1) -> None:
        self.row += 1
        self.lines += lines
        if lines > 1:
            self.sheet.row_dimensions[self.row].height = lines * LINE_HEIGHT
        self.sheet.append(cells)

    def line(self, text: str, font: Font | None = None) -> None:
        """A text over the whole width."""
        width = sum(self.widths)
        cell = text_cell(self.sheet, text, font)
        self.sheet.merged_cells.add(f"A{self.row + 1}:{get_column_letter(len(self.widths))}{self.row + 1}")
        self.put(cell, lines=2 if font is _TITLE else lines_in(text, width))

    def link(self, text: str, target: str) -> Any:
        cell = text_cell(self.sheet, text, _LINK)
        cell.hyperlink = Hyperlink(ref="A1", location=f"'{target}'!A1")
        return cell

    def header(self, keys: Sequence[str], spans: Sequence[int] | None = None) -> None:
        cells = [text_cell(self.sheet, say(key, self.lang), BOLD, HEADER) for key in keys]
        self.cells(cells, spans)

    def cells(self, cells: Sequence[Any], spans: Sequence[int] | None = None, lines: int = 0) -> None:
        """A row of cells with borders, each over a number of columns."""
        placed: list[Any] = []
        for cell, span in zip(cells, spans or (1,) * len(cells), strict=True):
            first = len(placed) + 1
            if span > 1:
                ends = get_column_letter(first), get_column_letter(first + span - 1)
                self.sheet.merged_cells.add(f"{ends[0]}{self.row + 1}:{ends[1]}{self.row + 1}")
            made = self.cell(cell)
            width = sum(self.widths[first - 1 : first - 1 + span])
            lines = max(lines, lines_in(made.value, width))
            placed += [made, *(self.cell(None) for _ in range(span - 1))]
        self.put(*placed, lines=lines)

    def cell(self, value: Any) -> Any:
        """A cell with a border, of a value or a cell."""
        made = value
        if isinstance(value, Marked):
            made = self._marked(value)
        elif isinstance(value, Probability):
            made = text_cell(self.sheet, value.percent())
        elif value is None:
            made = text_cell(self.sheet, "")
        elif isinstance(value, str | int | float | date):
            made = value_cell(self.sheet, value, "text", self.lang)
        made.border = _BOX
        return made

    def _marked(self, cell: Marked) -> Any:
        """A real date or a word, coloured, with the shape of its light."""
        word = f"{SHAPES[cell.mark]} {say(cell.mark, self.lang)}" if cell.value is None else cell.value
        made = value_cell(self.sheet, word, "text", self.lang)
        made.fill = _DONE if cell.mark == "done" else LIGHTS[cell.mark]
        if isinstance(cell.value, date):
            made.number_format = f'"{SHAPES[cell.mark]} "yyyy-mm-dd'
        return made


# -- sheets -----------------------------------------------------------------------------------------------
def _index(file: Workbook, forecast: Forecast, names: Sequence[str], lang: str) -> None:
    page = _Page(file, say("book_index", lang), tuple(_INDEX.values()), lang)
    page.freeze(3)
    page.line(say("book_title", lang, title=forecast.title.text(lang)), _TITLE)
    page.line(_dated(forecast, lang))
    page.header(tuple(_INDEX))
    for number, (name, project) in enumerate(zip(names, forecast.projects, strict=True), 1):
        last = last_deadline(project)
        page.cells(
            [
                number,
                page.link(project.name.text(lang), name),
                Marked(project.light) if project.light else None,
                project.on_time,
                project.confidence.reached if project.confidence else None,
                key_done(project),
                f"{last.name.text(lang)} {last.deadline}" if last else None,
                *(getattr(project, key) for key in _SIGNING),
            ]
        )
    for note in [light_rule(forecast.provenance.confidence).text(lang), *general_notes(forecast, lang)]:
        page.line(note)


def _schedule(file: Workbook, forecast: Forecast, names: Sequence[str], lang: str) -> None:
    rows = schedule_table(forecast.projects)
    stops = tuple(rows[0].stops) if rows else ()
    page = _Page(file, say("book_schedule", lang), (6, 44, 10, *(16 for _ in stops)), lang)
    page.freeze(3)
    page.line(say("book_schedule", lang), _TITLE)
    page.put(None, page.link(say("book_back", lang), say("book_index", lang)))
    page.header(("book_number", "project", "light", *(f"stop_{stop}" for stop in stops)))
    for number, (name, row) in enumerate(zip(names, rows, strict=True), 1):
        light = row.project.light
        page.cells(
            [
                number,
                page.link(row.project.name.text(lang), name),
                Marked(light) if light else None,
                *(key_date(node) for node in row.stops.values()),
            ]
        )
    page.line(say("book_legend", lang))


def _project(page: _Page, forecast: Forecast, tasks: ProjectTasks, number: int) -> None:
    project, lang = tasks.project, page.lang
    facts: list[tuple[str, Cell]] = [
        ("owner_leader", project.leader),
        ("owner_lead_unit", project.lead_unit),
        ("owner_responsible_unit", project.responsible_unit),
        ("owner_responsible_person", project.responsible_person),
        ("owner_developer", project.developer),
        ("owner_district", project.district),
        ("investment_total", project.investment.total if project.investment else None),
        ("light", Marked(project.light) if project.light else None),
        ("on_time_joint", project.on_time),
        ("confidence_reached", project.confidence.reached if project.confidence else None),
        ("key_done", key_done(project)),
        ("blocker", project.blocker.text(lang) if project.blocker else None),
    ]
    page.freeze(3 + len(facts) // 3)
    page.line(f"{number}　{project.name.text(lang)}", _TITLE)
    page.put(None, page.link(say("book_back", lang), say("book_index", lang)))
    for at in range(0, len(facts), 3):
        pairs = [
            cell
            for key, value in facts[at : at + 3]
            for cell in (text_cell(page.sheet, say(key, lang), BOLD), value)
        ]
        page.cells(pairs, (2, 1, 2, 2, 2, 3))
    page.header(tuple(_NODES))
    for place, task in enumerate(tasks.nodes, 1):
        page.cells([place, *_node_cells(task, lang)])
    page.put()
    page.new_sheet_of_paper(len(tasks.factors) + _LINES_BELOW)
    _factors(page, tasks)
    page.put()
    spans = (2, 2, 4, 4)
    page.header(("book_role", "book_unit", "book_signature", "book_signed_on"), spans)
    for key in _SIGNING:
        role = say(f"owner_{key}", lang)
        page.cells([role, getattr(project, key), None, say("book_day_blank", lang)], spans, lines=2)
    for note in (_dated(forecast, lang), *(warning.text(lang) for warning in project.warnings)):
        page.line(note)


def _factors(page: _Page, tasks: ProjectTasks) -> None:
    lang, spans = page.lang, (2, 4, 2, 2, 2)
    if not tasks.factors:
        page.line(say("book_no_factors", lang))
        return
    page.line(say("book_factors", lang), BOLD)
    page.header(("factor", "book_gates", "book_supply", "book_need_by", "book_margin"), spans)
    for factor in tasks.factors:
        page.cells(_factor_cells(factor, lang), spans)
    if tasks.together:
        page.line(say("book_together", lang, reached=tasks.together.percent()))


def _node_cells(task: NodeTask, lang: str) -> list[Cell]:
    node = task.node
    ahead = node.state != "done"
    state = say(f"state_{node.state}", lang)
    return [
        node.name.text(lang),
        task.responsible.text(lang),
        state if ahead else Marked("done", state),
        node.planned.start if node.planned and ahead else None,
        node.planned.finish if node.planned and ahead else None,
        node.latest.finish if node.latest and ahead else None,
        node.deadline,
        node.actual.finish if node.actual else None,
        Marked(node.light, node.on_time.percent()) if node.light and node.on_time else None,
        node.total_float if ahead else None,
        say("yes", lang) if node.critical and ahead else None,
    ]


def _factor_cells(factor: FactorTask, lang: str) -> list[Cell]:
    margin = factor.margin
    late = margin is not None and margin < 0 and not factor.in_hand
    return [
        factor.name.text(lang),
        say("semicolon", lang).join(gate.text(lang) for gate in factor.gates),
        factor.supply,
        factor.need_by,
        say("book_in_hand", lang) if factor.in_hand else Marked("red", margin) if late else margin,
    ]


def _dated(forecast: Forecast, lang: str) -> str:
    asked = f"{100 * forecast.provenance.confidence:g}%"
    return say("book_dated", lang, date=forecast.data_date, confidence=asked)
