"""Problems with maximum lags (ProGen/max) and with several modes (PSPLIB) against their known optima.

    python benchmarks/rcpsp_max.py [--set sm_j10 sm_j20 testset_ubo10 testset_ubo20 j10 j20] [--sample N]
                                   [--seconds 10] [--workers 2] [--seed 0]

"wrong" counts schedules shorter than a proved optimum, bounds above one, and feasible problems called
infeasible or infeasible ones scheduled; it has to be 0. "optimal" is the share of the known optima that were
reached, "infeasible" that of the problems proved infeasible that were called so.
"""

from __future__ import annotations

import argparse
import csv
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from makespan import DATA

from scenarios.formats.rcpsp import network, read_instance
from scheduling import ContradictionError, Plan, Status, earliest_schedule, validate

LAGS = ("sm_j10", "sm_j20", "testset_ubo10", "testset_ubo20", "testset_ubo50", "testset_ubo100")
MODES = ("j10", "j20")


class Known(NamedTuple):
    """Lower and upper bound of an instance; None where it is proved infeasible."""

    lower: int | None
    upper: int | None


def lags(name: str, folder: Path) -> dict[Path, Known]:
    """A set with maximum lags."""
    with tarfile.open(DATA / "rcpsp_max" / f"{name}.tar.xz") as tar:
        tar.extractall(folder, filter="data")
    rows = csv.reader(next(folder.rglob("optimum.csv")).read_text(encoding="utf-8").splitlines())
    known = {Path(file).stem.upper(): answer for file, answer in rows}
    found = {}
    for path in sorted(folder.rglob("*")):
        answer = known.get(path.stem.upper())
        if path.suffix.lower() == ".sch" and answer:
            lower, _, upper = answer.partition("..")
            infeasible = answer == "unsat"
            found[path] = Known(None, None) if infeasible else Known(int(lower), int(upper or lower))
    return found


def modes(name: str, folder: Path) -> dict[Path, Known]:
    """A set with several modes."""
    with tarfile.open(DATA / "mmrcpsp" / "psplib_mm_j10_j20.tar.xz") as tar:
        tar.extractall(folder, filter="data")
    found = {}
    with (DATA / "mmrcpsp" / "best_known.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = folder / f"{row['Model name'].rpartition('PSPLIB_')[2]}.mm"
            if path.is_file() and path.name.startswith(name):
                upper = int(float(row["Objective"]))
                found[path] = Known(None, None) if upper > 1000 else Known(int(row["Lower bound"]), upper)
    return found


def solve(path: Path, options: argparse.Namespace) -> Plan | None:
    """A checked plan; None where the lags contradict each other."""
    net = network(read_instance(path))
    try:
        plan = earliest_schedule(net, seconds=options.seconds, workers=options.workers, seed=options.seed)
    except ContradictionError:
        return None
    assert plan.dates is None or not validate(net, plan.dates), f"{path.name}: invalid"
    return plan


def judged(plan: Plan | None, known: Known) -> set[str]:
    """What an answer counts as."""
    infeasible = plan is None or plan.status is Status.INFEASIBLE
    if known.upper is None:
        if infeasible:
            return {"unsat", "called infeasible"}
        return {"unsat", "wrong"} if plan and plan.dates is not None else {"unsat"}
    marks = {"optima"} if known.lower == known.upper else {"open"}
    if infeasible:
        return {*marks, "wrong"}
    if plan and plan.dates is not None:
        assert known.lower is not None
        if plan.objective < known.lower or plan.objective_bound > known.upper:
            marks.add("wrong")
        if plan.objective <= known.upper:
            marks.add("reached" if known.lower == known.upper else "open reached")
    return marks


def compare(name: str, options: argparse.Namespace) -> None:
    """One set."""
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        chosen = sorted((modes if name in MODES else lags)(name, Path(folder)).items())
        if options.sample and options.sample < len(chosen):
            chosen = Random(0).sample(chosen, options.sample)
        for path, known in chosen:
            plan = solve(path, options)
            marks = judged(plan, known)
            count.update(marks)
            if not marks & {"reached", "open reached", "called infeasible"} or "wrong" in marks:
                told = "contradiction" if plan is None else f"{plan.objective_bound}..{plan.objective}"
                print(f"{path.stem}: known {known.lower}..{known.upper}, found {told}", flush=True)
    print(
        f"{name}: {len(chosen)} instances, wrong {count['wrong']}, optimal {count['reached']} of "
        f"{count['optima']}, open {count['open reached']} of {count['open']}, infeasible "
        f"{count['called infeasible']} of {count['unsat']}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", nargs="+", default=[*LAGS[:4], *MODES], choices=[*LAGS, *MODES])
    parser.add_argument("--sample", type=int, help="instances of each set")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in options.set:
        compare(name, options)


if __name__ == "__main__":
    main()
