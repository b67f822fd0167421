"""Relations of an MSPDI file, those of summary tasks written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings
from scenarios.formats.mspdi.tasks import ELAPSED_FORMATS, Outline, constrain, named
from scenarios.formats.mspdi.values import moment, text, whole
from scenarios.formats.plans.records import MOST_MINUTES, Key, Relation, Task
from scheduling.calendar import ELAPSED

TYPES = {"0": "FF", "1": "FS", "2": "SF", "3": "SS"}
_PERCENT = frozenset({19, 20, 51, 52})
_SNET, _FNLT = 4, 7


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
        ends: set[str] = set()
        for uid, element in self.outline.elements.items():
            if uid in self.outline.below:
                self._bound(uid, element, ends)
            for link in element.findall("PredecessorLink"):
                yield from self._link(link, uid, ends)
        for uid in self.outline.below:
            if uid in ends:
                for key in self.inside(uid):
                    yield Relation(key, self.key(uid), "FS", 0, self.default)
        self._milestones(ends)

    def _bound(self, uid: str, element: Element, ends: set[str]) -> None:
        """Constraints of a summary, which bind what lies below it."""
        kind, when = whole(text(element, "ConstraintType")), moment(text(element, "ConstraintDate"))
        if kind == _SNET and when:
            for key in self.inside(uid):
                constrain(self.tasks[key], kind, when)
        if (kind == _FNLT and when) or moment(text(element, "Deadline")):
            ends.add(uid)

    def _milestones(self, ends: set[str]) -> None:
        for uid in ends:
            element = self.outline.elements[uid]
            task = Task(self.key(uid), named(element, uid), 0, self.default)
            if whole(text(element, "ConstraintType")) == _FNLT and (
                when := moment(text(element, "ConstraintDate"))
            ):
                constrain(task, _FNLT, when)
            if due := moment(text(element, "Deadline")):
                task.ends_by(due, hard=False)
            self.tasks[task.key] = task

    def _link(self, link: Element, succ: str, ends: set[str]) -> Iterator[Relation]:
        pred = text(link, "PredecessorUID")
        name = f"{pred}-{succ}"
        kind = TYPES.get(text(link, "Type") or "1")
        if pred not in self.outline.elements or not self.inside(pred):
            self.findings.add("relation_dangling", id=name, activity=pred or "-")
            return
        if (
            pred == succ
            or succ in self.outline.below.get(pred, ())
            or pred in self.outline.below.get(succ, ())
        ):
            self.findings.add("relation_self", id=name, activity=pred)
            return
        if kind is None or (succ in self.outline.below and kind in ("FF", "SF")):
            self.findings.add("relation_type", id=name, pred=pred, succ=succ, value=text(link, "Type"))
            return
        begins = self.key(pred)
        if pred in self.outline.below and kind in ("FS", "FF"):
            ends.add(pred)
        elif pred in self.outline.below:
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
            work = self.tasks[pred].minutes if pred in self.tasks else 0
            lag = round(work * value / 100)
        else:
            lag = round((value or 0) / 10)
        if value is None or abs(lag) > MOST_MINUTES:
            self.findings.add(
                "relation_lag", id=name, pred=pred.id, succ=succ.id, value=text(link, "LinkLag")
            )
            lag = 0
        return lag, calendar
