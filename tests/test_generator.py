"""Synthetic portfolios: the same for the same seed, valid whatever is asked, and never taken for real."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_files import HEAD, fault_of, load_text

from scenarios.assemble import assemble
from scenarios.checks import check
from scenarios.generator import generated
from scenarios.generator.history import timeline
from scenarios.load import bundled_names, load_scenario
from scenarios.schema import GeneratorSpec, Scenario
from scheduling.cpm import critical_path

GENERATED = {"fengjie": 60, "guangan-100": 100, "jiefang-550": 70, "jiujiang-90": 90}
STAGES = ("talks", "signed", "early", "land", "ready", "building", "finishing", "completed", "producing")


def scenario(count: int = 12, seed: int = 1, **update: Any) -> Scenario:
    """A scenario with generated projects, before they are made."""
    spec = {
        "projects": count,
        "seed": seed,
        "kinds": [
            {"name": "road", "share": 2, "template": "government", "investment": [1000, 90000]},
            {"name": "plant", "share": 1, "template": "enterprise", "land_ready": 0.2,
             "investment": [100, 100]},
            {"name": "hall", "share": 1, "template": "enterprise", "options": ["land_then_start"],
             "land_ready": 1.0, "investment": [500, 900]},
        ],
        "stages": dict.fromkeys(STAGES, 1),
        "districts": ["north", "south"],
        "leaders": ["one", "two"],
        "due": ["2026-12-31", "2027-12-31", "2029-12-31"],
    } | update  # fmt: skip
    data = {"schema": "backplan/1", "name": "t", "data_date": "2026-03-02", "generate": spec}
    return Scenario.model_validate(data)


def spec_of(base: Scenario) -> GeneratorSpec:
    assert base.generate is not None
    return base.generate


# -- draws --------------------------------------------------------------------------------------------------
def test_more_projects_leave_the_first_ones_as_they_are() -> None:
    few, many = scenario(5), scenario(40)
    assert generated(spec_of(many), many)[:5] == generated(spec_of(few), few)


def test_another_seed_makes_other_projects() -> None:
    one, other = scenario(5, seed=1), scenario(5, seed=2)
    assert generated(spec_of(one), one) != generated(spec_of(other), other)


def test_what_is_drawn_of_one_thing_changes_nothing_else() -> None:
    """With problems in every project, all else is the same."""
    plain, troubled = scenario(20, problems=0.0), scenario(20, problems=1.0)
    ones, others = (generated(spec_of(item), item) for item in (plain, troubled))
    assert any(project.problems for project in others)
    assert [item.model_copy(update={"problems": {}}) for item in others] == list(ones)


def test_shares_come_near_what_is_asked() -> None:
    base = scenario(600, stages={"land": 3, "building": 1})
    made = generated(spec_of(base), base)
    started = sum(
        "finish" in (p.progress["F0"].model_dump(exclude_none=True) if "F0" in p.progress else {})
        for p in made
    )
    assert abs(started / 600 - 0.25) < 4 * (0.25 * 0.75 / 600) ** 0.5
    kinds = Counter(project.name.en.split()[-1] for project in made)
    assert abs(kinds["road"] / 600 - 0.5) < 4 * (0.25 / 600) ** 0.5


# -- validity -----------------------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    stage=st.sampled_from(STAGES),
    day=st.dates(date(2021, 1, 1), date(2026, 12, 31)),
)
def test_whatever_is_asked_gives_a_scenario_that_can_be_scheduled(seed: int, stage: str, day: date) -> None:
    base = scenario(4, seed, stages={stage: 1}, stalled=0.5, problems=1.0, claimed=1.0, holds=1.0)
    base = base.model_copy(update={"data_date": day})
    whole = base.model_copy(update={"projects": generated(spec_of(base), base), "generate": None})
    assert check(whole) == []
    assembly = assemble(whole)
    assert not assembly.out_of_sequence
    assert critical_path(assembly.network).early is not None
    for project in whole.projects:
        for progress in project.progress.values():
            for when in (progress.start, progress.finish):
                assert when is None or when < day
        money = project.investment
        assert money is not None
        assert 0 <= money.completed <= money.total


def test_a_history_follows_the_template() -> None:
    line = timeline("government", ())
    for step in line.template.steps.values():
        for link in step.predecessors:
            if link.type == "FS":
                assert line.begin[step.id] >= line.end[link.predecessor] + link.lag - 1e-9


def test_stalled_projects_have_not_moved_for_two_months() -> None:
    base = scenario(30, stalled=1.0, stages={"building": 1})
    for project in generated(spec_of(base), base):
        last = max(item.finish or item.start for item in project.progress.values())  # type: ignore[type-var]
        assert last < date(2026, 3, 2) - timedelta(days=60)


def test_a_ceremony_is_claimed_and_not_in_progress() -> None:
    base = scenario(30, claimed=1.0, stages={"ready": 1})
    for project in generated(spec_of(base), base):
        assert [item.kind for item in project.evidence] == ["ceremony"]
        assert project.claims[0].date == project.evidence[0].date
        assert "F0" not in project.progress


# -- bundled scenarios --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", GENERATED)
def test_bundled_scenarios_say_that_they_are_synthetic(name: str) -> None:
    found = load_scenario(name)
    assert len(found.projects) == GENERATED[name]
    assert found.synthetic
    assert any("种子" in note.zh and "seed" in note.en for note in found.notes)
    assert all(project.name.zh.startswith("合成") for project in found.projects)
    assert all(project.name.en.startswith("Synthetic") for project in found.projects)
    assert len(assemble(found).network.projects) == GENERATED[name]


def test_every_document_has_its_scenario() -> None:
    assert set(bundled_names()) == {*GENERATED, "district-1bn"}


# -- the file -----------------------------------------------------------------------------------------------
GENERATE = (
    "generate:\n  projects: 3\n  seed: 1\n  districts: [park]\n  due: [2026-12-31]\n  stages: {early: 1}\n"
    "  kinds:\n    - {name: road, share: 1, template: government, investment: [10, 20]}\n"
)


def test_a_file_may_hold_both_listed_and_generated_projects() -> None:
    listed = "projects:\n  - {id: A, name: one, template: enterprise}\n"
    found = load_text(HEAD + GENERATE + listed)
    assert [project.id for project in found.projects] == ["A", "P001", "P002", "P003"]
    assert found.generate is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  demands: [{resource: crew, node: F1, low: 1, high: 2}]\n", "resource 'crew' does not exist"),
        ("  slack: [0.5, 0.1]\n", "slack: the first is the least"),
        ("  prefix: ''\n", "prefix"),
    ],
)
def test_what_the_generator_cannot_do_is_refused_with_its_place(line: str, message: str) -> None:
    fault = fault_of(HEAD + GENERATE + line)
    assert message in fault
    assert fault.startswith("x.yaml:")


def test_an_option_that_does_not_exist_is_refused_with_its_place() -> None:
    text = GENERATE.replace("template: government,", "template: government, options: [paralel],")
    assert fault_of(HEAD + text) == (
        "x.yaml:11:62: generate.kinds[0].options[0]: "
        "option 'paralel' does not exist; did you mean 'parallel'?"
    )


def test_a_scenario_without_any_project_is_refused() -> None:
    assert "a scenario needs projects" in fault_of(HEAD)
