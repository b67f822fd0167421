"""What-if answers: a factor some days earlier, one unit more of a resource.

    python benchmarks/whatif.py [--rounds 7] [--seed 0] [--profile]

A project of 30 activities, without and with pools (10,000 replications; aim 0.1 s), and 100 such projects
with ten pools (1,000 replications; aim 2 s), from `portfolio.py`; a factor gates an activity of each project.
An answer is a call of `intervention_gains` on the compiled network: the base, the intervention on the same
draws, and what it wins. Seconds until the answer, median and most of rounds after one that compiles, and
processor seconds, as replications are spread over the cores.
"""

from __future__ import annotations

import argparse
import cProfile
import time
from dataclasses import replace
from statistics import median

import portfolio as synthetic

from scheduling import Network
from scheduling.network import Gate
from scheduling.passes import early_pass
from simulation import Intervention, Pert, RiskModel, Triangular, intervention_gains
from simulation.pieces import without_resources

DAYS = 14


def gated(network: Network) -> Network:
    """A factor for the fifth activity of every project, planned to arrive when it could start."""
    early = early_pass(network)
    gates = [
        Gate(f"land {name}", early.start[i], (i,))
        for i, name in enumerate(network.ids)
        if str(name).endswith("a04")
    ]
    return replace(network, gates=tuple(gates))


def risks_of(network: Network) -> RiskModel:
    """Every duration and every arrival uncertain."""
    return RiskModel(
        work={
            name: Pert(0.8 * work, work, 1.7 * work)
            for name, work in zip(network.ids, network.work, strict=True)
            if work > 1
        },
        delay={gate.id: Triangular(-10, 0, 60) for gate in network.gates},
    )


def answer(network: Network, what: Intervention, replications: int, options: argparse.Namespace) -> None:
    """Print how long one answer takes."""
    risks, seconds, processor = risks_of(network), [], []

    def ask() -> None:
        intervention_gains(
            network, risks=risks, interventions=[what], replications=replications, seed=options.seed
        )

    ask()
    for _ in range(options.rounds):
        begun, spent = time.perf_counter(), time.process_time()
        ask()
        seconds.append(time.perf_counter() - begun)
        processor.append(time.process_time() - spent)
    print(
        f"{len(network):5} activities, {len(network.resources):2} pools, {replications:6} replications, "
        f"{what.kind} {what.amount:+}: {median(seconds):.3f} s, at most {max(seconds):.3f}; "
        f"processor {median(processor):.3f} s",
        flush=True,
    )
    if options.profile:
        with cProfile.Profile() as profile:
            ask()
        profile.print_stats("tottime")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    one = gated(synthetic.portfolio(1, 30, 2, 0.5, options.seed))
    free = replace(without_resources(one, range(2)), resources=())
    many = gated(synthetic.portfolio(100, 30, 10, 0.5, options.seed))
    unit = Intervention("resource", "r0", 1)
    for network, replications in ((free, 10_000), (one, 10_000), (many, 1000)):
        answer(network, Intervention("factor", network.gates[0].id, DAYS), replications, options)
        if network.resources:
            answer(network, unit, replications, options)


if __name__ == "__main__":
    main()
