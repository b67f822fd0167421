"""Earliest schedules against brute force, kernels against a slot-by-slot reference, bounds against both."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from plans import Best, Enumeration, portfolio, tiny
from problem_files import published
from random_networks import Features, networks

from scenarios.formats.rcpsp import network, read_instance
from scheduling.backward import project_ends
from scheduling.bounds.energetic import Energy
from scheduling.build import compile_network
from scheduling.earliest import earliest_schedule
from scheduling.errors import ContradictionError, InputError
from scheduling.evolution import Evolution
from scheduling.horizon import serial_end
from scheduling.kernels.serial import desk, generate_early, generate_late
from scheduling.layout import Layout
from scheduling.makespan import Search
from scheduling.network import Network, Resource
from scheduling.passes import Dates, early_pass, late_pass
from scheduling.plan import Goal
from scheduling.search import Effort
from scheduling.status import Status
from scheduling.validator import validate

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class Shortest(Enumeration):
    """Plans by their last finish, and serial generation slot by slot."""

    def __init__(self, net: Network) -> None:
        early = early_pass(net, any_mode=True)
        begun = {i: early.resume[i] for i in range(len(net)) if net.started(i) and not net.done(i)}
        super().__init__(net, [], begun)
        self.facts = early

    def end(self) -> int:
        return max(self.finish(i) for i in range(len(self.net)) if i in self.places or self.net.done(i))

    def hopeless(self) -> bool:
        return self.best.levels is not None and self.end() >= self.best.levels[0]

    def judge(self) -> None:
        self.best = Best((self.end(),), dict(self.places))

    def generate(self, key: list[int], cap: int | None = None) -> dict[int, int] | None:
        """Each activity at its least (with `cap` greatest) place, of the ready ones the least key first."""
        late = cap is not None
        tail, head = ("succ", "pred") if late else ("pred", "succ")
        todo = set(self.todo)
        while todo:
            ready = [
                i
                for i in todo
                if not any(
                    getattr(link, head) == i and getattr(link, tail) in todo for link in self.net.links
                )
            ]
            i = min(ready, key=lambda j: key[j])
            todo.remove(i)
            links = [link for link in self.net.links if getattr(link, head) == i]
            for at in sorted(self.options(i), reverse=late):
                self.places[i] = at
                if (
                    self.allowed(i)
                    and (cap is None or self.finish(i) <= cap)
                    and all(self.holds(link) for link in links)
                    and self.fits(i)
                ):
                    break
            else:
                return None
        return {i: self.places[i] for i in self.todo}


def shortest(net: Network) -> int | None:
    found = Shortest(net).run().levels
    return found[0] if found else None


# -- kernels ----------------------------------------------------------------------------------------------
@MANY
@given(tiny(progress=True, stock=True, pinned=True), st.permutations(range(5)), st.booleans())
def test_serial_generation_slot_by_slot(net: Network, order: list[int], late: bool) -> None:
    key = [order[i % 5] * 10 + i for i in range(len(net))]
    reference = Shortest(net)
    early = reference.facts
    last = min(60, serial_end(net, early, early.finish))
    latest = [last] * len(net)
    for i, line in net.deadlines.items():
        if line.hard:
            latest[i] = min(last, line.bound)
    assume(all(a <= b for a, b in zip(early.finish, latest, strict=True)))
    greatest = late_pass(net, early, latest, hold_in_progress=True)
    assert greatest is not None
    assume(all(a <= b for a, b in zip(early.start, greatest.start, strict=True)))
    layout = Layout(net, early, early.start, greatest.start, last)
    table = desk(layout.board, layout.empty())
    keys = np.array(key)
    if late:
        found = generate_late(layout.board, table, keys, last - layout.first)
    else:
        found = generate_early(layout.board, table, keys) >= 0
    expected = reference.generate(key, last if late else None)
    if expected is None or any(not early.start[i] <= at <= greatest.start[i] for i, at in expected.items()):
        assert not found
    else:
        assert found
        assert {i: int(table.start[i]) + layout.first for i in expected} == expected


# -- bounds -----------------------------------------------------------------------------------------------
@MANY
@given(tiny(resources=2, maxima=True, progress=True, modes=True))
def test_energy_refutes_no_plan(net: Network) -> None:
    try:
        reference = Shortest(net)
    except ContradictionError:
        return
    best = reference.run()
    if best.levels is None:
        return
    end, least = best.levels[0], reference.facts
    energy = Energy(net, least, serial_end(net, least, least.finish))
    assert energy.least_end([end] * len(net), max(least.finish), end) <= end
    windows = energy.windows([end] * len(net))
    assert windows is not None
    for i in reference.todo:
        assert windows.early.start[i] <= best.places[i] <= windows.late.start[i]


def test_energy_between_two_moments() -> None:
    """Three activities of 4 days between the same links, two cranes: 4 days more than the critical path."""
    graph: Any = nx.DiGraph()
    graph.add_node("first", duration=3)
    graph.add_node("last", duration=5)
    for name in "abc":
        graph.add_node(name, duration=4, demand={"crane": 1})
        graph.add_edge("first", name)
        graph.add_edge(name, "last")
    net = compile_network(graph, resources=[Resource("crane", 2)])
    least = early_pass(net)
    assert Energy(net, least, 40).least_end([40] * len(net), 12, 40) == 16
    assert earliest_schedule(net).objective == 16


# -- the whole --------------------------------------------------------------------------------------------
def agrees(net: Network) -> None:
    try:
        end = shortest(net)
    except ContradictionError:
        with pytest.raises(ContradictionError):
            earliest_schedule(net)
        return
    plan = earliest_schedule(net, limit=2)
    assert plan.goal is Goal.EARLIEST
    if end is None:
        assert plan.status is Status.INFEASIBLE
        assert plan.dates is None
        return
    assert plan.dates is not None
    assert validate(net, plan.dates) == ()
    assert (plan.status, plan.objective, plan.gap) == (Status.OPTIMAL, end - min(net.starts), 0)
    if not net.modes and not any(link.extension for link in net.links):
        assert not list(earlier(net, plan.dates))


def earlier(net: Network, dates: Dates) -> Any:
    """Plans that start one activity earlier than `dates`, all else equal."""
    reference = Shortest(net)
    for i in reference.todo:
        for at in reference.options(i):
            if at >= dates.start[i]:
                break
            start, finish = list(dates.start), list(dates.finish)
            start[i], finish[i] = at, reference.walk(i, at)
            resume = [at if j == i else when for j, when in enumerate(dates.resume)]
            if not validate(net, Dates(start, finish, resume, dates.broken)):
                yield net.ids[i], at


@QUIET
@given(tiny(resources=2, pinned=True, stock=True))
def test_resources(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(maxima=True) | tiny(maxima=True, extensions=True))
def test_maximum_lags(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(progress=True))
def test_work_in_progress(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(modes=True, stock=True, maxima=True))
def test_modes(net: Network) -> None:
    agrees(net)


@QUIET
@given(tiny(resources=0))
def test_without_resources_the_early_pass_is_the_optimum(net: Network) -> None:
    plan = earliest_schedule(net)
    if plan.dates is not None:
        early = early_pass(net)
        assert (plan.solver, plan.dates.start, plan.dates.finish) == ("cpm", early.start, early.finish)


def test_soft_deadlines_do_not_matter_and_are_judged() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=4, deadline=3, weight=2)
    plan = earliest_schedule(graph)
    assert (plan.status, plan.objective, plan.weighted_lateness) == (Status.OPTIMAL, 4, 2)
    graph.nodes["a"]["hard"] = True
    plan = earliest_schedule(graph)
    assert (plan.status, plan.conflict) == (Status.INFEASIBLE, ("a",))


def test_work_in_progress_that_waits_lies_where_its_links_let_it() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("begun", duration=4, actual_start=8, remaining=2, demand={"crew": 1})
    graph.add_node("before", duration=3)
    graph.add_node("rival", duration=6, demand={"crew": 1})
    graph.add_edge("before", "begun")
    net = compile_network(graph, data_date=10, resources=[Resource("crew", 1)])
    plan = earliest_schedule(net)
    assert plan.dates is not None
    assert plan.dates.resume[net.index["begun"]] == 13
    assert (plan.start["before"], plan.start["rival"], plan.objective) == (10, 15, 11)


def test_two_runs_are_the_same_and_improve_on_first_schedules() -> None:
    net = portfolio(45, seed=5, capacity=3)
    told: list[Any] = []
    first = earliest_schedule(net, limit=1, seed=3, progress=lambda step: told.append(step[:3]))
    second = earliest_schedule(net, limit=1, seed=3)
    assert (first.start, first.objective_bound) == (second.start, second.objective_bound)
    values, bounds = [value for _, value, _ in told], [bound for _, _, bound in told]
    assert told[-1] == ("makespan", first.objective, first.objective_bound)
    assert values == sorted(values, reverse=True)
    assert bounds == sorted(bounds)
    early = early_pass(net)
    population = Evolution(net, early, [serial_end(net, early, early.finish)] * len(net), 3)
    population.breed(1)
    single = population.best()
    assert single is not None
    assert validate(net, single) == ()
    assert first.objective < max(single.finish) - min(net.starts)


def test_two_threads() -> None:
    net = portfolio(30, seed=2, capacity=4)
    plan = earliest_schedule(net, seconds=2, workers=2)
    assert plan.dates is not None
    assert plan.objective_bound <= plan.objective


@pytest.mark.parametrize("limits", [{"limit": 1}, {"seconds": 5, "workers": 2}])
def test_what_progress_raises_reaches_the_caller(limits: Any) -> None:
    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        earliest_schedule(portfolio(30, seed=2, capacity=4), progress=interrupt, **limits)


def test_fractions_are_refused_where_resources_bind() -> None:
    graph: Any = nx.DiGraph()
    for name in "ab":
        graph.add_node(name, duration=1.5, demand={"crane": 1})
    net = compile_network(graph, resources=[Resource("crane", 1)])
    with pytest.raises(InputError, match=r"activity 'a': .* not a whole number"):
        earliest_schedule(net)


# -- published problems -----------------------------------------------------------------------------------
def test_published_optima(data_dir: Path, tmp_path: Path) -> None:
    """Three of PSPLIB's instances with 30 jobs, far from their critical paths."""
    files = {path.name: path for path in published(data_dir, "psplib/j30.sm.tar.xz", tmp_path, ".sm")}
    with (data_dir / "psplib" / "best_known.csv").open(encoding="utf-8") as file:
        known = {row["instance"]: int(row["best_ub"]) for row in csv.DictReader(file)}
    for name in ("j301_1.sm", "j3021_4.sm", "j3041_3.sm"):
        plan = earliest_schedule(network(read_instance(files[name])), limit=2)
        assert (plan.status, plan.objective) == (Status.OPTIMAL, known[name])


