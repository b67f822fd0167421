"""YAML with positions: plain data, and the line and column of every value in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from scenarios.problems import Path, Problem, ScenarioError, nearest

_MOST_NODES = 1_000_000
_DEEPEST = 50
_TOO_DEEP = f"nested deeper than {_DEEPEST}; write it flatter"
_BOOLEANS = {"true": True, "false": False}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]{0,30}|0x[0-9a-fA-F]{1,16}|0b[01]{1,64})")
_SPECIAL = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
_KINDS = ("str", "bool", "null", "int", "float", "timestamp", "merge", "value", "seq", "map")
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in _KINDS}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Source:
    """A parsed file.

    Attributes
    ----------
    name : str
        File name, for messages.
    data : object
        Mappings (keys are texts), lists, texts, numbers, booleans, dates.
    """

    name: str
    data: Any = None
    _marks: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """``file:line:column`` of a value, or of the nearest value around it."""
        line, column = self._marks.get(nearest(path, self._marks), (1, 1))
        return f"{self.name}:{line}:{column}"

    def mark(self, path: Path, mark: Any) -> None:
        """Remember where a value stands."""
        self._marks[path] = mark.line + 1, mark.column + 1

    def mark_at(self, path: Path, text: str, index: int) -> None:
        """Remember that a value begins with a character of the text."""
        self._marks[path] = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def read_yaml(text: str, name: str) -> Source:
    """Parse YAML, refusing duplicate keys; only ``true`` and ``false`` are booleans.

    Raises
    ------
    ScenarioError
        With file, line and column, for broken syntax, duplicate keys and values of no known kind.

    Examples
    --------
    >>> source = read_yaml("a: [1, 2]\\nb: 2026-01-05", "x.yaml")
    >>> source.data["b"].isoformat(), source.where(("a", 1))
    ('2026-01-05', 'x.yaml:1:8')
    """
    source = Source(name)
    _refuse_control_characters(text, source)
    try:
        _refuse_depth(text, source)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = (error.problem or error.context or "").removeprefix("but ")
        message = f"not valid YAML: {what}; check indentation, quotes and colons"
        if "nesting depth" in what:  # newer parsers give up by themselves, before the first event
            message = _TOO_DEEP
        raise _refusal(source, mark, message) from None
    reader = _Reader(source)
    source.data = reader.value(root, ()) if root else None
    if reader.problems:
        raise ScenarioError(reader.problems, source.where)
    return source


def _refuse_control_characters(text: str, source: Source) -> None:
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found:
        source.mark_at((), text, found.start())
        message = f"the character {found[0]!r} cannot stand in a text file; take it out"
        raise ScenarioError([Problem((), message)], source.where)


def _refuse_depth(text: str, source: Source) -> None:
    """Refuse deep nesting by events: composing it would overflow the stack of the C library."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _refusal(source, event.start_mark, _TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refusal(source: Source, mark: Any, message: str) -> ScenarioError:
    if mark:
        source.mark((), mark)
    return ScenarioError([Problem((), message)], source.where)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.count = 0
        self.open: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.source.mark(path, node.start_mark)
        self.count += 1
        if self.count > _MOST_NODES or id(node) in self.open:
            message = "aliases that repeat themselves; write the values out"
            raise ScenarioError([Problem(path, message)], self.source.where)
        if node.tag not in _TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.problems.append(Problem(path, f"the tag {tag} is not read; leave it out"))
            return None
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, k)) for k, item in enumerate(node.value)]
            return self.mapping(node, path)
        finally:
            self.open.discard(id(node))

    def mapping(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        seen: set[str] = set()
        for key_node, value_node in node.value:
            here = (*path, str(key_node.value))
            fault = self.key_fault(key_node, seen)
            if fault:
                here = here if isinstance(key_node, yaml.ScalarNode) else path
                self.source.mark(here, key_node.start_mark)
                self.problems.append(Problem(here, fault))
                continue
            seen.add(key_node.value)
            data[key_node.value] = self.value(value_node, here)
            if isinstance(value_node, yaml.ScalarNode) and not (value_node.value or value_node.style):
                self.source.mark(here, key_node.start_mark)
        return data

    def key_fault(self, key: yaml.Node, seen: set[str]) -> str | None:
        """What is wrong with a key."""
        if not isinstance(key, yaml.ScalarNode) or key.tag not in _TAGS:
            return "a key must be a plain text; rewrite it"
        if key.tag.endswith(":merge"):
            return "merge keys (<<) are not read; write the keys out"
        return "this key stands twice; keep one of them" if key.value in seen else None

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        """A plain value as YAML means it, but octal and base-60 numbers and ``yes`` stay texts."""
        text: str = node.value
        read = _SCALARS.get(node.tag.rsplit(":", 1)[-1])
        if read is None or node.style:
            return text
        try:
            return read(text)
        except ValueError:
            self.problems.append(Problem(path, f"{text[:40]} is no date that exists; correct it"))
            return None


def _integer(text: str) -> int | str:
    return int(text.replace("_", ""), 0) if _INTEGER.fullmatch(text) else text


def _float(text: str) -> float | str:
    text = _SPECIAL.get(text.lower(), text)
    return text if ":" in text else float(text.replace("_", ""))


def _timestamp(text: str) -> date:
    return date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: _BOOLEANS.get(text, text),
    "null": lambda text: None,
    "int": _integer,
    "float": _float,
    "timestamp": _timestamp,
}
