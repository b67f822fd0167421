"""A plan of a scenario in the terminal, and as data for other programs."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from rich.console import Console

from scenarios.assemble import Assembly
from scenarios.cautions import plan_notes
from scenarios.fields import day_of
from scenarios.messages import say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table, shown_date
from scenarios.schema import Label
from scheduling.plan import Plan

FORMAT = "backplan-plan/1"


def plan_dict(assembly: Assembly, plan: Plan, *, earliest: bool, seconds: float) -> dict[str, Any]:
    """A plan as plain data: ISO dates, or numbers where the scenario has no dates.

    `seconds` is the only value that differs between two runs under a deterministic limit; it stands last.
    """
    modes = plan.modes if plan.dates else {}
    return {
        "schema": FORMAT,
        "scenario": assembly.scenario.name,
        "goal": "earliest" if earliest else "backward",
        "status": plan.status.value,
        "objective": plan.objective,
        "bound": plan.objective_bound,
        "gap": None if plan.gap is None else abs(plan.gap),
        "solver": plan.solver,
        "weighted_lateness": plan.weighted_lateness,
        "cost": plan.cost,
        "conflict": [_shown(assembly, name) for name in plan.conflict or ()],
        "warnings": [note.model_dump() for note in _notes(assembly, plan, earliest=earliest)],
        "activities": {
            _shown(assembly, name): {
                "start": shown_date(plan.start[name]),
                "finish": shown_date(plan.finish[name]),
                **({"mode": modes[name]} if name in modes else {}),
            }
            for name in plan.network.ids
        },
        "seconds": round(seconds, 3),
    }


def print_plan(assembly: Assembly, plan: Plan, console: Console, lang: str, *, earliest: bool) -> None:
    """Start and finish of every activity, what the plan is worth, and what to know about it."""
    names = {name: spec.name for name, spec in assembly.specs.items()}
    names |= {str(item.factor.id): item.label for item in assembly.factors}
    modes = plan.modes
    columns = {
        "id": [_shown(assembly, name) for name in plan.network.ids],
        "name": [names[str(name)].text(lang) if str(name) in names else "" for name in plan.network.ids],
        "mode": [str(modes.get(name, "")) for name in plan.network.ids],
        "planned_start": [str(shown_date(plan.start[name])) for name in plan.network.ids],
        "planned_finish": [str(shown_date(plan.finish[name])) for name in plan.network.ids],
    }
    left_out = {"name"} if not assembly.scenario.dated else set()
    left_out |= set() if modes else {"mode"}
    keys = tuple(key for key in columns if key not in left_out)
    if plan.dates:
        title = say("earliest_plan" if earliest else "stage_plan", lang)
        print_table(console, title, keys, list(zip(*(columns[key] for key in keys), strict=True)), lang)
    console.print(plain(_worth(plan, lang, earliest=earliest)))
    for note in _notes(assembly, plan, earliest=earliest):
        console.print(plain(f"! {note.text(lang)}", "yellow"))


def _notes(assembly: Assembly, plan: Plan, *, earliest: bool) -> list[Label]:
    """What a reader must know beside the dates."""
    last = day_of(assembly.scenario.data_date)
    if assembly.scenario.dated and plan.dates:
        last = max(day_of(when) for when in plan.finish.values())
    assumed = any(spec.assumed for spec in assembly.specs.values())
    notes = plan_notes(assembly, last, plan, uncalibrated=assumed, backward=not earliest)
    return [*notes, *assembly.scenario.notes]


def _worth(plan: Plan, lang: str, *, earliest: bool) -> str:
    """Status, and how far the plan may be from the best."""
    key = "plan_solved"
    if plan.gap:
        key = "plan_soon" if earliest else "plan_later"
    return say(
        key,
        lang,
        status=say(f"status_{plan.status}", lang),
        solver=say(f"solver_{plan.solver}", lang),
        objective=plan.objective,
        bound=plan.objective_bound,
        gap=plan.gap,
    )


def _shown(assembly: Assembly, name: Hashable) -> str:
    """An id as the file has it: without the project where a file without dates holds only one."""
    text = str(name)
    alone = not assembly.scenario.dated and len(assembly.scenario.projects) == 1
    return text.split("/", 1)[1] if alone else text
