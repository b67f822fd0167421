"""Days lost: what the delay of each project is made of, step by step, in sums that add up exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TypeAlias

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import FINISH_MILESTONE, WORK, Id, Network
from simulation.coupling import binding_resources
from simulation.maxplus import Flags, lower_bounds
from simulation.monte_carlo import played_again, played_as_planned
from simulation.record import members
from simulation.result import SimulationResult
from simulation.risks import Cause
from simulation.sampling import Draws, redraw
from simulation.simulator import Run
from simulation.statistics import UNFINISHED, Slots

Progress: TypeAlias = Callable[[int, int], None]

CALENDAR = Cause("calendar", None)
"""Planned work that takes longer (shorter) because it lies in another season."""
SLACK = Cause("slack", None)
"""Room between steps: waits that a delay takes up (negative), and waits for links beyond the planned ones."""


@dataclass(frozen=True, slots=True)
class DaysLost:
    """Elapsed slots by which a project finishes later than at planning values, and to what they are lost.

    Attributes
    ----------
    project : hashable
    planned : int
        Its finish when everything takes its planning value, as a boundary.
    replications : int
        Those in which it finishes; only they count.
    total : int
        Sum over them of finish less `planned`; what they finish earlier counts negative.
    by_cause : mapping of Cause to int
        Parts of `total`, which they add up to: "work" and "rework" of an activity, "factor", "resource" (a
        tuple of them where an activity asks for several that can bind), :data:`CALENDAR` and :data:`SLACK`.
    """

    project: Id
    planned: int
    replications: int
    total: int
    by_cause: Mapping[Cause, int]

    @property
    def mean(self) -> float:
        """Slots lost a replication."""
        return self.total / self.replications if self.replications else 0.0

    @property
    def ranked(self) -> tuple[tuple[Cause, float], ...]:
        """Slots lost a replication to each cause, the costliest first."""
        means = ((cause, slots / self.replications) for cause, slots in self.by_cause.items() if slots)
        return tuple(sorted(means, key=lambda item: (-item[1], str(item[0]))))


def days_lost(
    result: SimulationResult,
    *,
    replications: range | None = None,
    progress: Progress | None = None,
) -> dict[Id, DaysLost]:
    """Play the replications of a result again and split the delay of each project into its causes.

    From the activity that finishes last a chain goes back over the links that put each of its steps where it
    lies. The lateness of a step's finish is that of the event before it, plus what is longer than in the
    planned run in between, namely the wait for a factor, the queue for a resource, the work and its rework.
    So all of them telescope to the lateness of the finish, in every replication and without a remainder.

    Parameters
    ----------
    result : SimulationResult
    replications : range, optional
        Other numbers than those of the result.
    progress : callable, optional
        Called with (replications done, replications in all).

    Returns
    -------
    dict of project to DaysLost

    Raises
    ------
    InputError
        If at planning values a project never finishes: there is nothing to compare with.

    Notes
    -----
    A wait counts for what comes on top of the step before it: a factor that arrives 30 days late costs 10
    where the permit before it came 20 late. What it would bring if one cause vanished is another question,
    which :func:`simulation.causes.cause_gains` answers. The planned run takes every planning value and has
    the same order, start rule and resources. Of predecessors that bind alike the first counts, of factors the
    last to arrive. A driver's effect counts as work.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation import Fixed, RiskModel, simulate
    >>> graph = nx.DiGraph()
    >>> graph.add_nodes_from([("permit", {"duration": 10}), ("build", {"duration": 30})])
    >>> graph.add_edge("permit", "build")
    >>> risks = RiskModel(work={"permit": Fixed(14), "build": Fixed(29)})
    >>> lost = days_lost(simulate(compile_network(graph), risks=risks, replications=2))[None]
    >>> lost.mean, [(cause.id, mean) for cause, mean in lost.ranked]
    (3.0, [('permit', 4.0), ('build', -1.0)])
    """
    net = result.network
    usual = played_as_planned(result)
    planned = _Steps(net, usual, usual.draws.work)
    numbers = result.replications if replications is None else replications
    finish = {k: planned.last(k)[1] for k in range(len(net.projects))}
    for k, ends in finish.items():
        if ends[0] == UNFINISHED:
            raise InputError(
                f"project '{net.projects[k]}' never finishes, even at planning values: see `unfinished`. "
                "Raise a capacity or lower a demand."
            )
    counts, done = Counter[int](), 0
    sums: dict[int, Counter[Cause]] = {k: Counter() for k in finish}
    for run in played_again(result, numbers):
        chains = _Chains(_Steps(net, run, without_rework(result, run.draws)), planned)
        for k in finish:
            counts[k] += chains.follow(k, sums[k])
        done += len(run.draws.work)
        if progress:
            progress(done, len(numbers))
    return {
        net.projects[k]: DaysLost(net.projects[k], int(ends[0]), counts[k], sum(sums[k].values()), sums[k])
        for k, ends in finish.items()
    }


@dataclass(frozen=True, slots=True)
class _Step:
    """One activity in some replications: boundaries in rising order, and what it waits for."""

    ready: Ints
    """Where its links let it begin."""
    supplied: Ints
    """Where its factors do, too."""
    asked: Ints
    """Where it asks for its units."""
    start: Ints
    usual: Ints
    """Where its planning work would end."""
    worked: Ints
    """Where its work without rework ends."""
    reworked: Ints
    """Where all its work ends."""
    finish: Ints
    driver: Ints
    """Which of its links puts it there; -1: none."""
    factor: Ints
    """Which factor it waits for; -1: none."""
    held: Flags
    """Whether that link bounds its finish."""


class _Steps:
    """Steps of a block of replications."""

    def __init__(self, network: Network, run: Run, smooth: Slots) -> None:
        self.net, self.run, self.smooth = network, run, smooth
        self.lower = lower_bounds(self.net, run.floor)
        self.known: dict[int, _Step] = {}
        self.members = members(network)
        self.gates: list[list[int]] = [[] for _ in self.net.ids]
        for k, gate in enumerate(self.net.gates):
            for i in gate.gates:
                self.gates[i].append(k)

    def event(self, i: int, finish: bool, rows: Ints) -> Ints:
        """Start or finish of an activity."""
        dates = self.run.dates
        event: Ints = (dates.finish if finish else dates.start)[rows, i].astype(np.int64)
        return event

    def last(self, k: int) -> tuple[Ints, Ints]:
        """The activity that finishes a project last, and when."""
        inside = np.array(self.members[k], dtype=np.int64)
        finish = self.run.dates.finish[:, inside]
        at = finish.argmax(axis=1)
        return inside[at], finish[np.arange(len(at)), at].astype(np.int64)

    def step(self, i: int, rows: Ints) -> _Step:
        """One activity in the replications of some rows."""
        net, table, kind = self.net, self.net.tables[i], self.net.kind[i]
        work, start, finish = (
            self.run.draws.work[rows, i],
            *(self.event(i, ends, rows) for ends in (False, True)),
        )
        begin, driver, end, holder = self.bounds(i, rows)
        supply, factor = begin, np.full(len(rows), -1)
        for k in self.gates[i]:
            arrival = self.run.draws.arrivals[rows, k]
            factor, supply = np.where(arrival > supply, k, factor), np.maximum(arrival, supply)
        ready, supplied = (
            bound if kind == FINISH_MILESTONE else table.next_start_array(bound) for bound in (begin, supply)
        )
        asked = supplied
        if end is not None and kind == WORK:
            asked = np.maximum(supplied, table.earliest_start_array(end, work))
        elif end is not None:
            asked = np.maximum(supply, end)
            asked = asked if kind == FINISH_MILESTONE else table.next_start_array(asked)
        if net.started(i):
            start = ready
        works = (np.full(len(rows), net.work[i]), self.smooth[rows, i], work)
        usual, worked, reworked = (
            table.finish_array(start, slots) if kind == WORK else start for slots in works
        )
        held = (asked > supplied) | (finish > reworked)
        asked = np.minimum(asked, start)
        supplied = np.minimum(supplied, asked)
        ready = np.minimum(ready, supplied)
        return _Step(
            ready,
            supplied,
            asked,
            start,
            usual,
            worked,
            reworked,
            finish,
            np.where(held, holder, driver),
            factor,
            held,
        )

    def first(self, i: int) -> _Step:
        """One activity in the first replication."""
        if i not in self.known:
            self.known[i] = self.step(i, np.zeros(1, dtype=np.int64))
        return self.known[i]

    def bounds(self, i: int, rows: Ints) -> tuple[Ints, Ints, Ints | None, Ints]:
        """What bounds start and finish, and which links into the activity do; -1 for other bounds."""
        begin, driver = np.full(len(rows), self.lower[i], dtype=np.int64), np.full(len(rows), -1)
        least = self.net.finish_from.get(i)
        end = None if least is None else np.full(len(rows), least, dtype=np.int64)
        holder = driver
        for e, link in enumerate(self.net.into[i]):
            event = self.event(link.pred, link.from_finish, rows)
            # A lead may have let it start before an activity that then never does.
            bound = np.where(event == UNFINISHED, self.event(i, False, rows), event)
            bound = link.table.shift_array(bound, link.lag) if link.lag else bound
            bound = np.where(event == UNFINISHED, 0, bound)
            if not link.to_finish:
                driver = np.where((bound > begin) | ((bound == begin) & (driver < 0)), e, driver)
                begin = np.maximum(begin, bound)
            elif end is None:
                end, holder = bound, np.full(len(rows), e)
            else:
                end, holder = np.maximum(end, bound), np.where(bound > end, e, holder)
        return begin, driver, end, holder


class _Chains:
    """Follows the chains of projects from their finish back, through all replications of a block at once."""

    def __init__(self, drawn: _Steps, planned: _Steps) -> None:
        self.net, self.drawn, self.planned = drawn.net, drawn, planned
        self.sums = Counter[Cause]()
        self.binding = binding_resources(self.net)
        self.rank = {i: at for at, i in enumerate(self.net.order)}
        self.pending: dict[int, list[tuple[Ints, bool]]] = {}
        self.queue: list[tuple[int, int]] = []

    def follow(self, k: int, sums: Counter[Cause]) -> int:
        """Add up what a project loses; the number of replications in which it finishes."""
        self.sums = sums
        last, finish = self.drawn.last(k)
        (_, (planned,)) = self.planned.last(k)
        known = finish != UNFINISHED
        for i in np.unique(last[known]).tolist():
            rows = np.flatnonzero(known & (last == i))
            self.add(SLACK, (self.planned.event(i, True, np.zeros(1, np.int64)) - planned).repeat(len(rows)))
            self.go_on(i, True, rows)
        while self.queue:
            _, i = heappop(self.queue)
            for rows, at_finish in self.pending.pop(i):
                self.pass_through(i, rows, at_finish)
        return int(np.count_nonzero(known))

    def go_on(self, i: int, at_finish: bool, rows: Ints) -> None:
        """Come to an event of an activity; facts end a chain."""
        if len(rows) and not self.net.fact(i, at_finish):
            if i not in self.pending:
                self.pending[i] = []
                heappush(self.queue, (-self.rank[i], i))
            self.pending[i].append((rows, at_finish))

    def add(self, cause: Cause, slots: Ints) -> None:
        """Note what a cause takes in some replications."""
        if total := int(slots.sum()):
            self.sums[cause] += total

    def pass_through(self, i: int, rows: Ints, at_finish: bool) -> None:
        """Note what is lost at one activity and go on to what put it there."""
        mine, plan = self.drawn.step(i, rows), self.planned.first(i)
        self.add(self.queued(i), (mine.start - mine.asked) - (plan.start - plan.asked))
        held = mine.held
        if at_finish:
            late, lead = mine.finish - plan.finish, (self.net.lead_factors or {}).get(i)
            work = Cause("work", self.net.ids[i]) if lead is None else Cause("factor", lead)
            free = ~held
            self.add(work, ((mine.worked - mine.usual) - (plan.worked - plan.usual))[free])
            self.add(Cause("rework", self.net.ids[i]), (mine.reworked - mine.worked)[free])
            self.add(CALENDAR, ((mine.usual - mine.start) - (plan.usual - plan.start))[free])
            self.add(SLACK, ((mine.finish - mine.reworked) - (plan.finish - plan.reworked))[free])
        else:
            late = mine.start - plan.start
        self.add(SLACK, ((mine.asked - mine.supplied) - (plan.asked - plan.supplied))[~held])
        for step, sign in ((mine, 1), (plan, -1)):
            waited = sign * np.broadcast_to(step.supplied - step.ready, rows.shape)[~held]
            factor = np.broadcast_to(step.factor, rows.shape)[~held]
            for k in np.unique(factor[waited != 0]).tolist():
                self.add(Cause("factor", self.net.gates[k].id), waited[factor == k])
        before = np.where(
            held, late - ((mine.start - mine.asked) - (plan.start - plan.asked)), mine.ready - plan.ready
        )
        for e in np.unique(mine.driver).tolist():
            here = mine.driver == e
            if e < 0:
                self.add(SLACK, before[here])
                continue
            link = self.net.into[i][e]
            one = self.drawn.event(link.pred, link.from_finish, rows[here])
            other = self.planned.event(link.pred, link.from_finish, np.zeros(1, dtype=np.int64))
            self.add(SLACK, before[here] - (one - other))
            self.go_on(link.pred, link.from_finish, rows[here])

    def queued(self, i: int) -> Cause:
        """What an activity waits for that its links and factors let start."""
        names = tuple(self.net.resources[k].id for k, _ in self.net.demand[i] if k in self.binding)
        if not names:
            return SLACK
        return Cause("resource", names if len(names) > 1 else names[0])


def without_rework(result: SimulationResult, draws: Draws) -> Slots:
    """Drawn work without rework."""
    calm = result.risks
    for name in calm.rework:
        calm = calm.without(("rework", name))
    return redraw(result.network, draws, result.risks, calm, result.seed).work
