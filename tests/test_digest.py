"""Digests: counted again from the forecast and the scenario, owner by owner, week against week."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from room import before, now, week, week_before, with_name

from scenarios.dispatch.digest import AHEAD, Cadence, Owner, digest
from scenarios.documents.digest import digest_document, next_key_node
from scenarios.documents.html import to_html
from scenarios.documents.markdown import to_markdown
from scenarios.documents.model import Document, Heading, Marked, Table
from scenarios.forecast import Run
from scenarios.messages import say

Call = Callable[..., tuple[int, str, str]]
TODAY = date(2026, 3, 9)
EVIL = '<script>alert(1)</script>=HYPERLINK("http://example.invalid") | x'


def due_again(run: Run, days: int, *, key_only: bool) -> Iterator[tuple[str, str, date]]:
    """What is due, straight from the nodes."""
    for project in run.forecast.projects:
        for node in project.nodes:
            if node.state == "done" or node.planned is None or (key_only and not node.key):
                continue
            window = [TODAY + timedelta(days=ahead) for ahead in range(days)]
            if node.state == "open" and not node.milestone and node.planned.start in window:
                yield "start", node.id, node.planned.start
            missed = node.deadline is not None and node.deadline < TODAY
            if not missed and node.planned.finish in window:
                yield "finish", node.id, node.planned.finish


def tables(document: Document) -> dict[str, Table]:
    """Tables by the heading above them."""
    found, heading = {}, ""
    for block in document.blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Table):
            found[heading] = block
    return found


# -- what is due, late and open -----------------------------------------------------------------------------
@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
def test_due_items_are_those_of_the_plan(cadence: Cadence) -> None:
    run = now()
    found = digest(run, cadence).of_kind("start", "finish")
    nodes = {(node.project, node.name.zh): node.id for each in run.forecast.projects for node in each.nodes}
    said = {(item.kind, nodes[item.project.id, item.what.zh], item.by) for item in found}
    again = set(due_again(run, AHEAD[cadence], key_only=cadence == "monthly"))
    assert said == again
    assert said, "the week is not empty"
    assert len(found) == len(again)


def test_overdue_is_a_deadline_before_the_data_date() -> None:
    (item,) = digest(now(), "daily").of_kind("overdue")
    assert (item.project.id, item.what.zh, item.by, item.owner) == ("B", "勘察", date(2026, 3, 3), "交通局")


def test_problems_with_their_age_and_owner() -> None:
    week = digest(now(), "weekly")
    assert [(each.spec.what.zh, each.task.age, each.task.overdue) for each in week.problems] == [
        ("管线未迁", 21, 7),
        ("人手不足", 1, 0),
    ]
    assert (week.raised, week.closed) == (2, 1)  # fence and crew since 2 March, fence closed
    assert (digest(now(), "daily").raised, digest(now(), "daily").closed) == (1, 0)
    assert {item.what.zh: item.owner for item in week.of_kind("problem")} == {
        "管线未迁": "住建局",
        "人手不足": "交通局",
    }


def test_a_push_is_the_costliest_cause_of_a_project_in_danger() -> None:
    run = now()
    week = digest(run, "weekly")
    expected = {
        project.id: project.causes[0]
        for project in run.forecast.projects
        if project.light in ("amber", "red") and project.causes
    }
    assert {item.project.id: item.cause for item in week.of_kind("push")} == expected
    assert "A" in expected
    gains = {cause.id: cause.gain for project in run.forecast.projects for cause in project.causes}
    assert [push.gain for push in week.pushes] == sorted(gains.values(), reverse=True)


@pytest.mark.parametrize("by", ["leader", "lead_unit", "responsible_unit", "district"])
def test_every_item_stands_under_its_owner_once(by: Owner) -> None:
    week = digest(now(), "weekly", by=by)
    groups = week.by_owner()
    assert sorted(map(id, week.items)) == sorted(id(item) for _, items in groups for item in items)
    for owner, items in groups:
        for item in items:
            if item.kind != "problem":
                assert owner == getattr(item.project, by)
    assert [owner for owner, _ in groups if owner is None] in ([], [groups[-1][0]])
    assert None in dict(groups), "nobody owns project C"


# -- progress and changes -----------------------------------------------------------------------------------
def test_new_facts_of_the_week() -> None:
    (fact,) = digest(now(), "weekly").done
    assert (fact.node.id, fact.on) == ("A/permit", date(2026, 3, 5))
    assert digest(now(), "daily").done == ()  # 5 March is not yesterday
    (fact,) = digest(now(), "daily", before()).done
    assert fact.node.id == "A/permit"  # but it is new since the status before


def test_steps_that_a_later_one_implies_are_no_news() -> None:
    data = week()
    data["projects"][1]["current"] = {"node": "dig", "since": "2026-03-06"}
    run = Run(type(now().scenario).model_validate(data))
    assert run.forecast.node("B/survey").state == "done"
    assert [fact.node.id for fact in digest(run, "weekly").done] == ["A/permit"]
    assert {fact.node.id for fact in digest(run, "weekly", before()).done} == {"A/permit", "B/survey"}


def test_changes_since_the_week_before() -> None:
    changes = digest(now(), "weekly", before()).changes
    assert changes is not None
    assert changes.since == date(2026, 3, 2)
    old = {node.id: node for project in before().forecast.projects for node in project.nodes}
    asked = {
        name
        for name, node in old.items()
        if node.state != "done" and node.planned is not None and node.planned.finish < TODAY
    }
    assert {node.id for node in changes.asked} == asked
    assert "A/permit" in asked
    for move in changes.moves:
        node, planned = now().forecast.node(move.node.id), old[move.node.id].planned
        assert node.planned is not None
        assert planned is not None
        assert node.planned.finish == planned.finish + timedelta(days=move.days)
        assert move.days
    assert {move.node.id for move in changes.moves} >= {"B/dig", "B/survey"}
    lights = {project.id: project.light for project in before().forecast.projects}
    assert {change.project.id: change.before for change in changes.lights} == {
        project.id: lights[project.id]
        for project in now().forecast.projects
        if project.light != lights[project.id]
    }


def test_nothing_changes_against_itself() -> None:
    changes = digest(now(), "weekly", now()).changes
    assert changes is not None
    assert (changes.asked, changes.lights, changes.moves) == ((), (), ())
    text = to_markdown(digest_document(digest(now(), "weekly", now()), "zh"))
    assert "亮灯和关键节点计划日期均无变化" in text


def test_money_of_the_year_against_whole_months() -> None:
    money = digest(now(), "monthly").money
    assert money is not None
    assert (money.plan, money.completed, money.months) == (1200, 200, 2)  # January and February
    text = to_markdown(digest_document(digest(now(), "monthly"), "zh"))
    assert "年度计划投资1,200万元，前2个月完成200万元，占16.7%；序时进度16.7%" in text


# -- documents ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
def test_three_sections_and_the_figures_first(cadence: Cadence, lang: str) -> None:
    made = digest(now(), cadence, before())
    document = digest_document(made, lang)
    headings = [block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    assert headings == [say(f"digest_{key}", lang) for key in ("progress", "problems", "next")]
    lead = to_markdown(document).split("\n\n")[3]
    lights = [project.light for project in now().forecast.projects]
    numbers = [int(number) for number in re.findall(r"\d+", lead)]
    assert numbers[:4] == [3, *(lights.count(light) for light in ("green", "amber", "red"))]
    assert ("任务指标" if lang == "zh" else "Quotas") in tables(document) or cadence != "monthly"


def test_tables_say_what_the_forecast_says() -> None:
    forecast = now().forecast
    found = tables(digest_document(digest(now(), "monthly"), "zh"))
    for row, project in zip(found["各项目进度"].rows, forecast.projects, strict=True):
        node = next_key_node(project)
        assert node is not None
        assert node.planned is not None
        light = Marked(project.light) if project.light else None
        assert row[:3] == (project.name.zh, light, project.on_time)
        assert row[4:] == (node.name.zh, node.planned.finish, node.p80, node.deadline)
    (quota,) = found["任务指标"].rows
    assert quota[2:] == (
        1,
        0,
        date(2026, 6, 30),
        round(forecast.quotas[0].expected, 1),
        forecast.quotas[0].met,
    )
    assert found["红灯项目"].rows[0][1] == min(
        (project.on_time for project in forecast.projects if project.on_time), key=lambda share: share.value
    )
    assert found["逾期节点"].rows == (("乙项目", "勘察", date(2026, 3, 3), 6, "属地乡镇（街道）"),)
    heading = next(each for each in found if each.startswith("交通局"))
    assert heading == f"交通局（{len(found[heading].rows)}项）"
    assert [row[0] for row in found[heading].rows[:2]] == [Marked("red", "已逾期6天"), "限期解决"]


def test_texts_of_users_are_never_markup() -> None:
    document = digest_document(digest(with_name(EVIL), "weekly"), "en")
    html = to_html(document)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    for line in to_markdown(document).splitlines():
        assert "<" not in line.replace("\\<", "")


# -- command ------------------------------------------------------------------------------------------------
@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """The status of this week and of the week before, as files."""
    for name, data in (("now", week()), ("before", week_before())):
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return "now.yaml", "before.yaml"


def test_digest_command(call: Call, files: tuple[str, str], tmp_path: Path) -> None:
    current, earlier = files
    code, output, errors = call(
        "digest", current, "--cadence", "weekly", "--lang", "zh", "--previous", earlier
    )
    assert code == 0, errors
    assert output.strip() == to_markdown(digest_document(digest(now(), "weekly", before()), "zh")).strip()
    for suffix in ("html", "md", "docx"):
        code, output, _ = call(
            "digest", current, "--cadence", "daily", "--by", "leader", "--out", f"d.{suffix}"
        )
        assert (code, output.strip()) == (0, f"d.{suffix}")
        assert (tmp_path / f"d.{suffix}").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--out", "d.pdf"), "a document ends in .html, .md or .docx"),
        (("--previous", "now.yaml"), "does not lie before 2026-03-09"),
    ],
)
def test_digest_refuses(call: Call, files: tuple[str, str], options: tuple[str, ...], message: str) -> None:
    code, output, errors = call("digest", files[0], *options)
    assert (code, output) == (2, "")
    assert message in errors
