"""Reading a ledger: the data a YAML file would give, with the cell of every value."""

from __future__ import annotations

from pathlib import Path as FilePath

from pydantic import ValidationError

from scenarios import catalog
from scenarios.ledger import vocabulary
from scenarios.ledger.book import LedgerError, LedgerSource
from scenarios.ledger.columns import Table
from scenarios.ledger.files import Grid, open_ledger
from scenarios.ledger.layout import NOTES, PROJECTS, QUOTAS, RESOURCES
from scenarios.ledger.messages import FaultError, Lang
from scenarios.ledger.settings import SETTINGS, read_settings
from scenarios.ledger.tables import Record, TableReader, is_setting, join_labels, refuse_duplicates
from scenarios.ledger.values import blank
from scenarios.problems import problems_of
from scenarios.schema import SCHEMA, Scenario
from scheduling.errors import InputError


def read_ledger(path: str | FilePath, lang: Lang = "zh") -> Scenario:
    """A ledger (.xlsx or .csv) as a scenario: the same object that the equivalent YAML gives.

    Parameters
    ----------
    path : path-like
    lang : {"zh", "en"}
        Language of error messages.

    Raises
    ------
    LedgerError
        With every fault found, each with sheet and cell.
    """
    source = ledger_source(path, lang)
    try:
        return Scenario.model_validate(source.data)
    except ValidationError as error:
        raise LedgerError(problems_of(error), source) from None


def ledger_source(path: str | FilePath, lang: Lang = "zh") -> LedgerSource:
    """The cells of a ledger as data, before the scenario's own checks.

    Raises
    ------
    LedgerError
        With every fault found, each with sheet and cell.
    """
    path = FilePath(path)
    source = LedgerSource(path.name, lang)
    try:
        grids = open_ledger(path)
    except FaultError as fault:
        source.fault((), fault.key, **fault.fields)
    else:
        _read(source, grids)
    if source.problems:
        raise LedgerError(source.problems, source)
    return source


def _read(source: LedgerSource, grids: list[Grid]) -> None:
    source.data = {"schema": SCHEMA}
    text_table = not grids[0].title
    if text_table:
        read_settings(source, grids[0], [row if is_setting(row) else [] for row in grids[0].rows])
        projects: Grid | None = grids[0]
    else:
        settings = _sheet(source, grids, SETTINGS, required=True)
        if settings is not None:
            read_settings(source, settings, settings.rows)
        projects = _sheet(source, grids, PROJECTS, required=True)
    if projects is not None:
        _projects(source, projects)
    for table in () if text_table else (QUOTAS, RESOURCES, NOTES):
        grid = _sheet(source, grids, table)
        if grid is not None and any(not blank(cell) for row in grid.rows for cell in row):
            _others(source, grid, table)


def _sheet(source: LedgerSource, grids: list[Grid], table: Table, required: bool = False) -> Grid | None:
    found = [grid for grid in grids if table.named(grid.title)]
    if len(found) > 1:
        source.mark_sheet((found[1].title,), found[1].title)
        source.fault((found[1].title,), "two_sheets", sheet=table.title)
    if not found and required:
        titles = "、".join(grid.title for grid in grids)
        source.fault((), "no_sheet", sheet=table.title, found=titles)
    return found[0] if len(found) == 1 else None


# -- tables -----------------------------------------------------------------------------------------------
def _projects(source: LedgerSource, grid: Grid) -> None:
    reader = TableReader(source, grid, PROJECTS)
    records = reader.records()
    if not records and reader.header_row >= 0:
        source.fault((PROJECTS.base,), "no_rows")
    refuse_duplicates(source, records)
    for record in records:
        _refuse_halves(source, record)
        _refuse_strangers(source, record)
        join_labels(record.data)
        _list_deadlines(source, record)
    source.data[PROJECTS.base] = [record.data for record in records]


def _others(source: LedgerSource, grid: Grid, table: Table) -> None:
    records = TableReader(source, grid, table).records()
    refuse_duplicates(source, records)
    for record in records:
        join_labels(record.data)
    if table.keyed:
        content = {record.data.pop("id"): record.data for record in records if "id" in record.data}
        if content:
            source.data[table.base] = content
    elif records:
        join = table is NOTES
        source.data[table.base] = [
            item["zh"] if join and "en" not in item else item for item in (record.data for record in records)
        ]


