"""A plausible past: a template's steps one after another at planning durations, cut off at an age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scenarios.catalog import Template, template
from scenarios.catalog.model import WORKDAY_RATIO
from scenarios.schema.generator import StageName

SITE_RATIO = 1.15
"""Elapsed days to one site day without the worst season (expert judgement)."""
_RATIOS = {"workday": WORKDAY_RATIO, "calendar": 1.0, "site": SITE_RATIO}


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each step of a template begins and ends, in elapsed days from the first.

    Attributes
    ----------
    begin, end : mapping of str to float
    """

    template: Template
    begin: Mapping[str, float]
    end: Mapping[str, float]

    def window(self, stage: StageName) -> tuple[float, float]:
        """Ages at which a project stands in a stage."""
        end = self.end
        approved = min(end[step] for step in ("A4", "A3") if step in end)
        land, start = end["B14"], end["F0"]
        edges: dict[StageName, tuple[float, float]] = {
            "talks": (0.0, 0.0),
            "signed": (0.0, approved),
            "early": (approved, 0.5 * (approved + land)),
            "land": (0.5 * (approved + land), land),
            "ready": (land, start),
            "building": (start, end["F3"]),
            "finishing": (end["F3"], end["V3"]),
            "completed": (end["V3"], end["P1"]),
            "producing": (end["P1"], max(end.values()) + 1.0),
        }
        return edges[stage]


@cache
def timeline(name: str, options: tuple[str, ...]) -> Timeline:
    """The timeline of a template with its options.

    Examples
    --------
    >>> found = timeline("enterprise", ("ready_land",))
    >>> found.end["E2"] == found.begin["F0"], found.window("ready")[1] == found.end["F0"]
    (True, True)
    """
    found = template(name, options)
    begin: dict[str, float] = {}
    end: dict[str, float] = {}
    for step in _in_order(found):
        item = found.steps[step]
        length = item.duration * _RATIOS[item.calendar]
        earliest = 0.0
        for link in item.predecessors:
            source = end if link.type[0] == "F" else begin
            at = source[link.predecessor] + link.lag
            earliest = max(earliest, at if link.type[1] == "S" else at - length)
        begin[step], end[step] = earliest, earliest + length
    return Timeline(found, begin, end)


def _in_order(found: Template) -> list[str]:
    import networkx as nx

    return list(nx.lexicographical_topological_sort(found.graph()))
