"""From the problem list (问题清单) to the task list (任务清单): who, how, by when, and what each costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from statistics import median
from typing import Any

from scenarios.catalog import departments
from scenarios.cause_labels import cause_view
from scenarios.dispatch.data import read
from scenarios.expand import NodeSpec
from scenarios.factors import HOLD
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.messages import label
from scenarios.results import Cause
from scenarios.schema import Label, ProblemSpec, Project
from simulation.risks import Cause as RiskCause


@dataclass(frozen=True, slots=True)
class CauseDefaults:
    """A class of cause as ``cause_classes.yaml`` has it.

    Attributes
    ----------
    objective : bool
        Whether it lies outside the units' control (客观).
    department : str or None
        Who solves it; None: the department of the node.
    days : int
        From the day raised to the day due.
    factor : str or None
        Factor of the catalogue whose delay it stands for.
    kinds : tuple of str
        Kinds of node concerned where no factor names any.
    """

    id: str
    name: Label
    objective: bool
    department: str | None
    days: int
    factor: str | None
    kinds: tuple[str, ...]
    procedure: Label
    source: str


@cache
def cause_classes() -> dict[str, CauseDefaults]:
    """All classes of cause: expert judgement unless `source` names a law.

    Examples
    --------
    >>> found = cause_classes()["permit"]
    >>> found.name.zh, found.objective, found.days, found.department
    ('手续审批', False, 15, None)
    """
    return {
        key: CauseDefaults(
            id=key,
            name=Label(zh=raw["zh"], en=raw["en"]),
            objective=raw["nature"] == "objective",
            department=raw["department"],
            days=raw["days"],
            factor=raw.get("factor"),
            kinds=tuple(raw.get("kinds", ())),
            procedure=Label(**raw["procedure"]),
            source=raw["source"],
        )
        for key, raw in read("cause_classes")["classes"].items()
    }


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Attributes
    ----------
    id : str
        ``project/problem``.
    cause_class, cause_name, objective
        Class of cause and whether it is objective (客观).
    node : str or None
        Node held up, within the project.
    responsible, lead : Label, or None
        Who solves it and who leads.
    due : date
        Last day, as given or raised plus the days of its class (`due_by_default`).
    age : int
        Days from the day raised to the day closed, or to the data date.
    overdue : int
        Days past the due date, when closed or on the data date.
    directive : date or None
        An open overdue task is escalated (点球): the new due date; `escalated_to` is the leader in charge,
        else the lead unit.
    cost : Cause or None
        On-time probability of the project that the delay behind the problem costs; None: see `cost_unknown`.
    excused : Label or None
        Why nobody is blamed for it.
    """

    id: str
    project: str
    project_name: Label
    what: Label
    cause_class: str
    cause_name: Label
    objective: bool
    node: str | None
    node_name: Label | None
    responsible: Label
    lead: Label | None
    procedure: Label
    raised: date
    due: date
    due_by_default: bool
    closed: date | None
    age: int
    overdue: int
    directive: date | None
    escalated_to: Label | None
    cost: Cause | None
    cost_unknown: Label | None
    excused: Label | None


def tasks(run: Run) -> tuple[Task, ...]:
    """Every problem as a task: open ones first, the costliest and then the longest overdue in front.

    Examples
    --------
    >>> from datetime import date
    >>> from scenarios.load import load_scenario
    >>> from scenarios.schema import ProblemSpec
    >>> base = load_scenario("district-1bn")
    >>> problem = ProblemSpec(what="施工许可证未办理", cause="permit", node="E2", raised=date(2022, 8, 1))
    >>> project = base.projects[2].model_copy(update={"problems": {"p1": problem}})
    >>> small = base.model_copy(update={"projects": (project,), "quotas": (), "replications": 50})
    >>> (one,) = tasks(Run(small))
    >>> one.responsible.zh, one.due.isoformat(), one.overdue, one.directive.isoformat()
    ('住房和城乡建设部门', '2022-08-16', 15, '2022-09-07')
    """
    found = [task_of(run, project, name) for project in run.scenario.projects for name in project.problems]
    return tuple(sorted(found, key=_order))


def _order(task: Task) -> tuple[Any, ...]:
    gain = task.cost.gain if task.cost else float("-inf")
    return (task.closed is not None, -gain, -task.overdue, task.raised, task.id)


def due_date(problem: ProblemSpec) -> date:
    """Last day to solve a problem: as given, else raised plus the days of its class."""
    return problem.due or problem.raised + timedelta(days=cause_classes()[problem.cause].days)


def task_of(run: Run, project: Project, name: str) -> Task:
    """One problem of a project as a task."""
    problem, today = project.problems[name], day_of(run.scenario.data_date)
    kind, due = cause_classes()[problem.cause], due_date(problem)
    node = _node(run, project, problem, kind)
    until = problem.closed or today
    overdue = max(0, (until - due).days)
    lead = problem.lead_unit or project.lead_unit
    late = problem.closed is None and overdue > 0
    cost, unknown = _cost(run, project, problem, kind, node)
    return Task(
        id=f"{project.id}/{name}",
        project=project.id,
        project_name=project.name,
        what=problem.what,
        cause_class=problem.cause,
        cause_name=kind.name,
        objective=kind.objective,
        node=node.node if node else None,
        node_name=node.name if node else None,
        responsible=_responsible(project, problem, kind, node),
        lead=_unit(lead),
        procedure=problem.procedure or kind.procedure,
        raised=problem.raised,
        due=due,
        due_by_default=problem.due is None,
        closed=problem.closed,
        age=(until - problem.raised).days,
        overdue=overdue,
        directive=today + timedelta(days=min(directive_days(), kind.days)) if late else None,
        escalated_to=_unit(project.leader or lead) if late else None,
        cost=cost,
        cost_unknown=unknown,
        excused=problem.excused,
    )


