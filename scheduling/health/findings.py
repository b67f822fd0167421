"""What a health check finds, as data; sentences and remedies belong to the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scheduling.network import Id, Network


class Severity(StrEnum):
    """ERROR: it cannot hold. WARNING: dates are likely wrong. NOTE: worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(StrEnum):
    """What can be found, in the order of a report."""

    CONTRADICTION = "contradiction"
    CALENDAR_END = "calendar_end"
    HARD_DEADLINE = "hard_deadline"
    DEMAND = "demand"
    OVERFULL = "overfull"
    NEGATIVE_FLOAT = "negative_float"
    PAST_DEADLINE = "past_deadline"
    LATE_RELEASE = "late_release"
    NO_DEADLINE = "no_deadline"
    OUT_OF_SEQUENCE = "out_of_sequence"
    FACTS_OVERLOAD = "facts_overload"
    OVERLOAD = "overload"
    ISOLATED = "isolated"
    OPEN_START = "open_start"
    OPEN_END = "open_end"
    LOOSE_START = "loose_start"
    LOOSE_FINISH = "loose_finish"
    LEAD = "lead"
    LONG_LAG = "long_lag"
    REPEATED_LINK = "repeated_link"
    REDUNDANT_LINK = "redundant_link"
    LONG_ACTIVITY = "long_activity"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes
    ----------
    code : str
        A :class:`Code`, or one of the caller's own.
    severity : Severity
    activities : tuple of ids
        Predecessor and successor for a link.
    numbers : mapping of str to value
        What a sentence needs beside the activities: dates (numbers without dated calendars), slots, units,
        ids of projects, resources, factors and calendars.
    """

    code: str
    severity: Severity
    activities: tuple[Id, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)


def named(net: Network, positions: Iterable[int]) -> tuple[Id, ...]:
    """Ids of activities, in the order of the network."""
    return tuple(net.ids[i] for i in sorted(positions))
