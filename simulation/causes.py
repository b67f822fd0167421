"""What each cause of delay costs: on-time probability won if it vanished, on the same draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.network import Id, Network
from scheduling.plan import Plan
from simulation.coupling import binding_resources
from simulation.monte_carlo import simulate, simulate_variants
from simulation.result import SimulationResult
from simulation.risks import Cause, RiskModel
from simulation.statistics import Gain, paired_gain

Progress: TypeAlias = Callable[[int, int], None]
Flags: TypeAlias = npt.NDArray[np.bool_]

KINDS = ("factor", "rework", "driver")
"""Kinds of cause taken out by default, beside resources."""


@dataclass(frozen=True, slots=True)
class CauseGains:
    """Gains by what they are won for; causes without any effect there are left out.

    Attributes
    ----------
    by_activity : mapping of activity to tuple of (Cause, Gain)
        For each unfinished activity with a deadline, the costliest cause first.
    by_project : mapping of project to tuple of (Cause, Gain)
        For all deadlines of the project together, the costliest cause first.
    """

    by_activity: Mapping[Id, tuple[tuple[Cause, Gain], ...]]
    by_project: Mapping[Id, tuple[tuple[Cause, Gain], ...]]


def cause_gains(
    network: Network,
    plan: Plan | None = None,
    *,
    risks: RiskModel,
    causes: Iterable[Cause] | None = None,
    replications: int | range = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[SimulationResult, CauseGains]:
    """Simulate a risk model, and again without each of its causes.

    Parameters
    ----------
    network, plan, replications, seed, progress
        As for :func:`simulation.monte_carlo.simulate`; activities start as soon as possible.
    risks : RiskModel
    causes : iterable of Cause, optional
        Which to take out; by default every factor, rework loop and driver of the risk model. A resource that
        can bind is always taken out too, as ``Cause("resource", id)``: as if there were units without end.

    Returns
    -------
    result : SimulationResult
        With every cause in it.
    gains : CauseGains
        On-time probability without the cause less that with it, with the standard error of the difference.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Fixed
    >>> from simulation.risks import Rework
    >>> graph = nx.DiGraph()
    >>> graph.add_node("permit", duration=20, deadline=25)
    >>> risks = RiskModel(rework={"permit": Rework(0.5, Fixed(10))})
    >>> result, gains = cause_gains(compile_network(graph), risks=risks, replications=200)
    >>> cause, gain = gains.by_activity["permit"][0]
    >>> tuple(cause), gain.mean == 1 - result.probability("permit").value
    (('rework', 'permit'), True)
    """
    chosen = [cause for cause in risks.causes if cause.kind in KINDS] if causes is None else list(causes)
    base, variants = simulate_variants(
        network,
        plan,
        risks=risks,
        variants={cause: risks.without(cause) for cause in chosen},
        replications=replications,
        seed=seed,
        progress=progress,
    )
    for k in sorted(binding_resources(network)):
        free = _without_resource(network, k)
        variants[Cause("resource", network.resources[k].id)] = simulate(
            free, plan, risks=risks, replications=replications, seed=seed
        )
    return base, _gains(base, variants)


def _without_resource(network: Network, resource: int) -> Network:
    demand = tuple(tuple(item for item in row if item[0] != resource) for row in network.demand)
    return replace(network, demand=demand)


def _gains(base: SimulationResult, variants: Mapping[Cause, SimulationResult]) -> CauseGains:
    net = base.network
    activities = [net.ids[i] for i in net.deadlines if not net.done(i)]
    return CauseGains(
        {name: _ranked(name, SimulationResult.meets, base, variants) for name in activities},
        {name: _ranked(name, SimulationResult.on_time, base, variants) for name in base.judged_projects},
    )


def _ranked(
    name: Id,
    held: Callable[[SimulationResult, Id], Flags],
    base: SimulationResult,
    variants: Mapping[Cause, SimulationResult],
) -> tuple[tuple[Cause, Gain], ...]:
    before = held(base, name)
    found = []
    for cause, variant in variants.items():
        after = held(variant, name)
        if (before != after).any():
            found.append((cause, paired_gain(before, after)))
    return tuple(sorted(found, key=lambda item: (-item[1].mean, str(item[0]))))
