"""YAML with positions: plain data, and the line and column of every value in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from scenarios.problems import Path, Problem, ScenarioError

_MOST_NODES = 2_000_000
_BOOLEANS = {"true": True, "false": False}
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Source:
    """A parsed file.

    Attributes
    ----------
    name : str
        File name, for messages.
    data : object
        Mappings, lists, texts, numbers, booleans, dates.
    """

    name: str
    data: Any = None
    _marks: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """``file:line:column`` of a value, or of the nearest value around it."""
        while path not in self._marks and path:
            path = path[:-1]
        line, column = self._marks.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


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
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark:
            source._marks[()] = mark.line + 1, mark.column + 1
        message = f"not valid YAML: {error.problem or error.context}; check indentation, quotes and colons"
        raise ScenarioError([Problem((), message)], source.where) from None
    except yaml.reader.ReaderError as error:
        message = f"not readable text: {error.reason}; save the file as UTF-8"
        raise ScenarioError([Problem((), message)], source.where) from None
    reader = _Reader(source)
    source.data = reader.value(root, ()) if root else None
    if reader.problems:
        raise ScenarioError(reader.problems, source.where)
    return source


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.count = 0
        self.open: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.source._marks[path] = node.start_mark.line + 1, node.start_mark.column + 1
        self.count += 1
        if self.count > _MOST_NODES or id(node) in self.open:
            raise ScenarioError(
                [Problem(path, "aliases that repeat themselves; write the values out")], self.source.where
            )
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, k)) for k, item in enumerate(node.value)]
            return self.mapping(node, path)
        finally:
            self.open.discard(id(node))

    def mapping(self, node: yaml.Node, path: Path) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(path, "a key must be a plain text; rewrite it"))
                continue
            key = self.scalar(key_node, path)
            if not isinstance(key, date):
                key = key_node.value
            here = (*path, str(key))
            if key in data:
                self.source._marks[here] = key_node.start_mark.line + 1, key_node.start_mark.column + 1
                self.problems.append(Problem(here, "this key stands twice; keep one of them"))
                continue
            data[key] = self.value(value_node, here)
            if not isinstance(value_node, yaml.CollectionNode) and value_node.value == "":
                self.source._marks[here] = key_node.start_mark.line + 1, key_node.start_mark.column + 1
        return data

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text = node.value
        if node.style in ("'", '"', "|", ">"):
            return text
        tag = node.tag.rsplit(":", 1)[-1]
        if tag == "bool":
            return _BOOLEANS.get(text, text)
        if tag == "null":
            return None
        if tag == "int":
            return int(text.replace("_", ""), 0) if not re.fullmatch(r"[-+]?0\d+|.*:.*", text) else text
        if tag == "float":
            return float(text.replace("_", "")) if ":" not in text else text
        if tag == "timestamp":
            try:
                return date.fromisoformat(text) if _DATE.match(text) else datetime.fromisoformat(text)
            except ValueError as error:
                self.problems.append(Problem(path, f"{text} is not a date: {error}; correct it"))
        return text
