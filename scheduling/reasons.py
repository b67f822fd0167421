"""Why an activity cannot lie earlier or later: the shortest chain of links from what binds it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from scheduling.elements import Element, Kind, facts_of, link_element, lower_bounds, upper_bounds
from scheduling.network import WORK, Link, Network
from scheduling.passes import Dates
from scheduling.places import binds_back, greatest_start, least_start, maximum_place, pushed_to


def earliest_because(net: Network, early: Dates, i: int) -> list[Element]:
    """Elements that alone put an unfinished activity at its early place, from the first cause on.

    One shortest chain of driving links among those that there may be; nothing where links push each other in
    a circle.
    """

    def bound(j: int) -> Element | None:
        for element, begin, end in lower_bounds(net, j):
            if least_start(net, j, begin, end, net.work[j]) >= early.resume[j] - net.tolerance:
                return element
        return None

    def causes(j: int) -> Iterable[tuple[Link, int]]:
        for link in (*net.into[j], *(link for link in net.pushing_maxima if link.pred == j)):
            at = pushed_to(net, early.start, early.finish, link, net.work[j])
            if at is not None and at >= early.resume[j] - net.tolerance:
                yield link, link.succ if link.maximum else link.pred

    return _chain(net, i, bound, causes)[::-1]


def latest_because(net: Network, late: Dates, i: int, broken: Iterable[Link] = ()) -> list[Element]:
    """Elements that alone hold an unfinished activity at its late place, from the activity to the last cause.

    Nothing where no deadline or last start binds it.
    """
    dropped = set(broken)
    maxima = [link for link in net.maximum_links if link not in dropped]

    def holds(j: int, begin: Any, end: Any) -> bool:
        return bool(greatest_start(net, j, begin, end, net.work[j]) <= late.resume[j] + net.tolerance)

    def bound(j: int) -> Element | None:
        return next(
            (element for element, begin, end in upper_bounds(net, j) if holds(j, begin, end)),
            None,
        )

    def causes(j: int) -> Iterable[tuple[Link, int]]:
        for link in net.out_of[j]:
            if binds_back(net, link):
                event = late.finish[link.succ] if link.to_finish else late.resume[link.succ]
                at = link.table.unshift_latest(event, link.lag)
                if holds(j, None, at) if link.from_finish else holds(j, at, None):
                    yield link, link.succ
        for link in maxima:
            if link.succ == j:
                event = late.finish[link.pred] if link.from_finish else late.start[link.pred]
                at = maximum_place(net, link, event)
                if at is not None and (holds(j, None, at) if link.to_finish else holds(j, at, None)):
                    yield link, link.pred

    return _chain(net, i, bound, causes)


def _chain(
    net: Network,
    i: int,
    bound: Callable[[int], Element | None],
    causes: Callable[[int], Iterable[tuple[Link, int]]],
) -> list[Element]:
    """From activity `i` breadth-first over causes to the first one that a bound or a fact holds."""
    came: dict[int, tuple[int, Link] | None] = {i: None}
    todo = deque([i])
    while todo:
        j = todo.popleft()
        found = bound(j)
        if found is not None:
            return _back(net, came, j, [found])
        for link, other in causes(j):
            facts = facts_of(net, link)
            if facts:
                return _back(net, came, j, [link_element(link), *facts])
            if other not in came:
                came[other] = j, link
                todo.append(other)
    return []


def _back(
    net: Network, came: dict[int, tuple[int, Link] | None], j: int, cause: list[Element]
) -> list[Element]:
    """The elements from the activity that the search began with to `cause`, which holds activity `j`."""
    found = cause[::-1]
    at: int | None = j
    while at is not None:
        if net.kind[at] == WORK:
            found.append(Element(Kind.DURATION, at))
        step = came[at]
        if step is not None:
            found.append(link_element(step[1]))
        at = step[0] if step else None
    return found[::-1]
