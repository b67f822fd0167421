"""Simulations against published and exact answers: PERT networks, merge bias, sums, maxima, coverage."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from scheduling.build import compile_network
from scheduling.network import Factor, Network
from simulation.causes import cause_gains
from simulation.distributions import (
    Discrete,
    Distribution,
    Fixed,
    Greatest,
    Lognormal,
    Pert,
    Scaled,
    Triangular,
    Uniform,
)
from simulation.monte_carlo import simulate
from simulation.need_by import need_by_dates
from simulation.result import SimulationResult
from simulation.risks import Cause, Rework, RiskModel
from simulation.statistics import Probability, clopper_pearson, quantile_interval, wilson

FINE = 1000
"""Slots in a unit of time, so that rounding to whole ones does not show."""
MANY = 10_000


def textbook(data_dir: Path, name: str) -> dict[str, Any]:
    path = data_dir / "known_answers" / "textbook_cpm_pert.json"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    cases = json.loads(path.read_text(encoding="utf-8"))
    found: dict[str, Any] = next(case for case in cases if case["id"] == name)
    return found


def network_of(preds: Mapping[str, list[str]], **end: Any) -> Network:
    """Activities and their predecessors; the milestone `end` follows all."""
    graph = nx.DiGraph()
    graph.add_nodes_from(preds, duration=1)
    graph.add_edges_from((pred, name) for name, before in preds.items() for pred in before)
    ends = [name for name in preds if not graph.out_degree(name)]
    graph.add_node("end", duration=0, **end)
    graph.add_edges_from((name, "end") for name in ends)
    return compile_network(graph)


def ends_of(result: SimulationResult) -> np.ndarray:
    return result.finish[:, result.network.index["end"]] / FINE


def scaled(distribution: Distribution) -> Distribution:
    return Scaled(distribution, FINE)


# -- PERT ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["anderson_porta_vac", "pert_17_weeks", "pert_14_activities"])
@pytest.mark.parametrize(("shape", "key"), [(Pert, "beta_pert"), (Triangular, "triangular")])
def test_textbook_networks(data_dir: Path, name: str, shape: Any, key: str) -> None:
    """Mean, deviation and shares of an independent simulation of 200,000 replications."""
    case = textbook(data_dir, name)
    activities = case["activities"]
    risks = RiskModel(
        work={
            name: scaled(
                shape(*each["abc"]) if len(set(each["abc"])) > 1 else Discrete(each["abc"][:1], (1,))
            )
            for name, each in activities.items()
        }
    )
    net = network_of({name: each["pred"] for name, each in activities.items()})
    ends = ends_of(simulate(net, risks=risks, replications=MANY, seed=11))
    known = case["our_check_200k_seed7_not_published"][key]
    assert ends.mean() == pytest.approx(known["mean"], abs=4 * known["sd"] / math.sqrt(MANY))
    assert ends.std() == pytest.approx(known["sd"], rel=0.04)
    for p in (0.5, 0.8, 0.85):
        low, high = quantile_interval((ends * FINE).astype(np.int64), p, 0.9999)
        assert low is not None
        assert high is not None
        assert low / FINE - 0.02 <= known[f"p{100 * p:.0f}"] <= high / FINE + 0.02
    assert (ends <= 17).mean() == pytest.approx(known["P_le_17"], abs=0.02)


def test_pert_means_are_those_of_the_textbook(data_dir: Path) -> None:
    case = textbook(data_dir, "pert_17_weeks")
    for name, (mean, _) in case["expected"]["activity_mean_var"].items():
        assert Pert(*case["activities"][name]["abc"]).mean == pytest.approx(mean)


def test_the_path_of_the_textbook_has_the_mean_that_pert_adds_up_and_the_project_a_greater_one(
    data_dir: Path,
) -> None:
    case = textbook(data_dir, "anderson_porta_vac")
    activities, path = case["activities"], case["expected"]["critical"]
    risks = RiskModel(work={name: scaled(Pert(*each["abc"])) for name, each in activities.items()})
    net = network_of({name: each["pred"] for name, each in activities.items()})
    result = simulate(net, risks=risks, replications=MANY, seed=12)
    lengths = (result.finish - result.start)[:, [net.index[name] for name in path]].sum(axis=1) / FINE
    error = 4 * lengths.std() / math.sqrt(MANY)
    assert lengths.mean() == pytest.approx(case["expected"]["mean_T"], abs=error)
    assert ends_of(result).mean() > case["expected"]["mean_T"] + error
    variances = [
        (pert.mean - pert.minimum) * (pert.maximum - pert.mean) / 7
        for pert in (Pert(*activities[name]["abc"]) for name in path)
    ]
    assert lengths.var() == pytest.approx(sum(variances), rel=0.06)


# -- merge bias, sums and maxima ----------------------------------------------------------------------------
def test_exact_merge_bias_of_two_point_durations(data_dir: Path) -> None:
    case = textbook(data_dir, "two_point_merge")
    activities = case["activities"]
    choices = {
        name: each["two_point"] if "two_point" in each else [[each["d"], 1.0]]
        for name, each in activities.items()
    }
    risks = RiskModel(
        work={name: Discrete(*map(tuple, zip(*pairs, strict=True))) for name, pairs in choices.items()}
    )
    net = network_of({name: each["pred"] for name, each in activities.items()}, deadline=14)
    result = simulate(net, risks=risks, replications=MANY, seed=3)
    ends = result.finish[:, net.index["end"]]
    exact: dict[int, float] = {}
    for (one, p), (two, q) in product(choices["1"], choices["2"]):
        total = max(one, two) + activities["3"]["d"]
        exact[total] = exact.get(total, 0.0) + p * q
    assert sum(value * p for value, p in exact.items()) == case["expected"]["exact_mean_T"]
    assert set(ends.tolist()) == set(exact)
    assert ends.mean() == pytest.approx(
        case["expected"]["exact_mean_T"], abs=4 * ends.std() / math.sqrt(MANY)
    )
    assert result.probability("end").low <= sum(p for value, p in exact.items() if value <= 14)
    assert result.probability("end").high >= sum(p for value, p in exact.items() if value <= 14)


def dice_at_most(count: int, total: int) -> float:
    """Chance that so many dice show so many points at most, by adding one after the other."""
    ways = {0: Fraction(1)}
    for _ in range(count):
        step: dict[int, Fraction] = {}
        for points, chance in ways.items():
            for face in range(1, 7):
                step[points + face] = step.get(points + face, Fraction(0)) + chance / 6
        ways = step
    return float(sum(chance for points, chance in ways.items() if points <= total))


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_a_chain_of_dice_is_their_sum(count: int) -> None:
    names = [f"a{k}" for k in range(count)]
    deadline = round(3.9 * count)
    net = network_of({name: names[max(k - 1, 0) : k] for k, name in enumerate(names)}, deadline=deadline)
    risks = RiskModel(work=dict.fromkeys(names, Discrete((1, 2, 3, 4, 5, 6), (1,) * 6)))
    found = simulate(net, risks=risks, replications=MANY, seed=21).probability("end")
    low, high = wilson(found.successes, found.trials, 0.9999)
    assert low <= dice_at_most(count, deadline) <= high


@pytest.mark.parametrize("count", [2, 7, 40])
def test_parallel_activities_are_the_greatest_of_independent_draws(count: int) -> None:
    """The same maximum from `count` activities side by side and from one drawn as the greatest."""
    names = [f"a{k}" for k in range(count)]
    each = scaled(Lognormal(30, 60))
    many = simulate(
        network_of({name: [] for name in names}),
        risks=RiskModel(work=dict.fromkeys(names, each)),
        replications=4000,
        seed=5,
    )
    for p in (0.1, 0.5, 0.9):
        exact = float(Greatest(each, count).quantile(p))
        low, high = quantile_interval(many.finish[:, many.network.index["end"]], p, 0.999)
        assert low is not None
        assert high is not None
        assert low - 1 <= exact <= high + 1


# -- coverage -----------------------------------------------------------------------------------------------
REPETITIONS = 1000
SAMPLING = 3 * math.sqrt(0.95 * 0.05 / REPETITIONS)
"""Three standard errors of a coverage of 95% counted in so many repetitions."""


def share(chance: float) -> np.ndarray:
    """Whether a deadline is met that holds with a chance: 200 replications of each repetition."""
    net = network_of({"permit": []}, deadline=1)
    risks = RiskModel(work={"permit": Discrete((1, 2), (chance, 1 - chance))})
    held = simulate(net, risks=risks, replications=200 * REPETITIONS, seed=9).meets("end")
    return held.reshape(REPETITIONS, 200)


@pytest.mark.parametrize("chance", [0.5, 0.8, 0.95, 0.99])
def test_intervals_cover_the_true_probability_as_often_as_they_say(chance: float) -> None:
    """A thousand repetitions, each of 200 replications that no other has seen."""
    found = [Probability.of(row) for row in share(chance)]
    covered = np.mean([each.low <= chance <= each.high for each in found])
    assert covered >= 0.95 - SAMPLING


@pytest.mark.parametrize("chance", [0.5, 0.8, 0.95, 0.99, 0.998])
def test_wilson_covers_about_and_clopper_pearson_at_least_as_often_as_it_says(chance: float) -> None:
    counts = share(chance).sum(axis=1).tolist()
    approximate = np.mean([low <= chance <= high for low, high in (wilson(k, 200) for k in counts)])
    exact = np.mean([low <= chance <= high for low, high in (clopper_pearson(k, 200) for k in counts)])
    assert exact >= 0.95 - SAMPLING
    if chance <= 0.95:
        assert approximate == pytest.approx(0.95, abs=SAMPLING)


def test_intervals_of_a_quantile_cover_it_as_often_as_they_say() -> None:
    net = network_of({"a": [], "b": ["a"]})
    uniform = Discrete(tuple(range(1, 101)), (1,) * 100)
    ends = simulate(net, risks=RiskModel(work={"a": uniform, "b": uniform}), replications=100_000, seed=8)
    samples = ends.finish[:, net.index["end"]].reshape(REPETITIONS, 100)
    sums = np.add.outer(np.arange(1, 101), np.arange(1, 101)).ravel()
    exact = int(np.sort(sums)[math.ceil(0.8 * len(sums)) - 1])
    intervals = [quantile_interval(row, 0.8) for row in samples]
    covered = np.mean(
        [low is not None and high is not None and low <= exact <= high for low, high in intervals]
    )
    assert covered >= 0.95 - SAMPLING


def test_standard_errors_of_gains_are_those_of_repetitions() -> None:
    """Without its own rework one of two parallel permits leaves the other's: p (1 - q) is won exactly."""
    net = network_of({"one": [], "two": []}, deadline=1)
    p, q = 0.3, 0.2
    risks = RiskModel(rework={"one": Rework(p, Fixed(1)), "two": Rework(q, Fixed(1))})
    gains = [
        cause_gains(net, risks=risks, replications=range(400 * k, 400 * (k + 1)), seed=4).by_activity["end"]
        for k in range(REPETITIONS)
    ]
    found = [dict(rows)[Cause("rework", "one")] for rows in gains]
    within = [abs(gain.mean - p * (1 - q)) <= 1.96 * gain.standard_error for gain in found]
    assert np.mean(within) == pytest.approx(0.95, abs=SAMPLING)
    spread = np.std([gain.mean for gain in found])
    assert spread == pytest.approx(np.mean([gain.standard_error for gain in found]), rel=0.07)


def test_intervals_at_need_by_dates_cover_the_true_probability_as_often_as_they_say() -> None:
    """The date is chosen from the same draws: the probability that truly holds on it lies in the interval."""
    graph = nx.DiGraph()
    graph.add_node("dig", duration=20, deadline=100)
    net = compile_network(graph, factors=[Factor("land", ("dig",), supply=3)])
    risks = RiskModel(work={"dig": Discrete(tuple(range(21, 61)), (1,) * 40)}, delay={"land": Uniform(0, 9)})
    covered, truths = 0, []
    for k in range(REPETITIONS):
        numbers = range(200 * k, 200 * (k + 1))
        (land,) = need_by_dates(net, risks=risks, confidence=0.8, replications=numbers, seed=5)
        truths.append(min(1.0, (100 - land.date - 20) / 40))
        covered += land.reached.low <= truths[-1] <= land.reached.high
    assert covered / REPETITIONS >= 0.95 - SAMPLING
    assert np.mean(truths) == pytest.approx(0.8, abs=0.5 / 40 + 0.005)
