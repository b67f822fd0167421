"""Factors in a compiled network: gates where a supply date is known, else activities that take their lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from scheduling.calendar import CONTINUOUS, SEVEN_DAY, Table
from scheduling.errors import InputError
from scheduling.network import WORK, Factor, Gate, Link, Network
from scheduling.passes import early_pass
from scheduling.reading import number


def with_factors(net: Network, factors: Sequence[Factor], boundary: Callable[[Any, str], Any]) -> Network:
    """Turn factors with a supply date into gates, the others into activities (SEMANTICS 26).

    Parameters
    ----------
    net : Network
        The activities alone.
    factors : sequence of Factor
    boundary : callable
        Reads a supply date: (when, where) to a boundary.

    Raises
    ------
    InputError
        Naming the factor; CycleError where `after` follows what the factor gates.
    """
    if not factors:
        return net
    repeated = [name for name, count in Counter(factor.id for factor in factors).items() if count > 1]
    if repeated:
        raise InputError(f"two factors have the id '{repeated[0]}'. Rename one of them.")
    early: list[Any] | None = None
    gates: list[Gate] = []
    added: list[tuple[Factor, int, list[Link]]] = []
    for factor in sorted(factors, key=lambda item: str(item.id)):
        _check(net, factor)
        unstarted = tuple(net.index[name] for name in factor.gates if not net.started(net.index[name]))
        if not unstarted:
            continue
        if factor.supply is not None:
            gates.append(
                Gate(factor.id, boundary(factor.supply, f"the supply of factor '{factor.id}'"), unstarted)
            )
            continue
        lead = number(factor.lead, f"factor '{factor.id}': lead", whole=True)
        if lead < 1:
            raise InputError(f"factor '{factor.id}': lead {lead} is below 1 slot. Give at least 1.")
        if early is None:
            early = early_pass(net).start
        first = min(unstarted, key=lambda i: (early[i], str(net.ids[i])))
        added.append((factor, first, _waits_for(net, factor, first, unstarted)))
    return _expand(replace(net, gates=tuple(gates)), added)


def _check(net: Network, factor: Factor) -> None:
    if isinstance(factor.gates, str) or isinstance(factor.after, str):
        raise InputError(
            f"factor '{factor.id}': gates and after are tuples of ids, not one text. Add a comma."
        )
    for name in (*factor.gates, *(factor.after or ())):
        if name not in net.index:
            raise InputError(
                f"factor '{factor.id}' names activity '{name}', which does not exist. Correct the id."
            )


def _waits_for(net: Network, factor: Factor, first: int, gated: tuple[int, ...]) -> list[Link]:
    """Links into a factor without a supply date; their successor is filled in by :func:`_expand`."""
    if factor.after is not None:
        return [Link(net.index[name], -1, True, False, 0, CONTINUOUS) for name in factor.after]
    behind = set(gated)
    for i in net.order:
        if any(link.pred in behind for link in net.into[i]):
            behind.add(i)
    return [link for link in net.into[first] if not link.to_finish and link.pred not in behind]


def _expand(net: Network, added: list[tuple[Factor, int, list[Link]]]) -> Network:
    if not added:
        return net
    count = len(net)
    elapsed: Table = SEVEN_DAY.on(net.axis) if net.axis else CONTINUOUS
    links = list(net.links)
    for k, (factor, _, waits) in enumerate(added):
        if factor.id in net.index:
            raise InputError(f"factor '{factor.id}' has the id of an activity. Rename one of them.")
        here = count + k
        links += [link._replace(succ=here) for link in waits]
        gated = (net.index[name] for name in factor.gates)
        links += [Link(here, i, True, False, 0, CONTINUOUS) for i in gated if not net.started(i)]
    blank = (None,) * len(added)
    expanded = replace(
        net,
        ids=net.ids + tuple(factor.id for factor, _, _ in added),
        kind=net.kind + (WORK,) * len(added),
        work=net.work + tuple(factor.lead for factor, _, _ in added),
        tables=net.tables + (elapsed,) * len(added),
        project=net.project + tuple(net.project[first] for _, first, _ in added),
        release=net.release + blank,
        demand=net.demand + ((),) * len(added),
        links=tuple(links),
        actual_start=net.actual_start + blank,
        actual_finish=net.actual_finish + blank,
        lead_factors={count + k: factor.id for k, (factor, _, _) in enumerate(added)},
    )
    expanded.order  # noqa: B018 - `after` may close a cycle, which is refused by name
    return expanded
