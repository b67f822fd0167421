"""What a schema cannot see: each fault with file, line, column, path and remedy."""

from __future__ import annotations

import pytest
from scenario_files import HEAD, TWO, WHOLE, fault_of, faults_of, load_text

TEMPLATE = HEAD + "projects:\n  - id: P\n    name: one\n    template: enterprise\n"
"""What a test adds begins in line 8, column 5."""
A, B = "      - {id: a, name: dig, work: 5}", "      - {id: b, name: pour, work: 3, predecessors: [a]}"


def templated(extra: str) -> str:
    """The fault of a template project with another key."""
    return fault_of(f"{TEMPLATE}    {extra}\n")


def two(old: str, new: str) -> str:
    """The fault of the two activities after a change."""
    text = HEAD + TWO
    assert old in text
    return fault_of(text.replace(old, new))


def top(extra: str) -> str:
    """The fault of the two activities with another key at the top, in line 4."""
    return fault_of(f"{HEAD}{extra}\n{TWO}")


# -- ids and templates --------------------------------------------------------------------------------------
def test_ids_are_unique() -> None:
    assert fault_of(HEAD + TWO + TWO.replace("projects:\n", "")) == (
        "x.yaml:10:9: projects[1].id: project id 'P' stands 2 times; make each unique"
    )
    assert two("id: b", "id: a") == (
        "x.yaml:9:14: projects[0].activities[1].id: activity id 'a' stands 2 times; make each unique"
    )
    assert templated("activities: [{id: F1, name: n, work: 1}]") == (
        "x.yaml:8:23: projects[0].activities[0].id: activity id 'F1' is a step of the template; use another, "
        "or `overrides`"
    )
    assert two("id: b", "id: factor:x") == (
        "x.yaml:9:14: projects[0].activities[1].id: activity id 'factor:x' begins as the ids of factors do; "
        "rename it"
    )


def test_templates_and_options() -> None:
    assert fault_of(TEMPLATE.replace("enterprise", "enterprize")) == (
        "x.yaml:7:15: projects[0].template: template 'enterprize' does not exist; did you mean 'enterprise'?"
    )
    assert templated("options: [parallel, paralel]") == (
        "x.yaml:8:25: projects[0].options[1]: option 'paralel' does not exist; did you mean 'parallel'?"
    )
    assert templated("options: [serial, parallel]") == (
        "x.yaml:8:14: projects[0].options: options 'serial' (串联办理（默认）) and 'parallel' "
        "(并联审批（四阶段、一家牵头）) of template 'enterprise' contradict each other; keep one of them."
    )
    assert fault_of(TEMPLATE.replace("enterprise", "government") + "    options: [land_then_start]\n") == (
        "x.yaml:8:14: projects[0].options: option 'land_then_start' (拿地即开工) does not apply to template "
        "'government'; leave it out, or use it with enterprise."
    )
    assert templated("land_ready: false\nslots_per_day: 24") == (
        "x.yaml:7:15: projects[0].template: templates count in days; drop slots_per_day, or give activities "
        "instead"
    )


# -- names --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("extra", "place"),
    [
        ("until: [F0, F11]", "13: projects[0].until[1]"),
        ("until: [F11]", "13: projects[0].until[0]"),
        ("current: {node: F11, since: 2026-01-05}", "21: projects[0].current[0].node"),
        ("current: [{node: F11, since: 2026-01-05}]", "22: projects[0].current[0].node"),
        ("progress: {F11: {finish: 2026-01-05}}", "21: projects[0].progress.F11"),
        ("deadlines: [{node: F11, date: 2026-12-31}]", "24: projects[0].deadlines[0].node"),
        ("overrides: {F11: {work: 5}}", "22: projects[0].overrides.F11"),
        ("factors: {land: {gates: [F11]}}", "30: projects[0].factors.land.gates[0]"),
        ("factors: {land: {lead: 5, after: [F11]}}", "39: projects[0].factors.land.after[0]"),
    ],
)
def test_nodes_that_do_not_exist(extra: str, place: str) -> None:
    column, path = place.split(": ")
    if extra.startswith("until: [F0"):
        column = "17"
    assert templated(extra) == f"x.yaml:8:{column}: {path}: node 'F11' does not exist; did you mean 'F1'?"


