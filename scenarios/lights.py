"""Lights (亮灯): what on-time probability is green, amber or red."""

from __future__ import annotations

from scenarios.messages import label
from scenarios.results import Light
from scenarios.schema import Label
from simulation.statistics import Probability

AMBER_FROM = 0.5
"""Least on-time probability that is amber and not red: more likely on time than late."""


def light_of(on_time: Probability, confidence: float) -> Light:
    """Green from the confidence asked for, amber from :data:`AMBER_FROM`, else red.

    Examples
    --------
    >>> [light_of(Probability(count, 1000), 0.8) for count in (800, 799, 499)]
    ['green', 'amber', 'red']
    """
    if on_time.value >= confidence:
        return "green"
    return "amber" if on_time.value >= AMBER_FROM else "red"


def light_rule(confidence: float) -> Label:
    """The rule in words, to stand below a table or beside a chart.

    Examples
    --------
    >>> light_rule(0.8).en
    'Lights: green from an on-time probability of 80%, amber from 50%, red below'
    """
    return label("light_rule", green=f"{100 * confidence:g}", amber=f"{100 * min(AMBER_FROM, confidence):g}")
