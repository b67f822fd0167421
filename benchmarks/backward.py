"""Quality of backward schedules against schedule generation and the bound of the late pass.

    python benchmarks/backward.py [--limit WORK_UNITS] [--seed SEED]

The portfolios are synthetic. "early" is the mean number of slots by which an activity starts before its
greatest date without resources; 0 is a bound that no plan under resources need reach. "late" is the weighted
lateness.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from plans import portfolio

from scheduling import backward_schedule
from scheduling.backward import greatest, project_ends
from scheduling.generation import generate
from scheduling.passes import early_pass
from scheduling.plan import levels


def compare(activities: int, capacity: int, limit: float, seed: int) -> str:
    """One line: generation and optimiser, each with lateness, mean earliness and seconds."""
    net = portfolio(activities, seed=seed, capacity=capacity)
    early = early_pass(net)
    ends = project_ends(net, early)
    late = greatest(net, early, ends)
    bound = levels(net, late, ends).earliness
    begun = time.perf_counter()
    generated = generate(net, early, late, ends)
    middle = time.perf_counter()
    plan = backward_schedule(net, limit=limit, seed=seed)
    end = time.perf_counter()
    assert generated is not None
    assert plan.dates is not None
    first, last = levels(net, generated, ends), levels(net, plan.dates, ends)
    found = [(first, middle - begun), (last, end - middle)]
    columns = (
        f"{judged.lateness:8} {(judged.earliness - bound) / len(net):8.2f} {seconds:8.1f}"
        for judged, seconds in found
    )
    return f"{len(net):10} {capacity:8} {' '.join(columns)}  {plan.status.value} ({plan.solver})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--limit", type=float, default=5.0, help="work units of the optimiser")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{'':19}{'generation':>27}{'optimiser':>27}")
    print(f"{'activities':>10} {'capacity':>8} " + f"{'late':>8} {'early':>8} {'seconds':>8} " * 2)
    for activities in (100, 300):
        for capacity in (3, 2):
            print(compare(activities, capacity, options.limit, options.seed), flush=True)


if __name__ == "__main__":
    main()
