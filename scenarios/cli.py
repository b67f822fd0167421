"""The command line: ``backplan``."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from scenarios.messages import language, level_label, say
from scheduling.errors import SchedulingError

if TYPE_CHECKING:
    from scenarios.results import Forecast
    from scenarios.schema import Scenario
    from scheduling.search import Step

BAD_INPUT = 2
BELOW = 3
INFEASIBLE = 4
UNKNOWN = 5
PIPED_WIDTH = 160

app = typer.Typer(
    name="backplan",
    help="Backward schedules (倒排工期) and on-time probabilities for portfolios of construction projects.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Lang(StrEnum):
    """Language of the output."""

    ZH = "zh"
    EN = "en"


ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A bundled name (see `backplan scenarios`) or a file.")
]
LangOption = Annotated[
    Lang | None, typer.Option("--lang", help="Language of the output; by default that of the locale.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def _lang(choice: Lang | None) -> str:
    return choice.value if choice else language()


@app.command()
def run(
    scenario: ScenarioArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files; by default backplan-out/NAME.")
    ] = None,
    replications: Annotated[int | None, typer.Option("--replications", min=2, help="Replications.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of every draw.")] = None,
    confidence: Annotated[
        float | None, typer.Option("--confidence", help="On-time probability that planned dates must reach.")
    ] = None,
    lang: LangOption = None,
    fail_below: Annotated[
        float | None,
        typer.Option("--fail-below", min=0, max=1, help="Exit with 3 if a project is less likely on time."),
    ] = None,
) -> None:
    """Plan, simulate and explain a scenario; write Gantt chart, curves, tables and result.json."""
    from scenarios.charts import save_all
    from scenarios.forecast import forecast
    from scenarios.reports import print_forecast, write_all

    chosen = _lang(lang)
    loaded = _with_options(_load(scenario, chosen), replications, seed, confidence)
    folder = _prepared(out or Path("backplan-out") / loaded.name)
    with _progress() as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(say(stage, chosen), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        result = forecast(loaded, progress=show)
        show("stage_write", 0, 2)
        written = write_all(result, folder, chosen)
        show("stage_write", 1, 2)
        written += save_all(result, folder, chosen)
        show("stage_write", 2, 2)
    print_forecast(result, _console(), chosen, folder)
    names = ", ".join(path.relative_to(folder).as_posix() for path in written)
    typer.echo(say("written", chosen, folder=folder, files=names))
    if fail_below is not None and _least(result) < fail_below:
        raise typer.Exit(BELOW)


@app.command()
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

    chosen = _lang(lang)
    if out.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise RefusedError(f"--out {out}: no such picture format; choose .png, .svg or .pdf")
    loaded = _load(scenario, chosen)
    if project is not None and project not in {item.id for item in loaded.projects}:
        known = ", ".join(item.id for item in loaded.projects)
        raise RefusedError(f"project '{project}' does not exist; known: {known}")
    with _progress() as bars:
        task = bars.add_task(say("stage_simulate", chosen), total=None)
        result = forecast(loaded)
        bars.update(task, total=1, completed=1)
    draw(result, out, project=project, lang=chosen)
    typer.echo(out)


@app.command(name="critical-path")
def critical_path_command(
    scenario: ScenarioArgument, as_json: JsonOption = False, lang: LangOption = None
) -> None:
    """Early and late dates, floats and critical paths, without resources and without chance."""
    from scenarios.assemble import assemble
    from scenarios.reports import critical_path_dict, print_critical_path
    from scheduling.cpm import critical_path

    chosen = _lang(lang)
    assembly = assemble(_load(scenario, chosen))
    result = critical_path(assembly.network)
    if as_json:
        typer.echo(json.dumps(critical_path_dict(assembly, result), ensure_ascii=False, indent=2))
    else:
        print_critical_path(assembly, result, _console(), chosen)


@app.command()
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
    """Dates of every activity: as late as the deadlines and the resources allow, or as early.

    Exits with 4 when no plan can exist, with 5 when none was found within the limit.
    """
    from scenarios.assemble import assemble
    from scenarios.planning import plan_of
    from scenarios.reports import plan_dict, print_plan
    from scheduling.status import Status

    chosen = _lang(lang)
    assembly = assemble(_load(scenario, chosen))
    begun = time.monotonic()
    with _steps(chosen) as show:
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
        print_plan(assembly, found, _console(), chosen, earliest=earliest)
    if found.dates is None:
        raise typer.Exit(INFEASIBLE if found.status is Status.INFEASIBLE else UNKNOWN)


baseline_app = typer.Typer(no_args_is_help=True, help="Keep what was promised (基线), and compare with it.")
app.add_typer(baseline_app, name="baseline")
BaselineFile = Annotated[
    Path | None, typer.Option("--baseline", help="The baseline; by default NAME.baseline.json.")
]


@baseline_app.command(name="set")
def set_baseline(
    scenario: ScenarioArgument,
    baseline: BaselineFile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing baseline.")] = False,
    lang: LangOption = None,
) -> None:
    """Write down today's planned dates of every node as what is promised."""
    from scenarios.assemble import assemble
    from scenarios.baseline import SUFFIX, baseline_of, write_baseline

    loaded = _load(scenario, _lang(lang))
    path = baseline or Path(loaded.name + SUFFIX)
    if path.exists() and not force:
        raise RefusedError(f"{path} exists already; give another --baseline, or --force to replace it")
    write_baseline(baseline_of(assemble(loaded)), path)
    typer.echo(path)