def _list_deadlines(source: LedgerSource, record: Record) -> None:
    """Deadlines by node as the list that a scenario holds, with their cells."""
    by_node = record.data.pop("deadlines", None)
    if not by_node:
        return
    dated = {node: fields for node, fields in by_node.items() if "date" in fields}
    record.data["deadlines"] = [{"node": node, **fields} for node, fields in dated.items()]
    base = (*record.path, "deadlines")
    for position, node in enumerate(dated):
        source.copy_mark((*base, node, "date"), (*base, position))
        for field in ("date", "hard", "weight"):
            source.copy_mark((*base, node, field), (*base, position, field))


# -- what does not go together in a row --------------------------------------------------------------------
def _refuse_halves(source: LedgerSource, record: Record) -> None:
    """One cell filled in where two belong together."""
    by_key = {column.key: column.path for column in PROJECTS.columns}

    def at(key: str) -> tuple[str | int, ...]:
        return (*record.path, *by_key[key])

    if record.given("current_node") and not record.given("since"):
        source.fault(at("since"), "no_since")
    if record.given("since") and not record.given("current_node"):
        source.fault(at("current_node"), "no_current")
    elif record.given("remaining") and not record.given("current_node"):
        source.fault(at("remaining"), "remaining_alone")
    if not record.given("investment") and (record.given("this_year") or record.given("completed")):
        source.fault(at("investment"), "no_total")
    families = {family.key: family for family in PROJECTS.families}
    for key in record.raw:
        family, _, subject = key.partition(":")
        if not record.given(key) or record.values.get(key) is False:
            continue
        column = families[family].bind(subject) if subject else None
        path = (*record.path, *column.path) if column else ()
        if column and family in {"hard", "weight"} and not record.given(f"deadline:{subject}"):
            date_header = families["deadline"].bind(subject).title(source.lang)
            source.fault(path, "no_deadline", header=column.title(source.lang), date_header=date_header)
        if column and family == "remaining_work" and not record.given(f"actual_start:{subject}"):
            date_header = families["actual_start"].bind(subject).title(source.lang)
            source.fault(path, "progress_alone", date_header=date_header)


def _refuse_strangers(source: LedgerSource, record: Record) -> None:
    """Options and nodes that do not belong to the template."""
    template = record.values.get("template")
    if template is None:
        return
    chosen = record.values.get("options", [])
    if not _options_fit(source, record, template, chosen):
        return
    try:
        steps = catalog.template(template, chosen).steps
    except InputError:  # a rule of the catalogue that no message here knows; the scenario's checks name it
        return
    words = {
        "template": vocabulary.templates().shown[template],
        "options": "、".join(vocabulary.options().shown[key] for key in chosen) or "—",
    }
    for key, value in record.values.items():
        family, _, subject = key.partition(":")
        node = value if key == "current_node" else subject if family != "supply" else ""
        if node and node not in steps:
            path = ("current", "node") if key == "current_node" else _path_of(key)
            shown_node = vocabulary.nodes().shown[node]
            source.fault((*record.path, *path), "node_elsewhere", node=shown_node, **words)


def _path_of(key: str) -> tuple[str, ...]:
    family, _, subject = key.partition(":")
    return next(item for item in PROJECTS.families if item.key == family).bind(subject).path


def _options_fit(source: LedgerSource, record: Record, template: str, chosen: list[str]) -> bool:
    path = (*record.path, "options")
    known = catalog.options()
    names = vocabulary.options().shown
    fits = True
    for position, key in enumerate(chosen):
        if template not in known[key].templates:
            fitting = "、".join(vocabulary.templates().shown[item] for item in known[key].templates)
            shown_template = vocabulary.templates().shown[template]
            fields = {"option": names[key], "template": shown_template, "fitting": fitting}
            source.fault(path, "option_template", **fields)
            fits = False
        for other in chosen[position + 1 :]:
            if other in known[key].conflicts or key in known[other].conflicts:
                source.fault(path, "option_conflict", option=names[key], other=names[other])
                fits = False
    return fits
