"""Commands about files: checks, templates and listings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.shared import (
    BAD_INPUT,
    BELOW,
    JsonOption,
    LangOption,
    RefusedError,
    ScenarioArgument,
    chosen_language,
    console,
    load,
)


def check(
    scenario: ScenarioArgument,
    as_json: JsonOption = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 if there is an error or a warning.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Look for what is likely wrong in a scenario.

    Before any plan. Exits with 2 if it cannot be scheduled.
    """
    from scenarios.health import BLOCKING, check_file
    from scenarios.reports.health import findings_dict, print_findings
    from scheduling.health import Severity

    chosen = chosen_language(lang)
    found = check_file(scenario, lang=chosen)
    if as_json:
        typer.echo(json.dumps(findings_dict(scenario, found), ensure_ascii=False, indent=2))
    else:
        print_findings(scenario, found, console(), chosen)
    if any(told.finding.code in BLOCKING for told in found):
        raise typer.Exit(BAD_INPUT)
    if strict and any(told.finding.severity is not Severity.NOTE for told in found):
        raise typer.Exit(BELOW)


def template(
    path: Annotated[Path, typer.Argument(help="Ledger to write: .xlsx or .csv.")] = Path("ledger.xlsx"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    lang: LangOption = None,
) -> None:
    """Write an empty ledger to fill in and run.

    One row a project.
    """
    from scenarios.ledger import write_template

    if path.exists() and not force:
        raise RefusedError(f"{path} exists already; choose another name or give --force")
    write_template(path, lang="zh" if chosen_language(lang) == "zh" else "en")
    typer.echo(path)


def catalog(
    name: Annotated[str | None, typer.Argument(help="A template: government or enterprise.")] = None,
    option: Annotated[list[str] | None, typer.Option("--option", help="An option to apply.")] = None,
    lang: LangOption = None,
) -> None:
    """List the node catalogue.

    Templates, options and default delays, or the steps of one template.
    """
    from scenarios.reports import print_catalog

    print_catalog(console(), chosen_language(lang), name, tuple(option or ()))


def scenarios(lang: LangOption = None) -> None:
    """List the bundled scenarios."""
    from scenarios.load import bundled_names

    chosen = chosen_language(lang)
    for name in bundled_names():
        loaded = load(name, chosen)
        title = loaded.title.text(chosen) if loaded.title else ""
        typer.echo(f"{name}\t{title}")


def schema() -> None:
    """Print the JSON schema of scenario files."""
    from scenarios.schema import Scenario

    typer.echo(json.dumps(Scenario.model_json_schema(), ensure_ascii=False, indent=2))
