"""Keyed draws: what a number depends on, and that the numbers are random."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scheduling.errors import InputError
from simulation.draws import correlated_uniforms, normals, uniforms
from simulation.kernels.sampling import fill_uniforms
from simulation.special import LEAST_U, normal_cdf, normal_quantile

KEYS = st.recursive(
    st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4
)


@settings(deadline=None)
@given(
    seed=st.integers(), key=KEYS, start=st.integers(0, 10**6), cuts=st.lists(st.integers(0, 50), max_size=4)
)
def test_blocks_of_any_size_give_the_same_draws(seed: int, key: object, start: int, cuts: list[int]) -> None:
    whole = range(start, start + 50)
    bounds = [0, *sorted(cuts), 50]
    parts = [uniforms(seed, key, "work", whole[a:b]) for a, b in pairwise(bounds)]
    expected = uniforms(seed, key, "work", whole)
    assert (np.concatenate(parts) == expected).all()
    assert (uniforms(seed, key, "work", whole[::-3]) == expected[::-3]).all()


@settings(deadline=None)
@given(KEYS, KEYS, st.text(max_size=3), st.text(max_size=3))
def test_different_ids_or_purposes_give_different_draws(one: object, other: object, p: str, q: str) -> None:
    same = (one, p) == (other, q)
    assert (uniforms(1, one, p, range(3)) == uniforms(1, other, q, range(3))).all() == same


def test_no_two_ways_to_cut_a_text_collide() -> None:
    draws = {
        float(uniforms(1, key, purpose, range(1))[0])
        for key, purpose in [
            ("a/b", "c"), ("a", "b/c"), ("a/bc", ""), (("a", "b"), "c"), (("a/b",), "c"),
            (("a", ("b",)), "c"), (1, "c"), ("1", "c"), ("i1", "c"), ((), "c"), ("", "c"), ("1:c", ""),
            (("1", 1), "c"), ((11,), "c"),
        ]
    }  # fmt: skip
    assert len(draws) == 14
    assert uniforms(12, 3, "work", range(1)) != uniforms(1, 23, "work", range(1))


def test_numpy_whole_numbers_are_the_same_ids() -> None:
    assert (
        uniforms(np.int64(7), np.int32(3), "work", range(5)).tolist()
        == uniforms(7, 3, "work", range(5)).tolist()
    )


def test_draws_do_not_change_from_process_to_process_or_release_to_release() -> None:
    code = "from simulation.draws import uniforms; print(uniforms(7, ('厂房', 2), 'work', range(2)).tolist())"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert fresh.strip() == str(uniforms(7, ("厂房", 2), "work", range(2)).tolist())
    assert uniforms(7, ("厂房", 2), "work", range(2)).tolist() == [0.18541634902372517, 0.4499462647856568]


def mixed(state: int) -> int:
    """The mixer of SplitMix64 in plain integers."""
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
    return state ^ (state >> 31)


def unmixed(state: int) -> int:
    """Its inverse."""
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        found = state
        for _ in range(64 // shift + 1):
            found = state ^ (found >> shift)
        state = found * pow(factor, -1, 2**64) % 2**64
    return state


@settings(deadline=None)
@given(
    first=st.integers(0, 2**64 - 1),
    second=st.integers(0, 2**64 - 1),
    numbers=st.builds(range, st.integers(0, 2**40), st.just(2**41), st.integers(2**37, 2**40)),
)
def test_draws_equal_the_formula_in_plain_integers(first: int, second: int, numbers: range) -> None:
    drawn = np.empty(len(numbers))
    fill_uniforms(np.uint64(first), np.uint64(second), numbers.start, numbers.step, drawn)
    states = (mixed((r * 0x9E3779B97F4A7C15 + first) % 2**64) for r in numbers)
    assert drawn.tolist() == [((mixed(state ^ second) >> 12) + 0.5) * 2.0**-52 for state in states]


@pytest.mark.parametrize(("bits", "expected"), [(0, LEAST_U), (2**64 - 1, 1 - LEAST_U)])
def test_draws_stay_inside_the_open_interval(bits: int, expected: float) -> None:
    drawn = np.empty(1)
    assert mixed(unmixed(bits)) == bits
    fill_uniforms(np.uint64(0), np.uint64(mixed(0) ^ unmixed(bits)), 0, 1, drawn)
    assert drawn.tolist() == [expected]


def test_draws_are_uniform_along_and_across_ids() -> None:
    matrix = np.array([uniforms(11, f"a{i}", "work", range(1000)) for i in range(400)])
    assert stats.kstest(matrix.ravel(), "uniform").pvalue > 0.01
    across = [stats.kstest(column, "uniform").pvalue for column in matrix.T]
    along = [stats.kstest(row, "uniform").pvalue for row in matrix]
    for pvalues in (across, along):
        assert stats.kstest(pvalues, "uniform").pvalue > 0.01
    assert np.unique(matrix).size == matrix.size


def test_neighbouring_ids_seeds_purposes_and_replications_are_independent() -> None:
    count = 4000
    rows = [
        uniforms(seed, i, p, range(count)) for seed in (1, 2) for i in range(20) for p in ("work", "lead")
    ]
    scores = np.corrcoef(rows)[np.triu_indices(len(rows), 1)] * np.sqrt(count)
    assert stats.kstest(scores, "norm").pvalue > 0.01
    assert np.abs(scores).max() < 5
    lagged = [np.corrcoef(row[:-lag], row[lag:])[0, 1] * np.sqrt(count) for row in rows for lag in (1, 2, 7)]
    assert stats.kstest(lagged, "norm").pvalue > 0.01


def test_pairs_of_following_draws_fill_the_square_evenly() -> None:
    u = uniforms(3, "a", "work", range(200001))
    cells = np.bincount((u[:-1] * 32).astype(int) * 32 + (u[1:] * 32).astype(int), minlength=1024)
    assert stats.chisquare(cells).pvalue > 0.01


def test_every_bit_of_a_draw_is_fair() -> None:
    whole = (uniforms(5, "a", "work", range(50000)) * 2.0**52).astype(np.uint64)
    ones = np.array([np.count_nonzero(whole >> np.uint64(bit) & np.uint64(1)) for bit in range(52)])
    assert (np.abs(ones - 25000) < 5 * np.sqrt(12500)).all()


def test_normals_are_the_quantiles_of_the_uniforms() -> None:
    draws = normals(11, "a", "work", range(20000))
    assert (draws == normal_quantile(uniforms(11, "a", "work", range(20000)))).all()
    assert stats.kstest(draws, "norm").pvalue > 0.01


@pytest.mark.parametrize("correlation", [0.3, 0.4, 0.5, 0.9])
def test_members_of_a_group_correlate_as_asked_and_stay_uniform(correlation: float) -> None:
    members = [
        correlated_uniforms(3, i, "delay", range(40000), group="site", correlation=correlation)
        for i in range(3)
    ]
    scores = np.corrcoef(normal_quantile(members))
    assert scores[np.triu_indices(3, 1)] == pytest.approx(correlation, abs=0.02)
    for member in members:
        assert stats.kstest(member, "uniform").pvalue > 0.01


def test_correlation_ends_at_own_draws_and_at_the_common_shock() -> None:
    block = range(100, 300)
    own = correlated_uniforms(3, "land", "delay", block, group="g", correlation=0.0)
    assert (own == uniforms(3, "land", "delay", block)).all()
    land, power = (
        correlated_uniforms(3, k, "delay", block, group="g", correlation=1.0) for k in ("land", "power")
    )
    assert (land == power).all()
    other = correlated_uniforms(3, "land", "delay", block, group="h", correlation=1.0)
    assert abs(np.corrcoef(land, other)[0, 1]) < 0.3


def test_correlated_draws_do_not_depend_on_blocks_nor_on_other_members() -> None:
    def draw(block: range) -> np.ndarray:
        return correlated_uniforms(3, "land", "delay", block, group="g", correlation=0.5)

    assert (np.concatenate([draw(range(7)), draw(range(7, 20))]) == draw(range(20))).all()


def test_correlated_draws_never_reach_the_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.draws._draw", lambda *_: np.array([LEAST_U, 1 - LEAST_U]))
    extreme = correlated_uniforms(1, "a", "delay", range(2), group="g", correlation=0.5)
    assert normal_cdf(12.0) == 1.0
    assert extreme.tolist() == [LEAST_U, 1 - LEAST_U]


def test_ids_without_a_stable_text_are_refused() -> None:
    with pytest.raises(InputError, match=r"the id 1\.5 is of type float.*text, a whole number, or a tuple"):
        uniforms(1, 1.5, "work", range(2))  # type: ignore[arg-type]


def test_negative_replications_and_correlations_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match=r"range\(-1, 2\) holds a negative replication number"):
        uniforms(1, "a", "work", range(-1, 2))
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match=r"correlation .* of group 'g' is not within 0\.\.1"):
            correlated_uniforms(1, "a", "work", range(2), group="g", correlation=wrong)
    assert uniforms(1, "a", "work", range(0)).size == 0
