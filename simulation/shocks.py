"""Shocks whose date and length are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduling.errors import InputError
from scheduling.network import Network
from scheduling.shocks import Shock, window, with_shock
from simulation.distributions import Distribution, rounded
from simulation.draws import uniforms


def drawn_shocks(
    network: Network,
    shock: Shock,
    *,
    days: Distribution,
    probability: float = 1.0,
    seed: int = 0,
    count: int = 32,
) -> tuple[Network, ...]:
    """Networks in which a shock comes, if it does, at a drawn date for a drawn time.

    Simulate each with every `count`-th replication, so that together they are one simulation.

    Parameters
    ----------
    network : Network
    shock : Shock
        Its first and last day bound the day on which it begins, each equally likely.
    days : Distribution
        Slots that it lasts, at least 1.
    probability : float
        Chance 0..1 that it comes.
    seed : int
    count : int
        How many networks.

    Returns
    -------
    tuple of Network
        Keyed by seed, id of the shock and position: a longer tuple begins with the shorter one.

    Raises
    ------
    InputError
        As :func:`scheduling.shocks.with_shock`, or for a probability not within 0..1.

    Examples
    --------
    >>> import networkx as nx
    >>> from datetime import date
    >>> from scheduling.build import compile_network
    >>> from scheduling.calendar import SEVEN_DAY
    >>> from simulation.distributions import Lognormal
    >>> from simulation.monte_carlo import simulate
    >>> graph = nx.DiGraph()
    >>> graph.add_node("dig", duration=100, calendar="7-day", deadline=date(2026, 6, 9))
    >>> net = compile_network(graph, calendars={"7-day": SEVEN_DAY}, start=date(2026, 3, 2))
    >>> epidemic = Shock("epidemic", date(2026, 3, 2), date(2027, 3, 1), rate=0)
    >>> ifs = drawn_shocks(net, epidemic, days=Lognormal(21, 90), count=100)
    >>> runs = [simulate(each, replications=range(v, 100, len(ifs))) for v, each in enumerate(ifs)]
    >>> 0.6 < float(sum(run.meets("dig").sum() for run in runs)) / 100 < 0.9
    True
    """
    if not 0.0 <= probability <= 1.0:
        raise InputError(f"shock '{shock.id}': the probability {probability!r} is not within 0..1.")
    first, last = window(network, shock)
    numbers = range(count)
    happens, begins, lasts = (
        uniforms(seed, shock.id, purpose, numbers)  # type: ignore[arg-type]
        for purpose in ("shock", "shock begins", "shock lasts")
    )
    begin = first + np.floor(begins * (last - first)).astype(np.int64)
    end = begin + rounded(days.quantile(lasts), least=1)
    return tuple(
        with_shock(network, replace(shock, first=int(begin[v]), last=int(end[v])))
        if happens[v] < probability
        else network
        for v in numbers
    )
