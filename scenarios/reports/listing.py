"""Listings that need no run: the node catalogue, and the critical path of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from scenarios.assemble import Assembly
from scenarios.catalog import Option, Template, departments, factor_defaults, options, template, templates
from scenarios.messages import say
from scenarios.reports.layout import plain
from scenarios.schema import Label
from scheduling.cpm import CriticalPath

if TYPE_CHECKING:
    from scenarios.levers import Lever

_MOST_PATHS = 3
_DATE = 10  # character cells that never break


def print_catalog(console: Console, lang: str, name: str | None, chosen: tuple[str, ...] = ()) -> None:
    """Templates, options and default delays; or the steps of one template.

    Raises
    ------
    InputError
        For an unknown template or option.
    """
    if name is not None:
        _print_steps(console, lang, template(name, chosen))
        return
    sizes = [(key, _text(item, lang), str(len(item.steps))) for key, item in templates().items()]
    print_table(console, say("catalog_templates", lang), ("id", "name", "catalog_steps"), sizes, lang)
    edits = [
        (key, _text(item, lang), ", ".join(item.edits), _risk(item).text(lang))
        for key, item in options().items()
    ]
    print_table(console, say("catalog_options", lang), ("id", "name", "template", "legal_risk"), edits, lang)
    delays = [
        (
            key,
            _text(item, lang),
            f"{item.probability:g}",
            _days(item.median),
            _days(item.p90),
            " ".join(item.gates),
        )
        for key, item in factor_defaults().factors.items()
        if item.probability and item.gates
    ]
    headers = ("id", "name", "probability", "median", "p90_days", "gates")
    print_table(console, say("catalog_delays", lang), headers, delays, lang)
    console.print(plain(say("catalog_source", lang), "dim"))


def _print_steps(console: Console, lang: str, found: Template) -> None:
    rows = [
        (
            step.id,
            _text(step, lang),
            _text(departments()[step.department], lang),
            "/".join(map(str, step.work)),
            step.calendar,
            " ".join(_link(link) for link in step.predecessors),
            " ".join(step.factors),
            f"{step.legal_floor.days}" if step.legal_floor else "",
        )
        for step in found.steps.values()
    ]
    headers = ("id", "name", "department", "work_omp", "calendar", "predecessors", "factors", "legal_floor")
    print_table(console, f"{found.id}  {_text(found, lang)}", headers, rows, lang)
    console.print(plain(say("catalog_source", lang), "dim"))


def print_levers(
    project: Label, found: Sequence[Lever], console: Console, lang: str, most: int | None = None
) -> None:
    """What could be done for a project, the best first, with what stands against it."""
    if not found:
        console.print(plain(say("levers_none", lang, project=project.text(lang))))
        return
    rows = [
        (
            item.label.text(lang),
            f"{item.gain.mean:+.2f} ±{2 * item.gain.standard_error:.2f}",
            f"{item.after:.2f}",
            _days(item.days),
            _days(item.planned_days),
            say("price_unknown", lang) if item.price is None else f"{item.price:g}",
            item.legal_risk.text(lang),
            item.id,
        )
        for item in found[:most]
    ]
    keys = ("lever", "lever_gain", "lever_after", "lever_days", "lever_planned_days", "lever_price")
    title = say("levers_of", lang, project=project.text(lang))
    print_table(console, title, (*keys, "legal_risk", "lever_id"), rows, lang)


def print_critical_path(assembly: Assembly, result: CriticalPath, console: Console, lang: str) -> None:
    """Early and late dates and floats of every activity, and the first critical paths of each project."""
    table = critical_path_dict(assembly, result)
    keys = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")
    names = {name: spec.name for name, spec in assembly.specs.items()}
    names |= {str(item.factor.id): item.label for item in assembly.factors}
    rows = [
        (item["id"], names[item["id"]].text(lang) if item["id"] in names else "",
         *("" if item[key] is None else str(item[key]) for key in keys), "*" if item["critical"] else "")
        for item in table["activities"]
    ]  # fmt: skip
    print_table(console, say("critical_dates", lang), ("id", "name", *keys, "critical"), rows, lang)
    for project, paths in table["paths"].items():
        for path in paths:
            console.print(plain(f"{project}: {' -> '.join(path)}"))


def critical_path_dict(assembly: Assembly, result: CriticalPath) -> dict[str, Any]:
    """Both passes as plain data: ISO dates, floats in slots, the first critical paths of each project."""
    from itertools import islice

    columns = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")
    activities = []
    for name in result.network.ids:
        row: dict[str, Any] = {"id": name}
        for column in columns:
            row[column] = shown_date(getattr(result, column)[name])
        row["critical"] = name in result.critical
        row["driving"] = list(result.driving[name])
        activities.append(row)
    return {
        "schema": "backplan-critical-path/1",
        "scenario": assembly.scenario.name,
        "status": result.status.value,
        "project_finish": {str(key): shown_date(value) for key, value in result.project_finish.items()},
        "activities": activities,
        "paths": {
            str(project): [list(path) for path in islice(result.paths(project), _MOST_PATHS)]
            for project in result.network.projects
        },
    }


def shown_date(value: Any) -> Any:
    """A date as ISO 8601; a number, as networks without dates have them, as it is."""
    return value.isoformat() if isinstance(value, date) else value


def print_table(
    console: Console, title: str, keys: tuple[str, ...], rows: Sequence[tuple[str, ...]], lang: str
) -> None:
    """Print rows under headers, which are keys of messages; nothing is cut."""
    table = Table(
        title=plain(title, "bold"), title_justify="left", box=None, header_style="bold", pad_edge=False
    )
    for column, key in enumerate(keys):
        least = min(max((cell_len(row[column]) for row in rows), default=0), _DATE)
        table.add_column(plain(say(key, lang)), overflow="fold", min_width=least)
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    console.print(table)
    console.print()


def _risk(option: Option) -> Label:
    return Label(zh=option.legal_risk_zh, en=option.legal_risk_en)


def _text(item: Any, lang: str) -> str:
    return Label(zh=item.zh, en=item.en).text(lang)


def _days(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _link(link: Any) -> str:
    lag = f"{link.lag:+d}" if link.lag else ""
    return f"{link.predecessor} {link.type}{lag}" if link.type != "FS" or lag else str(link.predecessor)
