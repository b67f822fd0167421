"""Earliest schedules of PSPLIB's problems beside PyJobShop (``pip install pyjobshop==0.0.9``).

    python benchmarks/makespan.py [--set j30 j60 j90 j120] [--sample N] [--held-out] [--seconds 10]
                                  [--workers 2] [--seed 0] [--alone]

The instances are those whose best known makespan exceeds the critical path: on the others every method is at
once optimal. Both solve one instance after the other, each with so many seconds and threads. "gap" is the
mean distance to the best known makespan in per cent, "best" the share that reaches it, "bound" the mean
distance of the lower bound to the best known makespan, "proved" the share proved optimal by the method
itself.

A sample is drawn with a fixed seed. What was tuned on is in `TUNED_ON`; --held-out leaves those out.
"""

from __future__ import annotations

import argparse
import csv
import os
import tarfile
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from scenarios.formats.rcpsp import Instance, network, read_instance
from scheduling import earliest_schedule, validate

DATA = Path(os.environ.get("BACKPLAN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SETS = ("j30", "j60", "j90", "j120")
TUNED_ON = {
    *("j3013_2", "j3022_2", "j3034_1", "j3042_3", "j3043_1", "j3045_2", "j606_2", "j609_1", "j6013_2"),
    *("j6021_3", "j6022_1", "j6022_4", "j6026_2", "j6037_4", "j6041_4", "j6042_3", "j6045_4", "j6046_4"),
    *("j9013_3", "j9029_1", "j9045_3", "j1202_2", "j1203_1", "j12014_1", "j12018_2", "j12022_3"),
    *("j12038_1", "j12047_1", "j12047_3", "j12051_1", "j12058_1", "j6029_4", "j12033_2", "j12056_1"),
}


class Found(NamedTuple):
    """Makespan (None without a schedule), lower bound and seconds."""

    makespan: int | None
    bound: int
    seconds: float


def ours(instance: Instance, seconds: float, workers: int, seed: int) -> Found:
    """Our schedule, checked."""
    net = network(instance)
    begun = time.perf_counter()
    plan = earliest_schedule(net, seconds=seconds, workers=workers, seed=seed)
    spent = time.perf_counter() - begun
    assert plan.dates is not None, f"{instance.name}: no schedule"
    assert not validate(net, plan.dates), f"{instance.name}: invalid"
    assert max(plan.dates.finish) == plan.objective, f"{instance.name}: another makespan"
    return Found(plan.objective, plan.objective_bound, spent)


def pyjobshop(instance: Instance, seconds: float, workers: int, seed: int) -> Found:
    """PyJobShop's schedule by OR-Tools; it takes no seed."""
    from pyjobshop import Model

    model = Model()
    pools = [model.add_renewable(pool.capacity) for pool in instance.resources]
    tasks = [model.add_task() for _ in instance.activities]
    for task, activity in zip(tasks, instance.activities, strict=True):
        (mode,) = activity.modes
        model.add_mode(task, pools, mode.duration, demands=list(mode.demand))
    for link in instance.links:
        model.add_end_before_start(tasks[link.pred], tasks[link.succ])
    begun = time.perf_counter()
    result = model.solve(solver="ortools", time_limit=seconds, num_workers=workers, display=False)
    spent = time.perf_counter() - begun
    makespan = int(result.objective) if result.best.tasks else None
    return Found(makespan, int(result.lower_bound), spent)


def instances(name: str, folder: Path) -> list[tuple[Instance, int]]:
    """Instances of a set that resources make longer, with their best known makespans."""
    with tarfile.open(DATA / "psplib" / f"{name}.sm.tar.xz") as tar:
        tar.extractall(folder, filter="data")
    with (DATA / "psplib" / "best_known.csv").open(encoding="utf-8") as file:
        known = {row["instance"]: (int(row["best_ub"]), int(row["cpm"])) for row in csv.DictReader(file)}
    paths = sorted(path for path in folder.rglob("*.sm") if known[path.name][0] > known[path.name][1])
    return [(read_instance(path), known[path.name][0]) for path in paths]


def summary(name: str, found: list[tuple[Found, int]]) -> str:
    """What one method reached on a set."""
    solved = [(item, best) for item, best in found if item.makespan is not None]

    def mean(values: list[float]) -> float:
        return sum(values) / max(1, len(values))

    gap = mean([100 * ((item.makespan or 0) / best - 1) for item, best in solved])
    reached = mean([float((item.makespan or 0) <= best) for item, best in solved])
    bound = mean([100 * (1 - item.bound / best) for item, best in found])
    proved = mean([float(item.bound == item.makespan) for item, _ in found])
    return (
        f"{name:>10}: gap {gap:.2f} %, best {reached:.0%}, bound {bound:.2f} %, proved {proved:.0%}, "
        f"{len(found)} instances, {len(found) - len(solved)} without a schedule"
    )


def compare(name: str, options: argparse.Namespace, methods: dict[str, Any]) -> None:
    """One set, method by method on every instance."""
    found: dict[str, list[tuple[Found, int]]] = {method: [] for method in methods}
    with tempfile.TemporaryDirectory() as folder:
        chosen = instances(name, Path(folder))
    if options.held_out:
        chosen = [item for item in chosen if item[0].name not in TUNED_ON]
    if options.sample and options.sample < len(chosen):
        chosen = Random(0).sample(chosen, options.sample)
    for instance, best in chosen:
        line = f"{instance.name:>10} best {best:>4}"
        for method, solve in methods.items():
            item = solve(instance, options.seconds, options.workers, options.seed)
            found[method].append((item, best))
            line += f"   {method} {item.bound}..{item.makespan} in {item.seconds:.1f} s"
        print(line, flush=True)
    for method, items in found.items():
        print(f"{name} {summary(method, items)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--sample", type=int, help="instances of each set")
    parser.add_argument("--held-out", action="store_true", help="without the instances that were tuned on")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--alone", action="store_true", help="without PyJobShop")
    options = parser.parse_args()
    methods = {"backplan": ours}
    if not options.alone:
        try:
            import pyjobshop as _  # noqa: F401
        except ImportError:
            raise SystemExit("PyJobShop is not there: pip install pyjobshop==0.0.9, or --alone.") from None
        methods["pyjobshop"] = pyjobshop
    for name in options.set:
        compare(name, options, methods)


if __name__ == "__main__":
    main()
