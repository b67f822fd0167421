"""Documents: the same content in every format, and no text is ever taken for markup."""

from __future__ import annotations

import re
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.documents.files import write_document
from scenarios.documents.html import to_html
from scenarios.documents.markdown import to_markdown
from scenarios.documents.model import Document, Heading, Marked, Note, Paragraph, Table, cell_text
from scheduling.errors import InputError
from simulation.statistics import Probability

EVIL = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.invalid","x")',
    "a | b",
    "**x** [y](javascript:z) `q` <b>",
    "\x1b[31m\x00\u202e\ud800x",
    "长" * 300,
)


def page(text: str) -> Document:
    rows = ((text, Marked("red", text), 3), ("b", Marked("green"), None))
    blocks = (Heading(text), Paragraph(text), Table((text, "light", "n"), rows), Note(text))
    return Document(text, text, blocks, "en")


class Reader(HTMLParser):
    """Tags of a page, and the text of its cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells and self.tags[-1] in ("td", "th"):
            self.cells[-1] += data.rstrip("\n")


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


@given(st.one_of(st.sampled_from(EVIL), st.text(max_size=40)))
def test_html_has_the_same_tags_whatever_the_texts_say(text: str) -> None:
    plain, found = read(to_html(page("x"))), read(to_html(page(text)))
    assert found.tags == plain.tags
    shown = cell_text(text, "en")
    assert [cell.strip() for cell in found.cells[:5]] == [
        shown.strip(), "light", "n", shown.strip(), f"■ {shown}".strip()
    ]  # fmt: skip


@given(st.one_of(st.sampled_from(EVIL), st.text(max_size=40)))
def test_markdown_table_keeps_its_columns_and_its_texts(text: str) -> None:
    lines = to_markdown(page(text)).splitlines()
    row = next(line for at, line in enumerate(lines) if lines[at - 1].startswith("| ---"))
    cells = re.split(r"(?<!\\)(?:\\\\)*\|", row)
    assert len(cells) == 5
    assert re.sub(r"\\(.)", r"\1", row[2:]).startswith(cell_text(text, "en"))


def test_markdown_lines_do_not_become_lists_or_html() -> None:
    text = to_markdown(Document("t", "1. x", (Paragraph("- x"), Paragraph("<b>"), Note("=== & #")), "en"))
    assert text == "# t\n\n1\\. x\n\n\\- x\n\n\\<b\\>\n\n> \\=== \\& \\#\n"


@pytest.mark.parametrize("text", EVIL)
def test_docx_reads_back(tmp_path: Path, text: str) -> None:
    paper = docx.Document(str(write_document(page(text), tmp_path / "x.docx")))
    shown = cell_text(text, "en")
    table = paper.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        [shown, "light", "n"],
        [shown, f"■ {shown}", "3"],
        ["b", "● green", ""],
    ]
    assert shown in [paragraph.text for paragraph in paper.paragraphs]
    assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    assert paper.styles["Normal"].element.xpath("w:rPr/w:rFonts/@w:eastAsia") == ["宋体"]
    section = paper.sections[0]
    assert section.page_width > section.page_height


def test_cells_by_type() -> None:
    assert cell_text(Probability(80, 100), "en") == Probability(80, 100).percent()
    assert cell_text(Marked("done", date(2026, 3, 2)), "zh") == "✓ 2026-03-02"
    assert [cell_text(Marked(light), "zh") for light in ("green", "amber", "red")] == [
        "● 绿灯", "▲ 黄灯", "■ 红灯"
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [(), (("a", "b"),)])
@pytest.mark.parametrize("suffix", [".html", ".md", ".docx", ".HTM"])
def test_every_format_takes_empty_tables(
    tmp_path: Path, suffix: str, rows: tuple[tuple[str, ...], ...]
) -> None:
    document = Document("t", "s", (Table(("x", "y"), rows),), "zh")
    assert write_document(document, tmp_path / f"t{suffix}").stat().st_size


def test_unknown_ending_and_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"x\.pdf: a document ends in \.html, \.md or \.docx"):
        write_document(page("x"), tmp_path / "x.pdf")
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(InputError, match=r"pip install \"backplan\[docx\]\""):
        write_document(page("x"), tmp_path / "x.docx")
    assert not list(tmp_path.iterdir())
