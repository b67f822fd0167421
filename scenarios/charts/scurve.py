"""S-curves of a forecast: nodes finished and money spent, cumulative over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from math import ceil, floor, log10
from typing import Final, Literal, TypeAlias

from matplotlib.figure import Figure

from scenarios.charts.fonts import Typeface
from scenarios.charts.furniture import (
    MARGIN,
    Sample,
    bar_sample,
    draw_footer,
    draw_legend,
    draw_title,
    footer_height,
    line_sample,
    upright_sample,
)
from scenarios.charts.rows import last_deadline
from scenarios.charts.sheet import DATA_DATE, GRID, INK, MUTED, RULE, Sheet
from scenarios.charts.timescale import PART_HEIGHT, YEAR_HEIGHT, TimeScale
from scenarios.results import Curve, Forecast
from scheduling.errors import InputError

CurveKind: TypeAlias = Literal["completion", "investment"]
CURVES: Final[tuple[CurveKind, ...]] = ("completion", "investment")

_SIZE: Final = (842.0, 540.0)
_ENVELOPE: Final = "#eceff2"
_BAND: Final = "#b9d9ee"
_EXPECTED: Final = "#0072b2"
_PLANNED: Final = "#d55e00"
_DASHES: Final = (5.0, 2.5)
_DOTS: Final = (1.5, 2.0)
_YI: Final = 10_000.0
_LEGEND: Final[tuple[tuple[str, Sample], ...]] = (
    ("expected", line_sample(_EXPECTED, 2.0)),
    ("chart_band", bar_sample(_BAND, 8.0)),
    ("chart_curve_planned", line_sample(_PLANNED, 1.5, _DASHES)),
    ("chart_envelope", bar_sample(_ENVELOPE, 8.0, RULE)),
    ("data_date", upright_sample(DATA_DATE, 1.1)),
    ("chart_last_deadline", upright_sample(INK, 1.0, _DOTS)),
)


def s_curve(forecast: Forecast, kind: CurveKind, *, lang: str = "zh") -> Figure:
    """Draw one cumulative curve.

    Parameters
    ----------
    forecast : Forecast
    kind : {"completion", "investment"}
        Share of node finishes in percent, or money in 10,000 CNY (万元; from 1 billion on in 亿元).
    lang : {"zh", "en"}

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        When the forecast has no such curve.
    """
    return draw_s_curve(forecast, Typeface(lang), kind)


def draw_s_curve(forecast: Forecast, face: Typeface, kind: CurveKind) -> Figure:
    """Draw :func:`s_curve` with a typeface at hand, so that several charts warn once."""
    curve: Curve | None = getattr(forecast, kind)
    if curve is None or not curve.dates:
        raise InputError(f"chart: the forecast has no {kind} curve. Give the projects what it adds up.")
    sheet = Sheet(*_SIZE, face)
    name = face.label(forecast.title, forecast.name)
    top = draw_title(sheet, forecast, face.say(f"chart_{kind}", title=name))
    top = draw_legend(sheet, top + 2.0, _LEGEND)
    bottom = sheet.height - MARGIN - footer_height(forecast, face, sheet.width - 2 * MARGIN)
    factor, unit = _unit(curve, kind, face)
    _Plot(sheet, forecast, curve, factor, unit, (top, bottom)).draw()
    draw_footer(sheet, forecast, "")
    return sheet.figure


def _unit(curve: Curve, kind: CurveKind, face: Typeface) -> tuple[float, str]:
    """What to multiply by, and the name of the axis."""
    if kind == "completion":
        return 100.0, face.say("chart_share_axis")
    return money_unit(curve.total, face)


def money_unit(total: float, face: Typeface) -> tuple[float, str]:
    """What to multiply 10,000 CNY (万元) by, and the name of the axis."""
    large = total >= 10 * _YI
    unit = face.say("chart_unit_yi" if large else "chart_unit_wan")
    return 1.0 / _YI if large else 1.0, face.say("chart_money_axis", unit=unit)


def steps(greatest: float) -> tuple[float, ...]:
    """Round values from 0 to at least the greatest, four to eight of them.

    >>> steps(100.0), steps(0.7)
    ((0.0, 20.0, 40.0, 60.0, 80.0, 100.0), (0.0, 0.2, 0.4, 0.6, 0.8))
    """
    if greatest <= 0:
        return (0.0, 1.0)
    power = 10.0 ** floor(log10(greatest))
    step = next(size * power for size in (0.2, 0.25, 0.5, 1.0, 2.0) if greatest / (size * power) <= 6.0)
    return tuple(round(step * i, 10) for i in range(ceil(greatest / step - 1e-9) + 1))


def draw_axes(
    sheet: Sheet, scale: TimeScale, values: Sequence[float], unit: str, between: tuple[float, float]
) -> None:
    """Draw the grid between two heights, with round values at its left and months below."""
    top, bottom = between
    sheet.text(MARGIN, top - 34.0, unit, 8.5, color=MUTED, bold=True, role="axis")
    for value in values:
        y = bottom - value / values[-1] * (bottom - top)
        sheet.line((scale.left, scale.right), (y, y), GRID if value else INK, 0.9 if value == 0 else 0.5)
        sheet.text(scale.left - 6.0, y, f"{value:,g}", 8.0, color=MUTED, align="right", role="axis")
    scale.draw_grid(sheet, top, bottom)
    scale.draw_header(sheet, bottom + 4.0)


class _Plot:
    """The curves between two heights of a sheet."""

    def __init__(
        self,
        sheet: Sheet,
        forecast: Forecast,
        curve: Curve,
        factor: float,
        unit: str,
        between: tuple[float, float],
    ) -> None:
        self.sheet, self.curve, self.unit = sheet, curve, unit
        self.data_date = forecast.data_date
        deadlines = (last_deadline(project) for project in forecast.projects)
        self.deadline = max((node.deadline for node in deadlines if node and node.deadline), default=None)
        series = (curve.earliest, curve.planned, curve.latest, curve.expected, curve.low, curve.high)
        self.values = steps(factor * max(curve.total, *(value for values in series for value in values)))
        self.factor = factor
        self.top = between[0] + 50.0
        self.bottom = between[1] - YEAR_HEIGHT - PART_HEIGHT - 8.0
        labels = max(sheet.face.width(f"{value:,g}", 8.0) for value in self.values)
        days = [*curve.dates, self.data_date, *([self.deadline] if self.deadline else [])]
        self.scale = TimeScale.over(days, MARGIN + labels + 8.0, sheet.width - MARGIN - 6.0)

    def y(self, value: float) -> float:
        return self.bottom - value / self.values[-1] * (self.bottom - self.top)

    def points(self, values: Sequence[float]) -> Iterator[tuple[float, float]]:
        for day, value in zip(self.curve.dates, values, strict=True):
            yield self.scale.x_end(day), self.y(value * self.factor)

    def draw(self) -> None:
        draw_axes(self.sheet, self.scale, self.values, self.unit, (self.top, self.bottom))
        curve = self.curve
        self._fill(curve.latest, curve.earliest, _ENVELOPE, RULE, "envelope", 0.3)
        self._fill(curve.low, curve.high, _BAND, None, "band", 2.0)
        if curve.planned:
            xs, ys = zip(*self.points(curve.planned), strict=True)
            self.sheet.line(xs, ys, _PLANNED, 1.5, dashes=_DASHES, role="planned", over=3.6)
        xs, ys = zip(*self.points(curve.expected), strict=True)
        self.sheet.line(xs, ys, _EXPECTED, 2.0, role="expected", over=3.5)
        self._draw_dates()

    def _fill(
        self,
        low: Sequence[float],
        high: Sequence[float],
        color: str,
        edge: str | None,
        role: str,
        over: float,
    ) -> None:
        corners = [*self.points(low), *reversed(list(self.points(high)))]
        self.sheet.area(corners, color, edge=edge, role=role, over=over)

    def _draw_dates(self) -> None:
        """Draw data date and last deadline, their names above the plot, one below the other if too near."""
        face = self.sheet.face
        marks: list[tuple[date, str, str, tuple[float, float] | None]] = [
            (self.data_date, "data_date", DATA_DATE, None)
        ]
        if self.deadline:
            marks.append((self.deadline, "chart_last_deadline", INK, _DOTS))
        placed: list[tuple[float, float, float]] = []
        for day, key, color, dashes in marks:
            x = self.scale.x_end(day)
            self.sheet.line((x, x), (self.top, self.bottom), color, 1.1, dashes=dashes, role=key, over=3.2)
            name = f"{face.say(key)} {day.isoformat()}"
            half = face.width(name, 7.5, True) / 2.0
            middle = min(max(x, self.scale.left + half), self.scale.right - half)
            clear = all(abs(middle - other) > half + width + 4.0 for other, width, _ in placed)
            level = self.top - 7.0 - (0.0 if clear else 11.0)
            placed.append((middle, half, level))
            self.sheet.text(middle, level, name, 7.5, color=color, align="center", bold=True, role="date")
