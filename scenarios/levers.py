"""What could make a project faster or safer, ranked: options of the catalogue, modes, crashing, capacity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from scenarios.assemble import Assembly, assemble
from scenarios.catalog import Option, options
from scenarios.cautions import labelled
from scenarios.checks import check
from scenarios.messages import label
from scenarios.schema import Label, Project, Scenario
from scheduling.errors import InputError, SchedulingError
from scheduling.modes import CRASH_BOUND
from scheduling.network import Network
from scheduling.parts import parts, restrict
from scheduling.passes import early_pass
from simulation.coupling import binding_resources
from simulation.distributions import Fixed
from simulation.monte_carlo import simulate
from simulation.result import SimulationResult
from simulation.risks import Driver, RiskModel
from simulation.statistics import UNFINISHED, Gain, paired_gain, quantile

STATES = ("serial", "ready_land")
"""Options that say how things are, not what could be done about them."""
SITE = ("construction", "equipment")
"""Kinds of node that more men and machines can crash."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that could be done for a project, alone, and what it would bring.

    Attributes
    ----------
    id : str
        ``option:...``, ``mode:NODE/MODE``, ``crash`` or ``capacity:RESOURCE``.
    label : Label
    planned_days : int
        Elapsed days by which the last node with a deadline is earlier at planning durations, without
        resources.
    days : int or None
        The same for its median in the simulation, with resources; None where either never ends.
    before, after : float
        On-time probability of all deadlines of the project ahead, on the same draws.
    gain : Gain
        Their difference, with its standard error.
    price : float or None
        In 10,000 CNY; None where nobody has said.
    legal_risk : Label
    source : str or None
    """

    id: str
    label: Label
    planned_days: int
    days: int | None
    before: float
    after: float
    gain: Gain
    price: float | None
    legal_risk: Label
    source: str | None = None


@dataclass(frozen=True, slots=True)
class _Trial:
    """A lever before it is tried."""

    id: str
    label: Label
    assembly: Assembly
    price: float | None
    legal_risk: Label
    source: str | None = None


def levers(
    scenario: Scenario, project: str, *, replications: int | None = None, progress: Progress | None = None
) -> tuple[Lever, ...]:
    """Everything that applies to a project and changes anything, what wins most on-time probability first.

    Parameters
    ----------
    scenario : Scenario
    project : str
        Id of the project.
    replications : int, optional
        By default those of the scenario, with its seed: every lever sees the same draws.
    progress : callable, optional
        Called with (levers tried, levers in all).

    Returns
    -------
    tuple of Lever

    Raises
    ------
    InputError
        If there is no such project.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> found = levers(load_scenario("district-1bn"), "S1", replications=50)
    >>> found[0].id.partition(":")[0], found[0].gain.mean >= found[-1].gain.mean
    ('option', True)
    """
    known = {item.id: item for item in scenario.projects}
    if project not in known:
        raise InputError(f"project '{project}' does not exist; known: {', '.join(known)}.")
    trials = list(_trials(scenario, known[project]))
    count = replications or scenario.replications
    base = _Outcome.of(assemble(scenario), project, count)
    found = []
    for done, trial in enumerate(trials):
        lever = _tried(trial, base, _Outcome.of(trial.assembly, project, count))
        if lever.days or lever.planned_days or lever.gain.mean:
            found.append(lever)
        if progress:
            progress(done + 1, len(trials))
    return tuple(
        sorted(found, key=lambda item: (-item.gain.mean, -(item.days or 0), -item.planned_days, item.id))
    )


def _tried(trial: _Trial, base: _Outcome, changed: _Outcome) -> Lever:
    before, after = base.run.on_time(base.project), changed.run.on_time(base.project)
    days = None
    if base.median is not None and changed.median is not None:
        days = base.days(base.median - changed.median)
    return Lever(
        id=trial.id,
        label=trial.label,
        planned_days=base.days(base.planned - changed.planned),
        days=days,
        before=float(before.mean()),
        after=float(after.mean()),
        gain=paired_gain(before, after),
        price=trial.price,
        legal_risk=trial.legal_risk,
        source=trial.source,
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A project simulated together with what it is coupled with."""

    project: str
    run: SimulationResult
    planned: int
    median: int | None

    @classmethod
    def of(cls, assembly: Assembly, project: str, replications: int) -> _Outcome:
        scenario = assembly.scenario
        net = _part(assembly.network, project)
        last = _last(net, project)
        run = simulate(net, risks=assembly.risks.within(net), replications=replications, seed=scenario.seed)
        median = quantile(run.finish[:, last], 0.5)
        return cls(project, run, early_pass(net).finish[last], None if median == UNFINISHED else median)

    def days(self, slots: int) -> int:
        """Whole elapsed days in a number of slots."""
        axis = self.run.network.axis
        return int(slots / (axis.slots_per_day if axis else 1))


def _part(net: Network, project: str) -> Network:
    k = net.projects.index(project)
    return next(
        restrict(net, part)
        for part in parts(net, binding_resources(net))
        if k in {net.project[i] for i in part}
    )


