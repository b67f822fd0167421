"""Parts of a network that know nothing of each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx

from scheduling.network import Network


def parts(network: Network, shared: Collection[int] = ()) -> list[list[int]]:
    """Positions of the activities of each part: what projects, links, factors and `shared` resources couple.

    Parameters
    ----------
    network : Network
    shared : collection of int
        Positions of the resources that couple the activities that demand them.

    Returns
    -------
    list of list of int
        Each part in order of position, the parts in order of their first.

    Examples
    --------
    >>> from scheduling.build import compile_network
    >>> graph = nx.DiGraph([("a", "b"), ("c", "d")])
    >>> nx.set_node_attributes(graph, 1, "duration")
    >>> nx.set_node_attributes(graph, {"a": 1, "b": 1, "c": 2, "d": 2}, "project")
    >>> parts(compile_network(graph))
    [[0, 1], [2, 3]]
    """
    graph: nx.Graph[object] = nx.Graph()
    graph.add_nodes_from(range(len(network)))
    graph.add_edges_from((i, ("project", k)) for i, k in enumerate(network.project))
    graph.add_edges_from((link.pred, link.succ) for link in network.links)
    for k, gate in enumerate(network.gates):
        graph.add_edges_from((i, ("gate", k)) for i in gate.gates)
    for i in range(len(network)):
        graph.add_edges_from((i, ("resource", k)) for k in network.resources_of(i) if k in shared)
    found = [sorted(i for i in members if isinstance(i, int)) for members in nx.connected_components(graph)]
    return sorted(part for part in found if part)


def restrict(network: Network, part: Sequence[int]) -> Network:
    """The network of one part, which counts its activities and projects from 0."""
    place = {i: k for k, i in enumerate(part)}
    projects = sorted({network.project[i] for i in part})

    def of(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(values[i] for i in part)

    def inside(values: Mapping[int, Any]) -> dict[int, Any]:
        return {place[i]: value for i, value in values.items() if i in place}

    return replace(
        network,
        ids=of(network.ids),
        kind=of(network.kind),
        work=of(network.work),
        tables=of(network.tables),
        project=tuple(projects.index(network.project[i]) for i in part),
        projects=tuple(network.projects[k] for k in projects),
        starts=tuple(network.starts[k] for k in projects),
        release=of(network.release),
        deadlines=inside(network.deadlines),
        demand=of(network.demand),
        links=tuple(
            link._replace(pred=place[link.pred], succ=place[link.succ])
            for link in network.links
            if link.pred in place
        ),
        actual_start=of(network.actual_start),
        actual_finish=of(network.actual_finish),
        gates=tuple(
            gate._replace(gates=tuple(place[i] for i in gate.gates))
            for gate in network.gates
            if gate.gates[0] in place
        ),
        lead_factors=inside(network.lead_factors or {}),
        start_by=inside(network.start_by),
        finish_from=inside(network.finish_from),
        modes=inside(network.modes),
        choice=inside(network.choice),
        floor=inside(network.floor),
    )
