"""What the two passes mean: total and free float, and the links that drive early dates."""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduling.calendar import CONTINUOUS, CalendarTable
from scheduling.links import Flags, Links, first_of
from scheduling.network import WORK, Link, Network
from scheduling.passes import Dates
from scheduling.places import finish_of, greatest_start, least_image, least_start, maximum_place, needed


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
    tolerance = net.tolerance
    floats = [end - begin for begin, end in zip(early.finish, late.finish, strict=True)]
    for i in net.calendared:
        floats[i] = _slots(net, i, early.finish[i], late.finish[i])
    if tolerance:
        floats = [0 if abs(slots) <= tolerance else slots for slots in floats]
    for i in net.begun:
        if net.done(i):
            floats[i] = None
    return floats


def free_floats(net: Network, early: Dates) -> list[Any]:
    """Free float by position (SEMANTICS 12); None for done activities."""
    ends = early_finishes(net, early)
    floats: list[Any] = []
    caps = _caps(net, early)
    for i, k in enumerate(net.project):
        if net.done(i):
            floats.append(None)
            continue
        starts, finishes = caps.get(i, ([], []))
        begin = min(starts, default=None)
        end = min([ends[k], *finishes])
        for j, (of_finish, to_finish, lag, link) in net.binding_after.of(i):
            event = early.finish[j] if to_finish else early.resume[j]
            bound = link.table.unshift_latest(event, lag)
            if of_finish:
                end = min(end, bound)
            else:
                begin = bound if begin is None else min(begin, bound)
        floats.append(_room(net, early, i, begin, end))
    return floats


def _room(net: Network, early: Dates, i: int, begin: Any, end: Any) -> Any:
    """Float up to the greatest place under `begin` and `end`, never negative."""
    if (begin is not None and begin <= early.resume[i]) or end <= early.finish[i]:
        return 0
    finish = finish_of(net, i, greatest_start(net, i, begin, end, net.work[i]), net.work[i])
    slots = _slots(net, i, early.finish[i], finish)
    return slots if slots > net.tolerance else 0


def _caps(net: Network, early: Dates) -> dict[int, tuple[list[Any], list[Any]]]:
    """Greatest starts and finishes that last starts, deadlines and maximum lags leave, the latter where
    other activities keep their early dates."""
    caps: dict[int, tuple[list[Any], list[Any]]] = {}
    for i, bound in net.start_by.items():
        caps.setdefault(i, ([], []))[0].append(bound)
    for i, line in net.deadlines.items():
        caps.setdefault(i, ([], []))[1].append(line.bound)
    broken = set(early.broken)
    for link in net.maximum_links:
        if link not in broken:
            event = early.finish[link.pred] if link.from_finish else early.start[link.pred]
            bound = maximum_place(net, link, event)
            if bound is not None:
                starts, finishes = caps.setdefault(link.succ, ([], []))
                (finishes if link.to_finish else starts).append(bound)
    return caps


def _slots(net: Network, i: int, early: Any, late: Any) -> Any:
    return net.tables[i].slots(early, late) if net.kind[i] == WORK else late - early


def drivers(net: Network, early: Dates) -> tuple[list[int], list[int]]:
    """What alone already puts each unfinished activity at its early place.

    Returns
    -------
    first, other : list of int
        The drivers of activity ``i`` are ``other[first[i]:first[i + 1]]``: predecessors of minimum links,
        then successors of maximum lags, each once.
    """
    links = net.minimum_links
    drives = _drive(net, early, links)
    pushed = [(link.pred, link.succ) for link in net.pushing_maxima if _pushes(net, early, link)]
    here, other = np.concatenate(
        [(links.succ[drives], links.pred[drives]), np.array(pushed, dtype=np.int64).reshape(-1, 2).T], axis=1
    )
    _, once = np.unique(here * len(net) + other, return_index=True)
    once.sort()
    order = once[np.argsort(here[once], kind="stable")]
    return first_of(here[order], len(net)), other[order].tolist()


def _drive(net: Network, early: Dates, links: Links) -> Flags:
    """Whether each minimum link alone puts its unfinished successor at its early place."""
    start, finish, resume = np.array(early.start), np.array(early.finish), np.array(early.resume)
    adds, done = np.ones(len(net), dtype=np.bool_), np.zeros(len(net), dtype=np.bool_)
    adds[net.calendared] = False
    done[[i for i in net.begun if net.done(i)]] = True
    unfinished, adds = ~done[links.succ], adds[links.succ]
    adds &= links.saying(lambda link: not link.lag or link.table is CONTINUOUS)
    event = np.where(links.saying(lambda link: link.from_finish), finish[links.pred], start[links.pred])
    at = event + np.array([link.lag for link in links.patterns])[links.code]
    at = np.where(links.saying(lambda link: link.to_finish), at - np.array(net.work)[links.succ], at)
    drives: Flags = unfinished & adds & (abs(at - resume[links.succ]) <= net.tolerance)
    odd = np.flatnonzero(unfinished & ~adds)
    for k, bound in zip(odd.tolist(), event[odd].tolist(), strict=True):
        link = links.patterns[links.code[k]]
        drives[k] = _puts(net, early, int(links.succ[k]), least_image(link, bound), link.to_finish)
    return drives


def _pushes(net: Network, early: Dates, link: Link) -> bool:
    """Whether a maximum lag alone pushes its predecessor to its early place."""
    reached = early.finish[link.succ] if link.to_finish else early.start[link.succ]
    return _puts(net, early, link.pred, needed(net, link, reached), link.from_finish)


def _puts(net: Network, early: Dates, i: int, bound: Any, on_finish: bool) -> bool:
    """Whether a least start (finish) alone puts an activity at its early place."""
    table = net.tables[i]
    if bound is None or (bound < 0 and isinstance(table, CalendarTable)):
        return False
    begin, end = (None, bound) if on_finish else (bound, None)
    at = least_start(net, i, begin, end, net.work[i])
    if abs(at - early.resume[i]) > net.tolerance:
        return False
    # The first start on an axis is also the answer to a finish that nothing there is too early for.
    return not (on_finish and net.kind[i] == WORK and isinstance(table, CalendarTable)
                and at == table.next_start(0))  # fmt: skip
