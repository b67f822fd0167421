"""Primavera XER files, small ones made by hand; the dates and floats expected are counted by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from scenarios.assemble import assemble
from scenarios.formats.plans import PlanSource
from scenarios.formats.xer import xer_source
from scenarios.load import to_scenario
from scenarios.problems import ScenarioError
from scheduling.cpm import CriticalPath, critical_path

Table = tuple[str, Iterable[dict[str, object]]]
SHIFTS = "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())"
DAYS = "".join(f"(0||{day}()({SHIFTS if 2 <= day <= 6 else ''}))" for day in range(1, 8))


def data(days: str = DAYS, exceptions: str = "") -> str:
    return f"(0||CalendarData()((0||DaysOfWeek()({days}))(0||Exceptions()({exceptions}))))"


ROUND = data("".join(f"(0||{day}()((0||0(s|00:00|f|00:00)())))" for day in range(1, 8)))
CALENDARS = (
    {"clndr_id": 1, "clndr_name": "5 x 8", "clndr_data": data()},
    {"clndr_id": 2, "clndr_name": "Round the clock", "clndr_data": ROUND},
)
PROJECT = {
    "proj_id": 7,
    "proj_short_name": "ROAD",
    "clndr_id": 2,
    "last_recalc_date": "2026-01-05 00:00",
    "plan_start_date": "2026-01-05 08:00",
}
PLAN = {"target_start_date": "2026-01-05 08:00", "target_end_date": "2026-01-05 17:00"}


def task(code: str, hours: object = 8, **more: object) -> dict[str, object]:
    given = {
        "task_id": f"t{code}",
        "proj_id": 7,
        "clndr_id": 1,
        "task_type": "TT_Task",
        "status_code": "TK_NotStart",
        "task_code": code,
        "task_name": f"Work {code}",
        "target_drtn_hr_cnt": hours,
        "remain_drtn_hr_cnt": hours,
    }
    return given | PLAN | more


def link(pred: str, succ: str, kind: str = "PR_FS", lag: object = 0) -> dict[str, object]:
    return {
        "task_pred_id": f"{pred}{succ}",
        "task_id": f"t{succ}",
        "pred_task_id": f"t{pred}",
        "pred_type": kind,
        "lag_hr_cnt": lag,
    }


def xer(*tables: Table) -> str:
    lines = ["ERMHDR\t20.12\t2026-01-05\tProject"]
    for name, rows in tables:
        listed = list(rows)
        columns = list(dict.fromkeys(key for row in listed for key in row))
        lines += [f"%T\t{name}", "\t".join(["%F", *columns])]
        lines += ["\t".join(["%R", *(str(row.get(key, "")) for key in columns)]) for row in listed]
    return "\r\n".join([*lines, "%E", ""])


def file(
    *tasks: dict[str, object],
    links: Iterable[dict[str, object]] = (),
    calendars: Iterable[dict[str, object]] = CALENDARS,
    options: dict[str, object] | None = None,
    more: Iterable[Table] = (),
    **project: object,
) -> str:
    head = [("PROJECT", [PROJECT | project]), ("CALENDAR", calendars)]
    if options is not None:
        head.append(("SCHEDOPTIONS", [{"proj_id": 7} | options]))
    return xer(*head, ("TASK", tasks), ("TASKPRED", links), *more)


def read(folder: Path, text: str | bytes, encoding: str | None = None) -> PlanSource:
    path = folder / "road.xer"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return xer_source(path, encoding=encoding)


def scheduled(folder: Path, text: str) -> CriticalPath:
    return critical_path(assemble(to_scenario(read(folder, text), folder)).network)


def starts(result: CriticalPath) -> dict[str, datetime]:
    axis = result.network.axis
    assert axis
    return {
        str(name).split("/")[1]: axis.moment(result.early.start[i])
        for i, name in enumerate(result.network.ids)
    }


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute)


def activities(source: PlanSource) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in source.data["projects"][0]["activities"]}


def english(source: PlanSource) -> str:
    return "\n".join(label.en for label in source.warnings)


def notes(source: PlanSource) -> str:
    return "\n".join(note["en"] for note in source.data["notes"])


# -- dates and floats ------------------------------------------------------------------------------------
def test_floats_in_hours_as_p6_counts_them(tmp_path: Path) -> None:
    """A 16 h -> C 8 h beside B 8 h -> C with a lag of 4 h: B can slip 4 h; D alone has till the end."""
    text = file(
        task("A", 16),
        task("B"),
        task("C"),
        task("D", 4),
        links=[link("A", "C"), link("B", "C", lag=4)],
        scd_end_date="2026-01-07 17:00",
    )
    result = scheduled(tmp_path, text)
    assert starts(result)["C"] == at(7, 8)
    total = {str(name)[-1]: hours for name, hours in result.total_float.items()}
    free = {str(name)[-1]: hours for name, hours in result.free_float.items()}
    assert {name: total[name] for name in "ABCD"} == {"A": 0, "B": 4, "C": 0, "D": 20}
    assert {name: free[name] for name in "ABCD"} == {"A": 0, "B": 4, "C": 0, "D": 20}


@pytest.mark.parametrize(
    ("option", "start"),
    [
        ("rcal_Predecessor", at(6, 12)),
        ("rcal_Successor", at(5, 21)),
        ("rcal_24Hour", at(5, 21)),
        ("rcal_ProjDefault", at(5, 21)),
        ("", at(6, 12)),
    ],
)
def test_the_calendar_of_lags(tmp_path: Path, option: str, start: datetime) -> None:
    """4 h after Monday 17:00, in the predecessor's office hours or, as the successor, round the clock."""
    options = {"sched_calendar_on_relationship_lag": option}
    text = file(task("A"), task("B", 8, clndr_id=2), links=[link("A", "B", lag=4)], options=options)
    assert starts(scheduled(tmp_path, text))["B"] == start


