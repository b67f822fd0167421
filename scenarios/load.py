"""Every door in: a bundled name, or a file of any format that backplan reads, to one Scenario object."""

from __future__ import annotations

import os.path
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any, Protocol

from pydantic import ValidationError

from scenarios.calendar_specs import calendar_data
from scenarios.calendars import read_calendar
from scenarios.checks import check
from scenarios.checks.generate import generate
from scenarios.generator import generated
from scenarios.messages import label
from scenarios.problems import Path, Problem, ScenarioError, problems_of
from scenarios.schema import Scenario
from scenarios.yaml_source import Source as YamlSource
from scenarios.yaml_source import read_yaml
from scheduling.errors import InputError

_MOST_BYTES = 50_000_000


class Source(Protocol):
    """Plain data of a scenario, and where each part of it stands in the file."""

    data: Any

    def where(self, path: Path) -> str:
        """The place of a value, for messages."""
        ...


def bundled_names() -> tuple[str, ...]:
    """Scenarios that ship with backplan."""
    folder = files("scenarios").joinpath("library")
    return tuple(
        sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))
    )


def load_scenario(what: str | FilePath, *, lang: str = "en") -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    what : str or path
        A bundled name, or a file: ``.yaml``, ``.yml``, ``.json`` (scenario), ``.xlsx``, ``.csv`` (ledger),
        ``.p2x`` (ProTrack), ``.xml`` (MS Project), ``.xer`` (P6),
        ``.sm``, ``.mm``, ``.sch``, ``.txt`` (PSPLIB, ProGen/max, MPLIB: no dates).
    lang : str
        Language of the ledger's messages, ``zh`` or ``en``.

    Raises
    ------
    ScenarioError
        Every fault found, with its place and remedy.
    InputError
        If the file cannot be read at all.

    Examples
    --------
    >>> load_scenario("district-1bn").data_date.isoformat()
    '2022-08-31'
    """
    if isinstance(what, str) and what in bundled_names():
        text = files("scenarios").joinpath("library", f"{what}.yaml").read_text(encoding="utf-8")
        return to_scenario(read_yaml(text, f"{what}.yaml"), FilePath())
    path = FilePath(what)
    reader = _READERS.get(path.suffix.lower())
    if not os.path.isfile(path):
        raise InputError(
            f"'{what}' is neither a file nor a bundled scenario. Bundled: {', '.join(bundled_names())}; "
            "`backplan scenarios` lists them."
        )
    if reader is None:
        raise InputError(
            f"{path}: files ending in '{path.suffix}' are not read. Known: {', '.join(sorted(_READERS))}."
        )
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(f"{path}: larger than {_MOST_BYTES // 1_000_000} MB. Split the portfolio.")
    return to_scenario(reader(path, lang), path.parent)


def to_scenario(source: Source, folder: FilePath) -> Scenario:
    """Validate the data of a source; calendar files are sought beside the scenario file."""
    if not isinstance(source.data, dict):
        message = "a scenario is a mapping of keys to values; begin with `schema: backplan/1`"
        raise ScenarioError([Problem((), message)], source.where)
    data = dict(source.data)
    calendars = data.get("calendars")
    if isinstance(calendars, dict):
        data["calendars"] = {
            name: _inline(name, spec, folder, source.where) for name, spec in calendars.items()
        }
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(problems_of(error), source.where) from None
    problems = list(generate(scenario))
    if not problems:
        scenario = _with_generated(scenario)
        problems = check(scenario)
    if problems:
        raise ScenarioError(problems, source.where)
    return scenario


def _with_generated(scenario: Scenario) -> Scenario:
    """The scenario with the synthetic projects that it asks for, which say that they are."""
    spec = scenario.generate
    if spec is None:
        return scenario
    note = label("note_generated", projects=spec.projects, seed=spec.seed)
    return scenario.model_copy(
        update={
            "generate": None,
            "projects": (*scenario.projects, *generated(spec, scenario)),
            "synthetic": True,
            "notes": (*scenario.notes, note),
        }
    )


def _inline(name: str, spec: Any, folder: FilePath, where: Callable[[Path], str]) -> Any:
    """A calendar file becomes part of the scenario, so that the scenario alone says what was computed."""
    if not (isinstance(spec, dict) and isinstance(spec.get("file"), str)):
        return spec
    path: Path = ("calendars", str(name), "file")
    if set(spec) != {"file"}:
        raise ScenarioError([Problem(path, "a calendar file stands alone; drop the other keys")], where)
    file = folder / spec["file"]
    if not os.path.isfile(file):
        raise ScenarioError([Problem(path, f"{file} does not exist; correct the path")], where)
    return calendar_data(read_calendar(file).calendar)


def read_yaml_file(path: FilePath) -> YamlSource:
    """A YAML file with the places of its values.

    Raises
    ------
    ScenarioError
        For text that is not UTF-8 or not YAML.
    InputError
        If the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check who may read it.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode("utf-8-sig", errors="replace")
        source = YamlSource(path.name)
        source.mark_at((), readable, len(readable))
        message = f"not UTF-8 text (byte 0x{data[error.start]:02x}); save the file as UTF-8"
        raise ScenarioError([Problem((), message)], source.where) from None
    return read_yaml(text, path.name)


def _yaml(path: FilePath, lang: str) -> Source:
    return read_yaml_file(path)


def _ledger(path: FilePath, lang: str) -> Source:
    from scenarios.ledger import ledger_source

    return ledger_source(path, "zh" if lang == "zh" else "en")


def _protrack(path: FilePath, lang: str) -> Source:
    from scenarios.formats.protrack import protrack_source

    return protrack_source(path)


def _mspdi(path: FilePath, lang: str) -> Source:
    from scenarios.formats.mspdi import mspdi_source

    return mspdi_source(path)


def _xer(path: FilePath, lang: str) -> Source:
    from scenarios.formats.xer import xer_source

    return xer_source(path)


def _unread(remedy: str) -> Callable[[FilePath, str], Source]:
    """A reader that refuses a known format with its remedy."""

    def refuse(path: FilePath, lang: str) -> Source:
        raise InputError(f"{path}: files ending in '{path.suffix}' are not read. {remedy}")

    return refuse


_TO_XML = "Open it in MS Project (or another program that reads it) and save it as XML."
_TO_XER = "Export the project from P6 as XER."


def _instance(path: FilePath, lang: str) -> Source:
    from scenarios.formats.rcpsp import instance_source

    return instance_source(path)


_READERS: dict[str, Callable[[FilePath, str], Source]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _yaml,
    ".xlsx": _ledger,
    ".csv": _ledger,
    ".p2x": _protrack,
    ".xml": _mspdi,
    ".xer": _xer,
    ".mpp": _unread(_TO_XML),
    ".mpx": _unread(_TO_XML),
    ".pmxml": _unread(_TO_XER),
    ".sm": _instance,
    ".mm": _instance,
    ".sch": _instance,
    ".txt": _instance,
}
