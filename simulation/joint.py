"""Need-by dates of all factors together: those of the confidence plan, verified on fresh draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scheduling.network import FINISH_MILESTONE, Id
from simulation.arrivals import arriving, factors_of, gated_by, shown_day, without_factors
from simulation.confidence import ConfidencePlan
from simulation.monte_carlo import simulate
from simulation.risks import RiskModel
from simulation.statistics import Probability


@dataclass(frozen=True, slots=True)
class JointNeedBy:
    """By when each factor must be in hand if the confidence plan is worked to.

    Attributes
    ----------
    confidence : float
        What the plan was asked for.
    dates : mapping of factor to date or number
        In hand on the morning of this day: the first day on which something that it gates may start.
    reached : mapping of project to Probability
        All deadlines ahead met if *every* factor arrives on its date and the plan is worked to, on draws that
        neither the plan nor its report used. With the factors random as modelled it is the plan's `reached`.
    """

    confidence: float
    dates: Mapping[Id, Any]
    reached: Mapping[Id, Probability]


def joint_need_by(
    plan: ConfidencePlan, *, risks: RiskModel, replications: int = 1000, seed: int = 0
) -> JointNeedBy:
    """The factor dates that a confidence plan counts on, and what they reach together.

    Parameters
    ----------
    plan : ConfidencePlan
    risks : RiskModel
        As the plan was made with; so is `seed`.
    replications : int
    seed : int

    Returns
    -------
    JointNeedBy

    Raises
    ------
    InputError
        For risks that the network does not know.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from scheduling.network import Factor
    >>> from simulation.confidence import confidence_plan
    >>> from simulation.distributions import Triangular
    >>> graph = nx.DiGraph()
    >>> graph.add_node("build", duration=20, deadline=60)
    >>> network = compile_network(graph, factors=[Factor("land", ("build",), supply=5)])
    >>> risks = RiskModel(work={"build": Triangular(10, 20, 60)})
    >>> plan = confidence_plan(network, risks=risks, confidence=0.8)
    >>> joint = joint_need_by(plan, risks=risks)
    >>> joint.dates["land"] == plan.start["build"], abs(joint.reached[None].value - 0.8) < 0.05
    (True, True)
    """
    net = plan.network
    days = {
        factor: min(
            plan.dates.start[i] if net.kind[i] == FINISH_MILESTONE else plan.gates[i]
            for i in gated_by(net, factor)
        )
        for factor in factors_of(net)
    }
    given = arriving(net, days)
    reached: dict[Id, Probability] = {}
    if plan.reached:
        used = 3 * next(iter(plan.reached.values())).trials
        result = simulate(
            given,
            replace(plan.plan, network=given),
            risks=without_factors(risks, days),
            replications=range(used, used + replications),
            seed=seed,
            start="plan",
        )
        reached = {project: result.project_on_time(project) for project in plan.reached}
    dates = {factor: shown_day(net, day) for factor, day in days.items()}
    return JointNeedBy(plan.confidence, dates, reached)
