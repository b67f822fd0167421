"""How much site work lies in the golden season (二三季度黄金期), by plan, earliest and latest dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from scenarios.forecast import Run
from scenarios.results import Span

GOLDEN = (4, 5, 6, 7, 8, 9)
"""April to September: the second and third quarter."""


@dataclass(frozen=True, slots=True)
class SeasonShare:
    """Days of unfinished site work that fall into the season, as a share of all.

    Attributes
    ----------
    planned, earliest, latest : float or None
        By the planned, earliest and latest dates; None without any such day.
    """

    planned: float | None
    earliest: float | None
    latest: float | None


def season_share(run: Run, months: Iterable[int] = GOLDEN) -> SeasonShare:
    """Share of the days of site work that lie in some months.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 20}))
    >>> season_share(run, range(1, 13)).planned
    1.0
    """
    nodes = [
        node
        for project in run.forecast.projects
        for node in project.nodes
        if node.kind == "construction" and node.state != "done"
    ]
    wanted = frozenset(months)
    today = run.forecast.data_date
    return SeasonShare(
        planned=_share([node.planned for node in nodes if node.planned], wanted, today),
        earliest=_share([node.earliest for node in nodes], wanted, today),
        latest=_share([node.latest for node in nodes if node.latest], wanted, today),
    )


def _share(spans: Iterable[Span], months: frozenset[int], today: date) -> float | None:
    days = [
        span.start + timedelta(days=k)
        for span in spans
        for k in range((span.finish - span.start).days + 1)
        if span.start + timedelta(days=k) >= today
    ]
    return sum(day.month in months for day in days) / len(days) if days else None
