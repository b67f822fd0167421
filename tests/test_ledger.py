"""The ledger: what goes out comes back equal, and every slip of a planner is named with its cell."""

from __future__ import annotations

import csv
import os
import string
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from synthetic import synthetic_data, synthetic_scenario

from scenarios import catalog
from scenarios.ledger import LedgerError, ledger_source, read_ledger, write_ledger, write_template
from scenarios.ledger import files as ledger_files
from scenarios.ledger.guide import list_columns
from scenarios.ledger.layout import PROJECTS, TABLES, shown_columns
from scenarios.ledger.messages import MESSAGES
from scenarios.ledger.register_layout import REGISTERS
from scenarios.ledger.settings import SETTINGS
from scenarios.ledger.values import PARSERS, guard, unguard
from scenarios.ledger.vocabulary import factors, nodes, normal
from scenarios.load import load_scenario
from scenarios.problems import ScenarioError
from scenarios.schema import Event, HoldSpec, Scenario
from scenarios.schema.dispatch import CauseClass, Proof
from scenarios.yaml_source import read_yaml
from scheduling.errors import InputError

EVENTS = get_args(Event)
BASE: dict[str, Any] = {"项目编号": "P-1", "项目名称": "甲项目", "模板": "government"}
NEEDED = [("情景名称", "demo"), ("数据日期", date(2026, 3, 31))]


def workbook(
    path: Path,
    rows: Sequence[Mapping[str, Any]],
    header: Sequence[str] = (),
    setting_rows: Sequence[Sequence[Any]] = NEEDED,
) -> Workbook:
    """A ledger written by hand; the columns are those of all rows, in the order of appearance."""
    columns = list(header) or list(dict.fromkeys(key for row in rows for key in row))
    book = Workbook()
    projects = book.worksheets[0]
    projects.title = "项目"
    projects.append(columns)
    for row in rows:
        projects.append([row.get(column) for column in columns])
    sheet = book.create_sheet("Settings")
    for line in setting_rows:
        sheet.append(line)
    book.save(path)
    return book


def fault_of(path: Path, lang: Any = "en") -> str:
    """The message of a ledger that cannot be read."""
    with pytest.raises(LedgerError) as caught:
        read_ledger(path, lang)
    assert isinstance(caught.value, ScenarioError)
    assert len(str(caught.value).splitlines()) == len(caught.value.problems)
    return str(caught.value)


def row_fault(tmp_path: Path, *rows: Mapping[str, Any], lang: Any = "en", **more: Any) -> str:
    path = tmp_path / "台账.xlsx"
    workbook(path, [{**BASE, **row} for row in rows], **more)
    return fault_of(path, lang)


def row_value(tmp_path: Path, row: Mapping[str, Any], **more: Any) -> Any:
    path = tmp_path / "台账.xlsx"
    workbook(path, [{**BASE, **row}], **more)
    return read_ledger(path).projects[0]


# -- out and back -----------------------------------------------------------------------------------------
def test_hundred_rows_go_out_and_come_back(tmp_path: Path) -> None:
    scenario = synthetic_scenario(100)
    path = tmp_path / "hundred.xlsx"
    write_ledger(scenario, path)
    assert load_scenario(path) == scenario
    assert os.listdir(tmp_path) == ["hundred.xlsx"]


def test_hundred_rows_as_csv(tmp_path: Path) -> None:
    data = synthetic_data(100)
    for key in ("quotas", "resources", "notes"):
        del data[key]
    scenario = Scenario.model_validate(data)
    path = tmp_path / "hundred.csv"
    write_ledger(scenario, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_ledger(path) == scenario


def test_ledger_and_yaml_give_equal_scenarios(tmp_path: Path) -> None:
    data = synthetic_data(12)
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    from_yaml = Scenario.model_validate(read_yaml(text, "same.yaml").data)
    write_ledger(from_yaml, tmp_path / "same.xlsx")
    assert read_ledger(tmp_path / "same.xlsx") == from_yaml


def test_data_equal_what_yaml_gives(tmp_path: Path) -> None:
    path = tmp_path / "small.xlsx"
    deadline = {
        "期限:开工": date(2026, 12, 31),
        "期限软硬:F0": "硬",
        "Current node": "环评",
        "since": "2026/3/2",
    }
    workbook(path, [{**BASE, **deadline, "选项": "净地、并联审批", "到位:土地": "2026.9.1"}])
    text = """
schema: backplan/1
name: demo
data_date: 2026-03-31
projects:
  - id: P-1
    name: 甲项目
    template: government
    options: [ready_land, parallel]
    current: {node: A9, since: 2026-03-02}
    deadlines: [{node: F0, date: 2026-12-31, hard: true}]
    factors: {land: {supply: 2026-09-01}}
"""
    assert ledger_source(path).data == read_yaml(text, "demo.yaml").data


def test_bundled_district_goes_out_and_comes_back(tmp_path: Path) -> None:
    scenario = load_scenario("district-1bn")
    write_ledger(scenario, tmp_path / "district.xlsx")
    assert load_scenario(tmp_path / "district.xlsx") == scenario


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).map(
    lambda text: text.strip().strip("\u200b\ufeff").strip() or "=SUM(1)"
)
MAYBE_WORDS = st.none() | WORDS
LABELS = WORDS | st.builds(lambda zh, en: {"zh": zh, "en": en}, WORDS, WORDS)
DATES = st.dates(date(2020, 2, 1), date(2035, 12, 31))
PAST = st.dates(date(2018, 1, 1), date(2019, 12, 31))
MONEY = st.floats(0, 1e7).map(lambda amount: round(amount, 2))
IDS = st.from_regex(r"[A-Za-z0-9一-龥=+@'-][A-Za-z0-9一-龥 .-]{0,8}[A-Za-z0-9一-龥]", fullmatch=True).filter(
    lambda text: (
        not normal(text).startswith(("示例", "example"))
        and normal(text) not in ("合计", "总计", "小计", "共计", "total", "sum")
    )
)


