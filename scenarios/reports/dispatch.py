"""Stages, starts, readiness, quotas and rates in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.console import Console

from scenarios.dispatch.quotas import QuotaRow, RateRow
from scenarios.dispatch.readiness import ReadinessSheet
from scenarios.dispatch.season import SeasonShare
from scenarios.dispatch.stages import StageRow
from scenarios.dispatch.starts import RegistrationRow, StartRow
from scenarios.fields import day_of
from scenarios.messages import catalogue, say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table
from scenarios.schema import QuotaSpec

MOST_CANDIDATES = 5
"""Candidates of a quota that are printed; JSON has them all."""


def print_stages(rows: Sequence[StageRow], console: Console, lang: str) -> None:
    """Where projects stand and the next event of each."""
    counts = {
        stage: sum(row.stage == stage for row in rows) for stage in dict.fromkeys(r.stage for r in rows)
    }
    cells = [
        (
            row.name.text(lang),
            say(f"stage_{row.stage}", lang),
            _day(row.since),
            _day(row.registered),
            say(f"push_{row.next_event}", lang) if row.next_event else "-",
            _day(row.planned),
            _day(row.p80),
            _day(row.deadline),
            row.on_time.percent() if row.on_time else "-",
            say(row.light, lang) if row.light else "-",
        )
        for row in rows
    ]
    keys = ("project", "stage", "stage_since", "registered", "next_event", "planned", "p80", "deadline")
    print_table(console, say("stages_title", lang), (*keys, "on_time", "light"), cells, lang)
    shown = say("comma", lang).join(f"{say(f'stage_{stage}', lang)} {n}" for stage, n in counts.items())
    console.print(plain(shown))
    console.print()


def print_starts(
    found: Sequence[StartRow],
    registrations: Sequence[RegistrationRow],
    idle: Sequence[StartRow],
    unregistered: Sequence[RegistrationRow],
    console: Console,
    lang: str,
) -> None:
    """What starts are worth, what registration asks for, and both lists of contradictions."""
    begun = [row for row in found if row.reported or row.kind != "none"]
    cells = [
        (
            row.name.text(lang),
            _day(row.reported),
            say(f"start_class_{row.kind}", lang),
            _day(row.counts),
            _day(row.refuted),
            _day(row.works),
        )
        for row in begun
    ]
    keys = ("project", "start_reported", "start_class", "start_counts", "start_refuted", "works_begun")
    if begun:
        print_table(console, say("starts_title", lang), keys, cells, lang)
    waiting = [row for row in registrations if row.registered is None]
    if waiting:
        print_table(
            console,
            say("registration_title", lang),
            ("project", "start_counts", "missing_papers", "window_opens", "window_closes"),
            [
                (
                    row.name.text(lang),
                    _day(row.started),
                    say("comma", lang).join(say(f"proof_{kind}", lang) for kind in row.missing) or "-",
                    _day(row.opens),
                    _day(row.closes),
                )
                for row in waiting
            ],
            lang,
        )
    lists: tuple[tuple[str, Sequence[StartRow | RegistrationRow]], ...] = (
        ("started_not_building", idle),
        ("building_not_registered", unregistered),
    )
    for key, rows in lists:
        names = say("comma", lang).join(row.name.text(lang) for row in rows) or say("none", lang)
        console.print(plain(f"{say(key, lang)}{say('colon', lang)}{names}"))


def print_season(share: SeasonShare, console: Console, lang: str) -> None:
    """How much site work lies in the golden season."""
    if share.planned is not None:
        values = {"planned": _percent(share.planned), "latest": _percent(share.latest)}
        console.print(plain(say("season_share", lang, earliest=_percent(share.earliest), **values)))


def print_readiness(sheet: ReadinessSheet, console: Console, lang: str) -> None:
    """A readiness sheet."""
    event = say(f"event_{sheet.event}", lang)
    title = say("readiness_title", lang, project=sheet.name.text(lang), event=event)
    if sheet.happened:
        console.print(plain(say("readiness_happened", lang, title=title, date=sheet.happened)))
        return
    cells = [
        (
            say(f"open_{item.kind}", lang),
            item.id,
            item.name.text(lang),
            item.owner.text(lang) if item.owner else "-",
            _day(item.by),
            _day(item.latest),
            "*" if item.critical else "",
        )
        for item in sheet.items
    ]
    keys = ("open_kind", "id", "name", "owner", "open_by", "latest", "critical")
    print_table(console, title, keys, cells, lang)
    on_time = sheet.on_time.percent() if sheet.on_time else "-"
    facts = {"planned": _day(sheet.planned), "deadline": _day(sheet.deadline), "on_time": on_time}
    console.print(
        plain("  ".join(f"{say(key, lang)}{say('colon', lang)}{value}" for key, value in facts.items()))
    )


def print_quotas(rows: Sequence[QuotaRow], console: Console, lang: str) -> None:
    """Quotas, and the projects that decide each."""
    cells = [
        (
            quota_name(row.spec, lang),
            str(row.spec.target),
            str(row.spec.reached),
            str(row.certain),
            str(row.probable),
            f"{row.expected:.1f}",
            row.met.percent(),
            say("yes", lang) if row.untouched else "",
            say("comma", lang).join(
                f"{item.name.text(lang)} {item.decides.percent()}"
                for item in row.candidates[:MOST_CANDIDATES]
                if item.decides.successes
            ),
        )
        for row in rows
    ]
    keys = ("quota", "target", "reached", "quota_certain", "quota_probable", "expected_number", "quota_met")
    print_table(console, say("table_quotas", lang), (*keys, "quota_untouched", "quota_decides"), cells, lang)


def print_rates(rows: Sequence[RateRow], until: date, console: Console, lang: str) -> None:
    """Rates with numerator and denominator, now and at the end of the period."""
    cells = [
        (
            say("whole_portfolio", lang) if row.group is None else group_name(row.group, lang),
            say(f"rate_{row.rate}", lang),
            f"{row.numerator}/{row.denominator}",
            _percent(row.now),
            f"{row.then_numerator:.1f}/{row.then_denominator:.1f}",
            _percent(row.then),
            "-" if row.low is None else f"{_percent(row.low)}–{_percent(row.high)}",
        )
        for row in rows
    ]
    keys = ("rate_group", "rate", "rate_counts", "rate_now", "rate_then_counts", "rate_then", "rate_range")
    print_table(console, say("rates_title", lang, until=until), keys, cells, lang)


def quota_name(spec: QuotaSpec, lang: str) -> str:
    """Event, sector, investment and date of a quota in words."""
    return quota_text(spec.event, spec.sector, spec.least, spec.below, day_of(spec.date), lang)


def quota_text(
    event: str, sector: str | None, least: float | None, below: float | None, by: date, lang: str
) -> str:
    """A quota in words.

    Examples
    --------
    >>> quota_text("start", "industry", 1e5, 5e5, date(2022, 12, 31), "zh")
    '工业 10至50亿元开工（截至2022-12-31）'
    """
    parts = [group_name(sector, lang) if sector else say("all_sectors", lang)]
    if least is not None or below is not None:
        low, high = (None if value is None else f"{value / 1e4:g}" for value in (least, below))
        key = "quota_band" if low and high else "quota_least" if low else "quota_below"
        parts.append(say(key, lang, low=low, high=high))
    return say("quota_name", lang, what=" ".join(parts), event=say(f"event_{event}", lang), date=by)


def group_name(group: str, lang: str) -> str:
    """A sector as the catalogue of messages calls it, or any other group as it stands."""
    known = catalogue().get(f"sector_{group}")
    return known.text(lang) if known else group


def _day(when: date | None) -> str:
    return "-" if when is None else when.isoformat()


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f}%"
