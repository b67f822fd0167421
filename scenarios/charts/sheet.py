"""A drawing surface in points: the same picture as PNG, SVG and PDF, every position known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import Final, Literal, TypeAlias

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from scenarios.charts.fonts import Typeface

Align: TypeAlias = Literal["left", "center", "right"]

INK: Final = "#1f2933"
MUTED: Final = "#5b6672"
GRID: Final = "#e1e6ea"
RULE: Final = "#aab4bd"
STRIPE: Final = "#f6f8fa"
HEADING: Final = "#e7edf2"
PAPER: Final = "#ffffff"
# After Okabe and Ito (2008), "Color universal design": told apart with any colour vision; in grey print by
# lightness and by height.
DONE: Final = "#69737d"
PLANNED: Final = "#86c5ea"
CRITICAL: Final = "#d55e00"
CRITICAL_EDGE: Final = "#8f3b00"
SPAN: Final = "#d3e6f3"
DATA_DATE: Final = "#0072b2"
LIGHTS: Final = {"green": "#009e73", "amber": "#e69f00", "red": "#c62828"}

A3: Final = (1190.55, 841.89)
"""Landscape A3 in points."""

_BASELINE: Final = 0.36
_TEXT: Final = 6.0
_CORNERS: Final = {
    "diamond": ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)),
    "down": ((-1.0, -1.0), (1.0, -1.0), (0.0, 0.8)),
    "up": ((-1.0, 0.8), (1.0, 0.8), (0.0, -1.0)),
    "circle": tuple((cos(turn * pi / 12), sin(turn * pi / 12)) for turn in range(24)),
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
}


class Sheet:
    """One page; the origin is its top left corner, x grows to the right and y downwards.

    Parameters
    ----------
    width, height : float
        In points.
    face : Typeface
    """

    def __init__(self, width: float, height: float, face: Typeface) -> None:
        self.width, self.height, self.face = width, height, face
        self.figure = Figure(figsize=(width / 72.0, height / 72.0), facecolor=PAPER)
        points = Affine2D().scale(1.0 / width, -1.0 / height).translate(0.0, 1.0)
        self._points = points + self.figure.transFigure

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self._points)
        self.figure.add_artist(artist)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        color: str = INK,
        align: Align = "left",
        bold: bool = False,
        role: str = "",
    ) -> None:
        """Write a line of text whose middle height is `y`; `role` names it for tests and tools."""
        if text:
            self._add(
                Text(
                    x,
                    y + _BASELINE * size,
                    text,
                    color=color,
                    horizontalalignment=align,
                    verticalalignment="baseline",
                    fontproperties=self.face.font(size, bold),
                    parse_math=False,
                    label=role,
                    zorder=_TEXT,
                )
            )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        color: str,
        *,
        edge: str | None = None,
        role: str = "",
        over: float = 1.0,
    ) -> None:
        """Fill a rectangle, from its top left corner."""
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        self.area(corners, color, edge=edge, role=role, over=over)

    def area(
        self,
        corners: Sequence[tuple[float, float]],
        color: str,
        *,
        edge: str | None = None,
        role: str = "",
        over: float = 1.0,
    ) -> None:
        """Fill a polygon."""
        style = {"facecolor": color, "edgecolor": edge or "none", "linewidth": 1.0 if edge else 0.0}
        self._add(Polygon(corners, closed=True, label=role, zorder=over, **style))

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        color: str,
        width: float = 0.5,
        *,
        dashes: tuple[float, float] | None = None,
        role: str = "",
        over: float = 1.0,
    ) -> None:
        """Draw a line through points; `width` and `dashes` (mark, gap) in points."""
        line = Line2D(xs, ys, color=color, linewidth=width, solid_capstyle="butt", label=role, zorder=over)
        if dashes:
            line.set_linestyle((0.0, tuple(length / width for length in dashes)))
        self._add(line)

    def shape(
        self,
        kind: str,
        x: float,
        y: float,
        radius: float,
        color: str,
        *,
        edge: str | None = None,
        role: str = "",
        over: float = 4.0,
    ) -> None:
        """Draw a ``diamond``, ``down``, ``up``, ``square`` or ``circle`` around a point."""
        corners = [(x + radius * dx, y + radius * dy) for dx, dy in _CORNERS[kind]]
        self.area(corners, color, edge=edge, role=role, over=over)

    def light(self, x: float, y: float, light: str, radius: float = 3.0) -> None:
        """Draw a light; its shape tells it apart in grey print."""
        kind = {"green": "circle", "amber": "up", "red": "square"}[light]
        self.shape(kind, x, y, radius, LIGHTS[light], role=f"light:{light}")
