"""Commands of the dispatch room: where projects stand, what starts are worth, readiness, quotas and rates."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli.room import echo, planned
from scenarios.cli.shared import (
    JsonOption,
    LangOption,
    ReplicationsOption,
    ScenarioArgument,
    chosen_language,
    console,
)

if TYPE_CHECKING:
    pass


class Ahead(StrEnum):
    """Event that a readiness sheet prepares."""

    START = "start"
    COMPLETION = "completion"
    PRODUCTION = "production"


class Group(StrEnum):
    """By what rates are grouped."""

    SECTOR = "sector"
    DISTRICT = "district"
    LEAD_UNIT = "lead_unit"
    GROUP = "group"
    CATEGORY = "category"


def show_stages(
    scenario: ScenarioArgument,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say where projects stand, what to push next, and what their starts are worth.

    Starts count by evidence (permanent piling, controlling works), not by ceremony; registration is listed
    with what is missing and by when.
    """
    from scenarios.dispatch.season import season_share
    from scenarios.dispatch.stages import stages as standing
    from scenarios.dispatch.starts import building_not_registered, registrations, started_not_building, starts
    from scenarios.reports.dispatch import print_season, print_stages, print_starts

    chosen = chosen_language(lang)
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        rows, found, waiting = standing(run), starts(run.events), registrations(run)
        idle, unregistered = started_not_building(run.events), building_not_registered(run)
        if as_json:
            echo(
                "backplan-stages/1",
                run,
                stages=rows,
                starts=found,
                registration=waiting,
                started_not_building=tuple(row.project for row in idle),
                building_not_registered=tuple(row.project for row in unregistered),
                golden_season=season_share(run),
            )
        else:
            print_stages(rows, console(), chosen)
            print_starts(found, waiting, idle, unregistered, console(), chosen)
            print_season(season_share(run), console(), chosen)


def ready(
    scenario: ScenarioArgument,
    project: Annotated[str, typer.Argument(help="Id of the project.")],
    event: Annotated[Ahead, typer.Option("--event", help="What is prepared.")] = Ahead.START,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Print the readiness sheet (过堂会办) of a project.

    Everything open before its start, completion or production: whose it is, and by when.
    """
    from scenarios.dispatch.readiness import readiness
    from scenarios.reports.dispatch import print_readiness

    chosen = chosen_language(lang)
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        sheet = readiness(run, project, event.value)
        if as_json:
            echo("backplan-readiness/1", run, sheet=sheet)
        else:
            print_readiness(sheet, console(), chosen)


def quotas(
    scenario: ScenarioArgument,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", formats=["%Y-%m-%d"], help="End of the period of the rates; by default of the year."
        ),
    ] = None,
    by: Annotated[Group | None, typer.Option("--by", help="Rates of each group too.")] = None,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say which quotas will be met, which projects decide them, and the rates now and at the period's end."""
    from scenarios.dispatch.quotas import quotas as counted
    from scenarios.dispatch.quotas import rates
    from scenarios.reports.dispatch import print_quotas, print_rates

    chosen = chosen_language(lang)
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        end = until.date() if until else date(run.forecast.data_date.year, 12, 31)
        rows = counted(run)
        shares = rates(run, end, by=None if by is None else lambda item: getattr(item, by.value))
        if as_json:
            echo("backplan-quotas/1", run, quotas=rows, until=end, rates=shares)
        else:
            print_quotas(rows, console(), chosen)
            print_rates(shares, end, console(), chosen)
