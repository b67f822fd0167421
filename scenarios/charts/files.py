"""Charts as files: PNG, SVG and PDF, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from scenarios.charts.fonts import Typeface, embeddable
from scenarios.charts.gantt import draw_gantt
from scenarios.charts.scurve import CURVES, draw_s_curve
from scenarios.reports.files import replacing
from scenarios.results import Forecast
from scheduling.errors import InputError

_MOST_PIXELS: Final = 24_000
_MOST_NODES: Final = 600
_DPI: Final = 144.0
_NO_DATE: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def save(figures: Figure | Sequence[Figure], path: Path) -> Path:
    """Write figures to a file: ``.pdf`` takes any number of pages, ``.png`` and ``.svg`` one.

    Parameters
    ----------
    figures : Figure or sequence of Figure
    path : Path
        The suffix chooses the format. The file is replaced whole or not at all.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        When the suffix names no format, or several pages are to go into one picture.
    """
    pages = (figures,) if isinstance(figures, Figure) else tuple(figures)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _NO_DATE:
        raise InputError(f"chart {path.name}: no such picture format. Use .png, .svg or .pdf.")
    if kind != "pdf" and len(pages) != 1:
        raise InputError(f"chart {path.name}: {len(pages)} pages do not fit one picture. Use .pdf.")
    # Glyphs as outlines in SVG, so that it looks the same where the font is missing.
    settings: dict[Any, Any] = {
        "pdf.fonttype": 42 if embeddable() else 3,
        "svg.fonttype": "path",
        "svg.hashsalt": "backplan",
        "text.hinting": "no_hinting",
    }
    with replacing(path) as draft, rc_context(settings):
        if kind == "pdf":
            with PdfPages(draft, metadata=_NO_DATE["pdf"]) as book:
                for page in pages:
                    book.savefig(page)
        else:
            pages[0].savefig(draft, dpi=_dpi(pages[0]), metadata=_NO_DATE[kind])
    return path


def _dpi(figure: Figure) -> float:
    """Fewer dots an inch where a tall picture would not open elsewhere."""
    return min(_DPI, _MOST_PIXELS / float(max(figure.get_size_inches())))


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
