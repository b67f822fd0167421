"""The baseline (基线): what was promised node by node, and how far today's plan has gone from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from scenarios.assemble import Assembly
from scenarios.fields import Identifier, Model, Moment, Number, day_of
from scenarios.problems import ScenarioError, problems_of
from scenarios.results import State
from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.plan import Plan
from scheduling.promises import replan
from simulation.confidence import confidence_plan

SUFFIX = ".baseline.json"


class Promise(Model):
    """Promised dates of one node."""

    start: Moment
    """First day."""
    finish: Moment
    """Last day."""


class Baseline(Model):
    """What was promised, and when."""

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Literal["backplan-baseline/1"] = Field(alias="schema", default="backplan-baseline/1")
    """Version of this format."""
    scenario: Identifier
    """Name of the scenario."""
    data_date: Moment
    """Data date on which the promise was made."""
    confidence: Number
    """On-time probability that the promised dates were made for."""
    nodes: dict[str, Promise]
    """Promised dates by ``project/node``."""


@dataclass(frozen=True, slots=True)
class Variance:
    """One node beside its promise.

    Attributes
    ----------
    id : str
        ``project/node``.
    promised, now : Promise or None
        None where the baseline or the scenario does not know the node. ``now`` holds actual dates where there
        are any, else the plan that changes least.
    slip : int or None
        Elapsed days by which it finishes later than promised.
    state : "done", "in_progress" or "open"
    """

    id: str
    promised: Promise | None
    now: Promise | None
    slip: int | None
    state: State


def baseline_of(assembly: Assembly) -> Baseline:
    """Today's promise: the dates of the confidence plan, actual ones where there are any.

    Raises
    ------
    InputError
        For a scenario without dates.
    """
    scenario, net = assembly.scenario, assembly.network
    if net.axis is None:
        raise InputError(
            f"'{scenario.name}' has no dates that could be promised. Give a scenario with dates."
        )
    plan = confidence_plan(
        net,
        risks=assembly.risks,
        confidence=scenario.confidence,
        replications=scenario.replications,
        seed=scenario.seed,
    )
    return Baseline(
        scenario=scenario.name,
        data_date=scenario.data_date,
        confidence=scenario.confidence,
        nodes=_promises(assembly, plan.start, plan.finish),
    )


def _promises(assembly: Assembly, start: Mapping[Id, date], finish: Mapping[Id, date]) -> dict[str, Promise]:
    return {name: Promise(start=start[name], finish=finish[name]) for name in assembly.specs}


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write a baseline whole or not at all."""
    from scenarios.reports.files import replacing

    text = baseline.model_dump_json(by_alias=True, indent=2)
    with replacing(path) as draft:
        draft.write_text(text + "\n", encoding="utf-8")


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises
    ------
    InputError
        If the file is missing or no baseline; the message says what to do.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{path}: no baseline can be read there ({error.strerror}). `backplan baseline set` makes one."
        ) from None
    except ValueError as error:
        raise InputError(
            f"{path}: not a JSON file ({error}). `backplan baseline set` makes a baseline."
        ) from None
    try:
        return Baseline.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(problems_of(error), lambda _: str(path)) from None


def variances(assembly: Assembly, baseline: Baseline) -> tuple[Plan, tuple[Variance, ...]]:
    """The plan that changes least of what was promised, and every node beside its promise.

    Nodes come in the order of the scenario, those that are gone last.
    """
    net = assembly.network
    plan = replan(net, {name: promise.start for name, promise in baseline.nodes.items()})
    start, finish = plan.start, plan.finish
    found = []
    for name, spec in assembly.specs.items():
        promised = baseline.nodes.get(name)
        now = None if plan.dates is None else Promise(start=start[spec.id], finish=finish[spec.id])
        slip = (day_of(now.finish) - day_of(promised.finish)).days if now and promised else None
        found.append(Variance(name, promised, now, slip, _state(net, name)))
    found += [
        Variance(name, promise, None, None, "open")
        for name, promise in baseline.nodes.items()
        if name not in assembly.specs
    ]
    return plan, tuple(found)


def _state(net: Network, name: str) -> State:
    i = net.index[name]
    return "done" if net.done(i) else "in_progress" if net.started(i) else "open"
