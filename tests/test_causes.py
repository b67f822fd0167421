"""Gains of causes against direct re-simulation without them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import COUPLED, Features, networks

from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.network import Deadline, Factor, Network, Resource
from scheduling.passes import early_pass
from simulation.causes import CauseGains, cause_gains
from simulation.coupling import binding_resources
from simulation.distributions import Discrete, Fixed, Triangular, Uniform
from simulation.monte_carlo import simulate
from simulation.risks import Cause, Driver, Rework, RiskModel
from simulation.statistics import paired_gain


def two_projects(capacity: int = 1) -> Network:
    """Two projects that share a desk; both wait for land, one begins late."""
    graph: Any = nx.DiGraph()
    for project, line in (("p", 60), ("q", 75)):
        names = [f"{project}{k}" for k in range(3)]
        for name, work in zip(names, (10, 15, 20), strict=True):
            graph.add_node(name, duration=work, project=project)
        graph.nodes[names[1]]["demand"] = {"desk": 1}
        graph.nodes[names[0]]["deadline"] = 18
        graph.nodes[names[2]]["deadline"] = line
        nx.add_path(graph, names)
    return compile_network(
        graph,
        resources=[Resource("desk", capacity), Resource("idle", 99)],
        factors=[Factor("land p", ("p0",), supply=2), Factor("funds q", ("q2",), lead=5)],
    )


RISKS = RiskModel(
    work={name: Triangular(d * 0.7, d, d * 1.8) for name, d in (("p0", 10), ("p1", 15), ("q2", 20))},
    rework={"p1": Rework(0.3, Uniform(5, 15)), "q0": Rework(0.4, Fixed(12)), "q1": Rework(0.5, Fixed(0.6))},
    delay={"land p": Discrete((0, 20), (0.7, 0.3))},
    lead={"funds q": Triangular(2, 5, 30)},
    drivers=(Driver("rain", Uniform(0.9, 1.5), ("p2", "q2")), Driver("none", Fixed(1), ("p2",))),
)


def assert_exact(network: Network, risks: RiskModel, gains: CauseGains, causes: list[Cause], n: int) -> None:
    """Every gain is that of a direct simulation, and what is left out has no effect."""
    base = simulate(network, risks=risks, replications=n, seed=4)
    for cause in causes:
        if cause.kind == "resource":
            k = next(k for k, item in enumerate(network.resources) if item.id == cause.id)
            demand = tuple(tuple(item for item in row if item[0] != k) for row in network.demand)
            variant = simulate(replace(network, demand=demand), risks=risks, replications=n, seed=4)
        else:
            variant = simulate(network, risks=risks.without(cause), replications=n, seed=4)
        for name, found in gains.by_activity.items():
            before, after = base.meets(name), variant.meets(name)
            expected = paired_gain(before, after) if (before != after).any() else None
            assert dict(found).get(cause) == expected
        for project, found in gains.by_project.items():
            before, after = base.on_time(project), variant.on_time(project)
            expected = paired_gain(before, after) if (before != after).any() else None
            assert dict(found).get(cause) == expected


@pytest.mark.parametrize("capacity", [1, 2])
def test_gains_equal_direct_simulation_without_the_cause(capacity: int) -> None:
    network = two_projects(capacity)
    gains = cause_gains(network, risks=RISKS, replications=150, seed=4)
    causes = [cause for cause in RISKS.causes if cause.kind != "work"]
    if capacity == 1:
        causes.append(Cause("resource", "desk"))
    assert_exact(network, RISKS, gains, causes, 150)
    found = {cause for rows in (*gains.by_activity.values(), *gains.by_project.values()) for cause, _ in rows}
    assert found <= set(causes)
    assert (Cause("resource", "desk") in found) == (capacity == 1)
    assert set(gains.by_activity) == {"p0", "p2", "q0", "q2"}
    assert set(gains.by_project) == {"p", "q"}


@pytest.mark.parametrize("features", COUPLED)
@settings(max_examples=25, deadline=None)
@given(data=st.data(), slack=st.integers(0, 20))
def test_gains_equal_direct_simulation_on_random_networks(
    features: Features, data: st.DataObject, slack: int
) -> None:
    network = data.draw(networks(features))
    try:
        early = early_pass(network)
    except InputError:
        return
    unfinished = [i for i in range(len(network)) if not network.done(i)]
    network = replace(network, deadlines={i: Deadline(early.finish[i] + slack % 7) for i in unfinished[::2]})
    leads = set((network.lead_factors or {}).values())
    working = [network.ids[i] for i in unfinished if network.work[i] and network.ids[i] not in leads]
    if not working:
        return
    risks = RiskModel(
        work={working[-1]: Uniform(1, 9)},
        rework={name: Rework(0.5, Uniform(1, 6)) for name in working[:2]},
        drivers=(Driver("rain", Uniform(0.8, 2), tuple(working)),),
        delay={gate.id: Uniform(0, 6) for gate in network.gates},
        lead={name: Uniform(1, 6) for name in leads},
    )
    gains = cause_gains(network, risks=risks, replications=12, seed=4)
    causes = [cause for cause in risks.causes if cause.kind != "work"]
    causes += [Cause("resource", network.resources[k].id) for k in binding_resources(network)]
    assert_exact(network, risks, gains, causes, 12)


def test_the_costliest_cause_comes_first_and_ties_are_in_order_of_name() -> None:
    gains = cause_gains(two_projects(), risks=RISKS, replications=300, seed=4)
    for rows in (*gains.by_activity.values(), *gains.by_project.values()):
        order = [(-gain.mean, str(cause)) for cause, gain in rows]
        assert order == sorted(order)


def test_standard_errors_are_those_of_paired_differences() -> None:
    gains = cause_gains(two_projects(), risks=RISKS, replications=300, seed=4)
    result = simulate(two_projects(), risks=RISKS, replications=300, seed=4)
    cause, gain = gains.by_activity["q0"][0]
    assert cause == Cause("rework", "q0")
    without = simulate(two_projects(), risks=RISKS.without(cause), replications=300, seed=4)
    difference = without.meets("q0").astype(float) - result.meets("q0")
    assert gain.mean == pytest.approx(difference.mean())
    assert gain.standard_error == pytest.approx(difference.std(ddof=1) / np.sqrt(300))


def test_only_the_causes_asked_for() -> None:
    chosen = [Cause("driver", "rain"), Cause("work", "p0")]
    gains = cause_gains(two_projects(2), risks=RISKS, causes=chosen, replications=100, seed=4)
    assert {cause for rows in gains.by_project.values() for cause, _ in rows} <= set(chosen)
    with pytest.raises(InputError, match="the risk model has no driver 'snow' to leave out"):
        cause_gains(two_projects(), risks=RISKS, causes=[Cause("driver", "snow")], replications=10)


def test_a_network_without_deadlines_has_no_gains() -> None:
    graph = nx.DiGraph()
    graph.add_node("dig", duration=3)
    risks = RiskModel(rework={"dig": Rework(0.5, Fixed(3))})
    gains = cause_gains(compile_network(graph), risks=risks, replications=5)
    assert gains == CauseGains({}, {})


def test_a_missed_deadline_of_done_work_hides_no_gains() -> None:
    graph = nx.DiGraph()
    graph.add_node("done", duration=3, actual_start=0, actual_finish=5, deadline=4)
    graph.add_node("dig", duration=3, deadline=10)
    risks = RiskModel(rework={"dig": Rework(0.5, Fixed(3))})
    gains = cause_gains(compile_network(graph, data_date=6), risks=risks, replications=20)
    assert set(gains.by_activity) == {"dig"}
    assert [cause for cause, _ in gains.by_project[None]] == [Cause("rework", "dig")]


def test_one_replication_has_no_standard_error() -> None:
    with pytest.raises(InputError, match="at least two replications"):
        cause_gains(two_projects(), risks=RISKS, replications=1)


def test_only_the_costliest_are_taken_out_of_a_coupled_whole() -> None:
    network = two_projects()
    full = cause_gains(network, risks=RISKS, replications=200, seed=4)
    few = cause_gains(network, risks=RISKS, most=1, replications=200, seed=4)
    free = cause_gains(two_projects(9), risks=RISKS, replications=200, seed=4)
    first = {rows[0][0] for rows in free.by_project.values()} | {Cause("resource", "desk")}
    for project, rows in few.by_project.items():
        assert rows == tuple(item for item in full.by_project[project] if item[0] in first)


def test_parts_of_one_project_without_links_count_together() -> None:
    graph = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=10, deadline=14, project="p")
    risks = RiskModel(rework={name: Rework(0.4, Fixed(8)) for name in "ab"})
    network = compile_network(graph)
    gains = cause_gains(network, risks=risks, replications=120, seed=4)
    assert_exact(network, risks, gains, list(risks.causes), 120)
    assert {cause.id for cause, _ in gains.by_project["p"]} == {"a", "b"}


def test_progress_ends_at_its_total() -> None:
    calls: list[tuple[int, int]] = []
    cause_gains(two_projects(), risks=RISKS, replications=30, progress=lambda *call: calls.append(call))
    assert calls[-1][0] == calls[-1][1]
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
