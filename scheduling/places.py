"""Where one activity may lie beside one link: the steps that passes, floats and driving links are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scheduling.calendar import CalendarTable
from scheduling.errors import AxisError
from scheduling.network import FINISH_MILESTONE, WORK, Link, Network


def least_start(net: Network, i: int, begin: Any, end: Any, work: Any) -> Any:
    """Least allowed start at or after `begin` whose finish is at or after `end` (either may be None)."""
    table = net.tables[i]
    if net.kind[i] == WORK:
        if end is None or (begin is not None and end <= begin):
            return table.next_start(begin)
        at = table.earliest_start(end, work)
        return at if begin is None or at > begin else table.next_start(begin)
    bound = begin if end is None or (begin is not None and begin > end) else end
    return bound if net.kind[i] == FINISH_MILESTONE else table.next_start(bound)


def greatest_start(net: Network, i: int, begin: Any, end: Any, work: Any) -> Any:
    """Greatest allowed start at or before `begin` whose finish is at or before `end` (either may be None)."""
    table = net.tables[i]
    if net.kind[i] == WORK:
        if end is None:
            return table.previous_start(begin)
        at = table.latest_start(end, work)
        return at if begin is None or at < begin else table.previous_start(begin)
    bound = begin if end is None or (begin is not None and begin < end) else end
    return bound if net.kind[i] == FINISH_MILESTONE else table.previous_start(bound)


def finish_of(net: Network, i: int, start: Any, work: Any) -> Any:
    """Finish of an activity from its start: a milestone finishes where it starts."""
    return net.tables[i].finish(start, work) if net.kind[i] == WORK else start


def pushed_to(net: Network, start: Sequence[Any], finish: Sequence[Any], link: Link, work: Any) -> Any:
    """Start to which one link alone pushes an activity of this work.

    A minimum lag pushes its successor, a maximum lag its predecessor. None without the other end's date, and
    for a push to before the axis.
    """
    if link.maximum:
        i, on_finish = link.pred, link.from_finish
        event = finish[link.succ] if link.to_finish else start[link.succ]
        bound = None if event is None else needed(net, link, event)
    else:
        i, on_finish = link.succ, link.to_finish
        event = finish[link.pred] if link.from_finish else start[link.pred]
        bound = None if event is None else least_image(link, event)
    if bound is None or (bound < 0 and isinstance(net.tables[i], CalendarTable)):
        return None
    begin, end = (None, bound) if on_finish else (bound, None)
    return least_start(net, i, begin, end, work)


def binds_back(net: Network, link: Link) -> bool:
    """Whether a minimum lag can hold its predecessor back: it does not between facts (SEMANTICS 19)."""
    return not net.done(link.succ) and not net.fact(link.pred, link.from_finish)


def least_image(link: Link, event: Any) -> Any:
    """A(event, lag) as a lower bound; None before the axis, where it binds nothing."""
    return _image(link, event, beyond=link.lag < 0)


def greatest_image(link: Link, event: Any) -> Any:
    """A(event, lag) as an upper bound; None past the axis, where it binds nothing."""
    return _image(link, event, beyond=link.lag > 0)


def _image(link: Link, event: Any, *, beyond: bool) -> Any:
    try:
        return link.table.shift(event, link.lag)
    except AxisError:
        if beyond and isinstance(link.table, CalendarTable) and 0 <= event <= link.table.horizon:
            return None
        raise


def maximum_place(net: Network, link: Link, event: Any) -> Any:
    """Greatest place that a maximum lag leaves its successor's event; a start may snap forward to work.

    None past the axis, where it binds nothing.
    """
    bound = greatest_image(link, event)
    if bound is None or link.to_finish or net.kind[link.succ] == FINISH_MILESTONE:
        return bound
    try:
        return net.tables[link.succ].next_start(bound)
    except AxisError:
        return None


def needed(net: Network, link: Link, reached: Any) -> Any:
    """Least place of the predecessor's event with which a maximum lag admits `reached`."""
    if not link.to_finish and net.kind[link.succ] != FINISH_MILESTONE:
        reached = net.tables[link.succ].after_previous_start(reached)
    return link.table.unshift_earliest(reached, link.lag)
