"""The report of induced correlation: against scipy, exact cases, the command."""

from __future__ import annotations

import json
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from scenarios.cli import app
from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.network import Factor, Network
from simulation.correlation import induced_correlations
from simulation.distributions import Discrete, Fixed, Lognormal, Occasional, Triangular, Uniform
from simulation.risks import Correlation, Driver, Rework, RiskModel
from simulation.sampling import draw


def network_of(*names: str) -> Network:
    graph = nx.DiGraph()
    graph.add_nodes_from(names, duration=10)
    return compile_network(
        graph, factors=(Factor("land", ("a",), supply=20), Factor("power", ("b",), lead=30))
    )


RISKS = RiskModel(
    work={"a": Uniform(1, 400), "b": Triangular(8, 10, 20)},
    rework={"a": Rework(0.4, Uniform(3, 9), times=2), "b": Rework(0.5, Fixed(4))},
    delay={"land": Occasional(0.3, Lognormal(20, 60))},
    lead={"power": Triangular(20, 30, 90)},
    drivers=(Driver("rain", Uniform(1, 2), ("a", "b")),),
    correlations=(
        Correlation("site", 0.5, ("land", "power", "a")),
        Correlation("office", 0.7, reworks=("a", "b")),
    ),
)


def test_members_and_their_correlations_are_those_of_the_draws_without_drivers_and_rework() -> None:
    network = network_of("a", "b")
    site, office = induced_correlations(network, RISKS, replications=500, seed=3)
    assert (site.group, site.asked, site.replications) == ("site", 0.5, 500)
    assert site.members == (("land", "delay"), ("power", "lead"), ("a", "work"))
    assert office.members == (("a", "rework"), ("b", "rework"))
    without = replace(RISKS, rework={}, drivers=(), correlations=RISKS.correlations[:1])
    alone = draw(network, without, 3, range(500))
    columns = [alone.arrivals[:, 0], alone.work[:, network.index["power"]], alone.work[:, network.index["a"]]]
    assert site.rank == pytest.approx(stats.spearmanr(np.array(columns), axis=1).statistic, abs=1e-12)
    assert site.linear == pytest.approx(np.corrcoef(columns), abs=1e-12)
    assert [pair[:2] for pair in site.pairs] == [
        (("land", "delay"), ("power", "lead")),
        (("land", "delay"), ("a", "work")),
        (("power", "lead"), ("a", "work")),
    ]


def test_the_rank_correlation_of_a_normal_copula() -> None:
    """``6/pi asin(rho/2)`` for continuous draws: Kruskal (1958), JASA 53, 814-861."""
    for rho in (0.0, 0.3, 0.8, 1.0):
        risks = RiskModel(
            work={name: Lognormal(1e5, 3e5) for name in "ab"},
            correlations=(Correlation("g", rho, ("a", "b")),),
        )
        (found,) = induced_correlations(network_of("a", "b"), risks, replications=20_000)
        (pair,) = found.pairs
        assert pair.rank == pytest.approx(6 / np.pi * np.arcsin(rho / 2), abs=0.02)


def test_the_linear_correlation_of_two_coins() -> None:
    """Medians that a normal score splits agree with probability ``1/2 + asin(rho)/pi`` (Sheppard 1899)."""
    coin = Discrete((1, 2), (1, 1))
    risks = RiskModel(work={"a": coin, "b": coin}, correlations=(Correlation("g", 0.6, ("a", "b")),))
    (found,) = induced_correlations(network_of("a", "b"), risks, replications=20_000)
    (pair,) = found.pairs
    assert pair.linear == pytest.approx(2 / np.pi * np.arcsin(0.6), abs=0.02)
    assert pair.rank == pytest.approx(pair.linear)


def test_members_that_never_vary_are_named_apart() -> None:
    risks = RiskModel(
        work={"a": Uniform(1, 9), "b": Fixed(4)}, correlations=(Correlation("g", 0.6, ("a", "b")),)
    )
    (found,) = induced_correlations(network_of("a", "b"), risks, replications=50)
    assert (found.members, found.constant) == ((("a", "work"),), (("b", "work"),))
    assert list(found.pairs) == []
    (nothing,) = induced_correlations(
        network_of("a", "b"), RiskModel(work={"a": Fixed(3)}, correlations=(Correlation("g", 0.6, ("a",)),))
    )
    assert nothing.linear.shape == (0, 0)


def test_one_replication_is_refused() -> None:
    with pytest.raises(InputError, match="two replications at least, not 1"):
        induced_correlations(network_of("a", "b"), RISKS, replications=1)


@pytest.mark.parametrize(("lang", "words"), [("zh", "住房和城乡建设部门"), ("en", "housing and urban-rural")])
def test_the_command(lang: str, words: str) -> None:
    asked = ["correlations", "district-1bn", "--replications", "40", "--lang", lang]
    shown = CliRunner().invoke(app, asked)
    assert shown.exit_code == 0
    assert words in shown.stdout
    data = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert {item["asked"] for item in data} == {0.3}
    assert data[0]["pairs"][0].keys() == {"one", "other", "rank", "linear"}
