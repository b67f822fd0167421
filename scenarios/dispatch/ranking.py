"""Ranks of projects, units and districts, with the ranks that the replications cannot tell apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import ceil
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scenarios.forecast import Run
from scenarios.schema import Label
from simulation.statistics import Probability

By: TypeAlias = Literal["project", "lead_unit", "district", "group"]
Floats: TypeAlias = npt.NDArray[np.float64]
RESAMPLES = 500
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class RankRow:
    """A project or a group of them.

    Attributes
    ----------
    projects : int
        How many of its projects have a deadline ahead.
    score : float
        Mean of their on-time probabilities; `low` and `high` are its 95 % interval.
    rank : int
        1 + the number of better scores; equal scores share a rank.
    best, worst : int
        Ranks between which it lies in 95 % of resamples of the replications.
    """

    key: str
    name: Label
    projects: int
    score: float
    low: float
    high: float
    rank: int
    best: int
    worst: int

    @property
    def ranks(self) -> str:
        """The rank, or the ranks that cannot be told apart: ``3-6``."""
        return f"{self.rank}" if self.best == self.worst else f"{self.best}-{self.worst}"


def ranking(run: Run, by: By = "project") -> tuple[RankRow, ...]:
    """Rank by mean on-time probability, the best first.

    The replications are common to all, so that resampling them whole keeps what projects share: two that
    are late in the same replications are told apart by fewer of them. The intervals are sampling error only.
    Projects without a deadline ahead or without the key are left out.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> quick = load_scenario("district-1bn").model_copy(update={"replications": 50})
    >>> rows = ranking(Run(quick))
    >>> len(rows), all(row.best <= row.worst for row in rows)
    (8, True)
    """
    flags: dict[str, list[npt.NDArray[np.bool_]]] = defaultdict(list)
    names: dict[str, Label] = {}
    judged = set(run.simulation.judged_projects)
    for project in run.scenario.projects:
        key = project.id if by == "project" else getattr(project, by)
        if key and project.id in judged:
            flags[key].append(run.simulation.on_time(project.id))
            names[key] = project.name if by == "project" else Label(zh=key, en=key)
    if not flags:
        return ()
    shares = np.array([np.mean(rows, axis=0) for rows in flags.values()])
    scores = shares.mean(axis=1)
    best, worst = rank_intervals(shares, run.scenario.seed)
    rows = [
        RankRow(key, names[key], len(flags[key]), float(scores[k]), *_interval(flags[key], shares[k]), *ranks)
        for k, (key, ranks) in enumerate(
            zip(flags, zip(_ranks(scores), best, worst, strict=True), strict=True)
        )
    ]
    return tuple(sorted(rows, key=lambda row: (row.rank, row.key)))


def rank_intervals(shares: Floats, seed: int) -> tuple[list[int], list[int]]:
    """Best and worst rank of each row in 95 % of resamples of the columns.

    Parameters
    ----------
    shares : array, shape (rows, replications)
    seed : int

    Examples
    --------
    >>> rank_intervals(np.array([[1.0, 0.0] * 50, [0.0, 1.0] * 50, [1.0, 1.0] * 50]), 1)
    ([2, 2, 1], [3, 3, 1])
    """
    draw = np.random.default_rng(seed)
    count = shares.shape[1]
    found = []
    for _ in range(RESAMPLES):
        weights = np.bincount(draw.integers(0, count, count), minlength=count)
        found.append(_ranks(shares @ weights / count))
    ordered = np.sort(found, axis=0)
    low, high = int(_TAIL * RESAMPLES), ceil((1 - _TAIL) * RESAMPLES) - 1
    return ordered[low].tolist(), ordered[high].tolist()


def _ranks(scores: Floats) -> list[int]:
    """1 + the number of better scores; sums of floating numbers are compared with their noise rounded off."""
    rounded = np.round(scores, 9)
    ranks: list[int] = (1 + (rounded[None, :] > rounded[:, None]).sum(axis=1)).tolist()
    return ranks


def _interval(flags: list[npt.NDArray[np.bool_]], share: Floats) -> tuple[float, float]:
    """Of one project as everywhere, of a group normal from the spread of its mean over replications."""
    if len(flags) == 1:
        found = Probability.of(flags[0])
        return found.low, found.high
    half = 1.96 * float(share.std(ddof=1)) / share.size**0.5
    return max(0.0, float(share.mean()) - half), min(1.0, float(share.mean()) + half)