def _last(net: Network, project: str) -> int:
    """The unfinished node with the latest deadline of a project; without any, its last node."""
    k = net.projects.index(project)
    lines = [i for i in net.deadlines if net.project[i] == k and not net.done(i)]
    if lines:
        return max(lines, key=lambda i: (net.deadlines[i].bound, i))
    finish = early_pass(net).finish
    return max((i for i in range(len(net)) if net.project[i] == k), key=lambda i: (finish[i], i))


# -- what applies -------------------------------------------------------------------------------------------
def _trials(scenario: Scenario, project: Project) -> Iterator[_Trial]:
    base = assemble(scenario)
    yield from _options(scenario, project)
    yield from _modes(base, project)
    yield from _crash(base, project)
    yield from _capacities(scenario, base, project)


def _options(scenario: Scenario, project: Project) -> Iterator[_Trial]:
    """Options of the catalogue that the project does not use and that go with those it uses."""
    for name, option in options().items():
        if project.template not in option.templates or name in (*project.options, *STATES):
            continue
        others = tuple(item for item in project.options if item != "serial")
        changed = _with_project(scenario, project.model_copy(update={"options": (*others, name)}))
        try:
            if not check(changed):
                yield _Trial(
                    f"option:{name}", _name(option), assemble(changed), None, _risk(option), option.source
                )
        except SchedulingError:
            continue  # What the project says of itself does not go with this option.


def _modes(base: Assembly, project: Project) -> Iterator[_Trial]:
    """Modes of the file, one at a time, where none of them is chosen yet."""
    net = base.network
    for i, ways in net.modes.items():
        spec = base.specs[str(net.ids[i])]
        if spec.project != project.id:
            continue
        for k, way in enumerate(ways[1:], start=1):
            mode = spec.modes[str(way.id)]
            name = labelled(
                "lever_mode", node=spec.name, mode=mode.name or Label(zh=str(way.id), en=str(way.id))
            )
            cut = 1 - way.work / ways[0].work
            yield _Trial(
                f"mode:{spec.node}/{way.id}",
                name,
                replace(
                    base,
                    network=net.with_modes({i: k}),
                    risks=_scaled(base.risks, "mode", [spec.id], way.work / ways[0].work),
                ),
                way.cost - ways[0].cost,
                label("risk_beyond" if cut > CRASH_BOUND else "risk_none"),
                mode.source,
            )


def _crash(base: Assembly, project: Project) -> Iterator[_Trial]:
    """Site work of the project without modes or legal floors of its own, cut by the customary bound."""
    net = base.network
    names = [
        i
        for i, name in enumerate(net.ids)
        if str(name) in base.specs
        and base.specs[str(name)].project == project.id
        and base.specs[str(name)].kind in SITE
        and i not in net.modes
        and i not in net.floor
        and not net.started(i)
        and net.work[i]
    ]
    if not names:
        return
    share = 1 - CRASH_BOUND
    work = list(net.work)
    for i in names:
        work[i] = ceil(share * work[i])
    crashed = replace(
        base,
        network=replace(net, work=tuple(work)),
        risks=_scaled(base.risks, "crash", [str(net.ids[i]) for i in names], share),
    )
    percent = round(100 * CRASH_BOUND)
    yield _Trial(
        "crash", label("lever_crash", percent=percent), crashed, None, label("risk_crash"), "GB 50500-2013"
    )


def _capacities(scenario: Scenario, base: Assembly, project: Project) -> Iterator[_Trial]:
    """One unit more of each resource that can hold the project up."""
    net = base.network
    own = [i for i, k in enumerate(net.project) if net.projects[k] == project.id and not net.started(i)]
    for k in sorted(binding_resources(net)):
        name = str(net.resources[k].id)
        if not any(k in net.resources_of(i) for i in own):
            continue
        spec = scenario.resources[name]
        more = spec.model_copy(
            update={
                "capacity": spec.capacity + 1,
                "changes": tuple(
                    change.model_copy(update={"capacity": change.capacity + 1}) for change in spec.changes
                ),
            }
        )
        changed = scenario.model_copy(update={"resources": {**scenario.resources, name: more}})
        shown = labelled("lever_capacity", name=spec.name or Label(zh=name, en=name))
        yield _Trial(f"capacity:{name}", shown, assemble(changed), None, label("risk_none"))


def _with_project(scenario: Scenario, project: Project) -> Scenario:
    projects = tuple(project if item.id == project.id else item for item in scenario.projects)
    return scenario.model_copy(update={"projects": projects})


def _scaled(risks: RiskModel, name: str, activities: Sequence[Any], share: float) -> RiskModel:
    """Every draw of some works multiplied alike."""
    return replace(risks, drivers=(*risks.drivers, Driver(f"lever:{name}", Fixed(share), tuple(activities))))


def _name(option: Option) -> Label:
    return Label(zh=option.zh, en=option.en)


def _risk(option: Option) -> Label:
    return Label(zh=option.legal_risk_zh, en=option.legal_risk_en)
