"""What a schema cannot see: names that do not exist, dates that contradict each other, cycles.

Every finding carries its path in the scenario, so that a reader can show file and line, or sheet and cell.
"""

from __future__ import annotations

from scenarios.catalog import options, template, templates
from scenarios.checks.context import Context, repeated, unknown
from scenarios.checks.cycles import cycles
from scenarios.checks.dates import covered, status
from scenarios.checks.dispatch import dispatch
from scenarios.checks.names import names
from scenarios.checks.shared import shared, too_much
from scenarios.checks.undated import undated
from scenarios.expand import project_template
from scenarios.problems import Path, Problem
from scenarios.schema import Project, Scenario
from scheduling.errors import InputError

__all__ = ["check"]


def check(scenario: Scenario) -> list[Problem]:
    """Every contradiction in a scenario; empty when it can be scheduled."""
    if problems := _projects(scenario):
        return problems
    context = Context.of(scenario)
    return [*names(context), *status(context), *shared(context), *dispatch(context)] or [
        *(covered(context) if scenario.dated else undated(context)),
        *too_much(context),
        *cycles(context),
    ]


def _projects(scenario: Scenario) -> list[Problem]:
    """Ids and templates, which everything else is built upon."""
    problems = list(repeated("project id", ("projects",), [item.id for item in scenario.projects], "id"))
    for k, project in enumerate(scenario.projects):
        here: Path = ("projects", k)
        fault = _template(project, here, scenario)
        if fault:
            problems.append(fault)
            continue
        found = project_template(project)
        own = [activity.id for activity in project.activities]
        problems += repeated("activity id", (*here, "activities"), own, "id")
        for a, name in enumerate(own):
            if found and name in found.steps:
                message = f"activity id '{name}' is a step of the template; use another, or `overrides`"
                problems.append(Problem((*here, "activities", a, "id"), message))
            if name.startswith("factor:"):
                message = f"activity id '{name}' begins as the ids of factors do; rename it"
                problems.append(Problem((*here, "activities", a, "id"), message))
    return problems


def _template(project: Project, here: Path, scenario: Scenario) -> Problem | None:
    """What is wrong with the template or the options of a project."""
    if project.template is None:
        return None
    if project.template not in templates():
        return Problem((*here, "template"), unknown("template", project.template, templates()))
    if scenario.slots_per_day != 1:
        message = "templates count in days; drop slots_per_day, or give activities instead"
        return Problem((*here, "template"), message)
    for k, option in enumerate(project.options):
        if option not in options():
            return Problem((*here, "options", k), unknown("option", option, options()))
    try:
        template(project.template, project.options)
    except InputError as error:
        return Problem((*here, "options"), str(error))
    try:
        project_template(project)
    except InputError as error:
        return Problem((*here, "land_ready"), str(error))
    return None
