"""Answers about need-by dates, what to push and scenarios side by side, in the terminal and as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console

from scenarios.cause_labels import cause_label
from scenarios.messages import say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table, shown_date
from simulation.risks import Cause

if TYPE_CHECKING:
    from scenarios.assemble import Assembly
    from scenarios.questions import NeedByAnswer, PushAnswer
    from simulation.comparison import Comparison, Difference
    from simulation.interventions import Intervention
    from simulation.statistics import Gain, Probability


# -- need-by dates ------------------------------------------------------------------------------------------
def print_need_by(answer: NeedByAnswer, console: Console, lang: str) -> None:
    """Need-by dates, a row for each factor and project."""
    if not answer.alone:
        console.print(plain(say("need_by_none", lang)))
        return
    factors, projects = _factor_names(answer.assembly, lang), _project_names(answer.assembly, lang)
    rows = [
        (
            projects[str(item.project)],
            factors[str(item.factor)],
            say("need_by_never", lang, best=item.best.percent()) if item.date is None else str(item.date),
            str(answer.joint.dates[item.factor]),
            "-" if item.in_hand is None else item.in_hand.percent(),
            item.modelled.percent(),
            item.best.percent(),
        )
        for item in answer.alone
    ]
    dates = ("need_by_alone", "need_by_joint", "need_by_in_hand")
    keys = ("project", "factor", *dates, "on_time_modelled", "need_by_best")
    confidence = f"{answer.joint.confidence:.0%}"
    title = say(
        "need_by_title", lang, name=answer.assembly.scenario.heading.text(lang), confidence=confidence
    )
    print_table(console, title, keys, rows, lang)
    console.print(plain(say("need_by_note", lang)))
    for project in dict.fromkeys(item.project for item in answer.alone):
        reached = answer.joint.reached[project].percent()
        console.print(plain(say("need_by_together", lang, project=projects[str(project)], reached=reached)))


def need_by_dict(answer: NeedByAnswer) -> dict[str, Any]:
    """Need-by dates as plain data, with the whole curve of each factor and project."""
    return {
        "schema": "backplan-need-by/1",
        "scenario": answer.assembly.scenario.name,
        "confidence": answer.joint.confidence,
        "alone": [
            {
                "factor": item.factor,
                "project": item.project,
                "date": shown_date(item.date),
                "reached": _share(item.reached),
                "best": _share(item.best),
                "modelled": _share(item.modelled),
                "in_hand": None if item.in_hand is None else _share(item.in_hand),
                "curve": [{"date": shown_date(day), "on_time": share.value} for day, share in item.curve],
            }
            for item in answer.alone
        ],
        "joint": {
            "dates": {str(factor): shown_date(day) for factor, day in answer.joint.dates.items()},
            "reached": {str(project): _share(share) for project, share in answer.joint.reached.items()},
        },
    }


# -- what to push -------------------------------------------------------------------------------------------
def print_push(answer: PushAnswer, console: Console, lang: str) -> None:
    """The best set, what each of it wins alone and what is lost without it."""
    best = answer.best
    if not best.chosen:
        console.print(plain(say("push_none", lang)))
        return
    rows = [
        (
            push_text(answer.assembly, item, lang),
            _gain(best.alone[item]),
            _gain(best.without[item]),
            f"{item.price:g}",
            f"{item.kind}:{item.id}",
        )
        for item in best.chosen
    ]
    title = say("push_title", lang, name=answer.assembly.scenario.heading.text(lang))
    print_table(console, title, ("push_what", "push_alone", "push_without", "push_price", "id"), rows, lang)
    before, after = (sum(share.value for share in row.values()) for row in (best.before, best.after))
    gain, (low, high) = best.gain.mean, best.gain.interval
    values = {"price": best.price, "before": before, "after": after, "gain": gain, "low": low, "high": high}
    console.print(plain(say("push_total", lang, **values)))


def push_text(assembly: Assembly, item: Intervention, lang: str) -> str:
    """An intervention in words."""
    name = cause_label(assembly, Cause(item.kind, item.id)).text(lang)
    if item.kind == "resource":
        spec = assembly.scenario.resources[str(item.id)]
        return say("lever_capacity", lang, name=spec.name.text(lang) if spec.name else item.id)
    if item.kind == "factor" and item.amount is not None:
        days = item.amount // assembly.scenario.slots_per_day
        return say("push_factor_days", lang, name=_of_project(assembly, item, name, lang), days=days)
    return say(f"push_{item.kind}", lang, name=_of_project(assembly, item, name, lang))


def push_dict(answer: PushAnswer) -> dict[str, Any]:
    """What to push as plain data."""
    best = answer.best
    return {
        "schema": "backplan-push/1",
        "scenario": answer.assembly.scenario.name,
        "most": answer.most,
        "budget": answer.budget,
        "price": best.price,
        "gain": _gain_dict(best.gain),
        "chosen": [
            {
                "id": f"{item.kind}:{item.id}",
                "amount": item.amount,
                "price": item.price,
                "alone": _gain_dict(best.alone[item]),
                "without": _gain_dict(best.without[item]),
            }
            for item in best.chosen
        ],
        "projects": {
            str(project): {"before": _share(share), "after": _share(best.after[project])}
            for project, share in best.before.items()
        },
    }


# -- scenarios side by side ---------------------------------------------------------------------------------
def print_comparison(
    assemblies: Mapping[str, Assembly], found: Comparison[str], console: Console, lang: str
) -> None:
    """A row for each project and scenario."""
    rows: list[tuple[str, ...]] = []
    for project, outcomes in found.projects.items():
        for name, item in outcomes.items():
            shown = _project_names(assemblies[name], lang)[str(project)]
            rows.append(
                (
                    "" if rows and rows[-1][0] == shown else shown,
                    name,
                    "-" if item.on_time is None else item.on_time.percent(),
                    _difference(item.on_time_difference, 100, lang),
                    "-" if item.date is None else str(item.date),
                    _difference(item.date_difference, 1, lang),
                )
            )
    keys = ("project", "scenario", "on_time_joint", "on_time_difference", "p80", "date_difference")
    print_table(console, say("compare_title", lang, first=found.names[0]), keys, rows, lang)
    console.print(plain(say("compare_note", lang)))


def comparison_dict(found: Comparison[str]) -> dict[str, Any]:
    """Scenarios side by side as plain data; differences are against the first."""
    return {
        "schema": "backplan-comparison/1",
        "scenarios": list(found.names),
        "projects": {
            str(project): {
                name: {
                    "on_time": None if item.on_time is None else _share(item.on_time),
                    "p80": shown_date(item.date),
                    "on_time_difference": _difference_dict(item.on_time_difference),
                    "p80_difference_days": _difference_dict(item.date_difference),
                }
                for name, item in outcomes.items()
            }
            for project, outcomes in found.projects.items()
        },
    }


# -- cells --------------------------------------------------------------------------------------------------
def _share(share: Probability) -> dict[str, Any]:
    return {name: getattr(share, name) for name in ("successes", "trials", "value", "low", "high")}


def _gain(gain: Gain) -> str:
    return f"{gain.mean:+.2f} ±{2 * gain.standard_error:.2f}"


def _gain_dict(gain: Gain) -> dict[str, float]:
    low, high = gain.interval
    return {"mean": gain.mean, "standard_error": gain.standard_error, "low": low, "high": high}


def _difference(item: Difference | None, scale: int, lang: str) -> str:
    if item is None:
        return "-"
    value, low, high = (
        "?" if part is None else f"{scale * part:+.{1 if scale > 1 else 0}f}"
        for part in (item.value, item.low, item.high)
    )
    return say("difference_between", lang, value=value, low=low, high=high)


def _difference_dict(item: Difference | None) -> dict[str, float | None] | None:
    return None if item is None else {"value": item.value, "low": item.low, "high": item.high}


def _factor_names(assembly: Assembly, lang: str) -> dict[str, str]:
    return {str(item.factor.id): item.label.text(lang) for item in assembly.factors}


def _project_names(assembly: Assembly, lang: str) -> dict[str, str]:
    return {project.id: project.name.text(lang) for project in assembly.scenario.projects}


def _of_project(assembly: Assembly, item: Intervention, name: str, lang: str) -> str:
    """A factor or rework with its project, where there are several."""
    owner = str(item.id).split("/", 1)[0]
    projects = _project_names(assembly, lang)
    if item.kind == "driver" or len(projects) == 1 or owner not in projects:
        return name
    return say("cause_elsewhere", lang, project=projects[owner], name=name)
