"""The command line: files, exit codes, messages, languages, pipes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from problem_files import MM, MPLIB, SCH, SM
from typer.main import get_group
from typer.testing import CliRunner

from scenarios.assemble import Assembly
from scenarios.cli import app
from scenarios.cli.shared import steps
from scenarios.load import bundled_names, load_scenario
from scenarios.reports import result_schema
from scheduling.plan import Plan
from scheduling.search import Step
from scheduling.status import Status

TINY = """\
schema: backplan/1
name: tiny
title: {zh: 小情景, en: Tiny scenario}
data_date: 2026-03-02
replications: 40
projects:
  - id: A
    name: {zh: 甲项目, en: Alpha}
    activities:
      - {id: permit, name: {zh: 许可, en: permit}, work: [5, 10, 20], key: true}
      - {id: build, name: {zh: 施工, en: building}, work: [20, 30, 60], predecessors: [permit]}
      - {id: end, name: {zh: 竣工, en: completion}, work: 0, kind: completion, predecessors: [build]}
    deadlines: [{node: end, date: 2026-04-30}]
"""
Call = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[1]
TABLES = {f"tables/{name}.csv" for name in ("projects", "key_nodes", "due", "quotas", "causes", "nodes")}


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY, encoding="utf-8")
    return str(path)


def started(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """The command in a process of its own."""
    code = "from scenarios.cli import main; main()"
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | options.pop("env", {})
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        **options,
    )


# -- run ----------------------------------------------------------------------------------------------------
def test_run_writes_every_file(call: Call, tiny: str, tmp_path: Path) -> None:
    code, output, errors = call("run", tiny)
    assert code == 0, errors
    folder = tmp_path / "backplan-out" / "tiny"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    charts = {"gantt.png", "gantt.svg", "gantt.pdf", "completion.png"}
    documents = {"report.xlsx", "taskbook.xlsx", "weekly.html", "wall.html"}
    assert found == {"result.json"} | documents | TABLES | charts
    assert "Tiny scenario" in output
    assert all(name in output.replace("\n", "") for name in found)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    Draft202012Validator(result_schema()).validate(result)


def test_options_are_honoured_and_recorded(call: Call, tiny: str, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    code, output, _ = call(
        *("run", tiny, "--out", out, "--replications", 30, "--seed", 9, "--confidence", 0.6, "--lang", "zh")
    )
    assert code == 0
    assert "小情景" in output
    assert "60%" in output
    made = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert {key: made["provenance"][key] for key in ("replications", "seed", "confidence")} == {
        "replications": 30,
        "seed": 9,
        "confidence": 0.6,
    }
    assert made["projects"][0]["on_time"]["trials"] == 30


def test_same_input_same_result_other_seed_other_result(call: Call, tiny: str, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        assert call("run", tiny, "--out", tmp_path / name, "--seed", seed)[0] == 0
    one, two, three = ((tmp_path / name / "result.json").read_bytes() for name in ("one", "two", "three"))
    assert one == two
    assert one != three


@pytest.mark.parametrize(("least", "code"), [("0.01", 0), ("0.999", 3)])
def test_fail_below(call: Call, tiny: str, tmp_path: Path, least: str, code: int) -> None:
    assert call("run", tiny, "--fail-below", least)[0] == code
    assert (tmp_path / "backplan-out" / "tiny" / "result.json").exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--replications", "1", "greater than or equal to 2|range x>=2"),
        ("--replications", "many", "--replications"),
        ("--seed", "-1", "greater than or equal to 0|range x>=0"),
        ("--confidence", "80", "--confidence 80.0 is not between 0 and 1; write 0.8 for 80%"),
        ("--confidence", "nan", "is not between 0 and 1"),
        ("--fail-below", "2", "less than or equal to 1|range 0.0<=x<=1.0|range 0<=x<=1"),
        ("--lang", "fr", "fr"),
        ("--no-such-option", "1", "--no-such-option"),
    ],
)
def test_bad_options_exit_with_2(call: Call, tiny: str, option: str, value: str, message: str) -> None:
    code, _, errors = call("run", tiny, option, value)
    assert code == 2
    assert any(text in errors for text in message.split("|")), errors
    assert "Traceback" not in errors


# -- bad input ----------------------------------------------------------------------------------------------
def test_unknown_scenario(call: Call) -> None:
    code, _, errors = call("run", "nowhere")
    assert code == 2
    assert "'nowhere' is neither a file nor a bundled scenario. Bundled: district-1bn" in errors


def test_bad_yaml_shows_file_line_and_column(call: Call, tiny: str) -> None:
    Path(tiny).write_text(TINY.replace("node: end", "node: ende"), encoding="utf-8")
    code, _, errors = call("critical-path", tiny)
    assert code == 2
    assert "tiny.yaml:13:" in errors
    assert "ende" in errors
    Path(tiny).write_text("schema: [", encoding="utf-8")
    code, _, errors = call("critical-path", tiny)
    assert code == 2
    assert "tiny.yaml:2:1: " in errors


def test_out_that_is_a_file_is_refused_before_anything_is_computed(
    call: Call, tiny: str, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("keep", encoding="utf-8")
    for out in ("taken", "taken/deeper"):
        code, output, errors = call("run", tiny, "--out", tmp_path / out)
        assert (code, output) == (2, "")
        assert "not a folder" in errors
        assert "choose another" in errors
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "keep"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_unwritable_folder(call: Call, tiny: str, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    code, _, errors = call("run", tiny, "--out", locked)
    assert code == 2
    assert "may not be written to" in errors


def test_a_file_in_the_way_of_a_folder(call: Call, tiny: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "tables").write_text("", encoding="utf-8")
    code, _, errors = call("run", tiny, "--out", out)
    assert code == 2
    assert "tables" in errors
    assert "Traceback" not in errors


# -- the other commands -------------------------------------------------------------------------------------
def test_critical_path_as_json(call: Call) -> None:
    code, output, _ = call("critical-path", "district-1bn", "--json")
    found = json.loads(output)
    assert code == 0
    assert (found["schema"], found["scenario"]) == ("backplan-critical-path/1", "district-1bn")
    assert found["status"] in ("OPTIMAL", "LATE")
    ids = {item["id"] for item in found["activities"]}
    assert {f"{project}/F0" for project in ("S1", "S2", "S3", "S4", "S5")} <= ids
    assert (
        set(found["paths"])
        == set(found["project_finish"])
        == {"S1", "S2", "S3", "S4", "S5", "C1", "C2", "C3"}
    )
    for item in found["activities"]:
        assert date.fromisoformat(item["early_start"]) <= date.fromisoformat(item["early_finish"])
        if item["late_finish"] is not None and item["total_float"] is not None and item["total_float"] > 0:
            assert item["early_finish"] <= item["late_finish"]
    for paths in found["paths"].values():
        assert all(name in ids for path in paths for name in path)


def test_critical_path_as_table(call: Call, tiny: str) -> None:
    code, output, _ = call("critical-path", tiny, "--lang", "zh")
    assert code == 0
    assert "最早开始" in output
    assert "A: A/permit -> A/build -> A/end" in output
    assert "2026-03-02" in output


def test_critical_path_names_factors(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "steel.yaml"
    steel = "    factors: {steel: {name: {zh: 特种钢材, en: special steel}, lead: 20, gates: [build]}}\n"
    file.write_text(TINY + steel, encoding="utf-8")
    code, output, _ = call("critical-path", file, "--lang", "zh")
    assert code == 0
    assert "A/factor:steel" in output
    assert "特种钢材" in output


# -- plan ---------------------------------------------------------------------------------------------------
def problem(folder: Path, text: str, ending: str) -> Path:
    path = folder / f"x{ending}"
    path.write_text(text, encoding="utf-8")
    return path


def test_plan_of_a_file_without_dates(call: Call, tmp_path: Path) -> None:
    code, output, _ = call("plan", problem(tmp_path, SM, ".sm"), "--json")
    found = json.loads(output)
    assert code == 0
    assert (found["schema"], found["status"], found["scenario"]) == ("backplan-plan/1", "OPTIMAL", "x")
    assert (found["objective"], found["bound"], found["gap"]) == (11, 11, 0)
    assert found["activities"] == {
        "1": {"start": 0, "finish": 0},
        "2": {"start": 0, "finish": 4},
        "3": {"start": 4, "finish": 7},
        "4": {"start": 7, "finish": 9},
        "5": {"start": 9, "finish": 9},
    }
    assert list(found)[-1] == "seconds"


def test_plan_chooses_modes(call: Call, tmp_path: Path) -> None:
    found = json.loads(call("plan", problem(tmp_path, MM, ".mm"), "--json")[1])["activities"]
    assert sorted(item["mode"] for item in found.values() if "mode" in item) == ["1", "2"]
    assert max(item["finish"] for item in found.values()) == 6


def test_plan_names_the_jobs_of_several_projects(call: Call, tmp_path: Path) -> None:
    found = json.loads(call("plan", problem(tmp_path, MPLIB, ".txt"), "--json")[1])["activities"]
    assert found["2/2"] == {"start": 4, "finish": 6}


def test_plan_of_a_file_with_dates(call: Call, tiny: str) -> None:
    code, output, _ = call("plan", tiny, "--json")
    found = json.loads(output)["activities"]
    assert code == 0
    assert found["A/end"] == {"start": "2026-04-30", "finish": "2026-04-30"}
    assert found["A/build"] == {"start": "2026-04-01", "finish": "2026-04-30"}
    code, output, _ = call("plan", tiny, "--lang", "zh")
    assert code == 0
    assert [word in output for word in ("倒排计划", "计划开始", "施工", "2026-04-30", "最优")] == [True] * 5


def test_equal_seeds_give_the_same_bytes(call: Call, tmp_path: Path) -> None:
    path = problem(tmp_path, SM, ".sm")
    one, two = (call("plan", path, "--json", "--workers", 2, "--seed", 5)[1] for _ in range(2))
    assert one.split('"seconds"')[0] == two.split('"seconds"')[0]
    assert call("plan", path)[:2] == call("plan", path)[:2]


def test_plan_table_without_dates(call: Call, tmp_path: Path) -> None:
    code, output, _ = call("plan", problem(tmp_path, MM, ".mm"), "--time-limit", 5)
    rows = [line.split() for line in output.splitlines()]
    assert code == 0
    assert rows[1] == ["id", "mode", "Planned", "start", "Planned", "finish"]
    assert ["4", "6", "6"] in rows
    assert "the file's due date 6 is not taken as a deadline" in output


@pytest.mark.parametrize(
    ("text", "ending", "conflict"),
    [
        (SCH.replace("[2]\t[1]", "[2]\t[5]"), ".sch", ["1", "2"]),
        (SM.replace("4       2    0", "4       3    0"), ".sm", ["2"]),
        (MM.replace("\n    1    7\n", "\n    1    2\n"), ".mm", []),
        (TINY.replace("04-30}", "03-15, hard: true}"), ".yaml", ["A/end"]),
    ],
)
def test_no_plan_can_exist(call: Call, tmp_path: Path, text: str, ending: str, conflict: list[str]) -> None:
    path = problem(tmp_path, text, ending)
    code, output, _ = call("plan", path, "--json")
    found = json.loads(output)
    assert code == 4
    assert (found["status"], found["conflict"], found["objective"]) == ("INFEASIBLE", conflict, None)
    assert {(item["start"], item["finish"]) for item in found["activities"].values()} == {(None, None)}
    code, output, _ = call("plan", path)
    assert code == 4
    assert "INFEASIBLE" in output


@pytest.mark.parametrize(
    ("text", "ending", "completion"), [(SM, ".sm", 9), (MM, ".mm", 6), (SCH, ".sch", 5), (MPLIB, ".txt", 6)]
)
def test_earliest_plan(call: Call, tmp_path: Path, text: str, ending: str, completion: int) -> None:
    pytest.importorskip("scheduling.earliest", reason="the earliest schedule is not there yet")
    code, output, _ = call("plan", problem(tmp_path, text, ending), "--earliest", "--json")
    found = json.loads(output)
    assert (code, found["status"], found["goal"]) == (0, "OPTIMAL", "earliest")
    assert (found["objective"], found["bound"], found["gap"]) == (completion, completion, 0)
    assert max(item["finish"] for item in found["activities"].values()) == completion
    assert not any("deadline to work back" in note["en"] for note in found["warnings"])


def test_no_plan_was_found(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(assembly: Assembly, **effort: Any) -> Plan:
        return Plan(assembly.network, Status.UNKNOWN, None, "cpsat")

    monkeypatch.setattr("scenarios.planning.plan_of", unknown)
    code, output, _ = call("plan", problem(tmp_path, SM, ".sm"), "--json")
    assert (code, json.loads(output)["status"]) == (5, "UNKNOWN")


def test_plan_refuses_what_it_cannot_read(call: Call, tmp_path: Path) -> None:
    code, output, errors = call("plan", problem(tmp_path, SM.replace("4       2", "x       2"), ".sm"))
    assert (code, output) == (2, "")
    assert "x.sm:29: (file): job 2, mode 1: 'x' is not a whole number; correct it" in errors


def test_other_commands_on_a_file_without_dates(call: Call, tmp_path: Path) -> None:
    path = problem(tmp_path, SM, ".sm")
    found = json.loads(call("critical-path", path, "--json")[1])
    assert found["project_finish"] == {"x": 6}
    assert found["activities"][3]["early_start"] == 4
    assert call("critical-path", path)[0] == 0
    code, _, errors = call("run", path)
    assert code == 2
    assert "'x' has no dates, which charts and forecasts need. `backplan plan` and" in errors
    assert call("gantt", path)[0] == 2
    assert call("levers", path)[0] == 0


def test_a_search_tells_how_it_goes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a pipe a line a second."""
    clock = iter((0.0, 0.5, 1.5, 2.0, 2.5))
    monkeypatch.setattr("scenarios.cli.shared.time", SimpleNamespace(monotonic=lambda: next(clock)))
    with steps("zh") as show:
        for value in (9, 8, 7):
            show(Step("overrun", value, 2, 1.5))
        show(Step("overrun", 6, None, 2.5))
    assert capsys.readouterr().err.split("\n") == [
        "超出项目结束时间：当前8，界限2，2秒",
        "超出项目结束时间：当前6，界限–，2秒",
        "",
    ]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_gantt(call: Call, tiny: str, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"chart.{suffix}"
    code, output, errors = call("gantt", tiny, "--out", out, "--project", "A")
    assert code == 0, errors
    assert str(out) in output.replace("\n", "")
    begin = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix]
    assert out.read_bytes().startswith(begin)


