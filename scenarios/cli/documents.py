"""Commands that write documents of the dispatch room."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.shared import (
    DaskOption,
    LangOption,
    RefusedError,
    ReplicationsOption,
    ScenarioArgument,
    WorkersOption,
    chosen_language,
    load,
    stages,
    with_options,
    workers,
)


class CadenceChoice(StrEnum):
    """How often a digest appears."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class OwnerChoice(StrEnum):
    """Whose items stand together."""

    LEADER = "leader"
    LEAD_UNIT = "lead_unit"
    RESPONSIBLE_UNIT = "responsible_unit"
    DISTRICT = "district"


def digest(
    scenario: ScenarioArgument,
    cadence: Annotated[
        CadenceChoice, typer.Option("--cadence", help="Daily (3 days ahead), weekly (7) or monthly (28).")
    ] = CadenceChoice.WEEKLY,
    by: Annotated[
        OwnerChoice, typer.Option("--by", help="Whose items stand together.")
    ] = OwnerChoice.RESPONSIBLE_UNIT,
    previous: Annotated[
        str | None,
        typer.Option("--previous", metavar="SCENARIO", help="An earlier status, to tell what has changed."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write: .html, .md or .docx; by default the terminal."),
    ] = None,
    replications: ReplicationsOption = None,
    workers_count: WorkersOption = None,
    dask: DaskOption = None,
    lang: LangOption = None,
) -> None:
    """Tell progress, problems and next steps (进展、问题、下一步).

    What was done, what is due, late and open, and what to push, owner by owner.
    """
    from scenarios.dispatch.digest import digest as made
    from scenarios.documents.digest import digest_document
    from scenarios.documents.files import check_format, write_document
    from scenarios.documents.markdown import to_markdown
    from scenarios.forecast import Run

    chosen = chosen_language(lang)
    if out:
        check_format(out)
    names = [scenario, previous] if previous else [scenario]
    loaded = [with_options(load(name, chosen), replications=replications) for name in names]
    if previous and not loaded[1].data_date < loaded[0].data_date:
        raise RefusedError(
            f"--previous {previous}: its data date {loaded[1].data_date} does not lie before "
            f"{loaded[0].data_date}, that of {scenario}; give an earlier status."
        )
    with workers(workers_count, dask), stages(chosen) as show:
        now, *then = [Run(each, show) for each in loaded]
        document = digest_document(made(now, cadence.value, then[0] if then else None, by=by.value), chosen)
    typer.echo(write_document(document, out) if out else to_markdown(document))


def taskbook(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option("--out", help="Workbook to write.")] = Path("taskbook.xlsx"),
    replications: ReplicationsOption = None,
    workers_count: WorkersOption = None,
    dask: DaskOption = None,
    lang: LangOption = None,
) -> None:
    """Write the task book (任务书): a sheet a project.

    Nodes with who is responsible, planned and latest dates, and by when factors must be in hand.
    """
    from scenarios.dispatch.task_book import task_book
    from scenarios.forecast import Run
    from scenarios.reports.task_book import write_task_book

    chosen = chosen_language(lang)
    if out.suffix.lower() != ".xlsx":
        raise RefusedError(f"--out {out}: the task book is a workbook; name it .xlsx")
    loaded = with_options(load(scenario, chosen), replications=replications)
    with workers(workers_count, dask), stages(chosen) as show:
        run = Run(loaded, show)
        book = task_book(run)
    typer.echo(write_task_book(run.forecast, book, out, chosen))
