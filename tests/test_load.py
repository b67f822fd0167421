"""Every door in, and what comes through it: a scenario that can be scheduled, or an error with its place."""

from __future__ import annotations

import copy
import json
import math
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_files import HEAD, TWO, WHOLE, dumped, load_text, whole

from scenarios.assemble import assemble
from scenarios.ledger import write_ledger
from scenarios.load import bundled_names, load_scenario, to_scenario
from scenarios.problems import ScenarioError
from scenarios.yaml_source import Source
from scheduling.errors import AxisError, ContradictionError, InputError


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# -- files --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["x.yaml", "x.yml", "X.YAML"])
def test_files(tmp_path: Path, name: str) -> None:
    assert load_scenario(write(tmp_path, name, WHOLE)) == load_text(WHOLE)


def test_json_is_read_too(tmp_path: Path) -> None:
    scenario = load_text(WHOLE)
    text = json.dumps(scenario.model_dump(mode="json", by_alias=True))
    assert load_scenario(write(tmp_path, "x.json", text)) == scenario


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, "x.yaml", "\ufeff" + WHOLE)) == load_text(WHOLE)


def test_other_encodings_are_refused_with_their_place(tmp_path: Path) -> None:
    path = write(tmp_path, "x.yaml", "schema: backplan/1\nname: 中文\n".encode("gb18030"))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == "x.yaml:2:7: (file): not UTF-8 text (byte 0xd6); save the file as UTF-8"
    with pytest.raises(ScenarioError, match=r"x.yaml:1:1: \(file\): not UTF-8 text \(byte 0xff\)"):
        load_scenario(write(tmp_path, "x.yaml", WHOLE.encode("utf-16")))


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "hello", "5"])
def test_what_is_no_mapping(tmp_path: Path, content: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, "x.yaml", content))
    message = "a scenario is a mapping of keys to values; begin with `schema: backplan/1`"
    assert str(caught.value) == f"x.yaml:1:1: (file): {message}"


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"'nothing.yaml' is neither a file nor a bundled scenario. Bundled: .*district"
    ):
        load_scenario("nothing.yaml")
    with pytest.raises(InputError, match="is neither a file nor a bundled scenario"):
        load_scenario(tmp_path)
    with pytest.raises(InputError, match="is neither a file nor a bundled scenario"):
        load_scenario("x" * 5000)
    with pytest.raises(InputError, match="is neither a file nor a bundled scenario"):
        load_scenario("a\0b.yaml")
    with pytest.raises(
        InputError,
        match=r"files ending in '.odt' are not read. Known: .csv, .json, .mm, .mpp",
    ):
        load_scenario(write(tmp_path, "x.odt", ""))


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_scenarios(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert load_text(dumped(scenario)) == scenario
    assemble(scenario)


# -- calendar files -----------------------------------------------------------------------------------------
CALENDAR = HEAD + "calendars: {mine: {file: mine.csv}}\n" + TWO.replace("work: 5", "work: 5, calendar: mine")


def test_calendar_files_become_part_of_the_scenario(tmp_path: Path) -> None:
    write(tmp_path, "mine.csv", "date,rate,note\nweek,100 100 100 100 100 50 0,\n2026-05-01,0,\n")
    scenario = load_scenario(write(tmp_path, "x.yaml", CALENDAR))
    found = scenario.calendars["mine"]
    assert found.file is None
    assert found.week == (100, 100, 100, 100, 100, 50, 0)
    assert found.exceptions == {date(2026, 5, 1): 0}
    assert load_text(dumped(scenario)) == scenario


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CALENDAR, r"x.yaml:4:26: calendars.mine.file: .*mine.csv does not exist; correct the path"),
        (
            CALENDAR.replace("mine.csv", '"a\\0b"'),
            r"x.yaml:4:26: calendars.mine.file: .* does not exist; correct the path",
        ),
        (
            CALENDAR.replace("mine.csv", "mine.csv, base: 7-day"),
            r"x.yaml:4:26: calendars.mine.file: a calendar file stands alone; drop the other keys",
        ),
        (
            CALENDAR.replace("mine.csv", "5"),
            r"x.yaml:4:\d+: calendars.mine.file: a calendar file is read with",
        ),
    ],
)
def test_calendar_files_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        load_scenario(write(tmp_path, "x.yaml", text))


def test_faults_in_calendar_files_name_their_own_line(tmp_path: Path) -> None:
    write(tmp_path, "mine.csv", "date,rate,note\nweek,100 100\n")
    with pytest.raises(InputError, match=r"mine.csv:2: week has 2 rates; give seven, Monday first"):
        load_scenario(write(tmp_path, "x.yaml", CALENDAR))


