"""Simulate a network: draws, early dates and, where resources bind, dispatch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeAlias, TypeVar

import numpy as np

from scheduling.errors import EngineError, InputError
from scheduling.network import FINISH_MILESTONE, Link, Network
from scheduling.passes import early_pass
from scheduling.plan import Plan
from simulation.dispatch import Dispatch, compile_dispatch
from simulation.engine import Dispatched, dispatch
from simulation.events import Events
from simulation.maxplus import EarlyDates, EarlyPass
from simulation.record import Recorder, keeps_all
from simulation.result import SimulationResult, count_broken, joined, named
from simulation.risks import RiskModel
from simulation.sampling import Draws, cancelled, draw, redraw

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (replications done, replications in all)."""

Name = TypeVar("Name", bound=Hashable)

BLOCK = 1024
"""Replications drawn and kept at a time; no result depends on it."""
STEP = 1000
"""Replications after which `until` looks at the intervals."""
REPLAYED = 3000
"""Activities that SimPy dispatches again in every run; at least one replication."""


def simulate(
    network: Network,
    plan: Plan | None = None,
    *,
    risks: RiskModel | None = None,
    replications: int | range = 1000,
    seed: int = 0,
    start: str = "asap",
    engine: str = "auto",
    keep: str = "auto",
    until: float | None = None,
    progress: Progress | None = None,
) -> SimulationResult:
    """Play a network through many times with drawn work, arrivals and rework.

    Parameters
    ----------
    network : Network
        From :func:`scheduling.build.compile_network`.
    plan : Plan, optional
        Its planned starts are the order in which activities ask for units (default: early starts) and, with
        ``start="plan"``, the earliest starts of activities with work and of start milestones.
    risks : RiskModel, optional
        Without it everything takes its planning value.
    replications : int or range
        How many, or their numbers: the same number means the same draws in every run.
    seed : int
    start : {"asap", "plan"}
        Whether work waits for its planned start.
    engine : {"auto", "simpy", "events", "maxplus"}
        "auto" dispatches what resources can delay ("events", compiled) and takes the early dates for all the
        rest ("maxplus"); "simpy" and "events" dispatch everything, by the reference engine and the compiled
        one; "maxplus" refuses networks where resources can bind.
    keep : {"auto", "all", "counts"}
        Whether the result holds all dates, or exact counts of them in memory that does not grow with the
        replications; "auto": all dates where that takes less than a quarter of a gigabyte.
    until : float, optional
        Stop once the interval of every project's on-time probability is narrower than this; `replications`
        are then the most. It looks after every :data:`STEP` of them, so that the result stays the same.
    progress : callable, optional

    Returns
    -------
    SimulationResult

    Raises
    ------
    InputError
        For unknown options, a plan of another network, or risks that the network does not know; with
        `until`, if no project has a deadline ahead.
    AxisError
        If a replication runs off the calendars.
    EngineError
        If SimPy finds other dates than the compiled engines in the replications that it replays.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Discrete
    >>> graph = nx.DiGraph()
    >>> graph.add_node("permit", duration=20, deadline=25)
    >>> risks = RiskModel(work={"permit": Discrete((20, 30), (3, 1))})
    >>> result = simulate(compile_network(graph), risks=risks, replications=400, seed=1)
    >>> result.engine, result.date("permit", 0.9), abs(result.probability("permit").value - 0.75) < 0.07
    ('maxplus', 30, True)
    """
    numbers = _numbers(replications)
    if until is not None:
        keep = "all" if keeps_all(network, len(numbers), keep) else "counts"  # the same for every part
        options: Any = {"risks": risks, "seed": seed, "start": start, "engine": engine, "keep": keep}
        play = partial(simulate, network, plan, **options)
        return _until(lambda part: play(replications=part), numbers, until, progress)
    simulator = Simulator.of(network, plan, start, engine)
    risks = risks or RiskModel()
    collected = _Collected(simulator, risks, seed, numbers, keep)
    for block in _blocks(numbers):
        run = simulator.run(draw(network, risks, seed, block))
        if not collected.count:
            simulator.replay(run)
        collected.add(run)
        if progress:
            progress(collected.count, len(numbers))
    return collected.result()


