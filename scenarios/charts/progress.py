"""The progress chart (进度图): investment of the year, completed and expected, against 序时进度."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

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
from scenarios.charts.scurve import draw_axes, money_unit, steps
from scenarios.charts.sheet import DATA_DATE, Sheet
from scenarios.charts.timescale import PART_HEIGHT, YEAR_HEIGHT, TimeScale
from scenarios.results import Forecast
from scheduling.errors import InputError

if TYPE_CHECKING:
    from scenarios.dispatch.investment import InvestmentReport

_SIZE: Final = (842.0, 540.0)
_DONE: Final = "#1f2d3a"
_EXPECTED: Final = "#0072b2"
_BAND: Final = "#b9d9ee"
_SCHEDULE: Final = "#d55e00"
_DASHES: Final = (5.0, 2.5)
_LEGEND: Final[tuple[tuple[str, Sample], ...]] = (
    ("money_schedule", line_sample(_SCHEDULE, 1.5, _DASHES)),
    ("money_done", line_sample(_DONE, 2.2)),
    ("expected", line_sample(_EXPECTED, 2.0)),
    ("chart_band", bar_sample(_BAND, 8.0)),
    ("data_date", upright_sample(DATA_DATE, 1.1)),
)


def progress_chart(forecast: Forecast, report: InvestmentReport, *, lang: str = "zh") -> Figure:
    """Draw the year's investment month by month.

    Parameters
    ----------
    forecast : Forecast
    report : InvestmentReport
        Of the same run.
    lang : {"zh", "en"}

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        When no project has a plan of the year and months.
    """
    if not report.months[-1].schedule:
        raise InputError(
            "chart: no project gives a plan of the year and investment by month. "
            "Give `this_year` and `months`."
        )
    face = Typeface(lang)
    sheet = Sheet(*_SIZE, face)
    name = face.label(forecast.title, forecast.name)
    top = draw_title(sheet, forecast, face.say("chart_progress", title=name, year=report.year))
    top = draw_legend(sheet, top + 2.0, _LEGEND) + 50.0
    bottom = sheet.height - MARGIN - footer_height(forecast, face, sheet.width - 2 * MARGIN)
    bottom -= YEAR_HEIGHT + PART_HEIGHT + 8.0
    most = max(max(month.schedule, month.done or 0.0, month.high or 0.0) for month in report.months)
    factor, unit = money_unit(most, face)
    values = steps(factor * most)
    left = MARGIN + max(face.width(f"{value:,g}", 8.0) for value in values) + 8.0
    scale = TimeScale.over([month.end for month in report.months], left, sheet.width - MARGIN - 6.0)
    draw_axes(sheet, scale, values, unit, (top, bottom))

    months, now = report.months, (forecast.data_date - timedelta(days=1), report.whole.done)
    begin = (date(report.year - 1, 12, 31), 0.0)

    def points(amounts: Iterable[tuple[date, float | None]]) -> list[tuple[float, float]]:
        height = factor * (bottom - top) / values[-1]
        return [(scale.x_end(day), bottom - amount * height) for day, amount in amounts if amount is not None]

    low = points([now, *((month.end, month.low) for month in months)])
    high = points([now, *((month.end, month.high) for month in months)])
    sheet.area([*low, *reversed(high)], _BAND, role="band", over=2.0)
    for role, color, width, dashes, amounts in (
        ("schedule", _SCHEDULE, 1.5, _DASHES, [begin, *((month.end, month.schedule) for month in months)]),
        ("done", _DONE, 2.2, None, [begin, *((month.end, month.done) for month in months), now]),
        ("expected", _EXPECTED, 2.0, None, [now, *((month.end, month.expected) for month in months)]),
    ):
        xs, ys = zip(*points(amounts), strict=True)
        sheet.line(xs, ys, color, width, dashes=dashes, role=role, over=3.5)
    x = scale.x_end(forecast.data_date)
    sheet.line((x, x), (top, bottom), DATA_DATE, 1.1, role="data_date", over=3.2)
    draw_footer(sheet, forecast, "")
    return sheet.figure
