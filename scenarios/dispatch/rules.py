"""Lights, red list and black list (亮灯、红黑榜) by published rules; the presets stand in ``rules.yaml``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias, get_args

from scenarios.cautions import labelled
from scenarios.dispatch.data import read
from scenarios.dispatch.starts import counted_start
from scenarios.fields import day_of
from scenarios.forecast import Run
from scenarios.lights import light_of, light_rule
from scenarios.messages import label
from scenarios.results import Light
from scenarios.schema import Investment, Label, Project
from simulation.statistics import Probability

UnitKind: TypeAlias = Literal["project", "lead_unit", "district"]
Side: TypeAlias = Literal["red", "black"]
_Measure: TypeAlias = Callable[[Run, Project], tuple[float | None, Label]]
_WORST: tuple[Light, ...] = ("green", "amber", "red")


# -- 序时进度 -----------------------------------------------------------------------------------------------
def schedule_gap(share: float, months: int) -> float:
    """Percentage points by which a share of the year's task lies above 序时进度, months / 12.

    Examples
    --------
    >>> round(schedule_gap(0.7387, 6), 2)
    23.87
    """
    return round(100 * share - 100 * months / 12, 9)


def full_months(data_date: date) -> int:
    """Months of the year that have ended; what is known ends the day before the data date.

    Examples
    --------
    >>> full_months(date(2022, 8, 31)), full_months(date(2022, 9, 1)), full_months(date(2022, 1, 20))
    (7, 8, 0)
    """
    return data_date.month - 1


def year_share(money: Investment | None, data_date: date) -> float | None:
    """Share of the year's planned investment completed in its full months.

    None without a plan for the year, an amount by month of this year, or a full month.
    """
    if money is None or not money.this_year:
        return None
    year, last = data_date.year, full_months(data_date)
    amounts = [money.months[key] for key in _keys(year, last) if key in money.months]
    return sum(amounts) / money.this_year if amounts else None


def month_share(money: Investment | None, data_date: date) -> float | None:
    """Share of the last full month's task that was completed; the task is a twelfth of the year's plan."""
    if money is None or not money.this_year or not full_months(data_date):
        return None
    done = money.months.get(_keys(data_date.year, full_months(data_date))[-1])
    return None if done is None else 12 * done / money.this_year


def _keys(year: int, last: int) -> list[str]:
    return [f"{year}-{month:02d}" for month in range(1, last + 1)]


# -- lights -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that a rule looks at.

    Attributes
    ----------
    name : str
        ``start``, ``progress``, ``registration``, ``month`` or ``on_time``.
    light : str or None
        None where it cannot be judged.
    figures : Label
        What the rule saw, or why it cannot judge.
    """

    name: str
    light: Light | None
    figures: Label


@dataclass(frozen=True, slots=True)
class LightRow:
    """The light of a project: the worst of its aspects; None where none can be judged."""

    project: str
    name: Label
    light: Light | None
    aspects: tuple[Aspect, ...]
    on_time: Probability | None


def preset(run: Run) -> Mapping[str, Any]:
    """The rules that a scenario chose."""
    found: Mapping[str, Any] = read("rules")["presets"][run.scenario.rules.preset]
    return found


def lights(run: Run) -> tuple[LightRow, ...]:
    """The light of every project by the rules of its scenario, in the order of the scenario."""
    rules = preset(run)
    judges = [(name, judge) for name, judge in _JUDGES.items() if name in rules] or [("on_time", _on_time)]
    rows = []
    for project in run.scenario.projects:
        aspects = tuple(judge(run, project, rules.get(name, {})) for name, judge in judges)
        judged = [item.light for item in aspects if item.light is not None]
        worst = max(judged, key=_WORST.index, default=None)
        rows.append(LightRow(project.id, project.name, worst, aspects, run.on_time(project.id)))
    return tuple(rows)


def _on_time(run: Run, project: Project, rule: Mapping[str, Any]) -> Aspect:
    found = run.on_time(project.id)
    if found is None:
        return Aspect("on_time", None, label("light_no_deadline"))
    figures = label("light_on_time", value=found.percent())
    return Aspect("on_time", light_of(found, run.scenario.confidence), figures)


def _start(run: Run, project: Project, rule: Mapping[str, Any]) -> Aspect:
    """No start that counts by its evidence in the planned month, that of the deadline: amber, later red."""
    happened = counted_start(run.events, project)
    if happened is not None:
        return Aspect("start", "green", label("light_started", date=happened))
    starts = {name.split("/", 1)[1] for name in run.events.nodes(project.id, "start")}
    planned = min((day_of(line.date) for line in project.deadlines if line.node in starts), default=None)
    if planned is None:
        return Aspect("start", None, label("light_no_start"))
    ends = [month_end(planned, rule[key]) for key in ("amber_after_months", "red_after_months")]
    figures = label("light_not_started", month=f"{planned:%Y-%m}")
    return Aspect("start", _past(day_of(run.scenario.data_date), ends), figures)


