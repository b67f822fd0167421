"""A forecast in the terminal: every project in a line, and the key nodes of those most at risk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from scenarios.messages import say
from scenarios.reports.about import notes, number_on_time, plan_text, rules
from scenarios.reports.layout import View, lay_out, plain, shown
from scenarios.reports.table import Cell, Column, Definition, Table
from scenarios.reports.tables import DUE, DUE_DAYS, KEY_NODES, PROJECTS, QUOTAS, DueRow, key_done
from scenarios.results import Forecast, ProjectResult

SHOWN_PROJECTS = 15
"""Of how many projects the key nodes are printed."""
_SHOWN_DUE = 40

_PROJECTS = View(
    (
        "project",
        "light",
        "on_time_joint",
        "confidence_reached",
        "last_deadline",
        "last_p80",
        "cause",
        "blocker",
    ),
    ("blocker", "confidence_reached", "cause", "last_p80", "last_deadline"),
)
_NODES = View(
    (
        "node",
        "earliest",
        "planned",
        "latest",
        "late_plan",
        "deadline",
        "on_time",
        "p80",
        "light",
        "total_float",
        "cause",
    ),
    ("total_float", "late_plan", "cause", "earliest", "latest", "p80", "on_time"),
)
_QUOTAS = View(
    ("event", "sector", "target", "reached", "by", "expected_number", "quota_met", "candidates"),
    ("candidates", "expected_number", "reached", "sector"),
)
_DUE = View(
    ("department", "by", "action", "node", "project", "latest", "overdue"),
    ("latest", "department", "overdue", "project"),
)
_DEPARTMENTS = View(("department", "count", "overdue", "first_due"), ())


def print_forecast(forecast: Forecast, console: Console, lang: str, out_dir: Path | None = None) -> None:
    """Print what a planner asks first; `out_dir` is the folder with the files of the same run.

    Dates are finishes. Names are printed as they stand, never as markup; on a narrow terminal columns are
    left out and never cut.
    """
    _print_heading(forecast, console, lang)
    ranked = by_risk(forecast)
    projects = replace(PROJECTS, rows=lambda _: ranked).fill(forecast, lang)
    _print_table(console, say("projects_by_risk", lang), projects, _PROJECTS)
    _print_key_nodes(forecast, ranked[:SHOWN_PROJECTS], console, lang)
    if forecast.quotas:
        _print_table(console, say("table_quotas", lang), QUOTAS.fill(forecast, lang), _QUOTAS)
    _print_due(forecast, console, lang)
    for rule in rules(forecast, lang):
        console.print(plain(rule, "dim"))
    console.print(_hanging("!", notes(forecast, lang)))
    if out_dir:
        console.print(plain(say("whole_tables", lang, path=out_dir)))


def _hanging(mark: str, texts: Sequence[str]) -> Grid:
    """Texts behind a mark; their further lines are indented, so that none breaks behind the mark alone."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    for text in texts:
        grid.add_row(plain(mark, "yellow"), plain(text, "yellow"))
    return grid


def by_risk(forecast: Forecast) -> list[ProjectResult]:
    """Projects, the least likely on time first; those without deadlines last."""
    return sorted(forecast.projects, key=lambda project: project.on_time.value if project.on_time else 2.0)


def _print_heading(forecast: Forecast, console: Console, lang: str) -> None:
    made = forecast.provenance
    run = {
        "data_date": forecast.data_date,
        "confidence": f"{100 * made.confidence:g}%",
        "replications": made.replications,
        "seed": made.seed,
    }
    facts = {
        "number_on_time": number_on_time(forecast, lang),
        "plan_status": plan_text(forecast, lang),
        "start_rule": say(f"start_{made.start_rule}", lang),
    }
    colon = say("colon", lang)
    console.print(plain(forecast.title.text(lang), "bold"))
    console.print(plain("  ".join(f"{say(key, lang)}{colon}{value}" for key, value in run.items())))
    for key, value in facts.items():
        if value:
            console.print(plain(f"{say(key, lang)}{colon}{value}"))


def _print_table(console: Console, title: str, table: Table, view: View) -> None:
    console.print()
    console.print(plain(title, "bold"))
    console.print(lay_out(table, view, console.width).grid(table))


def _print_key_nodes(
    forecast: Forecast, projects: Sequence[ProjectResult], console: Console, lang: str
) -> None:
    """One table a project, all with the same columns; nodes that are done are only counted."""
    unfinished = [
        (project, node)
        for project in projects
        for node in project.nodes
        if node.state != "done" and (node.key or node.deadline)
    ]
    table = replace(KEY_NODES, rows=lambda _: unfinished).fill(forecast, lang)
    layout = lay_out(table, _NODES, console.width)
    rows: dict[Cell, list[Sequence[Cell]]] = defaultdict(list)
    for row in table.rows:
        rows[row[0]].append(row)
    for project in projects:
        on_time = shown(project.on_time, "probability", lang).plain
        heading = say(
            "project_heading", lang, name=project.name.text(lang), on_time=on_time, done=key_done(project)
        )
        console.print()
        console.print(plain(heading, "bold"))
        if rows[project.id]:
            console.print(layout.grid(table, rows[project.id]))
    if len(projects) < len(forecast.projects):
        console.print()
        console.print(say("riskiest_only", lang, shown=len(projects), total=len(forecast.projects)))


def _print_due(forecast: Forecast, console: Console, lang: str) -> None:
    """Every item, or one line a department where they are many."""
    title = say("due_within", lang, days=DUE_DAYS)
    items = list(DUE.rows(forecast))
    if not items:
        console.print()
        console.print(f"{title}{say('colon', lang)}{say('no_due', lang)}")
    elif len(items) <= _SHOWN_DUE:
        _print_table(console, title, DUE.fill(forecast, lang), _DUE)
    else:
        groups: dict[str, list[DueRow]] = defaultdict(list)
        for row in items:
            groups[row[1].department.text(lang)].append(row)
        table = _departments(groups).fill(forecast, lang)
        _print_table(console, title, table, _DEPARTMENTS)
        console.print(say("more_rows", lang, count=len(items)))
    console.print()


def _departments(groups: dict[str, list[DueRow]]) -> Definition[tuple[str, list[DueRow]]]:
    return Definition(
        "due",
        1,
        lambda forecast: groups.items(),
        (
            Column("department", "text", lambda group, lang: group[0]),
            Column("count", "number", lambda group, lang: len(group[1])),
            Column("overdue", "number", lambda group, lang: sum(item.overdue for _, item in group[1])),
            Column("first_due", "date", lambda group, lang: min(item.by for _, item in group[1])),
        ),
    )
