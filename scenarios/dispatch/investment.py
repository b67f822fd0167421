"""Investment of the year: done by month, against 序时进度, its forecast, the gap and who could close it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from scenarios.curves import resumed, spending, spending_nodes, spent_by
from scenarios.dispatch.rules import full_months, schedule_gap, year_share
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.schema import Investment, Label, Project

Floats = npt.NDArray[np.float64]

MONTHS_AHEAD = 60
"""Months after the year in which funds are watched."""


@dataclass(frozen=True, slots=True)
class InvestmentRow:
    """Money of one project, or of the portfolio, in 10,000 CNY (万元).

    Attributes
    ----------
    done : float or None
        Completed this year; None where no months are given.
    ahead : float or None
        Percentage points by which the full months lie above 序时进度 (months / 12).
    expected, low, high : float or None
        Of this year at its end: mean, 10th and 90th percentile over the replications; None without a plan
        of the year or without months.
    gap : float or None
        This year's plan less `expected`; below zero it is exceeded.
    unplaced : float or None
        Part of the gap that no work of the plan can close: all that is built is finished, the money is not
        booked (应核对完成投资、补报入账).
    unfunded : float or None
        What is secured falls so much short of the total (资金缺口).
    funded_until : date or None
        Last day of the month in which expected spending passes what is secured; None where it does not
        within five years.
    able : float or None
        What the project could at most still complete this year beyond `expected`, by its earliest dates.
    """

    project: str | None
    name: Label | None
    total: float
    this_year: float | None
    completed: float
    done: float | None
    ahead: float | None
    expected: float | None
    low: float | None
    high: float | None
    gap: float | None
    unplaced: float | None
    unfunded: float | None
    funded_until: date | None
    able: float | None


@dataclass(frozen=True, slots=True)
class InvestmentMonth:
    """One month of the year, cumulative, over the projects with a plan of the year and months.

    Attributes
    ----------
    end : date
        Its last day.
    schedule : float
        序时进度: twelfths of the year's plan.
    done : float or None
        Completed; None for months to come.
    expected, low, high : float or None
        Forecast: mean, 10th and 90th percentile; None for months that have ended.
    """

    end: date
    schedule: float
    done: float | None
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class InvestmentReport:
    """The year.

    Attributes
    ----------
    whole : InvestmentRow
        Sums over the projects with money; `expected` and what follows over those with a plan of the year
        and months.
    rows : tuple of InvestmentRow
        In the order of the scenario.
    closers : tuple of InvestmentRow
        Projects that could do most beyond their expectation, the most able first: who can close the gap
        (补齐投资缺口).
    unreported : tuple of str
        Projects with a plan of the year but without months: in no sum of the year.
    months : tuple of InvestmentMonth
    """

    year: int
    whole: InvestmentRow
    rows: tuple[InvestmentRow, ...]
    closers: tuple[InvestmentRow, ...]
    unreported: tuple[str, ...]
    months: tuple[InvestmentMonth, ...]


def investment_report(run: Run) -> InvestmentReport:
    """Investment of the year of the data date.

    What a project has not yet spent is spread over the spans of its unfinished construction and equipment
    nodes, in proportion to their planning work, as in the investment curve (an assumption).

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 20}))
    >>> report = investment_report(run)
    >>> report.whole.total, report.rows[5].unfunded
    (910000.0, None)
    """
    today = day_of(run.scenario.data_date)
    ends = [_month_end(today.year, month) for month in range(1, 12 + MONTHS_AHEAD + 1)]
    rows, judged = [], []
    year = np.zeros((12, run.scenario.replications))
    for project in run.scenario.projects:
        if project.investment is None:
            continue
        path = _path(run, project, ends)
        row = _row(run, project, path[11], _funded_until(project.investment, path, ends, today))
        rows.append(row)
        if row.expected is not None and row.done is not None:
            judged.append(project.investment)
            year += row.done + path[:12]
    able = [row for row in rows if row.able]
    return InvestmentReport(
        year=today.year,
        whole=_whole(rows, year[11] if judged else None),
        rows=tuple(rows),
        closers=tuple(sorted(able, key=lambda row: (-(row.able or 0.0), row.project))),
        unreported=tuple(str(row.project) for row in rows if row.this_year and row.done is None),
        months=tuple(_month(judged, end, spent, today) for end, spent in zip(ends[:12], year, strict=True)),
    )


def _month(judged: list[Investment], end: date, spent: Floats, today: date) -> InvestmentMonth:
    planned = sum(money.this_year or 0.0 for money in judged)
    keys = [f"{end.year}-{month:02d}" for month in range(1, end.month + 1)]
    done = sum(money.months.get(key, 0.0) for money in judged for key in keys)
    low, high = np.quantile(spent, (0.1, 0.9))
    ahead = end >= today
    return InvestmentMonth(
        end=end,
        schedule=planned * end.month / 12,
        done=done if end.month <= full_months(today) else None,
        expected=float(spent.mean()) if ahead else None,
        low=float(low) if ahead else None,
        high=float(high) if ahead else None,
    )


def _row(run: Run, project: Project, left: Floats, funded_until: date | None) -> InvestmentRow:
    """`left`: what each replication spends from the data date to the year's end."""
    money = project.investment
    assert money is not None
    today = day_of(run.scenario.data_date)
    done, share = _done(money, today.year), year_share(money, today)
    expected = low = high = gap = unplaced = able = None
    if money.this_year and done is not None:
        expected = done + float(left.mean())
        low, high = (done + float(value) for value in np.quantile(left, (0.1, 0.9)))
        able = max(0.0, float(_soonest(run, project) - left.mean()))
        gap = money.this_year - expected
        built = not spending_nodes(run.assembly, project.id)
        unplaced = max(0.0, min(gap, money.total - money.completed)) if built else 0.0
    return InvestmentRow(
        project=project.id,
        name=project.name,
        total=money.total,
        this_year=money.this_year,
        completed=money.completed,
        done=done,
        ahead=None if share is None else schedule_gap(share, full_months(today)),
        expected=expected,
        low=low,
        high=high,
        gap=gap,
        unplaced=unplaced,
        unfunded=None if money.secured is None else max(0.0, money.total - money.secured),
        funded_until=funded_until,
        able=able,
    )


