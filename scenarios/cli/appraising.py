"""Commands that say who must do what, who stands where, and what comes next: tasks, lights, reserve."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from scenarios.cli.room import echo, planned
from scenarios.cli.shared import (
    JsonOption,
    LangOption,
    ReplicationsOption,
    ScenarioArgument,
    chosen_language,
    console,
)


class Ranked(StrEnum):
    """What is ranked."""

    PROJECT = "project"
    LEAD_UNIT = "lead_unit"
    DISTRICT = "district"
    GROUP = "group"


def show_tasks(
    scenario: ScenarioArgument,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Turn the problem list (问题清单) into tasks: who, how, by when, and the on-time probability at stake.

    Overdue ones become directives (点球) with a new due date.
    """
    from scenarios.dispatch.tasks import statistics, tasks
    from scenarios.reports.appraising import print_tasks

    chosen = chosen_language(lang)
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        found = tasks(run)
        if as_json:
            echo("backplan-tasks/1", run, tasks=found, statistics=statistics(found))
        else:
            print_tasks(run, found, console(), chosen)


def show_lights(
    scenario: ScenarioArgument,
    by: Annotated[Ranked, typer.Option("--by", help="What is ranked.")] = Ranked.PROJECT,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Print lights, red list and black list by the scenario's rules, and ranks with their uncertainty."""
    from scenarios.dispatch.ranking import ranking
    from scenarios.dispatch.rules import lights, lists, rule_in_words
    from scenarios.reports.appraising import print_lights, print_lists, print_ranks

    chosen = chosen_language(lang)
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        shown, listed, ranks = lights(run), lists(run), ranking(run, by.value)
        if as_json:
            rules, words = run.scenario.rules.preset, rule_in_words(run)
            echo(
                "backplan-lights/1",
                run,
                rules=rules,
                rules_in_words=words,
                lights=shown,
                lists=listed,
                by=by.value,
                ranks=ranks,
            )
        else:
            print_lights(run, shown, console(), chosen)
            print_lists(listed, console(), chosen)
            print_ranks(ranks, by.value, console(), chosen)


def show_reserve(
    scenario: ScenarioArgument,
    replications: ReplicationsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Score and admit the three-year rolling reserve, stagger its starts, and show gaps to later quotas."""
    from scenarios.dispatch.reserve import reserve
    from scenarios.reports.appraising import print_reserve

    chosen = chosen_language(lang)
    with planned(scenario, replications, chosen, as_json=as_json) as run:
        found = reserve(run)
        if as_json:
            echo("backplan-reserve/1", run, reserve=found)
        else:
            print_reserve(run, found, console(), chosen)
