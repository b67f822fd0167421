"""Whether confidence plans keep what they promise on fresh draws, and would not a calibration step later.

    python benchmarks/confidence.py [--networks 20] [--first 0] [--portfolios 20 50 100]
                                    [--replications 2000] [--fresh 20000] [--seed 0]

The networks are synthetic and vary: one to four projects, calendars, lags, factors with and without a
supply date, rework, a driver that many activities share, up to three pools, a confidence of .6 to .95.
Portfolios (30 activities a project) share ten pools. A project *holds* where its share of `--fresh`
replications, used for nothing else, is at least the confidence less two standard errors of that share.
`least` and `mean` are how far the shares lie above the confidence. *Moved* projects take dates a
:data:`STEP` in x later (x of date = Q50 - x (Q50 - Q05)), about what calibration resolves; they take turns
in tenths of the portfolio, so that few that share pools move together; *missed* are those that no longer
hold. Left out are projects that start as soon as possible or whose confidence is out of reach. `early` is
the mean number of slots by which gates of work lie before its median late start without resources: the
fewer, the later the dates. Seconds are processor seconds of the plan.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import portfolio as synthetic

from scheduling.build import compile_network
from scheduling.network import WORK, Factor, Network, Resource
from scheduling.passes import early_pass
from simulation.confidence import confidence_plan
from simulation.distributions import Discrete, Lognormal, Pert
from simulation.monte_carlo import simulate
from simulation.multipliers import MOST, Multipliers, feasible, gated
from simulation.risks import Driver, Rework, RiskModel
from simulation.special import Floats

STEP = 0.1
FIRST_FRESH = 1_000_000


class Case(NamedTuple):
    """What a plan is made of."""

    name: str
    network: Network
    risks: RiskModel
    confidence: float


def varied(seed: int) -> Case:
    """A small network; everything about it is drawn."""
    random = np.random.default_rng([seed, 1])
    projects, resources = int(random.integers(1, 5)), int(random.integers(0, 4))
    asked = float(random.choice([0.6, 0.7, 0.8, 0.9, 0.95]))
    activities = int(random.integers(6, 25))
    return case(f"network {seed}", projects, activities, resources, random.uniform(0.4, 0.8), asked, random)


def case(
    name: str,
    projects: int,
    activities: int,
    resources: int,
    utilisation: float,
    asked: float,
    random: np.random.Generator,
) -> Case:
    """Projects of the generator of `portfolio.py` with factors and risks; deadlines after a witness plan."""
    graph: Any = nx.DiGraph()
    factors, starts = [], {}
    for p in range(projects):
        starts[f"p{p:03}"] = synthetic.FIRST + synthetic.timedelta(int(random.integers(0, 60 + 3 * projects)))
        synthetic.add_project(graph, f"p{p:03}", activities, max(2, resources), random)
        factors += [factor(f"p{p:03}", k, activities, starts[f"p{p:03}"], random) for k in range(2)]
    options: dict[str, Any] = {"calendars": synthetic.calendars(), "start": starts, "factors": factors}
    pools = [Resource(f"r{k}", 10**6) for k in range(max(2, resources))]
    net = compile_network(graph, resources=pools, **options)
    early = early_pass(net)
    pools = [synthetic.pool(net, early, k, utilisation) for k in range(resources)] + pools[resources:]
    net = compile_network(graph, resources=pools, **options)
    witness = feasible(net, early.start, early.start)
    add_deadlines(graph, net, witness.finish, projects, activities, random)
    net = compile_network(graph, resources=pools, **options)
    return Case(name, net, risks(net, random), asked)


def factor(project: str, k: int, activities: int, start: Any, random: np.random.Generator) -> Factor:
    """Half of the factors have a supply date, the others take a while."""
    gated = (f"{project}a{int(random.integers(activities - 1)):02}",)
    if random.random() < 0.5:
        return Factor(f"{project}f{k}", gated, start + synthetic.timedelta(int(random.integers(5, 60))))
    return Factor(f"{project}f{k}", gated, lead=int(random.integers(5, 30)))


def add_deadlines(
    graph: Any,
    net: Network,
    finish: Sequence[Any],
    projects: int,
    activities: int,
    random: np.random.Generator,
) -> None:
    """At the end of every project, and in the middle of every second, some time after the witness."""
    assert net.axis
    for p in range(projects):
        names = [f"p{p:03}a{k:02}" for k in range(activities)]
        length = finish[net.index[names[-1]]] - net.starts[net.project[net.index[names[0]]]]
        for name in (names[-1], names[activities // 2])[: 1 + int(random.integers(2))]:
            slack = int(random.uniform(0.1, 0.6) * length)
            graph.nodes[name]["deadline"] = net.axis.finish_date(finish[net.index[name]] + slack)


def risks(net: Network, random: np.random.Generator) -> RiskModel:
    """Most work varies, a fifth of it loops, factors come when they want, rain slows every third down."""
    leads = net.lead_factors or {}
    busy = [i for i in range(len(net)) if net.kind[i] == WORK and i not in leads]
    chosen = [i for i in busy if random.random() < 0.8]
    return RiskModel(
        work={
            net.ids[i]: Pert(0.7 * net.work[i], net.work[i], random.uniform(1.3, 2.5) * net.work[i])
            for i in chosen
        },
        rework={net.ids[i]: Rework(0.3, Pert(1, 4, 10), 2) for i in busy if random.random() < 0.2},
        delay={gate.id: Discrete((-5, 0, 10, 30), (1, 4, 3, 1)) for gate in net.gates},
        lead={net.ids[i]: Lognormal(net.work[i], 1.8 * net.work[i]) for i in leads},
        drivers=(Driver("rain", Pert(0.9, 1.0, 1.5), tuple(net.ids[i] for i in busy[::3])),),
    )


class Figures(NamedTuple):
    """What is found about one plan."""

    projects: int
    attainable: int
    held: int
    least: float
    mean: float
    moved: int
    missed: int
    early: float
    seconds: float


def figures(item: Case, replications: int, fresh: int, seed: int) -> Figures:
    """Make a plan, and look at it on fresh draws."""
    net = item.network
    begun = time.process_time()
    plan = confidence_plan(
        net, risks=item.risks, confidence=item.confidence, replications=replications, seed=seed
    )
    seconds = time.process_time() - begun
    wanted = [k for k, project in enumerate(net.projects) if plan.attainable.get(project)]
    judged = [k for k in wanted if plan.multiplier[net.projects[k]] is not None]
    multiplier = np.array([_number(plan.multiplier.get(project, 0.0)) for project in net.projects])

    search = Multipliers(net, item.risks, item.confidence, replications, seed, None)

    def shares(x: Floats | None = None) -> Floats:
        shown = plan.plan if x is None else gated(net, *search.planned(x))
        numbers = range(FIRST_FRESH, FIRST_FRESH + fresh)
        run = simulate(
            net, shown, risks=item.risks, replications=numbers, seed=seed, start="plan", keep="counts"
        )
        return np.array([run.on_time(project).mean() for project in net.projects])

    line = item.confidence - 2.0 * (item.confidence * (1.0 - item.confidence) / fresh) ** 0.5
    now, missed = shares(), 0
    for turn in range(min(10, len(judged))):
        group = judged[turn::10]
        moved = multiplier.copy()
        moved[group] -= STEP
        missed += int((shares(moved)[group] < line).sum())
    median = late_medians(item, replications, seed)
    waits = [
        median[i] - plan.gates[i] for i in range(len(net)) if net.kind[i] == WORK and net.project[i] in judged
    ]
    return Figures(
        len(plan.reached),
        len(wanted),
        int((now[wanted] >= line).sum()),
        float(min(now[wanted] - item.confidence, default=0.0)),
        float(np.mean(now[judged] - item.confidence)) if judged else 0.0,
        len(judged),
        missed,
        float(np.mean(waits)) if waits else 0.0,
        seconds,
    )


def _number(x: float | None) -> float:
    return MOST if x is None else x


def late_medians(item: Case, replications: int, seed: int) -> Any:
    """Median late starts without resources."""
    from scheduling.cpm import latest_finishes
    from simulation.latest import late_starts
    from simulation.sampling import draw

    net = item.network
    draws = draw(net, item.risks, seed, range(replications))
    return np.median(late_starts(net, draws, latest_finishes(net, early_pass(net))), axis=0)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--networks", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="Seed of the first network.")
    parser.add_argument("--portfolios", type=int, nargs="*", default=[20, 50, 100])
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--fresh", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(
        "                   asked  projects  attainable  hold  least    mean  moved  missed   early  seconds"
    )
    cases = [varied(options.first + k) for k in range(options.networks)]
    for size in options.portfolios:
        random = np.random.default_rng([size, 2])
        cases.append(case(f"portfolio {size}", size, 30, 10, 0.5, 0.8, random))
    for item in cases:
        found = figures(item, options.replications, options.fresh, options.seed)
        print(
            f"{item.name:18} {item.confidence:5.2f} {found.projects:9} {found.attainable:11} {found.held:5} "
            f"{found.least:+6.3f} {found.mean:+7.3f} {found.moved:6} {found.missed:7} {found.early:7.1f} "
            f"{found.seconds:8.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