@baseline_app.command(name="show")
def show_baseline(
    scenario: ScenarioArgument,
    baseline: BaselineFile = None,
    everything: Annotated[bool, typer.Option("--all", help="Nodes as promised too.")] = False,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Re-plan with least change to what was promised, and show what moves."""
    from scenarios.assemble import assemble
    from scenarios.baseline import SUFFIX, read_baseline, variances
    from scenarios.reports import print_variances, variance_dict

    chosen = _lang(lang)
    loaded = _load(scenario, chosen)
    promised = read_baseline(baseline or Path(loaded.name + SUFFIX))
    assembly = assemble(loaded)
    plan, found = variances(assembly, promised)
    if as_json:
        typer.echo(json.dumps(variance_dict(promised, plan, found), ensure_ascii=False, indent=2))
    else:
        print_variances(assembly, promised, plan, found, _console(), chosen, everything=everything)


@app.command()
def levers(
    scenario: ScenarioArgument,
    project: Annotated[
        list[str] | None, typer.Option("--project", help="Only this project; may be given more than once.")
    ] = None,
    replications: Annotated[int | None, typer.Option("--replications", min=2, help="Replications.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Rank what could be done for projects: options, modes, crashing, capacity, and what each would bring."""
    from scenarios.levers import levers as ranked
    from scenarios.reports import print_levers

    chosen = _lang(lang)
    loaded = _load(scenario, chosen)
    names = {item.id: item.name for item in loaded.projects}
    found = {}
    with _progress() as bars:
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
        print_levers(names[name], items, _console(), chosen)


@app.command()
def check(
    scenario: ScenarioArgument,
    as_json: JsonOption = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 if there is an error or a warning.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Look for what is likely wrong in a scenario, before any plan; exit with 2 if it cannot be scheduled."""
    from scenarios.health import BLOCKING, check_file
    from scenarios.reports.health import findings_dict, print_findings
    from scheduling.health import Severity

    chosen = _lang(lang)
    found = check_file(scenario, lang=chosen)
    if as_json:
        typer.echo(json.dumps(findings_dict(scenario, found), ensure_ascii=False, indent=2))
    else:
        print_findings(scenario, found, _console(), chosen)
    if any(told.finding.code in BLOCKING for told in found):
        raise typer.Exit(BAD_INPUT)
    if strict and any(told.finding.severity is not Severity.NOTE for told in found):
        raise typer.Exit(BELOW)


@app.command()
def explain(
    scenario: ScenarioArgument,
    activity: Annotated[str, typer.Argument(metavar="ACTIVITY", help="PROJECT/NODE, or NODE if unique.")],
    early: Annotated[
        bool, typer.Option("--early", help="Why the earliest dates are not earlier, without resources.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Say why a node of the late plan may not lie later, step by step up to the date that decides."""
    from scenarios.assemble import assemble
    from scenarios.forecast import PLAN_EFFORT
    from scenarios.reasons import Speaker, find_activity
    from scheduling.backward import backward_schedule
    from scheduling.cpm import critical_path

    chosen = _lang(lang)
    loaded = _load(scenario, chosen)
    assembly = assemble(loaded)
    name = find_activity(assembly, activity)
    if early:
        reasons, title = critical_path(assembly.network).explain(name), say("explain_early", chosen)
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


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="Ledger to write: .xlsx or .csv.")] = Path("ledger.xlsx"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    lang: LangOption = None,
) -> None:
    """Write an empty ledger: one row a project, to fill in and run."""
    from scenarios.ledger import write_template

    if path.exists() and not force:
        raise RefusedError(f"{path} exists already; choose another name or give --force")
    write_template(path, lang="zh" if _lang(lang) == "zh" else "en")
    typer.echo(path)


