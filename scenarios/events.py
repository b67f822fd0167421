"""Events that the dispatch room counts (签约 ... 达效): what has happened, and when the others will."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import get_args

import numpy as np
import numpy.typing as npt

from scenarios.assemble import Assembly
from scenarios.expand import NodeSpec
from scenarios.fields import day_of
from scenarios.schema import Event
from scheduling.network import START_MILESTONE
from simulation.result import SimulationResult

Bools = npt.NDArray[np.bool_]

EVENTS: tuple[Event, ...] = get_args(Event)
FILINGS = ("A4", "A8b")
"""Steps by which a project is filed or approved; landing (落地) asks for them beside the land."""


def _kind(kind: str) -> Callable[[list[NodeSpec]], list[str]]:
    return lambda specs: [spec.id for spec in specs if spec.kind == kind]


def _landing(specs: list[NodeSpec]) -> list[str]:
    land = [spec.id for spec in specs if spec.kind == "land"]
    return [spec.id for spec in specs if spec.node in FILINGS] + land if land else []


def _production(specs: list[NodeSpec]) -> list[str]:
    return _kind("production")(specs)[:1]


def _full_effect(specs: list[NodeSpec]) -> list[str]:
    return _kind("production")(specs)[1:]


_NODES: dict[Event, Callable[[list[NodeSpec]], list[str]]] = {
    "signing": _kind("signing"),
    "landing": _landing,
    "start": _kind("start"),
    "registration": _kind("registration"),
    "completion": _kind("completion"),
    "production": _production,
    "full_effect": _full_effect,
}
FIRST_COUNTS: tuple[Event, ...] = ("signing", "start", "registration")
"""Events that have happened with the first of their nodes; the others with the last."""


class Events:
    """When each event of each project happened, and in which replications it will have happened by a day.

    Examples
    --------
    >>> from scenarios.assemble import assemble
    >>> from scenarios.load import load_scenario
    >>> events = Events(assemble(load_scenario("district-1bn")))
    >>> events.nodes("C1", "completion"), events.happened("C1", "registration")
    (('C1/V3',), datetime.date(2021, 12, 20))
    """

    def __init__(self, assembly: Assembly, simulation: SimulationResult | None = None) -> None:
        self.assembly = assembly
        self.simulation = simulation

    def specs(self, project: str) -> list[NodeSpec]:
        """The planned nodes of a project."""
        return self._specs[project]

    @cached_property
    def _specs(self) -> dict[str, list[NodeSpec]]:
        found: dict[str, list[NodeSpec]] = {project.id: [] for project in self.assembly.scenario.projects}
        for spec in self.assembly.specs.values():
            found[spec.project].append(spec)
        return found

    def nodes(self, project: str, event: Event) -> tuple[str, ...]:
        """Ids of the nodes that make an event; empty where the project's plan has none."""
        return tuple(_NODES[event](self._specs[project]))

    def happened(self, project: str, event: Event) -> date | None:
        """The day by which it had happened, as far as progress tells; None where it has not."""
        nodes = self.nodes(project, event)
        if not nodes or not self._done(nodes, event):
            return None
        status = [self.assembly.status[name] for name in nodes if name in self.assembly.status]
        known = [day_of(item.finish) for item in status if item.finish is not None]
        return (min if event in FIRST_COUNTS else max)(known)

    def ahead(self, project: str, event: Event) -> bool:
        """Whether the project's plan leads to the event and it has not happened."""
        nodes = self.nodes(project, event)
        return bool(nodes) and not self._done(nodes, event)

    def by(self, project: str, event: Event, when: date) -> Bools:
        """Whether an event ahead happens by the end of a day, before any cancellation.

        Returns
        -------
        numpy.ndarray
            Bool, one entry a replication.
        """
        nodes = self.nodes(project, event)
        each = [self.node_by(name, when) for name in nodes]
        return np.asarray((np.any if event in FIRST_COUNTS else np.all)(each, axis=0), dtype=np.bool_)

    def _done(self, nodes: Iterable[str], event: Event) -> bool:
        net = self.assembly.network
        done = [net.done(net.index[name]) for name in nodes]
        return any(done) if event in FIRST_COUNTS else all(done)

    def node_by(self, name: str, when: date) -> Bools:
        net, i = self.assembly.network, self.assembly.network.index[name]
        assert self.simulation is not None, "a forecast has simulated"
        lives = self.simulation.cancelled[:, net.project[i]]
        happens: Bools = self.simulation.finish[:, i] <= np.minimum(self.bound(name, when), lives)
        return happens

    def bound(self, name: str, when: date) -> int:
        """Last boundary at which a node may happen by the end of a day; -1 before all time."""
        net, i = self.assembly.network, self.assembly.network.index[name]
        axis = net.axis
        assert axis is not None
        if day_of(when) < axis.first:
            return -1
        when = min(when, axis.last, key=day_of)
        return axis.last_start(when) if net.kind[i] == START_MILESTONE else axis.end_of(when)
