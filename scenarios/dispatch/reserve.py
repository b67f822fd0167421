"""The three-year rolling reserve (三年滚动储备库): maturity, readiness, admission, staggered starts, gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import networkx as nx

from scenarios.assemble import Assembly, assemble
from scenarios.catalog import Template
from scenarios.dispatch.data import read
from scenarios.dispatch.leveling import stagger
from scenarios.expand import project_template
from scenarios.fields import day_of
from scenarios.forecast import Run, counts_for
from scenarios.messages import label
from scenarios.schema import (
    CandidateSpec,
    Investment,
    Label,
    Override,
    Progress,
    Project,
    QuotaSpec,
    Scenario,
)
from scheduling.cpm import CriticalPath, critical_path
from simulation.statistics import Probability

LAND_UNITS = 100
"""Parts of a mu that land is levelled in."""


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A project in reserve.

    Attributes
    ----------
    score : float
        Maturity, 0..1: the weighted sum of `steps` (share of the planning work before the start that is
        done), `listed`, `land` and `funds` (shares secured).
    threshold : float or None
        Score asked for in its year; None beyond the years of the reserve.
    ready : date
        Earliest possible start with what is done, at planning durations, without delays of factors.
    next_step : Label or None
        First open step on the longest path to the start.
    admitted : bool
    reasons : tuple of Label
        Why not.
    month : str or None
        Month it should start in, as ``2027-03``.
    """

    id: str
    name: Label
    year: int
    sector: str | None
    district: str | None
    investment: float
    area: float
    steps: float
    listed: float
    land: float
    funds: float
    score: float
    threshold: float | None
    ready: date
    next_step: Label | None
    admitted: bool
    reasons: tuple[Label, ...]
    month: str | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Starts of a month: planned ones of the portfolio, those of the reserve, and the land these take."""

    month: str
    portfolio: int
    reserve: int
    land: float


@dataclass(frozen=True, slots=True)
class GapRow:
    """A quota of a later year against what portfolio and reserve bring.

    Attributes
    ----------
    expected : float
        Reached already plus the mean number that the portfolio brings by the date.
    met : Probability
        That the portfolio alone meets it.
    reserve : tuple of str
        Admitted candidates that count, their start month over by the date; of events up to the start only.
    gap : float
        What is missing even so, 0 where nothing is.
    """

    event: str
    sector: str | None
    by: date
    target: int
    expected: float
    met: Probability
    reserve: tuple[str, ...]
    gap: float


@dataclass(frozen=True, slots=True)
class Reserve:
    """The reserve: candidates by year and score, months with any start, and gaps.

    Attributes
    ----------
    proved : bool
        Whether the months are proved to be level; else the solver's limit was hit.
    """

    candidates: tuple[CandidateRow, ...]
    months: tuple[MonthRow, ...]
    gaps: tuple[GapRow, ...]
    proved: bool


def reserve(run: Run) -> Reserve:
    """Score, admit and stagger the candidates of a scenario, and compare with quotas of later years.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> from scenarios.schema import CandidateSpec
    >>> base = load_scenario("district-1bn").model_copy(update={"replications": 50})
    >>> one = CandidateSpec(id="N1", name="new", template="enterprise", investment=50000, year=2023,
    ...                     listed=True, funds_secured=1, done=("A2", "A4"))
    >>> found = reserve(Run(base.model_copy(update={"projects": base.projects[:1], "reserve": (one,)})))
    >>> row, = found.candidates
    >>> row.land, round(row.score - 0.5 * row.steps, 9), row.admitted, row.next_step.zh
    (1.0, 0.5, False, '方案设计及审查')
    """
    rows = candidates(run.scenario)
    admitted = [row for row in rows if row.admitted]
    first, last = _months(run.scenario)
    count = last - first + 1
    already = [0] * count
    for when in _planned_starts(run):
        if first <= _number(when) <= last:
            already[_number(when) - first] += 1
    windows = [
        (max(_number(row.ready), 12 * row.year) - first, 12 * row.year + 11 - first) for row in admitted
    ]
    areas = [round(LAND_UNITS * row.area) for row in admitted]
    chosen = stagger(windows, areas, already, [0] * count, seed=run.scenario.seed)
    at = dict(zip([row.id for row in admitted], chosen.months, strict=True))
    placed = tuple(_placed(row, at, first) for row in rows)
    months = tuple(
        MonthRow(
            _name(first + k),
            already[k],
            sum(month == k for month in at.values()),
            sum(row.area for row in admitted if at[row.id] == k),
        )
        for k in range(count)
        if already[k] or k in at.values()
    )
    return Reserve(placed, months, _gaps(run, placed), chosen.proved)


# -- candidates ---------------------------------------------------------------------------------------------
def candidates(scenario: Scenario) -> tuple[CandidateRow, ...]:
    """Maturity, readiness and admission of every candidate, without months, by year and score."""
    if not scenario.reserve:
        return ()
    today = day_of(scenario.data_date)
    assembly = assemble(_network_of(scenario))
    found = critical_path(assembly.network)
    rows = [_candidate(item, assembly, found, today) for item in scenario.reserve]
    return tuple(sorted(rows, key=lambda row: (row.year, -row.score, row.id)))


def _candidate(item: CandidateSpec, assembly: Assembly, found: CriticalPath, today: date) -> CandidateRow:
    rules: Mapping[str, Any] = read("rules")["reserve"]
    parts = {
        "steps": _steps_done(item),
        "listed": float(item.listed),
        "land": item.land_secured if item.land else 1.0,
        "funds": item.funds_secured,
    }
    score = round(sum(rules["weights"][key] * value for key, value in parts.items()), 9)
    ahead = item.year - today.year
    threshold = rules["admission"][ahead] if 0 <= ahead < len(rules["admission"]) else None
    start = _start_of(_template(item))
    ready = day_of(found.early_start[f"{item.id}/{start}"])
    reasons = []
    if threshold is None:
        last = today.year + len(rules["admission"]) - 1
        reasons.append(label("reserve_other_year", first=today.year, last=last))
    elif score < threshold:
        reasons.append(label("reserve_immature", score=f"{score:.3f}", threshold=f"{threshold:g}"))
    if ready.year > item.year:
        reasons.append(label("reserve_late", ready=ready))
    return CandidateRow(
        id=item.id,
        name=item.name,
        year=item.year,
        sector=item.sector,
        district=item.district,
        investment=item.investment,
        area=item.land,
        **parts,
        score=score,
        threshold=threshold,
        ready=ready,
        next_step=_next_step(item.id, start, assembly, found),
        admitted=not reasons,
        reasons=tuple(reasons),
        month=None,
    )


def _steps_done(item: CandidateSpec) -> float:
    """Share of the planning work before the start that is done; days of all calendars count alike."""
    found = _template(item)
    before = nx.ancestors(found.graph(), _start_of(found))
    total = sum(found.steps[name].duration for name in before)
    done = sum(found.steps[name].duration for name in before & set(item.done))
    return done / total if total else 1.0


def _template(item: CandidateSpec) -> Template:
    found = project_template(_outline(item))
    assert found is not None
    return found


def _start_of(found: Template) -> str:
    return next(step.id for step in found.steps.values() if step.kind == "start")


def _next_step(project: str, start: str, assembly: Assembly, found: CriticalPath) -> Label | None:
    """Back from the start along driving predecessors to the first step that nothing drives."""
    net = assembly.network
    name, seen = f"{project}/{start}", {f"{project}/{start}"}
    while True:
        drivers = [str(i) for i in found.driving[name] if not net.done(net.index[i]) and str(i) not in seen]
        if not drivers:
            return assembly.specs[name].name if name in assembly.specs else None
        name = min(drivers)
        seen.add(name)


def _network_of(scenario: Scenario) -> Scenario:
    """The candidates as a scenario of their own, in days, at planning durations."""
    today = day_of(scenario.data_date)
    return scenario.model_copy(
        update={
            "data_date": today,
            "slots_per_day": 1,
            "default_risks": False,
            "projects": tuple(_planned(item, today) for item in scenario.reserve),
            "resources": {},
            "drivers": {},
            "weather": {},
            "shocks": {},
            "quotas": (),
        }
    )


def _outline(item: CandidateSpec) -> Project:
    """A candidate as a project; land that is all secured, or not needed, is ready land (净地)."""
    return Project(
        id=item.id,
        name=item.name,
        template=item.template,
        land_ready=item.land == 0 or item.land_secured == 1,
        sector=item.sector,
        investment=Investment(total=item.investment),
    )


def _planned(item: CandidateSpec, today: date) -> Project:
    """A candidate as a project that leads to its start, with what is done of it."""
    found, before = _template(item), today - timedelta(days=1)
    start = _start_of(found)
    done = {name: Progress(finish=before) for name in item.done if name in found.steps}
    release = {start: Override(release=item.earliest)} if item.earliest else {}
    return _outline(item).model_copy(update={"until": (start,), "progress": done, "overrides": release})


# -- months and gaps ----------------------------------------------------------------------------------------
def _months(scenario: Scenario) -> tuple[int, int]:
    """First and last month that a start of the reserve may lie in."""
    today = day_of(scenario.data_date)
    return _number(today), 12 * (today.year + len(read("rules")["reserve"]["admission"]) - 1) + 11


def _number(day: date) -> int:
    return 12 * day.year + day.month - 1


def _name(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


def _planned_starts(run: Run) -> list[date]:
    """Planned starts of the projects of the portfolio that have not started."""
    return [
        min(day_of(run.plan.start[name]) for name in run.events.nodes(project.id, "start"))
        for project in run.scenario.projects
        if run.events.ahead(project.id, "start")
    ]


def _placed(row: CandidateRow, at: Mapping[str, int], first: int) -> CandidateRow:
    return replace(row, month=_name(first + at[row.id])) if row.id in at else row


_UNTIL_START = ("signing", "landing", "start")


def _gaps(run: Run, rows: Sequence[CandidateRow]) -> tuple[GapRow, ...]:
    """Quotas dated after this year."""
    specs = {item.id: item for item in run.scenario.reserve}
    year = day_of(run.scenario.data_date).year
    return tuple(
        _gap(run, quota, rows, specs) for quota in run.scenario.quotas if day_of(quota.date).year > year
    )


def _gap(
    run: Run, quota: QuotaSpec, rows: Sequence[CandidateRow], specs: Mapping[str, CandidateSpec]
) -> GapRow:
    found, by = run.quota(quota), day_of(quota.date)
    ended = _name(_number(by + timedelta(days=1)))
    counted = tuple(
        row.id
        for row in rows
        if row.month and row.month < ended and quota.event in _UNTIL_START
        if counts_for(quota, _outline(specs[row.id]))
    )
    return GapRow(
        event=quota.event,
        sector=quota.sector,
        by=by,
        target=quota.target,
        expected=found.expected,
        met=found.met,
        reserve=counted,
        gap=max(0.0, quota.target - found.expected - len(counted)),
    )
