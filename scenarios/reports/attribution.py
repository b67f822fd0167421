"""Days lost in the terminal: by project and window, by step, department and kind."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from scenarios.dispatch.attribution import Loss, Losses
from scenarios.messages import label, say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table
from scenarios.schema import Label

MOST_ROWS = 15
"""Groups of each table that are printed; JSON has every loss."""


def print_losses(found: Losses, console: Console, lang: str, project: str | None = None) -> None:
    """Slips, and whose they are."""
    rows = [
        (found.names[name].text(lang), *(f"{slip:+d}" if slip else "0" for slip in slips), f"{sum(slips):+d}")
        for name, slips in found.slips.items()
        if any(slips) and project in (None, name)
    ]
    print_slips(found, rows, console, lang)
    if project is not None:
        found = Losses(
            found.dates, found.names, found.slips, tuple(r for r in found.rows if r.project == project)
        )
    groups: tuple[tuple[str, Callable[[Loss], Label]], ...] = (
        ("lost_step", lambda row: row.step),
        ("lost_department", lambda row: row.department),
        ("lost_kind", lambda row: label(f"lost_{row.kind}")),
    )
    for key, of in groups:
        shown = [
            (group.text(lang), f"{days:+d}", f"{excused:+d}" if excused else "0", str(concurrent))
            for group, days, excused, concurrent in found.by(of)
            if days or concurrent
        ]
        if shown:
            keys = (key, "lost_days", "lost_excused", "lost_concurrent")
            print_table(console, say(f"{key}_title", lang), keys, shown[:MOST_ROWS], lang)
    console.print(plain(say("lost_note", lang), "dim"))


def print_slips(found: Losses, rows: list[tuple[str, ...]], console: Console, lang: str) -> None:
    """The slip of each project, window by window; of many windows the sum alone."""
    if not rows:
        console.print(plain(say("lost_none", lang)))
        return
    first, last = found.dates[0], found.dates[-1]
    title = say("lost_title", lang, first=first, last=last, windows=len(found.dates) - 1)
    shown = [(row[0], " ".join(row[1:-1]), row[-1]) for row in rows]
    print_table(console, title, ("project", "lost_windows", "lost_sum"), shown, lang)
