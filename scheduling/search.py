"""What a search is given, what it tells on the way, and what it hands back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from scheduling.passes import Dates


class Step(NamedTuple):
    """A better plan or a better bound.

    Attributes
    ----------
    level : str
        "weighted lateness" (or "missed deadlines"), "overrun", "work in progress", "cost" or "starts".
    incumbent : number or None
        Value of the best plan so far at this level.
    bound : number or None
        What no plan can better there, as far as it is known.
    seconds : float
        Since the search began.
    """

    level: str
    incumbent: Any
    bound: Any
    seconds: float


Progress: TypeAlias = Callable[[Step], None]
"""Called at every better plan and bound. What it raises ends the search and reaches the caller."""


def first_level(*, missed: bool) -> str:
    """Name of the first level."""
    return "missed deadlines" if missed else "weighted lateness"


@dataclass(slots=True)
class Effort:
    """Limits of a search, and what is left of them.

    Attributes
    ----------
    limit : float or None
        Work units, about a second each but counted deterministically; None for no such limit.
    seconds : float or None
        Wall-clock seconds; a plan found under such a limit may differ from run to run.
    seed : int
    workers : int
        Threads, or search strategies of the optimiser. Answers depend on their number, not on the cores.
    progress : callable or None
    """

    limit: float | None
    seconds: float | None = None
    seed: int = 0
    workers: int = 1
    progress: Progress | None = None
    used: float = 0.0
    """Work units."""
    begun: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """Share of the limits that is used."""
        shares = [self.used / self.limit] if self.limit else []
        if self.seconds:
            shares.append(self.elapsed / self.seconds)
        return max(shares, default=1.0)

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self.begun

    def tell(self, level: str, incumbent: Any, bound: Any) -> None:
        """Tell the progress function, if there is one."""
        if self.progress:
            self.progress(Step(level, incumbent, bound, self.elapsed))


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
    source : str
        What found or proved them, as in :class:`scheduling.plan.Plan`.
    """

    dates: Dates | None
    lateness_bound: Any
    objective_bound: Any
    proved: bool
    source: str
