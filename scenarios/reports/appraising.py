"""Tasks, lights, lists, ranks and the reserve in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from scenarios.dispatch.ranking import RankRow
from scenarios.dispatch.reserve import CandidateRow, GapRow, Reserve
from scenarios.dispatch.rules import LightRow, ListRow, Lists, rule_in_words
from scenarios.dispatch.tasks import Task, TaskCount, directive_days, statistics
from scenarios.forecast import Run
from scenarios.messages import catalogue, say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table


# -- tasks --------------------------------------------------------------------------------------------------
def print_tasks(run: Run, found: Sequence[Task], console: Console, lang: str) -> None:
    """The task list, then counts by class of cause and by unit."""
    if not found:
        console.print(plain(say("tasks_none", lang)))
        return
    counted = statistics(found)
    who = ("project", "task_what", "task_class", "task_node", "task_responsible", "task_procedure")
    keys = (*who, "task_due", "task_age", "task_overdue", "task_directive", "task_cost")
    title = say("tasks_title", lang, name=run.scenario.heading.text(lang), date=run.forecast.data_date)
    print_table(console, title, keys, [_task(task, lang) for task in found], lang)
    console.print(plain(say("task_rule", lang, days=directive_days()), "dim"))
    console.print()
    for key, rows in (("tasks_by_class", counted.by_class), ("tasks_by_unit", counted.by_unit)):
        cells = [_count(row, lang) for row in (*rows, *((counted.all,) if counted.all else ()))]
        columns = ("tasks_raised", "tasks_closed", "tasks_open", "tasks_overdue", "tasks_rate", "tasks_age")
        print_table(console, say(key, lang), ("name", *columns), cells, lang)


def _task(task: Task, lang: str) -> tuple[str, ...]:
    nature = say("task_objective" if task.objective else "task_subjective", lang)
    due = say("task_default", lang, date=task.due) if task.due_by_default else str(task.due)
    to = task.escalated_to.text(lang) if task.escalated_to else ""
    directive = say("task_directive_to", lang, date=task.directive, to=to).strip() if task.directive else "-"
    if task.cost:
        shown = f"{task.cost.label.text(lang)} {task.cost.points()} ±{200 * task.cost.standard_error:.1f}"
    else:
        shown = task.cost_unknown.text(lang) if task.cost_unknown else "-"
    return (
        task.project_name.text(lang),
        task.what.text(lang),
        say("task_class_shown", lang, name=task.cause_name.text(lang), nature=nature),
        task.node_name.text(lang) if task.node_name else "-",
        task.responsible.text(lang),
        task.procedure.text(lang),
        say("task_closed_on", lang, date=task.closed) if task.closed else due,
        str(task.age),
        str(task.overdue or "-"),
        directive,
        shown,
    )


def _count(row: TaskCount, lang: str) -> tuple[str, ...]:
    age = "-" if row.median_age is None else f"{row.median_age:g}"
    numbers = (row.raised, row.closed, row.open, row.overdue)
    return (row.name.text(lang), *map(str, numbers), f"{100 * row.closure_rate:.0f}%", age)


# -- lights, lists, ranks -----------------------------------------------------------------------------------
def print_lights(run: Run, rows: Sequence[LightRow], console: Console, lang: str) -> None:
    """The light of every project and what it goes by."""
    cells = [
        (
            row.name.text(lang),
            say(row.light or "light_unjudged", lang),
            say("semicolon", lang).join(
                f"{say(f'light_aspect_{item.name}', lang)}{say('colon', lang)}{item.figures.text(lang)}"
                for item in row.aspects
            ),
        )
        for row in rows
    ]
    title = say("lights_title", lang, name=run.scenario.heading.text(lang), date=run.forecast.data_date)
    print_table(console, title, ("project", "light", "light_figures"), cells, lang)
    console.print(plain(rule_in_words(run).text(lang), "dim"))
    console.print()


def print_lists(found: Lists, console: Console, lang: str) -> None:
    """Red list, black list, and who is on neither because he was not judged."""
    for key, rows in (("list_red", found.red), ("list_black", found.black)):
        if rows:
            keys = ("list_kind", "name", "rank", "light_figures", "list_rule", "list_pleas")
            print_table(console, say(key, lang), keys, [_listed(row, lang) for row in rows], lang)
        else:
            console.print(plain(say("list_none", lang, list=say(key, lang))))
    for key, left in (("list_excused", found.excused), ("list_unjudged", found.unjudged)):
        for item in left:
            values = {"project": item.name.text(lang), "reason": item.reason.text(lang)}
            console.print(plain(say(key, lang, **values)))
    console.print()


def _listed(row: ListRow, lang: str) -> tuple[str, ...]:
    return (
        say(f"list_kind_{row.kind}", lang),
        row.name.text(lang),
        str(row.rank),
        row.figures.text(lang),
        row.rule.text(lang),
        say("comma", lang).join(reason.text(lang) for reason in row.pleas) or "-",
    )


def print_ranks(rows: Sequence[RankRow], by: str, console: Console, lang: str) -> None:
    """Ranks with the ranks that cannot be told apart."""
    what = say(f"rank_by_{by}", lang)
    if not rows:
        console.print(plain(say("ranks_none", lang, by=what)))
        return
    cells = [
        (
            row.ranks,
            row.name.text(lang),
            str(row.projects),
            f"{100 * row.score:.1f}% ({100 * row.low:.1f}–{100 * row.high:.1f})",
        )
        for row in rows
    ]
    keys = ("rank", "rank_group", "rank_projects", "rank_score")
    print_table(console, say("ranks_title", lang, by=what), keys, cells, lang)
    console.print(plain(say("ranks_note", lang), "dim"))


# -- reserve ------------------------------------------------------------------------------------------------
def print_reserve(run: Run, found: Reserve, console: Console, lang: str) -> None:
    """Candidates, starts by month, and gaps to quotas of later years."""
    if found.candidates:
        scores = ("reserve_year", "id", "name", "reserve_score", "reserve_parts", "reserve_ready")
        keys = (*scores, "reserve_next", "reserve_admission", "reserve_month")
        title = say("reserve_title", lang, name=run.scenario.heading.text(lang), date=run.forecast.data_date)
        print_table(console, title, keys, [_candidate(row, lang) for row in found.candidates], lang)
        months = [
            (row.month, str(row.portfolio), str(row.reserve), f"{row.land:g}" if row.land else "-")
            for row in found.months
        ]
        columns = ("reserve_when", "reserve_portfolio", "reserve_starts", "reserve_land")
        print_table(console, say("reserve_months", lang), columns, months, lang)
        if not found.proved:
            console.print(plain(say("reserve_unproved", lang)))
    else:
        console.print(plain(say("reserve_none", lang)))
    if found.gaps:
        quota = ("reserve_quota", "reserve_target", "reserve_expected", "reserve_met", "reserve_counted")
        cells = [_gap(row, lang) for row in found.gaps]
        print_table(console, say("reserve_gaps", lang), (*quota, "reserve_gap"), cells, lang)
    console.print(plain(say("reserve_note", lang), "dim"))


def _candidate(row: CandidateRow, lang: str) -> tuple[str, ...]:
    reasons = say("comma", lang).join(reason.text(lang) for reason in row.reasons)
    return (
        str(row.year),
        row.id,
        row.name.text(lang),
        f"{row.score:.2f}",
        "/".join(f"{value:.2f}" for value in (row.steps, row.listed, row.land, row.funds)),
        str(row.ready),
        row.next_step.text(lang) if row.next_step else "-",
        reasons or say("reserve_admitted", lang),
        row.month or "-",
    )


def _gap(row: GapRow, lang: str) -> tuple[str, ...]:
    sector = catalogue().get(f"sector_{row.sector}")
    shown = sector.text(lang) if sector else row.sector or say("all_sectors", lang)
    values = {"date": row.by, "sector": shown, "event": say(f"event_{row.event}", lang)}
    return (
        say("reserve_quota_name", lang, **values),
        str(row.target),
        f"{row.expected:.1f}",
        row.met.percent(),
        say("comma", lang).join(row.reserve) or "-",
        f"{row.gap:.1f}",
    )


def print_notes(run: Run, console: Console, lang: str) -> None:
    """What a reader must know of the run: uncalibrated defaults, assumed dates, what is synthetic."""
    for note in run.forecast.warnings:
        console.print(plain(note.text(lang), "dim"))
