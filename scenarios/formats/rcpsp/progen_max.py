"""ProGen/max files, ``.sch``: minimum and maximum lags between starts (RCPSP/max).

The layout follows Kolisch, Schwindt and Sprecher 1999, Benchmark instances for project scheduling problems,
in Weglarz (ed.), Project Scheduling, 197-212.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import networkx as nx

from scenarios.fields import MOST_SLOTS
from scenarios.formats.rcpsp.lines import Lines
from scenarios.formats.rcpsp.records import Activity, Instance, Link, Mode, Pool, Project

_DELAY = re.compile(r"\[(.*)\]")


def parse_progen_max(name: str, lines: Lines) -> Instance:
    """The problem that the lines of a ``.sch`` file state.

    The jobs between source and sink are counted at the top; source 0 and sink come on top of them. Behind the
    successors of job p stand their delays: ``start(p) + delay <= start(successor)``.
    """
    jobs, resources, consumed, doubly = lines.numbers("the numbers of jobs and resources", 4)
    if consumed or doubly:
        lines.refuse("only renewable resources are read here; give them in the second number")
    delays = _delays(lines, jobs + 1)
    activities = []
    for job in range(jobs + 2):
        what = f"job {job}"
        number, mode, duration, *demand = lines.numbers(what, 3 + resources)
        if number != job or mode != 1:
            lines.refuse(f"{what}, mode 1 belongs here; list the jobs in order, with one mode each")
        activities.append(Activity(1, job, (Mode(duration, tuple(demand)),)))
    capacities = lines.numbers("the capacities", resources)
    lines.end()
    return Instance(
        name,
        (Project(1),),
        tuple(activities),
        tuple(_links(delays)),
        tuple(Pool(f"R{k}", units) for k, units in enumerate(capacities, 1)),
    )


def _delays(lines: Lines, last: int) -> dict[tuple[int, int], int]:
    """Delays by job and successor; of several for one pair the longest binds."""
    longest: dict[tuple[int, int], int] = {}
    for job in range(last + 1):
        what = f"job {job}"
        number, modes, *rest = lines.words(what, 3)
        lines.expect(number, job, what)
        if modes != "1":
            lines.refuse(f"{what} has {modes} modes; files with one mode a job are read")
        count = lines.whole(rest[0], f"number of successors of {what}")
        if len(rest) != 1 + 2 * count:
            lines.refuse(f"{what}: {len(rest) - 1} values where {count} successors and their delays belong")
        for word, given in zip(rest[1 : 1 + count], rest[1 + count :], strict=True):
            pair = job, lines.successor(word, job, 0, last)
            match = _DELAY.fullmatch(given)
            if match is None:
                lines.refuse(f"{what}: delay '{given[:40]}' is not in brackets; write it as [3]")
            delay = lines.whole(match[1], f"a delay after {what}", least=-MOST_SLOTS)
            longest[pair] = max(delay, longest.get(pair, delay))
    return longest


def _links(delays: Mapping[tuple[int, int], int]) -> Iterator[Link]:
    """A negative delay is a maximum lag the other way round, and so is one of 0 that closes a circle."""
    least = nx.DiGraph([pair for pair, delay in delays.items() if delay >= 0])
    circle = {job: k for k, jobs in enumerate(nx.strongly_connected_components(least)) for job in jobs}
    for (pred, succ), delay in delays.items():
        if delay < 0 or (delay == 0 and circle[pred] == circle[succ]):
            yield Link(succ, pred, maximum_lag=-delay)
        else:
            yield Link(pred, succ, lag=delay)
