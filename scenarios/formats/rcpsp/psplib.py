"""PSPLIB files, ``.sm`` with one mode an activity and ``.mm`` with several.

The layout follows Kolisch and Sprecher 1997, PSPLIB: a project scheduling problem library, European
Journal of Operational Research 96(1), 205-216.
"""

from __future__ import annotations

from scenarios.formats.rcpsp.lines import Lines
from scenarios.formats.rcpsp.records import Activity, Instance, Link, Mode, Pool, Project


def parse_psplib(name: str, lines: Lines) -> Instance:
    """The problem that the lines of a ``.sm`` or ``.mm`` file state."""
    if lines.labelled("projects") != 1:
        lines.refuse("only one project a file is read; split the file")
    jobs = lines.labelled("jobs")
    renewable = lines.labelled("- renewable")
    resources = renewable + lines.labelled("- nonrenewable")
    if lines.labelled("- doubly constrained"):
        lines.refuse("doubly constrained resources are not read; give each as a renewable and a nonrenewable")
    lines.seek("PROJECT INFORMATION")
    lines.row("a heading")
    number, _, release, due, _, _ = lines.numbers("the project", 6)
    project = Project(number, lines.release(release), due)
    modes, links = _precedences(lines, jobs)
    ways = _ways(lines, modes, renewable, resources)
    lines.seek("RESOURCEAVAILABILITIES")
    lines.row("a heading")
    capacities = lines.numbers("the capacities", resources)
    lines.end()
    return Instance(
        name,
        (project,),
        tuple(Activity(number, job, each) for job, each in enumerate(ways, 1)),
        links,
        tuple(
            Pool(f"R{k}", units) if k <= renewable else Pool(f"N{k - renewable}", units, consumed=True)
            for k, units in enumerate(capacities, 1)
        ),
    )


def _precedences(lines: Lines, jobs: int) -> tuple[list[int], tuple[Link, ...]]:
    """How many modes each job has, and the links."""
    lines.seek("PRECEDENCE RELATIONS")
    lines.row("a heading")
    modes: list[int] = []
    links: dict[Link, None] = {}
    for job in range(1, jobs + 1):
        what = f"job {job}"
        number, count, *successors = lines.words(what, 3)
        lines.expect(number, job, what)
        modes.append(lines.whole(count, f"modes of {what}", least=1))
        for word in lines.listed(successors, f"successors of {what}"):
            links[Link(job - 1, lines.successor(word, job, 1, jobs) - 1)] = None
    return modes, tuple(links)


def _ways(lines: Lines, modes: list[int], renewable: int, resources: int) -> list[tuple[Mode, ...]]:
    """The modes of every job: the first line of each begins with the job's number."""
    lines.seek("REQUESTS/DURATIONS")
    lines.row("a heading")
    found = []
    for job, count in enumerate(modes, 1):
        ways = []
        for mode in range(1, count + 1):
            what = f"job {job}, mode {mode}"
            row = lines.numbers(what, (3 if mode == 1 else 2) + resources)
            given, duration = row[len(row) - resources - 2 : len(row) - resources]
            if given != mode or (mode == 1 and row[0] != job):
                lines.refuse(f"{what} belongs here; list jobs and modes in order, or correct their number")
            demand = tuple(row[len(row) - resources :])
            if not duration and (count > 1 or any(demand[renewable:])):
                lines.refuse(f"{what} has no duration, yet modes or nonrenewable demand; give it at least 1")
            ways.append(Mode(duration, demand))
        found.append(tuple(ways))
    return found
