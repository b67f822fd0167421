"""Days lost: known answers, and sums that add up in every replication of random networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import CALENDARS, Features, networks
from test_simulate import crew_risks, crews, planned

from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.network import WORK, Factor, Network, Resource
from scheduling.passes import early_pass
from scheduling.plan import Plan
from scheduling.status import Status
from simulation import Fixed, Rework, RiskModel, Uniform, simulate
from simulation.losses import CALENDAR, SLACK, days_lost
from simulation.monte_carlo import played_as_planned
from simulation.risks import Cause
from simulation.statistics import UNFINISHED


def chain(factors: Any = (), resources: Any = (), **attributes: Any) -> Network:
    """Permit, works, open; the works demand what resources there are."""
    graph: Any = nx.DiGraph()
    graph.add_node("permit", duration=10)
    graph.add_node("works", duration=20, demand={item.id: 1 for item in resources}, **attributes)
    graph.add_node("open", duration=0)
    nx.add_path(graph, ["permit", "works", "open"])
    return compile_network(graph, factors=factors, resources=resources, calendars=CALENDARS, start=35)


def means(network: Network, risks: RiskModel, **options: Any) -> dict[Cause, float]:
    return dict(days_lost(simulate(network, risks=risks, replications=1, **options))[None].ranked)


def test_a_factor_costs_what_comes_on_top_of_the_permit() -> None:
    """Land 30 days late; the permit, too, takes 20 longer, so that only 10 are left to the land."""
    network = chain([Factor("land", ("works",), supply=45)])
    risks = RiskModel(delay={"land": Fixed(30)})
    assert means(network, risks) == {Cause("factor", "land"): 30}
    both = replace(risks, work={"permit": Fixed(30)})
    assert means(network, both) == {Cause("work", "permit"): 20, Cause("factor", "land"): 10}


def test_a_plan_that_waits_has_slack() -> None:
    """The planned run waits 15 days for the land: a permit 20 days late costs 5."""
    network = chain([Factor("land", ("works",), supply=60)])
    found = means(network, RiskModel(work={"permit": Fixed(30)}))
    assert found == {Cause("work", "permit"): 20, Cause("factor", "land"): -15}


def test_a_factor_without_a_supply_date_is_a_factor() -> None:
    network = chain([Factor("land", ("works",), lead=3, after=("permit",))])
    assert means(network, RiskModel(lead={"land": Fixed(7)})) == {Cause("factor", "land"): 4}


def test_rework_counts_apart_from_work() -> None:
    risks = RiskModel(work={"permit": Fixed(13)}, rework={"permit": Rework(1.0, Fixed(4))})
    assert means(chain(), risks) == {Cause("work", "permit"): 3, Cause("rework", "permit"): 4}


def test_queues_cost_beyond_those_of_the_plan() -> None:
    """Of two projects with one crew the second waits 20 days in the plan, and 26 when the first takes 26."""
    graph: Any = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=20, project=name, demand={"crew": 1})
    network = compile_network(graph, resources=[Resource("crew", 1)])
    found = days_lost(simulate(network, risks=RiskModel(work={"a": Fixed(26)}), replications=2))
    assert found["a"].ranked == ((Cause("work", "a"), 6.0),)
    assert found["b"].ranked == ((Cause("resource", "crew"), 6.0),)
    assert (found["b"].planned, found["b"].total, found["b"].mean) == (40, 12, 6.0)


def test_two_resources_are_named_together() -> None:
    graph: Any = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=5, project=name, demand={"crew": 1, "crane": 1})
    network = compile_network(graph, resources=[Resource("crew", 1), Resource("crane", 1)])
    found = days_lost(simulate(network, risks=RiskModel(work={"a": Fixed(6)}), replications=1))["b"]
    assert found.ranked == ((Cause("resource", ("crane", "crew")), 1.0),)


def test_planned_work_in_another_season_is_the_calendars_loss() -> None:
    """The `winter` calendar: six full days, four at 30 %, three without work, one at 60 %."""
    found = means(chain(calendar="winter"), RiskModel(work={"permit": Fixed(14)}))
    assert found[Cause("work", "permit")] == 4
    assert set(found) <= {Cause("work", "permit"), CALENDAR, SLACK}
    assert found[CALENDAR] != 0


def test_working_to_planned_starts_absorbs_delay() -> None:
    """The works are planned six days after the design; a design 15 days late costs nine."""
    network = crews(1)
    dates = early_pass(network)
    works = network.index["p0 works"]
    starts = [at + 6 * (i == works) for i, at in enumerate(dates.start)]
    plan = Plan(network, Status.FEASIBLE, replace(dates, start=starts), "given")
    risks = RiskModel(work={"p0 design": Fixed(25)})
    lost = days_lost(simulate(network, plan, risks=risks, replications=1, start="plan"))["p0"]
    assert dict(lost.ranked) == {Cause("work", "p0 design"): 15, SLACK: -6}


@pytest.mark.parametrize("start", ["asap", "plan"])
def test_parts_add_up_in_every_replication(start: str) -> None:
    network = crews(4)
    result = simulate(
        network, planned(network, by=3), risks=crew_risks(4), replications=40, seed=3, start=start
    )
    ends = played_as_planned(result).dates.finish[0]
    whole = days_lost(result)
    for k, project in enumerate(network.projects):
        base = max(int(ends[i]) for i in range(len(network)) if network.project[i] == k)
        assert whole[project].planned == base
        sums = 0
        for r, finish in enumerate(result.project_finish(project).tolist()):
            part = days_lost(result, replications=range(r, r + 1))[project]
            assert part.total == finish - base
            sums += part.total
        assert whole[project].total == sums
        assert sum(whole[project].by_cause.values()) == sums


@settings(max_examples=120, deadline=None)
@given(
    networks(Features(resources=1, progress=True, factors=True, least_finishes=True, maximum_lags=True)),
    st.integers(0, 99),
)
def test_parts_add_up_on_random_networks(network: Network, seed: int) -> None:
    leads = set((network.lead_factors or {}).values())
    works = [name for i, name in enumerate(network.ids) if network.kind[i] == WORK and name not in leads]
    risks = RiskModel(
        work={name: Uniform(1, 9) for name in works},
        rework={name: Rework(0.5, Uniform(1, 4)) for name in works[:2]},
        delay={gate.id: Uniform(-3, 9) for gate in network.gates},
    )
    result = simulate(network, risks=risks, replications=3, seed=seed)
    if played_as_planned(result).dates.finish.max() == UNFINISHED:
        with pytest.raises(InputError, match="never finishes, even at planning values"):
            days_lost(result)
        return
    lost = days_lost(result)[None]
    finishes = [at for at in result.project_finish(None).tolist() if at < UNFINISHED]
    assert lost.replications == len(finishes)
    assert lost.total == sum(finishes) - lost.planned * len(finishes)


def test_a_project_that_never_finishes_is_refused() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=2, demand={"crew": 3})
    network = compile_network(graph, resources=[Resource("crew", 1)])
    with pytest.raises(InputError, match=r"project 'None' never finishes, even at planning values"):
        days_lost(simulate(network, replications=1))