def pieces(required: dict[str, Any], optional: dict[str, Any] | None = None) -> st.SearchStrategy[Any]:
    """A record; what is optional may be absent."""
    return st.fixed_dictionaries(required, optional=optional or {})


def registers(order: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """What the sheets beside that of the projects hold of one project."""
    event, note = st.sampled_from(EVENTS), {"note": LABELS}
    later = {"due": DATES, "closed": st.dates(date(2020, 1, 1), date(2020, 1, 31))}
    units = {"responsible_unit": WORDS, "lead_unit": WORDS, "node": st.sampled_from(order)}
    problem = pieces(
        {"what": LABELS, "cause": st.sampled_from(get_args(CauseClass)), "raised": PAST},
        {**later, **units, "procedure": LABELS, "excused": LABELS},
    )
    hold = pieces(
        {
            "aspect": st.sampled_from(get_args(HoldSpec.model_fields["aspect"].annotation)),
            "blocks": st.lists(st.sampled_from(order), min_size=1, max_size=2, unique=True),
            "raised": PAST,
            "expected": st.dates(date(2036, 1, 1), date(2037, 1, 1)),
        },
        {"cleared": later["closed"], "name": LABELS},
    )
    return pieces(
        {
            "evidence": st.lists(
                pieces({"kind": st.sampled_from(get_args(Proof)), "date": PAST}, note), max_size=2
            ),
            "claims": st.lists(pieces({"event": event, "date": PAST}), max_size=2),
            "checks": st.lists(
                pieces({"event": event, "date": PAST, "confirmed": st.booleans()}, note), max_size=2
            ),
            "problems": st.dictionaries(IDS, problem, max_size=2).filter(distinct),
            "holds": st.dictionaries(IDS, hold, max_size=2).filter(distinct),
        }
    )


def distinct(names: Mapping[str, Any]) -> bool:
    """Whether a reader can tell ids apart."""
    return len({normal(name) for name in names}) == len(names)


@st.composite
def projects(draw: st.DrawFn, name: str) -> dict[str, Any]:
    template = draw(st.sampled_from(("government", "enterprise")))
    options = draw(st.sampled_from(((), ("parallel",), ("staged_permit",), ("staged_permit", "parallel"))))
    steps = catalog.template(template, options).steps
    order = [node for node in nodes().shown if node in steps]
    chosen = sorted(draw(st.sets(st.sampled_from(order), max_size=3)), key=order.index)
    current = draw(st.lists(st.sampled_from(order), max_size=3, unique=True))
    found = {
        "id": name,
        "name": draw(LABELS),
        "template": template,
        "options": options,
        "land_ready": draw(st.booleans()) and not any(node.startswith("B") for node in (*chosen, *current)),
        "region": draw(st.sampled_from((None, "north", "south"))),
        "sector": draw(MAYBE_WORDS),
        "responsible_person": draw(MAYBE_WORDS),
        "leader": draw(MAYBE_WORDS),
        "developer": draw(MAYBE_WORDS),
        "group": draw(MAYBE_WORDS),
        "category": draw(MAYBE_WORDS),
        "blocker": draw(st.none() | LABELS),
        "start": draw(st.none() | DATES),
        "until": chosen[:1],
        "current": [
            {"node": node, "since": draw(PAST), "remaining": draw(st.none() | st.integers(1, 90))}
            for node in current
        ],
        "deadlines": [
            {
                "node": node,
                "date": draw(DATES),
                "hard": draw(st.booleans()),
                "weight": draw(st.integers(1, 3)),
            }
            for node in chosen
        ],
        **draw(registers([node for node in order if not node.startswith("B")])),
        "factors": {
            key: {"supply": draw(DATES)}
            for key in draw(st.lists(st.sampled_from(sorted(factors().shown)), max_size=3, unique=True))
        },
        "progress": {node: {"finish": draw(PAST)} for node in chosen},
        "default_risks": draw(st.none() | st.booleans()),
    }
    if draw(st.booleans()):
        this_year = draw(st.none() | MONEY)
        secured = draw(st.none() | MONEY)
        months = draw(st.dictionaries(st.sampled_from(("2017-12", "2018-01", "2019-10")), MONEY, max_size=2))
        found["investment"] = {
            "total": draw(MONEY),
            "this_year": this_year,
            "completed": round(draw(MONEY) + sum(months.values()), 2),
            "secured": secured,
            "months": months,
        }
    return found


@st.composite
def portfolios(draw: st.DrawFn) -> Scenario:
    names = draw(st.lists(IDS, min_size=1, max_size=3, unique_by=normal))
    return Scenario.model_validate(
        {
            "schema": "backplan/1",
            "name": draw(IDS),
            "title": draw(st.none() | LABELS),
            "data_date": draw(DATES),
            "region": draw(st.sampled_from(("north", "south"))),
            "confidence": draw(st.integers(1, 99)) / 100,
            "synthetic": True,
            "default_risks": draw(st.booleans()),
            "projects": [draw(projects(name)) for name in names],
        }
    )


def without_registers(scenario: Scenario) -> Scenario:
    """What a text table can hold: it has one sheet."""
    data = scenario.model_dump(by_alias=True)
    for project in data["projects"]:
        for table in REGISTERS:
            project.pop(table.base, None)
        (project["investment"] or {}).pop("months", None)
    return Scenario.model_validate(data)


SLOW = settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


@SLOW
@given(portfolios())
def test_any_scenario_that_a_workbook_holds_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "x.xlsx"
    write_ledger(scenario, path)
    assert read_ledger(path) == scenario


@settings(SLOW, max_examples=25)
@given(portfolios())
def test_any_scenario_that_a_text_table_holds_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "x.csv"
    scenario = without_registers(scenario)
    write_ledger(scenario, path)
    assert read_ledger(path) == scenario


@given(st.text())
def test_guarded_text_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_formula_like_names_stay_text(tmp_path: Path, suffix: str) -> None:
    data = synthetic_data(1)
    for key in ("quotas", "resources", "notes"):
        del data[key]
    data["projects"][0]["name"] = '=HYPERLINK("http://example.org","x")'
    path = tmp_path / f"x{suffix}"
    write_ledger(Scenario.model_validate(data), path)
    assert read_ledger(path).projects[0].name.zh.startswith("=HYPERLINK")
    if suffix == ".xlsx":
        cell = load_workbook(path)["项目 Projects"]["B2"]
        assert (cell.data_type, cell.quotePrefix) == ("s", True)
    else:
        assert "'=HYPERLINK" in path.read_text(encoding="utf-8-sig")


# -- what a ledger cannot hold ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"overrides": {"F1": {"work": 5}}}, r"projects\[0\]\.overrides: a ledger cannot hold this \(F1\)"),
        ({"factors": {"land": {"lead": 20}}}, r"projects\[0\]\.factors: a ledger cannot hold"),
        ({"factors": {"审图专家": {"supply": date(2026, 5, 1)}}}, r"factors\.审图专家: a ledger cannot hold"),
        ({"deadlines": [{"node": "X9", "date": date(2026, 5, 1)}]}, r"deadlines\[0\]\.node.*\(X9\)"),
        ({"name": " 空格 "}, r"projects\[0\]\.name\.zh: a ledger cannot hold"),
        ({"id": "示例7"}, r"a ledger cannot hold"),
        (
            {"current": [{"node": n, "since": date(2026, 3, 1)} for n in ("A5", "A6", "A7", "D1", "D2")]},
            "current",
        ),
        ({"name": "第一\x07行"}, "cannot be used in worksheets|cannot hold"),
        ({"start": datetime(2026, 5, 1, 8)}, r"projects\[0\]\.start: .*has a time of day"),
    ],
)
def test_what_a_ledger_cannot_hold_is_named(tmp_path: Path, change: Any, message: str) -> None:
    data = synthetic_data(1)
    data["projects"][0] |= {"template": "government", "options": [], "land_ready": False, **change}
    path = tmp_path / "x.xlsx"
    with pytest.raises(InputError, match=message):
        write_ledger(Scenario.model_validate(data), path, lang="en")
    assert not os.listdir(tmp_path)


