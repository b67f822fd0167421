"""ProTrack files: the published collection, and small files made to break the reader.

Data: DSLIB (Batselier and Vanhoucke 2015, International Journal of Project Management 33(3), 697-710).
"""

from __future__ import annotations

import csv
import tarfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from scenarios.assemble import Assembly, assemble
from scenarios.formats.protrack import ProTrackSource, protrack_source
from scenarios.formats.protrack.read import read_file
from scenarios.formats.protrack.records import ProTrackFile
from scenarios.formats.xml import parse_xml
from scenarios.load import load_scenario, to_scenario
from scenarios.planning import plan_of
from scenarios.problems import ScenarioError
from scheduling.passes import Dates, early_pass
from scheduling.status import Status
from scheduling.validator import validate
from simulation.monte_carlo import simulate

COUNT = 114


# -- the collection --------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def dslib(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = data_dir / "dslib" / "dslib_p2x.tar.xz"
    if not archive.is_file():
        pytest.skip(f"no {archive}; set BACKPLAN_DATA to run this test")
    folder = tmp_path_factory.mktemp("dslib")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder


@dataclass(frozen=True)
class Case:
    """One file of the collection, read and scheduled."""

    file: ProTrackFile
    source: ProTrackSource
    assembly: Assembly
    early: Dates
    english: tuple[str, ...]

    def hours(self, boundary: int) -> int:
        """Working hours from the agenda's start."""
        network = self.assembly.network
        assert network.axis
        table = next(table for table in network.tables if table.name == "agenda")
        return int(table.slots(network.axis.slot(self.file.agenda.start), boundary))

    def early_hours(self) -> dict[str, int]:
        """Early start of each activity of the file."""
        index = self.assembly.network.index
        return {
            spec.node: self.hours(self.early.start[index[name]])
            for name, spec in self.assembly.specs.items()
            if spec.node in self.file.tasks
        }


@pytest.fixture(scope="module")
def cases(dslib: Path) -> dict[str, Case]:
    found = {}
    for path in sorted(dslib.rglob("*.p2x")):
        source = protrack_source(path)
        assembly = assemble(to_scenario(source, path.parent))
        english = tuple(label.en for label in source.warnings)
        found[path.name] = Case(read_file(path), source, assembly, early_pass(assembly.network), english)
    return found


