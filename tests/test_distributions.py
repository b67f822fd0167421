"""Distributions: quantiles against scipy, planning values, means, refusals."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

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
    Triangular,
    Uniform,
    rounded,
)
from simulation.draws import uniforms
from simulation.special import LEAST_U

U = np.linspace(0.0005, 0.9995, 1999)
EVERY = [
    Fixed(12),
    Uniform(-3, 9),
    Triangular(1, 2, 10),
    Triangular(0, 0, 5),
    Triangular(0, 5, 5),
    Pert(10, 20, 60),
    Pert(10, 10, 60),
    Pert(10, 60, 60),
    Pert(-4, 0, 5, weight=30),
    Pert.from_quantiles(10, 14, 30),
    Lognormal(45, 150),
    Lognormal(45, 150, maximum=200),
    Discrete((7, 3, 5), (1, 2, 1)),
    Empirical((9, 12, 30, 12, 11)),
    Occasional(0.3, Lognormal(45, 150, maximum=400)),
    Occasional(0.7, Triangular(-5, 0, 5)),
    Occasional(1, Uniform(2, 3)),
    Occasional(0, Uniform(2, 3)),
    Occasional(0.4, Uniform(-9, -2)),
    Occasional(0.5, Occasional(0.5, Uniform(0, 1))),
    Greatest(Lognormal(30, 60, maximum=400), 246),
    Greatest(Discrete((7, 3, 5), (1, 2, 1)), 3),
    Occasional(0.4, Greatest(Uniform(3, 9), 12)),
    Triangular.from_quantiles(10, 14, 30, low=0.1),
]
every = pytest.mark.parametrize("distribution", EVERY, ids=repr)


@every
def test_every_distribution_rises_and_keeps_the_shape_of_the_draws(distribution: Distribution) -> None:
    assert isinstance(distribution, Distribution)
    ends = np.concatenate([[LEAST_U], U, [1 - LEAST_U]])
    values = distribution.quantile(ends)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert (np.diff(values) >= 0).all()
    assert distribution.quantile(U[:6].reshape(2, 3)).shape == (2, 3)
    assert np.shape(distribution.quantile(0.5)) == ()
    assert distribution.quantile([]).shape == (0,)


@every
def test_the_mean_is_that_of_the_quantile_function(distribution: Distribution) -> None:
    count = 200_000
    middles = (np.arange(count) + 0.5) / count
    spread = np.ptp(distribution.quantile(U))
    assert distribution.quantile(middles).mean() == pytest.approx(distribution.mean, abs=1e-4 * spread + 1e-9)


@every
def test_distributions_are_values(distribution: Distribution) -> None:
    assert eval(repr(distribution)) == distribution
    assert hash(eval(repr(distribution))) == hash(distribution)


def test_uniform_and_triangular_equal_scipy() -> None:
    assert Uniform(-3, 9).quantile(U) == pytest.approx(stats.uniform.ppf(U, -3, 12), abs=1e-12)
    for mode in (1, 2, 9.5, 10):
        expected = stats.triang.ppf(U, (mode - 1) / 9, 1, 9)
        assert Triangular(1, mode, 10).quantile(U) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weight", [0.5, 4, 30])
@pytest.mark.parametrize("mode", [10, 10.5, 25, 59.99, 60])
def test_pert_equals_scipy_beta(mode: float, weight: float) -> None:
    pert = Pert(10, mode, 60, weight)
    beta = stats.beta(1 + weight * (mode - 10) / 50, 1 + weight * (60 - mode) / 50, 10, 50)
    assert np.abs(pert.quantile(U) - beta.ppf(U)).max() < 50e-7
    assert pert.mean == pytest.approx(beta.mean(), abs=1e-12)


@pytest.mark.parametrize(("low", "high"), [(0, 0.9), (0.1, 0.9), (0.05, 0.95), (0.1, 1), (0, 1), (0.4, 0.6)])
@pytest.mark.parametrize("mode", [8, 8.01, 11, 20, 29, 30])
def test_pert_from_quantiles_meets_its_quantiles_by_scipy(low: float, high: float, mode: float) -> None:
    pert = Pert.from_quantiles(8, mode, 30, low=low, high=high)
    width = pert.maximum - pert.minimum
    beta = stats.beta(
        1 + 4 * (mode - pert.minimum) / width, 1 + 4 * (pert.maximum - mode) / width, pert.minimum, width
    )
    assert beta.ppf([low, high]) == pytest.approx([8, 30], abs=1e-5)
    assert pert.most_likely == mode
    assert pert.minimum == 8 or low > 0


@settings(deadline=None)
@given(
    optimistic=st.floats(-50, 50),
    steps=st.tuples(st.floats(0, 1), st.floats(0.1, 500)),
    weight=st.sampled_from([1.0, 4.0, 25.0]),
)
def test_pert_from_quantiles_works_for_any_rising_estimates(
    optimistic: float, steps: tuple[float, float], weight: float
) -> None:
    pessimistic = optimistic + steps[1]
    mode = min(optimistic + steps[0] * steps[1], pessimistic)
    pert = Pert.from_quantiles(optimistic, mode, pessimistic, weight=weight)
    assert pert.quantile([0.9]) == pytest.approx(pessimistic, abs=1e-5 * steps[1])
    assert pert.minimum == optimistic


@settings(deadline=None)
@given(
    place=st.floats(0, 1),
    low=st.sampled_from([0.0, 0.05, 0.1, 0.49]),
    high=st.sampled_from([0.51, 0.9, 1.0]),
)
def test_triangular_from_quantiles_meets_its_quantiles_by_scipy(
    place: float, low: float, high: float
) -> None:
    mode = 8 + 22 * place
    found = Triangular.from_quantiles(8, mode, 30, low=low, high=high)
    width = found.maximum - found.minimum
    scipy = stats.triang((mode - found.minimum) / width, found.minimum, width)
    assert scipy.ppf([low, high]) == pytest.approx([8, 30], abs=1e-6)
    assert found.most_likely == mode
    assert found.minimum == 8 or low > 0


def test_the_variance_of_pert_is_that_of_its_beta_distribution() -> None:
    """``(mean - min)(max - mean)/(weight + 3)``: Vose (2008), Risk Analysis; a 36th of the squared range near
    the middle only."""
    middles = (np.arange(200_000) + 0.5) / 200_000
    for pert in (Pert(0, 5, 10), Pert(10, 20, 60), Pert(10, 20, 60, weight=12)):
        expected = (pert.mean - pert.minimum) * (pert.maximum - pert.mean) / (pert.weight + 3)
        assert pert.quantile(middles).var() == pytest.approx(expected, rel=1e-3)
    assert Pert(0, 5, 10).quantile(middles).var() == pytest.approx(100 / 28, rel=1e-3)


def test_more_weight_makes_a_sharper_peak_round_the_same_mode() -> None:
    spreads = [np.ptp(Pert(10, 20, 60, weight).quantile([0.1, 0.9])) for weight in (1, 4, 12, 50)]
    assert spreads == sorted(spreads, reverse=True)


@pytest.mark.parametrize("count", [1, 2, 17, 246, 5000])
def test_the_greatest_of_many_has_the_power_of_the_distribution_function(count: int) -> None:
    households = Greatest(Lognormal(30, 60), count)
    each = stats.lognorm(Lognormal(30, 60).sigma, scale=30)
    assert each.cdf(households.quantile(U)) ** count == pytest.approx(U, rel=1e-9)
    assert households.most_likely == households.quantile(0.5)


def test_the_greatest_of_uniforms_has_the_mean_of_order_statistics() -> None:
    assert Greatest(Uniform(0, 1), 9).mean == pytest.approx(9 / 10, abs=1e-4)
    draws = np.max([uniforms(2, i, "household", range(4000)) for i in range(9)], axis=0)
    assert stats.kstest(draws, lambda x: x**9).pvalue > 0.01
    drawn = Greatest(Uniform(0, 1), 9).quantile(uniforms(2, "all", "household", range(4000)))
    assert stats.ks_2samp(drawn, draws).pvalue > 0.01


def test_classic_pert_is_the_case_of_probabilities_0_and_1() -> None:
    pert = Pert.from_quantiles(10, 20, 60, low=0, high=1)
    assert (pert.minimum, pert.maximum) == pytest.approx((10, 60), abs=1e-9)


def test_lognormal_equals_scipy_and_the_formula_of_the_default_delays() -> None:
    delay = Lognormal(45, 150)
    assert delay.sigma == pytest.approx(math.log(150 / 45) / 1.2816, rel=1e-4)
    assert delay.quantile(U) == pytest.approx(stats.lognorm.ppf(U, delay.sigma, scale=45), rel=1e-12)
    assert delay.mean == pytest.approx(stats.lognorm.mean(delay.sigma, scale=45))
    density = stats.lognorm(delay.sigma, scale=45).pdf
    assert density(delay.most_likely) > max(
        density(delay.most_likely * 0.99), density(delay.most_likely * 1.01)
    )


def test_lognormal_draws_beyond_the_maximum_count_as_the_maximum() -> None:
    free, capped = Lognormal(45, 150), Lognormal(45, 150, maximum=200)
    assert (capped.quantile(U) == np.minimum(free.quantile(U), 200)).all()
    beyond = stats.lognorm(free.sigma, scale=45)
    expected = integrate.quad(lambda x: x * beyond.pdf(x), 0, 200)[0] + 200 * beyond.sf(200)
    assert capped.mean == pytest.approx(expected)


def test_discrete_sorts_its_values_and_joins_equal_ones() -> None:
    distribution = Discrete((30, 10, 30, 20), (1, 3, 3, 1))
    assert distribution.quantile([0.375, 0.376, 0.5, 0.501]).tolist() == [10, 20, 20, 30]
    assert distribution.most_likely == 30
    assert Discrete((5, 4), (1, 1)).most_likely == 4


@settings(deadline=None)
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=30), st.integers(1, 99))
def test_empirical_quantile_is_the_least_value_that_a_share_of_the_data_reaches(
    data: list[int], percent: int
) -> None:
    u = percent / 100
    least = min(d for d in data if sum(x <= d for x in data) * 100 >= percent * len(data))
    rank = u * len(data)
    assume(rank == round(rank) or abs(rank - round(rank)) > 1e-9)  # the product may round across a step
    assert Empirical(tuple(data)).quantile([u])[0] == least


def test_occasional_is_the_inverse_of_the_mixture() -> None:
    delay = Occasional(0.25, Uniform(-10, 30))
    values = delay.quantile(U)
    for x in (-9, -1, -1e-9, 0, 1e-9, 5, 29):
        expected = 0.25 * (x + 10) / 40 + 0.75 * (x >= 0)
        assert (values <= x).mean() == pytest.approx(expected, abs=0.001)
    assert (values == 0).mean() == pytest.approx(0.75, abs=0.001)


def test_occasional_has_no_correlation_with_block_size_and_hits_its_probability() -> None:
    delay = Occasional(0.3, Lognormal(45, 150))
    draws = delay.quantile(uniforms(5, "land", "delay", range(40000)))
    assert (draws > 0).mean() == pytest.approx(0.3, abs=0.01)
    assert np.median(draws[draws > 0]) == pytest.approx(45, rel=0.03)


def test_the_planning_value_of_something_occasional_is_what_happens_more_often() -> None:
    assert Occasional(0.5, Fixed(9)).most_likely == 0
    assert Occasional(0.51, Fixed(9)).most_likely == 9


def test_planning_values() -> None:
    assert Uniform(2, 4).most_likely == 3
    assert Fixed(7).most_likely == Fixed(7).mean == 7
    assert Empirical((1, 2, 3, 4)).most_likely == 2


def test_rounding_goes_half_up_and_keeps_the_least() -> None:
    halves = [-1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, -0.5000000000000001]
    assert rounded(halves, None).tolist() == [-1, 0, 1, 2, 3, 0, -1]
    assert rounded([-3, 0.2, 1.4, 1.5], 1).tolist() == [1, 1, 1, 2]
    assert rounded(2.0**52 + 1, None) == 2**52 + 1
    assert rounded([0.5], None).dtype == np.int64


@settings(deadline=None)
@given(st.floats(-(2**52), 2**52))
def test_rounding_equals_exact_arithmetic(value: float) -> None:
    numerator, denominator = value.as_integer_ratio()
    assert rounded([value], None)[0] == (2 * numerator + denominator) // (2 * denominator)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1e17])
def test_rounding_refuses_what_is_no_number_of_slots(wrong: float) -> None:
    with pytest.raises(InputError, match=r"not a number or beyond 2\^53 slots.*maximum"):
        rounded([1.0, wrong], 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Fixed(math.inf), "fixed value: value is inf.*finite"),
        (lambda: Uniform(5, 5), "uniform: minimum and maximum are both 5. Use a fixed value"),
        (lambda: Uniform(5, 4), "uniform: maximum 4 is below minimum 5"),
        (lambda: Triangular(1, 7, 5), "triangular: most likely 7 is not between minimum 1 and maximum 5"),
        (lambda: Pert(1, math.nan, 5), "pert: most likely is nan"),
        (lambda: Pert(3, 2, 5), "pert: most likely 2 is not between minimum 3 and maximum 5"),
        (lambda: Pert(1, 2, 5, weight=0), "pert: the weight 0 of the mode.*4 is classic"),
        (lambda: Pert.from_quantiles(3, 3, 3), "pert: optimistic and pessimistic are both 3"),
        (lambda: Pert.from_quantiles(3, 9, 5), "most likely 9 is not between optimistic 3 and pessimistic 5"),
        (lambda: Pert.from_quantiles(3, 4, 5, low=0.6), "probabilities 0.6 and 0.9.*one below 0.5"),
        (lambda: Pert.from_quantiles(3, 4, 5, high=0.5), "probabilities 0.0 and 0.5.*one below 0.5"),
        (lambda: Pert.from_quantiles(3, 4, 5, weight=-1), "pert: the weight -1"),
        (lambda: Triangular.from_quantiles(3, 4, 5, low=0.6), "triangular: .* probabilities 0.6 and 0.9"),
        (lambda: Triangular.from_quantiles(3, 3, 3), "triangular: optimistic and pessimistic are both 3"),
        (lambda: Greatest(Fixed(1), 0), "greatest of 0 draws.*at least 1"),
        (lambda: Lognormal(0, 5), "lognormal: median 0 is not above 0"),
        (lambda: Lognormal(6, 5), "lognormal: P90 5 is below median 6"),
        (lambda: Lognormal(5, 5), "lognormal: median and P90 are both 5. Use a fixed value"),
        (lambda: Lognormal(5, 9, maximum=5), "lognormal: maximum 5 is not above median 5.*leave it out"),
        (lambda: Lognormal(5, 9, maximum=math.inf), "lognormal: maximum is inf"),
        (lambda: Discrete((), ()), "discrete: 0 values and 0 weights"),
        (lambda: Discrete((1, 2), (1,)), "discrete: 2 values and 1 weights.*a weight for each"),
        (
            lambda: Discrete((1, 2), (1, 0)),
            "discrete: the weight 0 of value 2 is not above 0.*leave the value",
        ),
        (lambda: Empirical(()), "empirical: there are no observed values"),
        (lambda: Empirical((1, math.nan)), "empirical: observed value is nan"),
        (lambda: Occasional(1.2, Fixed(1)), r"occasional: the probability 1.2 is not within 0\.\.1"),
    ],
)
def test_wrong_parameters_are_refused_by_name(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]
