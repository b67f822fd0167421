"""The command line: ``backplan``."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from scenarios.cli import (
    appraising,
    baseline,
    correlations,
    dispatching,
    documents,
    files,
    forecasting,
    planning,
    questions,
    simulating,
    status,
    supplies,
)
from scenarios.cli.shared import BAD_INPUT, asked_language
from scenarios.cli.stopping import stoppable
from scheduling.errors import SchedulingError

app = typer.Typer(
    name="backplan",
    help="Backward schedules (倒排工期) and on-time probabilities for portfolios of construction projects.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _command in (
    forecasting.run,
    forecasting.gantt,
    simulating.simulate,
    planning.critical_path,
    planning.plan,
    forecasting.levers,
    questions.need_by,
    questions.push,
    questions.compare,
    correlations.correlations,
    dispatching.ready,
    dispatching.quotas,
    status.status,
    status.attribute,
    supplies.factors,
    supplies.allocate,
    supplies.investment,
    planning.explain,
    planning.conflicts,
    documents.digest,
    documents.taskbook,
    files.check,
    files.template,
    files.catalog,
    files.scenarios,
    files.schema,
):
    app.command()(_command)
app.command("stages")(dispatching.show_stages)
app.command("tasks")(appraising.show_tasks)
app.command("lights")(appraising.show_lights)
app.command("reserve")(appraising.show_reserve)
app.add_typer(baseline.app, name="baseline")


def main() -> None:
    """Run the command line; input errors are sentences on standard error and exit code 2, Ctrl-C is 130."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        with stoppable():
            app()
    except SchedulingError as error:
        _refuse(str(error))
    except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
        _refuse(f"{error.filename}: {error.strerror}; choose another place or close the file")


def _refuse(message: str) -> NoReturn:
    from scenarios.translation import in_language

    print(in_language(message, asked_language(sys.argv)), file=sys.stderr)
    sys.exit(BAD_INPUT)
