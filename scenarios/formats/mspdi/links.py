"""Relations of an MSPDI file, those of summary tasks written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings
from scenarios.formats.mspdi.tasks import ELAPSED_FORMATS, Outline, constrain, named
from scenarios.formats.mspdi.values import minutes, moment, text, whole
from scenarios.formats.plans.records import MOST_MINUTES, Key, Relation, Task
from scheduling.calendar import ELAPSED

TYPES = {"0": "FF", "1": "FS", "2": "SF", "3": "SS"}
_PERCENT = frozenset({19, 20, 51, 52})
_ALAP, _SNET, _FNLT = 1, 4, 7


@dataclass(frozen=True, slots=True)
class Wiring:
    """What relations are written between: activities, and summaries as the milestones that end them."""

    project: str
    outline: Outline
    tasks: dict[Key, Task]
    default: str
    findings: Findings

    def key(self, uid: str) -> Key:
        """The activity of a task."""
        return Key(self.project, uid)

    def inside(self, uid: str) -> list[Key]:
        """Activities of a task: itself, or those below a summary."""
        return [key for other in self.outline.below.get(uid, [uid]) if (key := self.key(other)) in self.tasks]

    def relations(self) -> Iterator[Relation]:
        """Relations of the whole file; summaries are added to the tasks where they need a milestone."""
        ends: dict[str, Task] = {}
        for uid, element in self.outline.elements.items():
            if uid in self.outline.below and self.inside(uid):
                self._bound(uid, element, ends)
            for link in element.findall("PredecessorLink"):
                yield from self._link(link, uid, ends)
        for uid, task in ends.items():
            for key in self.inside(uid):
                yield Relation(key, task.key, "FS", 0, self.default)
        self.tasks.update({task.key: task for task in ends.values()})

    def _end(self, uid: str, ends: dict[str, Task]) -> Task:
        """The milestone that ends a summary."""
        name = named(self.outline.elements[uid], uid)
        return ends.setdefault(uid, Task(self.key(uid), name, 0, self.default))

    def _bound(self, uid: str, element: Element, ends: dict[str, Task]) -> None:
        """Constraints of a summary, which bind what lies below it."""
        kind, when = whole(text(element, "ConstraintType")), moment(text(element, "ConstraintDate"))
        if kind == _SNET and when:
            for key in self.inside(uid):
                constrain(self.tasks[key], kind, when)
        elif kind == _FNLT and when:
            constrain(self._end(uid, ends), kind, when)
        elif kind and kind > _ALAP:
            value = f"{kind} {text(element, 'ConstraintDate')}"
            self.findings.add("constraint_unread", id=uid, element="ConstraintType", value=value)
        if due := moment(text(element, "Deadline")):
            self._end(uid, ends).ends_by(due, hard=False)

    def _link(self, link: Element, succ: str, ends: dict[str, Task]) -> Iterator[Relation]:
        pred, below = text(link, "PredecessorUID"), self.outline.below
        name = f"{pred}-{succ}"
        kind = TYPES.get(text(link, "Type") or "1")
        if pred not in self.outline.elements:
            self.findings.add("relation_dangling", id=name, activity=pred or "-")
            return
        if pred == succ or succ in below.get(pred, ()) or pred in below.get(succ, ()):
            self.findings.add("relation_self", id=name, activity=pred)
            return
        if lost := [end for end in (pred, succ) if not self.inside(end)]:
            self.findings.add("plan_relation_lost", id=name, activity=lost[0])
            return
        if kind is None or (succ in below and kind in ("FF", "SF")):
            self.findings.add("relation_type", id=name, pred=pred, succ=succ, value=text(link, "Type"))
            return
        begins = self.key(pred)
        if pred in below and kind in ("FS", "FF"):
            self._end(pred, ends)
        elif pred in below:
            begins = min(self.inside(pred), key=lambda key: self.tasks[key].start or datetime.max)
            self.findings.add("plan_summary_start", id=pred, first=begins.id)
        for key in self.inside(succ):
            lag, calendar = self._lag(link, begins, key, name)
            yield Relation(begins, key, kind, lag, calendar)

    def _lag(self, link: Element, pred: Key, succ: Key, name: str) -> tuple[int, str]:
        """Lag in minutes, and its calendar: MS Project counts in the successor's."""
        value, unit = whole(text(link, "LinkLag") or "0"), whole(text(link, "LagFormat"))
        calendar = ELAPSED if unit in ELAPSED_FORMATS else self.tasks[succ].calendar
        if value is not None and unit in _PERCENT:
            summary = self.outline.elements[pred.id]
            work = self.tasks[pred].minutes if pred in self.tasks else minutes(text(summary, "Duration"))
            lag = round((work or 0) * value / 100)
        else:
            lag = round((value or 0) / 10)
        if value is None or abs(lag) > MOST_MINUTES:
            self.findings.add(
                "relation_lag", id=name, pred=pred.id, succ=succ.id, value=text(link, "LinkLag")
            )
            lag = 0
        return lag, calendar
