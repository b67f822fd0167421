"""Backward schedules of synthetic portfolios beside serial generation by latest finish time.

    python benchmarks/portfolio.py [--projects 550] [--activities 30] [--resources 10] [--utilisation 0.5 0.8]
                                   [--seeds 0 1 2 3 4] [--seconds 60 | --limit WORK_UNITS] [--workers 2]

"late" is the weighted lateness. "early" is the mean number of slots by which an activity with work starts
before its greatest date without resources; 0 is what no plan under resources need reach, "bound" what none
can undercut. Plans are compared by "late" first. "first" is when the first plan was there.

The generator was fixed before anything was solved. A witness plan, generated forwards in time, keeps every
release and capacity; every deadline lies some days after it, so that all of them can be kept. Utilisation is
the work in units times slots over capacity times the time between the first start and the last early finish.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

import networkx as nx
import numpy as np

from scheduling import backward_schedule
from scheduling.backward import greatest, project_ends
from scheduling.build import compile_network
from scheduling.calendar import Calendar
from scheduling.network import WORK, Network, Resource
from scheduling.passes import Dates, early_pass
from scheduling.places import finish_of, greatest_start, least_start
from scheduling.plan import Levels, levels
from scheduling.validator import validate

FIRST = date(2027, 1, 4)
LINKS = (("FS", 0), ("FS", 0), ("FS", 0), ("FS", 2), ("FS", 5), ("SS", 3), ("SS", 6), ("FF", 2))


# -- the portfolios ---------------------------------------------------------------------------------------
def calendars() -> dict[str, Calendar]:
    """Offices with holidays, sites with a slow winter, suppliers with half Saturdays; all rest in spring."""
    office: dict[date, Any] = {}
    site: dict[date, Any] = {}
    for year in range(FIRST.year - 30, FIRST.year + 40):
        for month, day, days in ((2, 5, 8), (5, 1, 5), (10, 1, 7)):
            office |= {date(year, month, day) + timedelta(k): 0 for k in range(days)}
        site |= {date(year, 1, 1) + timedelta(k): 30 for k in range(59)}
        site |= {date(year, 2, 1) + timedelta(k): 0 for k in range(15)}
    return {
        "office": Calendar("office", (100,) * 5 + (0, 0), office),
        "site": Calendar("site", (100,) * 7, site),
        "supplier": Calendar("supplier", (100,) * 5 + (50, 0), office),
    }


def portfolio(projects: int, activities: int, resources: int, utilisation: float, seed: int) -> Network:
    """A portfolio whose deadlines can all be kept."""
    random = np.random.default_rng(seed)
    graph: Any = nx.DiGraph()
    starts = {}
    for p in range(projects):
        starts[f"p{p:03}"] = FIRST + timedelta(int(random.integers(0, 120 + 5 * projects // 2)))
        add_project(graph, f"p{p:03}", activities, resources, random)
    options: dict[str, Any] = {"calendars": calendars(), "start": starts}
    pools = [Resource(f"r{k}", 10**6) for k in range(resources)]
    net = compile_network(graph, resources=pools, **options)
    early = early_pass(net)
    add_releases(graph, net, early, random)
    net = compile_network(graph, resources=pools, **options)
    early = early_pass(net)
    pools = [pool(net, early, k, utilisation) for k in range(resources)]
    net = compile_network(graph, resources=pools, **options)
    witness = Generation(net, early).forward(early.start, early.start)
    add_deadlines(graph, net, early, witness, random)
    return compile_network(graph, resources=pools, **options)


def add_project(
    graph: Any, project: str, activities: int, resources: int, random: np.random.Generator
) -> None:
    """Activities with work, each after one or two of the six before it, and a milestone at the end."""
    names = [f"{project}a{i:02}" for i in range(activities)]
    for i, name in enumerate(names[:-1]):
        kinds = random.choice(resources, size=random.choice([0, 1, 2], p=[0.3, 0.5, 0.2]), replace=False)
        graph.add_node(
            name,
            project=project,
            duration=int(random.integers(2, 26)),
            calendar=str(random.choice(["office", "site", "supplier"], p=[0.4, 0.4, 0.2])),
            demand={f"r{k}": int(random.integers(1, 5)) for k in sorted(kinds)},
        )
        for j in (
            {int(random.integers(max(0, i - 6), i)) for _ in range(int(random.integers(1, 3)))} if i else ()
        ):
            relation, lag = LINKS[int(random.integers(len(LINKS)))]
            graph.add_edge(names[j], name, type=relation, lag=lag)
            if random.random() < 0.2:
                graph.edges[names[j], name]["lag_calendar"] = "elapsed"
    graph.add_node(names[-1], project=project, duration=0)
    graph.add_edges_from((name, names[-1]) for name in names[:-1])


def add_releases(graph: Any, net: Network, early: Dates, random: np.random.Generator) -> None:
    """A tenth of the activities are held back, by up to a month."""
    assert net.axis
    for i, name in enumerate(net.ids):
        if net.kind[i] == WORK and random.random() < 0.1:
            graph.nodes[name]["release"] = net.axis.start_date(early.start[i] + int(random.integers(1, 31)))


def pool(net: Network, early: Dates, k: int, utilisation: float) -> Resource:
    """A resource with a tenth more units in the second half, and never fewer than one activity needs."""
    first, last = min(early.start), max(early.finish)
    rows = [(i, units) for i, row in enumerate(net.demand) for which, units in row if which == k]
    held = sum(units * (early.finish[i] - early.start[i]) for i, units in rows)
    capacity = max(round(held / utilisation / (last - first) / 1.05), *(units for _, units in rows))
    assert net.axis
    middle = net.axis.start_date((first + last) // 2)
    return Resource(f"r{k}", capacity, ((middle, round(1.1 * capacity)),))


def add_deadlines(
    graph: Any, net: Network, early: Dates, witness: Dates, random: np.random.Generator
) -> None:
    """The end of every project, and one activity on the way in every second, due after the witness's date."""
    assert net.axis
    members: dict[int, list[int]] = {}
    for i, k in enumerate(net.project):
        members.setdefault(k, []).append(i)
    for rows in members.values():
        length = early.finish[rows[-1]] - min(early.start[i] for i in rows)
        due = [rows[-1]] + ([rows[len(rows) // 2]] if random.random() < 0.5 else [])
        for i in due:
            slack = int(random.uniform(0.1, 0.5) * length)
            node = graph.nodes[net.ids[i]]
            node["deadline"] = net.axis.finish_date(witness.finish[i] + slack)
            node["weight"] = int(random.integers(1, 4))


# -- the peer ---------------------------------------------------------------------------------------------
class Generation:
    """Serial generation: one activity after the other, each at its first or last place with free units."""

    def __init__(self, net: Network, early: Dates) -> None:
        self.net, self.early = net, early
        self.start: list[Any] = list(early.start)
        self.finish: list[Any] = list(early.finish)
        self.free = np.empty((0, 0))

    def clear(self) -> None:
        """All units free."""
        last = max(table.horizon for table in self.net.tables)
        self.free = np.array([[pool.capacity_at(t) for t in range(last)] for pool in self.net.resources])

    def dates(self) -> Dates:
        return Dates(list(self.start), list(self.finish), list(self.start))

    def place(self, i: int, at: Any) -> None:
        self.start[i], self.finish[i] = at, finish_of(self.net, i, at, self.net.work[i])
        for k, units in self.net.demand[i]:
            self.free[k, self.start[i] : self.finish[i]] -= units

    def short(self, i: int, at: Any) -> Any:
        """Slots after `at` in which units are short."""
        length = finish_of(self.net, i, at, self.net.work[i]) - at
        lacking = np.zeros(length, dtype=bool)
        for k, units in self.net.demand[i]:
            lacking |= self.free[k, at : at + length] < units
        return at + np.flatnonzero(lacking)

    def forward(self, order: Sequence[Any], floor: Sequence[Any]) -> Dates:
        """By least `order`, each at its least place from `floor` on."""
        self.clear()
        net = self.net
        for i in sequence(net, order, [[link.pred for link in links] for links in net.into]):
            begin, end = floor[i], None
            for link in net.into[i]:
                event = self.finish[link.pred] if link.from_finish else self.start[link.pred]
                bound = link.table.shift(event, link.lag)
                if link.to_finish:
                    end = bound if end is None else max(end, bound)
                else:
                    begin = max(begin, bound)
            at = least_start(net, i, begin, end, net.work[i])
            while (lacking := self.short(i, at)).size:
                at = least_start(net, i, lacking[-1] + 1, end, net.work[i])
            self.place(i, at)
        return self.dates()

    def backward(self, order: Sequence[Any], latest: Sequence[Any]) -> Dates:
        """By greatest `order`, each at its greatest place that finishes by `latest`."""
        self.clear()
        net = self.net
        ranks = [-rank for rank in order]
        for i in sequence(net, ranks, [[link.succ for link in links] for links in net.out_of]):
            begin, end = None, latest[i]
            for link in net.out_of[i]:
                event = self.finish[link.succ] if link.to_finish else self.start[link.succ]
                bound = link.table.unshift_latest(event, link.lag)
                if link.from_finish:
                    end = min(end, bound)
                else:
                    begin = bound if begin is None else min(begin, bound)
            at = greatest_start(net, i, begin, end, net.work[i])
            while (lacking := self.short(i, at)).size:
                at = greatest_start(net, i, begin, int(lacking[0]), net.work[i])
            self.place(i, at)
        return self.dates()


def sequence(net: Network, rank: Sequence[Any], before: Sequence[Sequence[int]]) -> list[int]:
    """By least rank among what comes after everything `before` it."""
    waiting = [len(others) for others in before]
    after: list[list[int]] = [[] for _ in waiting]
    for i, others in enumerate(before):
        for j in others:
            after[j].append(i)
    ready = [(rank[i], i) for i, count in enumerate(waiting) if not count]
    heapify(ready)
    found = []
    while ready:
        found.append(heappop(ready)[1])
        for j in after[found[-1]]:
            waiting[j] -= 1
            if not waiting[j]:
                heappush(ready, (rank[j], j))
    return found


def latest_finish_time(net: Network, early: Dates, late: Dates, ends: Sequence[Any]) -> Dates:
    """The peer: backwards by late finish; if that breaks releases, forwards in its order and back again."""
    generation = Generation(net, early)
    dates = generation.backward(late.finish, late.finish)
    if any(at < least for at, least in zip(dates.start, early.start, strict=True)):
        dates = generation.forward(dates.start, early.start)
        latest = [max(ends[k], dates.finish[i]) for i, k in enumerate(net.project)]
        for i, line in net.deadlines.items():
            latest[i] = max(line.bound, dates.finish[i])
        dates = generation.backward(dates.finish, latest)
    assert not validate(net, dates)
    return dates


# -- the table --------------------------------------------------------------------------------------------
def compare(net: Network, seed: int, options: argparse.Namespace) -> str:
    """One line: the peer, then the plan."""
    early = early_pass(net)
    ends = project_ends(net, early)
    late = greatest(net, early, ends)
    greatest_sum = -levels(net, late, ends).earliness
    working = sum(kind == WORK for kind in net.kind)

    def columns(judged: Levels) -> str:
        return f"{judged.lateness:8} {(greatest_sum + judged.earliness) / working:7.2f}"

    begun = time.perf_counter()
    peer = levels(net, latest_finish_time(net, early, late, ends), ends)
    peer_seconds = time.perf_counter() - begun
    told: list[Any] = []
    begun = time.perf_counter()
    plan = backward_schedule(
        net,
        seed=seed,
        limit=options.limit,
        seconds=None if options.limit else options.seconds,
        workers=options.workers,
        progress=told.append,
    )
    seconds = time.perf_counter() - begun
    assert plan.dates is not None
    found = levels(net, plan.dates, ends)
    bound = (greatest_sum - plan.objective_bound) / working
    return (
        f"{columns(peer)} {peer_seconds:7.1f} {columns(found)} {bound:7.2f} {told[0].seconds:7.1f} "
        f"{seconds:7.1f}  {plan.status.value} ({plan.solver})"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--projects", type=int, default=550)
    parser.add_argument("--activities", type=int, default=30)
    parser.add_argument("--resources", type=int, default=10)
    parser.add_argument("--utilisation", type=float, nargs="+", default=[0.5, 0.8])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--limit", type=float, help="deterministic work units instead of seconds")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    print(f"{'':17} {'latest finish time':>24} {'backward schedule':>40}")
    print(f"{'utilisation seed':>17} {'late':>8} {'early':>7} {'seconds':>7} ", end="")
    print(f"{'late':>8} {'early':>7} {'bound':>7} {'first':>7} {'seconds':>7}")
    for utilisation in options.utilisation:
        for seed in options.seeds:
            net = portfolio(options.projects, options.activities, options.resources, utilisation, seed)
            print(f"{utilisation:12} {seed:4} {compare(net, seed, options)}", flush=True)


if __name__ == "__main__":
    main()
