"""How much earlier than its median late starts each project must work: one multiplier a project."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from scheduling.calendar import Ints
from scheduling.cpm import latest_finishes
from scheduling.errors import InputError
from scheduling.network import FINISH_MILESTONE, Network
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
from simulation.statistics import required_count
from simulation.workers import LARGE, spread

Progress: TypeAlias = Callable[[int, int], None]

MOST = 8.0
"""A project whose multiplier would have to be greater starts as soon as possible."""
LATE = 1000
"""Replications at most whose late starts are looked at."""
BLOCK = 500
"""Replications of the first trials."""
PATIENCE, TRIALS = 3, 9
"""Trials at most with the same replications before these double, and where there is only one block of them.
After as many with all replications projects move only earlier."""
LEAST, LOW, AIM, HIGH = 1.0, 1.25, 2.0, 3.0
"""What trials should hold beyond the confidence, in their standard errors: a plan is the last of many trials,
and so flattered. Below `LOW` a project moves earlier, beyond `HIGH` later, in the end only below `LEAST`."""
_DAMPING, _STEP, _PUSH, _CLOSE = 0.7, 1.0, 0.015, 0.1
_SCORE = 1.6449  # normal score of the 95th percentile
_ROUNDS = 10
_KEPT = 1 << 26
"""Drawn numbers that are kept from trial to trial, a quarter of a gigabyte."""


class Multipliers:
    """The search for x in date = Q50 - x (Q50 - Q05) of late starts, one x a project.

    Parameters
    ----------
    network, risks, confidence, replications, seed, progress
        As for :func:`simulation.confidence.confidence_plan`.
    """

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
        self.error = math.sqrt(confidence * (1.0 - confidence) / replications)
        margin = min(self.error, 0.25 * (1.0 - confidence))
        self.least, self.low, self.aim, self.high = (confidence + k * margin for k in (LEAST, LOW, AIM, HIGH))
        self.early = early_pass(network)
        self.median, self.spread = self.late_quantiles()
        self.waiting = _waiting(network)
        self.counts: dict[tuple[Any, ...], Ints] = {}
        self.drawn: dict[int, Draws] = {}
        self.done = 0

    def late_quantiles(self) -> tuple[Ints, Ints]:
        """Median late start of each activity and its distance from the 5th percentile, at least a slot.

        Dates without any spread would stand still whatever the multiplier.
        """
        net, count = self.net, min(self.count, LATE)
        draws = draw(net, self.risks, self.seed, range(count))
        self.soonest = early_dates(net, draws).start.min(axis=0)
        late = reverse_starts(net, draws, latest_finishes(net, self.early))
        ranks = [required_count(p, count) - 1 for p in (0.5, 0.05)]
        late.partition(sorted(set(ranks)), axis=0)
        median, low = (late[rank] for rank in ranks)
        return median, np.maximum(median - low, 1)

    def calibrated(self) -> Floats:
        """Least multipliers that hold together, with a margin for what the trials cannot tell.

        Damped Newton steps on normal scores, all projects at a time, first on some of the replications. Who
        falls short again and again takes longer and longer steps. Projects that share resources disturb each
        other: those that hold rest, and in the end nobody moves later, so that it settles.
        """
        x = np.full(len(self.net.projects), min(max(float(self.step(0.5)), 0.0), MOST))
        missed, push = np.zeros_like(x), np.full_like(x, _PUSH)
        blocks, left = 1, PATIENCE if self.count > BLOCK else TRIALS
        while True:
            held = self.held(x, blocks)
            whole = blocks * BLOCK >= self.count
            settling = whole and left <= 0
            missed = np.where(held < self.least, x, missed)
            later = (held > self.high) & (x > 0.0) & (not settling)
            if whole and not (later | ((held < self.least) & (x < MOST))).any():
                return self.tightened(x, missed)
            if not whole and left <= 0:
                blocks, left = 2 * blocks, PATIENCE
            short = held < (self.least if settling else self.low)
            push = np.where(short, 2.0 * push, _PUSH)
            step = (1.0 if settling else _DAMPING) * self.step(held)
            step = np.where(short, np.maximum(step, push * x**2), step)
            x = np.where(short | later, np.clip(x + step, 0.0, MOST), x)
            left -= 1

    def tightened(self, x: Floats, missed: Floats) -> Floats:
        """Safer projects than aimed at go half the way back to where they missed, as long as all hold."""
        for _ in range(PATIENCE):
            held = self.held(x)
            safe = (held > self.high) & (x > missed + _CLOSE)
            if not safe.any():
                break
            middle = np.where(safe, 0.5 * (x + missed), x)
            lost = (self.held(middle) < self.least) & (held >= self.least)
            if not lost.any():
                x = middle
            else:
                missed = np.where(safe if (lost & ~safe).any() else lost, middle, missed)
        return x

    def step(self, held: Any) -> Any:
        """What to add to a multiplier so that late starts, if normal, would hold as often as aimed at."""
        edge = 0.5 / self.count
        aim = normal_quantile(min(self.aim, 1.0 - edge))
        return np.clip((aim - normal_quantile(np.clip(held, edge, 1.0 - edge))) / _SCORE, -_STEP, _STEP)

    def held(self, multiplier: Floats, blocks: int | None = None) -> Floats:
        """Share of trials that each project holds, or one that waits for it where that is less."""
        count = self.count if blocks is None else min(blocks * BLOCK, self.count)
        own = self.tried(*self.planned(multiplier), count) / count
        return np.array([own[list(group)].min() for group in self.waiting], dtype=np.float64)

    def within_reach(self, tried: int, reached: int) -> bool:
        """Whether trials, but for their standard error, or fresh draws hold the confidence."""
        need = required_count(self.confidence, self.count)
        return reached >= need or tried >= need - self.count * self.error

    def tried(self, dates: Dates, gates: tuple[int, ...], count: int | None = None) -> Ints:
        """Trials, of the first `count` in the second set, in which each project meets all its deadlines."""
        count = self.count if count is None else count
        if (key := (gates, count)) not in self.counts:
            simulator = Simulator.of(self.net, gated(self.net, dates, gates), "plan", "auto")
            begins = range(0, count, BLOCK)
            large = count * len(self.net) >= LARGE
            parts = spread(lambda begin: self.kept(simulator, begin), begins, large=large, here=True)
            self.counts[key] = np.sum([*parts], axis=0)
            self.tell()
        return self.counts[key]

    def kept(self, simulator: Simulator, begin: int) -> Ints:
        """Trials of a block in which each project meets all its deadlines."""
        draws = self.drawn.get(begin) or self.drawing(begin)
        lines = lines_ahead(self.net, cancelled(self.net, self.risks, draws.luck))
        finish = simulator.run(draws).dates.finish
        held = [met(finish, lines.get(k, {})).sum() for k in range(len(self.net.projects))]
        return np.array(held, dtype=np.int64)

    def drawing(self, begin: int) -> Draws:
        """The draws of a block of trials, kept for the next one as long as there is room for all."""
        numbers = range(self.count, 2 * self.count)[begin : begin + BLOCK]
        draws = draw(self.net, self.risks, self.seed, numbers)
        if self.count * len(self.net) <= _KEPT:
            self.drawn[begin] = draws
        return draws

    def reached(self, dates: Dates, gates: Sequence[int]) -> Ints:
        """Replications of the third set in which each project meets all its deadlines."""
        numbers = range(2 * self.count, 3 * self.count)
        plan = gated(self.net, dates, gates)
        run = simulate(self.net, plan, risks=self.risks, replications=numbers, seed=self.seed, start="plan")
        self.done += 1
        if self.progress:
            self.progress(self.done, self.done)
        return np.array([run.on_time(project).sum() for project in self.net.projects], dtype=np.int64)

    def tell(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, max(2 * TRIALS, self.done + 1))

    def planned(self, multiplier: Floats) -> tuple[Dates, tuple[int, ...]]:
        """Resource-feasible dates at planning durations, no start before its quantile date; and the gates."""
        net, early = self.net, self.early.start
        target = [int(value) for value in self.soonest]
        for i, k in enumerate(net.project):
            if not net.started(i) and net.kind[i] != FINISH_MILESTONE and multiplier[k] < MOST:
                date = math.floor(self.median[i] - multiplier[k] * self.spread[i])
                target[i] = max(target[i], date)
        floor = [max(early[i], date) for i, date in enumerate(target)]
        dates = feasible(net, floor, self.median.tolist())
        gates = (date if date < early[i] else dates.start[i] for i, date in enumerate(target))
        return dates, tuple(gates)


def gated(net: Network, dates: Dates, gates: Sequence[int]) -> Plan:
    """The gates as a plan, for ``start="plan"``."""
    return Plan(net, Status.FEASIBLE, replace(dates, start=list(gates)), "confidence")


def feasible(net: Network, floor: Sequence[Any], order: Sequence[Any]) -> Dates:
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
