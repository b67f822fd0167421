"""Resources of a ProTrack file and what activities hold of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from scenarios.formats.findings import Findings
from scenarios.formats.protrack.records import Pool, Task
from scenarios.formats.protrack.values import hours, moment, number, text

_RENEWABLE = "1"


def read_pools(root: Element, binding: bool, findings: Findings) -> dict[str, Pool | None]:
    """Resources by id; None for those without a capacity that binds. Each is followed by its availability."""
    pools: dict[str, Pool | None] = {}
    id = name = kind = ""
    for holder in root.findall("Resources"):
        for element in holder:
            if element.tag == "Resource":
                id, name, kind = (text(element, tag) for tag in ("FIELD0", "FIELD1", "FIELD769"))
                pools[id] = None
            elif element.tag == "DATEPERCSERIE" and id in pools:
                capacity = hours(text(element, "DEFAULTAVAILABILITY"))
                if kind == _RENEWABLE and capacity is not None and capacity >= 0:
                    pools[id] = Pool(name or id, capacity, tuple(_changes(element)))
                elif binding:
                    findings.add("resource_unread", id=id)
    return pools


def _changes(element: Element) -> Iterator[tuple[datetime, int]]:
    dates = element.findall("DATEPERCBREAKPOINTS/PERCENTAGE")
    levels = element.findall("DATEPERCBREAKPOINTS/AVAILABILITY")
    found = {}
    for when, level in zip(dates, levels, strict=False):
        begin, units = moment((when.text or "").strip()), hours((level.text or "").strip())
        if begin is not None and units is not None and units >= 0:
            found[begin] = units
    yield from sorted(found.items())


def read_demand(
    assignments: list[Element],
    tasks: dict[str, Task],
    pools: dict[str, Pool | None],
    binding: bool,
    findings: Findings,
) -> dict[str, dict[str, int]]:
    """Units held, by activity and resource; part of a unit counts as a whole one."""
    demand: dict[str, dict[str, int]] = {}
    for element in assignments:
        activity, resource = text(element, "FIELD1024"), text(element, "FIELD1025")
        if activity not in tasks or resource not in pools:
            findings.add("assignment_dangling", activity=activity or "-", resource=resource or "-")
            continue
        pool, value = pools[resource], number(text(element, "FIELD1026")) or 0.0
        if pool is None or tasks[activity].work == 0 or value <= 0:
            continue
        held = demand.setdefault(activity, {})
        units = held.get(resource, 0) + math.ceil(round(value, 4))
        if binding and not value.is_integer():
            findings.add(
                "demand_rounded", activity=activity, resource=resource, value=f"{value:g}", units=units
            )
        held[resource] = units
    return demand
