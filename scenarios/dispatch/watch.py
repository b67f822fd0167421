"""What to look at on site: stalled projects, claims ahead of evidence, unannounced visits (四不两直)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal, TypeAlias

from scenarios.dispatch.starts import start_of
from scenarios.events import Events
from scenarios.expand import NodeSpec
from scenarios.fields import day_of
from scenarios.results import Light
from scenarios.schema import Event, Label, Project
from scenarios.schema.dispatch import Proof

Reason: TypeAlias = Literal["claim", "refuted", "stalled", "red", "routine"]
PROOFS: dict[Event, tuple[Proof, ...]] = {
    "start": ("permanent_piling", "controlling_works"),
    "registration": ("filing_document", "construction_contract", "site_photo"),
}
"""What proves a claim: one of these for a start, all of them for a registration."""
_WEIGHTS: dict[Reason, float] = {"refuted": 6, "claim": 4, "stalled": 3, "red": 2, "routine": 1}
"""How much more often a project is visited for each reason; expert judgement."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """A project in which no node began or ended for long (原地踏步).

    Attributes
    ----------
    last : date
        The last day on which something did.
    days : int
        Days since then.
    waiting : tuple of Label
        Nodes in progress, else those that could begin.
    """

    project: str
    name: Label
    last: date
    days: int
    waiting: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class UnprovedClaim:
    """An event that was reported without what proves it.

    Attributes
    ----------
    missing : tuple of str
        Proofs that would do: any of them for a start, all for a registration, none listed for other events,
        which a site check confirms.
    refuted : date or None
        A visit since the claim that did not find it (虚报).
    """

    project: str
    name: Label
    event: Event
    claimed: date
    missing: tuple[Proof, ...]
    refuted: date | None


@dataclass(frozen=True, slots=True)
class Visit:
    """An unannounced visit to make.

    Attributes
    ----------
    reason : str
        The weightiest reason: ``refuted``, ``claim``, ``stalled``, ``red`` or ``routine``.
    evening : bool
        Whether to go in the evening (白天看进度，晚上看人员机械).
    """

    project: str
    name: Label
    reason: Reason
    evening: bool


def stalled(events: Events) -> tuple[Stalled, ...]:
    """Projects in which nothing moved for as long as the scenario's rules say; the longest first.

    Projects that are finished as far as their plan goes are none.
    """
    scenario = events.assembly.scenario
    today, most = day_of(scenario.data_date), scenario.rules.stalled_days
    status = events.assembly.status
    found = []
    for project in scenario.projects:
        specs = events.specs(project.id)
        known = [(spec, status[spec.id]) for spec in specs if spec.id in status]
        days = [day_of(day) for _, item in known for day in (item.start, item.finish) if day]
        finished = {spec.id for spec, item in known if item.finish is not None}
        idle = (today - max(days)).days if days else 0
        if idle > most and len(finished) < len(specs):
            going = tuple(spec.name for spec, item in known if item.finish is None)
            waiting = going or _ready(specs, finished)
            found.append(Stalled(project.id, project.name, max(days), idle, waiting))
    return tuple(sorted(found, key=lambda row: (-row.days, row.project)))


def unproved_claims(events: Events) -> tuple[UnprovedClaim, ...]:
    """Claims that run ahead of what proves them; refuted ones first."""
    found = []
    for project in events.assembly.scenario.projects:
        for claim in project.claims:
            missing = _missing(events, project, claim.event)
            visits = [
                item for item in project.checks if item.event == claim.event and item.date >= claim.date
            ]
            last = max(visits, key=lambda item: item.date, default=None)
            refuted = last.date if last and not last.confirmed else None
            confirmed = last is not None and last.confirmed
            proved = not missing if claim.event in PROOFS else events.happened(project.id, claim.event)
            if refuted or not (proved or confirmed):
                found.append(
                    UnprovedClaim(project.id, project.name, claim.event, claim.date, missing, refuted)
                )
    return tuple(sorted(found, key=lambda row: (row.refuted is None, row.project)))


def site_checks(
    events: Events, count: int, *, lights: Mapping[str, Light | None] | None = None
) -> tuple[Visit, ...]:
    """A plan of visits, drawn with the scenario's seed and data date: the same for the same status.

    The weightier the reason, the likelier the visit: drawn by weight without replacement (the greatest
    u^(1/w) are taken; Efraimidis and Spirakis 2006).

    Parameters
    ----------
    events : Events
    count : int
        Visits; never more than there are projects.
    lights : mapping, optional
        Lights of projects, where a forecast is at hand.
    """
    scenario = events.assembly.scenario
    claims = unproved_claims(events)
    refuted = {row.project for row in claims if row.refuted}
    claimed = {row.project for row in claims}
    idle = {row.project for row in stalled(events)}
    drawn = []
    for project in scenario.projects:
        name = project.id
        reason: Reason = "routine"
        if name in refuted:
            reason = "refuted"
        elif name in claimed:
            reason = "claim"
        elif name in idle:
            reason = "stalled"
        elif lights is not None and lights.get(name) == "red":
            reason = "red"
        key = f"{scenario.seed}/{scenario.data_date}/{name}"
        drawn.append((_uniform(key) ** (1 / _WEIGHTS[reason]), name, project.name, reason))
    drawn.sort(key=lambda item: (-item[0], item[1]))
    return tuple(
        Visit(name, label, reason, evening=k % 2 == 1)
        for k, (_, name, label, reason) in enumerate(drawn[:count])
    )


def _missing(events: Events, project: Project, event: Event) -> tuple[Proof, ...]:
    given = {item.kind for item in project.evidence}
    if event == "start":
        return () if start_of(events, project).kind == "substantive" else PROOFS["start"]
    return tuple(proof for proof in PROOFS.get(event, ()) if proof not in given)


def _ready(specs: list[NodeSpec], finished: set[str]) -> tuple[Label, ...]:
    """Nodes that wait for no other node."""
    known = {spec.id for spec in specs}
    return tuple(
        spec.name
        for spec in specs
        if spec.id not in finished
        and all(link.id in finished for link in spec.predecessors if link.id in known)
    )


def _uniform(key: str) -> float:
    """A number in (0, 1) from a text."""
    return (int.from_bytes(sha256(key.encode()).digest()[:7], "big") + 0.5) / 2**56