def test_nodes_that_options_leave_out() -> None:
    found = fault_of(TEMPLATE + "    land_ready: true\n    current: {node: B10, since: 2026-01-05}\n")
    assert found == (
        "x.yaml:9:21: projects[0].current[0].node: node 'B10' is left out by the options ready_land; "
        "drop it here, or change the options"
    )


def test_overrides_change_steps_only() -> None:
    assert two("    activities:", "    overrides: {a: {work: 3}}\n    activities:") == (
        "x.yaml:7:20: projects[0].overrides.a: 'a' is an activity of this project; change it where it stands"
    )
    assert templated("overrides: {A2: {demand: {crew: 1}}}\nresources: {crew: {capacity: 1}}") == (
        "x.yaml:8:30: projects[0].overrides.A2.demand: node 'A2' is a milestone and has no demand; "
        "drop it, or give it work"
    )
    load_text(TEMPLATE + "    overrides: {A2: {work: 2, rework: {probability: 0.1, work: 1}}}\n")


def test_once_a_node() -> None:
    assert templated("deadlines: [{node: F0, date: 2026-12-31}, {node: F0, date: 2027-01-31}]") == (
        "x.yaml:8:54: projects[0].deadlines[1].node: deadline of node 'F0' stands 2 times; make each unique"
    )
    assert templated("current: [{node: D1, since: 2026-01-05}, {node: D1, since: 2026-01-06}]") == (
        "x.yaml:8:53: projects[0].current[1].node: current node 'D1' stands 2 times; make each unique"
    )


def test_predecessors() -> None:
    assert two("[a]", "[c]") == (
        "x.yaml:9:53: projects[0].activities[1].predecessors[0].id: predecessor 'c' does not exist; known: "
        "a, b"
    )
    assert two("[a]", "[Q/a]") == (
        "x.yaml:9:53: projects[0].activities[1].predecessors[0].id: project 'Q' does not exist; known: P"
    )
    assert two("[a]", "[P/x]") == (
        "x.yaml:9:53: projects[0].activities[1].predecessors[0].id: predecessor 'x' does not exist; known: "
        "a, b"
    )
    assert two("[a]", "[{id: a, lag_calendar: lunar}]") == (
        "x.yaml:9:75: projects[0].activities[1].predecessors[0].lag_calendar: calendar 'lunar' does not "
        "exist; "
        "known: 5-day, 7-day, cn-site-north, cn-site-south, cn-workday, elapsed"
    )


def test_predecessors_that_another_project_does_not_plan() -> None:
    other = "  - {id: Q, name: q, template: enterprise, deadlines: [{node: F0, date: 2027-01-31}]}\n"
    text = HEAD + TWO.replace("[a]", "[Q/F3]") + other
    assert fault_of(text) == (
        "x.yaml:9:53: projects[0].activities[1].predecessors[0].id: 'Q/F3' leads to no deadline of its "
        "project, "
        "so it is not planned; add it to `until` of project 'Q'"
    )
    load_text(text.replace("template: enterprise", "template: enterprise, until: [F3]"))


def test_calendars_and_resources() -> None:
    assert two("work: 5", "work: 5, calendar: six-day") == (
        "x.yaml:8:47: projects[0].activities[0].calendar: calendar 'six-day' does not exist; did you mean "
        "'7-day'?"
    )
    assert two("work: 5", "work: 5, calendar: workday").startswith(
        "x.yaml:8:47: projects[0].activities[0].calendar"
    )
    assert two("work: 5", "work: 5, demand: {crew: 1}") == (
        "x.yaml:8:52: projects[0].activities[0].demand.crew: resource 'crew' does not exist; known: none"
    )


# -- factors ------------------------------------------------------------------------------------------------
def test_factors() -> None:
    assert templated("factors: {lannd: {supply: 2026-05-01}}") == (
        "x.yaml:8:22: projects[0].factors.lannd: factor 'lannd' does not exist; did you mean 'land'?; "
        "or give the nodes it gates (gates)"
    )
    assert templated("factors: {steel: {gates: [F1]}}") == (
        "x.yaml:8:22: projects[0].factors.steel: factor 'steel' is not in the catalogue; give its supply "
        "date or "
        "its lead"
    )
    assert "factor 'weather' does not exist" in templated("factors: {weather: {supply: 2026-05-01}}")
    load_text(TEMPLATE + "    factors: {land: {}, steel: {lead: 5, gates: [F1]}}\n")


