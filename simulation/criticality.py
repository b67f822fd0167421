"""Which activities decide when projects finish: criticality, schedule sensitivity and cruciality."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from math import sqrt
from typing import TypeAlias

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Id, Network
from simulation.arrays import laid_out, late_net
from simulation.coupling import binding_resources
from simulation.kernels.early import Net
from simulation.kernels.floats import Shared, floats
from simulation.monte_carlo import played_again
from simulation.record import members, project_finishes
from simulation.result import SimulationResult
from simulation.simulator import Run
from simulation.statistics import UNFINISHED, Probability, Slots

Progress: TypeAlias = Callable[[int, int], None]

_CELLS = 1 << 21
"""Activities times replications looked at together, so that what is needed meanwhile stays small."""


def total_floats(network: Network, work: Slots, start: Slots, finish: Slots) -> Slots:
    """Total float of each activity under the draws of each replication, up to the finishes of the projects.

    The late pass of every replication ends where its projects end in it, whatever their deadlines. Beside
    links, units bind: an activity holds up who starts next on its resource when there would be no room for
    both. So with resources as without, float is how long an activity could take longer without moving the
    finish of its project or of another that waits for it.

    Parameters
    ----------
    network : Network
    work, start, finish : array of int, shape (replications, activities)
        What was drawn and what came of it.

    Returns
    -------
    array of int, shape (replications, activities)
        Slots of the activity's calendar, elapsed ones for milestones; never negative.
        :data:`~simulation.statistics.UNFINISHED` for done activities, and for those that have no end to
        keep because their project never finishes.

    Notes
    -----
    Maximum lags, last starts and stocks bind nobody here. Of several that start when the units come free,
    each counts as held up. Units that lie idle for a while go to the next one that needs just these.
    """
    found = np.empty(start.shape, dtype=np.int32)
    step = max(1, _CELLS // max(1, len(network)))
    net = late_net(network, laid_out(network), [0] * len(network))
    shared = _shared(network)
    for begin in range(0, len(start), step):
        rows = slice(begin, begin + step)
        found[rows] = _floats(network, net, shared, work[rows], start[rows], finish[rows])
    return found


def _floats(network: Network, net: Net, shared: Shared, work: Slots, start: Slots, finish: Slots) -> Slots:
    """Floats of a few replications, sorted here because that would take long to compile."""
    rank = np.argsort(np.array(network.order, dtype=np.int64))
    ahead = np.array([i for i in range(len(network)) if not network.done(i)], dtype=np.int64)
    key = np.ascontiguousarray(start, dtype=np.int64) * len(network) + rank
    by_start, by_end = (_in_order(shared, dates) for dates in (start, finish))
    found = np.empty(start.shape, dtype=np.int32)
    drawn, begun, ended = (np.ascontiguousarray(dates, dtype=np.int32) for dates in (work, start, finish))
    floats(
        net,
        laid_out(network).clock,
        shared,
        key,
        ahead[np.argsort(key[:, ahead], axis=1)],
        by_start,
        by_end,
        np.array(network.project, dtype=np.int64),
        np.ascontiguousarray(project_finishes(finish, members(network))),
        drawn,
        begun,
        ended,
        found,
    )
    return found


def _in_order(shared: Shared, dates: Slots) -> Ints:
    """The uses of each resource in the order of some dates, shape (replications, uses)."""
    moments, order = dates[:, shared.use[:, 0]], np.empty((len(dates), len(shared.use)), dtype=np.int64)
    for low, high in pairwise(shared.first.tolist()):
        order[:, low:high] = low + np.argsort(moments[:, low:high], axis=1)
    return order


def _shared(network: Network) -> Shared:
    binding = [k for k in sorted(binding_resources(network)) if not network.resources[k].consumed]
    users: list[list[tuple[int, int]]] = [[] for _ in binding]
    place = {k: row for row, k in enumerate(binding)}
    for i, demand in enumerate(network.demand):
        for k, units in demand:
            if k in place and not network.done(i):
                users[place[k]].append((i, units))
    use = np.array([pair for row in users for pair in row], dtype=np.int64).reshape(-1, 2)
    changes = sorted({at for k in binding for at, _ in network.resources[k].changes})
    capacity = [[network.resources[k].capacity_at(at) for k in binding] for at in (-np.inf, *changes)]
    return Shared(
        use,
        np.array([*accumulate(map(len, users), initial=0)], dtype=np.int64),
        np.searchsorted(np.sort(use[:, 0]), np.arange(len(network) + 1)),
        np.argsort(use[:, 0], kind="stable"),
        np.array(changes, dtype=np.int64),
        np.array(capacity, dtype=np.int64).reshape(len(capacity), -1),
    )


@dataclass(frozen=True)
class Sensitivity:
    """How activities bear on the finishes of projects, over all replications of a result.

    Everything is counted in whole numbers, so that blocks add up in any order.

    Attributes
    ----------
    network : Network
    near : int
        Slots of float up to which an activity is near-critical.
    replications : int
    critical_count, near_count : array of int, shape (activities,)
        Replications in which an activity is critical (float 0), and near-critical or critical.
    finished : array of int, shape (projects,)
        Replications in which a project finishes; only these count in what follows.
    length : array of int, shape (3, activities)
        Sums of lengths (finish less start, elapsed slots), of their squares, of length times finish of the
        project, counted from its start.
    total : array of int, shape (2, projects)
        Sums of the finishes of projects, from their starts, and of their squares.
    """

    network: Network
    near: int
    replications: int
    critical_count: Ints
    near_count: Ints
    finished: Ints
    length: Ints
    total: Ints

    def plus(self, other: Sensitivity) -> Sensitivity:
        """What both say together, of other replications of the same network."""
        return Sensitivity(
            self.network,
            self.near,
            self.replications + other.replications,
            self.critical_count + other.critical_count,
            self.near_count + other.near_count,
            self.finished + other.finished,
            self.length + other.length,
            self.total + other.total,
        )

    def _position(self, activity: Id) -> int:
        if activity not in self.network.index:
            raise InputError(f"activity '{activity}' does not exist. Correct the id.")
        return self.network.index[activity]

    def criticality(self, activity: Id) -> Probability:
        """Criticality index: share of the replications in which an activity is critical.

        Raises
        ------
        InputError
            If there is no such activity.
        """
        return Probability(int(self.critical_count[self._position(activity)]), self.replications)

    def near_criticality(self, activity: Id) -> Probability:
        """Share of the replications in which its float is at most :attr:`near`; else as `criticality`."""
        return Probability(int(self.near_count[self._position(activity)]), self.replications)

    def index(self, activity: Id) -> float:
        """Schedule sensitivity index: criticality times sd(length) / sd(finish of its project).

        0 where the project always finishes on the same date.

        Notes
        -----
        PMI (2004), A Guide to the Project Management Body of Knowledge; Vanhoucke (2010), Omega 38, 92-105.
        """
        i = self._position(activity)
        of_length, of_total, _ = self._spread(i)
        share = float(self.critical_count[i]) / self.replications
        return share * sqrt(of_length / of_total) if of_total else 0.0

    def cruciality(self, activity: Id) -> float | None:
        """Correlation of an activity's length with the finish of its project; None where either is fixed.

        Notes
        -----
        Williams (1992), Journal of the Operational Research Society 43, 353-357; product-moment correlation.
        """
        of_length, of_total, together = self._spread(self._position(activity))
        return together / sqrt(of_length * of_total) if of_length and of_total else None

    def _spread(self, i: int) -> tuple[int, int, int]:
        """Variances of length and finish, and their covariance, all times the same square number."""
        k = self.network.project[i]
        count, (first, second, both) = int(self.finished[k]), self.length[:, i].tolist()
        once, twice = self.total[:, k].tolist()
        return count * second - first**2, count * twice - once**2, count * both - first * once

    @cached_property
    def ranked(self) -> Mapping[Id, float]:
        """Schedule sensitivity index of every unfinished activity, the greatest first."""
        ids = (name for i, name in enumerate(self.network.ids) if not self.network.done(i))
        return dict(sorted(((name, self.index(name)) for name in ids), key=lambda item: -item[1]))


def sensitivity(
    result: SimulationResult,
    *,
    near: int = 5,
    replications: range | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Play the replications of a result again and find what was critical in each.

    Parameters
    ----------
    result : SimulationResult
    near : int
        Slots of float up to which an activity is near-critical.
    replications : range, optional
        Other numbers than those of the result.
    progress : callable, optional
        Called with (replications done, replications in all).

    Returns
    -------
    Sensitivity
        Floats are those of :func:`total_floats`.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation import Discrete, RiskModel, simulate
    >>> graph = nx.DiGraph()
    >>> graph.add_nodes_from([("land", {"duration": 10}), ("permit", {"duration": 12})])
    >>> graph.add_edges_from([("land", "open"), ("permit", "open")])
    >>> graph.nodes["open"]["duration"] = 0
    >>> risks = RiskModel(work={"land": Discrete((10, 20), (3, 1))})
    >>> found = sensitivity(simulate(compile_network(graph), risks=risks, replications=400))
    >>> 0.2 < found.criticality("land").value < 0.3, next(iter(found.ranked))
    (True, 'land')
    """
    numbers = result.replications if replications is None else replications
    found: Sensitivity | None = None
    for run in played_again(result, numbers):
        block = _of_block(result.network, near, run)
        found = block if found is None else found.plus(block)
        if progress:
            progress(found.replications, len(numbers))
    if found is None:
        raise InputError(f"{numbers!r} holds no replication. Give at least one.")
    return found


def _of_block(net: Network, near: int, run: Run) -> Sensitivity:
    """What one block of replications says."""
    dates = run.dates
    slack = total_floats(net, run.draws.work, dates.start, dates.finish)
    finished = np.zeros(len(net.projects), dtype=np.int64)
    lengths = np.zeros((3, len(net)), dtype=np.int64)
    totals = np.zeros((2, len(net.projects)), dtype=np.int64)
    for k, inside in enumerate(members(net)):
        finish = dates.finish[:, inside].astype(np.int64)
        last = finish.max(axis=1, initial=0)
        rows = last != UNFINISHED
        length = (finish - dates.start[:, inside])[rows]
        last = last[rows] - net.starts[k]
        finished[k] = len(last)
        lengths[:, inside] = length.sum(axis=0), (length**2).sum(axis=0), last @ length
        totals[:, k] = last.sum(), (last**2).sum()
    critical, close = (np.count_nonzero(slack <= most, axis=0) for most in (0, near))
    return Sensitivity(net, near, len(slack), critical, close, finished, lengths, totals)
