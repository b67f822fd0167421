"""Small random networks for the differential tests: calendars, relations, lags, progress, factors, demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.errors import ContradictionError
from scheduling.network import Factor, Network, Resource
from scheduling.passes import early_pass
from simulation.distributions import Discrete, Uniform
from simulation.risks import Cancellation, Driver, Rework, RiskModel

LENGTH = 1500
CALENDARS = {
    "week": CalendarTable("week", np.resize([100] * 5 + [0, 0], LENGTH)),
    "winter": CalendarTable("winter", np.resize([100] * 6 + [30] * 4 + [0] * 3 + [60], LENGTH)),
    "odd": CalendarTable("odd", np.resize([0, 100, 0, 0, 50], LENGTH)),
}
BASE = 35  # leads need room before the first date
DATA_DATE = BASE + 8


@dataclass(frozen=True)
class Features:
    """What a random network may hold."""

    calendars: bool = True
    relations: bool = True
    leads: bool = True
    maximum_lags: bool = False
    progress: bool = False
    factors: bool = False
    resources: int = 0
    stock: bool = False
    least_finishes: bool = False
    size: int = 7


COUPLED = (
    Features(resources=1, progress=True, factors=True, size=6, leads=False),
    Features(resources=2, progress=True, factors=True, maximum_lags=True, size=6),
    Features(resources=1, progress=True, factors=True, stock=True, least_finishes=True, size=6),
)
"""Pools, maximum lags and stock, for what simulates a network again with something changed."""


@dataclass(frozen=True)
class Recipe:
    """What a network is compiled from."""

    graph: Any
    options: dict[str, Any]

    @property
    def network(self) -> Network:
        return compile_network(self.graph, calendars=CALENDARS, **self.options)

    def shuffled(self, seed: int) -> Recipe:
        """The same in another order."""
        random = np.random.default_rng(seed)

        def mixed(items: Any) -> list[Any]:
            listed = list(items)
            return [listed[k] for k in random.permutation(len(listed))]

        graph: Any = nx.MultiDiGraph()
        graph.add_nodes_from(mixed(self.graph.nodes(data=True)))
        graph.add_edges_from(mixed(self.graph.edges(data=True)))
        lists = {key: mixed(self.options[key]) for key in ("resources", "factors")}
        return Recipe(graph, {**self.options, **lists})

    def __str__(self) -> str:
        """Lines of Python that make it; they want ``tests`` on the path."""
        return (
            "import networkx as nx\n"
            "from random_networks import Recipe\n"
            "from scheduling.network import Factor, Resource\n"
            "graph = nx.MultiDiGraph()\n"
            f"graph.add_nodes_from({list(self.graph.nodes(data=True))!r})\n"
            f"graph.add_edges_from({list(self.graph.edges(data=True))!r})\n"
            f"recipe = Recipe(graph, {self.options!r})\n"
        )


def networks(features: Features) -> st.SearchStrategy[Network]:
    return recipes(features).map(lambda recipe: recipe.network)


@st.composite
def recipes(draw: st.DrawFn, features: Features) -> Recipe:
    """Recipes of networks that do not contradict themselves."""
    size = draw(st.integers(2, features.size))
    graph: Any = nx.MultiDiGraph()
    progress = features.progress and draw(st.booleans())
    resources = [
        Resource(f"r{k}", draw(st.integers(0, 2)), draw(changes())) for k in range(features.resources)
    ]
    if features.stock:
        resources.append(Resource.stock("stock", draw(st.integers(0, 4)), [(BASE + 9, 2), (BASE + 20, 1)]))
    for i in range(size):
        graph.add_node(f"a{i}", **draw(activities(features, progress)))
    for j in range(1, size):
        for i in draw(st.sets(st.integers(0, j - 1), max_size=2)):
            graph.add_edge(f"a{i}", f"a{j}", **draw(links(features)))
    if features.maximum_lags:
        for _ in range(draw(st.integers(0, 2))):
            j = draw(st.integers(1, size - 1))
            i = draw(st.integers(0, j - 1))
            relation = draw(st.sampled_from(["FS", "SS", "FF", "SF"]))
            pair = (i, j) if draw(st.booleans()) else (j, i)
            graph.add_edge(*(f"a{k}" for k in pair), type=relation, lag=None,
                           maximum_lag=draw(st.integers(0, 12)))  # fmt: skip
    recipe = Recipe(
        graph,
        {
            "start": DATA_DATE - draw(st.integers(0, 6)) if progress else BASE + draw(st.integers(5, 9)),
            "data_date": DATA_DATE if progress else None,
            "resources": resources,
            "factors": draw(factors(size)) if features.factors else (),
        },
    )
    try:
        early_pass(recipe.network)
    except ContradictionError:
        reject()
    return recipe


@st.composite
def changes(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    dates = sorted(draw(st.sets(st.integers(6, 30), max_size=2)))
    return tuple((BASE + day, draw(st.integers(0, 3))) for day in dates)


@st.composite
def activities(draw: st.DrawFn, features: Features, progress: bool) -> dict[str, Any]:
    node: dict[str, Any] = {"duration": draw(st.sampled_from([0, 1, 1, 2, 3, 5, 8]))}
    if not node["duration"]:
        node["milestone"] = draw(st.sampled_from(["start", "finish"]))
    if features.calendars and (name := draw(st.sampled_from([None, None, *CALENDARS]))):
        node["calendar"] = name
    if draw(st.integers(0, 4)) == 0:
        node["release"] = BASE + draw(st.integers(5, 15))
    state = draw(st.integers(0, 5)) if progress else 9
    if state == 0 or (state == 1 and not node["duration"]):
        node["actual_start"] = node["actual_finish"] = BASE + 3
    elif state in (1, 2) and node["duration"]:
        node["actual_start"], node["remaining"] = BASE + draw(st.integers(1, 7)), draw(st.integers(1, 5))
    elif state == 3 and node["duration"]:
        node["actual_start"], node["actual_finish"] = BASE + 2, BASE + draw(st.integers(3, 8))
    if node["duration"] and features.resources and "actual_finish" not in node:
        node["demand"] = {f"r{k}": draw(st.sampled_from([0, 1, 1, 2])) for k in range(features.resources)}
    if node["duration"] and features.stock:
        node.setdefault("demand", {})["stock"] = draw(st.integers(0, 2))
    if features.least_finishes and draw(st.booleans()):
        node["finish_from"] = BASE + draw(st.integers(0, 20))
    return node


@st.composite
def links(draw: st.DrawFn, features: Features) -> dict[str, Any]:
    edge: dict[str, Any] = {}
    if features.relations:
        edge["type"] = draw(st.sampled_from(["FS", "FS", "SS", "FF", "SF"]))
    edge["lag"] = draw(st.sampled_from([-3, -1, 0, 0, 1, 4] if features.leads else [0, 0, 1, 4]))
    if features.calendars:
        name = draw(st.sampled_from([None, "elapsed", "week", "odd"]))
        edge |= {"lag_calendar": name} if name else {}
    return edge


@st.composite
def factors(draw: st.DrawFn, size: int) -> tuple[Factor, ...]:
    found = []
    for k in range(draw(st.integers(0, 2))):
        gated = tuple(
            f"a{i}" for i in sorted(draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=2)))
        )
        supply = draw(st.sampled_from([None, BASE + 7, BASE + 12]))
        found.append(Factor(f"f{k}", gated, supply, lead=draw(st.integers(1, 4))))
    return tuple(found)


def random_draws(network: Network, seed: int, count: int) -> Any:
    """Draws without a risk model: uniform work, arrivals around their dates."""
    from simulation.sampling import Draws

    random = np.random.default_rng(seed)
    work = np.zeros((count, len(network)), dtype=np.int32, order="F")
    for i, planned in enumerate(network.work):
        if planned:
            work[:, i] = random.integers(1, 9, count)
    arrivals = np.array([gate.arrival for gate in network.gates], dtype=np.int32)
    arrivals = arrivals + random.integers(-3, 9, (count, len(network.gates)), dtype=np.int32)
    return Draws(range(count), work, np.asfortranarray(arrivals), np.ones((count, 0)))


def risks_of(network: Network) -> RiskModel:
    """Every kind of risk, on some of the unfinished activities, all factors and projects with a name."""
    leads = list((network.lead_factors or {}).values())
    working = [
        name
        for i, name in enumerate(network.ids)
        if network.work[i] and not network.done(i) and name not in leads
    ]
    return RiskModel(
        work={name: Uniform(1, 6) for name in working[:3]},
        rework={name: Rework(0.4, Uniform(1, 4)) for name in working[1:2]},
        delay={gate.id: Discrete((0, 2, 7), (2, 1, 1)) for gate in network.gates},
        lead={name: Uniform(1, 7) for name in leads},
        drivers=(Driver("rain", Uniform(0.8, 1.6), (*working, *leads)),) if working else (),
        cancellation={name: Cancellation(0.9, yearly=True) for name in network.projects if name is not None},
    )
