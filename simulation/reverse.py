"""Late starts of many replications at once, under shared resources: dispatch backwards in time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from scheduling.network import Network
from simulation.arrays import laid_out, late_net
from simulation.coupling import binding_resources
from simulation.kernels.reverse import reverse
from simulation.latest import late_dates
from simulation.sampling import Draws
from simulation.statistics import Slots


def reverse_starts(network: Network, draws: Draws, latest: Sequence[Any]) -> Slots:
    """Late starts under `latest` and within resources for each replication's drawn work.

    The late pass ranks; then activities are placed one by one, those with the latest finishes first, each at
    its greatest place before its successors at which the units that it needs are free over [start, finish).
    What no resource holds back keeps its date of the late pass.

    Parameters
    ----------
    network, draws, latest
        As for :func:`simulation.latest.late_starts`.

    Returns
    -------
    array of int, shape (replications, activities)
        Never later than :func:`~simulation.latest.late_starts`, the same where no resource can bind. A start
        before the calendars is their first boundary.

    Raises
    ------
    AxisError
        If a date lies behind the calendars.

    Notes
    -----
    A heuristic: a replication may have later starts. Stock and factors bound starts from below and are left
    out, as are maximum lags; work in progress keeps its date of the late pass and takes nobody's units.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling import Resource
    >>> from scheduling.build import compile_network
    >>> from simulation.risks import RiskModel
    >>> from simulation.sampling import draw
    >>> graph = nx.DiGraph()
    >>> graph.add_node("dig", duration=3, deadline=20, demand={"crane": 1})
    >>> graph.add_node("lift", duration=4, deadline=20, demand={"crane": 1})
    >>> network = compile_network(graph, resources=[Resource("crane", 1)])
    >>> reverse_starts(network, draw(network, RiskModel(), 0, range(1)), [20, 20]).tolist()
    [[13, 16]]
    """
    start, finish = late_dates(network, draws, latest)
    needs = _needs(network)
    members = _members(network, needs)
    if not members:
        return start
    laid = laid_out(network)
    slots = range(int(finish[:, members].max()))
    capacity = [[resource.capacity_at(t) for t in slots] for resource in network.resources]
    failed = reverse(
        late_net(network, laid, latest),
        laid.clock,
        np.array(members, dtype=np.int64),
        np.array([*accumulate(map(len, needs), initial=0)], dtype=np.int64),
        np.array([item for row in needs for item in row], dtype=np.int64).reshape(-1, 2),
        np.array(capacity, dtype=np.int32),
        draws.work.T,
        start.T,
        finish.T,
    )
    if failed >= 0:
        raise network.tables[failed].off_axis()
    return start


def _needs(network: Network) -> list[list[tuple[int, int]]]:
    """Units that unstarted activities hold of resources that can bind."""
    binding = [k for k in binding_resources(network) if not network.resources[k].consumed]
    return [
        [] if network.started(i) else [(k, units) for k, units in row if k in binding and units]
        for i, row in enumerate(network.demand)
    ]


def _members(network: Network, needs: Sequence[Sequence[Any]]) -> list[int]:
    """What needs units and what comes before it, in topological order."""
    found: set[int] = set()
    for i in reversed(network.order):
        if not network.started(i) and (needs[i] or any(link.succ in found for link in network.out_of[i])):
            found.add(i)
    return [i for i in network.order if i in found]
