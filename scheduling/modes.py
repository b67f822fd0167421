"""Modes as callers give them, and what a choice of modes and extensions costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scheduling.demand import demand_of
from scheduling.errors import InputError
from scheduling.network import WORK, Extension, Id, Link, Mode, Network
from scheduling.passes import Dates
from scheduling.places import maximum_place
from scheduling.reading import number

NORMAL = "normal"
CRASH_BOUND = 0.2
"""Share of the normal work that a mode may cut before a plan warns: what tenders in China may cut unpriced
(GB 50500-2013, 9.11.1)."""


def read_modes(
    ids: Sequence[Id],
    nodes: Mapping[int, Mapping[str, Any]],
    kinds: Sequence[int],
    works: Sequence[Any],
    demand: Sequence[tuple[tuple[int, int], ...]],
    position: Mapping[Id, int],
    *,
    whole: bool,
) -> dict[int, tuple[Mode, ...]]:
    """Modes of unstarted activities that have several; the first is what the node itself says."""
    found = {}
    for i, node in nodes.items():
        others = node["modes"]
        if not others or node.get("actual_start") is not None or node.get("actual_finish") is not None:
            continue
        where = f"activity '{ids[i]}'"
        if kinds[i] != WORK:
            raise InputError(f"{where} is a milestone and has no modes. Drop them, or give it work.")
        if not isinstance(others, Mapping):
            raise InputError(
                f"{where}: modes {others!r} are not a mapping of ids to modes. Give {{id: mode}}."
            )
        own = Mode(node.get("mode", NORMAL), works[i], demand[i], _cost(where, node))
        if own.id in others:
            raise InputError(f"{where}: mode '{own.id}' is the activity itself. Rename one.")
        read = [
            _mode(f"{where}, mode '{mode}'", mode, given, position, whole=whole)
            for mode, given in others.items()
        ]
        found[i] = (own, *read)
    return found


def _mode(where: str, name: Id, given: Any, position: Mapping[Id, int], *, whole: bool) -> Mode:
    if not isinstance(given, Mapping) or "duration" not in given:
        raise InputError(f"{where} has no duration. Give its work in slots.")
    work = number(given["duration"], f"{where}: duration", whole=whole)
    if work <= 0:
        raise InputError(f"{where}: duration {work} is not above 0. Correct it.")
    return Mode(name, work, demand_of(where, WORK, given.get("demand") or {}, position), _cost(where, given))


def _cost(where: str, given: Mapping[str, Any]) -> Any:
    return number(given.get("cost", 0), f"{where}: cost", whole=False)


def read_floors(
    ids: Sequence[Id],
    nodes: Mapping[int, Mapping[str, Any]],
    works: Sequence[Any],
    modes: Mapping[int, tuple[Mode, ...]],
) -> dict[int, Any]:
    """Statutory floors, which no mode undercuts."""
    found = {}
    for i, node in nodes.items():
        where = f"activity '{ids[i]}'"
        found[i] = floor = number(node["floor"], f"{where}: floor", whole=False)
        started = node.get("actual_start") is not None or node.get("actual_finish") is not None
        for mode in modes.get(i, () if started else (Mode(NORMAL, works[i]),)):
            if mode.work < floor:
                raise InputError(
                    f"{where}: work {mode.work} of mode '{mode.id}' is below {floor}, which the law demands. "
                    "Lengthen the mode or drop it."
                )
    return found


def read_extension(where: str, edge: Mapping[str, Any], *, whole: bool) -> Extension | None:
    """How the maximum lag of an edge may be prolonged, or None."""
    if edge.get("extension") is None:
        return None
    slots = number(edge["extension"], f"{where}: extension", whole=whole)
    times = number(edge.get("extensions", 1), f"{where}: extensions", whole=True)
    price = number(edge.get("extension_cost", 0), f"{where}: extension_cost", whole=False)
    if slots <= 0 or times < 1:
        raise InputError(f"{where}: extension {slots} or its number {times} is not above 0. Correct it.")
    return Extension(slots, times, price)


def extensions_used(net: Network, dates: Dates, link: Link) -> int:
    """How many extensions of a maximum lag the dates need; all of them where even those do not do."""
    assert link.extension is not None
    event = dates.finish[link.pred] if link.from_finish else dates.start[link.pred]
    reached = dates.finish[link.succ] if link.to_finish else dates.start[link.succ]
    for used in range(link.extension.times):
        most = maximum_place(net, shortened(link, used), event)
        if most is None or reached <= most + net.tolerance:
            return used
    return link.extension.times


def shortened(link: Link, used: int) -> Link:
    """An extendable maximum lag with only `used` of its extensions."""
    assert link.extension is not None
    lag = link.lag - (link.extension.times - used) * link.extension.slots
    return link._replace(lag=lag, extension=None)


def decided(net: Network, dates: Dates) -> Network:
    """The network in the modes of `dates` whose maximum lags allow the extensions used there and no more."""
    lags = {
        link: shortened(link, extensions_used(net, dates, link)) for link in extendable(net, dates.broken)
    }
    chosen = net.with_modes(dates.modes)
    return replace(chosen, links=tuple(lags.get(link, link) for link in net.links)) if lags else chosen


def extendable(net: Network, broken: Sequence[Link] = ()) -> list[Link]:
    """Maximum lags that still can bind and may be prolonged."""
    return [link for link in net.maximum_links if link.extension is not None and link not in broken]


def cost(net: Network, dates: Dates) -> Any:
    """Price of the modes chosen in `dates` and of the extensions that they use."""
    total = sum(ways[dates.modes.get(i, 0)].cost for i, ways in net.modes.items())
    for link in extendable(net, dates.broken):
        assert link.extension is not None
        total += link.extension.cost * extensions_used(net, dates, link)
    return total


def least_cost(net: Network) -> Any:
    """No plan is cheaper: the cheapest mode of every activity, no extension."""
    return sum(min(mode.cost for mode in ways) for ways in net.modes.values())


def priced(net: Network) -> bool:
    """Whether plans can differ in cost."""
    return any(len({mode.cost for mode in ways}) > 1 for ways in net.modes.values()) or any(
        link.extension is not None and link.extension.cost for link in net.maximum_links
    )


def only_planning_modes(net: Network) -> bool:
    """Whether every other mode costs more than the planning one."""
    return all(ways[0].cost < mode.cost for ways in net.modes.values() for mode in ways[1:])