def simulate_variants(
    network: Network,
    plan: Plan | None = None,
    *,
    risks: RiskModel,
    variants: Mapping[Name, RiskModel],
    replications: int | range = 1000,
    seed: int = 0,
    start: str = "asap",
    progress: Progress | None = None,
) -> tuple[SimulationResult, Iterator[tuple[Name, SimulationResult]]]:
    """Simulate a risk model and variants of it with common random numbers, replaying only what differs.

    Parameters
    ----------
    risks : RiskModel
    variants : mapping of name to RiskModel
        Such as ``{cause: risks.without(cause) for cause in risks.causes}``.
    network, plan, replications, seed, start, progress
        As for :func:`simulate`; progress counts the replications of the base and of every variant.

    Returns
    -------
    base : SimulationResult
    results : iterator of (name, SimulationResult)
        One variant at a time, each equal to what :func:`simulate` gives for it.

    Notes
    -----
    Dispatch is a function of the early dates and the work of the dispatched activities, so that a replication
    in which these are the same is taken over.
    """
    simulator = Simulator.of(network, plan, start, "auto")
    numbers = _numbers(replications)
    base = _Collected(simulator, risks, seed, numbers)
    total = len(numbers) * (1 + len(variants))
    runs = []
    for block in _blocks(numbers):
        runs.append(simulator.run(draw(network, risks, seed, block)))
        if not base.count:
            simulator.replay(runs[0])
        base.add(runs[-1])
        if progress:
            progress(base.count, total)

    def results() -> Iterator[tuple[Name, SimulationResult]]:
        for k, (name, model) in enumerate(variants.items(), start=1):
            collected = _Collected(simulator, model, seed, numbers)
            for before in runs:
                collected.add(simulator.rerun(before, redraw(network, before.draws, risks, model, seed)))
            if progress:
                progress(len(numbers) * (1 + k), total)
            yield name, collected.result()

    return base.result(), results()


def _until(
    play: Callable[[range], SimulationResult], numbers: range, width: float, progress: Progress | None
) -> SimulationResult:
    """Play step by step until every on-time interval is narrower than a width."""
    if not 0.0 < width < 1.0:
        raise InputError(f"until={width!r} is not the width of an interval. Give a number such as 0.02.")
    result: SimulationResult | None = None
    for begin in range(0, len(numbers), STEP):
        part = play(numbers[begin : begin + STEP])
        result = part if result is None else joined([result, part])
        if not result.judged_projects:
            raise InputError("no project has a deadline ahead whose interval could narrow. Drop `until`.")
        if progress:
            progress(len(result.replications), len(numbers))
        if result.width < width:
            break
    assert result is not None, "there is at least one replication"
    return result


def played_again(result: SimulationResult, numbers: range) -> Iterator[Run]:
    """Replications of a result once more, block by block: draws are keyed, so that nothing differs."""
    simulator = Simulator.of(result.network, result.plan, result.start_rule, "auto")
    for block in _blocks(numbers):
        yield simulator.run(draw(result.network, result.risks, result.seed, block))


def played_as_planned(result: SimulationResult) -> Run:
    """One replication in which everything takes its planning value; all else is as in a result."""
    simulator = Simulator.of(result.network, result.plan, result.start_rule, "auto")
    return simulator.run(draw(result.network, RiskModel(), result.seed, range(1)))


@dataclass(frozen=True, slots=True)
class Run:
    """A block of replications: what was drawn and what came of it, behind which planned starts if any."""

    floor: Sequence[Any] | None
    draws: Draws
    early: EarlyDates
    dates: Dispatched


