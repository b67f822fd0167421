"""What stands around the bars: title, provenance, legend, warnings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from scenarios.charts.fonts import Typeface
from scenarios.charts.sheet import (
    CRITICAL,
    CRITICAL_EDGE,
    DATA_DATE,
    DONE,
    INK,
    MUTED,
    PAPER,
    PLANNED,
    Sheet,
)
from scenarios.charts.table import draw_deadline
from scenarios.messages import catalogue
from scenarios.results import Forecast

MARGIN: Final = 30.0
_TITLE: Final = 17.0
_SUBTITLE: Final = 8.5
_SMALL: Final = 7.0
_LEGEND_STEP: Final = 13.0
_SAMPLE: Final = 18.0
_ABOVE_FOOTER: Final = 12.0

Sample: TypeAlias = Callable[[Sheet, float, float], None]


def subtitle(forecast: Forecast, face: Typeface) -> tuple[str, ...]:
    """Data date, start rule, replications and confidence."""
    run = forecast.provenance
    key = "chart_inferred" if forecast.data_date_inferred else "chart_dated"
    return (
        face.say(key, date=forecast.data_date.isoformat()),
        face.say(f"chart_rule_{run.start_rule}"),
        face.say("chart_replications", count=f"{run.replications:,}"),
        f"{face.say('confidence')} {run.confidence * 100:g}%",
    )


def summary(forecast: Forecast, face: Typeface) -> tuple[str, ...]:
    """Projects by light, and how many are expected on time."""
    parts = [face.say("chart_projects", count=len(forecast.projects))]
    for light in ("green", "amber", "red"):
        count = sum(project.light == light for project in forecast.projects)
        parts.append(f"{face.say(light)} {count}")
    if len(forecast.number_on_time) > 1:
        expected = sum(number * share for number, share in enumerate(forecast.number_on_time))
        parts.append(face.say("chart_expected_on_time", count=f"{expected:.1f}"))
    return tuple(parts)


def quotas(forecast: Forecast, face: Typeface) -> tuple[str, ...]:
    """Target numbers, and how likely they are met."""
    parts = []
    for quota in forecast.quotas:
        key = f"sector_{quota.sector}" if quota.sector else "all_sectors"
        sector = face.say(key) if key in catalogue() else face.clean(quota.sector or "")
        text = face.say(
            "chart_quota",
            sector=sector,
            event=face.say(f"event_{quota.event}"),
            by=quota.by.isoformat(),
            target=quota.target,
            expected=f"{quota.expected:.1f}",
            met=quota.met.percent(),
        )
        parts.append(text)
    return tuple(parts)


def notes(forecast: Forecast, face: Typeface) -> tuple[str, ...]:
    """What a reader must know before believing the picture."""
    found = []
    if forecast.synthetic:
        found.append(face.say("warn_synthetic"))
    if forecast.provenance.uncalibrated:
        found.append(face.say("warn_uncalibrated"))
    found.extend(face.label(warning, "") for warning in forecast.warnings)
    return tuple(dict.fromkeys(found))


def provenance(forecast: Forecast, face: Typeface) -> str:
    """Version, seed and input behind the picture."""
    run = forecast.provenance
    parts = (
        f"backplan {run.versions.get('backplan', '')}",
        f"{face.say('chart_seed')} {run.seed}",
        f"{face.say('chart_input')} {run.input_hash[:12]}",
    )
    return face.clean("  ·  ".join(parts))


def draw_title(sheet: Sheet, forecast: Forecast, title: str) -> float:
    """Write title, subtitle and summary at the top; return where they end."""
    width = sheet.width - 2 * MARGIN
    face = sheet.face
    y = MARGIN + _TITLE / 2
    for line in face.wrap(title, width, _TITLE, 2, True):
        sheet.text(MARGIN, y, line, _TITLE, bold=True, role="heading")
        y += _TITLE * 1.35
    for parts in (subtitle(forecast, face), summary(forecast, face), quotas(forecast, face)):
        for line in _flow(parts, width, face):
            sheet.text(MARGIN, y, line, _SUBTITLE, color=MUTED, role="heading")
            y += _SUBTITLE * 1.55
    return y


def _flow(parts: Sequence[str], width: float, face: Typeface) -> list[str]:
    """Parts side by side, in as many lines as they need; no part is broken but one longer than a line."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}  ·  {part}" if lines else part
        if lines and face.width(longer, _SUBTITLE) <= width:
            lines[-1] = longer
        else:
            lines.extend(face.wrap(part, width, _SUBTITLE))
    return lines


