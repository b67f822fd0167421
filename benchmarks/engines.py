"""Replications a second of the engines beside an idiomatic SimPy model, on the same draws.

    python benchmarks/engines.py [--projects 550] [--activities 30] [--resources 10] [--utilisation 0.5]
                                 [--replications 256] [--rounds 3] [--seed 0]

The idiomatic model is what a SimPy user would write: a process an activity that waits for its predecessors
with `AllOf`, asks a `PriorityResource` with its planned start as priority, works, and gives the unit back. It
knows FS 0 and one unit of one pool, so the network has nothing else; calendars are those of the engines.
Processor seconds, medians of rounds that take turns; drawing is not counted. The portfolios are synthetic
(`portfolio.py`).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import portfolio as synthetic
import simpy

from scheduling import Network, Resource
from scheduling.calendar import CONTINUOUS
from scheduling.links import Links
from scheduling.network import WORK
from scheduling.passes import early_pass
from simulation import Pert, RiskModel
from simulation.causes import without_resources
from simulation.dispatch import compile_dispatch
from simulation.engine import dispatch
from simulation.events import Events
from simulation.maxplus import EarlyPass
from simulation.sampling import Draws, draw
from simulation.workers import Inline, using


def idiomatic(net: Network, work: list[int], planned: list[int]) -> list[int]:
    """Finishes of one replication."""
    env = simpy.Environment(min(net.starts))
    pools = [simpy.PriorityResource(env, max(1, item.capacity)) for item in net.resources]
    done = [env.event() for _ in net.ids]
    finish = [0] * len(net)

    def activity(i: int) -> Any:
        yield simpy.AllOf(env, [done[link.pred] for link in net.into[i]])
        release = net.release[i]
        least = max(net.starts[net.project[i]], env.now if release is None else release)
        if least > env.now:
            yield env.timeout(least - env.now)
        held = [pools[k].request(priority=planned[i]) for k, _ in net.demand[i]]
        yield simpy.AllOf(env, held)
        begin = net.tables[i].next_start(int(env.now))
        end = net.tables[i].finish(begin, work[i]) if net.kind[i] == WORK else begin
        yield env.timeout(end - env.now)
        for request in held:
            request.resource.release(request)
        finish[i] = int(env.now)
        done[i].succeed()

    for i in range(len(net)):
        env.process(activity(i))
    env.run()
    return finish


def simplified(net: Network) -> Network:
    """One unit of the first pool that an activity demands, of as many as keep the pool as busy."""
    asked, users = [0] * len(net.resources), [0] * len(net.resources)
    for row in net.demand:
        for k, units in row:
            asked[k] += units
        for k, _ in row[:1]:
            users[k] += 1
    pools = tuple(
        Resource(item.id, max(1, round(item.capacity * users[k] / max(1, asked[k]))))
        for k, item in enumerate(net.resources)
    )
    return replace(
        net, resources=pools, demand=tuple(tuple((k, 1) for k, _ in row[:1]) for row in net.demand)
    )


def cpu(run: Callable[[], Any]) -> float:
    """Processor seconds."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def compare(name: str, net: Network, options: argparse.Namespace) -> None:
    """One network, engine by engine."""
    spread = {
        name: Pert(0.8 * work, work, 1.7 * work)
        for name, work in zip(net.ids, net.work, strict=True)
        if work > 1
    }
    draws = draw(net, RiskModel(work=spread), options.seed, range(options.replications))
    planned = [int(at) for at in early_pass(net).start]
    model = compile_dispatch(net, planned)
    first = Draws(range(1), draws.work[:1], draws.arrivals[:1], draws.luck[:1])
    early, events = EarlyPass(net), Events(model)

    def compiled() -> None:
        with using(Inline()):  # threads that share a core take more processor seconds each
            dates = early.dates(draws)
            if model.activities:
                events.dispatch(draws.work, dates)

    compiled()
    rows: dict[str, list[float]] = {"idiomatic SimPy": [], "reference engine": [], "compiled": []}
    for _ in range(options.rounds):
        rows["idiomatic SimPy"].append(1 / cpu(lambda: idiomatic(net, draws.work[0].tolist(), planned)))
        if model.activities:
            rows["reference engine"].append(1 / cpu(lambda: dispatch(model, first.work, early.dates(first))))
        rows["compiled"].append(options.replications / cpu(compiled))
    base = median(rows["idiomatic SimPy"])
    for engine, rates in ((engine, rates) for engine, rates in rows.items() if rates):
        rate = median(rates)
        print(f"{name:30} {engine:18} {rate:12.2f} replications/s {rate / base:10.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", type=int, default=550)
    parser.add_argument("--activities", type=int, default=30)
    parser.add_argument("--resources", type=int, default=10)
    parser.add_argument("--utilisation", type=float, default=0.5)
    parser.add_argument("--replications", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    synthetic.LINKS = (("FS", 0),)
    net = simplified(
        synthetic.portfolio(
            options.projects, options.activities, options.resources, options.utilisation, options.seed
        )
    )
    free = without_resources(net, range(len(net.resources)))
    print(f"{len(net)} activities; last column: times the idiomatic model")
    compare("shared pools, calendars", net, options)
    compare("no pools, calendars", free, options)
    plain = Links.of(link._replace(table=CONTINUOUS) for link in net.links)
    compare("no pools, no calendars", replace(free, tables=(CONTINUOUS,) * len(net), links=plain), options)


if __name__ == "__main__":
    main()
