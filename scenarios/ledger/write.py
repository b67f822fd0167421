"""Writing a ledger: an empty template, or a scenario. A file is complete or not there at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from openpyxl.utils.exceptions import IllegalCharacterError

from scenarios.ledger.book import LedgerError
from scenarios.ledger.content import Content, scenario_content, template_content
from scenarios.ledger.messages import Lang, say
from scenarios.ledger.read import read_ledger
from scenarios.ledger.values import Written, guard
from scenarios.ledger.vocabulary import nodes
from scenarios.ledger.workbook import build
from scenarios.problems import Path, show
from scenarios.schema import Scenario
from scheduling.errors import InputError

_SPARE_ROWS = 50
_SEPARATOR = " | "


def write_template(path: str | FilePath, rows: int = 200, lang: Lang = "zh") -> None:
    """An empty ledger (.xlsx or .csv) with two example rows, which reading skips.

    Parameters
    ----------
    path : path-like
        A CSV holds settings (rows that begin with ``#``) and projects only.
    rows : int
        Rows prepared with formats and drop-down lists.
    lang : {"zh", "en"}
        Language of error messages.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    path = FilePath(path)
    draft = _save(template_content(path.stem), path, rows, lang)
    os.replace(draft, path)


def write_ledger(scenario: Scenario, path: str | FilePath, lang: Lang = "zh") -> None:
    """A scenario as a ledger (.xlsx or .csv); reading it gives an equal scenario.

    Raises
    ------
    InputError
        Naming everything that a ledger cannot hold (activities, overrides, calendars, drivers, ...; in CSV
        also quotas, resources and notes), or when the file cannot be written.
    """
    path = FilePath(path)
    content = scenario_content(scenario)
    _refuse_losses(content.left, lang)
    draft = _save(content, path, len(scenario.projects) + _SPARE_ROWS, lang)
    try:
        _refuse_losses(_losses(scenario, draft, lang), lang)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _save(content: Content, path: FilePath, rows: int, lang: Lang) -> FilePath:
    """The ledger beside `path`, under a name of its own."""
    suffix = path.suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise InputError(f"{path.name}: {say(lang, 'extension', suffix=suffix)}")
    draft = path.with_name(f".{path.stem}-{os.getpid()}{suffix}")
    try:
        if suffix == ".csv":
            _save_csv(content, draft)
        else:
            build(content, rows).save(draft)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(say(lang, "cannot_write", path=path, reason=error.strerror)) from None
    except IllegalCharacterError as error:
        found = str(error)
        raise InputError(say(lang, "cannot_hold_cell", path=path.name, reason=found)) from None
    return draft


def _save_csv(content: Content, draft: FilePath) -> None:
    projects = content.sheets[0]
    with draft.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        for column, value in content.settings:
            writer.writerow([f"# {column.header(_SEPARATOR)}", _field(value)])
        writer.writerow([guard(column.header(_SEPARATOR)) for column in projects.columns])
        for row in projects.rows:
            writer.writerow([_field(row.get(column.key)) for column in projects.columns])


def _field(value: Written) -> str:
    return guard(value) if isinstance(value, str) else "" if value is None else str(value)


# -- nothing is lost in silence ---------------------------------------------------------------------------
def _losses(scenario: Scenario, draft: FilePath, lang: Lang) -> Iterator[tuple[Path, object]]:
    """Where the scenario that the file gives differs from the one it was written from."""
    try:
        found = read_ledger(draft, lang)
    except LedgerError as error:
        lines = (
            say(lang, "cannot_hold_cell", path=show(item.path), reason=item.message)
            for item in error.problems
        )
        raise InputError("\n".join(lines)) from None
    yield from _differences(_comparable(scenario.model_dump()), _comparable(found.model_dump()), ())


def _comparable(value: Any) -> Any:
    """Plain data: a label's one language stands for both, deadlines stand in one order, numbers have the 15
    digits that a spreadsheet keeps."""
    if isinstance(value, float):
        return float(f"{value:.15g}")
    if isinstance(value, Mapping):
        if value.keys() == {"zh", "en"}:
            return {"zh": value["zh"] or value["en"], "en": value["en"] or value["zh"]}
        found = {key: _comparable(item) for key, item in value.items()}
        if isinstance(found.get("deadlines"), list):
            order = {node: place for place, node in enumerate(nodes().shown)}
            found["deadlines"].sort(key=lambda item: order.get(item["node"], -1))
        return found
    return [_comparable(item) for item in value] if isinstance(value, (list, tuple)) else value


def _differences(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, object]]:
    if old == new:
        return
    pairs: list[tuple[str | int, Any, Any]]
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        pairs = [(key, old[key], new[key]) for key in old]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = list(zip(range(len(old)), old, new, strict=True))
    else:
        yield path, old
        return
    for key, left, right in pairs:
        yield from _differences(left, right, (*path, key))


def _refuse_losses(losses: Any, lang: Lang) -> None:
    lines = [say(lang, "cannot_hold", path=show(path), value=_short(value)) for path, value in losses]
    if lines:
        raise InputError("\n".join(lines))


def _short(value: object) -> str:
    found = ", ".join(map(str, value)) if isinstance(value, (dict, list)) else str(value)
    return found if len(found) <= 60 else f"{found[:57]}..."
