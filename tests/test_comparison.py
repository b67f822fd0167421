"""Scenarios side by side: paired differences, and how often their intervals hold the truth."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pytest

from scheduling.build import compile_network
from scheduling.calendar import SEVEN_DAY
from scheduling.errors import InputError
from scheduling.network import Network, Resource
from simulation.comparison import (
    RESAMPLES,
    Case,
    Comparison,
    Difference,
    _Bootstrap,
    _percentiles,
    compare,
    share_difference,
)
from simulation.distributions import Discrete, Fixed, Triangular, Uniform
from simulation.monte_carlo import simulate
from simulation.risks import Rework, RiskModel
from simulation.special import normal_cdf
from simulation.statistics import UNFINISHED, quantile


def roads(*, more: bool = False, crews: int = 1, dated: bool = False, shift: int = 0) -> Network:
    """Two roads that share a crew; with `more`, a survey before the first one."""
    graph: Any = nx.DiGraph()
    for name, line in (("east", 50), ("west", 70)):
        when = date.fromordinal(date(2026, 1, 1).toordinal() + line - 1) if dated else line
        graph.add_node(f"{name} design", duration=10, project=name)
        graph.add_node(f"{name} works", duration=25, project=name, demand={"crew": 1}, deadline=when)
        graph.add_edge(f"{name} design", f"{name} works")
        if dated:
            for node in (f"{name} design", f"{name} works"):
                graph.nodes[node]["calendar"] = "seven"
    if more:
        graph.add_node("survey", duration=6, project="east")
        graph.add_edge("survey", "east design")
    options: dict[str, Any] = {"calendars": {"seven": SEVEN_DAY}} if dated else {}
    start: Any = date(2026, 1, 1) if dated else 0
    return compile_network(graph, resources=[Resource("crew", crews)], start=start, **options)


RISKS = RiskModel(
    work={f"{name} works": Triangular(20, 25, 50) for name in ("east", "west")},
    rework={"east design": Rework(0.4, Uniform(4, 12))},
)


def test_differences_are_those_of_two_runs_with_the_same_draws() -> None:
    cases = {
        "now": Case(roads(), RISKS),
        "two crews": Case(roads(crews=2), RISKS),
        "more": Case(roads(more=True), RISKS),
    }
    found = compare(cases, replications=300, seed=4)
    assert found.names == ("now", "two crews", "more")
    assert list(found.projects) == ["east", "west"]
    runs = {
        name: simulate(case.network, risks=case.risks, replications=300, seed=4)
        for name, case in cases.items()
    }
    for project, node in (("east", "east works"), ("west", "west works")):
        for name, run in runs.items():
            item, base = found.projects[project][name], runs["now"]
            assert item.on_time == run.project_on_time(project)
            assert item.date == run.date(node, 0.8)
            if name == "now":
                assert item.on_time_difference is item.date_difference is None
                continue
            assert item.on_time_difference is not None
            assert item.date_difference is not None
            won = run.on_time(project).mean() - base.on_time(project).mean()
            assert item.on_time_difference.value == pytest.approx(won)
            assert item.date_difference.value == run.date(node, 0.8) - base.date(node, 0.8)
            assert item.date_difference.low is not None
            assert item.date_difference.high is not None
            assert item.date_difference.low <= item.date_difference.value <= item.date_difference.high


def test_common_random_numbers_make_the_interval_narrow() -> None:
    """A day more of work moves the date by a day in every bootstrap sample."""
    longer = replace(RISKS, work={**RISKS.work, "west works": Triangular(21, 26, 51)})
    network = roads(crews=2)
    found = compare({"a": Case(network, RISKS), "b": Case(network, longer)}, replications=400)
    assert found.projects["west"]["b"].date_difference == Difference(1.0, 1.0, 1.0)
    same = found.projects["east"]["b"]
    assert same.date_difference == Difference(0.0, 0.0, 0.0)
    assert same.on_time_difference is not None
    assert same.on_time_difference.value == 0.0
    assert same.on_time_difference.low == pytest.approx(-same.on_time_difference.high)
    assert 0 < same.on_time_difference.high < 0.01


def test_calendars_that_begin_on_other_days_are_compared_by_date() -> None:
    cases = {"now": Case(roads(dated=True), RISKS), "more": Case(roads(dated=True, more=True), RISKS)}
    axes = {case.network.axis for case in cases.values()}
    assert len(axes) == 2  # the second begins earlier, for its survey
    found = compare(cases, replications=200).projects["east"]
    moved = found["more"].date_difference
    assert moved is not None
    assert moved.value == (found["more"].date - found["now"].date).days


def test_a_project_that_only_some_scenarios_have() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=5, project="north")
    north = compile_network(graph)
    found = compare({"now": Case(roads(), RISKS), "other": Case(north, RiskModel())}, replications=20)
    assert set(found.projects) == {"east", "west", "north"}
    assert set(found.projects["east"]) == {"now"}
    only = found.projects["north"]["other"]
    assert (only.on_time, only.date) == (None, 5)
    assert only.on_time_difference is only.date_difference is None


def test_what_never_ends_has_no_difference() -> None:
    found = compare({"now": Case(roads(), RISKS), "none": Case(roads(crews=0), RISKS)}, replications=20)
    never = found.projects["west"]["none"]
    assert never.date is never.date_difference is None
    assert never.on_time_difference is not None
    assert never.on_time_difference.value < 0


def test_bounds_that_run_to_infinity_are_none() -> None:
    values = np.r_[np.arange(990.0), [math.inf] * 10]
    assert _percentiles(values) == (25.0, 974.0)
    assert _percentiles(np.r_[values[:900], [math.inf] * 100]) == (25.0, None)
    assert _percentiles(np.r_[values[:900], [math.nan] * 100]) == (None, None)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("count", [2, 30, 700])
def test_bootstrap_quantiles_equal_those_of_the_samples_written_out(share: float, count: int) -> None:
    bootstrap = _Bootstrap(count, share, 3)
    values = np.random.default_rng(1).integers(0, 50, count)
    values[values > 45] = UNFINISHED
    found = bootstrap.quantiles(values)
    for b in range(0, RESAMPLES, 97):
        written = np.repeat(values, bootstrap.weights[b].astype(int))
        assert len(written) == count
        expected = quantile(written, share)
        assert found[b] == (math.inf if expected is None else expected)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Two dates with a common part: true quantiles and shares are known from a great sample."""
    random = np.random.default_rng(5)

    def sample(count: int) -> tuple[Any, Any]:
        common = random.normal(100, 10, count)
        first = np.round(common + random.normal(0, 4, count)).astype(np.int64)
        second = np.round(common + random.normal(3, 7, count)).astype(np.int64)
        return first, second

    spread = math.sqrt(10**2 + 4**2), math.sqrt(10**2 + 7**2)
    truth = float(normal_cdf((110 + 0.5 - 103) / spread[1]) - normal_cdf((110 + 0.5 - 100) / spread[0]))
    first, second = sample(2_000_000)
    moved = int(
        np.quantile(second, 0.8, method="inverted_cdf") - np.quantile(first, 0.8, method="inverted_cdf")
    )
    bootstrap = _Bootstrap(300, 0.8, 3)
    dates = shares = 0
    for _ in range(400):
        first, second = sample(300)
        low, high = _percentiles(bootstrap.quantiles(second) - bootstrap.quantiles(first))
        assert low is not None
        assert high is not None
        dates += low <= moved <= high
        difference = share_difference(first <= 110, second <= 110)
        assert difference.low is not None
        assert difference.high is not None
        shares += difference.low <= truth <= difference.high
    assert dates >= 0.93 * 400
    assert shares >= 0.93 * 400


