"""What the schema refuses, each fault with its path and remedy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from scenario_files import HEAD, TWO, WHOLE, dumped, fault_of, faults_of, load_text

from scenarios.fields import Label, Spread, day_of, earlier
from scenarios.schema import Progress, Scenario
from simulation.distributions import Discrete, Fixed, Lognormal, Occasional, Pert, Triangular, Uniform

ACTIVITY = HEAD + "projects:\n  - {id: P, name: one, activities: [{id: a, name: dig, work: 5, %s}]}\n"


def fault(extra: str, text: str = HEAD + TWO) -> str:
    """The fault of a scenario with another key at the top, in line 4."""
    return fault_of(text.replace("projects:", f"{extra}\nprojects:", 1))


# -- keys and kinds -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("colour: red", "4:9: colour: unknown key; check its spelling against `backplan schema`"),
        ("seed: true", "4:7: seed: true is no number; write one"),
        ("seed: 1.5", "4:7: seed: should be a whole number; correct it (found 1.5)"),
        ("seed: soon", "4:7: seed: should be a whole number; correct it (found 'soon')"),
        ("seed: -1", "4:7: seed: input should be greater than or equal to 0; correct it (found -1)"),
        ("confidence: 1", "4:13: confidence: input should be less than 1; correct it (found 1)"),
        ("confidence: .nan", "4:13: confidence: should be a finite number; correct it (found nan)"),
        ("replications: 0", "4:15: replications: input should be greater than or equal to 1; correct it"),
        ("default_risks: yes", "4:16: default_risks: write true or false (found 'yes')"),
        ("region: east", "4:9: region: input should be 'north' or 'south'; correct it (found 'east')"),
        ("title: ''", "4:8: title: a text is empty; write it"),
        ("source: [a]", "4:9: source: should be a text; put it in quotes (found ['a'])"),
        ("source: 2026-01-05", "4:9: source: should be a text; put it in quotes (found 2026"),
        ("notes: here", "4:8: notes: should be a list; write its items with a dash each"),
        ("resources: [crew]", "4:12: resources: should be a mapping of keys to values; write `key: value`"),
        ("slots_per_day: 7", "4:16: slots_per_day: a day does not divide into 7 slots of whole minutes"),
    ],
)  # fmt: skip
def test_top_level(extra: str, message: str) -> None:
    assert fault(extra).startswith(f"x.yaml:{message}")


def test_what_is_missing() -> None:
    assert faults_of("name: t\nprojects: []\n") == [
        "x.yaml:1:1: schema: this key is required; add it",
        "x.yaml:1:1: data_date: this key is required; add it",
        "x.yaml:2:11: projects: it has no item; give at least one",
    ]


def test_a_fault_inside_a_list_does_not_make_the_list_too_short() -> None:
    lines = faults_of(HEAD + "projects:\n  - {name: one, template: enterprise}\n")
    assert lines == ["x.yaml:5:5: projects[0].id: this key is required; add it"]


@pytest.mark.parametrize("name", ["a/b", " a", "", "a\\tb"])
def test_identifiers(name: str) -> None:
    assert ": projects[0].id: " in fault_of(
        HEAD + f'projects: [{{id: "{name}", name: n, template: enterprise}}]'
    )


def test_names_of_resources_are_identifiers() -> None:
    found = fault("resources: {a/b: {capacity: 1}}")
    assert found == (
        "x.yaml:4:18: resources.a/b: begins with a blank, or holds '/' or a control character; leave them "
        "out (found 'a/b')"
    )


def test_a_number_may_be_an_id_and_keeps_its_zeros() -> None:
    project = load_text(HEAD + TWO.replace("id: P", "id: 010")).projects[0]
    assert project.id == "010"


def test_another_version_is_refused() -> None:
    found = fault_of((HEAD + TWO).replace("backplan/1", "backplan/9"))
    assert found == "x.yaml:1:9: schema: input should be 'backplan/1'; correct it (found 'backplan/9')"


# -- dates --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2026-2-3", "'2026-2-3' is not a date; write it as 2026-12-31"),
        ("20260203", "20260203 is not a date; write it as 2026-12-31"),
        ("'2026-W05-1'", "'2026-W05-1' is not a date; write it as 2026-12-31"),
        ("soon", "'soon' is not a date; write it as 2026-12-31"),
        ("true", "True is not a date; write it as 2026-12-31"),
        ("{}", "{} is not a date; write it as 2026-12-31"),
        ("0026-02-03", "'0026-02-03' lies outside the years 1900 to 2200; correct it"),
        (
            "2026-02-03T08:00:00+08:00",
            "'2026-02-03 08:00:00+08:00' names a time zone; write local time, as 2026-12-31 17:00",
        ),
    ],
)
def test_dates(written: str, message: str) -> None:
    found = fault_of((HEAD + TWO).replace("2026-03-02", written))
    assert found == f"x.yaml:3:12: data_date: {message}"


def test_times_of_day() -> None:
    for written in ("2026-03-02 08:00", "'2026-03-02T08:00'", "2026-03-02 08:00:00"):
        assert load_text((HEAD + TWO).replace("2026-03-02", written)).data_date == datetime(2026, 3, 2, 8)


def test_days_and_times_compare() -> None:
    day, morning, evening = date(2026, 3, 2), datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 17)
    assert earlier(morning, evening)
    assert not earlier(day, evening)
    assert not earlier(morning, day)
    assert earlier(date(2026, 3, 1), morning)
    assert day_of(evening) == day_of(day) == day


def test_progress_that_contradicts_itself() -> None:
    for start, finish in ((date(2026, 1, 2), date(2026, 1, 1)), (datetime(2026, 1, 2, 9), date(2026, 1, 1))):
        with pytest.raises(ValidationError, match=r"finish .* lies before start .*; correct one of them"):
            Progress(start=start, finish=finish)
    Progress(start=datetime(2026, 1, 2, 9), finish=date(2026, 1, 2))
    with pytest.raises(ValidationError, match="progress without a date; give start"):
        Progress(remaining=3)
    with pytest.raises(ValidationError, match="a finished node has no remaining work; drop one of the two"):
        Progress(finish=date(2026, 1, 2), remaining=3)


# -- work and distributions ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("work", "path", "message"),
    [
        ("-1", "", "work -1 is negative; give slots of work, 0 for a milestone"),
        ("[-1, 2, 3]", "", "work -1 is negative; give slots of work, 0 for a milestone"),
        (
            "{discrete: {values: [-1, 5], weights: [1, 9]}}",
            "",
            "work -1 is negative; give slots of work, 0 for",
        ),
        ("[0, 0, 5]", "", "work is most likely 0 yet may be more; give 0 for a milestone, else more than 0"),
        (
            "{fixed: 5, probability: 0.5}",
            "",
            "work has no probability; put what only may come on top under rework",
        ),
        (
            "{}",
            "",
            "give exactly one of fixed, estimate, pert, triangular, uniform, lognormal, discrete, empirical; "
            "found none",
        ),
        ("{fixed: 5, pert: [1, 2, 3]}", "", "give exactly one of fixed, estimate, pert, triangular"),
        ("[3, 2, 1]", "", "pert: pessimistic 1 is below optimistic 3. Swap or correct them."),
        ("[1, 9, 5]", "", "pert: most likely 9 is not between optimistic 1 and pessimistic 5."),
        ("{triangular: [1, 9, 5]}", "", "triangular: most likely 9 is not between minimum 1 and maximum 5."),
        ("{uniform: [5, 1]}", "", "uniform: maximum 1 is below minimum 5. Swap or correct them."),
        ("{uniform: [.nan, 1]}", ".uniform[0]", "should be a finite number; correct it (found nan)"),
        (
            "{lognormal: {median: 60, p90: 20}}",
            "",
            "lognormal: P90 20 is below median 60. Swap or correct them.",
        ),
        ("{lognormal: {median: 0, p90: 20}}", "", "lognormal: median 0 is not above 0."),
        ("{lognormal: {median: 9, p90: 20, max: 5}}", "", "lognormal: maximum 5 is not above median 9"),
        (
            "{lognormal: {median: 1, p90: 1000}}",
            "",
            "draws may lie beyond 10,000,000 slots; give max or less spread",
        ),
        ("{discrete: {values: [1, 2], weights: [1]}}", "", "discrete: 2 values and 1 weights."),
        (
            "{discrete: {values: [], weights: []}}",
            "",
            "discrete: 0 values and 0 weights. Give at least one value",
        ),
        ("{discrete: {values: [1], weights: [0]}}", "", "discrete: the weight 0 of value 1 is not above 0."),
        ("1.0e+300", "", "draws may lie beyond 10,000,000 slots; give max or less spread"),
        (".inf", ".fixed", "should be a finite number; correct it (found inf)"),
        ("[1, 2]", ".estimate[2]", "this key is required; add it"),
        ("[1, true, 3]", ".estimate[1]", "true is no number; write one"),
        (
            "soon",
            "",
            "'soon' is no amount; give a number, [three, of, them] or {kind: ...}",
        ),
        ("null", "", "None is no amount; give a number, [three, of, them]"),
    ],
)
def test_work(work: str, path: str, message: str) -> None:
    found = fault_of(
        HEAD + f"projects:\n  - {{id: P, name: one, activities: [{{id: a, name: dig, work: {work}}}]}}"
    )
    place, shown, text = found.split(": ", 2)
    assert place.startswith("x.yaml:5:")
    assert shown == f"projects[0].activities[0].work{path}"
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("data", "meant"),
    [
        (5, Fixed(5)),
        ([5, 5, 5], Fixed(5)),
        ({"uniform": [5, 5]}, Fixed(5)),
        ([2, 4, 9], Pert.from_quantiles(2, 4, 9)),
        ({"pert": [2, 4, 9]}, Pert(2, 4, 9)),
        ({"triangular": [2, 4, 9]}, Triangular(2, 4, 9)),
        ({"uniform": [2, 9]}, Uniform(2, 9)),
        ({"lognormal": {"median": 20, "p90": 60, "max": 200}}, Lognormal(20, 60, 200)),
        ({"discrete": {"values": [1, 5], "weights": [3, 1]}}, Discrete((1, 5), (3, 1))),
        ({"fixed": 30, "probability": 0.25}, Occasional(0.25, Fixed(30))),
    ],
)
def test_distributions(data: Any, meant: object) -> None:
    assert Spread.model_validate(data).distribution() == meant


def test_least_and_nothing() -> None:
    assert Spread(fixed=0).nothing
    assert Spread(estimate=(0, 0, 0)).nothing
    assert not Spread(uniform=(0, 1)).nothing
    specs: list[dict[str, Any]] = [
        {"fixed": 3},
        {"pert": (3, 4, 5)},
        {"uniform": (3, 5)},
        {"discrete": {"values": (9, 3), "weights": (1, 1)}},
    ]
    assert [Spread.model_validate(spec).least for spec in specs] == [3, 3, 3, 3]
    assert Spread.model_validate({"lognormal": {"median": 3, "p90": 4}}).least == 0


# -- activities, links, factors, drivers --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("extra", "path", "message"),
    [
        ("milestone: start", "", "a milestone has no work; give work 0 or drop milestone"),
        (
            "predecessors: [{id: b, lag: null}]",
            ".predecessors[0]",
            "a link without lag needs a maximum_lag; give one",
        ),
        (
            "predecessors: [{id: b, type: XX}]",
            ".predecessors[0].type",
            "input should be 'FS', 'SS', 'FF' or 'SF'",
        ),
        (
            "predecessors: [{id: b, lag: 0.5}]",
            ".predecessors[0].lag",
            "should be a whole number; correct it (found 0.5)",
        ),
        ("predecessors: b", ".predecessors", "should be a list; write its items with a dash each"),
        ("demand: {crew: -1}", ".demand.crew", "input should be greater than or equal to 0"),
        (
            "rework: {probability: 2, work: 1}",
            ".rework.probability",
            "input should be less than or equal to 1",
        ),
        (
            "rework: {probability: 0.5, work: 0}",
            ".rework.work",
            "rework of 0 slots changes nothing; give its work",
        ),
        ("rework: {probability: 0.5, work: -1}", ".rework.work", "work -1 is negative"),
        ("planned: 0", ".planned", "input should be greater than or equal to 1; correct it (found 0)"),
        ("key: 1", ".key", "write true or false (found 1)"),
    ],
)
def test_activities(extra: str, path: str, message: str) -> None:
    _, shown, text = fault_of(ACTIVITY % extra).split(": ", 2)
    assert shown == f"projects[0].activities[0]{path}"
    assert text.startswith(message)


@pytest.mark.parametrize("extra", ["planned: 3", "demand: {crew: 1}", "rework: {probability: 0.1, work: 1}"])
def test_milestones_do_nothing(extra: str) -> None:
    found = fault_of((ACTIVITY % extra).replace("work: 5", "work: 0"))
    name = extra.split(":")[0]
    assert found == (
        f"x.yaml:5:37: projects[0].activities[0]: an activity with work 0 is a milestone and has no "
        f"{name}; drop it"
    )


@pytest.mark.parametrize(
    ("factor", "path", "message"),
    [
        (
            "{supply: 2026-05-01, lead: 3}",
            "",
            "a supply date excludes lead and after; keep the date or drop it",
        ),
        (
            "{supply: 2026-05-01, after: [a]}",
            "",
            "a supply date excludes lead and after; keep the date or drop it",
        ),
        ("{delay: 3}", "", "a delay counts from the supply date; add supply, or give lead instead"),
        ("{lead: 0}", ".lead", "a lead of 0 slots; give at least 1, or a supply date for what is in hand"),
        ("{lead: [-5, 2, 3]}", ".lead", "a lead of -5 slots; give at least 1"),
    ],
)
def test_factors(factor: str, path: str, message: str) -> None:
    text = HEAD + f"projects:\n  - {{id: P, name: one, template: enterprise, factors: {{land: {factor}}}}}"
    _, shown, found = fault_of(text).split(": ", 2)
    assert shown == f"projects[0].factors.land{path}"
    assert found.startswith(message)


@pytest.mark.parametrize("multiplier", ["0", "{uniform: [-1, 2]}"])
def test_multipliers_lie_above_zero(multiplier: str) -> None:
    assert "drivers.rain.multiplier: multiplier " in fault(f"drivers: {{rain: {{multiplier: {multiplier}}}}}")


def test_capacity_changes_in_order() -> None:
    changes = "[{date: 2026-06-01, capacity: 1}, {date: 2026-05-01, capacity: 2}]"
    assert fault(f"resources: {{crew: {{capacity: 1, changes: {changes}}}}}") == (
        "x.yaml:4:42: resources.crew.changes: 2026-05-01 does not lie after 2026-06-01; list them by date"
    )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "{capacity: 1, consumed: true, changes: [{date: 2026-06-01, capacity: 2}]}",
            "a stock has deliveries",
        ),
        ("{capacity: 1, deliveries: [{date: 2026-06-01, quantity: 2}]}", "deliveries add to a stock"),
    ],
)
def test_a_stock_has_deliveries(spec: str, message: str) -> None:
    assert message in fault(f"resources: {{land: {spec}}}")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("work: 9, floor: 10", "work 9 of mode 'normal' is below 10"),
        ("work: 9, floor: 8, modes: {m: {work: 7}}", "work 7 of mode 'm' is below 8"),
        ("work: 9, modes: {normal: {work: 7}}", "'normal' is what the activity itself says"),
        ("work: 0, modes: {m: {work: 7}}", "is a milestone and has no modes"),
        ("work: 3, predecessors: [{id: b, extension: 3}]", "an extension prolongs a maximum_lag"),
    ],
)
def test_modes_and_windows_that_make_no_sense(more: str, message: str) -> None:
    assert message in fault_of(ACTIVITY.replace("work: 5, %s", more))


# -- projects and calendars ---------------------------------------------------------------------------------
def test_projects_need_something() -> None:
    assert fault_of(HEAD + "projects: [{id: P, name: one}]") == (
        "x.yaml:4:12: projects[0]: a project needs a template or activities; give one of them"
    )
    assert fault_of(ACTIVITY.replace("name: one", "name: one, options: [parallel]") % "key: true") == (
        "x.yaml:5:5: projects[0]: options and land_ready change a template; name one or drop them"
    )


@pytest.mark.parametrize(
    ("calendar", "path", "message"),
    [
        ("{}", "", "give exactly one of base, file, week; found none"),
        ("{base: 7-day, week: [1, 1, 1, 1, 1, 1, 1]}", "", "give exactly one of base, file, week; found bas"),
        ("{week: [100, 100]}", "", "week has 2 days; give seven, Monday first"),
        ("{week: [200, 0, 0, 0, 0, 0, 0]}", ".week[0]", "rate 200 is not within 0..100; give a percentage"),
        ("{week: [on, 0, 0, 0, 0, 0, 0]}", ".week[0]", "'on' is neither a rate 0..100 nor a list of working"),
        ("{week: [[[9, 8]], 0, 0, 0, 0, 0, 0]}", ".week[0]", "working period 9-8 is empty, overlaps another"),
        ("{week: [[[0, 60], [30, 90]], 0, 0, 0, 0, 0, 0]}", ".week[0]", "working period 30-90 is empty, ove"),
        ("{week: [[[0, 1441]], 0, 0, 0, 0, 0, 0]}", ".week[0]", "working period 0-1441 is empty, overlaps a"),
        ("{week: [[9], 0, 0, 0, 0, 0, 0]}", ".week[0]", "9 is no working period; give [from, to] in minutes"),
        ("{base: 7-day, exceptions: {2026-05-01: off}}", ".exceptions.2026-05-01", "'off' is neither a rate"),
        ("{base: 7-day, exceptions: {May: 0}}", ".exceptions.May", "'May' is not a date; write it as 2026-1"),
        ("{base: 7-day, first: 5}", ".first", "5 is not a date; write it as 2026-12-31"),
        ("{base: 7-day, first: 2026-01-01 08:00}", ".first", "'2026-01-01 08:00' has a time of day; write a"),
        ("{base: 7-day, first: 2026-02-01, last: 2026-01-01}", "", "last 2026-01-01 lies before first 2026-"),
        ("{base: 7-day, provisional: [20260]}", ".provisional[0]", "input should be less than or equal to 2"),
    ],
)  # fmt: skip
def test_calendars(calendar: str, path: str, message: str) -> None:
    _, shown, found = fault(f"calendars: {{mine: {calendar}}}").split(": ", 2)
    assert shown == f"calendars.mine{path}"
    assert found.startswith(message)


# -- what is fine -------------------------------------------------------------------------------------------
def test_a_whole_scenario_dumped_is_the_same() -> None:
    scenario = load_text(WHOLE)
    assert load_text(dumped(scenario)) == scenario


def test_dumping_with_every_default_is_the_same() -> None:
    scenario = load_text(WHOLE)
    assert Scenario.model_validate(scenario.model_dump(mode="json", by_alias=True)) == scenario
    assert Scenario.model_validate(scenario.model_dump()) == scenario


def test_labels_stand_in_for_each_other() -> None:
    assert Label.model_validate("x").text("zh") == Label(en="x").text("zh") == "x"
    assert Label(zh="甲", en="a").text("en") == "a"
    assert Label(zh="甲").text("en") == "甲"


def test_every_key_is_described() -> None:
    def described(schema: dict[str, Any]) -> None:
        for name, field in schema.get("properties", {}).items():
            assert "description" in field, (schema.get("title"), name)

    schema = Scenario.model_json_schema()
    described(schema)
    for part in schema["$defs"].values():
        described(part)
