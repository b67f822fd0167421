"""How far activities can be pushed by resources: the windows of the model once deadlines give way."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from scheduling.cpsat.variables import Window
from scheduling.errors import SchedulingError
from scheduling.horizon import serial_end
from scheduling.network import Network
from scheduling.passes import Dates, late_pass
from scheduling.plan import Levels


def wide_window(
    net: Network,
    early: Dates,
    ends: Sequence[int],
    judged: Levels | None,
    depth: int,
    *,
    missed: bool = False,
) -> Window:
    """Least and greatest places of a plan no worse than `judged` at the levels before and at `depth`.

    Every deadline may be missed by the whole weighted lateness (where `missed` ones are only counted, at will
    if its weight allows it), every project overrun by the whole overrun (known from level 1 on); without a
    plan to judge by, the horizon alone bounds.
    """
    far = serial_end(net, early, ends)
    latest: list[Any] = [far] * len(net)
    if judged is not None and depth >= 1:
        latest = [ends[k] + judged.overrun for k in net.project]
    for i, line in net.deadlines.items():
        if line.hard:
            latest[i] = min(latest[i], line.bound)
        elif judged is not None:
            slack = int(Fraction(str(judged.lateness)) / Fraction(str(line.weight)))
            if not (missed and slack):
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