@pytest.fixture(scope="module")
def index(data_dir: Path) -> dict[str, dict[str, str]]:
    with (data_dir / "dslib" / "dslib_index.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def test_every_file_loads(cases: dict[str, Case]) -> None:
    assert len(cases) == COUNT


def test_counts_of_the_index(cases: dict[str, Case], index: dict[str, dict[str, str]]) -> None:
    for name, case in cases.items():
        file, row = case.file, index[name]
        types = Counter(relation.type for relation in file.relations)
        types["FS"] += sum("repeats" in text for text in case.english)
        found = {
            "n_activities": len(file.tasks),
            "n_relations": types.total(),
            **{kind: types[kind] for kind in ("FS", "SS", "FF", "SF")},
            "lags_nonzero": sum(relation.lag != 0 for relation in file.relations),
            "lags_negative": sum(relation.lag < 0 for relation in file.relations),
            "n_resources": file.resource_count,
            "n_assignments": file.assignment_count,
            "holidays": len(file.agenda.holidays),
            "nonworking_weekdays": len(file.agenda.free_days),
            "working_hours_per_day": len(file.agenda.hours),
        }
        assert found == {key: int(row[key]) for key in found}, name


def test_early_dates_are_the_baseline_where_it_keeps_its_relations(
    cases: dict[str, Case], index: dict[str, dict[str, str]]
) -> None:
    """StartCPMUnits is the file's own count of working hours: no calendar of ours is in it."""
    compared = 0
    for name, case in cases.items():
        if int(index[name]["relations_violated_by_baseline"]) or stale(case):
            continue
        assert case.early_hours() == {id: task.offset for id, task in case.file.tasks.items()}, name
        compared += 1
    assert compared == 93


def test_early_dates_are_the_baseline_dates_where_the_hours_are_stale(cases: dict[str, Case]) -> None:
    """Files whose StartCPMUnits were never computed: the dates must agree where they keep the relations."""
    compared = []
    for name, case in cases.items():
        if not stale(case) or any("breaks relation" in text for text in case.english):
            continue
        axis = case.assembly.network.axis
        assert axis
        planned = {
            id: case.hours(axis.slot(task.start)) for id, task in case.file.tasks.items() if task.start
        }
        assert case.early_hours() == planned, name
        compared.append(name[:8])
    assert compared == ["C2015-33", "C2015-35", "C2019-05", "C2025-13", "C2025-15", "C2025-19", "C2025-23"]


def stale(case: Case) -> bool:
    return any("StartCPMUnits" in text for text in case.english)


def test_no_early_start_lies_before_the_baseline(cases: dict[str, Case]) -> None:
    for name, case in cases.items():
        network = case.assembly.network
        assert network.axis
        early = case.early_hours()
        for task in case.file.tasks.values():
            assert task.start
            assert early[task.id] >= case.hours(network.axis.slot(task.start)), (name, task.id)


def test_every_broken_baseline_is_reported(cases: dict[str, Case], index: dict[str, dict[str, str]]) -> None:
    """The index counts relations broken by StartCPMUnits; the warning must name the same number."""
    broken = {name: int(index[name]["relations_violated_by_baseline"]) for name in cases}
    assert sum(count > 0 for count in broken.values()) == 20
    for name, count in broken.items():
        if count:
            assert any(f"(it breaks {count} relations)" in text for text in cases[name].english), name
        else:
            assert not any("breaks relation" in text for text in cases[name].english), name


def test_notes_sum_the_warnings_up(cases: dict[str, Case]) -> None:
    for case in cases.values():
        assert len(case.source.data["notes"]) <= 10
        for label in case.source.warnings:
            assert label.zh
            assert label.en
            assert "{" not in label.zh + label.en


def test_without_placement_the_network_is_as_early_as_relations_allow(dslib: Path) -> None:
    """C2012-07: 110 of 175 activities have neither predecessor nor place at the start."""
    path = next(dslib.rglob("C2012-07*.p2x"))
    placed = assemble(to_scenario(protrack_source(path), Path()))
    free = assemble(to_scenario(protrack_source(path, placed=False), Path()))
    assert sum(release is not None for release in placed.network.release) > 110
    assert all(release is None for release in free.network.release)
    assert max(early_pass(free.network).finish) < max(early_pass(placed.network).finish)


def test_risk_ranges_of_the_collection(cases: dict[str, Case], data_dir: Path) -> None:
    """Standard ranges and absolute ones against the collection's own sheets."""
    with (data_dir / "dslib" / "dslib_risk.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"].startswith("standard - s")]
    tasks = {name.split(" ")[0]: case.file.tasks for name, case in cases.items()}
    compared = agreed = 0
    for row in rows:
        task = tasks.get(row["code"], {}).get(row["activity_id"])
        if task is None or task.work == 0:
            continue
        shares = [float(row[name]) / 100 for name in ("optimistic", "most_probable", "pessimistic")]
        compared += 1
        agreed += task.risk == pytest.approx(tuple(task.work * share for share in shares))
    assert compared > 7000
    assert agreed / compared > 0.97


def test_load_scenario_reads_a_file(dslib: Path) -> None:
    scenario = load_scenario(next(dslib.rglob("C2013-13*.p2x")))
    assert scenario.slots_per_day == 24
    assert scenario.data_date == date(2010, 8, 2)
    line = scenario.projects[0].deadlines[0]
    assert line.date == datetime(2011, 6, 27, 17)
    assert not line.hard


def test_every_sort_of_project_gets_a_plan(cases: dict[str, Case]) -> None:
    """Deadlines are the baseline's finishes, so few are missed; the plan has checked itself."""
    plans = [plan_of(case.assembly) for case in list(cases.values())[::12]]
    assert {plan.solver for plan in plans} == {"cpm"}
    assert {plan.status for plan in plans} <= {Status.OPTIMAL, Status.LATE}


