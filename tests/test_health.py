"""The health check: each finding in a network that has it, and none in one that just does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from plans import tiny
from random_networks import Features, networks
from scenario_files import load_text

from scenarios.assemble import assemble
from scenarios.health import CODES, Words, check_assembly, check_file
from scenarios.load import load_scenario
from scenarios.messages import catalogue
from scheduling import CalendarTable, Resource, compile_network, critical_path
from scheduling.errors import AxisError, ContradictionError
from scheduling.health import Code, Finding, Severity, examine
from scheduling.network import Factor, Network
from scheduling.passes import early_pass

QUIET = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
Node = dict[str, Any]
LINKS = {Code.LEAD, Code.LONG_LAG, Code.REDUNDANT_LINK}
"""Their sentences are but the link, the same in both languages."""


def network(
    *links: tuple[str, str, Node],
    resources: tuple[Resource, ...] = (),
    options: Node | None = None,
    **nodes: Node,
) -> Network:
    graph: Any = nx.MultiDiGraph()
    for name, attributes in nodes.items():
        graph.add_node(name, **{"duration": 4} | attributes)
    graph.add_edges_from(links)
    return compile_network(graph, resources=resources, **options or {})


def found(net: Network, code: Code) -> list[Finding]:
    return [finding for finding in examine(net) if finding.code == code]


def chain(
    first: Node | None = None, last: Node | None = None, link: Node | None = None, **options: Any
) -> Network:
    """a -> b, b with a deadline."""
    return network(("a", "b", link or {}), a=first or {}, b={"deadline": 20} | (last or {}), options=options)


def on_crane(b: Node, *, capacity: int = 1, a: Node | None = None, **options: Any) -> Network:
    """Two activities without links that may share a crane."""
    both = {"deadline": 8, "demand": {"crane": 1}}
    return network(resources=(Resource("crane", capacity),), a=both | (a or {}), b=both | b, options=options)


def with_progress(a: Node, b: Node, **link: Any) -> Network:
    return network(("a", "b", link), a=a, b={"deadline": 40} | b, options={"data_date": 10})


TABLE = {"site": CalendarTable("site", [100] * 12)}
MAXIMUM: Node = {"maximum_lag": 3}
BEGUN: Node = {"actual_start": 3, "remaining": 2}


def long_chain(duration: int) -> Network:
    """Ten activities in a row, nine of one slot."""
    nodes: dict[str, Node] = {name: {"duration": 1} for name in "abcdefghi"}
    links = [(one, other, {}) for one, other in pairwise("abcdefghij")]
    return network(*links, **nodes, j={"duration": duration, "deadline": 99})


PAIRS: dict[Code, tuple[Network, Network, tuple[Any, ...]]] = {
    Code.CONTRADICTION: (chain(link={"lag": 4, **MAXIMUM}), chain(link={"lag": 3, **MAXIMUM}), ("a", "b")),
    Code.CALENDAR_END: (
        network(a={"duration": 13, "calendar": "site"}, options={"calendars": TABLE}),
        network(a={"duration": 12, "calendar": "site"}, options={"calendars": TABLE}),
        (),
    ),
    Code.HARD_DEADLINE: (
        chain(last={"deadline": 7, "hard": True}), chain(last={"deadline": 8, "hard": True}), ("b",)
    ),
    Code.DEMAND: (on_crane({"demand": {"crane": 2}}), on_crane({"demand": {"crane": 1}}), ("b",)),
    Code.OVERFULL: (on_crane({"deadline": 7}, a={"deadline": 7}), on_crane({"deadline": 7}), ("a", "b")),
    Code.NEGATIVE_FLOAT: (chain(last={"deadline": 7}), chain(last={"deadline": 8}), ("a", "b")),
    Code.PAST_DEADLINE: (
        with_progress({}, {"deadline": 10}), with_progress({}, {"deadline": 11}), ("b",)
    ),
    Code.LATE_RELEASE: (
        chain(last={"deadline": 9, "release": 6}), chain(last={"deadline": 10, "release": 6}), ("b",)
    ),
    Code.NO_DEADLINE: (chain(last={"deadline": None}), chain(), ()),
    Code.OUT_OF_SEQUENCE: (with_progress({}, BEGUN), with_progress({"actual_finish": 3}, BEGUN), ("a", "b")),
    Code.FACTS_OVERLOAD: (
        on_crane(BEGUN, a=BEGUN, data_date=5), on_crane(BEGUN, a=BEGUN, capacity=2, data_date=5), ("a", "b")
    ),
    Code.OVERLOAD: (on_crane({}), on_crane({"release": 4}), ("a", "b")),
    Code.ISOLATED: (
        network(("a", "b", {}), a={}, b={"deadline": 9}, c={}),
        network(("a", "b", {}), a={}, b={"deadline": 9}, c={"deadline": 9}),
        ("c",),
    ),
    Code.OPEN_START: (
        network(("a", "c", {}), ("b", "c", {}), a={}, b={}, c={"deadline": 9}),
        network(("a", "c", {}), ("b", "c", {}), a={}, b={"release": 2}, c={"deadline": 9}),
        ("a", "b"),
    ),
    Code.OPEN_END: (
        network(("a", "b", {}), ("a", "c", {}), a={}, b={"deadline": 9}, c={}),
        network(("a", "b", {}), ("a", "c", {}), a={}, b={"deadline": 9}, c={"deadline": 9}),
        ("c",),
    ),
    Code.LOOSE_START: (chain(link={"type": "FF"}), chain(link={"type": "FF"}, last={"release": 1}), ("b",)),
    Code.LOOSE_FINISH: (
        chain(link={"type": "SS"}), chain(link={"type": "SS"}, first={"deadline": 20}), ("a",)
    ),
    Code.LEAD: (chain(link={"lag": -1}), chain(link={"lag": 0}), ("a", "b")),
    Code.LONG_LAG: (chain(link={"lag": 5}), chain(link={"lag": 4}), ("a", "b")),
    Code.REPEATED_LINK: (
        network(("a", "b", {}), ("a", "b", {"lag": 1}), a={}, b={"deadline": 9}),
        network(("a", "b", {}), ("a", "b", {"lag": 1, "type": "SS"}), a={}, b={"deadline": 9}),
        ("a", "b"),
    ),
    Code.REDUNDANT_LINK: (
        network(("a", "b", {}), ("b", "c", {}), ("a", "c", {}), a={}, b={}, c={"deadline": 20}),
        network(("a", "b", {}), ("b", "c", {}), ("a", "c", {"lag": 1}), a={}, b={}, c={"deadline": 20}),
        ("a", "c"),
    ),
    Code.LONG_ACTIVITY: (long_chain(10), long_chain(9), ("j",)),
}  # fmt: skip


@pytest.mark.parametrize("code", Code)
def test_a_network_that_has_it_and_one_that_just_does_not(code: Code) -> None:
    ill, well, activities = PAIRS[code]
    (finding,) = found(ill, code)
    assert finding.activities == activities
    assert not found(well, code)


def test_a_clean_network_has_no_finding() -> None:
    assert examine(chain()) == ()


# -- numbers ------------------------------------------------------------------------------------------------
def numbers(net: Network, code: Code) -> dict[str, Any]:
    (finding,) = found(net, code)
    return dict(finding.numbers)


def test_numbers_of_findings() -> None:
    ill = {code: pair[0] for code, pair in PAIRS.items()}
    assert numbers(ill[Code.CONTRADICTION], Code.CONTRADICTION) == {"links": (("a", "b"), ("a", "b"))}
    assert numbers(ill[Code.HARD_DEADLINE], Code.HARD_DEADLINE) == {"deadline": 7, "earliest": 8}
    assert numbers(ill[Code.DEMAND], Code.DEMAND) == {"resource": "crane", "units": 2, "most": 1}
    assert numbers(ill[Code.NEGATIVE_FLOAT], Code.NEGATIVE_FLOAT) == {"project": None, "least": -1}
    window = {"resource": "crane", "begin": 0, "end": 7, "needed": 8, "there": 7}
    assert numbers(ill[Code.OVERFULL], Code.OVERFULL) == window


def test_a_last_start_that_cannot_hold() -> None:
    """b cannot begin before a is done, in its quickest mode."""
    crashed = {"modes": {"crashed": {"duration": 3}}}
    for first, last, count in (({}, 3, 1), ({}, 4, 0), (crashed, 3, 0), (crashed, 2, 1)):
        assert len(found(chain(first, {"start_by": last}), Code.HARD_DEADLINE)) == count


def test_the_window_that_lacks_most() -> None:
    """Three users of one crane until 9, one more that may wait: 12 slots of work in 9."""
    busy: Node = {"deadline": 9, "demand": {"crane": 1}}
    net = network(
        resources=(Resource("crane", 1, ((2, 2), (3, 1))),),
        a=busy, b=busy, c=busy, d=busy | {"deadline": 40},
    )  # fmt: skip
    (finding,) = found(net, Code.OVERFULL)
    assert finding.activities == ("a", "b", "c")
    assert (finding.numbers["begin"], finding.numbers["end"]) == (0, 9)
    assert (finding.numbers["needed"], finding.numbers["there"]) == (12, 10)


def test_a_factor_arrives_too_late_for_the_deadline() -> None:
    graph: Any = nx.DiGraph()
    graph.add_node("a", duration=4, deadline=9)
    late, well = (compile_network(graph, factors=[Factor("land", ("a",), supply=day)]) for day in (6, 5))
    assert found(late, Code.LATE_RELEASE)[0].numbers == {"release": 6, "deadline": 9}
    assert not found(well, Code.LATE_RELEASE)


def test_hard_deadlines_are_errors_soft_ones_warnings() -> None:
    for hard, severity in ((True, Severity.ERROR), (False, Severity.WARNING)):
        net = with_progress({}, {"deadline": 10, "hard": hard})
        assert found(net, Code.PAST_DEADLINE)[0].severity is severity


# -- properties ---------------------------------------------------------------------------------------------
EVERYTHING = Features(maximum_lags=True, progress=True, factors=True, resources=2, stock=True)


@QUIET
@given(networks(EVERYTHING))
def test_never_fails_and_alters_nothing(net: Network) -> None:
    before = copy.copy(net.__dict__)
    first = examine(net)
    assert {key: net.__dict__[key] for key in before} == before
    assert examine(net) == first
    assert all(name in net.index for finding in first for name in finding.activities)
    assert [list(Code).index(Code(finding.code)) for finding in first] == sorted(
        list(Code).index(Code(finding.code)) for finding in first
    )


@QUIET
@given(tiny(maxima=True, resources=2, modes=True, stock=True, pinned=True))
def test_never_fails_on_contradictions(net: Network) -> None:
    try:
        early_pass(net, any_mode=True)
        contradicts = False
    except (AxisError, ContradictionError):
        contradicts = True
    grave = {finding.code for finding in examine(net)} & {Code.CONTRADICTION, Code.CALENDAR_END}
    assert bool(grave) == contradicts


@QUIET
@given(networks(Features(maximum_lags=True, progress=True)))
def test_a_redundant_link_changes_nothing(net: Network) -> None:
    said = found(net, Code.REDUNDANT_LINK)
    if not said:
        return
    pairs = {finding.activities for finding in said}
    rest = tuple(
        link
        for link in net.links
        if (net.ids[link.pred], net.ids[link.succ]) not in pairs
        or link.type != "FS" or link.lag or link.maximum
    )  # fmt: skip
    one, other = critical_path(net), critical_path(replace(net, links=rest))
    assert (one.early_start, one.late_start) == (other.early_start, other.late_start)


@QUIET
@given(tiny(resources=1))
def test_an_overfull_window_makes_something_late(net: Network) -> None:
    from scheduling.backward import backward_schedule

    if not found(net, Code.OVERFULL) or found(net, Code.DEMAND):
        return
    plan = backward_schedule(net, limit=0.5)
    if plan.dates is None:
        return
    early = critical_path(net).early
    least = sum(line.weight * max(0, early.finish[i] - line.bound) for i, line in net.deadlines.items())
    assert plan.weighted_lateness > least or sum(plan.overruns) > 0


# -- scenarios ----------------------------------------------------------------------------------------------
CLEAN = """\
schema: backplan/1
name: clean
source: interviews
data_date: 2026-03-02
projects:
  - id: A
    name: {zh: 甲项目, en: Alpha}
    activities:
      - {id: permit, name: {zh: 许可, en: permit}, work: 10}
      - {id: build, name: {zh: 施工, en: building}, work: 30, predecessors: [permit]}
    deadlines: [{node: build, date: 2026-06-30}]
