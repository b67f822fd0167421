"""What each cause of delay costs: on-time probability won if it vanished, on the same draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.parts import parts, restrict
from scheduling.passes import Dates, early_pass
from scheduling.plan import Plan
from scheduling.status import Status
from simulation.coupling import binding_resources
from simulation.monte_carlo import simulate, simulate_variants
from simulation.result import SimulationResult
from simulation.risks import Cause, RiskModel
from simulation.statistics import Gain, paired_gain

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
        For a cause that the risk model does not know, or a single replication.

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
    if (replications if isinstance(replications, int) else len(replications)) < 2:
        raise InputError("gains have no standard error from one replication. Give at least two replications.")
    known = [cause for cause in risks.causes if cause.kind in KINDS]
    chosen = known if causes is None else [risks.known(cause) for cause in causes]
    planned = early_pass(network) if plan is None or plan.dates is None else plan.dates
    whole = _Part(network, planned, risks, chosen)
    pieces = list(whole.split(binding_resources(network)))
    by_activity: Gains = {}
    by_project: Gains = {}
    for done, piece in enumerate(pieces):
        if progress:
            progress(done, len(pieces))
        activities, projects = piece.gains(replications, seed, most)
        by_activity |= activities
        by_project |= projects
    if progress:
        progress(len(pieces), len(pieces))
    return CauseGains(_ranked(by_activity), _ranked(by_project))


@dataclass(frozen=True, slots=True)
class _Part:
    """A network with the planned dates, risks and causes that concern it."""

    network: Network
    planned: Dates
    risks: RiskModel
    causes: Sequence[Cause]

    def split(self, shared: frozenset[int]) -> Iterator[_Part]:
        """Parts with a deadline that nothing couples, unless it be resources other than `shared`."""
        for positions in parts(self.network, shared):
            network = restrict(self.network, positions)
            if network.deadlines:
                risks = self.risks.within(network)
                known = set(risks.causes)
                yield _Part(
                    network,
                    _of(self.planned, positions),
                    risks,
                    [cause for cause in self.causes if cause in known],
                )

    def gains(self, replications: int | range, seed: int, most: int | None) -> tuple[Gains, Gains]:
        """Gains by activity and by project, of causes that change anything there."""
        net, binding = self.network, binding_resources(self.network)
        causes = self.causes
        if most is not None and binding:
            causes = self.costliest(binding, replications, seed, most)
        plan = Plan(net, Status.FEASIBLE, self.planned, "given")
        base, variants = simulate_variants(
            net,
            plan,
            risks=self.risks,
            variants={cause: self.risks.without(cause) for cause in causes},
            replications=replications,
            seed=seed,
        )
        found = _Found(base)
        for cause, variant in variants:
            found.add(cause, variant)
        for k in sorted(binding):
            free = without_resources(net, {k})
            run = simulate(free, plan, risks=self.risks, replications=replications, seed=seed)
            found.add(Cause("resource", net.resources[k].id), run)
        return found.by_activity, found.by_project

    def costliest(
        self, binding: frozenset[int], replications: int | range, seed: int, most: int
    ) -> list[Cause]:
        """Of each project the causes that cost most when no resource binds."""
        free = replace(self, network=without_resources(self.network, binding))
        chosen: dict[Cause, None] = {}
        for piece in free.split(frozenset()):
            for ranked in _ranked(piece.gains(replications, seed, None)[1]).values():
                chosen |= dict.fromkeys(cause for cause, _ in ranked[:most])
        return list(chosen)


def _of(dates: Dates, positions: Sequence[int]) -> Dates:
    start, finish, resume = ([row[i] for i in positions] for row in (dates.start, dates.finish, dates.resume))
    return Dates(start, finish, resume)


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


def without_resources(network: Network, resources: Iterable[int]) -> Network:
    """The network as if there were units of some resources without end."""
    gone = set(resources)
    demand = tuple(tuple(item for item in row if item[0] not in gone) for row in network.demand)
    return replace(network, demand=demand)


def _ranked(gains: Gains) -> dict[Id, tuple[tuple[Cause, Gain], ...]]:
    return {
        name: tuple(sorted(found, key=lambda item: (-item[1].mean, str(item[0]))))
        for name, found in gains.items()
    }
