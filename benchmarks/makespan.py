"""Least makespans of PSPLIB's problems (j30, j60, j90, j120) beside PyJobShop, instance by instance.

    python benchmarks/makespan.py [--sets j30 j60 j90 j120] [--seconds 10] [--workers 2] [--sample 20]
                                  [--seed 0] [--alone]

Only instances whose best known makespan exceeds the critical path count. Both get the same seconds and
threads and take turns on each instance; every plan of ours is checked by the independent validator. Kernels
are compiled before the clock starts. The peer is optional: `pip install pyjobshop==0.0.9`. Problems and best known values are read from the data folder
(``BACKPLAN_DATA``, else ``../shared/data``).
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from scenarios.formats.rcpsp import network, read_instance
from scheduling import earliest_schedule, validate
from scheduling.network import Network

ROOT = Path(__file__).resolve().parents[1]


class Answer(NamedTuple):
    """Makespan and bound of one solver on one instance."""

    makespan: float
    bound: float
    seconds: float


def ours(net: Network, seconds: float, workers: int, seed: int) -> Answer:
    begun = time.perf_counter()
    plan = earliest_schedule(net, limit=None, seconds=seconds, workers=workers, seed=seed)
    assert plan.dates is not None
    assert validate(plan.network, plan.dates) == ()
    return Answer(plan.objective, plan.objective_bound, time.perf_counter() - begun)


def peer(net: Network, seconds: float, workers: int) -> Answer:
    from pyjobshop import Model, solve

    model: Any = Model()
    resources = [model.add_renewable(item.capacity) for item in net.resources]
    tasks = []
    for work, demand in zip(net.work, net.demand, strict=True):
        task = model.add_task()
        held = [resources[k] for k, _ in demand]
        model.add_mode(task, resources=held, duration=int(work), demands=[units for _, units in demand])
        tasks.append(task)
    for link in net.links:
        model.add_end_before_start(tasks[link.pred], tasks[link.succ])
    begun = time.perf_counter()
    found = solve(model.data(), solver="ortools", time_limit=seconds, num_workers=workers, display=False)
    return Answer(found.objective, found.lower_bound, time.perf_counter() - begun)


def compare(name: str, rows: list[dict[str, str]], folder: Path, options: argparse.Namespace) -> None:
    """Print a line an instance and the means of a set."""
    counted = [row for row in rows if row["set"] == name and int(row["best_ub"]) > int(row["cpm"])]
    counted = [row for row in counted if any(folder.rglob(row["instance"]))]
    if options.sample:
        random.Random(options.seed).shuffle(counted)
        counted = sorted(counted[: options.sample], key=lambda row: row["instance"])
    found: list[tuple[int, list[Answer]]] = []
    nets = {row["instance"]: network(read_instance(next(folder.rglob(row["instance"])))) for row in counted}
    ours(nets[counted[0]["instance"]], 0.1, options.workers, options.seed)
    for row in counted:
        net = nets[row["instance"]]
        answers = [ours(net, options.seconds, options.workers, options.seed)]
        if not options.alone:
            answers.append(peer(net, options.seconds, options.workers))
        best = int(row["best_ub"])
        found.append((best, answers))
        told = "  ".join(f"{item.makespan:6g} >= {item.bound:6g} {item.seconds:5.1f} s" for item in answers)
        print(f"{row['instance']:14} {row['best_lb']:>4}..{best:<4}  {told}", flush=True)
    for k, solver in enumerate(("backplan", "PyJobShop")[: 1 if options.alone else 2]):
        rows_of = [(best, answers[k]) for best, answers in found]
        hit = sum(item.makespan <= best for best, item in rows_of)
        gap = mean(item.makespan / best - 1 for best, item in rows_of)
        short = mean(1 - item.bound / best for best, item in rows_of)
        proved = sum(item.makespan == item.bound for _, item in rows_of)
        print(
            f"{name} {solver:10} {len(rows_of)} instances: best known {hit}, proved {proved}, "
            f"mean gap {gap:.2%}, bound below best known by {short:.2%}",
            flush=True,
        )


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["j30", "j60", "j90", "j120"])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sample", type=int, help="instances of each set, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--alone", action="store_true", help="without PyJobShop")
    options = parser.parse_args()
    data = Path(os.environ.get("BACKPLAN_DATA", ROOT.parent / "shared" / "data")) / "psplib"
    if not data.is_dir():
        sys.exit(f"no data folder at {data}; set BACKPLAN_DATA")
    with (data / "best_known.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.sets:
            with tarfile.open(data / f"{name}.sm.tar.xz") as tar:
                tar.extractall(scratch, filter="data")
            compare(name, rows, Path(scratch) / name, options)


if __name__ == "__main__":
    main()
