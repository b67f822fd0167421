"""Keyed uniform numbers, and whole slots looked up in a guide table, replication by replication."""

from __future__ import annotations

import math

import numpy as np

from scheduling.kernels.board import Floats, Ints, kernel

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)

MARGIN = 1e-6
"""Distance from a half within which a look-up does not decide how to round."""
MOST = 2.0**52


@kernel
def mix(state: np.uint64) -> np.uint64:
    """Scramble a 64-bit counter by a bijection in which every input bit moves every output bit."""
    state = (state ^ (state >> _30)) * _MIX_1
    state = (state ^ (state >> _27)) * _MIX_2
    return np.uint64(state ^ (state >> _31))


@kernel
def fill_uniforms(first: np.uint64, second: np.uint64, begin: int, step: int, out: Floats) -> None:
    """Uniform numbers of one stream, in the open interval (0, 1).

    Parameters
    ----------
    first, second
        Halves of its key.
    begin, step
        First replication, and distance to the next.
    """
    for r in range(len(out)):
        state = mix(np.uint64(begin + r * step) * _GOLDEN + first)
        out[r] = (np.float64(mix(state ^ second) >> _12) + 0.5) * 2.0**-52


@kernel
def look_up(luck: Floats, bounds: Floats, factor: Floats, least: int, whole: Ints, unsure: Ints) -> int:
    """Round half up what a distribution gives, wherever the ends of a cell round alike.

    Parameters
    ----------
    luck : shape (replications,)
        Uniform numbers.
    bounds : shape (cells + 1,)
        Quantiles at the ends of equal parts of (0, 1).
    factor : shape (replications,)
        What the quantiles are multiplied with.
    whole, unsure : shape (replications,)
        Answers, and where there is none.

    Returns
    -------
    int
        How many of `unsure` are filled.
    """
    cells = len(bounds) - 1
    count = 0
    for r in range(len(luck)):
        cell = int(luck[r] * cells)
        low, high = bounds[cell] * factor[r], bounds[cell + 1] * factor[r]
        value = math.floor(low + (0.5 - MARGIN))
        if factor[r] < 0.0 or value != math.floor(high + (0.5 + MARGIN)) or not abs(high) < MOST:
            unsure[count] = r
            count += 1
        whole[r] = max(value, least)
    return count
