"""Every chart of a forecast, in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scenarios.charts.files import save
from scenarios.charts.fonts import Typeface
from scenarios.charts.gantt import draw_gantt
from scenarios.charts.scurve import CURVES, draw_s_curve
from scenarios.results import Forecast

_MOST_NODES: Final = 600


def save_all(forecast: Forecast, out: Path, lang: str) -> list[Path]:
    """Draw every chart of a forecast into a folder.

    ``gantt.png``, ``gantt.svg`` and ``gantt.pdf`` (portfolio, then key nodes; in the PDF every node, on A3
    pages, when there are no more than 600), ``completion.png`` and ``investment.png`` where the forecast has
    those curves.

    Returns
    -------
    list of Path
        The files written.
    """
    face = Typeface(lang)
    count = sum(len(project.nodes) for project in forecast.projects)
    picture = draw_gantt(forecast, face, None, "key", "one")
    book = draw_gantt(forecast, face, None, "all" if count <= _MOST_NODES else "key", "A3")
    written = [
        save(picture, out / "gantt.png"),
        save(picture, out / "gantt.svg"),
        save(book, out / "gantt.pdf"),
    ]
    for kind in CURVES:
        curve = getattr(forecast, kind)
        if curve is not None and curve.dates:
            written.append(save(draw_s_curve(forecast, face, kind), out / f"{kind}.png"))
    return written
