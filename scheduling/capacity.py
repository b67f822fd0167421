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
    """What each unfinished activity holds; work in progress holds from the data date to its finish."""
    return [
        Holding(i, net.data_date if net.started(i) else dates.start[i], dates.finish[i], units)
        for i, row in enumerate(net.demand)
        if not net.done(i)
        for k, units in row
        if k == resource
    ]


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
