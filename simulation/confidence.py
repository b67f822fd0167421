"""The confidence plan: the latest dates that, worked to, meet each project's deadlines often enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from scheduling.calendar import Ints
from scheduling.cpm import latest_finishes
from scheduling.errors import InputError
from scheduling.network import FINISH_MILESTONE, Id, Network
from scheduling.passes import Dates, early_pass
from scheduling.plan import Plan
from scheduling.status import Status
from simulation.coupling import binding_resources
from simulation.maxplus import early_dates
from simulation.monte_carlo import simulate
from simulation.pieces import lines_ahead, met
from simulation.reverse import reverse_starts
from simulation.risks import RiskModel
from simulation.sampling import Draws, cancelled, draw
from simulation.simulator import Simulator
from simulation.special import Floats, normal_quantile
from simulation.statistics import Probability, required_count
from simulation.workers import LARGE, spread

Progress = Callable[[int, int], None]

PATIENCE = 3
"""Simulations at most with the same replications; then these double, and with all of them the search for the
multipliers of Q50 - Q05 only moves earlier."""
TRIALS = 9
BLOCK = 500
LATE = 1000
"""Replications at most whose late starts are looked at."""
MOST = 8.0
"""A project whose multiplier would have to be greater starts as soon as possible."""
_LEAST, _LOW, _AIM, _HIGH = 1.0, 1.5, 2.25, 3.5
"""What every trial should hold beyond the confidence, in standard errors: a plan is the last of many trials."""
_DAMPING, _STEP, _PUSH, _CLOSE = 0.7, 1.0, 0.015, 0.1
_SCORE = 1.6449  # normal score of the 95th percentile
_ROUNDS = 10


@dataclass(frozen=True)
class ConfidencePlan:
    """Planned dates per project at a confidence, and what they reach on fresh draws.

    Attributes
    ----------
    network : Network
    dates : Dates
        Planned boundaries: resource-feasible at planning durations.
    gates : tuple of int
        Boundaries before which activities do not start when the plan is worked to: the planned start, or an
        earlier date where confidence asks for more than the earliest dates at planning durations allow.
    confidence : float
        What was asked of every project with deadlines.
    multiplier : mapping of project to float or None
        x in date = Q50 - x (Q50 - Q05) of the late starts; None for starting as soon as possible.
    reached : mapping of project to Probability
        All deadlines of the project met, working to the planned dates, on draws used for nothing else.
    attainable : mapping of project to bool
        False where both the trials (by more than their standard error) and `reached` fall short, starting as
        soon as possible; `reached` is then the best there is beside the other projects.
    """

    network: Network
    dates: Dates
    gates: tuple[int, ...]
    confidence: float
    multiplier: Mapping[Id, float | None]
    reached: Mapping[Id, Probability]
    attainable: Mapping[Id, bool]

    @cached_property
    def plan(self) -> Plan:
        """The gates as a plan, for :func:`simulation.monte_carlo.simulate` with ``start="plan"``."""
        return _gated(self.network, self.dates, self.gates)

    @property
    def start(self) -> Mapping[Id, Any]:
        """Planned start by activity."""
        return self._shown.start

    @property
    def finish(self) -> Mapping[Id, Any]:
        """Planned finish by activity."""
        return self._shown.finish

    @cached_property
    def _shown(self) -> Plan:
        return Plan(self.network, Status.FEASIBLE, self.dates, "confidence")


def confidence_plan(
    network: Network,
    *,
    risks: RiskModel,
    confidence: float = 0.8,
    replications: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> ConfidencePlan:
    """Latest dates with which each project meets all its deadlines with probability `confidence`.

    Every replication's late pass gives late starts; an activity's date is their median less x times the
    distance from the 5th percentile to the median. The planned dates are made resource-feasible by schedule
    generation at planning durations and tried (``start="plan"``) on fresh draws, until x, one a project, is
    the least that holds. Late starts, trials and the reported probability use three disjoint sets of
    replications.

    Parameters
    ----------
    network : Network
    risks : RiskModel
    confidence : float
        Between 0 and 1, of every project with deadlines on unfinished activities. A project that others wait
        for (through links) gets the dates that they need too; one without any of these keeps x = 0.
    replications : int
        In each of the three sets.
    seed : int
    progress : callable, optional
        Called with (simulations done, simulations in all).

    Returns
    -------
    ConfidencePlan

    Raises
    ------
    InputError
        For risks that the network does not know, or when resources leave an activity no room.
    AxisError
        If a replication runs off the calendars.

    Notes
    -----
    One parameter a project, not one an activity: fitting every date by itself on the same draws reaches less
    on fresh ones than it promises (in a trial .61-.74 for .80 asked).

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Triangular
    >>> graph = nx.DiGraph()
    >>> graph.add_node("permit", duration=20, deadline=60)
    >>> risks = RiskModel(work={"permit": Triangular(10, 20, 60)})
    >>> result = confidence_plan(compile_network(graph), risks=risks, confidence=0.8)
    >>> 19 <= result.start["permit"] <= 21, abs(result.reached[None].value - 0.8) < 0.05
    (True, True)
    """
    return _Search(network, risks, confidence, replications, seed, progress).solve()


class _Search:
    def __init__(
        self,
        network: Network,
        risks: RiskModel,
        confidence: float,
        replications: int,
        seed: int,
        progress: Progress | None,
    ) -> None:
        self.net, self.risks, self.seed = network, risks, seed
        self.confidence, self.count, self.progress = confidence, replications, progress
        self.need = required_count(confidence, replications)
        error = min(math.sqrt(confidence * (1.0 - confidence) / replications), 0.25 * (1.0 - confidence))
        self.line, self.least, self.most = (confidence + k * error for k in (-1.0, _LEAST, _HIGH))
        self.low, self.aim = confidence + _LOW * error, confidence + _AIM * error
        self.early = early_pass(network)
        self.median, self.spread = self.late_quantiles()
        self.waiting = _waiting(network)
        self.tried: dict[tuple[Any, ...], Ints] = {}
        self.done = 0

    def late_quantiles(self) -> tuple[Ints, Ints]:
        """Median late start of each activity and its distance from the 5th percentile."""
        net = self.net
        count = min(self.count, LATE)
        draws = draw(net, self.risks, self.seed, range(count))
        self.soonest = early_dates(net, draws).start.min(axis=0)
        late = reverse_starts(net, draws, latest_finishes(net, self.early))
        ranks = [required_count(p, count) - 1 for p in (0.5, 0.05)]
        late.partition(sorted(set(ranks)), axis=0)
        median, low = (late[rank] for rank in ranks)
        return median, np.maximum(median - low, 1)

    def solve(self) -> ConfidencePlan:
        multiplier = self.calibrated()
        dates, gates = self.planned(multiplier)
        trial = self.tried_on(dates, gates, self.trials) / self.count
        held = self.simulated(dates, gates, 2)
        if self.progress:
            self.progress(self.done, self.done)
        judged = {self.net.project[i] for i in self.net.deadlines if not self.net.done(i)}
        names = {k: self.net.projects[k] for k in sorted(judged)}
        return ConfidencePlan(
            self.net,
            dates,
            gates,
            self.confidence,
            {name: float(multiplier[k]) if multiplier[k] < MOST else None for k, name in names.items()},
            {name: Probability(int(held[k]), self.count) for k, name in names.items()},
            {
                name: bool(held[k] >= self.need or trial[k] >= self.line)
                for k, name in names.items()
            },
        )

    def calibrated(self) -> Floats:
        """Least multipliers that hold together, with a margin for what the trials cannot tell.

        Damped Newton steps on normal scores, all projects at a time, first on some of the trials. Projects
        that share resources disturb each other: those that hold rest, and in the end nobody moves later, so
        that it settles.
        """
        x = np.full(len(self.net.projects), min(max(float(self.step(0.5)), 0.0), MOST))
        low, blocks, push = np.zeros_like(x), 1, np.full(len(x), _PUSH)
        left = PATIENCE if len(self.trials) > 1 else TRIALS
        while True:
            held = self.held(x, self.trials[:blocks])
            whole = blocks >= len(self.trials)
            mending = whole and left <= 0
            low = np.where(held < self.least, x, low)
            early = (held > self.most) & (x > 0.0) & (not mending)
            if whole and not (early | ((held < self.least) & (x < MOST))).any():
                return self.tightened(x, low)
            if not whole and left <= 0:
                blocks, left = 2 * blocks, PATIENCE
            short = held < (self.least if mending else self.low)
            push = np.where(short, 2.0 * push, _PUSH)
            step = (1.0 if mending else _DAMPING) * self.step(held)
            step = np.where(short, np.maximum(step, push * x**2), step)
            x = np.where(short | early, np.clip(x + step, 0.0, MOST), x)
            left -= 1

    def tightened(self, x: Floats, low: Floats) -> Floats:
        """Halve the way back to where projects fell short, if they end safer than asked and all hold still."""
        for _ in range(PATIENCE):
            held = self.held(x, self.trials)
            safe = (held > self.most) & (x > low + _CLOSE)
            if not safe.any():
                break
            middle = np.where(safe, 0.5 * (x + low), x)
            missed = (self.held(middle, self.trials) < self.least) & (held >= self.least)
            if not missed.any():
                x = middle
            else:
                low = np.where(safe if (missed & ~safe).any() else missed, middle, low)
        return x

    def step(self, held: Any) -> Any:
        """What to add to a multiplier so that late starts, if normal, would hold as often as aimed at."""
        edge = 0.5 / self.count
        aim = normal_quantile(min(self.aim, 1.0 - edge))
        return np.clip((aim - normal_quantile(np.clip(held, edge, 1.0 - edge))) / _SCORE, -_STEP, _STEP)

    def held(self, multiplier: Floats, trials: list[Draws]) -> Floats:
        """Shares of the second set for each project, or for one that waits for it where that is less."""
        own = self.tried_on(*self.planned(multiplier), trials) / sum(len(item.replications) for item in trials)
        return np.array([own[list(group)].min() for group in self.waiting], dtype=np.float64)

    def tried_on(self, dates: Dates, gates: tuple[int, ...], trials: list[Draws]) -> Ints:
        """Replications of the second set in which each project meets all its deadlines."""
        if (key := (gates, len(trials))) not in self.tried:
            simulator = Simulator.of(self.net, _gated(self.net, dates, gates), "plan", "auto")
            large = self.count * len(self.net) >= LARGE
            parts = spread(lambda draws: self.kept(simulator, draws), trials, large=large, here=True)
            self.tried[key] = np.sum([*parts], axis=0)
            self.tell()
        return self.tried[key]

    @cached_property
    def trials(self) -> list[Draws]:
        """The second set of replications, drawn once for all trials."""
        numbers = range(self.count, 2 * self.count)
        return [
            draw(self.net, self.risks, self.seed, numbers[begin : begin + BLOCK])
            for begin in range(0, self.count, BLOCK)
        ]

    def kept(self, simulator: Simulator, draws: Draws) -> Ints:
        """Replications of a block in which each project meets all its deadlines."""
        lines = lines_ahead(self.net, cancelled(self.net, self.risks, draws.luck))
        finish = simulator.run(draws).dates.finish
        counts = [met(finish, lines.get(k, {})).sum() for k in range(len(self.net.projects))]
        return np.array(counts, dtype=np.int64)

    def tell(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, max(TRIALS + 3, self.done + 1))

    def planned(self, multiplier: Floats) -> tuple[Dates, tuple[int, ...]]:
        """Resource-feasible dates at planning durations, no start before its quantile date; and the gates."""
        net, early = self.net, self.early.start
        target = [int(value) for value in self.soonest]
        for i, k in enumerate(net.project):
            if not net.started(i) and net.kind[i] != FINISH_MILESTONE and multiplier[k] < MOST:
                date = math.floor(self.median[i] - multiplier[k] * self.spread[i])
                target[i] = max(target[i], date)
        floor = [max(early[i], date) for i, date in enumerate(target)]
        dates = _feasible(net, floor, self.median)
        gates = (date if date < early[i] else dates.start[i] for i, date in enumerate(target))
        return dates, tuple(gates)

    def simulated(self, dates: Dates, gates: Sequence[int], block: int) -> Ints:
        """Replications of one set in which each project, working to `gates`, meets all its deadlines."""
        net = self.net
        result = simulate(
            net,
            _gated(net, dates, gates),
            risks=self.risks,
            replications=range(block * self.count, (block + 1) * self.count),
            seed=self.seed,
            start="plan",
        )
        self.tell()
        held: Ints = np.array([result.on_time(project).sum() for project in net.projects], dtype=np.int64)
        return held


def _gated(net: Network, dates: Dates, gates: Sequence[int]) -> Plan:
    return Plan(net, Status.FEASIBLE, replace(dates, start=list(gates)), "confidence")


def _feasible(net: Network, floor: Sequence[Any], order: Sequence[Any]) -> Dates:
    """Least dates from `floor` on that links and resources allow at planning durations.

    Generation places activities one by one, in an `order` that is the same for all multipliers: plans that
    differ little then disturb each other little. The early pass moves what a maximum lag or work in progress
    ties to them, until both agree. Where they never do (work in progress that holds what its predecessors
    need, maximum lags that resources break) links come first.
    """
    from scheduling.generation import forward

    dates = early_pass(net, floor=floor)
    if not binding_resources(net):
        return dates
    for _ in range(_ROUNDS):
        found = forward(net, dates, order, dates.start)
        if found is None:
            raise InputError(
                "resources leave some activity no room before the calendars end. Raise a capacity, lower a "
                "demand or extend the calendars."
            )
        dates = early_pass(net, floor=found.start)
        if (dates.start, dates.resume) == (found.start, found.resume):
            break
    return dates


def _waiting(net: Network) -> list[set[int]]:
    """For each project, itself and all that wait for it through links."""
    reach = [{k} for k in range(len(net.projects))]
    for i in reversed(net.order):
        for link in net.out_of[i]:
            reach[net.project[i]] |= {net.project[link.succ]} if not net.done(link.succ) else set()
    changed = True
    while changed:
        wider = [set().union(*(reach[j] for j in group)) for group in reach]
        changed, reach = wider != reach, wider
    return reach
