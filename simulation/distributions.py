"""Distributions of durations, lead times and delays, sampled by their inverse distribution function alone.

Each maps a uniform draw to one value, monotonically. So a replication keeps its luck when an estimate
changes, and scenarios compare with common random numbers. Values are slots (days by default) as floating
numbers; :func:`rounded` turns them into the integers that the engines read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError
from simulation.checks import check_finite, check_spread
from simulation.estimates import Pert, Triangular
from simulation.special import LEAST_U, Z90, Floats, normal_cdf, normal_quantile
from simulation.values import Discrete, Empirical

__all__ = [
    "Discrete",
    "Distribution",
    "Empirical",
    "Fixed",
    "Greatest",
    "Lognormal",
    "Occasional",
    "Pert",
    "Scaled",
    "Triangular",
    "Uniform",
    "rounded",
]

_PARTS = 100_000


@runtime_checkable
class Distribution(Protocol):
    """What sampling and planning ask of a distribution."""

    @property
    def most_likely(self) -> float:
        """Value that the deterministic plan uses."""

    @property
    def mean(self) -> float:
        """Expected value."""

    def quantile(self, u: npt.ArrayLike) -> Floats:
        """Return the values at probabilities `u`, each in (0, 1), as an array of the shape of `u`."""


def rounded(values: npt.ArrayLike, least: int | None) -> npt.NDArray[np.int64]:
    """Round draws half up to whole slots.

    Parameters
    ----------
    values : array_like of float
        Draws, in slots.
    least : int or None
        Lower bound: 1 for work, rework and lead time; None for delays, which may be 0 or negative.

    Returns
    -------
    ndarray of int64

    Raises
    ------
    InputError
        When a draw is not a number or too large to be one of slots.

    Examples
    --------
    >>> rounded([0.2, 2.5, 3.49], least=1).tolist()
    [1, 3, 3]
    >>> rounded([-2.5, -0.5], least=None).tolist()
    [-2, 0]
    """
    draws = np.asarray(values, dtype=np.float64)
    if not (np.abs(draws) < 2.0**53).all():
        raise InputError(
            "a draw is not a number or beyond 2^53 slots. "
            "Give the distribution a maximum, or check its spread."
        )
    whole = np.floor(draws)
    # Not floor(x + 0.5): the sum itself rounds, which takes 0.49999999999999994 to 1.
    whole += draws - whole >= 0.5
    result = whole.astype(np.int64)
    return result if least is None else np.maximum(result, least)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same value.

    Examples
    --------
    >>> Fixed(12).quantile([0.1, 0.9]).tolist()
    [12.0, 12.0]
    """

    value: float

    def __post_init__(self) -> None:
        check_finite("fixed value", value=self.value)

    @property
    def most_likely(self) -> float:
        return self.value

    @property
    def mean(self) -> float:
        return self.value

    def quantile(self, u: npt.ArrayLike) -> Floats:
        return np.full(np.shape(u), float(self.value))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Equally likely between two bounds; the planning value is the middle.

    Examples
    --------
    >>> Uniform(10, 20).quantile([0.25]).tolist()
    [12.5]
    """

    minimum: float
    maximum: float

    def __post_init__(self) -> None:
        check_finite("uniform", minimum=self.minimum, maximum=self.maximum)
        check_spread("uniform", "minimum", self.minimum, "maximum", self.maximum)

    @property
    def most_likely(self) -> float:
        return (self.minimum + self.maximum) / 2.0

    @property
    def mean(self) -> float:
        return self.most_likely

    def quantile(self, u: npt.ArrayLike) -> Floats:
        return self.minimum + (self.maximum - self.minimum) * np.asarray(u, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal by its median and 90th percentile.

    Parameters
    ----------
    median, p90 : float
        Quantiles at 0.5 and 0.9, above 0.
    maximum : float or None
        Draws beyond it count as the maximum, so its probability is that of the whole tail.

    Notes
    -----
    ``sigma = ln(p90 / median) / 1.2816``. Durations of construction activities were found lognormal; see the
    sources of the default delays.

    Examples
    --------
    >>> Lognormal(45, 150).quantile([0.5, 0.9]).round(6).tolist()
    [45.0, 150.0]
    """

    median: float
    p90: float
    maximum: float | None = None

    def __post_init__(self) -> None:
        check_finite("lognormal", median=self.median, P90=self.p90)
        if self.median <= 0.0:
            raise InputError(f"lognormal: median {self.median:g} is not above 0. Use another distribution.")
        check_spread("lognormal", "median", self.median, "P90", self.p90)
        if self.maximum is not None:
            check_finite("lognormal", maximum=self.maximum)
            if self.maximum <= self.median:
                raise InputError(
                    f"lognormal: maximum {self.maximum:g} is not above median {self.median:g}, so most draws "
                    "would be the maximum. Raise it or leave it out."
                )

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.log(self.p90 / self.median) / Z90

    @property
    def most_likely(self) -> float:
        """Peak of the density, ``median exp(-sigma^2)``."""
        return self.median * math.exp(-(self.sigma**2))

    @property
    def mean(self) -> float:
        sigma = self.sigma
        whole = self.median * math.exp(sigma**2 / 2.0)
        if self.maximum is None:
            return whole
        score = math.log(self.maximum / self.median) / sigma
        return whole * float(normal_cdf(score - sigma)) + self.maximum * float(normal_cdf(-score))

    def quantile(self, u: npt.ArrayLike) -> Floats:
        draws: Floats = self.median * np.exp(self.sigma * normal_quantile(u))
        return draws if self.maximum is None else np.minimum(draws, self.maximum)