# -- dates --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (
            "progress: {D1: {finish: 2026-03-02}}",
            "29: projects[0].progress.D1.finish: actual finish 2026-03-02 is not before the data date "
            "2026-03-02; "
            "what is known ends the day before. Correct it or move the data date",
        ),
        (
            "progress: {D1: {start: 2026-03-09}}",
            "28: projects[0].progress.D1.start: actual start 2026-03-09 is not before the data date "
            "2026-03-02; "
            "what is known ends the day before. Correct it or move the data date",
        ),
        (
            "progress: {D1: {start: 2026-02-09, finish: 2026-04-01}}",
            "48: projects[0].progress.D1.finish: actual finish 2026-04-01 is not before the data date "
            "2026-03-02; "
            "what is known ends the day before. Correct it or move the data date",
        ),
        (
            "progress: {A2: {start: 2026-02-09, remaining: 4}}",
            "51: projects[0].progress.A2.remaining: node 'A2' is a milestone without work; drop remaining, "
            "or "
            "give finish",
        ),
        (
            "current: {node: D1, since: 2026-03-03}",
            "32: projects[0].current[0].since: 2026-03-03 lies after the data date 2026-03-02; correct it "
            "or move "
            "the data date",
        ),
        (
            "current: {node: D1, since: 2026-03-02, remaining: 5}",
            "55: projects[0].current[0].remaining: node 'D1' only begins on the data date, so all its work "
            "remains; drop remaining",
        ),
        (
            "current: {node: A2, since: 2026-02-02, remaining: 5}",
            "55: projects[0].current[0].remaining: node 'A2' is a milestone without work; drop remaining, or "
            "give finish",
        ),
    ],
)
def test_status(extra: str, message: str) -> None:
    assert templated(extra) == f"x.yaml:8:{message}"


def test_the_current_node_stands_there_only() -> None:
    text = TEMPLATE + "    current: {node: D1, since: 2026-02-02}\n    progress: {D1: {finish: 2026-02-20}}\n"
    assert fault_of(text) == (
        "x.yaml:8:21: projects[0].current[0].node: node 'D1' is the current node and stands under progress "
        "too; "
        "keep one of them"
    )


def test_the_day_before_the_data_date_is_known() -> None:
    load_text(TEMPLATE + "    progress: {D1: {finish: 2026-03-01}, A2: {start: 2026-03-01}}\n")
    load_text(TEMPLATE + "    current: {node: D1, since: 2026-03-02}\n")


def test_money_is_booked_in_months_that_have_begun() -> None:
    text = TEMPLATE + "    investment: {total: 100, completed: 9, months: {2026-03: 4, %s: 5}}\n"
    load_text(text % "2026-02")
    found = fault_of(text % "2026-04")
    assert "projects[0].investment.months.2026-04: 2026-04-01 is not before the data date 2026-03-02" in found


def test_hours_of_the_data_date() -> None:
    text = (HEAD + TWO).replace(
        "2026-03-02", "2026-03-02 12:00"
    ) + "    progress: {a: {start: 2026-03-02 %s}}\n"
    load_text(text.replace("projects:", "slots_per_day: 24\nprojects:") % "11:30")
    found = fault_of(text.replace("projects:", "slots_per_day: 24\nprojects:") % "12:00")
    assert found.startswith(
        "x.yaml:11:27: projects[0].progress.a.start: actual start 2026-03-02 12:00:00 is not"
    )
    assert "is not before the data date" in fault_of(text % "11:30")  # one slot a day: the same slot


def test_deadlines_before_the_data_date_are_the_weekly_case() -> None:
    load_text(TEMPLATE + "    deadlines: [{node: F0, date: 2025-12-31}]\n")


def test_deadlines_of_done_nodes_are_judged() -> None:
    load_text(
        TEMPLATE + "    deadlines: [{node: F0, date: 2026-01-31}]\n    progress: {F0: {finish: 2026-02-20}}\n"
    )


