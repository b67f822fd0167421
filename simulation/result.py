"""What a simulation found: dates of all replications and what they say about deadlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Id, Link, Network
from scheduling.plan import Plan
from simulation.coupling import binding_resources
from simulation.histograms import Histograms
from simulation.maxplus import Flags, needed
from simulation.record import Record
from simulation.risks import RiskModel
from simulation.statistics import (
    UNFINISHED,
    NumberOnTime,
    Probability,
    Slots,
    interval_ranks,
    quantile,
    quantile_interval,
    required_count,
)


class BrokenLink(NamedTuple):
    """A lead or maximum lag that resources (or facts, or drawn work) broke."""

    pred: Id
    succ: Id
    type: str
    lag: int
    maximum: bool
    replications: int


class Wait(NamedTuple):
    """How activities waited for a resource that can bind, from their ready slot to their start.

    One that asks for several resources counts with its whole wait for each of them. What a replication never
    starts is left out.

    Attributes
    ----------
    mean : float
        Slots an activity, over all replications.
    total : float
        Slots of all activities together, a replication.
    """

    mean: float
    total: float


@dataclass(frozen=True)
class SimulationResult:
    """Dates of all replications, and enough to play each of them again.

    Large results hold exact counts of all dates instead of the dates (``keep`` of
    :func:`simulation.monte_carlo.simulate`). Only :attr:`start` and :attr:`finish` then have no answer.

    What a project has not finished when it is cancelled counts as late; `cancellations=False` leaves
    cancellations out. Deadlines of done activities are judged as facts.

    Attributes
    ----------
    network : Network
    plan : Plan or None
    risks : RiskModel
    record : Record
        What is kept of the dates.
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
    waited : array of int, shape (replications, resources)
        Slots from ready slot to start, over the activities that asked for each resource that can bind.
    broken : tuple of BrokenLink
        Leads and maximum lags that break, with the number of replications.
    replayed : int
        Replications run through SimPy again, which found the same dates.
    """

    network: Network
    plan: Plan | None
    risks: RiskModel
    record: Record
    engine: str
    start_rule: str
    seed: int
    replications: range
    cancelled: Ints
    overtaking: Ints
    waited: Ints
    broken: tuple[BrokenLink, ...]
    replayed: int = 0

    def _position(self, activity: Id) -> int:
        if activity not in self.network.index:
            raise InputError(f"activity '{activity}' does not exist. Correct the id.")
        return self.network.index[activity]

    def _project(self, project: Id) -> int:
        if project not in self.network.projects:
            raise InputError(f"project '{project}' does not exist. Correct the id.")
        return self.network.projects.index(project)

    @property
    def start(self) -> Slots:
        """Start of each activity, shape (replications, activities).

        :data:`~simulation.statistics.UNFINISHED` for what a replication never starts.

        Raises
        ------
        InputError
            Where only counts are kept.
        """
        return self._kept(self.record.start)

    @property
    def finish(self) -> Slots:
        """Finish of each activity; else as :attr:`start`."""
        return self._kept(self.record.finish)

    def _kept(self, dates: Slots | None) -> Slots:
        if dates is None:
            raise InputError(
                f"the dates of {len(self.replications)} replications of {len(self.network)} activities are "
                "kept as counts. Ask for `date`, `histogram` or `project_finish`, replay one replication, or "
                "simulate with keep='all'."
            )
        return dates

    @cached_property
    def starts(self) -> Histograms:
        """How often each activity starts at each boundary."""
        return self.record.counts[0] if self.record.counts else Histograms.of(self.start)

    @cached_property
    def finishes(self) -> Histograms:
        """How often each activity finishes at each boundary."""
        return self.record.counts[1] if self.record.counts else Histograms.of(self.finish)

    def project_finish(self, project: Id) -> Slots:
        """Last finish of a project, one boundary a replication.

        :data:`~simulation.statistics.UNFINISHED` where one of its activities never finishes.

        Raises
        ------
        InputError
            If there is no such project.
        """
        finish: Slots = self.record.project_finish[:, self._project(project)]
        return finish

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
        finish = self.record.judged[i]
        met: Flags = finish <= self.network.deadlines[i].bound
        if cancellations and not self.network.done(i):
            met = met & (finish <= self.cancelled[:, self.network.project[i]])
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
        k = self._project(project)
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

        Raises
        ------
        InputError
            If there is no such activity, or `p` is out of range.
        """
        return self._date_at(self._position(activity), required_count(p, len(self.replications)))

    def dates(self, p: float) -> Mapping[Id, Any]:
        """:meth:`date` of every activity."""
        return self._dates_at(required_count(p, len(self.replications)))

    def date_interval(self, activity: Id, p: float, confidence: float = 0.95) -> tuple[Any, Any]:
        """Interval of :meth:`date`, by :func:`simulation.statistics.quantile_interval`; None is no bound."""
        i = self._position(activity)
        low, high = interval_ranks(len(self.replications), p, confidence)
        return self._date_at(i, low), self._date_at(i, high)

    def date_intervals(self, p: float, confidence: float = 0.95) -> tuple[Mapping[Id, Any], Mapping[Id, Any]]:
        """Low and high ends of the intervals of every activity's :meth:`date`."""
        lower, upper = interval_ranks(len(self.replications), p, confidence)
        return self._dates_at(lower), self._dates_at(upper)

    def _date_at(self, i: int, rank: int | None) -> Any:
        at = UNFINISHED if rank is None else self.finishes.boundary(i, rank)
        return None if at == UNFINISHED else self.network.show_finish(i, at)

    def _dates_at(self, rank: int | None) -> Mapping[Id, Any]:
        ids = self.network.ids
        if rank is None:
            return dict.fromkeys(ids)
        return {
            name: None if at == UNFINISHED else self.network.show_finish(i, at)
            for i, (name, at) in enumerate(zip(ids, self.finishes.at_rank(rank).tolist(), strict=True))
        }

    def histogram(self, activity: Id) -> Mapping[Any, int]:
        """Finish dates of an activity in order of time, each with its number of replications.

        Raises
        ------
        InputError
            If there is no such activity.
        """
        i = self._position(activity)
        return {self.network.show_finish(i, at): count for at, count in self.finishes.of_activity(i)}

    def project_date(self, project: Id, p: float) -> Any:
        """Smallest date by which a share of the replications has finished a project; else as :meth:`date`."""
        return self._shown(quantile(self.project_finish(project), p))

    def project_interval(self, project: Id, p: float, confidence: float = 0.95) -> tuple[Any, Any]:
        """Interval of :meth:`project_date`."""
        low, high = quantile_interval(self.project_finish(project), p, confidence)
        return self._shown(low), self._shown(high)

    def _shown(self, boundary: int | None) -> Any:
        axis = self.network.axis
        return boundary if boundary is None or axis is None else axis.finish_date(boundary)

    @cached_property
    def width(self) -> float:
        """Width of the widest interval of a project's on-time probability; 0 without any deadline ahead."""
        found = map(self.project_on_time, self.judged_projects)
        return max((probability.high - probability.low for probability in found), default=0.0)

    @cached_property
    def waits(self) -> Mapping[Id, Wait]:
        """Mean wait for each resource that can bind."""
        net, count = self.network, len(self.replications)
        found = {}
        for k in sorted(binding_resources(net)):
            users = [
                i for i, row in enumerate(net.demand) if not net.started(i) and k in (item[0] for item in row)
            ]
            asked = count * len(users) - int(self.starts.never[users].sum())
            slots = int(self.waited[:, k].sum())
            found[net.resources[k].id] = Wait(slots / asked if asked else 0.0, slots / count)
        return found

    @cached_property
    def unfinished(self) -> Mapping[Id, int]:
        """Activities that never finish for want of units, with the number of replications."""
        return self._counted(self.finishes.never)

    @cached_property
    def deadlocked(self) -> Mapping[Id, int]:
        """Those of :attr:`unfinished` that started: they hold units and wait for one another by FF or SF."""
        return self._counted(self.finishes.never - self.starts.never)

    def _counted(self, counts: Ints) -> Mapping[Id, int]:
        return {name: count for name, count in zip(self.network.ids, counts.tolist(), strict=True) if count}


