"""Synthetic projects from a :class:`~scenarios.schema.generator.GeneratorSpec`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from scenarios.fields import day_of
from scenarios.generator.facts import evidence, holds, investment, problems
from scenarios.generator.history import Timeline, timeline
from scenarios.schema import Label, Project, Scenario
from scenarios.schema.generator import GeneratorSpec, KindSpec, StageName

Choice = TypeVar("Choice")
REGISTRATION_DAYS = 60
"""From the deadline of a start to that of its registration (银川: yellow from one month, red from two)."""
_GOALS: dict[StageName, str] = {
    "talks": "F0",
    "signed": "F0",
    "early": "F0",
    "land": "F0",
    "ready": "F0",
    "building": "V3",
    "finishing": "V3",
    "completed": "P1",
    "producing": "P2",
}


class Draw:
    """Everything drawn about one project, each purpose by itself, so that nothing else changes with it."""

    def __init__(self, seed: int, number: int) -> None:
        self.seed, self.number = seed, number

    def of(self, purpose: str) -> Random:
        """Fresh numbers for a purpose."""
        return Random(f"{self.seed}/{self.number}/{purpose}")

    def weighted(self, purpose: str, shares: Mapping[Choice, float]) -> Choice:
        """One of several, by shares."""
        return self.of(purpose).choices(list(shares), list(shares.values()))[0]

    def happens(self, purpose: str, probability: float) -> bool:
        """Whether something of a probability happens."""
        return self.of(purpose).random() < probability


def generated(spec: GeneratorSpec, scenario: Scenario) -> tuple[Project, ...]:
    """The synthetic projects of a scenario.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> scenario = load_scenario("jiujiang-90")
    >>> len(scenario.projects), scenario.synthetic
    (90, True)
    """
    return tuple(_project(spec, scenario, number) for number in range(1, spec.projects + 1))


def _project(spec: GeneratorSpec, scenario: Scenario, number: int) -> Project:
    draw = Draw(spec.seed, number)
    kind = spec.kinds[draw.weighted("kind", {k: item.share for k, item in enumerate(spec.kinds)})]
    ready = draw.happens("land", kind.land_ready)
    options = (*kind.options, *(("ready_land",) if ready and "ready_land" not in kind.options else ()))
    line = timeline(kind.template, options)
    stage = draw.weighted("stage", {name: spec.stages[name] for name in sorted(spec.stages)})
    if kind.template == "government" and stage in ("talks", "producing"):
        stage = "signed" if stage == "talks" else "completed"
    low, high = line.window(stage)
    age = low + draw.of("age").random() * (high - low)
    idle = draw.of("idle").randrange(60, 180) if draw.happens("stalled", spec.stalled) else 0
    today = day_of(scenario.data_date)
    progress = history(line, age, today - timedelta(days=idle + 1))
    if stage in ("building", "finishing") and draw.happens("unregistered", spec.unregistered):
        progress.pop("S1", None)
    district = draw.of("district").choice(spec.districts)
    data: dict[str, Any] = {
        "id": f"{spec.prefix}{number:03d}",
        "name": _name(kind, district, number),
        "template": kind.template,
        "options": list(kind.options),
        "land_ready": ready,
        "sector": kind.sector,
        "category": kind.category,
        "group": kind.group,
        "district": district,
        "lead_unit": kind.lead_unit,
        "responsible_unit": f"{district}政府（管委会）",
        "developer": f"合成项目{number:03d}建设单位",
        "leader": draw.of("leader").choice(spec.leaders) if spec.leaders else None,
        "progress": progress,
        "deadlines": _deadlines(spec, line, stage, age, today, draw),
        "overrides": _demands(spec, line, progress, draw),
        "investment": investment(kind.investment, line, age, today, draw),
        "evidence": evidence(spec, stage, progress, today, draw),
        "claims": _claims(spec, stage, progress, today, draw),
        "problems": problems(spec, line, stage, today, draw),
        "holds": holds(spec, line, stage, progress, today, draw),
        "assumed": ["template", "investment", "deadlines", "progress"],
    }
    return Project.model_validate({key: value for key, value in data.items() if value not in (None, {}, [])})


def history(line: Timeline, age: float, last: date) -> dict[str, dict[str, Any]]:
    """Progress of a project of some age, the last thing done on the day `last` or before."""
    found: dict[str, dict[str, Any]] = {}
    for name, step in line.template.steps.items():
        begin, end = line.begin[name], line.end[name]
        if age > 0 and end <= age:
            found[name] = {"finish": last - timedelta(days=int(age - end))}
        elif begin < age and step.duration:
            left = max(1, round(step.duration * (end - age) / (end - begin)))
            found[name] = {"start": last - timedelta(days=int(age - begin)), "remaining": left}
    return found


def _deadlines(
    spec: GeneratorSpec, line: Timeline, stage: StageName, age: float, today: date, draw: Draw
) -> list[dict[str, Any]]:
    goal = _GOALS[stage] if _GOALS[stage] in line.end else "P1"
    ahead = line.end[goal] - age
    low, high = spec.slack
    slack = low + draw.of("slack").random() * (high - low)
    wanted = today + timedelta(days=int(ahead * (1 + slack)))
    due = next((day for day in spec.due if day >= wanted), wanted)
    found = [{"node": goal, "date": due, "weight": 2 if goal == "F0" else 1}]
    if goal == "F0":
        found.append({"node": "S1", "date": due + timedelta(days=REGISTRATION_DAYS)})
    return found


def _claims(
    spec: GeneratorSpec, stage: StageName, progress: Mapping[str, Any], today: date, draw: Draw
) -> list[dict[str, Any]]:
    """Starts as reported: the real ones, and a few after a ceremony alone."""
    if "finish" in progress.get("F0", {}):
        return [{"event": "start", "date": progress["F0"]["finish"]}]
    if stage == "ready" and draw.happens("claimed", spec.claimed):
        return [{"event": "start", "date": today - timedelta(days=draw.of("claim").randrange(5, 60))}]
    return []


def _demands(
    spec: GeneratorSpec, line: Timeline, progress: Mapping[str, Any], draw: Draw
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in spec.demands:
        if item.node in line.end and item.node not in progress:
            units = draw.of(f"demand {item.resource}").randint(item.low, item.high)
            found.setdefault(item.node, {"demand": {}})["demand"][item.resource] = units
    return found


def _name(kind: KindSpec, district: str, number: int) -> Label:
    """A name that nobody takes for a real project's."""
    zh, en = kind.name.text("zh"), kind.name.text("en")
    return Label(zh=f"合成{number:03d} {district}{zh}", en=f"Synthetic {number:03d} {en}")
