"""Normal and beta functions against scipy, which is a dependency of the tests only."""

import numpy as np
import pytest
from scipy import special, stats

from scheduling.errors import InputError
from simulation.special import LEAST_U, Z90, beta_quantile, normal_cdf, normal_quantile

ENDS = 2.0 ** -np.arange(1, 54)
DRAWS = np.concatenate([ENDS, np.linspace(1e-6, 1 - 1e-6, 20001), 1 - ENDS])
BULK = np.linspace(1e-7, 1 - 1e-7, 4001)


def test_normal_quantile_equals_scipy() -> None:
    expected = special.ndtri(DRAWS)
    assert np.abs(normal_quantile(DRAWS) - expected).max() < 1e-14
    deep = 2.0 ** -np.arange(54, 1000.0)
    assert np.abs(normal_quantile(deep) / special.ndtri(deep) - 1).max() < 1e-14


def test_the_score_of_the_90th_percentile() -> None:
    assert normal_quantile(0.9) == pytest.approx(special.ndtri(0.9), abs=1e-15)
    assert pytest.approx(special.ndtri(0.9), abs=1e-15) == Z90


def test_normal_cdf_equals_scipy_in_the_tails_too() -> None:
    x = np.linspace(-37, 10, 50001)
    assert np.abs(normal_cdf(x) / special.ndtr(x) - 1).max() < 1e-13


def test_normal_functions_invert_each_other_and_keep_the_shape() -> None:
    u = np.linspace(0.001, 0.999, 60).reshape(3, 4, 5)
    assert np.abs(normal_cdf(normal_quantile(u)) - u).max() < 1e-15
    assert normal_quantile(0.5).shape == normal_cdf(0.5).shape == ()
    assert normal_quantile([]).shape == normal_cdf([]).shape == (0,)


@pytest.mark.parametrize(
    ("alpha", "beta"), [(1, 1), (1, 5), (5, 1), (1, 1.25), (1.8, 4.2), (3, 3), (5, 1.0001), (6, 6)]
)
def test_beta_quantile_of_usual_shapes_equals_scipy(alpha: float, beta: float) -> None:
    error = np.abs(beta_quantile(BULK, alpha, beta) - stats.beta.ppf(BULK, alpha, beta))
    assert error.max() < 1e-7 * stats.beta.std(alpha, beta)


@pytest.mark.parametrize(
    ("alpha", "beta"), [(1, 101), (101, 1), (50, 51), (1, 10000), (9997, 4), (5000, 5001), (1e6, 3)]
)
def test_beta_quantile_of_extreme_shapes_equals_scipy(alpha: float, beta: float) -> None:
    error = np.abs(beta_quantile(BULK, alpha, beta) - stats.beta.ppf(BULK, alpha, beta))
    assert error.max() < 1e-5 * stats.beta.std(alpha, beta)


@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (1, 5), (2.3, 3.7), (101, 1), (300, 200)])
def test_beta_quantile_rises_up_to_the_extreme_draws(alpha: float, beta: float) -> None:
    u = np.unique(np.concatenate([DRAWS, [LEAST_U, 1 - LEAST_U]]))
    values = beta_quantile(u, alpha, beta)
    assert (np.diff(values) >= 0).all()
    assert values[0] >= 0
    assert values[-1] <= 1
    assert np.abs(stats.beta.cdf(values, alpha, beta) - u).max() < 1e-6


def test_beta_quantile_refuses_shapes_with_a_pole() -> None:
    with pytest.raises(InputError, match=r"shapes 0\.5 and 2 must both be at least 1"):
        beta_quantile([0.5], 0.5, 2)