def test_csv_cannot_hold_quotas(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"(?s)resources: a ledger.*quotas: a ledger.*notes: a ledger"):
        write_ledger(synthetic_scenario(1), tmp_path / "x.csv", lang="en")
    assert not os.listdir(tmp_path)


def test_projects_given_activity_by_activity_stay_in_yaml(tmp_path: Path) -> None:
    data = synthetic_data(1)
    data["projects"] = [{"id": "p", "name": "p", "activities": [{"id": "a", "name": "a", "work": 3}]}]
    with pytest.raises(InputError, match=r"projects\[0\]\.activities: a ledger cannot hold this \(a\)"):
        write_ledger(Scenario.model_validate(data), tmp_path / "x.xlsx", lang="en")


def test_an_old_file_survives_a_failed_write(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(InputError):
        write_ledger(synthetic_scenario(1), path)
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["x.csv"]


def test_writing_into_no_folder_or_as_another_format(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="check that the folder exists"):
        write_template(tmp_path / "none" / "x.xlsx", lang="en")
    with pytest.raises(InputError, match=r"save it as \.xlsx or \.csv"):
        write_template(tmp_path / "x.ods", lang="en")


# -- the template -----------------------------------------------------------------------------------------
def test_template_asks_for_the_data_date_and_a_project(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    write_template(path)
    assert fault_of(path, "zh").splitlines() == [
        "台账.xlsx [设置 Settings!B6 数据日期]: 缺少设置“数据日期”；请在“设置 Settings”表中填写"
        "（CSV在表头之前加一行：# data_date,值）",
        "台账.xlsx [项目 Projects]: 没有一行项目；请至少填写一行（编号以“示例”开头的行不读）",
    ]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_filled_template_is_a_scenario(tmp_path: Path, suffix: str) -> None:
    """A planner keeps the examples, fills in the data date and one row."""
    path = tmp_path / f"台账{suffix}"
    write_template(path, rows=5)
    if suffix == ".xlsx":
        book = load_workbook(path)
        book["设置 Settings"]["B6"] = datetime(2026, 3, 31)
        for cell, value in {"A4": "P-1", "B4": "甲项目", "C4": "enterprise 企业投资项目（备案制）"}.items():
            book["项目 Projects"][cell] = value
        book.save(path)
    else:
        text = path.read_text(encoding="utf-8-sig").replace("Data date,", "Data date,2026/3/31")
        path.write_text(text + "P-1,甲项目,企业投资\r\n", encoding="gb18030", newline="")
    found = load_scenario(path)
    assert [(item.id, item.template) for item in found.projects] == [("P-1", "enterprise")]
    assert found.data_date == date(2026, 3, 31)


def test_examples_of_the_template_are_right(tmp_path: Path) -> None:
    """Overwriting only the id turns an example into a project that can be planned."""
    path = tmp_path / "t.xlsx"
    write_template(path, rows=5)
    book = load_workbook(path)
    book["设置 Settings"]["B6"] = date(2026, 3, 31)
    book["项目 Projects"]["A2"], book["项目 Projects"]["A3"] = "P-1", "P-2"
    book.save(path)
    first, second = load_scenario(path).projects
    assert first.current[0].node == "A8b"
    assert first.deadlines[0].hard
    assert second.options == ("ready_land", "land_then_start")
    assert second.land_ready


def test_template_offers_lists_and_formats(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, rows=30)
    book = load_workbook(path)
    sheet = book["项目 Projects"]
    assert book.sheetnames[:2] == ["项目 Projects", "设置 Settings"]
    assert {"说明 Guide", "选项 Lists"} <= set(book.sheetnames)
    assert sheet.freeze_panes == "C2"
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["C2:C31"].type == "list"
    column, last = rules["C2:C31"].formula1.split("!")[1].replace("$", "").split(":")[0][0], 3
    assert [book["选项 Lists"][f"{column}{row}"].value for row in range(2, last + 1)] == [
        "government 政府投资项目（审批制）",
        "enterprise 企业投资项目（备案制）",
    ]
    by_header = {cell.value: cell.column_letter for cell in sheet[1]}
    assert (
        sheet[f"{by_header['期限:F0 实质性开工' + chr(10) + 'deadline: F0']}2"].number_format == "yyyy-mm-dd"
    )
    assert sheet["A2"].number_format == "@"
    assert "A8b 可行性研究报告批复" in [cell.value for cell in book["选项 Lists"]["F"]]


def test_every_list_value_is_read_back() -> None:
    for item in list_columns():
        if item.kind:
            for value in item.values:
                PARSERS[item.kind](value)


def test_every_column_has_a_parser_and_a_name_of_its_own() -> None:
    for table in (*TABLES, SETTINGS):
        columns = (*table.columns, *table.families)
        assert {column.kind for column in columns} <= set(PARSERS)
        for names in ([c.key for c in columns], [c.zh for c in columns], [c.en for c in columns]):
            assert len(names) == len(set(names))
        assert all(
            column.en_note and column.zh_note for column in columns if column.shown and table is PROJECTS
        )


def test_messages_have_both_languages_and_the_same_fields() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, (zh, en) in MESSAGES.items():
        assert "" != zh != en != "", key
        assert fields(en) == fields(zh), key


# -- headers ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "header",
    [
        "总投资（万元）",
        "总投资(万元)",
        "总投资",
        "Investment (10,000 CNY)",
        "investment",
        " 总 投 资 *",
        "总投资\nInvestment",
    ],
)
def test_headers_in_any_language_and_width(tmp_path: Path, header: str) -> None:
    assert row_value(tmp_path, {header: 500}).investment.total == 500


@pytest.mark.parametrize(
    "header",
    ["期限:E2", "期限：施工许可证", "deadline: E2", "Deadline:e2 质安监手续、施工许可证", "deadline:E2"],
)
def test_a_deadline_column_for_any_node(tmp_path: Path, header: str) -> None:
    (line,) = row_value(tmp_path, {header: date(2026, 9, 1)}).deadlines
    assert (line.node, line.hard) == ("E2", False)


def test_columns_in_any_order_and_a_title_row_above(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(
        path,
        [{"模板": "备案制", "所属": None, "项目名称": "甲", "项目编号": 7}],
        ["模板", "项目名称", "项目编号"],
    )
    sheet = book["项目"]
    sheet.insert_rows(1)
    sheet["A1"] = "某区重点项目台账"
    sheet.merge_cells("A1:C1")
    book.save(path)
    assert read_ledger(path).projects[0].id == "7"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"总投姿": 5}, r"台账\.xlsx \[项目!D1\]: unknown column '总投姿'; the nearest is '总投资（万元）"),
        ({"序号": 5}, r"\[项目!D1\]: unknown column '序号'.*or delete the column"),
        ({"期限:开工典礼": None}, r"\[项目!D1\]: unknown column.*the nearest is '期限:F0 实质性开工'"),
        ({"到位:钢铁": None}, r"unknown column '到位:钢铁'; the nearest is '到位:"),
        ({"总投资": 5, "investment": 6}, r"\[项目!E1\]: the same column stands in 项目!D1"),
        ({"总投资\n本年": 5}, r"\[项目!D1\]: unknown column|names two columns"),
        ({"总投资\n年度计划投资": 5}, r"\[项目!D1\]: the header '总投资 / 年度计划投资' names two columns"),
    ],
)
def test_header_faults(tmp_path: Path, row: Any, message: str) -> None:
    path = tmp_path / "台账.xlsx"
    workbook(path, [{**BASE, **row}])
    if message.startswith(r"\[项目!D1\]: unknown column|"):
        assert read_ledger(path)
    else:
        with pytest.raises(LedgerError, match=message):
            read_ledger(path, "en")


