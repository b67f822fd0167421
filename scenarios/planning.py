"""One plan of a scenario: as late as its deadlines allow, or as early as its resources allow."""

from __future__ import annotations

from typing import Any

from scenarios.assemble import Assembly
from scheduling.errors import ContradictionError
from scheduling.plan import Plan
from scheduling.search import Progress
from scheduling.status import Status


def plan_of(
    assembly: Assembly,
    *,
    earliest: bool = False,
    time_limit: float | None = None,
    workers: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> Plan:
    """The backward plan of a scenario, or its earliest one.

    Lags that contradict each other leave no plan: INFEASIBLE, with their activities as the conflict.

    Parameters
    ----------
    assembly : Assembly
    earliest : bool
        Whether everything is to be complete as early as the resources allow.
    time_limit : float, optional
        Wall-clock seconds. Without them the limit counts work, and equal seeds give equal plans.
    workers, seed : int
    progress : callable, optional
        As for :func:`scheduling.backward.backward_schedule`.

    Examples
    --------
    >>> from scenarios.assemble import assemble
    >>> from scenarios.schema import Scenario
    >>> dig = {"id": "dig", "name": "dig", "work": 3}
    >>> pour = {"id": "pour", "name": "pour", "work": 2, "predecessors": ["dig"]}
    >>> line = {"node": "pour", "date": "2026-03-31"}
    >>> yard = {"id": "yard", "name": "yard", "activities": [dig, pour], "deadlines": [line]}
    >>> data = {"schema": "backplan/1", "name": "small", "data_date": "2026-03-02", "projects": [yard]}
    >>> plan_of(assemble(Scenario.model_validate(data))).start["yard/dig"].isoformat()
    '2026-03-27'
    """
    effort: dict[str, Any] = {"workers": workers, "seed": seed, "progress": progress}
    if time_limit is not None:
        effort |= {"seconds": time_limit, "limit": None}
    try:
        if earliest:
            from scheduling.earliest import earliest_schedule

            return earliest_schedule(assembly.network, **effort)
        from scheduling.backward import backward_schedule

        return backward_schedule(assembly.network, **effort)
    except ContradictionError as error:
        tied = dict.fromkeys(id for link in error.links for id in link)
        return Plan(assembly.network, Status.INFEASIBLE, None, "cpm", conflict=tuple(tied))
