"""The catalogue: its data hold together, and it reproduces the check run of the domain notes."""

from __future__ import annotations

from itertools import combinations
from typing import get_args

import networkx as nx
import pytest

from scenarios.catalog import (
    WORKDAY_RATIO,
    Template,
    departments,
    factor_defaults,
    options,
    template,
    templates,
)
from scenarios.catalog.model import Kind, Mechanism, Relation, Role
from scheduling.errors import InputError


def combined(name: str) -> list[tuple[str, ...]]:
    """Every set of options that applies to a template."""
    fitting = [key for key, option in options().items() if name in option.templates]
    return [
        chosen
        for size in range(len(fitting) + 1)
        for chosen in combinations(fitting, size)
        if not any(other in chosen for key in chosen for other in options()[key].conflicts)
    ]


CASES = [(name, chosen) for name in templates() for chosen in combined(name)]
each = pytest.mark.parametrize(
    ("name", "chosen"), CASES, ids=["+".join((name, *chosen)) for name, chosen in CASES]
)


def forward(item: Template, estimate: int) -> dict[str, float]:
    """Finish of every step: plain forward pass in calendar days, workday figures times 1.45."""

    def days(step: str, count: float) -> float:
        return count * (WORKDAY_RATIO if item.steps[step].calendar == "workday" else 1.0)

    start: dict[str, float] = {}
    finish: dict[str, float] = {}
    for name in nx.topological_sort(item.graph()):
        step = item.steps[name]
        length = days(name, step.work[estimate])
        bounds = [0.0]
        for link in step.predecessors:
            lag = link.lag if link.lag_calendar == "elapsed" else days(link.predecessor, link.lag)
            begins = finish if link.type[0] == "F" else start
            bounds.append(begins[link.predecessor] + lag - (length if link.type[1] == "F" else 0))
        start[name] = max(bounds)
        finish[name] = start[name] + length
    return finish


# -- the check run ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("government", (), [(175, 379), (341, 703), (937, 1834)]),
        ("enterprise", (), [(162, 366), (323, 688), (874, 1829)]),
        ("enterprise", ("ready_land",), [(62, 267), (125, 490), (282, 1237)]),
    ],
)
def test_check_run_of_the_domain_notes(
    name: str, chosen: tuple[str, ...], expected: list[tuple[int, int]]
) -> None:
    """Start and production at O, M and P: all eighteen figures, to the day.

    The reading that gives them: days kept as fractions and rounded at the end; no rework, hearing or
    factor; the study (A8a) after the proposal and its approval (A8b) after study, A5, A6 and A7; the scheme
    (D2), A9 and A10 after the study; F4 60 days after F2; P1 at its finish; P2 and S1 outside the path.
    """
    for estimate, dates in enumerate(expected):
        finish = forward(template(name, chosen), estimate)
        assert (finish["F0"], finish["P1"]) == pytest.approx(dates, abs=0.5)


def test_path_to_the_start_is_land_with_requisition_and_design_without() -> None:
    fresh = forward(template("enterprise"), 1)
    assert fresh["E1"] == pytest.approx(fresh["F0"])
    assert fresh["E2"] < fresh["F0"] - 1
    ready = forward(template("enterprise", ["ready_land"]), 1)
    assert ready["E2"] == pytest.approx(ready["F0"])
    assert ready["E1"] < ready["F0"] - 1


# -- networks ---------------------------------------------------------------------------------------------
@each
def test_network_is_whole(name: str, chosen: tuple[str, ...]) -> None:
    item = template(name, chosen)
    graph = item.graph()
    assert set(graph) == set(item.steps), "a link names a step that the template lacks"
    assert nx.is_directed_acyclic_graph(graph)
    assert [step for step in graph if not graph.pred[step]] == ["A1" if name == "government" else "A2"]
    last = "P1" if name == "government" else "P2"
    assert {step for step in graph if not graph.succ[step]} == {"S1", last}


@each
def test_no_start_without_a_construction_permit(name: str, chosen: tuple[str, ...]) -> None:
    graph = template(name, chosen).graph()
    permit = "E2a" if "staged_permit" in chosen else "E2"
    assert permit in nx.ancestors(graph, "F0")
    assert {"B14", "D3", "D9"} <= nx.ancestors(graph, permit)
    assert "E2" in nx.ancestors(graph, "F2"), "full permit before the foundations"
    assert {"A9", "A10", "A7"} <= nx.ancestors(graph, "F0")


