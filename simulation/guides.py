"""Whole slots from uniform draws by look-up, equal to rounding what the distribution gives."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from scheduling.calendar import Ints
from simulation.distributions import Distribution, rounded
from simulation.kernels.sampling import look_up
from simulation.special import LEAST_U, Floats

CELLS = 2048
_ENOUGH = 2 * CELLS
"""Draws after which a guide pays: until then the distribution itself is asked."""
_ANY = -(2**62)


class Guide:
    """A distribution with its quantiles at equally spaced probabilities.

    Quantile functions rise. So where both ends of a cell round to the same whole number, everything between
    them does, and only the few other draws need the distribution itself (guide table of Chen and Asau 1974,
    AIIE Transactions 6, 163-166).

    Examples
    --------
    >>> from simulation.distributions import Pert
    >>> Guide(Pert(8, 10, 20)).whole(np.array([0.1, 0.5, 0.9]), least=1).tolist()
    [9, 11, 14]
    """

    def __init__(self, distribution: Distribution) -> None:
        self.distribution = distribution
        self.asked = 0
        self.bounds: Floats | None = None

    def whole(self, luck: Floats, least: int | None, factor: Floats | None = None) -> Ints:
        """Round what the distribution gives, times a factor, half up to whole slots.

        Parameters
        ----------
        luck : array of float, shape (replications,)
            Uniform draws.
        least : int or None
            As for :func:`~simulation.distributions.rounded`.
        factor : array of float, shape (replications,), optional
        """
        if self.bounds is None:
            self.asked += len(luck)
            if self.asked <= _ENOUGH:
                return self.exactly(luck, least, factor)
            self.bounds = self.distribution.quantile(
                np.clip(np.arange(CELLS + 1) / CELLS, LEAST_U, 1.0 - LEAST_U)
            )
        whole, unsure = np.empty((2, len(luck)), dtype=np.int64)
        factors = np.ones(len(luck)) if factor is None else factor
        count = look_up(luck, self.bounds, factors, _ANY if least is None else least, whole, unsure)
        if count:
            rows = unsure[:count]
            whole[rows] = self.exactly(luck[rows], least, None if factor is None else factor[rows])
        return whole

    def exactly(self, luck: Floats, least: int | None, factor: Floats | None) -> Ints:
        """The same without look-up."""
        values = self.distribution.quantile(luck)
        return rounded(values if factor is None else values * factor, least)


@lru_cache(maxsize=4096)
def _kept(distribution: Any) -> Guide:
    return Guide(distribution)


def guide(distribution: Distribution) -> Guide:
    """The guide of a distribution, kept for the next draws where the distribution can be a key."""
    key: Any = distribution
    try:
        return _kept(key)
    except TypeError:
        return Guide(distribution)
