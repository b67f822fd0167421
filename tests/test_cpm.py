"""The critical path against brute force, and its conventions."""

from __future__ import annotations

import random
from dataclasses import replace

import networkx as nx
import oracle
import pytest
from cases import cases
from hypothesis import event, given, settings
from hypothesis import strategies as st
from oracle import Case

from scheduling import (
    AxisError,
    CalendarTable,
    ContradictionError,
    CriticalPath,
    InputError,
    Status,
    compile_network,
    critical_path,
)

MANY = settings(max_examples=250, deadline=None, derandomize=True, report_multiple_bugs=False)
SOME = settings(MANY, max_examples=60)


def result_of(case: Case) -> CriticalPath:
    return critical_path(compile_network(case.graph(), **case.arguments()), clamp=case.clamp)


@MANY
@given(cases())
def test_equals_brute_force(case: Case) -> None:
    try:
        answer = oracle.solve(case)
    except oracle.OffAxisError:
        event("no early dates")
        with pytest.raises((AxisError, ContradictionError)) as raised:
            result_of(case)
        if isinstance(raised.value, ContradictionError):
            event("contradiction")
            assert_circle(raised.value.links)
        else:
            assert case.calendars
        return
    try:
        result = result_of(case)
    except AxisError:
        event("late dates off the axis")
        assert answer.late is None
        assert case.calendars
        return
    expanded = oracle.expand(case)
    compare_early(expanded, answer, result)
    compare_late(expanded, answer, result)


def assert_circle(links: tuple[tuple[object, object], ...]) -> None:
    """Each activity once, each link joined to the next by an end (maximum lags run backwards)."""
    assert len(links) == len({name for link in links for name in link})
    for link, following in zip(links, (*links[1:], links[0]), strict=True):
        assert set(link) & set(following)


def compare_early(case: Case, answer: oracle.Answer, result: CriticalPath) -> None:
    early = answer.early
    names = list(case.activities)
    open_ids = [name for name in names if not case.activities[name].done]
    assert dict(result.early_start) == {name: early.start(name) for name in names}
    assert dict(result.early_finish) == {name: early.finish(name) for name in names}
    resume = dict(zip(result.network.ids, result.early.resume, strict=True))
    assert resume == early.resume
    assert len(result.early.broken) == len(answer.broken)
    assert dict(result.project_finish) == oracle.project_ends(case, early)
    assert {name: result.free_float[name] for name in open_ids} == {
        name: oracle.free_float(case, answer, name) for name in open_ids
    }
    assert {name: set(result.driving[name]) for name in open_ids} == {
        name: oracle.drivers(case, early, name) for name in open_ids
    }
    missed = [a for n, a in case.activities.items() if not a.done and a.deadline is not None
              and early.finish(n) > a.deadline]  # fmt: skip
    pinned = any(
        a.start_by is not None and not a.started and early.start(n) > a.start_by
        for n, a in case.activities.items()
    )
    assert result.status is (Status.INFEASIBLE if pinned else Status.LATE if missed else Status.OPTIMAL)


def compare_late(case: Case, answer: oracle.Answer, result: CriticalPath) -> None:
    late, early = answer.late, answer.early
    if late is None:
        event("no late dates")
        assert result.late is None
        assert result.status in (Status.LATE, Status.INFEASIBLE)
        assert set(result.late_start.values()) == set(result.total_float.values()) == {None}
        assert not result.critical
        return
    names = list(case.activities)
    assert dict(result.late_start) == {name: late.start(name) for name in names}
    assert dict(result.late_finish) == {name: late.finish(name) for name in names}
    floats = {
        name: None if a.done else oracle.slots(case, name, early.finish(name), late.finish(name))
        for name, a in case.activities.items()
    }
    assert dict(result.total_float) == floats
    assert result.critical == {name for name, slack in floats.items() if slack is not None and slack <= 0}