@each
def test_options_respect_legal_floors(name: str, chosen: tuple[str, ...]) -> None:
    plain, item = template(name), template(name, chosen)
    floored = {step.id for step in plain.steps.values() if step.legal_floor}
    assert {"B1", "B5"} <= floored
    assert ("D8" if name == "government" else "B11") in floored
    for step in item.steps.values():
        if step.legal_floor:
            assert step.work[0] >= step.legal_floor.days, step.id
        if step.id in floored:
            assert step.legal_floor == plain.steps[step.id].legal_floor
            assert step.work == plain.steps[step.id].work


@each
def test_no_option_delays_start_or_production(name: str, chosen: tuple[str, ...]) -> None:
    for estimate in range(3):
        together = forward(template(name, chosen), estimate)
        for option in chosen:
            without = forward(template(name, [key for key in chosen if key != option]), estimate)
            assert together["F0"] <= without["F0"] + 1e-9, option
            assert together["P1"] <= without["P1"] + 1e-9, option


@pytest.mark.parametrize(
    ("name", "option", "chosen"),
    [
        ("government", "parallel", ()),
        ("government", "ready_land", ()),
        ("government", "staged_permit", ("ready_land",)),
        ("enterprise", "parallel", ()),
        ("enterprise", "ready_land", ()),
        ("enterprise", "land_then_start", ()),
        ("enterprise", "land_then_start", ("ready_land",)),
        ("enterprise", "staged_permit", ("ready_land",)),
    ],
)
def test_option_brings_the_start_forward(name: str, option: str, chosen: tuple[str, ...]) -> None:
    before = forward(template(name, chosen), 1)["F0"]
    assert forward(template(name, (*chosen, option)), 1)["F0"] < before - 1


def test_staged_permit_saves_a_month_where_permits_drive_the_start() -> None:
    before = forward(template("enterprise", ["ready_land"]), 1)["F0"]
    after = forward(template("enterprise", ["ready_land", "staged_permit"]), 1)["F0"]
    assert before - after >= 30


def test_certificates_follow_the_land_contract_within_days() -> None:
    item = template("enterprise", ["land_then_start"])
    for estimate in range(3):
        finish = forward(item, estimate)
        ready = max(finish["B13"], finish["D6"], finish["D9"])
        assert finish["E2"] <= ready + 5 * WORKDAY_RATIO + 1e-9
    assert [rework.id for rework in item.steps["D5"].reworks] == ["pre_review"]


@pytest.mark.parametrize("name", ["government", "enterprise"])
def test_parallel_handling_meets_the_national_target(name: str) -> None:
    """Office time on the longest chain of approvals, permits and acceptances: at most 120 working days."""
    item = template(name, ["parallel"])
    office = {"approval", "permit", "acceptance"}
    longest: dict[str, float] = {}
    for step in nx.topological_sort(item.graph()):
        node = item.steps[step]
        own = node.duration if node.kind in office and node.calendar == "workday" else 0
        links = node.predecessors
        before = [longest[i.predecessor] - (own if i.type == "FF" else 0) for i in links]
        longest[step] = max(before, default=0) + own
    assert longest["V3"] <= 120


# -- data -------------------------------------------------------------------------------------------------
@each
def test_steps_are_described(name: str, chosen: tuple[str, ...]) -> None:
    known = factor_defaults().factors
    for step in template(name, chosen).steps.values():
        assert step.zh, step.id
        assert step.en, step.id
        assert step.source, step.id
        assert step.department in departments(), step.id
        assert step.kind in get_args(Kind), step.id
        assert step.calendar in get_args(Role), step.id
        assert list(step.work) == sorted(step.work), step.id
        assert (step.work == (0, 0, 0)) == (step.milestone is not None), step.id
        assert step.milestone is not None or step.work[0] >= 1, step.id
        assert set(step.factors) <= set(known), step.id
        assert not (step.milestone and step.reworks), step.id
        assert all(link.type in get_args(Relation) for link in step.predecessors), step.id


@pytest.mark.parametrize("name", ["government", "enterprise"])
def test_kinds_that_users_ask_for(name: str) -> None:
    kinds = {step.kind for step in template(name).steps.values()}
    assert {"approval", "land", "permit", "start", "construction", "completion", "production"} <= kinds


