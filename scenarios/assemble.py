"""From a scenario to what the algorithms read: a graph, calendars, resources, factors, a risk model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import networkx as nx

from scenarios.calendars import bundled
from scenarios.catalog import factor_defaults
from scenarios.expand import NodeSpec, nodes
from scenarios.risk_model import FactorRisk, distribution, risk_model
from scenarios.schema import CalendarSpec, FactorSpec, Label, LognormalSpec, Project, Scenario, Spread
from scenarios.status import NodeStatus, statuses
from scheduling.build import compile_network
from scheduling.calendar import Calendar
from scheduling.network import Factor, Network, Resource
from simulation.distributions import rounded
from simulation.risks import RiskModel


@dataclass(frozen=True, slots=True)
class Assembly:
    """A scenario, ready to be scheduled and simulated.

    Attributes
    ----------
    graph : networkx.MultiDiGraph
        Activities and precedences, with the attributes of :func:`scheduling.build.compile_network`.
    network : Network
    risks : RiskModel
    specs : dict of str to NodeSpec
        By activity id, in the order of the scenario.
    status : dict of str to NodeStatus
    factors : tuple of FactorRisk
    calendars : dict of str to Calendar
    """

    scenario: Scenario
    graph: nx.MultiDiGraph[str]
    network: Network
    risks: RiskModel
    specs: dict[str, NodeSpec]
    status: dict[str, NodeStatus]
    factors: tuple[FactorRisk, ...]
    calendars: dict[str, Calendar]


def assemble(scenario: Scenario) -> Assembly:
    """Resolve templates, defaults, status and calendars, and compile the network.

    Raises
    ------
    InputError
        What :mod:`scenarios.checks` does not find, such as a calendar without any working day.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> assembly = assemble(load_scenario("district-1bn"))
    >>> len(assembly.network.projects)
    8
    """
    calendars = scenario_calendars(scenario)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    specs: dict[str, NodeSpec] = {}
    status: dict[str, NodeStatus] = {}
    factors: list[FactorRisk] = []
    for project in scenario.projects:
        found = nodes(project, scenario)
        planned = {spec.id: planning_work(spec) for spec in found}
        begun = statuses(project, found, planned, scenario.data_date, calendars)
        for spec in found:
            _add_node(graph, spec, planned[spec.id], begun.get(spec.id), project)
        specs |= {spec.id: spec for spec in found}
        status |= begun
        factors += _factors(project, scenario, found, begun)
    for spec in specs.values():
        for link in spec.predecessors:
            graph.add_edge(
                link.id,
                spec.id,
                type=link.type,
                lag=link.lag,
                maximum_lag=link.maximum_lag,
                lag_calendar=link.lag_calendar,
            )
    network = compile_network(
        graph,
        calendars=calendars,
        start={project.id: project.start or scenario.data_date for project in scenario.projects},
        data_date=scenario.data_date,
        resources=[
            Resource(name, item.capacity, tuple((change.date, change.capacity) for change in item.changes))
            for name, item in scenario.resources.items()
        ],
        factors=[item.factor for item in factors],
        slots_per_day=scenario.slots_per_day,
        progress_override=scenario.progress_override,
    )
    risks = risk_model(scenario, network, specs, status, factors)
    return Assembly(scenario, graph, network, risks, specs, status, tuple(factors), calendars)


def planning_work(spec: NodeSpec) -> int:
    """Planned, else most likely work in whole slots, at least 1; 0 for a milestone."""
    if spec.planned is not None:
        return spec.planned
    likely = distribution(spec.work).most_likely
    return int(rounded([likely], least=1)[0]) if likely > 0 else 0


def scenario_calendars(scenario: Scenario) -> dict[str, Calendar]:
    """The bundled calendars and those of the scenario, by name."""
    found = bundled()
    for name, spec in scenario.calendars.items():
        found[name] = _calendar(name, spec, found)
    return found


def _calendar(name: str, spec: CalendarSpec, known: dict[str, Calendar]) -> Calendar:
    base = known[spec.base] if spec.base else None
    week = spec.week or (base.week if base else ())
    return Calendar(
        name,
        week,  # type: ignore[arg-type]
        (dict(base.exceptions) if base else {}) | dict(spec.exceptions),
        spec.first or (base.first if base else None),
        spec.last or (base.last if base else None),
        frozenset(spec.provisional) | (base.provisional if base else frozenset()),
    )


def _add_node(
    graph: nx.MultiDiGraph[str], spec: NodeSpec, planned: int, status: NodeStatus | None, project: Project
) -> None:
    line = next((line for line in project.deadlines if line.node == spec.node), None)
    graph.add_node(
        spec.id,
        duration=planned,
        milestone=spec.milestone if planned == 0 else None,
        calendar=spec.calendar,
        project=spec.project,
        release=spec.release,
        demand=dict(spec.demand) if planned else {},
        deadline=line.date if line else None,
        hard=line.hard if line else False,
        weight=line.weight if line else 1,
        actual_start=status.start if status else None,
        actual_finish=status.finish if status else None,
        remaining=status.remaining if status else None,
    )


def _factors(
    project: Project, scenario: Scenario, specs: list[NodeSpec], status: dict[str, NodeStatus]
) -> list[FactorRisk]:
    """Factors of a project: those it names, and the catalogue's defaults for the others."""
    use_defaults = scenario.default_risks if project.default_risks is None else project.default_risks
    defaults = {key: item for key, item in factor_defaults().factors.items() if item.mechanism == "gate"}
    names = list(project.factors)
    if use_defaults and project.template:
        names += [key for key in defaults if key not in project.factors]
    present = {spec.node for spec in specs}
    found = []
    for name in names:
        given = project.factors.get(name, FactorSpec())
        default = defaults.get(name)
        gates = given.gates if given.gates is not None else (default.gates if default else ())
        open_gates = tuple(
            f"{project.id}/{node}"
            for node in gates
            if node in present and f"{project.id}/{node}" not in status
        )
        if not open_gates:
            continue
        late = None
        if default and default.median and default.p90 and use_defaults and default.probability > 0:
            size = LognormalSpec(median=default.median, p90=default.p90, max=default.max)
            late = Spread(lognormal=size, probability=default.probability)
        if given.supply is None and given.lead is None and late is None:
            continue
        label = given.name or (Label(zh=default.zh, en=default.en) if default else Label(zh=name, en=name))
        after = None if given.after is None else tuple(f"{project.id}/{node}" for node in given.after)
        found.append(_factor(project, name, label, given, late, open_gates, after, scenario.data_date))
    return found


def _factor(
    project: Project,
    name: str,
    label: Label,
    given: FactorSpec,
    late: Spread | None,
    gates: tuple[str, ...],
    after: tuple[str, ...] | None,
    data_date: date,
) -> FactorRisk:
    """One factor. A supply dated before the data date is in hand: a fact that draws no delay."""
    default = factor_defaults().factors.get(name)
    identity = f"{project.id}/factor:{name}"
    spread = given.delay if given.supply is not None else given.lead
    assumed = spread is None and late is not None
    if given.supply is not None and _day(given.supply) < _day(data_date):
        spread, assumed = None, False
    elif spread is None:
        spread = late
    lead = 1
    if given.supply is None and spread is not None:
        lead = int(rounded([distribution(spread).most_likely], least=1)[0])
    return FactorRisk(
        Factor(identity, gates, given.supply, lead, after),
        name,
        project.id,
        label,
        spread,
        default.group if default else None,
        default.rho if default else 0.0,
        assumed,
    )


def _day(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when
