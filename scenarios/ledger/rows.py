"""What does not go together in one row: half-filled pairs, facts ahead, nodes and options elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scenarios import catalog
from scenarios.ledger import vocabulary
from scenarios.ledger.book import LedgerSource
from scenarios.ledger.columns import Table
from scenarios.ledger.layout import CURRENT, PROJECTS
from scenarios.ledger.tables import Record
from scheduling.errors import InputError


def refuse_halves(source: LedgerSource, record: Record) -> None:
    """One cell filled in where two belong together."""
    for node, since, remaining in CURRENT:
        if record.given(node.key) and not record.given(since.key):
            source.fault((*record.path, *since.path), "no_since")
        if record.given(since.key) and not record.given(node.key):
            source.fault((*record.path, *node.path), "no_current")
        elif record.given(remaining.key) and not record.given(node.key):
            source.fault((*record.path, *remaining.path), "remaining_alone")
    if not record.given("investment") and any(map(record.given, ("this_year", "completed", "secured"))):
        source.fault((*record.path, "investment", "total"), "no_total")
    for key in record.raw:
        family, _, subject = key.partition(":")
        if subject and record.given(key) and record.values.get(key) is not False:
            _refuse_half(source, record, family, subject)


def _refuse_half(source: LedgerSource, record: Record, family: str, subject: str) -> None:
    """A cell of a node whose date is missing."""
    partners = {
        "hard": ("no_deadline", "deadline"),
        "weight": ("no_deadline", "deadline"),
        "remaining_work": ("progress_alone", "actual_start"),
    }
    message, dated = partners.get(family, ("", ""))
    if dated and not record.given(f"{dated}:{subject}"):
        families = {item.key: item.bind(subject) for item in PROJECTS.families if item.subject == "node"}
        column, partner = families[family], families[dated]
        fields = {"header": column.title(source.lang), "date_header": partner.title(source.lang)}
        source.fault((*record.path, *column.path), message, **fields)


def refuse_future(source: LedgerSource, record: Record) -> None:
    """Facts that the data date does not know yet."""
    data_date = source.data.get("data_date")
    if not isinstance(data_date, date):
        return
    for _, since, _ in CURRENT:
        if record.values.get(since.key, data_date) > data_date:
            fields = {"day": record.values[since.key], "data_date": data_date}
            source.fault((*record.path, *since.path), "since_ahead", **fields)
    for family in PROJECTS.families:
        for key, value in record.values.items():
            name, _, subject = key.partition(":")
            if name == family.key in {"actual_start", "actual_finish"} and value >= data_date:
                fields = {"day": value, "data_date": data_date}
                source.fault((*record.path, *family.bind(subject).path), "actual_ahead", **fields)


def refuse_strangers(source: LedgerSource, record: Record) -> None:
    """Options and nodes that do not belong to the template."""
    if "template" in record.values:
        _refuse_options(source, record, record.values["template"], record.values.get("options", []))
    refuse_nodes(source, record, record, PROJECTS)


def refuse_nodes(source: LedgerSource, project: Record, row: Record, table: Table) -> None:
    """Nodes in a row that the network of its project does not have."""
    template, chosen = project.values.get("template", ""), project.values.get("options", [])
    if project.values.get("land_ready") and "ready_land" not in chosen:
        chosen = [*chosen, "ready_land"]  # as in YAML: ready land is the option of that name
    try:
        steps = catalog.template(template, chosen).steps
    except InputError:  # template or options have a fault of their own, or the scenario's checks name it
        return
    words = {
        "template": vocabulary.templates().shown[template],
        "options": "、".join(vocabulary.options().shown[key] for key in chosen) or "—",
    }
    for path, node in _named_nodes(row, table):
        if node not in steps:
            shown = vocabulary.nodes().shown[node]
            source.fault((*row.path, *path), "node_elsewhere", node=shown, **words)


def _named_nodes(record: Record, table: Table) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every node that a row names, with the path of its cell."""
    for column in table.columns:
        if column.kind in {"node", "nodes"} and column.key in record.values:
            value = record.values[column.key]
            yield from ((column.path, node) for node in ([value] if isinstance(value, str) else value))
    for family in table.families:
        for key in record.values:
            name, _, subject = key.partition(":")
            if name == family.key and family.subject == "node":
                yield family.bind(subject).path, subject


def _refuse_options(source: LedgerSource, record: Record, template: str, chosen: list[str]) -> None:
    path = (*record.path, "options")
    known = catalog.options()
    names = vocabulary.options().shown
    for position, key in enumerate(chosen):
        if template not in known[key].templates:
            fitting = "、".join(vocabulary.templates().shown[item] for item in known[key].templates)
            shown_template = vocabulary.templates().shown[template]
            fields = {"option": names[key], "template": shown_template, "fitting": fitting}
            source.fault(path, "option_template", **fields)
        for other in chosen[position + 1 :]:
            if other in known[key].conflicts or key in known[other].conflicts:
                source.fault(path, "option_conflict", option=names[key], other=names[other])
