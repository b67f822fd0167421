"""MS Project and P6 files of others: their own dates and floats as known answers, and damaged copies."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.importing import BEGIN, END, FILES, PAGE, VALUES, Comparison, compare, table
from scenarios.assemble import assemble
from scenarios.formats.mspdi import mspdi_source
from scenarios.formats.mspdi.values import text
from scenarios.formats.xml import read_xml
from scenarios.load import load_scenario, to_scenario
from scheduling.cpm import critical_path
from scheduling.errors import SchedulingError
from scheduling.validator import validate
from tests.conftest import Call

LEFT = {
    "formats/mspdiduration.xml": {value: {"1", "2", "3", "4"} for value in VALUES[2:]},
    "schependomlaan/planning_mspdi.xml": {value: {"197", "201", "204"} for value in VALUES[:2]},
    "formats/invalid-8.4.xer": {"early finish": {"A1030"}},
    "formats/percent-complete-8.4.xer": {"early finish": {"A1030"}},
}
"""Activities whose values are not the file's; docs/importing.md says why."""


@pytest.fixture(scope="module")
def found(data_dir: Path) -> dict[str, Comparison]:
    return {name: compare(data_dir / name) for name in FILES}


def test_dates_and_floats_are_those_of_the_programs(found: dict[str, Comparison]) -> None:
    for name, case in found.items():
        different = {value: set(ids) for value, ids in case.different.items() if ids}
        assert different == LEFT.get(name, {}), name
    compared = {value: sum(case.stored[value] for case in found.values()) for value in VALUES}
    assert compared == {
        "early start": 243,
        "early finish": 243,
        "late start": 39,
        "late finish": 39,
        "total float": 39,
        "free float": 39,
    }


def test_the_table_of_the_page_is_up_to_date(found: dict[str, Comparison]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].split(END)[0].splitlines() == list(table(found))


def test_every_file_is_told_in_both_languages(found: dict[str, Comparison]) -> None:
    for case in found.values():
        for label in case.source.warnings:
            assert label.zh
            assert label.en
            assert "{" not in label.zh + label.en


def test_floats_that_are_stale_in_the_file_are_two_days_short(found: dict[str, Comparison]) -> None:
    """The project ended on 21 April when four floats were computed, and on 24 April for the others."""
    case = found["formats/mspdiduration.xml"]
    assert case.source.data["slots_per_day"] == 1440
    assert [ours - stored for ours, stored in case.different["total float"].values()] == [960] * 4


def test_schependomlaan(data_dir: Path, found: dict[str, Comparison]) -> None:
    """157 tasks, 146 of them pinned; eight of the eleven that logic drives stand where it puts them."""
    path = data_dir / "schependomlaan" / "planning_mspdi.xml"
    source = mspdi_source(path)
    activities = source.data["projects"][0]["activities"]
    assert len(activities) == 157 + 1
    assert sum(len(item["predecessors"]) for item in activities if item["id"] != "finish") == 48
    root = read_xml(path)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    driven = {text(task, "UID") for task in root.iter("Task") if text(task, "ConstraintType") == "0"}
    assert len(root.findall("Calendars/Calendar")) == 4
    assert len(driven) == 11
    assert driven == {item["id"] for item in activities if "release" not in item} - {"finish"}
    assert set(found["schependomlaan/planning_mspdi.xml"].different["early start"]) < driven
    network = assemble(to_scenario(source, path.parent)).network
    result = critical_path(network)
    assert validate(network, result.early) == ()
    assert network.axis
    assert network.axis.moment(max(result.early.finish)) == datetime(2015, 12, 17, 16)


def test_a_real_file_end_to_end(data_dir: Path, call: Call) -> None:
    code, output, _ = call("critical-path", data_dir / "formats" / "sample.xml")
    assert code == 0
    assert re.search(
        r"sample/10 +Related Task 1b +2003-01-08 +2003-01-08 +2003-03-17 +2003-03-17 +384 ", output
    )
    path = data_dir / "formats" / "percent-complete-8.4.xer"
    code, output, _ = call("run", path, "--replications", 50, "--out", "out")
    assert code == 0
    assert "Percent Complete Test" in output
    assert "2015-07-13" in output
    assert "its deadline is the finish planned in the file, 2015-07-13 16:00" in " ".join(output.split())


def test_a_file_of_primavera_in_xml_is_refused_with_a_remedy(data_dir: Path) -> None:
    for name in ("PredecessorCalendar.xml", "resource-rates-test.xml", "percent-complete-8.4.pmxml"):
        with pytest.raises(SchedulingError, match="as XER"):
            load_scenario(data_dir / "formats" / name)


# -- damaged copies --------------------------------------------------------------------------------------
DAMAGED = ("percent-complete-8.4.xer", "resource-rates-test.xer", "PredecessorCalendar.xer")
DAMAGED += ("sample1.xml", "mspdirelations.xml", "mspdisplittask.xml", "caltest.xml")
CELL = {".xer": re.compile(r"\t([^\t\r\n]*)"), ".xml": re.compile(r">([^<>]*)</\w+")}
VALUES_OF_OTHERS = (
    *(
        "",
        "-1",
        "0",
        "1",
        "2",
        "3",
        "7",
        "8",
        "40.5",
        "100",
        "1e308",
        "nan",
        "9" * 30,
        "/",
        "\x00",
        "elapsed",
    ),
    *(
        "2015-02-24 08:00",
        "2015-02-30T00:00:00",
        "1899-01-01T00:00:00",
        "2150-01-01T08:00:00",
        "0001-01-01 00:00",
    ),
    *(
        "PT0H0M0S",
        "PT1H7M13S",
        "PT999999999H0M0S",
        "TK_Active",
        "TK_Complete",
        "CS_MSO",
        "CS_MANDFIN",
        "PR_SF",
    ),
    *("TT_LOE", "TT_Mile", "TT_Rsrc", "<!DOCTYPE x>", "<a>", "%T", "\t", "\r\n"),
)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_files_end_in_a_clear_error(
    data_dir: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Cells with other values, lines that change places, whole tables away, ends cut off."""
    source = data_dir / "formats" / data.draw(st.sampled_from(DAMAGED))
    whole = source.read_text(encoding="utf-8", errors="replace")
    for _ in range(data.draw(st.integers(1, 4))):
        kind = data.draw(st.sampled_from(("cell", "cell", "cell", "lines", "cut", "table")))
        cells = list(CELL[source.suffix].finditer(whole))
        if kind == "cell" and cells:
            cell = data.draw(st.sampled_from(cells))
            value = data.draw(st.sampled_from(VALUES_OF_OTHERS) | st.sampled_from(cells).map(lambda m: m[1]))
            whole = whole[: cell.start(1)] + value + whole[cell.end(1) :]
        elif kind == "lines":
            lines = whole.splitlines(keepends=True)
            one, other = (data.draw(st.integers(0, max(0, len(lines) - 1))) for _ in range(2))
            if lines:
                lines[one], lines[other] = lines[other], lines[one]
            whole = "".join(lines)
        elif kind == "cut":
            whole = whole[: data.draw(st.integers(0, len(whole)))]
        else:
            name = data.draw(
                st.sampled_from(("Calendar", "TASK", "PROJECT", "CALENDAR", "Resource", "UID", "%F"))
            )
            whole = whole.replace(name, "Lost")
    path = tmp_path_factory.getbasetemp() / f"damaged{source.suffix}"
    path.write_text(whole, encoding="utf-8")
    with suppress(SchedulingError):
        critical_path(assemble(load_scenario(path)).network)
