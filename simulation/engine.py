"""The reference engine: one replication after the other as discrete events of SimPy.

SimPy keeps the clock: one event for each instant in which something may happen. Everything of an instant is
then done in the order of SEMANTICS 22, never in an order of SimPy's own: completions, arrivals and milestones
to a fixpoint; one pass over the activities that ask, in the order (planned start, ready slot, id as text);
again while a pass started something.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from typing import Any, TypeAlias

import numpy as np
import simpy

from scheduling.calendar import Ints
from scheduling.errors import AxisError
from scheduling.network import FINISH_MILESTONE, WORK
from scheduling.places import finish_of, least_start
from simulation.dispatch import Dispatch, Step
from simulation.maxplus import EarlyDates
from simulation.statistics import UNFINISHED, Slots

Entry: TypeAlias = tuple[int, int, int]
"""Planned start, ready slot, activity (by id): the order in which activities ask."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """Dates under shared resources; arrays of shape (replications, activities).

    Attributes
    ----------
    start, finish : array of int
        Boundaries; UNFINISHED for what never gets its units, and for a finish that waits for ever.
    overtaking : array of int, shape (replications,)
        Longest wait from ready slot to start of an activity that one behind it in the order overtook.
    waited : array of int, shape (replications, resources)
        Slots from ready slot to start, over the activities that asked for each resource that can bind.
    """

    start: Slots
    finish: Slots
    overtaking: Ints
    waited: Ints


def dispatch(
    model: Dispatch,
    work: Slots,
    early: EarlyDates,
    rows: Iterable[int] | None = None,
    before: Dispatched | None = None,
) -> Dispatched:
    """Run replications through SimPy.

    Parameters
    ----------
    model : Dispatch
    work : array of int, shape (replications, activities)
    early : EarlyDates
        Of the same draws. Activities outside the model keep them.
    rows : iterable of int, optional
        Only these replications; the others are taken from `before`.
    before : Dispatched, optional

    Raises
    ------
    AxisError
        If a date leaves the calendars; the message names the activity.
    """
    start, finish = early.start.copy(order="F"), early.finish.copy(order="F")
    overtaking = np.zeros(len(work), dtype=np.int64)
    waited = np.zeros((len(work), len(model.held)), dtype=np.int64)
    members = list(model.activities)
    if before is not None:
        start[:, members], finish[:, members] = before.start[:, members], before.finish[:, members]
        overtaking[:], waited[:] = before.overtaking, before.waited
    unstarted = [k for k, i in enumerate(members) if not model.network.started(i)]
    columns = [members[k] for k in unstarted]
    works, earliest = np.ascontiguousarray(work[:, members]), np.ascontiguousarray(early.resume[:, members])
    for r in range(len(work)) if rows is None else rows:
        run = _Replication(model, works[r].tolist(), earliest[r].tolist())
        run.play()
        start[r, columns] = [_boundary(run.start[k]) for k in unstarted]
        finish[r, members] = [_boundary(value) for value in run.finish]
        overtaking[r], waited[r] = run.overtaking, run.waited
    return Dispatched(start, finish, overtaking, waited)


def _boundary(value: int | None) -> int:
    return UNFINISHED if value is None else value


class _Replication:
    """The state of one replication. An activity is *visited* when it may ask, resume, pass or finish."""

    def __init__(self, model: Dispatch, work: list[int], earliest: list[int]) -> None:
        count = len(work)
        self.model, self.net = model, model.network
        self.work, self.earliest = work, earliest
        self.bound = list(earliest)
        self.waiting = list(model.waiting)
        self.start: list[int | None] = [None] * count
        self.end: list[int] = [0] * count
        self.finish: list[int | None] = [None] * count
        self.ready: list[int | None] = [None] * count
        self.overtaken: set[int] = set()
        self.overtaking = 0
        self.waited = [0] * len(model.held)
        self.free = [-units for units in model.held]
        self.capacity = [0] * len(model.held)
        self.change: int | None = None
        self.queues: list[list[Entry]] = [[] for _ in model.queues]
        self.busy: set[int] = set()
        self.agenda: dict[int, list[int]] = {}
        self.polls: dict[int, set[int]] = {}
        self.later: list[tuple[int, int]] = []
        self.todo: list[int] = []
        self.unhindered: list[int] = []
        self.changed = self.freed = False
        self.looked_at = 0
        self.instants: set[int] = set()
        self.env = simpy.Environment()

    # -- the clock ------------------------------------------------------------------------------------
    def play(self) -> None:
        """Run until nothing happens any more."""
        if not self.work:
            return
        first = min(self.earliest)
        self.env = simpy.Environment(first)
        self.change_capacity(first)
        for k, count in enumerate(self.waiting):
            if not count:
                self.visit_at(self.earliest[k], k)
        try:
            self.env.run()
        except AxisError as error:
            name = self.net.ids[self.model.activities[self.looked_at]]
            raise AxisError(f"activity '{name}' in a replication: {error}") from error

    def visit_at(self, t: int, k: int) -> None:
        """Put a visit into the agenda."""
        entries = self.agenda.get(t)
        if entries is None:
            self.agenda[t] = [k]
            self.ensure(t)
        else:
            entries.append(k)

    def ensure(self, t: int) -> None:
        """See to it that something is done at an instant."""
        if t not in self.instants:
            self.instants.add(t)
            callbacks: Any = self.env.timeout(t - self.env.now).callbacks
            callbacks.append(self.instant)

    def instant(self, _: simpy.Event) -> None:
        """Do everything of one instant."""
        t = int(self.env.now)
        if self.change is not None and self.change <= t:
            self.change_capacity(t)
        self.todo = self.agenda.pop(t, [])
        if self.polls:
            self.todo += self.polls.pop(t, ())
        self.settle(t)
        self.changed = True
        while self.changed and (self.busy or self.unhindered):
            self.changed = False
            for k in self.dispatch(t):
                self.notify(k, self.model.steps_on_start[k], t)
            self.settle(t)
        if self.busy or self.later:
            self.look_ahead(t)
        self.freed = False

    def look_ahead(self, t: int) -> None:
        """Arrange the next instants at which skipped activities ask, or projections may have come true."""
        for q in self.busy if self.freed else ():
            asked = self.model.queues[q]
            if not asked.allows(t):
                self.looked_at = self.queues[q][0][2]
                self.ensure(asked.table.next_start(t))
        if self.busy and self.change is not None:
            self.ensure(self.change)
        horizon = self.model.horizon
        # Without calendars a projection that nothing else can change slips for ever, slot by slot.
        dead = not (self.agenda or self.change is not None) and t > max(self.earliest)
        for at, k in self.later:
            if (at <= horizon) if horizon is not None else not dead:
                self.polls.setdefault(at, set()).add(k)
                self.ensure(at)
        self.later.clear()

    def change_capacity(self, t: int) -> None:
        """Take over the capacities of an instant and note when they change next."""
        for k, resource in enumerate(self.net.resources):
            capacity = resource.capacity_at(t)
            self.free[k] += capacity - self.capacity[k]
            self.capacity[k] = capacity
        at = bisect_right(self.model.changes, t)
        self.change = self.model.changes[at] if at < len(self.model.changes) else None
        self.freed = True

    # -- completions, arrivals, milestones --------------------------------------------------------------
    def settle(self, t: int) -> None:
        """Visit until nothing changes any more."""
        while self.todo:
            k = self.todo.pop()
            if self.start[k] is None:
                if self.ready[k] is not None:
                    self.changed = True
                elif self.earliest[k] <= t and self.holds(k, t):
                    self.arrive(k, t)
            elif self.finish[k] is None and self.end[k] <= t:
                self.complete(k, t)

    def arrive(self, k: int, t: int) -> None:
        """A milestone passes, work in progress resumes, other work asks for its units."""
        i = self.model.activities[k]
        if self.net.kind[i] != WORK:
            self.start[k] = self.finish[k] = t
            self.notify(k, (*self.model.steps_on_start[k], *self.model.steps_on_finish[k]), t)
        elif self.net.started(i):
            self.begin(k, t)
            self.todo.extend(self.model.watchers[k])
        else:
            self.ready[k] = t
            self.changed = True
            q = self.model.queue[k]
            if self.model.queues[q].demand:
                heappush(self.queues[q], (self.model.planned[k], t, k))
                self.busy.add(q)
            else:
                self.unhindered.append(k)

    def begin(self, k: int, t: int) -> None:
        """Work goes on from here to its finish."""
        i = self.model.activities[k]
        self.start[k] = t
        self.looked_at = k
        self.end[k] = end = self.net.tables[i].finish(t, self.work[k])
        self.visit_at(end, k)

    def complete(self, k: int, t: int) -> None:
        """Finish and free the units, unless FF or SF still hold the finish back."""
        if self.model.waits[k]:
            end = self.reachable(lambda: self.finishing(k, t))
            if end is None or end > t:
                self.poll(k, end)
                return
        self.finish[k] = t
        self.changed = self.freed = True
        for resource, units in self.model.queues[self.model.queue[k]].demand:
            if not self.net.resources[resource].consumed:
                self.free[resource] += units
        self.notify(k, self.model.steps_on_finish[k], t)

    def notify(self, k: int, steps: Sequence[Step], t: int) -> None:
        """Let go on what waited for an event of this activity."""
        for j, lag, table in steps:
            bound = t
            if lag:
                self.looked_at = j
                bound = table.shift(t, lag)
            if bound > self.bound[j]:
                self.bound[j] = bound
            self.waiting[j] -= 1
            if not self.waiting[j]:
                at = self.allowed_from(j, self.bound[j])
                if at <= t:
                    self.todo.append(j)
                else:
                    self.visit_at(at, j)
        self.todo.extend(self.model.watchers[k])

    def allowed_from(self, k: int, bound: int) -> int:
        """First place at or after a boundary where an activity may begin."""
        i = self.model.activities[k]
        if bound == self.earliest[k] or self.net.kind[i] == FINISH_MILESTONE:
            return bound
        self.looked_at = k
        return int(self.net.tables[i].next_start(bound))

    # -- projections (SEMANTICS 21) ---------------------------------------------------------------------
    def holds(self, k: int, t: int) -> bool:
        """Whether the minimum lags of an activity hold if it begins now; else it is visited later."""
        if not self.model.waits[k]:
            return True
        at = self.reachable(lambda: self.place(k, t))
        if at is None:
            return False
        i = self.model.activities[k]
        if at <= t and self.net.kind[i] != FINISH_MILESTONE:
            self.looked_at = k
            at = self.net.tables[i].next_start(t)
        if at > t:
            self.poll(k, at)
        return at <= t

    def poll(self, k: int, at: int | None) -> None:
        """Visit later, unless only an event can help: that visits its watchers itself."""
        if at is not None and not self.stuck(k):
            self.later.append((at, k))

    def stuck(self, k: int) -> bool:
        """Whether one link alone keeps an activity from going on until an event that time does not bring."""
        flexible = self.start[k] is None and self.net.kind[self.model.activities[k]] == WORK
        return any(
            wait.lag >= 0
            and not (wait.to_finish and flexible)
            and (self.start[wait.pred] is None or (wait.from_finish and self.stuck_running(wait.pred)))
            for wait in self.model.waits[k]
        )

    def stuck_running(self, k: int) -> bool:
        return self.finish[k] is None and self.stuck(k)

    def place(self, k: int, t: int) -> int:
        """Least place beside the projected places of the predecessors."""
        begin, end = self.earliest[k], None
        for wait in self.model.waits[k]:
            bound = wait.table.shift(self.event(wait.pred, wait.from_finish, t), wait.lag)
            if wait.to_finish:
                end = bound if end is None else max(end, bound)
            else:
                begin = max(begin, bound)
        return int(least_start(self.net, self.model.activities[k], begin, end, self.work[k]))

    def event(self, k: int, finish: bool, t: int) -> int:
        """Start or finish of an activity, projected when it is not known yet."""
        known = self.finish[k] if finish else self.start[k]
        if known is not None:
            return known
        if self.start[k] is not None:
            return self.finishing(k, t)
        at = self.allowed_from(k, max(self.earliest[k], t + 1))
        return int(finish_of(self.net, self.model.activities[k], at, self.work[k])) if finish else at

    def finishing(self, k: int, t: int) -> int:
        """Finish of a started activity beside the projected places of its FF and SF predecessors."""
        end = self.end[k]
        for wait in self.model.waits[k]:
            if wait.to_finish:
                end = max(end, wait.table.shift(self.event(wait.pred, wait.from_finish, t), wait.lag))
        return end

    def reachable(self, projected: Callable[[], int]) -> int | None:
        """A projection, or None when it leaves the axis: then what it waits for does not come by itself."""
        try:
            return projected()
        except AxisError:
            return None

    # -- the pass ---------------------------------------------------------------------------------------
    def dispatch(self, t: int) -> list[int]:
        """Start what can start, in one pass over the activities that ask at this instant."""
        started, self.unhindered = self.unhindered, []
        for k in started:
            self.begin(k, t)
        queues, free = self.model.queues, self.free
        heads = [
            (*self.queues[q][0], q)
            for q in self.busy
            if queues[q].allows(t) and self.holds(self.queues[q][0][2], t)
        ]
        heapify(heads)
        while heads:
            *_, k, q = heads[0]
            if any(free[resource] < units for resource, units in queues[q].demand):
                heappop(heads)
                continue
            queue = self.queues[q]
            entry = heappop(queue)
            self.take(entry, q, t)
            started.append(k)
            if queue:
                heapreplace(heads, (*queue[0], q))
            else:
                self.busy.discard(q)
                heappop(heads)
        return started

    def take(self, entry: Entry, q: int, t: int) -> None:
        """Start one activity; whoever waits ahead of it for one of its resources is overtaken."""
        k = entry[2]
        for resource, units in self.model.queues[q].demand:
            self.free[resource] -= units
            self.waited[resource] += t - entry[1]
        self.begin(k, t)
        if k in self.overtaken:
            self.overtaking = max(self.overtaking, t - entry[1])
        for resource, _ in self.model.queues[q].demand:
            for rival in self.busy & self.model.users[resource]:
                if self.queues[rival] and self.queues[rival][0] < entry:
                    self.overtaken.update(other[2] for other in self.queues[rival] if other < entry)
