"""`backplan simulate`: engines, deadlines, what is printed and what JSON holds, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from problem_files import SM
from rich.progress import Task, TaskID

from scenarios.assemble import assemble
from scenarios.cli.shared import RateColumn, stages
from scenarios.load import load_scenario
from scenarios.simulating import losses, simulated, with_deadline
from scheduling.errors import InputError

Call = Callable[..., tuple[int, str, str]]

YARD = """\
schema: backplan/1
name: yard
data_date: 2026-03-02
replications: 300
default_risks: false
resources:
  crew: {name: {zh: 班组, en: crew}, capacity: 1}
projects:
  - id: A
    name: {zh: 甲项目, en: Alpha}
    factors: {land: {supply: 2026-03-10, gates: [build], delay: {lognormal: {median: 5, p90: 20}}}}
    activities: &steps
      - {id: permit, name: {zh: 许可, en: permit}, work: [5, 10, 20], department: housing}
      - {id: build, name: {zh: 施工, en: building}, work: [20, 30, 60], predecessors: [permit],
         demand: {crew: 1}}
      - {id: end, name: {zh: 竣工, en: completion}, work: 0, kind: completion, predecessors: [build]}
    deadlines: [{node: end, date: 2026-05-15}]
  - id: B
    name: {zh: 乙项目, en: Beta}
    activities: *steps
    deadlines: [{node: end, date: 2026-06-30}]
