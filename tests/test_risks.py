"""The risk model and its draws: what is drawn, rounding, stable keys, correlation, and refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.network import Factor, Network
from simulation.distributions import Discrete, Fixed, Greatest, Lognormal, Occasional, Triangular, Uniform
from simulation.draws import uniforms
from simulation.risks import Cancellation, Correlation, Driver, Rework, RiskModel
from simulation.sampling import cancelled, draw
from simulation.statistics import UNFINISHED

MANY = range(4000)


def network_of(*names: str, factors: tuple[Factor, ...] = (), **attributes: Any) -> Network:
    graph = nx.DiGraph()
    for name in names:
        graph.add_node(name, duration=10, **attributes)
    graph.add_node("open", duration=0)
    nx.add_path(graph, [*names, "open"])
    return compile_network(graph, factors=factors)


def column(network: Network, risks: RiskModel, name: str, replications: range = MANY) -> list[int]:
    work: list[int] = draw(network, risks, 7, replications).work[:, network.index[name]].tolist()
    return work


FACTORS = (Factor("land", ("a",), supply=20), Factor("power", ("b",), lead=30))
RISKS = RiskModel(
    work={"a": Triangular(8, 10, 20), "b": Triangular(8, 10, 20)},
    rework={"a": Rework(0.4, Uniform(3, 9), times=2)},
    delay={"land": Lognormal(20, 60)},
    lead={"power": Triangular(20, 30, 90)},
    drivers=(Driver("rain", Uniform(0.9, 1.4), ("b",)),),
    correlations=(Correlation("city", 0.5, ("land", "power", "b")),),
)


def test_what_is_not_named_keeps_its_planning_value() -> None:
    network = network_of("a", "b", factors=FACTORS)
    draws = draw(network, RiskModel(), 1, range(2))
    assert draws.work.tolist() == [[10, 10, 0, 30]] * 2
    assert draws.arrivals.tolist() == [[20]] * 2


@pytest.mark.parametrize(("value", "slots"), [(0.2, 1), (2.5, 3), (3.49, 3)])
def test_work_is_rounded_half_up_and_at_least_one(value: float, slots: int) -> None:
    assert column(network_of("a"), RiskModel(work={"a": Fixed(value)}), "a", range(1)) == [slots]


@pytest.mark.parametrize(("delay", "arrival"), [(-2.5, 18), (0.5, 21), (-30, -10)])
def test_a_delay_is_rounded_half_up_and_may_be_negative(delay: float, arrival: int) -> None:
    network = network_of("a", "b", factors=FACTORS)
    assert draw(network, RiskModel(delay={"land": Fixed(delay)}), 1, range(1)).arrivals.tolist() == [
        [arrival]
    ]


def test_rework_loops_are_rounded_one_by_one_and_follow_one_another() -> None:
    rework = {"a": Rework(0.5, Fixed(2.5), times=3)}
    counts = np.bincount(column(network_of("a"), RiskModel(rework=rework), "a"), minlength=20)
    assert set(np.flatnonzero(counts)) == {10, 13, 16, 19}
    assert counts[[10, 13, 16, 19]] / len(MANY) == pytest.approx([0.5, 0.25, 0.125, 0.125], abs=0.03)


def test_rework_is_drawn_apart_from_work() -> None:
    network = network_of("a")
    with_rework = RiskModel(work=RISKS.work, rework=RISKS.rework).without(("work", "b"))
    alone = column(network, with_rework.without(("rework", "a")), "a")
    added = np.array(column(network, with_rework, "a")) - alone
    assert added.min() == 0
    assert np.mean(added > 0) == pytest.approx(0.4, abs=0.03)
    assert abs(np.corrcoef(added, alone)[0, 1]) < 0.05


def test_a_driver_multiplies_the_work_of_its_activities_with_one_draw() -> None:
    network = network_of("a", "b")
    risks = RiskModel(
        work={"b": Fixed(20)},
        drivers=(Driver("rain", Discrete((1, 2), (1, 1)), ("a", "b")), Driver("heat", Fixed(1.26), ("b",))),
    )
    assert set(zip(column(network, risks, "a"), column(network, risks, "b"), strict=True)) == {
        (10, 25),
        (20, 50),
    }


def test_a_risk_of_a_register_strikes_all_its_activities_or_none() -> None:
    network = network_of("a", "b", "c")
    strike = Driver("strike", None, ("a", "b"), added=Uniform(4, 9), probability=0.25)
    shared = draw(network, RiskModel(drivers=(strike,)), 7, MANY).work[:, :3] - 10
    own = draw(network, RiskModel(drivers=(replace(strike, own=True),)), 7, MANY).work[:, :3] - 10
    assert (shared[:, 0] == shared[:, 1]).all()
    assert not shared[:, 2].any()
    assert ((own > 0) == (shared > 0)).all()
    struck = own[own[:, 0] > 0]
    assert len(struck) / len(MANY) == pytest.approx(0.25, abs=0.03)
    assert abs(np.corrcoef(struck[:, 0], struck[:, 1])[0, 1]) < 0.1
    for draws in (shared, own):
        hit = draws[draws[:, 0] > 0]
        assert (hit[:, 0].min(), hit[:, 0].max()) == (4, 9)
        assert np.bincount(hit[:, 0])[5:9] / len(hit) == pytest.approx(0.2, abs=0.05)


def test_a_driver_may_multiply_and_add_and_take_away_but_leaves_a_slot_of_work() -> None:
    network = network_of("a", "b")
    both = Driver("flood", Fixed(1.26), ("a",), added=Fixed(2.5))
    less = Driver("luck", activities=("b",), added=Fixed(-30))
    assert draw(network, RiskModel(drivers=(both, less)), 1, range(1)).work[0, :2].tolist() == [16, 1]


def test_a_driver_that_happens_draws_as_its_distribution_does_where_it_always_happens() -> None:
    network = network_of("a")
    multiplier = Triangular(1, 2, 4)
    for probability in (0.0, 0.3, 1.0):
        found = column(
            network, RiskModel(drivers=(Driver("r", multiplier, ("a",), probability=probability),)), "a"
        )
        mixture = column(
            network, RiskModel(drivers=(Driver("r", Occasional(probability, multiplier, 1), ("a",)),)), "a"
        )
        assert found == mixture


def test_exposure_is_the_share_of_the_work_that_a_multiplier_acts_on() -> None:
    network = network_of("a", "b", "c")
    rain = Driver("rain", Fixed(1.5), ("a", "b", "c"), exposure={"a": 0.4, "b": 0.0})
    assert draw(network, RiskModel(drivers=(rain,)), 1, range(1)).work[0, :3].tolist() == [12, 10, 15]


def test_members_of_a_group_correlate_and_the_others_do_not() -> None:
    network = network_of("a", "b", factors=FACTORS)
    draws = draw(network, RISKS.without(("driver", "rain")), 3, MANY)
    land = draws.arrivals[:, 0]
    b, power, a = (draws.work[:, network.index[name]] for name in ("b", "power", "a"))
    ranks = np.corrcoef([np.argsort(np.argsort(values)) for values in (land, power, b, a)])
    assert ranks[0, 1] == pytest.approx(0.48, abs=0.06)
    assert ranks[0, 2] == pytest.approx(0.48, abs=0.06)
    assert abs(ranks[0, 3]) < 0.06


def test_another_activity_or_factor_changes_no_other_draw() -> None:
    small = network_of("a", "b", factors=FACTORS)
    large = network_of("a", "aa", "b", factors=(*FACTORS, Factor("gas", ("aa",), supply=5)))
    more = RiskModel(
        work={"aa": Uniform(1, 9), **RISKS.work},
        rework=RISKS.rework,
        delay={"gas": Uniform(1, 9), **RISKS.delay},
        lead=RISKS.lead,
        drivers=(Driver("heat", Uniform(1, 2), ("aa",)), *RISKS.drivers),
        correlations=RISKS.correlations,
    )
    few, many = draw(small, RISKS, 5, range(50)), draw(large, more, 5, range(50))
    for name in small.ids:
        assert (few.work[:, small.index[name]] == many.work[:, large.index[name]]).all()
    position = [gate.id for gate in large.gates].index("land")
    assert (few.arrivals[:, 0] == many.arrivals[:, position]).all()


@settings(deadline=None, max_examples=60)
@given(
    name=st.text(min_size=1, max_size=3).filter(lambda text: text not in ("a", "b", "open", "power")),
    joins=st.booleans(),
    seed=st.integers(0, 9),
)
def test_an_activity_that_joins_groups_and_drivers_changes_no_other_draw(
    name: str, joins: bool, seed: int
) -> None:
    drivers = (
        Driver("rain", Uniform(0.9, 1.4), ("a", "b")),
        Driver("strike", None, ("b", "power"), added=Uniform(1, 9), probability=0.4, own=True),
    )
    groups = (Correlation("city", 0.5, ("land", "power", "b")), Correlation("office", 0.3, reworks=("a",)))
    before = replace(
        RISKS, work={**RISKS.work, "b": Greatest(Uniform(2, 9), 12)}, drivers=drivers, correlations=groups
    )
    joining = (name,) if joins else ()
    after = replace(
        before,
        work={name: Lognormal(9, 30), **before.work},
        rework={name: Rework(0.5, Fixed(3)), **before.rework},
        drivers=(
            *(replace(item, activities=(*joining, *item.activities)) for item in drivers),
            Driver("heat", Uniform(1, 2), (name,)),
        ),
        correlations=tuple(
            replace(
                group,
                members=(*joining, *group.members) if group.members else (),
                reworks=(*joining, *group.reworks) if group.reworks else (),
            )
            for group in groups
        ),
    )
    small, large = network_of("a", "b", factors=FACTORS), network_of(name, "a", "b", factors=FACTORS)
    few, many = draw(small, before, seed, range(40)), draw(large, after, seed, range(40))
    for other in small.ids:
        assert (few.work[:, small.index[other]] == many.work[:, large.index[other]]).all()
    assert (few.arrivals == many.arrivals).all()


def test_blocks_of_replications_join() -> None:
    network = network_of("a", "b", factors=FACTORS)
    whole = draw(network, RISKS, 5, range(200))
    parts = [draw(network, RISKS, 5, block) for block in (range(100), range(100, 200))]
    assert (whole.work == np.concatenate([part.work for part in parts])).all()
    assert (whole.arrivals == np.concatenate([part.arrivals for part in parts])).all()


@pytest.mark.parametrize("cause", RISKS.causes)
def test_without_a_cause_the_rest_stays_as_drawn(cause: tuple[str, Any]) -> None:
    network = network_of("a", "b", factors=FACTORS)
    kind, name = cause
    full, reduced = draw(network, RISKS, 9, range(300)), draw(network, RISKS.without(cause), 9, range(300))
    touched = {"rain": "b"}.get(name, name)
    for other in network.ids:
        same = full.work[:, network.index[other]] == reduced.work[:, network.index[other]]
        assert same.all() == (other != touched)
    assert (full.arrivals == reduced.arrivals).all() == (name != "land")
    if kind == "factor":
        vanished = reduced.arrivals[:, 0] if name == "land" else reduced.work[:, network.index["power"]]
        assert (vanished == (20 if name == "land" else 30)).all()


def test_an_unknown_cause_is_refused() -> None:
    with pytest.raises(InputError, match="no factor 'water' to leave out"):
        RISKS.without(("factor", "water"))


@pytest.mark.parametrize(
    ("risks", "message"),
    [
        (RiskModel(work={"x": Fixed(1)}), "activity 'x', which does not exist"),
        (RiskModel(work={"open": Fixed(1)}), "'open' is a milestone and has no work"),
        (RiskModel(rework={"open": Rework(0.1, Fixed(1))}), "'open' is a milestone and has no work"),
        (RiskModel(work={"power": Fixed(1)}), "'power' is a factor without a supply date. Give its `lead`"),
        (RiskModel(delay={"power": Fixed(1)}), "a delay names factor 'power'"),
        (RiskModel(lead={"land": Fixed(1)}), "a lead names factor 'land'"),
        (RiskModel(drivers=(Driver("rain", Fixed(1), ("x",)),)), "driver 'rain' acts on activity 'x'"),
        (
            RiskModel(correlations=(Correlation("city", 0.5, ("a",)),)),
            "'city' names 'a', which has no",
        ),
        (RiskModel(cancellation={"p": Cancellation(0.1)}), "cancellation names project 'p'"),
    ],
)
def test_risks_that_the_network_does_not_know_are_refused(risks: RiskModel, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(network_of("a", "b", factors=FACTORS), risks, 1, range(1))


def test_numbers_out_of_range_and_ids_given_twice_are_refused() -> None:
    with pytest.raises(InputError, match=r"rework: the probability 1\.5"):
        Rework(1.5, Fixed(1))
    with pytest.raises(InputError, match="0 loops at most"):
        Rework(0.5, Fixed(1), times=0)
    with pytest.raises(InputError, match=r"correlation 'city': rho -0\.2"):
        Correlation("city", -0.2, ())
    with pytest.raises(InputError, match="cancellation: the probability 2"):
        Cancellation(2)
    with pytest.raises(InputError, match=r"driver 'rain' changes nothing.*multiplier or added"):
        Driver("rain")
    with pytest.raises(InputError, match=r"driver 'rain': the probability 1\.2 is not within"):
        Driver("rain", Fixed(2), probability=1.2)
    with pytest.raises(InputError, match=r"driver 'rain': the exposure 2 of 'a' is not within 0\.\.1"):
        Driver("rain", Fixed(2), exposure={"a": 2})
    with pytest.raises(InputError, match="drivers: the id 'rain' is given twice"):
        RiskModel(drivers=(Driver("rain", Fixed(1), ()), Driver("rain", Fixed(1), ())))
    with pytest.raises(InputError, match="'a' is a member of two groups"):
        RiskModel(correlations=(Correlation("x", 0.1, ("a",)), Correlation("y", 0.1, ("a",))))


def test_fractions_of_a_slot_are_refused() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=2.5)
    with pytest.raises(InputError, match=r"the work of activity 'a' is 2\.5, but a simulation counts whole"):
        draw(compile_network(graph), RiskModel(), 1, range(1))


def test_a_yearly_chance_of_cancellation_grows_with_the_time_to_a_finish() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=1, project="short")
    graph.add_node("b", duration=1, project="long")
    network = compile_network(graph, start=100)
    risks = RiskModel(cancellation={name: Cancellation(0.1, yearly=True) for name in ("short", "long")})
    luck = np.stack([uniforms(1, name, "cancellation", MANY) for name in network.projects], axis=1)
    last = cancelled(network, risks, luck)
    assert network.projects == ("long", "short")
    for years in (1, 3, 10):
        chances = (last < 100 + 365.25 * years).mean(axis=0)
        assert chances == pytest.approx(1 - 0.9**years, abs=0.02)


def test_cancellation_for_certain_for_never_and_of_what_is_done() -> None:
    graph = nx.DiGraph()
    for name in ("always", "never", "total"):
        graph.add_node(name, duration=1, project=name)
    graph.add_node("done", duration=1, project="done", actual_start=3, actual_finish=4)
    network = compile_network(graph, start=5, data_date=9)
    risks = RiskModel(
        cancellation={
            "always": Cancellation(1.0, yearly=True),
            "never": Cancellation(0.0, yearly=True),
            "total": Cancellation(1.0),
            "done": Cancellation(1.0),
        }
    )
    (last,) = cancelled(network, risks, np.full((1, 4), 0.5)).tolist()
    assert dict(zip(network.projects, last, strict=True)) == {
        "always": 9,
        "done": UNFINISHED,
        "never": UNFINISHED,
        "total": 8,
    }


def test_a_part_of_a_network_draws_as_the_whole() -> None:
    """Correlated rework, drivers and leads of one project, drawn alone and within the portfolio."""
    from scenarios.assemble import assemble
    from scenarios.load import load_scenario
    from scheduling.parts import parts, restrict

    assembly = assemble(load_scenario("district-1bn"))
    whole = draw(assembly.network, assembly.risks, 5, range(40))
    found = parts(assembly.network)
    assert len(found) == len(assembly.network.projects)
    for positions in found:
        network = restrict(assembly.network, positions)
        part = draw(network, assembly.risks.within(network), 5, range(40))
        assert (part.work == whole.work[:, positions]).all()


def test_redrawing_equals_drawing_for_every_cause() -> None:
    from scenarios.assemble import assemble
    from scenarios.load import load_scenario
    from simulation.sampling import redraw

    assembly = assemble(load_scenario("district-1bn"))
    network, risks = assembly.network, assembly.risks
    before = draw(network, risks, 5, range(20))
    for cause in risks.causes[::3]:
        less = risks.without(cause)
        again, full = redraw(network, before, risks, less, 5), draw(network, less, 5, range(20))
        assert (again.work == full.work).all(), cause
        assert (again.arrivals == full.arrivals).all(), cause
        assert (again.luck == full.luck).all(), cause
