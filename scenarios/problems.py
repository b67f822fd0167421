"""What is wrong with an input, and where: one form for YAML, ledgers and other files."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from pydantic import ValidationError

from scheduling.errors import InputError

Path: TypeAlias = tuple[str | int, ...]
"""Keys and positions from the top of the scenario to the faulty value."""
_LONGEST = 60


class Problem(NamedTuple):
    """One fault: where in the scenario, and a sentence with the remedy."""

    path: Path
    message: str


class ScenarioError(InputError):
    """Every fault found in one file, one a line.

    Attributes
    ----------
    problems : tuple of Problem
    """

    def __init__(self, problems: Iterable[Problem], where: Callable[[Path], str]) -> None:
        self.problems = tuple(problems)
        lines = [
            f"{where(problem.path)}: {show(problem.path)}: {problem.message}" for problem in self.problems
        ]
        super().__init__("\n".join(line.replace("\n", "\\n") for line in lines))


def show(path: Path) -> str:
    """A path as ``projects[0].deadlines[1].date``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "(file)"


def nearest(path: Path, known: Container[Path]) -> Path:
    """The part of a path that a file knows.

    A file may leave a step out: one current node stands without its position, a short form of a distribution
    without its kind.

    Examples
    --------
    >>> nearest(("current", 0, "node"), {(), ("current",), ("current", "node")})
    ('current', 'node')
    """
    here: Path = ()
    for step in path:
        if (*here, step) in known:
            here = (*here, step)
    return here


_REMEDIES = {
    "extra_forbidden": "unknown key; check its spelling against `backplan schema`",
    "missing": "this key is required; add it",
    "bool_type": "write true or false",
    "string_type": "should be a text; put it in quotes",
    "model_type": "should be a mapping of keys to values; write `key: value` pairs below it",
    "dict_type": "should be a mapping of keys to values; write `key: value` pairs below it",
    "tuple_type": "should be a list; write its items with a dash each, or in [brackets]",
    "int_type": "should be a whole number; correct it",
    "int_parsing": "should be a whole number; correct it",
    "int_from_float": "should be a whole number; correct it",
    "float_type": "should be a number; correct it",
    "float_parsing": "should be a number; correct it",
    "too_short": "it has no item; give at least one",
    "finite_number": "should be a finite number; correct it",
    "string_pattern_mismatch": "begins with a blank, or holds '/' or a control character; leave them out",
}
_WITHOUT_VALUE = {"missing", "extra_forbidden", "value_error", "too_short"}


def problems_of(error: ValidationError) -> list[Problem]:
    """Pydantic's findings as problems with a remedy."""
    found: dict[Problem, None] = {}
    for item in error.errors(include_url=False):
        path = tuple(step for step in item["loc"] if step != "[key]")
        message = _REMEDIES.get(item["type"]) or _plain(item["msg"])
        if item["type"] not in _WITHOUT_VALUE:
            message += f" (found {_short(item['input'])})"
        found[Problem(path, message)] = None
    paths = [problem.path for problem in found]
    return [problem for problem in found if not _echo(problem, paths)]


def _plain(message: str) -> str:
    if message.startswith("Value error, "):
        return message.removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}; correct it"


def _short(value: Any) -> str:
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _echo(problem: Problem, paths: list[Path]) -> bool:
    """Whether a list is called too short only because a fault inside it was found too."""
    depth = len(problem.path)
    return problem.message == _REMEDIES["too_short"] and any(
        len(path) > depth and path[:depth] == problem.path for path in paths
    )
