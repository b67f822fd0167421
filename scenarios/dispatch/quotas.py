"""Quotas (任务指标) and rates (签约率 ... 达效率): reached, likely, and the projects that decide them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scenarios.dispatch.starts import counted_start
from scenarios.events import FILINGS, Bools, Events
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.schema import Event, Label, Project, QuotaSpec
from simulation.statistics import Probability

CERTAIN_FROM = 0.95
PROBABLE_FROM = 0.5
Rate: TypeAlias = Literal[
    "signing_rate",
    "landing_rate",
    "approval_landing_rate",
    "start_rate",
    "registration_rate",
    "completion_rate",
    "production_rate",
    "full_effect_rate",
]
"""签约率, 落地率, 核准落户率, 开工率, 入库率, 竣工率, 投产率, 达效率."""


# -- quotas -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class QuotaCandidate:
    """A project that can still deliver the event of a quota.

    Attributes
    ----------
    by_date : Probability
        That it delivers by the date of the quota.
    decides : Probability
        That the quota is met with this project and missed without it, the others as they come.
    """

    project: str
    name: Label
    by_date: Probability
    decides: Probability


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One quota.

    Attributes
    ----------
    certain, probable : int
        Candidates that deliver by the date with a probability of at least 95 %, and of at least 50 % (the
        certain ones too).
    expected : float
        Reached already plus the mean number to come.
    met : Probability
    untouched : bool
        Whether nothing at all has been reached (尚未破零).
    candidates : tuple of QuotaCandidate
        Those that decide most first.
    """

    spec: QuotaSpec
    certain: int
    probable: int
    expected: float
    met: Probability
    untouched: bool
    candidates: tuple[QuotaCandidate, ...]


def quotas(run: Run) -> tuple[QuotaRow, ...]:
    """A row for each quota of the scenario.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 50}))
    >>> rows = quotas(run)
    >>> [row.untouched for row in rows], [len(row.candidates) for row in rows]
    ([False, False, True, True, True], [3, 1, 1, 2, 1])
    """
    return tuple(_quota(run, spec) for spec in run.scenario.quotas)


def _quota(run: Run, spec: QuotaSpec) -> QuotaRow:
    happens, total = run.counted(spec)
    candidates = [
        QuotaCandidate(
            project=name,
            name=run.forecast.project(name).name,
            by_date=Probability.of(delivers),
            decides=Probability.of(delivers & (total == spec.target)),
        )
        for name, delivers in happens.items()
    ]
    candidates.sort(key=lambda item: (-item.decides.value, -item.by_date.value, item.project))
    shares = [item.by_date.value for item in candidates]
    return QuotaRow(
        spec=spec,
        certain=sum(share >= CERTAIN_FROM for share in shares),
        probable=sum(share >= PROBABLE_FROM for share in shares),
        expected=float(total.mean()),
        met=Probability.of(total >= spec.target),
        untouched=spec.reached == 0 and spec.target > 0,
        candidates=tuple(candidates),
    )