def test_missing_columns_and_header(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    workbook(path, [{"项目编号": "P", "项目名称": "甲"}])
    assert "[项目]: the required column 'Template' is missing; add it" in fault_of(path)
    workbook(path, [{"a": "P", "b": "甲"}])
    assert "[项目]: no header in the first 12 rows" in fault_of(path)


def test_cells_beside_the_table(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(path, [BASE])
    book["项目"]["F2"] = "待核实"
    book.save(path)
    assert "[项目!F2]: this cell holds '待核实' but its column has no header" in fault_of(path)


# -- values -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    [
        date(2026, 2, 28),
        datetime(2026, 2, 28),
        "2026-02-28",
        "2026/2/28",
        "2026.2.28",
        "2026年2月28日",
        "2026 年 2 月 28 日",
        "２０２６－０２－２８",
        "２０２６年２月２８日",
        " 2026-02-28　",
        "2026-02-28 00:00:00",
        "20260228",
        20260228,
    ],
)
def test_dates_that_are_read(tmp_path: Path, written: Any) -> None:
    assert row_value(tmp_path, {"期限:F0": written}).deadlines[0].date == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2026-02-30", "there is no such day as '2026-02-30'; check month and day"),
        ("2026年13月1日", "there is no such day"),
        ("2026年12月", "'2026年12月' names no day; write the full date, as 2026-12-31"),
        ("12月底", "names no day"),
        ("2026-12", "names no day"),
        ("12/31/2026", "the order of year, month and day in '12/31/2026' is not clear"),
        ("26.12.31", "is not clear"),
        ("年底前", "'年底前' is not a date; write it as 2026-12-31, or leave the cell empty"),
        ("/", "'/' is not a date"),
        ("待定", "leave the cell empty"),
        ("2026-12-31 硬", "'2026-12-31 硬' is not a date"),
        ("2026-12/31", "is not a date"),
        (46387, "this is the number 46387, not a date; if 2026-12-31 is meant, format the cell as a date"),
        ("46387", "this is the number 46387"),
        (1200, "'1200' is not a date"),
        (True, "is not a date"),
        (time(8, 30), "is not a date"),
        (
            datetime(2026, 12, 31, 8, 30),
            "'2026-12-31 08:30:00' has a time of day; write only the date, as 2026-12-31",
        ),
        ("2026-12-31 08:30", "has a time of day"),
    ],
)
def test_dates_that_are_refused(tmp_path: Path, written: Any, message: str) -> None:
    found = row_fault(tmp_path, {"期限:F0": written})
    assert found.startswith("台账.xlsx [项目!D2 deadline: F0]: ")
    assert message in found


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (12000, 12000),
        (0.25, 0.25),
        ("12,000", 12000),
        ("１２，０００", 12000),
        ("12000万元", 12000),
        ("1.2亿", 12000),
        ("1.15 亿元", 11500),
        (" 800 ", 800),
    ],
)
def test_money_that_is_read(tmp_path: Path, written: Any, amount: float) -> None:
    assert row_value(tmp_path, {"总投资": written}).investment.total == amount


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (-5, "-5 is negative; write 0 or more"),
        ("-5亿", "is negative"),
        (
            "约1.2亿",
            "'约1.2亿' is not an amount; write a number in 10,000 CNY (万元), as 12000 for 120 million",
        ),
        ("12000元", "is not an amount"),
        ("待定", "or leave the cell empty"),
        ("1.2.3", "is not an amount"),
        (date(2026, 1, 1), "is not an amount"),
        (True, "is not an amount"),
    ],
)
def test_money_that_is_refused(tmp_path: Path, written: Any, message: str) -> None:
    found = row_fault(tmp_path, {"总投资": written})
    assert found.startswith("台账.xlsx [项目!D2 Investment (10,000 CNY)]: ")
    assert message in found


