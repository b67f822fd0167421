"""Earliest schedules: the least makespan within calendars, resources and hard deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduling.backward import (
    LIMIT,
    WORKERS,
    checked,
    impossible,
    planned_early,
    project_ends,
    refuse_fractions,
)
from scheduling.build import compile_network
from scheduling.capacity import overloads
from scheduling.cautions import cautions
from scheduling.cpm import judge
from scheduling.errors import InputError
from scheduling.network import Network
from scheduling.passes import Dates, early_pass
from scheduling.plan import Goal, Plan, levels, missed_deadlines, overruns
from scheduling.search import Effort, Progress
from scheduling.status import Status
from scheduling.validator import measure

if TYPE_CHECKING:
    from scheduling.build import Graph


def earliest_schedule(
    network: Network | Graph,
    *,
    seed: int = 0,
    limit: float | None = LIMIT,
    seconds: float | None = None,
    workers: int = WORKERS,
    progress: Progress | None = None,
) -> Plan:
    """Dates with the least makespan, within every link, calendar, resource and hard deadline.

    The makespan counts the slots from the first project start to the last finish. Soft deadlines and prices
    of modes are not looked at. Of the plans with that makespan one is given in which no activity alone can
    start earlier, in its mode and without a further extension of a maximum lag.

    Parameters
    ----------
    network : Network or graph
        A graph is compiled with the defaults of :func:`scheduling.build.compile_network`.
    seed : int
    limit : float, optional
        Work units, about a second each but counted deterministically; not looked at beside `seconds`.
    seconds : float, optional
        Wall-clock limit; the plan may then differ from run to run.
    workers : int
        Threads where `seconds` are given, else search strategies that take turns.
    progress : callable, optional
        Called at every better plan or bound, with the level "makespan".

    Returns
    -------
    Plan
        With ``goal=Goal.EARLIEST``. OPTIMAL (proved), FEASIBLE, INFEASIBLE or UNKNOWN.

    Raises
    ------
    ContradictionError
        If minimum and maximum lags contradict each other.
    InputError
        If resources bind and a number is not a whole one.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling import Resource, compile_network
    >>> graph = nx.DiGraph()
    >>> for name, days in ("a", 3), ("b", 2), ("c", 2):
    ...     graph.add_node(name, duration=days, demand={"crane": 1})
    >>> graph.add_edge("b", "c")
    >>> plan = earliest_schedule(compile_network(graph, resources=[Resource("crane", 1)]))
    >>> plan.status.value, plan.objective, plan.gap
    ('OPTIMAL', 7, 0)
    """
    if not limit and not seconds:
        raise InputError("the search has no limit. Give a limit in work units or in seconds above 0.")
    net = network if isinstance(network, Network) else compile_network(network)
    least = early_pass(net, any_mode=True)
    conflict = impossible(net, least)
    if conflict:
        return Plan(net, Status.INFEASIBLE, None, "cpm", goal=Goal.EARLIEST, conflict=conflict)
    early, lower = planned_early(net, least), max(least.finish, default=0)
    if early is not None and max(early.finish, default=0) == lower and _holds(net, early):
        return _plan(net, early, lower, "cpm")
    refuse_fractions(net)
    from scheduling.makespan import Search

    effort = Effort(limit, seconds, seed, workers, progress)
    best = Search(net, early, least, project_ends(net, early or least), effort).run()
    return _plan(net, best.dates, best.bound, "search", closed=best.closed)


def _holds(net: Network, early: Dates) -> bool:
    """Whether no resource and no hard deadline stands against the early dates."""
    return judge(net, early) is not Status.INFEASIBLE and all(item.facts for item in overloads(net, early))


def _plan(net: Network, dates: Dates | None, bound: Any, solver: str, *, closed: bool = True) -> Plan:
    """What dates are worth, after the independent check."""
    if dates is None:
        status = Status.INFEASIBLE if closed else Status.UNKNOWN
        return Plan(net, status, None, solver, goal=Goal.EARLIEST, conflict=() if closed else None)
    net = net.with_modes(dates.modes)
    ends = project_ends(net, early_pass(net))
    origin = min(net.starts, default=0)
    judged = levels(net, dates, ends)
    makespan = measure(net, dates).makespan
    return checked(
        Plan(
            net,
            Status.OPTIMAL if closed else Status.FEASIBLE,
            dates,
            solver,
            weighted_lateness=judged.lateness,
            missed=missed_deadlines(net, dates),
            overruns=overruns(net, dates, ends),
            cost=judged.cost,
            goal=Goal.EARLIEST,
            objective=max(dates.finish, default=0) - origin,
            objective_bound=bound - origin,
            cautions=cautions(net, dates),
        ),
        objective=makespan,
    )