def test_the_validator_accepts_the_early_dates(cases: dict[str, Case]) -> None:
    """Checked slot by slot; C2013-11 has all four relations, leads and holidays."""
    case = next(case for name, case in cases.items() if name.startswith("C2013-11"))
    assert validate(case.assembly.network, case.early) == ()


def test_both_engines_agree_on_a_real_project(cases: dict[str, Case]) -> None:
    """C2013-11 has relations of every type, three of them turned into maximum lags."""
    assembly = next(case.assembly for name, case in cases.items() if name.startswith("C2013-11"))
    assert len(assembly.network.maximum_links) == 3
    runs = [
        simulate(assembly.network, risks=assembly.risks, replications=20, seed=1, engine=engine)
        for engine in ("simpy", "maxplus")
    ]
    assert np.array_equal(runs[0].finish, runs[1].finish)
    assert np.array_equal(runs[0].start, runs[1].start)


# -- small files -----------------------------------------------------------------------------------------
HOURS = "".join(f"<Hour>{hour}</Hour>" for hour in range(24) if not 8 <= hour < 17 or hour == 12)
AGENDA = (
    "<StartDate>050120260000</StartDate>"
    f"<NonWorkingHours>{HOURS}</NonWorkingHours>"
    "<NonWorkingDays><Day>5</Day><Day>6</Day></NonWorkingDays>"
    "<Holidays><Holiday>070120260000</Holiday></Holidays>"
)


def activity(id: object, work: object = 8, start: str = "050120260800", **more: object) -> str:
    tags = {"Name": f"Work {id}", "Distribution": 1, "IsMilestone": int(work == 0)} | more
    inner = "".join(f"<{tag}>{value}</{tag}>" for tag, value in tags.items())
    return (
        f"<Activity><UniqueID>{id}</UniqueID><BaseLineDuration>{work}</BaseLineDuration>"
        f"<BaseLineStart>{start}</BaseLineStart>{inner}</Activity>"
    )


def relation(id: object, pred: object, succ: object, kind: object = 2, lag: object = 0, unit: int = 0) -> str:
    return (
        f"<Relation><UniqueID>{id}</UniqueID><FromTask>{pred}</FromTask><ToTask>{succ}</ToTask>"
        f"<LagType>{kind}</LagType><Lag>{lag}</Lag><LagKind>{unit}</LagKind></Relation>"
    )


def project(
    activities: str, relations: str = "", agenda: str = AGENDA, name: str = "House", rest: str = ""
) -> str:
    return (
        f"<Project><NAME>{name}</NAME><Agenda>{agenda}</Agenda>"
        f"<Activities><Name>Activities</Name></Activities><Activities>{activities}</Activities>"
        f"<Relations><Name>Relations</Name></Relations><Relations>{relations}</Relations>{rest}</Project>"
    )


def read(folder: Path, text: str | bytes, *, placed: bool = True) -> ProTrackSource:
    path = folder / "house.p2x"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return protrack_source(path, placed=placed)


def english(source: ProTrackSource) -> str:
    return "\n".join(label.en for label in source.warnings)


TWO = activity(1) + activity(2, start="060120260800")


def test_agenda_becomes_periods_and_holidays(tmp_path: Path) -> None:
    calendar = read(tmp_path, project(TWO)).data["calendars"]["agenda"]
    morning_and_afternoon = ((480, 720), (780, 1020))
    assert calendar["week"] == (morning_and_afternoon,) * 5 + (0, 0)
    assert calendar["exceptions"] == {date(2026, 1, 7): 0}


def test_round_the_clock_agenda(tmp_path: Path) -> None:
    source = read(tmp_path, project(TWO, agenda="<StartDate>050120260000</StartDate>"))
    assert source.data["calendars"]["agenda"]["week"] == (((0, 1440),),) * 7


