"""A drawing surface in points: the same picture as PNG, SVG and PDF, every position known beforehand."""

from __future__ import annotations

from typing import Final

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from scenarios.charts.fonts import Typeface

INK: Final = "#1f2933"
MUTED: Final = "#5b6672"
GRID: Final = "#e1e6ea"
RULE: Final = "#aab4bd"
STRIPE: Final = "#f6f8fa"
HEADING: Final = "#e7edf2"
PAPER: Final = "#ffffff"
# After Okabe and Ito (2008), "Color universal design": told apart with any colour vision; in grey print by
# lightness and by height.
DONE: Final = "#87919b"
PLANNED: Final = "#56b4e9"
CRITICAL: Final = "#d55e00"
DATA_DATE: Final = "#0072b2"
LIGHTS: Final = {"green": "#009e73", "amber": "#e69f00", "red": "#c62828"}

A3: Final = (1190.55, 841.89)
"""Landscape A3 in points."""

_BASELINE = 0.36
_CORNERS: Final = {
    "diamond": ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)),
    "down": ((-1.0, -1.0), (1.0, -1.0), (0.0, 0.8)),
    "up": ((-1.0, 0.8), (1.0, 0.8), (0.0, -1.0)),
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
        self._axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self._axes.set(xlim=(0.0, width), ylim=(height, 0.0))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        color: str = INK,
        align: str = "left",
        bold: bool = False,
        role: str = "",
        over: float = 6.0,
    ) -> None:
        """Write a line of text whose middle height is `y`; `role` names it for tests and tools."""
        if text:
            self._axes.text(
                x,
                y + _BASELINE * size,
                text,
                color=color,
                ha=align,
                va="baseline",
                fontproperties=self.face.font(size, bold),
                parse_math=False,
                label=role,
                zorder=over,
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
        self._axes.add_patch(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor=color,
                edgecolor=edge or "none",
                linewidth=0.6 if edge else 0.0,
                label=role,
                zorder=over,
            )
        )

    def line(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        color: str,
        width: float = 0.5,
        *,
        role: str = "",
        over: float = 1.0,
    ) -> None:
        """Draw a straight line between two points; `width` in points."""
        self._axes.add_line(
            Line2D(
                x,
                y,
                color=color,
                linewidth=width,
                solid_capstyle="butt",
                label=role,
                zorder=over,
            )
        )

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
        if kind == "circle":
            self._axes.add_line(
                Line2D(
                    (x,),
                    (y,),
                    marker="o",
                    linestyle="none",
                    markersize=2.0 * radius,
                    markerfacecolor=color,
                    markeredgecolor=edge or color,
                    markeredgewidth=0.8 if edge else 0.0,
                    label=role,
                    zorder=over,
                )
            )
            return
        corners = [(x + radius * dx, y + radius * dy) for dx, dy in _CORNERS[kind]]
        self._axes.add_patch(
            Polygon(
                corners,
                closed=True,
                facecolor=color,
                edgecolor=edge or "none",
                linewidth=0.8 if edge else 0.0,
                label=role,
                zorder=over,
            )
        )

    def light(self, x: float, y: float, light: str, radius: float = 3.0) -> None:
        """Draw a light; its shape tells it apart in grey print."""
        kind = {"green": "circle", "amber": "up", "red": "square"}[light]
        self.shape(kind, x, y, radius, LIGHTS[light], role=f"light:{light}")
