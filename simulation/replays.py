"""One replication as a schedule: its dates, what was critical, and the chain of what held its finish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from scheduling.errors import InputError
from scheduling.explain import Explainer, Reason
from scheduling.holds import Holds
from scheduling.network import Id, Network, later
from scheduling.passes import Dates
from simulation.criticality import total_floats
from simulation.monte_carlo import played_again
from simulation.result import SimulationResult
from simulation.simulator import Run
from simulation.statistics import UNFINISHED, required_count


@dataclass(frozen=True)
class Replay:
    """What happened in one replication.

    Attributes
    ----------
    network : Network
        With the work and the arrivals that were drawn; with ``start="plan"`` planned starts are releases.
    replication : int
    dates : Dates
        Boundaries; :data:`~simulation.statistics.UNFINISHED` for what never starts (finishes).
    floats : tuple of int
        Total floats, as :func:`simulation.criticality.total_floats` gives them.
    """

    network: Network
    replication: int
    dates: Dates
    floats: tuple[int, ...]

    @cached_property
    def start(self) -> Mapping[Id, Any]:
        """Start by activity: a date with dated calendars, else a number; None for what never starts."""
        return self._shown(self.network.show_start, self.dates.start)

    @cached_property
    def finish(self) -> Mapping[Id, Any]:
        """Finish by activity, None for what never finishes."""
        return self._shown(self.network.show_finish, self.dates.finish)

    def _shown(self, show: Any, dates: list[Any]) -> Mapping[Id, Any]:
        return {
            name: None if at == UNFINISHED else show(i, at)
            for i, (name, at) in enumerate(zip(self.network.ids, dates, strict=True))
        }

    @cached_property
    def critical(self) -> frozenset[Id]:
        """Unfinished activities without float."""
        return frozenset(name for name, slack in zip(self.network.ids, self.floats, strict=True) if not slack)

    def last(self, project: Id) -> Id:
        """The activity with which a project ends; of several the one that follows the others.

        Raises
        ------
        InputError
            If there is no such project, or it never finishes.
        """
        net = self.network
        if project not in net.projects:
            raise InputError(f"project '{project}' does not exist. Correct the id.")
        inside = [i for i in reversed(net.order) if net.projects[net.project[i]] == project]
        last = max(inside, key=self.dates.finish.__getitem__)
        if self.dates.finish[last] == UNFINISHED:
            raise InputError(
                f"project '{project}' never finishes in replication {self.replication}: '{net.ids[last]}' "
                "waits for ever. Choose another replication."
            )
        return net.ids[last]

    def chain(self, project: Id) -> tuple[Reason, ...]:
        """The critical chain: why the finish of a project lay no earlier, back to a date that ends it.

        Each step names a link, the holders of a resource, a factor that arrived, a release. NOTHING stands
        where the order of dispatch alone held an activity. Errors as for :meth:`last`.
        """
        return self._explainer.chain(self.last(project))

    @cached_property
    def _explainer(self) -> Explainer:
        net, never = self.network, UNFINISHED
        # What never starts holds no units.
        demand = tuple(
            () if at == never else row for at, row in zip(self.dates.start, net.demand, strict=True)
        )
        holds = Holds(
            replace(net, demand=demand),
            self.dates,
            early=True,
            ends=[never] * len(net.projects),
            resources=True,
        )
        return Explainer(holds)


def replay(result: SimulationResult, replication: int) -> Replay:
    """Play one replication of a result again, from its number.

    Parameters
    ----------
    result : SimulationResult
    replication : int
        A number from 0; it need not be one of the result's.

    Returns
    -------
    Replay

    Raises
    ------
    InputError
        For a negative number.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation import RiskModel, Uniform, simulate
    >>> graph = nx.DiGraph()
    >>> graph.add_nodes_from([("permit", {"duration": 10}), ("build", {"duration": 30})])
    >>> graph.add_edge("permit", "build")
    >>> result = simulate(compile_network(graph), risks=RiskModel(work={"build": Uniform(20, 60)}), seed=1)
    >>> again = replay(result, 7)
    >>> again.finish["build"] == int(result.project_finish(None)[7])
    True
    >>> [(reason.activity, reason.kind.value) for reason in again.chain(None)]
    [('build', 'link'), ('permit', 'project start')]
    """
    if replication < 0:
        raise InputError(f"replication {replication} does not exist: count from 0 upward.")
    (run,) = played_again(result, range(replication, replication + 1))
    return _replay(result.network, run)


def nearest(result: SimulationResult, p: float, project: Id) -> Replay:
    """Replay the replication that finishes a project on its P80 date (``p=0.8``): the first that does.

    Raises
    ------
    InputError
        If there is no such project, `p` is out of range, or too few replications finish the project.
    """
    finish = result.project_finish(project)
    rank = required_count(p, len(finish))
    at = int(np.partition(finish, rank - 1)[rank - 1])
    if at == UNFINISHED:
        raise InputError(f"fewer than {p:.0%} of the replications finish project '{project}'. Lower p.")
    return replay(result, result.replications[int(np.argmax(finish == at))])


def _replay(network: Network, run: Run) -> Replay:
    dates, resume = run.dates, run.early.resume[0].tolist()
    start, finish = dates.start[0].tolist(), dates.finish[0].tolist()
    begun = [network.started(i) for i in range(len(network))]
    floor = run.floor or [None] * len(network)
    drawn = replace(
        network,
        work=tuple(run.draws.work[0].tolist()),
        gates=tuple(
            gate._replace(arrival=at)
            for gate, at in zip(network.gates, run.draws.arrivals[0].tolist(), strict=True)
        ),
        release=tuple(later(release, at) for release, at in zip(network.release, floor, strict=True)),
    )
    resumed = [again if before else at for before, again, at in zip(begun, resume, start, strict=True)]
    floats = total_floats(network, run.draws.work, dates.start, dates.finish)[0].tolist()
    return Replay(drawn, run.draws.replications[0], Dates(start, finish, resumed), tuple(floats))