def test_early_dates_on_holiday_and_weekend(tmp_path: Path) -> None:
    """8 h on Monday, 8 h on Tuesday; Wednesday is a holiday; a lag of 8 h takes Thursday: Friday it is."""
    text = project(TWO + activity(3, start="090120260800"), relation(1, 1, 2) + relation(2, 2, 3, lag=8))
    source = read(tmp_path, text)
    network = assemble(to_scenario(source, tmp_path)).network
    early = early_pass(network)
    assert network.axis
    assert [network.axis.moment(slot) for slot in early.start] == [
        datetime(2026, 1, 5, 8),
        datetime(2026, 1, 6, 8),
        datetime(2026, 1, 9, 8),
    ]
    assert source.warnings == ()
    assert "release" not in source.data["projects"][0]["activities"][2]


def test_a_later_baseline_start_is_kept_or_dropped(tmp_path: Path) -> None:
    text = project(activity(1) + activity(2, start="080120260800"), relation(1, 1, 2))
    kept = read(tmp_path, text).data
    assert kept["projects"][0]["activities"][1]["release"] == datetime(2026, 1, 8, 8)
    assert "wait for their baseline start" in kept["notes"][0]["en"]
    dropped = read(tmp_path, text, placed=False).data
    assert "release" not in dropped["projects"][0]["activities"][1]
    assert "start as early as those allow" in dropped["notes"][0]["en"]


def test_a_broken_relation_is_reported_and_kept(tmp_path: Path) -> None:
    source = read(tmp_path, project(activity(1, 12) + activity(2, start="060120260800"), relation(1, 1, 2)))
    assert english(source) == (
        "the baseline breaks relation 1 -> 2 (FS +0 h) by 4 h; the schedule keeps the relation"
    )
    network = assemble(to_scenario(source, tmp_path)).network
    assert network.axis
    assert network.axis.moment(early_pass(network).start[1]) == datetime(2026, 1, 6, 13)


def test_finish_milestone_only_where_there_are_several_ends(tmp_path: Path) -> None:
    many = read(tmp_path, project(TWO)).data["projects"][0]
    assert many["activities"][-1]["predecessors"] == ["1", "2"]
    assert many["deadlines"] == [{"node": "finish", "date": datetime(2026, 1, 6, 17)}]
    one = read(tmp_path, project(TWO, relation(1, 1, 2))).data["projects"][0]
    assert one["deadlines"] == [{"node": "2", "date": datetime(2026, 1, 6, 17)}]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(1, 8), (2, (8, 10, 12)), (3, (8, 11, 12)), (4, (8, 9, 12)), (5, (5, 9, 20)), (6, (6, 12, 15))],
)
def test_risk_ranges(tmp_path: Path, kind: int, expected: object) -> None:
    """Two custom ranges: one in hours, one in shares of the duration."""
    ranges = "".join(
        f"<D{id}><UniqueID>{id}</UniqueID><Style>{style}</Style><Distribution>"
        + "".join(f"<X>{x}</X><Y>{y}</Y>" for x, y in zip(points, (0, 100, 0), strict=True))
        + f"</Distribution></D{id}>"
        for id, style, points in ((5, 0, (5, 9, 20)), (6, 1, (60, 120, 150)))
    )
    work = 8 if kind == 1 else 10
    rest = f"<SensitivityDistributions>{ranges}</SensitivityDistributions>"
    source = read(tmp_path, project(activity(1, work, Distribution=kind), rest=rest))
    [found] = source.data["projects"][0]["activities"]
    if isinstance(expected, tuple):
        assert found["work"]["triangular"] == pytest.approx(expected)
    else:
        assert found["work"] == expected
    network = assemble(to_scenario(source, tmp_path)).network
    assert network.work == (work,)
    assert source.warnings == ()


def test_constraints(tmp_path: Path) -> None:
    tags = {
        "LockedTimeStart": "080120261000",
        "ReadyTimeStart": "010101000000",
        "DueDateEnd": "090120261700",
        "ReadyTimeEnd": "090120261700",
        "Direction": 1,
    }
    inner = "".join(f"<{tag}>{value}</{tag}>" for tag, value in tags.items())
    source = read(tmp_path, project(activity(1, Constraints=inner) + activity(2), relation(1, 1, 2)))
    assert source.data["projects"][0]["activities"][0]["release"] == datetime(2026, 1, 8, 10)
    assert source.data["projects"][0]["deadlines"][0] == {"node": "1", "date": datetime(2026, 1, 9, 17)}
    assert "activity 1 is locked to start on 2026-01-08 10:00" in english(source)
    assert "its constraint ReadyTimeEnd 090120261700 is not read" in english(source)
    assert "as late as possible" in english(source)


