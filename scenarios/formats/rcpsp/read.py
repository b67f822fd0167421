"""From a file to an :class:`~scenarios.formats.rcpsp.records.Instance`, by the ending of its name."""

from __future__ import annotations

from pathlib import Path

from scenarios.formats.rcpsp.lines import Lines, read_lines
from scenarios.formats.rcpsp.mplib import parse_mplib
from scenarios.formats.rcpsp.progen_max import parse_progen_max
from scenarios.formats.rcpsp.psplib import parse_psplib
from scenarios.formats.rcpsp.records import Instance

_PARSERS = {".sm": parse_psplib, ".mm": parse_psplib, ".sch": parse_progen_max, ".txt": parse_mplib}


def read_instance(path: str | Path) -> Instance:
    """Read a scheduling problem.

    Parameters
    ----------
    path : str or Path
        ``.sm`` or ``.mm`` (PSPLIB, one or several modes), ``.sch`` (ProGen/max: minimum and maximum lags), or
        ``.txt`` (MPLIB: several projects that share resources).

    Returns
    -------
    Instance

    Raises
    ------
    ScenarioError
        If the file is none of these; the message names file and line, what is wrong and the remedy.
    """
    path = Path(path)
    parser = _PARSERS.get(path.suffix.lower())
    if parser is None:
        Lines(path.name, "").refuse(f"no scheduling problem; the name ends in one of {', '.join(_PARSERS)}")
    lines = read_lines(path)
    instance = parser(path.stem, lines)
    if not instance.projects or {item.number for item in instance.projects} != {
        item.project for item in instance.activities
    }:
        lines.refuse("a project has no job; give it at least one")
    return instance