def _registration(run: Run, project: Project, rule: Mapping[str, Any]) -> Aspect:
    """Started and not registered: amber after some months, later red."""
    registered = run.events.happened(project.id, "registration")
    if registered is not None:
        return Aspect("registration", "green", label("light_registered", date=registered))
    started = counted_start(run.events, project)
    if started is None or not run.events.ahead(project.id, "registration"):
        return Aspect("registration", None, label("light_no_registration"))
    ends = [months_later(started, rule[key]) for key in ("amber_after_months", "red_after_months")]
    figures = label("light_not_registered", date=started)
    return Aspect("registration", _past(day_of(run.scenario.data_date), ends), figures)


def _progress(run: Run, project: Project, rule: Mapping[str, Any]) -> Aspect:
    """Completed investment of the year, in percentage points below 序时进度."""
    today = day_of(run.scenario.data_date)
    share = year_share(project.investment, today)
    if share is None:
        return Aspect("progress", None, label("light_no_months"))
    behind = -schedule_gap(share, full_months(today))
    red, amber = behind > rule["red_above_points"], behind >= rule["amber_from_points"]
    return Aspect("progress", "red" if red else "amber" if amber else "green", _schedule(share, today))


def _month(run: Run, project: Project, rule: Mapping[str, Any]) -> Aspect:
    """The last full month against its task."""
    share = month_share(project.investment, day_of(run.scenario.data_date))
    if share is None:
        return Aspect("month", None, label("light_no_months"))
    red, amber = 100 * share < rule["red_below_percent"], 100 * share < rule["amber_below_percent"]
    key = "light_yellow_card" if red else "light_watch" if amber else "light_month"
    light: Light = "red" if red else "amber" if amber else "green"
    return Aspect("month", light, label(key, share=f"{100 * share:.1f}"))


_JUDGES: dict[str, Callable[[Run, Project, Mapping[str, Any]], Aspect]] = {
    "start": _start,
    "progress": _progress,
    "registration": _registration,
    "month": _month,
}


def _schedule(share: float, today: date) -> Label:
    months = full_months(today)
    gap = f"{schedule_gap(share, months):+.1f}"
    return label("light_schedule", share=f"{100 * share:.1f}", due=f"{100 * months / 12:.1f}", gap=gap)


def _past(today: date, ends: list[date]) -> Light:
    """Green, amber past the first date, red past the second; nothing is known of the data date itself."""
    return _WORST[sum(today > end for end in ends)]


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day.

    Examples
    --------
    >>> months_later(date(2022, 12, 31), 2).isoformat()
    '2023-02-28'
    """
    last = month_end(day, months)
    return min(last, last.replace(day=min(day.day, last.day)))


def month_end(day: date, months: int = 0) -> date:
    """The last day of a month so many months later.

    Examples
    --------
    >>> month_end(date(2022, 12, 5), 2).isoformat()
    '2023-02-28'
    """
    year, month = divmod(12 * day.year + day.month + months, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


# -- red list and black list --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ListRow:
    """A project, lead unit or district on a list.

    Attributes
    ----------
    kind : str
        ``project``, ``lead_unit`` or ``district``.
    rank : int
        From the top on the red list, from the bottom on the black one.
    margin : float
        Percentage points above the target (negative: below); of units the mean of their projects.
    figures, rule : Label
        What was seen, and the rule that put it there.
    pleas : tuple of Label
        Objective reasons given with its open problems; they exempt nobody until the rules do.
    """

    kind: UnitKind
    key: str
    name: Label
    rank: int
    margin: float
    figures: Label
    rule: Label
    pleas: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A project that no list judges, and why."""

    project: str
    name: Label
    reason: Label


@dataclass(frozen=True, slots=True)
class Lists:
    """Red list and black list: projects first, then lead units, then districts, each by rank.

    Attributes
    ----------
    excused : tuple of LeftOut
        By the scenario's rules (不可抗力).
    unjudged : tuple of LeftOut
        For want of figures.
    """

    red: tuple[ListRow, ...]
    black: tuple[ListRow, ...]
    excused: tuple[LeftOut, ...]
    unjudged: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    name: Label
    margin: float
    figures: Label
    pleas: tuple[Label, ...] = ()


