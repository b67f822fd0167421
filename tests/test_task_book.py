"""Task book and schedule table: the forecast's dates, joint need-by dates, sheets that open and print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from forecasts import make_forecast
from room import now, with_name

from scenarios.dispatch.schedule_table import schedule_table
from scenarios.dispatch.task_book import ProjectTasks, task_book
from scenarios.documents.model import Marked
from scenarios.documents.schedule import key_date, schedule_block
from scenarios.messages import say
from scenarios.reports.task_book import sheet_name, write_task_book
from scenarios.results import Forecast
from simulation.joint import joint_need_by

Call = Callable[..., tuple[int, str, str]]
EVIL = '=HYPERLINK("http://example.invalid","x")'


def bookless(forecast: Forecast) -> tuple[ProjectTasks, ...]:
    """Tasks without nodes and factors, for sheets alone."""
    return tuple(ProjectTasks(project, (), (), None) for project in forecast.projects)


def day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def rows_of(sheet: Any, header: str) -> list[tuple[Any, ...]]:
    """Rows below the header that begins with a text, up to an empty one."""
    rows = [tuple(map(day, row)) for row in sheet.iter_rows(values_only=True)]
    begin = next(at for at, row in enumerate(rows) if header in row)
    found = []
    for row in rows[begin + 1 :]:
        if not any(row):
            break
        found.append(row)
    return found


# -- rows -------------------------------------------------------------------------------------------------
def test_factors_have_the_joint_dates_and_what_they_reach_together() -> None:
    run = now()
    joint = joint_need_by(run.plan, risks=run.assembly.risks, replications=60, seed=run.scenario.seed)
    book = task_book(run)
    (funds,) = book[0].factors
    assert funds.need_by == joint.dates["A/factor:funds"] == run.plan.start["A/F3"]
    assert (funds.supply, funds.in_hand) == (date(2026, 3, 12), False)
    assert funds.margin == (funds.need_by - date(2026, 3, 12)).days
    assert [gate.zh for gate in funds.gates] == ["封顶"]
    assert book[0].together == joint.reached["A"]
    assert book[2].together is None


def test_general_roles_become_the_names_that_the_scenario_gives() -> None:
    named = {task.node.id: task.responsible.zh for tasks in task_book(now()) for task in tasks.nodes}
    assert named["A/F3"] == "甲公司"
    assert named["A/permit"] == "住房和城乡建设部门"
    assert named["B/survey"] == "西街道"
    assert named["C/plan"] == "未定部门"


def test_schedule_table_has_the_key_nodes() -> None:
    alpha, beta, _ = schedule_table(now().forecast.projects)
    assert [node and node.node for node in alpha.stops.values()] == ["permit", "F0", "F3", "V3", None]
    assert set(beta.stops.values()) == {None}
    forecast = now().forecast
    assert key_date(forecast.node("A/permit")) == Marked("done", date(2026, 3, 5))
    end = forecast.node("A/V3")
    assert end.planned is not None
    assert end.light is not None
    assert key_date(end) == Marked(end.light, end.planned.finish)
    block = schedule_block(forecast.projects, "zh")
    assert block.headers == ("项目", "亮灯", "施工许可", "实质性开工", "主体封顶", "竣工", "投产")
    assert block.rows[0][2] == Marked("done", date(2026, 3, 5))


def test_production_is_the_first_of_its_nodes_and_permits_the_last() -> None:
    project = make_forecast(nodes=11).projects[0]
    extra = replace(project.nodes[10], kind="production", node="P2")
    first = replace(project.nodes[9], kind="production", node="P1")
    permits = [node for node in project.nodes if node.kind == "permit"]
    (row,) = schedule_table([replace(project, nodes=(*project.nodes[:9], extra, first))])
    assert row.stops["production"] == first
    assert row.stops["permits"] == max(permits, key=lambda node: node.shown.finish)


# -- workbook ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets_say_what_the_forecast_says(tmp_path: Path, lang: str) -> None:
    run = now()
    book = task_book(run)
    path = write_task_book(run.forecast, book, tmp_path / "book.xlsx", lang)
    file = openpyxl.load_workbook(path)
    assert file.sheetnames[:2] == [say("book_index", lang), say("book_schedule", lang)]
    assert len(file.sheetnames) == 2 + len(book)
    for tasks, name in zip(book, file.sheetnames[2:], strict=True):
        rows = rows_of(file[name], say("planned_finish", lang))
        assert len(rows) == len(tasks.nodes)
        for row, task in zip(rows, tasks.nodes, strict=True):
            node = task.node
            ahead = node.state != "done"
            assert node.planned is not None
            assert row[1:3] == (node.name.text(lang), task.responsible.text(lang))
            assert row[4:6] == ((node.planned.start, node.planned.finish) if ahead else (None, None))
            assert row[6] == (node.latest.finish if node.latest and ahead else None)
            assert row[7] == node.deadline
            assert row[8] == (node.actual.finish if node.actual else None)
            assert row[9] == (node.on_time.percent() if node.on_time and node.light else None)
    (funds,) = rows_of(file[file.sheetnames[2]], say("book_need_by", lang))[:1]
    assert book[0].factors[0].need_by in funds


def test_sheets_print_on_a4_with_head_and_signatures(tmp_path: Path) -> None:
    path = write_task_book(now().forecast, task_book(now()), tmp_path / "book.xlsx", "zh")
    file = openpyxl.load_workbook(path)
    for sheet in file:
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
        row = int(sheet.print_title_rows.strip("$").split(":")[0].strip("$"))
        assert say("book_number", "zh") in [cell.value for cell in sheet[row]]
    texts = [cell.value for row in file[file.sheetnames[2]].iter_rows() for cell in row]
    assert {"挂点领导", "牵头单位", "责任单位", "属地", "副县长", "发改局", "园区管委会", "东街道"} <= set(
        texts
    )


def test_links_lead_to_their_sheets_and_back(tmp_path: Path) -> None:
    forecast = make_forecast(projects=12)
    path = write_task_book(forecast, bookless(forecast), tmp_path / "book.xlsx", "zh")
    file = openpyxl.load_workbook(path)
    for name in file.sheetnames[:2]:
        links = [cell for row in file[name].iter_rows() for cell in row if cell.hyperlink]
        targets = [cell.hyperlink.location for cell in links if cell.value != "← 返回目录"]
        assert targets == [f"'{sheet}'!A1" for sheet in file.sheetnames[2:]]
    for name in file.sheetnames[2:]:
        (back,) = [cell for row in file[name].iter_rows() for cell in row if cell.hyperlink]
        assert back.hyperlink.location == "'目录'!A1"


@pytest.mark.parametrize("name", [EVIL, "[a]:*?/\\'b'", "长" * 90, "𝔘" * 40, "History", "x\x00\x1b", "'"])
def test_any_name_makes_a_sheet_of_its_own(tmp_path: Path, name: str) -> None:
    forecast = make_forecast(projects=2)
    called = tuple(
        replace(project, name=project.name.model_copy(update={"zh": name}), district=EVIL)
        for project in forecast.projects
    )
    forecast = replace(forecast, projects=called)
    path = write_task_book(forecast, bookless(forecast), tmp_path / "book.xlsx", "zh")
    file = openpyxl.load_workbook(path)
    assert len(set(map(str.lower, file.sheetnames))) == 4
    for sheet in file:
        assert len(sheet.title.encode("utf-16-le")) <= 62
        assert not set(sheet.title) & set("[]:*?/\\'")
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert EVIL in [cell.value for row in file[file.sheetnames[0]].iter_rows() for cell in row]


def test_sheet_names_count_from_as_many_digits_as_needed() -> None:
    assert [sheet_name(3, "x", count) for count in (9, 10, 550)] == ["3 x", "03 x", "003 x"]


def test_formula_as_a_project_stays_text(tmp_path: Path) -> None:
    run = with_name(EVIL)
    file = openpyxl.load_workbook(write_task_book(run.forecast, task_book(run), tmp_path / "b.xlsx", "en"))
    assert all(cell.data_type != "f" for sheet in file for row in sheet.iter_rows() for cell in row)


# -- command ----------------------------------------------------------------------------------------------
def test_taskbook_command(call: Call, tmp_path: Path) -> None:
    code, output, errors = call("taskbook", "district-1bn", "--replications", 20, "--out", "b.xlsx")
    assert (code, output.strip()) == (0, "b.xlsx"), errors
    assert len(openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames) == 10
    code, _, errors = call("taskbook", "district-1bn", "--out", "b.pdf")
    assert code == 2
    assert "name it .xlsx" in errors