def test_gantt_refuses_unknown_projects_and_formats(call: Call, tiny: str) -> None:
    code, _, errors = call("gantt", tiny, "--project", "B")
    assert code == 2
    assert "project 'B' does not exist; known: A" in errors
    code, _, errors = call("gantt", tiny, "--out", "chart.bmp")
    assert code == 2
    assert "chart.bmp: no such picture format; choose .png, .svg or .pdf" in errors


@pytest.mark.parametrize("name", ["ledger.xlsx", "ledger.csv"])
def test_template_is_written_once(call: Call, tmp_path: Path, name: str) -> None:
    assert call("template", name)[0] == 0
    before = (tmp_path / name).read_bytes()
    code, _, errors = call("template", name)
    assert code == 2
    assert f"{name} exists already; choose another name or give --force" in errors
    assert (tmp_path / name).read_bytes() == before
    assert call("template", name, "--force")[0] == 0


def test_template_of_another_format_or_place(call: Call, tmp_path: Path) -> None:
    code, _, errors = call("template", "ledger.ods")
    assert code == 2
    assert "Traceback" not in errors
    assert call("template", tmp_path / "no" / "such" / "ledger.xlsx")[0] in (0, 2)


def test_catalog(call: Call) -> None:
    code, output, _ = call("catalog")
    assert code == 0
    assert "enterprise" in output
    code, output, _ = call("catalog", "enterprise", "--option", "land_then_start", "--lang", "zh")
    assert code == 0
    assert "施工许可" in output
    code, _, errors = call("catalog", "nonsense")
    assert code == 2
    assert "nonsense" in errors