# -- fuzz ---------------------------------------------------------------------------------------------------
EXAMPLES = 200
ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 7, 24, 10**9, 10**30, 0.5, -0.5, 1e-300, 1e300),
    *(math.nan, math.inf, -math.inf),
    *("", "a", "F0", "E/F0", "E", "A", "crew", "7-day", "elapsed", "5", "yes", "\n", "x/y", "2026-02-31"),
    *(date(1, 1, 1), date(9999, 12, 31), date(2026, 3, 1), date(2026, 3, 2), date(2031, 1, 1)),
    *("2026-03-01", datetime(2026, 3, 1, 23), [], [None], {}, {"x": {}}, [0], [1, 2, 3], [3, 2, 1]),
    *([[0, 1440]], {"fixed": -1}, {"node": "F0"}, ["F1"], ["F0", "F0"]),
    *({"lognormal": {"median": 60, "p90": 20}}, {"discrete": {"values": [1, 2], "weights": [1]}}),
]
"""What stands where something else should."""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into nested data."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in items for deeper in places(item, (*path, key)))]


def mutate(data: Any, path: tuple[Any, ...], change: str, odd: Any) -> Any:
    """Replace, drop, double or rename what stands at a path."""
    if not path:
        return odd
    around = data
    for step in path[:-1]:
        around = around[step]
    key = path[-1]
    if change == "drop":
        del around[key]
    elif change == "double" and isinstance(around, list):
        around.append(copy.deepcopy(around[key]))
    elif change == "rename" and isinstance(around, dict):
        around[odd if isinstance(odd, str) else "new"] = around.pop(key)
    else:
        around[key] = copy.deepcopy(odd)
    return data


WHOLE_PLACES = places(whole())


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_change_gives_a_scenario_that_assembles_or_an_error_with_its_place(data: st.DataObject) -> None:
    found: Any = whole()
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(WHOLE_PLACES))
        change = data.draw(st.sampled_from(["replace", "replace", "drop", "double", "rename"]))
        try:
            found = mutate(found, path, change, data.draw(st.sampled_from(ODD)))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # the first change has taken the place away
    lines: list[str] = []
    scenario = None
    try:
        scenario = to_scenario(Source("x", found), Path())
    except ScenarioError as error:
        lines = str(error).split("\n")
    assert all(line.startswith("x:1:1: ") for line in lines)
    if scenario is not None:
        # Only dates show that work runs off the calendars or that maximum lags contradict each other.
        with suppress(AxisError, ContradictionError):
            assemble(scenario)


PIECES = [
    "",
    "\n",
    " ",
    "  ",
    "\t",
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "0",
    ".nan",
    "&a ",
    "*a",
    "!x ",
    "#",
]


PIECES = [
    "",
    "\n",
    " ",
    "  ",
    "\t",
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "0",
    ".nan",
    "&a ",
    "*a",
    "!x ",
    "#",
]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 12), st.sampled_from(PIECES))
def test_any_change_of_the_text_is_read_or_refused(begin: int, length: int, put: str) -> None:
    lines = []
    try:
        load_text(WHOLE[:begin] + put + WHOLE[begin + length :])
    except ScenarioError as error:
        lines = str(error).split("\n")
    assert all(line.startswith("x.yaml:") for line in lines)


def test_the_whole_file_uses_every_key() -> None:
    """Otherwise the fuzz would leave keys out."""
    data = whole()

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for item in value.values() for key in keys(item)}
        return {key for item in value for key in keys(item)} if isinstance(value, list) else set()

    schema = load_text(WHOLE).model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    known = {name for part in parts for name in part.get("properties", {})}
    assert known - keys(data) == {"file", "fixed"}


def test_what_yaml_dumps_of_the_data_is_the_same_scenario() -> None:
    assert load_text(yaml.safe_dump(whole(), allow_unicode=True)) == load_text(WHOLE)


# -- the ledger ---------------------------------------------------------------------------------------------
def test_a_ledger_and_its_yaml_give_the_same_scenario(tmp_path: Path) -> None:
    scenario = load_scenario("district-1bn")
    write_ledger(scenario, tmp_path / "x.xlsx")
    assert load_scenario(tmp_path / "x.xlsx") == scenario


def test_checks_of_a_ledger_name_the_cell(tmp_path: Path) -> None:
    text = (
        HEAD
        + "projects:\n  - {id: P, name: one, template: enterprise, sector: port}\n"
        + "quotas:\n  - {event: start, sector: port, target: 1, date: 2026-12-31}\n"
    )
    scenario = load_text(text)
    quota = scenario.quotas[0].model_copy(update={"sector": "harbour"})
    write_ledger(scenario.model_copy(update={"quotas": (quota,)}), tmp_path / "x.xlsx")
    with pytest.raises(ScenarioError, match=r"x.xlsx \[.*Quotas!B\d+ Sector\]: .*harbour"):
        load_scenario(tmp_path / "x.xlsx", lang="en")
