"""Health check of a scenario before any plan: what a planner should look at first, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scenarios.assemble import Assembly, assemble
from scenarios.cautions import provisional_years
from scenarios.fields import day_of
from scenarios.load import load_scenario
from scenarios.messages import say
from scenarios.naming import Names, elapsed, relation
from scenarios.schema import Label
from scenarios.translation import in_language
from scheduling.cpm import critical_path
from scheduling.errors import AxisError, ContradictionError, SchedulingError
from scheduling.health import Code, Finding, Severity, examine

INPUT, NOTED = "input", "noted"
CODES = (INPUT, *map(str, Code), "provisional", "default_duration", "no_source", NOTED)
"""Every code, in the order of a report."""
BLOCKING = (INPUT, Code.CONTRADICTION, Code.CALENDAR_END)
"""Codes of a scenario that cannot be scheduled at all."""
_NAMED = 5
"""Nodes that one sentence names."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words.

    Attributes
    ----------
    finding : Finding
    text, remedy : Label
        What is wrong, and what mends it.
    """

    finding: Finding
    text: Label
    remedy: Label


def check_file(what: str | Path, *, lang: str = "en") -> tuple[Told, ...]:
    """Findings of a scenario file; faults that keep it from loading are findings, too.

    Parameters
    ----------
    what : str or path
        As :func:`scenarios.load.load_scenario` takes it.
    lang : str
        Language of a ledger's messages.

    Examples
    --------
    >>> {told.finding.code for told in check_file("no-such-file")}
    {'input'}
    """
    try:
        assembly = assemble(load_scenario(what, lang=lang))
    except SchedulingError as error:
        return tuple(_fault(line) for line in str(error).split("\n"))
    return check_assembly(assembly)


def check_assembly(assembly: Assembly) -> tuple[Told, ...]:
    """Findings of a scenario that loads, in the order of :data:`CODES`."""
    own = [finding for finding in examine(assembly.network) if not _of_catalogue(assembly, finding)]
    zh, en = Words(assembly, "zh"), Words(assembly, "en")
    found = [
        Told(
            finding,
            Label(zh=zh.sentence(finding), en=en.sentence(finding)),
            _both(f"finding_{finding.code}_remedy"),
        )
        for finding in (*own, *_own(assembly))
    ]
    noted = Finding(NOTED, Severity.NOTE)
    return (*found, *(Told(noted, note, _both("finding_noted_remedy")) for note in assembly.scenario.notes))


def _fault(line: str) -> Told:
    finding = Finding(INPUT, Severity.ERROR, (), {"fault": line})
    return Told(finding, Label(zh=in_language(line, "zh"), en=line), _both("finding_input_remedy"))


def _of_catalogue(assembly: Assembly, finding: Finding) -> bool:
    """Whether a link that says nothing comes from a template, whose steps the scenario cannot mend."""
    if finding.code != Code.REDUNDANT_LINK:
        return False
    node = str(finding.activities[1])
    if node not in assembly.specs:
        return True  # a factor takes over the links of what it gates
    spec = assembly.specs[node]
    project = next(item for item in assembly.scenario.projects if item.id == spec.project)
    override = project.overrides.get(spec.node)
    given = override is not None and override.predecessors is not None
    return not given and spec.node not in {activity.id for activity in project.activities}


# -- what only a scenario knows -----------------------------------------------------------------------------
def _own(assembly: Assembly) -> Iterator[Finding]:
    if years := provisional_years(assembly, _last_day(assembly)):
        yield Finding("provisional", Severity.NOTE, (), {"years": tuple(years)})
    sourced = _sourced(assembly)
    done = {name for name, status in assembly.status.items() if status.finish is not None}
    working = [spec for name, spec in assembly.specs.items() if not (spec.work.nothing or name in done)]
    defaults = tuple(spec.id for spec in working if spec.assumed)
    unsourced = tuple(spec.id for spec in working if not spec.assumed and spec.id not in sourced)
    if defaults:
        yield Finding("default_duration", Severity.NOTE, defaults)
    if unsourced and not assembly.scenario.source:
        yield Finding("no_source", Severity.NOTE, unsourced)


def _sourced(assembly: Assembly) -> set[str]:
    """Nodes whose own entry in the file says where its figures come from."""
    found = set()
    for project in assembly.scenario.projects:
        given = [(activity.id, activity.source) for activity in project.activities]
        given += [(name, override.source) for name, override in project.overrides.items()]
        found |= {f"{project.id}/{name}" for name, source in given if source}
    return found


def _last_day(assembly: Assembly) -> date:
    """The last day that the earliest dates or a deadline reach."""
    scenario = assembly.scenario
    days = [scenario.data_date] + [line.date for project in scenario.projects for line in project.deadlines]
    with suppress(AxisError, ContradictionError):  # a finding says so
        days += critical_path(assembly.network).early_finish.values()
    return max(map(day_of, days))


# -- words --------------------------------------------------------------------------------------------------
class Words:
    """Sentences about the findings of one scenario in one language."""

    def __init__(self, assembly: Assembly, lang: str) -> None:
        self.lang, self.names = lang, Names(assembly, lang)
        self.slots_per_day = assembly.scenario.slots_per_day

    def sentence(self, finding: Finding) -> str:
        nodes = [self.names.node(name) for name in finding.activities]
        numbers = finding.numbers
        values = {key: self.value(key, value) for key, value in numbers.items()}
        if "type" in numbers:
            values["pred"], values["succ"] = nodes
            values["relation"] = relation(numbers["type"], numbers["lag"], numbers["calendar"], self.lang)
        shown = self.listed(nodes[:_NAMED])
        if len(nodes) > _NAMED:
            shown += say("and_others", self.lang, count=len(nodes) - _NAMED)
        return say(f"finding_{finding.code}_text", self.lang, nodes=shown, count=len(nodes), **values)

    def value(self, key: str, value: Any) -> Any:
        """A number of a finding as a reader knows it."""
        match key:
            case "project":
                return self.names.project(value)
            case "resource":
                return self.names.resource(value)
            case "length" | "span":
                return elapsed(value, self.slots_per_day, self.lang)
            case "links":
                return self.listed(f"{pred} -> {succ}" for pred, succ in value)
            case "fault":
                return in_language(value, self.lang)
            case "years":
                return self.listed(map(str, value))
        return value

    def listed(self, texts: Iterable[str]) -> str:
        return say("comma", self.lang).join(texts)


def _both(key: str) -> Label:
    return Label(zh=say(key, "zh"), en=say(key, "en"))
