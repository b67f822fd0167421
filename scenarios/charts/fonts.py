"""Fonts of charts: a Chinese face where the machine has one, and text that it can show.

Nothing here changes matplotlib's settings. Where no Chinese font is found the charts speak English, and one
warning says what to install: a missing glyph never becomes a box in silence.
"""

from __future__ import annotations

import importlib
import importlib.util
import unicodedata
import warnings
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from scenarios.messages import say
from scenarios.schema import Label

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "Heiti SC",
    "DengXian",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "Songti SC",
    "STSong",
    "FangSong",
    "AR PL UMing CN",
    "AR PL SungtiL GB",
    "AR PL UKai CN",
    "Arial Unicode MS",
    # matplotlib before 3.11 sees only this face of the Noto collection: the same characters, Japanese forms.
    "Noto Sans CJK JP",
)
"""Font families with simplified Chinese, the best liked first."""

LATIN = "DejaVu Sans"
"""Comes with matplotlib."""

_EXTRA = "noto_cjk_sans_otc"
_FILE_HINTS = (
    "cjk",
    "hei",
    "song",
    "sung",
    "kai",
    "ming",
    "msyh",
    "simsun",
    "pingfang",
    "wqy",
    "notosanssc",
    "han",
)


class MissingFontWarning(UserWarning):
    """Some text of a chart cannot be shown with the fonts of this machine."""


def _installed() -> str | None:
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((family for family in FAMILIES if family in known), None)


def _add_new_files() -> None:
    """Tell matplotlib of fonts installed after it wrote its list."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        name = Path(path).name.lower().replace("-", "")
        if path not in known and any(hint in name for hint in _FILE_HINTS):
            _add(path)


def _add(path: str) -> None:
    try:
        font_manager.fontManager.addfont(path)
    except (OSError, RuntimeError) as fault:
        warnings.warn(f"{path}: not a font that matplotlib reads ({fault})", MissingFontWarning, stacklevel=2)


def _add_extra() -> None:
    """Use the font of the optional extra ``backplan[cjk]``."""
    if importlib.util.find_spec(_EXTRA) is not None:
        _add(str(importlib.import_module(_EXTRA).FONT_PATH))


@cache
def chinese_family() -> str | None:
    """The font family for Chinese: of the system, else of the extra ``cjk``; None where there is neither."""
    for add in (_add_extra, _add_new_files):
        if _installed() is None:
            add()
    return _installed()


def embeddable() -> bool:
    """Whether the fonts in use can go into a PDF as TrueType (type 42).

    Noto and Source Han hold PostScript outlines. matplotlib embeds those as if they were TrueType, which
    strict readers refuse (matplotlib issue 20870); as type 3 they show everywhere.
    """
    family = chinese_family()
    if family is None:
        return True
    font = font_manager.findfont(FontProperties(family=[family]))
    with open(font, "rb") as file:
        kind = file.read(4)
        if kind == b"ttcf":
            file.seek(12 + 4 * getattr(font, "face_index", 0))
            file.seek(int.from_bytes(file.read(4), "big"))
            kind = file.read(4)
    return kind != b"OTTO"


@cache
def _covered(family: str) -> frozenset[int]:
    path = font_manager.findfont(FontProperties(family=[family]))
    return frozenset(font_manager.get_font(path).get_charmap())


@cache
def _em_width(text: str, families: tuple[str, ...], bold: bool) -> float:
    """Width in units of the font size, from outlines: the same in every format and resolution."""
    properties = FontProperties(family=list(families), size=100, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, properties, False)
    return float(width) / 100.0


class Typeface:
    """The text of one set of charts: language, fonts, measuring, and one warning at most.

    Parameters
    ----------
    lang : str
        ``zh`` or ``en``; English is used where no Chinese font is found.

    Attributes
    ----------
    lang : str
        The language in use.
    """

    def __init__(self, lang: str) -> None:
        chinese = chinese_family()
        self._families = (chinese, LATIN) if chinese else (LATIN,)
        self._warned = False
        self.lang = lang
        if lang == "zh" and chinese is None:
            self.lang = "en"
            self._warn("")

    def _warn(self, characters: str) -> None:
        if not self._warned:
            self._warned = True
            key = "chart_no_glyph" if len(self._families) == 2 else "chart_no_font"
            warnings.warn(say(key, "en", characters=characters), MissingFontWarning, stacklevel=4)

    def font(self, size: float, bold: bool = False) -> FontProperties:
        """Font properties; `size` in points."""
        return FontProperties(family=list(self._families), size=size, weight="bold" if bold else "normal")

    def say(self, key: str, **values: object) -> str:
        """A message of the catalogue, in one line."""
        return self.clean(say(key, self.lang, **values))

    def label(self, label: Label, otherwise: str) -> str:
        """A name; `otherwise` (an id) where the fonts cannot show it in either language."""
        choices = (label.text(self.lang), label.zh, label.en, otherwise)
        shown = (text for text in choices if text and not self._missing(text))
        return self.clean(next(shown, choices[0]))

    def clean(self, text: str) -> str:
        """One line of what the fonts can show; anything else becomes ``?``, with a warning."""
        line = " ".join(text.split())
        line = "".join(char for char in line if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
        missing = self._missing(line)
        if missing:
            self._warn("".join(sorted(missing))[:20])
        return "".join("?" if char in missing else char for char in line)

    def _missing(self, text: str) -> set[str]:
        line = {
            char for char in text if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf")
        }
        return {char for char in line if not any(ord(char) in _covered(family) for family in self._families)}

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Width of a text in points."""
        return _em_width(text, self._families, bold) * size if text else 0.0

    def cut(self, text: str, width: float, size: float, bold: bool = False) -> str:
        """The text, shortened with an ellipsis to a width in points."""
        if self.width(text, size, bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(text[:middle].rstrip() + "…", size, bold) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + "…"

    def wrap(
        self, text: str, width: float, size: float, lines: int | None = None, bold: bool = False
    ) -> tuple[str, ...]:
        """The text in lines of a width in points, at most `lines`; the last ends in an ellipsis if cut."""
        wrapped: list[str] = []
        rest = text
        while rest and self.width(rest, size, bold) > width:
            if lines is not None and len(wrapped) == lines - 1:
                break
            end = self._line_end(rest, width, size, bold)
            wrapped.append(rest[:end].rstrip())
            rest = rest[end:].lstrip()
        return (*wrapped, self.cut(rest, width, size, bold)) if rest or not wrapped else tuple(wrapped)

    def _line_end(self, text: str, width: float, size: float, bold: bool) -> int:
        """Where a line breaks: between Chinese characters or at a space, never before closing punctuation."""
        most = len(self.cut(text, width, size, bold)) - 1
        most = max(most, 1)
        for end in range(most, most // 2, -1):
            if text[end] == " " or _breaks_between(text[end - 1], text[end]):
                return end
        return most


def _breaks_between(before: str, after: str) -> bool:
    if unicodedata.category(after) in ("Pe", "Pf", "Po") or unicodedata.category(before) in ("Ps", "Pi"):
        return False
    wide = ("W", "F")
    return unicodedata.east_asian_width(before) in wide or unicodedata.east_asian_width(after) in wide
