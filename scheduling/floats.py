"""What the two passes mean: total and free float, and the links that drive early dates."""

from __future__ import annotations

from typing import Any

from scheduling.calendar import CalendarTable
from scheduling.network import WORK, Link, Network
from scheduling.passes import Dates
from scheduling.places import binds_back, finish_of, greatest_start, maximum_place, pushed_to


def early_finishes(net: Network, early: Dates) -> list[Any]:
    """Early finish of each project."""
    finishes: list[Any] = [None] * len(net.projects)
    for finish, k in zip(early.finish, net.project, strict=True):
        if finishes[k] is None or finish > finishes[k]:
            finishes[k] = finish
    return finishes


def total_floats(net: Network, early: Dates, late: Dates | None) -> list[Any]:
    """Total float by position; None for done activities and without late dates."""
    if late is None:
        return [None] * len(net)
    return [None if net.done(i) else _float(net, i, early.finish[i], late.finish[i]) for i in range(len(net))]


def free_floats(net: Network, early: Dates) -> list[Any]:
    """Free float by position (SEMANTICS 12); None for done activities."""
    ends = early_finishes(net, early)
    floats: list[Any] = []
    caps = _maximum_caps(net, early)
    for i in range(len(net)):
        if net.done(i):
            floats.append(None)
            continue
        starts, finishes = caps.get(i, ([], []))
        starts = [*starts, net.start_by[i]] if i in net.start_by else starts
        finishes = [*finishes, ends[net.project[i]]]
        if i in net.deadlines:
            finishes.append(net.deadlines[i].bound)
        for link in net.out_of[i]:
            if binds_back(net, link):
                event = early.finish[link.succ] if link.to_finish else early.resume[link.succ]
                bound = link.table.unshift_latest(event, link.lag)
                (finishes if link.from_finish else starts).append(bound)
        floats.append(_room(net, early, i, min(starts, default=None), min(finishes)))
    return floats


def _room(net: Network, early: Dates, i: int, begin: Any, end: Any) -> Any:
    """Float up to the greatest place under `begin` and `end`, never negative."""
    if (begin is not None and begin <= early.resume[i]) or end <= early.finish[i]:
        return 0
    finish = finish_of(net, i, greatest_start(net, i, begin, end, net.work[i]), net.work[i])
    return max(0, _float(net, i, early.finish[i], finish))


def _maximum_caps(net: Network, early: Dates) -> dict[int, tuple[list[Any], list[Any]]]:
    """Greatest starts and finishes that maximum lags out of other activities' early dates leave."""
    caps: dict[int, tuple[list[Any], list[Any]]] = {}
    broken = set(early.broken)
    for link in net.maximum_links:
        if link not in broken:
            event = early.finish[link.pred] if link.from_finish else early.start[link.pred]
            bound = maximum_place(net, link, event)
            if bound is not None:
                starts, finishes = caps.setdefault(link.succ, ([], []))
                (finishes if link.to_finish else starts).append(bound)
    return caps


def _float(net: Network, i: int, early: Any, late: Any) -> Any:
    slots = net.tables[i].slots(early, late) if net.kind[i] == WORK else late - early
    return 0 if abs(slots) <= net.tolerance else slots


def driving_links(net: Network, early: Dates) -> list[list[Link]]:
    """Links that alone already put each unfinished activity at its early place."""
    driving: list[list[Link]] = [[] for _ in net.ids]
    for link in net.links:
        if not link.maximum and not net.done(link.succ) and _drives(net, early, link, link.succ):
            driving[link.succ].append(link)
    for link in net.pushing_maxima:
        if _drives(net, early, link, link.pred):
            driving[link.pred].append(link)
    return driving


def _drives(net: Network, early: Dates, link: Link, i: int) -> bool:
    at = pushed_to(net, early.start, early.finish, link, net.work[i])
    if at is None or abs(at - early.resume[i]) > net.tolerance:
        return False
    table, on_finish = net.tables[i], link.from_finish if link.maximum else link.to_finish
    # The first start on an axis is also the answer to a finish that nothing there is too early for.
    return not (on_finish and net.kind[i] == WORK and isinstance(table, CalendarTable)
                and at == table.next_start(0))  # fmt: skip


def driver(link: Link, i: int) -> int:
    """The other end of a driving link: what holds activity `i` back."""
    return link.succ if link.pred == i else link.pred
