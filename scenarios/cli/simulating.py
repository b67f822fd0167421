"""The command that simulates and nothing else."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from scenarios.cli.shared import (
    DaskOption,
    JsonOption,
    LangOption,
    RefusedError,
    ScenarioArgument,
    WorkersOption,
    chosen_language,
    console,
    load,
    stages,
    workers,
)


class Engine(StrEnum):
    """Which engine dispatches."""

    AUTO = "auto"
    SIMPY = "simpy"
    EVENTS = "events"
    MAXPLUS = "maxplus"


def simulate(
    scenario: ScenarioArgument,
    engine: Annotated[
        Engine,
        typer.Option("--engine", help="auto: compiled events where a resource can bind, else maxplus."),
    ] = Engine.AUTO,
    replications: Annotated[
        int | None, typer.Option("--replications", min=1, help="Replications; with --until the most.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of every draw.")] = None,
    deadline: Annotated[
        str | None,
        typer.Option("--deadline", help="When each project must finish: a day, or a number without dates."),
    ] = None,
    until: Annotated[
        float | None, typer.Option("--until", help="Stop once every on-time interval is narrower than this.")
    ] = None,
    replay: Annotated[
        float | None,
        typer.Option("--replay", help="Tell the replication on this quantile (0.8: P80) step by step."),
    ] = None,
    workers_count: WorkersOption = None,
    dask: DaskOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Play a scenario through many times.

    On-time probabilities, dates, what is critical, waits, days lost. Without a plan: all starts when it can.
    """
    from scenarios.assemble import assemble
    from scenarios.reports.simulation import print_replays, print_simulation, simulation_dict
    from scenarios.simulating import simulated

    chosen = chosen_language(lang)
    if replay is not None and not 0 < replay <= 1:
        raise RefusedError(f"--replay {replay} is not above 0 and at most 1; write 0.8 for P80")
    assembly = assemble(load(scenario, chosen))
    with workers(workers_count, dask), stages(chosen) as show:
        found = simulated(
            assembly,
            engine=engine.value,
            replications=replications,
            seed=seed,
            deadline=deadline,
            until=until,
            progress=show,
        )
    if as_json:
        typer.echo(json.dumps(simulation_dict(found), ensure_ascii=False, indent=2))
        return
    print_simulation(found, console(), chosen)
    if replay is not None:
        print_replays(found, replay, console(), chosen)
