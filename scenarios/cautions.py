"""What a reader must know beside a forecast: what is assumed, synthetic, provisional or out of reach."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from typing import TYPE_CHECKING

from scenarios.assemble import Assembly
from scenarios.curves import spending_nodes
from scenarios.fields import day_of
from scenarios.messages import catalogue, label, say
from scenarios.schema import Label, Project
from scheduling.calendar import ELAPSED
from scheduling.cautions import Caution, CautionKind
from scheduling.plan import Plan

if TYPE_CHECKING:
    from simulation.confidence import ConfidencePlan

MOST_NAMED = 8
"""Nodes that one note names."""


def portfolio_notes(
    assembly: Assembly, last: date, late_plan: Plan, *, uncalibrated: bool
) -> tuple[Label, ...]:
    """Notes on the whole scenario; `last` is the last day that its dates reach."""
    scenario = assembly.scenario
    found = plan_notes(assembly, last, late_plan, uncalibrated=uncalibrated)
    funded = [project.id for project in scenario.projects if project.investment]
    building = [name for name in funded if spending_nodes(assembly, name)]
    if building and len(building) < len(funded):
        found.append(label("warn_investment", building=len(building), funded=len(funded)))
    return (*found, *scenario.notes)


def plan_notes(
    assembly: Assembly, last: date, plan: Plan, *, uncalibrated: bool, backward: bool = True
) -> list[Label]:
    """Notes on a plan and on what it rests."""
    found = scenario_notes(assembly, uncalibrated=uncalibrated)
    if years := provisional_years(assembly, last):
        found.append(labelled("warn_provisional", years=listed(map(str, years))))
    found += [plan_caution(assembly, item) for item in plan.cautions]
    if backward and not _open_deadlines(assembly):
        found.append(label("warn_no_deadline"))
    if plan.conflict:
        found.append(labelled("warn_conflict", nodes=_nodes(assembly, plan.conflict)))
    if assembly.out_of_sequence:
        ahead = dict.fromkeys(node for _, node in assembly.out_of_sequence)
        found.append(labelled("warn_out_of_sequence", nodes=_nodes(assembly, ahead)))
    return found


def scenario_notes(assembly: Assembly, *, uncalibrated: bool) -> list[Label]:
    """What of a scenario is synthetic, assumed or inferred, before any plan."""
    scenario = assembly.scenario
    found = []
    if scenario.synthetic:
        found.append(label("warn_synthetic"))
    if uncalibrated:
        found.append(label("warn_uncalibrated"))
    if scenario.data_date_inferred:
        found.append(label("warn_data_date", date=day_of(scenario.data_date)))
    for name, resource in scenario.resources.items():
        if resource.synthetic:
            shown = resource.name or Label(zh=name, en=name)
            unit = resource.unit or label("supply_units")
            found.append(labelled("warn_resource", name=shown, units=resource.capacity, unit=unit))
    for name, shock in scenario.shocks.items():
        shown = shock.name or Label(zh=name, en=name)
        found.append(labelled("warn_shock", name=shown, first=str(shock.first), last=str(shock.last)))
    return found


def plan_caution(assembly: Assembly, item: Caution) -> Label:
    """A caution of a plan in words."""
    if item.kind is CautionKind.BROKEN_LAG:
        return labelled("warn_broken_lag", nodes=_nodes(assembly, item.activities))
    if item.kind is CautionKind.OVERLOAD:
        name = str(item.resource)
        resource = assembly.scenario.resources[name]
        shown, unit = resource.name or Label(zh=name, en=name), resource.unit or label("supply_units")
        held, there = item.amounts
        since = str(item.since)
        return labelled("warn_overload", name=shown, since=since, held=held, there=there, unit=unit)
    normal, planned = item.amounts
    mode = assembly.specs[str(item.activities[0])].modes[str(item.mode)].name
    shown = mode or Label(zh=str(item.mode), en=str(item.mode))
    nodes = _nodes(assembly, item.activities)
    return labelled("warn_crash", nodes=nodes, mode=shown, normal=normal, planned=planned)


def _open_deadlines(assembly: Assembly) -> bool:
    """Whether a node that is not done has a deadline."""
    dated = [f"{each.id}/{line.node}" for each in assembly.scenario.projects for line in each.deadlines]
    done = {name for name, status in assembly.status.items() if status.finish is not None}
    return not done.issuperset(dated)


def _nodes(assembly: Assembly, names: Iterable[Hashable]) -> Label:
    """Some nodes, each after the name of its project, and how many more there are."""
    ids = [str(name) for name in names]
    projects = {project.id: project.name for project in assembly.scenario.projects}
    shown: list[str | Label] = []
    for name in ids[:MOST_NAMED]:
        spec = assembly.specs.get(name)
        both = spec.name if spec else Label(zh=name, en=name)
        project = projects[name.split("/", 1)[0]]
        shown.append(labelled("node_of_project", project=project, node=both))
    if len(ids) > MOST_NAMED:
        shown.append(label("and_more", count=len(ids) - MOST_NAMED))
    return listed(shown)


def project_notes(project: Project, plan: ConfidencePlan) -> tuple[Label, ...]:
    """Notes on one project."""
    found = []
    if project.assumed:
        found.append(labelled("warn_assumed", fields=listed(map(field_label, project.assumed))))
    if not plan.attainable.get(project.id, True):
        best = plan.reached[project.id]
        found.append(label("warn_unattainable", asked=f"{100 * plan.confidence:g}%", best=best.percent()))
    return tuple(found)


def provisional_years(assembly: Assembly, last: date) -> list[int]:
    """Years up to `last` whose calendars were extrapolated without an official notice."""
    specs = assembly.specs.values()
    used = {spec.calendar for spec in specs}
    used |= {link.lag_calendar for spec in specs for link in spec.predecessors if link.lag_calendar}
    years = {year for name in used - {ELAPSED} for year in assembly.calendars[name].provisional}
    first = day_of(assembly.scenario.data_date).year
    return sorted(year for year in years if first <= year <= last.year)


def field_label(name: str) -> Label:
    """What a key of the scenario file is called; the key itself where nothing better is known.

    Examples
    --------
    >>> field_label("deadlines.date").zh, field_label("something").zh
    ('期限日期', 'something')
    """
    return catalogue().get(f"field_{name.replace('.', '_')}", Label(zh=name, en=name))


def listed(items: Iterable[str | Label]) -> Label:
    """Several texts as one, with the comma of each language."""
    both = [item if isinstance(item, Label) else Label(zh=item, en=item) for item in items]
    zh, en = (say("comma", lang).join(item.text(lang) for item in both) for lang in ("zh", "en"))
    return Label(zh=zh, en=en)


def labelled(key: str, **values: Label | int | str) -> Label:
    """A message whose values have a form in each language."""
    zh, en = (
        say(key, lang, **{name: v.text(lang) if isinstance(v, Label) else v for name, v in values.items()})
        for lang in ("zh", "en")
    )
    return Label(zh=zh, en=en)