@pytest.mark.parametrize(
    "written",
    ["F0", "f0", "Ｆ０", "F0 实质性开工", "实质性开工", " 实质性 开工", "开工", "substantive start"],
)
def test_nodes_by_any_name(tmp_path: Path, written: str) -> None:
    found = row_value(
        tmp_path,
        {"当前节点": written, "起始日期": None, "当前节点起始日期": "2026-03-01"},
        header=[*BASE, "当前节点", "当前节点起始日期"],
    )
    assert found.current[0].node == "F0"


@pytest.mark.parametrize(
    ("row", "cell", "message"),
    [
        (
            {"模板": "国债项目"},
            "C2 Template",
            "no template '国债项目'; write one of: government 政府投资项目（审批制）; ent",
        ),
        ({"选项": "快速"}, "D2 Options", "no option '快速'; write one or more of: "),
        (
            {"选项": "拿地即开工"},
            "D2 Options",
            "does not apply to template 'government 政府投资项目（审批制）'",
        ),
        ({"选项": "串联办理;并联审批"}, "D2 Options", "contradict each other; keep one of them"),
        (
            {"气候分区": "中部"},
            "D2 Region",
            "'中部' is none of the choices; write one of: north 北方; south 南方",
        ),
        ({"是否净地": "部分"}, "D2 Land ready", "'部分' is none of the choices; write one of: 是; 否"),
        (
            {"期限:F0": "2026-12-31", "期限软硬:F0": "中"},
            "E2 hard or soft: F0",
            "none of the choices; write one of: 硬; 软",
        ),
        (
            {"期限:F0": None, "期限软硬:F0": "硬"},
            "E2 hard or soft: F0",
            "there is no date; write one under 'deadline: F0'",
        ),
        (
            {"当前节点": "可研批"},
            "D2 Current node",
            "no node '可研批'; the nearest is 'A8b 可行性研究报告批复'",
        ),
        ({"当前节点": "环评", "since": None}, "E2 Since", "there is a current node but no date since when"),
        ({"当前节点": None, "since": "2026-03-01"}, "D2 Current node", "there is a date but no current node"),
        ({"当前节点2": "环评", "since2": None}, "E2 Since 2", "no date since when"),
        (
            {"当前节点": None, "remaining": 5},
            "E2 Remaining work",
            "there is remaining work but no current node",
        ),
        ({"当前节点": "挂牌出让", "since": "2026-03-01", "选项": "净地"}, "", ""),
        (
            {"当前节点": "A4", "since": "2026-03-01"},
            "D2 Current node",
            "node 'A4 项目备案' is not part of this project (template 'gov",
        ),
        (
            {"期限:B10": "2026-05-01", "选项": "净地"},
            "D2 deadline: B10",
            "(template 'government 政府投资项目（审批制）', options: ready_land 净地)",
        ),
        ({"期限:B10": "2026-05-01", "是否净地": "是"}, "D2 deadline: B10", "is not part of this project"),
        ({"年度计划投资": 5}, "D2", "there is a yearly plan, completed investment, secured funds or"),
        ({"总投资": None, "年度计划投资": 5}, "D2 Investment (10,000 CNY)", "but no total"),
        ({"总投资": None, "已落实资金": 5}, "D2 Investment (10,000 CNY)", "but no total"),
        ({"剩余工作:F1": 5}, "D2 remaining work: F1", "no actual start; write one under 'actual start: F1'"),
        ({"项目编号": None}, "A2 Project id", "this cell is required but empty; fill it in"),
        ({"项目名称": "　"}, "B2 Project", "this cell is required but empty"),
        ({"模板": ""}, "C2 Template", "this cell is required but empty"),
        ({"项目编号": "A/1"}, "A2 Project id", "the id 'A/1' contains '/'; write '-' instead"),
        ({"项目编号": "A\n1"}, "A2 Project id", "contains a line break"),
        (
            {"项目编号": date(2026, 3, 1)},
            "A2 Project id",
            "a text belongs here but Excel stored the date 2026-03-01",
        ),
        ({"项目编号": "合计"}, "A2", "'合计' is a total, not a project; delete this row"),
    ],
)
def test_row_faults(tmp_path: Path, row: Any, cell: str, message: str) -> None:
    if not cell:
        assert row_value(tmp_path, row).current[0].node == "B11"
        return
    found = row_fault(tmp_path, row)
    assert f"台账.xlsx [项目!{cell}" in found
    assert message in found


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            "P-1",
            "[项目!A3 Project id]: the id 'P-1' stands in 项目!A2 Project id too; give each row its own id",
        ),
        ("ｐ-1 ", "differs from 'P-1' in 项目!A2 Project id only by width, case or spaces"),
    ],
)
def test_duplicate_ids(tmp_path: Path, second: str, message: str) -> None:
    assert message in row_fault(tmp_path, {}, {"项目编号": second})