"""
Command = Callable[..., tuple[int, str, str]]


def codes(text: str) -> set[str]:
    return {str(told.finding.code) for told in check_assembly(assemble(load_text(text)))}


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("no_source", "source: interviews\n", ""),
        ("provisional", "work: 10}", "work: 10, calendar: cn-workday, release: 2031-01-06}"),
        ("default_duration", "activities:", "template: enterprise\n    until: [F0]\n    activities:"),
        ("noted", "data_date", "notes: [{zh: 说明, en: note}]\ndata_date"),
    ],
)
def test_what_only_a_scenario_knows(code: str, old: str, new: str) -> None:
    assert codes(CLEAN) == set()
    assert code in codes(CLEAN.replace(old, new, 1))


def test_a_source_of_the_activity_is_enough() -> None:
    text = CLEAN.replace("source: interviews\n", "").replace("work: 10}", "work: 10, source: records}")
    (told,) = check_assembly(assemble(load_text(text)))
    assert told.finding.activities == ("A/build",)


def test_links_of_a_template_are_not_held_against_the_scenario() -> None:
    assembly = assemble(load_scenario("district-1bn"))
    assert found(assembly.network, Code.REDUNDANT_LINK)
    assert Code.REDUNDANT_LINK not in {told.finding.code for told in check_assembly(assembly)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_has_a_title_a_text_and_a_remedy(lang: str) -> None:
    for code in CODES:
        kinds = ["", "_remedy"] + ["_text"] * (code not in ("input", "noted"))
        assert all(catalogue()[f"finding_{code}{kind}"].text(lang) for kind in kinds), code


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", Code)
def test_every_finding_has_a_sentence(code: Code, lang: str) -> None:
    (finding,) = found(PAIRS[code][0], code)
    said = Words(assemble(load_text(CLEAN)), lang).sentence(finding)
    assert "{" not in said
    assert any("一" <= letter <= "龥" for letter in said) == (lang == "zh") or code in LINKS
    assert all(str(name) in said for name in finding.activities)


# -- the command --------------------------------------------------------------------------------------------
@pytest.fixture
def check(call: Command, tmp_path: Path) -> Command:
    """Checks a scenario; (exit code, output, errors)."""
    path = tmp_path / "s.yaml"

    def run(text: str, *arguments: str) -> tuple[int, str, str]:
        path.write_text(text, encoding="utf-8")
        return call("check", path, *arguments)

    return run


MESSY = CLEAN.replace("predecessors: [permit]", "predecessors: [{id: permit, lag: -3}]")


def test_a_clean_scenario_says_so(check: Command) -> None:
    code, output, errors = check(CLEAN, "--lang", "zh", "--strict")
    assert (code, errors) == (0, "")
    assert output.endswith("s.yaml：未发现问题。\n")


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 3), (("--json", "--strict"), 3)])
def test_strict_fails_on_warnings(check: Command, options: tuple[str, ...], code: int) -> None:
    assert check(MESSY, *options)[0] == code


def test_notes_do_not_fail(check: Command) -> None:
    assert check(CLEAN.replace("source: interviews\n", ""), "--strict")[0] == 0


def test_findings_in_words(check: Command) -> None:
    assert check(MESSY, "--lang", "zh")[1].splitlines()[1:] == [
        "",
        "警告：负间隔（提前搭接）",
        "  “许可”（permit） → “施工”（build）（FS-3，按7-day计）",
        "  办法：把前一节点拆开，或用SS加正间隔表达搭接",
    ]


def test_many_findings_are_counted_not_listed(check: Command) -> None:
    node = "      - {{id: n{0}, name: n{0}, work: 5, predecessors: [{{id: permit, lag: -1}}]}}\n"
    nodes = "".join(map(node.format, range(300)))
    text = CLEAN.replace("    deadlines", nodes + "    deadlines")
    code, output, _ = check(text, "--lang", "en")
    assert code == 0
    assert "leads (negative lags) (300)" in output
    assert "... and 292 more; --json lists all" in output
    assert "300 nodes that nothing waits for and that have no deadline: n0 (n0)" in output
    assert len(output.splitlines()) < 30


def test_findings_as_json(check: Command) -> None:
    code, output, _ = check(MESSY, "--json")
    (finding,) = json.loads(output)["findings"]
    assert code == 0
    assert finding == {
        "code": "lead",
        "severity": "warning",
        "activities": ["A/permit", "A/build"],
        "numbers": {"type": "FS", "lag": -3, "calendar": "7-day"},
        "text": {
            "zh": "“许可”（permit） → “施工”（build）（FS-3，按7-day计）",
            "en": "permit (permit) -> building (build) (FS-3, 7-day)",
        },
        "remedy": {
            "zh": "把前一节点拆开，或用SS加正间隔表达搭接",
            "en": "split the predecessor, or overlap by SS with a positive lag",
        },
    }


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("schema: backplan/1\n", "", "s.yaml:1:1: schema: this key is required"),
        ("predecessors: [permit]", "predecessors: [permti]", "did you mean"),
        ("work: 10}", "work: 10, predecessors: [build]}", "the precedences form a cycle"),
    ],
)
def test_a_file_that_does_not_load_exits_with_2(check: Command, old: str, new: str, fault: str) -> None:
    code, output, errors = check(CLEAN.replace(old, new), "--lang", "en")
    assert (code, errors) == (2, "")
    assert "error: the file cannot be read or scheduled" in output
    assert fault in output


def test_what_contradicts_itself_exits_with_2(check: Command) -> None:
    text = CLEAN.replace("predecessors: [permit]", "predecessors: [{id: permit, lag: 9, maximum_lag: 5}]")
    code, output, _ = check(text, "--lang", "en")
    assert code == 2
    assert "A/permit -> A/build" in output


def test_dslib_files_are_checked(data_dir: Path, tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(data_dir / "dslib" / "dslib_p2x.tar.xz") as archive:
        members = sorted(
            (item for item in archive.getmembers() if item.name.endswith(".p2x")), key=lambda item: item.size
        )
        for member in members[:40:5]:
            archive.extract(member, tmp_path, filter="data")
            said = check_file(tmp_path / member.name)
            assert not {"input", Code.CONTRADICTION, Code.CALENDAR_END} & {told.finding.code for told in said}
            assert all("{" not in told.text.en + told.text.zh for told in said)