def directive_days() -> int:
    """Days that a directive (点球) gives at most."""
    days: int = read("cause_classes")["directive_days"]
    return days


def _responsible(project: Project, problem: ProblemSpec, kind: CauseDefaults, node: NodeSpec | None) -> Label:
    if problem.responsible_unit:
        return Label(zh=problem.responsible_unit, en=problem.responsible_unit)
    if kind.department:
        known = departments()[kind.department]
        return Label(zh=known.zh, en=known.en)
    if node and node.department:
        return node.department
    return _unit(project.responsible_unit) or label("no_department")


def _unit(name: str | None) -> Label | None:
    return Label(zh=name, en=name) if name else None


# -- the node held up, and what the delay behind a problem costs ---------------------------------------------
def _node(run: Run, project: Project, problem: ProblemSpec, kind: CauseDefaults) -> NodeSpec | None:
    """The node that a problem names, else the earliest unfinished one that its class concerns."""
    specs = run.assembly.specs
    if problem.node is not None:
        return specs.get(f"{project.id}/{problem.node}")
    own = [
        spec
        for spec in specs.values()
        if spec.project == project.id and not run.net.done(run.net.index[spec.id])
    ]
    factors = [item for item in run.assembly.factors if item.project == project.id]
    gates = {gate for item in factors if item.name == kind.factor for gate in item.factor.gates}
    concerned = [spec for spec in own if spec.id in gates] or [
        spec for spec in own if spec.kind in kind.kinds
    ]
    return min(concerned, key=lambda spec: run.cpm.early_start[spec.id], default=None)


def _cost(
    run: Run, project: Project, problem: ProblemSpec, kind: CauseDefaults, node: NodeSpec | None
) -> tuple[Cause | None, Label | None]:
    """The costliest cause that the problem stands for, or why there is none."""
    if problem.closed is not None:
        return None, label("task_cost_closed")
    if project.id not in run.plan.reached:
        return None, label("task_cost_no_deadline")
    stands_for = _causes(run, project, problem, kind, node)
    if not stands_for:
        return None, label("task_cost_not_modelled")
    gains = [pair for pair in run.gains.by_project[project.id] if pair[0] in stands_for]
    if not gains:
        return None, label("task_cost_small")
    cause, gain = max(gains, key=lambda pair: pair[1].mean)
    return cause_view(run.assembly, cause, gain, project), None


def _causes(
    run: Run, project: Project, problem: ProblemSpec, kind: CauseDefaults, node: NodeSpec | None
) -> set[RiskCause]:
    """The project's factor of the class and its holds of that aspect; without either the node's rework."""
    known = set(run.assembly.risks.causes)
    names = {f"{HOLD}{name}" for name, hold in project.holds.items() if hold.aspect == problem.cause}
    names |= {problem.cause, kind.factor or problem.cause}
    factors = [
        RiskCause("factor", item.factor.id)
        for item in run.assembly.factors
        if item.project == project.id and item.name in names
    ]
    rework = [RiskCause("rework", node.id)] if node else []
    return known.intersection(factors) or known.intersection(rework)


# -- statistics ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TaskCount:
    """Tasks of one class or unit.

    Attributes
    ----------
    raised, closed, open, overdue : int
        All, solved, not solved, and not solved past their due date.
    median_age : float or None
        Days that the open ones have stood.
    """

    key: str
    name: Label
    raised: int
    closed: int
    open: int
    overdue: int
    median_age: float | None

    @property
    def closure_rate(self) -> float:
        """Share solved (销号率)."""
        return self.closed / self.raised


@dataclass(frozen=True, slots=True)
class TaskStatistics:
    """Counts of all tasks together, by class of cause and by responsible unit; the most open first."""

    all: TaskCount | None
    by_class: tuple[TaskCount, ...]
    by_unit: tuple[TaskCount, ...]


def statistics(found: Iterable[Task]) -> TaskStatistics:
    """Count tasks."""
    every = tuple(found)
    return TaskStatistics(
        all=_count("", label("tasks_all"), every) if every else None,
        by_class=_counts(every, lambda task: (task.cause_class, task.cause_name)),
        by_unit=_counts(every, lambda task: (task.responsible.zh or task.responsible.en, task.responsible)),
    )


def _counts(every: tuple[Task, ...], group: Callable[[Task], tuple[str, Label]]) -> tuple[TaskCount, ...]:
    members: dict[str, list[Task]] = defaultdict(list)
    names: dict[str, Label] = {}
    for task in every:
        key, name = group(task)
        members[key].append(task)
        names[key] = name
    rows = [_count(key, names[key], part) for key, part in members.items()]
    return tuple(sorted(rows, key=lambda row: (-row.open, -row.overdue, row.key)))


def _count(key: str, name: Label, part: Iterable[Task]) -> TaskCount:
    part = list(part)
    still = [task for task in part if task.closed is None]
    return TaskCount(
        key=key,
        name=name,
        raised=len(part),
        closed=len(part) - len(still),
        open=len(still),
        overdue=sum(task.overdue > 0 for task in still),
        median_age=float(median(task.age for task in still)) if still else None,
    )
