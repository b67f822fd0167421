"""Interventions: what each wins and which few win most, against direct simulation."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import COUPLED, Features, networks

from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.network import WORK, Deadline, Factor, Network, Resource
from scheduling.passes import early_pass
from simulation.distributions import Discrete, Fixed, Triangular, Uniform
from simulation.interventions import Intervention, together
from simulation.monte_carlo import simulate
from simulation.pieces import Piece
from simulation.push import BestInterventions, best_interventions, intervention_gains
from simulation.result import SimulationResult
from simulation.risks import Driver, Rework, RiskModel
from simulation.statistics import Probability, paired_gain


def portfolio(capacity: int = 1) -> Network:
    """Two projects that share a desk, and one that is alone."""
    graph: Any = nx.DiGraph()
    for project, line in (("p", 50), ("q", 62), ("r", 40)):
        names = [f"{project}{k}" for k in range(3)]
        for name, work in zip(names, (10, 15, 10), strict=True):
            graph.add_node(name, duration=work, project=project)
        if project != "r":
            graph.nodes[names[1]]["demand"] = {"desk": 1}
        graph.nodes[names[2]]["deadline"] = line
        nx.add_path(graph, names)
    return compile_network(
        graph,
        resources=[Resource("desk", capacity), Resource("idle", 9)],
        factors=[Factor("land", ("p0",), supply=2), Factor("funds", ("q2", "r2"), lead=5)],
    )


RISKS = RiskModel(
    work={name: Triangular(8, 10, 18) for name in ("p0", "q0", "r0")},
    rework={"p1": Rework(0.4, Uniform(5, 15)), "r1": Rework(0.5, Fixed(9))},
    delay={"land": Discrete((0, 12), (0.6, 0.4))},
    lead={"funds": Triangular(2, 5, 40)},
    drivers=(Driver("rain", Uniform(0.9, 1.5), ("p2", "q2", "r2")),),
)
PUSHES = (
    Intervention("factor", "land", price=3),
    Intervention("factor", "land", 5, price=1),
    Intervention("factor", "funds", 9, price=2),
    Intervention("rework", "p1", price=2),
    Intervention("rework", "r1", price=1),
    Intervention("driver", "rain", price=4),
    Intervention("activity", "q1", 6, price=1),
    Intervention("resource", "desk", 1, price=5),
    Intervention("resource", "desk", price=50),
    Intervention("work", "r0"),
)


def direct(network: Network, risks: RiskModel, done: Any, numbers: Any) -> SimulationResult:
    plan = Piece.whole(network, None, risks).plan
    changed, rest = together(network, risks, done)
    return simulate(changed, replace(plan, network=changed), risks=rest, replications=numbers, seed=4)


def number(run: SimulationResult) -> Any:
    return np.sum([run.on_time(project) for project in run.judged_projects], axis=0)


def assert_gains(network: Network, risks: RiskModel, pushes: Any, count: int) -> None:
    base = direct(network, risks, (), count)
    found = intervention_gains(network, risks=risks, interventions=pushes, replications=count, seed=4)
    assert {item.intervention for item in found} == set(pushes)
    for item in found:
        run = direct(network, risks, (item.intervention,), count)
        assert item.number == paired_gain(number(base), number(run))
        for project in base.judged_projects:
            before, after = base.on_time(project), run.on_time(project)
            expected = paired_gain(before, after) if (before != after).any() else None
            assert item.by_project.get(project) == expected
    order = [-item.number.mean for item in found]
    assert order == sorted(order)


@pytest.mark.parametrize("capacity", [1, 2])
def test_gains_equal_direct_simulation(capacity: int) -> None:
    assert_gains(portfolio(capacity), RISKS, PUSHES, 120)


@pytest.mark.parametrize("features", COUPLED)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), slack=st.integers(0, 20))
def test_gains_equal_direct_simulation_on_random_networks(
    features: Features, data: st.DataObject, slack: int
) -> None:
    network = data.draw(networks(features))
    try:
        early = early_pass(network)
    except InputError:
        return
    ahead = [i for i in range(len(network)) if not network.done(i)]
    if not ahead:
        return
    network = replace(network, deadlines={i: Deadline(early.finish[i] + slack) for i in ahead[-3::2]})
    leads = set((network.lead_factors or {}).values())
    working = [network.ids[i] for i in ahead if network.kind[i] == WORK and network.ids[i] not in leads]
    risks = RiskModel(
        rework={name: Rework(0.5, Uniform(1, 6)) for name in working[:1]},
        delay={gate.id: Uniform(0, 6) for gate in network.gates},
        lead={name: Uniform(1, 6) for name in leads},
        work={name: Uniform(1, 8) for name in working[-1:]},
    )
    pushes = [Intervention("rework", name) for name in risks.rework]
    pushes += [Intervention("factor", name, 2) for name in (*risks.delay, *risks.lead)]
    pushes += [
        Intervention("activity", name, 2) for name in working if not network.started(network.index[name])
    ]
    pushes += [Intervention("resource", item.id, 1) for item in network.resources]
    assert_gains(network, risks, pushes, 12)


def test_n_days_earlier_and_one_unit_more_are_exactly_that() -> None:
    network = portfolio()
    plain = direct(network, RISKS, (), 50)
    desk = direct(network, RISKS, (Intervention("resource", "desk", 1),), 50)
    assert (desk.finish == direct(portfolio(2), RISKS, (), 50).finish).all()
    funds = network.index["funds"]
    sooner = direct(network, RISKS, (Intervention("factor", "funds", 4),), 50)
    assert (
        sooner.finish[:, funds] == np.maximum(plain.finish[:, funds] - 4, 1 + plain.start[:, funds])
    ).all()
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=10, deadline=20)
    alone = compile_network(graph, factors=[Factor("land", ("dig",), supply=9)])
    given = RiskModel(delay={"land": Discrete((0, 6), (1, 1))}, work={"dig": Discrete((4, 9), (1, 1))})
    before = direct(alone, given, (), 40)
    land = direct(alone, given, (Intervention("factor", "land", 4),), 40)
    assert (land.start == before.start - 4).all()
    shorter = direct(alone, given, (Intervention("activity", "dig", 5),), 40)
    lengths = before.finish - before.start
    assert (shorter.finish - shorter.start == np.maximum(lengths - 5, 1)).all()


def assert_verified(network: Network, risks: RiskModel, best: BestInterventions, count: int) -> None:
    """The figures of a set are those of direct simulations on fresh draws."""
    fresh = range(count, 2 * count)
    before, after = direct(network, risks, (), fresh), direct(network, risks, best.chosen, fresh)
    assert best.gain == paired_gain(number(before), number(after))
    for project in before.judged_projects:
        assert best.before[project] == Probability.of(before.on_time(project))
        assert best.after[project] == Probability.of(after.on_time(project))
    for item in best.chosen:
        others = [other for other in best.chosen if other != item]
        assert best.alone[item] == paired_gain(number(before), number(direct(network, risks, (item,), fresh)))
        less = number(direct(network, risks, others, fresh))
        assert best.without[item] == paired_gain(less, number(after))


@pytest.mark.parametrize(("most", "budget"), [(1, None), (2, 4.0), (3, None), (3, 6.0), (None, 5.0)])
def test_no_set_within_the_limits_is_better(most: int | None, budget: float | None) -> None:
    network, count = portfolio(), 100
    best = best_interventions(
        network, risks=RISKS, interventions=PUSHES, most=most, budget=budget, replications=count, seed=4
    )
    assert_verified(network, RISKS, best, count)
    assert best.price == sum(item.price for item in best.chosen)

    def worth(done: Any) -> int:
        return int(number(direct(network, RISKS, done, count)).sum())

    within = [
        done
        for size in range((most or 3) + 1)
        for done in combinations(PUSHES, size)
        if budget is None or sum(item.price for item in done) <= budget
    ]
    assert best.chosen in within or len(best.chosen) <= (most or len(PUSHES))
    assert worth(best.chosen) >= max(map(worth, within))


def test_two_that_win_only_together_are_found_and_their_gains_said_to_be_so() -> None:
    graph: Any = nx.DiGraph([("plan", "start"), ("land", "start")])
    nx.set_node_attributes(graph, {"plan": 20, "land": 20, "start": 0}, "duration")
    graph.nodes["start"]["deadline"] = 25
    graph.add_node("shed", duration=5, project="other", deadline=9)
    sure = {name: Rework(1.0, Fixed(10)) for name in ("plan", "land")}
    risks = RiskModel(rework={**sure, "shed": Rework(0.01, Fixed(10))})
    for name in ("plan", "land", "start"):
        graph.nodes[name]["project"] = "main"
    pushes = [Intervention("rework", name) for name in ("plan", "land", "shed")]
    network = compile_network(graph)
    best = best_interventions(network, risks=risks, interventions=pushes, most=2, replications=300, seed=4)
    assert {item.id for item in best.chosen} == {"plan", "land"}
    assert best.gain.mean == 1.0
    assert [best.alone[item].mean for item in best.chosen] == [0.0, 0.0]
    assert [best.without[item].mean for item in best.chosen] == [1.0, 1.0]


def test_what_wins_nothing_is_not_bought() -> None:
    pushes = [Intervention("activity", "p0", 1), Intervention("resource", "idle", 5)]
    best = best_interventions(
        portfolio(), risks=RiskModel(), interventions=pushes, replications=20, budget=9, seed=4
    )
    assert best.chosen == ()
    assert best.gain.mean == best.price == 0.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Intervention("weather", "rain"), "no such kind. Choose factor"),
        (lambda: Intervention("activity", "p0"), "say by how many slots"),
        (lambda: Intervention("rework", "p0", 3), "the amount 3 makes no sense"),
        (lambda: Intervention("factor", "land", 0), "the amount 0 makes no sense"),
        (lambda: Intervention("factor", "land", price=-1), "the price -1 is not a number from 0 upward"),
        (lambda: tried(Intervention("rework", "q9")), "the risk model has no rework 'q9'"),
        (lambda: tried(Intervention("factor", "water", 3)), "'water': it is not a factor that gates"),
        (lambda: tried(Intervention("activity", "funds", 3)), "'funds': it is not an unstarted activity"),
        (lambda: tried(Intervention("resource", "crane", 1)), "'crane': it is not a resource"),
        (lambda: tried(PUSHES[0], budget=-1.0), "a limit is negative"),
        (lambda: tried(PUSHES[0], network=without_deadlines()), "no project has a deadline ahead"),
        (lambda: tried(PUSHES[0], replications=1), "at least two"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def tried(push: Intervention, network: Network | None = None, **options: Any) -> BestInterventions:
    options = {"replications": 5} | options
    return best_interventions(network or portfolio(), risks=RISKS, interventions=[push], **options)


def without_deadlines() -> Network:
    return replace(portfolio(), deadlines={})


def test_progress_counts_simulations() -> None:
    calls: list[int] = []
    best_interventions(
        portfolio(), risks=RISKS, interventions=PUSHES, most=1, replications=10, progress=calls.append
    )
    assert calls == sorted(calls)
    assert calls


def test_decimal_prices_fill_a_budget() -> None:
    pushes = [Intervention("rework", "r1", price=0.1), Intervention("rework", "p1", price=0.2)]
    best = best_interventions(
        portfolio(2), risks=RISKS, interventions=pushes, budget=0.3, replications=100, seed=4
    )
    assert set(best.chosen) == set(pushes)
