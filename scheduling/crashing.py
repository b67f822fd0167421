"""The cost-time curve of one project: what each earlier finish costs at least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scheduling.backward import LIMIT, backward_schedule
from scheduling.build import compile_network
from scheduling.capacity import overloads
from scheduling.errors import InputError
from scheduling.network import Deadline, Id, Network
from scheduling.parts import parts, restrict
from scheduling.passes import early_pass
from scheduling.status import Status

if TYPE_CHECKING:
    from scheduling.build import Graph
    from scheduling.plan import Plan


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A finish and the cheapest way to reach it.

    Attributes
    ----------
    finish : date or number
        Finish of the project.
    boundary : number
        The same as a boundary.
    cost : number
        Least cost of modes and extensions with which the project finishes then; no later finish costs as
        little unless it is a point of the curve too.
    modes : mapping of id to id
        Modes that differ from the planning ones.
    proved : bool
        Whether the cost is proved least.
    """

    finish: Any
    boundary: Any
    cost: Any
    modes: Mapping[Id, Id]
    proved: bool


def cost_time_curve(
    network: Network | Graph, project: Id | None = None, *, limit: float = LIMIT, seed: int = 0
) -> tuple[CurvePoint, ...]:
    """Every trade of cost against the finish of one project, the dearest and earliest last.

    Parameters
    ----------
    network : Network or graph
        What shares links or resources with the project is planned along with it; its soft deadlines do not
        count, hard ones hold.
    project : hashable, optional
        May be left out where there is only one.
    limit : float
        Work units of the optimiser for each point.
    seed : int

    Returns
    -------
    tuple of CurvePoint
        From the cheapest finish to the earliest one.

    Raises
    ------
    InputError
        If there is no such project.

    Notes
    -----
    Each step asks for the least cost of finishing one slot earlier (Kelley & Walker 1959, Critical-path
    planning and scheduling), so that every point is on the efficient frontier.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("dig", duration=10, modes={"two shifts": {"duration": 7, "cost": 6}})
    >>> graph.add_node("pour", duration=5, modes={"more men": {"duration": 4, "cost": 1}})
    >>> graph.add_edge("dig", "pour")
    >>> [(point.finish, point.cost) for point in cost_time_curve(graph)]
    [(15, 0), (14, 1), (12, 6), (11, 7)]
    """
    net = network if isinstance(network, Network) else compile_network(network)
    k = _position(net, project)
    part = next(part for part in parts(net, range(len(net.resources))) if k in {net.project[i] for i in part})
    whole = restrict(net, part)
    bare = replace(whole, deadlines={i: line for i, line in whole.deadlines.items() if line.hard})
    own = [i for i, place in enumerate(bare.project) if bare.projects[place] == net.projects[k]]
    found: list[CurvePoint] = []
    plan = backward_schedule(_cheapest(bare), limit=limit, seed=seed)
    while plan.dates is not None:
        point = _point(bare, plan, own)
        if found and point.cost == found[-1].cost:
            found.pop()
        found.append(point)
        plan = backward_schedule(_due(bare, own, point.boundary - 1), limit=limit, seed=seed)
    return tuple(found)


def _position(net: Network, project: Id | None) -> int:
    if project is None and len(net.projects) == 1:
        return 0
    if project not in net.projects:
        known = ", ".join(map(str, net.projects))
        raise InputError(f"there is no project '{project}'. Projects: {known}.")
    return net.projects.index(project)


def _cheapest(net: Network) -> Network:
    """The network in its cheapest modes, without another choice; of equally cheap ones the shortest."""
    cheapest = {
        i: min(range(len(ways)), key=lambda way: (ways[way].cost, ways[way].work))
        for i, ways in net.modes.items()
    }
    chosen = net.with_modes(cheapest)
    return replace(chosen, modes={i: (chosen.mode(i),) for i in net.modes}, choice={})


def _due(net: Network, own: Sequence[int], end: Any) -> Network:
    """The network whose project must not end after `end`."""
    lines = dict(net.deadlines)
    for i in own:
        if not net.done(i):
            lines[i] = Deadline(min(end, lines[i].bound) if i in lines else end, hard=True)
    return replace(net, deadlines=lines)


def _point(net: Network, plan: Plan, own: Sequence[int]) -> CurvePoint:
    """The earliest finish in the modes of a plan, as far as no resource is in the way."""
    assert plan.dates is not None
    dates, early = plan.dates, early_pass(plan.network)
    if not overloads(plan.network, early):
        dates = early
    last = max(own, key=lambda i: dates.finish[i])
    names = plan.modes
    return CurvePoint(
        finish=net.show_finish(last, dates.finish[last]),
        boundary=dates.finish[last],
        cost=plan.cost,
        modes={
            net.ids[i]: names[net.ids[i]] for i, ways in net.modes.items() if names[net.ids[i]] != ways[0].id
        },
        proved=plan.status is Status.OPTIMAL,
    )
