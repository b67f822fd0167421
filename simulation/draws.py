"""Keyed random draws: a number depends on what it is for, never on when it was drawn.

The draw of replication ``r`` is a pure function of (seed, stable id, purpose, ``r``). Adding an activity or a
factor therefore changes no other draw, two scenarios with the same seed share their draws (common random
numbers), and results are the same for any block size, number of workers or order. Correlation keeps that
property: members of a group share a keyed common shock instead of a factorised matrix.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TypeAlias, Union

import numpy as np

from scheduling.errors import InputError
from simulation.kernels.sampling import fill_uniforms
from simulation.special import LEAST_U, Floats, normal_cdf, normal_quantile

Key: TypeAlias = Union[int, str, "tuple[Key, ...]"]
"""A stable id: a number, a text, or a tuple of ids such as (project, factor)."""

_COMMON_SHOCK = ("common shock",)  # a tuple, so that no purpose named by a caller meets it


def _encode(key: Key) -> bytes:
    """Encode an id with its type and length, so that different ids never give the same bytes."""
    if isinstance(key, tuple):
        body, kind = b"".join(_encode(part) for part in key), b"t"
    elif isinstance(key, str):
        body, kind = key.encode("utf-8", "surrogatepass"), b"s"
    elif isinstance(key, int | np.integer):
        body, kind = str(int(key)).encode(), b"i"
    else:
        raise InputError(
            f"random draws: the id {key!r} is of type {type(key).__name__}, whose text may change from run "
            "to run. Name activities and factors by a text, a whole number, or a tuple of these."
        )
    return kind + str(len(body)).encode() + b":" + body


def _stream(encoded: bytes) -> tuple[np.uint64, np.uint64]:
    """Return the 128-bit key of one stream as two halves."""
    digest = blake2b(encoded, digest_size=16).digest()
    return np.uint64(int.from_bytes(digest[:8], "little")), np.uint64(int.from_bytes(digest[8:], "little"))


def _draw(seed: int, key: Key, purpose: Key, replications: range) -> Floats:
    if len(replications) and min(replications[0], replications[-1]) < 0:
        raise InputError(
            f"random draws: {replications!r} holds a negative replication number. Count from 0 upward."
        )
    result = np.empty(len(replications))
    fill_uniforms(*_stream(_encode((seed, key, purpose))), replications.start, replications.step, result)
    return result


def uniforms(seed: int, key: Key, purpose: str, replications: range) -> Floats:
    """Draw uniform numbers for one id and purpose.

    Parameters
    ----------
    seed : int
        Seed of the run.
    key : int, str or tuple of these
        Stable id of the activity, factor or driver. The number 1 and the text "1" are different ids.
    purpose : str
        What is drawn, such as "work", "rework" or "delay".
    replications : range
        Replication numbers, from 0.

    Returns
    -------
    ndarray of float64
        One draw a replication, in the open interval (0, 1): at least ``2**-53`` from both ends.

    Raises
    ------
    InputError
        When the id is of another type or a replication number is negative.

    Notes
    -----
    The counter passes twice through the mixer of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA), keyed
    before and between by the halves of a 128-bit BLAKE2b digest of seed, id and purpose; so streams are not
    shifted copies of one another.

    Examples
    --------
    >>> whole = uniforms(7, "excavation", "work", range(1000))
    >>> bool((whole[400:410] == uniforms(7, "excavation", "work", range(400, 410))).all())
    True
    """
    return _draw(seed, key, purpose, replications)


def normals(seed: int, key: Key, purpose: str, replications: range) -> Floats:
    """Draw standard normal numbers for one id and purpose: the normal quantiles of :func:`uniforms`.

    Parameters, errors and properties are those of :func:`uniforms`.

    Examples
    --------
    >>> normals(7, "excavation", "work", range(3)).shape
    (3,)
    """
    return normal_quantile(uniforms(seed, key, purpose, replications))


def correlated_uniforms(
    seed: int, key: Key, purpose: str, replications: range, *, group: Key, correlation: float
) -> Floats:
    """Draw uniform numbers that members of a group share in part.

    Parameters
    ----------
    seed, key, purpose, replications
        As for :func:`uniforms`; they name the member's own part.
    group : int, str or tuple of these
        Stable id of the group; for one shock a project and group, a tuple of both.
    correlation : float
        Correlation 0..1 of the normal scores of any two members that name this value.

    Returns
    -------
    ndarray of float64
        One draw a replication, uniform in the open interval (0, 1).

    Raises
    ------
    InputError
        When the correlation is not within 0..1, or as for :func:`uniforms`.

    Notes
    -----
    ``Phi(sqrt(rho) Z + sqrt(1 - rho) e)`` with the group's shock ``Z`` and the member's own ``e``, both
    standard normal (one-factor Gaussian copula). Members with unequal values correlate by the geometric mean.

    Examples
    --------
    >>> land, homes = (
    ...     correlated_uniforms(7, factor, "delay", range(4000), group="site", correlation=0.5)
    ...     for factor in ("land", "resettlement")
    ... )
    >>> bool(0.4 < np.corrcoef(land, homes)[0, 1] < 0.6)
    True
    """
    if not 0.0 <= correlation <= 1.0:
        raise InputError(
            f"random draws: the correlation {correlation!r} of group {group!r} is not within 0..1. "
            "Common shocks cannot make negative correlation; give a number from 0 to 1."
        )
    own = uniforms(seed, key, purpose, replications)
    if correlation == 0.0:
        return own
    shock = _shock(seed, group, replications)
    score = np.sqrt(correlation) * shock + np.sqrt(1.0 - correlation) * normal_quantile(own)
    result: Floats = np.clip(normal_cdf(score), LEAST_U, 1.0 - LEAST_U)
    return result


@lru_cache(maxsize=512)
def _shock(seed: int, group: Key, replications: range) -> Floats:
    """Normal score of a group, kept for its other members."""
    return normal_quantile(_draw(seed, group, _COMMON_SHOCK, replications))
