"""What an answer is worth."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How good a plan is known to be.

    OPTIMAL: proved best, deadlines met. FEASIBLE: deadlines met, a bound and a gap say how far from the
    best it may be. LATE: soft deadlines missed, by as little as is proved or bounded. INFEASIBLE: a hard
    deadline cannot hold or the input contradicts itself. UNKNOWN: the limit was hit before a plan was found.
    """

    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"
    LATE = "LATE"
    INFEASIBLE = "INFEASIBLE"
    UNKNOWN = "UNKNOWN"
