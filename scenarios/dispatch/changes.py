"""What has changed from one status to a later one: nodes, dates, probabilities, problems, money, quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scenarios.dispatch.quotas import quotas
from scenarios.dispatch.tasks import due_date
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.results import Light, Node, ProjectResult
from scenarios.schema import Label, Project, QuotaSpec
from simulation.statistics import Gain, Probability, paired_gain


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One project then and now.

    Attributes
    ----------
    closed, begun : tuple of Label
        Nodes that were not done then and are now, and nodes that have begun and are not done.
    on_time_before, on_time : Probability or None
        All its deadlines ahead, starting as soon as possible.
    difference : Gain or None
        On-time probability now less then, on the same draws.
    p80_before, p80 : date or None
        Of its last deadline's node.
    slip : int or None
        Days by which that P80 date is later.
    planned_before, planned : date or None
        Planned finish of the same node.
    raised, solved, overdue : tuple of str
        Problems raised since, solved since, and open beyond their limit now.
    invested : float or None
        Completed since, in 10,000 CNY.
    """

    project: str
    name: Label
    closed: tuple[Label, ...]
    begun: tuple[Label, ...]
    on_time_before: Probability | None
    on_time: Probability | None
    difference: Gain | None
    light_before: Light | None
    light: Light | None
    node: str | None
    p80_before: date | None
    p80: date | None
    planned_before: date | None
    planned: date | None
    raised: tuple[str, ...]
    solved: tuple[str, ...]
    overdue: tuple[str, ...]
    invested: float | None

    @property
    def slip(self) -> int | None:
        """Days by which the P80 date is later than then."""
        return (self.p80 - self.p80_before).days if self.p80 and self.p80_before else None


@dataclass(frozen=True, slots=True)
class QuotaChange:
    """P(met) of a quota then and now."""

    spec: QuotaSpec
    before: Probability
    now: Probability


@dataclass(frozen=True, slots=True)
class Changes:
    """A portfolio then and now.

    Attributes
    ----------
    since, today : date
        Both data dates.
    rows : tuple of ChangeRow
        Projects of both; what fell most comes first.
    expected_before, expected : float
        Number of projects on time.
    """

    since: date
    today: date
    rows: tuple[ChangeRow, ...]
    quotas: tuple[QuotaChange, ...]
    expected_before: float
    expected: float


def changes(previous: Run, now: Run) -> Changes:
    """Compare two statuses, simulated with the same seed and replications.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 20}))
    >>> found = changes(run, run)
    >>> [row.slip for row in found.rows] == [0] * 8, found.quotas[0].before == found.quotas[0].now
    (True, True)
    """
    before = {project.id: project for project in previous.forecast.projects}
    specs = {project.id: project for project in previous.scenario.projects}
    rows = [
        _row(previous, now, before[result.id], result, specs[result.id], project)
        for result, project in zip(now.forecast.projects, now.scenario.projects, strict=True)
        if result.id in before
    ]
    rows.sort(key=lambda row: row.difference.mean if row.difference else 0.0)
    then = {row.spec: row.met for row in quotas(previous)}
    return Changes(
        since=previous.forecast.data_date,
        today=now.forecast.data_date,
        rows=tuple(rows),
        quotas=tuple(
            QuotaChange(row.spec, then[row.spec], row.met) for row in quotas(now) if row.spec in then
        ),
        expected_before=_expected(previous),
        expected=_expected(now),
    )


def _row(
    previous: Run, now: Run, then: ProjectResult, today: ProjectResult, old: Project, new: Project
) -> ChangeRow:
    states = {node.node: node.state for node in then.nodes}
    closed = tuple(n.name for n in today.nodes if n.state == "done" and states.get(n.node) != "done")
    begun = tuple(n.name for n in today.nodes if n.state == "in_progress" and states.get(n.node) == "open")
    last = _last(today)
    was = next((n for n in then.nodes if last and n.node == last.node), None)
    spent = (old.investment, new.investment)
    return ChangeRow(
        project=today.id,
        name=today.name,
        closed=closed,
        begun=begun,
        on_time_before=then.on_time,
        on_time=today.on_time,
        difference=_difference(previous, now, today.id),
        light_before=then.light,
        light=today.light,
        node=last.node if last else None,
        p80_before=was.p80 if was else None,
        p80=last.p80 if last else None,
        planned_before=was.planned.finish if was and was.planned else None,
        planned=last.planned.finish if last and last.planned else None,
        raised=tuple(name for name in new.problems if name not in old.problems),
        solved=tuple(name for name, item in new.problems.items() if item.closed and not _solved(old, name)),
        overdue=tuple(
            name
            for name, item in new.problems.items()
            if not item.closed and due_date(item) < day_of(now.scenario.data_date)
        ),
        invested=None if None in spent else spent[1].completed - spent[0].completed,  # type: ignore[union-attr]
    )


def _difference(previous: Run, now: Run, project: str) -> Gain | None:
    judged = (previous.simulation.judged_projects, now.simulation.judged_projects)
    if not all(project in names for names in judged) or previous.scenario.replications < 2:
        return None
    return paired_gain(previous.simulation.on_time(project), now.simulation.on_time(project))


def _solved(project: Project, name: str) -> bool:
    item = project.problems.get(name)
    return item is not None and item.closed is not None


def _last(project: ProjectResult) -> Node | None:
    """The node of the last deadline ahead."""
    lines = [node for node in project.nodes if node.deadline and node.state != "done"]
    return max(lines, key=lambda node: (node.deadline, node.node), default=None)


def _expected(run: Run) -> float:
    return sum(k * share for k, share in enumerate(run.forecast.number_on_time))