@dataclass(frozen=True)
class Simulator:
    """A network made ready: who is dispatched in which order, behind which planned starts."""

    network: Network
    model: Dispatch
    floor: Sequence[Any] | None
    start_rule: str
    engine: str
    plan: Plan | None
    planned: Sequence[Any]
    dispatch: Callable[..., Dispatched]

    @cached_property
    def early(self) -> EarlyPass:
        """The early pass, made ready once."""
        return EarlyPass(self.network, self.floor)

    @classmethod
    def of(cls, network: Network, plan: Plan | None, start: str, engine: str) -> Simulator:
        planned = _planned_starts(network, plan)
        if start not in ("asap", "plan"):
            raise InputError(f"start rule {start!r} is neither 'asap' nor 'plan'.")
        if start == "plan" and plan is None:
            raise InputError("start='plan' needs a plan. Give one, or choose start='asap'.")
        if engine not in ("auto", "simpy", "events", "maxplus"):
            raise InputError(f"engine {engine!r} is none of 'auto', 'simpy', 'events', 'maxplus'.")
        model = compile_dispatch(network, planned, everything=engine in ("simpy", "events"))
        if engine == "maxplus" and model.activities:
            raise InputError(
                f"engine='maxplus': activity '{network.ids[model.activities[0]]}' may wait for a resource. "
                "Choose engine='auto'."
            )
        floor = [
            None if network.started(i) or network.kind[i] == FINISH_MILESTONE else at
            for i, at in enumerate(planned)
        ]
        if engine == "auto":
            engine = "events" if model.activities else "maxplus"
        run = partial(dispatch, model) if engine == "simpy" else Events(model).dispatch
        return cls(network, model, floor if start == "plan" else None, start, engine, plan, planned, run)

    def run(self, draws: Draws) -> Run:
        early = self.early.dates(draws)
        return Run(self.floor, draws, early, self.dispatch(draws.work, early))

    def replay(self, run: Run) -> None:
        """Run the first replications through SimPy again, everything dispatched, and compare every date."""
        if self.engine == "simpy":
            return
        count = min(len(run.draws.work), _replayed(self.network))
        early = EarlyDates(run.early.start[:count], run.early.finish[:count], run.early.resume[:count])
        everything = compile_dispatch(self.network, self.planned, everything=True)
        found = dispatch(everything, run.draws.work[:count], early)
        for mine, theirs in ((run.dates.start, found.start), (run.dates.finish, found.finish)):
            wrong = np.argwhere(mine[:count] != theirs)
            if len(wrong):
                r, i = wrong[0]
                raise EngineError(
                    f"replication {run.draws.replications[r]}: {self.engine} puts activity "
                    f"'{self.network.ids[i]}' at {mine[r, i]}, SimPy at {theirs[r, i]}. Please report this."
                )

    def rerun(self, before: Run, draws: Draws) -> Run:
        """Run other draws, taking over the replications that dispatch as before."""
        early = self.early.dates(draws)
        members = list(self.model.activities)
        same_start = before.early.resume[:, members] == early.resume[:, members]
        same_work = before.draws.work[:, members] == draws.work[:, members]
        changed = np.flatnonzero(~(same_start & same_work).all(axis=1))
        return Run(self.floor, draws, early, self.dispatch(draws.work, early, changed.tolist(), before.dates))


class _Collected:
    """Blocks of one simulation, put together at the end."""

    def __init__(
        self, simulator: Simulator, risks: RiskModel, seed: int, numbers: range, keep: str = "auto"
    ) -> None:
        self.simulator, self.risks, self.seed, self.numbers = simulator, risks, seed, numbers
        network, count = simulator.network, len(numbers)
        self.recorder = Recorder(network, count, keep)
        self.overtaking = np.zeros(count, dtype=np.int64)
        self.waited = np.zeros((count, len(network.resources)), dtype=np.int64)
        self.cancelled = np.zeros((count, len(network.projects)), dtype=np.int64)
        self.broken: Counter[Link] = Counter()
        self.count = 0

    def add(self, run: Run) -> None:
        network, dates = self.simulator.network, run.dates
        rows = slice(self.count, self.count + len(run.draws.replications))
        self.recorder.add(rows, dates.start, dates.finish)
        self.overtaking[rows], self.waited[rows] = dates.overtaking, dates.waited
        self.cancelled[rows] = cancelled(network, self.risks, run.draws.luck)
        self.broken.update(count_broken(network, dates.start, dates.finish))
        self.count = rows.stop

    def result(self) -> SimulationResult:
        simulator = self.simulator
        return SimulationResult(
            simulator.network,
            simulator.plan,
            self.risks,
            self.recorder.record(),
            simulator.engine,
            simulator.start_rule,
            self.seed,
            self.numbers,
            self.cancelled,
            self.overtaking,
            self.waited,
            named(simulator.network, self.broken),
            0 if simulator.engine == "simpy" else min(len(self.numbers), _replayed(simulator.network)),
        )


def _replayed(network: Network) -> int:
    """How many replications are replayed through SimPy: a few, fewer of large networks, at least one."""
    return max(1, min(3, REPLAYED // max(1, len(network))))


def _planned_starts(network: Network, plan: Plan | None) -> Sequence[Any]:
    if plan is None:
        return early_pass(network).start
    if plan.dates is None:
        raise InputError(f"the plan has no dates (status {plan.status}). Mend its conflict first.")
    if plan.network.ids != network.ids:
        raise InputError("the plan belongs to a network with other activities. Plan this network again.")
    return plan.dates.start


def _numbers(replications: int | range) -> range:
    numbers = range(replications) if isinstance(replications, int) else replications
    if not len(numbers):
        raise InputError(f"{replications!r} holds no replication. Give at least one.")
    return numbers


def _blocks(numbers: range) -> Iterator[range]:
    for begin in range(0, len(numbers), BLOCK):
        yield numbers[begin : begin + BLOCK]
