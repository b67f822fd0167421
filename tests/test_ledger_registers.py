"""The registers of a ledger: problem list, evidence, claims, site checks, holds, investment by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from openpyxl import load_workbook
from synthetic import synthetic_data
from test_ledger import BASE, fault_of, workbook

from scenarios.ledger import ledger_source, read_ledger, write_ledger, write_template
from scenarios.ledger.register_layout import REGISTERS
from scenarios.ledger.vocabulary import ASPECTS, EVENTS, PROOFS, causes
from scenarios.load import load_scenario
from scenarios.schema import Event, HoldSpec, Scenario
from scenarios.schema.dispatch import CauseClass, Proof
from scenarios.updates import load_statuses
from scenarios.yaml_source import read_yaml
from scheduling.errors import InputError

PROBLEMS = ["项目编号", "问题编号", "问题", "原因类别", "提出日期"]
HOLDS = ["项目编号", "停工点编号", "方面", "不得开始的节点", "设置日期", "预计解除日期", "解除日期"]
MONEY = {"总投资": 900, "已完成投资": 300}


def ledger(path: Path, sheet: str, *rows: Sequence[Any], project: Any = None) -> Path:
    """A ledger of P-1 and P-2 with one register; its first row is the header. Data date 2026-03-31."""
    book = workbook(path, [{**BASE, **(project or {})}, {**BASE, "项目编号": "P-2"}])
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def test_registers_equal_what_yaml_gives(tmp_path: Path) -> None:
    path = tmp_path / "demo.xlsx"
    book = workbook(path, [{**BASE, **MONEY}, {**BASE, "项目编号": "P-2"}])
    for title, rows in {
        "问题清单": [
            [*PROBLEMS, "影响节点", "完成时限", "免责理由"],
            ["P-2", "Q1", "征拆资金未落实", "资金", "2026/3/2", None, date(2026, 4, 1), None],
            ["P-1", "Q1", "电杆未迁", "power 供电", "2026.3.5", "施工许可", None, "台风"],
        ],
        "Evidence": [
            ["Project id", "Evidence", "Date", "Note"],
            ["P-1", "打桩", "2026-03-01", "12根"],
            ["P-1", "site_photo", "2026-03-02", None],
        ],
        "上报事项 Claims": [["项目编号", "事项", "日期"], ["P-1", "开工", "2026-03-01"]],
        "实地核查": [["项目编号", "事项", "日期", "是否属实"], ["ｐ-1", "开工", "2026-03-09", "否"]],
        "停工点": [HOLDS, ["P-1", "H1", "环保", "F1; 竣工", "2026-03-01", "2026-05-01", None]],
        "按月投资": [
            ["项目编号", "月份", "完成投资"],
            ["P-1", "2026年1月", "100万元"],
            ["示例1", "2026-01", 5],
            ["P-1", datetime(2026, 2, 1), 200],
        ],
    }.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(path)
    text = """
schema: backplan/1
name: demo
data_date: 2026-03-31
projects:
  - id: P-1
    name: 甲项目
    template: government
    investment: {total: 900, completed: 300, months: {"2026-01": 100, "2026-02": 200}}
    problems:
      Q1: {what: 电杆未迁, cause: power, raised: 2026-03-05, node: E2, excused: 台风}
    evidence:
      - {kind: permanent_piling, date: 2026-03-01, note: 12根}
      - {kind: site_photo, date: 2026-03-02}
    claims: [{event: start, date: 2026-03-01}]
    checks: [{event: start, date: 2026-03-09, confirmed: false}]
    holds: {H1: {aspect: environment, blocks: [F1, V3], raised: 2026-03-01, expected: 2026-05-01}}
  - id: P-2
    name: 甲项目
    template: government
    problems:
      Q1: {what: 征拆资金未落实, cause: funds, raised: 2026-03-02, due: 2026-04-01}