def _funded_until(money: Investment, path: Floats, ends: list[date], today: date) -> date | None:
    if money.secured is None:
        return None
    spent = money.completed + path.mean(axis=1)
    over = (end for end, value in zip(ends, spent, strict=True) if end >= today and value > money.secured)
    return next(over, None)


def _whole(rows: list[InvestmentRow], year: Floats | None) -> InvestmentRow:
    judged = [row for row in rows if row.expected is not None]
    planned = sum(row.this_year or 0.0 for row in judged)
    shares = [row for row in judged if row.ahead is not None]
    weight = sum(row.this_year or 0.0 for row in shares)
    unfunded = [row.unfunded for row in rows if row.unfunded is not None]
    return InvestmentRow(
        project=None,
        name=None,
        total=sum(row.total for row in rows),
        this_year=planned if judged else None,
        completed=sum(row.completed for row in rows),
        done=sum(row.done or 0.0 for row in judged) if judged else None,
        ahead=sum((row.ahead or 0.0) * (row.this_year or 0.0) for row in shares) / weight if weight else None,
        expected=None if year is None else float(year.mean()),
        low=None if year is None else float(np.quantile(year, 0.1)),
        high=None if year is None else float(np.quantile(year, 0.9)),
        gap=None if year is None else planned - float(year.mean()),
        unplaced=sum(row.unplaced or 0.0 for row in judged) if judged else None,
        unfunded=sum(unfunded) if unfunded else None,
        funded_until=None,
        able=sum(row.able or 0.0 for row in judged) if judged else None,
    )


def _path(run: Run, project: Project, days: list[date]) -> Floats:
    """Spent from the data date to the end of each day, shape (days, replications)."""
    nodes, amounts = spending(run.assembly, project)
    start = resumed(run.cpm, run.simulation, nodes)
    return spent_by(_bounds(run, days), start, run.simulation.finish[:, nodes], amounts)


def _soonest(run: Run, project: Project) -> float:
    """Spent from the data date to the year's end by the earliest dates."""
    nodes, amounts = spending(run.assembly, project)
    early, end = run.cpm.early, date(day_of(run.scenario.data_date).year, 12, 31)
    start = np.array([early.resume[i] for i in nodes], dtype=np.int64)
    finish = np.array([early.finish[i] for i in nodes], dtype=np.int64)
    return float(spent_by(_bounds(run, [end]), start, finish, amounts)[0])


def _bounds(run: Run, days: list[date]) -> list[int]:
    axis = run.net.axis
    assert axis is not None, "scenarios always have dated calendars"
    return [axis.end_of(min(max(day, axis.first), axis.last)) for day in days]


def _done(money: Investment, year: int) -> float | None:
    """Completed this year by the months given; None where none is."""
    amounts = [amount for month, amount in money.months.items() if month.startswith(f"{year}-")]
    return sum(amounts) if amounts else None


def _month_end(year: int, month: int) -> date:
    """Last day of a month of a year, or of a later one (month 13 and so on)."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