@pytest.mark.parametrize(
    ("kind", "lag", "start"),
    [
        ("PR_FS", -4, at(6, 13)),
        ("PR_SS", 4, at(5, 13)),
        ("PR_FF", 8, at(7, 8)),
        ("PR_SF", 0, at(5, 8)),
    ],
)
def test_relations(tmp_path: Path, kind: str, lag: int, start: datetime) -> None:
    text = file(task("A", 16), task("B"), links=[link("A", "B", kind, lag)])
    assert starts(scheduled(tmp_path, text))["B"] == start


def test_start_milestones_wait_for_work_and_finish_milestones_do_not(tmp_path: Path) -> None:
    text = file(
        task("A"),
        task("S", 0, task_type="TT_Mile"),
        task("F", 0, task_type="TT_FinMile"),
        links=[link("A", "S"), link("A", "F")],
    )
    found = starts(scheduled(tmp_path, text))
    assert (found["S"], found["F"]) == (at(6, 8), at(5, 17))


def test_the_deadline_is_the_must_finish_date_else_the_planned_one(tmp_path: Path) -> None:
    for given, expected, why in (
        (
            {"plan_end_date": "2026-01-09 17:00", "scd_end_date": "2026-01-07 17:00"},
            at(9, 17),
            "must-finish date",
        ),
        ({"scd_end_date": "2026-01-07 17:00"}, at(7, 17), "the finish planned in the file"),
        ({}, at(5, 17), "the finish planned in the file"),
    ):
        source = read(tmp_path, file(task("A"), **given))
        assert source.data["projects"][0]["deadlines"] == [{"node": "A", "date": expected, "hard": False}]
        assert why in notes(source)


# -- constraints -----------------------------------------------------------------------------------------
THURSDAY = at(8, 8)