def test_scenarios_lists_every_bundled_one(call: Call) -> None:
    code, output, _ = call("scenarios", "--lang", "zh")
    assert code == 0
    names = [line.split("\t")[0] for line in output.splitlines()]
    assert tuple(names) == bundled_names()
    title = load_scenario("district-1bn").title
    assert title is not None
    assert title.zh in output


def test_schema_is_a_json_schema_that_knows_the_bundled_files(call: Call) -> None:
    code, output, _ = call("schema")
    assert code == 0
    schema = json.loads(output)
    Draft202012Validator.check_schema(schema)
    assert "projects" in schema["properties"]


def test_help_of_every_command() -> None:
    runner = CliRunner()
    for command in get_group(app).commands:
        result = runner.invoke(app, [command, "--help"])
        assert result.exit_code == 0
        assert "Usage" in result.output


def test_language_of_the_locale(call: Call, tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "最早开始" in call("critical-path", tiny)[1]
    assert "early" in call("critical-path", tiny, "--lang", "en")[1]


# -- processes ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252"])
def test_narrow_encodings_do_not_stop_the_output(tiny: str, encoding: str) -> None:
    process = started("critical-path", tiny, "--lang", "zh", env={"PYTHONIOENCODING": encoding})
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert b"A/permit" in output
    if encoding == "gbk":
        assert "最早开始".encode("gbk") in output


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_closed_pipe_gives_no_traceback() -> None:
    process = started("critical-path", "district-1bn", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=120)
    assert b"Traceback" not in errors


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_gives_no_traceback_and_no_half_written_file(tiny: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(
        *("run", tiny, "--out", str(out), "--replications", "1000000"),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not out.exists() and process.poll() is None:  # made once the scenario is read
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode not in (0, None)
    assert b"Traceback" not in errors
    assert not list(out.rglob("*"))