def test_a_resource_that_stands_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(path, [BASE])
    sheet = book.create_sheet("共享资源")
    for row in (
        ["资源编号", "总量", "占用节点"],
        ["crew", 2, "F1:2"],
        ["crew", 3, "X1"],
        ["team", -1, "F1:a"],
    ):
        sheet.append(row)
    book.save(path)
    found = fault_of(path)
    assert "[共享资源!A3 Resource id]: the id 'crew' stands in 共享资源!A2 Resource id too" in found
    assert "[共享资源!C3 Held by]: no node 'X1'" in found
    assert "[共享资源!B4 Capacity]: -1 is too small; write 0 or more" in found
    assert "[共享资源!C4 Held by]: 'F1:a' is not 'node:units'" in found


def test_all_faults_at_once_in_chinese(tmp_path: Path) -> None:
    found = row_fault(
        tmp_path,
        {"总投资": "许多", "期限:F0": "年底"},
        {"项目编号": "P-2", "总投资": -1},
        lang="zh",
        setting_rows=[("情景名称", "x"), ("数据日期", "2026年2月30日"), ("置信度", 80), ("区域", "南")],
    )
    assert found.splitlines() == [
        "台账.xlsx [Settings!B2 数据日期]: “2026年2月30日”这一天不存在；请核对月份和日子",
        "台账.xlsx [Settings!B3 置信度]: 80不在0和1之间；请写成0.8或80%",
        "台账.xlsx [Settings!A4]: 不认识的设置“区域”；最接近的是“气候分区 Region”。请改正或删除本行",
        "台账.xlsx [项目!D2 总投资（万元）]: “许多”不是金额；"
        "请填以万元为单位的数，如12000（1.2亿元），不知道就留空",
        "台账.xlsx [项目!E2 期限:F0 实质性开工]: “年底”不是日期；请写成2026-12-31，不知道就留空",
        "台账.xlsx [项目!D3 总投资（万元）]: -1是负数；请填不小于0的数",
    ]


