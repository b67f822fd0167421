"""What a simulation found: dates of every replication and what they say about deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Id, Link, Network
from simulation.maxplus import Flags, needed
from simulation.statistics import UNFINISHED, NumberOnTime, Probability, Slots, quantile, required_count


class BrokenLink(NamedTuple):
    """A lead or maximum lag that resources (or facts, or drawn work) broke."""

    pred: Id
    succ: Id
    type: str
    lag: int
    maximum: bool
    replications: int


@dataclass(frozen=True)
class SimulationResult:
    """Dates of every replication.

    What a project has not finished when it is cancelled counts as late; `cancellations=False` leaves
    cancellations out. Deadlines of done
    activities are judged as facts.

    Attributes
    ----------
    network : Network
    start, finish : array of int, shape (replications, activities)
        Boundaries; :data:`~simulation.statistics.UNFINISHED` for what a replication never starts (finishes).
    engine : str
        "events" where a resource can bind, else "maxplus"; "simpy" where asked for.
    start_rule : str
        "asap" or "plan".
    seed : int
    replications : range
        Numbers of the replications.
    cancelled : array of int, shape (replications, projects)
        Last boundary at which each project still lives;
        :data:`~simulation.statistics.UNFINISHED` where it is never cancelled.
    overtaking : array of int, shape (replications,)
        Longest wait from ready slot to start of an activity that another one behind it in the order overtook.
    broken : tuple of BrokenLink
        Leads and maximum lags that break, with the number of replications.
    replayed : int
        Replications run through SimPy again, which found the same dates.
    """

    network: Network
    start: Slots
    finish: Slots
    engine: str
    start_rule: str
    seed: int
    replications: range
    cancelled: Ints
    overtaking: Ints
    broken: tuple[BrokenLink, ...]
    replayed: int = 0

    def _position(self, activity: Id) -> int:
        if activity not in self.network.index:
            raise InputError(f"activity '{activity}' does not exist. Correct the id.")
        return self.network.index[activity]

    def meets(self, activity: Id, *, cancellations: bool = True) -> Flags:
        """Whether an activity meets its deadline, one entry a replication.

        Raises
        ------
        InputError
            If there is no such activity, or it has no deadline.
        """
        i = self._position(activity)
        if i not in self.network.deadlines:
            raise InputError(f"activity '{activity}' has no deadline. Give one, or ask for its `date`.")
        met: Flags = self.finish[:, i] <= self.network.deadlines[i].bound
        if cancellations and not self.network.done(i):
            met = met & (self.finish[:, i] <= self.cancelled[:, self.network.project[i]])
        return met

    def on_time(self, project: Id, *, cancellations: bool = True) -> Flags:
        """Whether a project meets all deadlines of unfinished activities together, one entry a replication.

        Those of done activities are facts that no plan mends (:meth:`meets` tells). A project without
        deadlines ahead misses none.

        Raises
        ------
        InputError
            If there is no such project.
        """
        if project not in self.network.projects:
            raise InputError(f"project '{project}' does not exist. Correct the id.")
        k = self.network.projects.index(project)
        met = np.ones(len(self.replications), dtype=np.bool_)
        for i in self.network.deadlines:
            if self.network.project[i] == k and not self.network.done(i):
                met &= self.meets(self.network.ids[i], cancellations=cancellations)
        return met

    def probability(self, activity: Id, *, cancellations: bool = True) -> Probability:
        """On-time probability of an activity with a deadline; errors as :meth:`meets`."""
        return Probability.of(self.meets(activity, cancellations=cancellations))

    def project_on_time(self, project: Id, *, cancellations: bool = True) -> Probability:
        """Probability that a project meets all deadlines ahead together; errors as :meth:`on_time`."""
        return Probability.of(self.on_time(project, cancellations=cancellations))

    @cached_property
    def judged_projects(self) -> tuple[Id, ...]:
        """Projects that have a deadline ahead."""
        judged = {self.network.project[i] for i in self.network.deadlines if not self.network.done(i)}
        return tuple(project for k, project in enumerate(self.network.projects) if k in judged)

    def number_on_time(self, *, cancellations: bool = True) -> NumberOnTime:
        """Distribution of the number of projects on time, among those with deadlines ahead."""
        rows = [self.on_time(project, cancellations=cancellations) for project in self.judged_projects]
        return NumberOnTime.of(np.reshape(rows, (len(rows), len(self.replications))).T)

    def date(self, activity: Id, p: float) -> Any:
        """Smallest finish date that a share of the replications meets: P80 for ``p=0.8``.

        Returns
        -------
        date, number (without dated calendars) or None
            None when too few replications ever finish it. Cancellations do not count.
        """
        i = self._position(activity)
        return self.network.show_finish(i, quantile(self.finish[:, i], p))

    def dates(self, p: float) -> Mapping[Id, Any]:
        """:meth:`date` of every activity."""
        rank = required_count(p, len(self.replications)) - 1
        row = np.partition(self.finish, rank, axis=0)[rank].tolist()
        return {
            name: None if row[i] == UNFINISHED else self.network.show_finish(i, row[i])
            for i, name in enumerate(self.network.ids)
        }

    @cached_property
    def unfinished(self) -> Mapping[Id, int]:
        """Activities that never finish for want of units, with the number of replications."""
        counts = np.count_nonzero(self.finish == UNFINISHED, axis=0).tolist()
        return {name: counts[i] for i, name in enumerate(self.network.ids) if counts[i]}

    @cached_property
    def deadlocked(self) -> Mapping[Id, int]:
        """Those of :attr:`unfinished` that started: they hold units and wait for one another by FF or SF."""
        held = (self.finish == UNFINISHED) & (self.start != UNFINISHED)
        counts = np.count_nonzero(held, axis=0).tolist()
        return {name: counts[i] for i, name in enumerate(self.network.ids) if counts[i]}


def count_broken(network: Network, start: Slots, finish: Slots) -> dict[Link, int]:
    """In how many replications each lead or maximum lag breaks; links that never do are left out."""
    maxima = set(network.maximum_links)
    counts: dict[Link, int] = {}
    for link in network.links:
        if link.maximum and link not in maxima:
            continue
        if not link.maximum and (link.lag >= 0 or _settled(network, link)):
            continue
        pred = (finish if link.from_finish else start)[:, link.pred]
        succ = (finish if link.to_finish else start)[:, link.succ]
        known = (pred != UNFINISHED) & (succ != UNFINISHED)
        pred, succ = pred[known], succ[known]
        if link.maximum:
            broken = int(np.count_nonzero(pred < needed(network, link, succ)))
        else:
            broken = int(np.count_nonzero(succ < link.table.shift_array(pred, link.lag)))
        if broken:
            counts[link] = broken
    return counts


def _settled(network: Network, link: Link) -> bool:
    """Whether a minimum lag can no longer break: one of its events is a fact."""
    return network.fact(link.pred, link.from_finish) or network.fact(link.succ, link.to_finish)


def named(network: Network, counts: Mapping[Link, int]) -> tuple[BrokenLink, ...]:
    """Broken links by id."""
    ids = network.ids
    return tuple(
        BrokenLink(ids[link.pred], ids[link.succ], link.type, link.lag, link.maximum, count)
        for link, count in counts.items()
    )
