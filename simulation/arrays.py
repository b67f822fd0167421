"""Networks as the integer arrays that the kernels read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

import numpy as np

from scheduling.calendar import Ints, Table
from scheduling.links import Links
from scheduling.network import Network
from simulation.dispatch import Dispatch
from simulation.kernels.clock import clock
from simulation.kernels.early import NONE, Net
from simulation.kernels.events import ACTIVITY, DEMAND, QUEUE, STEP, UNKNOWN, WAIT, Indices, Waits, Yard


class Laid:
    """Calendars of a network, laid out for kernels.

    Attributes
    ----------
    clock : Clock
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        self.clock, self._rows = clock(tables)

    def row(self, table: Table) -> int:
        """Row of a calendar."""
        return self._rows[id(table)]


def laid_out(network: Network) -> Laid:
    """The calendars of activities and lags; the last ones asked for are kept."""
    tables = [*network.tables, *(link.table for link in Links.of(network.links).patterns)]
    return _laid_out(tuple({id(table): table for table in tables}.values()))


@lru_cache(maxsize=8)
def _laid_out(tables: tuple[Table, ...]) -> Laid:
    return Laid(tables)


def early_net(network: Network, laid: Laid, lower: Sequence[Any]) -> Net:
    """What the early pass reads.

    Parameters
    ----------
    lower : sequence of int
        Bound on the start of each activity, whatever is drawn.
    """
    before = network.before
    rows = [
        (
            network.kind[i],
            laid.row(network.tables[i]),
            at,
            network.finish_from.get(i, NONE),
            network.started(i),
        )
        for i, at in enumerate(lower)
    ]
    links = [
        (pred, from_finish, to_finish, lag, laid.row(link.table))
        for pred, (from_finish, to_finish, lag, link) in zip(before.other, before.said, strict=True)
    ]
    gates: list[list[int]] = [[] for _ in network.ids]
    for k, gate in enumerate(network.gates):
        for i in gate.gates:
            gates[i].append(k)
    return _net(rows, before.first, links, gates)


def late_net(network: Network, laid: Laid, latest: Sequence[Any]) -> Net:
    """What the late pass reads: links that can hold their predecessor back."""
    after = network.binding_after
    rows = [
        (network.kind[i], laid.row(network.tables[i]), network.start_by.get(i, NONE), at, network.started(i))
        for i, at in enumerate(latest)
    ]
    links = [
        (succ, to_finish, from_finish, lag, laid.row(link.table))
        for succ, (from_finish, to_finish, lag, link) in zip(after.other, after.said, strict=True)
    ]
    return _net(rows, after.first, links, [[] for _ in network.ids])


def _net(
    rows: Sequence[Any], first: Sequence[int], links: Sequence[Any], gates: Sequence[Sequence[int]]
) -> Net:
    activity = np.zeros((len(rows) + 1, 7), dtype=np.int64)
    activity[:-1, :5] = np.array(rows, dtype=np.int64).reshape(-1, 5)
    activity[:, 5], activity[:, 6] = first, [*accumulate(map(len, gates), initial=0)]
    return Net(activity, _table(links, 5), np.array([*chain.from_iterable(gates)], dtype=np.int64))


def yard(model: Dispatch, laid: Laid) -> Yard:
    """What the discrete-event kernel reads of the dispatched part of a network."""
    net = model.network
    count = len(model.activities)
    places = {at: place for place, at in enumerate(sorted(set(model.planned)))}
    steps = list(chain.from_iterable(zip(model.steps_on_start, model.steps_on_finish, strict=True)))
    begins = [*accumulate(map(len, steps), initial=0)]
    blank = np.zeros(count + 1, dtype=ACTIVITY)
    for name in ("begun", "end", "done", "ready", "asked"):
        blank[name] = UNKNOWN
    for k, i in enumerate(model.activities):
        here, linked = blank[k], bool(net.started(i) or model.waits[k] or model.watchers[k])
        here["kind"], here["table"], here["queue"] = net.kind[i], laid.row(net.tables[i]), model.queue[k]
        here["left"], here["linked"] = model.waiting[k], linked
    blank["on_start"], blank["on_finish"][:-1] = begins[::2], begins[1::2]
    users = [0] * len(net.resources)
    for q in model.queue:
        for resource, _ in model.queues[q].demand:
            users[resource] += 1
    sizes = np.bincount(np.array(model.queue, dtype=np.int64), minlength=len(model.queues))
    queue = np.zeros(len(model.queues) + 1, dtype=QUEUE)
    queue["table"][:-1] = [laid.row(item.table) for item in model.queues]
    queue["demands"] = [*accumulate((len(item.demand) for item in model.queues), initial=0)]
    queue["heap"] = [0, *np.cumsum(sizes)]
    capacity = [[resource.capacity_at(at) for resource in net.resources] for at in (-np.inf, *model.changes)]
    bits = max(1, count.bit_length())
    return Yard(
        blank,
        np.array([net.started(i) for i in model.activities], dtype=np.int32),
        np.array([(step.succ, step.lag, laid.row(step.table)) for row in steps for step in row], STEP),
        Waits(
            _begins(model.waits),
            np.array(
                [
                    (item.pred, item.from_finish, item.to_finish, item.lag, laid.row(item.table))
                    for row in model.waits
                    for item in row
                ],
                WAIT,
            ),
        ),
        _begins(model.watchers),
        np.array([*chain.from_iterable(model.watchers)], dtype=np.uint32),
        queue,
        np.array(
            [
                (r, units, 0 if net.resources[r].consumed else units)
                for item in model.queues
                for r, units in item.demand
            ],
            DEMAND,
        ),
        np.array([(places[at] << 62 - bits) | k for k, at in enumerate(model.planned)], dtype=np.int64),
        np.array([62 - 2 * bits, bits]),
        np.array(model.changes, dtype=np.int64),
        np.array(capacity, dtype=np.int64).reshape(len(capacity), -1),
        np.array(model.held, dtype=np.int64),
        np.array([*accumulate(users, initial=0)], dtype=np.uint32),
    )


def _begins(rows: Iterable[Sequence[Any]]) -> Indices:
    """Where each row begins among all their items; one more entry ends the last."""
    return np.array([*accumulate(map(len, rows), initial=0)], dtype=np.uint32)


def _table(rows: Sequence[Any], width: int) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(-1, width)
