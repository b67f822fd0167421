"""Variances against the baseline, in the terminal and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from scenarios.assemble import Assembly
from scenarios.messages import say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table
from scheduling.plan import Plan

if TYPE_CHECKING:
    from scenarios.baseline import Baseline, Promise, Variance

FORMAT = "backplan-variance/1"


def variance_dict(baseline: Baseline, plan: Plan, found: Sequence[Variance]) -> dict[str, Any]:
    """Every node beside its promise as plain data, with ISO dates."""
    return {
        "schema": FORMAT,
        "scenario": baseline.scenario,
        "promised_on": baseline.data_date.isoformat(),
        "status": plan.status.value,
        "moved_days": plan.objective,
        "nodes": [
            {
                "id": item.id,
                "promised": _dates(item.promised),
                "now": _dates(item.now),
                "slip": item.slip,
                "state": item.state,
            }
            for item in found
        ],
    }


def _dates(promise: Promise | None) -> dict[str, Any] | None:
    return promise.model_dump(mode="json") if promise else None


def print_variances(
    assembly: Assembly,
    baseline: Baseline,
    plan: Plan,
    found: Sequence[Variance],
    console: Console,
    lang: str,
    *,
    everything: bool = False,
) -> None:
    """What moved, what slips most first, and how many nodes stand as promised."""
    if plan.dates is None:
        console.print(plain(say("variance_no_plan", lang, status=say(f"status_{plan.status.value}", lang))))
        return
    known = [item for item in found if item.slip is not None]
    shown = [item for item in known if item.slip or everything]
    shown.sort(key=lambda item: (-(item.slip or 0), item.id))
    rows = [
        (
            item.id,
            assembly.specs[item.id].name.text(lang),
            say(f"state_{item.state}", lang),
            item.promised.finish.isoformat() if item.promised else "",
            item.now.finish.isoformat() if item.now else "",
            f"{item.slip:+d}" if item.slip else "0",
        )
        for item in shown
    ]
    title = say("variance_title", lang, date=baseline.data_date.isoformat())
    if rows:
        keys = ("id", "name", "state", "promised_finish", "now_finish", "slip")
        print_table(console, title, keys, rows, lang)
    counts = {
        "same": sum(item.slip == 0 for item in known),
        "later": sum((item.slip or 0) > 0 for item in known),
        "earlier": sum((item.slip or 0) < 0 for item in known),
        "new": sum(item.promised is None for item in found),
        "gone": sum(item.now is None for item in found),
    }
    console.print(plain(say("variance_counts", lang, **counts)))
    missed = [name for name, days in plan.lateness.items() if days]
    if missed:
        names = say("comma", lang).join(map(str, missed))
        console.print(plain(say("variance_missed", lang, nodes=names)))
