"""A simulated scenario in the terminal, and as data for other programs."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from rich.console import Console

from scenarios.messages import say
from scenarios.reasons import Speaker
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table, shown_date
from scenarios.simulating import Simulated, losses
from scenarios.translation import in_language
from scheduling.errors import InputError
from simulation.replays import nearest
from simulation.statistics import Probability

FORMAT = "backplan-simulation/1"
SHARES = (0.5, 0.8, 0.9)
MOST_ROWS = 15
"""Activities and losses of each kind that are printed; JSON has them all."""


def simulation_dict(found: Simulated) -> dict[str, Any]:
    """A simulated scenario as plain data: ISO dates, or numbers where the scenario has no dates."""
    result, net = found.result, found.result.network
    low, high = zip(*(result.date_intervals(p) for p in SHARES), strict=True)
    dates = [result.dates(p) for p in SHARES]
    activities = {}
    for i, name in enumerate(net.ids):
        row: dict[str, Any] = {
            f"p{p:.0%}"[:-1]: _with_interval(dates[k][name], low[k][name], high[k][name])
            for k, p in enumerate(SHARES)
        }
        if i in net.deadlines:
            row["on_time"] = _probability(result.probability(name))
        if not net.done(i):
            row["criticality"] = _probability(found.sensitivity.criticality(name))
            row["near_criticality"] = _probability(found.sensitivity.near_criticality(name))
            row["sensitivity_index"] = found.sensitivity.index(name)
            row["cruciality"] = found.sensitivity.cruciality(name)
        activities[_shown(found, name)] = row
    return {
        "schema": FORMAT,
        "scenario": found.assembly.scenario.name,
        "engine": result.engine,
        "replayed_through_simpy": result.replayed,
        "replications": len(result.replications),
        "seed": result.seed,
        "start_rule": result.start_rule,
        "widest_interval": result.width,
        "projects": {str(project): _project(found, project) for project in net.projects},
        "projects_on_time": list(result.number_on_time().replications),
        "activities": activities,
        "waits": {str(name): {"mean": wait.mean, "total": wait.total} for name, wait in result.waits.items()},
        "analysed": found.sensitivity.replications,
        "days_lost": [
            {"kind": loss.kind, "id": loss.id, "days": round(loss.days, 6)} for loss in losses(found)
        ],
        "unfinished": {_shown(found, name): count for name, count in result.unfinished.items()},
    }


def _project(found: Simulated, project: Hashable) -> dict[str, Any]:
    result = found.result
    row: dict[str, Any] = {
        f"p{p:.0%}"[:-1]: _with_interval(
            result.project_date(project, p), *result.project_interval(project, p)
        )
        for p in SHARES
    }
    if project in result.judged_projects:
        row["on_time"] = _probability(result.project_on_time(project))
    if found.lost is not None:
        row["days_lost"] = round(found.lost[project].mean / found.assembly.scenario.slots_per_day, 6)
    return row


def _with_interval(value: Any, low: Any, high: Any) -> dict[str, Any]:
    return {"date": shown_date(value), "low": shown_date(low), "high": shown_date(high)}


def _probability(value: Probability) -> dict[str, Any]:
    return {name: getattr(value, name) for name in ("successes", "trials", "value", "low", "high")}


def print_simulation(found: Simulated, console: Console, lang: str) -> None:
    """Engine, projects, the activities that decide most, waits, and what days are lost to."""
    result = found.result
    colon = say("colon", lang)
    heading = {
        "engine": say(f"engine_{result.engine}", lang),
        "replications": str(len(result.replications)),
        "seed": str(result.seed),
        "start_rule": say("simulated_asap", lang),
    }
    for key, value in heading.items():
        console.print(plain(f"{say(key, lang)}{colon}{value}"))
    if result.replayed:
        console.print(plain(say("replayed", lang, count=result.replayed), "dim"))
    console.print()
    _print_projects(found, console, lang)
    _print_activities(found, console, lang)
    _print_waits(found, console, lang)
    _print_losses(found, console, lang)
    for name, count in result.unfinished.items():
        text = say("never_finishes", lang, name=_shown(found, name), count=count)
        console.print(plain(f"! {text}", "yellow"))
    if not found.assembly.risks.causes:
        console.print(plain(f"! {say('nothing_random', lang)}", "yellow"))
    console.print(plain(say("interval_note", lang), "dim"))


def _print_projects(found: Simulated, console: Console, lang: str) -> None:
    result, scenario = found.result, found.assembly.scenario
    names = {project.id: project.name.text(lang) for project in scenario.projects}
    rows = []
    for project in result.network.projects:
        low, high = result.project_interval(project, 0.8)
        judged = project in result.judged_projects
        rows.append(
            (
                str(project),
                names[str(project)],
                result.project_on_time(project).percent() if judged else "",
                *(_text(result.project_date(project, p)) for p in SHARES),
                f"{_text(low)}–{_text(high)}",
                "" if found.lost is None else f"{found.lost[project].mean / scenario.slots_per_day:+.1f}",
            )
        )
    keys = ("id", "name", "on_time", "p50", "p80", "p90", "p80_interval", "days_lost")
    print_table(console, say("simulated_projects", lang), keys, rows, lang)
    number = result.number_on_time()
    if len(number.replications) > 2:
        text = f"{number.mean:.1f} / {len(number.replications) - 1}"
        console.print(plain(f"{say('number_on_time', lang)}{say('colon', lang)}{text}"))
        console.print()


def _print_activities(found: Simulated, console: Console, lang: str) -> None:
    """Those with the greatest sensitivity index."""
    result, deciding = found.result, found.sensitivity
    names = _names(found, lang)
    chosen = list(deciding.ranked)[:MOST_ROWS]
    rows = [
        (
            _shown(found, name),
            names.get(str(name), ""),
            *(_text(result.date(name, p)) for p in SHARES),
            f"{100 * deciding.criticality(name).value:.0f}%",
            f"{100 * deciding.near_criticality(name).value:.0f}%",
            f"{deciding.index(name):.2f}",
            "" if (value := deciding.cruciality(name)) is None else f"{value:.2f}",
        )
        for name in chosen
    ]
    keys = ("id", "name", "p50", "p80", "p90", "criticality", "near_criticality", "ssi", "cruciality")
    title = say("simulated_activities", lang, count=deciding.replications, near=deciding.near)
    print_table(console, title, keys, rows, lang)


def _print_waits(found: Simulated, console: Console, lang: str) -> None:
    if not found.result.waits:
        return
    day = found.assembly.scenario.slots_per_day
    resources = found.assembly.scenario.resources
    rows = []
    for name, wait in found.result.waits.items():
        spec = resources.get(str(name))
        title = spec.name.text(lang) if spec and spec.name else ""
        rows.append((str(name), title, f"{wait.mean / day:.1f}", f"{wait.total / day:.1f}"))
    print_table(console, say("simulated_waits", lang), ("id", "name", "mean_wait", "total_wait"), rows, lang)


def _print_losses(found: Simulated, console: Console, lang: str) -> None:
    rows = losses(found)
    for kind in ("factor", "department", "step", "resource"):
        chosen = [row for row in rows if row.kind == kind][:MOST_ROWS]
        if chosen:
            lines = [(row.id, row.label.text(lang), f"{row.days:+.1f}") for row in chosen]
            print_table(console, say(f"losses_{kind}", lang), ("id", "name", "days_lost"), lines, lang)
    if rows:
        rest = {kind: sum(row.days for row in rows if row.kind == kind) for kind in ("calendar", "slack")}
        parts = [f"{say(f'loss_{kind}', lang)} {days:+.1f}" for kind, days in rest.items()]
        total = sum(row.days for row in rows if row.kind != "department")
        text = say("losses_sum", lang, total=f"{total:+.1f}", rest=say("comma", lang).join(parts))
        console.print(plain(text, "dim"))
    elif found.lost is None:
        console.print(plain(say("losses_none", lang), "yellow"))


def print_replays(found: Simulated, p: float, console: Console, lang: str) -> None:
    """Of each project the replication nearest a quantile, step by step back from its finish."""
    speaker = Speaker(found.assembly, lang, early=True)
    for project in found.result.network.projects:
        console.print()
        try:
            again = nearest(found.result, p, project)
        except InputError as error:
            console.print(plain(f"! {in_language(str(error), lang)}", "yellow"))
            continue
        finish = again.finish[again.last(project)]
        title = say(
            "replay_of",
            lang,
            project=speaker.names.project(project),
            share=f"P{100 * p:g}",
            number=again.replication,
            finish=finish,
        )
        console.print(plain(title, "bold"))
        for step, reason in enumerate(again.chain(project), 1):
            console.print(plain(f"{step:3}  {speaker.sentence(reason)}"))


def _names(found: Simulated, lang: str) -> dict[str, str]:
    names = {name: spec.name for name, spec in found.assembly.specs.items()}
    names |= {str(item.factor.id): item.label for item in found.assembly.factors}
    return {name: label.text(lang) for name, label in names.items()}


def _text(value: Any) -> str:
    return "–" if value is None else str(shown_date(value))


def _shown(found: Simulated, name: Hashable) -> str:
    """An id as the file has it: without the project where a file without dates holds only one."""
    scenario = found.assembly.scenario
    text = str(name)
    return text.split("/", 1)[1] if not scenario.dated and len(scenario.projects) == 1 else text
