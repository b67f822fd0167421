"""The main job: from a scenario to everything a run says about it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from scenarios.assemble import Assembly, assemble
from scenarios.cause_labels import cause_view
from scenarios.cautions import portfolio_notes, project_notes
from scenarios.curves import completion_curve, investment_curve
from scenarios.events import Bools, Events
from scenarios.expand import NodeSpec
from scenarios.lights import light_of
from scenarios.messages import label
from scenarios.results import (
    Cause,
    ConfidenceResult,
    DueItem,
    Forecast,
    InvestmentView,
    Node,
    PlanSummary,
    ProjectResult,
    Provenance,
    QuotaResult,
    Span,
    State,
)
from scenarios.schema import Project, QuotaSpec, Scenario
from scheduling.backward import backward_schedule
from scheduling.calendar import Ints
from scheduling.cpm import CriticalPath, critical_path
from scheduling.errors import InputError
from scheduling.plan import Plan
from simulation.causes import CauseGains, cause_gains
from simulation.confidence import ConfidencePlan, confidence_plan
from simulation.monte_carlo import simulate
from simulation.result import SimulationResult
from simulation.risks import Cause as RiskCause
from simulation.risks import RiskModel
from simulation.statistics import Probability

DUE_DAYS = 28
MOST_CAUSES = 3
PLAN_EFFORT = 1.0
"""Work units of the optimiser on each level of the late plan: a few seconds for a district's projects."""
Progress = Callable[[str, int, int], None]
"""Called with the stage (a message key), steps done and steps in all."""


def forecast(scenario: Scenario, *, progress: Progress | None = None) -> Forecast:
    """Plan, simulate and explain a scenario.

    Parameters
    ----------
    scenario : Scenario
        Its seed, replications and confidence are used; change them with ``scenario.model_copy(update=...)``.
    progress : callable, optional

    Returns
    -------
    Forecast

    Raises
    ------
    SchedulingError
        For an input that cannot be scheduled, or that has no dates.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> quick = load_scenario("district-1bn").model_copy(update={"replications": 50})
    >>> result = forecast(quick)
    >>> len(result.projects), result.provenance.start_rule
    (8, 'asap')
    """
    return Run(scenario, progress).forecast


