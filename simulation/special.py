"""Normal and beta functions on arrays, with numpy alone.

Sampling turns uniform draws into durations by inverse distribution functions only, and the run-time
dependencies hold no library of special functions. What is needed is small: the normal distribution function
and its inverse, to the precision of a double, and the beta quantile, to seven digits or so.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError

Floats: TypeAlias = npt.NDArray[np.float64]

LEAST_U = 2.0**-53
"""Smallest uniform draw; the greatest is ``1 - LEAST_U``."""

# fmt: off
# Wichura (1988), Algorithm AS 241 (PPND16), Applied Statistics 37, 477-484; highest power first.
_CENTRE_P = (
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
)
_CENTRE_Q = (
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0,
)
_NEAR_P = (
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
    1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
    1.42343711074968357734,
)
_NEAR_Q = (
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
    0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187,
    1.0,
)
_FAR_P = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
    0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
    6.6579046435011037772,
)
_FAR_Q = (
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
    7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
    0.59983220655588793769, 1.0,
)

# Cody (1969), Rational Chebyshev approximations for the error function, Math. Comp. 23, 631-637.
_ERF_P = (
    1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2,
    3.20937758913846947e3,
)
_ERF_Q = (
    1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3,
)
_MID_P = (
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
    2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
    1.23033935479799725e3,
)
_MID_Q = (
    1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
)
_TAIL_P = (
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
)
_TAIL_Q = (
    1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3,
)
# fmt: on


def _ratio(numerator: tuple[float, ...], denominator: tuple[float, ...], x: Floats) -> Floats:
    """Return the quotient of two polynomials, coefficients by falling power."""
    values = []
    for coefficients in (numerator, denominator):
        value = np.full_like(x, coefficients[0])
        for coefficient in coefficients[1:]:
            value *= x
            value += coefficient
        values.append(value)
    values[0] /= values[1]
    return values[0]


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
    probability = np.atleast_1d(np.asarray(u, dtype=np.float64))
    centred = probability - 0.5
    inside = np.abs(centred) <= 0.425
    result = centred * _ratio(_CENTRE_P, _CENTRE_Q, np.where(inside, 0.180625 - centred * centred, 0.0))
    outside = ~inside
    if outside.any():
        p = probability[outside]
        depth = np.sqrt(-np.log(np.minimum(p, 1.0 - p)))
        size = _ratio(_NEAR_P, _NEAR_Q, np.minimum(depth, 5.0) - 1.6)
        far = depth > 5.0
        if far.any():
            size[far] = _ratio(_FAR_P, _FAR_Q, depth[far] - 5.0)
        result[outside] = np.copysign(size, centred[outside])
    return result.reshape(np.shape(u))


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
    values = np.atleast_1d(np.asarray(x, dtype=np.float64)) * math.sqrt(0.5)
    size = np.abs(values)
    square = size * size
    upper = np.empty_like(size)  # half of erfc(size), the smaller of the two tails
    near, far = size <= 0.46875, size > 4.0
    mid = ~(near | far)
    upper[near] = 0.5 - 0.5 * size[near] * _ratio(_ERF_P, _ERF_Q, square[near])
    upper[mid] = 0.5 * np.exp(-square[mid]) * _ratio(_MID_P, _MID_Q, size[mid])
    if far.any():
        inverse = 1.0 / square[far]
        series = 1.0 / math.sqrt(math.pi) - inverse * _ratio(_TAIL_P, _TAIL_Q, inverse)
        upper[far] = 0.5 * np.exp(-square[far]) / size[far] * series
    return np.where(values > 0.0, 1.0 - upper, upper).reshape(np.shape(x))


class _BetaTable(NamedTuple):
    """Knots of the logit of a beta quantile as a function of the normal quantile."""

    normal: Floats
    logit: Floats
    slope: Floats


_STEP = 0.1  # distance of knots, in standard deviations of the logit
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(5)


@lru_cache(maxsize=4096)
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
    z = np.clip(normal_quantile(u), table.normal[0], table.normal[-1])
    right = np.clip(np.searchsorted(table.normal, z), 1, len(table.normal) - 1)
    left = right - 1
    start, first, last = table.normal[left], table.logit[left], table.logit[right]
    length = table.normal[right] - start
    t = (z - start) / length
    rise = last - first
    enter, leave = length * table.slope[left] - rise, rise - length * table.slope[right]
    logit = first + t * rise + t * (1.0 - t) * ((1.0 - t) * enter + t * leave)
    result: Floats = 1.0 / (1.0 + np.exp(-logit))
    return result
