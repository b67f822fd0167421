"""One thing in a network changed: a date moved, work cut, units added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scheduling.elements import Element, Kind
from scheduling.network import Network, Resource


def changed(net: Network, element: Element, amount: Any) -> Network:
    """The network with one element eased by so many slots or units."""
    i = element.position
    match element.kind:
        case Kind.DEADLINE:
            line = net.deadlines[i]
            return replace(net, deadlines={**net.deadlines, i: line._replace(bound=line.bound + amount)})
        case Kind.START_BY:
            return replace(net, start_by={**net.start_by, i: net.start_by[i] + amount})
        case Kind.FINISH_FROM:
            return replace(net, finish_from={**net.finish_from, i: net.finish_from[i] - amount})
        case Kind.RELEASE:
            return replace(net, release=_less(net.release, i, amount))
        case Kind.PROJECT_START:
            return replace(net, starts=_less(net.starts, i, amount))
        case Kind.DURATION:
            return replace(net, work=_less(net.work, i, amount))
        case Kind.FACTOR:
            gates = list(net.gates)
            gates[i] = gates[i]._replace(arrival=gates[i].arrival - amount)
            return replace(net, gates=tuple(gates))
        case Kind.CAPACITY:
            resources = list(net.resources)
            resources[i] = more(resources[i], amount, element.begin, element.end)
            return replace(net, resources=tuple(resources))
    assert element.link is not None
    eased = element.link._replace(lag=element.link.lag + (amount if element.link.maximum else -amount))
    return replace(net, links=tuple(eased if link == element.link else link for link in net.links))


def _less(values: Sequence[Any], i: int, amount: Any) -> tuple[Any, ...]:
    return (*values[:i], values[i] - amount, *values[i + 1 :])


def more(resource: Resource, units: int, begin: Any, end: Any) -> Resource:
    """A resource with more units from `begin` to `end` (None: always); a stock with more from `begin` on."""
    if begin is None:
        changes = tuple((when, there + units) for when, there in resource.changes)
        return replace(resource, capacity=resource.capacity + units, changes=changes)
    stop = [] if resource.consumed else [end]
    moments = sorted({when for when, _ in resource.changes} | {begin, *stop})

    def there(moment: Any) -> int:
        return resource.capacity_at(moment) + units * (begin <= moment and (not stop or moment < end))

    return replace(resource, changes=tuple((moment, there(moment)) for moment in moments))