class Run:
    """A scenario planned and simulated: what the forecast and the dispatch room are read from.

    Attributes
    ----------
    scenario : Scenario
    assembly : Assembly
    cpm : CriticalPath
    late_plan : Plan
        As late as deadlines and resources allow, at planning durations.
    plan : ConfidencePlan
    simulation : SimulationResult
        Starting as soon as possible, every replication kept.
    gains : CauseGains
    events : Events
    forecast : Forecast
        Everything in dates and texts.

    Raises
    ------
    SchedulingError
        For an input that cannot be scheduled, or that has no dates.
    """

    def __init__(self, scenario: Scenario, progress: Progress | None = None) -> None:
        if not scenario.dated:
            raise InputError(
                f"'{scenario.name}' has no dates, which charts and forecasts need. `backplan plan` and "
                "`backplan critical-path` take it."
            )
        progress = progress or (lambda stage, done, total: None)
        self.scenario = scenario
        self.assembly: Assembly = assemble(scenario)
        net = self.net = self.assembly.network
        risks, count, seed = self.assembly.risks, scenario.replications, scenario.seed
        progress("stage_plan", 0, 1)
        self.cpm: CriticalPath = critical_path(net)
        self.late_plan: Plan = backward_schedule(net, seed=seed, limit=PLAN_EFFORT)
        progress("stage_plan", 1, 1)
        self.plan: ConfidencePlan = confidence_plan(
            net,
            risks=risks,
            confidence=scenario.confidence,
            replications=count,
            seed=seed,
            progress=lambda done, total: progress("stage_confidence", done, total),
        )
        self.simulation: SimulationResult = simulate(
            net,
            self.plan.plan,
            risks=risks,
            replications=count,
            seed=seed,
            keep="all",  # curves and quotas look at every replication
            progress=lambda done, total: progress("stage_simulate", done, total),
        )
        self.gains: CauseGains = cause_gains(
            net,
            self.plan.plan,
            risks=risks,
            causes=candidates(risks),
            most=MOST_CAUSES,
            replications=count,
            seed=seed,
            progress=lambda done, total: progress("stage_causes", done, total),
        )
        self.events = Events(self.assembly, self.simulation)
        self.buffers = {
            (item.before, item.deadline): item.slots / scenario.slots_per_day for item in self.plan.buffers
        }
        self.quantiles = [self.simulation.dates(p) for p in (0.5, 0.8, 0.9)]

    @cached_property
    def forecast(self) -> Forecast:
        scenario = self.scenario
        projects = tuple(self.project(project) for project in scenario.projects)
        return Forecast(
            name=scenario.name,
            title=scenario.heading,
            description=scenario.description,
            source=scenario.source,
            synthetic=scenario.synthetic,
            data_date=_day(scenario.data_date),
            data_date_inferred=scenario.data_date_inferred,
            projects=projects,
            quotas=tuple(self.quota(item) for item in scenario.quotas),
            due=self.due(projects),
            number_on_time=self.number_on_time(),
            completion=completion_curve(self.assembly, self.cpm, self.plan, self.simulation),
            investment=investment_curve(self.assembly, self.cpm, self.plan, self.simulation),
            late_plan=self.plan_summary(),
            provenance=self.provenance(),
            warnings=portfolio_notes(
                self.assembly, self.last_day(), self.late_plan, uncalibrated=self.uncalibrated
            ),
        )

    # -- projects and nodes ---------------------------------------------------------------------------
    def project(self, project: Project) -> ProjectResult:
        specs = [spec for spec in self.assembly.specs.values() if spec.project == project.id]
        dated = project.id in self.plan.reached
        on_time = self.on_time(project.id)
        money = project.investment
        path = next(self.cpm.paths(project.id), ())
        return ProjectResult(
            id=project.id,
            name=project.name,
            template=project.template,
            sector=project.sector,
            district=project.district,
            lead_unit=project.lead_unit,
            responsible_unit=project.responsible_unit,
            responsible_person=project.responsible_person,
            developer=project.developer,
            leader=project.leader,
            group=project.group,
            category=project.category,
            blocker=project.blocker,
            investment=InvestmentView(money.total, money.this_year, money.completed) if money else None,
            nodes=tuple(self.node(spec, project) for spec in specs),
            on_time=on_time,
            without_cancellation=self.simulation.project_on_time(project.id, cancellations=False)
            if dated
            else None,
            confidence=self.confidence(project.id) if dated else None,
            light=light_of(on_time, self.scenario.confidence) if on_time else None,
            causes=self.causes(self.gains.by_project[project.id], project) if dated else (),
            critical_path=tuple(str(name) for name in path if name in self.assembly.specs),
            warnings=project_notes(project, self.plan),
        )

    def on_time(self, project: str, *, cancellations: bool = True) -> Probability | None:
        if project not in self.plan.reached:
            return None
        return self.simulation.project_on_time(project, cancellations=cancellations)

    def confidence(self, project: str) -> ConfidenceResult:
        return ConfidenceResult(
            self.plan.confidence, self.plan.reached[project], self.plan.attainable[project]
        )

    def node(self, spec: NodeSpec, project: Project) -> Node:
        name, net = spec.id, self.net
        i = net.index[name]
        status = self.assembly.status.get(name)
        earliest = _span(self.cpm.early_start[name], self.cpm.early_finish[name])
        line = net.deadlines.get(i)
        on_time = self.simulation.probability(name) if line else None
        state: State = "done" if net.done(i) else "in_progress" if net.started(i) else "open"
        causes = self.causes(self.gains.by_activity[name], project) if line and state != "done" else ()
        p50, p80, p90 = (None if state == "done" else dates[name] for dates in self.quantiles)
        return Node(
            id=name,
            node=spec.node,
            project=spec.project,
            name=spec.name,
            kind=spec.kind,
            department=spec.department,
            key=spec.key or line is not None,
            milestone=self.assembly.graph.nodes[name]["duration"] == 0,
            state=state,
            earliest=earliest,
            latest=_span(self.cpm.late_start[name], self.cpm.late_finish[name]) if self.cpm.late else None,
            planned=_span(self.plan.start[name], self.plan.finish[name]),
            late_plan=_span(self.late_plan.start[name], self.late_plan.finish[name])
            if self.late_plan.dates
            else None,
            actual=_span(self.cpm.early_start[name], self.cpm.early_finish[name])
            if state == "done"
            else None,
            actual_start=_day(status.start) if status and status.start else None,
            deadline=next((_day(item.date) for item in project.deadlines if item.node == spec.node), None),
            hard=bool(line and line.hard),
            total_float=self.cpm.total_float[name],
            feeding_buffer=self.buffers.get((name, False)),
            deadline_buffer=self.buffers.get((name, True)),
            critical=name in self.cpm.critical,
            on_time=on_time,
            p50=p50,
            p80=p80,
            p90=p90,
            light=light_of(on_time, self.scenario.confidence) if on_time and state != "done" else None,
            cause=causes[0] if causes else None,
            drivers=tuple(str(driver) for driver in self.cpm.driving[name] if driver in self.assembly.specs),
            assumed=spec.assumed or bool(status and status.assumed),
        )

    def causes(self, gains: Any, project: Project) -> tuple[Cause, ...]:
        """The costliest causes, those whose gain is above two standard errors."""
        found = [cause_view(self.assembly, cause, gain, project) for cause, gain in gains]
        found = [item for item in found if item.gain > 2 * item.standard_error]
        return tuple(sorted(found, key=lambda item: (-item.gain, item.id))[:MOST_CAUSES])

    # -- portfolio ------------------------------------------------------------------------------------
    def quota(self, spec: QuotaSpec) -> QuotaResult:
        """Reached already, and the projects ahead of the event, counted in every replication."""
        happens, total = self.counted(spec)
        return QuotaResult(
            event=spec.event,
            sector=spec.sector,
            least=spec.least,
            below=spec.below,
            target=spec.target,
            reached=spec.reached,
            by=_day(spec.date),
            candidates=tuple(happens),
            expected=float(total.mean()),
            met=Probability.of(total >= spec.target),
        )

    def counted(self, spec: QuotaSpec) -> tuple[dict[str, Bools], Ints]:
        """Who delivers the event of a quota by its date, and how many there are then, by replication."""
        happens = {
            project.id: self.events.by(project.id, spec.event, spec.date)
            for project in self.scenario.projects
            if counts_for(spec, project) and self.events.ahead(project.id, spec.event)
        }
        total = np.full(self.scenario.replications, spec.reached, dtype=np.int64)
        for delivers in happens.values():
            total += delivers
        return happens, total

    def due(self, projects: tuple[ProjectResult, ...]) -> tuple[DueItem, ...]:
        """Starts and finishes planned in the coming days, and overdue deadlines."""
        today = _day(self.scenario.data_date)
        end = today + timedelta(days=DUE_DAYS)
        items = []
        for project in projects:
            for node in project.nodes:
                if node.state == "done" or node.planned is None:
                    continue
                if node.state == "open" and today <= node.planned.start < end and not node.milestone:
                    items.append(_due(project, node, "start", node.planned.start, False))
                if node.deadline and node.deadline < today:
                    items.append(_due(project, node, "finish", node.deadline, True))
                elif today <= node.planned.finish < end:
                    items.append(_due(project, node, "finish", node.planned.finish, False))
        return tuple(sorted(items, key=lambda item: (item.department.zh, item.by, item.project, item.node)))

    def number_on_time(self) -> tuple[float, ...]:
        counts = self.simulation.number_on_time().replications
        return tuple(count / self.scenario.replications for count in counts)

    def plan_summary(self) -> PlanSummary:
        plan = self.late_plan
        return PlanSummary(
            plan.status.value,
            plan.solver,
            plan.weighted_lateness,
            plan.objective,
            plan.objective_bound,
            None if plan.gap is None else plan.gap / self.scenario.slots_per_day,
        )

    def provenance(self) -> Provenance:
        names = ("backplan", "networkx", "numpy", "ortools", "simpy")
        return Provenance(
            seed=self.scenario.seed,
            replications=self.scenario.replications,
            confidence=self.scenario.confidence,
            start_rule=self.simulation.start_rule,
            engine=self.simulation.engine,
            versions={"python": platform.python_version()} | {name: version(name) for name in names},
            input_hash=input_hash(self.scenario),
            uncalibrated=self.uncalibrated,
        )

    @property
    def uncalibrated(self) -> bool:
        """Whether any default delay, rework or spread of the catalogue is in use."""
        assumed = any(factor.assumed for factor in self.assembly.factors)
        return assumed or any(spec.assumed for spec in self.assembly.specs.values())

    def last_day(self) -> date:
        """The last day of the portfolio that is planned, a deadline, or in the simulated range."""
        lines = [line.date for project in self.scenario.projects for line in project.deadlines]
        drawn = [when for dates in self.quantiles for when in dates.values() if when is not None]
        return max(map(_day, [*self.plan.finish.values(), *lines, *drawn]))


