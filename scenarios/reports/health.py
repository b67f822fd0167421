"""Findings of the health check: groups in the terminal, all of them as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.padding import Padding

from scenarios.health import CODES, Told
from scenarios.messages import say
from scenarios.reports.layout import plain
from scheduling.health import Severity

_SHOWN = 8
"""Findings of a group that are printed."""
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold"}


def print_findings(name: str, found: Sequence[Told], console: Console, lang: str) -> None:
    """A line of counts, then each kind of finding under its title, the gravest first; or that all is well."""
    if not found:
        console.print(plain(say("check_clean", lang, name=name)))
        return
    counts = Counter(told.finding.severity for told in found)
    numbers = {severity.value: counts[severity] for severity in Severity}
    console.print(plain(say("check_counts", lang, name=name, **numbers), "bold"))
    for (severity, code), group in groupby(ordered(found), key=_group):
        members = list(group)
        title = say(f"finding_{code}", lang)
        kind = say(f"severity_{severity}", lang)
        key = "check_groups" if len(members) > 1 else "check_group"
        heading = say(key, lang, severity=kind, title=title, count=len(members))
        console.print()
        console.print(plain(heading, _STYLES[severity]))
        for told in members[:_SHOWN]:
            _print_indented(console, told.text.text(lang))
        if len(members) > _SHOWN:
            _print_indented(console, say("check_more", lang, count=len(members) - _SHOWN))
        _print_indented(console, say("check_remedy", lang, remedy=members[0].remedy.text(lang)), "dim")


def _print_indented(console: Console, text: str, style: str = "") -> None:
    console.print(Padding(plain(text, style), (0, 0, 0, 2), expand=False))


def findings_dict(name: str, found: Sequence[Told]) -> dict[str, Any]:
    """All findings as plain data, dates in ISO form, sentences in both languages."""
    return {
        "schema": "backplan-check/1",
        "scenario": name,
        "findings": [
            {
                "code": str(told.finding.code),
                "severity": told.finding.severity.value,
                "activities": [str(item) for item in told.finding.activities],
                "numbers": {key: _plain(value) for key, value in told.finding.numbers.items()},
                "text": {"zh": told.text.zh, "en": told.text.en},
                "remedy": {"zh": told.remedy.zh, "en": told.remedy.en},
            }
            for told in ordered(found)
        ],
    }


def ordered(found: Sequence[Told]) -> list[Told]:
    """The gravest first, each kind together."""
    return sorted(found, key=lambda told: (list(Severity).index(told.finding.severity), _rank(told)))


def _group(told: Told) -> tuple[Severity, str]:
    return told.finding.severity, str(told.finding.code)


def _rank(told: Told) -> int:
    return CODES.index(str(told.finding.code))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value
