"""Starts by evidence and not by ceremony, and what registration (入库纳统) still asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

from scenarios.events import FILINGS, Events
from scenarios.forecast import Run
from scenarios.results import Node
from scenarios.schema import Label, Project
from scenarios.schema.dispatch import Proof

StartClass: TypeAlias = Literal["none", "paper", "ceremony", "leased", "partial", "substantive", "unproved"]
"""未开工, 纸面开工, 仪式性开工, 租赁开工, 部分开工, 实质性开工; 上报无佐证: reported without any evidence."""

_CLASSES: dict[Proof, StartClass] = {
    "permanent_piling": "substantive",
    "controlling_works": "substantive",
    "part_of_works": "partial",
    "leased_premises": "leased",
    "ceremony": "ceremony",
    "site_levelling": "ceremony",
    "temporary_works": "ceremony",
    "documents": "paper",
}
"""What each proof makes of a start. Levelling and temporary works are no works of the project, so no better
than a ceremony (建筑法第九条释义; 入库以正式打桩为标志，平场阶段不能报送)."""
_ORDER: tuple[StartClass, ...] = get_args(StartClass)
PAPERS: tuple[Proof, ...] = ("filing_document", "construction_contract", "site_photo")
"""What registration asks for: 备案（审批、核准）文件、施工合同、现场照片."""


@dataclass(frozen=True, slots=True)
class StartRow:
    """What a project's start is worth.

    Attributes
    ----------
    reported : date or None
        By this day it is said to have started: by progress or a claim.
    kind : str
        The best that the evidence makes of it.
    counts : date or None
        The day from which it counts as a substantive start (实质性开工).
    refuted : date or None
        The last site check that did not find it, later than the evidence.
    works : date or None
        First day of site works.
    """

    project: str
    name: Label
    reported: date | None
    kind: StartClass
    counts: date | None
    refuted: date | None
    works: date | None


@dataclass(frozen=True, slots=True)
class Paper:
    """One thing that registration asks for.

    Attributes
    ----------
    node : str or None
        Node that yields it, where the plan has one.
    planned, p80 : date or None
        When that node is done.
    """

    kind: Proof
    there: bool
    node: str | None
    planned: date | None
    p80: date | None


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """Whether a project can be registered, what is missing, and in which window.

    Attributes
    ----------
    registered : date or None
    started : date or None
        Day of its substantive start.
    papers : tuple of Paper
    opens : date or None
        The first day on which all papers and the start are there by plan; None where one is nowhere planned.
    closes : date or None
        The last day on which registration may begin and still keep the deadlines.
    """

    project: str
    name: Label
    registered: date | None
    started: date | None
    papers: tuple[Paper, ...]
    opens: date | None
    closes: date | None

    @property
    def missing(self) -> tuple[Proof, ...]:
        """What is not there yet."""
        return tuple(paper.kind for paper in self.papers if not paper.there)

    @property
    def ready(self) -> bool:
        """Whether it could be handed in now."""
        return self.registered is None and self.started is not None and not self.missing


def starts(events: Events) -> tuple[StartRow, ...]:
    """A row for each project, in the order of the scenario.

    Examples
    --------
    >>> from scenarios.assemble import assemble
    >>> from scenarios.load import load_scenario
    >>> rows = starts(Events(assemble(load_scenario("district-1bn"))))
    >>> [(row.project, row.kind) for row in rows if row.reported]
    [('C1', 'unproved'), ('C2', 'unproved'), ('C3', 'unproved')]
    """
    return tuple(start_of(events, project) for project in events.assembly.scenario.projects)


def start_of(events: Events, project: Project) -> StartRow:
    """What the start of one project is worth."""
    claims = [item.date for item in project.claims if item.event == "start"]
    by_progress = events.happened(project.id, "start")
    reported = min([*claims, *([by_progress] if by_progress else [])], default=None)
    proofs = [item for item in project.evidence if item.kind in _CLASSES]
    kind: StartClass = "none" if reported is None else "unproved"
    if proofs:
        kind = max((_CLASSES[item.kind] for item in proofs), key=_ORDER.index)
    best = [item.date for item in proofs if _CLASSES[item.kind] == "substantive"]
    proved = min(best, default=None)
    visits = [item for item in project.checks if item.event == "start"]
    last = max(visits, key=lambda item: item.date, default=None)
    refuted = last.date if last and not last.confirmed and (not best or last.date >= max(best)) else None
    if last and last.confirmed and proved is None:
        proved, kind = min(item.date for item in visits if item.confirmed), "substantive"
    return StartRow(
        project=project.id,
        name=project.name,
        reported=reported,
        kind=kind,
        counts=None if refuted else proved,
        refuted=refuted,
        works=works_begun(events, project),
    )


def counted_start(events: Events, project: Project) -> date | None:
    """The day of a project's start as far as it counts.

    Where a scenario says nothing of evidence, progress is believed; where it does, evidence decides.
    """
    row = start_of(events, project)
    says_something = project.checks or any(item.kind in _CLASSES for item in project.evidence)
    return row.counts if says_something else events.happened(project.id, "start")


def registrations(run: Run) -> tuple[RegistrationRow, ...]:
    """A row for each project whose plan leads to registration, in the order of the scenario."""
    events = run.events
    return tuple(
        _registration(run, project)
        for project in run.scenario.projects
        if events.nodes(project.id, "registration")
    )


def started_not_building(events: Events, days: int = 90) -> tuple[StartRow, ...]:
    """Starts that count or are reported, in which no site works began for so many days (开工又不建设).

    Three months is the time that 建筑法 第九条 gives from permit to start.
    """
    today = events.assembly.scenario.data_date
    return tuple(
        row
        for row in starts(events)
        if row.works is None and row.reported is not None and (today - row.reported).days > days
    )


def building_not_registered(run: Run) -> tuple[RegistrationRow, ...]:
    """Projects in which works go on that are not in the statistics (建设却不入库)."""
    begun = {row.project for row in starts(run.events) if row.works is not None}
    return tuple(row for row in registrations(run) if row.registered is None and row.project in begun)


def _registration(run: Run, project: Project) -> RegistrationRow:
    events = run.events
    started = counted_start(events, project)
    papers = tuple(_paper(run, project, kind) for kind in PAPERS)
    node = run.forecast.node(events.nodes(project.id, "registration")[0])
    start = _node(run, project, events.nodes(project.id, "start"))
    needed = [paper.planned for paper in papers if not paper.there]
    if started is None:
        needed.append(start.planned.finish if start and start.planned else None)
    known = [day for day in needed if day is not None]
    today = run.forecast.data_date
    opens = max([today, *known]) if len(known) == len(needed) else None
    closes = node.latest.start if node.latest else None
    registered = events.happened(project.id, "registration")
    return RegistrationRow(
        project=project.id,
        name=project.name,
        registered=registered,
        started=started,
        papers=papers,
        opens=None if registered else opens,
        closes=None if registered else closes,
    )


def _paper(run: Run, project: Project, kind: Proof) -> Paper:
    """There when it was handed in, or the node that yields it is done; a photo is taken once works begin."""
    steps = {"filing_document": FILINGS, "construction_contract": ("D9",), "site_photo": ("F0",)}[kind]
    node = _node(run, project, tuple(f"{project.id}/{step}" for step in steps))
    given = any(item.kind == kind for item in project.evidence)
    done = kind != "site_photo" and node is not None and node.state == "done"
    planned = node.planned.finish if node and node.planned else None
    return Paper(kind, given or done, node.node if node else None, planned, node.p80 if node else None)


def _node(run: Run, project: Project, names: tuple[str, ...]) -> Node | None:
    known = {node.id: node for node in run.forecast.project(project.id).nodes}
    return next((known[name] for name in names if name in known), None)


def works_begun(events: Events, project: Project) -> date | None:
    """First day of site works; None where none has begun."""
    status = events.assembly.status
    begun = [
        status[spec.id].start or status[spec.id].finish
        for spec in events.specs(project.id)
        if spec.kind == "construction" and spec.id in status
    ]
    return min((day for day in begun if day is not None), default=None)
