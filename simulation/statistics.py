"""What replications say: probabilities with intervals, quantiles of dates, paired gains.

Finish times are integers; a node that a replication never finishes is :data:`UNFINISHED`, later than any
date. Quantiles and shares are decided in whole numbers of replications, never by comparing floating numbers.
Intervals are sampling error only: they say nothing of how good the estimates are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError
from simulation.special import Floats, beta_quantile, normal_quantile

Slots: TypeAlias = npt.NDArray[np.int32]
"""Boundaries and work of replications; half the usual width, because moving them is most of the time."""

UNFINISHED = int(np.iinfo(np.int32).max)
"""Finish time of what a replication never finishes."""

_FEW = 5


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    low: float
    high: float


def _check_counts(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials or trials == 0:
        raise InputError(
            f"probability: {successes} successes in {trials} trials. "
            "Give at least one trial and no more successes than trials."
        )


def _tail(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise InputError(f"confidence {confidence!r} is not between 0 and 1. Give a number such as 0.95.")
    return (1.0 - confidence) / 2.0


@cache
def _two_sided(confidence: float) -> float:
    """Standard normal quantile of a two-sided level; a report asks for the same one thousands of times."""
    return -float(normal_quantile(_tail(confidence)))


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the Wilson score interval of a probability.

    Parameters
    ----------
    successes, trials : int
        Counts, with at least one trial.
    confidence : float
        Level between 0 and 1.

    Returns
    -------
    Interval

    Raises
    ------
    InputError
        When the counts contradict each other or the level is not between 0 and 1.

    Notes
    -----
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(83, 100)]
    [0.7445, 0.8911]
    """
    _check_counts(successes, trials)
    z = _two_sided(confidence)
    share = successes / trials
    scale = 1.0 + z * z / trials
    centre = (share + z * z / (2.0 * trials)) / scale
    half = z * math.sqrt(share * (1.0 - share) / trials + (z / (2.0 * trials)) ** 2) / scale
    return Interval(
        0.0 if successes == 0 else centre - half,
        1.0 if successes == trials else centre + half,
    )


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the exact (conservative) interval of a probability.

    Parameters, result and errors are those of :func:`wilson`.

    Notes
    -----
    Clopper and Pearson (1934), Biometrika 26, 404-413, as quantiles of beta distributions.

    Examples
    --------
    >>> [round(end, 4) for end in clopper_pearson(998, 1000)]
    [0.9928, 0.9998]
    """
    _check_counts(successes, trials)
    tail = _tail(confidence)
    failures = trials - successes
    low = 0.0 if successes == 0 else float(beta_quantile(tail, successes, failures + 1))
    high = 1.0 if failures == 0 else float(beta_quantile(1.0 - tail, successes + 1, failures))
    return Interval(low, high)


def on_time_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the interval printed with an on-time probability.

    Wilson; near 0 and 1, with fewer than 5 successes or fewer than 5 failures, Clopper-Pearson, because there
    the coverage of Wilson falls short of its level. Parameters and errors are those of :func:`wilson`.

    Examples
    --------
    >>> on_time_interval(1000, 1000) == clopper_pearson(1000, 1000)
    True
    >>> on_time_interval(800, 1000) == wilson(800, 1000)
    True
    """
    near_end = min(successes, trials - successes) < _FEW
    return (clopper_pearson if near_end else wilson)(successes, trials, confidence)


