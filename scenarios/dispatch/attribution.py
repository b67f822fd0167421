"""Days lost between statuses: by project, step, department and factor, with what excuses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from scenarios.assemble import Assembly, assemble
from scenarios.fields import day_of
from scenarios.messages import label
from scenarios.schema import Label, Scenario
from scheduling.attribution import Kind, attribute


@dataclass(frozen=True, slots=True)
class Loss:
    """Days that one change cost one project in one window; negative: won.

    Attributes
    ----------
    window : int
        From 0: between two statuses.
    step : Label
        The node or factor that changed.
    department : Label
        Who answers for the node; of a factor, the factor.
    days, alone, concurrent : int
        As in :class:`scheduling.attribution.Share`, in days.
    excuse : Label or None
        Why the project cannot be blamed: what a problem on that node says (客观因素), or the scenario of
        the project.
    """

    window: int
    project: str
    name: Label
    cause: str
    step: Label
    department: Label
    kind: Kind
    days: int
    alone: int
    concurrent: int
    excuse: Label | None


@dataclass(frozen=True, slots=True)
class Losses:
    """All losses of a series of statuses.

    Attributes
    ----------
    dates : tuple of date
        Data dates of the statuses.
    slips : dict of project to tuple of int
        Days by which its forecast finish moved in each window.
    rows : tuple of Loss
        They add up to the slips, project by project and window by window.
    """

    dates: tuple[date, ...]
    names: dict[str, Label]
    slips: dict[str, tuple[int, ...]]
    rows: tuple[Loss, ...]

    def by(self, key: Callable[[Loss], Label]) -> list[tuple[Label, int, int, int]]:
        """Groups with their days, those of them that are excused, and concurrent days; most days first."""
        found: dict[Label, list[int]] = {}
        for row in self.rows:
            days = found.setdefault(key(row), [0, 0, 0])
            days[0] += row.days
            days[1] += row.days if row.excuse else 0
            days[2] += row.concurrent
        rows = [(group, days, excused, concurrent) for group, (days, excused, concurrent) in found.items()]
        return sorted(rows, key=lambda item: (-item[1], item[0].zh))


def losses(series: Sequence[Scenario]) -> Losses:
    """Give out what was lost from each status to the next.

    Raises
    ------
    InputError
        For fewer than two statuses.

    Examples
    --------
    >>> from scenarios.asbuilt import as_built
    >>> from scenarios.load import load_scenario
    >>> base = load_scenario("district-1bn")
    >>> found = losses([base, *as_built(base, [date(2022, 9, 14), date(2022, 9, 28)])])
    >>> all(sum(found.slips[name]) == sum(row.days for row in found.rows if row.project == name)
    ...     for name in found.slips)
    True
    """
    assemblies = [assemble(scenario) for scenario in series]
    slots = series[0].slots_per_day
    found = attribute([item.network for item in assemblies])
    names = {project.id: project.name for scenario in series for project in scenario.projects}
    rows = []
    for share in found.shares:
        later = assemblies[share.window + 1]
        step, department = _named(assemblies[share.window : share.window + 2], str(share.cause))
        rows.append(
            Loss(
                window=share.window,
                project=str(share.project),
                name=names[str(share.project)],
                cause=str(share.cause),
                step=step,
                department=department,
                kind=share.kind,
                days=share.share // slots,
                alone=share.alone // slots,
                concurrent=share.concurrent // slots,
                excuse=_excuse(later, str(share.cause)),
            )
        )
    return Losses(
        dates=tuple(day_of(scenario.data_date) for scenario in series),
        names=names,
        slips={str(name): tuple(slip // slots for slip in row) for name, row in found.slips.items()},
        rows=tuple(rows),
    )


def _named(assemblies: Sequence[Assembly], cause: str) -> tuple[Label, Label]:
    """What a cause is called, and who answers for it."""
    for assembly in reversed(assemblies):
        if cause in assembly.specs:
            spec = assembly.specs[cause]
            return spec.name, spec.department or label("no_department")
        for factor in assembly.factors:
            if str(factor.factor.id) == cause:
                return factor.label, factor.label
    plain = Label(zh=cause, en=cause)
    return plain, plain


def _excuse(assembly: Assembly, cause: str) -> Label | None:
    project, _, node = cause.partition("/")
    spec = next((item for item in assembly.scenario.projects if item.id == project), None)
    if spec is None:
        return None
    found = assembly.scenario.rules.excused.get(project)
    for item in spec.problems.values():
        if item.excused and (item.node == node or node == f"factor:{item.cause}"):
            found = item.excused
    return found