def test_dates_beyond_the_calendars() -> None:
    assert templated("deadlines: [{node: F0, date: 2036-12-31}]") == (
        "x.yaml:8:34: projects[0].deadlines[0].date: 2036-12-31 is not covered: 'cn-site-south' ends "
        "2035-12-31; "
        "move the date or extend the calendar"
    )
    assert templated("current: {node: D1, since: 2018-01-01}").startswith(
        "x.yaml:8:32: projects[0].current[0].since: 2017-12-31 is not covered: 'cn-site-south' begins "
        "2018-01-01"
    )
    assert "projects[0].factors.land.supply" in templated("factors: {land: {supply: 2040-01-01}}")
    load_text(TEMPLATE + "    factors: {land: {supply: 2010-01-01}}\n")  # in hand: no date that binds
    load_text(HEAD + TWO + "    deadlines: [{node: b, date: 2050-12-31}]\n")  # its calendar has no end


def test_calendars_without_a_day_in_common() -> None:
    week = "{week: [100, 100, 100, 100, 100, 100, 100]"
    calendars = f"calendars: {{x: {week}, last: 2026-01-01}}, y: {week}, first: 2026-02-01}}}}\n"
    text = (
        HEAD
        + calendars
        + TWO.replace("work: 5", "work: 5, calendar: x").replace("work: 3", "work: 3, calendar: y")
    )
    assert fault_of(text) == (
        "x.yaml:4:12: calendars: calendars in use have no day in common: 'y' begins 2026-02-01, after 'x' "
        "has ended "
        "(2026-01-01); extend one"
    )


# -- calendars of the scenario ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("calendar", "message"),
    [
        (
            "elapsed: {base: 7-day}",
            "22: calendars.elapsed: 'elapsed' names the calendar that counts every slot; rename yours",
        ),
        ("x: {base: 8-day}", "23: calendars.x.base: calendar '8-day' does not exist; did you mean '7-day'?"),
        (
            "x: {week: [0, 0, 0, 0, 0, 0, 0]}",
            "16: calendars.x: calendar 'x' has no working day at all; give it one",
        ),
        (
            "x: {week: [[[480, 720]], 0, 0, 0, 0, 0, 0]}",
            "24: calendars.x.week[0]: working periods begin and end on slots of 1440 minutes; raise "
            "slots_per_day",
        ),
        (
            "x: {base: 7-day, first: 2026-01-01, exceptions: {2025-05-01: 0}}",
            "74: calendars.x.exceptions.2025-05-01: 2025-05-01 lies outside first and last of the calendar; "
            "widen them or drop the day",
        ),
    ],
)
def test_calendars_of_the_scenario(calendar: str, message: str) -> None:
    assert top(f"calendars: {{{calendar}}}") == f"x.yaml:4:{message}"


def test_hours_make_working_periods_possible() -> None:
    calendar = "calendars: {x: {week: [[[480, 720]], 0, 0, 0, 0, 0, 0]}}\nslots_per_day: 24\n"
    load_text(HEAD + calendar + TWO.replace("work: 5", "work: 5, calendar: x"))


# -- what projects share ------------------------------------------------------------------------------------
def test_resources() -> None:
    assert top("resources: {crew: {capacity: 1, demand: {c: 1}}}") == (
        "x.yaml:4:45: resources.crew.demand.c: node 'c' does not exist; known: a, b"
    )
    milestone = TWO.replace("work: 5", "work: 0")
    assert fault_of(HEAD + "resources: {crew: {capacity: 1, demand: {a: 1}}}\n" + milestone) == (
        "x.yaml:4:45: resources.crew.demand.a: node 'a' is a milestone and holds nothing; drop it"
    )


def test_demand_above_every_capacity() -> None:
    crew = "resources: {crew: {capacity: 3, changes: [{date: 2026-01-01, capacity: 1}]%s}}\n"
    message = "'P/a' needs 2 of 'crew', which never has more than 1; lower the demand or raise the capacity"
    own = TWO.replace("work: 5", "work: 5, demand: {crew: 2}")
    assert (
        fault_of(HEAD + crew % "" + own) == f"x.yaml:9:52: projects[0].activities[0].demand.crew: {message}"
    )
    shared = HEAD + crew % ", demand: {a: 2}" + TWO
    assert fault_of(shared) == f"x.yaml:4:89: resources.crew.demand.a: {message}"
    load_text(shared + "    progress: {a: {start: 2026-02-02}}\n")  # a fact needs no free units
    load_text(shared.replace("capacity: 1}]", "capacity: 1}, {date: 2027-01-01, capacity: 2}]"))
    step = TEMPLATE + "    overrides: {D1: {demand: {crew: 2}}}\nresources: {crew: {capacity: 1}}\n"
    assert fault_of(step).startswith(
        "x.yaml:8:37: projects[0].overrides.D1.demand.crew: 'P/D1' needs 2 of 'crew'"
    )


