"""S-curves: how node finishes and investment add up over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scenarios.assemble import Assembly
from scenarios.results import Curve
from scenarios.schema import Project
from scheduling.calendar import Axis
from scheduling.cpm import CriticalPath
from scheduling.network import START_MILESTONE

if TYPE_CHECKING:
    from simulation.confidence import ConfidencePlan
    from simulation.result import SimulationResult

Floats = npt.NDArray[np.float64]
Boundaries = npt.NDArray[np.integer[Any]]

SPENDING = ("construction", "equipment")
"""Kinds of node over which investment is spread, in proportion to their planning work."""
_MOST_POINTS = 80


def completion_curve(
    assembly: Assembly, cpm: CriticalPath, plan: ConfidencePlan, simulation: SimulationResult
) -> Curve | None:
    """Share of nodes finished, weekly or coarser."""
    net = assembly.network
    positions = [net.index[name] for name in assembly.specs]
    days = _days(assembly, cpm, plan, positions)
    # A start milestone on the boundary between two days belongs to the later one.
    starts = np.array([net.kind[i] == START_MILESTONE for i in positions], dtype=np.int64)
    bounds = [bound - starts for bound in _bounds(assembly, days)]

    def share(finish: npt.NDArray[np.int64]) -> Floats:
        """Shape (dates, ...) from finishes of shape (..., nodes)."""
        return np.stack([(finish <= bound).mean(axis=-1) for bound in bounds])

    return _curve(days, positions, cpm, plan, simulation, lambda start, finish: share(finish), 1.0)


def investment_curve(
    assembly: Assembly, cpm: CriticalPath, plan: ConfidencePlan, simulation: SimulationResult
) -> Curve | None:
    """Investment in 10,000 CNY of the projects that build in this scenario; None when none does.

    What a project has not yet spent is spread evenly over the spans of its unfinished nodes of kind
    :data:`SPENDING`, in proportion to their planning work (an assumption of this curve).
    """
    weights: dict[int, float] = {}
    spent = 0.0
    for project in assembly.scenario.projects:
        nodes, amounts = spending(assembly, project)
        if project.investment is not None and nodes:
            spent += project.investment.completed
            weights |= dict(zip(nodes, amounts.tolist(), strict=True))
    if not weights:
        return None
    positions = sorted(weights)
    amount = np.array([weights[i] for i in positions])
    days = _days(assembly, cpm, plan, positions)
    bounds = _bounds(assembly, days)

    def money_by(start: Boundaries, finish: Boundaries) -> Floats:
        return spent + spent_by(bounds, start, finish, amount)

    return _curve(days, positions, cpm, plan, simulation, money_by, spent + float(amount.sum()))


def spending(assembly: Assembly, project: Project) -> tuple[list[int], Floats]:
    """Positions of the nodes over which a project's money is spread, and what each will take of it.

    What is not yet spent goes by planning work; no nodes without money.
    """
    money, nodes = project.investment, spending_nodes(assembly, project.id)
    if money is None or not nodes:
        return [], np.zeros(0)
    work = np.array([assembly.network.work[i] for i in nodes], dtype=np.float64)
    return nodes, max(money.total - money.completed, 0.0) * work / work.sum()


def spent_by(bounds: Sequence[int], start: Boundaries, finish: Boundaries, amounts: Floats) -> Floats:
    """What nodes have taken by each boundary, evenly over their spans; shape (bounds, ...)."""
    length = np.maximum(finish - start, 1).astype(np.float64)
    return np.stack([np.clip((bound - start) / length, 0.0, 1.0) @ amounts for bound in bounds])


def resumed(cpm: CriticalPath, simulation: SimulationResult, positions: Sequence[int]) -> Boundaries:
    """Where the work of nodes goes on in each replication: work in progress at its earliest place."""
    found: Boundaries = np.where(
        [cpm.network.started(i) for i in positions],
        np.array([cpm.early.resume[i] for i in positions], dtype=np.int64),
        simulation.start[:, positions],
    )
    return found


def spending_nodes(assembly: Assembly, project: str) -> list[int]:
    """Positions of a project's unfinished nodes of kind :data:`SPENDING`."""
    net = assembly.network
    found = [spec for spec in assembly.specs.values() if spec.project == project and spec.kind in SPENDING]
    return [net.index[spec.id] for spec in found if not net.done(net.index[spec.id])]


def _curve(
    days: list[date],
    positions: list[int],
    cpm: CriticalPath,
    plan: ConfidencePlan,
    simulation: SimulationResult,
    measure: Any,
    total: float,
) -> Curve:
    def of(dates: Any) -> tuple[float, ...]:
        if dates is None:
            return ()
        start = np.array([dates.resume[i] for i in positions], dtype=np.int64)
        finish = np.array([dates.finish[i] for i in positions], dtype=np.int64)
        return tuple(float(value) for value in measure(start, finish))

    drawn = measure(resumed(cpm, simulation, positions), simulation.finish[:, positions])
    low, high = np.quantile(drawn, (0.1, 0.9), axis=1)
    return Curve(
        dates=tuple(days),
        earliest=of(cpm.early),
        planned=of(plan.dates),
        latest=of(cpm.late),
        expected=tuple(float(value) for value in drawn.mean(axis=1)),
        low=tuple(float(value) for value in low),
        high=tuple(float(value) for value in high),
        total=total,
    )


def _days(assembly: Assembly, cpm: CriticalPath, plan: ConfidencePlan, positions: list[int]) -> list[date]:
    """Evenly spaced days, one of them the eve of the data date, to eight weeks after the last finish."""
    axis = _axis(assembly)
    dated = [dates for dates in (cpm.early, cpm.late, plan.dates) if dates is not None]
    last = max(max(dates.finish[i] for i in positions) for dates in dated)
    eve = axis.start_date(assembly.network.data_date) - timedelta(days=1)
    end = min(axis.finish_date(last) + timedelta(weeks=8), axis.last)
    step = 7 * (1 + (end - eve).days // (7 * _MOST_POINTS))
    before = -(-28 // step)
    days = [eve + timedelta(days=k * step) for k in range(-before, (end - eve).days // step + 2)]
    return [day for day in days if axis.first <= day <= axis.last]


def _bounds(assembly: Assembly, days: list[date]) -> list[int]:
    axis = _axis(assembly)
    return [axis.end_of(day) for day in days]


def _axis(assembly: Assembly) -> Axis:
    axis = assembly.network.axis
    assert axis is not None, "scenarios always have dated calendars"
    return axis
