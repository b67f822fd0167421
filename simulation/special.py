"""Normal and beta functions on arrays, by compiled loops that load on first use.

Sampling turns uniform draws into durations by inverse distribution functions only, and the run-time
dependencies hold no library of special functions. What is needed is small: the normal distribution function
and its inverse, to the precision of a double, and the beta quantile, to seven digits or so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError

Floats: TypeAlias = npt.NDArray[np.float64]

LEAST_U = 2.0**-53
"""Smallest uniform draw; the greatest is ``1 - LEAST_U``."""
Z90 = 1.2815515655446004
"""Standard normal quantile at 0.9."""


def normal_quantile(u: npt.ArrayLike) -> Floats:
    """Return the inverse of the standard normal distribution function.

    Parameters
    ----------
    u : array_like of float
        Probabilities in the open interval (0, 1).

    Returns
    -------
    ndarray of float64
        Of the shape of `u`; relative error about 1e-16.

    Notes
    -----
    Wichura (1988), Algorithm AS 241, Applied Statistics 37, 477-484.

    Examples
    --------
    >>> normal_quantile([0.5, 0.9]).round(4).tolist()
    [0.0, 1.2816]
    """
    from simulation.kernels.special import fill_normal_quantile

    return _each(fill_normal_quantile, u)


def normal_cdf(x: npt.ArrayLike) -> Floats:
    """Return the standard normal distribution function.

    Parameters
    ----------
    x : array_like of float
        Finite values.

    Returns
    -------
    ndarray of float64
        Of the shape of `x`; relative error below 1e-13, in the lower tail too.

    Notes
    -----
    Half the complementary error function of ``-x / sqrt(2)``: Cody (1969), Mathematics of Computation 23,
    631-637.

    Examples
    --------
    >>> normal_cdf([0.0, 1.2815515655446004]).round(6).tolist()
    [0.5, 0.9]
    """
    from simulation.kernels.special import fill_normal_cdf

    return _each(fill_normal_cdf, x)


def _each(fill: Callable[[Floats, Floats], None], values: npt.ArrayLike) -> Floats:
    """Apply a compiled loop to an array of any shape."""
    given = np.asarray(values, dtype=np.float64)
    result = np.empty(given.size)
    fill(np.ascontiguousarray(given).reshape(-1), result)
    return result.reshape(given.shape)


class _BetaTable(NamedTuple):
    """Knots of the logit of a beta quantile as a function of the normal quantile."""

    normal: Floats
    logit: Floats
    slope: Floats


_STEP = 0.1  # distance of knots, in standard deviations of the logit
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(5)


@lru_cache(maxsize=20_000)
def _beta_table(alpha: float, beta: float) -> _BetaTable:
    """Tabulate one beta distribution.

    The logit ``s`` of a beta variable has the density ``x^alpha (1-x)^beta / B`` with ``x = 1/(1+exp(-s))``:
    analytic, one peak, exponential tails, whatever the shape. Its integral over each cell is taken by
    Gauss-Legendre quadrature and summed from both ends, so that both tails keep their relative precision.
    """
    peak = math.log(alpha / beta)
    width = math.sqrt((alpha + beta) / (alpha * beta))
    below, above = 9.0 + 40.0 / (alpha * width), 9.0 + 40.0 / (beta * width)
    logit = peak + width * np.linspace(-below, above, math.ceil((below + above) / _STEP) + 1)
    top = alpha * peak - (alpha + beta) * np.logaddexp(0.0, peak)

    def density(s: Floats) -> Floats:
        with np.errstate(under="ignore"):
            value: Floats = np.exp(alpha * s - (alpha + beta) * np.logaddexp(0.0, s) - top)
        return value

    half = (logit[1] - logit[0]) / 2.0
    nodes = logit[:-1, None] + half * (1.0 + _GAUSS_NODES)
    cells = half * (density(nodes) @ _GAUSS_WEIGHTS)
    cdf = np.concatenate(([0.0], np.cumsum(cells)))
    survival = np.concatenate((np.cumsum(cells[::-1])[::-1], [0.0]))
    total = cdf[-1]
    tail = np.minimum(cdf, survival) / total
    keep = tail > LEAST_U / 64.0
    cdf, survival, tail, logit = cdf[keep], survival[keep], tail[keep], logit[keep]
    normal = np.where(cdf < survival, 1.0, -1.0) * normal_quantile(tail)
    bell = np.exp(-0.5 * normal * normal) / math.sqrt(2.0 * math.pi)
    return _BetaTable(normal, logit, bell / (density(logit) / total))


def beta_quantile(u: npt.ArrayLike, alpha: float, beta: float) -> Floats:
    """Return the inverse of the regularised incomplete beta function.

    Parameters
    ----------
    u : array_like of float
        Probabilities in the open interval (0, 1), as the uniform draws: at least ``2**-53`` from both ends.
    alpha, beta : float
        Shapes, at least 1.

    Returns
    -------
    ndarray of float64
        Quantiles in [0, 1] of the shape of `u`; error below 1e-5 of the standard deviation,
        and below 1e-7 of it for shapes up to 6.

    Raises
    ------
    InputError
        When a shape is below 1.

    Notes
    -----
    Cubic Hermite interpolation of the quantile's logit over the normal quantile, where every beta
    distribution is nearly a parabola; the knots are kept for the shapes met last.

    Examples
    --------
    >>> beta_quantile([0.5], 1.0, 1.0).round(9).tolist()
    [0.5]
    """
    if not (alpha >= 1.0 and beta >= 1.0):
        raise InputError(f"beta quantile: the shapes {alpha:g} and {beta:g} must both be at least 1.")
    table = _beta_table(float(alpha), float(beta))
    from simulation.kernels.special import fill_logistic_hermite

    return _each(lambda given, result: fill_logistic_hermite(given, *table, result), u)
