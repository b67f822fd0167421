"""What each cause of delay costs: on-time probability won if it vanished, on the same draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.plan import Plan
from simulation.coupling import binding_resources
from simulation.monte_carlo import BLOCK
from simulation.pieces import Flags, Piece, lines_ahead, without_resources
from simulation.risks import Cause, RiskModel
from simulation.sampling import cancelled, draw, redraw_rows
from simulation.simulator import Run, Simulator
from simulation.statistics import Gain, paired_gain
from simulation.workers import LARGE, spread

Progress: TypeAlias = Callable[[int, int], None]
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
    numbers = range(replications) if isinstance(replications, int) else replications
    base = _Base(piece, numbers, seed)
    found = _Found(net, base.held)
    for cause, held in zip(causes, base.without(causes), strict=True):
        found.add(cause, held)
    for k in sorted(binding):
        free = _Base(replace(piece, network=without_resources(net, {k})), numbers, seed)
        found.add(Cause("resource", net.resources[k].id), free.held)
    return found.by_activity, found.by_project


class _Base:
    """A piece simulated as it is, and again without a cause in the replications where that differs.

    Attributes
    ----------
    held : dict of int to array of bool
        Whether each unfinished activity with a deadline meets it, one entry a replication, by position.
    """

    def __init__(self, piece: Piece, numbers: range, seed: int) -> None:
        self.network, self.risks, self.seed = piece.network, piece.risks, seed
        self.simulator = Simulator.of(piece.network, piece.plan, "asap", "auto")
        self.large = len(numbers) * len(piece.network) >= LARGE
        blocks = [numbers[begin : begin + BLOCK] for begin in range(0, len(numbers), BLOCK)]
        self.runs = list(spread(self._play, blocks, large=self.large, here=True))
        each = [self._met(self.risks, run) for run in self.runs]
        self.held = {i: np.concatenate([flags[i] for flags in each]) for i in each[0]}

    def without(self, causes: Sequence[Cause]) -> Iterable[dict[int, Flags]]:
        """Who meets deadlines without each cause."""
        return spread(self._without, causes, large=self.large, here=True)

    def _play(self, block: range) -> Run:
        return self.simulator.run(draw(self.network, self.risks, self.seed, block))

    def _without(self, cause: Cause) -> dict[int, Flags]:
        risks, begin = self.risks.without(cause), 0
        names = self.risks.names(cause)
        held = {i: flags.copy() for i, flags in self.held.items()}
        for before in self.runs:
            rows, draws = redraw_rows(self.network, before.draws, risks, names, self.seed)
            if len(rows):
                run = self.simulator.rerun(before.only(rows), draws)
                for i, flags in self._met(risks, run).items():
                    held[i][begin + rows] = flags
            begin += len(before.draws.work)
        return held

    def _met(self, risks: RiskModel, run: Run) -> dict[int, Flags]:
        lives = cancelled(self.network, risks, run.draws.luck)
        lines = lines_ahead(self.network, lives)
        return {i: run.dates.finish[:, i] <= last for bounds in lines.values() for i, last in bounds.items()}


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

    def __init__(self, network: Network, held: Mapping[int, Flags]) -> None:
        self.network = network
        self.lines = {network.ids[i]: flags for i, flags in held.items()}
        self.projects = self.together(held)
        self.by_activity: Gains = {name: [] for name in self.lines}
        self.by_project: Gains = {name: [] for name in self.projects}

    def together(self, held: Mapping[int, Flags]) -> dict[Id, Flags]:
        """Whether each project meets all deadlines ahead."""
        found: dict[Id, Flags] = {}
        for i, flags in held.items():
            project = self.network.projects[self.network.project[i]]
            found[project] = found[project] & flags if project in found else flags
        return found

    def add(self, cause: Cause, held: Mapping[int, Flags]) -> None:
        lines = {self.network.ids[i]: flags for i, flags in held.items()}
        _note(self.by_activity, cause, self.lines, lines)
        _note(self.by_project, cause, self.projects, self.together(held))


def _note(gains: Gains, cause: Cause, before: Mapping[Id, Flags], after: Mapping[Id, Flags]) -> None:
    for name, flags in before.items():
        if (flags != after[name]).any():
            gains[name].append((cause, paired_gain(flags, after[name])))


def _ranked(gains: Gains) -> dict[Id, tuple[tuple[Cause, Gain], ...]]:
    return {
        name: tuple(sorted(found, key=lambda item: (-item[1].mean, str(item[0]))))
        for name, found in gains.items()
    }
