"""From scenarios to networks and risk models: factors, defaults, drivers, and the bundled scenario."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scenario_files import HEAD, TWO, WHOLE, load_text, whole

from scenarios.assemble import Assembly, assemble
from scenarios.catalog import factor_defaults
from scenarios.factors import FactorRisk, gate_defaults
from scenarios.load import load_scenario
from scenarios.schema import Scenario
from scheduling.passes import early_pass
from simulation.distributions import Fixed, Lognormal, Occasional, Scaled, Uniform
from simulation.risks import Rework, RiskModel
from simulation.sampling import draw

PROJECT = HEAD + "%sprojects:\n  - id: P\n    name: one\n    template: enterprise\n"


def made(extra: str = "", top: str = "") -> Assembly:
    text = PROJECT % top + "".join(f"    {line}\n" for line in extra.split("\n") if line)
    return assemble(load_text(text))


def two(extra: str = "", activity: str = "", top: str = "") -> Assembly:
    text = HEAD + top + TWO.replace("work: 5", f"work: 5{activity}")
    return assemble(load_text(text + "".join(f"    {line}\n" for line in extra.split("\n") if line)))


def factor(assembly: Assembly, name: str) -> FactorRisk | None:
    return next((item for item in assembly.factors if item.name == name), None)


def day(assembly: Assembly, boundary: Any) -> date:
    axis = assembly.network.axis
    assert axis is not None
    return axis.start_date(boundary)


# -- nodes and dates ----------------------------------------------------------------------------------------
def test_dates_and_nodes_arrive_in_the_network() -> None:
    found = made("start: 2026-04-01\ndeadlines: [{node: F0, date: 2026-12-31, hard: true, weight: 3}]")
    net = found.network
    assert net.projects == ("P",)
    assert day(found, net.starts[0]) == date(2026, 4, 1)
    line = net.deadlines[net.index["P/F0"]]
    assert (day(found, line.bound), line.hard, line.weight) == (date(2026, 12, 31), True, 3)
    assert found.graph.nodes["P/E2"]["duration"] == found.specs["P/E2"].planning_work
    assert [edge["lag"] for edge in found.graph["P/E1"]["P/F0"].values()] == [0]


def test_a_project_starts_on_the_data_date_by_default() -> None:
    found = made()
    assert found.network.starts[0] == found.network.data_date


def test_deadlines_of_done_nodes_stay_to_be_judged() -> None:
    found = made("deadlines: [{node: A4, date: 2026-01-31}]\nprogress: {A4: {finish: 2026-02-20}}")
    i = found.network.index["P/A4"]
    assert found.network.done(i)
    assert i in found.network.deadlines


def test_the_order_in_the_file_does_not_change_the_network() -> None:
    data = whole()
    data["projects"][1]["activities"] += [
        {"id": name, "name": name, "work": 2, "predecessors": ["a"]} for name in ("x", "y", "z")
    ]
    base = assemble(Scenario.model_validate(data))
    dice = random.Random(5)
    for _ in range(5):
        shuffled = assemble(Scenario.model_validate(_shuffled(data, dice)))
        for name in (
            "ids",
            "kind",
            "work",
            "project",
            "starts",
            "release",
            "deadlines",
            "demand",
            "resources",
        ):
            assert getattr(shuffled.network, name) == getattr(base.network, name), name
        assert _links(shuffled) == _links(base)
        assert shuffled.network.gates == base.network.gates
        assert shuffled.network.lead_factors == base.network.lead_factors
        one, other = (draw(item.network, item.risks, 3, range(20)) for item in (base, shuffled))
        assert (one.work == other.work).all()
        assert (one.arrivals == other.arrivals).all()


def _links(assembly: Assembly) -> list[Any]:
    links = assembly.network.links
    return sorted((a.pred, a.succ, a.type, a.lag, a.table.name, a.maximum) for a in links)


def _shuffled(data: Any, dice: random.Random) -> Any:
    """Nested data with its mappings, projects and activities in another order."""
    if isinstance(data, dict):
        keys = list(data)
        dice.shuffle(keys)
        return {
            key: dice.sample(found, len(found))
            if isinstance(found, list) and key in {"projects", "activities", "predecessors"}
            else found
            for key, found in ((key, _shuffled(data[key], dice)) for key in keys)
        }
    return [_shuffled(item, dice) for item in data] if isinstance(data, list) else data


# -- factors ------------------------------------------------------------------------------------------------
def test_default_factors_take_a_lead_of_one_slot_in_the_plan() -> None:
    found = made()
    names = {item.name for item in found.factors}
    assert names == {key for key, item in gate_defaults().items() if item.probability}
    land = factor(found, "land")
    assert land is not None
    default = factor_defaults().factors["land"]
    assert (land.factor.supply, land.factor.lead, land.assumed, land.in_hand) == (None, 1, True, False)
    assert land.factor.gates == ("P/B8", "P/B11", "P/B14")
    assert found.risks.lead["P/factor:land"] == Occasional(
        default.probability, Lognormal(default.median or 0, default.p90 or 0, default.max)
    )
    drawn = draw(found.network, found.risks, 1, range(200)).work[:, found.network.index["P/factor:land"]]
    assert drawn.min() == 1
    assert drawn.max() > 30


def test_labour_is_late_when_construction_begins_not_when_equipment_is_ordered() -> None:
    network = made().network
    lead = network.index["P/factor:labour"]
    assert {network.ids[link.pred] for link in network.into[lead]} == {"P/F0"}


def test_a_supply_date_ahead_draws_the_default_delay() -> None:
    found = made("factors: {land: {supply: 2026-06-01}}")
    (gate,) = found.network.gates
    assert gate.id == "P/factor:land"
    assert day(found, gate.arrival) == date(2026, 6, 1)
    assert "P/factor:land" in found.risks.delay
    assert "P/factor:land" not in found.risks.lead
    arrivals = draw(found.network, found.risks, 1, range(200)).arrivals[:, 0]
    assert arrivals.min() == gate.arrival
    assert arrivals.max() > gate.arrival + 30


def test_a_delay_of_ones_own_replaces_the_default() -> None:
    found = made("factors: {land: {supply: 2026-06-01, delay: {uniform: [-5, 9]}}}")
    assert found.risks.delay["P/factor:land"] == Uniform(-5, 9)
    land = factor(found, "land")
    assert land is not None
    assert not land.assumed


def test_a_supply_before_the_data_date_is_in_hand() -> None:
    for supply in ("2026-03-01", "1999-05-01"):
        found = made(f"factors: {{land: {{supply: {supply}, delay: 30}}}}")
        land = factor(found, "land")
        assert land is not None
        assert land.in_hand
        assert land.spread is None
        assert found.network.gates == ()
        assert not [cause for cause in found.risks.causes if cause.id == "P/factor:land"]


def test_a_supply_on_the_data_date_is_still_ahead() -> None:
    found = made("factors: {land: {supply: 2026-03-02}}")
    assert [gate.id for gate in found.network.gates] == ["P/factor:land"]


def test_a_lead_of_ones_own() -> None:
    found = two("factors: {steel: {lead: [4, 6, 12], gates: [b], after: [a]}}")
    net = found.network
    i = net.index["P/factor:steel"]
    assert net.work[i] == 6
    early = early_pass(net)
    assert early.start[i] == early.finish[net.index["P/a"]]
    assert early.start[net.index["P/b"]] == early.finish[i]


def test_factors_gate_unstarted_nodes_only() -> None:
    found = two("factors: {steel: {supply: 2026-06-01, gates: [a, b]}}\nprogress: {a: {start: 2026-02-26}}")
    (gate,) = found.network.gates
    assert gate.gates == (found.network.index["P/b"],)
    gone = two("factors: {steel: {supply: 2026-06-01, gates: [a]}}\nprogress: {a: {start: 2026-02-26}}")
    assert gone.factors == ()


def test_gates_that_the_plan_leaves_out_do_not_matter() -> None:
    found = made("until: [D5]\nfactors: {land: {supply: 2026-06-01}}")
    assert factor(found, "land") is None


def test_default_factors_of_activities_count_when_named() -> None:
    assert two().factors == ()
    named = two("factors: {land: {supply: 2026-06-01, gates: [a]}}")
    assert isinstance(named.risks.delay["P/factor:land"], Occasional)
    hours = two("factors: {land: {supply: 2026-06-01, gates: [a]}}", top="slots_per_day: 24\n")
    late = hours.risks.delay["P/factor:land"]
    assert isinstance(late, Occasional)
    assert isinstance(late.distribution, Lognormal)
    assert late.distribution.median == 24 * (factor_defaults().factors["land"].median or 0)


def test_factors_of_one_group_are_correlated() -> None:
    found = made()
    groups = {group.id: group for group in found.risks.correlations}
    assert set(groups["P", "land"].members) == {"P/factor:land", "P/factor:resettlement"}
    assert groups["P", "land"].rho == 0.5
    assert len(groups["P", "supply"].members) == 3
    ready = {group.id for group in made("land_ready: true").risks.correlations}
    assert ("P", "land") not in ready  # resettlement has nothing left to gate


# -- defaults on and off ------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["project", "scenario"])
def test_without_default_risks_nothing_is_random(where: str) -> None:
    found = (
        made("default_risks: false\nfactors: {land: {supply: 2026-06-01}}")
        if where == "project"
        else made("factors: {land: {supply: 2026-06-01}}", "default_risks: false\n")
    )
    assert found.risks == RiskModel()
    assert [gate.id for gate in found.network.gates] == ["P/factor:land"]  # the date itself still counts


def test_without_default_risks_what_the_scenario_spreads_still_varies() -> None:
    found = made(
        "default_risks: false\noverrides: {F1: {work: [20, 30, 50], rework: {probability: 0.2, work: 4}}}\n"
        "factors: {land: {supply: 2026-06-01, delay: {uniform: [0, 9]}}, steel: {lead: [2, 3, 9], gates: "
        "[F2]}}",
        "drivers: {rain: {multiplier: 1.2, activities: [F1]}}\n",
    )
    assert list(found.risks.work) == ["P/F1"]
    assert list(found.risks.rework) == ["P/F1"]
    assert list(found.risks.delay) == ["P/factor:land"]
    assert list(found.risks.lead) == ["P/factor:steel"]
    assert [driver.id for driver in found.risks.drivers] == ["rain"]
    assert found.risks.correlations == ()
    assert found.risks.cancellation == {}


def test_default_risks() -> None:
    risks = made().risks
    assert set(risks.cancellation) == {"P"}
    assert risks.cancellation["P"].yearly
    assert {driver.id[0] for driver in risks.drivers} == {"project", "department"}
    project = next(driver for driver in risks.drivers if driver.id == ("project", "P"))
    assert len(project.activities) == len(risks.work)
    assert isinstance(project.multiplier, Lognormal)
    assert project.multiplier.sigma == pytest.approx(factor_defaults().project_sigma)
    assert set(risks.rework) >= {"P/E2", "P/D6", "P/B5"}


def test_done_nodes_and_milestones_carry_no_risk() -> None:
    risks = made("current: {node: E2, since: 2026-02-23}").risks
    named = {*risks.work, *risks.rework, *(name for driver in risks.drivers for name in driver.activities)}
    assert not named & {"P/A2", "P/F0", "P/D6", "P/B14"}
    assert {"P/E2", "P/F1"} <= named


# -- work ---------------------------------------------------------------------------------------------------
def test_work_in_progress_keeps_its_shape() -> None:
    found = two("progress: {a: {start: 2026-02-26, remaining: 3}}", ", rework: {probability: 0.1, work: 1}")
    assert found.risks.work == {}  # a fixed total leaves a fixed rest
    assert found.network.work[found.network.index["P/a"]] == 3
    text = HEAD + TWO.replace("work: 5", "work: {uniform: [10, 30]}")
    found = assemble(load_text(text + "    progress: {a: {start: 2026-02-26, remaining: 5}}\n"))
    assert found.risks.work["P/a"] == Scaled(Uniform(10, 30), 0.25)


def test_a_planned_work_beside_the_risk_range() -> None:
    found = assemble(load_text(HEAD + TWO.replace("work: 5", "work: {uniform: [10, 30]}, planned: 12")))
    assert found.network.work[found.network.index["P/a"]] == 12
    assert found.risks.work["P/a"] == Uniform(10, 30)
    fixed = two("", ", planned: 8")
    drawn = draw(fixed.network, fixed.risks, 1, range(3)).work[:, fixed.network.index["P/a"]]
    assert drawn.tolist() == [5, 5, 5]  # the plan says 8, the work is 5


# -- drivers ------------------------------------------------------------------------------------------------
def test_drivers_act_on_what_every_key_matches() -> None:
    def members(driver: str) -> tuple[Any, ...]:
        other = (
            TWO.replace("projects:\n", "")
            .replace("id: P", "id: Q")
            .replace("work: 3", "work: 3, kind: design")
        )
        text = HEAD + f"drivers: {{x: {{multiplier: 2, {driver}}}}}\n" + TWO + other
        return assemble(load_text(text)).risks.drivers[0].activities

    assert members("projects: [Q]") == ("Q/a", "Q/b")
    assert members("activities: [a]") == ("P/a", "Q/a")
    assert members("activities: [P/a, b], kinds: [construction]") == ("P/a", "P/b")
    assert members("kinds: [design]") == ("Q/b",)


def test_a_driver_that_does_not_happen_changes_nothing() -> None:
    found = two(top="drivers: {rain: {multiplier: {fixed: 3, probability: 0.4}}}\n")
    drawn = draw(found.network, found.risks, 1, range(2000)).work[:, found.network.index["P/a"]]
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [5, 15]
    assert counts[1] / 2000 == pytest.approx(0.4, abs=0.04)


def test_a_driver_whose_nodes_are_all_done_is_left_out() -> None:
    found = two(
        "progress: {a: {finish: 2026-02-26}}", top="drivers: {rain: {multiplier: 2, activities: [a]}}\n"
    )
    assert found.risks.drivers == ()


# -- resources and calendars --------------------------------------------------------------------------------
def test_capacity_begins_on_the_data_date() -> None:
    changes = (
        "[{date: 2010-01-01, capacity: 5}, {date: 2026-03-01, capacity: 2}, {date: 2026-03-02, capacity: 3}]"
    )
    found = two(
        activity=", demand: {crew: 1}", top=f"resources: {{crew: {{capacity: 1, changes: {changes}}}}}\n"
    )
    (crew,) = found.network.resources
    assert crew.capacity == 2
    assert [(day(found, when), units) for when, units in crew.changes] == [(date(2026, 3, 2), 3)]


def test_calendars_of_the_scenario_begin_with_the_bundled_one() -> None:
    top = (
        "calendars:\n"
        "  cn-workday: {base: cn-workday, exceptions: {2026-03-04: 0}}\n"
        "  other: {base: cn-workday, provisional: [2026]}\n"
    )
    found = two(activity=", calendar: cn-workday", top=top)
    own, other = found.calendars["cn-workday"], found.calendars["other"]
    assert own.exceptions[date(2026, 3, 4)] == 0
    assert date(2026, 3, 4) not in other.exceptions
    assert other.first == date(2018, 1, 1)
    assert 2026 in other.provisional
    assert 2030 in other.provisional
    assert day(found, early_pass(found.network).finish[found.network.index["P/a"]]) == date(2026, 3, 10)


# -- the bundled scenario -----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def district() -> Assembly:
    return assemble(load_scenario("district-1bn"))


def test_district_facts(district: Assembly) -> None:
    """Document 003: five starts with their blockers, three completions, quotas by sector."""
    scenario = district.scenario
    assert district.network.projects == ("C1", "C2", "C3", "S1", "S2", "S3", "S4", "S5")
    assert {item.id: item.blocker.zh for item in scenario.projects if item.blocker} == {
        "S1": "合同未签订",
        "S2": "合同未签订",
        "S3": "施工许可证未办理",
        "S4": "施工许可证未办理",
        "S5": "无施工现场",
    }
    sectors = {item.id: item.sector for item in scenario.projects}
    assert [sectors[f"S{k}"] for k in range(1, 6)] == ["industry"] * 3 + ["service", "agriculture"]
    assert [sectors[f"C{k}"] for k in range(1, 4)] == ["industry", "industry", "service"]
    assert [(item.event, item.sector, item.target, item.reached) for item in scenario.quotas] == [
        ("start", "industry", 2, 2),
        ("start", "service", 1, 1),
        ("start", "agriculture", 1, 0),
        ("completion", "industry", 2, 0),
        ("completion", "service", 1, 0),
    ]
    assert all(item.investment and item.investment.total >= 100_000 for item in scenario.projects)
    assert scenario.data_date == date(2022, 8, 31)
    assert scenario.data_date_inferred
    assert scenario.resources["review"].synthetic


def test_district_blockers_stand_in_the_network(district: Assembly) -> None:
    for project in ("S1", "S2"):
        assert f"{project}/A2" not in district.status  # not signed, so nothing has begun
        assert not [name for name in district.status if name.startswith(f"{project}/")]
    for project in ("S3", "S4"):
        assert f"{project}/E2" not in district.status  # no construction permit
        assert district.status[f"{project}/B14"].finish is not None
    assert district.status["S5/E1"].finish is None  # no site
    for project in ("C1", "C2", "C3"):
        assert district.status[f"{project}/F0"].finish is not None
        assert f"{project}/V3" not in district.status


def test_district_says_what_it_assumes(district: Assembly) -> None:
    for project in district.scenario.projects:
        keys = ("current", "progress", "options", "land_ready", "investment", "deadlines", "template")
        given = {key for key in keys if getattr(project, key)}
        assert given <= set(project.assumed), project.id
    assert district.out_of_sequence == ()


def test_district_can_be_met_but_not_easily(district: Assembly) -> None:
    """Without delays every deadline holds; none has half a year to spare."""
    early, net = early_pass(district.network), district.network
    for i, line in net.deadlines.items():
        assert 0 <= line.bound - early.finish[i] < 183, net.ids[i]


def test_the_whole_scenario_assembles() -> None:
    found = assemble(load_text(WHOLE))
    draw(found.network, found.risks, 1, range(3))


def test_permits_of_one_department_are_sent_back_together() -> None:
    found = made()
    groups = {group.id: group for group in found.risks.correlations if group.reworks}
    assert groups["P", "department:housing"].reworks == ("P/D6", "P/E2")
    assert groups["P", "department:housing"].rho == 0.3
    assert all(len(group.reworks) > 1 for group in groups.values())

    certain: dict[Any, Rework] = {name: Rework(0.3, Fixed(100)) for name in ("P/D6", "P/E2")}
    risks = replace(found.risks, rework={**found.risks.rework, **certain})
    apart = replace(risks, correlations=())
    works = [draw(found.network, item, 1, range(4000)).work for item in (risks, apart)]
    places = [found.network.index[name] for name in ("P/D6", "P/E2")]
    both, alone = (np.mean((work[:, places] > 100).all(axis=1)) for work in works)
    assert alone == pytest.approx(0.09, abs=0.015)
    assert both > alone + 0.03
    i = found.network.index["P/F1"]
    assert (works[0][:, i] == works[1][:, i]).all()  # no other draw changes


def test_rework_groups_follow_what_is_left_out() -> None:
    risks = made().risks
    group = next(item for item in risks.correlations if item.reworks)
    name = group.reworks[0]
    left = next(item for item in risks.without(("rework", name)).correlations if item.id == group.id)
    assert left.reworks == group.reworks[1:]
    assert left.members == group.members
