"""From an :class:`~scenarios.formats.rcpsp.records.Instance` to a network on plain numbers."""

from __future__ import annotations

from typing import Any

import networkx as nx

from scenarios.formats.rcpsp.records import Instance, Link, Mode
from scheduling.build import compile_network
from scheduling.network import Network, Resource


def network(instance: Instance) -> Network:
    """The problem as a network without dates, whose ids are (project, job) as the file numbers them.

    Due dates are left out: the libraries ask for the least completion, and their generators put the due date
    at the length of the critical path.

    Parameters
    ----------
    instance : Instance

    Returns
    -------
    Network

    Raises
    ------
    CycleError
        If jobs wait for each other.

    Examples
    --------
    >>> from scenarios.formats.rcpsp.records import Activity, Pool, Project
    >>> jobs = tuple(Activity(1, job, (Mode(3, (1,)),)) for job in (1, 2))
    >>> net = network(Instance("two", (Project(1),), jobs, (Link(0, 1),), (Pool("R1", 1),)))
    >>> net.ids, net.work
    (((1, 1), (1, 2)), (3, 3))
    """
    graph: nx.DiGraph[Any] | nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    names = [pool.id for pool in instance.resources]
    ids = [(item.project, item.number) for item in instance.activities]
    for id, item in zip(ids, instance.activities, strict=True):
        ways = {
            k: {"duration": mode.duration, "demand": demand(names, mode)}
            for k, mode in enumerate(item.modes, 1)
        }
        graph.add_node(id, project=item.project, mode=1, **ways.pop(1), modes=ways)
    for link in instance.links:
        graph.add_edge(ids[link.pred], ids[link.succ], **relation(link))
    return compile_network(
        graph,
        start={project.number: project.release for project in instance.projects},
        resources=[Resource(pool.id, pool.capacity, consumed=pool.consumed) for pool in instance.resources],
    )


def demand(names: list[str], mode: Mode) -> dict[str, int]:
    """Units by resource; what takes no time holds none."""
    return {name: units for name, units in zip(names, mode.demand, strict=True) if units and mode.duration}


def relation(link: Link) -> dict[str, Any]:
    """Type and lags of a link, as graphs and scenario files name them."""
    if link.lag is None and link.maximum_lag is None:
        return {"type": "FS", "lag": 0}
    return {"type": "SS", "lag": link.lag, "maximum_lag": link.maximum_lag}
