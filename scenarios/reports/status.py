"""A status in the terminal: what contradicts the one before, what has changed, what to look at on site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.console import Console

from scenarios.dispatch.changes import ChangeRow, Changes
from scenarios.dispatch.findings import Finding
from scenarios.dispatch.watch import Stalled, UnprovedClaim, Visit
from scenarios.messages import say
from scenarios.reports.dispatch import quota_name
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table
from scenarios.schema import Label


def print_findings(when: date, found: Sequence[Finding], console: Console, lang: str) -> None:
    """What to mend in a status."""
    if not found:
        console.print(plain(say("status_no_findings", lang, date=when)))
        return
    rows = [
        (say(f"severity_{f.severity}", lang), f.project, f.name.text(lang), f.what.text(lang)) for f in found
    ]
    title = say("status_findings", lang, date=when)
    print_table(console, title, ("severity", "id", "project", "status_what"), rows, lang)


def print_changes(found: Changes, console: Console, lang: str) -> None:
    """Projects that have changed, what fell most first, and the portfolio."""
    moved = [row for row in found.rows if _moved(row)]
    rows = [
        (
            row.name.text(lang),
            _names(row.closed, lang),
            _names(row.begun, lang),
            row.on_time_before.percent() if row.on_time_before else "-",
            row.on_time.percent() if row.on_time else "-",
            "-"
            if row.difference is None
            else f"{100 * row.difference.mean:+.0f} ±{200 * row.difference.standard_error:.0f}",
            say(row.light, lang) if row.light else "-",
            "-" if row.slip is None else f"{row.slip:+d}",
            f"{len(row.raised)}/{len(row.solved)}/{len(row.overdue)}",
            "-" if row.invested is None else f"{row.invested:,g}",
        )
        for row in moved
    ]
    title = say("status_changes", lang, since=found.since, today=found.today)
    keys = (
        "project",
        "status_closed",
        "status_begun",
        "status_on_time_before",
        "on_time",
        "status_difference",
    )
    print_table(
        console, title, (*keys, "light", "status_slip", "status_problems", "status_invested"), rows, lang
    )
    if len(moved) < len(found.rows):
        console.print(plain(say("status_same", lang, count=len(found.rows) - len(moved))))
    before, after = f"{found.expected_before:.1f}", f"{found.expected:.1f}"
    console.print(plain(say("status_expected", lang, before=before, after=after)))
    for item in found.quotas:
        values = {"before": item.before.percent(), "after": item.now.percent()}
        console.print(plain(say("status_quota", lang, quota=quota_name(item.spec, lang), **values)))
    console.print()


def print_watch(
    days: int,
    idle: Sequence[Stalled],
    claims: Sequence[UnprovedClaim],
    visits: Sequence[Visit],
    console: Console,
    lang: str,
) -> None:
    """Stalled projects, claims ahead of evidence, and visits."""
    if idle:
        print_table(
            console,
            say("stalled_title", lang, days=days),
            ("project", "stalled_last", "stalled_days", "stalled_waiting"),
            [(row.name.text(lang), str(row.last), str(row.days), _names(row.waiting, lang)) for row in idle],
            lang,
        )
    if claims:
        print_table(
            console,
            say("claims_title", lang),
            ("project", "claim_event", "claim_date", "claim_missing", "claim_refuted"),
            [
                (
                    row.name.text(lang),
                    say(f"event_{row.event}", lang),
                    str(row.claimed),
                    say("comma", lang).join(say(f"proof_{kind}", lang) for kind in row.missing) or "-",
                    str(row.refuted or "-"),
                )
                for row in claims
            ],
            lang,
        )
    if visits:
        print_table(
            console,
            say("visits_title", lang),
            ("project", "visit_reason", "visit_when"),
            [
                (
                    row.name.text(lang),
                    say(f"visit_{row.reason}", lang),
                    say("visit_evening" if row.evening else "visit_day", lang),
                )
                for row in visits
            ],
            lang,
        )


def _moved(row: ChangeRow) -> bool:
    things = (row.closed, row.begun, row.raised, row.solved, row.overdue, row.slip, row.invested)
    return any(things) or row.light != row.light_before or bool(row.difference and row.difference.mean)


def _names(labels: Sequence[Label], lang: str) -> str:
    return say("comma", lang).join(label.text(lang) for label in labels) or "-"
