"""Nobody can tell who played the replications: threads, processes, a cluster, in any blocks and order."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_networks import Features, networks

from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.errors import AxisError, InputError, WorkerError
from scheduling.network import WORK, Factor, Network, Resource
from simulation import monte_carlo
from simulation.causes import cause_gains
from simulation.cluster import dask_cluster
from simulation.distributions import Discrete, Uniform
from simulation.monte_carlo import simulate
from simulation.need_by import need_by_dates
from simulation.result import SimulationResult
from simulation.risks import Rework, RiskModel
from simulation.workers import Inline, spread, using


class Backwards(Executor):
    """Works only when somebody waits, on what was asked last first; with its own copy of everything."""

    _max_workers = 3

    def __init__(self) -> None:
        self.asked: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self.sizes: list[int] = []

    def submit(self, work: Callable[..., Any], /, *items: Any, **options: Any) -> Future[Any]:
        future = _Late(self)
        self.asked.append((future, work, items))
        self.sizes.append(len(pickle.dumps(items)))
        return future

    def work(self) -> None:
        while self.asked:
            future, work, items = self.asked.pop()
            if future.set_running_or_notify_cancel():
                future.set_result(pickle.loads(pickle.dumps(work(*pickle.loads(pickle.dumps(items))))))


class _Late(Future[Any]):
    def __init__(self, executor: Backwards) -> None:
        super().__init__()
        self.executor = executor

    def result(self, timeout: float | None = None) -> Any:
        self.executor.work()
        return super().result(timeout)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module")
def threads() -> Iterator[dict[int, ThreadPoolExecutor]]:
    with ThreadPoolExecutor(2) as two, ThreadPoolExecutor(8) as eight:
        yield {2: two, 8: eight}


def told(result: SimulationResult) -> list[Any]:
    """Everything in a result, as something to compare."""
    record = result.record
    counts = record.counts or ()
    arrays = (record.start, record.finish, record.project_finish, *record.judged.values())
    arrays += (result.cancelled, result.overtaking, result.waited)
    arrays += tuple(each for item in counts for each in (item.low, item.first, item.counts, item.never))
    shown = [None if each is None else (each.dtype, each.tolist()) for each in arrays]
    return [*shown, result.engine, result.replications, result.broken, result.replayed]


def risky(network: Network) -> RiskModel:
    leads = set((network.lead_factors or {}).values())
    works = [name for i, name in enumerate(network.ids) if network.kind[i] == WORK and name not in leads]
    delays = {gate.id: Discrete((0, 5), (1, 1)) for gate in network.gates}
    return RiskModel(work={name: Uniform(1, 9) for name in works}, delay=delays)


def two_projects() -> Network:
    graph: Any = nx.DiGraph()
    for project in "ab":
        graph.add_node(f"{project}1", duration=10, project=project)
        graph.add_node(f"{project}2", duration=20, project=project, deadline=45, demand={"crew": 1})
        graph.add_edge(f"{project}1", f"{project}2")
    graph.add_node("c", duration=20, project="c", deadline=30)
    gates = [Factor("land", ("a2",), supply=15), Factor("power", ("c",), supply=5)]
    return compile_network(graph, resources=[Resource("crew", 1)], factors=gates)


RISKS = RiskModel(
    work={name: Uniform(5, 30) for name in ("a1", "a2", "b1", "b2")},
    delay={"land": Uniform(0, 20), "power": Uniform(0, 9)},
    rework={"c": Rework(0.3, Uniform(2, 9))},
)
HOSTILE = Features(resources=2, progress=True, factors=True, maximum_lags=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks(HOSTILE), st.integers(0, 99), st.integers(1, 50), st.sampled_from(["all", "counts"]))
def test_every_block_size_and_executor_gives_the_same(
    threads: dict[int, ThreadPoolExecutor],
    processes: ProcessPoolExecutor,
    network: Network,
    seed: int,
    block: int,
    keep: str,
) -> None:
    options: Any = {"risks": risky(network), "replications": 50, "seed": seed, "keep": keep}
    once = told(simulate(network, executor=Inline(), **options))
    with patch.multiple(monte_carlo, BLOCK=block, LARGE=1):
        for executor in (None, Inline(), *threads.values(), processes, Backwards()):
            assert told(simulate(network, executor=executor, **options)) == once


@pytest.mark.parametrize("replications", [1, 7, range(30, 90, 3)])
def test_any_numbers_of_replications(processes: ProcessPoolExecutor, replications: int | range) -> None:
    network = two_projects()
    options: Any = {"risks": RISKS, "replications": replications}
    once = told(simulate(network, executor=Inline(), **options))
    with patch.object(monte_carlo, "BLOCK", 4):
        for executor in (None, processes, Backwards()):
            assert told(simulate(network, executor=executor, **options)) == once


def test_until_stops_at_the_same_replication(threads: dict[int, ThreadPoolExecutor]) -> None:
    options: Any = {"risks": RISKS, "replications": 9000, "until": 0.04}
    executors = (Inline(), threads[8], Backwards())
    one, *others = (told(simulate(two_projects(), executor=executor, **options)) for executor in executors)
    assert one[-3] == range(3000)
    assert all(other == one for other in others)


def test_gains_and_need_by_dates(
    threads: dict[int, ThreadPoolExecutor], processes: ProcessPoolExecutor
) -> None:
    network = two_projects()
    found = []
    with patch.object(monte_carlo, "BLOCK", 30):
        for executor in (Inline(), threads[2], processes, Backwards()):
            with using(executor):
                gains = cause_gains(network, risks=RISKS, replications=100)
                dates = need_by_dates(network, risks=RISKS, replications=100)
                found.append((gains, dates))
    assert [item.project for item in found[0][1]] == ["a", "c"]
    assert all(each == found[0] for each in found)


def test_the_network_travels_once_to_each_worker() -> None:
    executor = Backwards()
    with patch.object(monte_carlo, "BLOCK", 1):
        simulate(two_projects(), risks=RISKS, replications=200, executor=executor)
    assert len([size for size in executor.sizes if size > 1000]) <= 2 * executor._max_workers
    assert len(executor.sizes) >= 200


def test_only_a_few_blocks_wait_at_any_time() -> None:
    executor = Backwards()
    most = 0
    for _ in spread(abs, range(100), executor):
        most = max(most, len(executor.sizes))
        executor.sizes.clear()
    assert most <= 2 * executor._max_workers


def test_what_is_spread_within_a_worker_runs_there() -> None:
    with ThreadPoolExecutor(1) as one:  # would wait for itself
        assert list(spread(_nested, [2, 3], one)) == [[0, 1], [0, 1, 2]]


def _nested(count: int) -> list[int]:
    return list(spread(abs, range(count)))


def _failing(item: int) -> int:
    if item:
        raise KeyError(item)
    return item


def _dying(item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_process_that_dies_is_told_at_once() -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        with pytest.raises(WorkerError, match=r"a worker failed \(BrokenProcessPool: .* then run again\."):
            list(spread(_dying, range(50), pool))
        with pytest.raises(WorkerError, match="a worker failed"):  # the pool cannot be used again
            list(spread(_dying, range(3), pool))


def test_errors_of_workers(processes: ProcessPoolExecutor, threads: dict[int, ThreadPoolExecutor]) -> None:
    with pytest.raises(WorkerError, match=r"a worker failed \(KeyError: 1\)"):
        list(spread(_failing, range(5), processes))
    with pytest.raises(KeyError):  # a fault of ours, with all its traceback
        list(spread(_failing, range(5), threads[2]))
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=3, calendar="week")
    week = CalendarTable("week", np.resize([100] * 5 + [0, 0], 60))
    network = compile_network(graph, calendars={"week": week})
    risks = RiskModel(work={"dig": Uniform(1, 300)})
    messages = set()
    with patch.object(monte_carlo, "BLOCK", 10):
        for executor in (Inline(), processes, threads[8]):
            with pytest.raises(AxisError) as caught:
                simulate(network, risks=risks, replications=100, executor=executor)
            messages.add(str(caught.value))
    assert len(messages) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_a_pool_that_forks_is_refused() -> None:
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"))
    with pytest.raises(InputError, match=r"would fork.*get_context\('spawn'\)"):
        list(spread(abs, [1, 2], pool))


def test_a_cluster_that_does_not_answer() -> None:
    pytest.importorskip("distributed", reason="the extra backplan[dask] is not installed")
    message = r"no Dask scheduler answers at tcp://127.0.0.1:9 within 0.5 seconds. Start one"
    with pytest.raises(WorkerError, match=message), dask_cluster("tcp://127.0.0.1:9", seconds=0.5):
        pass


def test_a_cluster_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = r"Install it with: pip install 'backplan\[dask\]'"
    with pytest.raises(WorkerError, match=message), dask_cluster("tcp://127.0.0.1:9"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_cluster_of_which_a_worker_is_killed() -> None:
    distributed = pytest.importorskip("distributed", reason="the extra backplan[dask] is not installed")
    network = two_projects()
    options: Any = {"risks": RISKS, "replications": 20_000}
    once = told(simulate(network, executor=Inline(), **options))
    place: Any = {"host": "127.0.0.1", "dashboard_address": None, "worker_dashboard_address": None}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **place) as cluster,
        dask_cluster(cluster.scheduler_address) as executor,
    ):
        first, _ = (worker.pid for worker in cluster.workers.values())
        killed: list[int] = []

        def kill(done: int, total: int) -> None:
            if not killed:
                os.kill(first, signal.SIGKILL)
                killed.append(done)

        assert told(simulate(network, executor=executor, progress=kill, **options)) == once
        assert killed[0] < 20_000
        with using(executor):
            dates = need_by_dates(network, risks=RISKS, replications=50)
    assert dates == need_by_dates(network, risks=RISKS, replications=50)
