"""What nodes, projects and resources are called in sentences: the name, and the id beside it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from scenarios.assemble import Assembly
from scenarios.messages import say
from scenarios.schema import Label
from scheduling.calendar import ELAPSED


class Names:
    """Names of one scenario in one language.

    Examples
    --------
    >>> from scenarios.assemble import assemble
    >>> from scenarios.load import load_scenario
    >>> Names(assemble(load_scenario("district-1bn")), "zh").node("C1/F0")
    '“实质性开工”（C1/F0）'
    """

    def __init__(self, assembly: Assembly, lang: str) -> None:
        self.lang = lang
        nodes = {name: spec.name for name, spec in assembly.specs.items()}
        self._nodes = nodes | {str(item.factor.id): item.label for item in assembly.factors}
        self._projects = {project.id: project.name for project in assembly.scenario.projects}
        resources = assembly.scenario.resources
        self._resources = {name: item.name for name, item in resources.items() if item.name}

    def node(self, name: Hashable) -> str:
        """An activity or a factor; without its project where there is only one."""
        label = self._nodes.get(str(name))
        shown = str(name).split("/", 1)[-1] if len(self._projects) == 1 else str(name)
        return say("named", self.lang, name=label.text(self.lang), id=shown) if label else shown

    def project(self, name: Hashable) -> str:
        """A project."""
        return self._named(name, self._projects)

    def resource(self, name: Hashable) -> str:
        """A resource."""
        return self._named(name, self._resources)

    def _named(self, item: Hashable, names: Mapping[str, Label]) -> str:
        name = names.get(str(item))
        return say("named", self.lang, name=name.text(self.lang), id=item) if name else str(item)


def elapsed(slots: int, slots_per_day: int, lang: str) -> str:
    """A span of elapsed slots in days.

    Examples
    --------
    >>> elapsed(36, 24, "en")
    '1.5 days'
    """
    return say("elapsed_days", lang, count=f"{round(slots / slots_per_day, 1):g}")


def relation(kind: str, lag: float, calendar: str, lang: str, *, maximum: bool = False) -> str:
    """A link as FS+0, a maximum lag as FS≤3; the calendar of a lag beside it.

    Examples
    --------
    >>> relation("FS", 0, "elapsed", "zh"), relation("SS", 3, "elapsed", "zh")
    ('FS+0', 'SS+3，按自然日计')
    """
    text = f"{kind}≤{lag}" if maximum else f"{kind}{lag:+}"
    if not lag:
        return text
    name = say("elapsed", lang) if calendar == ELAPSED else calendar
    return say("relation_calendar", lang, relation=text, calendar=name)