@st.composite
def contradictions(draw: st.DrawFn) -> Case:
    """Networks without calendars, full of maximum lags."""
    count = draw(st.integers(2, 5))
    works = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    found = {f"a{k}": oracle.Activity(work) for k, work in enumerate(works)}
    pairs = st.permutations(range(count)).map(lambda order: sorted(order[:2]))
    relations = st.sampled_from(oracle.RELATIONS)
    bounds = []
    for i, j in draw(st.lists(pairs, min_size=1, max_size=6)):
        bounds.append(oracle.Bound(f"a{i}", f"a{j}", draw(relations), draw(st.integers(-3, 3)), None))
    for i, j in draw(st.lists(pairs, min_size=1, max_size=4)):
        turned = draw(st.booleans())
        ends = (f"a{j}", f"a{i}") if turned else (f"a{i}", f"a{j}")
        bounds.append(oracle.Bound(*ends, draw(relations), draw(st.integers(-3, 3)), None, True))
    return Case({}, found, tuple(dict.fromkeys(bounds)), {None: 120})


def told(bound: oracle.Bound) -> str:
    return f"{bound.pred} -> {bound.succ} ({bound.type} {'≤' if bound.maximum else '≥'} {bound.lag})"


@MANY
@given(contradictions())
def test_contradiction_names_an_irreducible_circle(case: Case) -> None:
    try:
        oracle.solve(case)
    except oracle.OffAxisError:
        event("contradiction")
    else:
        result_of(case)
        return
    with pytest.raises(ContradictionError) as raised:
        result_of(case)
    assert_circle(raised.value.links)
    named = tuple(bound for bound in case.bounds if told(bound) in str(raised.value))
    assert len(named) == len(raised.value.links)
    with pytest.raises(oracle.OffAxisError):
        oracle.solve(replace(case, bounds=named))
    for bound in named:
        oracle.solve(replace(case, bounds=tuple(other for other in named if other != bound)))


def shuffled(graph: nx.MultiDiGraph, seed: int) -> nx.MultiDiGraph:
    """The same graph with nodes and edges inserted in another order."""
    pick = random.Random(seed)
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(data=True))
    pick.shuffle(nodes)
    pick.shuffle(edges)
    other = nx.MultiDiGraph()
    other.add_nodes_from(nodes)
    other.add_edges_from(edges)
    return other


def everything(result: CriticalPath) -> dict[str, object]:
    names = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")
    found: dict[str, object] = {name: list(getattr(result, name).items()) for name in names}
    found["driving"] = list(result.driving.items())
    found["rest"] = (
        result.critical,
        result.status,
        list(result.project_finish.items()),
        list(result.paths()),
    )
    return found


@SOME
@given(cases(), st.integers(0, 1000))
def test_insertion_order_changes_nothing(case: Case, seed: int) -> None:
    graph = case.graph()
    try:
        result = critical_path(compile_network(graph, **case.arguments()), clamp=case.clamp)
    except (AxisError, ContradictionError) as error:
        with pytest.raises(type(error)):
            critical_path(compile_network(shuffled(graph, seed), **case.arguments()), clamp=case.clamp)
        return
    other = critical_path(compile_network(shuffled(graph, seed), **case.arguments()), clamp=case.clamp)
    assert everything(other) == everything(result)


@SOME
@given(cases(factors=False))
def test_ids_of_any_type(case: Case) -> None:
    """Ids of mixed types give the same dates as plain ones."""
    new = dict(zip(case.activities, (7, "7", ("a", 1), 2.5, frozenset({1}), None), strict=False))
    new = {old: ("none",) if name is None else name for old, name in new.items()}
    try:
        result = critical_path(compile_network(case.graph(), **case.arguments()), clamp=case.clamp)
    except (AxisError, ContradictionError):
        return
    graph = nx.relabel_nodes(case.graph(), new)
    other = critical_path(compile_network(graph, **case.arguments()), clamp=case.clamp)
    for name in ("early_start", "late_finish", "total_float", "free_float"):
        expected = {new[old]: value for old, value in getattr(result, name).items()}
        assert dict(getattr(other, name)) == expected
    assert other.critical == {new[old] for old in result.critical}
    assert {n: set(found) for n, found in other.driving.items()} == {
        new[old]: {new[n] for n in found} for old, found in result.driving.items()
    }


