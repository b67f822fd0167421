"""From the spreads of a scenario and the catalogue's defaults to a risk model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy.typing as npt

from scenarios.catalog import factor_defaults
from scenarios.expand import NodeSpec
from scenarios.schema import Label, Project, Scenario, Spread
from scenarios.status import NodeStatus
from scheduling.network import WORK, Factor, Network
from simulation.distributions import (
    Discrete,
    Distribution,
    Fixed,
    Lognormal,
    Occasional,
    Pert,
    Triangular,
    Uniform,
)
from simulation.risks import Cancellation, Correlation, Driver, Rework, RiskModel
from simulation.special import Floats

_Z90 = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class FactorRisk:
    """A factor of one project with its uncertainty.

    Attributes
    ----------
    factor : Factor
    name : str
        Id in the catalogue or the scenario (``land``).
    spread : Spread or None
        Delay after the supply date, or lead without one; None where nothing is uncertain.
    group, rho
        Correlated with the project's other factors of the same group.
    assumed : bool
        Whether the spread is a default of the catalogue.
    """

    factor: Factor
    name: str
    project: str
    label: Label
    spread: Spread | None
    group: str | None
    rho: float
    assumed: bool


def distribution(spread: Spread) -> Distribution:
    """The distribution that a spread describes; equal estimates are a fixed value."""
    found = _plain(spread)
    return found if spread.probability == 1.0 else Occasional(spread.probability, found)


def _plain(spread: Spread) -> Distribution:
    if spread.fixed is not None:
        return Fixed(spread.fixed)
    if spread.discrete is not None:
        return Discrete(spread.discrete.values, spread.discrete.weights)
    if spread.lognormal is not None:
        shape = spread.lognormal
        return Lognormal(shape.median, shape.p90, shape.max)
    if spread.uniform is not None:
        low, high = spread.uniform
        return Fixed(low) if low == high else Uniform(low, high)
    points = spread.estimate or spread.pert or spread.triangular
    assert points is not None
    if points[0] == points[2]:
        return Fixed(points[1])
    if spread.estimate is not None:
        return Pert.from_quantiles(*points)
    return Pert(*points) if spread.pert is not None else Triangular(*points)


@dataclass(frozen=True, slots=True)
class _Scaled:
    """Remaining work: the distribution of the total work, scaled to what is left of its planning value."""

    distribution: Distribution
    factor: float

    @property
    def most_likely(self) -> float:
        return self.distribution.most_likely * self.factor

    @property
    def mean(self) -> float:
        return self.distribution.mean * self.factor

    def quantile(self, u: npt.ArrayLike) -> Floats:
        return self.distribution.quantile(u) * self.factor


def risk_model(
    scenario: Scenario,
    network: Network,
    specs: dict[str, NodeSpec],
    status: dict[str, NodeStatus],
    factors: Iterable[FactorRisk],
) -> RiskModel:
    """Everything uncertain about an assembled scenario."""
    factors = list(factors)
    supplied = {gate.id for gate in network.gates}
    leads = set((network.lead_factors or {}).values())
    open_work = [
        spec
        for spec in specs.values()
        if network.kind[network.index[spec.id]] == WORK and not network.done(network.index[spec.id])
    ]
    defaults = {project.id: _uses_defaults(project, scenario) for project in scenario.projects}
    by_default = [spec for spec in open_work if defaults[spec.project]]
    spreads = {item.factor.id: distribution(item.spread) for item in factors if item.spread is not None}
    return RiskModel(
        work={spec.id: _work(spec, status.get(spec.id), network) for spec in open_work if _varies(spec)},
        rework={
            spec.id: _rework(spec)
            for spec in open_work
            if spec.reworks and (defaults[spec.project] or spec.reworks[0].id == "own")
        },
        delay={name: spread for name, spread in spreads.items() if name in supplied},
        lead={name: spread for name, spread in spreads.items() if name in leads},
        drivers=(*_default_drivers(by_default), *_own_drivers(scenario, open_work)),
        correlations=_correlations([item for item in factors if item.factor.id in supplied | leads]),
        cancellation=_cancellations(scenario, network, defaults),
    )


def _uses_defaults(project: Project, scenario: Scenario) -> bool:
    if project.template is None:
        return False
    return scenario.default_risks if project.default_risks is None else project.default_risks


def _varies(spec: NodeSpec) -> bool:
    return not isinstance(distribution(spec.work), Fixed)


def _work(spec: NodeSpec, status: NodeStatus | None, network: Network) -> Distribution:
    """Total work, or remaining work in progress."""
    total = distribution(spec.work)
    if status is None or status.remaining is None:
        return total
    return _Scaled(total, status.remaining / max(spec.planned or total.most_likely, 1.0))


def _rework(spec: NodeSpec) -> Rework:
    risk = spec.reworks[0]
    return Rework(risk.spread.probability, _plain(risk.spread))


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
            drivers.append(Driver(key, Lognormal(1.0, math.exp(_Z90 * sigma)), tuple(members)))
    return drivers


def _own_drivers(scenario: Scenario, specs: list[NodeSpec]) -> list[Driver]:
    drivers = []
    for name, driver in scenario.drivers.items():
        members = tuple(
            spec.id
            for spec in specs
            if (driver.activities is None or spec.id in driver.activities or spec.node in driver.activities)
            and (driver.kinds is None or spec.kind in driver.kinds)
            and (driver.projects is None or spec.project in driver.projects)
        )
        if members:
            drivers.append(Driver(name, distribution(driver.multiplier), members))
    return drivers


def _correlations(factors: list[FactorRisk]) -> tuple[Correlation, ...]:
    groups: dict[tuple[str, str], list[FactorRisk]] = defaultdict(list)
    for item in factors:
        if item.group and item.spread is not None:
            groups[item.project, item.group].append(item)
    return tuple(
        Correlation(key, members[0].rho, tuple(item.factor.id for item in members))
        for key, members in groups.items()
        if len(members) > 1
    )


def _cancellations(
    scenario: Scenario, network: Network, defaults: dict[str, bool]
) -> dict[Hashable, Cancellation]:
    default = factor_defaults().factors.get("cancellation")
    if default is None or not default.probability:
        return {}
    return {
        project.id: Cancellation(default.probability, yearly=True)
        for project in scenario.projects
        if defaults[project.id] and project.id in network.projects
    }
