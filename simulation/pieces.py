"""Pieces of a portfolio that nothing couples: simulated apart, keyed draws make that the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Network
from scheduling.parts import parts, restrict
from scheduling.passes import Dates, early_pass
from scheduling.plan import Plan
from scheduling.status import Status
from simulation.coupling import binding_resources
from simulation.risks import RiskModel
from simulation.statistics import Slots

Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Piece:
    """A network with the planned dates and the risks that concern it."""

    network: Network
    planned: Dates
    risks: RiskModel

    @classmethod
    def whole(cls, network: Network, plan: Plan | None, risks: RiskModel) -> Piece:
        """Everything; without a plan activities ask for units in the order of their early starts.

        Raises
        ------
        InputError
            For risks that the network does not know, and for a plan without dates or of another network.
        """
        risks.check(network)
        if plan is None:
            return cls(network, early_pass(network), risks)
        if plan.dates is None:
            raise InputError(f"the plan has no dates (status {plan.status}). Mend its conflict first.")
        if plan.network.ids != network.ids:
            raise InputError("the plan belongs to a network with other activities. Plan this network again.")
        return cls(network, plan.dates, risks)

    @property
    def plan(self) -> Plan:
        """The planned dates, as :func:`simulation.monte_carlo.simulate` takes them."""
        return Plan(self.network, Status.FEASIBLE, self.planned, "given")

    def split(self) -> Iterator[Piece]:
        """Pieces with a deadline, not coupled by projects, links, factors or resources that can bind."""
        for positions in parts(self.network, binding_resources(self.network)):
            network = restrict(self.network, positions)
            if network.deadlines:
                yield Piece(network, _of(self.planned, positions), self.risks.within(network))


def _of(dates: Dates, positions: Sequence[int]) -> Dates:
    start, finish, resume = ([row[i] for i in positions] for row in (dates.start, dates.finish, dates.resume))
    return Dates(start, finish, resume)


def without_resources(network: Network, resources: Iterable[int]) -> Network:
    """The network as if there were units of some resources without end."""
    gone = set(resources)
    demand = tuple(tuple(item for item in row if item[0] not in gone) for row in network.demand)
    return replace(network, demand=demand)


def lines_ahead(network: Network, lives: Ints) -> dict[int, dict[int, Ints]]:
    """Deadlines ahead of each project, by position, as last finishes of each replication.

    `lives` are the last boundaries before cancellation, from :func:`simulation.sampling.cancelled`.
    """
    lines: dict[int, dict[int, Ints]] = {}
    for i, line in network.deadlines.items():
        if not network.done(i):
            k = network.project[i]
            lines.setdefault(k, {})[i] = np.minimum(line.bound, lives[:, k])
    return lines


def met(finish: Slots, lines: Mapping[int, Ints]) -> Flags:
    """Whether a project meets its deadlines ahead before it is cancelled, one entry a replication."""
    kept: Flags = np.ones(len(finish), dtype=np.bool_)
    for i, bound in lines.items():
        kept &= finish[:, i] <= bound
    return kept
