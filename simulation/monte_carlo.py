"""Simulate a network: draws, early dates and, where resources bind, dispatch."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Network
from scheduling.plan import Plan
from simulation.record import Record, Recorder, keeps_all
from simulation.result import BrokenLink, SimulationResult, count_broken, joined, merged_links, named
from simulation.risks import RiskModel
from simulation.sampling import cancelled, draw
from simulation.simulator import Run, Simulator, replayed
from simulation.workers import LARGE, spread

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (replications done, replications in all)."""

BLOCK = 1024
"""Replications drawn and played at a time; no result depends on it."""
SIMPY_BLOCK = 32
"""The same for SimPy, which gains nothing from many."""
STEP = 1000
"""Replications after which `until` looks at the intervals."""


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
    executor: Executor | None = None,
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
    executor : concurrent.futures.Executor, optional
        Who plays blocks of :data:`BLOCK` replications: threads, processes (spawned, not forked) or a cluster.
        By default that of :func:`simulation.workers.using`, else a thread for each core where the simulation
        is large. The result is the same, bit by bit.
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
    WorkerError
        If workers of the executor die or fail.

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
    whole = keeps_all(network, len(numbers), keep)
    job = Job(network, plan, risks or RiskModel(), seed, start, engine, whole, numbers[: replayed(network)])
    if until is not None:
        return _until(job, numbers, until, executor, progress)
    collected = _Collected(job, numbers)
    for part in _parts(job, _blocks(numbers, SIMPY_BLOCK if engine == "simpy" else BLOCK), executor):
        collected.add(part)
        if progress:
            progress(collected.count, len(numbers))
    return collected.result()


def _until(
    job: Job, numbers: range, width: float, executor: Executor | None, progress: Progress | None
) -> SimulationResult:
    """Play step by step until every on-time interval is narrower than a width."""
    if not 0.0 < width < 1.0:
        raise InputError(f"until={width!r} is not the width of an interval. Give a number such as 0.02.")
    result: SimulationResult | None = None
    steps = _blocks(numbers, STEP)
    with closing(_parts(job, steps, executor)) as parts:
        for step, part in zip(steps, parts, strict=True):
            collected = _Collected(job, step)
            collected.add(part)
            found = collected.result()
            result = found if result is None else joined([result, found])
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
    for block in _blocks(numbers, BLOCK):
        yield simulator.run(draw(result.network, result.risks, result.seed, block))


def played_as_planned(result: SimulationResult) -> Run:
    """One replication in which everything takes its planning value; all else is as in a result."""
    simulator = Simulator.of(result.network, result.plan, result.start_rule, "auto")
    return simulator.run(draw(result.network, RiskModel(), result.seed, range(1)))


class Part(NamedTuple):
    """What a result keeps of a block of replications."""

    record: Record
    cancelled: Ints
    overtaking: Ints
    waited: Ints
    broken: tuple[BrokenLink, ...]
    replayed: int


@dataclass(frozen=True)
class Job:
    """A simulation but for its replications, as it travels to workers, which call it with blocks of them.

    Attributes
    ----------
    whole : bool
        Whether all dates are kept.
    replays : range
        Replications that SimPy plays again.
    """

    network: Network
    plan: Plan | None
    risks: RiskModel
    seed: int
    start: str
    engine: str
    whole: bool
    replays: range

    @cached_property
    def simulator(self) -> Simulator:
        """Made ready once in each process."""
        return Simulator.of(self.network, self.plan, self.start, self.engine)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "simulator"}

    def __call__(self, block: range) -> Part:
        """Play a block."""
        net, simulator = self.network, self.simulator
        run = simulator.run(draw(net, self.risks, self.seed, block))
        dates = run.dates
        return Part(
            Record.of(net, dates.start, dates.finish, whole=self.whole),
            cancelled(net, self.risks, run.draws.luck),
            dates.overtaking,
            dates.waited,
            named(net, count_broken(net, dates.start, dates.finish)),
            simulator.replay(run, self.replays),
        )


class _Collected:
    """Parts of one simulation, put together at the end."""

    def __init__(self, job: Job, numbers: range) -> None:
        self.job, self.numbers = job, numbers
        network, count = job.network, len(numbers)
        self.recorder = Recorder(network, count, whole=job.whole)
        self.overtaking = np.zeros(count, dtype=np.int64)
        self.waited = np.zeros((count, len(network.resources)), dtype=np.int64)
        self.cancelled = np.zeros((count, len(network.projects)), dtype=np.int64)
        self.broken: tuple[BrokenLink, ...] = ()
        self.count = self.replayed = 0

    def add(self, part: Part) -> None:
        rows = slice(self.count, self.count + len(part.overtaking))
        self.recorder.add(rows, part.record)
        self.overtaking[rows], self.waited[rows] = part.overtaking, part.waited
        self.cancelled[rows] = part.cancelled
        self.broken = merged_links((*self.broken, *part.broken))
        self.replayed += part.replayed
        self.count = rows.stop

    def result(self) -> SimulationResult:
        job, simulator = self.job, self.job.simulator
        return SimulationResult(
            job.network,
            job.plan,
            job.risks,
            self.recorder.record(),
            simulator.engine,
            simulator.start_rule,
            job.seed,
            self.numbers,
            self.cancelled,
            self.overtaking,
            self.waited,
            self.broken,
            self.replayed,
        )


def _parts(job: Job, blocks: Sequence[range], executor: Executor | None) -> Generator[Part, None, None]:
    """Play blocks; whatever is wrong with the job is told before any worker is asked."""
    cells = sum(map(len, blocks)) * len(job.network)
    large = job.simulator.engine != "simpy" and cells >= LARGE
    return spread(job, blocks, executor, large=large)


def _numbers(replications: int | range) -> range:
    numbers = range(replications) if isinstance(replications, int) else replications
    if not len(numbers):
        raise InputError(f"{replications!r} holds no replication. Give at least one.")
    return numbers


def _blocks(numbers: range, size: int) -> list[range]:
    return [numbers[begin : begin + size] for begin in range(0, len(numbers), size)]
