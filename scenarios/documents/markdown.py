"""Documents as Markdown (CommonMark with tables); no text is taken for markup."""

from __future__ import annotations

import re

from scenarios.documents.model import (
    Block,
    Document,
    Heading,
    Note,
    Paragraph,
    Table,
    cell_text,
    clean,
    is_number,
)

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#$]")
_LINE_START = re.compile(r"^(\d+(?=[.)])|(?=[-+=]))")


def to_markdown(document: Document) -> str:
    """A document as Markdown.

    Examples
    --------
    >>> page = Document("A | B", "<today>", (Table(("x",), (("a|b",),)),), "en")
    >>> print(to_markdown(page))
    # A \\| B
    <BLANKLINE>
    \\<today\\>
    <BLANKLINE>
    | x |
    | --- |
    | a\\|b |
    <BLANKLINE>
    """
    parts = [f"# {_escaped(document.title)}", _line(document.subtitle)]
    parts += [_block(block, document.lang) for block in document.blocks]
    return "\n\n".join(parts) + "\n"


def _block(block: Block, lang: str) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {_escaped(text)}"
        case Paragraph(text):
            return _line(text)
        case Note(text):
            return f"> {_line(text)}"
        case Table():
            return _table(block, lang)


def _table(table: Table, lang: str) -> str:
    right = [any(map(is_number, column)) for column in zip(*table.rows, strict=True)]
    lines = [
        [_escaped(header) for header in table.headers],
        ["---:" if number else "---" for number in right],
        *([_escaped(cell_text(cell, lang)) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(text: str) -> str:
    """A text that begins a line, where more would be taken for markup."""
    return _LINE_START.sub(r"\1\\", _escaped(text))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", clean(text))
