"""What results hold: exact counts against all dates, blocks in any order, intervals, waits, when to stop."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_simulate import crew_risks, crews

from scheduling.build import compile_network
from scheduling.errors import InputError
from scheduling.network import Network, Resource
from scheduling.passes import early_pass
from simulation import Discrete, RiskModel, simulate
from simulation.dispatch import compile_dispatch
from simulation.engine import dispatch
from simulation.histograms import Histograms
from simulation.maxplus import early_dates
from simulation.monte_carlo import STEP
from simulation.record import Record, Recorder
from simulation.result import joined
from simulation.sampling import draw
from simulation.statistics import UNFINISHED, on_time_interval, quantile, quantile_interval

BOUNDARIES = st.one_of(st.integers(-30, 30), st.just(UNFINISHED), st.integers(5000, 5010))


# -- histograms ---------------------------------------------------------------------------------------------
@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(BOUNDARIES, min_size=3, max_size=3), min_size=1, max_size=12), st.randoms())
def test_counts_are_those_of_the_dates_in_any_order(rows: list[list[int]], random: Any) -> None:
    dates = np.array(rows, dtype=np.int32)
    whole = Histograms.of(dates)
    for i in range(3):
        known = [at for at in dates[:, i].tolist() if at != UNFINISHED]
        assert list(whole.of_activity(i)) == [(at, known.count(at)) for at in sorted(set(known))]
        assert whole.never[i] == len(rows) - len(known)
    for rank in range(1, len(rows) + 2):
        expected = [
            sorted(dates[:, i].tolist())[rank - 1] if rank <= len(rows) else UNFINISHED for i in range(3)
        ]
        assert whole.at_rank(rank).tolist() == expected
        assert [whole.boundary(i, rank) for i in range(3)] == expected
    parts = [Histograms.of(dates[at : at + 2]) for at in range(0, len(rows), 2)]
    random.shuffle(parts)
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merged(part)
    for column in ("low", "first", "counts", "never"):
        assert getattr(whole, column).tolist() == getattr(merged, column).tolist()


def test_no_activity_and_no_rank() -> None:
    empty = Histograms.of(np.zeros((4, 0), dtype=np.int32))
    assert empty.at_rank(1).tolist() == []
    assert empty.merged(empty).counts.tolist() == []
    with pytest.raises(InputError, match=r"rank 0 of a histogram: the first one is 1\."):
        empty.at_rank(0)


def test_many_activities_are_counted_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    dates = np.random.default_rng(1).integers(0, 50, (40, 90)).astype(np.int32)
    whole = Histograms.of(dates)
    monkeypatch.setattr("simulation.histograms._CELLS", 100)
    assert Histograms.of(dates).counts.tolist() == whole.counts.tolist()


# -- both forms of a result ---------------------------------------------------------------------------------
def starving() -> tuple[Network, RiskModel]:
    """A project that never gets the units for its second job, and one that is often late."""
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=4, project="p", demand={"stock": 1})
    graph.add_node("pour", duration=4, project="p", demand={"stock": 2}, deadline=30)
    graph.add_node("sign", duration=4, project="q", deadline=5)
    network = compile_network(graph, resources=[Resource.stock("stock", 2)])
    return network, RiskModel(work={"dig": Discrete((4, 9), (1, 1)), "sign": Discrete((3, 9), (1, 1))})


def answers(result: Any) -> list[Any]:
    """Everything public that needs no dates of single replications."""
    net = result.network
    judged = [net.ids[i] for i in net.deadlines]
    dated = [net.ids[i] for i in range(len(net))]
    return [
        [result.meets(name).tolist() for name in judged],
        [result.on_time(name).tolist() for name in net.projects],
        [result.probability(name) for name in judged],
        [result.project_finish(name).tolist() for name in net.projects],
        [result.project_date(name, 0.8) for name in net.projects],
        [result.project_interval(name, 0.5) for name in net.projects],
        [result.date(name, p) for name in dated for p in (0.1, 0.5, 0.9, 1.0)],
        [result.date_interval(name, 0.5) for name in dated],
        [result.histogram(name) for name in dated],
        [result.dates(p) for p in (0.1, 0.8)],
        result.date_intervals(0.8),
        result.number_on_time(),
        result.waits,
        result.width,
        result.unfinished,
        result.deadlocked,
        result.broken,
        result.overtaking.tolist(),
    ]


@pytest.mark.parametrize("case", ["crews", "starving"])
def test_counts_answer_what_all_dates_do(case: str) -> None:
    network, risks = (crews(), crew_risks()) if case == "crews" else starving()
    whole, counted = (
        simulate(network, risks=risks, replications=1500, seed=9, keep=keep) for keep in ("all", "counts")
    )
    assert answers(whole) == answers(counted)
    for ask in ("start", "finish"):
        with pytest.raises(InputError, match=r"the dates of 1500 replications of .* are kept as counts"):
            getattr(counted, ask)


def test_answers_are_those_of_the_dates() -> None:
    network, risks = starving()
    result = simulate(network, risks=risks, replications=700, seed=4)
    for i, name in enumerate(network.ids):
        column = result.finish[:, i]
        assert result.date(name, 0.3) == quantile(column, 0.3)
        assert result.date_interval(name, 0.3) == quantile_interval(column, 0.3)
    last = result.finish[:, [network.index["dig"], network.index["pour"]]].max(axis=1)
    assert result.project_finish("p").tolist() == last.tolist()
    (never,) = result.unfinished.items()
    assert never[0] in ("dig", "pour")
    assert never[1] == np.count_nonzero(last == UNFINISHED) == 700


def test_blocks_are_taken_in_any_order() -> None:
    network, risks = crews(), crew_risks()
    model = compile_dispatch(network, early_pass(network).start)
    dates = {}
    for begin in (0, 30, 60):
        draws = draw(network, risks, 5, range(begin, begin + 30))
        dates[begin] = dispatch(model, draws.work, early_dates(network, draws))
    records = []
    for order in ((0, 30, 60), (60, 0, 30)):
        recorder = Recorder(network, 90, whole=False)
        for begin in order:
            part = Record.of(network, dates[begin].start, dates[begin].finish, whole=False)
            recorder.add(slice(begin, begin + 30), part)
        records.append(recorder.record())
    one, other = records
    assert one.counts is not None
    assert other.counts is not None
    for first, second in zip(one.counts, other.counts, strict=True):
        assert first.counts.tolist() == second.counts.tolist()
        assert first.low.tolist() == second.low.tolist()
    assert one.project_finish.tolist() == other.project_finish.tolist()
    assert {i: row.tolist() for i, row in one.judged.items()} == {
        i: row.tolist() for i, row in other.judged.items()
    }


@pytest.mark.parametrize("keep", ["all", "counts"])
def test_results_of_parts_join(keep: str) -> None:
    network, risks = crews(), crew_risks()
    whole, *parts = (
        simulate(network, risks=risks, replications=numbers, seed=4, keep=keep)
        for numbers in (range(400), range(150), range(150, 400))
    )
    again = joined(parts)
    assert answers(again) == answers(whole)
    assert again.replications == range(400)
    assert again.waited.tolist() == whole.waited.tolist()
    with pytest.raises(InputError, match=r"make no range\. Join them in order, without gaps\."):
        joined(parts[::-1])


def test_keep_knows_three_words() -> None:
    with pytest.raises(InputError, match="keep='some' is none of 'auto', 'all', 'counts'"):
        simulate(crews(), replications=1, keep="some")


# -- waits --------------------------------------------------------------------------------------------------
def test_waits_for_a_crew() -> None:
    """Three jobs of 15 days ask on day 10 for one crew: waits of 0, 15 and 30 days."""
    wait = simulate(crews(), replications=2).waits["crew"]
    assert (wait.mean, wait.total) == (15.0, 45.0)


def test_what_never_starts_does_not_wait() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=2, demand={"crew": 3})
    graph.add_node("pour", duration=2, demand={"crew": 1})
    result = simulate(compile_network(graph, resources=[Resource("crew", 1)]), replications=2)
    assert result.waits["crew"] == (0.0, 0.0)
    assert result.unfinished == {"dig": 2}


# -- when to stop -------------------------------------------------------------------------------------------
def test_until_every_interval_is_narrow() -> None:
    network, risks = crews(), crew_risks()
    told: list[tuple[int, int]] = []
    result = simulate(
        network,
        risks=risks,
        replications=20_000,
        seed=3,
        until=0.04,
        progress=lambda *done: told.append(done),
    )
    count = len(result.replications)
    assert count % STEP == 0
    assert told == [(done, 20_000) for done in range(STEP, count + 1, STEP)]
    assert result.width < 0.04
    before = simulate(network, risks=risks, replications=count - STEP, seed=3)
    assert before.width >= 0.04
    assert answers(result) == answers(simulate(network, risks=risks, replications=count, seed=3))


def test_until_keeps_counts_where_the_most_would_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    network, risks = crews(), crew_risks()
    monkeypatch.setattr("simulation.record.KEPT", 2 * STEP * len(network))
    for most, counted in ((2 * STEP, False), (3 * STEP, True)):
        result = simulate(network, risks=risks, replications=most, until=0.3)
        assert len(result.replications) == STEP
        assert (result.record.counts is not None) == counted


def test_until_ends_at_the_most() -> None:
    network, risks = crews(), crew_risks()
    result = simulate(network, risks=risks, replications=range(10, 1500), seed=3, until=0.001)
    assert result.replications == range(10, 1500)
    assert result.width > 0.001


def test_width_is_that_of_the_widest_interval() -> None:
    result = simulate(crews(), risks=crew_risks(), replications=300)
    expected = []
    for project in result.judged_projects:
        low, high = on_time_interval(int(result.on_time(project).sum()), 300)
        expected.append(high - low)
    assert result.width == max(expected)


def test_until_needs_a_deadline_and_a_width() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=2)
    with pytest.raises(InputError, match=r"no project has a deadline ahead whose interval could narrow\."):
        simulate(compile_network(graph), until=0.1)
    for width in (0.0, 1.0, -3.0):
        with pytest.raises(
            InputError, match=r"is not the width of an interval\. Give a number such as 0\.02"
        ):
            simulate(crews(), until=width)


def test_intervals_of_dates_cover_the_true_quantile() -> None:
    """Over 400 runs of 60 replications the interval of P80 misses the true date as rarely as promised."""
    graph: Any = nx.DiGraph()
    graph.add_node("dig", duration=2)
    network = compile_network(graph)
    risks = RiskModel(work={"dig": Discrete(tuple(range(1, 101)), (1,) * 100)})
    missed = 0
    for run in range(400):
        result = simulate(network, risks=risks, replications=range(60 * run, 60 * run + 60), seed=8)
        low, high = result.date_interval("dig", 0.8)
        missed += not low <= 80 <= high
    assert missed / 400 <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5