def lists(run: Run) -> Lists:
    """Who beat the target and is among the first, who missed it and is among the last.

    Excused projects are on no list and count for no unit.
    """
    rules, excused = preset(run), run.scenario.rules.excused
    entries, unjudged = _entries(run, _MEASURES[rules["measure"]])
    red, black = (
        tuple(row for kind in get_args(UnitKind) for row in _listed(entries[kind], kind, side, rules))
        for side in get_args(Side)
    )
    names = {project.id: project.name for project in run.scenario.projects}
    left = tuple(LeftOut(key, names[key], reason) for key, reason in excused.items())
    return Lists(red, black, left, unjudged)


def _entries(run: Run, measure: _Measure) -> tuple[dict[UnitKind, list[_Entry]], tuple[LeftOut, ...]]:
    """Projects that are not excused, their lead units and districts; and those without figures."""
    entries: dict[UnitKind, list[_Entry]] = {kind: [] for kind in get_args(UnitKind)}
    members: dict[tuple[UnitKind, str], list[float]] = defaultdict(list)
    unjudged = []
    for project in run.scenario.projects:
        if project.id in run.scenario.rules.excused:
            continue
        margin, figures = measure(run, project)
        if margin is None:
            unjudged.append(LeftOut(project.id, project.name, figures))
            continue
        entries["project"].append(_Entry(project.id, project.name, margin, figures, _pleas(project)))
        if project.lead_unit:
            members["lead_unit", project.lead_unit].append(margin)
        if project.district:
            members["district", project.district].append(margin)
    for (kind, unit), margins in members.items():
        mean = round(sum(margins) / len(margins), 9)
        figures = label("list_mean", count=len(margins), margin=f"{mean:+.1f}")
        entries[kind].append(_Entry(unit, Label(zh=unit, en=unit), mean, figures))
    return entries, tuple(unjudged)


def _listed(entries: list[_Entry], kind: UnitKind, side: Side, rules: Mapping[str, Any]) -> list[ListRow]:
    """The first that beat the target, or the last that missed it; equal ones share a rank."""
    given = rules["lists"][side]
    most, beyond = given["project" if kind == "project" else "unit"], given.get("beyond_points", 0)
    rule = label(f"list_{side}_beyond" if beyond else f"list_{side}_rule", most=most, points=beyond)
    sign = 1 if side == "red" else -1
    ordered = sorted(entries, key=lambda item: (-sign * item.margin, item.key))
    ranks = [1 + sum(sign * other.margin > sign * item.margin for other in entries) for item in ordered]
    return [
        ListRow(
            kind,
            item.key,
            item.name,
            rank,
            item.margin,
            item.figures,
            rule,
            item.pleas if side == "black" else (),
        )
        for item, rank in zip(ordered, ranks, strict=True)
        if sign * item.margin > beyond and rank <= most
    ]


def _pleas(project: Project) -> tuple[Label, ...]:
    given = (item.excused for item in project.problems.values() if item.closed is None)
    return tuple(reason for reason in given if reason is not None)


def _on_time_margin(run: Run, project: Project) -> tuple[float | None, Label]:
    found = run.on_time(project.id)
    if found is None:
        return None, label("light_no_deadline")
    target = run.scenario.confidence
    figures = label("list_on_time", value=found.percent(), target=f"{100 * target:g}")
    return round(100 * (found.value - target), 9), figures


def _schedule_margin(run: Run, project: Project) -> tuple[float | None, Label]:
    today = day_of(run.scenario.data_date)
    share = year_share(project.investment, today)
    if share is None:
        return None, label("light_no_months")
    return schedule_gap(share, full_months(today)), _schedule(share, today)


def _month_margin(run: Run, project: Project) -> tuple[float | None, Label]:
    share = month_share(project.investment, day_of(run.scenario.data_date))
    if share is None:
        return None, label("light_no_months")
    return round(100 * share - 100, 9), label("light_month", share=f"{100 * share:.1f}")


_MEASURES: dict[str, _Measure] = {
    "on_time": _on_time_margin,
    "schedule": _schedule_margin,
    "month": _month_margin,
}


def rule_in_words(run: Run) -> Label:
    """The rules for lights with their figures and source, to stand below a table."""
    rules = preset(run)
    found = [label(f"rule_{name}", **rules[name]) for name in _JUDGES if name in rules]
    found = found or [light_rule(run.scenario.confidence)]
    words = Label(zh="；".join(item.zh for item in found), en="; ".join(item.en for item in found))
    name = Label(zh=rules["zh"], en=rules["en"])
    return labelled("rules_used", name=name, words=words, source=rules["source"])
