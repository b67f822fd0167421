"""The task book (任务书): who does what by when in each project, and by when factors must be in hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scenarios.factors import FactorRisk
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.messages import label
from scenarios.results import Node, ProjectResult
from scenarios.schema import Label
from simulation.joint import joint_need_by
from simulation.statistics import Probability


@dataclass(frozen=True, slots=True)
class NodeTask:
    """A node and who answers for it: its department, or the developer or district that the scenario names."""

    node: Node
    responsible: Label


@dataclass(frozen=True, slots=True)
class FactorTask:
    """A factor that gates unstarted nodes.

    Attributes
    ----------
    id : str
        ``project/factor:name``.
    gates : tuple of Label
        The nodes, in their order.
    supply : date or None
        In hand from the morning of this day as planned; None where it only has a lead.
    in_hand : bool
        Whether that is a fact.
    need_by : date
        The joint need-by date: on its morning the planned dates count on the factor.
    """

    id: str
    name: Label
    gates: tuple[Label, ...]
    supply: date | None
    in_hand: bool
    need_by: date

    @property
    def margin(self) -> int | None:
        """Days from supply to need-by date; below zero it is planned too late."""
        return (self.need_by - self.supply).days if self.supply else None


@dataclass(frozen=True, slots=True)
class ProjectTasks:
    """One project's pages of the task book.

    Attributes
    ----------
    nodes : tuple of NodeTask
        In the order of the catalogue or file.
    factors : tuple of FactorTask
        The soonest need-by date first.
    together : Probability or None
        All deadlines ahead met if every factor arrives on its need-by date and the planned dates are worked
        to; None without deadlines ahead.
    """

    project: ProjectResult
    nodes: tuple[NodeTask, ...]
    factors: tuple[FactorTask, ...]
    together: Probability | None


def task_book(run: Run) -> tuple[ProjectTasks, ...]:
    """The task book of every project, with need-by dates that hold together.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> book = task_book(Run(load_scenario("district-1bn").model_copy(update={"replications": 20})))
    >>> [(task.name.zh, task.gates[0].zh) for task in book[2].factors]
    [('资金到位', '签订施工合同')]
    """
    scenario = run.scenario
    joint = joint_need_by(
        run.plan, risks=run.assembly.risks, replications=scenario.replications, seed=scenario.seed
    )
    factors: dict[str, list[FactorTask]] = {project.id: [] for project in scenario.projects}
    for factor in run.assembly.factors:
        if factor.factor.id in joint.dates:
            factors[factor.project].append(_factor(run, factor, day_of(joint.dates[factor.factor.id])))
    return tuple(
        ProjectTasks(
            project,
            tuple(NodeTask(node, _responsible(run, node, project)) for node in project.nodes),
            tuple(sorted(factors[project.id], key=lambda task: (task.need_by, task.name.zh))),
            joint.reached.get(project.id),
        )
        for project in run.forecast.projects
    )


def _factor(run: Run, factor: FactorRisk, need_by: date) -> FactorTask:
    gates = tuple(run.assembly.specs[str(name)].name for name in factor.factor.gates)
    supply = factor.factor.supply
    return FactorTask(
        id=str(factor.factor.id),
        name=factor.label,
        gates=gates,
        supply=day_of(supply) if isinstance(supply, date) else None,
        in_hand=factor.in_hand,
        need_by=need_by,
    )


def _responsible(run: Run, node: Node, project: ProjectResult) -> Label:
    """Who a general role such as the owner or the locality is, where the scenario says so."""
    roles = {"owner": project.developer, "locality": project.district}
    name = roles.get(run.assembly.specs[node.id].department_id or "")
    if name:
        return Label(zh=name, en=name)
    return node.department or label("no_department")
