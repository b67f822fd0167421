"""Conflicts planted in seeded portfolios: are they found, irreducible, and mended by every repair offered?

    python benchmarks/conflicts.py [--portfolios N] [--first SEED]

Each portfolio has a deadline that a late factor makes impossible and a pool that is booked for more projects
than it can serve before their deadlines; everything else has room. An explanation passes when it names only
what was planted, cannot hold (asked again), and can hold without any one of its elements (asked again). A
repair passes when the changed projects have a plan that keeps every deadline, which the validator accepts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np

from scheduling import Factor, Network, Resource, backward_schedule, compile_network, validate
from scheduling.calendar import CalendarTable
from scheduling.changes import changed
from scheduling.conflicts import Conflict, bounded, find_conflicts, without_deadlines
from scheduling.elements import Kind, named
from scheduling.feasibility import attempt
from scheduling.parts import restrict
from scheduling.repairs import Change, Repair, find_repairs, repaired
from scheduling.validator import measure

DAYS = 4000
BEGIN = 1000
SIZES = 10, 100


@dataclass(frozen=True)
class Planted:
    """A portfolio and what is impossible in it: names that an explanation may use, conflict by conflict."""

    network: Network
    chain: frozenset[Any]
    pool: frozenset[Any]


def planted(seed: int, projects: int | None = None) -> Planted:
    """A portfolio of 10 to 100 projects of 15 to 30 activities, the same for the same seed."""
    random = np.random.default_rng(seed)
    count = projects or int(random.integers(SIZES[0], SIZES[1] + 1))
    graph: Any = nx.DiGraph()
    spines = [_project(graph, f"p{k:03}", random) for k in range(count)]
    chosen = [int(k) for k in random.permutation(count)]
    late, booked = chosen[0], chosen[1 : 2 + int(random.integers(2, 5))]
    factors, starts = [], {}
    for k, spine in enumerate(spines):
        starts[f"p{k:03}"] = BEGIN + int(random.integers(0, 200))
        graph.nodes[spine[-1]]["deadline"] = BEGIN + 1400
    # A factor that arrives so late that the rest of the spine overshoots by some days.
    gated = spines[late][len(spines[late]) // 2]
    rest = spines[late][len(spines[late]) // 2 :]
    arrival = BEGIN + 600
    work = sum(graph.nodes[name]["duration"] for name in rest)
    graph.nodes[rest[-1]]["deadline"] = arrival + work - int(random.integers(1, work // 3))
    graph.nodes[rest[-1]]["hard"] = bool(random.integers(2))
    factors.append(Factor("factor", (gated,), arrival))
    # A pool with one unit less than the projects that all need it between a release and a deadline.
    users = []
    begin = BEGIN + 500 + int(random.integers(0, 200))
    for k in booked:
        use, after = spines[k][-4], spines[k][-1]
        graph.nodes[use].update(demand={"pool": 1}, release=begin + int(random.integers(0, 4)), duration=20)
        tail = sum(graph.nodes[name]["duration"] for name in spines[k][-3:])
        graph.nodes[after].update(deadline=begin + 30 + int(random.integers(0, 5)) + 2 * tail, hard=True)
        for name in spines[k][-3:]:
            graph.nodes[name]["calendar"] = "half"
        users += spines[k][-4:]
    resources = [Resource(f"r{k}", 3 * count) for k in range(3)] + [Resource("pool", len(booked) - 1)]
    calendars = {
        "week": CalendarTable("week", np.resize([100] * 5 + [0, 0], DAYS)),
        "half": CalendarTable("half", np.full(DAYS, 50)),
    }
    net = compile_network(graph, calendars=calendars, start=starts, resources=resources, factors=factors)
    return Planted(net, frozenset(["factor", *rest]), frozenset(["pool", *users]))


def _project(graph: Any, name: str, random: np.random.Generator) -> list[str]:
    """A spine of activities one after the other and short branches beside it that have room."""
    size = int(random.integers(15, 31))
    spine = [f"{name}s{k:02}" for k in range(size // 2)]
    for k, item in enumerate(spine):
        graph.add_node(item, duration=int(random.integers(5, 20)), project=name)
        if k % 3 == 0:
            graph.nodes[item]["demand"] = {f"r{int(random.integers(3))}": 1}
    graph.add_edges_from(pairwise(spine))
    for k in range(size - len(spine)):
        branch, at = f"{name}b{k:02}", int(random.integers(0, len(spine) - 6))
        graph.add_node(branch, duration=int(random.integers(1, 4)), project=name, calendar="week")
        graph.add_edge(spine[at], branch)
        graph.add_edge(branch, spine[at + 3], type="FS", lag=0)
        graph.nodes[branch]["demand"] = {f"r{int(random.integers(3))}": 1}
    return spine


def faults(case: Planted, found: list[Conflict]) -> Iterator[str]:
    """What is wrong with the explanations of a portfolio."""
    if len(found) != 2:
        yield f"{len(found)} conflicts instead of 2"
        return
    for conflict, facts in zip(found, (case.chain, case.pool), strict=True):
        strangers = names_in(conflict) - facts
        if strangers:
            yield f"names {sorted(map(str, strangers))}, which were not planted"
        if not conflict.proved or conflict.unproved:
            yield "not proved"
        yield from not_irreducible(conflict)


def names_in(conflict: Conflict) -> set[Any]:
    """Ids of activities, factors and resources that a conflict names."""
    net = conflict.network
    resources = {net.resources[item.position].id for item in conflict.of(Kind.CAPACITY)}
    return {
        *conflict.activities,
        *(net.gates[item.position].id for item in conflict.of(Kind.FACTOR)),
        *resources,
    }


def not_irreducible(conflict: Conflict) -> Iterator[str]:
    """Asks again: together impossible, without any one possible."""
    net = replace(conflict.network, modes={}, choice={})
    kept = [item for item in conflict.elements if item.kind is not Kind.CALENDAR]
    if attempt(named(net, kept), 10).possible is not False:
        yield "together they can hold"
    for element in conflict.elements:
        rest = [item for item in kept if item is not element]
        flat = element.table if element.kind is Kind.CALENDAR else None
        if attempt(named(net, rest, flat=flat), 10).possible is not True:
            yield f"impossible without {element.kind.value} too"


def does_not_mend(repair: Repair, conflict: Conflict, others: list[Conflict]) -> Iterator[str]:
    """Plans the changed projects again, without what other conflicts say of them."""

    def involved(net: Network) -> Network:
        net = without_deadlines(net, [i for other in others for i in bounded(other)])
        return restrict(net, [i for i, k in enumerate(net.project) if net.projects[k] in repair.projects])

    net, allowed = involved(repaired(conflict.network, repair)), 0
    if repair.change is Change.SOFTEN and repair.element is not None:
        # The dates of the deadline moved by as much are the plan that misses it by no more.
        moved = involved(changed(conflict.network, repair.element, repair.amount))
        dates = attempt(moved, 10).dates
        allowed = repair.amount * conflict.network.deadlines[repair.element.position].weight
    else:
        plan = backward_schedule(net, limit=10)
        net, dates = plan.network, plan.dates
    told = f"{repair.change.value} by {repair.amount} does not do"
    if dates is None:
        yield f"{told}: no plan"
    elif validate(net, dates) or measure(net, dates).weighted_lateness > allowed:
        yield f"{told}: not valid, or late"


def main() -> None:
    """Print a line a portfolio and the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--portfolios", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    options = parser.parse_args()
    print("seed projects activities  found in s  elements  repairs  found in s")
    good = 0
    for seed in range(options.first, options.first + options.portfolios):
        case = planted(seed)
        begun = time.perf_counter()
        found = list(find_conflicts(case.network))
        middle = time.perf_counter()
        mended = [find_repairs(conflict) for conflict in found]
        end = time.perf_counter()
        wrong = list(faults(case, found))
        for conflict, repairs in zip(found, mended, strict=True):
            others = [other for other in found if other is not conflict]
            wrong += [] if repairs else ["no repair"]
            wrong += [fault for repair in repairs for fault in does_not_mend(repair, conflict, others)]
        good += not wrong
        sizes = "+".join(str(len(conflict.elements)) for conflict in found)
        counts = "+".join(str(len(repairs)) for repairs in mended)
        size = f"{seed:4} {len(case.network.projects):8} {len(case.network):10}"
        times = f"{middle - begun:11.2f} {sizes:>9} {counts:>8} {end - middle:11.2f}"
        print(f"{size} {times}  {'; '.join(wrong)}", flush=True)
    print(f"{good} of {options.portfolios}")


if __name__ == "__main__":
    main()