def test_published_maximum_lags(data_dir: Path, tmp_path: Path) -> None:
    """Ten of the smallest problems with maximum lags, proved infeasible ones among them."""
    archive = "rcpsp_max/sm_j10.tar.xz"
    files = published(data_dir, archive, tmp_path, ".sch")[:10]
    optimum = dict(csv.reader(next(tmp_path.rglob("optimum.csv")).read_text(encoding="utf-8").splitlines()))
    for path in files:
        net, known = network(read_instance(path)), optimum[path.name]
        if known == "unsat":
            with suppress(ContradictionError):
                assert earliest_schedule(net, limit=5).status is Status.INFEASIBLE
        else:
            plan = earliest_schedule(net, limit=5)
            assert (plan.status, plan.objective) == (Status.OPTIMAL, int(known))


@pytest.mark.parametrize("seed", range(8))
def test_no_wrong_proof_with_several_modes(data_dir: Path, tmp_path: Path, seed: int) -> None:
    """The solver "proved" 22 with some seeds, before intervals of modes got ends of their own."""
    files = published(data_dir, "mmrcpsp/psplib_mm_j10_j20.tar.xz", tmp_path, ".mm")
    path = next(path for path in files if path.name == "j1039_1.mm")
    assert earliest_schedule(network(read_instance(path)), limit=3, seed=seed).objective == 21


