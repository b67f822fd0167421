"""What each cause of delay costs: on-time probability won if it vanished, on the same draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.plan import Plan
from simulation.coupling import binding_resources
from simulation.monte_carlo import simulate, simulate_variants
from simulation.pieces import Piece, without_resources
from simulation.result import SimulationResult
from simulation.risks import Cause, RiskModel
from simulation.statistics import Gain, paired_gain
from simulation.workers import LARGE, spread

Progress: TypeAlias = Callable[[int, int], None]
Flags: TypeAlias = npt.NDArray[np.bool_]
Gains: TypeAlias = dict[Id, list[tuple[Cause, Gain]]]

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
    most: int | None = None,
    replications: int | range = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> CauseGains:
    """Simulate a risk model again without each of its causes, activities starting as soon as possible.

    Parts of the network that nothing couples are simulated apart: keyed draws make that the same. Where
    shared resources couple projects, that takes long; `most` limits it.

    Parameters
    ----------
    network : Network
    plan : Plan, optional
        Its planned starts are the order in which activities ask for units.
    risks : RiskModel
    causes : iterable of Cause, optional
        Which to take out; by default every factor, rework loop and driver of the risk model. A resource that
        can bind is always taken out too, as ``Cause("resource", id)``: as if there were units without end.
    most : int, optional
        Where shared resources couple projects, rank the causes of each as if those did not bind, and take
        only so many of the costliest out of the coupled whole.
    replications : int or range
    seed : int
    progress : callable, optional
        Called with (parts done, parts in all).

    Returns
    -------
    CauseGains
        On-time probability without the cause less that with it, with the standard error of the difference.

    Raises
    ------
    InputError
        For a cause that the risk model does not know, a plan without dates or of another network, or a single
        replication.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Fixed
    >>> from simulation.risks import Rework
    >>> graph = nx.DiGraph()
    >>> graph.add_node("permit", duration=20, deadline=25)
    >>> risks = RiskModel(rework={"permit": Rework(0.5, Fixed(10))})
    >>> gains = cause_gains(compile_network(graph), risks=risks, replications=200)
    >>> cause, gain = gains.by_activity["permit"][0]
    >>> tuple(cause), 0.4 < gain.mean < 0.6
    (('rework', 'permit'), True)
    """
    count = replications if isinstance(replications, int) else len(replications)
    if count < 2:
        raise InputError("gains have no standard error from one replication. Give at least two replications.")
    known = [cause for cause in risks.causes if cause.kind in KINDS]
    chosen = known if causes is None else [risks.known(cause) for cause in causes]
    pieces = list(Piece.whole(network, plan, risks).split())
    by_activity: Gains = {}
    by_project: Gains = {}
    large = count * len(network) >= LARGE
    gains = partial(_gains, chosen=chosen, replications=replications, seed=seed, most=most)
    for done, (activities, projects) in enumerate(spread(gains, pieces, large=large), start=1):
        by_activity |= activities
        by_project |= projects
        if progress:
            progress(done, len(pieces))
    return CauseGains(_ranked(by_activity), _ranked(by_project))


def _gains(
    piece: Piece, chosen: Iterable[Cause], replications: int | range, seed: int, most: int | None
) -> tuple[Gains, Gains]:
    """Gains by activity and by project, of causes that change anything in a piece."""
    net, binding = piece.network, binding_resources(piece.network)
    known = set(piece.risks.causes)
    causes = [cause for cause in chosen if cause in known]
    if most is not None and binding:
        causes = _costliest(piece, causes, binding, replications, seed, most)
    base, variants = simulate_variants(
        net,
        piece.plan,
        risks=piece.risks,
        variants={cause: piece.risks.without(cause) for cause in causes},
        replications=replications,
        seed=seed,
    )
    found = _Found(base)
    for cause, variant in variants:
        found.add(cause, variant)
    for k in sorted(binding):
        free = without_resources(net, {k})
        run = simulate(free, piece.plan, risks=piece.risks, replications=replications, seed=seed)
        found.add(Cause("resource", net.resources[k].id), run)
    return found.by_activity, found.by_project


def _costliest(
    piece: Piece,
    causes: Sequence[Cause],
    binding: frozenset[int],
    replications: int | range,
    seed: int,
    most: int,
) -> list[Cause]:
    """Of each project the causes that cost most when no resource binds."""
    free = replace(piece, network=without_resources(piece.network, binding))
    chosen: dict[Cause, None] = {}
    for part in free.split():
        for ranked in _ranked(_gains(part, causes, replications, seed, None)[1]).values():
            chosen |= dict.fromkeys(cause for cause, _ in ranked[:most])
    return list(chosen)


class _Found:
    """Gains against one base."""

    def __init__(self, base: SimulationResult) -> None:
        net = base.network
        self.lines = {net.ids[i]: base.meets(net.ids[i]) for i in sorted(net.deadlines) if not net.done(i)}
        self.projects = {name: base.on_time(name) for name in base.judged_projects}
        self.by_activity: Gains = {name: [] for name in self.lines}
        self.by_project: Gains = {name: [] for name in self.projects}

    def add(self, cause: Cause, variant: SimulationResult) -> None:
        _note(self.by_activity, cause, self.lines, variant.meets)
        _note(self.by_project, cause, self.projects, variant.on_time)


def _note(gains: Gains, cause: Cause, before: Mapping[Id, Flags], held: Callable[[Id], Flags]) -> None:
    for name, flags in before.items():
        after = held(name)
        if (flags != after).any():
            gains[name].append((cause, paired_gain(flags, after)))


def _ranked(gains: Gains) -> dict[Id, tuple[tuple[Cause, Gain], ...]]:
    return {
        name: tuple(sorted(found, key=lambda item: (-item[1].mean, str(item[0]))))
        for name, found in gains.items()
    }
