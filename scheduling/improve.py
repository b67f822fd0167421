"""Improving a plan by ruin and recreate: less lateness where it is late, then later starts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import networkx as nx
import numpy as np

from scheduling.generation import right_justified
from scheduling.horizon import serial_end
from scheduling.kernels.board import DEMANDS, RESOURCE, WEIGHT, Board, Ints, Sheet
from scheduling.kernels.recreate import Groups, Tray, Users, badness, recover, recreate
from scheduling.latest import greatest, loose_starts
from scheduling.layout import Layout
from scheduling.network import Network
from scheduling.passes import Dates, late_pass
from scheduling.plan import allowed_finishes
from scheduling.search import Effort, first_level

STEPS = 2_000_000
"""Placements in a work unit."""
ROUND = 100_000
"""Placements of each thread between two looks at the limits, at most ..."""
ROUNDS = 100
"""... and in so many rounds at least, so that the temperature falls smoothly."""
HEAT, COLD = 12.0, 1e-3
"""Temperature of the sum of starts at first, over the mean length of an activity, and at last."""
LATE_HEAT = 2.0
"""The same of weighted lateness; of missed deadlines it is not multiplied by the mean length."""
ROOM = 2
"""Projects in a row for each thread: with less room each hinders the others."""


class Improver:
    """Ruin and recreate around a plan.

    Parameters
    ----------
    net : Network
        In the modes of the plan, maximum lags extended as far as in the plan.
    early : Dates
        Least dates in these modes.
    ends : sequence of int
        End of each project.
    plan : Dates
    effort : Effort
    missed : bool
        Whether missed deadlines are counted instead of their lateness.
    """

    def __init__(
        self,
        net: Network,
        early: Dates,
        ends: Sequence[Any],
        plan: Dates,
        effort: Effort,
        *,
        missed: bool = False,
    ) -> None:
        self.net, self.ends, self.effort, self.missed = net, ends, effort, missed
        self.plan = plan
        last = min(serial_end(net, plan, ends), 2 * max(plan.finish) - min(early.start))
        late = greatest(net, early, ends, missed=missed)
        self.layout = Layout(net, plan, early.start, late.start, last)
        self.loose = self.layout.under(loose_starts(net, early, last))
        self.groups = self._groups()
        self.part = _components(net)
        self.random = np.random.default_rng(effort.seed)
        threads = max(1, min(effort.workers, self._spans() // ROOM))
        self.trays = [_tray(len(net)) for _ in range(threads)]
        self.states = self.random.integers(1 << 63, size=(threads, 1), dtype=np.uint64)

    def _groups(self) -> Groups:
        net, layout = self.net, self.layout
        project = np.array(net.project, dtype=np.int64)
        member = layout.only_free(np.argsort(project, kind="stable"))
        demanding = np.array([bool(row) for row in net.demand])
        movable = np.flatnonzero(layout.free & demanding)
        due = np.full(len(net), layout.slots + 1, dtype=np.int64)
        price = np.zeros(len(net))
        for i, line in net.deadlines.items():
            due[i], price[i] = line.bound - layout.first, line.weight
        lengths = [self.plan.finish[i] - self.plan.start[i] for i in movable]
        return Groups(
            project,
            np.searchsorted(project[member], np.arange(len(net.projects) + 1)).astype(np.int64),
            member,
            movable,
            np.array(self.ends, dtype=np.int64) - np.int64(layout.first),
            due,
            price,
            max(1, round(float(np.mean(lengths)))) if lengths else 1,
            self.missed,
        )

    def _spans(self) -> int:
        """How many projects of mean length fit one after the other into the plan."""
        plan, count = self.plan, int(self.part.max()) + 1
        first, last = np.full(count, max(plan.finish)), np.full(count, min(plan.start))
        np.minimum.at(first, self.part, plan.start)
        np.maximum.at(last, self.part, plan.finish)
        return int((last.max() - first.min()) / max(1.0, float(np.mean(last - first))))

    # -- phases -------------------------------------------------------------------------------------------
    def recover(self, until: float) -> None:
        """Less lateness, then less overrun, until a share of the effort is spent or none is left."""
        strict = self.layout.board
        sheet, best = self.layout.sheet(self.plan), self.layout.sheet(self.plan)
        least = badness(best, self.groups)
        unit = 1 if self.missed else self.groups.scale
        begun, steps = self.effort.spent, self._steps(until)
        while any(least) and self.effort.spent < until:
            left = (until - self.effort.spent) / (until - begun)
            heat = LATE_HEAT * unit * left**2 + COLD
            users = self._users(sheet, self.groups.movable)
            recover(self.loose, strict, sheet, self.groups, users, self.trays[0], self.states[0], steps, heat)
            self.effort.used += steps / STEPS
            now = badness(sheet, self.groups)
            if now < least:
                level, value = first_level(missed=self.missed), now[0]
                if now[0] == least[0]:
                    level, value = "overrun", now[1]
                best = Sheet(sheet.start.copy(), sheet.finish.copy(), sheet.free.copy())
                least = now
                self.effort.tell(level, value, None)
        self.plan = right_justified(self.net, self.layout.dates(best), self.ends, missed=self.missed)

    def recreate(self, until: float, bound: Any) -> None:
        """Later starts, until a share of the effort is spent; no deadline is missed by more than now."""
        if not len(self.groups.movable):
            return
        net, layout, effort = self.net, self.layout, self.effort
        latest = allowed_finishes(net, self.plan, self.ends, missed=self.missed)
        late = late_pass(net, self.plan, latest, hold_in_progress=True)
        assert late is not None
        board = layout.under(late.start)
        sheet = best = layout.sheet(self.plan)
        value, origin = _value(board, best), int(board.activity[:-1, WEIGHT].sum()) * layout.first
        begun, steps = effort.spent, self._steps(until)
        with ThreadPoolExecutor(len(self.trays)) as pool:
            while effort.spent < until:
                left = (until - effort.spent) / (until - begun)
                sheet = self._round(pool, board, sheet, steps, HEAT * self.groups.scale * left**2 + COLD)
                effort.used += steps * len(self.trays) / STEPS
                if _value(board, sheet) > value:
                    best, value = sheet, _value(board, sheet)
                    effort.tell("starts", value + origin, bound)
        self.plan = right_justified(net, layout.dates(best), self.ends, missed=self.missed)

    def _steps(self, until: float) -> int:
        """Placements of a round."""
        if self.effort.limit is None:
            return ROUND
        return min(ROUND, 1 + int((until - self.effort.spent) * self.effort.limit * STEPS / ROUNDS))

    def _round(self, pool: Executor, board: Board, sheet: Sheet, steps: int, heat: float) -> Sheet:
        """Each thread moves what lies in its own span of time and has what is free there."""
        count = len(self.trays)
        shares = (np.arange(1, count) + self.random.uniform(-0.25, 0.25, count - 1)) / count
        cuts = np.quantile(sheet.start[self.groups.movable], shares)
        middle = np.bincount(self.part, sheet.start) / np.bincount(self.part)
        owner, spans = (
            np.searchsorted(cuts, middle)[self.part],
            np.searchsorted(cuts, np.arange(self.layout.slots)),
        )
        start, finish, free = sheet.start.copy(), sheet.finish.copy(), sheet.free.copy()

        def move(k: int) -> Sheet:
            mine = Sheet(sheet.start.copy(), sheet.finish.copy(), np.where(spans == k, sheet.free, given))
            movable = self.groups.movable[owner[self.groups.movable] == k]
            if len(movable):
                groups, users = self.groups._replace(movable=movable), self._users(sheet, movable)
                recreate(board, mine, groups, users, self.trays[k], self.states[k], steps, heat)
            return mine

        given = np.minimum(sheet.free, 0)
        for k, moved in enumerate(pool.map(move, range(count))):
            start[owner == k], finish[owner == k] = moved.start[owner == k], moved.finish[owner == k]
            free += moved.free - np.where(spans == k, sheet.free, given)
        return Sheet(start, finish, free)

    def _users(self, sheet: Sheet, movable: Ints) -> Users:
        """Users of each resource among `movable` activities, in order of start."""
        first = self.layout.board.activity[:, DEMANDS]
        counts = np.diff(first)[movable]
        activity = np.repeat(movable, counts)
        rows = np.repeat(first[movable] - np.cumsum(counts) + counts, counts) + np.arange(len(activity))
        resource = self.layout.board.demand[rows, RESOURCE]
        order = np.lexsort((sheet.start[activity], resource))
        marks = np.searchsorted(resource[order], np.arange(len(self.net.resources) + 1))
        return Users(marks, activity[order], sheet.start[activity[order]])


def _value(board: Board, sheet: Sheet) -> int:
    return int(np.dot(board.activity[:-1, WEIGHT], sheet.start))


def _tray(size: int) -> Tray:
    taken, start, finish, waiting, ready = np.empty((5, size), dtype=np.int64)
    inside = np.zeros(size, dtype=np.bool_)
    return Tray(taken, start, finish, np.empty(size, dtype=np.int64), waiting, ready, inside)


def _components(net: Network) -> Any:
    """A number for each activity, equal for those that links tie together."""
    graph: nx.Graph[int] = nx.Graph((link.pred, link.succ) for link in net.links)
    graph.add_nodes_from(range(len(net)))
    part = np.empty(len(net), dtype=np.int64)
    for k, members in enumerate(nx.connected_components(graph)):
        part[list(members)] = k
    return part
