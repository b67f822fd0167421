"""Time of the critical path beside `networkx.dag_longest_path_length`, which gives one number.

    python benchmarks/critical_path.py [--activities N] [--rounds ROUNDS] [--seed SEED]

Both start from the same `networkx` graph and take turns; the table shows medians and their ratio. "ours" reads
the graph, makes both passes, total floats and driving predecessors; free floats and the first critical path
come on top. The networks are layered, seeded, have two precedences an activity, and their ids are texts in no
order. The edges carry, as weight, the duration that `networkx` needs to see there.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

import networkx as nx

from scheduling import Calendar, CriticalPath, critical_path

WEEK = {"5-day": Calendar("5-day", (100,) * 5 + (0, 0)), "7-day": Calendar("7-day", (100,) * 7)}
DATES = {"calendars": WEEK, "start": date(2026, 1, 5)}


def layered(activities: int, width: int, rng: random.Random, parts: int = 1) -> list[tuple[int, int]]:
    """Two precedences an activity, from the `width` activities before its layer and of its own part."""
    arcs, size = [], activities // parts
    for i in range(activities):
        first = i - i % size
        layer = i - (i - first) % width
        before = range(max(first, layer - width), layer)
        arcs += [(j, i) for j in rng.sample(before, min(2, len(before)))]
    return arcs


def graph_of(
    arcs: list[tuple[int, int]],
    activities: int,
    rng: random.Random,
    *,
    mixed: bool,
    parallel: bool,
    dated: bool,
) -> nx.DiGraph[str]:
    """The graph; `mixed` relations and lags, `parallel` links between the same two activities, calendars."""
    graph: nx.DiGraph[str] = nx.MultiDiGraph() if parallel else nx.DiGraph()
    names = [f"A{number}" for number in rng.sample(range(10 * activities), activities)]
    work = [rng.randint(1, 20) for _ in names]
    for name, days in zip(names, work, strict=True):
        graph.add_node(name, duration=days, **({"calendar": rng.choice(list(WEEK))} if dated else {}))
    for i, j in arcs:
        for _ in range(1 + (parallel and rng.random() < 0.5)):
            link = {"type": rng.choice(("FS", "SS", "FF", "SF")), "lag": rng.randint(0, 5)} if mixed else {}
            graph.add_edge(names[i], names[j], weight=work[i], **link)
    return graph


def everything(graph: nx.DiGraph[str], options: dict[str, Any]) -> CriticalPath:
    """Both passes, total floats and driving predecessors."""
    found = critical_path(graph, **options)
    found.total_float, found.driving  # noqa: B018 - computed when asked for
    return found


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Time of one call, and its result."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def compare(name: str, graph: nx.DiGraph[str], rounds: int, options: dict[str, Any]) -> str:
    """One line: medians over rounds in which `networkx` and the critical path take turns."""
    times: list[tuple[float, ...]] = []
    for _ in range(rounds):
        theirs, _ = seconds(lambda: nx.dag_longest_path_length(graph))
        ours, found = seconds(lambda: everything(graph, options))
        free, _ = seconds(lambda found=found: found.free_float)
        path, _ = seconds(lambda found=found: next(found.paths()))
        times.append((theirs, ours, free, path))
    theirs, ours, free, path = map(median, zip(*times, strict=True))
    size = f"{len(graph):10} {graph.number_of_edges():8}"
    return f"{name:20} {size} {theirs:9.3f} {ours:8.3f} {ours / theirs:6.2f} {free:11.3f} {path:11.3f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--activities", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    count = given.activities
    shapes = {"wide": (count // 20, 1), "middle": (100, 1), "deep": (3, 1), "portfolio": (5, count // 30)}
    kinds: dict[str, tuple[str, dict[str, bool]]] = {
        **{shape: (shape, {}) for shape in shapes},
        "mixed, lags": ("middle", {"mixed": True}),
        "mixed, MultiDiGraph": ("middle", {"mixed": True, "parallel": True}),
        "dated": ("middle", {"dated": True}),
        "dated, mixed, lags": ("middle", {"dated": True, "mixed": True}),
    }
    head = f"{'activities':>10} {'links':>8} {'networkx':>9} {'ours':>8} {'ratio':>6}"
    print(f"{'network':20} {head} {'free floats':>11} {'first path':>11}")
    for name, (shape, features) in kinds.items():
        rng = random.Random(given.seed)
        arcs = layered(count, shapes[shape][0], rng, shapes[shape][1])
        graph = graph_of(arcs, count, rng, **{"mixed": False, "parallel": False, "dated": False} | features)
        print(compare(name, graph, given.rounds, DATES if "dated" in features else {}), flush=True)


if __name__ == "__main__":
    main()
