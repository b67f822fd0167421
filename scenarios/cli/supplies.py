"""Commands on supplies and money: the factor ledger, allocation of a scarce stock, investment of the year."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.room import echo, echo_data, planned
from scenarios.cli.shared import (
    JsonOption,
    LangOption,
    RefusedError,
    ReplicationsOption,
    ScenarioArgument,
    chosen_language,
    console,
    load,
)


class Goal(StrEnum):
    """What an allocation makes most of."""

    DEADLINES = "deadlines"
    QUOTAS = "quotas"


def factors(
    scenario: ScenarioArgument,
    factor: Annotated[str | None, typer.Option("--factor", help="One factor alone, such as land.")] = None,
    months: Annotated[int, typer.Option("--months", min=1, max=120, help="Months shown.")] = 12,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show the factor ledger: supply against demand by month, and which factors come too late.

    Wanted is what projects would take by their earliest dates, planned what the plan takes.
    """
    from scenarios.dispatch.factor_ledger import factor_lines, factor_totals, of_factor, supply_ledgers
    from scenarios.dispatch.task_book import task_book
    from scenarios.reports.supplies import print_factors, print_ledgers, print_totals

    chosen = chosen_language(lang)
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        ledgers, lines = supply_ledgers(run, months), factor_lines(run, task_book(run))
        if factor is not None:
            ledgers, lines = of_factor(ledgers, lines, factor)
        if as_json:
            rows = [
                {
                    "project": line.project,
                    "factor": line.factor,
                    "name": line.task.name,
                    "supply": line.task.supply,
                    "arrival": line.arrival,
                    "need_by": line.task.need_by,
                    "latest": line.latest,
                    "margin": line.margin,
                    "urgency": line.urgency,
                }
                for line in lines
            ]
            echo(
                "backplan-factors/1",
                run,
                supplies=ledgers,
                totals=factor_totals(lines),
                factors=tuple(rows),
            )
        else:
            print_ledgers(ledgers, console(), chosen)
            print_totals(factor_totals(lines), console(), chosen)
            print_factors(lines, console(), chosen)


def allocate(
    scenario: ScenarioArgument,
    resource: Annotated[str, typer.Argument(help="Id of a stock, such as land_quota.")],
    goal: Annotated[Goal, typer.Option("--goal", help="What to make most of.")] = Goal.DEADLINES,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say whom a scarce stock should serve in time, so that most deadlines or quotas can be met.

    By planning durations, without chance.
    """
    from scenarios.assemble import assemble
    from scenarios.cautions import scenario_notes
    from scenarios.dispatch.allocation import allocate as allocated
    from scenarios.reports.supplies import print_allocation

    chosen = chosen_language(lang)
    loaded = load(scenario, chosen)
    assembly = assemble(loaded)
    found = allocated(assembly, resource, goal=goal.value)
    assumed = any(spec.assumed for spec in assembly.specs.values())
    notes = tuple(scenario_notes(assembly, uncalibrated=assumed))
    if as_json:
        head = {"schema": "backplan-allocation/1", "scenario": loaded.name, "data_date": loaded.data_date}
        echo_data(head | {"allocation": found, "warnings": notes})
    else:
        print_allocation(found, notes, console(), chosen)


def investment(
    scenario: ScenarioArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Progress chart to write too: .png, .svg or .pdf.")
    ] = None,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show the year's investment: against 序时进度, its forecast, the gap, and who could close it."""
    from scenarios.dispatch.investment import investment_report
    from scenarios.reports.supplies import print_investment

    chosen = chosen_language(lang)
    if out is not None and out.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise RefusedError(f"--out {out}: no such picture format; choose .png, .svg or .pdf")
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        report = investment_report(run)
        if out is not None:
            from scenarios.charts import progress_chart, save

            save(progress_chart(run.forecast, report, lang=chosen), out)
        if as_json:
            echo("backplan-investment/1", run, report=report)
        else:
            print_investment(report, console(), chosen)
