"""Need-by dates: by when a factor must be in hand so that a project is on time often enough.

*Alone*: the one factor arrives on a given day in every replication, everything else is random as modelled. A
replication tolerates the factor up to some day: until then it is on time, afterwards late. The share of
replications that tolerate a day is the on-time probability if the factor arrives on it.

Without resources that bind and maximum lags, the last tolerated day is the late start of what the factor
gates: dates are maxima of monotone functions of the arrival. Elsewhere that late start is an upper bound,
because nothing is dispatched before its early start, and each replication is bisected below it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.plan import Plan
from simulation.arrivals import factors_of, gated_by, in_hand, shown_day, with_arrivals
from simulation.coupling import coupled
from simulation.last_starts import greatest_starts
from simulation.maxplus import early_dates
from simulation.pieces import Flags, Piece, lines_ahead, met
from simulation.risks import RiskModel
from simulation.sampling import Draws, cancelled, draw
from simulation.simulator import Run, Simulator
from simulation.statistics import Probability, Slots, required_count
from simulation.workers import LARGE, spread

Progress: TypeAlias = Callable[[int, int], None]

NEVER = int(np.iinfo(np.int64).min)
"""Last tolerated day of a replication that is late however early the factor comes."""


@dataclass(frozen=True, slots=True)
class NeedBy:
    """By when one factor must be in hand for one project, all else random as modelled.

    Attributes
    ----------
    factor, project : ids
    confidence : float
    date : date or number, or None
        In hand on the morning of this day, the project meets all its deadlines with probability `confidence`
        or more; a day later with less. None: unattainable, however early the factor comes.
    reached : Probability
        On-time probability if the factor arrives on `date`; where there is none, the best there is.
    best : Probability
        On-time probability if the factor is in hand from the first.
    modelled : Probability
        On-time probability with the factor random too.
    in_hand : Probability or None
        How often the factor, as modelled, is in hand on `date`.
    curve : tuple of (date, Probability)
        Days from the first to the last that matters, with the on-time probability if the factor arrives then.
        Before the first it is that of the first (`best`), after the last 0.
    """

    factor: Id
    project: Id
    confidence: float
    date: Any
    reached: Probability
    best: Probability
    modelled: Probability
    in_hand: Probability | None
    curve: tuple[tuple[Any, Probability], ...]

    @property
    def attainable(self) -> bool:
        """Whether any arrival reaches the confidence."""
        return self.date is not None


def need_by_dates(
    network: Network,
    plan: Plan | None = None,
    *,
    risks: RiskModel,
    confidence: float = 0.8,
    projects: Collection[Id] | None = None,
    replications: int | range = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[NeedBy, ...]:
    """Need-by dates of every factor, each alone, for every project that waits for it; work starts asap.

    Parameters
    ----------
    network : Network
    plan : Plan, optional
        Its planned starts are the order in which activities ask for units.
    risks : RiskModel
    confidence : float
        On-time probability to be reached, of all deadlines ahead of a project together.
    projects : collection of ids, optional
        Which may wait for the factor; by default any.
    replications : int or range
    seed : int
    progress : callable, optional
        Called with (factors done, factors in all), after each part of the portfolio that nothing couples;
        where there is only one, after each factor.

    Returns
    -------
    tuple of NeedBy
        For each factor, with or without a supply date, and each project with a deadline that follows what the
        factor gates; in the order of the network.

    Raises
    ------
    InputError
        For a confidence out of range, a project or risks that the network does not know, or a plan of another
        network.
    AxisError
        If a replication runs off the calendars.

    Notes
    -----
    Without resources that bind and maximum lags the whole curve is exact: one late pass, and one run without
    the factor, for each replication. Elsewhere an earlier arrival can make a replication late (Graham 1969,
    SIAM J. Appl. Math. 17, 416-429), so the curve tells where each replication tips over for the last time
    that bisection finds; `date` and `reached` are simulated directly, and a day later reaches less.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from scheduling.network import Factor
    >>> from simulation.distributions import Discrete
    >>> graph = nx.DiGraph()
    >>> graph.add_node("build", duration=20, deadline=50)
    >>> network = compile_network(graph, factors=[Factor("land", ("build",), supply=25)])
    >>> work, delay = Discrete((20, 30), (3, 1)), Discrete((0, 9), (1, 1))
    >>> risks = RiskModel(work={"build": work}, delay={"land": delay})
    >>> land, = need_by_dates(network, risks=risks, confidence=0.7)
    >>> land.date, land.attainable, land.reached.value > 0.7 > land.modelled.value
    (30, True, True)
    """
    numbers = range(replications) if isinstance(replications, int) else replications
    required_count(confidence, len(numbers))  # refuses a confidence out of range
    wanted = set(network.projects if projects is None else projects)
    if unknown := wanted.difference(network.projects):
        raise InputError(f"project '{unknown.pop()}' does not exist. Correct the id.")
    pieces = [
        piece
        for piece in Piece.whole(network, plan, risks).split()
        if not wanted.isdisjoint(piece.network.projects)
    ]
    total = sum(len(factors_of(piece.network)) for piece in pieces)
    large = len(numbers) * len(network) >= LARGE
    parts: Iterator[list[NeedBy]]
    if len(pieces) == 1:  # its factors share what is made ready once
        search = _Search(pieces[0], wanted, numbers, seed, confidence)
        steps = [1] * total
        parts = spread(search.dates, factors_of(pieces[0].network), large=large, here=True)
    else:
        dates = partial(_dates, wanted=wanted, numbers=numbers, seed=seed, confidence=confidence)
        steps = [len(factors_of(piece.network)) for piece in pieces]
        parts = spread(dates, pieces, large=large)
    found: list[NeedBy] = []
    done = 0
    for part, step in zip(parts, steps, strict=True):
        found.extend(part)
        done += step
        if progress:
            progress(done, total)
    return tuple(found)


def _dates(piece: Piece, wanted: set[Id], numbers: range, seed: int, confidence: float) -> list[NeedBy]:
    """The need-by dates of one piece of a portfolio."""
    search = _Search(piece, wanted, numbers, seed, confidence)
    return [item for factor in factors_of(piece.network) for item in search.dates(factor)]


class _Search:
    """One piece of a portfolio: what its projects judge, and the run as modelled."""

    def __init__(self, piece: Piece, wanted: set[Id], numbers: range, seed: int, confidence: float) -> None:
        net = self.net = piece.network
        self.piece, self.confidence = piece, confidence
        self.need = required_count(confidence, len(numbers))
        self.simulator = Simulator.of(net, piece.plan, "asap", "auto")
        self.draws = draw(net, piece.risks, seed, numbers)
        self.base = self.simulator.run(self.draws)
        self.dispatched = set(coupled(net))
        lines = lines_ahead(net, cancelled(net, piece.risks, self.draws.luck))
        self.lines = {k: item for k, item in lines.items() if net.projects[k] in wanted}
        self.hopeful, self.late = self.late_starts()

    def late_starts(self) -> tuple[dict[int, Ints], dict[int, dict[int, Ints]]]:
        """For each project the replications that no factor makes late, and in them its late starts."""
        first = min(self.net.starts)
        net, draws = in_hand(self.net, self.draws, dict.fromkeys(factors_of(self.net), first))
        finish = early_dates(net, draws).finish
        hopeful, late = {}, {}
        for k, lines in self.lines.items():
            rows = np.flatnonzero(met(finish, lines))
            ends = {j: bound[rows] for j, bound in lines.items()}
            hopeful[k], late[k] = rows, greatest_starts(self.net, self.draws.work[rows], ends, {})
        return hopeful, late

    def on_time(self, run: Run, project: int) -> Flags:
        """Whether a project meets its deadlines ahead before it is cancelled, one entry a replication."""
        return met(run.dates.finish, self.lines[project])

    def exact(self, project: int) -> bool:
        """Whether late starts are the last arrivals: no deadline waits for units, and nothing is pushed."""
        return not self.net.pushing_maxima and self.dispatched.isdisjoint(self.lines[project])

    def dates(self, factor: Id) -> list[NeedBy]:
        """The need-by date of one factor for each project that waits for it."""
        gated = gated_by(self.net, factor)
        waiting = {
            k: bounds for k, late in self.late.items() if (bounds := [late[i] for i in gated if i in late])
        }
        if not waiting:
            return []
        trial = _Trial.of(self, factor)
        found = []
        for project, bounds in waiting.items():
            last = np.full(len(self.draws.replications), NEVER, dtype=np.int64)
            last[self.hopeful[project]] = np.minimum.reduce(bounds)
            last[~self.on_time(trial.at_once, project)] = NEVER
            if not self.exact(project):
                self.bisect(trial, project, last)
            found.append(self.judged(trial, project, last))
        return found

    def bisect(self, trial: _Trial, project: int, last: Ints) -> None:
        """Bring forward the last arrivals that resources or maximum lags keep from being tolerated."""
        rows = np.flatnonzero(last != NEVER)
        low, high = trial.free[rows], last[rows] + 1
        middle = high - 1  # without contention that is it
        while len(asked := np.flatnonzero(low + 1 < high)):
            held = self.held(trial, project, rows[asked], middle[asked])
            low[asked[held]], high[asked[~held]] = middle[asked[held]], middle[asked[~held]]
            middle = (low + high) // 2
        last[rows] = low

    def held(self, trial: _Trial, project: int, rows: Ints, arrivals: int | Ints) -> Flags:
        """Whether some replications hold with the factor arriving on given days, simulated directly."""
        if not len(rows):
            return np.zeros(0, dtype=np.bool_)
        run = trial.simulator.run(with_arrivals(_some(trial.draws, rows), trial.gate, arrivals))
        return met(run.dates.finish, {j: bound[rows] for j, bound in self.lines[project].items()})

    def judged(self, trial: _Trial, project: int, last: Ints) -> NeedBy:
        net, count, need = self.net, len(last), self.need
        best = Probability(int(np.count_nonzero(last != NEVER)), count)
        at: int | None = None
        reached = best
        if best.successes >= need:
            at = int(np.partition(last, count - need)[count - need])
            at, successes = self.settled(trial, project, at, int(np.count_nonzero(last >= at)))
            reached = Probability(successes, count)
        days = np.unique(last[last != NEVER])
        tolerated = np.sort(last)
        counts = count - np.searchsorted(tolerated, days)
        return NeedBy(
            trial.factor,
            net.projects[project],
            self.confidence,
            None if at is None else shown_day(net, at),
            reached,
            best,
            Probability.of(self.on_time(self.base, project)),
            None if at is None else Probability.of(trial.modelled <= at),
            tuple(
                (shown_day(net, day), Probability(held, count))
                for day, held in zip(days.tolist(), counts.tolist(), strict=True)
            ),
        )

    def settled(self, trial: _Trial, project: int, at: int, successes: int) -> tuple[int, int]:
        """The date that direct simulation bears out: it reaches the count needed, a day later does not."""
        if self.exact(project):
            return at, successes

        at_once, hopeful = self.on_time(trial.at_once, project), self.hopeful[project]

        def held(day: int) -> int:
            touched = hopeful[trial.free[hopeful] < day]
            others = np.count_nonzero(at_once) - np.count_nonzero(at_once[touched])
            return int(others + np.count_nonzero(self.held(trial, project, touched, day)))

        successes = held(at)
        while successes < self.need:
            at -= 1
            successes = held(at)
        while (later := held(at + 1)) >= self.need:
            at, successes = at + 1, later
        return at, successes


@dataclass(frozen=True, slots=True)
class _Trial:
    """One factor as modelled and in hand.

    Attributes
    ----------
    gate : int
        Position of its gate in the network of `simulator`.
    modelled : array of int
        When it arrives in each replication as modelled.
    at_once : Run
        With the factor in hand from the first.
    free : array of int
        Up to this day an arrival changes nothing in a replication.
    """

    factor: Id
    gate: int
    modelled: Slots
    simulator: Simulator
    draws: Draws
    at_once: Run
    free: Slots

    @classmethod
    def of(cls, search: _Search, factor: Id) -> _Trial:
        net, draws = in_hand(search.net, search.draws, {factor: min(search.net.starts)})
        gate = next(k for k, item in enumerate(net.gates) if item.id == factor)
        simulator, i = search.simulator, search.net.index.get(factor)
        if i is None or i not in search.dispatched:
            simulator = replace(simulator, network=net)
            at_once = simulator.rerun(search.base, draws)
        else:
            simulator = Simulator.of(net, replace(search.piece.plan, network=net), "asap", "auto")
            at_once = simulator.run(draws)
        modelled = search.draws.arrivals[:, gate] if i is None else search.base.dates.finish[:, i]
        free = at_once.early.resume[:, net.gates[gate].gates].min(axis=1)
        return cls(factor, gate, modelled, simulator, draws, at_once, free)


def _some(draws: Draws, rows: Ints) -> Draws:
    """Some replications, which count from 0."""
    work, arrivals = np.asfortranarray(draws.work[rows]), np.asfortranarray(draws.arrivals[rows])
    return Draws(range(len(rows)), work, arrivals, draws.luck[rows])
