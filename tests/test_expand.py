"""From projects to nodes: templates, options, overrides, scope."""

from __future__ import annotations

import pytest
from scenario_files import HEAD, load_text

from scenarios.catalog import template
from scenarios.expand import NodeSpec, all_nodes, behind, nodes, project_template
from scenarios.schema import Scenario

PROJECT = HEAD + "%sprojects:\n  - id: P\n    name: one\n    template: enterprise\n"


def made(extra: str = "", top: str = "") -> Scenario:
    return load_text(PROJECT % top + "".join(f"    {line}\n" for line in extra.split("\n") if line))


def planned(extra: str = "", top: str = "") -> dict[str, NodeSpec]:
    scenario = made(extra, top)
    return {spec.node: spec for spec in nodes(scenario.projects[0], scenario)}


# -- templates and options ----------------------------------------------------------------------------------
def test_a_template_gives_every_step_with_its_defaults() -> None:
    found = planned()
    steps = template("enterprise").steps
    assert list(found) == list(steps)
    permit = found["E2"]
    assert permit.id == "P/E2"
    assert permit.name.zh == steps["E2"].zh
    assert permit.calendar == "cn-workday"
    assert permit.planning_work == steps["E2"].duration
    assert [link.id for link in permit.predecessors] == ["P/B14", "P/D3", "P/D6", "P/D9"]
    assert permit.assumed
    assert permit.department is not None
    assert permit.rework is not None
    assert permit.rework.assumed
    assert permit.rework.group == "department:housing"


def test_roles_become_calendars() -> None:
    assert {planned()[node].calendar for node in ("E2", "B11", "F2")} == {
        "cn-workday",
        "7-day",
        "cn-site-south",
    }
    assert planned(top="region: north\n")["F2"].calendar == "cn-site-north"
    assert planned("region: south", "region: north\n")["F2"].calendar == "cn-site-south"


def test_options_edit_the_template() -> None:
    assert "B1" not in planned("land_ready: true")
    assert list(planned("land_ready: true")) == list(planned("options: [ready_land]"))
    assert list(planned("land_ready: true\noptions: [ready_land]")) == list(planned("options: [ready_land]"))
    parallel = planned("options: [parallel]")["E2"].predecessors
    assert [(link.id, link.type, link.lag) for link in parallel][2:] == [("P/D3", "FF", 1), ("P/D6", "FF", 1)]
    project = made("options: [land_then_start]\nland_ready: true").projects[0]
    found = project_template(project)
    assert found is not None
    assert found.options == ("ready_land", "land_then_start")


# -- overrides ----------------------------------------------------------------------------------------------
def test_overrides_change_what_they_name_only() -> None:
    plain = planned()["F1"]
    found = planned("overrides: {F1: {work: 50, name: 桩, release: 2026-05-01, key: true}}")["F1"]
    assert (found.planning_work, found.name.zh, str(found.release), found.key) == (
        50,
        "桩",
        "2026-05-01",
        True,
    )
    assert not found.assumed
    assert found.predecessors == plain.predecessors
    assert found.calendar == plain.calendar
    assert planned("overrides: {F1: {name: 桩}}")["F1"].assumed  # the work is still the catalogue's


def test_overridden_predecessors_replace_all() -> None:
    found = planned("overrides: {F5: {predecessors: [F2, {id: F4, type: SS, lag: 10}]}}")["F5"]
    assert [(link.id, link.type, link.lag) for link in found.predecessors] == [
        ("P/F2", "FS", 0),
        ("P/F4", "SS", 10),
    ]
    assert planned("overrides: {F5: {predecessors: []}}")["F5"].predecessors == ()


def test_overridden_rework() -> None:
    found = planned("overrides: {E2: {rework: {probability: 0.5, work: 3}}}")["E2"].rework
    assert found is not None
    assert (found.probability, found.work.fixed, found.assumed, found.group) == (0.5, 3, False, None)


