"""All engines cell by cell against SimPy, on random networks of every kind.

    python benchmarks/equality.py [--networks 1000] [--seed 0]

Each network is simulated by the reference engine, the compiled one with everything and with only what can
wait dispatched, and by the early pass alone where no resource binds; in blocks of 1, 7 and 1,024; and with
activities, links, resources and factors in another order. Both start rules take turns. Draws come
from a risk model with work, rework, delays, leads and a driver. It prints how many networks and cells agreed;
a disagreement is made as small as it goes and printed as a program that shows it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from scheduling.errors import AxisError
from scheduling.network import Network
from scheduling.passes import early_pass
from scheduling.plan import Plan
from scheduling.status import Status
from simulation.coupling import binding_resources
from simulation.monte_carlo import Simulator
from simulation.risks import RiskModel
from simulation.sampling import draw
from simulation.statistics import Slots

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from random_networks import Features, Recipe, recipes, risks_of

KINDS = {
    "plain": Features(resources=1, relations=False, leads=False, calendars=False),
    "relations, calendars": Features(resources=2, leads=False),
    "leads, progress, factors": Features(resources=2, progress=True, factors=True),
    "maximum lags": Features(resources=1, progress=True, factors=True, maximum_lags=True),
    "stock": Features(resources=1, progress=True, stock=True, least_finishes=True),
    "no resources": Features(progress=True, factors=True, maximum_lags=True, least_finishes=True),
    "large": Features(resources=3, progress=True, factors=True, stock=True, maximum_lags=True, size=18),
}
BLOCKS = (1, 7, 1024)
REPLICATIONS = range(1020, 1029)
VALUES = ("start", "finish", "overtaking", "waited")


class DisagreementError(AssertionError):
    """What differs, and a program that shows it."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for k, kind in enumerate(KINDS):
        share = options.networks * (k + 1) // len(KINDS) - options.networks * k // len(KINDS)
        try:
            counts = examined(kind, share, options.seed)
        except DisagreementError as found:
            sys.exit(f"{kind}: {found}")
        print(f"{kind}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items()), flush=True)


def examined(kind: str, networks: int, seed: int) -> Counter[str]:
    """Counts of what agreed on so many networks of a kind.

    Raises
    ------
    DisagreementError
    """
    counts: Counter[str] = Counter()

    @seeded(seed)
    @settings(
        max_examples=networks,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(recipes(KINDS[kind]), st.integers(0, 999))
    def examine(recipe: Recipe, number: int) -> None:
        try:
            cells = agreed(recipe, number)
        except AxisError:
            counts["beyond the calendars"] += 1
        else:
            counts["networks"] += 1
            counts["cells"] += cells

    examine()
    return counts


def agreed(recipe: Recipe, number: int) -> int:
    """How many cells of all comparisons agree with SimPy: all of them.

    Parameters
    ----------
    recipe : Recipe
    number : int
        Seed of the draws and of the other order; whether odd says which start rule holds.

    Raises
    ------
    DisagreementError
    """
    network, cells = recipe.network, 0
    risks = risks_of(network)
    expected = played(network, network, risks, number, "simpy")
    for name, found in variants(recipe, network, risks, number):
        for value, mine, theirs in zip(VALUES, found, expected, strict=True):
            cells += mine.size
            if (mine != theirs).any():
                cell = tuple(int(at) for at in np.argwhere(mine != theirs)[0])
                raise DisagreementError(
                    f"{name}: {value} of {cell} is {mine[cell]}, SimPy says {theirs[cell]}. With benchmarks "
                    f"and tests on the path this shows it:\n\nfrom equality import agreed\n{recipe}"
                    f"agreed(recipe, {number})"
                )
    return cells


def variants(
    recipe: Recipe, network: Network, risks: RiskModel, number: int
) -> Iterator[tuple[str, list[Slots]]]:
    """What has to agree."""
    engines = ["events", "auto"] if binding_resources(network) else ["events", "auto", "maxplus"]
    for engine in engines:
        yield engine, played(network, network, risks, number, engine)
    for size in BLOCKS:
        yield f"blocks of {size}", played(network, network, risks, number, "auto", size)
    other = recipe.shuffled(number).network
    for engine in ("simpy", "auto"):
        yield f"{engine}, other order", played(other, network, risks, number, engine)


def played(
    network: Network, order: Network, risks: RiskModel, number: int, engine: str, size: int = max(BLOCKS)
) -> list[Slots]:
    """The values of all replications, block by block, in the order of another network."""
    plan = Plan(network, Status.FEASIBLE, early_pass(network), "given")
    simulator = Simulator.of(network, plan, ("asap", "plan")[number % 2], engine)
    blocks = [REPLICATIONS[begin : begin + size] for begin in range(0, len(REPLICATIONS), size)]
    runs = [simulator.run(draw(network, risks, number, block)).dates for block in blocks]
    activities = [network.index[name] for name in order.ids]
    position = {item.id: k for k, item in enumerate(network.resources)}
    resources = [position[item.id] for item in order.resources]
    start, finish, overtaking, waited = (
        np.concatenate([getattr(run, value) for run in runs]) for value in VALUES
    )
    return [start[:, activities], finish[:, activities], overtaking, waited[:, resources]]


if __name__ == "__main__":
    main()