def test_an_inserted_activity_changes_no_other_draw() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("west design", duration=10, project="west", deadline=20)
    risks = RiskModel(work={"west design": Discrete((5, 30), (1, 1))})
    small = Case(compile_network(graph), risks)
    graph.add_node("aa", duration=3, project="west")
    large = Case(compile_network(graph), replace(risks, rework={"aa": Rework(0.5, Fixed(1))}))
    found = compare({"small": small, "large": large}, replications=100)
    outcome = found.projects["west"]["large"]
    assert outcome.on_time_difference is not None
    assert outcome.on_time_difference.value == 0.0
    assert outcome.date_difference == Difference(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("cases", "options", "message"),
    [
        ({"a": Case(roads(), RISKS)}, {}, "1 scenarios and 1000 replications are nothing to compare"),
        ({"a": Case(roads(), RISKS), "b": Case(roads(), RISKS)}, {"replications": 1}, "at least two of both"),
        ({"a": Case(roads(), RISKS), "b": Case(roads(), RISKS)}, {"share": 1.0}, "not between 0 and 1"),
        ({"a": Case(roads(), RISKS), "b": Case(roads(dated=True), RISKS)}, {}, "some have none"),
    ],
)
def test_what_cannot_be_compared_is_refused(cases: Any, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compare(cases, **options)


def test_the_same_in_every_run() -> None:
    cases = {"now": Case(roads(), RISKS), "more": Case(roads(more=True), RISKS)}
    found: list[Comparison[str]] = [compare(cases, replications=50, seed=2) for _ in range(2)]
    assert found[0] == found[1]
