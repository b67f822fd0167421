"""Reasons in words that a planner can read out: why a node lies where it lies."""

from __future__ import annotations

from collections.abc import Hashable

from scenarios.assemble import Assembly
from scenarios.checks.context import unknown
from scenarios.messages import say
from scenarios.naming import Names, elapsed, relation
from scheduling.errors import InputError
from scheduling.explain import Reason, ReasonKind
from scheduling.network import FINISH_MILESTONE, WORK, Link

_OPEN = {ReasonKind.LINK, ReasonKind.MAXIMUM_LAG, ReasonKind.RESOURCE, ReasonKind.RELEASE, ReasonKind.FACTOR}
"""Kinds that might be done away with; the others are dates that are set."""
_ALONE = {ReasonKind.ACTUAL, ReasonKind.IN_PROGRESS}
"""Kinds whose sentence gives the dates itself."""


def find_activity(assembly: Assembly, name: str) -> Hashable:
    """The id of an activity, given whole or, where only one project has it, without its project.

    Raises
    ------
    InputError
        If no activity, or more than one, bears the name.

    Examples
    --------
    >>> from scenarios.assemble import assemble
    >>> from scenarios.load import load_scenario
    >>> find_activity(assemble(load_scenario("district-1bn")), "C1/F4")
    'C1/F4'
    """
    ids = [str(item) for item in assembly.network.ids]
    found = [name] if name in ids else [item for item in ids if item.endswith(f"/{name}")]
    if len(found) > 1:
        raise InputError(f"'{name}' stands in {len(found)} projects; write one of {', '.join(found)}")
    if not found:
        raise InputError(unknown("activity", name, ids))
    return found[0]


class Speaker:
    """Sentences about the activities of one scenario in one language."""

    def __init__(self, assembly: Assembly, lang: str, *, early: bool) -> None:
        self.assembly, self.lang, self.way = assembly, lang, "early" if early else "late"
        self.names = Names(assembly, lang)

    def sentence(self, reason: Reason) -> str:
        """One step of a chain in words."""
        named = {ReasonKind.RESOURCE: self.names.resource, ReasonKind.FACTOR: self.names.node}
        because = self.say(
            self.key(reason),
            name=self.names.node(reason.activity),
            start=reason.start,
            finish=reason.finish,
            date=reason.date,
            what=named.get(reason.kind, self.names.project)(reason.what),
            others=say("comma", self.lang).join(map(self.names.node, reason.others)),
            event=self.event(reason),
            relation=self.relation(reason.link) if reason.link else "",
            slots="" if reason.slots is None else self.slots(reason.slots),
            way=self.say(f"way_{self.way}"),
        )
        if reason.kind in _ALONE:
            return because
        return self.say("reason_sentence", subject=self.subject(reason), because=because + self.more(reason))

    def say(self, key: str, **values: object) -> str:
        """A message in the language of the speaker."""
        return say(key, self.lang, **values)

    def key(self, reason: Reason) -> str:
        """The message for a kind of reason."""
        key = f"reason_{reason.kind.replace(' ', '_')}"
        if reason.kind is ReasonKind.LINK:
            return f"{key}_{self.way}"
        if reason.kind is ReasonKind.RESOURCE and not reason.others:
            return f"{key}_none"
        if reason.kind is ReasonKind.DEADLINE and reason.finish > reason.date:
            return f"{key}_missed"
        if reason.kind is ReasonKind.NOTHING and reason.slots is None:
            return f"{key}_ever"
        return key

    def subject(self, reason: Reason) -> str:
        """The activity and where it lies."""
        net = self.assembly.network
        i = net.index[reason.activity]
        part = "rest" if net.started(i) else "work"
        if net.kind[i] != WORK:
            part = "finish" if net.kind[i] == FINISH_MILESTONE else "start"
        name = self.names.node(reason.activity)
        return self.say(f"lies_{part}_{self.way}", name=name, start=reason.start, finish=reason.finish)

    def event(self, reason: Reason) -> str:
        """Which event of the other end binds: its start or its finish."""
        if reason.link is None:
            return ""
        net, link = self.assembly.network, reason.link
        other = net.index[reason.others[0]]
        of_finish = link.from_finish if link.pred == other else link.to_finish
        if net.kind[other] != WORK:
            of_finish = net.kind[other] == FINISH_MILESTONE
        return self.say(f"event_{'finish' if of_finish else 'start'}_{self.way}")

    def relation(self, link: Link) -> str:
        """The type and lag of a link."""
        return relation(link.type, link.lag, link.table.name, self.lang, maximum=link.maximum)

    def more(self, reason: Reason) -> str:
        """What the calendar takes, and what would be gained without this reason."""
        size = self.assembly.scenario.slots_per_day
        text = self.say("reason_idle", span=elapsed(reason.idle, size, self.lang)) if reason.idle else ""
        if reason.kind not in _OPEN or reason.slots is None:
            return text
        if not reason.slots:
            return text + self.say("reason_not_alone")
        gain = self.slots(reason.slots)
        return text + self.say("reason_gain", slots=gain, way=self.say(f"way_{self.way}"))

    def slots(self, count: int) -> str:
        """A number of slots: days of its calendar where a slot is a day."""
        size = "day" if self.assembly.scenario.slots_per_day == 1 else "slot"
        return self.say(f"slots_of_{size}", count=count)
