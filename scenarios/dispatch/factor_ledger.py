"""The factor ledger (要素保障台账): what projects ask of land, labour and other supplies, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from scenarios.assemble import capacities
from scenarios.dispatch.task_book import FactorTask, ProjectTasks
from scenarios.factors import FactorRisk
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.schema import Label, ResourceSpec
from scheduling.errors import InputError
from simulation.distributions import rounded
from simulation.statistics import quantile

SURE = 0.8
"""Probability with which a factor is in hand by its `arrival`."""
TIGHT = 30
"""Days of margin below which a factor is tight; expert judgement."""
Urgency: TypeAlias = Literal["at_risk", "tight", "unknown", "ok"]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of one supply.

    Attributes
    ----------
    month : date
        Its first day.
    planned : int
        Of a stock: taken in the month by the planned dates. Of units: the most held on one day.
    average : float or None
        Of units: held on average by the planned dates; None of a stock.
    wanted : int
        As `planned`, by the earliest dates, as if the supply were no limit.
    supply : int
        Of a stock: delivered in the month. Of units: the least there are.
    balance : int
        What is wanted against what there is: of a stock, all supplied less all wanted up to the month's
        end; of units, `supply` less `wanted`. Below zero somebody has to wait.
    short : tuple of str
        Projects that want something in a month whose balance is below zero.
    """

    month: date
    planned: int
    average: float | None
    wanted: int
    supply: int
    balance: int
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SupplyLedger:
    """One supply over the months.

    Attributes
    ----------
    left : int
        Of a stock: what is there on the data date. Of units: how many there are.
    """

    resource: str
    name: Label
    factor: str | None
    unit: Label | None
    stock: bool
    left: int
    months: tuple[MonthRow, ...]

    @property
    def shortages(self) -> tuple[MonthRow, ...]:
        """Months in which somebody has to wait."""
        return tuple(row for row in self.months if row.balance < 0)


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A factor of one project that is not in hand yet.

    Attributes
    ----------
    factor : str
        Its id in the catalogue or the scenario (``land``).
    arrival : date or None
        In hand by the morning of this day with probability 0.8, delays and what it waits for random as
        modelled; None where it comes in fewer replications.
    latest : date or None
        The latest start of the first node that it gates: in hand later, no plan keeps the deadlines.
    urgency : str
        ``at_risk`` (`arrival` after `latest`), ``tight`` (less than 30 days before it), ``ok``, ``unknown``
        without one of the two.
    """

    project: str
    name: Label
    factor: str
    task: FactorTask
    arrival: date | None
    latest: date | None

    @property
    def margin(self) -> int | None:
        """Days from `arrival` to `latest`."""
        return (self.latest - self.arrival).days if self.latest and self.arrival else None

    @property
    def urgency(self) -> Urgency:
        margin = self.margin
        if margin is None:
            return "unknown"
        return "at_risk" if margin < 0 else "tight" if margin < TIGHT else "ok"


@dataclass(frozen=True, slots=True)
class FactorTotal:
    """One factor over the projects: how many lines there are of each urgency."""

    factor: str
    name: Label
    at_risk: int
    tight: int
    unknown: int
    ok: int


def supply_ledgers(run: Run, months: int = 18) -> tuple[SupplyLedger, ...]:
    """A ledger for each shared resource of the scenario, from the month of the data date on.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 20}))
    >>> ledger = supply_ledgers(run, months=3)[0]
    >>> ledger.resource, ledger.stock, [row.supply for row in ledger.months]
    ('review', False, [3, 3, 3])
    """
    return tuple(_ledger(run, name, spec, months) for name, spec in run.scenario.resources.items())


def factor_lines(run: Run, book: Sequence[ProjectTasks]) -> tuple[FactorLine, ...]:
    """Every factor that is not in hand: those at risk first, then tight ones, each by their margin.

    `book` is the task book of the run, for the joint need-by dates.
    """
    risks = {str(item.factor.id): item for item in run.assembly.factors}
    lines = [
        FactorLine(
            project=tasks.project.id,
            name=tasks.project.name,
            factor=risks[task.id].name,
            task=task,
            arrival=_arrival(run, risks[task.id]),
            latest=_latest(run, risks[task.id]),
        )
        for tasks in book
        for task in tasks.factors
        if not task.in_hand
    ]
    order = get_args(Urgency)
    return tuple(sorted(lines, key=lambda line: (order.index(line.urgency), line.margin or 0, line.task.id)))


def factor_totals(lines: Sequence[FactorLine]) -> tuple[FactorTotal, ...]:
    """Each factor over the projects, the one with the most lines at risk first."""
    found = []
    for factor in sorted({line.factor for line in lines}):
        own = [line for line in lines if line.factor == factor]
        counts = {name: sum(line.urgency == name for line in own) for name in get_args(Urgency)}
        found.append(FactorTotal(factor, own[0].task.name, **counts))
    return tuple(sorted(found, key=lambda item: (-item.at_risk, -item.tight, item.factor)))


def of_factor(
    ledgers: Sequence[SupplyLedger], lines: Sequence[FactorLine], factor: str
) -> tuple[tuple[SupplyLedger, ...], tuple[FactorLine, ...]]:
    """What concerns one factor.

    Raises
    ------
    InputError
        When nothing does; the message lists the factors.
    """
    known = {line.factor for line in lines} | {item.factor for item in ledgers if item.factor}
    if factor not in known:
        names = ", ".join(sorted(known)) or "none"
        raise InputError(f"no project waits for a factor '{factor}', and no supply is one; factors: {names}.")
    return (
        tuple(item for item in ledgers if item.factor == factor),
        tuple(line for line in lines if line.factor == factor),
    )


def _latest(run: Run, risk: FactorRisk) -> date | None:
    nodes = [run.forecast.node(str(name)) for name in risk.factor.gates]
    return min((node.latest.start for node in nodes if node.latest and node.state == "open"), default=None)


def _arrival(run: Run, risk: FactorRisk) -> date | None:
    net, name = run.net, risk.factor.id
    assert net.axis is not None
    supplied = next((gate.arrival for gate in net.gates if gate.id == name), None)
    boundary: int | None
    if supplied is None:
        boundary = quantile(run.simulation.finish[:, net.index[name]], SURE)
    else:
        delay = run.assembly.risks.delay.get(name)
        boundary = int(supplied) + (int(rounded(delay.quantile([SURE]), least=None)[0]) if delay else 0)
    return None if boundary is None else net.axis.start_date(boundary)


@dataclass(frozen=True, slots=True)
class _Use:
    """Units that one node takes or holds, by its planned and by its earliest dates."""

    project: str
    units: int
    planned: tuple[date, date]
    wanted: tuple[date, date]


def _ledger(run: Run, name: str, spec: ResourceSpec, months: int) -> SupplyLedger:
    today = day_of(run.scenario.data_date)
    edges = [today, *(_later(today.replace(day=1), k) for k in range(1, months + 1))]
    uses, taken = _uses(run, name)
    levels = _levels(spec, today)
    month = _stock_month if spec.consumed else _units_month
    rows = tuple(month(uses, levels, begin, end, taken) for begin, end in pairwise(edges))
    shown = spec.name or Label(zh=name, en=name)
    left = levels[0][1] - taken if spec.consumed else levels[0][1]
    return SupplyLedger(name, shown, spec.factor, spec.unit, spec.consumed, left, rows)


def _levels(spec: ResourceSpec, today: date) -> list[tuple[date, int]]:
    """Units from each day on; of a stock, what was supplied in all."""
    there, changes = capacities(spec, today)
    return [(date.min, there), *((day_of(when), units) for when, units in changes)]


def _stock_month(
    uses: list[_Use], levels: list[tuple[date, int]], begin: date, end: date, taken: int
) -> MonthRow:
    before = max(units for when, units in levels if when < begin)
    total = max(units for when, units in levels if when < end)
    asking = {use.project for use in uses if begin <= use.wanted[0] < end}
    balance = total - taken - sum(use.units for use in uses if use.wanted[0] < end)
    return MonthRow(
        month=begin.replace(day=1),
        planned=sum(use.units for use in uses if begin <= use.planned[0] < end),
        average=None,
        wanted=sum(use.units for use in uses if begin <= use.wanted[0] < end),
        supply=total - before,
        balance=balance,
        short=tuple(sorted(asking)) if balance < 0 else (),
    )


def _units_month(
    uses: list[_Use], levels: list[tuple[date, int]], begin: date, end: date, taken: int
) -> MonthRow:
    at_begin = [units for when, units in levels if when <= begin][-1]
    supply = min([at_begin, *(units for when, units in levels if begin < when < end)])
    planned, _ = _peak([(use.units, use.planned, use.project) for use in uses], begin, end)
    wanted, asking = _peak([(use.units, use.wanted, use.project) for use in uses], begin, end)
    balance = supply - wanted
    short = tuple(sorted(asking)) if balance < 0 else ()
    unit_days = sum(use.units * _days(use.planned, begin, end) for use in uses)
    average = unit_days / (end - begin).days
    return MonthRow(begin.replace(day=1), planned, average, wanted, supply, balance, short)


def _days(span: tuple[date, date], begin: date, end: date) -> int:
    """Days of a span, its last one included, that lie from `begin` to before `end`."""
    return max(0, min((span[1] - begin).days + 1, (end - begin).days) - max(0, (span[0] - begin).days))


def _uses(run: Run, name: str) -> tuple[list[_Use], int]:
    """What unfinished nodes take or hold, and what started ones have taken of a stock."""
    net = run.net
    k = next(k for k, resource in enumerate(net.resources) if resource.id == name)
    stock = net.resources[k].consumed
    uses, taken = [], 0
    for i, demand in enumerate(net.demand):
        units = sum(amount for resource, amount in demand if resource == k)
        if not units or (net.done(i) and not stock):
            continue
        if stock and net.started(i):
            taken += units
            continue
        node = run.forecast.node(str(net.ids[i]))
        earliest = (node.earliest.start, node.earliest.finish)
        planned = (node.planned.start, node.planned.finish) if node.planned else earliest
        uses.append(_Use(node.project, units, planned, earliest))
    return uses, taken


def _peak(held: list[tuple[int, tuple[date, date], str]], begin: date, end: date) -> tuple[int, set[str]]:
    """The most units held on one day from `begin` to before `end`, and who holds them then."""
    best: tuple[int, set[str]] = (0, set())
    inside = [item for item in held if item[1][0] < end and item[1][1] >= begin]
    for day in sorted({max(span[0], begin) for _, span, _ in inside}):
        there = [(units, project) for units, span, project in inside if span[0] <= day <= span[1]]
        total = sum(units for units, _ in there)
        if total > best[0]:
            best = total, {project for _, project in there}
    return best


def _later(first: date, months: int) -> date:
    year, month = divmod(first.month - 1 + months, 12)
    return date(first.year + year, month + 1, 1)
