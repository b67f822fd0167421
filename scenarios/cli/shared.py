"""What the commands share: options, loading, and how progress is shown."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from scenarios.messages import language, level_label, say
from scheduling.errors import SchedulingError

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from scheduling.search import Step

BAD_INPUT = 2
BELOW = 3
INFEASIBLE = 4
UNKNOWN = 5
PIPED_WIDTH = 160


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
ReplicationsOption = Annotated[int | None, typer.Option("--replications", min=2, help="Replications.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Threads that simulate; by default one for each core.")
]
DaskOption = Annotated[
    str | None,
    typer.Option("--dask", metavar="ADDRESS", help="Simulate on a Dask cluster: its scheduler's address."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def chosen_language(choice: Lang | None) -> str:
    return choice.value if choice else language()


def asked_language(arguments: Sequence[str]) -> str:
    """The language that a command line asks for, even where reading the rest of it failed.

    Examples
    --------
    >>> asked_language(["run", "x.yaml", "--lang", "zh"]), asked_language(["--lang=en"])
    ('zh', 'en')
    """
    given = [value for option, value in pairwise(arguments) if option == "--lang"]
    given += [text.removeprefix("--lang=") for text in arguments if text.startswith("--lang=")]
    return given[-1] if given else language()


class RefusedError(SchedulingError):
    """A wish of the command line that cannot be met."""


def load(what: str, lang: str) -> Scenario:
    from scenarios.load import load_scenario

    return load_scenario(what, lang=lang)


def with_options(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    confidence: float | None = None,
) -> Scenario:
    """The scenario with what the command line says otherwise."""
    if confidence is not None and not 0 < confidence < 1:
        raise RefusedError(f"--confidence {confidence} is not between 0 and 1; write 0.8 for 80%")
    given = {"replications": replications, "seed": seed, "confidence": confidence}
    return scenario.model_copy(update={key: value for key, value in given.items() if value is not None})


def console() -> Console:
    """Standard output; pipes and files get lines wide enough for every column."""
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=PIPED_WIDTH if piped else None)


def progress_bars() -> Progress:
    """Bars on standard error, so that standard output stays clean for pipes."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


class RateColumn(ProgressColumn):
    """Steps (replications) a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed or 0.0
        return Text(f"{speed:,.{0 if speed >= 10 else 1}f}/s" if speed else "")


@contextmanager
def stages(lang: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each stage of a computation; 0 steps in all are steps without a known end."""
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(say(stage, lang), total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield show


@contextmanager
def workers(count: int | None, dask: str | None) -> Iterator[None]:
    """Who simulates within the block."""
    from simulation.cluster import dask_cluster
    from simulation.workers import Inline, using

    if count is not None and dask is not None:
        raise RefusedError("--workers and --dask: give one of them; a cluster has workers of its own")
    if dask is not None:
        with dask_cluster(dask) as cluster, using(cluster):
            yield
    elif count is None:
        yield
    elif count == 1:
        with using(Inline()):
            yield
    else:
        with ThreadPoolExecutor(count) as threads, using(threads):
            yield


@contextmanager
def steps(lang: str) -> Iterator[Callable[[Step], None]]:
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