@dataclass(frozen=True, slots=True)
class Probability:
    """Share of replications, with its 95 % interval (:func:`on_time_interval`).

    Parameters
    ----------
    successes, trials : int
        Replications in which it held, of how many.

    Examples
    --------
    >>> probability = Probability(830, 1000)
    >>> str(probability), probability.percent()
    ('0.83 (0.81–0.85)', '83% (81–85)')
    >>> str(Probability(8, 10))
    '0.8 (0.4–1.0)'
    """

    successes: int
    trials: int

    def __post_init__(self) -> None:
        _check_counts(self.successes, self.trials)

    @classmethod
    def of(cls, held: npt.ArrayLike) -> Probability:
        """Count a boolean array with one entry a replication."""
        array = np.asarray(held, dtype=np.bool_)
        return cls(int(np.count_nonzero(array)), array.size)

    @property
    def value(self) -> float:
        return self.successes / self.trials

    @property
    def low(self) -> float:
        return on_time_interval(self.successes, self.trials).low

    @property
    def high(self) -> float:
        return on_time_interval(self.successes, self.trials).high

    @property
    def decimals(self) -> int:
        """Decimals that the interval supports, one or more: the last is at least a tenth of its width."""
        low, high = on_time_interval(self.successes, self.trials)
        return math.floor(1.0 - math.log10(high - low))

    def percent(self) -> str:
        """Return value and interval in percent, without digits that the interval does not support."""
        digits = max(self.decimals - 2, 0)
        # In steps of ten where one decimal is all there is.
        value, low, high = (100.0 * round(p, self.decimals) for p in (self.value, self.low, self.high))
        return f"{value:.{digits}f}% ({low:.{digits}f}–{high:.{digits}f})"

    def __str__(self) -> str:
        digits = self.decimals
        return f"{self.value:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def required_count(share: float, trials: int) -> int:
    """Return the least number of replications that makes up a share.

    Parameters
    ----------
    share : float
        Above 0, at most 1. It is read as the decimal or simple fraction that it stands for: 0.8 is 4/5.
    trials : int
        Number of replications, at least 1.

    Returns
    -------
    int
        Least ``k`` with ``k / trials >= share``.

    Raises
    ------
    InputError
        When the share or the number is out of range.

    Examples
    --------
    >>> required_count(0.8, 10), required_count(0.1 + 0.2, 10), required_count(0.8, 11)
    (8, 3, 9)
    """
    if not 0.0 < share <= 1.0 or trials < 1:
        raise InputError(
            f"a share of {share!r} of {trials} replications cannot be counted. "
            "Give a share above 0 and at most 1, of at least one replication."
        )
    return max(1, math.ceil(Fraction(share).limit_denominator(10**9) * trials))


def _value_at(samples: npt.NDArray[np.int64], rank: int) -> int | None:
    value = int(np.partition(samples, rank - 1)[rank - 1])
    return None if value == UNFINISHED else value


def quantile(samples: npt.ArrayLike, p: float) -> int | None:
    """Return the smallest date by which a share of the replications has finished.

    Parameters
    ----------
    samples : array_like of int
        Finish times, one a replication; :data:`UNFINISHED` counts as late.
    p : float
        Share, above 0 and at most 1.

    Returns
    -------
    int or None
        Smallest ``d`` with share(finish <= d) >= p; None when too few replications ever finish.

    Raises
    ------
    InputError
        When there is no sample or `p` is out of range.

    Examples
    --------
    >>> finishes = [3, 1, 4, 1, 5, 9, 2, 6, 5, UNFINISHED]
    >>> quantile(finishes, 0.8), quantile(finishes, 0.95)
    (6, None)
    """
    values = np.asarray(samples, dtype=np.int64)
    return _value_at(values, required_count(p, values.size))


def quantile_interval(
    samples: npt.ArrayLike, p: float, confidence: float = 0.95
) -> tuple[int | None, int | None]:
    """Return a distribution-free confidence interval of a quantile, from order statistics.

    Parameters
    ----------
    samples, p
        As for :func:`quantile`, `p` below 1.
    confidence : float
        Level that the interval has at least.

    Returns
    -------
    low, high : int or None
        Two of the samples. None is no bound on that side: too few samples for one, or the bound is a
        replication that never finishes.

    Raises
    ------
    InputError
        When there is no sample, or `p` or the level is out of range.

    Notes
    -----
    The number of samples at or below the quantile is binomial; each side is missed with probability at most
    ``(1 - confidence)/2``: David and Nagaraja (2003), Order Statistics, section 7.1.

    Examples
    --------
    >>> quantile_interval(range(1, 101), 0.8)
    (72, 89)
    """
    values = np.asarray(samples, dtype=np.int64)
    low, high = interval_ranks(values.size, p, confidence)
    return (
        None if low is None else _value_at(values, low),
        None if high is None else _value_at(values, high),
    )


