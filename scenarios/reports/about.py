"""What a reader must know beside the numbers: how they came about and what limits them."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate

from scenarios.lights import light_rule
from scenarios.messages import say
from scenarios.reports.result_json import result_dict
from scenarios.results import Forecast

_NAMED = 3


def about(forecast: Forecast, lang: str) -> list[tuple[str, str]]:
    """Provenance as pairs of a heading and a text, then every note."""
    made = forecast.provenance
    pairs = {
        "data_date": forecast.data_date.isoformat(),
        "description": forecast.description.text(lang) if forecast.description else None,
        "source": forecast.source,
        "number_on_time": number_on_time(forecast, lang),
        "confidence": f"{100 * made.confidence:g}%",
        "replications": str(made.replications),
        "seed": str(made.seed),
        "start_rule": say(f"start_{made.start_rule}", lang),
        "engine": made.engine,
        "plan_status": plan_text(forecast, lang),
        "versions": ", ".join(f"{name} {made.versions[name]}" for name in sorted(made.versions)),
        "input_hash": made.input_hash,
        "result_hash": result_dict(forecast)["result_hash"],
    }
    rows = [(say(key, lang), value) for key, value in pairs.items() if value]
    return rows + [(say("warnings", lang), note) for note in notes(forecast, lang) + rules(forecast, lang)]


def plan_text(forecast: Forecast, lang: str) -> str:
    """Status and solver of the late plan, and how much later it might at most be."""
    plan = forecast.late_plan
    status, solver = say(f"status_{plan.status}", lang), say(f"solver_{plan.solver}", lang)
    if not plan.gap:
        return say("plan_solved", lang, status=status, solver=solver)
    nodes = [node for project in forecast.projects for node in project.nodes]
    count = sum(node.state == "open" and not node.milestone for node in nodes)
    mean = f"{plan.gap / max(count, 1):.1f}"
    return say("plan_gap", lang, status=status, solver=solver, days=f"{plan.gap:,.0f}", mean=mean)


def rules(forecast: Forecast, lang: str) -> list[str]:
    """How to read lights, plans and intervals."""
    light = light_rule(forecast.provenance.confidence).text(lang)
    return [light, say("plan_rule", lang), say("interval_note", lang)]


def number_on_time(forecast: Forecast, lang: str) -> str | None:
    """Mean and 80 % interval of the number of projects that meet all their deadlines; None without any."""
    shares = forecast.number_on_time
    if len(shares) < 2:
        return None
    low, high = (
        next((count for count, share in enumerate(accumulate(shares)) if share >= level), len(shares) - 1)
        for level in (0.1, 0.9)
    )
    mean = sum(count * share for count, share in enumerate(shares))
    return say("number_text", lang, mean=f"{mean:.1f}", total=len(shares) - 1, low=low, high=high)


def notes(forecast: Forecast, lang: str) -> list[str]:
    """Every warning once, those of projects with the projects they concern."""
    return list(dict.fromkeys([*general_notes(forecast, lang), *_project_notes(forecast, lang)]))


def general_notes(forecast: Forecast, lang: str) -> list[str]:
    """Every warning about the whole forecast once."""
    assumed = sum(node.assumed for project in forecast.projects for node in project.nodes)
    found = [
        say("warn_synthetic", lang) if forecast.synthetic else "",
        say("warn_data_date", lang, date=forecast.data_date) if forecast.data_date_inferred else "",
        say("warn_uncalibrated", lang) if forecast.provenance.uncalibrated else "",
        say("assumed_nodes", lang, count=assumed) if assumed else "",
        *(warning.text(lang) for warning in forecast.warnings),
    ]
    return [note for note in dict.fromkeys(found) if note]


def _project_notes(forecast: Forecast, lang: str) -> list[str]:
    """Warnings of projects, those in the same words together."""
    names: dict[str, list[str]] = defaultdict(list)
    for project in forecast.projects:
        for warning in project.warnings:
            names[warning.text(lang)].append(project.name.text(lang))
    comma = say("comma", lang)
    return [
        say(
            "on_projects",
            lang,
            text=text,
            count=len(each),
            names=comma.join(each[:_NAMED]) + (" …" if len(each) > _NAMED else ""),
        )
        for text, each in names.items()
    ]