@pytest.mark.parametrize(
    ("kind", "expected", "hard"),
    [
        ("CS_MSO", {"release": THURSDAY, "start_by": THURSDAY}, None),
        ("CS_MSOA", {"release": THURSDAY}, None),
        ("CS_MSOB", {"start_by": THURSDAY}, None),
        ("CS_MEO", {"finish_from": THURSDAY}, False),
        ("CS_MEOA", {"finish_from": THURSDAY}, None),
        ("CS_MEOB", {}, False),
        ("CS_MANDSTART", {"release": THURSDAY, "start_by": THURSDAY}, None),
        ("CS_MANDFIN", {"finish_from": THURSDAY}, True),
        ("CS_ALAP", {"release": at(5, 8)}, None),
    ],
)
@pytest.mark.parametrize("which", ["", "2"])
def test_constraints(
    tmp_path: Path, kind: str, expected: dict[str, datetime], hard: bool | None, which: str
) -> None:
    given = {f"cstr_type{which}": kind, f"cstr_date{which}": "2026-01-08 08:00"}
    source = read(tmp_path, file(task("A", **given), task("B"), links=[link("A", "B")]))
    found = activities(source)["A"]
    assert {key: found[key] for key in ("release", "start_by", "finish_from") if key in found} == expected
    deadlines = [line for line in source.data["projects"][0]["deadlines"] if line["node"] == "A"]
    assert deadlines == ([] if hard is None else [{"node": "A", "date": THURSDAY, "hard": hard}])
    critical_path(assemble(to_scenario(source, tmp_path)).network)


def test_dates_of_other_projects_and_what_is_not_read(tmp_path: Path) -> None:
    given = {
        "external_early_start_date": "2026-01-07 08:00",
        "external_late_end_date": "2026-01-09 17:00",
        "expect_end_date": "2026-01-09 17:00",
        "cstr_type": "CS_NEW",
    }
    source = read(tmp_path, file(task("A", **given), task("B")))
    assert activities(source)["A"]["release"] == at(7, 8)
    assert {"node": "A", "date": at(9, 17), "hard": False} in source.data["projects"][0]["deadlines"]
    assert english(source).splitlines() == [
        "activity A: its constraint CS_NEW - is not read",
        "activity A: its constraint expect_end_date 2026-01-09 17:00 is not read",
    ]


# -- progress --------------------------------------------------------------------------------------------
def test_progress(tmp_path: Path) -> None:
    begun = {"status_code": "TK_Active", "act_start_date": "2026-01-05 13:00", "remain_drtn_hr_cnt": "2,5"}
    done = {
        "status_code": "TK_Complete",
        "act_start_date": "2026-01-05 08:00",
        "act_end_date": "2026-01-05 12:00",
    }
    tasks = (task("A", 4, **done), task("B", 8, **begun), task("C"))
    text = file(*tasks, links=[link("A", "B"), link("B", "C")], last_recalc_date="2026-01-06 00:00")
    source = read(tmp_path, text)
    assert source.data["data_date"] == date(2026, 1, 6)
    assert not source.data["data_date_inferred"]
    assert source.data["projects"][0]["progress"] == {
        "A": {"start": at(5, 8), "finish": at(5, 12)},
        "B": {"start": at(5, 13), "remaining": 5},
    }
    assert starts(scheduled(tmp_path, text))["C"] == at(6, 10, 30)


@pytest.mark.parametrize(("override", "finish"), [("N", at(8, 17)), ("Y", at(6, 12))])
def test_out_of_sequence_progress(tmp_path: Path, override: str, finish: datetime) -> None:
    """B began before A was done: retained logic lets the rest wait for it, progress override does not."""
    options = {"sched_progress_override": override, "sched_retained_logic": "N" if override == "Y" else "Y"}
    begun = {"status_code": "TK_Active", "act_start_date": "2026-01-05 08:00", "remain_drtn_hr_cnt": 4}
    text = file(
        task("A", 20),
        task("B", **begun),
        links=[link("A", "B")],
        options=options,
        last_recalc_date="2026-01-06 00:00",
    )
    result = scheduled(tmp_path, text)
    assert result.network.axis
    assert result.network.axis.moment(result.early.finish[1]) == finish