@dataclass(frozen=True, slots=True)
class Occasional:
    """Something that happens with a probability and has no effect otherwise: delays, rework, claims.

    The planning value is that of no effect, unless it happens more often than not: then that of the
    distribution.

    Parameters
    ----------
    probability : float
        Chance 0..1 that it happens.
    distribution : Distribution
        Its size when it happens.
    otherwise : float
        Value without effect: 0 for what is added, 1 for a multiplier.

    Examples
    --------
    >>> Occasional(0.25, Uniform(10, 20)).quantile([0.75, 0.875]).tolist()
    [0.0, 15.0]
    >>> Occasional(0.25, Uniform(1, 2), otherwise=1).quantile([0.75, 0.875]).tolist()
    [1.0, 1.5]
    """

    probability: float
    distribution: Distribution
    otherwise: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.probability <= 1.0:
            raise InputError(f"occasional: the probability {self.probability!r} is not within 0..1.")
        check_finite("occasional", otherwise=self.otherwise)

    @property
    def most_likely(self) -> float:
        return self.distribution.most_likely if self.probability > 0.5 else self.otherwise

    @property
    def mean(self) -> float:
        return self.otherwise + self.probability * (self.distribution.mean - self.otherwise)

    def quantile(self, u: npt.ArrayLike) -> Floats:
        """Return the inverse of the mixture: values below no effect, then no effect, then values above."""
        probability = np.asarray(u, dtype=np.float64)
        result = np.full(probability.shape, float(self.otherwise))
        chance = self.probability
        if chance == 0.0:
            return result
        early, late = probability < chance, probability > 1.0 - chance
        result[early] += np.minimum(self._inner(probability[early] / chance), 0.0)
        result[late] += np.maximum(self._inner(1.0 - (1.0 - probability[late]) / chance), 0.0)
        return result

    def _inner(self, u: Floats) -> Floats:
        """Return its deviation from no effect."""
        return self.distribution.quantile(np.clip(u, LEAST_U, 1.0 - LEAST_U)) - self.otherwise


@dataclass(frozen=True, slots=True)
class Scaled:
    """A distribution times a factor above 0, such as the work that remains of a started activity.

    Examples
    --------
    >>> Scaled(Uniform(10, 20), 0.5).quantile([0.5]).tolist()
    [7.5]
    """

    distribution: Distribution
    factor: float

    def __post_init__(self) -> None:
        check_finite("scaled", factor=self.factor)
        if self.factor <= 0.0:
            raise InputError(f"scaled: the factor {self.factor:g} is not above 0. Give a greater one.")

    @property
    def most_likely(self) -> float:
        return self.distribution.most_likely * self.factor

    @property
    def mean(self) -> float:
        return self.distribution.mean * self.factor

    def quantile(self, u: npt.ArrayLike) -> Floats:
        return self.distribution.quantile(u) * self.factor


@dataclass(frozen=True, slots=True)
class Greatest:
    """The greatest of several independent draws: all households moved (搬迁), every parcel handed over.

    The planning value is the median: the most likely value has no closed form.

    Parameters
    ----------
    distribution : Distribution
        Of each draw.
    count : int
        How many draws.

    Notes
    -----
    The greatest of n draws stays below x with probability ``F(x)^n``, so its quantile is
    ``F^-1(u^(1/n))``: David and Nagaraja (2003), Order Statistics, section 2.1.

    Examples
    --------
    >>> Greatest(Uniform(0, 100), 3).quantile([0.125, 0.5]).round(1).tolist()
    [50.0, 79.4]
    >>> Greatest(Lognormal(30, 60), 246).quantile([0.5]).round().tolist()  # days until 246 households moved
    [134.0]
    """

    distribution: Distribution
    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InputError(f"greatest of {self.count} draws. Give how many there are, at least 1.")

    @property
    def most_likely(self) -> float:
        return float(self.quantile(0.5))

    @property
    def mean(self) -> float:
        """Mean quantile over equal parts, good to about 1e-4 of the spread."""
        return float(self.quantile((np.arange(_PARTS) + 0.5) / _PARTS).mean())

    def quantile(self, u: npt.ArrayLike) -> Floats:
        each = np.asarray(u, dtype=np.float64) ** (1.0 / self.count)
        return self.distribution.quantile(np.minimum(each, 1.0 - LEAST_U))
