"""Schedule generation: feasible plans in a fraction of a second, calendar by calendar.

A *parallel* generation goes down in time and puts activities as late as resources let it. It looks at
nothing that bounds starts from below; projects that break such a bound go first in the next attempt (Joslin,
Clements, *Squeaky wheel optimization*, 1999). Where no attempt keeps all bounds, a forward *serial*
generation gives a plan that is late. Maximum lags are not searched for: what breaks one is no plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from scheduling.horizon import serial_end
from scheduling.kernels.generation import breaches, generate_down, generate_early, push_late
from scheduling.latest import loose_starts
from scheduling.layout import Layout
from scheduling.network import Network
from scheduling.passes import Dates, late_pass
from scheduling.plan import allowed_finishes, levels
from scheduling.validator import validate

ATTEMPTS = 40
HASTE = 0.3
"""What the rank of a project is multiplied by after an attempt that broke its bounds."""


def generate(
    net: Network, early: Dates, late: Dates, ends: Sequence[Any], *, missed: bool = False
) -> Dates | None:
    """A valid plan, or None.

    Parameters
    ----------
    net : Network
        With whole numbers as work, lags and dates.
    early, late : Dates
        Least dates, and greatest ones that hold work in progress at its early place.
    ends : sequence of number
        End of each project.
    missed : bool
        Whether missed deadlines are counted instead of their lateness.
    """
    drafts = [_downwards(net, early, late)]
    if drafts[0] is None:
        drafts = [forward(net, early, order, early.start) for order in (late.start, early.start)]
    plans = [
        right_justified(net, draft, ends, missed=missed)
        for draft in drafts
        if draft is not None and not validate(net, draft)
    ]
    return min(plans, key=lambda plan: levels(net, plan, ends, missed=missed), default=None)


def _downwards(net: Network, early: Dates, late: Dates) -> Dates | None:
    """Parallel generation downwards in time, again and again until every project keeps its bounds."""
    layout = Layout(net, early, early.start, late.start, max(late.finish))
    project, rank = np.array(net.project), _ranks(net)
    for _ in range(ATTEMPTS):
        sheet = layout.empty()
        generate_down(layout.board, sheet, rank)
        squeaking = np.unique(project[breaches(layout.board, sheet)])
        if not squeaking.size:
            return layout.dates(sheet)
        rank[np.isin(project, squeaking)] *= HASTE
    return None


def _ranks(net: Network) -> Any:
    """Work over one more than the number of ancestors: least first, as in weighted completion times."""
    ranks = np.array(net.work, dtype=np.float64)
    members: dict[int, list[int]] = {}
    for i in net.order:
        members.setdefault(net.project[i], []).append(i)
    for rows in members.values():
        bit = {i: 1 << k for k, i in enumerate(rows)}
        above = dict.fromkeys(rows, 0)
        for i in rows:
            for link in net.into[i]:
                if link.pred in bit:
                    above[i] |= above[link.pred] | bit[link.pred]
            ranks[i] /= 1 + above[i].bit_count()
    return ranks


def forward(net: Network, early: Dates, order: Sequence[Any], floor: Sequence[Any]) -> Dates | None:
    """Serial generation: the least `order` first, each at its least place from `floor` on with free units.

    Parameters
    ----------
    net : Network
    early : Dates
        Facts, and the place of work in progress.
    order, floor : sequence of number
        Rank and earliest start of each unstarted activity.

    Returns
    -------
    Dates or None
        None when resources or maximum lags leave an activity no place, or the calendars end.
    """
    last = serial_end(net, early)
    layout = Layout(net, early, floor, loose_starts(net, early, last), last)
    sheet = layout.empty()
    placed = generate_early(layout.board, sheet, layout.only_free(_sequence(net, order)))
    return layout.dates(sheet) if placed else None


def right_justified(net: Network, dates: Dates, ends: Sequence[Any], *, missed: bool = False) -> Dates:
    """Every unstarted activity as late as its successors, deadlines and resources let it, the last first.

    Deadlines and project ends that `dates` already miss are not missed by more; where `missed` deadlines are
    only counted, missed ones do not bind.
    """
    late = late_pass(net, dates, allowed_finishes(net, dates, ends, missed=missed), hold_in_progress=True)
    assert late is not None
    layout = Layout(net, dates, dates.start, late.start, max(late.finish))
    sheet = layout.sheet(dates)
    while push_late(layout.board, sheet, layout.only_free(np.argsort(-sheet.finish, kind="stable"))):
        pass
    return layout.dates(sheet)


def _sequence(net: Network, rank: Sequence[Any]) -> list[int]:
    """By least rank among what comes after all its predecessors."""
    waiting = [len(links) for links in net.into]
    ready = [(rank[i], i) for i, count in enumerate(waiting) if not count]
    heapify(ready)
    found = []
    while ready:
        _, i = heappop(ready)
        found.append(i)
        for link in net.out_of[i]:
            waiting[link.succ] -= 1
            if not waiting[link.succ]:
                heappush(ready, (rank[link.succ], link.succ))
    return found
