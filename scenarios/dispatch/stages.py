"""Where each project stands in its life (在谈 ... 达效), and the one event to push next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from scenarios.dispatch.starts import counted_start, works_begun
from scenarios.events import Events
from scenarios.forecast import Run
from scenarios.results import Light, Node
from scenarios.schema import Event, Label, Project
from simulation.statistics import Probability

Stage: TypeAlias = Literal[
    "in_talks",
    "preparing",
    "signed",
    "landed",
    "started",
    "building",
    "completed",
    "producing",
    "full_effect",
]
"""在谈, 前期 (a project without an agreement to sign), 签约, 落地, 开工, 在建, 竣工, 投产, 达效."""

_NEXT: dict[Stage, tuple[Event, ...]] = {
    "in_talks": ("signing",),
    "preparing": ("landing", "start"),
    "signed": ("landing", "start"),
    "landed": ("start",),
    "started": ("completion",),
    "building": ("completion",),
    "completed": ("production",),
    "producing": ("full_effect",),
    "full_effect": (),
}
"""在谈抓签约、签约抓开工、开工抓进度、竣工抓投产、投产抓提升."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """Where one project stands.

    Attributes
    ----------
    since : date or None
        By this day it had come there, as far as progress tells.
    registered : date or None
        By this day it was in the statistics (入库纳统).
    next_event : str or None
        The event to push; None where the plan leads to none.
    planned, p80, deadline : date or None
        Of that event's last node.
    on_time : Probability or None
        Of that node by its own deadline.
    """

    project: str
    name: Label
    stage: Stage
    since: date | None
    registered: date | None
    next_event: Event | None
    node: str | None
    planned: date | None
    p80: date | None
    deadline: date | None
    on_time: Probability | None
    light: Light | None


def stages(run: Run) -> tuple[StageRow, ...]:
    """A row for each project, in the order of the scenario.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 20}))
    >>> [(row.project, row.stage, row.next_event) for row in stages(run)][::4]
    [('S1', 'in_talks', 'signing'), ('S5', 'landed', 'start')]
    """
    return tuple(_row(run, project) for project in run.scenario.projects)


def stage_of(events: Events, project: Project) -> tuple[Stage, date | None]:
    """The stage a project has reached and by when it had; a start counts by its evidence."""
    reached: list[tuple[Stage, date]] = []
    steps: tuple[tuple[Event, Stage], ...] = (
        ("signing", "signed"),
        ("landing", "landed"),
        ("start", "started"),
        ("completion", "completed"),
        ("production", "producing"),
        ("full_effect", "full_effect"),
    )
    for event, stage in steps:
        when = counted_start(events, project) if event == "start" else events.happened(project.id, event)
        if when is not None:
            reached.append((stage, when))
            if event == "start" and (begun := works_begun(events, project)):
                reached.append(("building", max(begun, when)))
    if reached:
        return reached[-1]
    return ("in_talks" if events.nodes(project.id, "signing") else "preparing"), None


def _row(run: Run, project: Project) -> StageRow:
    events = run.events
    stage, since = stage_of(events, project)
    event = next((item for item in _NEXT[stage] if events.ahead(project.id, item)), None)
    node = _last_node(run, project, event) if event else None
    return StageRow(
        project=project.id,
        name=project.name,
        stage=stage,
        since=since,
        registered=events.happened(project.id, "registration"),
        next_event=event,
        node=node.node if node else None,
        planned=node.planned.finish if node and node.planned else None,
        p80=node.p80 if node else None,
        deadline=node.deadline if node else None,
        on_time=node.on_time if node else None,
        light=node.light if node else None,
    )


def _last_node(run: Run, project: Project, event: Event) -> Node:
    nodes = [run.forecast.node(name) for name in run.events.nodes(project.id, event)]
    return max((node for node in nodes if node.state != "done"), key=lambda node: node.shown.finish)