def test_numbers_and_texts_change_places(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(
        path, [{**BASE, "项目编号": 1, "总投资": "500"}, {**BASE, "项目编号": "001"}, {**BASE, "项目编号": 2}]
    )
    book["项目"]["A4"].number_format = "000"
    book["Settings"].append(["模拟次数", "500"])
    book["Settings"].append(["置信度", "75%"])
    book.save(path)
    found = read_ledger(path)
    assert [item.id for item in found.projects] == ["1", "001", "002"]
    assert (found.replications, found.confidence) == (500, 0.75)


def test_empty_rows_and_a_row_of_blanks_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    workbook(path, [BASE, {}, {"项目编号": " ", "项目名称": "　"}, {**BASE, "项目编号": "P-2"}])
    assert [item.id for item in read_ledger(path).projects] == ["P-1", "P-2"]


def test_problems_of_the_scenario_show_cells_too(tmp_path: Path) -> None:
    """A deadline that no calendar covers is found later, by the checks of every source."""
    path = tmp_path / "x.xlsx"
    workbook(
        path,
        [{**BASE, "当前节点": "A9", "since": "2026-03-01", "期限:F0": "2020-01-01", "期限:V3": "2098-01-01"}],
    )
    source = ledger_source(path, "en")
    assert source.where(("projects", 0, "deadlines", 1, "date")) == "x.xlsx [项目!G2 deadline: V3]"
    assert source.where(("projects", 0, "deadlines", 0, "node")) == "x.xlsx [项目!F2 deadline: F0]"
    assert source.where(("projects", 0, "current", "since")) == "x.xlsx [项目!E2 Since]"
    assert source.where(("projects", 0, "investment")) == "x.xlsx [项目!A2 Project id]"
    assert source.where(("data_date",)) == "x.xlsx [Settings!B2 Data date]"
    with pytest.raises(ScenarioError, match=r"x\.xlsx \[项目!G2 deadline: V3\]: .*2098-01-01 is not covered"):
        load_scenario(path, lang="en")


@pytest.mark.parametrize(
    ("row", "place", "zh"),
    [
        ({"当前节点": "A9", "since": "2026-04-01"}, "E2 当前节点起始日期", "晚于数据日期2026-03-31"),
        ({"实际完成:A9": "2026-03-31"}, "D2 实际完成:A9", "不早于数据日期2026-03-31"),
        ({"实际开始:A9": "2026-04-02"}, "D2 实际开始:A9", "不早于数据日期2026-03-31"),
    ],
)
def test_facts_ahead_of_the_data_date_are_refused_in_chinese(
    tmp_path: Path, row: dict[str, Any], place: str, zh: str
) -> None:
    found = row_fault(tmp_path, row, lang="zh")
    assert f"[项目!{place}" in found
    assert zh in found


def test_a_node_may_begin_on_the_data_date(tmp_path: Path) -> None:
    (current,) = row_value(tmp_path, {"当前节点": "A9", "since": "2026-03-31"}).current
    assert current.since == date(2026, 3, 31)


def test_a_deadline_before_the_data_date_is_accepted(tmp_path: Path) -> None:
    assert row_value(tmp_path, {"期限:F0": "2020-01-01"}).deadlines[0].date == date(2020, 1, 1)


# -- settings ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([("情景名称", "x")], "[Settings]: the setting 'Data date' is missing; fill it in"),
        (
            [*NEEDED, ("数据日期", date(2026, 1, 1))],
            "[Settings!A3 Data date]: the same setting stands in Settings!A2",
        ),
        ([*NEEDED, ("种子", 1)], "unknown setting '种子'; the nearest is '随机种子 Seed'"),
        ([*NEEDED, ("随机种子", 1.5)], "[Settings!B3 Seed]: 1.5 is not a whole number"),
        ([*NEEDED, ("模拟次数", 0)], "[Settings!B3 Replications]: 0 is too small; write 1 or more"),
        ([*NEEDED, ("模拟次数", "很多")], "'很多' is not a number"),
        ([*NEEDED, ("情景名称\nScenario", "x/y")], "the same setting"),
        ([("情景名称", "x/y"), NEEDED[1]], "[Settings!B1 Scenario]: the id 'x/y' contains '/'"),
    ],
)
def test_setting_faults(tmp_path: Path, lines: Any, message: str) -> None:
    assert message in row_fault(tmp_path, {}, setting_rows=lines)


