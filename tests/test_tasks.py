"""Tasks from the problem list: who, how, by when, directives, and what each problem costs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import yaml
from conftest import Call

from scenarios.catalog import departments
from scenarios.catalog.model import Kind
from scenarios.dispatch.tasks import Task, cause_classes, statistics, tasks
from scenarios.factors import gate_defaults
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import HoldSpec, ProblemSpec, Scenario
from scenarios.schema.dispatch import CauseClass
from simulation.monte_carlo import simulate
from simulation.risks import Cause

TODAY = date(2022, 8, 31)
BASE = load_scenario("district-1bn")
PROBLEMS = {
    "permit": {"what": "施工许可证未办理", "cause": "permit", "node": "E2", "raised": date(2022, 8, 1)},
    "funds": {"what": "资金缺口", "cause": "funds", "raised": date(2022, 8, 11), "due": date(2022, 8, 30)},
    "today": {"what": "人手不足", "cause": "labour", "raised": date(2022, 8, 21)},
    "unsafe": {"what": "基坑隐患", "cause": "safety", "raised": date(2022, 8, 25)},
    "done": {
        "what": "表土堆放",
        "cause": "land",
        "raised": date(2022, 6, 1),
        "due": date(2022, 6, 30),
        "closed": date(2022, 7, 10),
    },
    "own": {
        "what": "合同条款",
        "cause": "owner",
        "raised": date(2022, 8, 1),
        "due": date(2022, 9, 15),
        "responsible_unit": "甲方",
        "lead_unit": "合成牵头组",
        "procedure": "约谈",
        "excused": "上级口径未明",
    },
}


def alone(**changes: Any) -> Scenario:
    """The cogeneration project alone: nothing couples it, so that every cause is taken out."""
    project = BASE.projects[2].model_copy(
        update={
            "problems": {name: ProblemSpec(**item) for name, item in PROBLEMS.items()},
            "holds": {
                "pit": HoldSpec(
                    aspect="safety",
                    blocks=("E2",),
                    raised=date(2022, 8, 25),
                    expected=date(2022, 9, 10),
                    delay={"triangular": [0, 30, 120]},
                )
            },
            "lead_unit": "发改委",
            "leader": "副区长",
        }
        | changes
    )
    return BASE.model_copy(
        update={"projects": (project,), "quotas": (), "resources": {}, "replications": 200}
    )


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(alone())


@pytest.fixture(scope="module")
def found(run: Run) -> dict[str, Task]:
    return {task.id.split("/")[1]: task for task in tasks(run)}


def test_every_class_has_defaults_that_exist() -> None:
    assert set(cause_classes()) == set(get_args(CauseClass))
    for item in cause_classes().values():
        assert item.department is None or item.department in departments(), item.id
        assert item.factor is None or item.factor in gate_defaults(), item.id
        assert set(item.kinds) <= set(get_args(Kind)), item.id
        assert item.days > 0
        assert item.name.zh
        assert item.name.en
        assert item.procedure.zh
        assert item.procedure.en
        assert "[XJ]" in item.source, f"{item.id}: its days are expert judgement"


def test_who_how_and_by_when(found: dict[str, Task]) -> None:
    permit = found["permit"]
    assert permit.responsible.zh == "住房和城乡建设部门"  # the department of E2
    assert permit.lead is not None
    assert permit.lead.zh == "发改委"
    assert (permit.due, permit.due_by_default) == (date(2022, 8, 16), True)  # 1 + 15 August
    assert (permit.age, permit.overdue, permit.objective) == (30, 15, False)
    funds = found["funds"]
    assert (funds.responsible.zh, funds.due_by_default, funds.objective) == ("财政部门", False, True)
    assert funds.node == "D9"  # the first open node that funds gate
    own = found["own"]
    assert own.lead is not None
    assert own.excused is not None
    assert [own.responsible.zh, own.lead.zh, own.procedure.zh, own.excused.zh] == [
        "甲方",
        "合成牵头组",
        "约谈",
        "上级口径未明",
    ]


def test_an_overdue_task_becomes_a_directive(found: dict[str, Task]) -> None:
    """What is known ends the day before the data date: what was due on that day is late."""
    assert (found["funds"].due, found["funds"].overdue) == (date(2022, 8, 30), 1)
    assert found["funds"].directive == date(2022, 9, 7)  # a week after the data date
    assert found["funds"].escalated_to is not None
    assert found["funds"].escalated_to.zh == "副区长"
    assert (found["today"].due, found["today"].overdue, found["today"].directive) == (TODAY, 0, None)
    assert found["own"].directive is None


def test_a_closed_task_keeps_its_age_and_delay(found: dict[str, Task]) -> None:
    done = found["done"]
    assert (done.age, done.overdue, done.directive) == (39, 10, None)  # 1 June to 10 July, due 30 June
    assert done.cost is None
    assert done.cost_unknown is not None
    assert done.cost_unknown.en == "closed"


@pytest.mark.parametrize(
    ("problem", "cause"),
    [
        ("permit", Cause("rework", "S3/E2")),
        ("funds", Cause("factor", "S3/factor:funds")),
        ("unsafe", Cause("factor", "S3/factor:hold:pit")),
    ],
)
def test_cost_is_what_a_run_without_the_cause_wins(
    run: Run, found: dict[str, Task], problem: str, cause: Cause
) -> None:
    count, seed = run.scenario.replications, run.scenario.seed
    without = simulate(
        run.net, run.plan.plan, risks=run.assembly.risks.without(cause), replications=count, seed=seed
    )
    won = np.mean(without.on_time("S3").astype(int) - run.simulation.on_time("S3").astype(int))
    cost = found[problem].cost
    assert cost is not None
    assert cost.gain == pytest.approx(won)
    assert cost.gain > 0


def test_what_no_cause_stands_for_says_so(found: dict[str, Task]) -> None:
    assert found["own"].cost is None
    assert found["own"].cost_unknown is not None
    assert found["own"].cost_unknown.en == "no factor or rework stands for it"


def test_a_project_without_deadlines_has_no_cost() -> None:
    first = tasks(Run(alone(deadlines=(), until=("F0",))))[0]
    assert first.cost_unknown is not None
    assert first.cost_unknown.en == "no deadline ahead"


def test_open_ones_by_cost_then_delay_and_closed_ones_last(run: Run) -> None:
    rows = tasks(run)
    assert rows[-1].closed is not None
    assert all(row.closed is None for row in rows[:-1])
    gains = [row.cost.gain if row.cost else -1 for row in rows[:-1]]
    assert gains == sorted(gains, reverse=True)
    unknown = [row.overdue for row in rows[:-1] if row.cost is None]
    assert unknown == sorted(unknown, reverse=True)


def test_statistics_by_hand(run: Run) -> None:
    counted = statistics(tasks(run))
    every = counted.all
    assert every is not None
    assert (every.raised, every.closed, every.open, every.overdue) == (6, 1, 5, 2)
    assert every.closure_rate == pytest.approx(1 / 6)
    assert every.median_age == 20  # 30 (permit), 20 (funds), 10 (today), 6 (unsafe), 30 (own)
    housing = next(row for row in counted.by_unit if row.key == "住房和城乡建设部门")
    assert (housing.raised, housing.open, housing.overdue, housing.median_age) == (2, 2, 1, 18)
    land = next(row for row in counted.by_class if row.key == "land")
    assert (land.raised, land.closed, land.median_age, land.closure_rate) == (1, 1, None, 1)


def test_command(call: Call, tmp_path: Path) -> None:
    data = alone().model_copy(update={"replications": 50}).model_dump(mode="json", by_alias=True)
    file = tmp_path / "x.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    code, out, _ = call("tasks", file, "--json")
    answer = json.loads(out)
    assert (code, answer["schema"], len(answer["tasks"])) == (0, "backplan-tasks/1", 6)
    assert answer["statistics"]["all"]["overdue"] == 2
    code, out, _ = call("tasks", file, "--lang", "zh")
    assert code == 0
    assert "点球" in out
    assert "2022-09-07" in out
    assert "销号率" in out
    data["projects"][0]["problems"] = {}
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    code, out, _ = call("tasks", file, "--lang", "en")
    assert code == 0
    assert "No problem is listed" in out