@cache
def interval_ranks(count: int, p: float, confidence: float = 0.95) -> tuple[int | None, int | None]:
    """Ranks (from 1) of the samples that :func:`quantile_interval` returns, of `count` samples.

    Examples
    --------
    >>> interval_ranks(100, 0.8)
    (72, 89)
    """
    tail = _tail(confidence)
    required_count(p, count)
    if p == 1.0:
        raise InputError("the greatest value has no confidence interval. Give a share p below 1.")
    below = np.cumsum(_binomial(count, p))
    lower = int(np.searchsorted(below, tail, side="right"))
    upper = int(np.searchsorted(below, 1.0 - tail)) + 1
    return (lower if lower >= 1 else None, upper if upper <= count else None)


def _binomial(trials: int, p: float) -> Floats:
    """Return the probabilities of 0..trials successes."""
    log_factorial = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, trials + 1)))))
    successes = np.arange(trials + 1)
    ways = log_factorial[-1] - log_factorial - log_factorial[::-1]
    result: Floats = np.exp(ways + successes * math.log(p) + successes[::-1] * math.log1p(-p))
    return result


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean of paired differences and its standard error."""

    mean: float
    standard_error: float

    @property
    def interval(self) -> Interval:
        """95 % interval, normal."""
        half = _two_sided(0.95) * self.standard_error
        return Interval(self.mean - half, self.mean + half)


def paired_gain(before: npt.ArrayLike, after: npt.ArrayLike) -> Gain:
    """Compare two runs replication by replication (common random numbers).

    Parameters
    ----------
    before, after : array_like of bool or int
        Whether it was on time in each replication, or how many were; at least two, the same in both.

    Returns
    -------
    Gain
        Mean of after - before, and its standard error from the spread of the differences.

    Raises
    ------
    InputError
        When the runs differ in length or hold fewer than two replications.

    Examples
    --------
    >>> paired_gain([False, False, True, True], [True, False, True, True])
    Gain(mean=0.25, standard_error=0.25)
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1 or first.size < 2:
        raise InputError(
            f"paired gain: the runs have the shapes {first.shape} and {second.shape}. "
            "Give the same replications of both, at least two."
        )
    difference = second - first
    return Gain(float(difference.mean()), float(difference.std(ddof=1)) / math.sqrt(difference.size))


@dataclass(frozen=True, slots=True)
class NumberOnTime:
    """Distribution of how many items are on time together.

    Parameters
    ----------
    replications : tuple of int
        Entry ``k``: in how many replications exactly ``k`` items were on time.

    Examples
    --------
    >>> number = NumberOnTime.of([[True, True], [True, False], [True, True], [False, False]])
    >>> number.replications, number.mean, number.at_least(2).value
    ((1, 1, 2), 1.25, 0.5)
    """

    replications: tuple[int, ...]

    @classmethod
    def of(cls, on_time: npt.ArrayLike) -> NumberOnTime:
        """Count a boolean matrix (replications, items)."""
        matrix = np.asarray(on_time, dtype=np.bool_)
        if matrix.ndim != 2 or matrix.shape[0] == 0:
            raise InputError(
                f"number on time: the matrix has the shape {matrix.shape}. "
                "Give one row a replication, at least one, and one column an item."
            )
        counts = np.bincount(np.count_nonzero(matrix, axis=1), minlength=matrix.shape[1] + 1)
        return cls(tuple(counts.tolist()))

    @property
    def mean(self) -> float:
        """Expected number on time."""
        return sum(k * count for k, count in enumerate(self.replications)) / sum(self.replications)

    def at_least(self, quota: int) -> Probability:
        """Return the probability that at least `quota` items are on time."""
        return Probability(sum(self.replications[max(quota, 0) :]), sum(self.replications))
