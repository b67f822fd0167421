"""Questions about a scenario beside its forecast: need-by dates, what to push, and scenarios side by side.

Each takes the order in which activities ask for units from the confidence plan, as the forecast does, so that
their probabilities are the forecast's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scenarios.assemble import Assembly, assemble
from scenarios.forecast import candidates
from scenarios.schema import Scenario
from scheduling.errors import InputError
from simulation.comparison import Case, Comparison, compare
from simulation.confidence import ConfidencePlan, confidence_plan
from simulation.coupling import binding_resources
from simulation.interventions import Intervention
from simulation.joint import JointNeedBy, joint_need_by
from simulation.need_by import NeedBy, need_by_dates
from simulation.push import BestInterventions, best_interventions, intervention_gains

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the stage (a message key), steps done and steps in all."""

PROMISING = 12
"""Interventions that enter the search for the best set: those that win most alone."""


@dataclass(frozen=True, slots=True)
class NeedByAnswer:
    """By when factors must be in hand, each alone and all together."""

    assembly: Assembly
    alone: tuple[NeedBy, ...]
    joint: JointNeedBy


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What to push."""

    assembly: Assembly
    best: BestInterventions
    most: int | None
    budget: float | None


def need_by(
    scenario: Scenario, projects: Collection[str] | None = None, *, progress: Progress | None = None
) -> NeedByAnswer:
    """Need-by dates of the factors of some projects, by default of all, at the scenario's confidence.

    Raises
    ------
    InputError
        If there is no such project.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> quick = load_scenario("district-1bn").model_copy(update={"replications": 40})
    >>> answer = need_by(quick, ["S3"])
    >>> [(item.factor, item.project) for item in answer.alone], "S3/factor:funds" in answer.joint.dates
    ([('S3/factor:funds', 'S3')], True)
    """
    assembly, show = assemble(scenario), progress or _silent
    plan = _planned(assembly, show)
    alone = need_by_dates(
        assembly.network,
        plan.plan,
        risks=assembly.risks,
        confidence=scenario.confidence,
        projects=projects,
        replications=scenario.replications,
        seed=scenario.seed,
        progress=lambda done, total: show("stage_need_by", done, total),
    )
    joint = joint_need_by(plan, risks=assembly.risks, replications=scenario.replications, seed=scenario.seed)
    return NeedByAnswer(assembly, alone, joint)


def push(
    scenario: Scenario,
    *,
    most: int | None = None,
    budget: float | None = None,
    prices: Mapping[str, float] | None = None,
    earlier: int | None = None,
    progress: Progress | None = None,
) -> PushAnswer:
    """The interventions with which most projects of a scenario are on time.

    Parameters
    ----------
    scenario : Scenario
    most : int, optional
        Interventions at most.
    budget : float, optional
        Sum of their prices at most.
    prices : mapping, optional
        By id: ``factor:S1/factor:land``, ``rework:S1/E2``, ``driver:rain``, ``resource:crew``. All others
        cost 1.
    earlier : int, optional
        Days by which factors come earlier. By default their delay vanishes.
    progress : callable, optional

    Raises
    ------
    InputError
        If a price names nothing that could be pushed.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> quick = load_scenario("district-1bn").model_copy(update={"replications": 20})
    >>> len(push(quick, most=1).best.chosen) <= 1
    True
    """
    assembly, show = assemble(scenario), progress or _silent
    plan = _planned(assembly, show)
    known = _interventions(assembly, prices or {}, earlier)
    show("stage_push", 0, 0)
    alone = intervention_gains(
        assembly.network,
        plan.plan,
        risks=assembly.risks,
        interventions=known,
        replications=scenario.replications,
        seed=scenario.seed,
    )
    best = best_interventions(
        assembly.network,
        plan.plan,
        risks=assembly.risks,
        interventions=[item.intervention for item in alone[:PROMISING]],
        most=most,
        budget=budget,
        replications=scenario.replications,
        seed=scenario.seed,
        progress=lambda done: show("stage_push", done, 0),
    )
    return PushAnswer(assembly, best, most, budget)


def intervention_id(item: Intervention) -> str:
    """Kind and id, as prices name it."""
    return f"{item.kind}:{item.id}"


def side_by_side(
    scenarios: Mapping[str, Scenario], *, progress: Progress | None = None
) -> tuple[dict[str, Assembly], Comparison[str]]:
    """Scenarios compared with the first one, at its seed and replications.

    Raises
    ------
    InputError
        For fewer than two scenarios.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> quick = load_scenario("district-1bn").model_copy(update={"replications": 20})
    >>> _, found = side_by_side({"now": quick, "again": quick})
    >>> found.projects["S1"]["again"].date_difference.value
    0.0
    """
    first = next(iter(scenarios.values()))
    alike = {"seed": first.seed, "replications": first.replications}
    assemblies, cases = {}, {}
    for name, scenario in scenarios.items():
        assembly = assemblies[name] = assemble(scenario.model_copy(update=alike))
        plan = _planned(assembly, progress or _silent)
        cases[name] = Case(assembly.network, assembly.risks, plan.plan)
    return assemblies, compare(cases, replications=first.replications, seed=first.seed)


def _planned(assembly: Assembly, progress: Progress) -> ConfidencePlan:
    scenario = assembly.scenario
    return confidence_plan(
        assembly.network,
        risks=assembly.risks,
        confidence=scenario.confidence,
        replications=scenario.replications,
        seed=scenario.seed,
        progress=lambda done, total: progress("stage_confidence", done, total),
    )


def _interventions(
    assembly: Assembly, prices: Mapping[str, float], earlier: int | None
) -> Sequence[Intervention]:
    """Causes that somebody can act on, and one unit more of each resource that can bind."""
    net = assembly.network
    slots = None if earlier is None else earlier * assembly.scenario.slots_per_day
    known = [
        Intervention(cause.kind, cause.id, slots if cause.kind == "factor" else None)
        for cause in candidates(assembly.risks)
    ]
    known += [Intervention("resource", net.resources[k].id, 1) for k in sorted(binding_resources(net))]
    names = {intervention_id(item) for item in known}
    for name in prices:
        if name not in names:
            raise InputError(
                f"price of '{name}': nothing of that name could be pushed; known: {', '.join(names)}."
            )
    return [
        Intervention(item.kind, item.id, item.amount, prices.get(intervention_id(item), 1.0))
        for item in known
    ]


def _silent(stage: str, done: int, total: int) -> None:
    pass
