"""A scenario played through many times: on-time probabilities, dates, and what decides them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

from scenarios.assemble import Assembly
from scenarios.cause_labels import cause_label
from scenarios.messages import label
from scenarios.schema import Label
from scheduling.errors import InputError
from scheduling.network import START_MILESTONE, Deadline, Id, Network
from simulation.criticality import Sensitivity, sensitivity
from simulation.losses import DaysLost, days_lost
from simulation.monte_carlo import simulate
from simulation.result import SimulationResult
from simulation.risks import Cause

ANALYSED = 2000
"""Replications that are played again for criticality and days lost, at most."""
Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the stage (a message key), steps done and steps in all."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the replications of a scenario say.

    Attributes
    ----------
    result : SimulationResult
    sensitivity : Sensitivity
    lost : mapping of project to DaysLost, or None
        None where a project never finishes even at planning values.
    """

    assembly: Assembly
    result: SimulationResult
    sensitivity: Sensitivity
    lost: Mapping[Id, DaysLost] | None


@dataclass(frozen=True, slots=True)
class Loss:
    """Days that all projects together lose to one thing, a replication.

    Attributes
    ----------
    kind : str
        ``factor``, ``step`` (its work and rework), ``resource``, ``calendar`` or ``slack``: these add up to
        all days lost. ``department`` adds up the steps of one department.
    """

    kind: str
    id: str
    label: Label
    days: float


def simulated(
    assembly: Assembly,
    *,
    engine: str = "auto",
    replications: int | None = None,
    seed: int | None = None,
    deadline: str | None = None,
    until: float | None = None,
    progress: Progress | None = None,
) -> Simulated:
    """Simulate a scenario as soon as possible, in the order of its early starts, without a plan.

    Parameters
    ----------
    assembly : Assembly
    engine : {"auto", "simpy", "events", "maxplus"}
    replications, seed : int, optional
        By default those of the scenario.
    deadline : str, optional
        The day (or number) by which each project must finish, in place of its own deadlines.
    until : float, optional
        Width of on-time intervals at which it may stop.
    progress : callable, optional

    Raises
    ------
    InputError
        For options that make no sense, or do not fit the scenario.

    Examples
    --------
    >>> from scenarios.assemble import assemble
    >>> from scenarios.load import load_scenario
    >>> found = simulated(assemble(load_scenario("district-1bn")), replications=50)
    >>> found.result.engine, len(found.lost)
    ('events', 8)
    """
    show = progress or (lambda stage, done, total: None)
    network, scenario = assembly.network, assembly.scenario
    if deadline is not None:
        network = with_deadline(network, deadline)
    result = simulate(
        network,
        risks=assembly.risks,
        replications=scenario.replications if replications is None else replications,
        seed=scenario.seed if seed is None else seed,
        engine=engine,
        until=until,
        progress=lambda done, total: show("stage_simulate", done, total),
    )
    analysed = result.replications[:ANALYSED]
    found = sensitivity(
        result,
        replications=analysed,
        progress=lambda done, total: show("stage_criticality", done, total),
    )
    lost = None
    with suppress(InputError):  # a project that never finishes, even at planning values
        lost = days_lost(
            result, replications=analysed, progress=lambda done, total: show("stage_losses", done, total)
        )
    return Simulated(assembly, result, found, lost)


def with_deadline(network: Network, text: str) -> Network:
    """The network with one deadline for the end of every project, in place of all others.

    Parameters
    ----------
    text : str
        A day as ``2026-12-31``; for networks without dates a whole number.

    Raises
    ------
    InputError
        For another text.
    """
    axis = network.axis
    try:
        day = int(text) if axis is None else date.fromisoformat(text)
    except ValueError:
        wanted = (
            "whole number such as 60, as the file has no dates" if axis is None else "day such as 2026-12-31"
        )
        raise InputError(f"--deadline {text}: write a {wanted}") from None
    deadlines = {}
    for i, k in enumerate(network.project):
        ends = all(network.project[link.succ] != k for link in network.out_of[i])
        if ends and not network.done(i):
            bound: Any = day
            if axis is not None and isinstance(day, date):
                starts = network.kind[i] == START_MILESTONE
                bound = axis.last_start(day) if starts else axis.end_of(day)
            deadlines[i] = Deadline(bound)
    return replace(network, deadlines=deadlines)


def losses(found: Simulated) -> tuple[Loss, ...]:
    """Days lost by factor, step, department and the rest, the costliest of each kind first."""
    if found.lost is None:
        return ()
    days: dict[tuple[str, str], float] = defaultdict(float)
    labels: dict[tuple[str, str], Label] = {}
    for item in found.lost.values():
        for cause, slots in item.ranked:
            for kind, name, text in _groups(found.assembly, cause):
                days[kind, name] += slots / found.assembly.scenario.slots_per_day
                labels[kind, name] = text
    rows = (Loss(kind, name, labels[kind, name], value) for (kind, name), value in days.items())
    return tuple(sorted(rows, key=lambda row: (row.kind, -row.days, row.id)))


def _groups(assembly: Assembly, cause: Cause) -> Sequence[tuple[str, str, Label]]:
    """Where a cause counts: kind, id and name."""
    kind, name = cause
    if kind in ("work", "rework"):
        spec = assembly.specs[str(name)]
        department = spec.department or label("no_department")
        return [("step", spec.id, spec.name), ("department", spec.department_id or "", department)]
    if kind == "resource":
        names = name if isinstance(name, tuple) else (name,)
        texts = [cause_label(assembly, Cause("resource", each)) for each in names]
        both = [", ".join(text.text(lang) for text in texts) for lang in ("zh", "en")]
        return [("resource", ", ".join(map(str, names)), Label(zh=both[0], en=both[1]))]
    if kind == "factor":
        return [("factor", str(name), cause_label(assembly, cause))]
    return [(kind, kind, label(f"loss_{kind}"))]
