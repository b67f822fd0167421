"""What-ifs between two dates: an epidemic that stops work, a sprint that works through holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from scheduling.calendar import CalendarTable
from scheduling.errors import InputError
from scheduling.network import Id, Network, Resource, When


@dataclass(frozen=True, slots=True)
class Shock:
    """What happens to some activities and resources between two dates.

    Parameters
    ----------
    id : hashable
    first, last : date, datetime or int
        First and last day; as numbers the boundaries where it begins and ends.
    rate : int
        Rate of work meanwhile, 0..100 percent of what the calendar says.
    rest : int or None
        Rate 0..100 of slots in which the calendar rests; None leaves them.
    capacity : mapping of resource to int
        Units meanwhile.
    activities : tuple of ids, optional
        Whose calendars change; by default all. Lags go on as before.

    Raises
    ------
    InputError
        If it changes nothing, ends before it begins, or a rate is not within 0..100.
    """

    id: Id
    first: When
    last: When
    rate: int = 100
    rest: int | None = None
    capacity: Mapping[Any, int] = field(default_factory=dict)
    activities: tuple[Id, ...] | None = None

    def __post_init__(self) -> None:
        if not all(0 <= rate <= 100 for rate in (self.rate, self.rest or 0)):
            raise InputError(f"shock '{self.id}': rates {self.rate} and {self.rest} must be within 0..100.")
        if self.rate == 100 and self.rest is None and not self.capacity:
            raise InputError(f"shock '{self.id}' changes nothing. Give it a rate, rest or capacity.")


def with_shock(network: Network, shock: Shock) -> Network:
    """The network as it is if a shock comes.

    Parameters
    ----------
    network : Network
    shock : Shock

    Returns
    -------
    Network
        Draws keyed by activity stay the same, so that a simulation of both shows the shock alone.

    Raises
    ------
    InputError
        For an activity or resource that does not exist, a stock, or an activity without a calendar.
    AxisError
        For a date that the calendars do not cover.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from scheduling.calendar import SEVEN_DAY
    >>> from scheduling.passes import early_pass
    >>> graph = nx.DiGraph()
    >>> graph.add_node("dig", duration=10, calendar="7-day")
    >>> net = compile_network(graph, calendars={"7-day": SEVEN_DAY}, start=date(2026, 3, 2))
    >>> struck = with_shock(net, Shock("flood", date(2026, 3, 5), date(2026, 3, 8), rate=0))
    >>> early_pass(struck).finish[0] - early_pass(net).finish[0]
    4
    """
    begin, end = window(network, shock)
    names = network.ids if shock.activities is None else shock.activities
    changed: dict[int, CalendarTable] = {}
    tables = list(network.tables)
    rates = shock.rate < 100 or shock.rest is not None
    for name in names if rates else ():
        i = _known(network.index, name, shock, "activity")
        table = tables[i]
        if isinstance(table, CalendarTable):
            if id(table) not in changed:
                changed[id(table)] = _struck(table, shock, begin, end)
            tables[i] = changed[id(table)]
    if rates and names and not changed:
        raise InputError(
            f"shock '{shock.id}' changes rates, but no activity it names has a calendar. Give one."
        )
    resources = list(network.resources)
    places = {resource.id: k for k, resource in enumerate(resources)}
    for name, units in shock.capacity.items():
        k = _known(places, name, shock, "resource")
        resources[k] = _between(resources[k], shock, begin, end, units)
    return replace(network, tables=tuple(tables), resources=tuple(resources))


def window(network: Network, shock: Shock) -> tuple[int, int]:
    """Boundaries at which a shock begins and ends."""
    dates = [isinstance(when, date) for when in (shock.first, shock.last)]
    first: Any = shock.first
    last: Any = shock.last
    if any(dates):
        if network.axis is None or not all(dates):
            raise InputError(
                f"shock '{shock.id}' names {first} and {last}. Give two dates where the network has "
                "calendars, two numbers where it has none."
            )
        first, last = network.axis.slot(first), network.axis.end_of(last)
    if last <= first:
        raise InputError(
            f"shock '{shock.id}' ends ({shock.last}) before it begins ({shock.first}). Swap them."
        )
    return first, last


def _known(places: Mapping[Id, int], name: Id, shock: Shock, what: str) -> int:
    if name not in places:
        raise InputError(f"shock '{shock.id}' names {what} '{name}', which does not exist. Correct the id.")
    return places[name]


def _struck(table: CalendarTable, shock: Shock, begin: int, end: int) -> CalendarTable:
    """A calendar with other rates from `begin` to `end`."""
    rates = table.rates.copy()
    inside = rates[max(begin, 0) : max(end, 0)]
    rest = 0 if shock.rest is None else shock.rest
    inside[:] = np.where(inside > 0, (inside * shock.rate + 50) // 100, rest)
    return CalendarTable(f"{table.name} ({shock.id})", rates, table.axis)


def _between(resource: Resource, shock: Shock, begin: int, end: int, units: int) -> Resource:
    """A resource with other units from `begin` to `end`."""
    if resource.consumed:
        raise InputError(
            f"shock '{shock.id}': resource '{resource.id}' is a stock. Change its deliveries instead."
        )
    before = [item for item in resource.changes if item[0] < begin]
    after = [item for item in resource.changes if item[0] > end]
    changes = (*before, (begin, units), (end, resource.capacity_at(end)), *after)
    return replace(resource, changes=changes)
