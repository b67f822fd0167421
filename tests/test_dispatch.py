"""Stages, starts by evidence, registration, readiness, quotas and rates."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from scenario_files import HEAD, faults_of
from typer.testing import CliRunner

from scenarios.assemble import assemble
from scenarios.cli import app
from scenarios.dispatch.quotas import quotas, rates
from scenarios.dispatch.readiness import readiness
from scenarios.dispatch.stages import stages
from scenarios.dispatch.starts import (
    building_not_registered,
    registrations,
    start_of,
    started_not_building,
    starts,
)
from scenarios.events import Events
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import EvidenceSpec, QuotaSpec, Scenario, SiteCheckSpec
from scheduling.errors import InputError

DISTRICT = load_scenario("district-1bn").model_copy(update={"replications": 200})


def changed(scenario: Scenario, project: str, **update: Any) -> Scenario:
    """The scenario with other values of one project."""
    assert any(item.id == project for item in scenario.projects)
    projects = tuple(
        type(item).model_validate(item.model_dump() | update) if item.id == project else item
        for item in scenario.projects
    )
    return scenario.model_copy(update={"projects": projects})


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(DISTRICT)


# -- stages -------------------------------------------------------------------------------------------------
def test_stages_follow_the_last_event_that_has_happened(run: Run) -> None:
    found = {row.project: (row.stage, row.next_event) for row in stages(run)}
    assert found == {
        "S1": ("in_talks", "signing"),
        "S2": ("in_talks", "signing"),
        "S3": ("landed", "start"),
        "S4": ("landed", "start"),
        "S5": ("landed", "start"),
        "C1": ("building", "completion"),
        "C2": ("building", "completion"),
        "C3": ("building", "completion"),
    }


def test_a_stage_shows_the_dates_of_the_event_to_push(run: Run) -> None:
    row = next(row for row in stages(run) if row.project == "S4")
    node = run.forecast.node("S4/F0")
    assert node.planned is not None
    assert (row.node, row.planned, row.deadline, row.p80) == (
        "F0", node.planned.finish, date(2022, 12, 31), node.p80,
    )  # fmt: skip


# -- starts by evidence -------------------------------------------------------------------------------------
def proof(kind: str, day: str = "2022-08-01") -> dict[str, Any]:
    return {"kind": kind, "date": day}


@pytest.mark.parametrize(
    ("kinds", "worth"),
    [
        ([], "none"),
        (["documents"], "paper"),
        (["ceremony"], "ceremony"),
        (["site_levelling"], "ceremony"),
        (["leased_premises", "ceremony"], "leased"),
        (["ceremony", "part_of_works"], "partial"),
        (["ceremony", "permanent_piling"], "substantive"),
        (["controlling_works"], "substantive"),
        (["construction_contract", "site_photo"], "none"),
    ],
)
def test_a_start_is_worth_what_its_best_evidence_is(kinds: list[str], worth: str) -> None:
    scenario = changed(DISTRICT, "S3", evidence=[proof(kind) for kind in kinds])
    row = next(row for row in starts(Events(assemble(scenario))) if row.project == "S3")
    assert row.kind == worth
    assert (row.counts is not None) == (worth == "substantive")


def test_a_later_visit_that_finds_nothing_takes_the_start_back() -> None:
    seen = {"event": "start", "date": "2022-08-20", "confirmed": False}
    scenario = changed(DISTRICT, "S3", evidence=[proof("permanent_piling")], checks=[seen])
    row = start_of(Events(assemble(scenario)), scenario.projects[2])
    assert (row.counts, row.refuted) == (None, date(2022, 8, 20))
    again = changed(
        scenario, "S3", evidence=[proof("permanent_piling"), proof("permanent_piling", "2022-08-25")]
    )
    row = start_of(Events(assemble(again)), again.projects[2])
    assert (row.counts, row.refuted) == (date(2022, 8, 1), None)


def test_a_visit_that_finds_works_makes_a_start() -> None:
    seen = {"event": "start", "date": "2022-08-20", "confirmed": True}
    scenario = changed(DISTRICT, "S3", evidence=[proof("ceremony")], checks=[seen])
    row = start_of(Events(assemble(scenario)), scenario.projects[2])
    assert (row.kind, row.counts) == ("substantive", date(2022, 8, 20))


def test_a_ceremony_moves_no_stage_and_no_rate() -> None:
    """Progress says that C1 has started; its evidence says that there was only a ceremony."""
    scenario = changed(DISTRICT, "C1", evidence=[proof("ceremony", "2022-05-01")])
    held = Run(scenario.model_copy(update={"replications": 20}))
    assert next(row.stage for row in stages(held) if row.project == "C1") != "building"
    start_rate = next(row for row in rates(held, date(2022, 12, 31)) if row.rate == "start_rate")
    assert (start_rate.numerator, start_rate.denominator) == (2, 7)


# -- registration -------------------------------------------------------------------------------------------
def test_registration_names_what_is_missing_and_the_window(run: Run) -> None:
    rows = {row.project: row for row in registrations(run)}
    assert rows["S1"].missing == ("filing_document", "construction_contract", "site_photo")
    assert rows["S3"].missing == ("construction_contract", "site_photo")
    assert rows["C1"].registered == date(2021, 12, 20)
    for name in ("S1", "S3", "S4", "S5"):
        row, node = rows[name], run.forecast.node(f"{name}/S1")
        start = run.forecast.node(f"{name}/F0")
        assert start.planned is not None
        assert row.opens == start.planned.finish  # contract and filing come before the start
        assert node.latest is not None
        assert row.closes == node.latest.start
        assert not row.ready


def test_a_started_project_with_its_papers_is_ready_to_be_registered() -> None:
    papers = ("permanent_piling", "filing_document", "construction_contract", "site_photo")
    scenario = changed(DISTRICT, "S3", evidence=[proof(kind) for kind in papers])
    held = Run(scenario.model_copy(update={"replications": 20}))
    row = next(row for row in registrations(held) if row.project == "S3")
    assert row.ready
    assert (row.missing, row.opens, row.started) == ((), DISTRICT.data_date, date(2022, 8, 1))


def test_lists_of_contradictions() -> None:
    """Started in May and nothing built since; works going on and not in the statistics."""
    c1 = {"current": [], "progress": {"F0": {"finish": "2022-05-09"}, "S1": {"finish": "2022-06-01"}}}
    c2 = {"progress": {"U2": {"finish": "2022-06-30"}, "U3": {"finish": "2022-07-15"}}, "until": ["S1"]}
    scenario = changed(changed(DISTRICT, "C1", **c1), "C2", **c2)
    held = Run(scenario.model_copy(update={"replications": 20}))
    assert [row.project for row in started_not_building(held.events)] == ["C1"]
    assert [row.project for row in started_not_building(held.events, days=120)] == []
    assert [row.project for row in building_not_registered(held)] == ["C2"]


# -- readiness ----------------------------------------------------------------------------------------------
def test_a_readiness_sheet_lists_what_precedes_the_event(run: Run) -> None:
    sheet = readiness(run, "C1", "completion")
    nodes = [item.id for item in sheet.items if item.kind == "node"]
    assert nodes[-1] == "V2"
    assert set(nodes) == {"F4", "F5", "F7", "V0", "V1", "U1", "V2"}
    assert [item.latest for item in sheet.items] == sorted(item.latest for item in sheet.items)  # type: ignore[type-var]
    assert readiness(run, "C1", "start").happened is not None
    assert readiness(run, "C1", "start").ready


def test_holds_and_problems_stand_on_the_sheet() -> None:
    hold = {"aspect": "safety", "blocks": ["E2"], "raised": "2022-08-20", "expected": "2022-10-01"}
    cleared = {"aspect": "quality", "blocks": ["E2"], "raised": "2022-08-01", "cleared": "2022-08-10"}
    problem = {"what": "施工许可证未办理", "cause": "permit", "node": "E2", "raised": "2022-08-01"}
    solved = problem | {"closed": "2022-08-20"}
    scenario = changed(
        DISTRICT, "S4", holds={"H1": hold, "H2": cleared}, problems={"Q1": problem, "Q2": solved}
    )
    sheet = readiness(Run(scenario.model_copy(update={"replications": 20})), "S4", "start")
    others = [(item.kind, item.id, item.by) for item in sheet.items if item.kind != "node"]
    assert sorted(others) == [("hold", "hold:H1", date(2022, 10, 1)), ("problem", "Q1", date(2022, 8, 16))]


def test_a_hold_blocks_what_it_names() -> None:
    hold = {"aspect": "safety", "blocks": ["E2"], "raised": "2022-08-20", "expected": "2022-12-01"}
    scenario = changed(DISTRICT, "S4", holds={"H1": hold})
    held = Run(scenario.model_copy(update={"replications": 100}))
    assert held.forecast.node("S4/E2").earliest.start >= date(2022, 12, 1)
    free = Run(DISTRICT.model_copy(update={"replications": 100}))
    before, after = (item.forecast.project("S4").on_time for item in (free, held))
    assert before is not None
    assert after is not None
    assert after.value < before.value


@pytest.mark.parametrize(
    ("project", "event", "words"), [("X", "start", "does not exist"), ("C1", "production", "does not lead")]
)
def test_readiness_refuses_what_is_not_there(run: Run, project: str, event: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        readiness(run, project, event)


# -- quotas and rates ---------------------------------------------------------------------------------------
def test_quotas_are_counted_replication_by_replication(run: Run) -> None:
    line = date(2022, 12, 31)
    net, finish, dropped = run.net, run.simulation.finish, run.simulation.cancelled
    assert net.axis is not None
    ends = {}
    for name in ("C1", "C2"):
        i = net.index[f"{name}/V3"]
        ends[name] = (finish[:, i] <= net.axis.end_of(line)) & (finish[:, i] <= dropped[:, net.project[i]])
    both = ends["C1"] & ends["C2"]
    row = quotas(run)[3]
    assert (row.spec.event, row.spec.sector) == ("completion", "industry")
    assert row.met.successes == both.sum()
    assert {item.project: item.by_date.successes for item in row.candidates} == {
        name: hits.sum() for name, hits in ends.items()
    }
    # Two are wanted and two can come: each decides whenever both do.
    assert {item.decides.successes for item in row.candidates} == {both.sum()}
    assert row.expected == pytest.approx(np.mean(ends["C1"].astype(int) + ends["C2"]))
    assert row.untouched


def test_a_quota_that_is_reached_is_decided_by_nobody(run: Run) -> None:
    row = quotas(run)[0]
    assert row.met.value == 1.0
    assert all(item.decides.successes == 0 for item in row.candidates)
    assert not row.untouched


def test_a_band_of_investment_counts_only_what_lies_in_it() -> None:
    when = date(2022, 12, 31)
    specs = (
        QuotaSpec(event="start", least=100_000, below=150_000, target=1, date=when),
        QuotaSpec(event="start", least=150_000, target=1, date=when),
        QuotaSpec(event="start", below=100_000, target=1, date=when),
    )
    held = Run(DISTRICT.model_copy(update={"quotas": specs, "replications": 20}))
    found = [{item.project for item in row.candidates} for row in quotas(held)]
    assert found == [{"S1", "S2", "S4", "S5"}, {"S3"}, set()]


def test_rates_show_numerator_and_denominator(run: Run) -> None:
    rows = {row.rate: row for row in rates(run, date(2022, 12, 31))}
    now = {rate: (row.numerator, row.denominator) for rate, row in rows.items()}
    assert now == {
        "signing_rate": (6, 8),
        "landing_rate": (6, 6),
        "approval_landing_rate": (6, 6),
        "start_rate": (3, 8),
        "registration_rate": (3, 3),
        "completion_rate": (0, 3),
        "production_rate": (0, 0),
        "full_effect_rate": (0, 0),
    }
    expected = sum(row.expected - row.spec.reached for row in quotas(run) if row.spec.event == "completion")
    assert rows["completion_rate"].then_numerator == pytest.approx(expected)
    assert rows["completion_rate"].now == 0.0
    assert rows["full_effect_rate"].now is None


def test_groups_of_rates_add_up(run: Run) -> None:
    rows = rates(run, date(2022, 12, 31), by=lambda project: project.sector)
    for rate in ("signing_rate", "start_rate", "completion_rate"):
        whole, *parts = [row for row in rows if row.rate == rate]
        assert whole.group is None
        assert sum(row.numerator for row in parts) == whole.numerator
        assert sum(row.denominator for row in parts) == whole.denominator
        assert sum(row.then_numerator for row in parts) == pytest.approx(whole.then_numerator)


# -- the file -----------------------------------------------------------------------------------------------
PROJECT = "projects:\n  - id: P\n    name: one\n    template: enterprise\n"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("    evidence: [{kind: ceremony, date: 2026-03-02}]\n", "is not before the data date 2026-03-02"),
        ("    claims: [{event: start, date: 2026-04-01}]\n", "is not before the data date 2026-03-02"),
        (
            "    holds: {H: {aspect: safety, blocks: [F9], raised: 2026-02-01, expected: 2026-04-01}}\n",
            "node 'F9' does not exist",
        ),
        (
            "    holds: {H: {aspect: safety, blocks: [F0], raised: 2026-02-01, expected: 2026-02-20}}\n",
            "give the day it was cleared, or a new expected day",
        ),
        ("    holds: {H: {aspect: safety, blocks: [F0], raised: 2026-02-01}}\n", "give expected"),
        (
            "    problems: {Q: {what: x, cause: permit, node: Z1, raised: 2026-02-01}}\n",
            "node 'Z1' does not exist",
        ),
        (
            "    problems: {Q: {what: x, cause: permit, raised: 2026-02-01, closed: 2026-01-01}}\n",
            "closed 2026-01-01 lies before raised 2026-02-01",
        ),
        (
            "    investment: {total: 100, completed: 10, months: {2026-01: 8, 2026-02: 8}}\n",
            "the months add up to 16, more than completed 10",
        ),
    ],
)
def test_faults_are_named_with_their_place(lines: str, message: str) -> None:
    found = faults_of(HEAD + PROJECT + lines)
    assert len(found) == 1
    assert message in found[0]
    assert "x.yaml:8" in found[0]


# -- the command line ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", [["stages"], ["ready", "S4"], ["quotas", "--by", "sector"]])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_commands_print_tables_and_json(command: list[str], lang: str) -> None:
    arguments = [command[0], "district-1bn", *command[1:], "--replications", "20", "--lang", lang]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    words = ("大闸蟹", "科创商务") if lang == "zh" else ("Hairy crab", "Science and business")
    assert any(word in shown.output for word in words)
    data = CliRunner().invoke(app, [*arguments, "--json"])
    assert data.exit_code == 0
    assert '"scenario": "district-1bn"' in data.stdout


def test_models_are_what_files_say() -> None:
    """Evidence and checks reach the scenario as they stand."""
    assert EvidenceSpec.model_validate(proof("ceremony")).date == date(2022, 8, 1)
    assert SiteCheckSpec(event="start", date=date(2022, 8, 1), confirmed=True).confirmed
