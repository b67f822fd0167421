"""Statuses: what an update changes and keeps, what it contradicts, what has changed, and whom to visit."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from scenarios.assemble import assemble
from scenarios.cli import app
from scenarios.cli.status import compared
from scenarios.dispatch.changes import changes
from scenarios.dispatch.findings import findings
from scenarios.dispatch.watch import site_checks, stalled, unproved_claims
from scenarios.events import Events
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.problems import ScenarioError
from scenarios.schema import Scenario
from scenarios.schema.status import StatusUpdate
from scenarios.updates import load_statuses, updated
from scheduling.errors import InputError

BASE = load_scenario("district-1bn").model_copy(update={"replications": 100})


def status(day: str, **projects: Any) -> dict[str, Any]:
    return {"schema": "backplan-status/1", "date": day, "projects": projects}


def after(scenario: Scenario, day: str, **projects: Any) -> Scenario:
    return updated(scenario, StatusUpdate.model_validate(status(day, **projects)))


def written(folder: Path, name: str, data: Any) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def done(scenario: Scenario) -> dict[str, Any]:
    """Nodes that are done, with their finish."""
    found = assemble(scenario).status
    return {name: item.finish for name, item in found.items() if item.finish is not None}


# -- updates ------------------------------------------------------------------------------------------------
def test_an_empty_status_changes_the_date_alone() -> None:
    now = after(BASE, "2022-09-07")
    assert now == BASE.model_copy(update={"data_date": date(2022, 9, 7)})


def test_what_a_current_node_implied_stays_known() -> None:
    """D6 was current; its end does not make D5 and D2 unknown."""
    before, now = (
        done(BASE),
        done(after(BASE, "2022-09-14", S4={"progress": {"D6": {"finish": "2022-09-09"}}})),
    )
    assert now == before | {"S4/D6": date(2022, 9, 9)}


def test_a_new_current_node_ends_those_before_it_and_no_others() -> None:
    """E1 and A9 go on; D8 lies before D9."""
    now = after(BASE, "2022-10-12", S3={"current": {"node": "D9", "since": "2022-10-05"}})
    project = next(item for item in now.projects if item.id == "S3")
    assert {item.node for item in project.current} == {"A9", "E1", "D9"}
    assert done(now)["S3/D8"] == date(2022, 10, 4)


def test_problems_change_by_key_and_evidence_is_added() -> None:
    first = after(
        BASE,
        "2022-09-07",
        S4={
            "problems": {"Q": {"what": "tender", "cause": "tender", "raised": "2022-09-01"}},
            "evidence": [{"kind": "ceremony", "date": "2022-09-02"}],
        },
    )
    second = after(
        first,
        "2022-09-14",
        S4={
            "problems": {"Q": {"closed": "2022-09-12"}},
            "evidence": [{"kind": "permanent_piling", "date": "2022-09-13"}],
        },
    )
    project = second.projects[3]
    assert project.problems["Q"].cause == "tender"
    assert project.problems["Q"].closed == date(2022, 9, 12)
    assert [item.kind for item in project.evidence] == ["ceremony", "permanent_piling"]


def test_money_and_factors_change_by_key() -> None:
    now = after(
        BASE,
        "2022-10-12",
        C1={
            "investment": {"completed": 91000, "months": {"2022-09": 3000}},
            "factors": {"funds": {"supply": "2022-11-01"}},
            "deadlines": [{"node": "V3", "date": "2023-01-15"}],
        },
    )
    project = next(item for item in now.projects if item.id == "C1")
    assert project.investment is not None
    assert (project.investment.total, project.investment.completed) == (100000, 91000)
    assert project.factors["funds"].supply == date(2022, 11, 1)
    assert [(line.node, line.date, line.weight) for line in project.deadlines] == [
        ("V3", date(2023, 1, 15), 2)
    ]


@pytest.mark.parametrize(
    ("projects", "place", "words"),
    [
        ({"X": {}}, "s.yaml:4:6: projects.X: ", "no such project"),
        (
            {"S1": {"progress": {"A2": {"finish": "2022-10-01"}}}},
            "s.yaml:7:17: projects.S1.progress.A2.finish: ",
            "is not before the data date",
        ),
        (
            {"S1": {"progress": {"Z9": {"finish": "2022-09-01"}}}},
            "s.yaml:7:9: projects.S1.progress.Z9: ",
            "node 'Z9' does not exist",
        ),
        (
            {"S1": {"problems": {"Q": {"closed": "2022-09-01"}}}},
            "s.yaml:7:9: projects.S1.problems.Q.what: ",
            "this key is required",
        ),
        ({"S1": {"colour": "red"}}, "s.yaml:5:13: projects.S1.colour: ", "unknown key"),
    ],
)
def test_faults_are_named_where_the_status_has_them(
    tmp_path: Path, projects: Any, place: str, words: str
) -> None:
    lines = ["schema: backplan-status/1", "date: '2022-09-07'", "projects:"]
    text = yaml.safe_dump(projects, default_flow_style=False)
    path = tmp_path / "s.yaml"
    path.write_text("\n".join([*lines, *("  " + line for line in text.splitlines())]), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_statuses("district-1bn", [path])
    assert place in str(caught.value)
    assert words in str(caught.value)


def test_statuses_come_in_order_of_date(tmp_path: Path) -> None:
    one = written(tmp_path, "1.yaml", status("2022-09-14"))
    two = written(tmp_path, "2.yaml", status("2022-09-07"))
    with pytest.raises(InputError, match=r"2\.yaml: its date 2022-09-07 is not later than 2022-09-14"):
        load_statuses("district-1bn", [one, two])
    assert [str(item.data_date) for item in load_statuses("district-1bn", [two, one])][1:] == [
        "2022-09-07",
        "2022-09-14",
    ]


def test_a_whole_scenario_may_be_a_status(tmp_path: Path) -> None:
    later = after(BASE, "2022-09-07", S1={"progress": {"A2": {"finish": "2022-09-02"}}})
    data = later.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    path = written(tmp_path, "whole.yaml", data)
    assert load_statuses("district-1bn", [path])[1] == later


# -- what contradicts the status before ---------------------------------------------------------------------
def test_facts_that_vanish_or_move_are_named() -> None:
    before = after(
        BASE,
        "2022-09-14",
        S1={"progress": {"A2": {"finish": "2022-09-02"}, "A4": {"start": "2022-09-05", "remaining": 1}}},
        S4={
            "problems": {
                "Q": {"what": "x", "cause": "permit", "raised": "2022-09-01", "closed": "2022-09-03"}
            }
        },
    )
    now = after(BASE, "2022-09-21", S1={"progress": {"A4": {"start": "2022-09-06", "remaining": 3}}})
    money = now.projects[5].investment
    assert money is not None
    poorer = now.projects[5].model_copy(update={"investment": money.model_copy(update={"completed": 1.0})})
    moved = now.projects[2].deadlines[0].model_copy(update={"date": date(2023, 3, 1)})
    later = now.projects[2].model_copy(update={"deadlines": (moved, *now.projects[2].deadlines[1:])})
    projects = (*now.projects[:2], later, *now.projects[3:5], poorer, now.projects[6])
    found = findings(before, now.model_copy(update={"projects": projects}))
    assert [(item.severity, item.project, item.what.en.split(" ")[0]) for item in found] == [
        ("error", "S1", "A2"),
        ("warning", "S1", "the"),
        ("note", "S3", "the"),
        ("warning", "S4", "problem"),
        ("error", "C1", "completed"),
        ("warning", "C3", "the"),
    ]


# -- what has changed ---------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def week() -> tuple[Run, Run]:
    now = after(
        BASE,
        "2022-09-14",
        S4={
            "progress": {"D6": {"finish": "2022-09-09"}},
            "problems": {"Q": {"what": "x", "cause": "tender", "raised": "2022-09-01", "due": "2022-09-10"}},
        },
        C1={"investment": {"completed": 90000}},
    )
    return Run(BASE), Run(now)


def test_changes_are_differences_on_the_same_draws(week: tuple[Run, Run]) -> None:
    before, now = week
    found = changes(before, now)
    rows = {row.project: row for row in found.rows}
    assert [name.en for name in rows["S4"].closed] == [before.forecast.node("S4/D6").name.en]
    assert (rows["S4"].raised, rows["S4"].overdue, rows["S4"].solved) == (("Q",), ("Q",), ())
    assert rows["C1"].invested == 2000
    for name, row in rows.items():
        flags = [run.simulation.on_time(name) for run in week]
        assert row.difference is not None
        assert row.difference.mean == pytest.approx(np.mean(flags[1].astype(int) - flags[0]))
        node = now.forecast.node(f"{name}/{row.node}")
        assert row.p80 == node.p80
    assert [row.difference.mean for row in found.rows if row.difference] == sorted(
        row.difference.mean for row in found.rows if row.difference
    )


def test_the_same_status_twice_changes_nothing(week: tuple[Run, Run]) -> None:
    found = changes(week[0], week[0])
    assert all(row.slip == 0 and not row.closed and not row.begun for row in found.rows)
    assert all(row.difference is not None and row.difference.mean == 0 for row in found.rows)
    assert found.expected == found.expected_before
    assert all(item.before == item.now for item in found.quotas)


@pytest.mark.parametrize(
    ("days", "positions"),
    [(["2022-09-07"], [0]), (["2022-09-07", "2022-09-14"], [1, 0]),
     (["2022-09-07", "2022-09-14", "2022-09-21", "2022-10-12"], [3, 2, 0])],
)  # fmt: skip
def test_a_status_is_compared_with_last_time_last_month_and_the_base(
    days: list[str], positions: list[int]
) -> None:
    series = [BASE, *(BASE.model_copy(update={"data_date": date.fromisoformat(day)}) for day in days)]
    assert compared(series) == positions


# -- what to look at on site --------------------------------------------------------------------------------
def test_stalled_projects_are_those_in_which_nothing_moved() -> None:
    """C2 last moved on 15 July, C1 on 5 August, S4 on 26 August."""
    found = stalled(Events(assemble(after(BASE, "2022-10-12"))))
    assert [(row.project, row.last, row.days) for row in found] == [
        ("C2", date(2022, 7, 15), 89),
        ("C1", date(2022, 8, 5), 68),
    ]
    rules = BASE.rules.model_copy(update={"stalled_days": 40})
    assert [row.project for row in stalled(Events(assemble(BASE.model_copy(update={"rules": rules}))))] == [
        "C2"
    ]


def claimed(**extra: Any) -> Events:
    return Events(
        assemble(
            after(BASE, "2022-09-14", S4={"claims": [{"event": "start", "date": "2022-09-01"}], **extra})
        )
    )


def test_claims_ahead_of_evidence() -> None:
    (row,) = unproved_claims(claimed(evidence=[{"kind": "ceremony", "date": "2022-09-01"}]))
    assert (row.project, row.event, row.missing, row.refuted) == (
        "S4", "start", ("permanent_piling", "controlling_works"), None,
    )  # fmt: skip
    assert unproved_claims(claimed(evidence=[{"kind": "permanent_piling", "date": "2022-09-01"}])) == ()
    seen = {"event": "start", "date": "2022-09-05", "confirmed": True}
    assert unproved_claims(claimed(checks=[seen])) == ()
    (row,) = unproved_claims(claimed(checks=[seen | {"confirmed": False}]))
    assert row.refuted == date(2022, 9, 5)


def test_visits_are_the_same_for_the_same_status_and_weigh_reasons() -> None:
    events = claimed()
    plan = site_checks(events, 4)
    assert plan == site_checks(events, 4)
    assert len({visit.project for visit in plan}) == 4
    assert [visit.evening for visit in plan] == [False, True, False, True]
    assert {visit.reason for visit in site_checks(events, 99)} == {"claim", "stalled", "routine"}
    lights = {project.id: "red" for project in BASE.projects}
    reasons = {visit.reason for visit in site_checks(events, 99, lights=lights)}  # type: ignore[arg-type]
    assert reasons == {"claim", "stalled", "red"}
    first = 0
    for seed in range(300):
        other = Events(assemble(events.assembly.scenario.model_copy(update={"seed": seed})))
        first += site_checks(other, 1)[0].project == "S4"
    share = 4 / (4 + 3 + 6)
    assert abs(first / 300 - share) < 4 * (share * (1 - share) / 300) ** 0.5


# -- the command line ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_prints_changes(tmp_path: Path, lang: str) -> None:
    path = written(
        tmp_path, "w.yaml", status("2022-09-14", S1={"progress": {"A2": {"finish": "2022-09-02"}}})
    )
    arguments = ["status", "district-1bn", str(path), "--replications", "20", "--lang", lang]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    assert ("项目签约" if lang == "zh" else "agreement") in shown.output
    data = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert data["changes"][0]["since"] == "2022-08-31"
    assert len(data["visits"]) == 5


def test_a_check_needs_no_simulation_and_fails_on_errors(tmp_path: Path) -> None:
    one = written(tmp_path, "1.yaml", status("2022-09-14", S1={"progress": {"A2": {"finish": "2022-09-02"}}}))
    back = BASE.model_copy(update={"data_date": date(2022, 9, 21)})
    data = back.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    two = written(tmp_path, "2.yaml", data)
    shown = CliRunner().invoke(app, ["status", "district-1bn", str(one), str(two), "--check", "--lang", "en"])
    assert shown.exit_code == 3
    assert "A2 was reported finished on 2022-09-02 and now is not" in " ".join(shown.output.split())
    assert CliRunner().invoke(app, ["status", "district-1bn", str(one), "--check"]).exit_code == 0