# -- shortening -------------------------------------------------------------------------------------------
PLAIN = Features(calendars=False, resources=2, factors=True)


@MANY
@given(networks(PLAIN), st.integers(1, 7), st.integers(0, 99))
def test_a_cut_frees_the_middle_and_leaves_a_slot_less(net: Network, free: int, seed: int) -> None:
    """With everything free, it finds a plan exactly where there is one that ends sooner."""
    early = early_pass(net)
    search = Search(net, early, early, project_ends(net, early), Effort(None, 60.0, seed, 2, None))
    assume(search.populations)
    population, random = search.populations[0], np.random.default_rng(seed)
    population.breed(1)
    dates = population.best()
    assume(dates is not None)
    assert dates is not None
    assert population.shiftable
    search.best.offer(dates)
    for count in (free, len(net)):
        cut = population.cut(population.elite(random), count, random)
        if cut is None:
            continue
        for i, (low, high) in enumerate(zip(*cut, strict=True)):
            assert early.start[i] <= low <= high <= max(dates.finish) - 1 - net.work[i]
        assert sum(low < high for low, high in zip(*cut, strict=True)) <= count
        found = search.ask_between(*cut)
        assert found is None or max(found.finish) < max(dates.finish)
        if count == len(net):
            shortest = earliest_schedule(net, seed=seed).dates
            assert shortest is not None
            assert (found is not None) == (max(shortest.finish) < max(dates.finish))
