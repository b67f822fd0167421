"""Scheduling problems of the research libraries: the published collections, and small files made to break.

Data: PSPLIB (Kolisch and Sprecher 1997), RCPSP/max (Kolisch, Schwindt and Sprecher 1999), MPLIB (Van Eynde
and Vanhoucke 2020).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problem_files import MM, MPLIB, SCH, SM, published
from scenario_files import HEAD, fault_of, load_text

from scenarios.assemble import assemble
from scenarios.forecast import forecast
from scenarios.formats.rcpsp import Instance, instance_source, network, read_instance
from scenarios.load import load_scenario, to_scenario
from scenarios.problems import ScenarioError
from scheduling import ContradictionError, CycleError, InputError, Network, critical_path
from scheduling.network import WORK

TEXTS = {".sm": SM, ".mm": MM, ".sch": SCH, ".txt": MPLIB}


def write(folder: Path, text: str, ending: str) -> Path:
    path = folder / f"x{ending}"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, ending: str) -> Instance:
    return read_instance(write(folder, text, ending))


# -- the collections ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("jobs", "count"), [(30, 192), (60, 192), (90, 192), (120, 240)])
def test_psplib(data_dir: Path, tmp_path: Path, jobs: int, count: int) -> None:
    """Numbers as published, and the published length of the critical path."""
    with (data_dir / "psplib" / "best_known.csv").open(encoding="utf-8") as file:
        lengths = {row["instance"]: int(row["cpm"]) for row in csv.DictReader(file)}
    paths = published(data_dir, f"psplib/j{jobs}.sm.tar.xz", tmp_path, ".sm")
    assert len(paths) == count
    for path in paths:
        instance = read_instance(path)
        assert len(instance.activities) == jobs + 2
        assert [pool.id for pool in instance.resources] == ["R1", "R2", "R3", "R4"]
        assert instance.projects[0].due == lengths[path.name]
    for path in paths[::12]:
        assert critical_path(network(read_instance(path))).duration == lengths[path.name]


def test_multi_mode(data_dir: Path, tmp_path: Path) -> None:
    paths = published(data_dir, "mmrcpsp/psplib_mm_j10_j20.tar.xz", tmp_path, ".mm")
    assert len(paths) == 217
    for path in paths:
        instance = read_instance(path)
        jobs = 10 if path.name.startswith("j10") else 20
        assert [len(item.modes) for item in instance.activities] == [1] + [3] * jobs + [1]
        assert [pool.consumed for pool in instance.resources] == [False, False, True, True]
    for path in paths[::20]:
        same_network(path)


@pytest.mark.parametrize(
    ("archive", "jobs", "count"),
    [
        ("sm_j10", 10, 135),
        ("sm_j20", 20, 135),
        ("testset_ubo10", 10, 45),
        ("testset_ubo20", 20, 45),
        ("testset_ubo50", 50, 45),
        ("testset_ubo100", 100, 45),
    ],
)
def test_rcpsp_max(data_dir: Path, tmp_path: Path, archive: str, jobs: int, count: int) -> None:
    """Early dates end at the bound without resources that the generator recorded."""
    paths = published(data_dir, f"rcpsp_max/{archive}.tar.xz", tmp_path, ".sch")
    assert len(paths) == count
    record = next(path for path in tmp_path.rglob("*") if path.name.lower() == "stat.txt")
    rows = [line.split("\t") for line in record.read_text(encoding="latin-1").splitlines()]
    column = next(k for k, word in enumerate(rows[0]) if word.startswith("Network-based lower bound"))
    bounds = {
        row[0].strip().split(":")[-1].lower(): int(row[column]) for row in rows[1:] if len(row) > column
    }
    for path in paths[:: 1 + count // 20]:
        instance = read_instance(path)
        assert len(instance.activities) == jobs + 2
        assert len(instance.resources) == 5
        assert critical_path(network(instance)).duration == bounds[path.stem.lower()]
    for path in paths[::40]:
        same_network(path)


def test_mplib(data_dir: Path, tmp_path: Path) -> None:
    """24 projects of 60 jobs between source and sink; no best known solution is shorter than the paths."""
    paths = published(data_dir, "rcmpsp/mplib1_set3.tar.xz", tmp_path, ".txt")
    with (data_dir / "rcmpsp" / "best_known.csv").open(encoding="utf-8") as file:
        best = {
            row["instance"]: int(row["bks"]) for row in csv.DictReader(file) if row["problem"] == "RCMPSP"
        }
    assert len(paths) == 34
    for path in paths:
        instance = read_instance(path)
        assert len(instance.projects) == 24
        assert len(instance.activities) == 24 * 62
        assert len(instance.resources) == 4
        work = [
            sum(item.modes[0].duration * item.modes[0].demand[k] for item in instance.activities)
            for k in range(4)
        ]
        assert (
            max(-(-a // pool.capacity) for a, pool in zip(work, instance.resources, strict=True))
            <= best[path.name]
        )
    for path in paths[::12]:
        assert critical_path(network(read_instance(path))).duration <= best[path.name]
    same_network(paths[0])


def same_network(path: Path) -> None:
    """The scenario of a file compiles to the network of the problem itself."""
    one, two = network(read_instance(path)), assemble(load_scenario(path)).network
    assert plain(one) == plain(two)
    assert two.axis is None
    assert two.data_date is None


def plain(net: Network) -> Any:
    """A network by (project, job), without the name of the only project."""

    def key(i: int) -> tuple[int, int]:
        name = net.ids[i]
        project, job = name if isinstance(name, tuple) else str(name).rsplit("/", 1)
        return int(project) if len(net.projects) > 1 else 1, int(job)

    links = sorted((key(link.pred), key(link.succ), link.type, link.lag, link.maximum) for link in net.links)
    activities = sorted(
        (key(i), net.kind[i], net.work[i], net.demand[i], [mode[1:] for mode in net.modes.get(i, ())])
        for i in range(len(net))
    )
    return activities, links, net.resources, sorted(net.starts)


# -- small files --------------------------------------------------------------------------------------------
def test_what_the_small_files_say(tmp_path: Path) -> None:
    result = critical_path(network(read(tmp_path, SM, ".sm")))
    assert result.duration == 6
    assert result.early_start == {(1, 1): 0, (1, 2): 0, (1, 3): 0, (1, 4): 4, (1, 5): 6}
    modes = network(read(tmp_path, MM, ".mm")).modes
    assert [[mode.work for mode in ways] for ways in modes.values()] == [[2, 5], [1, 4]]
    result = critical_path(network(read(tmp_path, MPLIB, ".txt")))
    assert result.early_finish[1, 3] == 3
    assert result.early_finish[2, 3] == 6


def test_delays_are_minimum_and_maximum_lags(tmp_path: Path) -> None:
    result = critical_path(network(read(tmp_path, SCH, ".sch")))
    assert result.early_start == {(1, 0): 0, (1, 1): 0, (1, 2): 1, (1, 3): 2, (1, 4): 5}
    late = read(tmp_path, SCH.replace("[0]\t[0]", "[0]\t[4]"), ".sch")
    assert critical_path(network(late)).early_start[1, 1] == 1


def test_delays_that_contradict_each_other(tmp_path: Path) -> None:
    tight = read(tmp_path, SCH.replace("[2]\t[1]", "[2]\t[5]"), ".sch")
    with pytest.raises(ContradictionError) as caught:
        critical_path(network(tight))
    assert set(caught.value.links) == {((1, 1), (1, 2))}


def test_delays_of_nothing_both_ways_start_together(tmp_path: Path) -> None:
    together = read(tmp_path, SCH.replace("[2]\t[1]", "[2]\t[0]").replace("[-3]", "[0]"), ".sch")
    start = critical_path(network(together)).early_start
    assert start[1, 1] == start[1, 2] == 0
    positive = read(tmp_path, SCH.replace("[-3]", "[1]"), ".sch")
    with pytest.raises(CycleError, match=r"\(1, 2\) -> \(1, 1\) -> \(1, 2\)"):
        network(positive)


def test_what_takes_no_time_holds_nothing(tmp_path: Path) -> None:
    assert not network(
        read(tmp_path, SM.replace("5      1     0       0", "5      1     0       2"), ".sm")
    ).demand[4]


def test_projects_name_jobs_of_others(tmp_path: Path) -> None:
    text = MPLIB.replace("1 1:3", "2 1:3 2:2")
    assert critical_path(network(read(tmp_path, text, ".txt"))).early_start[2, 2] == 4
    path = write(tmp_path, text.replace("   3   2   1", "   7   2   1"), ".txt")
    assert critical_path(network(read_instance(path))).early_start[2, 2] == 7
    same_network(path)


@pytest.mark.parametrize(
    ("ending", "old", "new", "message"),
    [
        (
            ".sm",
            "\n    2    1\n",
            "\n",
            "x.sm:35: (file): the file ends before the capacities; fetch it again whole",
        ),
        (
            ".sm",
            "   4        1",
            "   6        1",
            "x.sm:22: (file): job 4 belongs here; list the jobs in order",
        ),
        (
            ".sm",
            "4       2    0",
            "four    2    0",
            "x.sm:29: (file): job 2, mode 1: 'four' is not a whole number",
        ),
        (
            ".sm",
            "4       2    0",
            "4       2",
            "x.sm:29: (file): job 2, mode 1: 4 values where 5 belong; correct",
        ),
        (
            ".sm",
            "4       2    0",
            "-4      2    0",
            "job 2, mode 1: -4 does not lie within 0 to 10000000; correct",
        ),
        (".sm", "4       2    0", "4_0     2    0", "job 2, mode 1: '4_0' is not a whole number; correct it"),
        (".sm", ":  5\n", ":  6\n", "x.sm:25: (file): job 6: 1 values where at least 3 belong"),
        (
            ".sm",
            "2           2   3",
            "3           2   3",
            "successors of job 1: 2 of them where the line says 3",
        ),
        (
            ".sm",
            "2           2   3",
            "2           1   3",
            "job 1 has the successor 1; name another job, 1 to 5",
        ),
        (
            ".sm",
            "2           2   3",
            "2           9   3",
            "job 1 has the successor 9; name another job, 1 to 5",
        ),
        (
            ".sm",
            "constrained        :  0",
            "constrained        :  1",
            "x.sm:11: (file): doubly constrained resources",
        ),
        (
            ".sm",
            "projects                      :  1",
            "projects : 2",
            "x.sm:5: (file): only one project a file",
        ),
        (".sm", ":  5\n", ":\n", "x.sm:6: (file): jobs: '' is not a whole number; correct it"),
        (
            ".sm",
            "3      0        6",
            "3 999999        6",
            "release date 999999 lies beyond 100000; count from",
        ),
        (
            ".sm",
            "projects",
            "project",
            "x.sm:36: (file): the file ends before 'projects'; fetch it again whole",
        ),
        (
            ".mm",
            "         2     5",
            "         3     5",
            "x.mm:25: (file): job 2, mode 2 belongs here; list jobs and",
        ),
        (
            ".mm",
            "2     5       1",
            "2     0       1",
            "job 2, mode 2 has no duration, yet modes or nonrenewable",
        ),
        (
            ".sch",
            "[0]\t[0]",
            "[0]\t0",
            "x.sch:2: (file): job 0: delay '0' is not in brackets; write it as [3]",
        ),
        (
            ".sch",
            "[0]\t[0]",
            "[0]",
            "x.sch:2: (file): job 0: 3 values where 2 successors and their delays belong",
        ),
        (".sch", "0\t1\t2\t1", "0\t2\t2\t1", "x.sch:2: (file): job 0 has 2 modes; files with one mode a job"),
        (".sch", "3\t1\t0\t0", "3\t0\t1\t0", "x.sch:1: (file): only renewable resources are read here; give"),
        (
            ".sch",
            "3\t1\t0\t0",
            "2\t1\t0\t0",
            "x.sch:4: (file): job 2 has the successor 4; name another job, 0 to 3",
        ),
        (
            ".sch",
            "1\t1\t2\t1\n",
            "1\t2\t2\t1\n",
            "x.sch:8: (file): job 1, mode 1 belongs here; list the jobs in",
        ),
        (
            ".sch",
            "\n2\n",
            "\n2\n2\n",
            "x.sch:13: (file): more lines than the counts at the top of the file allow",
        ),
        (".txt", "1:3\n", "1:4\n", "x.txt:9: (file): '1:4' is no other job; name a successor as project:job"),
        (".txt", "   3    4\n", "   0    4\n", "more lines than the counts at the top of the file allow"),
        (
            ".txt",
            "  2\n   2",
            "  0\n   2",
            "more lines than the counts at the top of the file allow; correct",
        ),
    ],
)
def test_faults_name_the_line(tmp_path: Path, ending: str, old: str, new: str, message: str) -> None:
    text = TEXTS[ending]
    assert old in text
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, text.replace(old, new, 1), ending)
    assert message in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"x.dat:1: \(file\): no scheduling problem; the name ends in one of .sm,"
    ):
        read(tmp_path, SM, ".dat")
    with pytest.raises(ScenarioError, match=r"y.sm:1: \(file\): cannot be read: No such file"):
        read_instance(tmp_path / "y.sm")
    with pytest.raises(ScenarioError, match=r"x.txt:1: .*the number of projects: 3 values where 1 belong"):
        read(tmp_path, "not a problem", ".txt")
    with pytest.raises(ScenarioError, match=r"x.txt:\d+: .*a project has no job; give it at least one"):
        read(tmp_path, "1\n1\n5\n\n0 0\n1\n", ".txt")
    with pytest.raises(ScenarioError, match=r"x.sm:1: .*the file ends before 'projects'"):
        read(tmp_path, "", ".sm")


PIECES = ["", "\n", " ", "0", "-1", "7", "x", "[", "]", ":", "99999999999", "*****", "9 9", "\0", "é"]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(TEXTS)),
    st.floats(0, 1),
    st.integers(0, 40),
    st.sampled_from(PIECES),
    st.booleans(),
)
def test_any_change_of_a_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, ending: str, at: float, length: int, put: str, cut: bool
) -> None:
    text = TEXTS[ending]
    begin = int(at * len(text))
    changed = text[:begin] + put + ("" if cut else text[begin + length :])
    path = write(tmp_path_factory.getbasetemp(), changed, ending)
    try:
        scenario, refused = load_scenario(path), ""
    except ScenarioError as error:
        scenario, refused = None, str(error)
    if scenario is not None:
        assert plain(assemble(scenario).network) == plain(network(read_instance(path)))
        return
    assert refused.startswith(f"x{ending}:")
    assert re.match(r"x\.\w+:\d+: \(file\)", refused) or "form a cycle" in refused


# -- scenarios without dates --------------------------------------------------------------------------------
def test_places_in_messages_name_the_job(tmp_path: Path) -> None:
    path = write(tmp_path, SM.replace("5        1          0", "5        1          1           2"), ".sm")
    source = instance_source(path)
    with pytest.raises(
        ScenarioError, match=r"x.sm: job 2 of project x: .*the precedences form a cycle: x/2 -> x/"
    ):
        to_scenario(source, tmp_path)
    assert source.where(("seed",)) == "x.sm"


def test_a_forecast_needs_dates(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'x' has no dates, which charts and forecasts need"):
        forecast(load_scenario(write(tmp_path, SM, ".sm")))


def test_a_problem_without_solution_is_no_fault_of_the_file(tmp_path: Path) -> None:
    assembly = assemble(load_scenario(write(tmp_path, SM.replace("4       2    0", "4       3    0"), ".sm")))
    assert ((0, 3),) in assembly.network.demand


UNDATED = HEAD.replace("2026-03-02", "1900-01-01") + "dated: false\n"
ONE = "projects:\n  - {id: P, name: one, start: 1900-01-06, %sactivities: [{id: a, name: dig, work: 5%s}]}\n"


def test_any_scenario_may_be_without_dates() -> None:
    net = assemble(load_text(UNDATED + ONE % ("", ""))).network
    assert (net.axis, net.starts, net.kind) == (None, (5,), (WORK,))


@pytest.mark.parametrize(
    ("project", "activity", "message"),
    [
        (
            "",
            ", release: 1900-02-01",
            "projects[0].activities[0].release: 1900-02-01 stands in a scenario without",
        ),
        (
            "deadlines: [{node: a, date: 1900-03-01}], ",
            "",
            "deadlines[0].date: 1900-03-01 stands in a scenario",
        ),
        (
            "progress: {a: {start: 1900-12-01}}, ",
            "",
            "projects[0].progress.a.start: actual start 1900-12-01 is not",
        ),
        (
            "",
            ", calendar: cn-workday",
            "projects[0].activities[0].calendar: calendar 'cn-workday' needs dates; drop",
        ),
        ("template: enterprise, ", "", "projects[0].template: templates need dates; drop `dated: false`"),
        (
            "factors: {f: {supply: 1900-02-01, gates: [a]}}, ",
            "",
            "projects[0].factors.f.supply: 1900-02-01 stands",
        ),
    ],
)
def test_nothing_else_may_be_a_date(project: str, activity: str, message: str) -> None:
    assert message in fault_of(UNDATED + ONE % (project, activity))


def test_lags_without_dates_count_every_slot() -> None:
    links = "predecessors: [{id: a, lag: 2, lag_calendar: %s}]"
    text = UNDATED + ONE.replace("}]}", "}, {id: b, name: pour, work: 1, " + links + "}]}") % (
        "",
        "",
        "elapsed",
    )
    assert critical_path(assemble(load_text(text)).network).duration == 8
    assert "calendar 'cn-workday' needs dates" in fault_of(text.replace("elapsed", "cn-workday"))
