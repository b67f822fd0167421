"""The engine against a dispatcher that walks slot by slot, against the early pass, and on the clauses' examples."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import Features, networks, random_draws
from walking_dispatcher import Walker

from scheduling.build import compile_network
from scheduling.errors import AxisError, InputError
from scheduling.network import Network, Resource
from scheduling.passes import early_pass
from simulation.dispatch import compile_dispatch
from simulation.engine import Dispatched, dispatch
from simulation.maxplus import early_dates
from simulation.sampling import Draws
from simulation.statistics import UNFINISHED


def run(network: Network, draws: Draws, *, everything: bool = True, floor: Any = None) -> Dispatched:
    planned = early_pass(network).start
    model = compile_dispatch(network, planned, everything=everything)
    return dispatch(model, draws.work, early_dates(network, draws, floor))


def solvable(network: Network) -> bool:
    try:
        early_pass(network)
    except InputError:
        return False
    return True


# -- differential tests -------------------------------------------------------------------------------------
PLAIN = Features(resources=1, relations=False, leads=False, calendars=False)
FULL = Features(resources=2, progress=True, factors=True)
WITH_MAXIMA = Features(resources=1, progress=True, maximum_lags=True)


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("features", [PLAIN, Features(resources=2, leads=False), FULL, WITH_MAXIMA])
@settings(max_examples=80, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_equals_walking_slot_by_slot(
    features: Features, everything: bool, data: st.DataObject, seed: int
) -> None:
    network = data.draw(networks(features))
    if not solvable(network):
        return
    draws = random_draws(network, seed, 2)
    early = early_dates(network, draws)
    found = run(network, draws, everything=everything)
    planned = early_pass(network).start
    for r in range(2):
        walker = Walker(network, draws.work[r].tolist(), early.resume[r].tolist(), planned)
        walker.walk()
        start = [
            UNFINISHED if value is None else network.actual_start[i] if network.started(i) else value
            for i, value in enumerate(walker.start)
        ]
        finish = [UNFINISHED if value is None else value for value in walker.finish]
        assert found.finish[r].tolist() == finish
        assert [s for i, s in enumerate(found.start[r].tolist()) if not network.started(i)] == [
            s for i, s in enumerate(start) if not network.started(i)
        ]
        assert found.overtaking[r] == walker.overtaking


@settings(max_examples=150, deadline=None)
@given(networks(Features(progress=True, factors=True, maximum_lags=True)), st.integers(0, 99), st.booleans())
def test_without_shortage_every_date_is_the_early_date(network: Network, seed: int, gated: bool) -> None:
    if not solvable(network):
        return
    draws = random_draws(network, seed, 3)
    floor = [at + 3 for at in early_pass(network).start] if gated else None
    early = early_dates(network, draws, floor)
    found = run(network, draws, floor=floor)
    assert (found.start == early.start).all()
    assert (found.finish == early.finish).all()
