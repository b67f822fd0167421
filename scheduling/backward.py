"""Backward schedules: the latest dates that still keep the deadlines, within the resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from scheduling.build import compile_network
from scheduling.capacity import Overload, overloads
from scheduling.cautions import cautions
from scheduling.cpm import judge
from scheduling.errors import ContradictionError, InputError, SchedulingError
from scheduling.latest import greatest as greatest
from scheduling.latest import project_ends as project_ends
from scheduling.modes import least_cost, only_planning_modes
from scheduling.network import Network
from scheduling.passes import Dates, early_pass
from scheduling.plan import Levels, Plan, levels, missed_deadlines, overruns
from scheduling.search import Effort, Outcome, Progress
from scheduling.status import Status
from scheduling.validator import measure, validate

if TYPE_CHECKING:
    from scheduling.build import Graph

Solver = Literal["auto", "cpm", "cpsat"]
Lateness = Literal["weighted", "missed"]

LIMIT = 10.0
WORKERS = 1


def backward_schedule(
    network: Network | Graph,
    *,
    solver: Solver = "auto",
    lateness: Lateness = "weighted",
    seed: int = 0,
    limit: float | None = LIMIT,
    seconds: float | None = None,
    workers: int = WORKERS,
    progress: Progress | None = None,
) -> Plan:
    """Latest dates that keep the deadlines as far as they can be kept, within calendars and resources.

    Lexicographic: least weighted lateness of soft deadlines (hard ones hold), least overrun of project ends,
    work in progress at its least place, least cost of modes and extensions, then the greatest sum of starts
    of unstarted activities with work.
    Milestones then take their greatest dates.

    Parameters
    ----------
    network : Network or graph
        A graph is compiled with the defaults of :func:`scheduling.build.compile_network`.
    solver : {"auto", "cpm", "cpsat"}
        "auto" takes the late pass where no resource binds (it is then the optimum), else the optimiser;
        "cpsat" always asks the optimiser.
    lateness : {"weighted", "missed"}
        Whether the first level is the weighted lateness of deadlines or the weights of those missed.
    seed : int
        Of the search.
    limit : float, optional
        Work units, about a second each but counted deterministically. None: only `seconds` limit the search.
    seconds : float, optional
        Wall-clock limit beside it; the plan may then differ from run to run.
    workers : int
        Threads, and search strategies of the optimiser. The plan depends on their number, not on the cores
        (strategies take turns unless `seconds` are given).
    progress : callable, optional
        Called with a :class:`scheduling.search.Step` at every better plan and bound. What it raises ends the
        search and reaches the caller.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If ``solver="cpm"`` but a resource binds, if there is no limit at all, or if the optimiser is given
        fractions of slots.

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
    if solver not in get_args(Solver):
        raise InputError(f"solver {solver!r} is not known. Choose one of {', '.join(get_args(Solver))}.")
    if lateness not in get_args(Lateness):
        raise InputError(
            f"lateness {lateness!r} is not known. Choose one of {', '.join(get_args(Lateness))}."
        )
    if not limit and not seconds:
        raise InputError("the search has no limit. Give a limit in work units or in seconds above 0.")
    missed = lateness == "missed"
    effort = Effort(limit, seconds, seed, workers, progress)
    net = network if isinstance(network, Network) else compile_network(network)
    least = early_pass(net, any_mode=True)
    early = planned_early(net, least)
    conflict = impossible(net, least)
    if conflict:
        return Plan(net, Status.INFEASIBLE, None, "cpm", conflict=conflict)
    ends = project_ends(net, early or least)
    if early is not None and judge(net, early) is not Status.INFEASIBLE:
        late = greatest(net, early, ends, missed=missed)
        judged = levels(net, late, ends, missed=missed)
        over = next((item for item in overloads(net, late) if not item.facts), None)
        if solver == "cpm" and over:
            raise InputError(_overloaded(net, over))
        if solver == "cpm" or (solver == "auto" and not over and _modes_settled(net, judged)):
            outcome = Outcome(late, judged.lateness, -judged.earliness, True, "cpm")
            return _plan(net, ends, outcome, missed=missed)
    return _searched(net, early, least, ends, effort, missed=missed)


def planned_early(net: Network, least: Dates) -> Dates | None:
    """Early dates in planning modes; None where maximum lags demand other modes."""
    if not net.modes:
        return least
    try:
        return early_pass(net)
    except ContradictionError:
        return None


def _modes_settled(net: Network, judged: Levels) -> bool:
    """Whether no other choice of modes and extensions can be better than late dates in planning modes."""
    on_time = not net.modes or not (judged.lateness or judged.overrun)
    return on_time and only_planning_modes(net) and judged.cost == least_cost(net)