def all_paths(result: CriticalPath, project: object) -> set[tuple[object, ...]]:
    """Critical paths by trying every sequence of activities."""
    net = result.network
    members = [name for i, name in enumerate(net.ids) if net.projects[net.project[i]] == project]
    ends = {
        name
        for name in members
        if not net.done(net.index[name]) and result.early_finish[name] == result.project_finish[project]
    }
    drives = {(a, b) for b, found in result.driving.items() for a in found if not net.done(net.index[a])}
    minimum = {(net.ids[link.pred], net.ids[link.succ]) for link in net.links if not link.maximum}
    lasts = {a for a in ends if not any((a, b) in drives & minimum for b in ends)}
    found = set()
    todo = [(last,) for last in lasts]
    while todo:
        path = todo.pop()
        heads = [a for a, b in drives if b == path[0] and a not in path]
        todo += [(head, *path) for head in heads]
        if not heads:
            found.add(path)
    return found


@SOME
@given(cases())
def test_paths_are_all_driving_chains_into_the_finish(case: Case) -> None:
    try:
        result = result_of(case)
    except (AxisError, ContradictionError):
        return
    together = list(result.paths())
    assert len(together) == len(set(together))
    projects = result.network.projects
    assert set(together) == {path for project in projects for path in all_paths(result, project)}
    for project in set(projects) - {None}:
        assert set(result.paths(project)) == all_paths(result, project)


def test_paths_of_an_unknown_project() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=2, project="north")
    with pytest.raises(InputError, match=r"there is no project 'south'. Projects: north"):
        critical_path(graph).paths("south")


@SOME
@given(
    st.lists(st.floats(0.01, 50), min_size=2, max_size=7),
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 6), st.sampled_from(oracle.RELATIONS), st.floats(-5, 5)),
        max_size=9,
    ),
)
def test_fractions_of_a_slot(works: list[float], arcs: list[tuple[int, int, str, float]]) -> None:
    """Dates without calendars are longest paths over events, within rounding."""
    graph = nx.MultiDiGraph()
    for i, work in enumerate(works):
        graph.add_node(i, duration=work)
    for i, step, relation, lag in arcs:
        if i + step < len(works):
            graph.add_edge(i, i + step, type=relation, lag=lag)
    result = critical_path(graph)
    start = [0.0] * len(works)
    for j in range(len(works)):
        for i, _, edge in graph.in_edges(j, data=True):
            source = start[i] + (works[i] if edge["type"][0] == "F" else 0) + edge["lag"]
            start[j] = max(start[j], source - (works[j] if edge["type"][1] == "F" else 0))
    assert dict(result.early_start) == pytest.approx(dict(enumerate(start)))
    assert min(result.total_float.values()) == 0
    assert result.critical
    assert len(set(result.critical) & {path[-1] for path in result.paths()}) >= 1


def test_rounding_makes_no_float_and_hides_no_driver() -> None:
    graph = nx.DiGraph()
    for name, days in {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.7}.items():
        graph.add_node(name, duration=days)
    graph.add_edges_from([("a", "b"), ("b", "d"), ("c", "d")])
    result = critical_path(graph)
    assert result.critical == {"a", "b", "c", "d"}
    assert set(result.driving["d"]) == {"b", "c"}
    assert set(result.paths()) == {("a", "b", "d"), ("c", "d")}


def test_rounding_makes_no_contradiction() -> None:
    graph = nx.MultiDiGraph()
    for name, days in {"a": 0.1, "b": 0.2, "c": 1}.items():
        graph.add_node(name, duration=days)
    graph.add_edge("a", "b", type="FS", lag=0)
    graph.add_edge("b", "c", type="FS", lag=0)
    graph.add_edge("a", "c", type="SS", lag=None, maximum_lag=0.3)
    assert critical_path(graph).early_start["c"] == pytest.approx(0.3)


def test_contradiction_of_milestones_on_dated_calendars_ends() -> None:
    """No axis stops finish milestones with elapsed lags: the circle itself must."""
    from datetime import date

    from scheduling.calendar import FIVE_DAY

    graph = nx.MultiDiGraph()
    graph.add_node("notice", duration=0)
    graph.add_node("hearing", duration=0)
    graph.add_edge("notice", "hearing", lag=30, maximum_lag=20, lag_calendar="elapsed")
    with pytest.raises(ContradictionError, match=r"notice -> hearing \(FS ≤ 20\).*≥ 30"):
        critical_path(graph, calendars={"5-day": FIVE_DAY}, start=date(2026, 1, 5))


