"""Documents as .docx, by python-docx (the extra ``docx``), which is imported when one is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.documents.model import (
    Document,
    Heading,
    Mark,
    Marked,
    Note,
    Paragraph,
    Table,
    cell_text,
    clean,
    is_number,
)
from scenarios.reports.files import replacing
from scenarios.reports.workbook import column_width

if TYPE_CHECKING:
    from docx.document import Document as Paper

_LATIN, _CJK = "Calibri", "宋体"
_COLOURS: dict[Mark, str] = {"green": "13703A", "amber": "8A5A00", "red": "B3261E", "done": "44546A"}
_HEAD, _ZEBRA = "D9E1F2", "F5F7FA"
_PAGE, _MARGIN = (29.7, 21.0), 1.5
"""A4 landscape and its margins, in centimetres."""
_SIZES = {"Normal": 10.5, "Title": 20, "Heading 1": 14, "Heading 2": 12, "Caption": 9}
_SMALL, _LONGEST_PROPERTY = 9, 255


def write_docx(document: Document, path: Path) -> Path:
    """Write a document for a word processor: A4 landscape, the head of a table on each of its pages.

    Raises
    ------
    SchedulingError
        When the file cannot be written.
    """
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paper = docx.Document()
    _set_up(paper, document)
    for paragraph in (
        paper.add_heading(clean(document.title), 0),
        paper.add_paragraph(clean(document.subtitle)),
    ):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for block in document.blocks:
        match block:
            case Heading(text, level):
                paper.add_heading(clean(text), level)
            case Paragraph(text):
                paper.add_paragraph(clean(text))
            case Note(text):
                paper.add_paragraph(clean(text), style="Caption")
            case Table():
                _table(paper, block, document.lang)
    with replacing(path) as draft:
        paper.save(str(draft))
    return path


def _set_up(paper: Paper, document: Document) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt, RGBColor

    page = paper.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(_PAGE[0]), Cm(_PAGE[1])
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(_MARGIN)
    paper.core_properties.title = clean(document.title)[:_LONGEST_PROPERTY]
    paper.core_properties.author = "backplan"
    paper.styles["Caption"].font.bold = False
    for name, size in _SIZES.items():
        style: Any = paper.styles[name]
        style.font.name, style.font.size = _LATIN, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_after = Pt(4)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[key]  # a theme's font would win over the one named here
        fonts.set(_qualified("w:eastAsia"), _CJK)


def _table(paper: Paper, table: Table, lang: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt, RGBColor

    texts = [
        tuple(map(clean, table.headers)),
        *(tuple(cell_text(cell, lang) for cell in row) for row in table.rows),
    ]
    shares = [column_width(column[0], column[1:]) for column in zip(*texts, strict=True)]
    widths = [Cm((_PAGE[0] - 2 * _MARGIN) * share / sum(shares)) for share in shares]
    grid = paper.add_table(len(texts), len(widths), style="Table Grid")
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    cells = iter(grid._cells)  # one list: asking the table row by row takes the square of the time
    for number, line in enumerate(texts):
        for place, text in enumerate(line):
            cell = next(cells)
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(text)
            run.font.size = Pt(_SMALL)
            content = table.rows[number - 1][place] if number else None
            if isinstance(content, Marked):
                run.font.color.rgb, run.font.bold = RGBColor.from_string(_COLOURS[content.mark]), True
            elif is_number(content):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if number == 0:
                run.font.bold = True
            if number % 2 == 0:
                _shade(cell, _ZEBRA if number else _HEAD)
    _on_every_page(grid.rows[0])
    paper.add_paragraph()


def _shade(cell: Any, colour: str) -> None:
    from docx.oxml import OxmlElement

    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(_qualified(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _on_every_page(row: Any) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _qualified(name: str) -> str:
    from docx.oxml.ns import qn

    return qn(name)
