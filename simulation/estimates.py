"""Three-point estimates: the triangle and PERT, with outer estimates that are ends or stated quantiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError
from simulation.checks import check_between, check_finite, check_spread
from simulation.special import LEAST_U, Floats, beta_quantile

_CELLS = 128
_TOLERANCE = 1e-8  # the precision of the beta quantile
_HALVINGS = 60  # of an interval within 0..1, to the precision of a double
_STEPS = 8  # two or three reach the tolerance: the slope changes by about a hundredth within a cell


@dataclass(frozen=True, slots=True)
class Triangular:
    """Triangle over three estimates.

    Examples
    --------
    >>> Triangular(0, 5, 10).quantile([0.5]).tolist()
    [5.0]
    """

    minimum: float
    most_likely: float
    maximum: float

    def __post_init__(self) -> None:
        check_finite("triangular", minimum=self.minimum, most_likely=self.most_likely, maximum=self.maximum)
        check_spread("triangular", "minimum", self.minimum, "maximum", self.maximum)
        check_between("triangular", "minimum", self.minimum, self.most_likely, "maximum", self.maximum)

    @classmethod
    def from_quantiles(
        cls,
        optimistic: float,
        most_likely: float,
        pessimistic: float,
        *,
        low: float = 0.0,
        high: float = 0.9,
    ) -> Triangular:
        """Fit the ends so that the outer estimates are stated quantiles.

        Parameters, errors and the equation are those of :meth:`Pert.from_quantiles`; on the unit interval the
        quantiles are ``sqrt(low r)`` and ``1 - sqrt((1 - high)(1 - r))`` with the mode ``r``.

        Examples
        --------
        >>> Triangular.from_quantiles(10, 14, 30, low=0.1).quantile([0.1, 0.9]).round(9).tolist()
        [10.0, 30.0]
        """
        _check_estimates("triangular", optimistic, most_likely, pessimistic, low, high)

        def outer(mode: float) -> tuple[float, float]:
            return math.sqrt(low * mode), 1.0 - math.sqrt((1.0 - high) * (1.0 - mode))

        place = (most_likely - optimistic) / (pessimistic - optimistic)
        least, greatest = low, high  # where the mode is the lower or the upper quantile itself
        for _ in range(_HALVINGS):
            middle = (least + greatest) / 2.0
            bottom, top = outer(middle)
            least, greatest = (
                (middle, greatest) if middle - bottom < place * (top - bottom) else (least, middle)
            )
        bottom, top = outer(greatest)
        return cls(*_ends(optimistic, most_likely, pessimistic, bottom, top))

    @property
    def mean(self) -> float:
        return (self.minimum + self.most_likely + self.maximum) / 3.0

    def quantile(self, u: npt.ArrayLike) -> Floats:
        probability = np.asarray(u, dtype=np.float64)
        width = self.maximum - self.minimum
        rise, fall = self.most_likely - self.minimum, self.maximum - self.most_likely
        return np.where(
            probability * width < rise,
            self.minimum + np.sqrt(probability * width * rise),
            self.maximum - np.sqrt((1.0 - probability) * width * fall),
        )


@dataclass(frozen=True, slots=True)
class Pert:
    """Beta distribution over three estimates (PERT).

    Parameters
    ----------
    minimum, most_likely, maximum : float
        Ends and mode.
    weight : float
        Weight of the mode against the ends; 4 is classic, more makes a sharper peak.

    Notes
    -----
    Shapes ``1 + weight (mode - min)/(max - min)`` and ``1 + weight (max - mode)/(max - min)``; mean
    ``(min + weight mode + max)/(weight + 2)``: Malcolm et al. (1959), Operations Research 7, 646-669, in the
    form of Vose (2008), Risk Analysis.

    Examples
    --------
    >>> Pert(10, 20, 60).mean
    25.0
    """

    minimum: float
    most_likely: float
    maximum: float
    weight: float = 4.0

    def __post_init__(self) -> None:
        check_finite(
            "pert",
            minimum=self.minimum,
            most_likely=self.most_likely,
            maximum=self.maximum,
            weight=self.weight,
        )
        check_spread("pert", "minimum", self.minimum, "maximum", self.maximum)
        check_between("pert", "minimum", self.minimum, self.most_likely, "maximum", self.maximum)
        _check_weight(self.weight)

    @classmethod
    def from_quantiles(
        cls,
        optimistic: float,
        most_likely: float,
        pessimistic: float,
        *,
        low: float = 0.0,
        high: float = 0.9,
        weight: float = 4.0,
    ) -> Pert:
        """Fit the ends so that the outer estimates are stated quantiles.

        Parameters
        ----------
        optimistic, most_likely, pessimistic : float
            Three estimates in rising order.
        low, high : float
            What the outer ones mean: probability of staying at or below `optimistic` (0: it is the minimum)
            and `pessimistic` (1: it is the maximum).
        weight : float
            Weight of the mode.

        Returns
        -------
        Pert
            Its mode is `most_likely`, and its quantiles at `low` and `high` are the outer estimates.

        Raises
        ------
        InputError
            When the estimates are not in rising order, or not ``0 <= low < 0.5 < high <= 1``.

        Notes
        -----
        The place of the mode between the ends fixes the shape, so one equation in that place decides. On the
        unit interval, with the mode ``r`` and the quantiles ``q``:
        ``(r - q_low)/(q_high - q_low) = (most_likely - optimistic)/(pessimistic - optimistic)``.
        Its left side rises with ``r`` when the quantiles stand on both sides of the median.

        Examples
        --------
        >>> estimate = Pert.from_quantiles(10, 14, 30)
        >>> float(estimate.quantile([0.9])[0].round(4))
        30.0
        """
        _check_estimates("pert", optimistic, most_likely, pessimistic, low, high)
        _check_weight(weight)
        place = (most_likely - optimistic) / (pessimistic - optimistic)
        bottom, top = _outer(_mode(place, low, high, weight), low, high, weight)
        return cls(*_ends(optimistic, most_likely, pessimistic, bottom, top), weight)

    @property
    def mean(self) -> float:
        return (self.minimum + self.weight * self.most_likely + self.maximum) / (self.weight + 2.0)

    def quantile(self, u: npt.ArrayLike) -> Floats:
        width = self.maximum - self.minimum
        alpha = 1.0 + self.weight * (self.most_likely - self.minimum) / width
        beta = 1.0 + self.weight * (self.maximum - self.most_likely) / width
        return self.minimum + width * beta_quantile(u, alpha, beta)


def _check_estimates(
    name: str, optimistic: float, most_likely: float, pessimistic: float, low: float, high: float
) -> None:
    check_finite(name, optimistic=optimistic, most_likely=most_likely, pessimistic=pessimistic)
    check_spread(name, "optimistic", optimistic, "pessimistic", pessimistic)
    check_between(name, "optimistic", optimistic, most_likely, "pessimistic", pessimistic)
    if not 0.0 <= low < 0.5 < high <= 1.0:
        raise InputError(
            f"{name}: the outer estimates are given the probabilities {low!r} and {high!r}. "
            "Give one below 0.5 and one above, such as 0 and 0.9."
        )


def _ends(
    optimistic: float, most_likely: float, pessimistic: float, bottom: float, top: float
) -> tuple[float, float, float]:
    """Least, most likely and greatest value, where the outer estimates lie at `bottom` and `top` of 0..1."""
    width = (pessimistic - optimistic) / (top - bottom)
    minimum = min(optimistic - bottom * width, most_likely)
    return minimum, most_likely, max(minimum + width, most_likely)


def _check_weight(weight: float) -> None:
    if not 0.0 < weight <= 100.0:
        raise InputError(
            f"pert: the weight {weight!r} of the mode is not above 0 and at most 100; 4 is classic."
        )


def _outer(mode: float, low: float, high: float, weight: float) -> tuple[float, float]:
    """Return the quantiles at `low` and `high` of the PERT with this mode between 0 and 1."""
    inner = np.clip([low, high], LEAST_U, 1.0 - LEAST_U)
    bottom, top = beta_quantile(inner, 1.0 + weight * mode, 1.0 + weight * (1.0 - mode)).tolist()
    return bottom if low > 0.0 else 0.0, top if high < 1.0 else 1.0


def _place(mode: float, low: float, high: float, weight: float) -> float:
    """Return where the mode lies between both quantiles: 0 at the lower, 1 at the upper."""
    bottom, top = _outer(mode, low, high, weight)
    return (mode - bottom) / (top - bottom)


@lru_cache(maxsize=64)
def _places(low: float, high: float, weight: float) -> Floats:
    return np.array([_place(cell / _CELLS, low, high, weight) for cell in range(_CELLS + 1)])


@lru_cache(maxsize=65536)
def _mode(place: float, low: float, high: float, weight: float) -> float:
    """Invert :func:`_place` by chord steps inside the cell of the table that holds the root."""
    places = _places(low, high, weight)
    cell = int(np.clip(np.searchsorted(places, place) - 1, 0, _CELLS - 1))
    slope = float(places[cell + 1] - places[cell]) * _CELLS
    mode, error = cell / _CELLS, float(places[cell]) - place
    for _ in range(_STEPS):
        mode = min(max(mode - error / slope, 0.0), 1.0)
        error = _place(mode, low, high, weight) - place
        if abs(error) <= _TOLERANCE:
            break
    return mode
