"""Charts as files: PNG, SVG and PDF, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from scenarios.charts.fonts import embeddable
from scenarios.reports.files import replacing
from scheduling.errors import InputError

_MOST_PIXELS: Final = 24_000
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
