"""Links as columns say what the links say one by one."""

from __future__ import annotations

import random
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import critical_path
from scheduling.build import compile_network
from scheduling.calendar import CONTINUOUS
from scheduling.errors import InputError
from scheduling.links import Link, Links

COUNT = 6
POSITION = st.integers(0, COUNT - 1)
SAID = st.tuples(st.booleans(), st.booleans(), st.integers(-2, 2), st.just(CONTINUOUS), st.booleans())
LINK = st.tuples(POSITION, POSITION, SAID).map(lambda parts: Link(*parts[:2], *parts[2]))


@given(st.lists(LINK, max_size=20))
def test_columns_hold_the_links_in_their_order(links: list[Link]) -> None:
    columns = Links.of(links)
    assert list(columns) == links
    assert len(columns) == len(links)
    maxima = columns.kept(columns.saying(lambda link: link.maximum))
    assert list(maxima) == [link for link in links if link.maximum]


@given(st.lists(LINK, max_size=20), st.booleans())
def test_columns_group_the_links_by_activity(links: list[Link], of_succ: bool) -> None:
    beside = Links.of(links).beside(COUNT, of_succ=of_succ)
    for i in range(COUNT):
        mine = [link for link in links if i == (link.succ if of_succ else link.pred)]
        assert [(j, said[:3], said[3][4:]) for j, said in beside.of(i)] == [
            (link.pred if of_succ else link.succ, link[2:5], link[4:]) for link in mine
        ]
        assert (i in beside.odd) == any(link[2:5] != (True, False, 0) or link.maximum for link in mine)
    assert beside.tabled == []


@given(st.lists(LINK, max_size=20), st.randoms(use_true_random=False))
def test_order_does_not_show_how_links_came_in(links: list[Link], chance: random.Random) -> None:
    mixed = chance.sample(links, len(links))
    assert list(Links.of(mixed).in_order()) == list(Links.of(links).in_order())
    assert sorted(link[:5] for link in links) == sorted(link[:5] for link in Links.of(links).in_order())


def built(arcs: list[tuple[str, str, dict[str, Any]]]) -> Any:
    graph: Any = nx.MultiDiGraph()
    for pred, succ, edge in arcs:
        graph.add_node(pred, duration=1)
        graph.add_node(succ, duration=1)
        graph.add_edge(pred, succ, **edge)
    return graph


@pytest.mark.parametrize("plain", [1, 1.0])
def test_a_lag_that_only_equals_a_number_is_refused(plain: Any) -> None:
    graph = built([("a", "b", {"lag": plain}), ("b", "c", {"lag": True})])
    with pytest.raises(InputError, match="link b -> c: lag True is not a number"):
        compile_network(graph)


def test_the_fault_named_does_not_show_the_order_of_insertion() -> None:
    arcs: list[Any] = [("a", "b", {"type": "AA"}), ("b", "b", {}), ("b", "c", {"lag": "soon"})]
    for order in (arcs, arcs[::-1]):
        with pytest.raises(InputError, match="link a -> b: relation 'AA' is none of"):
            compile_network(built(order))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_sums_of_dates_equal_the_careful_way(seed: int, fractions: bool) -> None:
    """The short way of plain numbers, and the long one, which bounds far away from everything call for."""
    chance = random.Random(seed)
    graph: Any = nx.MultiDiGraph()
    for i in range(8):
        graph.add_node(i, duration=chance.choice([0, 1, 3, 2.5 if fractions else 2]))
    for _ in range(12):
        pred, succ = sorted(chance.sample(range(8), 2))
        graph.add_edge(pred, succ, type=chance.choice(["FS", "SS", "FF", "SF"]), lag=chance.randint(-2, 3))
    short = critical_path(graph)
    bounded = graph.copy()
    for i in graph:
        bounded.add_node(
            i, finish_from=-1000, start_by=1000
        )  # binds nothing, but is no case for the short way
    careful = critical_path(bounded)
    assert short.early == careful.early
    assert short.late == careful.late
    assert short.total_float == careful.total_float
    assert short.driving == careful.driving
