"""How far draws really go together: the correlation asked of each group beside the one of its integers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Id, Network
from simulation.risks import Correlation, RiskModel
from simulation.sampling import draw
from simulation.special import Floats
from simulation.statistics import Slots


class Pair(NamedTuple):
    """Two members of a group and how their draws go together."""

    one: tuple[Id, str]
    other: tuple[Id, str]
    linear: float
    rank: float


@dataclass(frozen=True, slots=True)
class InducedCorrelation:
    """Correlation of the integers drawn for one group.

    Attributes
    ----------
    group : id
    asked : float
        Correlation of the normal scores of any two members.
    members : tuple of (id, kind)
        Kind is "work", "delay", "lead" or "rework" (all loops together).
    linear, rank : array of float, shape (members, members)
        Pearson's correlation, and Spearman's, with the mean rank where draws are equal.
    constant : tuple of (id, kind)
        Members left out because all their draws are the same.
    replications : int
        Of independent members the correlations scatter by about ``1/sqrt(replications)``.
    """

    group: Id
    asked: float
    members: tuple[tuple[Id, str], ...]
    linear: Floats
    rank: Floats
    constant: tuple[tuple[Id, str], ...]
    replications: int

    @property
    def pairs(self) -> Iterator[Pair]:
        """Pair by pair, in the order of the members."""
        for i, one in enumerate(self.members):
            for j in range(i + 1, len(self.members)):
                yield Pair(one, self.members[j], float(self.linear[i, j]), float(self.rank[i, j]))


def induced_correlations(
    network: Network, risks: RiskModel, *, replications: int = 1000, seed: int = 0
) -> tuple[InducedCorrelation, ...]:
    """Correlation that each group of a risk model induces between the integers drawn.

    Work and leads are taken without drivers and rework, which have correlations of their own. Skewed draws,
    draws that are mostly nothing, and rounding all lower what was asked of the normal scores.

    Parameters
    ----------
    network : Network
    risks : RiskModel
    replications : int
        At least 2.
    seed : int
        The draws are those of a simulation with this seed.

    Returns
    -------
    tuple of InducedCorrelation
        In the order of ``risks.correlations``.

    Raises
    ------
    InputError
        For fewer than two replications, or risks that the network does not know.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Lognormal
    >>> graph = nx.DiGraph()
    >>> graph.add_nodes_from(["land", "homes"], duration=10)
    >>> risks = RiskModel(
    ...     work={"land": Lognormal(45, 150), "homes": Lognormal(60, 240)},
    ...     correlations=(Correlation("site", 0.5, ("land", "homes")),),
    ... )
    >>> (found,) = induced_correlations(compile_network(graph), risks, replications=4000)
    >>> (pair,) = found.pairs
    >>> 0.43 < pair.rank < 0.53, pair.linear < pair.rank
    (True, True)
    """
    if replications < 2:
        raise InputError(f"correlations need two replications at least, not {replications}. Give more.")
    groups = risks.correlations
    spread = RiskModel(
        work=risks.work,
        delay=risks.delay,
        lead=risks.lead,
        correlations=tuple(replace(group, reworks=()) for group in groups),
    )
    rework = RiskModel(
        rework=risks.rework, correlations=tuple(replace(group, members=()) for group in groups)
    )
    numbers = range(replications)
    spreads, reworks = (draw(network, model, seed, numbers) for model in (spread, rework))
    gates = {gate.id: k for k, gate in enumerate(network.gates)}
    leads = {name: i for i, name in (network.lead_factors or {}).items()}

    def columns(group: Correlation) -> dict[tuple[Any, str], Slots]:
        found: dict[tuple[Any, str], Slots] = {}
        for name in group.members:
            if name in gates:
                found[name, "delay"] = spreads.arrivals[:, gates[name]]
            elif name in leads:
                found[name, "lead"] = spreads.work[:, leads[name]]
            else:
                found[name, "work"] = spreads.work[:, network.index[name]]
        reworked = {(name, "rework"): reworks.work[:, network.index[name]] for name in group.reworks}
        return found | reworked

    return tuple(_induced(group, columns(group), replications) for group in groups)


def _induced(
    group: Correlation, columns: dict[tuple[Any, str], Slots], replications: int
) -> InducedCorrelation:
    varying = {key: column for key, column in columns.items() if np.ptp(column)}
    matrix = np.array(list(varying.values())).reshape(len(varying), replications)
    linear, rank = (
        np.corrcoef(rows).reshape(len(varying), len(varying)) if varying else np.ones((0, 0))
        for rows in (matrix, np.array([_ranks(row) for row in matrix]))
    )
    constant = tuple(key for key in columns if key not in varying)
    return InducedCorrelation(group.id, group.rho, tuple(varying), linear, rank, constant, replications)


def _ranks(column: Ints) -> Floats:
    """Ranks, with their mean where values are equal."""
    _, place, counts = np.unique(column, return_inverse=True, return_counts=True)
    means: Floats = np.cumsum(counts) - (counts - 1) / 2.0
    return means[place]
