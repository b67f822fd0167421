"""Conflicts: irreducible sets of things that together make it impossible to keep the deadlines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduling.backward import refuse_fractions
from scheduling.build import compile_network
from scheduling.calendar import CalendarTable
from scheduling.capacity import overloads
from scheduling.elements import Element, Kind, elements_of, named, upper_bounds
from scheduling.energy import Overbooked, overbooked
from scheduling.errors import ContradictionError
from scheduling.feasibility import attempt, latest_dates, misses, short
from scheduling.latest import greatest, project_ends
from scheduling.network import Id, Network
from scheduling.parts import parts
from scheduling.passes import Dates, early_pass
from scheduling.reasons import earliest_because, latest_because

if TYPE_CHECKING:
    from scheduling.build import Graph

LIMIT = 30.0
"""Work units of the solver for one conflict."""
FEW = 150
"""Activities up to which a network is asked about as a whole at once."""
STEP = 2.0
"""Work units of one question to it at most."""


@dataclass(frozen=True)
class Conflict:
    """Things that cannot all hold.

    Attributes
    ----------
    network : Network
        The one asked about; its chosen modes are those in which it is impossible.
    elements : tuple of Element
        Resources first, then what binds the activities in the order of the early pass, deadlines last.
    proved : bool
        Whether it is proved that they cannot all hold.
    unproved : tuple of Element
        Those of which it is not proved that the rest could hold without them.

    Notes
    -----
    Every other element is proved to be needed: without it alone, dates exist that keep the rest.
    """

    network: Network
    elements: tuple[Element, ...]
    proved: bool = True
    unproved: tuple[Element, ...] = ()

    def of(self, *kinds: Kind) -> list[Element]:
        """Elements of some kinds."""
        return [element for element in self.elements if element.kind in kinds]

    @cached_property
    def activities(self) -> tuple[Id, ...]:
        """Ids of the activities in it, in the order of the elements."""
        net, found = self.network, dict[int, None]()
        for element in self.elements:
            found |= dict.fromkeys(members(element))
        return tuple(net.ids[i] for i in found)

    @cached_property
    def projects(self) -> tuple[Id, ...]:
        """Ids of the projects of these activities."""
        net = self.network
        return tuple(dict.fromkeys(net.projects[net.project[net.index[name]]] for name in self.activities))

    @property
    def excess(self) -> Any:
        """Slots by which the chain of a conflict without resources overshoots; None with resources."""
        if self.of(Kind.CAPACITY):
            return None
        return max(misses(self.network, early_pass(self.network)).get(i, 0) for i in bounded(self))


def members(element: Element) -> list[int]:
    """Positions of the activities that an element names itself."""
    if element.link is not None:
        return [element.link.pred, element.link.succ]
    if element.position < 0 or element.kind in (Kind.PROJECT_START, Kind.FACTOR, Kind.CAPACITY):
        return []
    return [element.position]


def bounded(conflict: Conflict) -> list[int]:
    """Activities whose deadline or last start is in a conflict."""
    return [element.position for element in conflict.of(Kind.DEADLINE, Kind.START_BY)]


def find_conflict(network: Network | Graph, *, limit: float = LIMIT) -> Conflict | None:
    """One irreducible set of things that make it impossible to keep all deadlines, or None.

    Deadlines count as hard, modes as chosen, maximum lags with all their extensions.

    Parameters
    ----------
    network : Network or graph
    limit : float
        Work units of the optimiser (about a second each), which is asked only where a resource is short.

    Returns
    -------
    Conflict or None
        None when a plan exists that keeps every deadline.

    Raises
    ------
    ContradictionError
        If the links contradict each other without any deadline.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("land", duration=0, release=20)
    >>> graph.add_node("design", duration=30)
    >>> graph.add_node("start", duration=0, deadline=40)
    >>> graph.add_edges_from([("land", "design"), ("design", "start")])
    >>> conflict = find_conflict(graph)
    >>> [element.kind.value for element in conflict.elements], conflict.excess
    (['release', 'link', 'duration', 'link', 'deadline'], 10)
    """
    return next(find_conflicts(network, limit=limit), None)


def find_conflicts(network: Network | Graph, *, limit: float = LIMIT) -> Iterator[Conflict]:
    """Conflicts that share no cause, one after the other, each computed when asked for.

    First chains that miss a deadline, the worst first; then what remains without the deadlines missed:
    overbooked resources, each at most once.

    Parameters
    ----------
    network, limit
        As in :func:`find_conflict`; the limit is for each conflict.
    """
    given = network if isinstance(network, Network) else compile_network(network)
    net = replace(given, modes={}, choice={})
    early = early_pass(net)
    missed = misses(net, early)
    seen: set[Element] = set()
    for i in sorted(missed, key=lambda i: (-missed[i], i)):
        found = _late(_Proof(net, limit), early, i)
        causes = {element for element in found.elements if element.kind not in _COMMON}
        if not causes & seen:
            seen |= causes
            yield replace(found, network=given)
    net = without_deadlines(net, missed)
    while True:
        over = _overbooked(net, early, limit)
        if over is None:
            return
        yield replace(over, network=given)
        net = without_resources(net, [element.position for element in over.of(Kind.CAPACITY)])


_COMMON = (Kind.DATA_DATE, Kind.PROJECT_START)


def without_deadlines(net: Network, activities: Collection[int]) -> Network:
    """The network without the deadlines and last starts of some activities."""
    return replace(
        net,
        deadlines={i: line for i, line in net.deadlines.items() if i not in activities},
        start_by={i: bound for i, bound in net.start_by.items() if i not in activities},
    )


def without_resources(net: Network, resources: Collection[int | None]) -> Network:
    """The network with some resources without limit."""
    demand = tuple(tuple(item for item in row if item[0] not in resources) for row in net.demand)
    return replace(net, demand=demand)


def _late(proof: _Proof, early: Dates, i: int) -> Conflict:
    """The conflict of an activity that misses its date: a chain from what holds it back to that date."""
    net = proof.net
    elements = [*earliest_because(net, early, i), *(element for element, _, _ in upper_bounds(net, i))]
    if not proof.impossible(elements):
        # Lags and maximum lags may push each other in a circle that no chain shows.
        part = next(part for part in parts(net) if i in part)
        alone = without_deadlines(net, {*net.deadlines, *net.start_by} - {i})
        elements = elements_of(alone, part, early.broken)
    return proof.conflict(elements)


# -- resources --------------------------------------------------------------------------------------------
def _overbooked(net: Network, early: Dates, limit: float) -> Conflict | None:
    """A conflict of a network whose early dates keep every deadline: only resources stand against them."""
    if not short(net, early):
        return None
    refuse_fractions(net)
    proof = _Proof(net, limit)
    for i, row in enumerate(net.demand):
        for k, units in row:
            resource = net.resources[k]
            if not net.started(i) and units > max(
                resource.capacity, *(most for _, most in resource.changes), 0
            ):
                return proof.conflict(
                    [
                        Element(Kind.CAPACITY, k),
                        Element(Kind.DURATION, i),
                        Element(Kind.DEMAND, i, resource=k),
                    ]
                )
    late = latest_dates(net, early)
    if not short(net, late):
        return None
    found = [over for k in range(len(net.resources)) if (over := overbooked(net, early, late, k))]
    for over in sorted(found, key=lambda over: (len(over.activities), over.end - over.begin)):
        elements = _window(net, early, late, over)
        if proof.impossible(elements):
            return proof.conflict(elements)
    return _grown(proof, early, late)


def _window(net: Network, early: Dates, late: Dates, over: Overbooked) -> list[Element]:
    """An overbooked stretch of time and why its activities cannot avoid it."""
    found = {Element(Kind.CAPACITY, over.resource, begin=over.begin, end=over.end): None}
    for i in over.activities:
        if not net.done(i):
            found |= dict.fromkeys(earliest_because(net, early, i))
            found[Element(Kind.DEMAND, i, resource=over.resource)] = None
            found |= dict.fromkeys(latest_because(net, late, i, early.broken))
    return list(found)


def _grown(proof: _Proof, early: Dates, late: Dates) -> Conflict | None:
    """A conflict among ever more parts of the network, those that contend most for resources first."""
    net = proof.net
    ranked, count, missed = parts(net), 1, {**net.deadlines, **net.start_by}
    if len(net) > FEW:
        plan = _heuristic(net, early)
        missed = missed if plan is None else misses(net, plan)
        if not missed:
            return None
        ranked = _by_contention(net, early, late, ranked)
    else:
        count = len(ranked)
    while True:
        elements = elements_of(net, {i for part in ranked[:count] for i in part}, early.broken)
        verdict = proof.impossible(elements)
        if verdict:
            return proof.conflict(_dated(proof, elements, early, late))
        if count >= len(ranked):
            break
        count *= 2
    if verdict is False:
        return None
    told = [Element(Kind.CAPACITY, k) for k in sorted({over.resource for over in overloads(net, late)})]
    dates = (item for item in elements if item.kind in (Kind.DEADLINE, Kind.START_BY))
    told += [item for item in dates if item.position in missed]
    return Conflict(net, tuple(told), proved=False, unproved=tuple(told))


def _heuristic(net: Network, early: Dates) -> Dates | None:
    """Dates of a quick plan that may be late."""
    from scheduling.generation import generate

    soft = replace(net, deadlines={i: line._replace(hard=False) for i, line in net.deadlines.items()})
    ends = project_ends(soft, early)
    return generate(soft, early, greatest(soft, early, ends), ends)


def _by_contention(net: Network, early: Dates, late: Dates, found: list[list[int]]) -> list[list[int]]:
    """Parts that know of each other by resources only, the most contended first.

    An activity contends by the greatest ratio of load to capacity between its first and last place, where
    every activity loads that time evenly.
    """
    first = min(early.resume)
    length = max(late.finish) - first + 1
    pressure = [0.0] * len(net)
    for k, resource in enumerate(net.resources):
        users = [(i, units) for i, row in enumerate(net.demand) for which, units in row
                 if which == k and not net.done(i)]  # fmt: skip
        load = np.zeros(length)
        for i, units in users:
            begin, end = early.resume[i] - first, late.finish[i] - first
            load[begin:end] += units * (early.finish[i] - early.resume[i]) / (end - begin)
        load /= [max(resource.capacity_at(first + at), 0.5) for at in range(length)]
        for i, _ in users:
            span = load[early.resume[i] - first : late.finish[i] - first]
            pressure[i] = max(pressure[i], float(span.max()))
    return sorted(found, key=lambda part: (-max(pressure[i] for i in part), part[0]))


def _dated(proof: _Proof, elements: list[Element], early: Dates, late: Dates) -> list[Element]:
    """The elements with each resource bounded by the first and last place of its users, if that is enough."""

    def dated(element: Element) -> Element:
        if element.kind is not Kind.CAPACITY:
            return element
        users = [
            item.position
            for item in elements
            if item.kind is Kind.DEMAND and item.resource == element.position
        ]
        begin = min(early.resume[i] for i in users)
        return element._replace(begin=begin, end=max(late.finish[i] for i in users))

    closer = [dated(element) for element in elements]
    return closer if proof.impossible(closer) else elements


# -- proofs -----------------------------------------------------------------------------------------------
class _Proof:
    """Asks whether sets of elements of one network can hold, within a limit of work units."""

    def __init__(self, net: Network, limit: float) -> None:
        self.net = net
        self.left = limit

    def impossible(self, elements: Iterable[Element], flat: Any = None) -> bool | None:
        """Whether the elements cannot all hold; None where that is not known within the limit."""
        if self.left <= 0:
            return None
        answer = attempt(named(self.net, elements, flat=flat), min(STEP, self.left))
        self.left -= answer.spent
        return None if answer.possible is None else not answer.possible

    def conflict(self, elements: Sequence[Element]) -> Conflict:
        """An irreducible part of elements that cannot all hold."""
        kept, unproved = irreducible(elements, self.impossible)
        for place, element in enumerate(kept):
            if element.kind is Kind.CAPACITY and element.begin is not None:
                kept[place] = self.narrowed(element, kept[:place] + kept[place + 1 :])
        return Conflict(self.net, tuple(kept + self.calendars(kept)), unproved=tuple(unproved))

    def narrowed(self, element: Element, rest: list[Element]) -> Element:
        """A capacity between the closest dates between which it and the rest still cannot hold."""

        def still(begin: int, end: int) -> bool:
            return self.impossible([element._replace(begin=begin, end=end), *rest]) is True

        begin = _last(element.begin, element.end - 1, lambda at: still(at, element.end))
        end = -_last(-element.end, -begin - 1, lambda at: still(begin, -at))
        return element._replace(begin=begin, end=end)

    def calendars(self, kept: list[Element]) -> list[Element]:
        """Calendars without whose breaks and slow days the elements could hold."""
        tables = [self.net.tables[i] for item in kept if item.kind is Kind.DURATION for i in members(item)]
        tables += [item.link.table for item in kept if item.link is not None and item.link.lag]
        slow = [table for table in dict.fromkeys(tables) if isinstance(table, CalendarTable)]
        return [Element(Kind.CALENDAR, table=table) for table in slow if self.breaks_matter(kept, table)]

    def breaks_matter(self, kept: list[Element], table: CalendarTable) -> bool:
        """Whether the elements could hold if every slot of a calendar were worked at full rate."""
        if table.rates.min() == 100:
            return False
        try:
            return self.impossible(kept, flat=table) is False
        except ContradictionError:
            # Leads and maximum lags may need the breaks.
            return False


def irreducible(
    elements: Sequence[Element], impossible: Callable[[list[Element]], bool | None]
) -> tuple[list[Element], list[Element]]:
    """A part of elements that is impossible but for any one of them, and those not proved to be needed.

    Takes away halves of halves, so that much that does not matter goes at once (Junker 2004, QuickXplain).
    """
    kept, unproved = list(elements), list[Element]()
    todo = [list(elements)]
    while todo:
        chunk = todo.pop()
        out = set(chunk)
        rest = [element for element in kept if element not in out]
        verdict = impossible(rest) if rest else False
        if verdict:
            kept = rest
        elif len(chunk) > 1:
            half = len(chunk) // 2
            todo += [chunk[half:], chunk[:half]]
        elif verdict is None:
            unproved += chunk
    return kept, unproved


def _last(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Greatest number in low..high at which something holds that holds at `low` and stops holding once."""
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
