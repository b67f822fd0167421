"""Factor ledger, allocation and investment in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from scenarios.dispatch.allocation import Allocation
from scenarios.dispatch.factor_ledger import FactorLine, FactorTotal, SupplyLedger
from scenarios.dispatch.investment import InvestmentReport, InvestmentRow
from scenarios.messages import say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table
from scenarios.schema import Label

MOST_LINES = 40
"""Factors, and projects of the year's investment, that are printed; JSON has them all."""


def print_ledgers(ledgers: Sequence[SupplyLedger], console: Console, lang: str) -> None:
    """Each supply month by month."""
    for ledger in ledgers:
        unit = ledger.unit.text(lang) if ledger.unit else say("supply_units", lang)
        title = say("supply_title", lang, name=ledger.name.text(lang), unit=unit, left=ledger.left)
        rows = [
            (
                f"{row.month:%Y-%m}",
                str(row.planned),
                *(() if row.average is None else (f"{row.average:.1f}",)),
                str(row.wanted),
                str(row.supply),
                str(row.balance),
                _few(row.short, lang),
            )
            for row in ledger.months
        ]
        kind = "stock" if ledger.stock else "units"
        average = () if ledger.stock else ("supply_average",)
        keys = ("month", f"supply_planned_{kind}", *average, f"supply_wanted_{kind}", f"supply_supply_{kind}")
        print_table(console, title, (*keys, "supply_balance", "supply_short"), rows, lang)
    console.print(plain(say("supply_note", lang), "dim"))


def print_totals(totals: Sequence[FactorTotal], console: Console, lang: str) -> None:
    """Factors over the projects."""
    rows = [
        (item.name.text(lang), *(str(count) for count in (item.at_risk, item.tight, item.unknown, item.ok)))
        for item in totals
    ]
    keys = ("factor", "urgency_at_risk", "urgency_tight", "urgency_unknown", "urgency_ok")
    print_table(console, say("factor_totals", lang), keys, rows, lang)


def print_factors(lines: Sequence[FactorLine], console: Console, lang: str) -> None:
    """Factors, the most urgent first."""
    rows = [
        (
            line.name.text(lang),
            line.task.name.text(lang),
            say("semicolon", lang).join(gate.text(lang) for gate in line.task.gates),
            str(line.task.supply or "-"),
            str(line.arrival or "-"),
            str(line.task.need_by),
            str(line.latest or "-"),
            "-" if line.margin is None else str(line.margin),
            say(f"urgency_{line.urgency}", lang),
        )
        for line in lines[:MOST_LINES]
    ]
    keys = ("project", "factor", "factor_gates", "factor_supply", "factor_arrival", "need_by_joint", "latest")
    title = say("factors_title", lang)
    print_table(console, title, (*keys, "factor_margin", "urgency"), rows, lang)
    console.print(plain(say("factors_note", lang), "dim"))
    if len(lines) > MOST_LINES:
        console.print(plain(say("more_of", lang, shown=MOST_LINES, total=len(lines))))


def print_allocation(found: Allocation, notes: Sequence[Label], console: Console, lang: str) -> None:
    """Who is served, in order, and who goes without; then what limits it."""
    unit = found.unit.text(lang) if found.unit else say("supply_units", lang)
    rows = [
        (
            item.name.text(lang),
            item.node.text(lang),
            str(item.units),
            str(item.by),
            str(item.worth),
            str(item.ready or "-"),
            say("served" if item.served else "not_served", lang),
        )
        for item in found.claimants
    ]
    keys = (
        "project",
        "node",
        "allocated_units",
        "allocated_by",
        f"worth_{found.goal}",
        "allocated_ready",
        "allocated",
    )
    title = say("allocation_title", lang, name=found.name.text(lang), unit=unit)
    print_table(console, title, keys, rows, lang)
    proof = say("allocation_proved" if found.proved else "allocation_bound", lang, bound=found.bound)
    figures = {"worth": found.worth, "more": found.one_more, "sooner": found.sooner}
    console.print(plain(say("allocation_worth", lang, proof=proof, **figures)))
    for text in (say("allocation_note", lang), *(note.text(lang) for note in notes)):
        console.print(plain(text, "dim"))


def print_investment(report: InvestmentReport, console: Console, lang: str) -> None:
    """The year's investment: the whole, each project (the largest gap first), months, who could close it."""
    ranked = sorted(report.rows, key=lambda row: (row.gap is None, -(row.gap or 0.0)))
    rows = [_row(report.whole, say("whole_portfolio", lang), lang)]
    rows += [_row(row, row.name.text(lang), lang) for row in ranked[:MOST_LINES] if row.name]
    keys = ("project", "money_total", "money_year", "money_done", "money_ahead", "money_expected")
    title = say("money_title", lang, year=report.year)
    print_table(
        console, title, (*keys, "money_range", "money_gap", "money_unfunded", "money_until"), rows, lang
    )
    if len(report.rows) > MOST_LINES:
        console.print(plain(say("more_of", lang, shown=MOST_LINES, total=len(report.rows))))
    if report.unreported:
        console.print(plain(say("money_unreported", lang, count=len(report.unreported))))
    if any(month.schedule for month in report.months):
        months = [(str(m.end), _money(m.schedule), _money(m.done), _money(m.expected)) for m in report.months]
        columns = ("month", "money_schedule", "money_done", "money_expected")
        print_table(console, say("money_months", lang), columns, months, lang)
    if report.whole.gap is not None and report.whole.gap > 0:
        closers = [
            (row.name.text(lang), _money(row.able)) for row in report.closers[:10] if row.name is not None
        ]
        built = [row for row in report.rows if row.unplaced]
        if built:
            unplaced = _money(report.whole.unplaced)
            console.print(plain(say("money_unplaced", lang, unplaced=unplaced, count=len(built))))
        title = say("money_closers", lang, gap=_money(report.whole.gap))
        print_table(console, title, ("project", "money_able"), closers, lang)


def _row(row: InvestmentRow, name: str, lang: str) -> tuple[str, ...]:
    low_high = "-" if row.low is None else f"{_money(row.low)}–{_money(row.high)}"
    ahead = "-" if row.ahead is None else f"{row.ahead:+.1f}"
    money = (row.total, row.this_year, row.done)
    return (
        name,
        *(_money(value) for value in money),
        ahead,
        _money(row.expected),
        low_high,
        _money(row.gap),
        _money(row.unfunded),
        f"{row.funded_until:%Y-%m}" if row.funded_until else "-",
    )


def _few(projects: Sequence[str], lang: str) -> str:
    """How many projects, and the first ones."""
    if not projects:
        return ""
    named = say("comma", lang).join(projects[:5])
    more = "…" if len(projects) > 5 else ""
    return f"{len(projects)}{say('colon', lang)}{named}{more}"


def _money(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
