"""From a scenario to what the algorithms read: a graph, calendars, resources, factors, a risk model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

import networkx as nx

from scenarios.calendar_specs import scenario_calendars
from scenarios.expand import DEFAULT_CALENDAR, NodeSpec, nodes
from scenarios.factors import FactorRisk, project_factors
from scenarios.fields import day_of, earlier
from scenarios.risk_model import risk_model, selects
from scenarios.schema import ModeSpec, Project, ResourceSpec, Scenario, ShockSpec
from scenarios.status import NodeStatus, out_of_sequence, statuses, with_remaining
from scheduling.build import compile_network
from scheduling.calendar import Calendar
from scheduling.network import Network, Resource
from scheduling.shocks import Shock, with_shock
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
        Those in hand too, which the network does not know.
    calendars : dict of str to Calendar
    out_of_sequence : tuple of (predecessor, node)
        Reported nodes that began or ended although a predecessor has not yet.
    """

    scenario: Scenario
    graph: nx.MultiDiGraph[str]
    network: Network
    risks: RiskModel
    specs: dict[str, NodeSpec]
    status: dict[str, NodeStatus]
    factors: tuple[FactorRisk, ...]
    calendars: dict[str, Calendar]
    out_of_sequence: tuple[tuple[str, str], ...]


def assemble(scenario: Scenario) -> Assembly:
    """Resolve templates, defaults, status and calendars, and compile the network.

    Raises
    ------
    SchedulingError
        For what :mod:`scenarios.checks` would have found, where it was not asked, and for what only dates
        show: maximum lags that contradict each other, work that runs off the calendars.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> assembly = assemble(load_scenario("district-1bn"))
    >>> len(assembly.network.projects)
    8
    """
    calendars = scenario_calendars(scenario)
    specs: dict[str, NodeSpec] = {}
    status: dict[str, NodeStatus] = {}
    factors: list[FactorRisk] = []
    for project in scenario.projects:
        found = nodes(project, scenario)
        reported = statuses(project, found, scenario.data_date)
        specs |= {spec.id: spec for spec in found}
        status |= with_remaining(reported, found, scenario.data_date, calendars, scenario.slots_per_day)
        factors += project_factors(project, scenario, found, reported)
    graph = _graph(scenario, specs, status)
    dated = scenario.dated
    network = compile_network(
        graph,
        calendars=calendars if dated else None,
        start={project.id: _start(project, scenario) for project in scenario.projects},
        data_date=scenario.data_date if dated else None,
        resources=[_resource(name, item, scenario.data_date) for name, item in scenario.resources.items()],
        factors=[item.factor for item in factors if not item.in_hand],
        slots_per_day=scenario.slots_per_day,
        progress_override=scenario.progress_override,
    )
    for name, item in scenario.shocks.items():
        network = with_shock(network, _shock(name, item, specs))
    return Assembly(
        scenario=scenario,
        graph=graph,
        network=network,
        risks=risk_model(scenario, network, specs, status, factors),
        specs=specs,
        status=status,
        factors=tuple(factors),
        calendars=calendars,
        out_of_sequence=out_of_sequence(network, status),
    )


def _start(project: Project, scenario: Scenario) -> date | int:
    """Nothing of the project starts before it: a date, or a number where the scenario has no dates."""
    start = project.start or scenario.data_date
    return start if scenario.dated else (day_of(start) - day_of(scenario.data_date)).days


def _graph(
    scenario: Scenario, specs: dict[str, NodeSpec], status: dict[str, NodeStatus]
) -> nx.MultiDiGraph[str]:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    projects = {project.id: project for project in scenario.projects}
    for spec in specs.values():
        _add_node(graph, spec, status.get(spec.id), projects[spec.project])
        if not scenario.dated and spec.calendar == DEFAULT_CALENDAR:
            graph.nodes[spec.id]["calendar"] = None
    for spec in specs.values():
        for link in spec.predecessors:
            graph.add_edge(
                link.id,
                spec.id,
                type=link.type,
                lag=link.lag,
                maximum_lag=link.maximum_lag,
                extension=link.extension,
                extensions=link.extensions,
                extension_cost=link.extension_cost,
                lag_calendar=link.lag_calendar,
            )
    return graph


def _add_node(
    graph: nx.MultiDiGraph[str], spec: NodeSpec, status: NodeStatus | None, project: Project
) -> None:
    line = next((line for line in project.deadlines if line.node == spec.node), None)
    graph.add_node(
        spec.id,
        duration=spec.planning_work,
        milestone=spec.milestone,
        calendar=spec.calendar,
        project=spec.project,
        release=spec.release,
        start_by=spec.start_by,
        finish_from=spec.finish_from,
        demand=dict(spec.demand),
        cost=spec.cost,
        mode=spec.mode,
        modes={name: _mode(spec, mode) for name, mode in spec.modes.items()},
        floor=spec.floor,
        deadline=line.date if line else None,
        hard=line.hard if line else False,
        weight=line.weight if line else 1,
        actual_start=status.start if status else None,
        actual_finish=status.finish if status else None,
        remaining=status.remaining if status else None,
    )


def _mode(spec: NodeSpec, mode: ModeSpec) -> dict[str, Any]:
    demand = spec.demand if mode.demand is None else mode.demand
    return {"duration": mode.work, "demand": dict(demand), "cost": mode.cost}


def _resource(name: str, spec: ResourceSpec, data_date: date) -> Resource:
    """A resource from the data date on; what changed before it is its first capacity."""
    units, changes = capacities(spec, data_date)
    return Resource(name, units, changes, spec.consumed)


def _shock(name: str, item: ShockSpec, specs: dict[str, NodeSpec]) -> Shock:
    members = tuple(spec.id for spec in specs.values() if selects(item, spec))
    return Shock(name, item.first, item.last, item.rate, item.rest, item.capacity, members)


def capacities(spec: ResourceSpec, data_date: date) -> tuple[int, tuple[tuple[date, int], ...]]:
    """Units on the data date, and every later change; of a stock, what was supplied in all until then."""
    sums = accumulate((item.quantity for item in spec.deliveries), initial=spec.capacity)
    supplied = [(item.date, total) for item, total in zip(spec.deliveries, list(sums)[1:], strict=True)]
    steps = supplied or [(change.date, change.capacity) for change in spec.changes]
    past = [units for when, units in steps if earlier(when, data_date)]
    later = tuple((when, units) for when, units in steps if not earlier(when, data_date))
    return (past[-1] if past else spec.capacity), later
