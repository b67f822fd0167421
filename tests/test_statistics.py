"""Intervals against scipy, quantiles against their definition, paired gains."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scheduling.errors import InputError
from simulation.statistics import (
    UNFINISHED,
    Gain,
    NumberOnTime,
    Probability,
    clopper_pearson,
    on_time_interval,
    paired_gain,
    quantile,
    quantile_interval,
    required_count,
    wilson,
)

COUNTS = [
    (0, 1),
    (1, 1),
    (0, 7),
    (7, 7),
    (1, 20),
    (19, 20),
    (83, 100),
    (998, 1000),
    (3, 10000),
    (8000, 10000),
]


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("successes", "trials"), COUNTS)
def test_intervals_equal_scipy(successes: int, trials: int, confidence: float) -> None:
    test = stats.binomtest(successes, trials)
    expected = test.proportion_ci(confidence, "wilson")
    assert wilson(successes, trials, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)
    expected = test.proportion_ci(confidence, "exact")
    exact = clopper_pearson(successes, trials, confidence)
    assert exact == pytest.approx((expected.low, expected.high), rel=1e-6)


@settings(deadline=None)
@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_hold_the_share_and_mirror(counts: tuple[int, int]) -> None:
    successes, trials = counts
    for interval in (wilson, clopper_pearson, on_time_interval):
        low, high = interval(successes, trials)
        assert 0 <= low <= successes / trials <= high <= 1
        mirrored = interval(trials - successes, trials)
        assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((low, high), abs=1e-6)


def test_the_printed_interval_is_exact_near_the_ends() -> None:
    assert on_time_interval(4, 1000) == clopper_pearson(4, 1000)
    assert on_time_interval(996, 1000) == clopper_pearson(996, 1000)
    assert on_time_interval(5, 1000) == wilson(5, 1000)
    assert on_time_interval(995, 1000) == wilson(995, 1000)


@pytest.mark.parametrize("p", [0.002, 0.01, 0.05, 0.3, 0.8, 0.97, 0.995])
def test_the_printed_interval_covers_about_as_often_as_it_says(p: float) -> None:
    trials = 1000
    weights = stats.binom.pmf(np.arange(trials + 1), trials, p)
    likely = np.flatnonzero(weights > 1e-9)
    covered = [low <= p <= high for low, high in (on_time_interval(int(k), trials) for k in likely)]
    assert weights[likely][covered].sum() > 0.935


def test_probability_says_no_more_than_its_interval_supports() -> None:
    assert str(Probability(826, 1000)) == "0.83 (0.80–0.85)"
    assert Probability(826, 1000).percent() == "83% (80–85)"
    assert str(Probability(15, 20)) == "0.8 (0.5–0.9)"
    assert Probability(15, 20).percent() == "80% (50–90)"
    assert str(Probability(826_000, 1_000_000)) == "0.826 (0.825–0.827)"
    assert Probability(826_000, 1_000_000).percent() == "82.6% (82.5–82.7)"
    assert str(Probability(1000, 1000)) == "1.000 (0.996–1.000)"
    assert str(Probability(0, 1)) == "0.0 (0.0–1.0)"


@settings(deadline=None)
@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_last_decimal_is_a_tenth_of_the_width_or_more(counts: tuple[int, int]) -> None:
    probability = Probability(*counts)
    assert probability.low <= probability.value <= probability.high
    width = probability.high - probability.low
    assert width <= 10 * 10.0**-probability.decimals * (1 + 1e-9)
    assert probability.decimals >= 1


def test_probability_counts_a_boolean_array() -> None:
    assert Probability.of([True, False, True]) == Probability(2, 3)
    with pytest.raises(InputError, match="0 successes in 0 trials"):
        Probability.of([])


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 1000))
def test_required_count_is_exact_in_whole_numbers(trials: int, thousandths: int) -> None:
    expected = -(-thousandths * trials // 1000)
    assert required_count(thousandths / 1000, trials) == max(expected, 1)
    assert required_count(1 - (1000 - thousandths) / 1000, trials) == max(expected, 1)


def test_required_count_reads_sums_of_decimals_and_simple_fractions() -> None:
    assert required_count(0.1 + 0.2, 10) == 3
    assert required_count(2 / 3, 3) == 2
    assert required_count(1.0, 7) == 7
    assert required_count(1e-12, 7) == 1
    for wrong in (0.0, 1.1, float("nan")):
        with pytest.raises(InputError, match=r"a share of .* Give a share above 0 and at most 1"):
            required_count(wrong, 10)


SAMPLES = st.lists(st.integers(-5, 15) | st.just(UNFINISHED), min_size=1, max_size=40)


@settings(deadline=None)
@given(SAMPLES, st.integers(1, 100))
def test_quantile_is_the_smallest_date_with_the_share(samples: list[int], percent: int) -> None:
    share = Fraction(percent, 100)
    dates = [
        d for d in range(-5, 16) if Fraction(sum(finish <= d for finish in samples), len(samples)) >= share
    ]
    assert quantile(samples, percent / 100) == (min(dates) if dates else None)


def test_p80_stands_on_the_eighth_of_ten() -> None:
    samples = np.arange(1, 11)
    assert [quantile(samples, p) for p in (0.8, 0.80001, 0.5, 0.9, 1.0)] == [8, 9, 5, 9, 10]
    samples[8:] = UNFINISHED
    assert [quantile(samples, p) for p in (0.8, 0.81)] == [8, None]
    with pytest.raises(InputError, match="of 0 replications"):
        quantile([], 0.8)


@pytest.mark.parametrize(("trials", "p"), [(30, 0.5), (100, 0.8), (1000, 0.8), (1000, 0.95), (5000, 0.1)])
def test_quantile_interval_takes_the_order_statistics_of_the_binomial(trials: int, p: float) -> None:
    ranks = np.arange(1, trials + 1)
    lower = int(ranks[stats.binom.cdf(ranks - 1, trials, p) <= 0.025].max())
    upper = int(ranks[stats.binom.cdf(ranks - 1, trials, p) >= 0.975].min())
    assert quantile_interval(ranks, p) == (lower, upper)


def test_quantile_interval_covers_at_least_as_often_as_it_says_with_ties() -> None:
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(2000):
        low, high = quantile_interval(random.integers(0, 10, 200), 0.8)
        assert low is not None
        assert high is not None
        covered += low <= 7 <= high  # share(value <= 7) is exactly .8
    assert covered >= 1900


def test_quantile_interval_without_bound() -> None:
    assert quantile_interval([1, 2, 3], 0.8) == (1, None)
    assert quantile_interval([1, 2, 3], 0.5) == (None, None)
    assert quantile_interval([*range(100), *[UNFINISHED] * 20], 0.8) == (86, None)
    with pytest.raises(InputError, match="Give a share p below 1"):
        quantile_interval([1, 2], 1.0)


def test_paired_gain_uses_the_differences() -> None:
    random = np.random.default_rng(3)
    before = random.random(5000) < 0.6
    after = before | (random.random(5000) < 0.1)
    gain = paired_gain(before, after)
    difference = after.astype(float) - before
    assert gain == Gain(difference.mean(), pytest.approx(stats.sem(difference)))
    unpaired = np.sqrt(before.var() / 5000 + after.var() / 5000)
    assert gain.standard_error < unpaired / 2
    assert paired_gain(before, before) == Gain(0.0, 0.0)
    assert paired_gain(after, before).mean == -gain.mean


@pytest.mark.parametrize(("before", "after"), [([True], [True]), ([True] * 3, [True] * 2), ([], [])])
def test_paired_gain_refuses_different_or_too_few_replications(before: list[bool], after: list[bool]) -> None:
    with pytest.raises(InputError, match=r"paired gain: the runs have the shapes.*at least two"):
        paired_gain(before, after)


@settings(deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=30))
def test_number_on_time_counts_jointly(rows: list[list[bool]]) -> None:
    number = NumberOnTime.of(rows)
    assert number.mean == pytest.approx(np.mean([sum(row) for row in rows]))
    for quota in range(-1, 6):
        assert number.at_least(quota) == Probability(sum(sum(row) >= quota for row in rows), len(rows))
    assert len(number.replications) == 5


def test_number_on_time_needs_a_matrix() -> None:
    for wrong in ([True, False], np.zeros((0, 3), dtype=bool)):
        with pytest.raises(InputError, match="number on time: the matrix has the shape"):
            NumberOnTime.of(wrong)
    assert NumberOnTime.of(np.zeros((2, 0), dtype=bool)).at_least(0) == Probability(2, 2)


def test_wrong_counts_and_levels_are_refused() -> None:
    for successes, trials in ((5, 4), (-1, 4), (0, 0)):
        for count in (wilson, clopper_pearson, Probability, on_time_interval):
            with pytest.raises(InputError, match=f"probability: {successes} successes in {trials} trials"):
                count(successes, trials)
    with pytest.raises(InputError, match="confidence 95 is not between 0 and 1"):
        wilson(1, 2, 95)
