"""What somebody could do: end a cause of delay, bring something forward, add units; and what each wins."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.errors import InputError
from scheduling.network import WORK, Network
from simulation.arrivals import factors_of
from simulation.distributions import Distribution, Fixed
from simulation.pieces import without_resources
from simulation.risks import RiskModel
from simulation.special import Floats

World: TypeAlias = tuple[Network, RiskModel]

ENDED = ("factor", "rework", "driver", "work")
"""Causes of a risk model that an intervention can end."""


@dataclass(frozen=True, slots=True)
class Intervention:
    """One thing that could be done, and its price.

    Parameters
    ----------
    kind : str
        "factor", "rework", "driver", "work" (causes of the risk model), "activity" or "resource".
    id : id of what it acts on
    amount : int, optional
        Of a factor: slots by which it is in hand earlier. Of an activity: slots of work less, before drivers
        multiply it; at least 1 is left. Of a resource: units more, always. Left out, the cause vanishes
        (:meth:`~simulation.risks.RiskModel.without`), and of a resource there are units without end.
    price : float
        In any unit, at least 0.

    Raises
    ------
    InputError
        For a kind, an amount or a price that makes no sense.

    Examples
    --------
    >>> Intervention("factor", "land", 14, price=30).amount
    14
    """

    kind: str
    id: Hashable
    amount: int | None = None
    price: float = 0.0

    def __post_init__(self) -> None:
        where = f"intervention on {self.kind} '{self.id}'"
        if self.kind not in (*ENDED, "activity", "resource"):
            raise InputError(
                f"{where}: no such kind. Choose factor, rework, driver, work, activity, resource."
            )
        if self.amount is None and self.kind == "activity":
            raise InputError(f"{where}: say by how many slots it gets shorter.")
        if self.amount is not None and (self.kind in ("rework", "driver", "work") or self.amount < 1):
            raise InputError(
                f"{where}: the amount {self.amount} makes no sense. Give at least 1 for a factor, an "
                "activity or a resource, and none for other kinds."
            )
        if not 0.0 <= self.price < float("inf"):
            raise InputError(f"{where}: the price {self.price!r} is not a number from 0 upward.")

    def on(self, network: Network, risks: RiskModel) -> World:
        """The network and its risks once it is done.

        Raises
        ------
        InputError
            If they know nothing of what it acts on.
        """
        if self.kind == "resource":
            return self._with_units(network), risks
        if self.amount is None:
            return network, risks.without((self.kind, self.id))
        if self.kind == "activity":
            i = network.index.get(self.id)
            if (
                i is None
                or network.kind[i] != WORK
                or network.started(i)
                or i in (network.lead_factors or {})
            ):
                raise self._unknown("an unstarted activity with work")
            return network, replace(risks, work=self._less(risks.work, network.work[i]))
        if self.id not in factors_of(network):
            raise self._unknown("a factor that gates unstarted activities")
        if self.id in network.index:
            return network, replace(risks, lead=self._less(risks.lead, network.work[network.index[self.id]]))
        return network, replace(risks, delay=self._less(risks.delay, 0))

    def _less(self, spread: Any, planned: int) -> dict[Any, Distribution]:
        assert self.amount is not None
        return {**spread, self.id: _Less(spread.get(self.id, Fixed(planned)), self.amount)}

    def _with_units(self, network: Network) -> Network:
        place = next((k for k, item in enumerate(network.resources) if item.id == self.id), None)
        if place is None:
            raise self._unknown("a resource of the network")
        if self.amount is None:
            return without_resources(network, {place})
        old = network.resources[place]
        changes = tuple((when, units + self.amount) for when, units in old.changes)
        more = replace(old, capacity=old.capacity + self.amount, changes=changes)
        return replace(network, resources=(*network.resources[:place], more, *network.resources[place + 1 :]))

    def _unknown(self, what: str) -> InputError:
        return InputError(f"intervention on {self.kind} '{self.id}': it is not {what}. Correct the id.")

    def concerns(self, network: Network, risks: RiskModel) -> bool:
        """Whether it acts on anything in a piece of a portfolio."""
        if self.kind == "resource":
            used = {k for row in network.demand for k, _ in row}
            return any(network.resources[k].id == self.id for k in used)
        if self.kind == "factor":
            return self.id in factors_of(network)
        if self.kind == "driver":
            return any(driver.id == self.id for driver in risks.drivers)
        return self.id in network.index


def together(network: Network, risks: RiskModel, done: Iterable[Intervention]) -> World:
    """The network and its risks once several things are done; what vanishes does so first."""
    for item in sorted(done, key=lambda item: (item.amount is not None, str(item))):
        network, risks = item.on(network, risks)
    return network, risks


@dataclass(frozen=True, slots=True)
class _Less:
    """A distribution less some slots."""

    distribution: Distribution
    slots: int

    @property
    def most_likely(self) -> float:
        return self.distribution.most_likely - self.slots

    @property
    def mean(self) -> float:
        return self.distribution.mean - self.slots

    def quantile(self, u: npt.ArrayLike) -> Floats:
        return np.asarray(self.distribution.quantile(u) - self.slots)