RESOURCES = (
    "<Resources><Name>Resources</Name></Resources><Resources>"
    "<Resource><FIELD0>1</FIELD0><FIELD1>Crane</FIELD1><FIELD769>1</FIELD769></Resource>"
    "<DATEPERCSERIE><DEFAULTAVAILABILITY>2</DEFAULTAVAILABILITY><DATEPERCBREAKPOINTS>"
    "<PERCENTAGE>080120260000</PERCENTAGE><AVAILABILITY>3</AVAILABILITY></DATEPERCBREAKPOINTS></DATEPERCSERIE>"
    "<Resource><FIELD0>2</FIELD0><FIELD1>Sand</FIELD1><FIELD769>0</FIELD769></Resource>"
    "<DATEPERCSERIE><DEFAULTAVAILABILITY>9</DEFAULTAVAILABILITY></DATEPERCSERIE></Resources>"
    "<ResourceAssignments>"
    + "".join(
        f"<ResourceAssignment><FIELD1024>{activity}</FIELD1024><FIELD1025>{resource}</FIELD1025>"
        f"<FIELD1026>{units}</FIELD1026></ResourceAssignment>"
        for activity, resource, units in ((1, 1, "0.5"), (2, 1, "2"), (2, 2, "1"), (9, 1, "1"))
    )
    + "</ResourceAssignments>"
)


def test_resources_bind_only_where_the_file_was_scheduled_with_them(tmp_path: Path) -> None:
    setting = "<Settings><UseResourceScheduling>{}</UseResourceScheduling></Settings>"
    free = read(tmp_path, project(TWO, rest=RESOURCES + setting.format(0)))
    assert free.data["resources"] == {}
    assert "2 resources and 4 assignments do not bind" in free.data["notes"][1]["en"]
    assert "names activity 9 and resource 1" in english(free)
    bound = read(tmp_path, project(TWO, rest=RESOURCES + setting.format(1)))
    assert bound.data["resources"]["1"] == {
        "name": "Crane",
        "capacity": 2,
        "changes": [{"date": datetime(2026, 1, 8), "capacity": 3}],
    }
    assert [item.get("demand") for item in bound.data["projects"][0]["activities"]] == [
        {"1": 1},
        {"1": 2},
        None,
    ]
    assert "activity 1 holds 0.5 units of resource 1; 1 are taken" in english(bound)
    assert "resource 2 is not renewable" in english(bound)
    assert assemble(to_scenario(bound, tmp_path)).network.resources[0].capacity == 2


def test_resources_bind_as_in_the_stored_simulation_where_that_is_asked_for(tmp_path: Path) -> None:
    use = "<UseResourceScheduling>{}</UseResourceScheduling>"
    settings = f"<AdvancedSimulationSettings>{use.format(1)}</AdvancedSimulationSettings>"
    rest = RESOURCES + f"<Settings>{use.format(0)}</Settings><Simulation>{settings}</Simulation>"
    assert read(tmp_path, project(TWO, rest=rest)).data["resources"] == {}
    assert set(read(tmp_path, project(TWO, rest=rest), placed=False).data["resources"]) == {"1"}


def test_names_may_be_anything(tmp_path: Path) -> None:
    text = project(activity(1, Name="A/B &lt;x&gt;\n=1+1"), name="  Rd. 440/220 &quot;V&quot; ")
    path = tmp_path / "a  b\tc.p2x"
    path.write_text(text, encoding="utf-8")
    scenario = to_scenario(protrack_source(path), tmp_path)
    assert scenario.projects[0].id == "a b c"
    assert scenario.projects[0].name.en == 'Rd. 440/220 "V"'
    assert scenario.projects[0].activities[0].name.en == "A/B <x> =1+1"


