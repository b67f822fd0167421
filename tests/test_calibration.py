"""The level of the default delays: a bounded sample of ``benchmarks/calibration.py``."""

from __future__ import annotations

from benchmarks.calibration import portfolio, starts_met


def test_plans_at_confidence_080_meet_a_plausible_share_of_planned_starts() -> None:
    """Published bulletins report .48 to .89 of planned starts met; .45 to .95 is what the defaults aim at."""
    to_plan, as_soon_as_possible = starts_met(portfolio(30, seed=7), replications=100)
    assert 0.45 <= to_plan <= 0.95
    assert 0.45 <= as_soon_as_possible <= 0.95