def test_key_nodes() -> None:
    keys = {name: [step.id for step in item.key_steps] for name, item in templates().items()}
    common = ["B11", "B14", "E2", "F0", "S1", "F3", "V3", "P1"]
    assert keys == {"government": ["A8b", *common], "enterprise": ["A4", *common]}


def test_start_is_a_start_milestone_on_the_site_calendar() -> None:
    for item in templates().values():
        assert (item.steps["F0"].milestone, item.steps["F0"].calendar) == ("start", "site")


def test_factors_are_described() -> None:
    defaults = factor_defaults()
    everywhere = {step for item in templates().values() for step in item.steps}
    for factor in defaults.factors.values():
        assert factor.zh
        assert factor.en
        assert factor.source
        assert factor.assumed
        assert factor.mechanism in get_args(Mechanism)
        assert set(factor.gates) <= everywhere
        assert 0 <= factor.probability <= 1
        if factor.mechanism == "gate":
            assert factor.gates
            assert factor.median is not None
            assert factor.p90 is not None
            assert factor.max is not None
            assert 0 < factor.median < factor.p90 < factor.max


def test_a_factor_holds_back_only_steps_that_ask_for_it() -> None:
    for factor in factor_defaults().factors.values():
        for item in templates().values():
            if factor.mechanism == "gate":
                for step in item.gates(factor):
                    assert factor.id in item.steps[step].factors, (factor.id, step)


def test_resettlement_vanishes_on_ready_land() -> None:
    resettlement = factor_defaults().factors["resettlement"]
    assert template("enterprise").gates(resettlement) == ("B7", "B10")
    assert template("enterprise", ["ready_land"]).gates(resettlement) == ()


def test_correlated_factors() -> None:
    factors = factor_defaults().factors
    assert {(factors[key].group, factors[key].rho) for key in ("land", "resettlement")} == {("land", 0.5)}
    assert {(factors[key].group, factors[key].rho) for key in ("funds", "labour", "materials")} == {
        ("supply", 0.4)
    }


def test_one_rework_a_permit_grouped_by_department() -> None:
    steps = template("government").steps
    permits = ["A3", "A5", "A6", "A7", "A8b", "A9", "A10", "D3", "D6", "E2"]
    assert [key for key, step in steps.items() if "supplement" in {r.id for r in step.reworks}] == permits
    office, clock = steps["D6"].reworks[0], steps["A9"].reworks[0]
    assert (office.median, office.p90, office.max) == (7, 21, 63), "office days"
    assert (clock.median, clock.p90, clock.max) == (10, 30, 90), "calendar days"
    assert (office.group, office.rho) == ("department:housing", 0.3)
    assert (clock.group, clock.rho) == ("department:ecology", 0.3)


def test_hearing_and_tender_challenge_are_reworks() -> None:
    steps = template("government").steps
    scale = factor_defaults().scale
    assert [(r.id, r.probability) for r in steps["B5"].reworks] == [("hearing", 0.15 * scale)]
    assert [(r.id, r.probability) for r in steps["D8"].reworks] == [("tender_challenge", 0.08 * scale)]
    assert template("enterprise").steps["D8"].reworks == ()


def test_options_are_described() -> None:
    for option in options().values():
        assert option.zh
        assert option.en
        assert option.source
        assert option.legal_risk_zh
        assert option.legal_risk_en
        assert set(option.templates) <= set(templates())
        assert set(option.conflicts) <= set(options())


# -- choosing ---------------------------------------------------------------------------------------------
def test_serial_is_the_default() -> None:
    assert template("government", ["serial"]).steps == template("government").steps


def test_order_of_options_does_not_matter() -> None:
    forth = template("enterprise", ["ready_land", "land_then_start"])
    assert template("enterprise", ["land_then_start", "ready_land"]) is forth


@pytest.mark.parametrize(
    ("name", "chosen", "message"),
    [
        ("school", (), r"template 'school' is not in the catalogue; choose one of government, enterprise"),
        ("government", ("fast",), r"option 'fast' is not in the catalogue; choose among serial, ready_land"),
        ("government", ("land_then_start",), r"'land_then_start' .*not apply.*'government'; leave it out"),
        ("enterprise", ("serial", "parallel"), r"'serial' .*and 'parallel' .*'enterprise'.*keep one of them"),
        ("enterprise", ("parallel", "serial"), r"'serial' .*and 'parallel' .*'enterprise'.*keep one of them"),
    ],
)
def test_bad_choices_are_refused(name: str, chosen: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        template(name, chosen)
