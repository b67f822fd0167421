"""One HTML file that opens anywhere: template, style, script and data put together."""

from __future__ import annotations

import html
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from scenarios.reports.files import replacing
from scenarios.results import Forecast
from scenarios.wallchart.data import page_data

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write_wall_chart(forecast: Forecast, path: Path, lang: str) -> Path:
    """Write the wall chart of a forecast.

    The page needs no network. Both languages are in it; `lang` is the one it opens with.

    Returns
    -------
    Path
    """
    parts = {
        "LANG": "zh-CN" if lang == "zh" else "en",
        "TITLE": html.escape(forecast.title.text(lang)),
        "STYLE": _part("wall.css"),
        "SCRIPT": _part("wall.js"),
        "DATA": embedded(page_data(forecast, lang)),
    }
    page = _part("wall.html")
    for name, text in parts.items():
        head, tail = page.split(f"@@{name}@@")
        page = head + text + tail
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return path


def embedded(data: Any) -> str:
    """Data as JSON that no text in it can leave, wherever in a page it stands.

    Examples
    --------
    >>> embedded({"name": "</script><script>alert(1)"})
    '{"name":"\\\\u003c/script\\\\u003e\\\\u003cscript\\\\u003ealert(1)"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter, escape in _ESCAPES.items():
        text = text.replace(letter, escape)
    return text


def _part(name: str) -> str:
    return files("scenarios").joinpath("wallchart", name).read_text(encoding="utf-8")
