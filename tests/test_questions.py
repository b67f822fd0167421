"""The commands need-by, push and compare: what they print, in both languages and as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scenario_files import load_text

from scenarios.assemble import assemble
from scenarios.questions import need_by, push, side_by_side
from scheduling.errors import InputError
from simulation.comparison import Case, compare
from simulation.confidence import confidence_plan
from simulation.joint import joint_need_by
from simulation.need_by import need_by_dates

Call = Callable[..., tuple[int, str, str]]
FILE = """\
schema: backplan/1
name: roads
data_date: 2026-03-02
default_risks: false
replications: 200
confidence: 0.7
resources:
  crew: {name: {zh: 班组, en: crew}, capacity: 1, demand: {pave: 1}}
drivers:
  rain: {name: {zh: 降雨, en: rain}, kinds: [works], multiplier: [0.9, 1, 1.4]}
projects:
  - id: east
    name: {zh: 东路, en: East road}
    deadlines: [{node: pave, date: 2026-05-20}]
    factors:
      land:
        name: {zh: 土地, en: land}
        gates: [dig]
        supply: 2026-03-09
        delay: {probability: 0.4, pert: [5, 10, 30]}
    activities:
      - {id: dig, name: {zh: 开挖, en: dig}, work: [15, 20, 35], kind: works}
      - {id: pave, name: {zh: 铺路, en: pave}, work: [10, 15, 25], kind: works, predecessors: [dig]}
  - id: west
    name: {zh: 西路, en: West road}
    deadlines: [{node: pave, date: 2026-05-15}]
    factors:
      funds: {name: {zh: 资金, en: funds}, gates: [pave], lead: [10, 20, 60]}
    activities:
      - {id: dig, name: {zh: 开挖, en: dig}, work: [15, 20, 35], kind: works}
      - {id: pave, name: {zh: 铺路, en: pave}, work: [10, 15, 25], kind: works, predecessors: [dig]}
