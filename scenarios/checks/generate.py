"""What is asked of the generator, before it makes anything."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.catalog import options, template
from scenarios.checks.context import unknown
from scenarios.problems import Path, Problem
from scenarios.schema import Scenario
from scheduling.errors import InputError


def generate(scenario: Scenario) -> Iterator[Problem]:
    """Options, resources and nodes that do not exist, and projects whose ids the generator would take."""
    spec = scenario.generate
    if spec is None:
        return
    here: Path = ("generate",)
    nodes: set[str] = set()
    for k, kind in enumerate(spec.kinds):
        path: Path = (*here, "kinds", k, "options")
        strange = [name for name in kind.options if name not in options()]
        for name in strange:
            yield Problem((*path, kind.options.index(name)), unknown("option", name, options()))
        if strange:
            continue
        try:
            nodes |= set(template(kind.template, kind.options).steps)
            template(kind.template, tuple(dict.fromkeys((*kind.options, "ready_land"))))
        except InputError as error:
            yield Problem(path, str(error))
    for k, item in enumerate(spec.demands):
        if item.resource not in scenario.resources:
            yield Problem(
                (*here, "demands", k, "resource"), unknown("resource", item.resource, scenario.resources)
            )
        if nodes and item.node not in nodes:
            yield Problem((*here, "demands", k, "node"), unknown("node", item.node, nodes))
        if item.high < item.low:
            yield Problem(
                (*here, "demands", k, "high"), f"{item.high} is less than low {item.low}; swap them"
            )
