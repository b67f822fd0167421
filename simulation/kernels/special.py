"""Normal and beta functions, value by value."""

from __future__ import annotations

import math

import numpy as np

from scheduling.kernels.board import Floats, kernel

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


@kernel
def ratio(numerator: tuple[float, ...], denominator: tuple[float, ...], x: float) -> float:
    """Quotient of two polynomials, coefficients by falling power."""
    above = numerator[0]
    for k in range(1, len(numerator)):
        above = above * x + numerator[k]
    below = denominator[0]
    for k in range(1, len(denominator)):
        below = below * x + denominator[k]
    return above / below


@kernel
def normal_score(u: float) -> float:
    """Inverse of the standard normal distribution function, by Wichura (1988)."""
    centred = u - 0.5
    if abs(centred) <= 0.425:
        return centred * ratio(_CENTRE_P, _CENTRE_Q, 0.180625 - centred * centred)
    depth = math.sqrt(-math.log(min(u, 1.0 - u)))
    size = ratio(_NEAR_P, _NEAR_Q, depth - 1.6) if depth <= 5.0 else ratio(_FAR_P, _FAR_Q, depth - 5.0)
    return math.copysign(size, centred)


@kernel
def fill_normal_quantile(u: Floats, out: Floats) -> None:
    """:func:`simulation.special.normal_quantile` of every value."""
    for r in range(len(u)):
        out[r] = normal_score(u[r])


@kernel
def fill_normal_cdf(x: Floats, out: Floats) -> None:
    """:func:`simulation.special.normal_cdf` of every value, by half of Cody's (1969) erfc."""
    for r in range(len(x)):
        value = x[r] * math.sqrt(0.5)
        size = abs(value)
        square = size * size
        if size <= 0.46875:
            upper = 0.5 - 0.5 * size * ratio(_ERF_P, _ERF_Q, square)
        elif size <= 4.0:
            upper = 0.5 * math.exp(-square) * ratio(_MID_P, _MID_Q, size)
        else:
            inverse = 1.0 / square
            series = 1.0 / math.sqrt(math.pi) - inverse * ratio(_TAIL_P, _TAIL_Q, inverse)
            upper = 0.5 * math.exp(-square) / size * series
        out[r] = 1.0 - upper if value > 0.0 else upper


@kernel
def fill_logistic_hermite(u: Floats, normal: Floats, logit: Floats, slope: Floats, out: Floats) -> None:
    """Beta quantiles: the logistic of a cubic Hermite interpolation over normal scores.

    Parameters
    ----------
    normal, logit, slope : shape (knots,)
        Normal scores in rising order, and the logit of the quantile and its slope there.
    """
    last = len(normal) - 1
    for r in range(len(u)):
        z = min(max(normal_score(u[r]), normal[0]), normal[last])
        right = min(max(np.searchsorted(normal, z), 1), last)
        left = right - 1
        length = normal[right] - normal[left]
        t = (z - normal[left]) / length
        rise = logit[right] - logit[left]
        enter, leave = length * slope[left] - rise, rise - length * slope[right]
        value = logit[left] + t * rise + t * (1.0 - t) * ((1.0 - t) * enter + t * leave)
        out[r] = 1.0 / (1.0 + math.exp(-value))
