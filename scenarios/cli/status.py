"""The command that takes statuses in: check, forecast again, compare."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli.room import echo_data
from scenarios.cli.shared import (
    BELOW,
    JsonOption,
    LangOption,
    ReplicationsOption,
    ScenarioArgument,
    chosen_language,
    console,
    stages,
    with_options,
)
from scenarios.fields import day_of

if TYPE_CHECKING:
    from scenarios.schema import Scenario

MONTH = 28
"""Days back to the status that stands for last month: the latest one at least so old."""


def status(
    scenario: ScenarioArgument,
    statuses: Annotated[
        list[str],
        typer.Argument(metavar="STATUS...", help="Status files or whole ledgers, in order of date."),
    ],
    only_check: Annotated[
        bool, typer.Option("--check", help="Only check the newest against the one before; no simulation.")
    ] = False,
    visits: Annotated[int, typer.Option("--visits", min=0, help="Unannounced site visits to draw.")] = 5,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Take in a status: check it, forecast again, and say what has changed.

    Against the status before, the one of a month ago and the scenario itself; with stalled projects, claims
    ahead of evidence and unannounced visits. Exit code 3 when --check finds an error.
    """
    from scenarios.assemble import assemble
    from scenarios.dispatch.changes import changes
    from scenarios.dispatch.findings import findings
    from scenarios.dispatch.watch import site_checks, stalled, unproved_claims
    from scenarios.events import Events
    from scenarios.forecast import Run
    from scenarios.reports.appraising import print_notes
    from scenarios.reports.status import print_changes, print_findings, print_watch
    from scenarios.updates import load_statuses

    chosen = chosen_language(lang)
    series = [
        with_options(item, replications=replications)
        for item in load_statuses(scenario, statuses, lang=chosen)
    ]
    now, today = series[-1], day_of(series[-1].data_date)
    found = findings(series[-2], now)
    if only_check:
        if as_json:
            data = {"schema": "backplan-status/1", "date": today, "findings": found}
            echo_data(data)
        else:
            print_findings(today, found, console(), chosen)
        if any(item.severity == "error" for item in found):
            raise typer.Exit(BELOW)
        return
    runs: dict[int, Run] = {}
    with stages(chosen) as show:
        for k in sorted({len(series) - 1, *compared(series)}):
            runs[k] = Run(series[k], show)
    last = runs[len(series) - 1]
    compared_with = tuple(changes(runs[k], last) for k in compared(series))
    events = Events(assemble(now))
    lights = {project.id: project.light for project in last.forecast.projects}
    idle, claims = stalled(events), unproved_claims(events)
    plan = site_checks(events, visits, lights=lights)
    if as_json:
        data = {
            "schema": "backplan-status/1",
            "date": today,
            "findings": found,
            "changes": compared_with,
            "stalled": idle,
            "claims": claims,
            "visits": plan,
        }
        echo_data(data)
        return
    print_findings(today, found, console(), chosen)
    for item in compared_with:
        print_changes(item, console(), chosen)
    print_watch(now.rules.stalled_days, idle, claims, plan, console(), chosen)
    print_notes(last, console(), chosen)


def compared(series: list[Scenario]) -> list[int]:
    """Positions of the status before the last, that of a month ago, and the scenario itself, each once."""
    last = len(series) - 1
    line = day_of(series[last].data_date) - timedelta(days=MONTH)
    month = [k for k in range(last) if day_of(series[k].data_date) <= line]
    return list(dict.fromkeys([last - 1, *month[-1:], 0]))


def attribute(
    scenario: ScenarioArgument,
    statuses: Annotated[
        list[str],
        typer.Argument(metavar="STATUS...", help="Status files or whole ledgers, in order of date."),
    ],
    project: Annotated[str | None, typer.Option("--project", help="Only what this project lost.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say whose days were lost between statuses.

    By step, department and kind, adding up exactly to the slip of each forecast finish; with days lost side
    by side and what excuses them.
    """
    from scenarios.cli.shared import RefusedError
    from scenarios.dispatch.attribution import losses
    from scenarios.reports.attribution import print_losses
    from scenarios.updates import load_statuses

    chosen = chosen_language(lang)
    found = losses(load_statuses(scenario, statuses, lang=chosen))
    if project is not None and project not in found.slips:
        raise RefusedError(f"project '{project}' does not exist; known: {', '.join(found.slips)}")
    if as_json:
        rows = tuple(row for row in found.rows if project in (None, row.project))
        data = {
            "schema": "backplan-attribution/1",
            "dates": found.dates,
            "slips": found.slips,
            "losses": rows,
        }
        echo_data(data)
    else:
        print_losses(found, console(), chosen, project)