def joined(parts: Sequence[SimulationResult]) -> SimulationResult:
    """One result of several that differ in nothing but their replications, in this order.

    Parameters
    ----------
    parts : sequence of SimulationResult
        At least one, whose replications together make a range.

    Raises
    ------
    InputError
        When the replications leave a gap.
    """
    ranges = [part.replications for part in parts]
    first, step = ranges[0].start, ranges[0].step
    ends = [each.start + each.step * len(each) for each in ranges]
    if {each.step for each in ranges} != {step} or [each.start for each in ranges[1:]] != ends[:-1]:
        raise InputError("the replications of these results make no range. Join them in order, without gaps.")
    return replace(
        parts[0],
        record=Record.joined([part.record for part in parts]),
        replications=range(first, ends[-1], step),
        cancelled=np.concatenate([part.cancelled for part in parts]),
        overtaking=np.concatenate([part.overtaking for part in parts]),
        waited=np.concatenate([part.waited for part in parts]),
        broken=merged_links(link for part in parts for link in part.broken),
        replayed=sum(part.replayed for part in parts),
    )


def merged_links(links: Iterable[BrokenLink]) -> tuple[BrokenLink, ...]:
    """Replications of the same link added up."""
    counts = Counter[BrokenLink]()
    for link in links:
        counts[link._replace(replications=0)] += link.replications
    return _in_order(link._replace(replications=count) for link, count in counts.items())


def _in_order(links: Iterable[BrokenLink]) -> tuple[BrokenLink, ...]:
    """By id, whatever broke first."""
    return tuple(sorted(links, key=lambda link: (str(link.pred), str(link.succ), *link[2:])))


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
    return _in_order(
        BrokenLink(ids[link.pred], ids[link.succ], link.type, link.lag, link.maximum, count)
        for link, count in counts.items()
    )
