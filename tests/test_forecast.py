"""The main job: every view of a run agrees with the plan, the passes and the replications behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios import forecast as module
from scenarios.assemble import assemble
from scenarios.cautions import provisional_years
from scenarios.charts import save_all
from scenarios.forecast import DUE_DAYS, Run, candidates, forecast, input_hash
from scenarios.load import load_scenario
from scenarios.reports import result_dict, write_all
from scenarios.results import Curve, Forecast, Node
from scenarios.schema import Scenario
from scheduling.cpm import critical_path
from scheduling.validator import validate
from simulation.confidence import confidence_plan
from simulation.monte_carlo import simulate
from simulation.risks import Cause

TODAY = date(2026, 3, 2)
COUNT = 50


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def activity(name: str, work: Any, *before: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": {"zh": f"节点{name}", "en": name},
        "work": work,
        "predecessors": before,
    } | more


def data(**more: Any) -> dict[str, Any]:
    """Two projects that share a crew: one in progress, one ahead."""
    return {
        "schema": "backplan/1",
        "name": "two",
        "data_date": TODAY,
        "replications": COUNT,
        "confidence": 0.7,
        "seed": 5,
        "resources": {"crew": {"capacity": 1, "demand": {"build": 1}, "name": {"zh": "队伍", "en": "crew"}}},
        "quotas": [
            {"event": "completion", "target": 2, "date": day(170)},
            {"event": "completion", "sector": "industry", "target": 2, "reached": 1, "date": day(110)},
            {"event": "start", "target": 1, "date": day(40)},
        ],
        "projects": [
            {
                "id": "P",
                "name": {"zh": "甲", "en": "Alpha"},
                "sector": "industry",
                "investment": {"total": 1000, "this_year": 400, "completed": 200},
                "responsible_unit": "城建局",
                "activities": [
                    activity("permit", 10, kind="permit", department="住建局", key=True),
                    activity("design", [8, 12, 20], kind="design", department="业主"),
                    activity("begin", 0, "permit", "design", milestone="start", kind="start"),
                    activity("build", [30, 40, 70], "begin", rework={"probability": 0.3, "work": 20}),
                    activity("end", 0, "build", kind="completion"),
                ],
                "progress": {
                    "permit": {"start": day(-20), "finish": day(-5)},
                    "design": {"start": day(-4), "remaining": 8},
                },
                "deadlines": [
                    {"node": "permit", "date": day(-8)},
                    {"node": "end", "date": day(66), "weight": 2},
                ],
                "assumed": ["investment", "deadlines.date", "unheard"],
            },
            {
                "id": "Q",
                "name": {"zh": "乙", "en": "Beta"},
                "sector": "service",
                "investment": {"total": 500},
                "factors": {
                    "funds": {"supply": day(12), "delay": {"lognormal": {"median": 5, "p90": 15}},
                              "gates": ["begin"]}
                },
                "activities": [
                    activity("permit", [5, 10, 30], kind="permit", department="住建局", key=True),
                    activity("begin", 0, "permit", milestone="start", kind="start"),
                    activity("build", [20, 30, 60], "begin"),
                    activity("end", 0, "build", kind="completion"),
                ],
                "deadlines": [{"node": "begin", "date": day(60)}, {"node": "end", "date": day(150)}],
            },
            {"id": "R", "name": "无期限", "activities": [activity("walk", [5, 6, 9])]},
        ],
    } | more  # fmt: skip


def scenario(**more: Any) -> Scenario:
    return Scenario.model_validate(data(**more))


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(scenario(), lambda stage, done, total: None)


@pytest.fixture(scope="module")
def result(run: Run) -> Forecast:
    return run.forecast


def nodes(result: Forecast) -> Iterator[Node]:
    return (node for project in result.projects for node in project.nodes)


# -- projects and nodes -------------------------------------------------------------------------------------
def test_dates_are_those_of_the_passes_and_plans(run: Run, result: Forecast) -> None:
    net = assemble(scenario()).network
    cpm = critical_path(net)
    planned = confidence_plan(net, risks=run.assembly.risks, confidence=0.7, replications=COUNT, seed=5)
    for node in nodes(result):
        name = node.id
        assert (node.earliest.start, node.earliest.finish) == (cpm.early_start[name], cpm.early_finish[name])
        assert node.latest is not None
        assert (node.latest.start, node.latest.finish) == (cpm.late_start[name], cpm.late_finish[name])
        assert node.planned is not None
        assert (node.planned.start, node.planned.finish) == (planned.start[name], planned.finish[name])
        assert node.late_plan is not None
        assert node.late_plan.finish == run.late_plan.finish[name]
        assert node.total_float == cpm.total_float[name]
        assert node.critical == (name in cpm.critical)
        assert node.drivers == cpm.driving[name]
    assert not validate(net, planned.dates)
    for project in result.projects:
        assert project.critical_path == next(cpm.paths(project.id), ())


def test_buffers_are_days_between_the_planned_dates(result: Forecast) -> None:
    spans = {node.id: node.planned for node in nodes(result) if node.planned}
    ahead = [node for node in nodes(result) if node.state != "done" and node.planned]
    for node in ahead:
        room = (node.deadline - node.planned.finish).days if node.deadline else 0
        assert node.deadline_buffer == (room if room > 0 else None)
    work = [node for node in ahead if node.node in ("begin", "build") and node.project == "Q"]
    for node, before in zip(work, ("Q/permit", "Q/begin"), strict=True):  # milestones end where they begin
        room = (node.planned.start - spans[before].finish).days - (before == "Q/permit")
        assert node.feeding_buffer == (room if room > 0 else None)
    assert [node for node in ahead if node.feeding_buffer]


def test_probabilities_and_quantiles_are_shares_of_the_replications(run: Run, result: Forecast) -> None:
    net = run.net
    direct = simulate(net, run.plan.plan, risks=run.assembly.risks, replications=COUNT, seed=5)
    for node in nodes(result):
        i = net.index[node.id]
        finishes = sorted(net.show_finish(i, value) for value in direct.finish[:, i].tolist())
        if node.deadline:
            assert node.on_time is not None
            assert node.on_time.successes == sum(value <= node.deadline for value in finishes)
        else:
            assert node.on_time is None
        for share, shown in ((0.5, node.p50), (0.8, node.p80), (0.9, node.p90)):
            if node.state == "done":
                assert shown is None
            else:
                assert shown == min(v for v in finishes if sum(f <= v for f in finishes) >= share * COUNT)
    for project in result.projects[:2]:
        late = [node for node in project.nodes if node.deadline]
        together = np.logical_and.reduce([direct.meets(node.id) for node in late if node.state != "done"])
        assert project.on_time is not None
        assert project.on_time.successes == together.sum()
        assert project.confidence is not None
        assert project.confidence.reached == run.plan.reached[project.id]
    assert result.provenance.start_rule == "asap"


def test_states_actual_dates_and_milestones(result: Forecast) -> None:
    permit, design, begin = (result.node(f"P/{name}") for name in ("permit", "design", "begin"))
    assert (permit.state, design.state, begin.state) == ("done", "in_progress", "open")
    assert permit.actual is not None
    assert (permit.actual.start, permit.actual.finish) == (day(-20), day(-5))
    assert permit.shown == permit.actual
    assert permit.light is None
    assert permit.deadline == day(-8)
    assert permit.on_time is not None
    assert permit.on_time.value == 0.0
    assert design.actual is None
    assert design.actual_start == day(-4)
    assert design.earliest.start == day(-4)
    assert [node.node for node in result.project("P").nodes if node.milestone] == ["begin", "end"]
    assert begin.earliest.start == begin.earliest.finish == design.earliest.finish + timedelta(days=1)
    assert [node.node for node in result.project("P").nodes if node.key] == ["permit", "end"]


def test_a_project_without_deadlines_promises_nothing(result: Forecast) -> None:
    project = result.project("R")
    assert (project.on_time, project.confidence, project.light, project.causes) == (None, None, None, ())


def test_causes_are_above_two_standard_errors_and_named(run: Run, result: Forecast) -> None:
    found = [cause for project in result.projects for cause in project.causes]
    assert found
    assert all(cause.gain > 2 * cause.standard_error for cause in found)
    for project in result.projects:
        gains = [cause.gain for cause in project.causes]
        assert gains == sorted(gains, reverse=True)
    known = {f"{cause.kind}:{cause.id}": gain for cause, gain in run.gains.by_project["P"]}
    for cause in result.project("P").causes:
        assert (cause.gain, cause.standard_error) == (known[cause.id].mean, known[cause.id].standard_error)
    names = {cause.id: cause.label.en for cause in found}
    assert names.get("resource:crew", "waiting for crew") == "waiting for crew"
    assert result.node("P/permit").cause is None


def test_a_cause_of_another_project_bears_its_name(run: Run) -> None:
    from scenarios.cause_labels import cause_view
    from simulation.statistics import Gain

    first, second = run.scenario.projects[:2]
    cause, gain = Cause("rework", "P/build"), Gain(0.1, 0.01)
    assert cause_view(run.assembly, cause, gain, first).label.zh == "节点build：返工、补正"
    assert cause_view(run.assembly, cause, gain, second).label.zh == "甲的节点build：返工、补正"
    assert cause_view(run.assembly, cause, gain, second).label.en == "build: rework (Alpha)"
    land = Cause("factor", "Q/factor:funds")
    assert cause_view(run.assembly, land, gain, first).label.en.endswith("(Beta)")
    assert cause_view(run.assembly, Cause("resource", "crew"), gain, first).label.zh == "等候队伍"


def test_candidates_are_what_somebody_can_act_on(run: Run) -> None:
    found = candidates(run.assembly.risks)
    assert {cause.kind for cause in found} <= {"factor", "rework", "driver"}
    assert Cause("factor", "Q/factor:funds") in found
    assert Cause("rework", "P/build") in found


# -- portfolio ----------------------------------------------------------------------------------------------
def test_quotas_are_counted_replication_by_replication(run: Run, result: Forecast) -> None:
    net, finish = run.net, run.simulation.finish
    cases = [
        (["P/end", "Q/end"], 0, 2, day(170)),
        (["P/end"], 1, 2, day(110)),
        (["P/begin", "Q/begin"], 0, 1, day(40)),
    ]
    for quota, (names, reached, target, by) in zip(result.quotas, cases, strict=True):
        counts = []
        for row in finish.tolist():
            shown = [net.show_finish(net.index[name], row[net.index[name]]) for name in names]
            counts.append(reached + sum(when <= by for when in shown))
        assert quota.candidates == tuple(name.split("/")[0] for name in names)
        assert quota.expected == pytest.approx(np.mean(counts))
        assert quota.met.successes == sum(count >= target for count in counts)


def quota_of(activities: list[dict[str, Any]], when: date, event: str = "production", **more: Any) -> Any:
    """The quota of one project by a day."""
    project = {"id": "P", "name": "one", "activities": activities} | more
    quotas = [{"event": event, "target": 1, "date": when}]
    return forecast(scenario(projects=[project], quotas=quotas, resources={})).quotas[0]


def test_a_project_counts_once_however_many_nodes_are_the_event() -> None:
    """At the first start or production, at the last completion; not again once it has happened."""
    for event, by in (("production", 4), ("completion", 9)):
        nodes = [activity("one", 5, kind=event), activity("two", 5, "one", kind=event)]
        for when, expected in ((by - 1, 0), (by, 1), (20, 1)):
            quota = quota_of(nodes, day(when), event)
            assert (quota.candidates, quota.expected) == (("P",), expected)
        begun = {"one": {"start": day(-9), "finish": day(-2)}}
        after = quota_of(nodes, day(20), event, progress=begun)
        assert after.candidates == (("P",) if event == "completion" else ())


def test_quotas_may_be_dated_beyond_the_calendars() -> None:
    node = activity("one", 5, kind="production")
    assert quota_of([node], date(2100, 1, 1)).expected == 1
    assert quota_of([node], date(1950, 1, 1)).expected == 0


def test_number_on_time_is_a_distribution_over_projects_with_deadlines(run: Run, result: Forecast) -> None:
    assert sum(result.number_on_time) == pytest.approx(1.0)
    assert len(result.number_on_time) == 3
    together = run.simulation.on_time("P").astype(int) + run.simulation.on_time("Q")
    assert result.number_on_time == tuple(float((together == k).mean()) for k in range(3))


def test_due_items_and_the_edges_of_their_window() -> None:
    works = {"now": 1, "last": 1, "beyond": 1, "past": 40}
    starts = {"now": 0, "last": DUE_DAYS - 1, "beyond": DUE_DAYS, "past": 1}
    project = {
        "id": "P",
        "name": "甲",
        "activities": [
            activity(name, work, release=day(starts[name]), department=f"部门{name}")
            for name, work in works.items()
        ]
        + [activity("mark", 0, release=day(DUE_DAYS - 1), milestone="start")],
        "deadlines": [{"node": "past", "date": day(-3)}],
    }
    result = forecast(scenario(projects=[project], quotas=[], resources={}, default_risks=False))
    found = {(item.node, item.action): item for item in result.due}
    assert set(found) == {
        ("now", "start"), ("now", "finish"), ("last", "start"), ("last", "finish"),
        ("past", "start"), ("past", "finish"), ("mark", "finish"),
    }  # fmt: skip
    assert found["now", "start"].by == day(0)
    assert found["last", "finish"].by == day(DUE_DAYS - 1)
    assert found["past", "finish"].by == day(-3)
    assert [key for key, item in found.items() if item.overdue] == [("past", "finish")]
    assert found["mark", "finish"].department.zh == "未定部门"
    order = [(item.department.zh, item.by) for item in result.due]
    assert order == sorted(order)


def test_done_nodes_are_never_due(result: Forecast) -> None:
    assert ("P", "permit") not in {(item.project, item.node) for item in result.due}
    started = [item for item in result.due if (item.project, item.node) == ("P", "design")]
    assert [item.action for item in started] == ["finish"]
    assert started[0].responsible == "城建局"


# -- curves -------------------------------------------------------------------------------------------------
def series(curve: Curve) -> dict[str, tuple[float, ...]]:
    names = ("earliest", "planned", "latest", "expected", "low", "high")
    return {name: getattr(curve, name) for name in names}


def test_curves_rise_to_their_total(result: Forecast) -> None:
    assert result.completion is not None
    assert result.investment is not None
    assert result.completion.total == 1.0
    assert result.investment.total == pytest.approx(1500.0)
    for curve in (result.completion, result.investment):
        gaps = {later - sooner for sooner, later in pairwise(curve.dates)}
        assert gaps == {timedelta(days=7)}
        assert curve.dates[0] < TODAY < curve.dates[-1]
        for name, values in series(curve).items():
            assert len(values) == len(curve.dates)
            assert all(a <= b + 1e-9 for a, b in pairwise(values)), name
        for name in ("earliest", "planned", "latest"):
            assert getattr(curve, name)[-1] == pytest.approx(curve.total)
        for low, expected, high in zip(curve.low, curve.expected, curve.high, strict=True):
            assert low <= high + 1e-9
            assert 0 <= expected <= curve.total + 1e-9
        for early, late in zip(curve.earliest, curve.latest, strict=True):
            assert late <= early + 1e-9
    assert result.investment.earliest[0] == pytest.approx(200.0)


def test_curves_count_nodes_and_money_by_the_dates_shown(result: Forecast) -> None:
    curve, money = result.completion, result.investment
    assert curve is not None
    assert money is not None
    found = list(nodes(result))
    for k, when in enumerate(curve.dates):
        for values, span in (
            (curve.earliest, "earliest"),
            (curve.planned, "planned"),
            (curve.latest, "latest"),
        ):
            spans = [getattr(node, span) for node in found]
            assert values[k] == pytest.approx(np.mean([item.finish <= when for item in spans]))
    built = {node.project: node.planned for node in found if node.node == "build"}
    for k, when in enumerate(money.dates):
        spent = 200.0
        for project, left in (("P", 800.0), ("Q", 500.0)):
            span = built[project]
            assert span is not None
            days = (span.finish - span.start).days + 1
            spent += left * min(max((when - span.start).days + 1, 0), days) / days
        assert money.planned[k] == pytest.approx(spent)


def test_planned_lies_between_earliest_and_latest_where_deadlines_hold() -> None:
    lenient = data(resources={}, quotas=[])
    lenient["projects"][0]["deadlines"] = [{"node": "end", "date": day(120)}]
    result = forecast(Scenario.model_validate(lenient))
    for node in nodes(result):
        assert node.planned is not None
        assert node.latest is not None
        if node.project != "R" and not node.milestone:
            assert node.earliest.finish <= node.planned.finish <= node.latest.finish


def test_no_investment_no_curve() -> None:
    bare = data()
    for project in bare["projects"]:
        project.pop("investment", None)
    assert forecast(Scenario.model_validate(bare)).investment is None


# -- provenance and warnings --------------------------------------------------------------------------------
def english(result: Forecast) -> str:
    return "\n".join(item.en for item in result.warnings)


def test_warnings_say_what_limits_the_numbers(result: Forecast) -> None:
    assert result.warnings == ()
    assert not result.provenance.uncalibrated
    told = forecast(
        scenario(
            synthetic=True,
            data_date_inferred=True,
            notes=["一条说明"],
            resources={"crew": {"capacity": 1, "demand": {"build": 1}, "synthetic": True}},
        )
    )
    text = english(told)
    assert "synthetic data and describes no real projects" in text
    assert "The data date 2026-03-02 is inferred" in text
    assert 'The shared resource "crew" (1 units) is synthetic' in text
    assert told.warnings[-1].zh == "一条说明"


def test_assumed_keys_are_named_in_both_languages(result: Forecast) -> None:
    (warning,) = [item for item in result.project("P").warnings if "assumed" in item.en]
    assert warning.zh == "原始资料未给出、按假定处理：投资、期限日期、unheard。"
    assert warning.en == "Not in the source, assumed: investment, dates of deadlines, unheard."


def test_out_of_reach_is_warned_of() -> None:
    tight = data()
    tight["projects"][0]["deadlines"] = [{"node": "end", "date": day(30)}]
    result = forecast(Scenario.model_validate(tight))
    project = result.project("P")
    assert project.confidence is not None
    assert not project.confidence.attainable
    assert any("Confidence 70% is out of reach" in item.en for item in project.warnings)
    assert project.light == "red"


def test_provisional_years_are_named_up_to_the_last_date() -> None:
    far = data()
    for project in far["projects"]:
        for item in project["activities"]:
            item["calendar"] = "cn-workday"
    far["projects"][1]["deadlines"] = [{"node": "end", "date": date(2029, 6, 1)}]
    loaded = Scenario.model_validate(far)
    years = provisional_years(assemble(loaded), date(2029, 6, 1))
    assert years
    assert max(years) == 2029
    (warning,) = [item for item in forecast(loaded).warnings if "extrapolated" in item.en]
    assert "、".join(map(str, years)) in warning.zh
    assert ", ".join(map(str, years)) in warning.en


def test_provisional_years_of_simulated_dates_are_named() -> None:
    late = data(projects=[{"id": "P", "name": "one", "activities": [
        activity("a", [200, 250, 700], calendar="cn-workday")]}], quotas=[], resources={})  # fmt: skip
    result = forecast(Scenario.model_validate(late))
    node = result.node("P/a")
    assert node.p90
    assert node.planned
    assert node.p90.year > node.planned.finish.year
    (warning,) = [item for item in result.warnings if "extrapolated" in item.en]
    assert str(node.p90.year) in warning.en


def test_equal_seeds_equal_results_and_other_seeds_others(result: Forecast) -> None:
    assert result_dict(forecast(scenario())) == result_dict(result)
    other = forecast(scenario(seed=6))
    assert other.provenance.input_hash != result.provenance.input_hash
    assert other.project("P").on_time != result.project("P").on_time or other.completion != result.completion


def test_the_order_of_projects_and_activities_does_not_matter(result: Forecast) -> None:
    turned = data()
    turned["projects"].reverse()
    for project in turned["projects"]:
        project["activities"].reverse()
    other = forecast(Scenario.model_validate(turned))
    for node in nodes(result):
        assert other.node(node.id) == node
    for project in result.projects:
        twin = other.project(project.id)
        assert replace(twin, nodes=()) == replace(project, nodes=())
    assert other.number_on_time == result.number_on_time
    assert other.due == result.due


def test_input_hash_is_stable(result: Forecast) -> None:
    loaded = scenario()
    assert input_hash(loaded) == result.provenance.input_hash
    assert len(input_hash(loaded)) == 64
    shuffled = dict(reversed(data().items()))
    assert input_hash(Scenario.model_validate(shuffled)) == input_hash(loaded)
    assert input_hash(loaded.model_copy(update={"seed": 6})) != input_hash(loaded)


def test_progress_names_stages_that_have_words() -> None:
    from scenarios.messages import catalogue

    stages: dict[str, tuple[int, int]] = {}
    forecast(scenario(), progress=lambda stage, done, total: stages.__setitem__(stage, (done, total)))
    assert set(stages) <= set(catalogue())
    assert all(done == total for done, total in stages.values())
    assert module.PLAN_EFFORT > 0


# -- whole scenarios ----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def district() -> Forecast:
    return forecast(load_scenario("district-1bn").model_copy(update={"replications": 50}))


def test_district_holds_the_facts_of_its_document(district: Forecast) -> None:
    blockers = {project.id: project.blocker.zh for project in district.projects if project.blocker}
    assert blockers == {
        "S1": "合同未签订",
        "S2": "合同未签订",
        "S3": "施工许可证未办理",
        "S4": "施工许可证未办理",
        "S5": "无施工现场",
    }
    assert district.data_date == date(2022, 8, 31)
    assert district.data_date_inferred
    assert not district.synthetic
    lines = {project.id: {node.node: node.deadline for node in project.nodes if node.deadline}
             for project in district.projects}  # fmt: skip
    year_end = date(2022, 12, 31)
    assert all(lines[name]["F0"] == year_end for name in ("S1", "S2", "S3", "S4", "S5"))
    assert all(lines[name]["V3"] == year_end for name in ("C1", "C2", "C3"))
    sectors = [project.sector for project in district.projects]
    assert [sectors[:5].count(name) for name in ("industry", "service", "agriculture")] == [3, 1, 1]
    assert [sectors[5:].count(name) for name in ("industry", "service")] == [2, 1]
    assert {quota.event for quota in district.quotas} == {"start", "completion"}
    assert all(quota.by == year_end for quota in district.quotas)


def test_district_says_what_it_rests_on(district: Forecast) -> None:
    text = english(district)
    assert district.provenance.uncalibrated
    assert "catalogue defaults (expert judgement" in text
    assert "2022-08-31 is inferred" in text
    assert "synthetic" in text
    assert all(project.on_time for project in district.projects)
    for warning in (item for project in district.projects for item in project.warnings):
        assert "land_ready" not in warning.zh
        assert "、" not in warning.en


def hourly() -> Scenario:
    """Work of 8 hours a day, weekdays, in slots of an hour."""
    week = [[8 * 60, 16 * 60]]
    return Scenario.model_validate(
        {
            "schema": "backplan/1",
            "name": "hours",
            "data_date": datetime(2026, 3, 2, 8),
            "slots_per_day": 24,
            "replications": 50,
            "calendars": {
                "office": {"week": [week] * 5 + [0, 0], "first": date(2024, 1, 1), "last": date(2030, 1, 1)}
            },
            "projects": [
                {
                    "id": "P",
                    "name": "小时",
                    "investment": {"total": 10},
                    "activities": [
                        activity("a", [8, 16, 40], calendar="office"),
                        activity("go", 0, "a", milestone="start", calendar="office", kind="start"),
                        activity("b", [12, 20, 30], "go", calendar="office"),
                        activity("end", 0, "b"),
                    ],
                    "deadlines": [
                        {"node": "go", "date": date(2026, 3, 5)},
                        {"node": "end", "date": datetime(2026, 3, 11, 12)},
                    ],
                }
            ],
            "quotas": [{"event": "start", "target": 1, "date": date(2026, 3, 5)}],
        }
    )  # fmt: skip


def test_hour_slots_run_through_reports_and_charts(tmp_path: Path) -> None:
    run = Run(hourly(), lambda stage, done, total: None)
    result = run.forecast
    go = result.node("P/go")
    finishes = run.simulation.finish[:, run.net.index["P/go"]].tolist()
    on_day = sum(run.net.show_finish(run.net.index["P/go"], value) <= date(2026, 3, 5) for value in finishes)
    assert go.on_time is not None
    assert 0 < on_day < 50
    assert go.on_time.successes == on_day
    assert result.quotas[0].met.successes == on_day
    end = result.node("P/end")
    assert end.deadline == date(2026, 3, 11)
    assert not isinstance(end.earliest.finish, datetime)
    assert result.completion is not None
    assert result.completion.planned[-1] == 1.0
    assert write_all(result, tmp_path, "zh")
    assert save_all(result, tmp_path, "zh")


def test_a_protrack_project_runs_through_reports_and_charts(data_dir: Path, tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(data_dir / "dslib" / "dslib_p2x.tar.xz") as archive:
        name = next(item for item in archive.getnames() if "C2013-13" in item and item.endswith(".p2x"))
        archive.extract(name, tmp_path, filter="data")
    loaded = load_scenario(tmp_path / name).model_copy(update={"replications": 20})
    assert loaded.slots_per_day > 1
    result = forecast(loaded)
    assert write_all(result, tmp_path / "out", "en")
    assert save_all(result, tmp_path / "out", "en")
    assert all(node.planned is not None for node in nodes(result))
