"""Factors of a project (要素): those it names, and the catalogue's defaults for the others."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import cache

from scenarios.catalog import FactorDefault, factor_defaults
from scenarios.expand import NodeSpec
from scenarios.fields import earlier
from scenarios.messages import label
from scenarios.schema import FactorSpec, Label, LognormalSpec, Project, Scenario, Spread
from scheduling.network import Factor
from simulation.distributions import rounded

HOLD = "hold:"
"""Begins the names of factors that are hold points."""


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
    in_hand : bool
        Whether its supply lies before the data date: a fact that gates nothing any more.
    """

    factor: Factor
    name: str
    project: str
    label: Label
    spread: Spread | None
    group: str | None
    rho: float
    assumed: bool
    in_hand: bool


def uses_defaults(project: Project, scenario: Scenario) -> bool:
    """Whether the catalogue's delays, reworks and spreads apply to a project."""
    return scenario.default_risks if project.default_risks is None else project.default_risks


def gate_defaults() -> dict[str, FactorDefault]:
    """The catalogue's factors that gate nodes, by id."""
    return {key: item for key, item in factor_defaults().factors.items() if item.mechanism == "gate"}


def project_factors(
    project: Project, scenario: Scenario, specs: list[NodeSpec], begun: Container[str]
) -> list[FactorRisk]:
    """Factors of a project that gate a node not yet begun.

    Without supply date and lead, a factor of the catalogue takes a lead of 1 slot in the plan, and its
    default delay in the simulation (SEMANTICS 25, 26).
    """
    use_defaults = uses_defaults(project, scenario)
    defaults = gate_defaults()
    given_factors = project.factors | open_holds(project)
    names = list(given_factors)
    if use_defaults and project.template:
        names += [key for key in defaults if key not in given_factors]
    unstarted = {spec.node: spec.id for spec in specs if spec.id not in begun}
    found = []
    for name in names:
        given, default = given_factors.get(name, FactorSpec()), defaults.get(name)
        gates = given.gates if given.gates is not None else (default.gates if default else ())
        held = tuple(unstarted[node] for node in gates if node in unstarted)
        late = _default_delay(default, scenario.slots_per_day) if default and use_defaults else None
        if held and (given.supply or given.lead or late):
            found.append(_factor(project, scenario, name, given, late, held))
    return found


def open_holds(project: Project) -> dict[str, FactorSpec]:
    """Hold points that are not cleared, as factors that arrive when they are."""
    return {
        f"{HOLD}{name}": FactorSpec(
            supply=hold.expected,
            delay=hold.delay,
            gates=hold.blocks,
            name=hold.name or label(f"hold_{hold.aspect}"),
        )
        for name, hold in project.holds.items()
        if hold.cleared is None
    }


@cache
def _default_delay(default: FactorDefault, slots_per_day: int) -> Spread | None:
    if not (default.median and default.p90 and default.max and default.probability):
        return None
    size = LognormalSpec(
        median=default.median * slots_per_day,
        p90=default.p90 * slots_per_day,
        max=default.max * slots_per_day,
    )
    return Spread(lognormal=size, probability=default.probability)


def _factor(
    project: Project,
    scenario: Scenario,
    name: str,
    given: FactorSpec,
    late: Spread | None,
    gates: tuple[str, ...],
) -> FactorRisk:
    default = gate_defaults().get(name)
    in_hand = given.supply is not None and earlier(given.supply, scenario.data_date)
    own = given.delay if given.supply is not None else given.lead
    spread = None if in_hand else own or late
    lead = 1
    if given.supply is None and spread is not None:
        lead = int(rounded([spread.distribution().most_likely], least=1)[0])
    after = None if given.after is None else tuple(f"{project.id}/{node}" for node in given.after)
    grouped = default is not None and uses_defaults(project, scenario)
    return FactorRisk(
        factor=Factor(f"{project.id}/factor:{name}", gates, given.supply, lead, after),
        name=name,
        project=project.id,
        label=given.name or _label(name, default),
        spread=spread,
        group=default.group if default and grouped else None,
        rho=default.rho if default and grouped else 0.0,
        assumed=spread is not None and own is None,
        in_hand=in_hand,
    )


def _label(name: str, default: FactorDefault | None) -> Label:
    return Label(zh=default.zh, en=default.en) if default else Label(zh=name, en=name)
