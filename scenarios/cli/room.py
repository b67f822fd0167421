"""What the commands of the dispatch room share: a scenario planned and simulated, and rows as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from scenarios.cli.shared import console, load, stages, with_options

if TYPE_CHECKING:
    from scenarios.forecast import Run


@contextmanager
def planned(what: str, replications: int | None, lang: str, *, as_json: bool) -> Iterator[Run]:
    """A scenario planned and simulated, with bars meanwhile; below what is printed stands what limits it."""
    from scenarios.forecast import Run
    from scenarios.reports.appraising import print_notes

    loaded = with_options(load(what, lang), replications=replications)
    with stages(lang) as show:
        run = Run(loaded, show)
    yield run
    if not as_json:
        print_notes(run, console(), lang)


def echo(schema: str, run: Run, **parts: Any) -> None:
    """Rows as one JSON object, with what limits them."""
    head = {"schema": schema, "scenario": run.scenario.name, "data_date": run.forecast.data_date}
    echo_data(head | parts | {"warnings": run.forecast.warnings})


def echo_data(data: dict[str, Any]) -> None:
    """Data as one JSON object."""
    from scenarios.reports.result_json import plain_data

    typer.echo(json.dumps(plain_data(data), ensure_ascii=False, indent=2))