def test_a_step_may_lose_its_work_and_a_milestone_gain_some() -> None:
    gone = planned("overrides: {E2: {work: 0}}")["E2"]
    assert gone.planning_work == 0
    assert gone.rework is None
    gained = planned("overrides: {F0: {work: 3}}")["F0"]
    assert gained.planning_work == 3
    assert gained.milestone is None


def test_own_activities_beside_a_template() -> None:
    found = planned(
        "activities: [{id: x, name: bridge, work: 5, predecessors: [F1]}]\noverrides: {F2: {predecessors: "
        "[x]}}"
    )
    assert [link.id for link in found["x"].predecessors] == ["P/F1"]
    assert [link.id for link in found["F2"].predecessors] == ["P/x"]
    assert found["x"].calendar == "7-day"


def test_planning_work() -> None:
    def work(text: str) -> int:
        return planned(f"activities: [{{id: x, name: x, work: {text}}}]")["x"].planning_work

    assert [work(text) for text in ("0", "0.4", "2.5", "[4, 6, 20]", "{uniform: [0, 9]}")] == [0, 1, 3, 6, 5]
    assert work("[4, 6, 20], planned: 9") == 9


# -- resources ----------------------------------------------------------------------------------------------
def test_demand_of_resources_and_of_nodes() -> None:
    top = "resources: {crew: {capacity: 9, demand: {F1: 2, F2: 2}}, crane: {capacity: 1}}\n"
    found = planned("overrides: {F2: {demand: {crew: 5, crane: 1}}}", top)
    assert found["F2"].demand == {"crew": 5, "crane": 1}
    assert found["F1"].demand == {"crew": 2}
    other = "  - {id: Q, name: q, template: enterprise, overrides: {F1: {work: 0}}}\n"
    scenario = load_text(PROJECT % top + other)
    without = {spec.node: spec for spec in nodes(scenario.projects[1], scenario)}
    assert without["F1"].demand == {}  # a milestone holds nothing


# -- scope --------------------------------------------------------------------------------------------------
def test_without_ends_everything_is_planned() -> None:
    assert "P2" in planned()


def test_deadlines_and_until_bound_the_plan() -> None:
    start = planned("deadlines: [{node: F0, date: 2026-12-31}]")
    assert "F0" in start
    assert "B1" in start
    assert "F1" not in start
    assert "S1" not in start
    both = planned("until: [F2]\ndeadlines: [{node: S1, date: 2026-12-31}]")
    assert {"F2", "S1"} < set(both)  # a deadline is never left out
    assert "F3" not in both


@pytest.mark.parametrize(
    "extra",
    [
        "progress: {U2: {finish: 2026-02-01}}",
        "current: {node: U2, since: 2026-02-01}",
        "activities: [{id: x, name: x, work: 1, predecessors: [U2]}]",
        "factors: {steel: {lead: 5, gates: [E2], after: [U2]}}",
    ],
)
def test_what_is_reported_or_needed_is_planned_too(extra: str) -> None:
    assert "U2" not in planned("until: [D5]")
    found = planned(f"until: [D5]\n{extra}")
    assert {"U2", "D3"} < set(found)  # with what lies before it


def test_a_project_of_activities_is_planned_whole() -> None:
    scenario = load_text(
        HEAD + "projects: [{id: P, name: one, until: [a], activities: [{id: a, name: a, work: 1}, "
        "{id: b, name: b, work: 1}]}]\n"
    )
    assert [spec.node for spec in nodes(scenario.projects[0], scenario)] == ["a", "b"]


def test_what_lies_behind() -> None:
    scenario = made()
    specs = all_nodes(scenario.projects[0], scenario)
    assert behind(specs, ["D5"]) == {"D1", "D2", "A4", "A2"}
    assert behind(specs, ["A2"]) == set()
    assert behind(specs, ["A7", "D1"]) == {"A4", "A2"}
