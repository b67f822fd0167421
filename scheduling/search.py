"""What a search is given, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from scheduling.passes import Dates

Progress: TypeAlias = Callable[[str, float, float], None]
"""Called with the level ("weighted lateness", "overrun", "work in progress" or "starts"), the value of the
best plan so far and its bound."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Limits of a search.

    Attributes
    ----------
    limit : float
        Work units of the solver (about a second each), counted deterministically.
    seconds : float or None
        Wall-clock seconds; a plan found under such a limit may differ from run to run.
    seed : int
    workers : int
        Search strategies that take turns; the answer does not depend on the cores there are.
    progress : callable or None
    """

    limit: float
    seconds: float | None = None
    seed: int = 0
    workers: int = 1
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Best dates of a search and what is proved about them.

    Attributes
    ----------
    dates : Dates or None
    lateness_bound, objective_bound : number or None
        As in :class:`scheduling.plan.Plan`.
    proved : bool
        Whether every level is proved; without dates, that there are none.
    """

    dates: Dates | None
    lateness_bound: Any
    objective_bound: Any
    proved: bool
