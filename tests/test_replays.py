"""One replication played again: the same dates, what was critical, the chain of what held its finish."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import Features, networks
from test_simulate import crew_risks, crews, planned

from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.explain import ReasonKind
from scheduling.network import WORK, Factor, Network, Resource
from simulation import Fixed, RiskModel, Uniform, simulate
from simulation.replays import nearest, replay
from simulation.statistics import UNFINISHED


@pytest.mark.parametrize("start", ["asap", "plan"])
def test_a_replay_has_the_dates_of_the_result(start: str) -> None:
    network = crews()
    result = simulate(
        network, planned(network, by=3), risks=crew_risks(), replications=30, seed=6, start=start
    )
    for r in (0, 11, 29):
        again = replay(result, r)
        assert again.dates.start == result.start[r].tolist()
        assert again.dates.finish == result.finish[r].tolist()
        assert list(again.finish.values()) == result.finish[r].tolist()
        assert again.start["p0 works"] == result.start[r, network.index["p0 works"]]


def test_chains_go_back_over_links_units_and_factors() -> None:
    """The second project has the crew first, until the land of the other comes later than that."""
    graph: Any = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=20, project=name, demand={"crew": 1})
        graph.add_node(f"{name} open", duration=0, project=name)
        graph.add_edge(name, f"{name} open")
    network = compile_network(
        graph, resources=[Resource("crew", 1)], factors=[Factor("land", ("a",), supply=5)]
    )
    risks = RiskModel(delay={"land": Fixed(-2)}, work={"a": Fixed(26)})
    again = replay(simulate(network, risks=risks, replications=1), 0)
    steps = [(item.activity, item.kind, item.what, item.others) for item in again.chain("a")]
    assert steps == [
        ("a open", ReasonKind.LINK, None, ("a",)),
        ("a", ReasonKind.RESOURCE, "crew", ("b",)),
        ("b", ReasonKind.PROJECT_START, "b", ()),
    ]
    late = replace(risks, delay={"land": Fixed(30)})
    reason = replay(simulate(network, risks=late, replications=1), 0).chain("a")[-1]
    assert (reason.kind, reason.what, reason.date) == (ReasonKind.FACTOR, "land", 35)
    assert again.critical == {"a", "a open", "b", "b open"}


@settings(max_examples=60, deadline=None)
@given(networks(Features(resources=2, progress=True, factors=True)), st.integers(0, 99))
def test_chains_begin_at_the_last_finish_and_hang_together(network: Network, seed: int) -> None:
    leads = set((network.lead_factors or {}).values())
    works = [name for i, name in enumerate(network.ids) if network.kind[i] == WORK and name not in leads]
    result = simulate(
        network, risks=RiskModel(work={n: Uniform(1, 9) for n in works}), replications=2, seed=seed
    )
    again = replay(result, 1)
    if max(again.dates.finish) == UNFINISHED:
        with pytest.raises(InputError, match="never finishes in replication 1: 'a"):
            again.chain(None)
        return
    chain = again.chain(None)
    assert again.dates.finish[network.index[chain[0].activity]] == max(again.dates.finish)
    for one, other in pairwise(chain):
        assert other.activity in one.others
    assert network.done(network.index[again.last(None)]) or again.last(None) in again.critical


def test_nearest_is_the_first_replication_on_the_quantile() -> None:
    network = crews()
    result = simulate(network, risks=crew_risks(), replications=200, seed=1)
    for p in (0.5, 0.8):
        again = nearest(result, p, "p1")
        at = result.project_date("p1", p)
        finishes = result.project_finish("p1").tolist()
        assert again.replication == finishes.index(at)
        assert again.finish[again.last("p1")] == at


def test_what_never_finishes_has_no_chain_and_no_nearest() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=2, demand={"crew": 3}, project="p")
    graph.add_node("sign", duration=2, project="q")
    result = simulate(compile_network(graph, resources=[Resource("crew", 1)]), replications=2)
    again = replay(result, 0)
    assert again.start == {"dig": None, "sign": 0}
    assert [item.kind for item in again.chain("q")] == [ReasonKind.PROJECT_START]
    with pytest.raises(InputError, match=r"'p' never finishes in replication 0: 'dig' waits for ever\."):
        again.chain("p")
    with pytest.raises(InputError, match=r"fewer than 80% of the replications finish project 'p'\."):
        nearest(result, 0.8, "p")
    with pytest.raises(InputError, match=r"project 'x' does not exist\. Correct the id\."):
        again.chain("x")
    with pytest.raises(InputError, match=r"replication -1 does not exist: count from 0 upward\."):
        replay(result, -1)
