"""Backward schedules: the latest dates that still keep the deadlines, within the resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from scheduling.build import compile_network
from scheduling.capacity import Overload, overloads
from scheduling.cpm import early_finishes, latest_finishes
from scheduling.errors import InputError, SchedulingError
from scheduling.network import Network
from scheduling.passes import Dates, early_pass, late_pass
from scheduling.plan import Plan, levels, overruns
from scheduling.status import Status
from scheduling.validator import validate

if TYPE_CHECKING:
    from scheduling.build import Graph

Solver = Literal["auto", "cpm", "cpsat"]


def backward_schedule(network: Network | Graph, *, solver: Solver = "auto") -> Plan:
    """Latest dates that keep the deadlines as far as they can be kept, within calendars and resources.

    Parameters
    ----------
    network : Network or graph
        A graph is compiled with the defaults of :func:`scheduling.build.compile_network`.
    solver : {"auto", "cpm", "cpsat"}
        "auto" takes the late pass where no resource binds (it is then the optimum), else the optimiser.

    Returns
    -------
    Plan

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("design", duration=3)
    >>> graph.add_node("permit", duration=2, deadline=9)
    >>> graph.add_edge("design", "permit")
    >>> plan = backward_schedule(graph)
    >>> plan.status.value, plan.solver, dict(plan.start)
    ('OPTIMAL', 'cpm', {'design': 4, 'permit': 7})
    """
    net = network if isinstance(network, Network) else compile_network(network)
    early = early_pass(net)
    conflict = _impossible(net, early)
    if conflict:
        return Plan(net, Status.INFEASIBLE, None, "cpm", conflict=conflict)
    late = late_pass(net, early, latest_finishes(net, early, relax=True), hold_in_progress=True)
    if late is None:
        raise SchedulingError("no late dates beside existing early ones: the passes disagree.")
    late = Dates(late.start, late.finish, late.resume, early.broken)
    over = [item for item in overloads(net, late) if not item.facts]
    if over:
        raise InputError(_overloaded(net, over[0]))
    return _proved(net, late, project_ends(net, early))


def project_ends(net: Network, early: Dates) -> list[Any]:
    """End of each project: the later of its latest unfinished deadline and its early finish (SEMANTICS 8)."""
    ends = early_finishes(net, early)
    for i, line in net.deadlines.items():
        if not net.done(i):
            ends[net.project[i]] = max(ends[net.project[i]], line.bound)
    return ends


def _impossible(net: Network, early: Dates) -> tuple[Any, ...]:
    """Activities whose hard deadline or demand nothing can meet."""
    most = [max(item.capacity, *(units for _, units in item.changes), 0) for item in net.resources]
    return tuple(
        name
        for i, name in enumerate(net.ids)
        if not net.done(i)
        and (
            (i in net.deadlines and net.deadlines[i].hard and early.finish[i] > net.deadlines[i].bound)
            or (not net.started(i) and any(units > most[k] for k, units in net.demand[i]))
        )
    )


def _proved(net: Network, dates: Dates, ends: Sequence[Any]) -> Plan:
    """The plan of the late pass: the greatest solution, hence best at every level."""
    judged = levels(net, dates, ends)
    return checked(
        Plan(
            net,
            Status.LATE if judged.lateness else Status.OPTIMAL,
            dates,
            "cpm",
            weighted_lateness=judged.lateness,
            weighted_lateness_bound=judged.lateness,
            overruns=overruns(net, dates, ends),
            objective=-judged.earliness,
            objective_bound=-judged.earliness,
            warnings=warnings(net, dates),
        )
    )


def checked(plan: Plan) -> Plan:
    """The plan itself, once the independent validator agrees.

    Raises
    ------
    SchedulingError
        Listing what the plan breaks: a fault of the planner, not of the input.
    """
    if plan.dates is None:
        return plan
    broken = [str(item) for item in validate(plan.network, plan.dates)]
    if broken:
        raise SchedulingError(
            f"the plan found by '{plan.solver}' does not hold; please report this: " + "; ".join(broken)
        )
    return plan


def warnings(net: Network, dates: Dates) -> tuple[str, ...]:
    """Facts that no plan can mend."""
    found = [
        f"maximum lag {net.ids[link.pred]} -> {net.ids[link.succ]} is already broken by actual dates"
        for link in dates.broken
    ]
    for item in overloads(net, dates):
        if item.facts:
            when = net.axis.start_date(item.begin) if net.axis else item.begin
            found.append(
                f"work in progress holds {item.held} units of '{net.resources[item.resource].id}' "
                f"from {when}, where there are {item.capacity}"
            )
    return tuple(found)


def _overloaded(net: Network, over: Overload) -> str:
    when = net.axis.start_date(over.begin) if net.axis else over.begin
    return (
        f"solver 'cpm': resource '{net.resources[over.resource].id}' is short on {when} ({over.held} units "
        f"needed, {over.capacity} there), so the late pass is no plan. Use solver='auto'."
    )
