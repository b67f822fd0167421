"""Whole simulations: known answers, common random numbers, start rules, cancellation, what is reported."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import Features, networks

from scheduling.build import compile_network
from scheduling.calendar import FIVE_DAY
from scheduling.errors import InputError
from scheduling.network import WORK, Factor, Network, Resource
from scheduling.passes import early_pass
from scheduling.plan import Plan
from scheduling.status import Status
from simulation import simulate
from simulation.distributions import Discrete, Fixed, Occasional, Pert, Triangular, Uniform
from simulation.result import SimulationResult
from simulation.risks import Cancellation, Driver, Rework, RiskModel
from simulation.statistics import UNFINISHED

COIN = Discrete((10, 20), (1, 1))


def crews(projects: int = 3, capacity: int = 1, deadline: int = 60) -> Network:
    """Projects of design, works for a shared crew, and a handover with a deadline."""
    graph = nx.DiGraph()
    for k in range(projects):
        p = f"p{k}"
        graph.add_node(f"{p} design", duration=10, project=p)
        graph.add_node(f"{p} works", duration=15, project=p, demand={"crew": 1})
        graph.add_node(f"{p} open", duration=0, project=p, deadline=deadline)
        nx.add_path(graph, [f"{p} design", f"{p} works", f"{p} open"])
    factors = [Factor(f"land {k}", (f"p{k} works",), supply=5) for k in range(projects)]
    return compile_network(graph, resources=[Resource("crew", capacity)], factors=factors)


def crew_risks(projects: int = 3) -> RiskModel:
    names = [f"p{k}" for k in range(projects)]
    return RiskModel(
        work={f"{p} {what}": Triangular(8, 12, 30) for p in names for what in ("design", "works")},
        rework={"p0 design": Rework(0.3, Fixed(12), times=2)},
        delay={f"land {k}": Occasional(0.3, Uniform(5, 50)) for k in range(projects)},
        drivers=(Driver("rain", Uniform(0.9, 1.5), tuple(f"{p} works" for p in names)),),
    )


def planned(network: Network, **shift: int) -> Plan:
    dates = early_pass(network)
    later = shift.get("by", 0)
    return Plan(network, Status.FEASIBLE, replace(dates, start=[at + later for at in dates.start]), "cpm")


def same(one: SimulationResult, other: SimulationResult) -> bool:
    return bool((one.start == other.start).all() and (one.finish == other.finish).all())


# -- known answers ------------------------------------------------------------------------------------------
def test_merge_bias_of_two_even_chances() -> None:
    """Two parallel activities of 10 or 20 days: both early with probability 1/4, mean 17.5 and not 15."""
    graph = nx.DiGraph()
    graph.add_nodes_from([("a", {"duration": 10}), ("b", {"duration": 10})])
    graph.add_node("open", duration=0, deadline=10)
    graph.add_edges_from([("a", "open"), ("b", "open")])
    risks = RiskModel(work={"a": COIN, "b": COIN})
    result = simulate(compile_network(graph), risks=risks, replications=10_000, seed=2)
    assert result.engine == "maxplus"
    assert result.probability("open").value == pytest.approx(0.25, abs=0.015)
    assert result.finish[:, 2].mean() == pytest.approx(17.5, abs=0.15)
    assert result.date("open", 0.2), result.date("open", 0.5) == (10, 20)


def test_textbook_pert_project(data_dir: Path) -> None:
    """The probability of 20 weeks by the normal approximation, and simulated with its merge bias below it."""
    books = json.loads((data_dir / "known_answers" / "textbook_cpm_pert.json").read_text(encoding="utf-8"))
    book = next(item for item in books if item["id"] == "anderson_porta_vac")
    days = 40  # slots a week, so that rounding does not show
    graph = nx.DiGraph()
    for name, activity in book["activities"].items():
        graph.add_node(name, duration=round(activity["abc"][1] * days))
        graph.add_edges_from((pred, name) for pred in activity["pred"])
    graph.nodes["J"]["deadline"] = 17 * days
    work = {name: Pert(*(days * x for x in item["abc"])) for name, item in book["activities"].items()}
    result = simulate(compile_network(graph), risks=RiskModel(work=work), replications=20_000, seed=7)
    check = book["our_check_200k_seed7_not_published"]["beta_pert"]
    weeks = result.finish.max(axis=1) / days
    assert weeks.mean() == pytest.approx(check["mean"], abs=0.05)
    assert weeks.std() == pytest.approx(check["sd"], abs=0.05)
    assert result.date("J", 0.8) / days == pytest.approx(check["p80"], abs=0.08)
    assert result.probability("J").value == pytest.approx(check["P_le_17"], abs=0.015)
    normal = 0.5 * (1 + math.erf(book["expected"]["z_T20"] / math.sqrt(2)))
    assert np.mean(weeks <= 20) < normal


def test_without_risks_every_replication_is_the_plan_of_the_early_dates() -> None:
    network = crews(1)
    result = simulate(network, replications=3)
    assert result.start.tolist() == [early_pass(network).start] * 3


# -- common random numbers ----------------------------------------------------------------------------------
def test_blocks_of_replications_join() -> None:
    network, risks = crews(), crew_risks()
    whole = simulate(network, risks=risks, replications=400, seed=4)
    parts = [simulate(network, risks=risks, replications=block, seed=4) for block in (
        range(100), range(100, 400))]  # fmt: skip
    assert (whole.finish == np.concatenate([part.finish for part in parts])).all()
    assert (whole.overtaking == np.concatenate([part.overtaking for part in parts])).all()


def test_the_same_seed_gives_the_same_dates_and_another_seed_others() -> None:
    network, risks = crews(), crew_risks()
    first, again, other = (simulate(network, risks=risks, replications=50, seed=s) for s in (4, 4, 5))
    assert same(first, again)
    assert not same(first, other)


@settings(max_examples=60, deadline=None)
@given(networks(Features(resources=2, progress=True, factors=True)), st.integers(0, 99))
def test_sending_everything_through_the_engine_changes_nothing(network: Network, seed: int) -> None:
    works = [name for i, name in enumerate(network.ids) if network.kind[i] == WORK]
    leads = set((network.lead_factors or {}).values())
    risks = RiskModel(work={name: Uniform(1, 9) for name in works if name not in leads})
    auto, simpy = (
        simulate(network, risks=risks, replications=4, seed=seed, engine=engine)
        for engine in ("auto", "simpy")
    )
    assert same(auto, simpy)
    assert (auto.overtaking == simpy.overtaking).all()
    assert auto.broken == simpy.broken


# -- start rules and engines --------------------------------------------------------------------------------
def test_start_by_plan_gates_work_and_start_milestones_but_no_finish_milestone() -> None:
    """SEMANTICS 24."""
    graph = nx.DiGraph()
    graph.add_node("a", duration=2)
    graph.add_node("begin", duration=0, milestone="start")
    graph.add_node("end", duration=0)
    graph.add_node("running", duration=5, actual_start=0, remaining=2)
    graph.add_edges_from([("a", "end")])
    network = compile_network(graph, data_date=3)
    dates = early_pass(network)
    plan = Plan(network, Status.FEASIBLE, replace(dates, start=[20] * 4), "cpm")
    for engine in ("auto", "simpy"):
        asap = simulate(network, plan, replications=1, engine=engine)
        gated = simulate(network, plan, replications=1, start="plan", engine=engine)
        by_id = {name: (asap.finish[0, i], gated.finish[0, i]) for i, name in enumerate(network.ids)}
        assert by_id == {"a": (5, 22), "begin": (3, 20), "end": (5, 22), "running": (5, 5)}
        assert (asap.start_rule, gated.start_rule) == ("asap", "plan")


def test_the_plan_gives_the_order_under_both_start_rules() -> None:
    network = crews(2)
    dates = early_pass(network)
    first = network.index["p1 works"]
    start = [at if i != first else at - 1 for i, at in enumerate(dates.start)]
    plan = Plan(network, Status.FEASIBLE, replace(dates, start=start), "cpm")
    for rule in ("asap", "plan"):
        result = simulate(network, plan, replications=1, start=rule)
        assert result.start[0, first] < result.start[0, network.index["p0 works"]]
    assert simulate(network, replications=1).start[0, first] == 25


def test_the_engine_is_named_and_enough_units_need_no_dispatch() -> None:
    assert simulate(crews(3, capacity=2), replications=2).engine == "events"
    assert simulate(crews(3, capacity=3), replications=2).engine == "maxplus"
    with pytest.raises(InputError, match=r"engine='maxplus': activity 'p0 .*' may wait for a resource"):
        simulate(crews(3), replications=2, engine="maxplus")


def test_progress_counts_replications() -> None:
    seen: list[tuple[int, int]] = []
    simulate(crews(1), replications=2100, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1024, 2100), (2048, 2100), (2100, 2100)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": "later"}, "start rule 'later' is neither"),
        ({"start": "plan"}, "start='plan' needs a plan"),
        ({"engine": "fast"}, "engine 'fast' is none of"),
        ({"replications": 0}, "holds no replication"),
        ({"plan": Plan(crews(2), Status.INFEASIBLE, None, "cpm")}, "the plan has no dates"),
        ({"plan": planned(crews(1))}, "a network with other activities"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate(crews(2), **options)


# -- what is reported ---------------------------------------------------------------------------------------
def test_a_project_is_on_time_when_all_its_deadlines_hold_together() -> None:
    graph = nx.DiGraph()
    for name in ("a", "b"):
        graph.add_node(name, duration=10, project="p", deadline=10)
    graph.add_node("c", duration=10, project="q")
    graph.add_node("d", duration=10, project="r", deadline=10)
    risks = RiskModel(work=dict.fromkeys("abd", COIN))
    result = simulate(compile_network(graph), risks=risks, replications=4000, seed=1)
    assert result.probability("a").value == pytest.approx(0.5, abs=0.03)
    assert result.project_on_time("p").value == pytest.approx(0.25, abs=0.03)
    assert result.project_on_time("q").value == 1
    number = result.number_on_time()
    assert result.judged_projects == ("p", "r")
    assert number.mean == pytest.approx(0.75, abs=0.04)
    assert number.at_least(2).value == pytest.approx(0.125, abs=0.02)


def test_a_cancelled_project_counts_as_late_and_the_figure_without_stands_beside_it() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=10, project="p", deadline=10)
    graph.add_node("b", duration=10, project="q", deadline=10)
    risks = RiskModel(cancellation={"p": Cancellation(0.3)})
    result = simulate(compile_network(graph), risks=risks, replications=4000, seed=1)
    assert result.probability("a").value == pytest.approx(0.7, abs=0.03)
    assert result.project_on_time("p").value == pytest.approx(0.7, abs=0.03)
    assert result.project_on_time("p", cancellations=False).value == 1
    assert result.probability("a", cancellations=False).value == 1
    assert result.probability("b").value == 1
    assert result.number_on_time(cancellations=False).mean == 2


def test_what_was_on_time_before_a_cancellation_stays_on_time() -> None:
    """One year in ten to an early deadline, ten years to a late one."""
    graph = nx.DiGraph()
    graph.add_node("start", duration=365, project="p", deadline=365)
    graph.add_node("end", duration=3287, project="p", deadline=3652)
    graph.add_edge("start", "end")
    risks = RiskModel(cancellation={"p": Cancellation(0.1, yearly=True)})
    result = simulate(compile_network(graph), risks=risks, replications=4000, seed=1)
    assert result.probability("start").value == pytest.approx(0.9, abs=0.02)
    assert result.probability("end").value == pytest.approx(0.9**10, abs=0.03)
    assert result.project_on_time("p").value == result.probability("end").value
    assert (result.meets("start") | ~result.meets("end")).all()


def test_a_deadline_of_a_done_activity_is_a_fact() -> None:
    graph = nx.DiGraph()
    graph.add_node("met", duration=5, project="p", deadline=6, actual_start=0, actual_finish=5)
    graph.add_node("missed", duration=5, project="p", deadline=4, actual_start=0, actual_finish=5)
    graph.add_node("rest", duration=5, project="p")
    risks = RiskModel(cancellation={"p": Cancellation(1.0)})
    result = simulate(compile_network(graph, data_date=8), risks=risks, replications=10)
    assert (result.probability("met").value, result.probability("missed").value) == (1, 0)


def test_what_never_gets_units_is_late_and_named() -> None:
    network = crews(2, capacity=0)
    result = simulate(network, replications=5)
    assert result.unfinished == {f"p{k} {what}": 5 for k in range(2) for what in ("open", "works")}
    assert result.deadlocked == {}
    assert result.probability("p0 open").value == 0
    assert result.date("p0 open", 0.5) is None
    assert result.dates(0.5)["p0 works"] is None
    assert result.dates(0.5)["p0 design"] == 10


def test_a_deadlock_is_reported() -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("a", duration=2, demand={"crew": 1})
    graph.add_node("b", duration=2, demand={"crew": 1})
    graph.add_edge("a", "b", type="SF")
    network = compile_network(graph, resources=[Resource("crew", 1)])
    plan = Plan(network, Status.FEASIBLE, replace(early_pass(network), start=[1, 0]), "cpm")
    result = simulate(network, plan, replications=2)
    assert result.deadlocked == {"b": 2}
    assert result.unfinished == {"a": 2, "b": 2}
    assert (result.start[:, 0] == UNFINISHED).all()


def test_leads_and_maximum_lags_that_units_break_are_counted() -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("x", duration=4, demand={"crew": 1})
    graph.add_node("a", duration=3, demand={"crew": 1})
    graph.add_node("b", duration=1)
    graph.add_node("c", duration=1)
    graph.add_edge("a", "b", lag=-5)
    graph.add_edge("c", "a", lag=0, maximum_lag=2)
    network = compile_network(graph, resources=[Resource("crew", 1)])
    risks = RiskModel(work={"x": COIN})
    result = simulate(network, risks=risks, replications=20, seed=1)
    broken = {(link.pred, link.succ, link.type, link.lag, link.maximum): link.replications
              for link in result.broken}  # fmt: skip
    assert broken == {("a", "b", "FS", -5, False): 20, ("c", "a", "FS", 2, True): 20}


def test_dates_are_shown_with_dated_calendars() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=5, calendar="5-day", deadline=date(2026, 1, 9))
    graph.add_node("open", duration=0)
    graph.add_edge("a", "open")
    network = compile_network(graph, calendars={"5-day": FIVE_DAY}, start=date(2026, 1, 5))
    risks = RiskModel(work={"a": Discrete((5, 6), (1, 1))})
    result = simulate(network, risks=risks, replications=1000, seed=1)
    assert result.dates(0.2) == {"a": date(2026, 1, 9), "open": date(2026, 1, 9)}
    assert result.date("a", 0.8) == result.dates(0.8)["open"] == date(2026, 1, 12)
    assert result.probability("a").value == pytest.approx(0.5, abs=0.05)


def test_questions_about_what_does_not_exist_are_refused() -> None:
    result = simulate(crews(1), replications=2)
    with pytest.raises(InputError, match="activity 'x' does not exist"):
        result.date("x", 0.5)
    with pytest.raises(InputError, match="activity 'p0 works' has no deadline"):
        result.probability("p0 works")
    with pytest.raises(InputError, match="project 'p9' does not exist"):
        result.project_on_time("p9")


def test_a_draw_too_long_for_any_axis_is_refused_by_name() -> None:
    graph = nx.DiGraph()
    graph.add_node("dig", duration=3)
    risks = RiskModel(work={"dig": Fixed(2.0**31)})
    with pytest.raises(InputError, match=r"'dig': a draw is beyond 536870912 slots\. Give .* maximum"):
        simulate(compile_network(graph), risks=risks, replications=2)
