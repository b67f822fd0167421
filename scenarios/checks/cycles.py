"""Cycles of minimum lags, through factors without a supply date too."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx

from scenarios.checks.context import Context
from scenarios.expand import full_id
from scenarios.factors import project_factors
from scenarios.problems import Path, Problem


def cycles(context: Context) -> list[Problem]:
    """The first cycle, named in full, at a link of it that the file gives."""
    arcs = [
        (link.id, spec.id)
        for spec in context.specs.values()
        for link in spec.predecessors
        if link.lag is not None
    ]
    graph: nx.DiGraph[str] = nx.DiGraph([*arcs, *_factor_arcs(context)])
    try:
        found = [str(tail) for tail, *_ in nx.find_cycle(graph)]
    except nx.NetworkXNoCycle:
        return []
    first = found.index(min(found))
    cycle = [*found[first:], *found[: first + 1]]
    message = f"the precedences form a cycle: {' -> '.join(cycle)}; remove one of these links"
    return [Problem(_place(context, set(pairwise(cycle))), message)]


def _factor_arcs(context: Context) -> list[tuple[str, str]]:
    """From the nodes that a lead is said to wait for, over the factor, to the nodes it holds back."""
    begun = context.begun()
    arcs = []
    for project in context.scenario.projects:
        specs = [spec for spec in context.specs.values() if spec.project == project.id]
        for item in project_factors(project, context.scenario, specs, begun):
            factor = item.factor
            if factor.after:
                arcs += [(str(node), str(factor.id)) for node in factor.after]
                arcs += [(str(factor.id), str(node)) for node in factor.gates]
    return arcs


def _place(context: Context, cycle: set[tuple[str, str]]) -> Path:
    for k, project in enumerate(context.scenario.projects):
        here: Path = ("projects", k)
        given: list[tuple[Path, str, str]] = []
        for a, activity in enumerate(project.activities):
            at: Path = (*here, "activities", a, "predecessors")
            given += [((*at, p), link.id, activity.id) for p, link in enumerate(activity.predecessors)]
        for name, override in project.overrides.items():
            at = (*here, "overrides", name, "predecessors")
            given += [((*at, p), link.id, name) for p, link in enumerate(override.predecessors or ())]
        for name, factor in project.factors.items():
            at = (*here, "factors", name, "after")
            given += [((*at, p), node, f"factor:{name}") for p, node in enumerate(factor.after or ())]
        for path, tail, head in given:
            if (full_id(tail, project.id), f"{project.id}/{head}") in cycle:
                return path
    return ("projects",)
