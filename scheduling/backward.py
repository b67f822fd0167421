"""Backward schedules: the latest dates that still keep the deadlines, within the resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from scheduling.build import compile_network
from scheduling.capacity import Overload, overloads
from scheduling.cautions import cautions
from scheduling.cpm import early_finishes, judge
from scheduling.errors import ContradictionError, InputError, SchedulingError
from scheduling.generation import generate
from scheduling.modes import least_cost, only_planning_modes
from scheduling.network import Network
from scheduling.passes import Dates, early_pass, late_pass
from scheduling.plan import Levels, Plan, levels, overruns
from scheduling.search import Effort, Outcome, Progress
from scheduling.status import Status
from scheduling.validator import measure, validate

if TYPE_CHECKING:
    from scheduling.build import Graph

Solver = Literal["auto", "cpm", "cpsat"]

LIMIT = 10.0
WORKERS = 1


def backward_schedule(
    network: Network | Graph,
    *,
    solver: Solver = "auto",
    seed: int = 0,
    limit: float = LIMIT,
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
    seed : int
        Of the optimiser.
    limit : float
        Work units of the optimiser, about a second each but counted deterministically.
    seconds : float, optional
        Wall-clock limit beside it; the plan may then differ from run to run.
    workers : int
        Search strategies of the optimiser. They take turns deterministically, whatever the cores.
    progress : callable, optional
        Called with (level, value, bound) at every better plan.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If ``solver="cpm"`` but a resource binds, or if the optimiser is given fractions of slots.

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
    net = network if isinstance(network, Network) else compile_network(network)
    least = early_pass(net, any_mode=True)
    early = planned_early(net, least)
    conflict = impossible(net, least)
    if conflict:
        return Plan(net, Status.INFEASIBLE, None, "cpm", conflict=conflict)
    ends = project_ends(net, early or least)
    if early is not None and judge(net, early) is not Status.INFEASIBLE:
        late = greatest(net, early, ends)
        judged = levels(net, late, ends)
        over = next((item for item in overloads(net, late) if not item.facts), None)
        if solver == "cpm" and over:
            raise InputError(_overloaded(net, over))
        if solver == "cpm" or (solver == "auto" and not over and _modes_settled(net, judged)):
            return _plan(net, ends, Outcome(late, judged.lateness, -judged.earliness, proved=True), "cpm")
    return _searched(net, early, least, ends, Effort(limit, seconds, seed, workers, progress))


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


def greatest(net: Network, early: Dates, ends: Sequence[Any], *, any_mode: bool = False) -> Dates:
    """Greatest dates once missed soft deadlines give way, work in progress held at its least place."""
    latest = [ends[k] for k in net.project]
    for i, line in net.deadlines.items():
        if not net.done(i):
            latest[i] = min(latest[i], max(line.bound, early.finish[i]))
    late = late_pass(net, early, latest, hold_in_progress=True, any_mode=any_mode)
    if late is None:
        raise SchedulingError("no late dates beside existing early ones; please report this.")
    return Dates(late.start, late.finish, late.resume, early.broken)


def _searched(net: Network, early: Dates | None, least: Dates, ends: Sequence[Any], effort: Effort) -> Plan:
    """The best of schedule generation in planning modes and the optimiser.

    `early` are the early dates in planning modes, `least` the least ones in any modes.
    """
    from scheduling.cpsat.solve import solve

    refuse_fractions(net)
    generated = None
    if early is not None and judge(net, early) is not Status.INFEASIBLE:
        generated = generate(net, early, greatest(net, early, ends), ends)
    outcome = solve(net, least, greatest(net, least, ends, any_mode=True), ends, generated, effort)
    unaided = outcome.dates is not None and outcome.dates is generated and not outcome.proved
    return _plan(net, ends, outcome, "generation" if unaided else "cpsat")


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


def project_ends(net: Network, early: Dates) -> list[Any]:
    """End of each project: the later of its latest unfinished deadline and its early finish (SEMANTICS 8)."""
    ends = early_finishes(net, early)
    for i, line in net.deadlines.items():
        if not net.done(i):
            ends[net.project[i]] = max(ends[net.project[i]], line.bound)
    return ends


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


def _plan(net: Network, ends: Sequence[Any], outcome: Outcome, solver: str) -> Plan:
    """What an outcome is worth, after the independent check."""
    dates = outcome.dates
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
            weighted_lateness_bound=outcome.lateness_bound,
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
