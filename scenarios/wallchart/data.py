"""What the wall chart shows, as compact data: names once, dates as days from the data date."""

from __future__ import annotations

from datetime import date
from typing import Any

from scenarios.lights import light_rule
from scenarios.messages import catalogue
from scenarios.reports.about import general_notes
from scenarios.reports.dispatch import group_name, quota_text
from scenarios.results import Cause, Forecast, Node, ProjectResult, Span
from scenarios.schema import Label
from simulation.statistics import Probability

STATES = ("done", "in_progress", "open")
LANGUAGES = ("zh", "en")
_WORDS = (
    "project", "node", "department", "sector", "district", "lead_unit", "responsible", "responsible_person",
    "leader", "group", "category", "developer", "blocker", "light", "green", "amber", "red", "on_time",
    "earliest", "planned", "latest", "deadline", "actual", "p50", "p80", "p90", "cause", "total_float",
    "critical", "state", "state_done", "state_in_progress", "state_open", "data_date", "assumed", "colon",
    "semicolon", "cause_gain",
)  # fmt: skip


def page_data(forecast: Forecast, lang: str) -> dict[str, Any]:
    """Everything that the page draws from; pairs are Chinese and English."""
    names = _Names()
    today = forecast.data_date
    projects = [_project(project, names, today) for project in forecast.projects]
    own = [key for key in catalogue() if key.startswith("wall_")]
    expected = sum(k * share for k, share in enumerate(forecast.number_on_time))
    return {
        "lang": lang,
        "words": {key: _both(catalogue()[key]) for key in (*_WORDS, *own)},
        "title": _both(forecast.title),
        "source": forecast.source,
        "today": today.isoformat(),
        "notes": [general_notes(forecast, language) for language in LANGUAGES],
        "rule": _both(light_rule(forecast.provenance.confidence)),
        "expected": round(expected, 1),
        "judged": len(forecast.number_on_time) - 1,
        "quotas": [
            {
                "name": [
                    quota_text(item.event, item.sector, item.least, item.below, item.by, language)
                    for language in LANGUAGES
                ],
                "target": item.target,
                "reached": item.reached,
                "expected": round(item.expected, 1),
                "met": item.met.percent(),
                "share": round(item.met.value, 3),
            }
            for item in forecast.quotas
        ],
        "names": names.pairs,
        "projects": projects,
    }


class _Names:
    """Pairs of names, each kept once."""

    def __init__(self) -> None:
        self.pairs: list[list[str]] = []
        self.places: dict[tuple[str, str], int] = {}

    def place(self, name: Label | None) -> int | None:
        """Where a name stands in the list; None for none."""
        if name is None:
            return None
        zh, en = _both(name)
        if (zh, en) not in self.places:
            self.places[zh, en] = len(self.pairs)
            self.pairs.append([zh, en])
        return self.places[zh, en]


def _project(project: ProjectResult, names: _Names, today: date) -> dict[str, Any]:
    sector, path = project.sector, frozenset(project.critical_path)
    return {
        "id": project.id,
        "name": _both(project.name),
        "light": project.light,
        "p": _share(project.on_time),
        "district": project.district,
        "sector": [group_name(sector, language) for language in LANGUAGES] if sector else None,
        "group": project.group,
        "category": project.category,
        "leader": project.leader,
        "lead_unit": project.lead_unit,
        "responsible": project.responsible_unit,
        "responsible_person": project.responsible_person,
        "developer": project.developer,
        "blocker": _both(project.blocker) if project.blocker else None,
        "causes": [_cause(cause, names) for cause in project.causes],
        "nodes": [_node(node, names, today, node.id in path) for node in project.nodes],
    }


def _node(node: Node, names: _Names, today: date, on_path: bool) -> dict[str, Any]:
    """Only what there is; absent keys are none. Critical: without float, or on the critical path."""
    begun = node.actual.start if node.actual else node.actual_start
    found = {
        "id": node.node,
        "n": names.place(node.name),
        "d": names.place(node.department),
        "s": STATES.index(node.state),
        "key": int(node.key),
        "c": int((node.critical or on_path) and node.state != "done"),
        "e": _span(node.earliest, today),
        "p": _span(node.planned, today) if node.state != "done" else None,
        "l": _span(node.latest, today) if node.state != "done" else None,
        "a": _span(node.actual, today),
        "as": _day(begun, today),
        "dl": _day(node.deadline, today),
        "h": int(node.hard),
        "f": node.total_float if node.state != "done" else None,
        "ot": _share(node.on_time),
        "q": [_day(when, today) for when in (node.p50, node.p80, node.p90)] if node.p80 else None,
        "li": node.light,
        "ca": _cause(node.cause, names) if node.cause else None,
        "x": int(node.assumed),
    }
    flags = ("key", "c", "h", "x")
    return {key: value for key, value in found.items() if value is not None and (value or key not in flags)}


def _cause(cause: Cause, names: _Names) -> list[Any]:
    return [names.place(cause.label), cause.points()]


def _share(share: Probability | None) -> list[Any] | None:
    """The value, for sorting, and how it is shown."""
    return None if share is None else [round(share.value, 4), share.percent()]


def _span(span: Span | None, today: date) -> list[int] | None:
    return None if span is None else [(span.start - today).days, (span.finish - today).days]


def _day(when: date | None, today: date) -> int | None:
    return None if when is None else (when - today).days


def _both(name: Label) -> list[str]:
    return [name.text(language) for language in LANGUAGES]