# -- rates --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate of one group, now and at the end of the period.

    Attributes
    ----------
    group : str or None
        None for the whole portfolio.
    numerator, denominator : int
        Now, projects.
    then_numerator, then_denominator : float
        Means at the end of the period.
    then : float or None
        Mean of the rate over the replications in which it is defined.
    low, high : float or None
        10th and 90th percentile.
    """

    rate: Rate
    group: str | None
    numerator: int
    denominator: int
    then_numerator: float
    then_denominator: float
    then: float | None
    low: float | None
    high: float | None

    @property
    def now(self) -> float | None:
        """Numerator over denominator; None where nothing could count."""
        return self.numerator / self.denominator if self.denominator else None


_Counts: TypeAlias = Callable[["_Tally", Project], tuple[Bools, Bools]]


def rates(run: Run, until: date, *, by: Callable[[Project], str | None] | None = None) -> tuple[RateRow, ...]:
    """Rates now and on the evening of a day, over the portfolio and for each group of projects.

    Parameters
    ----------
    run : Run
    until : date
        End of the period.
    by : callable, optional
        Group of a project (sector, district, lead unit ...); projects without one count in the whole only.

    Notes
    -----
    Definitions differ from place to place; these are numerator over denominator, counted on the same day:
    signed / all that need an agreement; landed (filed or approved, all land steps done) / signed or without
    an agreement to sign; landed / filed or approved; started / planned to start by the end of the period;
    registered / started; completed / planned to complete by the end of the period; in production / completed;
    at full effect / in production. Planned is what has a deadline by the end of the period, or has happened.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 50}))
    >>> row = next(row for row in rates(run, date(2022, 12, 31)) if row.rate == "start_rate")
    >>> row.numerator, row.denominator
    (3, 8)
    """
    projects = run.scenario.projects
    groups: dict[str | None, list[Project]] = {None: list(projects)}
    for project in projects:
        if by is not None and (group := by(project)) is not None:
            groups.setdefault(group, []).append(project)
    now, then = _Tally(run.events, None, until), _Tally(run.events, until, until)
    return tuple(
        _rate(rate, group, members, now, then) for group, members in groups.items() for rate in _RATES
    )


class _Tally:
    """Which events of a project have happened, now (one column) or by the end of the period."""

    def __init__(self, events: Events, when: date | None, until: date) -> None:
        self.events = events
        self.when = when
        self.until = until
        assert events.simulation is not None
        self.columns = 1 if when is None else len(events.simulation.finish)

    def has(self, project: Project, event: Event) -> Bools:
        """Whether it has happened; a start by its evidence."""
        when = counted_start(self.events, project) if event == "start" else None
        known = when is not None if event == "start" else self.events.happened(project.id, event) is not None
        if known or self.when is None or not self.events.ahead(project.id, event):
            return np.full(self.columns, known)
        return self.events.by(project.id, event, self.when)

    def filed(self, project: Project) -> Bools:
        nodes = [spec.id for spec in self.events.specs(project.id) if spec.node in FILINGS]
        return np.all([self._node(name) for name in nodes], axis=0) if nodes else np.zeros(self.columns, bool)

    def _node(self, name: str) -> Bools:
        net = self.events.assembly.network
        if net.done(net.index[name]) or self.when is None:
            return np.full(self.columns, net.done(net.index[name]))
        return self.events.node_by(name, self.when)

    def planned(self, project: Project, event: Event) -> Bools:
        """Whether it has a deadline for an event by the end of the period, or the event has happened."""
        nodes = self.events.nodes(project.id, event)
        lines = [line for line in project.deadlines if f"{project.id}/{line.node}" in nodes]
        due = any(day_of(line.date) <= self.until for line in lines)
        return self.has(project, event) | due

    def signs(self, project: Project) -> Bools:
        return np.full(self.columns, bool(self.events.nodes(project.id, "signing")))


def _ratio(event: Event, of: Callable[[_Tally, Project], Bools]) -> _Counts:
    def count(tally: _Tally, project: Project) -> tuple[Bools, Bools]:
        base = of(tally, project)
        return tally.has(project, event) & base, base

    return count


_RATES: dict[Rate, _Counts] = {
    "signing_rate": _ratio("signing", _Tally.signs),
    "landing_rate": _ratio("landing", lambda tally, p: tally.has(p, "signing") | ~tally.signs(p)),
    "approval_landing_rate": _ratio("landing", _Tally.filed),
    "start_rate": _ratio("start", lambda tally, p: tally.planned(p, "start")),
    "registration_rate": _ratio("registration", lambda tally, p: tally.has(p, "start")),
    "completion_rate": _ratio("completion", lambda tally, p: tally.planned(p, "completion")),
    "production_rate": _ratio("production", lambda tally, p: tally.has(p, "completion")),
    "full_effect_rate": _ratio("full_effect", lambda tally, p: tally.has(p, "production")),
}


def _rate(rate: Rate, group: str | None, projects: Sequence[Project], now: _Tally, then: _Tally) -> RateRow:
    top, base = _count(rate, projects, now)
    later_top, later_base = _count(rate, projects, then)
    defined = later_base > 0
    shares = later_top[defined] / later_base[defined]
    low, high = np.quantile(shares, (0.1, 0.9)) if len(shares) else (None, None)
    return RateRow(
        rate=rate,
        group=group,
        numerator=int(top[0]),
        denominator=int(base[0]),
        then_numerator=float(later_top.mean()),
        then_denominator=float(later_base.mean()),
        then=float(shares.mean()) if len(shares) else None,
        low=None if low is None else float(low),
        high=None if high is None else float(high),
    )


def _count(
    rate: Rate, projects: Sequence[Project], tally: _Tally
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    top, base = (np.zeros(tally.columns, dtype=np.int64) for _ in range(2))
    for project in projects:
        one, other = _RATES[rate](tally, project)
        top += one
        base += other
    return top, base