def candidates(risks: RiskModel) -> list[RiskCause]:
    """Causes that somebody can act on: factors, rework, and the drivers that the scenario itself names."""
    return [
        cause
        for cause in risks.causes
        if cause.kind in ("factor", "rework") or (cause.kind == "driver" and isinstance(cause.id, str))
    ]


def counts_for(quota: QuotaSpec, project: Project) -> bool:
    """Whether a project is of the sector and the investment band of a quota."""
    if quota.sector not in (None, project.sector):
        return False
    if quota.least is None and quota.below is None:
        return True
    total = project.investment.total if project.investment else None
    return total is not None and (quota.least or 0) <= total < (quota.below or float("inf"))


def input_hash(scenario: Scenario) -> str:
    """SHA-256 of a scenario as data; the order of keys does not matter."""
    data = scenario.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _due(project: ProjectResult, node: Node, action: Any, by: date, overdue: bool) -> DueItem:
    latest = node.latest
    return DueItem(
        department=node.department or label("no_department"),
        project=project.id,
        node=node.node,
        name=node.name,
        action=action,
        by=by,
        latest=(latest.start if action == "start" else latest.finish) if latest else None,
        overdue=overdue,
        responsible=project.responsible_unit,
    )


def _span(start: date, finish: date) -> Span:
    return Span(_day(start), _day(finish))


def _day(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when
