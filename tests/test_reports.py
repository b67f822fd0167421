"""Reports: what planners and other programs read says what the forecast says, safely and at any size."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from forecasts import DATA_DATE, make_forecast
from rich.cells import cell_len
from rich.console import Console

from scenarios.messages import catalogue, say
from scenarios.reports import print_forecast, result_dict, result_schema, write_all, write_result
from scenarios.reports.about import about, number_on_time, plan_text
from scenarios.reports.csv_tables import write_csv
from scenarios.reports.files import replacing
from scenarios.reports.tables import DUE, DUE_DAYS, PROJECTS, cause_text, last_deadline, tables
from scenarios.reports.workbook import write_workbook
from scenarios.results import Cause, Forecast, Node, ProjectResult
from scenarios.schema import Label
from scheduling.errors import InputError, SchedulingError
from scheduling.status import Status
from simulation.statistics import Probability

ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
DATES = ("latest", "planned", "late_plan", "actual", "actual_start", "deadline", "p50", "p80", "p90")
NO_NODE = dict.fromkeys((*DATES, "department", "total_float", "on_time", "light", "cause"))
PEOPLE = ("lead_unit", "responsible_unit", "responsible_person", "district", "sector", "template")
NUMBERS = ("investment", "on_time", "without_cancellation", "confidence", "light")
NO_PROJECT = dict.fromkeys((*PEOPLE, *NUMBERS, "blocker"))
EVIL = '=HYPERLINK("http://example.invalid","x")'


def printed(forecast: Forecast, width: int = 120, lang: str = "en", **options: Any) -> str:
    console = Console(width=width, file=io.StringIO(), **options)
    print_forecast(forecast, console, lang)
    return console.file.getvalue()


def named(forecast: Forecast, text: str) -> Forecast:
    """The forecast with the first project and all its nodes called by a text."""
    first = forecast.projects[0]
    label = Label(zh=text, en=text)
    nodes = tuple(replace(node, name=label) for node in first.nodes)
    return replace(
        forecast, projects=(replace(first, name=label, district=text, nodes=nodes), *forecast.projects[1:])
    )


def bare(forecast: Forecast) -> Forecast:
    """The forecast without anything that may be missing."""

    def node(full: Node) -> Node:
        return replace(full, **NO_NODE, state="open", drivers=(), hard=False, assumed=False)

    def project(full: ProjectResult) -> ProjectResult:
        nodes = tuple(map(node, full.nodes))
        return replace(full, **NO_PROJECT, nodes=nodes, causes=(), critical_path=(), warnings=())

    return replace(
        forecast,
        description=None,
        source=None,
        projects=tuple(map(project, forecast.projects)),
        quotas=(),
        due=(),
        number_on_time=(),
        completion=None,
        investment=None,
        warnings=(),
    )


# -- result.json ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("forecast", [make_forecast(), bare(make_forecast()), make_forecast(3, 2, 300)])
def test_result_follows_its_schema(forecast: Forecast) -> None:
    schema = result_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert list(validator.iter_errors(result_dict(forecast))) == []


def test_schema_refuses_unknown_and_missing_keys() -> None:
    validator = jsonschema.Draft202012Validator(result_schema())
    content = result_dict(make_forecast())
    assert not validator.is_valid(content | {"elapsed": 1.0})
    del content["projects"][0]["nodes"][0]["p80"]
    assert not validator.is_valid(content)


def test_documentation_names_every_key() -> None:
    page = (Path(__file__).parents[1] / "docs" / "result-schema.md").read_text(encoding="utf-8")
    sections = re.split(r"^## |^(?=\| [a-z ]+ \(`)", page, flags=re.MULTILINE)
    schema = result_schema()
    for name, part in {"Forecast": schema, **schema["$defs"]}.items():
        described = "".join(section for section in sections if f"`{name}`" in section)
        missing = [key for key in part["properties"] if f"`{key}`" not in described]
        assert not missing, f"{name}: {missing}"


def test_probability_dates_and_texts_in_the_result(tmp_path: Path) -> None:
    forecast = make_forecast()
    path = write_result(forecast, tmp_path / "result.json")
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    project = forecast.projects[0]
    assert "示例产业园项目1" in text
    assert content["data_date"] == "2026-03-02"
    assert content["projects"][0]["on_time"] == {
        "successes": project.on_time.successes,
        "trials": 1000,
        "value": project.on_time.value,
        "low": project.on_time.low,
        "high": project.on_time.high,
    }
    assert list(content)[:2] == ["format", "name"]
    assert list(content)[-1] == "result_hash"


def test_equal_results_give_equal_bytes_and_hash(tmp_path: Path) -> None:
    forecast = make_forecast(7)
    versions = forecast.provenance.versions
    reordered = replace(
        forecast,
        provenance=replace(forecast.provenance, versions=dict(reversed(versions.items()))),
    )
    first = write_result(forecast, tmp_path / "a.json").read_bytes()
    second = write_result(reordered, tmp_path / "b.json").read_bytes()
    assert first == second
    assert result_dict(make_forecast(8))["result_hash"] != result_dict(forecast)["result_hash"]


def test_hash_can_be_checked_by_anybody(tmp_path: Path) -> None:
    path = write_result(make_forecast(), tmp_path / "result.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    stated = content.pop("result_hash")
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == stated


def test_result_refuses_what_json_cannot_hold() -> None:
    forecast = make_forecast()
    plan = replace(forecast.late_plan, gap=float("nan"))
    with pytest.raises(InputError, match=r"result\.late_plan\.gap is nan.*Give a finite number or None"):
        result_dict(replace(forecast, late_plan=plan))


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def write() -> None:
        with replacing(path) as draft:
            draft.write_text("new", encoding="utf-8")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write()
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text(encoding="utf-8") == "old"


def test_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(SchedulingError, match=r"result\.json: cannot be written .*give another folder"):
        write_all(make_forecast(), tmp_path / "out", "zh")


# -- tables, CSV ------------------------------------------------------------------------------------------
def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_has_headers_of_its_own(lang: str) -> None:
    for table in tables(make_forecast(), lang):
        spread = table.spread()
        assert len(set(spread.headers)) == len(spread.headers)
        assert all(len(row) == len(spread.keys) == len(spread.kinds) for row in spread.rows)


def test_csv_of_nodes(tmp_path: Path) -> None:
    forecast = make_forecast()
    nodes = next(table for table in tables(forecast, "en") if table.name == "nodes")
    path = write_csv(nodes, tmp_path / "nodes.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read_csv(path)
    assert len(rows) == 33
    node = next(node for project in forecast.projects for node in project.nodes if node.deadline)
    row = next(row for row in rows if f"{row['Project id']}/{row['Node id']}" == node.id)
    assert row["Deadline"] == node.deadline.isoformat()
    assert row["Latest finish"] == node.latest.finish.isoformat()
    assert row["P80 date"] == node.p80.isoformat()
    digits = node.on_time.decimals
    assert row["On-time probability"] == f"{node.on_time.value:.{digits}f}"
    assert row["On-time probability, 95% low"] == f"{node.on_time.low:.{digits}f}"
    assert row["Light"] in {"green", "amber", "red"}


@pytest.mark.parametrize("text", [EVIL, "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1+1"])
def test_csv_texts_are_never_formulas(tmp_path: Path, text: str) -> None:
    for table in tables(named(make_forecast(), text), "zh"):
        write_csv(table, tmp_path / f"{table.name}.csv")
    names = [row["项目"] for row in read_csv(tmp_path / "projects.csv")]
    assert names[0] == "'" + text
    assert names[1] == "示例产业园项目2"


def test_number_below_zero_stays_a_number(tmp_path: Path) -> None:
    forecast = make_forecast()
    first = forecast.projects[0]
    late = replace(first.nodes[-1], total_float=-3)
    forecast = replace(forecast, projects=(replace(first, nodes=(*first.nodes[:-1], late)),), due=())
    write_all(forecast, tmp_path, "en")
    assert read_csv(tmp_path / "tables" / "nodes.csv")[-1]["Total float"] == "-3"


def test_due_table_looks_28_days_ahead() -> None:
    forecast = make_forecast()
    item = forecast.due[0]
    inside = replace(item, by=DATA_DATE + timedelta(days=DUE_DAYS - 1))
    outside = replace(item, by=DATA_DATE + timedelta(days=DUE_DAYS))
    table = DUE.fill(replace(forecast, due=(inside, outside)), "en")
    assert table["by"] == (inside.by,)


def test_last_deadline_of_a_project() -> None:
    project = make_forecast().projects[0]
    latest = last_deadline(project)
    assert latest.deadline == max(node.deadline for node in project.nodes if node.deadline)
    table = PROJECTS.fill(make_forecast(), "en")
    assert table["last_p80"][0] == latest.p80
    assert last_deadline(bare(make_forecast()).projects[0]) is None


def test_gain_is_no_finer_than_its_standard_error() -> None:
    label = Label(zh="资金", en="funds")
    assert cause_text(Cause("factor:funds", label, 0.123, 0.012), "en") == "funds (+12 points)"
    assert cause_text(Cause("factor:funds", label, 0.123, 0.001), "zh") == "资金 +12.3个百分点"


# -- workbook ---------------------------------------------------------------------------------------------
def test_workbook_sheets_and_types(tmp_path: Path) -> None:
    forecast = make_forecast()
    book = openpyxl.load_workbook(write_workbook(forecast, tmp_path / "report.xlsx", "zh"))
    assert book.sheetnames == ["说明", "项目", "关键节点", "应办事项", "任务指标", "延误原因", "全部节点"]
    sheet = book["全部节点"]
    headers = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in sheet.iter_rows(min_row=2) if row[headers["期限"] - 1].value)
    deadline = row[headers["期限"] - 1]
    assert isinstance(deadline.value, datetime)
    assert deadline.number_format == "yyyy-mm-dd"
    share = row[headers["按期概率"] - 1]
    assert isinstance(share.value, float)
    assert share.number_format == "0%"
    light = row[headers["亮灯"] - 1]
    assert light.value in {"绿灯", "黄灯", "红灯"}
    assert light.fill.fgColor.rgb in {"FFC6EFCE", "FFFFEB9C", "FFFFC7CE"}
    assert sheet.freeze_panes == "E2"
    assert sheet.auto_filter.ref == "A1:AF34"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.column_dimensions["D"].width >= len("建设工程规划许可证") * 2


def test_workbook_says_how_it_came_about(tmp_path: Path) -> None:
    forecast = make_forecast()
    book = openpyxl.load_workbook(write_workbook(forecast, tmp_path / "report.xlsx", "en"))
    sheet = book.worksheets[0]
    told = [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2, max_col=2)]
    facts = dict(told)
    assert facts["Data date"] == "2026-03-02"
    assert facts["Seed"] == "0"
    assert facts["Replications"] == "1000"
    assert facts["Input hash (SHA-256)"] == forecast.provenance.input_hash
    assert facts["Result hash (SHA-256)"] == result_dict(forecast)["result_hash"]
    assert facts["Start rule"].startswith("as soon as possible (asap)")
    warnings = [text for heading, text in told if heading == "Warnings"]
    for key in ("warn_synthetic", "warn_uncalibrated", "interval_note"):
        assert warnings.count(say(key, "en")) == 1
    assert warnings.count(say("warn_data_date", "en", date="2026-03-02")) == 1
    assert "the start date is assumed (in 1: Sample industrial park 1)" in warnings


def test_no_deadline_means_no_number_on_time() -> None:
    forecast = replace(make_forecast(), number_on_time=(1.0,))
    assert number_on_time(forecast, "en") is None
    assert "Projects expected on time" not in dict(about(forecast, "en"))


@pytest.mark.parametrize("status", list(Status))
def test_every_status_of_a_plan_has_a_chinese_word(status: Status) -> None:
    forecast = make_forecast()
    forecast = replace(forecast, late_plan=replace(forecast.late_plan, status=status.value, gap=None))
    assert status.value in plan_text(forecast, "en")
    assert not re.search("[A-Za-z]", plan_text(forecast, "zh").split("（")[0])


@pytest.mark.parametrize("text", [EVIL, "+1", "-1", "@SUM(1)", "＝1", "#N/A", "1e5", "2026-01-01", "TRUE"])
def test_workbook_texts_stay_texts(tmp_path: Path, text: str) -> None:
    book = openpyxl.load_workbook(write_workbook(named(make_forecast(), text), tmp_path / "a.xlsx", "en"))
    for name in ("Projects", "Nodes"):
        cell = book[name]["B2"]
        assert (cell.value, cell.data_type) == (text, "s")
        assert bool(cell.quotePrefix) == text.startswith(("=", "+", "-", "@", "＝"))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}


def test_workbook_takes_control_characters(tmp_path: Path) -> None:
    forecast = named(make_forecast(), "a\x07b\x1b[2J")
    book = openpyxl.load_workbook(write_workbook(forecast, tmp_path / "a.xlsx", "en"))
    assert book["Projects"]["B2"].value == "a b [2J"


# -- all files --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_write_all_without_anything_optional(tmp_path: Path, lang: str) -> None:
    forecast = replace(bare(make_forecast()), late_plan=replace(make_forecast().late_plan, gap=None))
    paths = write_all(forecast, tmp_path / "out", lang)
    assert all(path.is_file() for path in paths)
    names = {path.name for path in paths}
    assert {"result.json", "report.xlsx", "projects.csv", "nodes.csv", "quotas.csv", "due.csv"} <= names
    assert sorted(paths) == sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    text = printed(forecast, 100, lang)
    assert say("no_due", lang) in text


def test_three_hundred_nodes(tmp_path: Path) -> None:
    forecast = make_forecast(1, 1, 300)
    write_all(forecast, tmp_path, "zh")
    assert len(read_csv(tmp_path / "tables" / "nodes.csv")) == 300
    assert printed(forecast, 100, "zh")


# -- terminal ---------------------------------------------------------------------------------------------
def test_console_tells_a_planner_the_essentials() -> None:
    forecast = make_forecast()
    text = printed(forecast, 160, "zh")
    node = next(node for node in forecast.projects[1].nodes if node.deadline)
    line = next(
        line
        for line in text.splitlines()
        if line.startswith(node.name.zh) and node.deadline.isoformat() in line
    )
    for expected in (
        node.earliest.finish.isoformat(),
        node.planned.finish.isoformat(),
        node.latest.finish.isoformat(),
        node.late_plan.finish.isoformat(),
        node.on_time.percent(),
        node.p80.isoformat(),
        say(node.light, "zh"),
        node.cause.label.zh,
    ):
        assert expected in line
    for expected in (
        "亮灯规则：按期概率不低于80%为绿灯",
        "任务指标",
        "0.3% (0.1–0.9)",
        "今后28天应办事项（按部门）",
        say("warn_synthetic", "zh"),
        say("warn_uncalibrated", "zh")[:20],
        "区间为95%置信区间，只反映抽样误差",
        "（asap）",
        "（plan）",
    ):
        assert expected in text


def test_projects_most_at_risk_come_first() -> None:
    forecast = make_forecast()
    text = printed(forecast, 100)
    ranked = sorted(forecast.projects, key=lambda project: project.on_time.value)
    places = [text.index(f"{project.name.en}: all deadlines on time") for project in ranked]
    assert places == sorted(places)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 100, 160, 220])
def test_no_line_is_wider_than_the_terminal_and_no_date_is_cut(width: int, lang: str) -> None:
    forecast = make_forecast()
    console = Console(width=width, file=io.StringIO())
    print_forecast(forecast, console, lang)
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    for line in lines:
        for piece in re.findall(r"(?<![\d-])20\d\d(?:-\d+)*", line):
            assert ISO.fullmatch(piece), line
    deadlines = {node.deadline for project in forecast.projects for node in project.nodes if node.deadline}
    assert deadlines <= {date.fromisoformat(found) for found in ISO.findall("\n".join(lines))}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_hundred_columns_hold_what_matters(lang: str) -> None:
    forecast = make_forecast()
    node = forecast.projects[0].nodes[5]
    text = printed(forecast, 100, lang)
    line = next(line for line in text.splitlines() if node.deadline.isoformat() in line)
    dates = (node.earliest, node.planned, node.latest)
    shown = [*(span.finish.isoformat() for span in dates), node.deadline.isoformat(), node.p80.isoformat()]
    assert ISO.findall(line) == shown
    assert node.on_time.percent() in line
    assert say("cause", lang).split()[0] in text


def test_chinese_columns_are_aligned() -> None:
    lines = printed(make_forecast(), 100, "zh").splitlines()
    head = next(index for index, line in enumerate(lines) if line.startswith("节点"))
    starts = {cell_len(line[: ISO.search(line).start()]) for line in lines[head + 2 : head + 7]}
    assert starts == {cell_len(lines[head][: lines[head].index("最早日期")])}


def test_names_are_not_markup_and_do_not_steer_the_terminal() -> None:
    text = printed(named(make_forecast(), "[red]x[/red][/] :smile: \x1b[2Jy\nz"), 160, force_terminal=True)
    assert "[red]x[/red][/] :smile:" in text
    assert "\x1b[2J" not in text


def test_colour_only_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" not in printed(make_forecast())
    assert "\x1b[1;31m" in printed(make_forecast(), force_terminal=True, color_system="standard")
    assert "\x1b[1;31m" not in printed(make_forecast(), force_terminal=True, no_color=True)


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp437"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_consoles_of_other_encodings(encoding: str, lang: str) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace", write_through=True)
    print_forecast(make_forecast(), Console(width=100, file=file), lang)
    text = file.buffer.getvalue().decode(encoding)
    assert "2026-03-02" in text
    assert encoding != "gbk" or lang != "zh" or "按期概率" in text


def test_large_portfolio_stays_readable(tmp_path: Path) -> None:
    forecast = make_forecast(2, 100, 11)
    console = Console(width=200, file=io.StringIO())
    print_forecast(forecast, console, "en", tmp_path)
    text = console.file.getvalue()
    assert "Key nodes of the 15 projects most at risk, of 100." in text
    assert text.count("all deadlines on time ") == 15
    assert "items, here by department" in text
    assert f"All tables: {tmp_path}" in text.replace("\n", "")
    assert all(project.name.en in text for project in forecast.projects)
    assert len(text.splitlines()) < 450


def test_probability_next_to_certainty_keeps_its_interval() -> None:
    forecast = make_forecast()
    sure = replace(forecast.projects[0], on_time=Probability(1000, 1000))
    text = printed(replace(forecast, projects=(sure,), due=()), 160)
    assert "100.0% (99.6–100.0)" in text


# -- texts ------------------------------------------------------------------------------------------------
def test_message_catalogue_has_no_key_twice_and_both_languages() -> None:
    text = (Path(__file__).parents[1] / "scenarios" / "messages.yaml").read_text(encoding="utf-8")
    keys = re.findall(r'^"?(\w+)"?:', text, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(catalogue())
    fields = re.compile(r"\{(\w+)")
    for key, message in catalogue().items():
        assert message.zh, key
        assert message.en, key
        assert set(fields.findall(message.zh)) == set(fields.findall(message.en)), key
