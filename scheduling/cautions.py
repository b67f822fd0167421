"""What to know about a plan that holds: facts it cannot mend, and modes that cut more than is customary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scheduling.capacity import overloads
from scheduling.modes import CRASH_BOUND
from scheduling.network import Id, Network
from scheduling.passes import Dates


class CautionKind(StrEnum):
    """What a caution is about."""

    BROKEN_LAG = "broken maximum lag"
    """Actual dates break a maximum lag from the first to the second activity."""
    OVERLOAD = "overload by facts"
    """Work in progress (of a stock: what was taken) holds more units of a resource than there are."""
    CRASH = "crash"
    """A mode cuts the normal work by more than :data:`scheduling.modes.CRASH_BOUND`."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to know about a plan.

    Attributes
    ----------
    kind : CautionKind
    activities : tuple of ids
    resource : id or None
        Of an overload, with ``since``, the date or number from which units are short.
    amounts : tuple of number
        Of an overload: units held and units there. Of a crash: normal work and planned work.
    mode : id or None
        Of a crash.
    """

    kind: CautionKind
    activities: tuple[Id, ...] = ()
    resource: Id | None = None
    since: Any = None
    amounts: tuple[Any, ...] = ()
    mode: Id | None = None


def cautions(net: Network, dates: Dates) -> tuple[Caution, ...]:
    """Everything to know about the dates of a plan in the modes of its network."""
    found = [
        Caution(CautionKind.BROKEN_LAG, (net.ids[link.pred], net.ids[link.succ])) for link in dates.broken
    ]
    for item in overloads(net, dates):
        if item.facts:
            since = net.axis.start_date(item.begin) if net.axis else item.begin
            resource = net.resources[item.resource].id
            amounts = (item.held, item.capacity)
            found.append(Caution(CautionKind.OVERLOAD, resource=resource, since=since, amounts=amounts))
    for i, modes in net.modes.items():
        if net.work[i] < (1 - CRASH_BOUND) * modes[0].work:
            amounts = (modes[0].work, net.work[i])
            found.append(Caution(CautionKind.CRASH, (net.ids[i],), amounts=amounts, mode=net.mode(i).id))
    return tuple(found)
