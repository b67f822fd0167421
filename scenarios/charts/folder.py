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

    ``gantt.png``, ``gantt.svg`` and ``gantt.pdf``: the portfolio, then key nodes, in the PDF on A3 pages and
    with every node. Of more than 600 nodes they show the portfolio alone: pictures of thousands of rows take
    long and nobody reads them; the wall chart has every node. And ``completion.png`` and ``investment.png``
    where the forecast has those curves.

    Returns
    -------
    list of Path
        The files written.
    """
    face = Typeface(lang)
    large = sum(len(project.nodes) for project in forecast.projects) > _MOST_NODES
    picture = draw_gantt(forecast, face, None, "none" if large else "key", "one")
    book = draw_gantt(forecast, face, None, "none" if large else "all", "A3")
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
