"""The command that shows which draws go together."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from scenarios.cli.shared import JsonOption, LangOption, ScenarioArgument, chosen_language, console, load


def correlations(
    scenario: ScenarioArgument,
    replications: Annotated[int | None, typer.Option("--replications", min=2, help="Replications.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of every draw.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show how far draws go together.

    The correlation asked of each group beside that of its drawn delays, leads, works and reworks.
    """
    from scenarios.assemble import assemble
    from scenarios.reports.correlations import correlations_dict, print_correlations
    from simulation.correlation import induced_correlations

    chosen = chosen_language(lang)
    loaded = load(scenario, chosen)
    assembly = assemble(loaded)
    found = induced_correlations(
        assembly.network,
        assembly.risks,
        replications=replications or loaded.replications,
        seed=loaded.seed if seed is None else seed,
    )
    if as_json:
        typer.echo(json.dumps(correlations_dict(found), ensure_ascii=False, indent=2))
    else:
        print_correlations(assembly, found, console(), chosen)