def test_short_axis_is_not_a_contradiction() -> None:
    table = CalendarTable("site", [100] * 10)
    graph = nx.DiGraph()
    graph.add_node("dig", duration=8, calendar="site")
    graph.add_node("pour", duration=8, calendar="site")
    graph.add_edge("dig", "pour", maximum_lag=0)
    with pytest.raises(AxisError, match=r"activity 'pour': calendar 'site' covers 0 to 10"):
        critical_path(graph, calendars={"site": table})


def test_late_dates_off_the_axis_are_an_error() -> None:
    table = CalendarTable("site", [100] * 30)
    graph = nx.DiGraph()
    graph.add_node("dig", duration=8, calendar="site", deadline=5)
    with pytest.raises(AxisError, match=r"activity 'dig': calendar 'site' covers"):
        critical_path(graph, calendars={"site": table}, start=2)


def test_late_dates_are_none_where_maximum_lags_leave_none() -> None:
    """The deadline of b lies before what its maximum lag after the fixed notice and a allow together."""
    graph = nx.MultiDiGraph()
    graph.add_node("a", duration=0)
    graph.add_node("b", duration=0, deadline=3)
    graph.add_edge("a", "b", lag=4)
    result = critical_path(graph)
    assert result.status is Status.LATE
    assert result.late_start["a"] == -1


def test_first_slot_of_an_axis_drives_nothing() -> None:
    table = CalendarTable("site", [100] * 30)
    graph = nx.DiGraph()
    graph.add_node("a", duration=1, calendar="site")
    graph.add_node("b", duration=10, calendar="site")
    graph.add_edge("a", "b", type="FF")
    assert critical_path(graph, calendars={"site": table}).driving["b"] == ()
    with pytest.raises(AxisError, match="activity 'b'"):
        critical_path(graph, calendars={"site": table}, clamp=False)


def test_compiled_network_is_taken_as_it_is() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=2)
    net = compile_network(graph)
    assert critical_path(net).network is net


def test_frame_has_a_row_an_activity() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", duration=2)
    graph.add_node("b", duration=1)
    frame = critical_path(graph).to_frame()
    assert list(frame.index) == ["a", "b"]
    assert frame.loc["b", "total_float"] == 1
    assert list(frame["critical"]) == [True, False]


def test_bounds_beyond_the_axis_bind_nothing() -> None:
    """A lead reaches before slot 0, a maximum lag past the last slot: neither is a date."""
    table = CalendarTable("site", [100] * 12)
    graph = nx.MultiDiGraph()
    graph.add_node("a", duration=2, calendar="site")
    graph.add_node("b", duration=3, calendar="site")
    graph.add_node("c", duration=1, calendar="site", deadline=11)
    graph.add_edge("a", "b", lag=-5)
    graph.add_edge("a", "c", lag=0, maximum_lag=30)
    graph.add_edge("b", "a", type="FF", lag=None, maximum_lag=4, lag_calendar="elapsed")
    result = critical_path(graph, calendars={"site": table})
    assert dict(result.early_start) == {"a": 0, "b": 0, "c": 2}
    assert dict(result.late_finish) == {"a": 10, "b": 11, "c": 11}
    assert result.driving["b"] == ()
    assert result.free_float["c"] == 0
    graph.remove_edge("b", "a")
    with pytest.raises(AxisError, match="activity 'b' lies before the calendars begin"):
        critical_path(graph, calendars={"site": table}, clamp=False)


def test_a_calendar_of_a_lag_of_nothing_does_not_end_a_contradiction() -> None:
    """The circle only adds; waiting for it to leave the axis of that calendar would never end."""
    graph = nx.MultiDiGraph()
    graph.add_node("go", duration=0, milestone="start")
    graph.add_node("dig", duration=1)
    graph.add_edge("go", "dig", lag_calendar="site")
    graph.add_edge("go", "dig", type="FF", lag=None, maximum_lag=0)
    with pytest.raises(ContradictionError, match=r"go -> dig \(FS ≥ 0\)"):
        critical_path(graph, calendars={"site": CalendarTable("site", [100] * 12)})
