"""What a written ledger holds: columns and rows of raw cells, from a scenario or for an empty template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from scenarios.ledger import vocabulary
from scenarios.ledger.columns import SUBJECT, Column, Table
from scenarios.ledger.layout import NOTES, PROJECTS, QUOTAS, RESOURCES, TABLES, shown_columns
from scenarios.ledger.register_layout import REGISTERS
from scenarios.ledger.settings import SETTINGS
from scenarios.ledger.values import Written, write
from scenarios.problems import Path
from scenarios.schema import Scenario

Row: TypeAlias = Mapping[str, Written]
"""Raw cells by column key."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table to write; the first `examples` rows are marked as examples."""

    table: Table
    columns: Sequence[Column]
    rows: Sequence[Row]
    examples: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """A whole ledger. What no column takes stands in `left` with its path."""

    settings: Sequence[tuple[Column, Written]]
    sheets: Sequence[Sheet]
    left: Sequence[tuple[Path, object]] = ()


# -- the template -----------------------------------------------------------------------------------------
_EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "id": "示例1",
        "name": "示例：城区道路改造工程（请覆盖或删除本行）",
        "template": "government",
        "options": ("parallel",),
        "sector": "服务业",
        "district": "某街道",
        "region": "south",
        "investment": 36000.0,
        "this_year": 12000.0,
        "completed": 0.0,
        "lead_unit": "发展和改革局",
        "responsible_unit": "某城投公司",
        "responsible_person": "分管副区长",
        "current_node": "A8b",
        "since": date(2026, 3, 2),
        "land_ready": False,
        "deadline:F0": date(2026, 12, 31),
        "hard:F0": True,
        "deadline:V3": date(2028, 6, 30),
        "hard:V3": False,
        "supply:land": date(2026, 9, 1),
        "supply:funds": date(2026, 7, 1),
        "blocker": "征收补偿资金尚未落实",
    },
    {
        "id": "示例2",
        "name": "示例：新材料生产基地（请覆盖或删除本行）",
        "template": "enterprise",
        "options": ("ready_land", "land_then_start"),
        "sector": "工业",
        "district": "某园区",
        "region": "south",
        "investment": 120000.0,
        "this_year": 30000.0,
        "completed": 0.0,
        "lead_unit": "工业和信息化局",
        "responsible_unit": "某园区管委会",
        "responsible_person": "管委会主任",
        "current_node": "A4",
        "since": date(2026, 3, 16),
        "land_ready": True,
        "deadline:F0": date(2026, 9, 30),
        "hard:F0": False,
        "deadline:P1": date(2027, 12, 31),
        "hard:P1": True,
        "supply:power": date(2027, 3, 31),
    },
)
_PRESETS: dict[str, object] = {
    "region": "south",
    "confidence": 0.8,
    "replications": 1000,
    "seed": 0,
    "default_risks": True,
    "synthetic": False,
}


def template_content(name: str) -> Content:
    """An empty ledger with two example rows."""
    settings = [
        (column, name if column.key == "name" else write(column.kind, _PRESETS.get(column.key)))
        for column in SETTINGS.columns
        if column.shown
    ]
    columns = shown_columns(PROJECTS)
    examples = [{c.key: write(c.kind, row.get(c.key)) for c in columns} for row in _EXAMPLES]
    others = [Sheet(table, shown_columns(table), []) for table in TABLES[1:]]
    return Content(settings, [Sheet(PROJECTS, columns, examples, len(examples)), *others])


# -- a scenario -------------------------------------------------------------------------------------------
def scenario_content(scenario: Scenario) -> Content:
    """A scenario as cells."""
    data = scenario.model_dump()
    fresh = {name: field.default for name, field in Scenario.model_fields.items()}
    settings = [
        (column, write(column.kind, value))
        for column in SETTINGS.columns
        if (value := _get(data, column.path)) is not None
        and (column.shown or value != fresh.get(column.path[0]))
    ]
    left = list(_unknown_subjects(data))
    records = {
        PROJECTS: [_by_subject(project) for project in data["projects"]],
        **{table: list(_register(data["projects"], table)) for table in REGISTERS},
        QUOTAS: data["quotas"],
        RESOURCES: [{"id": key, **item} for key, item in data["resources"].items()],
        NOTES: data["notes"],
    }
    return Content(settings, [_sheet(table, items) for table, items in records.items()], left)


def _sheet(table: Table, records: Iterable[Mapping[str, Any]]) -> Sheet:
    rows: list[dict[str, Written]] = []
    used: dict[str, Column] = {}
    for record in records:
        row: dict[str, Written] = {}
        for column in [*table.columns, *_family_columns(table, record)]:
            cell = write(column.kind, _get(record, column.path))
            if cell is not None:
                row[column.key] = cell
                used[column.key] = column
        rows.append(row)
    return Sheet(table, shown_columns(table, used.values()), rows)


def _family_columns(table: Table, record: Mapping[str, Any]) -> Iterable[Column]:
    """Bound columns for the nodes and factors of a record; weights only where they differ from 1."""
    for family in table.families:
        group = family.path[0]
        known = vocabulary.nodes() if family.subject == "node" else vocabulary.factors()
        for subject, fields in record.get(group, {}).items():
            value = fields.get(family.path[-1])
            if subject in known.shown and value is not None and (family.key != "weight" or value != 1):
                yield family.bind(subject)


def _by_subject(project: Mapping[str, Any]) -> dict[str, Any]:
    """Deadlines as a mapping by node, current nodes by their number."""
    current = {f"#{number}": item for number, item in enumerate(project["current"], 1)}
    deadlines = {item["node"]: item for item in project["deadlines"]}
    return {**project, "deadlines": deadlines, "current": current}


def _register(projects: Iterable[Mapping[str, Any]], table: Table) -> Iterator[Mapping[str, Any]]:
    """Records of a register; a month holds a bare amount."""
    for project in projects:
        held = _get(project, table.within) or {}
        for key, item in held.items() if table.keyed else enumerate(held):
            fields = item if isinstance(item, Mapping) else {"amount": item}
            yield {"project": project["id"], table.keyed: key, **fields}


def _unknown_subjects(data: Mapping[str, Any]) -> Iterable[tuple[Path, object]]:
    """Nodes and factors that the catalogue does not know, and projects given activity by activity."""
    nodes, factors = vocabulary.nodes().shown, vocabulary.factors().shown
    for position, project in enumerate(data["projects"]):
        base: Path = ("projects", position)
        if project["template"] is None:
            yield (*base, "activities"), [item["id"] for item in project["activities"]]
        for number, item in enumerate(project["deadlines"]):
            if item["node"] not in nodes:
                yield (*base, "deadlines", number, "node"), item["node"]
        for group, known in (("progress", nodes), ("factors", factors)):
            for key in project[group]:
                if key not in known:
                    yield (*base, group, key), key


def _get(data: Any, path: Sequence[str]) -> Any:
    """A value deep inside; the Chinese text of a label stands for both, the English one where it differs."""
    for depth, step in enumerate(path):
        if step == SUBJECT or not isinstance(data, Mapping) or data.get(step) is None:
            return None
        if path[depth:] in (("zh",), ("en",)) and "zh" in data:
            zh, en = data["zh"], data["en"]
            return (zh or en) if step == "zh" else (en if zh and en and en != zh else None)
        data = data[step]
    return data
