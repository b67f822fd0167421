"""A dispatcher that walks slot by slot through SEMANTICS 21-23, with nothing in common with the engine."""

from __future__ import annotations

from typing import Any

from scheduling.calendar import CalendarTable
from scheduling.network import FINISH_MILESTONE, WORK, Network

LIMIT = 400
"""Slots walked at most; the calendars of the random networks repeat well within."""


class Walker:
    def __init__(self, network: Network, work: list[int], early: list[int], planned: list[int]) -> None:
        n = len(network)
        self.net, self.work, self.early, self.planned = network, work, early, planned
        self.done = [network.done(i) for i in range(n)]
        self.wip = [network.started(i) and not network.done(i) for i in range(n)]
        self.start: list[Any] = [None if self.wip[i] else network.actual_start[i] for i in range(n)]
        self.finish: list[Any] = list(network.actual_finish)
        self.ready: list[Any] = [None] * n
        self.overtaken: set[int] = set()
        self.overtaking = 0

    def walk(self) -> None:
        first = min((at for at, done in zip(self.early, self.done, strict=True) if not done), default=0)
        for t in range(first, first + LIMIT):
            while True:
                self.settle(t)
                if not self.one_pass(t):
                    break
            if None not in self.finish:
                return

    def allowed(self, i: int, t: int) -> bool:
        table = self.net.tables[i]
        if self.net.kind[i] == FINISH_MILESTONE or not isinstance(table, CalendarTable):
            return True
        return bool(table.rates[t] > 0)

    def end_of(self, i: int, start: int) -> int:
        return int(self.net.tables[i].finish(start, self.work[i])) if self.net.kind[i] == WORK else start

    # -- where events are, or are projected -------------------------------------------------------------
    def event(self, i: int, finish: bool, t: int) -> int:
        if not finish and self.net.started(i):
            return int(self.net.actual_start[i])
        if finish and self.finish[i] is not None:
            return int(self.finish[i])
        if self.start[i] is not None:
            return self.projected_finish(i, t) if finish else int(self.start[i])
        at = max(self.early[i], t + 1)
        while not self.allowed(i, at):
            at += 1
        return self.end_of(i, at) if finish else at

    def projected_finish(self, i: int, t: int) -> int:
        return max([self.end_of(i, self.start[i]), *self.bounds(i, t, True)])

    def bounds(self, i: int, t: int, of_finish: bool) -> list[int]:
        return [
            link.table.shift(self.event(link.pred, link.from_finish, t), link.lag)
            for link in self.net.into[i]
            if link.to_finish == of_finish
        ]

    def may_begin(self, i: int, t: int) -> bool:
        return (
            t >= self.early[i]
            and self.allowed(i, t)
            and all(t >= bound for bound in self.bounds(i, t, False))
            and all(self.end_of(i, t) >= bound for bound in self.bounds(i, t, True))
        )

    # -- one instant ------------------------------------------------------------------------------------
    def settle(self, t: int) -> None:
        moved = True
        while moved:
            moved = False
            for i in range(len(self.net)):
                if self.finish[i] is not None:
                    continue
                if self.start[i] is not None and self.projected_finish(i, t) <= t:
                    self.finish[i] = t
                    moved = True
                elif (
                    self.start[i] is None
                    and (self.wip[i] or self.net.kind[i] != WORK)
                    and self.may_begin(i, t)
                ):
                    self.start[i] = t
                    moved = True

    def one_pass(self, t: int) -> bool:
        asking = [
            i
            for i in range(len(self.net))
            if self.start[i] is None and not self.wip[i] and self.net.kind[i] == WORK and self.may_begin(i, t)
        ]
        for i in asking:
            if self.ready[i] is None:
                self.ready[i] = t
        started = False
        for i in sorted(asking, key=self.order):
            if self.fits(i, t):
                self.start[i] = t
                self.note_overtaking(i, t)
                started = True
        return started

    def order(self, i: int) -> Any:
        return self.planned[i], self.ready[i], str(self.net.ids[i])

    def fits(self, i: int, t: int) -> bool:
        return all(
            self.held(resource) + units <= self.net.resources[resource].capacity_at(t)
            for resource, units in self.net.demand[i]
        )

    def held(self, resource: int) -> int:
        return sum(
            units
            for i, demand in enumerate(self.net.demand)
            if self.start[i] is not None or self.wip[i]
            for used, units in demand
            if used == resource and (self.finish[i] is None or self.net.resources[resource].consumed)
        )

    def scarce(self, resource: int) -> bool:
        """Whether anybody could ever wait for a resource; nobody is overtaken by the others' use of it."""
        asked = sum(
            units
            for i, demand in enumerate(self.net.demand)
            for used, units in demand
            if used == resource and (not self.net.done(i) or self.net.resources[resource].consumed)
        )
        item = self.net.resources[resource]
        return asked > min([item.capacity, *(units for _, units in item.changes)])

    def note_overtaking(self, i: int, t: int) -> None:
        if i in self.overtaken:
            self.overtaking = max(self.overtaking, t - self.ready[i])
        mine = {resource for resource, _ in self.net.demand[i] if self.scarce(resource)}
        for j in range(len(self.net)):
            waits = self.ready[j] is not None and self.start[j] is None
            if waits and self.order(j) < self.order(i) and mine & {r for r, _ in self.net.demand[j]}:
                self.overtaken.add(j)
