"""Factors of a network, and the network in which one of them arrives on a given day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scheduling.calendar import Ints
from scheduling.links import Links
from scheduling.network import FINISH_MILESTONE, Gate, Id, Network
from simulation.risks import Cause, RiskModel
from simulation.sampling import Draws


def factors_of(network: Network) -> tuple[Id, ...]:
    """Factors that gate unstarted activities: those with a supply date first."""
    return (*(gate.id for gate in network.gates), *(network.lead_factors or {}).values())


def gated_by(network: Network, factor: Id) -> tuple[int, ...]:
    """Positions of the unstarted activities that a factor gates."""
    for gate in network.gates:
        if gate.id == factor:
            return gate.gates
    return tuple(link.succ for link in network.out_of[network.index[factor]])


def without_factors(risks: RiskModel, factors: Iterable[Id]) -> RiskModel:
    """The risk model without what is uncertain about some factors."""
    known = set(risks.causes)
    return risks.without(*(Cause("factor", factor) for factor in factors if ("factor", factor) in known))


def arriving(network: Network, days: Mapping[Id, int]) -> Network:
    """The network in which factors arrive on given days, whatever they were waiting for.

    A factor without a supply date leaves a milestone without links behind, so that all positions stay; its
    gate comes after the others.
    """
    gates = [gate._replace(arrival=days.get(gate.id, gate.arrival)) for gate in network.gates]
    leads = network.lead_factors or {}
    kind, work, gone = list(network.kind), list(network.work), []
    for i, factor in leads.items():
        if factor in days:
            kind[i], work[i] = FINISH_MILESTONE, 0
            gates.append(Gate(factor, days[factor], gated_by(network, factor)))
            gone.append(i)
    if not gone:
        return replace(network, gates=tuple(gates))
    links = Links.of(network.links)
    return replace(
        network,
        kind=tuple(kind),
        work=tuple(work),
        links=links.kept(~(np.isin(links.pred, gone) | np.isin(links.succ, gone))),
        gates=tuple(gates),
        lead_factors={i: factor for i, factor in leads.items() if factor not in days},
    )


def in_hand(network: Network, draws: Draws, days: Mapping[Id, int]) -> tuple[Network, Draws]:
    """:func:`arriving` with the draws of every replication, all others as they were."""
    changed = arriving(network, days)
    gone = [i for i, factor in (network.lead_factors or {}).items() if factor in days]
    columns = [draws.arrivals, np.zeros((len(draws.work), len(gone)), dtype=draws.arrivals.dtype)]
    arrivals = np.asfortranarray(np.hstack(columns))
    for k, gate in enumerate(changed.gates):
        if gate.id in days:
            arrivals[:, k] = gate.arrival
    work = draws.work
    if gone:
        work = work.copy(order="F")
        work[:, gone] = 0
    return changed, replace(draws, work=work, arrivals=arrivals)


def with_arrivals(draws: Draws, gate: int, at: int | Ints) -> Draws:
    """The draws with other arrivals at one gate: one boundary, or one a replication."""
    arrivals = draws.arrivals.copy(order="F")
    arrivals[:, gate] = at
    return replace(draws, arrivals=arrivals)


def shown_day(network: Network, boundary: int) -> Any:
    """A boundary as the day on whose morning a factor is in hand."""
    return boundary if network.axis is None else network.axis.start_date(boundary)
