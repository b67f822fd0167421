"""Progress: current nodes, reported dates, remaining work."""

from __future__ import annotations

from datetime import date

import pytest
from scenario_files import HEAD, load_text

from scenarios.assemble import Assembly, assemble
from scenarios.status import NodeStatus
from scheduling.passes import early_pass

CHAIN = """\
projects:
  - id: P
    name: one
    activities:
      - {id: a, name: a, work: 5}
      - {id: b, name: b, work: 10, predecessors: [a]}
      - {id: c, name: c, work: 4, predecessors: [a]}
      - {id: d, name: d, work: 0, predecessors: [b, c]}
      - {id: e, name: e, work: 6, predecessors: [d]}
"""
"""The data date is Monday 2026-03-02."""


def made(extra: str, text: str = CHAIN, head: str = HEAD) -> Assembly:
    return assemble(load_text(head + text + "".join(f"    {line}\n" for line in extra.split("\n") if line)))


def status(extra: str, text: str = CHAIN) -> dict[str, NodeStatus]:
    return {name.split("/")[1]: item for name, item in made(extra, text).status.items()}


def test_nothing_reported() -> None:
    assert status("") == {}


def test_what_lies_before_the_current_node_is_done_on_its_eve() -> None:
    found = status("current: {node: b, since: 2026-02-25}")
    eve = NodeStatus(None, date(2026, 2, 24), None, True)
    assert found == {"a": eve, "b": NodeStatus(date(2026, 2, 25), None, 5, True)}


def test_reported_remaining_work_counts() -> None:
    assert status("current: {node: b, since: 2026-02-25, remaining: 8}")["b"].remaining == 8
    assert not status("current: {node: b, since: 2026-02-25, remaining: 8}")["b"].assumed


def test_remaining_work_is_at_least_one() -> None:
    assert status("current: {node: b, since: 2025-02-25}")["b"].remaining == 1


def test_on_the_data_date_a_node_only_begins() -> None:
    found = status("current: {node: b, since: 2026-03-02}")
    assert set(found) == {"a"}
    assert found["a"].finish == date(2026, 3, 1)


def test_a_milestone_that_is_reached_is_done() -> None:
    found = status("current: {node: d, since: 2026-02-25}")
    assert found["d"] == NodeStatus(date(2026, 2, 25), date(2026, 2, 25), None, False)
    assert set(found) == {"a", "b", "c", "d"}
    assert status("progress: {d: {start: 2026-02-25}}")["d"].finish == date(2026, 2, 25)


def test_parallel_branches() -> None:
    found = status("current: [{node: b, since: 2026-02-25}, {node: c, since: 2026-02-20}]")
    assert found["a"].finish == date(2026, 2, 19)  # done before the earlier of the two
    assert found["b"].start == date(2026, 2, 25)
    assert found["c"].start == date(2026, 2, 20)


def test_current_nodes_one_behind_the_other_are_both_in_progress() -> None:
    found = made("current: [{node: b, since: 2026-02-20}, {node: e, since: 2026-02-26}]")
    assert found.status["P/b"].finish is None
    assert found.status["P/d"].finish == date(2026, 2, 25)
    assert found.out_of_sequence == ()  # what was inferred does not contradict


def test_reported_progress_comes_before_what_is_inferred() -> None:
    found = status(
        "current: {node: e, since: 2026-02-25}\nprogress: {a: {finish: 2026-02-10}, b: {start: 2026-02-11}}"
    )
    assert found["a"] == NodeStatus(None, date(2026, 2, 10), None, False)
    assert found["b"].finish is None
    assert found["c"].finish == date(2026, 2, 24)


def test_a_done_node_keeps_its_start() -> None:
    found = status("progress: {a: {start: 2026-02-02, finish: 2026-02-10}}")
    assert found["a"] == NodeStatus(date(2026, 2, 2), date(2026, 2, 10), None, False)


@pytest.mark.parametrize(
    ("calendar", "left"),
    [("7-day", 4), ("5-day", 6), ("cn-workday", 5)],  # 28 February 2026, a Saturday, is a working day (调休)
)
def test_remaining_work_goes_by_the_calendar(calendar: str, left: int) -> None:
    text = CHAIN.replace("id: b, name: b,", f"id: b, name: b, calendar: {calendar},")
    assert status("current: {node: b, since: 2026-02-24}", text)["b"].remaining == left


def test_remaining_work_in_hours() -> None:
    week = "[[[480, 720], [780, 1020]], " + ", ".join(["[[480, 720], [780, 1020]]"] * 4) + ", 0, 0]"
    head = f"{HEAD}slots_per_day: 24\ncalendars: {{shift: {{week: {week}}}}}\n"
    text = CHAIN.replace("id: b, name: b,", "id: b, name: b, calendar: shift,").replace(
        "work: 10", "work: 30"
    )
    extra = "current: {node: b, since: 2026-02-26 15:00}"
    assert made(extra, text, head).status["P/b"].remaining == 30 - 2 - 8  # Thursday 15-17, Friday


def test_remaining_work_of_less_than_a_day_in_hours() -> None:
    head = HEAD.replace("2026-03-02", "2026-03-02 12:00") + "slots_per_day: 24\n"
    assert made("progress: {a: {start: 2026-03-02 09:00}}", CHAIN, head).status["P/a"].remaining == 2


def test_slow_days_count_less() -> None:
    head = HEAD + "calendars: {half: {week: [50, 50, 50, 50, 50, 50, 50]}}\n"
    text = CHAIN.replace("id: b, name: b,", "id: b, name: b, calendar: half,")
    assert made("current: {node: b, since: 2026-02-23}", text, head).status["P/b"].remaining == 10 - 3


# -- out of sequence ----------------------------------------------------------------------------------------
def test_out_of_sequence_progress_is_accepted_and_named() -> None:
    found = made("progress: {e: {start: 2026-02-25}}")
    assert found.out_of_sequence == (("P/d", "P/e"),)
    net = found.network
    early = early_pass(net)
    assert early.start[net.index["P/e"]] is not None
    finish = early.finish[net.index["P/d"]]
    assert early.finish[net.index["P/e"]] >= finish + 1  # retained logic: what remains waits


def test_progress_override_lets_what_remains_go_on() -> None:
    found = made("progress: {e: {start: 2026-02-25}}", CHAIN, HEAD + "progress_override: true\n")
    net = found.network
    remaining = found.status["P/e"].remaining
    assert net.data_date is not None
    assert early_pass(net).finish[net.index["P/e"]] == net.data_date + remaining
    assert found.out_of_sequence == ()  # no link into it is left to break


def test_done_nodes_whose_predecessors_are_open() -> None:
    assert made("progress: {b: {finish: 2026-02-25}}").out_of_sequence == (("P/a", "P/b"),)
    assert made("progress: {a: {finish: 2026-02-27}, b: {finish: 2026-02-25}}").out_of_sequence == ()
    started = made("progress: {a: {start: 2026-02-20}, b: {start: 2026-02-25}}")
    assert started.out_of_sequence == (("P/a", "P/b"),)
