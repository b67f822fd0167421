"""Writing a document in the format that a file's ending names."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from scenarios.documents.docx import write_docx
from scenarios.documents.html import to_html
from scenarios.documents.markdown import to_markdown
from scenarios.documents.model import Document
from scenarios.reports.files import replacing
from scheduling.errors import InputError

_TEXTS: dict[str, Callable[[Document], str]] = {".html": to_html, ".htm": to_html, ".md": to_markdown}


def check_format(path: Path) -> str:
    """The ending of a document's file in lower case.

    Raises
    ------
    InputError
        For an ending that names no format, or without the library that it needs.
    """
    suffix = path.suffix.lower()
    if suffix not in (*_TEXTS, ".docx"):
        raise InputError(f"{path}: a document ends in .html, .md or .docx; name the file so.")
    if suffix == ".docx" and find_spec("docx") is None:
        raise InputError(
            f'{path}: .docx needs python-docx. Install it with `pip install "backplan[docx]"`, or '
            "write .html or .md instead."
        )
    return suffix


def write_document(document: Document, path: Path) -> Path:
    """Write a document whole or not at all; ``.html``, ``.md`` and ``.docx`` name the format.

    Raises
    ------
    SchedulingError
        As :func:`check_format`, or when the file cannot be written.
    """
    suffix = check_format(path)
    if suffix == ".docx":
        return write_docx(document, path)
    with replacing(path) as draft:
        draft.write_text(_TEXTS[suffix](document), encoding="utf-8", newline="\n")
    return path
