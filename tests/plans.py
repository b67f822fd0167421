"""Backward plans by brute force, and synthetic portfolios: every place of every activity, slot by slot.

Shares nothing with the package but the compiled network that it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise, product
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.network import FINISH_MILESTONE, START_MILESTONE, WORK, Link, Network, Resource

LENGTH = 400
BASE = 40
FAR = BASE + 40
REACH = 34
"""Slots after the start that brute force tries: in tiny networks no plan of least overrun begins later."""


@dataclass
class Best:
    """Best levels found by enumeration (None: no plan at all) and the starts of one best plan."""

    levels: tuple[Any, ...] | None = None
    places: dict[int, int] = field(default_factory=dict)


class Enumeration:
    """All plans of a network whose unstarted activities begin within REACH slots of `BASE`.

    Work in progress must not depend on unstarted activities. With a `target` of starts the last level is the
    least change.
    """

    def __init__(
        self,
        net: Network,
        ends: list[int],
        resumes: dict[int, int],
        target: dict[int, int] | None = None,
        *,
        missed: bool = False,
    ) -> None:
        self.net, self.ends, self.target, self.missed = net, ends, target, missed
        self.places: dict[int, int] = dict(resumes)
        self.modes: dict[int, int] = {}
        self.best = Best()
        self.todo = [i for i in range(len(net)) if not net.started(i)]

    def run(self) -> Best:
        self.place(0)
        return self.best

    # -- arithmetic, slot by slot ---------------------------------------------------------------------
    def rate(self, table: Any, slot: int) -> int:
        return int(table.rates[slot]) if isinstance(table, CalendarTable) else 100

    def finish(self, i: int) -> int:
        if self.net.done(i):
            return self.net.actual_finish[i]
        return self.walk(i, self.places[i], self.modes.get(i, 0))

    @cache  # noqa: B019
    def walk(self, i: int, at: int, mode: int = 0) -> int:
        work = self.net.modes[i][mode].work if i in self.net.modes else self.net.work[i]
        todo = 100 * work if self.net.kind[i] == WORK else 0
        while todo > 0:
            todo -= self.rate(self.net.tables[i], at)
            at += 1
        return at

    def start(self, i: int) -> int:
        return self.net.actual_start[i] if self.net.started(i) else self.places[i]

    @cache  # noqa: B019
    def lagged(self, link: Link, at: int, lag: int) -> int:
        while lag > 0:
            lag -= self.rate(link.table, at) > 0
            at += 1
        while lag < 0:
            at -= 1
            lag += self.rate(link.table, at) > 0
        return at

    def holds(self, link: Link) -> bool:
        net, j = self.net, link.succ
        if net.done(j) or (link.maximum and net.started(j) and not link.to_finish):
            return True
        if link.maximum:
            return self.within(link, link.lag)
        limit = self.lagged(link, self.event(link), link.lag)
        return (self.finish(j) if link.to_finish else self.places[j]) >= limit

    def event(self, link: Link) -> int:
        return self.finish(link.pred) if link.from_finish else self.start(link.pred)

    def within(self, link: Link, lag: int) -> bool:
        """Whether a maximum lag of this length holds."""
        net, j = self.net, link.succ
        limit = self.lagged(link, self.event(link), lag)
        if not link.to_finish and net.kind[j] != FINISH_MILESTONE:
            while not self.rate(net.tables[j], limit):
                limit += 1
        return (self.finish(j) if link.to_finish else self.places[j]) <= limit

    # -- search ---------------------------------------------------------------------------------------
    def options(self, i: int) -> Iterator[int]:
        net = self.net
        low = max(
            value
            for value in (
                net.starts[net.project[i]],
                net.release[i],
                net.data_date,
                *(gate.arrival for gate in net.gates if i in gate.gates),
            )
            if value is not None
        )
        for at in range(low, BASE + REACH):
            if net.kind[i] == FINISH_MILESTONE or self.rate(net.tables[i], at):
                if at > net.start_by.get(i, at):
                    return
                yield at

    def allowed(self, i: int) -> bool:
        """Whether the finish keeps a hard deadline and the least finish."""
        line, end = self.net.deadlines.get(i), self.finish(i)
        return end >= self.net.finish_from.get(i, end) and not (line and line.hard and end > line.bound)

    def place(self, depth: int) -> None:
        if depth == len(self.todo):
            self.judge()
            return
        i = self.todo[depth]
        for at, mode in product(self.options(i), range(len(self.net.modes.get(i, (0,))))):
            self.places[i], self.modes[i] = at, mode
            known = [link for link in self.net.links if i in (link.pred, link.succ) and self.known(link)]
            holds = self.allowed(i) and all(self.holds(link) for link in known)
            if holds and self.fits(i) and not self.hopeless():
                self.place(depth + 1)
            del self.places[i], self.modes[i]

    def known(self, link: Link) -> bool:
        return all(k in self.places or self.net.done(k) for k in (link.pred, link.succ))

    def demand(self, i: int) -> tuple[tuple[int, int], ...]:
        mode = self.modes.get(i, 0)
        return self.net.modes[i][mode].demand if i in self.net.modes else self.net.demand[i]

    def fits(self, i: int) -> bool:
        net = self.net
        for k, units in self.demand(i):
            for slot in range(self.places[i], FAR if net.resources[k].consumed else self.finish(i)):
                held = units
                for j in range(len(net)):
                    if j != i and (j in self.places or net.started(j)) and self.holds_at(j, k, slot):
                        held += sum(number for which, number in self.demand(j) if which == k)
                there = net.resources[k].capacity
                for when, number in net.resources[k].changes:
                    there = number if when <= slot else there
                if held > there:
                    return False
        return True

    def holds_at(self, j: int, k: int, slot: int) -> bool:
        """Whether an activity holds units of a resource (of a stock: has taken them)."""
        if self.net.resources[k].consumed:
            return self.start(j) <= slot
        begin = self.net.data_date if self.net.started(j) else self.places[j]
        return not self.net.done(j) and begin <= slot < self.finish(j)

    def lateness(self) -> Any:
        return sum(
            line.weight * (min(1, over) if self.missed else over)
            for i, line in self.net.deadlines.items()
            if i in self.places and (over := self.finish(i) - line.bound) > 0
        )

    def overrun(self) -> int:
        """Slots past the project ends, of what is placed or done."""
        over = [0] * len(self.ends)
        for i, k in enumerate(self.net.project):
            if i in self.places or self.net.done(i):
                over[k] = max(over[k], self.finish(i) - self.ends[k])
        return sum(over)

    def hopeless(self) -> bool:
        """Whether what is placed so far is worse already than the best plan."""
        return self.best.levels is not None and (self.lateness(), self.overrun()) > self.best.levels[:2]

    def judge(self) -> None:
        net = self.net
        begun = sum(at for i, at in self.places.items() if net.started(i))
        starts = sum(at for i, at in self.places.items() if not net.started(i) and net.kind[i] == WORK)
        last = -starts
        if self.target is not None:
            last = sum(abs(self.places[i] - when) for i, when in self.target.items())
        found = (self.lateness(), self.overrun(), begun, self.cost(), last)
        if self.best.levels is None or found < self.best.levels:
            self.best = Best(found, dict(self.places))

    def cost(self) -> Any:
        net = self.net
        total = sum(modes[self.modes.get(i, 0)].cost for i, modes in net.modes.items())
        for link in net.links:
            if link.extension and not net.started(link.succ):
                slots, times, price = link.extension
                total += price * next(
                    used for used in range(times + 1) if self.within(link, link.lag - (times - used) * slots)
                )
        return total


# -- tiny networks ----------------------------------------------------------------------------------------
RATES = ([100], [100, 100, 0], [100, 30, 0, 60], [0, 100, 50])


@st.composite
def tiny(
    draw: st.DrawFn,
    *,
    maxima: bool = False,
    resources: int = 1,
    progress: bool = False,
    extensions: bool = False,
    modes: bool = False,
    stock: bool = False,
    pinned: bool = False,
) -> Network:
    """A few activities with all relations, lags of both signs, partial rates, deadlines and one resource.

    On demand with maximum lags, extendable ones, work in progress, modes, a stock, and activities with a
    last start or a least finish.
    """
    calendars = {f"c{k}": CalendarTable(f"c{k}", np.resize(rates, LENGTH)) for k, rates in enumerate(RATES)}
    names = st.sampled_from([None, *calendars])
    graph: Any = nx.MultiDiGraph()
    size = draw(st.sampled_from([2, 2, 3] if modes else [2, 3, 3, 3, 4]))
    for i in range(size):
        node: dict[str, Any] = {"duration": draw(st.sampled_from([0, 1, 1, 2, 2, 3]))}
        if not node["duration"]:
            node["milestone"] = draw(st.sampled_from(["start", "finish"]))
        elif resources:
            node["demand"] = {f"r{k}": draw(st.sampled_from([0, 1, 1, 2])) for k in range(resources)}
        node["calendar"] = draw(names)
        node["project"] = draw(st.sampled_from(["p", "p", "q"]))
        if draw(st.integers(0, 5)) == 0:
            node["release"] = BASE + draw(st.integers(0, 4))
        if modes and node["duration"] and draw(st.booleans()):
            node["cost"] = draw(st.sampled_from([0, 0, 1]))
            node["modes"] = {
                "other": {
                    "duration": draw(st.sampled_from([1, 2, 3])),
                    "cost": draw(st.sampled_from([0, 1, 1.5])),
                    "demand": {key: draw(st.integers(0, 2)) for key in node.get("demand", ())},
                }
            }
        if stock and node["duration"]:
            node.setdefault("demand", {})["stock"] = draw(st.integers(0, 2))
        if pinned and draw(st.integers(0, 2)) == 0:
            node["start_by"] = BASE + draw(st.integers(0, 8))
        if pinned and draw(st.integers(0, 2)) == 0:
            node["finish_from"] = BASE + draw(st.integers(0, 8))
        if draw(st.booleans()):
            node["deadline"] = BASE + draw(st.integers(0, 9))
            node["weight"] = draw(st.sampled_from([1, 1, 2, 0.5]))
            node["hard"] = draw(st.integers(0, 4)) == 0
        graph.add_node(f"a{i}", **{key: value for key, value in node.items() if value is not None})
    if progress:
        graph.add_node("a", duration=3, actual_start=BASE - 2, remaining=draw(st.integers(1, 3)),
                       demand={"r0": draw(st.sampled_from([1, 2, 3]))}, project="p")  # fmt: skip
        graph.add_edge("a", "a0", type=draw(st.sampled_from(["FS", "SS", "FF"])))
    for j in range(1, size):
        for i in draw(st.sets(st.integers(0, j - 1), max_size=2)):
            graph.add_edge(
                f"a{i}",
                f"a{j}",
                type=draw(st.sampled_from(["FS", "FS", "SS", "FF", "SF"])),
                lag=draw(st.sampled_from([-2, -1, 0, 0, 0, 1, 2])),
                lag_calendar=draw(st.sampled_from(["elapsed", *calendars])),
            )
    if maxima:
        i, j = draw(st.permutations(range(size)))[:2]
        relation = draw(st.sampled_from(["FS", "SS", "FF", "SF"]))
        lag = draw(st.integers(0, 4))
        key = graph.add_edge(f"a{i}", f"a{j}", type=relation, lag=None, maximum_lag=lag)
        if extensions:
            price = draw(st.sampled_from([0, 1, 2]))
            extension = {"extension": 1, "extensions": 2, "extension_cost": price}
            graph.edges[f"a{i}", f"a{j}", key].update(extension)
    supplies = [Resource.stock("stock", draw(st.integers(0, 3)), [(BASE + 3, 1), (BASE + 6, 2)])]
    changes = ((BASE + draw(st.integers(1, 6)), draw(st.integers(0, 2))), (BASE + 7, 2))
    return compile_network(
        graph,
        calendars=calendars,
        start=BASE,
        data_date=BASE if progress else None,
        resources=[Resource(f"r{k}", draw(st.integers(1, 2)), changes) for k in range(resources)]
        + supplies * stock,
    )


# -- portfolios -------------------------------------------------------------------------------------------
def portfolio(activities: int, *, seed: int = 0, tightness: float = 1.35, capacity: int = 4) -> Network:
    """A synthetic portfolio: projects of 15 activities, mixed calendars and lags, three shared resources.

    `tightness` is each project's time to its deadline over its length without resources.
    """
    random = np.random.default_rng(seed)
    days = 6000
    week = np.resize([100] * 5 + [0, 0], days)
    winter = np.where(np.arange(days) % 365 < 60, 30, 100)
    winter[np.arange(days) % 365 < 15] = 0
    calendars = {
        "office": CalendarTable("office", week),
        "site": CalendarTable("site", winter),
        "trade": CalendarTable("trade", np.resize([100] * 6 + [0], days)),
    }
    graph: Any = nx.DiGraph()
    count = 15
    starts: dict[Any, int] = {}
    for p in range(-(-activities // count)):
        starts[f"p{p:02}"] = origin = 400 + int(random.integers(0, 120))
        names = [f"p{p:02}a{i:02}" for i in range(count)]
        for i, name in enumerate(names):
            graph.add_node(
                name,
                duration=int(random.integers(3, 25)),
                project=f"p{p:02}",
                calendar=str(random.choice(["office", "site", "trade"])),
                demand={f"r{k}": int(random.integers(1, 3)) for k in range(3) if random.random() < 0.35},
            )
            for j in {int(random.integers(max(0, i - 5), i)) for _ in range(2)} if i else ():
                kind, lag = [("FS", 0), ("FS", 2), ("SS", 4), ("FF", 3)][int(random.integers(0, 4))]
                graph.add_edge(names[j], name, type=kind, lag=lag)
        for first, second in pairwise(names[-3:]):
            graph.add_edge(first, second, type="FS", lag=0)
        graph.nodes[names[-1]]["deadline"] = origin + int(tightness * 260)
    resources = [
        Resource(f"r{k}", capacity * activities // 60, ((600, capacity * activities // 50),))
        for k in range(3)
    ]
    return compile_network(graph, calendars=calendars, start=starts, resources=resources)


__all__ = ["BASE", "START_MILESTONE", "Enumeration", "portfolio", "tiny"]
