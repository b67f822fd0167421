"""The rolling reserve: maturity, readiness, admission, staggered starts, gaps."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Call
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.dispatch.data import read
from scenarios.dispatch.leveling import stagger
from scenarios.dispatch.reserve import CandidateRow, Reserve, candidates, reserve
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import CandidateSpec, QuotaSpec, Scenario

BASE = load_scenario("district-1bn")
READY_LAND = {"A4": 2, "A7": 15, "A9": 75, "A10": 30, "B11": 35, "B12": 5, "B13": 10, "B14": 5, "D1": 25}
READY_LAND |= {"D2": 45, "D3": 7, "D5": 45, "D6": 12, "D8": 15, "D9": 10, "E1": 20, "E2": 5}
"""Most likely days of the steps before the start, enterprise on ready land, as in the domain notes; 361."""


def candidate(name: str, **changes: Any) -> CandidateSpec:
    given: dict[str, Any] = {"name": name, "template": "enterprise", "investment": 60000, "year": 2023}
    return CandidateSpec.model_validate({"id": name} | given | changes)


def scenario(*items: CandidateSpec, **changes: Any) -> Scenario:
    small = {"projects": BASE.projects[2:4], "quotas": (), "replications": 100, "reserve": items}
    return BASE.model_copy(update=small | changes)


def row(**changes: Any) -> CandidateRow:
    return candidates(scenario(candidate("N", **changes)))[0]


# -- maturity and readiness ---------------------------------------------------------------------------------
def test_weights_add_up_to_one() -> None:
    rules = read("rules")["reserve"]
    assert sum(rules["weights"].values()) == pytest.approx(1)
    assert len(rules["admission"]) == 4


def test_maturity_by_hand() -> None:
    found = row(done=["A2", "A4", "D1", "D2"], listed=True, land=80, land_secured=1, funds_secured=0.5)
    assert found.steps == pytest.approx(72 / sum(READY_LAND.values()))
    assert found.score == pytest.approx(0.5 * 72 / 361 + 0.1 + 0.2 + 0.2 * 0.5)


def test_land_that_is_not_all_secured_needs_requisition() -> None:
    requisition = {"B1": 10, "B2": 20, "B3": 15, "B4": 8, "B5": 30, "B7": 30, "B8": 45, "B9": 5, "B10": 60}
    found = row(done=["A2", "A4"], land=80, land_secured=0.9)
    from scenarios.catalog import template

    steps = template("enterprise").steps
    total = sum(READY_LAND.values()) + sum(steps[name].duration for name in requisition)
    assert found.steps == pytest.approx(2 / total)
    assert found.land == 0.9
    none_needed = row(done=["A2", "A4"], land=0)
    assert (none_needed.land, none_needed.steps) == (1, pytest.approx(2 / 361))
    assert none_needed.ready < found.ready


def test_earliest_start_is_near_the_check_run_of_the_domain_notes() -> None:
    """125 days from nothing on ready land, in the notes at 1.45 calendar days to an office day."""
    found = row(land=0)
    assert abs((found.ready - BASE.data_date).days - 125) <= 10
    assert row(land=0, done=["A2", "A4", "D1", "D2", "D5"]).ready < found.ready


def test_it_does_not_start_before_its_earliest_day() -> None:
    found = row(land=0, earliest=date(2023, 6, 15))
    assert found.ready == date(2023, 6, 15)
    everything = row(land=0, done=["A2", *READY_LAND])
    assert (everything.steps, everything.ready) == (1, BASE.data_date)


def test_next_step_is_open_and_first_on_the_path() -> None:
    found = row(land=0, done=["A2"])
    assert found.next_step is not None
    assert found.next_step.zh == "项目备案"


# -- admission ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("year", "threshold"), [(2021, None), (2022, 0.6), (2023, 0.6), (2024, 0.4), (2025, 0.2), (2026, None)]
)
def test_thresholds_roll_with_the_years(year: int, threshold: float | None) -> None:
    assert row(year=year).threshold == threshold


def test_admission_asks_for_maturity_and_for_a_start_in_its_year() -> None:
    good: dict[str, Any] = {
        "listed": True,
        "land": 0,
        "funds_secured": 1,
        "done": ["A2", "A4", "A10", "D1", "D2"],
    }
    assert row(**good).admitted  # 0.5 * 102/361 + 0.1 + 0.2 + 0.2 = 0.64
    poor = row(**good | {"funds_secured": 0.79})
    assert not poor.admitted
    assert "0.599 below 0.6" in poor.reasons[0].en
    late = row(**good | {"earliest": date(2024, 1, 1)})
    assert not late.admitted
    assert "2024-01-01" in late.reasons[0].en
    assert row(**good | {"earliest": date(2023, 12, 31)}).admitted
    beyond = row(**good | {"year": 2026})
    assert not beyond.admitted
    assert "2022 to 2025" in beyond.reasons[0].en


# -- staggered starts ---------------------------------------------------------------------------------------
def levels(
    months: Sequence[int], land: Sequence[int], starts: Sequence[int], taken: Sequence[int]
) -> tuple[int, ...]:
    count, area = list(starts), list(taken)
    for month, units in zip(months, land, strict=True):
        count[month] += 1
        area[month] += units
    order = sum((len(months) - k) * month for k, month in enumerate(months))
    return max(count), max(area), sum(number**2 for number in count), sum(months), order


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[int], list[int], list[int]]:
    windows = draw(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: (min(pair), max(pair))),
            max_size=5,
        )
    )
    land = [draw(st.integers(0, 9)) for _ in windows]
    starts = draw(st.lists(st.integers(0, 2), min_size=4, max_size=4))
    taken = draw(st.lists(st.integers(0, 9), min_size=4, max_size=4))
    return windows, land, starts, taken


@settings(max_examples=60, deadline=None)
@given(problems())
def test_months_are_as_level_as_brute_force_finds(
    problem: tuple[list[tuple[int, int]], list[int], list[int], list[int]],
) -> None:
    windows, land, starts, taken = problem
    found = stagger(*problem)
    assert found.proved
    assert all(low <= month <= high for month, (low, high) in zip(found.months, windows, strict=True))
    choices = itertools.product(*(range(low, high + 1) for low, high in windows))
    best = min(levels(months, land, starts, taken) for months in choices)
    assert levels(found.months, land, starts, taken) == best


def test_sixty_candidates_of_three_years_are_levelled_within_the_effort() -> None:
    windows = [(12 * (k % 3), 12 * (k % 3) + 11) for k in range(60)]
    land = [4000 + 3700 * k % 5000 for k in range(60)]
    found = stagger(windows, land, [2, 1] + [0] * 34, [0] * 36)
    peak, area, squares, *_ = levels(found.months, land, [2, 1] + [0] * 34, [0] * 36)
    assert peak == 2  # 63 starts in 36 months
    first = [2, 2] + [2] * 9 + [1]  # 3 + 20 starts in the first year, 20 in each of the others
    others = [2] * 8 + [1] * 4
    assert squares == sum(number**2 for number in first + others + others)
    assert max(sum(land[k::3]) for k in range(3)) / 12 <= area <= 13500  # two of the larger in a month


# -- the whole ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def found() -> Reserve:
    good = {"listed": True, "land": 40, "land_secured": 1, "funds_secured": 1, "sector": "industry"}
    done = ["A2", "A4", "D1", "D2", "D5"]
    items = [candidate(f"N{k}", **good, done=done) for k in range(3)]
    items.append(candidate("Q", **good | {"sector": "service"}, done=done))
    items.append(candidate("Z"))
    quotas = (
        QuotaSpec(event="start", sector="industry", target=9, date=date(2023, 2, 28), least=50000),
        QuotaSpec(event="start", sector="industry", target=1, date=date(2023, 12, 31), least=70000),
        QuotaSpec(event="completion", sector="industry", target=4, date=date(2024, 12, 31)),
        QuotaSpec(event="start", target=1, date=date(2022, 12, 31)),
    )
    return reserve(Run(scenario(*items, quotas=quotas)))


def test_starts_are_staggered_over_the_year(found: Reserve) -> None:
    months = {item.id: item.month for item in found.candidates}
    assert months == {"N0": "2023-01", "N1": "2023-02", "N2": "2023-03", "Q": "2023-04", "Z": None}
    assert found.proved
    of_reserve = [item for item in found.months if item.reserve]
    assert [(item.month, item.reserve, item.land) for item in of_reserve] == [
        (f"2023-{k:02d}", 1, 40) for k in range(1, 5)
    ]
    assert sum(item.portfolio for item in found.months) == 2


def test_gaps_to_quotas_of_later_years(found: Reserve) -> None:
    starts, large, completions = found.gaps  # that of this year is none of the reserve's
    assert starts.reserve == ("N0", "N1")  # N2 starts in March, Q is of another sector
    assert starts.gap == pytest.approx(9 - starts.expected - 2)
    assert (large.reserve, large.gap) == ((), pytest.approx(max(0.0, 1 - large.expected)))
    assert completions.reserve == ()  # the reserve is planned to its start
    assert completions.gap == pytest.approx(4 - completions.expected)


def test_an_empty_reserve() -> None:
    found = reserve(Run(scenario(replications=20)))
    assert (found.candidates, found.gaps, found.proved) == ((), (), True)


def test_command(call: Call, tmp_path: Path) -> None:
    data = scenario(candidate("N", land=0, listed=True), replications=20, resources={})
    file = tmp_path / "x.yaml"
    text = yaml.safe_dump(data.model_dump(mode="json", by_alias=True), allow_unicode=True)
    file.write_text(text, encoding="utf-8")
    code, out, _ = call("reserve", file, "--json")
    answer = json.loads(out)
    assert (code, answer["schema"], answer["reserve"]["candidates"][0]["id"]) == (
        0,
        "backplan-reserve/1",
        "N",
    )
    code, out, _ = call("reserve", file, "--lang", "zh")
    assert code == 0
    assert "成熟度" in out
    assert "压茬推进" in out
    data = data.model_copy(update={"reserve": ()})
    file.write_text(yaml.safe_dump(data.model_dump(mode="json", by_alias=True)), encoding="utf-8")
    code, out, _ = call("reserve", file, "--lang", "en")
    assert code == 0
    assert "The reserve is empty" in out
