"""Attribution: shares add up to slips, whatever happened, and say what they should in small cases."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from scenarios.asbuilt import as_built
from scenarios.assemble import assemble
from scenarios.cli import app
from scenarios.dispatch.attribution import losses
from scenarios.load import load_scenario
from scenarios.schema import Scenario
from scheduling.attribution import attribute
from scheduling.build import compile_network
from scheduling.calendar import Calendar
from scheduling.cpm import critical_path
from scheduling.errors import InputError
from scheduling.network import Network

BASE = load_scenario("district-1bn")
DAY = date(2026, 1, 5)
CALENDARS = {
    "all": Calendar("all", [100] * 7),
    "week": Calendar("week", [100, 100, 100, 100, 100, 0, 0]),
    "slow": Calendar("slow", [100, 50, 100, 50, 100, 0, 0]),
}


def network(
    day: int, nodes: dict[str, dict[str, Any]], edges: list[tuple[str, str, dict[str, Any]]]
) -> Network:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name, values in nodes.items():
        graph.add_node(name, project="P", calendar="all", **values)
    for pred, succ, values in edges:
        graph.add_edge(pred, succ, **values)
    return compile_network(graph, calendars=CALENDARS, start=DAY, data_date=DAY + timedelta(days=day))


def finish(net: Network) -> int:
    """Early finish of the project, as an absolute slot, by the other road."""
    early = critical_path(net).early
    assert net.axis is not None
    return max(early.finish) + net.axis.first.toordinal()


# -- small cases --------------------------------------------------------------------------------------------
def test_two_delays_side_by_side_are_concurrent() -> None:
    """Design and land both slip ten days: the slip is ten, and both are marked."""
    edges = [("design", "start", {}), ("land", "start", {})]
    before = network(
        0, {"design": {"duration": 20}, "land": {"duration": 20}, "start": {"duration": 1}}, edges
    )
    began = {"actual_start": DAY, "remaining": 25}
    after = network(
        5,
        {"design": {"duration": 20, **began}, "land": {"duration": 20, **began}, "start": {"duration": 1}},
        edges,
    )
    found = attribute([before, after])
    assert found.slips == {"P": (10,)}
    rows = {item.cause: (item.kind, item.share, item.alone, item.concurrent) for item in found.shares}
    assert rows == {"design": ("work", 10, 10, 10), "land": ("work", 0, 10, 10)}


def test_a_delay_within_float_costs_nothing_and_is_no_row() -> None:
    edges = [("long", "end", {}), ("short", "end", {})]
    nodes = {"long": {"duration": 30}, "short": {"duration": 5}, "end": {"duration": 1}}
    late = {"actual_start": DAY, "remaining": 12}
    after = network(
        4,
        nodes
        | {"short": {"duration": 5, **late}, "long": {"duration": 30, "actual_start": DAY, "remaining": 26}},
        edges,
    )
    found = attribute([network(0, nodes, edges), after])
    assert found.total("P") == 0
    assert found.shares == ()


def test_what_could_have_begun_and_did_not_is_waiting_and_what_follows_is_not_blamed() -> None:
    edges = [("a", "b", {}), ("b", "c", {})]
    nodes = {"a": {"duration": 5}, "b": {"duration": 5}, "c": {"duration": 5}}
    found = attribute([network(0, nodes, edges), network(7, nodes, edges)])
    assert [(item.cause, item.kind, item.share) for item in found.shares] == [("a", "waiting", 7)]


def test_a_gain_is_negative() -> None:
    edges = [("a", "b", {})]
    nodes = {"a": {"duration": 10}, "b": {"duration": 5}}
    done = {"duration": 10, "actual_start": DAY, "actual_finish": DAY + timedelta(days=5)}
    found = attribute([network(0, nodes, edges), network(6, nodes | {"a": done}, edges)])
    assert found.total("P") == -4
    assert sum(item.share for item in found.shares) == -4


@pytest.mark.parametrize("count", [0, 1])
def test_one_status_cannot_be_compared(count: int) -> None:
    with pytest.raises(InputError, match="at least two statuses"):
        attribute([network(0, {"a": {"duration": 1}}, [])] * count)


# -- whatever happened --------------------------------------------------------------------------------------
@st.composite
def histories(draw: st.DrawFn) -> list[Network]:
    """Statuses of one small project: facts come, work left changes, factors move."""
    count = draw(st.integers(2, 6))
    names = [f"n{k}" for k in range(count)]
    calendars = [draw(st.sampled_from(("all", "week", "slow"))) for _ in names]
    works = [draw(st.integers(1, 12)) for _ in names]
    edges = []
    for k in range(1, count):
        for p in range(k):
            if draw(st.booleans()):
                kind = draw(st.sampled_from(("FS", "FS", "SS", "FF", "SF")))
                edges.append((names[p], names[k], {"type": kind, "lag": draw(st.integers(-3, 4))}))
    state: dict[str, dict[str, Any]] = {}
    found = []
    for day in (0, *sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=4)))):
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for k, name in enumerate(names):
            facts = state.get(name, {})
            if day and "actual_finish" not in facts and draw(st.booleans()):
                begun = facts.get("actual_start", DAY + timedelta(days=draw(st.integers(0, day - 1))))
                facts = {"actual_start": begun, "remaining": draw(st.integers(1, 15))}
                if draw(st.booleans()):
                    first = (begun - DAY).days
                    end = DAY + timedelta(days=draw(st.integers(first, day - 1)))
                    facts = {"actual_start": begun, "actual_finish": end}
                state[name] = facts
            graph.add_node(name, duration=works[k], project="P", calendar=calendars[k], **state.get(name, {}))
        graph.add_edges_from(edges)
        found.append(
            compile_network(graph, calendars=CALENDARS, start=DAY, data_date=DAY + timedelta(days=day))
        )
    return found


@settings(max_examples=120, deadline=None)
@given(histories())
def test_shares_add_up_to_slips_of_the_early_finish(networks: list[Network]) -> None:
    found = attribute(networks)
    slips = [finish(b) - finish(a) for a, b in pairwise(networks)]
    assert found.slips == {"P": tuple(slips)}
    for window, slip in enumerate(slips):
        assert sum(item.share for item in found.shares if item.window == window) == slip
    for item in found.shares:
        assert 0 <= item.concurrent <= max(item.alone, 0)


# -- a simulated year ---------------------------------------------------------------------------------------
def year(scenario: Scenario, replication: int, weeks: int = 12) -> list[Scenario]:
    days = [scenario.data_date + timedelta(weeks=k) for k in range(1, weeks + 1)]
    return [scenario, *as_built(scenario, days, replication=replication)]


@pytest.mark.parametrize("replication", [0, 7])
def test_twelve_weeks_add_up_project_by_project(replication: int) -> None:
    series = year(BASE, replication)
    found = losses(series)
    nets = [assemble(item).network for item in series]
    for project in BASE.projects:
        k = nets[0].projects.index(project.id)
        ends = []
        for net in nets:
            early = critical_path(net).early
            lines = [i for i in net.deadlines if net.project[i] == k]
            assert net.axis is not None
            ends.append(max(early.finish[i] for i in lines) + net.axis.first.toordinal())
        assert found.slips[project.id] == tuple(b - a for a, b in pairwise(ends))
        rows = [row for row in found.rows if row.project == project.id]
        for window in range(12):
            assert sum(row.days for row in rows if row.window == window) == found.slips[project.id][window]
    whole = sum(map(sum, found.slips.values()))
    assert sum(days for _, days, _, _ in found.by(lambda row: row.step)) == whole
    assert sum(days for _, days, _, _ in found.by(lambda row: row.department)) == whole


def test_the_order_of_projects_changes_nothing() -> None:
    series = year(BASE, 3, 3)
    turned = [item.model_copy(update={"projects": tuple(reversed(item.projects))}) for item in series]
    one, other = losses(series), losses(turned)
    assert one.slips == other.slips
    assert set(one.rows) == set(other.rows)


def test_in_the_end_everything_is_as_the_replication_had_it() -> None:
    """Long after, every node is done on the day that the replication gave it."""
    from simulation.monte_carlo import simulate

    (last,) = as_built(BASE, [date(2030, 1, 1)], replication=5)
    assembly = assemble(BASE)
    run = simulate(
        assembly.network, risks=assembly.risks, replications=range(5, 6), seed=BASE.seed, keep="all"
    )
    net = assembly.network
    assert net.axis is not None
    for project in last.projects:
        for name, item in project.progress.items():
            i = net.index[f"{project.id}/{name}"]
            if net.work[i] and not net.done(i):
                assert item.finish == net.axis.finish_date(int(run.finish[0, i]))
    assert all(node.finish is not None for project in last.projects for node in project.progress.values())


def test_a_status_knows_nothing_of_the_days_to_come() -> None:
    for status in year(BASE, 1, 6)[1:]:
        assert status.synthetic
        for project in status.projects:
            for item in project.progress.values():
                assert all(when is None or when < status.data_date for when in (item.start, item.finish))


def test_excuses_come_from_problems() -> None:
    series = year(BASE, 0, 4)
    causes = {row.cause for row in losses(series).rows if row.days > 0 and "factor" not in row.cause}
    cause = sorted(causes)[0]
    project, _, node = cause.partition("/")
    problem = {
        "what": "flood", "cause": "weather", "node": node, "raised": "2022-08-30", "excused": {"zh": "洪水",
        "en": "flood"}
    }  # fmt: skip
    changed = []
    for item in series:
        projects = tuple(
            type(p).model_validate(p.model_dump() | {"problems": {"Q": problem}}) if p.id == project else p
            for p in item.projects
        )
        changed.append(item.model_copy(update={"projects": projects}))
    found = losses(changed)
    assert {row.cause for row in found.rows if row.excuse} == {cause}
    step = next(row.step for row in found.rows if row.cause == cause)
    days = sum(row.days for row in found.rows if row.cause == cause)
    assert next(item for item in found.by(lambda row: row.step) if item[0] == step)[2] == days


def test_the_command_prints_what_adds_up(tmp_path: Path) -> None:
    files = []
    for status in year(BASE, 0, 2)[1:]:
        path = tmp_path / f"{status.data_date}.yaml"
        data = status.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        files.append(str(path))
    arguments = ["attribute", "district-1bn", *files, "--lang", "zh"]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    assert "哪个部门误了工期" in shown.output
    data = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert sum(map(sum, data["slips"].values())) == sum(row["days"] for row in data["losses"])
