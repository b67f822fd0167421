"""Commands that simulate."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import TaskID

from scenarios.cli.shared import (
    BELOW,
    DaskOption,
    JsonOption,
    LangOption,
    RefusedError,
    ReplicationsOption,
    ScenarioArgument,
    WorkersOption,
    chosen_language,
    console,
    load,
    progress_bars,
    stages,
    with_options,
    workers,
)
from scenarios.messages import say

if TYPE_CHECKING:
    from scenarios.results import Forecast


def run(
    scenario: ScenarioArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files; by default backplan-out/NAME.")
    ] = None,
    replications: ReplicationsOption = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of every draw.")] = None,
    confidence: Annotated[
        float | None, typer.Option("--confidence", help="On-time probability that planned dates must reach.")
    ] = None,
    workers_count: WorkersOption = None,
    dask: DaskOption = None,
    lang: LangOption = None,
    fail_below: Annotated[
        float | None,
        typer.Option("--fail-below", min=0, max=1, help="Exit with 3 if a project is less likely on time."),
    ] = None,
) -> None:
    """Plan, simulate and explain a scenario.

    Writes the wall chart, Gantt chart, curves, tables, task book, weekly digest and result.json.
    """
    from scenarios.charts import save_all
    from scenarios.dispatch.digest import digest
    from scenarios.dispatch.task_book import task_book
    from scenarios.documents.digest import digest_document
    from scenarios.documents.files import write_document
    from scenarios.forecast import Run
    from scenarios.reports import print_forecast, write_all
    from scenarios.reports.task_book import write_task_book
    from scenarios.wallchart import write_wall_chart

    chosen = chosen_language(lang)
    loaded = with_options(load(scenario, chosen), replications=replications, seed=seed, confidence=confidence)
    folder = _prepared(out or Path("backplan-out") / loaded.name)
    with workers(workers_count, dask), stages(chosen) as show:
        planned = Run(loaded, show)
        result = planned.forecast
        show("stage_write", 0, 3)
        written = write_all(result, folder, chosen)
        show("stage_write", 1, 3)
        weekly = digest_document(digest(planned, "weekly"), chosen)
        written += [
            write_task_book(result, task_book(planned), folder / "taskbook.xlsx", chosen),
            write_document(weekly, folder / "weekly.html"),
            write_wall_chart(result, folder / "wall.html", chosen),
        ]
        show("stage_write", 2, 3)
        written += save_all(result, folder, chosen)
        show("stage_write", 3, 3)
    print_forecast(result, console(), chosen, folder)
    names = say("comma", chosen).join(path.relative_to(folder).as_posix() for path in written)
    typer.echo(say("written", chosen, folder=folder, files=names))
    if fail_below is not None and _least(result) < fail_below:
        raise typer.Exit(BELOW)


def gantt(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option("--out", help="Picture to write: .png, .svg or .pdf.")] = Path(
        "gantt.png"
    ),
    lang: LangOption = None,
    project: Annotated[str | None, typer.Option("--project", help="Only this project, node by node.")] = None,
) -> None:
    """Draw the Gantt chart of a scenario."""
    from scenarios.charts import gantt as draw
    from scenarios.forecast import forecast

    chosen = chosen_language(lang)
    if out.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise RefusedError(f"--out {out}: no such picture format; choose .png, .svg or .pdf")
    loaded = load(scenario, chosen)
    if project is not None and project not in {item.id for item in loaded.projects}:
        known = ", ".join(item.id for item in loaded.projects)
        raise RefusedError(f"project '{project}' does not exist; known: {known}")
    with progress_bars() as bars:
        task = bars.add_task(say("stage_simulate", chosen), total=None)
        result = forecast(loaded)
        bars.update(task, total=1, completed=1)
    draw(result, out, project=project, lang=chosen)
    typer.echo(out)


def levers(
    scenario: ScenarioArgument,
    project: Annotated[
        list[str] | None, typer.Option("--project", help="Only this project; may be given more than once.")
    ] = None,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Rank what could be done for projects.

    Options, modes, crashing and more capacity, and what each would bring.
    """
    from scenarios.levers import levers as ranked
    from scenarios.reports import print_levers

    chosen = chosen_language(lang)
    loaded = load(scenario, chosen)
    names = {item.id: item.name for item in loaded.projects}
    found = {}
    with progress_bars() as bars:
        for name in project or names:
            task = bars.add_task(name, total=None)

            def show(done: int, total: int, task: TaskID = task) -> None:
                bars.update(task, completed=done, total=total)

            found[name] = ranked(loaded, name, replications=replications, progress=show)
    if as_json:
        data = {name: [asdict(item) for item in items] for name, items in found.items()}
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=lambda item: item.model_dump()))
        return
    for name, items in found.items():
        print_levers(names[name], items, console(), chosen)


def _prepared(folder: Path) -> Path:
    """The folder for the files, made before anything is computed.

    Raises
    ------
    RefusedError
        When it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(f"--out {folder}: not a folder ({error.strerror}); choose another") from error
    if not os.access(folder, os.W_OK):
        raise RefusedError(f"--out {folder}: may not be written to; choose another folder")
    return folder


def _least(result: Forecast) -> float:
    """Least joint on-time probability of a project."""
    return min((project.on_time.value for project in result.projects if project.on_time), default=1.0)
