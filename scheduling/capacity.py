"""Units held and units there: where a plan overloads a resource."""

from __future__ import annotations

from typing import Any, NamedTuple

from scheduling.network import Network
from scheduling.passes import Dates


class Holding(NamedTuple):
    """Units of one resource that an unfinished activity holds over [begin, end), breaks included."""

    activity: int
    begin: Any
    end: Any
    units: int


class Overload(NamedTuple):
    """A resource short of units from `begin` on; `facts` when work in progress alone holds too many."""

    resource: int
    begin: Any
    held: int
    capacity: int
    facts: bool


def holdings(net: Network, dates: Dates, resource: int) -> list[Holding]:
    """What each activity holds.

    Unfinished work in progress holds from the data date to its finish. What is consumed is held from the
    (actual) start on for good, which the last date stands for.
    """
    consumed = net.resources[resource].consumed
    changes = (when for when, _ in net.resources[resource].changes)
    last = 1 + max((*dates.finish, *changes, net.data_date or 0), default=0) if consumed else None
    found = []
    for i, row in enumerate(net.demand):
        begin = net.data_date if net.started(i) and not consumed else dates.start[i]
        if not net.done(i) or consumed:
            end = last if consumed else dates.finish[i]
            found += [Holding(i, begin, end, units) for k, units in row if k == resource]
    return found


def overloads(net: Network, dates: Dates) -> list[Overload]:
    """Every moment at which a resource begins to be short, in order of resource and time."""
    found = []
    for k, resource in enumerate(net.resources):
        steps: dict[Any, list[int]] = {begin: [0, 0] for begin, _ in resource.changes}
        for item in holdings(net, dates, k):
            column = int(net.started(item.activity))
            steps.setdefault(item.begin, [0, 0])[column] += item.units
            steps.setdefault(item.end, [0, 0])[column] -= item.units
        asked = facts = 0
        for moment in sorted(steps):
            asked += steps[moment][0]
            facts += steps[moment][1]
            capacity = resource.capacity_at(moment)
            if asked + facts > capacity:
                found.append(Overload(k, moment, asked + facts, capacity, not asked))
    return found
