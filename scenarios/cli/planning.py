"""Commands that plan and explain plans."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from scenarios.cli.shared import (
    INFEASIBLE,
    UNKNOWN,
    JsonOption,
    LangOption,
    RefusedError,
    ScenarioArgument,
    chosen_language,
    console,
    load,
    steps,
)
from scenarios.messages import say


def critical_path(scenario: ScenarioArgument, as_json: JsonOption = False, lang: LangOption = None) -> None:
    """List dates, floats and critical paths.

    Early and late, without resources and without chance.
    """
    from scenarios.assemble import assemble
    from scenarios.reports import critical_path_dict, print_critical_path
    from scheduling import cpm

    chosen = chosen_language(lang)
    assembly = assemble(load(scenario, chosen))
    result = cpm.critical_path(assembly.network)
    if as_json:
        typer.echo(json.dumps(critical_path_dict(assembly, result), ensure_ascii=False, indent=2))
    else:
        print_critical_path(assembly, result, console(), chosen)


def plan(
    scenario: ScenarioArgument,
    earliest: Annotated[
        bool, typer.Option("--earliest", help="Complete as early as resources allow.")
    ] = False,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", min=0.01, help="Seconds; without it work counts, the same every run."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Search strategies.")] = 1,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the search.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan every activity within the resources.

    As late as the deadlines allow, or as early as possible.
    Exits with 4 when no plan can exist, with 5 when none was found within the limit.
    """
    from scenarios.assemble import assemble
    from scenarios.planning import plan_of
    from scenarios.reports import plan_dict, print_plan
    from scheduling.status import Status

    chosen = chosen_language(lang)
    assembly = assemble(load(scenario, chosen))
    begun = time.monotonic()
    with steps(chosen) as show:
        found = plan_of(
            assembly,
            earliest=earliest,
            time_limit=time_limit,
            workers=workers,
            seed=assembly.scenario.seed if seed is None else seed,
            progress=show,
        )
    if as_json:
        data = plan_dict(assembly, found, earliest=earliest, seconds=time.monotonic() - begun)
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print_plan(assembly, found, console(), chosen, earliest=earliest)
    if found.dates is None:
        raise typer.Exit(INFEASIBLE if found.status is Status.INFEASIBLE else UNKNOWN)


def explain(
    scenario: ScenarioArgument,
    activity: Annotated[str, typer.Argument(metavar="ACTIVITY", help="PROJECT/NODE, or NODE if unique.")],
    early: Annotated[
        bool, typer.Option("--early", help="Why the earliest dates are not earlier, without resources.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Say why a node lies where it does.

    Why it may not lie later in the late plan, step by step up to the date that decides.
    """
    from scenarios.assemble import assemble
    from scenarios.forecast import PLAN_EFFORT
    from scenarios.reasons import Speaker, find_activity
    from scheduling import cpm
    from scheduling.backward import backward_schedule

    chosen = chosen_language(lang)
    loaded = load(scenario, chosen)
    assembly = assemble(loaded)
    name = find_activity(assembly, activity)
    if early:
        reasons, title = cpm.critical_path(assembly.network).explain(name), say("explain_early", chosen)
    else:
        plan = backward_schedule(assembly.network, seed=loaded.seed, limit=PLAN_EFFORT)
        status = say(f"status_{plan.status}", chosen)
        if plan.dates is None:
            raise RefusedError(say("explain_no_plan", chosen, status=status))
        reasons, title = plan.explain(name), say("explain_late", chosen, status=status)
    speaker = Speaker(assembly, chosen, early=early)
    typer.echo(title)
    for step, reason in enumerate(reasons, 1):
        typer.echo(f"{step:3}  {speaker.sentence(reason)}")


def conflicts(
    scenario: ScenarioArgument,
    limit: Annotated[
        float, typer.Option("--limit", min=0.1, help="Work units of the optimiser for each conflict.")
    ] = 30.0,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say which deadlines cannot hold, and why.

    What together makes them impossible, and what would mend it.
    """
    from scenarios.assemble import assemble
    from scenarios.conflicts import ConflictSpeaker, conflict_dict
    from scheduling.conflicts import find_conflicts
    from scheduling.repairs import find_repairs

    chosen = chosen_language(lang)
    assembly = assemble(load(scenario, chosen))
    found = (
        (item, find_repairs(item, limit=limit)) for item in find_conflicts(assembly.network, limit=limit)
    )
    if as_json:
        data = [conflict_dict(assembly, item, mended) for item, mended in found]
        typer.echo(json.dumps({"conflicts": data}, ensure_ascii=False, indent=2))
        return
    speaker, number = ConflictSpeaker(assembly, chosen), 0
    for number, (item, mended) in enumerate(found, 1):
        typer.echo(say("conflict_heading", chosen, number=number) + speaker.conflict(item))
        typer.echo(speaker.repairs(mended))
    if not number:
        typer.echo(say("conflicts_none", chosen))
