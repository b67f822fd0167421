"""Scenarios side by side on common random numbers: differences with intervals, paired by replication."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.plan import Plan
from simulation.draws import uniforms
from simulation.monte_carlo import simulate
from simulation.result import SimulationResult
from simulation.risks import RiskModel
from simulation.special import Floats, normal_quantile
from simulation.statistics import UNFINISHED, Probability, quantile, required_count

Name = TypeVar("Name", bound=Hashable)
Flags: TypeAlias = npt.NDArray[np.bool_]

RESAMPLES = 1000
"""Bootstrap samples behind the interval of a difference of quantiles."""
_TAIL = 0.025
_TWO_SIDED = -float(normal_quantile(_TAIL))
_WINDOW = 4.0
"""Half width, in sqrt(n), of the ranks where a bootstrap quantile can lie: 8 standard deviations or more."""


@dataclass(frozen=True, slots=True)
class Case:
    """One of the scenarios compared; its plan says in which order activities ask for units."""

    network: Network
    risks: RiskModel
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference, second less first, with its 95 % interval.

    Attributes
    ----------
    value : float
    low, high : float or None
        None: no bound on that side, because too many replications never finish.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ProjectOutcome:
    """One project in one scenario.

    Attributes
    ----------
    on_time : Probability or None
        Of all deadlines ahead together; None without any.
    date : date, number or None
        Smallest day by which the project has finished in the share of replications asked for; None where too
        few ever finish.
    on_time_difference : Difference or None
        Against the first scenario; None in that itself, and where either has no deadline ahead.
    date_difference : Difference or None
        Of `date`, in elapsed days (without dated calendars in its numbers); positive is later.
    """

    on_time: Probability | None
    date: Any
    on_time_difference: Difference | None = None
    date_difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Comparison(Generic[Name]):
    """Scenarios side by side.

    Attributes
    ----------
    names : tuple
        Of the scenarios; the others are compared with the first.
    share : float
        Of the replications by which `date` is read: 0.8 for P80.
    projects : mapping of project to mapping of name to ProjectOutcome
        In the order of the first scenario, then of the others; a scenario without the project is left out.
    """

    names: tuple[Name, ...]
    share: float
    projects: Mapping[Id, Mapping[Name, ProjectOutcome]]


def compare(
    cases: Mapping[Name, Case],
    *,
    share: float = 0.8,
    replications: int = 1000,
    seed: int = 0,
    start: str = "asap",
) -> Comparison[Name]:
    """Simulate scenarios on the same draws and compare each with the first, project by project.

    Whatever has the same id in two networks draws the same random numbers in both, so most of the chance
    cancels in the difference. A project has finished when the last of its activities with a deadline ahead
    has (without any, the last of its activities); the first scenario that has the project decides which.

    Parameters
    ----------
    cases : mapping of name to Case
        At least two.
    share : float
        Which quantile date to compare, between 0 and 1.
    replications : int
    seed : int
    start : {"asap", "plan"}

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        For fewer than two scenarios or replications, a share not between 0 and 1, or scenarios of which some
        have dates and some have none.

    Notes
    -----
    The interval of a difference of shares is the adjusted Wald interval for paired data of Bonett and Price
    (2012), J. Educ. Behav. Stat. 37, 479-488. That of a difference of quantiles is the percentile interval of
    a paired bootstrap (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13): whole
    replications are drawn with replacement, by keyed draws, so that it is the same in every run.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Triangular
    >>> graph = nx.DiGraph()
    >>> graph.add_node("permit", duration=20, deadline=30, project="road")
    >>> network = compile_network(graph)
    >>> slow, fast = (RiskModel(work={"permit": Triangular(10, 20, high)}) for high in (60, 40))
    >>> found = compare({"now": Case(network, slow), "desk": Case(network, fast)}).projects["road"]["desk"]
    >>> found.on_time_difference.low > 0, found.date_difference.high < 0
    (True, True)
    """
    if len(cases) < 2 or replications < 2:
        raise InputError(
            f"{len(cases)} scenarios and {replications} replications are nothing to compare. Give at least "
            "two of both."
        )
    if not 0.0 < share < 1.0:
        raise InputError(f"share {share!r} is not between 0 and 1. Give a number such as 0.8 for P80.")
    if len({case.network.axis is None for case in cases.values()}) > 1:
        raise InputError("some scenarios have dates and some have none. Compare scenarios of one kind.")
    runs = {
        name: simulate(
            case.network,
            case.plan,
            risks=case.risks,
            replications=replications,
            seed=seed,
            start=start,
            keep="all",
        )
        for name, case in cases.items()
    }
    bootstrap = _Bootstrap(replications, share, seed)
    projects: dict[Id, dict[Name, ProjectOutcome]] = {}
    for project in dict.fromkeys(project for run in runs.values() for project in run.network.projects):
        having = {name: run for name, run in runs.items() if project in run.network.projects}
        judged = _judged(next(iter(having.values())), project)
        seen = {name: _Seen.of(run, project, judged, bootstrap) for name, run in having.items()}
        base = seen.get(next(iter(runs)))
        projects[project] = {
            name: item.outcome(None if item is base else base, bootstrap) for name, item in seen.items()
        }
    return Comparison(tuple(runs), share, projects)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One project in the replications of one scenario."""

    network: Network
    on_time: Flags | None
    finish: Ints
    last: int
    resampled: Floats

    @classmethod
    def of(cls, run: SimulationResult, project: Id, judged: Sequence[Id], bootstrap: _Bootstrap) -> _Seen:
        """The project ends with the last of the activities `judged`; with its last one where it has none."""
        net = run.network
        k = net.projects.index(project)
        columns = [net.index[name] for name in judged if name in net.index]
        columns = columns or [i for i in range(len(net)) if net.project[i] == k]
        finish = run.finish[:, columns].max(axis=1)
        last = columns[int(run.finish[:, columns].max(axis=0).argmax())]
        on_time = run.on_time(project) if project in run.judged_projects else None
        return cls(net, on_time, finish, last, bootstrap.quantiles(finish))

    def outcome(self, base: _Seen | None, bootstrap: _Bootstrap) -> ProjectOutcome:
        """What is told of it, and against `base`."""
        at = quantile(self.finish, bootstrap.share)
        on_time = None if self.on_time is None else Probability.of(self.on_time)
        date = self.network.show_finish(self.last, at)
        if base is None:
            return ProjectOutcome(on_time, date)
        gained = None
        if self.on_time is not None and base.on_time is not None:
            gained = share_difference(base.on_time, self.on_time)
        before = quantile(base.finish, bootstrap.share)
        moved = None
        if at is not None and before is not None:
            with np.errstate(invalid="ignore"):  # both may be infinite
                each = self.days(self.resampled) - base.days(base.resampled)
            moved = Difference(float(self.days(at) - base.days(before)), *_percentiles(each))
        return ProjectOutcome(on_time, date, gained, moved)

    def days(self, boundary: Any) -> Any:
        """Days from the first day of all calendars; the number itself without dates."""
        axis = self.network.axis
        return boundary if axis is None else axis.first.toordinal() + boundary / axis.slots_per_day


