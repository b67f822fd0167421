"""MPLIB files, ``.txt``: several projects that share resources.

The layout follows Van Eynde and Vanhoucke 2020, Resource-constrained multi-project scheduling: benchmark
datasets and decoupled scheduling, Journal of Scheduling 23, 301-325.
"""

from __future__ import annotations

from scenarios.formats.rcpsp.lines import Lines
from scenarios.formats.rcpsp.records import Activity, Instance, Link, Mode, Pool, Project


def parse_mplib(name: str, lines: Lines) -> Instance:
    """The problem that the lines of an MPLIB file state.

    The first lines hold the numbers of projects and of resources and the capacities. A project begins with
    its number of jobs and its release date and a line that marks the resources it uses; then every job is a
    line of duration, demands and successors, each successor as ``project:job``.
    """
    (count,) = lines.numbers("the number of projects", 1)
    (resources,) = lines.numbers("the number of resources", 1)
    capacities = lines.numbers("the capacities", resources)
    projects: list[Project] = []
    activities: list[Activity] = []
    named: list[tuple[int, str, int]] = []
    for project in range(1, count + 1):
        jobs, release = lines.numbers(f"jobs and release date of project {project}", 2)
        lines.numbers(f"use of resources by project {project}", resources)
        projects.append(Project(project, lines.release(release)))
        for job in range(1, jobs + 1):
            what = f"job {project}:{job}"
            words = lines.words(what, 2 + resources)
            duration, *demand = (lines.whole(word, what) for word in words[: 1 + resources])
            for word in lines.listed(words[1 + resources :], f"successors of {what}"):
                named.append((len(activities), word, lines.at))
            activities.append(Activity(project, job, (Mode(duration, tuple(demand)),)))
    lines.end()
    return Instance(
        name,
        tuple(projects),
        tuple(activities),
        _links(lines, activities, named),
        tuple(Pool(f"R{k}", units) for k, units in enumerate(capacities, 1)),
    )


def _links(lines: Lines, activities: list[Activity], named: list[tuple[int, str, int]]) -> tuple[Link, ...]:
    """Links to successors, once every job that may be named is known."""
    position = {f"{item.project}:{item.number}": k for k, item in enumerate(activities)}
    links: dict[Link, None] = {}
    for pred, word, lines.at in named:
        succ = position.get(word)
        if succ is None or succ == pred:
            lines.refuse(f"'{word[:40]}' is no other job; name a successor as project:job")
        links[Link(pred, succ)] = None
    return tuple(links)
