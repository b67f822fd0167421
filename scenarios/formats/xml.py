"""XML from outside: parsed without document types, entities or surprises in size."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

from scenarios.problems import Problem, ScenarioError

MOST_BYTES = 64 * 2**20
MOST_TAGS = 8_000_000
_FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY)")


def read_xml(path: Path) -> ElementTree.Element:
    """Parse an XML file in UTF-8 or, failing that, Windows-1252.

    Parameters
    ----------
    path : Path

    Returns
    -------
    xml.etree.ElementTree.Element
        The root.

    Raises
    ------
    ScenarioError
        For a file that cannot be read, is too large, holds a document type or entities (they can pull in
        other files and grow without bound), is in another encoding, or is not well-formed.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            _refuse(path.name, f"larger than {MOST_BYTES // 2**20} MB; take superfluous parts out")
        raw = path.read_bytes()
    except OSError as error:
        _refuse(path.name, f"cannot be read: {error.strerror}; check the path")
    return parse_xml(raw, path.name)


def parse_xml(raw: bytes, name: str) -> ElementTree.Element:
    """Parse XML bytes as :func:`read_xml` does; `name` stands in messages.

    Examples
    --------
    >>> parse_xml("<a>façade</a>".encode("cp1252"), "x.xml").text
    'façade'
    >>> parse_xml(b"<a><b></a>", "x.xml")
    Traceback (most recent call last):
    ...
    scenarios.problems.ScenarioError: x.xml:1:9: (file): not valid XML: mismatched tag; export the file again
    """
    text = _decoded(raw, name)
    if match := _FORBIDDEN.search(text):
        line, column = _position(text, match.start())
        _refuse(name, f"{match.group()} is not allowed; save the file without document type", line, column)
    if text.count("<") > MOST_TAGS:
        _refuse(name, f"more than {MOST_TAGS} tags; take superfluous parts out")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        reason = str(error).split(":")[0]
        _refuse(name, f"not valid XML: {reason}; export the file again", line, column + 1)


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        _refuse(name, "neither UTF-8 nor Windows-1252 text; save the file as UTF-8")


def _position(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _refuse(name: str, message: str, line: int = 1, column: int = 1) -> NoReturn:
    raise ScenarioError([Problem((), message)], lambda _: f"{name}:{line}:{column}") from None
