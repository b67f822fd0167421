"""MS Project XML files, small ones made by hand; the dates expected are counted by hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from scenarios.assemble import Assembly, assemble
from scenarios.formats.mspdi import mspdi_source
from scenarios.formats.plans import PlanSource
from scenarios.load import load_scenario, to_scenario
from scenarios.problems import ScenarioError
from scheduling.errors import InputError
from scheduling.passes import early_pass


def tags(**values: object) -> str:
    return "".join(f"<{tag}>{value}</{tag}>" for tag, value in values.items())


def task(uid: int, hours: float = 8, *links: str, level: int = 1, **more: object) -> str:
    whole, part = divmod(round(60 * hours), 60)
    given = {"Name": f"Task {uid}", "OutlineLevel": level, "Duration": f"PT{whole}H{part}M0S"} | more
    return f"<Task>{tags(UID=uid, **given)}{''.join(links)}</Task>"


def link(pred: int, kind: int = 1, lag: int = 0, unit: int = 7) -> str:
    inner = tags(PredecessorUID=pred, Type=kind, LinkLag=lag, LagFormat=unit)
    return f"<PredecessorLink>{inner}</PredecessorLink>"


def times(*periods: str) -> str:
    inner = "".join(
        f"<WorkingTime>{tags(FromTime=period[:8], ToTime=period[9:])}</WorkingTime>" for period in periods
    )
    return f"<DayWorking>1</DayWorking><WorkingTimes>{inner}</WorkingTimes>"


OFFICE = times("08:00:00-12:00:00", "13:00:00-17:00:00")
FREE = "<DayWorking>0</DayWorking>"


def calendar(uid: int, name: str, days: dict[int, str], rest: str = "", base: int = -1) -> str:
    week = "".join(f"<WeekDay><DayType>{day}</DayType>{what}</WeekDay>" for day, what in days.items())
    head = tags(UID=uid, Name=name, BaseCalendarUID=base)
    return f"<Calendar>{head}<WeekDays>{week}</WeekDays>{rest}</Calendar>"


WEEK = {1: FREE, 7: FREE} | dict.fromkeys(range(2, 7), OFFICE)
STANDARD = calendar(1, "Standard", WEEK)


def project(tasks: str, calendars: str = STANDARD, rest: str = "", **head: object) -> str:
    given = {"Title": "House", "StartDate": "2026-01-05T08:00:00", "CalendarUID": 1} | head
    return (
        f'<Project xmlns="http://schemas.microsoft.com/project">{tags(**given)}'
        f"<Calendars>{calendars}</Calendars><Tasks>{tasks}</Tasks>{rest}</Project>"
    )


def read(folder: Path, text: str) -> PlanSource:
    path = folder / "house.xml"
    path.write_text(text, encoding="utf-8")
    return mspdi_source(path)


def assembled(folder: Path, text: str) -> Assembly:
    return assemble(to_scenario(read(folder, text), folder))


def early(folder: Path, text: str) -> dict[str, tuple[datetime, datetime]]:
    """Early start and finish of every activity."""
    network = assembled(folder, text).network
    dates = early_pass(network)
    assert network.axis
    return {
        str(name).split("/")[1]: (
            network.axis.moment(dates.start[i]),
            network.axis.moment(dates.finish[i]),
        )
        for i, name in enumerate(network.ids)
    }


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute)


def activities(source: PlanSource) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in source.data["projects"][0]["activities"]}


def english(source: PlanSource) -> str:
    return "\n".join(label.en for label in source.warnings)


def notes(source: PlanSource) -> str:
    return "\n".join(note["en"] for note in source.data["notes"])


# -- calendars and slots ---------------------------------------------------------------------------------
def test_the_slot_is_the_coarsest_one_that_keeps_everything(tmp_path: Path) -> None:
    slots = [read(tmp_path, project(task(1, hours))).data["slots_per_day"] for hours in (8, 7.5, 0.25, 0.1)]
    assert slots == [24, 48, 96, 240]
    long = calendar(1, "Round", dict.fromkeys(range(1, 8), times("00:00:00-00:00:00")))
    days = project(task(1, 48), long, StartDate="2026-01-05T00:00:00")
    assert read(tmp_path, days).data["slots_per_day"] == 1


def test_where_slots_would_be_too_many_durations_are_rounded_and_that_is_said(tmp_path: Path) -> None:
    far = task(2, ConstraintType=4, ConstraintDate="2056-01-05T08:00:00")
    source = read(tmp_path, project(task(1, 8.35) + far))
    assert source.data["slots_per_day"] == 144
    assert activities(source)["1"]["work"] == 50
    assert "not every duration, lag and time is a multiple of 10 minutes" in notes(source)


def test_exceptions_yearly_ones_work_weeks_and_inherited_calendars(tmp_path: Path) -> None:
    period = "<TimePeriod>{}</TimePeriod>"
    new_year = period.format(tags(FromDate="2026-01-01T00:00:00", ToDate="2028-12-31T23:59:00"))
    two = period.format(tags(FromDate="2026-01-06T00:00:00", ToDate="2026-01-07T23:59:00"))
    week = period.format(tags(FromDate="2026-01-12T00:00:00", ToDate="2026-01-18T23:59:00"))
    rest = (
        f"<WorkWeeks><WorkWeek>{week}<WeekDays><WeekDay><DayType>2</DayType>"
        f"{times('06:00:00-10:00:00')}</WeekDay></WeekDays></WorkWeek></WorkWeeks>"
        f"<Exceptions><Exception>{two}<Type>1</Type>{FREE}</Exception>"
        f"<Exception>{new_year}<Type>2</Type>{tags(Month=0, MonthDay=1)}{FREE}</Exception>"
        f"<Exception>{two}<Type>6</Type><Name>Fridays</Name>{FREE}</Exception></Exceptions>"
    )
    own = calendar(2, "Crew", {7: OFFICE}, base=1)
    source = read(tmp_path, project(task(1, CalendarUID=2), calendar(1, "Standard", WEEK, rest) + own))
    crew = source.data["calendars"]["Crew"]
    office = ((480, 720), (780, 1020))
    assert crew["week"] == [office] * 6 + [0]
    assert crew["exceptions"] == {
        date(2026, 1, 1): 0,
        date(2026, 1, 6): 0,
        date(2026, 1, 7): 0,
        date(2026, 1, 12): ((360, 600),),
        date(2027, 1, 1): 0,
        date(2028, 1, 1): 0,
    }
    assert english(source) == "calendar Standard: Exception Fridays (Type 6) is not read"


def test_work_goes_on_while_any_resource_works_within_the_own_calendar(tmp_path: Path) -> None:
    night = calendar(2, "Night", dict.fromkeys(range(1, 8), times("20:00:00-00:00:00")))
    noon = calendar(3, "Until noon", dict.fromkeys(range(1, 8), times("08:00:00-12:00:00")))
    crews = "".join(
        f"<Resource>{tags(UID=uid, Name=f'R{uid}', Type=1, MaxUnits=1, CalendarUID=uid)}</Resource>"
        for uid in (1, 2)
    )
    given = "".join(
        f"<Assignment>{tags(TaskUID=t, ResourceUID=r, Units=1)}</Assignment>"
        for t, r in ((1, 1), (1, 2), (2, 1))
    )
    rest = f"<Resources>{crews}</Resources><Assignments>{given}</Assignments>"
    text = project(task(1, 12) + task(2, 8, CalendarUID=3), STANDARD + night + noon, rest)
    assert early(tmp_path, text)["1"] == (at(5, 8), at(6, 0))
    assert early(tmp_path, text)["2"] == (at(5, 8), at(6, 12))
    demand = activities(read(tmp_path, text))["1"]["demand"]
    assert demand == {"1": 100, "2": 100}


def test_elapsed_durations_run_round_the_clock(tmp_path: Path) -> None:
    text = project(task(1, 24, DurationFormat=8) + task(2, 24, DurationFormat=7))
    dates = early(tmp_path, text)
    assert dates["1"] == (at(5, 8), at(6, 8))
    assert dates["2"] == (at(5, 8), at(7, 17))


# -- relations -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("relation", "start"),
    [
        (link(1), at(6, 8)),
        (link(1, lag=4800), at(7, 8)),
        (link(1, lag=-2400), at(5, 13)),
        (link(1, lag=4800, unit=8), at(6, 8)),
        (link(1, lag=50, unit=19), at(6, 13)),
        (link(1, lag=50, unit=20), at(6, 8)),
        (link(1, 3, 2400), at(5, 13)),
        (link(1, 0, 4800), at(6, 8)),
    ],
)
def test_relations_and_their_lags(tmp_path: Path, relation: str, start: datetime) -> None:
    """8 elapsed hours after 17:00 are 1:00; half of 8 hours, elapsed, are 21:00."""
    dates = early(tmp_path, project(task(1) + task(2, 8, relation)))
    assert dates["2"][0] == start


def test_a_start_on_monday_does_not_cost_the_finish_before_it_an_hour(tmp_path: Path) -> None:
    """SF from a task that starts on Monday: Friday 17:00 will do."""
    later = task(1, ConstraintType=4, ConstraintDate="2026-01-12T08:00:00")
    assert early(tmp_path, project(later + task(2, 8, link(1, 2))))["2"] == (at(9, 8), at(9, 17))


def test_lags_count_in_the_successors_calendar(tmp_path: Path) -> None:
    round_clock = calendar(2, "Round", dict.fromkeys(range(1, 8), times("00:00:00-00:00:00")))
    text = project(task(1) + task(2, 8, link(1, lag=4800), CalendarUID=2), STANDARD + round_clock)
    assert early(tmp_path, text)["2"][0] == at(6, 1)


def test_links_of_summaries_are_those_of_what_lies_below(tmp_path: Path) -> None:
    text = project(
        task(1)
        + task(10, 16, link(1), Summary=1)
        + task(11, 8, level=2)
        + task(12, 16, level=2)
        + task(2, 8, link(10))
        + task(3, 8, link(10, 3), link(99))
        + task(4, 8, link(10, 7))
    )
    source = read(tmp_path, text)
    found = activities(source)
    assert found["10"]["work"] == 0
    assert [item["id"] for item in found["10"]["predecessors"]] == ["11", "12"]
    dates = early(tmp_path, text)
    assert dates["11"][0] == dates["12"][0] == dates["3"][0] == at(6, 8)
    assert dates["10"] == (at(7, 17), at(7, 17))
    assert dates["2"][0] == at(8, 8)
    assert english(source).splitlines() == [
        "a relation begins at the start of summary task 10; its first activity in the file, 11, "
        "stands for it",
        "relation 99-3 names activity 99, which does not exist; it is left out",
        "relation 10-4 (10 -> 4) has the unknown LagType 7; it is left out",
    ]


def test_a_summary_is_one_by_its_outline_alone_and_needs_no_milestone(tmp_path: Path) -> None:
    source = read(tmp_path, project(task(1, 16) + task(2, 8, level=2) + task(3, 8, link(2), level=2)))
    assert list(activities(source)) == ["2", "3"]
    assert "1 summary tasks are not scheduled" in notes(source)


# -- constraints and deadlines ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (2, {"release": at(8, 8), "start_by": at(8, 8)}),
        (3, {"finish_from": at(8, 8)}),
        (4, {"release": at(8, 8)}),
        (5, {"start_by": at(8, 8)}),
        (6, {"finish_from": at(8, 8)}),
        (7, {}),
    ],
)
def test_constraints(tmp_path: Path, kind: int, expected: dict[str, datetime]) -> None:
    text = project(task(1, ConstraintType=kind, ConstraintDate="2026-01-08T08:00:00") + task(2, 8, link(1)))
    source = read(tmp_path, text)
    found = activities(source)["1"]
    assert {key: found[key] for key in ("release", "start_by", "finish_from") if key in found} == expected
    deadlines = source.data["projects"][0]["deadlines"]
    assert deadlines == ([{"node": "1", "date": at(8, 8), "hard": True}] if kind in (3, 7) else [])
    assemble(to_scenario(source, tmp_path))


def test_the_deadline_is_the_own_one_then_the_baseline_then_the_plan(tmp_path: Path) -> None:
    plan = {"Start": "2026-01-05T08:00:00", "Finish": "2026-01-05T17:00:00"}
    base = f"<Baseline>{tags(Number=0, Finish='2026-01-09T17:00:00')}</Baseline>"
    own = task(0, 8, level=0, Name="House", Deadline="2026-01-12T17:00:00")
    for tasks, expected, why in (
        (task(1, **plan), at(5, 17), "the finish planned in the file, 2026-01-05 17:00"),
        (task(1, 8, base, **plan), at(9, 17), "its baseline finish, 2026-01-09 17:00"),
        (own + task(1, 8, base, **plan), at(12, 17), "its must-finish date, 2026-01-12 17:00"),
    ):
        source = read(tmp_path, project(tasks))
        assert source.data["projects"][0]["deadlines"] == [{"node": "1", "date": expected, "hard": False}]
        assert why in notes(source)


def test_a_project_scheduled_from_its_finish(tmp_path: Path) -> None:
    late = {"ConstraintType": 1, "Start": "2026-01-08T08:00:00", "Finish": "2026-01-08T17:00:00"}
    text = project(task(1, **late), ScheduleFromStart=0, FinishDate="2026-01-08T17:00:00")
    source = read(tmp_path, text)
    assert "release" not in activities(source)["1"]
    assert "is scheduled from its finish date" in notes(source)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"Manual": 1}, "is scheduled manually"),
        ({"ConstraintType": 1}, "is marked as late as possible"),
        ({"LevelingDelay": 4800}, "was delayed by levelling"),
        ({"ExternalTask": 1}, "belongs to another file"),
    ],
)
def test_what_stands_where_no_relation_puts_it_keeps_its_start(
    tmp_path: Path, more: dict[str, int], message: str
) -> None:
    plan = {"Start": "2026-01-07T08:00:00", "Finish": "2026-01-07T17:00:00"}
    source = read(tmp_path, project(task(1, **plan, **more)))
    assert activities(source)["1"]["release"] == at(7, 8)
    assert message in english(source)


def test_what_is_not_scheduled_is_named(tmp_path: Path) -> None:
    tasks = task(1, Active=0) + task(2, IsNull=1) + task(3, HammockTask=1) + task(4) + task(5, 8, link(1))
    source = read(tmp_path, project(tasks + "<Task><UID>6</UID><Duration>soon</Duration></Task>"))
    assert list(activities(source)) == ["4", "5", "finish"]
    assert english(source).splitlines() == [
        "task 1 (Task 1) is inactive; it is left out with its relations",
        "activity 3 (Task 3) is a hammock, level of effort or WBS summary; it is left out with its relations",
        "activity 6: Duration soon is not readable; the activity is left out",
        "relation 1-5 names activity 1, which does not exist; it is left out",
    ]
    assert "1 empty rows are left out" in notes(source)


def test_a_split_task_keeps_its_dates(tmp_path: Path) -> None:
    plan = {"Start": "2026-01-05T08:00:00", "Finish": "2026-01-07T17:00:00"}
    text = project(task(1, 16, **plan))
    assert early(tmp_path, text)["1"] == (at(5, 8), at(7, 17))
    assert "has 16 h of work but 24 working hours from start to finish" in english(read(tmp_path, text))


# -- progress --------------------------------------------------------------------------------------------
DONE = {"PercentComplete": 100, "ActualStart": "2026-01-05T08:00:00", "ActualFinish": "2026-01-05T17:00:00"}
BEGUN = {"PercentComplete": 25, "ActualStart": "2026-01-06T08:00:00", "RemainingDuration": "PT12H0M0S"}


def test_progress_without_status_date_is_known_until_the_last_actual_date(tmp_path: Path) -> None:
    source = read(tmp_path, project(task(1, **DONE) + task(2, 16, link(1), **BEGUN) + task(3, 8, link(2))))
    assert source.data["data_date"] == at(6, 9)
    assert source.data["data_date_inferred"]
    assert source.data["projects"][0]["progress"] == {
        "1": {"start": at(5, 8), "finish": at(5, 17)},
        "2": {"start": at(6, 8), "remaining": 12},
    }


def test_progress_at_a_status_date(tmp_path: Path) -> None:
    """12 hours from Thursday morning: Friday noon."""
    text = project(
        task(1, **DONE) + task(2, 16, link(1), **BEGUN) + task(3, 8, link(2)),
        StatusDate="2026-01-07T17:00:00",
    )
    source = read(tmp_path, text)
    assert source.data["data_date"] == at(7, 17)
    assert not source.data["data_date_inferred"]
    assert early(tmp_path, text)["3"] == (at(9, 13), at(12, 12))


def test_actual_dates_that_lie_ahead_are_plans(tmp_path: Path) -> None:
    source = read(tmp_path, project(task(1, 16, **BEGUN) + task(2, **DONE), StatusDate="2026-01-05T12:00:00"))
    assert source.data["projects"][0]["progress"] == {"2": {"start": at(5, 8), "remaining": 4}}
    assert activities(source)["1"]["release"] == at(6, 8)
    assert activities(source)["1"]["work"] == 12
    assert english(source).count("an actual date does not lie before the data date 2026-01-05 12:00") == 2


# -- resources -------------------------------------------------------------------------------------------
def test_a_resource_binds_where_the_plan_of_the_file_keeps_its_capacity(tmp_path: Path) -> None:
    resources = "".join(
        f"<Resource>{tags(UID=uid, Name=name, Type=kind, MaxUnits=1)}</Resource>"
        for uid, name, kind in ((1, "Crane", 1), (2, "Crew", 1), (3, "Sand", 0))
    )
    given = "".join(
        f"<Assignment>{tags(TaskUID=t, ResourceUID=r, Units=units)}</Assignment>"
        for t, r, units in ((1, 1, 0.5), (2, 1, 0.5), (1, 2, 1), (2, 2, 0.2), (1, 3, 9), (2, -65535, 1))
    )
    plan = {"Start": "2026-01-05T08:00:00", "Finish": "2026-01-05T17:00:00"}
    rest = f"<Resources>{resources}</Resources><Assignments>{given}</Assignments>"
    source = read(tmp_path, project(task(1, **plan) + task(2, **plan), rest=rest))
    assert source.data["resources"] == {"1": {"name": "Crane", "capacity": 100, "changes": []}}
    assert activities(source)["1"]["demand"] == {"1": 50}
    assert english(source) == (
        "resource Crew: the file's own plan uses 1.2 of 1, so its capacity does not bind here"
    )


# -- what is refused -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<APIBusinessObjects/>", "export the project from P6 as XER instead"),
        ("<Html/>", "not an MS Project file"),
        (project(""), "no task that can be scheduled"),
        (project(task(1)).replace("2026-01-05T08:00:00", "soon"), "no start date"),
        (
            "<!DOCTYPE x [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><Project>&b;</Project>",
            "DOCTYPE is not allowed",
        ),
        ("<Project><Tasks>", "not valid XML"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        read(tmp_path, text)


def test_a_cycle_is_named_by_file_and_activity(tmp_path: Path) -> None:
    path = tmp_path / "house.xml"
    path.write_text(project(task(1, 8, link(2)) + task(2, 8, link(1))), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"house\.xml: activity 1"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("suffix", "remedy"), [(".mpp", "save it as XML"), (".mpx", "save it as XML"), (".pmxml", "as XER")]
)
def test_formats_that_are_known_but_not_read(tmp_path: Path, suffix: str, remedy: str) -> None:
    path = tmp_path / f"plan{suffix}"
    path.write_bytes(b"?")
    with pytest.raises(InputError, match=remedy):
        load_scenario(path)
