"""What the checks of one scenario share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from scenarios.expand import NodeSpec, all_nodes, in_scope
from scenarios.problems import Path, Problem
from scenarios.schema import Activity, Override, Project, Scenario
from scenarios.status import NodeStatus, statuses

_MOST_NAMES = 60


@dataclass(frozen=True)
class Context:
    """A scenario whose projects expand.

    Attributes
    ----------
    every : dict of str to list of NodeSpec
        All nodes of each project, by project.
    specs : dict of str to NodeSpec
        The nodes that are planned, by full id.
    """

    scenario: Scenario
    every: Mapping[str, list[NodeSpec]]
    specs: Mapping[str, NodeSpec]

    @classmethod
    def of(cls, scenario: Scenario) -> Context:
        """Expand every project."""
        every = {project.id: all_nodes(project, scenario) for project in scenario.projects}
        scoped = (in_scope(project, every[project.id]) for project in scenario.projects)
        return cls(scenario, every, {spec.id: spec for specs in scoped for spec in specs})

    @cached_property
    def nodes(self) -> dict[str, frozenset[str]]:
        """Nodes of each project, by project."""
        return {name: frozenset(spec.node for spec in specs) for name, specs in self.every.items()}

    def begun(self) -> dict[str, NodeStatus]:
        """Status of every node that has begun, once the names are known to be good."""
        own: dict[str, list[NodeSpec]] = {project.id: [] for project in self.scenario.projects}
        for spec in self.specs.values():
            own[spec.project].append(spec)
        found: dict[str, NodeStatus] = {}
        for project in self.scenario.projects:
            found |= statuses(project, own[project.id], self.scenario.data_date)
        return found


def repeated(what: str, path: Path, names: Iterable[str], *key: str) -> Iterator[Problem]:
    """Names given more than once, at the second place; `key` leads from an item to its name."""
    names = list(names)
    for name, count in Counter(names).items():
        if count > 1:
            second = [k for k, item in enumerate(names) if item == name][1]
            yield Problem((*path, second, *key), f"{what} '{name}' stands {count} times; make each unique")


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """That a name does not exist, with what was perhaps meant."""
    known = sorted(known)
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known[:_MOST_NAMES]) or 'none'}"
    return f"{what} '{name}' does not exist; {hint}"


def parts(project: Project, here: Path) -> Iterator[tuple[Path, Activity | Override]]:
    """Own activities and overrides of a project, and where each stands."""
    for k, activity in enumerate(project.activities):
        yield (*here, "activities", k), activity
    for name, override in project.overrides.items():
        yield (*here, "overrides", name), override