# -- what cannot be read ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("activities", "relations", "message"),
    [
        (TWO, relation(7, 1, 9), "relation 7 names activity 9, which does not exist"),
        (TWO, relation(7, "", 1), "relation 7 names activity -, which does not exist"),
        (TWO, relation(7, 1, 1), "relation 7 ties activity 1 to itself"),
        (TWO, relation(7, 1, 2, kind=4), "relation 7 (1 -> 2) has the unknown LagType 4"),
        (TWO, relation(7, 1, 2, lag="much"), "lag much is not a readable number of hours; 0 is taken"),
        (TWO, relation(7, 1, 2, lag="1e99"), "lag 1e99 is not a readable number"),
        (TWO, relation(7, 1, 2, unit=1), "unknown LagKind 1"),
        (TWO, relation(6, 1, 2) + relation(7, 1, 2), "relation 7 (1 -> 2) repeats another one"),
        (TWO + activity(2), "", "activity 2 stands twice"),
        (TWO + activity(3, "-8"), "", "activity 3: BaseLineDuration -8 is not readable"),
        (TWO + activity(3, "nan"), "", "activity 3: BaseLineDuration nan is not readable"),
        (TWO + activity(3, "9999999999"), "", "BaseLineDuration 9999999999 is not readable"),
        (TWO + activity("x"), "", "activity x: UniqueID x is not readable"),
        (TWO + "<Activity/>", "", "activity -: UniqueID - is not readable"),
        (TWO + activity(3, start="310220260800"), "", "activity 3: BaseLineStart 310220260800 is not"),
        (TWO + activity(3, start=""), "", "activity 3: BaseLineStart - is not readable"),
        (TWO + activity(3, start="070120260900"), "", "2026-01-07 09:00 lies outside the working hours"),
        (TWO + activity(3, start="010120260800"), "", "the first BaseLineStart 2026-01-01 08:00 lies before"),
        (TWO + activity(3, IsMilestone=1), "", "milestone mark disagrees with its duration of 8 h"),
        (TWO + activity(3, Distribution=77), "", "activity 3 has the unknown Distribution 77"),
        (
            TWO + activity(3, StartCPMUnits=5),
            "",
            "StartCPMUnits disagrees with BaseLineStart for 1 ",
        ),
    ],
)
def test_inconsistencies_are_reported(tmp_path: Path, activities: str, relations: str, message: str) -> None:
    source = read(tmp_path, project(activities, relations))
    assert message in english(source)
    early_pass(assemble(to_scenario(source, tmp_path)).network)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("<X>9</X><Y>0</Y><X>5</X><Y>1</Y><X>12</X><Y>0</Y>", "risk range 5: its points are not readable"),
        ("<X>x</X><Y>0</Y>", "risk range 5: its points are not readable"),
        ("<X>5</X><X>6</X><Y>0</Y>", "risk range 5: its points are not readable"),
        ("", "risk range 5: its points are not readable"),
        (
            "<X>5</X><Y>0</Y><X>8</X><Y>9</Y><X>9</X><Y>2</Y><X>12</X><Y>0</Y>",
            "range 5 is not a triangle",
        ),
        (
            "<X>9</X><Y>0</Y><X>10</X><Y>1</Y><X>12</X><Y>0</Y>",
            "8 h lies outside its own risk range",
        ),
    ],
)
def test_odd_risk_ranges_are_reported(tmp_path: Path, points: str, message: str) -> None:
    shape = f"<D><UniqueID>5</UniqueID><Style>0</Style><Distribution>{points}</Distribution></D>"
    rest = f"<SensitivityDistributions>{shape}</SensitivityDistributions>"
    source = read(tmp_path, project(activity(1, Distribution=5), rest=rest))
    assert message in english(source)
    to_scenario(source, tmp_path)