"""


@pytest.fixture
def yard(tmp_path: Path) -> str:
    path = tmp_path / "yard.yaml"
    path.write_text(YARD, encoding="utf-8")
    return str(path)


@pytest.fixture
def undated(tmp_path: Path) -> str:
    path = tmp_path / "x.sm"
    path.write_text(SM, encoding="utf-8")
    return str(path)


def test_json_names_the_engine_and_holds_everything(call: Call, yard: str) -> None:
    code, output, errors = call("simulate", yard, "--seed", 3, "--json")
    assert code == 0, errors
    found = json.loads(output)
    assert (found["schema"], found["engine"], found["replications"]) == (
        "backplan-simulation/1",
        "events",
        300,
    )
    assert (found["seed"], found["start_rule"]) == (3, "asap")
    assert found["replayed_through_simpy"] > 0
    for project in ("A", "B"):
        row = found["projects"][project]
        assert row["p50"]["date"] <= row["p80"]["low"] <= row["p80"]["date"] <= row["p80"]["high"]
        assert row["on_time"]["trials"] == 300
        assert row["on_time"] == found["activities"][f"{project}/end"]["on_time"]
    assert sum(found["projects_on_time"]) == 300
    assert found["waits"]["crew"]["total"] > 0
    end = found["activities"]["A/end"]
    assert end["p80"] == found["projects"]["A"]["p80"]
    assert end["criticality"]["value"] == 1
    kinds = {item["kind"] for item in found["days_lost"]}
    assert {"factor", "step", "department", "resource"} <= kinds
    lost = sum(item["days"] for item in found["days_lost"] if item["kind"] != "department")
    assert lost == pytest.approx(sum(row["days_lost"] for row in found["projects"].values()), abs=1e-4)


@pytest.mark.parametrize("engine", ["simpy", "events"])
def test_engines_agree(call: Call, yard: str, engine: str) -> None:
    whole, auto = (
        json.loads(call("simulate", yard, "--engine", name, "--replications", 60, "--json")[1])
        for name in (engine, "auto")
    )
    assert whole.pop("engine") == engine
    for found in (whole, auto):
        found.pop("replayed_through_simpy")
    assert auto.pop("engine") == "events"
    assert whole == auto


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Engine: events", "crew", "Waits for resources", "Days lost by factor", "SSI", "replayed")),
        ("zh", ("计算引擎：events", "班组", "等候资源", "各要素造成的延误天数", "进度敏感性指数", "重算")),
    ],
)
def test_tables(call: Call, yard: str, lang: str, words: tuple[str, ...]) -> None:
    code, output, errors = call("simulate", yard, "--lang", lang, "--replay", 0.8)
    assert code == 0, errors
    assert [word for word in words if word not in output] == []
    assert output.count("P80") >= 3


def test_a_replay_tells_each_project_step_by_step(call: Call, yard: str) -> None:
    output = call("simulate", yard, "--lang", "en", "--replay", 0.5)[1].replace("\n", " ")
    assert "Alpha (A): replication" in output
    assert "Beta (B): replication" in output
    assert "completion (A/end) can be reached on" in output


def test_a_deadline_for_all(call: Call, yard: str) -> None:
    shares = []
    for day in ("2026-03-20", "2026-06-15", "2027-03-01"):
        found = json.loads(call("simulate", yard, "--deadline", day, "--json")[1])
        shares.append([found["projects"][name]["on_time"]["value"] for name in ("A", "B")])
    assert shares[0] == [0, 0]
    assert shares[2] == [1, 1]
    assert 0 < shares[1][0] < 1


def test_a_deadline_binds_the_ends_of_every_project() -> None:
    network = assemble(load_scenario("district-1bn")).network
    deadlines = with_deadline(network, "2022-12-31").deadlines
    assert network.axis is not None
    assert {line.bound for line in deadlines.values()} == {network.axis.end_of(date(2022, 12, 31))}
    assert {network.project[i] for i in deadlines} == set(range(len(network.projects)))


def test_files_without_dates(call: Call, undated: str) -> None:
    for day, share in ((9, 1.0), (8, 0.0)):
        code, output, _ = call("simulate", undated, "--deadline", day, "--replications", 20, "--json")
        found = json.loads(output)
        assert code == 0
        assert found["projects"]["x"]["on_time"]["value"] == share
        assert found["projects"]["x"]["p80"] == {"date": 9, "low": 9, "high": 9}
        assert found["activities"]["4"]["p50"]["date"] == 9
    output = call("simulate", undated, "--replications", 20, "--lang", "en")[1]
    assert "Nothing in this file is uncertain" in output


def test_until(call: Call, yard: str) -> None:
    found = json.loads(call("simulate", yard, "--until", 0.06, "--replications", 20_000, "--json")[1])
    assert found["replications"] % 1000 == 0
    assert found["widest_interval"] < 0.06


def test_what_never_finishes_is_named(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "yard.yaml"
    path.write_text(YARD.replace("capacity: 1", "capacity: 1, consumed: true"), encoding="utf-8")
    code, output, _ = call("simulate", path, "--lang", "en", "--replications", 20, "--replay", 0.5)
    assert code == 0
    assert "end never finishes for want of units in" in output
    assert "Some activity never finishes, so that days lost are not known." in output
    assert "step by step why not earlier" in output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--deadline", "soon"), "--deadline soon: write a day such as 2026-12-31"),
        (("--replay", "80"), "--replay 80.0 is not above 0 and at most 1; write 0.8 for P80"),
        (("--until", "5"), "until=5.0 is not the width of an interval"),
        (("--engine", "maxplus"), "may wait for a resource. Choose engine='auto'."),
        (("--engine", "guess"), "guess"),
        (("--workers", "2", "--dask", "tcp://127.0.0.1:9"), "--workers and --dask: give one of them"),
    ],
)
def test_bad_options(call: Call, yard: str, options: tuple[str, ...], message: str) -> None:
    code, _, errors = call("simulate", yard, *options)
    assert code == 2
    assert message in errors
    assert "Traceback" not in errors


def test_a_deadline_of_a_file_without_dates_is_a_number(call: Call, undated: str) -> None:
    code, _, errors = call("simulate", undated, "--deadline", "2026-01-01")
    assert code == 2
    assert "--deadline 2026-01-01: write a whole number such as 60, as the file has no dates" in errors


def test_losses_add_up(yard: str) -> None:
    found = simulated(assemble(load_scenario(yard)), replications=200)
    assert found.lost is not None
    total = sum(item.mean for item in found.lost.values())
    rows = losses(found)
    assert sum(row.days for row in rows if row.kind != "department") == pytest.approx(total)
    steps, departments = (
        sum(row.days for row in rows if row.kind == kind) for kind in ("step", "department")
    )
    assert steps == pytest.approx(departments)
    with pytest.raises(InputError, match=r"--deadline tomorrow: write a day"):
        simulated(found.assembly, replications=2, deadline="tomorrow")


def test_workers_change_nothing(call: Call, yard: str) -> None:
    many = ("simulate", yard, "--replications", 5000, "--json")
    once = call(*many)[1]
    assert [call(*many, "--workers", count)[1] for count in (1, 2)] == [once, once]


def test_a_cluster_that_is_not_there(call: Call, yard: str) -> None:
    code, _, errors = call("simulate", yard, "--dask", "nowhere:", "--json")
    assert code == 2
    assert errors.count("\n") == 1
    assert "no Dask scheduler answers at nowhere:" in errors or "backplan[dask]" in errors


def test_progress_tells_the_rate() -> None:
    with stages("en") as show:
        show("stage_simulate", 0, 5000)
    task = Task(TaskID(0), "", 5000, 0, _get_time=lambda: 0.0)
    assert str(RateColumn().render(task)) == ""
    task.finished_speed = 1234.5
    assert str(RateColumn().render(task)) == "1,234/s"
