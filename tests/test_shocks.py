"""Shocks: rates and capacities between two dates, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_files import HEAD, TWO, fault_of, load_text

from scenarios.assemble import assemble
from scheduling.backward import backward_schedule
from scheduling.build import compile_network
from scheduling.calendar import FIVE_DAY, SEVEN_DAY
from scheduling.errors import AxisError, InputError
from scheduling.network import Network, Resource
from scheduling.passes import early_pass
from scheduling.shocks import Shock, with_shock
from scheduling.validator import validate
from simulation.distributions import Fixed, Uniform
from simulation.monte_carlo import simulate
from simulation.risks import RiskModel
from simulation.shocks import drawn_shocks

START = date(2026, 3, 2)  # a Monday


def network_of(calendar: str | None = "5-day", **resources: Any) -> Network:
    graph = nx.DiGraph()
    graph.add_node("dig", duration=10, calendar=calendar, demand={"crew": 2}, deadline=date(2026, 5, 29))
    graph.add_node("pour", duration=10, calendar="7-day", demand={"crew": 2})
    graph.add_edge("dig", "pour", lag=5)
    return compile_network(
        graph,
        calendars={"5-day": FIVE_DAY, "7-day": SEVEN_DAY},
        start=START,
        resources=[Resource("crew", 2, **resources)],
    )


def finishes(network: Network) -> list[date]:
    return [network.show_finish(i, at) for i, at in enumerate(early_pass(network).finish)]


def test_work_stops_between_two_dates_and_lags_go_on() -> None:
    net = network_of()
    assert finishes(net) == [date(2026, 3, 13), date(2026, 3, 30)]
    epidemic = Shock("epidemic", date(2026, 3, 9), date(2026, 3, 15), rate=0)
    assert finishes(with_shock(net, epidemic)) == [date(2026, 3, 20), date(2026, 4, 6)]
    curing = Shock("epidemic", date(2026, 3, 14), date(2026, 3, 20), rate=0)
    assert finishes(with_shock(net, curing)) == finishes(net)


def test_a_partial_rate_and_only_some_activities() -> None:
    half = Shock("flood", date(2026, 3, 2), date(2026, 3, 6), rate=50, activities=("dig",))
    net = with_shock(network_of(), half)
    assert finishes(net)[0] == date(2026, 3, 18)  # two and a half days' work in five; the half day is lost
    assert [table.name for table in net.tables] == ["5-day (flood)", "7-day"]


def test_a_sprint_works_through_weekends() -> None:
    sprint = Shock("sprint", date(2026, 3, 2), date(2026, 12, 31), rest=100)
    assert finishes(with_shock(network_of(), sprint))[0] == date(2026, 3, 11)


def test_capacity_falls_and_comes_back() -> None:
    less = Shock("flood", date(2026, 3, 1 + 1), date(2026, 3, 8), capacity={"crew": 1})
    net = with_shock(network_of(changes=((date(2026, 3, 4), 4), (date(2026, 3, 9), 5))), less)
    axis = net.axis
    assert axis is not None
    units = [net.resources[0].capacity_at(axis.slot(date(2026, 3, day))) for day in (1, 2, 4, 8, 9, 20)]
    assert units == [2, 1, 1, 1, 5, 5]
    kept = with_shock(network_of(changes=((date(2026, 3, 4), 4),)), less)
    assert kept.resources[0].capacity_at(axis.slot(date(2026, 3, 9))) == 4
    assert simulate(net, replications=1).start[0].tolist() == [
        axis.slot(date(2026, 3, 9)),
        axis.slot(date(2026, 3, 28)),
    ]


@settings(deadline=None, max_examples=40)
@given(
    begin=st.integers(0, 40),
    length=st.integers(1, 30),
    rate=st.integers(0, 99),
    rest=st.none() | st.integers(0, 100),
)
def test_plans_and_engines_agree_on_a_struck_network(
    begin: int, length: int, rate: int, rest: int | None
) -> None:
    net = network_of()
    assert net.axis is not None
    first = net.axis.slot(START) + begin
    struck = with_shock(net, Shock("shock", first, first + length, rate, rest))
    outside = np.r_[0:first, first + length : net.axis.length]
    for before, after in zip(net.tables, struck.tables, strict=True):
        assert (before.rates[outside] == after.rates[outside]).all()
    plan = backward_schedule(struck)
    assert not validate(struck, plan.dates)
    risks = RiskModel(work={"dig": Uniform(5, 20)})
    runs = [simulate(struck, risks=risks, replications=8, engine=engine) for engine in ("auto", "simpy")]
    assert (runs[0].finish == runs[1].finish).all()


def test_the_draws_of_a_struck_network_are_those_without_the_shock() -> None:
    risks = RiskModel(work={"dig": Uniform(5, 20)})
    struck = with_shock(network_of(), Shock("late", date(2026, 9, 1), date(2026, 9, 9), rate=0))
    one, other = (simulate(net, risks=risks, replications=50) for net in (network_of(), struck))
    assert (one.finish == other.finish).all()


@pytest.mark.parametrize(
    ("shock", "message"),
    [
        (lambda: Shock("x", 1, 2, rate=101), "shock 'x': rates 101 and None must be within 0..100"),
        (lambda: Shock("x", 1, 2), "shock 'x' changes nothing. Give it a rate, rest or capacity"),
        (lambda: Shock("x", 9, 2, rate=0), r"shock 'x' ends \(2\) before it begins \(9\). Swap"),
        (lambda: Shock("x", START, 9, rate=0), "names 2026-03-02 and 9. Give two dates"),
        (lambda: Shock("x", 1, 9, rate=0, activities=("z",)), "names activity 'z', which does not exist"),
        (lambda: Shock("x", 1, 9, capacity={"z": 1}), "names resource 'z', which does not exist"),
    ],
)
def test_wrong_shocks_are_refused(shock: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        with_shock(network_of(), shock())


def test_stocks_time_without_calendars_and_dates_beyond_them_are_refused() -> None:
    with pytest.raises(InputError, match=r"resource 'crew' is a stock\. Change its deliveries"):
        with_shock(network_of(consumed=True), Shock("x", 1, 9, capacity={"crew": 1}))
    graph = nx.DiGraph()
    graph.add_node("dig", duration=10)
    with pytest.raises(InputError, match="changes rates, but no activity it names has a calendar"):
        with_shock(compile_network(graph), Shock("x", 1, 9, rate=0))
    with pytest.raises(AxisError, match="1990-01-01 lies outside"):
        with_shock(network_of(), Shock("x", date(1990, 1, 1), date(2026, 1, 1), rate=0))


# -- drawn ----------------------------------------------------------------------------------------------
def test_drawn_shocks_lie_where_they_may_and_do_not_depend_on_their_number() -> None:
    net = network_of()
    shock = Shock("epidemic", date(2026, 3, 2), date(2026, 3, 11), rate=0)
    drawn = drawn_shocks(net, shock, days=Uniform(3, 8), probability=0.5, seed=4, count=40)
    assert len(drawn) == 40
    assert net.axis is not None
    first = net.axis.slot(START)
    hit = [each for each in drawn if each is not net]
    assert 12 <= len(hit) <= 28
    for each in hit:
        stopped = np.flatnonzero(net.tables[1].rates != each.tables[1].rates)
        assert first <= stopped[0] < first + 10
        assert 3 <= len(stopped) <= 8
    few = drawn_shocks(net, shock, days=Uniform(3, 8), probability=0.5, seed=4, count=5)
    for one, other in zip(few, drawn, strict=False):
        assert (one.tables[0].rates == other.tables[0].rates).all()
    with pytest.raises(InputError, match=r"shock 'epidemic': the probability 2 is not within 0\.\.1"):
        drawn_shocks(net, shock, days=Fixed(3), probability=2)


# -- in files -------------------------------------------------------------------------------------------
def test_shocks_of_a_file_happen() -> None:
    text = (
        HEAD + "shocks: {epidemic: {first: 2026-03-03, last: 2026-03-12, rate: 0, activities: [a]}}\n" + TWO
    )
    before, after = (finishes(assemble(load_text(each)).network) for each in (HEAD + TWO, text))
    assert [(late - soon).days for late, soon in zip(after, before, strict=True)] == [10, 10]


@pytest.mark.parametrize(
    ("shock", "message"),
    [
        (
            "{first: 2026-03-09, last: 2026-03-03, rate: 0}",
            "last 2026-03-03 lies before first 2026-03-09; swap",
        ),
        (
            "{first: 2026-03-03, last: 2026-03-09}",
            "a shock changes nothing; give it a rate, rest or capacity",
        ),
        (
            "{first: 2026-03-03, last: 2026-03-09, rate: 110}",
            "rate: input should be less than or equal to 100",
        ),
        (
            "{first: 2026-03-03, last: 2026-03-09, rate: 0, activities: [z]}",
            "activities[0]: node 'z' does not",
        ),
        (
            "{first: 2026-03-03, last: 2026-03-09, capacity: {z: 1}}",
            "capacity.z: resource 'z' does not exist",
        ),
        ("{first: 2026-03-03, last: 2999-03-09, rate: 0}", "last: '2999-03-09' lies outside the years"),
    ],
)
def test_faults_of_shocks_in_a_file_have_their_place(shock: str, message: str) -> None:
    line = fault_of(HEAD + f"shocks: {{x: {shock}}}\n" + TWO)
    assert line.startswith("x.yaml:4:")
    assert "shocks.x" in line
    assert message in line


def test_shocks_without_dates_and_of_stocks_are_refused_in_a_file() -> None:
    top = (
        "resources: {fund: {capacity: 3, consumed: true}}\nshocks: {x: {first: 2026-03-03, last: 2026-03-09, "
    )
    line = fault_of(HEAD + top + "capacity: {fund: 2}}}\n" + TWO)
    assert "shocks.x.capacity.fund: 'fund' is a stock; change its deliveries instead" in line
