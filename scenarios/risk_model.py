"""From the spreads of a scenario and the catalogue's defaults to a risk model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable

from scenarios.catalog import factor_defaults
from scenarios.expand import NodeSpec
from scenarios.factors import FactorRisk, uses_defaults
from scenarios.schema import DriverSpec, Scenario, Selection
from scenarios.status import NodeStatus
from scenarios.weather import weather_drivers
from scheduling.network import WORK, Network
from simulation.distributions import Distribution, Fixed, Lognormal, Scaled
from simulation.risks import Cancellation, Correlation, Driver, Rework, RiskModel
from simulation.special import Z90


def risk_model(
    scenario: Scenario,
    network: Network,
    specs: dict[str, NodeSpec],
    status: dict[str, NodeStatus],
    factors: Iterable[FactorRisk],
) -> RiskModel:
    """Everything uncertain about an assembled scenario.

    With ``default_risks: false`` only what the scenario itself spreads is uncertain.
    """
    defaults = {project.id: uses_defaults(project, scenario) for project in scenario.projects}
    templated = {project.id for project in scenario.projects if project.template and defaults[project.id]}
    open_work = [
        spec
        for spec in specs.values()
        if network.kind[network.index[spec.id]] == WORK and not network.done(network.index[spec.id])
    ]
    reworked = [
        spec for spec in open_work if spec.rework and (defaults[spec.project] or not spec.rework.assumed)
    ]
    supplied = {gate.id for gate in network.gates}
    leads = set((network.lead_factors or {}).values())
    uncertain = [item for item in factors if item.spread is not None and item.factor.id in supplied | leads]
    spreads = {item.factor.id: item.spread.distribution() for item in uncertain if item.spread}
    return RiskModel(
        work={
            spec.id: _work(spec, status.get(spec.id))
            for spec in open_work
            if _varies(spec) and (defaults[spec.project] or not spec.assumed)
        },
        rework={
            spec.id: Rework(spec.rework.probability, spec.rework.work.always())
            for spec in reworked
            if spec.rework
        },
        delay={name: spread for name, spread in spreads.items() if name in supplied},
        lead={name: spread for name, spread in spreads.items() if name in leads},
        drivers=(
            *_default_drivers([spec for spec in open_work if spec.project in templated]),
            *_own_drivers(scenario, open_work),
            *weather_drivers(scenario, network, open_work),
        ),
        correlations=(*_factor_groups(uncertain), *_rework_groups(reworked)),
        cancellation=_cancellations(scenario, templated),
    )


def _varies(spec: NodeSpec) -> bool:
    """Whether a draw may differ from the planning work."""
    return spec.planned is not None or not isinstance(spec.work.always(), Fixed)


def _work(spec: NodeSpec, status: NodeStatus | None) -> Distribution:
    """Total work; in progress the same, scaled to what is left of the planning work."""
    total = spec.work.always()
    if status is None or status.remaining is None:
        return total
    return Scaled(total, status.remaining / (spec.planned or max(total.most_likely, 1.0)))


def _default_drivers(specs: list[NodeSpec]) -> list[Driver]:
    """Shared lognormal drivers: one a project, one a project and department."""
    sigmas = factor_defaults()
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for spec in specs:
        groups["project", spec.project].append(spec.id)
        if spec.department_id:
            groups["department", spec.project, spec.department_id].append(spec.id)
    drivers = []
    for key, members in groups.items():
        sigma = sigmas.project_sigma if key[0] == "project" else sigmas.department_sigma
        if sigma > 0:
            drivers.append(Driver(key, Lognormal(1.0, math.exp(Z90 * sigma)), tuple(members)))
    return drivers


def selects(selection: Selection, spec: NodeSpec) -> bool:
    """Whether every key that is given matches a node."""
    return (
        (selection.activities is None or not {spec.id, spec.node}.isdisjoint(selection.activities))
        and (selection.kinds is None or spec.kind in selection.kinds)
        and (selection.projects is None or spec.project in selection.projects)
    )


def drives(driver: DriverSpec, spec: NodeSpec) -> bool:
    """Whether a driver of the scenario acts on a node."""
    return not spec.work.nothing and selects(driver, spec)


def _own_drivers(scenario: Scenario, specs: list[NodeSpec]) -> list[Driver]:
    members = {
        name: tuple(spec.id for spec in specs if drives(driver, spec))
        for name, driver in scenario.drivers.items()
    }
    return [
        Driver(
            name,
            driver.multiplier.distribution(otherwise=1.0) if driver.multiplier else None,
            members[name],
            driver.added.distribution() if driver.added else None,
            driver.probability,
            driver.own,
        )
        for name, driver in scenario.drivers.items()
        if members[name]
    ]


def _factor_groups(factors: list[FactorRisk]) -> tuple[Correlation, ...]:
    """Factors of one project that come late together."""
    groups: dict[tuple[str, str], list[FactorRisk]] = defaultdict(list)
    for item in factors:
        if item.group:
            groups[item.project, item.group].append(item)
    return tuple(
        Correlation(key, members[0].rho, tuple(item.factor.id for item in members))
        for key, members in groups.items()
        if len(members) > 1
    )


def _rework_groups(specs: list[NodeSpec]) -> tuple[Correlation, ...]:
    """Permits of one project that one department sends back together."""
    groups: dict[tuple[str, str, float], list[str]] = defaultdict(list)
    for spec in specs:
        if spec.rework and spec.rework.group:
            groups[spec.project, spec.rework.group, spec.rework.rho].append(spec.id)
    return tuple(
        Correlation((project, group), rho, reworks=tuple(members))
        for (project, group, rho), members in groups.items()
        if len(members) > 1
    )


def _cancellations(scenario: Scenario, templated: set[str]) -> dict[Hashable, Cancellation]:
    """The chance that each project itself gives, else that of the catalogue for template projects."""
    default = factor_defaults().factors.get("cancellation")
    usual = default.probability if default else None
    chances = {
        project.id: usual
        if project.cancellation is None and project.id in templated
        else project.cancellation
        for project in scenario.projects
    }
    return {name: Cancellation(chance, yearly=True) for name, chance in chances.items() if chance}