@app.command()
def catalog(
    name: Annotated[str | None, typer.Argument(help="A template: government or enterprise.")] = None,
    option: Annotated[list[str] | None, typer.Option("--option", help="An option to apply.")] = None,
    lang: LangOption = None,
) -> None:
    """List the node catalogue: templates, options and default delays, or the steps of one template."""
    from scenarios.reports import print_catalog

    print_catalog(_console(), _lang(lang), name, tuple(option or ()))


@app.command()
def scenarios(lang: LangOption = None) -> None:
    """List the bundled scenarios."""
    from scenarios.load import bundled_names

    chosen = _lang(lang)
    for name in bundled_names():
        loaded = _load(name, chosen)
        title = loaded.title.text(chosen) if loaded.title else ""
        typer.echo(f"{name}\t{title}")


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files."""
    from scenarios.schema import Scenario

    typer.echo(json.dumps(Scenario.model_json_schema(), ensure_ascii=False, indent=2))


class RefusedError(SchedulingError):
    """A wish of the command line that cannot be met."""


def _load(what: str, lang: str) -> Scenario:
    from scenarios.load import load_scenario

    return load_scenario(what, lang=lang)


def _with_options(
    scenario: Scenario, replications: int | None, seed: int | None, confidence: float | None
) -> Scenario:
    if confidence is not None and not 0 < confidence < 1:
        raise RefusedError(f"--confidence {confidence} is not between 0 and 1; write 0.8 for 80 %")
    given = {"replications": replications, "seed": seed, "confidence": confidence}
    return scenario.model_copy(update={key: value for key, value in given.items() if value is not None})


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


def _console() -> Console:
    """Standard output; pipes and files get lines wide enough for every column."""
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=PIPED_WIDTH if piped else None)


def _progress() -> Progress:
    """Bars on standard error, so that standard output stays clean for pipes."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


@contextmanager
def _steps(lang: str) -> Iterator[Callable[[Step], None]]:
    """How a search goes, on standard error: one line that changes, or in a pipe one a second."""
    console = Console(stderr=True)
    last = time.monotonic()
    with console.status("") as status:

        def show(step: Step) -> None:
            nonlocal last
            now = time.monotonic()
            values = (step.incumbent, step.bound)
            incumbent, bound = ("–" if value is None else f"{value:g}" for value in values)
            name, seconds = level_label(step.level).text(lang), f"{step.seconds:.0f}"
            line = say("plan_step", lang, level=name, incumbent=incumbent, bound=bound, seconds=seconds)
            if console.is_terminal:
                status.update(line)
            elif now - last >= 1:
                last = now
                console.print(line)

        yield show


def main() -> None:
    """Run the command line; input errors are sentences on standard error and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except SchedulingError as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT)
    except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
        print(f"{error.filename}: {error.strerror}; choose another place or close the file", file=sys.stderr)
        sys.exit(BAD_INPUT)