"""
    source = ledger_source(path)
    assert source.data == read_yaml(text, "demo.yaml").data
    assert source.where(("projects", 0, "problems", "Q1", "node")) == "demo.xlsx [问题清单!F3 影响节点]"
    assert source.where(("projects", 0, "evidence", 1, "date")) == "demo.xlsx [Evidence!C3 日期]"
    assert source.where(("projects", 0, "holds", "H1", "blocks", 1)) == "demo.xlsx [停工点!D2 不得开始的节点]"
    assert load_scenario(path).projects[0].holds["H1"].blocks == ("F1", "V3")


OPEN = {
    "aspect": "safety",
    "blocks": ["F1"],
    "raised": date(2026, 3, 1),
    "expected": date(2026, 5, 1),
}
MONTHS = ["项目编号", "月份", "完成投资"]
QUARREL = ["P-1", "Q1", "争议", "land", date(2026, 3, 1)]
HOLD = ["P-1", "H1", "质量", "F1", date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("sheet", "rows", "cell", "message"),
    [
        (
            "问题清单",
            [PROBLEMS, ["P-9", *QUARREL[1:]]],
            "A2 Project id",
            "no project 'P-9' on the sheet of projects",
        ),
        ("问题清单", [PROBLEMS, [None, *QUARREL[1:]]], "A2 Project id", "required but empty"),
        ("问题清单", [PROBLEMS, ["合计", *QUARREL[1:]]], "A2", "is a total, not a project"),
        ("问题清单", [PROBLEMS, ["P-1", None, *QUARREL[2:]]], "B2 Problem id", "required but empty"),
        (
            "问题清单",
            [PROBLEMS, QUARREL, QUARREL],
            "B3 Problem id",
            "'Q1' stands in 问题清单!B2 Problem id too",
        ),
        ("问题清单", [PROBLEMS, QUARREL, ["P-1", "ｑ1", *QUARREL[2:]]], "B3 Problem id", "differs from 'Q1'"),
        (
            "问题清单",
            [PROBLEMS, [*QUARREL[:3], "土地问题", QUARREL[4]]],
            "D2 Class of cause",
            "none of the choices",
        ),
        (
            "问题清单",
            [PROBLEMS, [*QUARREL[:4], date(2026, 3, 31)]],
            "E2 Raised",
            "is not before the data date",
        ),
        ("问题清单", [PROBLEMS[:4], QUARREL[:4]], "", "the required column 'Raised' is missing"),
        (
            "问题清单",
            [[*PROBLEMS, "销号日期"], [*QUARREL, "2026-02-01"]],
            "F2 Closed",
            "lies before 'Raised' 2026-03-01",
        ),
        (
            "问题清单",
            [[*PROBLEMS, "完成时限"], [*QUARREL, "2026-02-01"]],
            "F2 Due",
            "lies before 'Raised' 2026-03-01",
        ),
        (
            "问题清单",
            [[*PROBLEMS, "影响节点"], [*QUARREL, "A4"]],
            "F2 Node held up",
            "is not part of this project",
        ),
        ("问题清单", [[*PROBLEMS, "备注"], QUARREL], "F1", "unknown column '备注'"),
        (
            "开工佐证",
            [["项目编号", "佐证", "日期"], ["P-1", "剪彩", "2026-03-01"]],
            "B2 Evidence",
            "'剪彩' is none of",
        ),
        (
            "上报事项",
            [["项目编号", "事项", "日期"], ["P-1", "开工", "2026-04-01"]],
            "C2 Date",
            "not before the data date",
        ),
        (
            "实地核查",
            [["项目编号", "事项", "日期", "是否属实"], ["P-1", "开工", "2026-03-01", "部分"]],
            "D2 Confirmed",
            "是; 否",
        ),
        ("停工点", [HOLDS, HOLD], "F2 Expected", "the hold is open, so it needs the day"),
        (
            "停工点",
            [HOLDS, [*HOLD, "2026-03-30"]],
            "F2 Expected",
            "2026-03-30 lies before the data date 2026-03-31",
        ),
        ("停工点", [HOLDS, [*HOLD, None, "2026-02-27"]], "G2 Cleared", "lies before 'Raised' 2026-03-01"),
        (
            "停工点",
            [HOLDS, [*HOLD[:3], "A4; F1", HOLD[4], "2026-05-01"]],
            "D2 Blocks",
            "node 'A4 项目备案' is not part",
        ),
        ("停工点", [HOLDS, [*HOLD[:3], None, HOLD[4], "2026-05-01"]], "D2 Blocks", "required but empty"),
    ],
)
def test_register_faults(tmp_path: Path, sheet: str, rows: Any, cell: str, message: str) -> None:
    found = fault_of(ledger(tmp_path / "x.xlsx", sheet, *rows))
    assert len(found.splitlines()) == 1
    assert found.startswith(f"x.xlsx [{sheet}!{cell}]: " if cell else f"x.xlsx [{sheet}]: ")
    assert message in found


@pytest.mark.parametrize(
    ("month", "message"),
    [
        ("3月", "'3月' is not a month; write it as 2026-03"),
        ("2026-13", "is not a month"),
        ("2026", "is not a month"),
        ("20261", "is not a month"),
        (date(2026, 3, 2), "'2026-03-02' is not a month"),
        ("2026-03-01", "is not a month"),
    ],
)
def test_months_that_are_refused(tmp_path: Path, month: Any, message: str) -> None:
    path = ledger(tmp_path / "x.xlsx", "按月投资", MONTHS, ["P-1", month, 5], project=MONEY)
    assert fault_of(path).startswith("x.xlsx [按月投资!B2 Month]: ")
    assert message in fault_of(path)


@pytest.mark.parametrize(
    "month", ["2026-03", "2026-3", "2026/3", "2026.03", "2026 年 3 月", 202603, "２０２６－０３"]
)
def test_months_that_are_read(tmp_path: Path, month: Any) -> None:
    path = ledger(tmp_path / "x.xlsx", "按月投资", MONTHS, ["P-1", month, 5], project=MONEY)
    investment = read_ledger(path).projects[0].investment
    assert investment is not None
    assert investment.months == {"2026-03": 5}


@pytest.mark.parametrize(
    ("project", "rows", "expected"),
    [
        ({}, [["P-1", "2026-01", 5]], "[按月投资!A2 项目编号]: 填了年度计划、已完成投资"),
        (
            MONEY,
            [["P-1", "2026-01", 200], ["P-1", "2026-02", 150]],
            "[项目!E2 已完成投资（万元）]: 按月投资合计350，多于已完成投资300；",
        ),
        (
            MONEY,
            [["P-1", "2026-01", 1], ["P-1", "2026年1月", 2]],
            "[按月投资!B3 月份]: 月份“2026-01”与 按月投资!B2",
        ),
        (MONEY, [["P-1", "2026-01", None]], "[按月投资!C2 完成投资（万元）]: 必填，却空着"),
    ],
)
def test_months_that_do_not_go_with_the_project(
    tmp_path: Path, project: Any, rows: Any, expected: str
) -> None:
    found = fault_of(ledger(tmp_path / "x.xlsx", "按月投资", MONTHS, *rows, project=project), "zh")
    assert len(found.splitlines()) == 1
    assert expected in found


def test_words_cover_the_schema() -> None:
    for words, choices in (
        (PROOFS, Proof),
        (causes(), CauseClass),
        (EVENTS, Event),
        (ASPECTS, HoldSpec.model_fields["aspect"].annotation),
    ):
        assert tuple(words.shown) == get_args(choices)


def test_the_template_has_every_register_empty(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", rows=5)
    book = load_workbook(tmp_path / "t.xlsx")
    for table in REGISTERS:
        assert book[table.title]["A1"].value == "项目编号 *\nProject id"
        assert all(cell.value is None for row in book[table.title].iter_rows(min_row=2) for cell in row)
    rules = {str(rule.sqref): rule for rule in book["问题清单 Problems"].data_validations.dataValidation}
    assert rules["D2:D21"].type == "list"
    book["设置 Settings"]["B6"] = date(2026, 3, 31)
    book["项目 Projects"]["A2"] = "P-1"
    book.save(tmp_path / "t.xlsx")
    assert read_ledger(tmp_path / "t.xlsx").projects[0].problems == {}


@pytest.mark.parametrize(
    ("suffix", "change", "message"),
    [
        (
            ".xlsx",
            {"holds": {"H": {**OPEN, "delay": 9}}},
            r"projects\[0\]\.holds\.H\.delay: a ledger cannot hold this",
        ),
        (
            ".csv",
            {"claims": [{"event": "start", "date": date(2026, 3, 1)}]},
            r"projects\[0\]\.claims: a ledger",
        ),
    ],
)
def test_what_registers_cannot_hold_is_named(tmp_path: Path, suffix: str, change: Any, message: str) -> None:
    data = synthetic_data(1)
    data["projects"][0] |= change
    if suffix == ".csv":
        data |= {"quotas": [], "resources": {}, "notes": []}
    with pytest.raises(InputError, match=message):
        write_ledger(Scenario.model_validate(data), tmp_path / f"x{suffix}", lang="en")


def test_next_weeks_ledger_is_a_status(tmp_path: Path) -> None:
    """A planner copies the ledger, moves the data date and closes a problem."""
    rows = [[*PROBLEMS, "销号日期"], [*QUARREL, None]]
    first = ledger(tmp_path / "w1.xlsx", "问题清单", *rows)
    book = load_workbook(first)
    book["Settings"]["B2"] = date(2026, 4, 7)
    book["问题清单"]["F2"] = date(2026, 4, 3)
    book.save(tmp_path / "w2.xlsx")
    then, now = load_statuses(first, [tmp_path / "w2.xlsx"])
    assert then.projects[0].problems["Q1"].closed is None
    assert now.projects[0].problems["Q1"].closed == date(2026, 4, 3)