def bar_sample(color: str, height: float, edge: str | None = None) -> Sample:
    """Return what draws a short bar in a legend."""
    return lambda sheet, x, y: sheet.box(x, y - height / 2, _SAMPLE - 4, height, color, edge=edge)


def line_sample(color: str, width: float, dashes: tuple[float, float] | None = None) -> Sample:
    """Return what draws a short line in a legend."""
    return lambda sheet, x, y: sheet.line((x, x + _SAMPLE - 4), (y, y), color, width, dashes=dashes)


def upright_sample(color: str, width: float, dashes: tuple[float, float] | None = None) -> Sample:
    """Return what draws a short upright line in a legend."""
    return lambda sheet, x, y: sheet.line((x + 8.0,) * 2, (y - 5.0, y + 5.0), color, width, dashes=dashes)


def _light_sample(light: str) -> Sample:
    return lambda sheet, x, y: sheet.light(x + 9.0, y, light)


def _tail_sample(sheet: Sheet, x: float, y: float) -> None:
    sheet.line((x, x + 13.0), (y, y), DONE, 1.0)
    sheet.line((x + 13.0, x + 13.0), (y - 2.5, y + 2.5), DONE, 1.0)


BAR_LEGEND: Final[tuple[tuple[str, Sample], ...]] = (
    ("chart_bar_done", bar_sample(DONE, 4.0)),
    ("chart_bar_planned", bar_sample(PLANNED, 8.0)),
    ("chart_bar_path", bar_sample(PLANNED, 7.0, CRITICAL)),
    ("chart_bar_critical", bar_sample(CRITICAL, 8.0, CRITICAL_EDGE)),
    ("total_float", _tail_sample),
    ("chart_milestone", lambda sheet, x, y: sheet.shape("diamond", x + 7.0, y, 4.0, PLANNED)),
    ("chart_deadline_hard", lambda sheet, x, y: draw_deadline(sheet, x + 8.0, y, 5.5, True)),
    ("chart_deadline_soft", lambda sheet, x, y: draw_deadline(sheet, x + 8.0, y, 5.5, False)),
    ("p80", lambda sheet, x, y: sheet.shape("circle", x + 8.0, y, 2.1, PAPER, edge=INK)),
    ("data_date", upright_sample(DATA_DATE, 1.1)),
    ("green", _light_sample("green")),
    ("amber", _light_sample("amber")),
    ("red", _light_sample("red")),
)
"""Every kind of mark in a Gantt chart, by the key of its name."""


def draw_legend(sheet: Sheet, top: float, legend: Sequence[tuple[str, Sample]]) -> float:
    """Draw every mark beside its name, in as many lines as needed; return where they end."""
    x, y = MARGIN, top + _LEGEND_STEP / 2
    for key, sample in legend:
        name = sheet.face.say(key)
        width = _SAMPLE + sheet.face.width(name, 7.5)
        if x + width > sheet.width - MARGIN:
            x, y = MARGIN, y + _LEGEND_STEP
        sample(sheet, x, y)
        sheet.text(x + _SAMPLE, y, name, 7.5, role="legend")
        x += width + 14.0
    return y + _LEGEND_STEP / 2


def footer_height(forecast: Forecast, face: Typeface, width: float) -> float:
    """Height of the notes and the line below them."""
    return (len(_note_lines(forecast, face, width)) + 1) * _SMALL * 1.5 + _ABOVE_FOOTER


def _note_lines(forecast: Forecast, face: Typeface, width: float) -> tuple[str, ...]:
    text = "    ".join(f"※ {note}" for note in notes(forecast, face))
    return face.wrap(text, width, _SMALL, 3) if text else ()


def draw_footer(sheet: Sheet, forecast: Forecast, page: str) -> None:
    """Write notes, provenance and page number at the bottom."""
    width = sheet.width - 2 * MARGIN
    y = sheet.height - MARGIN - footer_height(forecast, sheet.face, width) + _ABOVE_FOOTER + _SMALL / 2
    for line in _note_lines(forecast, sheet.face, width):
        sheet.text(MARGIN, y, line, _SMALL, color=INK, role="footer")
        y += _SMALL * 1.5
    sheet.text(MARGIN, y, provenance(forecast, sheet.face), _SMALL, color=MUTED, role="footer")
    sheet.text(sheet.width - MARGIN, y, page, _SMALL, color=MUTED, align="right", role="footer")