def _searched(
    net: Network, early: Dates | None, least: Dates, ends: Sequence[Any], effort: Effort, *, missed: bool
) -> Plan:
    """The best of schedule generation in planning modes and the search from there.

    `early` are the early dates in planning modes, `least` the least ones in any modes.
    """
    from scheduling.cpsat.solve import solve
    from scheduling.generation import generate
    from scheduling.latest import greatest

    refuse_fractions(net)
    generated = None
    if early is not None and judge(net, early) is not Status.INFEASIBLE:
        late = greatest(net, early, ends, missed=missed)
        generated = generate(net, early, late, ends, missed=missed)
    if generated is not None:
        judged = levels(net, generated, ends, missed=missed)
        late_name = "missed deadlines" if missed else "weighted lateness"
        effort.tell(
            *((late_name, judged.lateness) if judged.lateness else ("starts", -judged.earliness)), None
        )
    late = greatest(net, least, ends, any_mode=True, missed=missed)
    outcome = solve(net, least, late, ends, generated, effort, missed=missed)
    return _plan(net, ends, outcome, missed=missed)


def refuse_fractions(net: Network) -> None:
    for i, name in enumerate(net.ids):
        line = net.deadlines.get(i)
        values = (net.work[i], net.starts[net.project[i]], net.release[i], line.bound if line else None)
        if any(isinstance(value, float) for value in values):
            raise InputError(
                f"activity '{name}': work, start, release or deadline is not a whole number of slots, which "
                "the optimiser needs. Choose a finer slot, so that all of them are whole."
            )
    for link in net.links:
        if isinstance(link.lag, float):
            raise InputError(
                f"link {net.ids[link.pred]} -> {net.ids[link.succ]}: lag {link.lag} is not a whole number of "
                "slots, which the optimiser needs. Choose a finer slot."
            )


def impossible(net: Network, early: Dates) -> tuple[Any, ...]:
    """Activities whose hard deadline, last start or demand nothing can meet."""
    most = [max(item.capacity, *(units for _, units in item.changes), 0) for item in net.resources]

    def hopeless(i: int) -> bool:
        line = net.deadlines.get(i)
        if line and line.hard and early.finish[i] > line.bound + net.tolerance:
            return True
        if net.started(i):
            return False
        late = i in net.start_by and early.start[i] > net.start_by[i] + net.tolerance
        rows = [mode.demand for mode in net.modes[i]] if i in net.modes else [net.demand[i]]
        return late or all(any(units > most[k] for k, units in row) for row in rows)

    return tuple(name for i, name in enumerate(net.ids) if not net.done(i) and hopeless(i))


def _plan(net: Network, ends: Sequence[Any], outcome: Outcome, *, missed: bool) -> Plan:
    """What an outcome is worth, after the independent check."""
    dates, solver = outcome.dates, outcome.source
    if dates is None:
        if outcome.proved:
            return Plan(net, Status.INFEASIBLE, None, solver, conflict=())
        return Plan(net, Status.UNKNOWN, None, solver)
    net = net.with_modes(dates.modes)
    judged = levels(net, dates, ends)
    status = Status.LATE if judged.lateness > net.tolerance else Status.OPTIMAL
    if status is Status.OPTIMAL and not outcome.proved:
        status = Status.FEASIBLE
    return checked(
        Plan(
            net,
            status,
            dates,
            solver,
            weighted_lateness=judged.lateness,
            weighted_lateness_bound=None if missed else outcome.lateness_bound,
            missed=missed_deadlines(net, dates),
            missed_bound=outcome.lateness_bound if missed else None,
            overruns=overruns(net, dates, ends),
            cost=judged.cost,
            objective=-judged.earliness,
            objective_bound=outcome.objective_bound,
            cautions=cautions(net, dates),
        )
    )


def checked(plan: Plan, objective: Any = None) -> Plan:
    """The plan itself, once the independent validator agrees.

    `objective` is what another goal than late starts should come to.

    Raises
    ------
    SchedulingError
        Listing what the plan breaks: a fault of the planner, not of the input.
    """
    if plan.dates is None:
        return plan
    broken = [str(item) for item in validate(plan.network, plan.dates)]
    seen = measure(plan.network, plan.dates)
    tolerance = plan.network.tolerance * (1 + len(plan.network))
    for name, value, told in (
        ("weighted lateness", seen.weighted_lateness, plan.weighted_lateness),
        ("missed", seen.missed, plan.missed),
        ("cost", seen.cost, plan.cost),
        ("objective", seen.objective if objective is None else objective, plan.objective),
    ):
        if abs(value - told) > tolerance:
            broken.append(f"{name} is {value}, not {told}")
    if broken:
        raise SchedulingError(
            f"the plan found by '{plan.solver}' does not hold; please report this: " + "; ".join(broken)
        )
    return plan


def _overloaded(net: Network, over: Overload) -> str:
    when = net.axis.start_date(over.begin) if net.axis else over.begin
    return (
        f"solver 'cpm': resource '{net.resources[over.resource].id}' is short on {when} ({over.held} units "
        f"needed, {over.capacity} there), so the late pass is no plan. Use solver='auto'."
    )
