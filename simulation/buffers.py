"""Where a plan keeps time in reserve: before nodes that wait for others, and before deadlines."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.network import FINISH_MILESTONE, START_MILESTONE, Id, Network
from scheduling.passes import Dates
from scheduling.places import pushed_to


@dataclass(frozen=True, slots=True)
class Buffer:
    """Time in reserve at planning durations.

    Attributes
    ----------
    project : hashable
    before : hashable
        A node that is planned to start later than its links ask for (a feeding buffer), or that has a
        deadline behind its planned date (a project buffer).
    slots : int
        Elapsed slots: how much longer everything in front of the node may take until its planned start
        moves; of a project buffer, how much later the node itself may be done until it misses the deadline.
    deadline : bool
        Whether it is a project buffer.
    """

    project: Id
    before: Id
    slots: int
    deadline: bool = False


def buffers(network: Network, dates: Dates) -> tuple[Buffer, ...]:
    """Buffers of planned dates, by project and date.

    Parameters
    ----------
    network : Network
    dates : Dates
        Planned dates at planning durations.

    Returns
    -------
    tuple of Buffer
        Feeding buffers of unstarted activities with an unfinished predecessor, and project buffers of
        unfinished ones with a deadline; none without room. Finish milestones wait for nothing else than their
        links. What a node waits for a release, a factor or units counts too: its predecessors have that time.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from scheduling.passes import early_pass
    >>> graph = nx.DiGraph()
    >>> graph.add_node("permit", duration=20, project="school")
    >>> graph.add_node("dig", duration=10, project="school", deadline=60, release=25)
    >>> graph.add_edge("permit", "dig")
    >>> network = compile_network(graph)
    >>> for item in buffers(network, early_pass(network)):
    ...     print(item.before, item.slots, item.deadline)
    dig 5 False
    dig 25 True
    """
    found = []
    for i in range(len(network)):
        if network.done(i):
            continue
        room = dates.start[i] - _ready(network, dates, i)
        if room > 0 and not network.started(i) and network.kind[i] != FINISH_MILESTONE:
            found.append((dates.start[i], i, room, False))
        if line := network.deadlines.get(i):
            end = dates.start[i] if network.kind[i] == START_MILESTONE else dates.finish[i]
            if line.bound > end:
                found.append((end, i, line.bound - end, True))
    found.sort(key=lambda item: (network.project[item[1]], *item))
    return tuple(
        Buffer(network.projects[network.project[i]], network.ids[i], slots, deadline)
        for _, i, slots, deadline in found
    )


def _ready(network: Network, dates: Dates, i: int) -> int:
    """Least start that the links from unfinished predecessors ask for; the planned one without any."""
    pushed = (
        pushed_to(network, dates.start, dates.finish, link, network.work[i])
        for link in network.into[i]
        if not network.fact(link.pred, link.from_finish)
    )
    ready: int = max((at for at in pushed if at is not None), default=dates.start[i])
    return ready