# -- sheets -----------------------------------------------------------------------------------------------
def test_missing_double_hidden_and_empty_sheets(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(path, [BASE])
    book["项目"].title = "Sheet1"
    book.save(path)
    assert "x.xlsx: the sheet '项目 Projects' is missing (found: Sheet1、Settings)" in fault_of(path)
    book["Sheet1"].title = "Projects"
    book.create_sheet("项目")
    book.save(path)
    assert "[项目]: there are two sheets '项目 Projects'; keep one of them" in fault_of(path)
    del book["项目"]
    book["Projects"].sheet_state = "hidden"
    book.save(path)
    assert "[Projects]: the sheet is hidden; unhide and check it, or delete it" in fault_of(path)
    book["Projects"].sheet_state = "visible"
    book.create_sheet("任务指标")
    book.create_sheet("随手记").append(["什么都行"])
    book.save(path)
    assert read_ledger(path).quotas == ()
    book["Projects"].delete_rows(1, 5)
    book.save(path)
    assert "[Projects]: no header" in fault_of(path)


def test_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(path, [{**BASE, "牵头单位": "发改局"}, {**BASE, "项目编号": "P-2"}])
    book["项目"].merge_cells("D2:D3")
    book.save(path)
    assert fault_of(path) == "x.xlsx [项目!D2:D3]: D2:D3 are merged; unmerge them and fill in each cell"


def test_formulas(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(path, [{**BASE, "总投资": "=1+1"}])
    book.save(path)
    assert "[项目!D2 Investment (10,000 CNY)]: the formula has no stored result; open and save" in fault_of(
        path
    )
    _store_result(path, "<v></v>", "<v>2</v>")
    assert read_ledger(path).projects[0].investment is not None
    workbook(path, [{**BASE, "总投资": "=1/0"}])
    _store_result(path, '<c r="D2"><f>1/0</f><v></v>', '<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v>')
    assert "the formula failed (#DIV/0!); correct it, or write the value" in fault_of(path)
    workbook(path, [{**BASE, "牵头单位": '=IF(1,"","")'}])
    _store_result(path, '<c r="D2">', '<c r="D2" t="str">')
    assert read_ledger(path).projects[0].lead_unit is None


def _store_result(path: Path, old: str, new: str) -> None:
    """Put into the file what Excel stores when it saves a formula."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode().replace("<v />", "<v></v>").replace("<v/>", "<v></v>")
    assert old in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(old, new).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_too_many_rows_and_stray_cells(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = workbook(path, [BASE])
    book["项目"]["A90000"] = "x"
    book.save(path)
    found = fault_of(path)
    assert "[项目]: the sheet has 90000 rows and 3 columns, more than 20000 and 400" in found
    text = tmp_path / "x.csv"
    text.write_text("项目编号,项目名称,模板\n" + "a,b,c\n" * 21_000, encoding="utf-8")
    assert "the sheet has" in fault_of(text)


# -- files ------------------------------------------------------------------------------------------------
def test_files_that_are_no_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(name: str, content: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return fault_of(path)

    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    assert fault_of(tmp_path / "none.xlsx") == "none.xlsx: there is no such file; check folder and name"
    assert "the file is empty" in fault("a.xlsx", b"")
    assert "this is an old Excel file (.xls); save it" in fault("a.xls", ole + b"Workbook")
    assert "this is an old Excel file" in fault("b.xls", b"<html></html>")
    assert "protected by a password" in fault("a.xlsx", ole + "EncryptedPackage".encode("utf-16-le"))
    assert "the content is no Excel workbook" in fault("a.xlsx", "项目编号,项目名称\n".encode())
    assert "a ledger does not end in '.docx'" in fault("a.docx", b"PK")
    assert "the workbook is damaged" in fault("a.xlsx", b"PK\x03\x04" + bytes(100))
    good = tmp_path / "good.xlsx"
    workbook(good, [BASE])
    assert "rename the file to .xlsx" in fault("a.csv", good.read_bytes())
    assert "the workbook is damaged" in fault("a.xlsx", good.read_bytes()[:-400])
    _store_result(good, "<sheetData>", "<sheetData><row r='x'")
    assert "the workbook is damaged" in fault_of(good)
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert "this is another kind of document" in fault_of(tmp_path / "other.xlsx")
    workbook(good, [BASE])
    monkeypatch.setattr(ledger_files, "MOST_MEGABYTES", 0.001)
    assert "the workbook unpacks to 0 MB, more than 0.001 MB" in fault_of(good)


TEXT = """# 情景名称,demo
# 数据日期,2026-03-31
项目编号,项目名称,模板,选项
001,甲项目,政府投资,净地；并联审批
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(TEXT.replace(",", delimiter), encoding=encoding)
    (project,) = read_ledger(path).projects
    assert (project.id, project.options) == ("001", ("ready_land", "parallel"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("项目编号,项目名称,模板", "a,b,c", "x.csv: no header in the first 12 rows"),
        ("政府投资", "政府", "x.csv [C4 Template]: no template '政府'"),
        ("# 数据日期,2026-03-31\n", "", "x.csv: the setting 'Data date' is missing; fill it in"),
        ("2026-03-31", "2026年3月", "x.csv [B2 Data date]: '2026年3月' names no day"),
        ("净地", "净地,多余", "x.csv [E4]: this cell holds '多余"),
        ("甲项目", '"甲项目', "x.csv: the CSV cannot be read from line 4 on"),
        ("# 情景名称", "# 备忘,x\n# 情景名称", "x.csv [A1]: unknown setting '备忘'"),
    ],
)
def test_csv_faults(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    assert message in fault_of(path)


def test_csv_comments_and_bytes_of_no_encoding(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("# 只是一句话\n" + TEXT, encoding="utf-8")
    assert len(read_ledger(path).projects) == 1
    path.write_bytes(b"\xff\x80\x81" * 5)
    assert "the text is neither UTF-8 nor GB18030" in fault_of(path)


def test_a_template_csv_opens_in_excel_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_template(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["# 情景名称 * | Scenario", "t"]
    header = next(row for row in rows if not row[0].startswith("#"))
    assert len(header) == len(shown_columns(PROJECTS))