def test_odd_agenda_values_are_reported(tmp_path: Path) -> None:
    odd = AGENDA.replace("<Day>5</Day>", "<Day>5</Day><Day>9</Day>").replace(
        "<Hour>0</Hour>", "<Hour>x</Hour>"
    )
    odd = odd.replace("070120260000", "never")
    source = read(tmp_path, project(TWO, agenda=odd))
    for message in ("agenda's Day 9", "agenda's Hour x", "agenda's Holiday never"):
        assert message in english(source)


def test_a_cycle_is_refused_by_name(tmp_path: Path) -> None:
    source = read(tmp_path, project(TWO, relation(1, 1, 2) + relation(2, 2, 1)))
    with pytest.raises(
        ScenarioError, match=r"house\.p2x: .*the precedences form a cycle: house/. -> house/. -> "
    ):
        to_scenario(source, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"house\.p2x:1:1: \(file\): not valid XML: no element found"),
        ("no XML", r"house\.p2x:1:1: .*not valid XML: syntax error"),
        (project(TWO)[:-20], r"house\.p2x:1:\d+: .*not valid XML: unclosed token"),
        (project(TWO).replace("House", "\x00"), r"house\.p2x:1:16: .*not valid XML: not well-formed"),
        (b"<Project>\x81\xff</Project>", r"house\.p2x:1:1: .*neither UTF-8 nor Windows-1252"),
        (project(TWO).encode("utf-16"), r"house\.p2x:1:\d: .*not valid XML"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><Project/>", r"house\.p2x:1:1: .*<!DOCTYPE is not allowed"),
        ("<!-- x -->\n <!DOCTYPE lolz [<!ENTITY a 'lol'>]><Project>&a;</Project>", r"house\.p2x:2:2: "),
        (project("&a;"), r"house\.p2x:1:\d+: .*not valid XML: undefined entity"),
        ("<Other/>", r"house\.p2x: .*not a ProTrack project"),
        ("<Project/>", r"house\.p2x: .*not a ProTrack project"),
        (project(""), r"house\.p2x: .*no readable activity"),
        (project(activity("x")), r"house\.p2x: .*no readable activity"),
        (project(TWO, agenda=""), r"house\.p2x: .*Agenda: no readable StartDate"),
        (project(TWO, agenda=AGENDA.replace("2026", "9999")), r"house\.p2x: .*no readable StartDate"),
        (
            project(TWO, agenda=AGENDA.replace("<Day>5</Day>", "".join(f"<Day>{k}</Day>" for k in range(7)))),
            r"house\.p2x: .*Agenda: no working hour at all",
        ),
    ],
)
def test_unusable_files_are_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        read(tmp_path, text)


def test_windows_encoding(tmp_path: Path) -> None:
    text = project(activity(1, Name="Façade – Ferme"), name="Maçonnerie")
    assert read(tmp_path, text.encode("cp1252")).data["title"] == "Maçonnerie"
    assert read(tmp_path, b"\xef\xbb\xbf" + text.encode()).data["title"] == "Maçonnerie"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.p2x:1:1: .*cannot be read: No such file"):
        protrack_source(tmp_path / "none.p2x")


def test_size_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.formats.xml.MOST_BYTES", 100)
    with pytest.raises(ScenarioError, match=r"house\.p2x:1:1: .*larger than 0 MB"):
        read(tmp_path, project(TWO))
    monkeypatch.setattr("scenarios.formats.xml.MOST_TAGS", 10)
    with pytest.raises(ScenarioError, match=r"x\.xml:1:1: .*more than 10 tags"):
        parse_xml(project(TWO).encode(), "x.xml")


def test_deep_nesting_is_only_another_odd_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="not a ProTrack project"):
        read(tmp_path, "<a>" * 100_000 + "</a>" * 100_000)


def test_a_fault_found_later_is_placed_in_the_file(tmp_path: Path) -> None:
    source = read(tmp_path, project(TWO, relation(1, 1, 2)))
    assert source.where(("projects", 0, "activities", 1, "work")) == "house.p2x: activity 2"
    assert source.where(("projects", 0, "activities", 1, "predecessors", 0, "lag")) == (
        "house.p2x: activity 2: relation from 1"
    )
    assert source.where(("projects", 0, "activities", 9)) == "house.p2x"
