"""How far activities can be pushed by resources: the windows of the model once deadlines give way."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from scheduling.calendar import CalendarTable
from scheduling.cpsat.variables import Window
from scheduling.errors import AxisError, SchedulingError
from scheduling.network import FINISH_MILESTONE, Network
from scheduling.passes import Dates, late_pass
from scheduling.plan import Levels


def wide_window(net: Network, early: Dates, ends: Sequence[int], judged: Levels | None, depth: int) -> Window:
    """Least and greatest places of a plan no worse than `judged` at the levels before and at `depth`.

    Every deadline may be missed by the whole weighted lateness, every project overrun by the whole overrun
    (known from level 1 on); without a plan to judge by, the horizon alone bounds.
    """
    far = horizon(net, early, ends)
    latest: list[Any] = [far] * len(net)
    if judged is not None and depth >= 1:
        latest = [ends[k] + judged.overrun for k in net.project]
    for i, line in net.deadlines.items():
        if line.hard:
            latest[i] = min(latest[i], line.bound)
        elif judged is not None:
            slack = int(Fraction(str(judged.lateness)) / Fraction(str(line.weight)))
            latest[i] = min(latest[i], line.bound + slack)
    latest = [max(bound, finish) for bound, finish in zip(latest, early.finish, strict=True)]
    late = late_pass(net, early, latest, any_mode=True)
    if late is None:
        raise SchedulingError("no late dates beside existing early ones: the passes disagree.")
    still = settled(net)
    high = [early.resume[i] if i in still else late.resume[i] for i in range(len(net))]
    return Window(early.resume, high, late.finish)


def settled(net: Network) -> set[int]:
    """Work in progress whose place no unstarted activity can move, and done activities."""
    found = {i for i in range(len(net)) if net.done(i)}
    pushing = {link.pred for link in net.maximum_links}
    for i in net.order:
        if (
            net.started(i)
            and i not in pushing
            and all(
                link.pred in found or (net.started(link.pred) and not link.from_finish)
                for link in net.into[i]
            )
        ):
            found.add(i)
    return found


def horizon(net: Network, early: Dates, ends: Sequence[int]) -> int:
    """A boundary by which every activity can be done one after another, or the end of the axis."""
    last: Any = min(
        (item.horizon for item in (*net.tables, *(link.table for link in net.links)) if _dated(item)),
        default=None,
    )
    changes = [when for resource in net.resources for when, _ in resource.changes]
    moment: Any = max(*early.finish, *ends, *changes, 0)
    try:
        for i in net.order:
            if net.kind[i] != FINISH_MILESTONE and not net.done(i):
                table = net.tables[i]
                moment = table.finish(table.next_start(moment), max(net.works(i)))
        for link in net.links:
            moment = link.table.shift(moment, abs(link.lag))
    except AxisError:
        moment = last
    return int(moment)


def _dated(table: Any) -> bool:
    return isinstance(table, CalendarTable)
