"""The data files of the dispatch room, each read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def read(name: str) -> dict[str, Any]:
    """What stands in a file of this folder.

    Examples
    --------
    >>> read("rules")["presets"]["yinchuan"]["progress"]
    {'amber_from_points': 10, 'red_above_points': 30}
    """
    text = files("scenarios.dispatch").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data