def _judged(run: SimulationResult, project: Id) -> list[Id]:
    net = run.network
    return [
        net.ids[i]
        for i in sorted(net.deadlines)
        if not net.done(i) and net.projects[net.project[i]] == project
    ]


def share_difference(before: npt.ArrayLike, after: npt.ArrayLike) -> Difference:
    """Difference of two shares of the same replications, second less first.

    Parameters
    ----------
    before, after : array_like of bool
        One entry a replication.

    Notes
    -----
    Bonett and Price (2012): one discordant replication of either kind is added to both counts, so that the
    interval has a width where none differs.

    Examples
    --------
    >>> difference = share_difference([False] * 10 + [True] * 90, [True] * 100)
    >>> difference.value, round(difference.low, 3), round(difference.high, 3)
    (0.1, 0.034, 0.162)
    """
    first, second = np.asarray(before, dtype=np.bool_), np.asarray(after, dtype=np.bool_)
    count = len(first)
    won, lost = int(np.count_nonzero(second & ~first)), int(np.count_nonzero(first & ~second))
    up, down = (won + 1) / (count + 2), (lost + 1) / (count + 2)
    half = _TWO_SIDED * math.sqrt((up + down - (up - down) ** 2) / (count + 2))
    return Difference((won - lost) / count, max(up - down - half, -1.0), min(up - down + half, 1.0))


def _percentiles(values: Floats) -> tuple[float | None, float | None]:
    """The middle 95 %; None on a side that runs to infinity, or where two that never end were compared."""
    if np.isnan(values).any():
        return None, None
    tail = int(_TAIL * len(values))
    ordered = np.sort(values)
    ends = float(ordered[tail]), float(ordered[-1 - tail])
    low, high = (end if math.isfinite(end) else None for end in ends)
    return low, high


class _Bootstrap:
    """How often each replication is in each bootstrap sample, the same for every project and scenario."""

    def __init__(self, count: int, share: float, seed: int) -> None:
        self.share, self.need = share, required_count(share, count)
        half = math.ceil(_WINDOW * math.sqrt(count))
        self.window = slice(max(self.need - half, 0), min(self.need + half, count))
        self.weights = np.empty((RESAMPLES, count), dtype=np.float32)
        for b in range(RESAMPLES):
            chosen = (uniforms(seed, ("bootstrap", b), "replication", range(count)) * count).astype(np.int64)
            self.weights[b] = np.bincount(chosen, minlength=count)

    def quantiles(self, values: Ints) -> Floats:
        """The quantile of each bootstrap sample; infinity for what never finishes.

        Only ranks near the quantile are looked at one by one.
        """
        order = np.argsort(values, kind="stable")
        below = np.zeros(len(values), dtype=np.float32)
        below[order[: self.window.start]] = 1.0
        near = order[self.window]
        reached = (self.weights @ below)[:, np.newaxis] + np.cumsum(self.weights[:, near], axis=1)
        place = np.minimum(np.count_nonzero(reached < self.need, axis=1), len(near) - 1)
        found = values[near][place]
        return np.where(found == UNFINISHED, math.inf, found.astype(np.float64))
