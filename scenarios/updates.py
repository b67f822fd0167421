"""Statuses: a scenario at a later date, from a short file of changes or from a whole new ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from scenarios.checks import check
from scenarios.expand import NodeSpec, behind, nodes
from scenarios.fields import day_of, earlier
from scenarios.load import load_scenario, read_yaml_file
from scenarios.problems import Path, Problem, ScenarioError, problems_of
from scenarios.schema import Progress, Project, Scenario
from scenarios.schema.status import STATUS_SCHEMA, ProjectChange, StatusUpdate
from scheduling.errors import InputError

Where = Callable[[Path], str]
_YAML = (".yaml", ".yml", ".json")
_BY_KEY = ("factors", "holds", "problems")
"""Parts of a project in which an update changes single values of what bears the same key."""
_APPENDED = ("evidence", "claims", "checks")


def load_statuses(
    base: str | FilePath, files: Sequence[str | FilePath], *, lang: str = "en"
) -> list[Scenario]:
    """A scenario and its statuses, in order of date.

    Parameters
    ----------
    base : str or path
        A bundled scenario or a file.
    files : sequence of str or path
        Each a status file (``schema: backplan-status/1``), which says what has changed since the one before,
        or a whole scenario or ledger with a later data date.

    Returns
    -------
    list of Scenario
        The base first.

    Raises
    ------
    ScenarioError
        For every fault, with file and place.
    InputError
        If the dates do not rise.
    """
    found = [load_scenario(base, lang=lang)]
    for file in files:
        following = _next(found[-1], file, lang)
        if not earlier(found[-1].data_date, following.data_date):
            raise InputError(
                f"{file}: its date {following.data_date} is not later than {found[-1].data_date} of the "
                "status before. Give the files in order of date."
            )
        found.append(following)
    return found


def updated(scenario: Scenario, update: StatusUpdate, where: Where | None = None) -> Scenario:
    """The scenario at a later date with what an update says.

    Lists of evidence, claims and checks grow; progress, factors, holds, problems and months change by key.
    A node stands as current until ``progress`` says more of it or a later current node lies behind it; what
    it implied of the nodes before it stays known.

    Raises
    ------
    ScenarioError
        For projects that do not exist, and for what does not fit the scenario.

    Examples
    --------
    >>> base = load_scenario("district-1bn")
    >>> change = {"schema": "backplan-status/1", "date": "2022-09-07",
    ...           "projects": {"S1": {"progress": {"A2": {"finish": "2022-09-02"}}}}}
    >>> now = updated(base, StatusUpdate.model_validate(change))
    >>> now.data_date.isoformat(), now.projects[0].progress["A2"].finish.isoformat()
    ('2022-09-07', '2022-09-02')
    """
    place = where or (lambda path: "status")
    known = {project.id: k for k, project in enumerate(scenario.projects)}
    strange = [name for name in update.projects if name not in known]
    if strange:
        message = f"there is no such project in '{scenario.name}'; correct the id, or add it to the ledger"
        raise ScenarioError([Problem(("projects", name), message) for name in strange], place)
    data = scenario.model_dump(by_alias=True, exclude_defaults=True)
    data["data_date"] = update.date
    for name, change in update.projects.items():
        project = scenario.projects[known[name]]
        _merge(data["projects"][known[name]], change, project, nodes(project, scenario))
    names = {k: name for name, k in known.items()}

    def moved(problem: Problem) -> Problem:
        """A fault of the scenario, as one of the update."""
        path = problem.path
        if len(path) > 1 and path[0] == "projects":
            path = ("projects", names[int(path[1])], *path[2:])
        return Problem(("date",) if path == ("data_date",) else path, problem.message)

    try:
        found = Scenario.model_validate(data)
        problems = check(found)
    except ValidationError as error:
        problems = problems_of(error)
    if problems:
        raise ScenarioError(map(moved, problems), place)
    return found


def _next(previous: Scenario, file: str | FilePath, lang: str) -> Scenario:
    path = FilePath(file)
    if path.suffix.lower() in _YAML and path.is_file():
        source = read_yaml_file(path)
        if isinstance(source.data, dict) and source.data.get("schema") == STATUS_SCHEMA:
            try:
                update = StatusUpdate.model_validate(source.data)
            except ValidationError as error:
                raise ScenarioError(problems_of(error), source.where) from None
            return updated(previous, update, source.where)
    return load_scenario(file, lang=lang)


def _standing(change: ProjectChange, before: Project, specs: list[NodeSpec]) -> dict[str, Any]:
    """Current nodes and progress after a change."""
    new = {item.node: item for item in change.current or ()}
    passed = set(behind(specs, list(new)))
    kept = [
        item
        for item in before.current
        if item.node not in new and item.node not in change.progress and item.node not in passed
    ]
    still_implied = set(behind(specs, [item.node for item in kept]))
    by_date = sorted(before.current, key=lambda item: day_of(item.since), reverse=True)
    implied = {
        name: Progress(finish=item.since - timedelta(days=1))
        for item in by_date
        if item not in kept
        for name in behind(specs, [item.node])
        if name not in still_implied
    }
    progress = {**implied, **before.progress, **change.progress}
    current = [*kept, *new.values()]
    return {
        "current": [item.model_dump() for item in current],
        "progress": {name: item.model_dump() for name, item in progress.items() if name not in new},
    }


def _merge(project: dict[str, Any], change: ProjectChange, before: Project, specs: list[NodeSpec]) -> None:
    given = change.model_dump(exclude_unset=True)
    project |= _standing(change, before, specs)
    for key in _BY_KEY:
        mine = dict(project.get(key, {}))
        for name, item in given.get(key, {}).items():
            mine[name] = {**mine.get(name, {}), **item}
        project[key] = mine
    for key in _APPENDED:
        project[key] = [*project.get(key, ()), *given.get(key, ())]
    lines = {line["node"]: line for line in project.get("deadlines", ())}
    for line in given.get("deadlines", ()):
        lines[line["node"]] = {**lines.get(line["node"], {}), **line}
    project["deadlines"] = list(lines.values())
    if change.investment is not None:
        money = dict(project.get("investment") or {})
        new = given["investment"]
        months = {**money.get("months", {}), **(new.pop("months", None) or {})}
        project["investment"] = {**money, **new, **({"months": months} if months else {})}
    if "blocker" in given:
        project["blocker"] = given["blocker"]