def test_contradictions_of_progress_are_named(tmp_path: Path) -> None:
    lost = {"status_code": "TK_Complete", "act_start_date": "2026-01-05 08:00"}
    over = {"status_code": "TK_Active", "act_start_date": "2026-01-05 08:00", "remain_drtn_hr_cnt": 0}
    turned = {
        "status_code": "TK_Complete",
        "act_start_date": "2026-01-05 12:00",
        "act_end_date": "2026-01-05 10:00",
    }
    text = file(
        task("A", **lost), task("B", **over), task("C", **turned), last_recalc_date="2026-01-06 00:00"
    )
    source = read(tmp_path, text)
    assert source.data["projects"][0]["progress"] == {
        "A": {"start": at(5, 8), "finish": at(5, 17)},
        "B": {"start": at(5, 8), "remaining": 1},
        "C": {"finish": at(5, 10)},
    }
    assert english(source).splitlines() == [
        "activity A (Work A) has begun or is done but lacks an actual date; the planned one is taken",
        "activity B (Work B) is in progress with nothing left to do; one slot is taken",
        "activity C: its actual finish 2026-01-05 10:00 lies before its actual start; the finish counts",
    ]
    assemble(to_scenario(source, tmp_path))


# -- several projects, names, spans ----------------------------------------------------------------------
def test_projects_and_the_links_between_them(tmp_path: Path) -> None:
    other = PROJECT | {"proj_id": 8, "last_recalc_date": "2026-01-04 00:00"}
    text = xer(
        ("PROJECT", [PROJECT, other]),
        ("CALENDAR", CALENDARS),
        ("PROJWBS", [{"proj_id": 8, "proj_node_flag": "Y", "wbs_name": "Second  part"}]),
        (
            "TASK",
            [
                task("A/1"),
                task("A 1"),
                task("B", proj_id=8),
                task("C", proj_id=9),
                task("L", task_type="TT_LOE"),
            ],
        ),
        ("TASKPRED", [link("A/1", "B"), link("A/1", "L"), link("X", "B"), link("A/1", "A/1")]),
    )
    source = read(tmp_path, text)
    first, second = source.data["projects"]
    assert [item["id"] for item in first["activities"]] == ["A 1", "A 1 (tA 1)", "finish"]
    assert (second["id"], second["name"]) == ("ROAD-", "Second part")
    assert second["activities"][0]["predecessors"][0]["id"] == "ROAD/A 1"
    assert english(source).splitlines() == [
        "activity C belongs to no project of the file; it is left out",
        "activity L (Work L) is a hammock, level of effort or WBS summary; it is left out with its relations",
        "relation A/1L ends at activity L, which is left out; so is the relation",
        "relation XB names activity tX, which does not exist; it is left out",
        "relation A/1A/1 ties activity A 1 to itself; it is left out",
        "the projects have different data dates; the latest one, 2026-01-05 00:00, is taken for all",
    ]
    assemble(to_scenario(source, tmp_path))


# -- calendars -------------------------------------------------------------------------------------------
def test_calendars_with_exceptions_shifts_and_a_base(tmp_path: Path) -> None:
    holiday = "(0||0(d|46029)())"
    short = "(0||1(d|46030)((0||0(f|11:30 AM|s|7:30 AM)())))"
    rows = (
        {"clndr_id": 1, "clndr_name": "Crew", "base_clndr_id": 2, "clndr_data": data(exceptions=short)},
        {
            "clndr_id": 2,
            "clndr_name": "Firm",
            "clndr_data": data(exceptions=holiday).replace("(", " \x7f\x7f("),
        },
    )
    source = read(tmp_path, file(task("A"), calendars=rows))
    office = ((480, 720), (780, 1020))
    assert source.data["calendars"] == {
        "Crew": {
            "week": [office] * 5 + [0, 0],
            "exceptions": {date(2026, 1, 7): 0, date(2026, 1, 8): ((450, 690),)},
        }
    }
    assert source.warnings == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(0||CalendarData()(", "its data cannot be read; the standard week"),
        ("", "its data cannot be read; the standard week"),
        ("(" * 5000, "its data cannot be read; the standard week"),
        (data("(0||2()())"), "has no working time; the standard week"),
        (data(exceptions="(0||0(d|soon)())"), "Exception d|soon is not read"),
        (data(DAYS.replace("12:00", "25:00")), "08:00-25:00 is not read"),
    ],
)
def test_calendars_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    rows = [{"clndr_id": 1, "clndr_name": "Crew", "clndr_data": text}]
    source = read(tmp_path, file(task("A"), calendars=rows))
    assert f"calendar Crew: {message}" in english(source).replace("Crew has", "Crew: has")
    assemble(to_scenario(source, tmp_path))


