"""Distributions over single values: given ones with weights, and observed ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError
from simulation.checks import check_finite
from simulation.special import Floats


@dataclass(frozen=True, slots=True)
class Discrete:
    """Some values with weights; the planning value is the heaviest, the least of them when several are.

    Parameters
    ----------
    values, weights : tuple of float
        As many weights as values, above 0; they need not sum to 1.

    Examples
    --------
    >>> Discrete((30, 10), (1, 3)).quantile([0.75, 0.76]).tolist()
    [10.0, 30.0]
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]
    _steps: tuple[Floats, Floats] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.values or len(self.values) != len(self.weights):
            raise InputError(
                f"discrete: {len(self.values)} values and {len(self.weights)} weights. "
                "Give at least one value, and a weight for each."
            )
        for value, weight in zip(self.values, self.weights, strict=True):
            check_finite("discrete", value=value, weight=weight)
            if weight <= 0.0:
                raise InputError(
                    f"discrete: the weight {weight:g} of value {value:g} is not above 0. "
                    "Give it one, or leave the value out."
                )
        steps, index = np.unique(np.array(self.values, dtype=np.float64), return_inverse=True)
        weights = np.bincount(index, weights=self.weights)
        object.__setattr__(self, "_steps", (steps, weights))

    @property
    def most_likely(self) -> float:
        values, weights = self._steps
        return float(values[np.argmax(weights)])

    @property
    def mean(self) -> float:
        return float(np.average(self._steps[0], weights=self._steps[1]))

    def quantile(self, u: npt.ArrayLike) -> Floats:
        values, weights = self._steps
        bounds = np.cumsum(weights[:-1]) / weights.sum()
        result: Floats = values[np.searchsorted(bounds, u)]
        return result


@dataclass(frozen=True, slots=True)
class Empirical:
    """Observed values, each equally likely; the planning value is their (lower) median.

    Examples
    --------
    >>> Empirical((12, 9, 30)).quantile([0.3, 0.5, 0.9]).tolist()
    [9.0, 12.0, 30.0]
    """

    data: tuple[float, ...]
    _sorted: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.data:
            raise InputError("empirical: there are no observed values. Give at least one.")
        for value in self.data:
            check_finite("empirical", observed_value=value)
        object.__setattr__(self, "_sorted", np.sort(np.array(self.data, dtype=np.float64)))

    @property
    def most_likely(self) -> float:
        return float(self.quantile(0.5))

    @property
    def mean(self) -> float:
        return float(self._sorted.mean())

    def quantile(self, u: npt.ArrayLike) -> Floats:
        rank = np.ceil(np.asarray(u, dtype=np.float64) * len(self._sorted)).astype(np.int64)
        result: Floats = self._sorted[np.maximum(rank, 1) - 1]
        return result
