"""Need-by dates against direct simulation with the factor arriving on each day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import COUPLED, Features, networks, risks_of

from scheduling.build import compile_network
from scheduling.calendar import FIVE_DAY
from scheduling.errors import InputError
from scheduling.network import Deadline, Factor, Id, Network, Resource
from scheduling.passes import early_pass
from simulation.arrivals import arriving, factors_of, without_factors
from simulation.confidence import confidence_plan
from simulation.distributions import Discrete, Fixed, Triangular
from simulation.joint import joint_need_by
from simulation.monte_carlo import simulate
from simulation.need_by import NeedBy, need_by_dates
from simulation.pieces import Piece
from simulation.risks import Correlation, RiskModel
from simulation.statistics import Probability

COUNT = 24


def direct(network: Network, risks: RiskModel, factor: Id, day: int, project: Id, count: int) -> Probability:
    """On-time probability with the factor arriving on a day in every replication, in the original order."""
    plan = Piece.whole(network, None, risks).plan
    changed = arriving(network, {factor: day})
    rest = without_factors(risks, [factor])
    plan = replace(plan, network=changed)
    return simulate(changed, plan, risks=rest, replications=count, seed=4).project_on_time(project)


def with_lines(network: Network, slack: int) -> Network | None:
    """The network with deadlines a little after early finishes; None where it has nothing to ask."""
    try:
        early = early_pass(network)
    except InputError:
        return None
    ahead = [i for i in range(len(network)) if not network.done(i)]
    lines = {i: Deadline(early.finish[i] + slack + 3 * i) for i in ahead[-3::2]}
    return replace(network, deadlines=lines, projects=("p",)) if lines and factors_of(network) else None


def assert_borne_out(network: Network, risks: RiskModel, found: NeedBy, *, exact: bool) -> None:
    """What a need-by date says, said by direct simulation."""

    def on(day: int) -> Probability:
        return direct(network, risks, found.factor, day, found.project, COUNT)

    first = min(network.starts)
    assert found.best == on(first)
    base = simulate(network, risks=risks, replications=COUNT, seed=4)
    assert found.modelled == base.project_on_time(found.project)
    if found.date is None:
        assert found.best.value < found.confidence
        assert found.reached == found.best
        assert found.in_hand is None
    else:
        assert found.reached == on(found.date)
        assert found.reached.value >= found.confidence > on(found.date + 1).value
    curve = dict(found.curve)
    if not curve:
        assert found.best.value == 0
        return
    assert list(curve.values()) == sorted(curve.values(), key=lambda item: -item.value)
    if exact:
        assert on(max(curve) + 1).value == 0
        assert [on(day) for day in range(min(curve), max(curve) + 1)] == [
            next(curve[later] for later in range(day, max(curve) + 1) if later in curve)
            for day in range(min(curve), max(curve) + 1)
        ]


@settings(max_examples=80, deadline=None)
@given(
    networks(Features(progress=True, factors=True, least_finishes=True, maximum_lags=True, size=6)),
    st.integers(2, 25),
    st.sampled_from([0.3, 0.8]),
)
def test_exact_without_resources(network: Network, slack: int, confidence: float) -> None:
    lined = with_lines(network, slack)
    if lined is None:
        return
    risks = risks_of(lined)
    found = need_by_dates(lined, risks=risks, confidence=confidence, replications=COUNT, seed=4)
    for item in found:
        assert_borne_out(lined, risks, item, exact=True)


@pytest.mark.parametrize("features", COUPLED)
@settings(max_examples=50, deadline=None)
@given(data=st.data(), slack=st.integers(2, 25), confidence=st.sampled_from([0.3, 0.8]))
def test_borne_out_with_resources(
    features: Features, data: st.DataObject, slack: int, confidence: float
) -> None:
    lined = with_lines(data.draw(networks(features)), slack)
    if lined is None:
        return
    risks = risks_of(lined)
    found = need_by_dates(lined, risks=risks, confidence=confidence, replications=COUNT, seed=4)
    for item in found:
        assert_borne_out(lined, risks, item, exact=False)


def site(*, crew: bool = False, after_land: int = 0) -> Network:
    """Land for a site of 20 days due by 60, that power, too, gates halfway."""
    graph: Any = nx.DiGraph()
    demand = {"crew": 1} if crew else {}
    graph.add_node("dig", duration=10, project="p", demand=demand)
    graph.add_node("pave", duration=10, project="p", demand=demand, deadline=60)
    graph.add_edge("dig", "pave", lag=after_land)
    factors = [
        Factor("land", ("dig",), supply=8),
        Factor("power", ("pave",), lead=12, after=()),
    ]
    return compile_network(graph, resources=[Resource("crew", 1)] if crew else [], factors=factors)


WORKS = RiskModel(work={"dig": Discrete((10, 15, 30), (5, 3, 2)), "pave": Discrete((10, 20), (3, 1))})


def test_a_date_worked_out_by_hand() -> None:
    """Lengths 20 .375, 25 .225, 30 .125, 35 .075, 40 .15, 50 .05: from day 35, .6; from day 30, .725."""
    land, power = need_by_dates(site(), risks=WORKS, confidence=0.7, replications=4000, seed=1)
    assert (land.factor, power.factor, land.project) == ("land", "power", "p")
    assert land.date == 30
    assert land.reached.low < 0.725 < land.reached.high
    assert land.best.value == 1.0
    assert [day for day, _ in land.curve] == [10, 20, 25, 30, 35, 40]
    for (_, share), expected in zip(land.curve, (1.0, 0.95, 0.8, 0.725, 0.6, 0.375), strict=True):
        assert share.low <= expected <= share.high
    assert power.date == 50
    assert [day for day, _ in power.curve] == [40, 50]
    assert power.in_hand is not None
    assert power.in_hand.value == 1.0


def test_one_crew_that_never_has_to_choose_changes_nothing() -> None:
    plain = need_by_dates(site(), risks=WORKS, confidence=0.7, replications=200, seed=1)
    assert need_by_dates(site(crew=True), risks=WORKS, confidence=0.7, replications=200, seed=1) == plain


def test_unattainable_says_what_is_best() -> None:
    (land, _) = need_by_dates(site(after_land=25), risks=WORKS, confidence=0.9, replications=1000, seed=1)
    assert land.date is None
    assert not land.attainable
    assert land.reached == land.best
    assert land.best.low < 0.8 < land.best.high  # 35 days are left


def test_a_factor_of_several_projects_has_a_date_for_each() -> None:
    graph: Any = nx.DiGraph()
    for name, line in (("east", 30), ("west", 50)):
        graph.add_node(name, duration=10, project=name, deadline=line)
    graph.add_node("north", duration=5, project="north", deadline=70)
    graph.add_edge("west", "north", lag=3)
    graph.add_node("south", duration=5, project="south", deadline=9)
    network = compile_network(graph, factors=[Factor("grid", ("east", "west"), supply=4)])
    found = need_by_dates(network, risks=RiskModel(), replications=5)
    assert {item.project: item.date for item in found} == {"east": 20, "west": 40, "north": 52}


def test_a_group_keeps_the_draws_of_its_other_members() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=10, project="p", deadline=40)
    network = compile_network(
        graph, factors=[Factor("land", ("dig",), supply=5), Factor("homes", ("dig",), supply=5)]
    )
    late = Discrete((0, 20, 40), (0.5, 0.3, 0.2))
    risks = RiskModel(
        delay={"land": late, "homes": late}, correlations=(Correlation("site", 0.9, ("land", "homes")),)
    )
    for item in need_by_dates(network, risks=risks, confidence=0.7, replications=COUNT, seed=4):
        assert_borne_out(network, risks, item, exact=True)


def test_dates_are_mornings() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=5, project="p", deadline=date(2026, 1, 20), calendar="five")
    network = compile_network(
        graph,
        calendars={"five": FIVE_DAY},
        start=date(2026, 1, 5),
        factors=[Factor("land", ("dig",), supply=date(2026, 1, 7))],
    )
    (land,) = need_by_dates(network, risks=RiskModel(), replications=3)
    assert land.date == date(2026, 1, 14)  # Wednesday to Tuesday the 20th
    assert land.curve == ((date(2026, 1, 14), Probability(3, 3)),)


def test_fifteen_factors_at_once_and_progress() -> None:
    graph: Any = nx.DiGraph()
    for k in range(5):
        graph.add_node(k, duration=5, project=f"p{k}", deadline=30 + k)
    factors = [Factor(f"f{k} {n}", (k,), supply=3 + n) for k in range(5) for n in range(3)]
    calls: list[tuple[int, int]] = []
    found = need_by_dates(
        compile_network(graph, factors=factors),
        risks=RiskModel(),
        replications=4,
        progress=lambda *call: calls.append(call),
    )
    assert len(found) == 15
    assert all(item.date == 25 + int(str(item.project)[1:]) for item in found)
    assert calls == [(n, 15) for n in range(3, 16, 3)], "after each project"


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InputError, match=r"a share of 1\.2 of 5"):
        need_by_dates(site(), risks=WORKS, confidence=1.2, replications=5)
    with pytest.raises(InputError, match="a delay names factor 'sea', which is no factor"):
        need_by_dates(site(), risks=RiskModel(delay={"sea": Fixed(1)}), replications=5)


# -- joint --------------------------------------------------------------------------------------------------
def test_joint_dates_hold_together_on_fresh_draws() -> None:
    network = site()
    risks = replace(WORKS, lead={"power": Triangular(5, 12, 60)}, delay={"land": Discrete((0, 20), (3, 1))})
    plan = confidence_plan(network, risks=risks, confidence=0.8, replications=1000, seed=3)
    joint = joint_need_by(plan, risks=risks, replications=2000, seed=3)
    assert joint.confidence == 0.8
    assert joint.dates == {
        "land": plan.gates[network.index["dig"]],
        "power": plan.gates[network.index["pave"]],
    }
    given, rest = arriving(network, joint.dates), risks
    for factor in joint.dates:
        rest = rest.without(("factor", factor))
    result = simulate(
        given,
        replace(plan.plan, network=given),
        risks=rest,
        replications=range(3000, 5000),
        seed=3,
        start="plan",
    )
    assert joint.reached == {"p": result.project_on_time("p")}
    assert joint.reached["p"].value >= plan.reached["p"].value - 0.03


def test_joint_dates_of_ten_factors_are_earlier_than_each_alone() -> None:
    """Ten permits each exactly at its own .8 date hold together far less often; the joint dates hold."""
    graph: Any = nx.DiGraph()
    graph.add_node("start", duration=0, project="p", deadline=60)
    names = [f"n{k}" for k in range(10)]
    for name in names:
        graph.add_node(name, duration=10, project="p")
        graph.add_edge(name, "start")
    network = compile_network(graph, factors=[Factor(f"for {name}", (name,), supply=2) for name in names])
    risks = RiskModel(work={name: Triangular(5, 10, 40) for name in names})
    alone = need_by_dates(network, risks=risks, confidence=0.8, replications=1000, seed=3)
    plan = confidence_plan(network, risks=risks, confidence=0.8, replications=1000, seed=3)
    joint = joint_need_by(plan, risks=risks, seed=3)
    assert all(joint.dates[item.factor] < item.date for item in alone)
    assert 0.77 <= joint.reached["p"].value <= 0.86
    given, first = arriving(network, {item.factor: item.date for item in alone}), alone[0].date
    together = simulate(given, risks=risks, replications=1000, seed=3).project_on_time("p")
    assert together.value < 0.4 < 0.8 <= min(item.reached.value for item in alone)
    assert first > 20


def test_without_deadlines_joint_dates_stand_alone() -> None:
    network = replace(site(), deadlines={})
    plan = confidence_plan(network, risks=WORKS, replications=50)
    assert joint_need_by(plan, risks=WORKS).reached == {}