def test_drivers() -> None:
    assert top("drivers: {rain: {multiplier: 2, activities: [a, P/c]}}") == (
        "x.yaml:4:49: drivers.rain.activities[1]: node 'P/c' does not exist; did you mean 'P/b'?"
    )
    assert top("drivers: {rain: {multiplier: 2, kinds: [permit]}}") == (
        "x.yaml:4:41: drivers.rain.kinds[0]: kind 'permit' does not exist; known: construction"
    )
    assert top("drivers: {rain: {multiplier: 2, projects: [Q]}}") == (
        "x.yaml:4:44: drivers.rain.projects[0]: project 'Q' does not exist; known: P"
    )
    assert fault_of(HEAD + "drivers: {rain: {multiplier: 2, activities: [a]}}\n" + TWO.replace("5", "0")) == (
        "x.yaml:4:17: drivers.rain: driver 'rain' acts on no activity with work; widen activities, kinds or "
        "projects"
    )


def test_quotas() -> None:
    assert top("quotas: [{event: start, sector: industri, target: 1, date: 2026-12-31}]") == (
        "x.yaml:4:33: quotas[0].sector: sector 'industri' does not exist; known: none (no project names it)"
    )


# -- cycles -------------------------------------------------------------------------------------------------
def test_cycles() -> None:
    assert two("work: 5", "work: 5, predecessors: [b]") == (
        "x.yaml:8:52: projects[0].activities[0].predecessors[0]: the precedences form a cycle: "
        "P/a -> P/b -> P/a; remove one of these links"
    )
    assert two("[a]", "[b]").startswith(
        "x.yaml:9:53: projects[0].activities[1].predecessors[0]: the precedences form a cycle: P/b -> P/b"
    )
    load_text((HEAD + TWO).replace("work: 5", "work: 5, predecessors: [{id: b, lag: null, maximum_lag: 9}]"))


def test_cycles_over_projects() -> None:
    other = TWO.replace("projects:\n", "").replace("id: P", "id: Q").replace("[a]", "[P/b]")
    text = HEAD + TWO.replace("[a]", "[Q/b]") + other
    assert fault_of(text) == (
        "x.yaml:9:53: projects[0].activities[1].predecessors[0]: the precedences form a cycle: "
        "P/b -> Q/b -> P/b; remove one of these links"
    )


def test_cycles_through_factors() -> None:
    text = TEMPLATE + "    factors: {steel: {lead: 5, gates: [F1], after: [F2]}}\n"
    assert fault_of(text) == (
        "x.yaml:8:53: projects[0].factors.steel.after[0]: the precedences form a cycle: "
        "P/F1 -> P/F2 -> P/factor:steel -> P/F1; remove one of these links"
    )
    load_text(text + "    progress: {F1: {start: 2026-02-02}}\n")  # a started node waits for nothing


def test_cycles_through_overrides() -> None:
    assert templated("overrides: {A4: {predecessors: [F0]}}").startswith(
        "x.yaml:8:37: projects[0].overrides.A4.predecessors[0]: the precedences form a cycle: "
    )


# -- all at once --------------------------------------------------------------------------------------------
def test_faults_of_different_sorts_are_named_together() -> None:
    text = (
        WHOLE.replace("node: D5,", "node: D55,")
        .replace("kinds: [construction]", "kinds: [weather]", 1)
        .replace("{base: cn-site-north,", "{base: cn-site-east,")
        .replace("sector: industry, least", "sector: mining, least")
        .replace("demand: {F1: 1}", "demand: {F99: 1}")
    )
    assert [line.split(": ")[1] for line in faults_of(text)] == [
        "projects[0].current[0].node",
        "calendars.slow.base",
        "resources.crew.demand.F99",
        "drivers.rain.kinds[0]",
        "quotas[0].sector",
    ]
