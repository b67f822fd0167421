"""Commands that ask what if: need-by dates, what to push, scenarios side by side."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from scenarios.cli.shared import (
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
    stages,
    with_options,
    workers,
)


def need_by(
    scenario: ScenarioArgument,
    project: Annotated[
        list[str] | None, typer.Option("--project", help="Only this project; may be given more than once.")
    ] = None,
    confidence: Annotated[
        float | None, typer.Option("--confidence", help="On-time probability to be reached, such as 0.8.")
    ] = None,
    replications: ReplicationsOption = None,
    workers_count: WorkersOption = None,
    dask: DaskOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say by when each factor must be in hand.

    Alone, all else random as modelled; and jointly, as the confidence plan counts on it.
    """
    from scenarios.questions import need_by as answered
    from scenarios.reports.questions import need_by_dict, print_need_by

    chosen = chosen_language(lang)
    loaded = with_options(load(scenario, chosen), replications=replications, confidence=confidence)
    with workers(workers_count, dask), stages(chosen) as show:
        answer = answered(loaded, project, progress=show)
    if as_json:
        typer.echo(json.dumps(need_by_dict(answer), ensure_ascii=False, indent=2))
    else:
        print_need_by(answer, console(), chosen)


def push(
    scenario: ScenarioArgument,
    most: Annotated[int | None, typer.Option("--most", min=0, help="Things to push at most.")] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", min=0, help="Sum of their prices at most.")
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            "--price", metavar="ID=PRICE", help="Of one thing; all others cost 1. See --json for ids."
        ),
    ] = None,
    earlier: Annotated[
        int | None,
        typer.Option("--earlier", min=1, help="Days by which factors come earlier, not without delay."),
    ] = None,
    replications: ReplicationsOption = None,
    workers_count: WorkersOption = None,
    dask: DaskOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Find the few things to push that bring most projects on time.

    Factors, rework, drivers and shared resources, simulated together and verified on fresh draws.
    """
    from scenarios.questions import push as answered
    from scenarios.reports.questions import print_push, push_dict

    if most is None and budget is None:
        raise RefusedError("how much may be pushed? Give --most (how many) or --budget (their price).")
    chosen = chosen_language(lang)
    prices = dict(_price(text) for text in price or ())
    loaded = with_options(load(scenario, chosen), replications=replications)
    with workers(workers_count, dask), stages(chosen) as show:
        answer = answered(loaded, most=most, budget=budget, prices=prices, earlier=earlier, progress=show)
    if as_json:
        typer.echo(json.dumps(push_dict(answer), ensure_ascii=False, indent=2))
    else:
        print_push(answer, console(), chosen)


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO SCENARIO...", help="Bundled names or files; the first is the base."),
    ],
    replications: ReplicationsOption = None,
    workers_count: WorkersOption = None,
    dask: DaskOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Compare scenarios project by project.

    On the same random draws, at the seed and replications of the first; differences with intervals.
    """
    from scenarios.questions import side_by_side
    from scenarios.reports.questions import comparison_dict, print_comparison

    chosen = chosen_language(lang)
    if len(set(scenarios)) < 2 or len(set(scenarios)) < len(scenarios):
        raise RefusedError("give two or more different scenarios to compare")
    loaded = {what: with_options(load(what, chosen), replications=replications) for what in scenarios}
    with workers(workers_count, dask), stages(chosen) as show:
        assemblies, found = side_by_side(loaded, progress=show)
    if as_json:
        typer.echo(json.dumps(comparison_dict(found), ensure_ascii=False, indent=2))
    else:
        print_comparison(assemblies, found, console(), chosen)


def _price(text: str) -> tuple[str, float]:
    name, _, number = text.rpartition("=")
    try:
        return name, float(number)
    except ValueError:
        raise RefusedError(f"--price {text}: write ID=PRICE, such as factor:S1/factor:land=30") from None
