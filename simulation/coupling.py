"""Which part of a network shared resources can delay; all the rest keeps its early dates exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from scheduling.network import WORK, Link, Network


def binding_resources(network: Network) -> frozenset[int]:
    """Positions of the resources that activities could ask more units of than there are."""
    asked = [0] * len(network.resources)
    for i, demand in enumerate(network.demand):
        for resource, units in demand:
            if not network.done(i) or network.resources[resource].consumed:
                asked[resource] += units
    return frozenset(
        k
        for k, resource in enumerate(network.resources)
        if asked[k] > min((resource.capacity, *(units for _, units in resource.changes)))
    )


def coupled(network: Network) -> tuple[int, ...]:
    """Unfinished activities that must be dispatched for their dates to be known, in order of position.

    Notes
    -----
    These are the activities that demand a binding resource and all that follow them by minimum lags. Every
    other activity asks alone, so it starts at its early start in each replication. It joins only where the
    order of things *within* an instant could show, as for an activity that starts by SS 0 with it: ready one
    pass later (SEMANTICS 22).
    """
    binding = binding_resources(network)
    demanding = [
        i
        for i, demand in enumerate(network.demand)
        if not network.done(i) and any(resource in binding for resource, _ in demand)
    ]
    followers = _closure(
        demanding, lambda i: (link.succ for link in network.out_of[i] if not network.done(link.succ))
    )
    everyone = _closure(
        followers,
        lambda j: (link.pred for link in network.into[j] if _shows_within_an_instant(network, link)),
    )
    return tuple(sorted(everyone))


def _shows_within_an_instant(network: Network, link: Link) -> bool:
    """Whether the pass in which an undelayed predecessor starts can matter to its successor."""
    i = link.pred
    if network.fact(i, link.from_finish):
        return False
    if link.to_finish or link.lag < 0:
        return True
    if link.lag > 0:
        return False
    plain_finish = network.kind[i] == WORK and not any(into.to_finish for into in network.into[i])
    return not (link.from_finish and plain_finish)


def _closure(roots: Iterable[int], reach: Callable[[int], Iterable[int]]) -> set[int]:
    found = set(roots)
    stack = list(found)
    while stack:
        for i in reach(stack.pop()):
            if i not in found:
                found.add(i)
                stack.append(i)
    return found
