"""Commands about what was promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.shared import (
    JsonOption,
    LangOption,
    RefusedError,
    ScenarioArgument,
    chosen_language,
    console,
    load,
)

app = typer.Typer(no_args_is_help=True, help="Keep what was promised (基线), and compare with it.")
BaselineFile = Annotated[
    Path | None, typer.Option("--baseline", help="The baseline; by default NAME.baseline.json.")
]


@app.command(name="set")
def set_baseline(
    scenario: ScenarioArgument,
    baseline: BaselineFile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing baseline.")] = False,
    lang: LangOption = None,
) -> None:
    """Promise today's planned dates of every node."""
    from scenarios.assemble import assemble
    from scenarios.baseline import SUFFIX, baseline_of, write_baseline

    loaded = load(scenario, chosen_language(lang))
    path = baseline or Path(loaded.name + SUFFIX)
    if path.exists() and not force:
        raise RefusedError(f"{path} exists already; give another --baseline, or --force to replace it")
    write_baseline(baseline_of(assemble(loaded)), path)
    typer.echo(path)


@app.command(name="show")
def show_baseline(
    scenario: ScenarioArgument,
    baseline: BaselineFile = None,
    everything: Annotated[bool, typer.Option("--all", help="Nodes as promised too.")] = False,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show what moves against what was promised.

    Re-plans with least change.
    """
    from scenarios.assemble import assemble
    from scenarios.baseline import SUFFIX, read_baseline, variances
    from scenarios.reports import print_variances, variance_dict

    chosen = chosen_language(lang)
    loaded = load(scenario, chosen)
    promised = read_baseline(baseline or Path(loaded.name + SUFFIX))
    assembly = assemble(loaded)
    plan, found = variances(assembly, promised)
    if as_json:
        typer.echo(json.dumps(variance_dict(promised, plan, found), ensure_ascii=False, indent=2))
    else:
        print_variances(assembly, promised, plan, found, console(), chosen, everything=everything)
