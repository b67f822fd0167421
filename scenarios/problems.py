"""What is wrong with an input, and where: one form for YAML, ledgers and other files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from pydantic import ValidationError

from scheduling.errors import InputError

Path: TypeAlias = tuple[str | int, ...]
"""Keys and positions from the top of the scenario to the faulty value."""


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
        super().__init__("\n".join(lines))


def show(path: Path) -> str:
    """A path as ``projects[0].deadlines[1].date``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "(file)"


_REMEDIES = {
    "extra_forbidden": "unknown key; check its spelling against `backplan schema`",
    "missing": "this key is required; add it",
    "bool_type": "write true or false",
}


def problems_of(error: ValidationError) -> list[Problem]:
    """Pydantic's findings as problems with a remedy, without the paths of union branches."""
    found: dict[tuple[Path, str], Problem] = {}
    for item in error.errors(include_url=False):
        path = tuple(step for step in item["loc"] if not _branch(step))
        message = _REMEDIES.get(item["type"]) or item["msg"].removeprefix("Value error, ")
        if item["type"] not in {"missing", "extra_forbidden", "value_error"}:
            message += f" (found {item['input']!r})"
        found.setdefault((path, message), Problem(path, message))
    paths = [problem.path for problem in found.values()]
    return [problem for problem in found.values() if not _echo(problem, paths)]


def _echo(problem: Problem, paths: list[Path]) -> bool:
    """Whether a list is called too short only because a fault inside it was found too."""
    depth = len(problem.path)
    return "at least 1 item" in problem.message and any(
        len(path) > depth and path[:depth] == problem.path for path in paths
    )


def _branch(step: str | int) -> bool:
    """Whether pydantic, not the file, put this step into a path (the branch of a union or a validator)."""
    if not isinstance(step, str):
        return False
    return step in {"int", "float"} or step.startswith(("function-", "tuple[", "constrained-"))