"""


@pytest.fixture
def roads(tmp_path: Path) -> str:
    path = tmp_path / "roads.yaml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_need_by_prints_both_languages(call: Call, roads: str) -> None:
    code, output, errors = call("need-by", roads, "--lang", "zh")
    assert code == 0, errors
    assert "roads：要素最迟到位日期（置信度70%）" in output
    for text in ("东路", "土地", "西路", "资金", "最迟到位（单独）", "2026-", "按计划日期执行时"):
        assert text in output
    code, output, _ = call("need-by", roads, "--lang", "en", "--project", "west", "--confidence", "0.99")
    assert code == 0
    assert "unattainable: best is" in output
    assert "funds" in output
    assert "land" not in output


def test_need_by_as_data_is_what_the_library_says(call: Call, roads: str) -> None:
    code, output, _ = call("need-by", roads, "--json", "--replications", "150")
    assert code == 0
    data = json.loads(output)
    assembly = assemble(load_text(FILE))
    options: dict[str, Any] = {"risks": assembly.risks, "replications": 150, "seed": assembly.scenario.seed}
    plan = confidence_plan(assembly.network, confidence=0.7, **options)
    alone = need_by_dates(assembly.network, plan.plan, confidence=0.7, **options)
    joint = joint_need_by(plan, **options)
    assert [item["date"] for item in data["alone"]] == [
        item.date.isoformat() if item.date else None for item in alone
    ]
    assert [item["best"]["value"] for item in data["alone"]] == [item.best.value for item in alone]
    assert [len(item["curve"]) for item in data["alone"]] == [len(item.curve) for item in alone]
    assert data["joint"]["dates"] == {name: day.isoformat() for name, day in joint.dates.items()}
    assert {name: item["value"] for name, item in data["joint"]["reached"].items()} == {
        name: item.value for name, item in joint.reached.items()
    }


def test_need_by_of_nothing() -> None:
    with pytest.raises(InputError, match="project 'north' does not exist"):
        need_by(load_text(FILE), ["north"])
    bare = load_text(FILE.replace("gates: [pave], lead: [10, 20, 60]", "gates: []"))
    assert {item.factor for item in need_by(bare).alone} == {"east/factor:land"}


def test_push_within_a_budget(call: Call, roads: str) -> None:
    prices = ("--price", "resource:crew=3", "--price", "factor:west/factor:funds=2")
    code, output, errors = call("push", roads, "--budget", "3", *prices, "--json")
    assert code == 0, errors
    data = json.loads(output)
    assert data["schema"] == "backplan-push/1"
    assert data["price"] == sum(item["price"] for item in data["chosen"]) <= 3
    assert {item["id"] for item in data["chosen"]} <= {
        "resource:crew",
        "factor:east/factor:land",
        "factor:west/factor:funds",
        "driver:rain",
    }
    assert data["gain"]["low"] <= data["gain"]["mean"] <= data["gain"]["high"]
    total = sum(item["after"]["value"] - item["before"]["value"] for item in data["projects"].values())
    assert data["gain"]["mean"] == pytest.approx(total)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_push_in_words(call: Call, roads: str, lang: str) -> None:
    texts = {
        "zh": ("roads：先推哪几件", "班组增加1个单位", "土地（东路）", "消除：降雨", "费用合计"),
        "en": ("roads: what to push", "one more unit of crew", "land (East road)", "rain: ended", "Price"),
    }
    output = call("push", roads, "--most", "4", "--lang", lang)[1]
    found = [text for text in texts[lang] if text in output]
    assert {texts[lang][0], texts[lang][-1]} <= set(found)
    assert len(found) >= 3
    days = call("push", roads, "--most", "4", "--lang", lang, "--earlier", "7")[1]
    assert ("7天" if lang == "zh" else "7 days earlier") in days


def test_push_refuses_what_it_does_not_know(call: Call, roads: str) -> None:
    assert call("push", roads)[2].startswith("how much may be pushed? Give --most")
    assert "write ID=PRICE" in call("push", roads, "--most", "1", "--price", "land")[2]
    code, _, errors = call("push", roads, "--most", "1", "--price", "factor:sea=2")
    assert code == 2
    assert "price of 'factor:sea': nothing of that name could be pushed" in errors
    assert push(load_text(FILE), most=0).best.chosen == ()


def test_compare_prints_differences_and_data(call: Call, roads: str, tmp_path: Path) -> None:
    other = tmp_path / "two crews.yaml"
    other.write_text(FILE.replace("capacity: 1", "capacity: 2"), encoding="utf-8")
    code, output, errors = call("compare", roads, other, "--lang", "zh")
    assert code == 0, errors
    assert "情景比较（同一组随机数" in output
    assert "东路" in output
    code, output, _ = call("compare", roads, other, "--json")
    data = json.loads(output)
    assert data["scenarios"] == [roads, str(other)]
    west = data["projects"]["west"]
    assert west[roads]["on_time_difference"] is None
    assert west[str(other)]["on_time_difference"]["value"] >= 0
    assert west[str(other)]["p80_difference_days"]["value"] <= 0


def test_scenarios_side_by_side_are_compared_in_the_order_of_their_plans() -> None:
    first, second = load_text(FILE), load_text(FILE.replace("capacity: 1", "capacity: 2"))
    assemblies, found = side_by_side({"one": first, "two": second})
    cases = {}
    for name, assembly in assemblies.items():
        plan = confidence_plan(
            assembly.network, risks=assembly.risks, confidence=0.7, replications=200, seed=first.seed
        )
        cases[name] = Case(assembly.network, assembly.risks, plan.plan)
    assert found == compare(cases, replications=200, seed=first.seed)


def test_compare_wants_two(call: Call, roads: str) -> None:
    code, _, errors = call("compare", roads)
    assert code == 2
    assert "give two or more different scenarios" in errors
    assert "two or more different" in call("compare", roads, roads)[2]
