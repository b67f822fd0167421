"""Published critical paths: 40 relation cases and the textbook networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from scheduling import critical_path
from scheduling.cpm import CriticalPath

VALUES = ("early_start", "early_finish", "late_start", "late_finish", "total_float")
TEXTBOOK = (
    "anderson_porta_vac",
    "anderson_shopping_centre",
    "lotte_shopping_center",
    "pert_17_weeks",
    "pert_14_activities",
    "taylor_ch8_p1",
    "taylor_ch8_p2",
    "two_point_merge",
    "pritsker_pert_triangular",
    "gao_house_section",
)


def load(data_dir: Path, name: str) -> list[dict[str, Any]]:
    path = data_dir / "known_answers" / name
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    cases: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return cases


@pytest.mark.parametrize("number", range(40))
def test_relation_case(data_dir: Path, number: int) -> None:
    cases = load(data_dir, "cpm_known_answers.json")
    assert len(cases) == 40
    case = cases[number]
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for activity in case["activities"]:
        graph.add_node(activity["id"], duration=activity["duration"])
    for link in case["relations"]:
        graph.add_edge(link["pred"], link["succ"], type=link["type"], lag=link["lag"])
    conventions = []
    if case["matches_plain_cpm"]:
        conventions.append(False)
    if case["matches_cpm_clamped_at_project_start_and_end"]:
        conventions.append(True)
    assert conventions, "a case without a convention would not be checked"
    for clamp in conventions:
        result = critical_path(graph, clamp=clamp)
        assert result.duration == case["expected"]["duration"]
        for name, expected in case["expected"]["activities"].items():
            found = {key: getattr(result, key)[int(name)] for key in VALUES}
            found["critical"] = int(name) in result.critical
            assert found == {**found, **expected}, f"{case['case']}, clamp={clamp}, activity {name}"
            assert set(expected) >= set(VALUES[:4])


def duration(activity: dict[str, Any], pick: int = -1) -> float:
    """Mean duration, or the `pick`-th value of a two-point one."""
    if "d" in activity:
        return float(activity["d"])
    if "abc" in activity:
        a, m, b = activity["abc"]
        return float((a + 4 * m + b) / 6)
    if "tri" in activity:
        return float(sum(activity["tri"]) / 3)
    return float(activity["two_point"][pick][0])


def solve(case: dict[str, Any], pick: int = -1) -> CriticalPath:
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name, activity in case["activities"].items():
        graph.add_node(name, duration=duration(activity, pick))
        graph.add_edges_from((pred, name) for pred in activity.get("pred", ()))
    return critical_path(graph)


def test_textbook_cases_are_all_known(data_dir: Path) -> None:
    assert tuple(case["id"] for case in load(data_dir, "textbook_cpm_pert.json")) == TEXTBOOK


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook_network(data_dir: Path, name: str) -> None:
    case = {case["id"]: case for case in load(data_dir, "textbook_cpm_pert.json")}[name]
    result = solve(case)
    expected = case["expected"] or {}
    if "mean_T" in expected:
        assert result.duration == pytest.approx(expected["mean_T"])
    if "critical" in expected:
        assert sorted(result.critical) == expected["critical"]
        assert list(result.paths()) == [tuple(expected["critical"])]
    for activity, row in expected.get("table_ES_LS_EF_LF_slack", {}).items():
        found = [
            result.early_start[activity],
            result.late_start[activity],
            result.early_finish[activity],
            result.late_finish[activity],
            result.total_float[activity],
        ]
        assert found == pytest.approx(row, abs=0.01), activity
        assert (activity in result.critical) == (row[-1] == 0)
    for activity, (mean, _) in expected.get("activity_mean_var", {}).items():
        assert result.early_finish[activity] - result.early_start[activity] == pytest.approx(mean)
    for activity, (mean, _) in expected.get("activity_mean_sd", {}).items():
        assert result.early_finish[activity] - result.early_start[activity] == pytest.approx(mean, abs=0.01)
    for activity, mean in expected.get("activity_mean", {}).items():
        assert result.early_finish[activity] - result.early_start[activity] == pytest.approx(mean)
    if "best" in expected:
        assert (solve(case, 0).duration, solve(case, 1).duration) == (expected["best"], expected["worst"])
    assert result.critical == {a for a, value in result.total_float.items() if value <= 0}
    assert result.critical, "a network without deadlines has a critical activity"
