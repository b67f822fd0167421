"""Resources and the units of them that activities demand, as callers give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from numbers import Integral
from typing import Any

from scheduling.errors import InputError
from scheduling.network import WORK, Id, Resource


def read_demands(
    ids: Sequence[Id],
    nodes: Mapping[int, Mapping[str, Any]],
    kinds: Sequence[int],
    resources: Sequence[Resource],
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Positions of resources and units, activity by activity; demand 0 means none (SEMANTICS 7)."""
    position = positions(resources)
    rows: list[tuple[tuple[int, int], ...]] = [()] * len(ids)
    for i, node in nodes.items():
        if node["demand"]:
            rows[i] = demand_of(f"activity '{ids[i]}'", kinds[i], node["demand"], position)
    return tuple(rows)


def positions(resources: Sequence[Resource]) -> dict[Id, int]:
    """Position of each resource by id."""
    position = {resource.id: k for k, resource in enumerate(resources)}
    if len(position) < len(resources):
        raise InputError("two resources have the same id. Rename one of them.")
    return position


def demand_of(where: str, kind: int, wanted: Any, position: Mapping[Id, int]) -> tuple[tuple[int, int], ...]:
    """Positions of resources and units of one activity or mode."""
    if not isinstance(wanted, Mapping):
        raise InputError(
            f"{where}: demand {wanted!r} is not a mapping of resources to units. Give {{resource id: units}}."
        )
    row = []
    for name, units in sorted(wanted.items(), key=lambda item: str(item[0])):
        if name not in position:
            raise InputError(f"{where} demands resource '{name}', which does not exist. Define it.")
        if not isinstance(units, Integral) or units < 0:
            raise InputError(
                f"{where}: demand {units!r} of '{name}' is not a whole number of at least 0. Correct it."
            )
        if units and kind != WORK:
            raise InputError(f"{where} is a milestone and cannot hold units of '{name}'. Drop the demand.")
        if units:
            row.append((position[name], int(units)))
    return tuple(row)


def read_resource(resource: Resource, boundary: Callable[[Any, str], Any]) -> Resource:
    """The resource with boundaries for the dates on which its capacity changes."""
    where = f"resource '{resource.id}'"
    changes = tuple((boundary(when, f"a change of {where}"), units) for when, units in resource.changes)
    for units in (resource.capacity, *(units for _, units in changes)):
        if not isinstance(units, Integral) or units < 0:
            raise InputError(f"{where}: capacity {units!r} is not a whole number of at least 0. Correct it.")
    if any(earlier[0] >= later[0] for earlier, later in pairwise(changes)):
        raise InputError(f"{where}: capacity changes are not in order of time. Sort them.")
    if resource.consumed and any(a > b for a, b in pairwise((resource.capacity, *(n for _, n in changes)))):
        raise InputError(f"{where} is consumed, so its capacity cannot fall. Give sums of supply.")
    later = tuple((when, int(units)) for when, units in changes)
    return replace(resource, capacity=int(resource.capacity), changes=later)
