"""Re-planning: what was promised stands, but for what must move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scheduling.backward import LIMIT, backward_schedule, checked, planned_early, project_ends
from scheduling.build import compile_network
from scheduling.cautions import cautions
from scheduling.errors import AxisError, ContradictionError, InputError
from scheduling.generation import forward
from scheduling.modes import least_cost
from scheduling.network import Id, Network, When
from scheduling.passes import Dates, early_pass
from scheduling.plan import Goal, Plan, levels, missed_deadlines, overruns
from scheduling.reading import moment
from scheduling.search import Effort
from scheduling.status import Status
from scheduling.validator import validate

if TYPE_CHECKING:
    from scheduling.build import Graph


def replan(
    network: Network | Graph, promised: Mapping[Id, When], *, seed: int = 0, limit: float = LIMIT
) -> Plan:
    """The plan that misses deadlines as little as any, and moves starts as little as possible from a promise.

    Lexicographic as :func:`scheduling.backward.backward_schedule`, but for the last level: the least sum of
    slots by which unstarted activities start earlier or later than promised.

    Parameters
    ----------
    network : Network or graph
        With today's status, works and dates.
    promised : mapping of id to date or number
        Promised starts. Those of started and unknown activities do not count; an activity without one lies
        where the others leave it.
    seed : int
    limit : float
        Work units of the optimiser, as there.

    Returns
    -------
    Plan
        With ``goal`` LEAST_CHANGE. OPTIMAL where no plan changes less.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("design", duration=4, deadline=30)
    >>> graph.add_node("permit", duration=2)
    >>> graph.add_node("tender", duration=5)
    >>> graph.add_edges_from([("design", "permit"), ("design", "tender")])
    >>> plan = replan(graph, {"design": 1, "permit": 4, "tender": 4})
    >>> plan.objective, dict(plan.start)
    (1, {'design': 0, 'permit': 4, 'tender': 4})
    """
    net = network if isinstance(network, Network) else compile_network(network)
    target = _targets(net, promised)
    least = early_pass(net, any_mode=True)
    ends = project_ends(net, planned_early(net, least) or least)
    floor = levels(net, least, ends)._replace(cost=least_cost(net))
    best, lateness_bound = _kept(net, target), floor.lateness
    settled = best is not None and levels(net, best, ends)[:-1] == floor[:-1]
    if not settled:
        base = backward_schedule(net, seed=seed, limit=limit / 2)
        if base.dates is None:
            return replace(base, goal=Goal.LEAST_CHANGE)
        found = [dates for dates in (base.dates, best) if dates is not None]
        best = min(found, key=lambda dates: (levels(net, dates, ends)[:-1], change(dates, target)))
        lateness_bound, settled = base.weighted_lateness_bound, base.status is Status.OPTIMAL
    assert best is not None
    from scheduling.cpsat.change import least_change

    best, bound = least_change(net, least, best, target, ends, Effort(limit / 2, seed=seed))
    plan = _plan(net, best, target, ends)
    status = plan.status
    if status is Status.FEASIBLE and settled and plan.objective == bound:
        status = Status.OPTIMAL
    return checked(
        replace(plan, status=status, weighted_lateness_bound=lateness_bound, objective_bound=bound),
        objective=sum(abs(best.start[i] - when) for i, when in target.items()),
    )


def change(dates: Dates, target: Mapping[int, Any]) -> Any:
    """Slots by which starts differ from their targets."""
    return sum(abs(dates.start[i] - when) for i, when in target.items())


def _targets(net: Network, promised: Mapping[Id, When]) -> dict[int, Any]:
    """Promised boundaries of unstarted activities, by position."""
    found = {}
    for name, when in promised.items():
        i = net.index.get(name)
        if i is not None and not net.started(i) and when is not None:
            found[i] = moment(
                when, net.axis, f"the promised start of activity '{name}'", whole=net.axis is not None
            )
    if not found and promised and not any(name in net.index for name in promised):
        raise InputError("no promised activity exists in this network. Give the baseline of this scenario.")
    return found


def _kept(net: Network, target: Mapping[int, Any]) -> Dates | None:
    """Everything at its promise, or as soon after it as links and units allow, in the order promised.

    None where that breaks a rule.
    """
    try:
        early = early_pass(net, floor=[target.get(i) for i in range(len(net))])
    except (AxisError, ContradictionError):
        return None
    dates = forward(net, early, early.start, early.start)
    return None if dates is None or validate(net, dates) else dates


def _plan(net: Network, dates: Dates, target: Mapping[int, Any], ends: Sequence[Any]) -> Plan:
    chosen = net.with_modes(dates.modes)
    judged = levels(chosen, dates, ends)
    return Plan(
        chosen,
        Status.LATE if judged.lateness > net.tolerance else Status.FEASIBLE,
        dates,
        "cpsat",
        weighted_lateness=judged.lateness,
        missed=missed_deadlines(net, dates),
        overruns=overruns(net, dates, ends),
        cost=judged.cost,
        objective=change(dates, target),
        cautions=cautions(chosen, dates),
        goal=Goal.LEAST_CHANGE,
    )