def test_resource_dependent_activities_follow_their_resource(tmp_path: Path) -> None:
    staff = ("RSRC", [{"rsrc_id": 5, "rsrc_name": "Crew", "clndr_id": 2, "rsrc_type": "RT_Labor"}])
    given = {"task_type": "TT_Rsrc", "rsrc_id": 5}
    source = read(
        tmp_path, file(task("A", **given), task("B", task_type="TT_Rsrc", clndr_id=9), more=[staff])
    )
    assert activities(source)["A"]["calendar"] == "Round the clock"
    assert english(source).splitlines() == [
        "activity B depends on its resource, but its main resource has no calendar; its own is taken",
        "activity B: its calendar 9 does not exist; the standard week is taken",
    ]


# -- resources -------------------------------------------------------------------------------------------
def test_resources_with_capacities_over_time(tmp_path: Path) -> None:
    more = (
        (
            "RSRC",
            [
                {"rsrc_id": 5, "rsrc_name": "Crew", "rsrc_type": "RT_Labor"},
                {"rsrc_id": 6, "rsrc_name": "Sand", "rsrc_type": "RT_Mat"},
            ],
        ),
        (
            "RSRCRATE",
            [
                {"rsrc_id": 5, "max_qty_per_hr": 3, "start_date": "2026-02-01 00:00"},
                {"rsrc_id": 5, "max_qty_per_hr": "1.5", "start_date": "2020-01-01 00:00"},
                {"rsrc_id": 6, "max_qty_per_hr": 9, "start_date": "2020-01-01 00:00"},
            ],
        ),
        (
            "TASKRSRC",
            [
                {"task_id": "tA", "rsrc_id": 5, "target_qty_per_hr": 1},
                {"task_id": "tB", "rsrc_id": 5, "remain_qty_per_hr": "0.25"},
                {"task_id": "tB", "rsrc_id": 6, "target_qty_per_hr": 1},
            ],
        ),
    )
    source = read(tmp_path, file(task("A"), task("B"), more=more))
    crew = {"name": "Crew", "capacity": 150, "changes": [{"date": date(2026, 2, 1), "capacity": 300}]}
    assert source.data["resources"] == {"5": crew}
    assert [activities(source)[name]["demand"] for name in "AB"] == [{"5": 100}, {"5": 25}]
    assert "1 resources are counted in hundredths of a unit" in notes(source)


# -- encodings, and what is refused ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "written", "told", "found"),
    [
        ("挖土", "utf-8-sig", None, None),
        ("挖土", "gb18030", None, "gb18030"),
        ("£ 5", "cp1252", None, "cp1252"),
        ("Aushöbe", "cp1252", "cp1252", "cp1252"),
        ("раскопки", "cp1251", "cp1251", "cp1251"),
    ],
)
def test_encodings(tmp_path: Path, name: str, written: str, told: str | None, found: str | None) -> None:
    source = read(tmp_path, file(task("A", task_name=name)).encode(written), told)
    assert activities(source)["A"]["name"] == name
    said = f"the file was read as {found}; where names look wrong" if found else ""
    assert said in notes(source)
    assert ("was read as" in notes(source)) is bool(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "no Primavera P6 file"),
        (b"PK\x03\x04", "no Primavera P6 file"),
        (b"ERMHDR\t8\r\n\x81\x20\xff", "no text in utf-8-sig, gb18030, cp1252"),
        (b"ERMHDR\t8\r\n%T\tTASK\r\n%E", "no activity to schedule; check its tables PROJECT and TASK"),
        (file(task("A", "x", remain_drtn_hr_cnt="")).encode(), "no activity to schedule"),
        (
            file(task("A", target_start_date=""), plan_start_date="", last_recalc_date="").encode(),
            "project ROAD has neither a start",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, text: bytes, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        read(tmp_path, text)
