"""Time of the critical path beside `networkx.dag_longest_path_length`, which gives one number.

    python benchmarks/critical_path.py [--activities N] [--rounds ROUNDS] [--seed SEED]

Both start from the same `networkx` graph and take turns; the table shows medians of processor seconds and
their ratio. "ours" reads the graph, makes both passes, total floats and driving predecessors; free floats and
the first critical path come on top. The networks are seeded and have about two precedences an activity. The
edges carry, as weight, the duration that `networkx` needs to see there.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Hashable
from datetime import date
from statistics import median
from typing import Any

import networkx as nx

from scheduling import Calendar, CriticalPath, critical_path

WEEK = {"5-day": Calendar("5-day", (100,) * 5 + (0, 0)), "7-day": Calendar("7-day", (100,) * 7)}
DATES = {"calendars": WEEK, "start": date(2026, 1, 5)}
NETWORKS = (
    ("layers of 5000", "numbers"),
    ("layers of 100", "numbers"),
    ("layers of 3", "numbers"),
    ("projects of 30", "numbers"),
    ("any two", "numbers"),
    ("layers of 100", "texts"),
    ("any two", "texts"),
    ("layers of 100", "texts in no order"),
    ("layers of 100", "lags"),
    ("layers of 100", "lags, parallel"),
    ("layers of 100", "calendars"),
    ("layers of 100", "calendars, lags"),
)


def precedences(shape: str, count: int, rng: random.Random) -> list[tuple[int, int]]:
    """Two precedences an activity: out of the layer before its own, its project, or any earlier one."""
    if shape == "any two":
        return [(rng.randrange(i), i) for i in range(1, count) for _ in range(2)]
    width, size = (5, 30) if shape == "projects of 30" else (int(shape.split()[-1]), count)
    arcs = []
    for i in range(count):
        first = i - i % size
        layer = i - (i - first) % width
        before = range(max(first, layer - width), layer)
        arcs += [(j, i) for j in rng.sample(before, min(2, len(before)))]
    return arcs


def graph_of(shape: str, features: str, count: int, seed: int) -> nx.DiGraph[Any]:
    """The graph, with numbers or texts as ids and further features by name."""
    rng = random.Random(seed)
    numbers = rng.sample(range(count), count) if "in no order" in features else range(count)
    names: list[Hashable] = [f"A{i}" if "texts" in features else i for i in numbers]
    graph: nx.DiGraph[Any] = nx.MultiDiGraph() if "parallel" in features else nx.DiGraph()
    for name in names:
        graph.add_node(name, duration=rng.randint(1, 20))
        if "calendars" in features:
            graph.nodes[name]["calendar"] = rng.choice(list(WEEK))
    for i, j in precedences(shape, count, rng):
        for _ in range(rng.choice((1, 2)) if "parallel" in features else 1):
            edge: dict[str, Any] = {"weight": graph.nodes[names[i]]["duration"]}
            if "lags" in features:
                edge |= {"type": rng.choice(("FS", "SS", "FF", "SF")), "lag": rng.randint(0, 5)}
            graph.add_edge(names[i], names[j], **edge)
    return graph


def everything(graph: nx.DiGraph[Any], options: dict[str, Any]) -> CriticalPath:
    """Both passes, total floats and driving predecessors."""
    found = critical_path(graph, **options)
    found.total_float, found.driving  # noqa: B018 - computed when asked for
    return found


def seconds(work: Callable[[], Any]) -> float:
    """Processor time of one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def compare(graph: nx.DiGraph[Any], rounds: int, options: dict[str, Any]) -> str:
    """Medians over rounds in which `networkx` and the critical path take turns."""
    theirs, ours = [], []
    for _ in range(rounds):
        theirs.append(seconds(lambda: nx.dag_longest_path_length(graph)))
        ours.append(seconds(lambda: everything(graph, options)))
    found = everything(graph, options)
    free, path = seconds(lambda: found.free_float), seconds(lambda: next(found.paths()))
    ratio = median(ours) / median(theirs)
    size = f"{graph.number_of_edges():8} {median(theirs):9.3f} {median(ours):8.3f} {ratio:6.2f}"
    return f"{size} {free:12.3f} {path:11.3f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--activities", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    head = f"{'links':>8} {'networkx':>9} {'ours':>8} {'ratio':>6} {'free floats':>12} {'first path':>11}"
    print(f"{given.activities} activities\n{'network':35} {head}")
    for shape, features in NETWORKS:
        graph = graph_of(shape, features, given.activities, given.seed)
        line = compare(graph, given.rounds, DATES if "calendars" in features else {})
        print(f"{shape + ', ' + features:35} {line}", flush=True)


if __name__ == "__main__":
    main()
