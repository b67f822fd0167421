"""Guide tables: what they look up equals what the distribution gives, rounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.errors import InputError
from simulation.distributions import (
    Discrete,
    Distribution,
    Empirical,
    Fixed,
    Greatest,
    Lognormal,
    Occasional,
    Pert,
    Scaled,
    Triangular,
    Uniform,
)
from simulation.draws import uniforms
from simulation.guides import CELLS, Guide, guide
from simulation.special import LEAST_U

DISTRIBUTIONS: list[Distribution] = [
    Fixed(2.5),
    Uniform(-3.5, 9.5),
    Triangular(0.5, 10.5, 20.5),
    Pert(10, 20, 60),
    Pert.from_quantiles(10, 14, 30),
    Lognormal(45, 150),
    Discrete((2.5, -2.5, 7), (1, 2, 1)),
    Empirical((1.5, 2.5, 2.4999999999, 80)),
    Occasional(0.25, Lognormal(45, 150, maximum=400)),
    Occasional(0.25, Uniform(-9, 9)),
    Greatest(Lognormal(30, 60), 246),
    Scaled(Uniform(10, 20), 0.25),
]
EDGES = np.arange(1, CELLS) / CELLS
LUCK = np.concatenate(
    [
        [LEAST_U, 1 - LEAST_U],
        EDGES,
        np.nextafter(EDGES, 0),
        np.nextafter(EDGES, 1),
        uniforms(3, "luck", "work", range(5000)),
    ]
)


def warm(distribution: Distribution) -> Guide:
    found = Guide(distribution)
    found.whole(LUCK, 1)
    assert found.bounds is not None
    return found


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=repr)
@pytest.mark.parametrize("least", [None, 1])
def test_looking_up_equals_rounding_what_the_distribution_gives(
    distribution: Distribution, least: int | None
) -> None:
    found = warm(distribution)
    assert (found.whole(LUCK, least) == found.exactly(LUCK, least, None)).all()
    factor = Lognormal(1.0, 1.3).quantile(uniforms(4, "driver", "work", range(len(LUCK))))
    for factors in (factor, np.full(len(LUCK), 0.5), -factor, np.zeros(len(LUCK))):
        assert (found.whole(LUCK, least, factors) == found.exactly(LUCK, least, factors)).all()


@settings(deadline=None, max_examples=60)
@given(
    points=st.lists(st.integers(-40, 400), min_size=3, max_size=3, unique=True).map(sorted),
    halves=st.booleans(),
    weight=st.sampled_from([1.0, 4.0, 20.0]),
)
def test_estimates_of_any_shape_round_alike(points: list[int], halves: bool, weight: float) -> None:
    a, m, b = (point + 0.5 * halves for point in points)
    for distribution in (Pert(a, m, b, weight), Triangular(a, m, b), Uniform(a, b)):
        found = warm(distribution)
        assert (found.whole(LUCK, None) == found.exactly(LUCK, None, None)).all()


def test_few_draws_ask_the_distribution_itself() -> None:
    found = Guide(Pert(10, 20, 60))
    luck = uniforms(3, "a", "work", range(100))
    first = found.whole(luck, 1)
    assert found.bounds is None
    assert (warm(Pert(10, 20, 60)).whole(luck, 1) == first).all()


def test_guides_are_kept_where_the_distribution_can_be_a_key() -> None:
    class Own:
        __hash__ = None  # type: ignore[assignment]
        most_likely = mean = 2.0

        def quantile(self, u: object) -> np.ndarray:
            return np.full(np.shape(u), 2.0)

    assert guide(Pert(1, 2, 3)) is guide(Pert(1, 2, 3))
    assert guide(Own()).whole(LUCK, 1).tolist() == [2] * len(LUCK)


def test_draws_beyond_what_counts_slots_are_refused_as_without_a_guide() -> None:
    found = warm(Uniform(10, 20))
    with pytest.raises(InputError, match=r"not a number or beyond 2\^53 slots"):
        found.whole(LUCK, 1, np.full(len(LUCK), 1e300))
    with pytest.raises(InputError, match=r"not a number or beyond 2\^53 slots"):
        found.whole(LUCK, 1, np.full(len(LUCK), np.nan))
