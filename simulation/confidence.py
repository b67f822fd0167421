"""The confidence plan: the latest dates that, worked to, meet each project's deadlines often enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scheduling.network import Id, Network
from scheduling.passes import Dates
from scheduling.plan import Plan
from scheduling.status import Status
from simulation.buffers import Buffer, buffers
from simulation.multipliers import MOST, Multipliers, Progress, gated
from simulation.risks import RiskModel
from simulation.statistics import Probability


@dataclass(frozen=True)
class ConfidencePlan:
    """Planned dates per project at a confidence, and what they reach on fresh draws.

    Attributes
    ----------
    network : Network
    dates : Dates
        Planned boundaries: resource-feasible at planning durations.
    gates : tuple of int
        Boundaries before which activities do not start when the plan is worked to: the planned start, or an
        earlier date where confidence asks for more than the earliest dates at planning durations allow.
    confidence : float
        What was asked of every project with deadlines.
    multiplier : mapping of project to float or None
        x in date = Q50 - x (Q50 - Q05) of the late starts; None for starting as soon as possible.
    reached : mapping of project to Probability
        All deadlines of the project met, working to the planned dates, on draws used for nothing else.
    attainable : mapping of project to bool
        False where both the trials (by more than their standard error) and `reached` fall short, starting as
        soon as possible; `reached` is then the best there is beside the other projects.
    """

    network: Network
    dates: Dates
    gates: tuple[int, ...]
    confidence: float
    multiplier: Mapping[Id, float | None]
    reached: Mapping[Id, Probability]
    attainable: Mapping[Id, bool]

    @cached_property
    def plan(self) -> Plan:
        """The gates as a plan, for :func:`simulation.monte_carlo.simulate` with ``start="plan"``."""
        return gated(self.network, self.dates, self.gates)

    @cached_property
    def buffers(self) -> tuple[Buffer, ...]:
        """Where the planned dates keep time in reserve."""
        return buffers(self.network, self.dates)

    @property
    def start(self) -> Mapping[Id, Any]:
        """Planned start by activity."""
        return self._shown.start

    @property
    def finish(self) -> Mapping[Id, Any]:
        """Planned finish by activity."""
        return self._shown.finish

    @cached_property
    def _shown(self) -> Plan:
        return Plan(self.network, Status.FEASIBLE, self.dates, "confidence")


def confidence_plan(
    network: Network,
    *,
    risks: RiskModel,
    confidence: float = 0.8,
    replications: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> ConfidencePlan:
    """Latest dates with which each project meets all its deadlines with probability `confidence`.

    Every replication dispatched backwards from the deadlines gives late starts; an activity's date is their
    median less x times the distance from the 5th percentile to the median. The planned dates are made
    resource-feasible by schedule generation at planning durations and tried (``start="plan"``) on fresh
    draws, until x, one a project, is about the least that holds with a margin for the trials' own error. Late
    starts, trials and the reported probability use three disjoint sets of replications.

    Parameters
    ----------
    network : Network
    risks : RiskModel
    confidence : float
        Between 0 and 1, of every project with deadlines on unfinished activities. A project that others wait
        for (through links) gets the dates that they need too; one without any of these keeps x = 0.
    replications : int
        In each of the three sets.
    seed : int
    progress : callable, optional
        Called with (simulations done, simulations in all).

    Returns
    -------
    ConfidencePlan

    Raises
    ------
    InputError
        For risks that the network does not know, or when resources leave an activity no room.
    AxisError
        If a replication runs off the calendars.

    Notes
    -----
    One parameter a project, not one an activity: fitting every date by itself on the same draws reaches less
    on fresh ones than it promises (in a trial .61-.74 for .80 asked).

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Triangular
    >>> graph = nx.DiGraph()
    >>> graph.add_node("permit", duration=20, deadline=60)
    >>> risks = RiskModel(work={"permit": Triangular(10, 20, 60)})
    >>> result = confidence_plan(compile_network(graph), risks=risks, confidence=0.8)
    >>> 19 <= result.start["permit"] <= 21, abs(result.reached[None].value - 0.8) < 0.05
    (True, True)
    """
    search = Multipliers(network, risks, confidence, replications, seed, progress)
    multiplier = search.calibrated()
    dates, gates = search.planned(multiplier)
    tried, reached = search.tried(dates, gates), search.reached(dates, gates)
    judged = {network.project[i] for i in network.deadlines if not network.done(i)}
    names = {k: network.projects[k] for k in sorted(judged)}
    return ConfidencePlan(
        network,
        dates,
        gates,
        confidence,
        {name: float(multiplier[k]) if multiplier[k] < MOST else None for k, name in names.items()},
        {name: Probability(int(reached[k]), replications) for k, name in names.items()},
        {name: search.within_reach(int(tried[k]), int(reached[k])) for k, name in names.items()},
    )
