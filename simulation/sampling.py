"""One draw of every duration, arrival, rework and driver for each replication, as integers.

Draws are keyed by (seed, stable id, purpose, replication): inserting an activity or a factor, or taking a
cause out of the risk model, changes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import WORK, Network
from simulation.distributions import Occasional, rounded
from simulation.draws import correlated_uniforms, uniforms
from simulation.guides import guide
from simulation.risks import Correlation, Driver, Rework, RiskModel
from simulation.special import LEAST_U, Floats
from simulation.statistics import UNFINISHED, Slots

_NEVER = 2.0**60
_MOST = 1 << 29
"""Slots of a draw at most, so that dates fit into half a word."""


@dataclass(frozen=True, slots=True)
class Draws:
    """What chance decided, replication by replication.

    Attributes
    ----------
    replications : range
        Their numbers.
    work : array of int, shape (replications, activities)
        Work with rework in slots, leads of factors without a supply date; *remaining* work in progress.
    arrivals : array of int, shape (replications, gates)
        Arrival boundary of each factor with a supply date.
    luck : array of float, shape (replications, projects)
        Uniform numbers that decide about cancellation; empty (no columns) without any.
    """

    replications: range
    work: Slots
    arrivals: Slots
    luck: Floats


def draw(network: Network, risks: RiskModel, seed: int, replications: range) -> Draws:
    """Draw everything random about a block of replications.

    Parameters
    ----------
    network : Network
    risks : RiskModel
    seed : int
    replications : range
        Numbers of the replications, from 0.

    Returns
    -------
    Draws
        Rounded half up one by one; work, rework and leads at least 1, milestones and done activities 0.

    Raises
    ------
    InputError
        When a risk names what the network does not know, or the network counts in fractions of slots.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Uniform
    >>> graph = nx.DiGraph()
    >>> graph.add_node("dig", duration=3)
    >>> risks = RiskModel(work={"dig": Uniform(2, 6)})
    >>> draw(compile_network(graph), risks, 1, range(3)).work.shape
    (3, 1)
    """
    risks.check(network)
    _check_whole(network)
    shape = len(replications), len(network)
    blank = Draws(
        replications,
        np.zeros(shape, dtype=np.int32, order="F"),
        np.zeros((len(replications), len(network.gates)), dtype=np.int32, order="F"),
        np.ones((len(replications), 0)),
    )
    everything = {*network.ids, *(gate.id for gate in network.gates)}
    return _Sampler(network, risks, seed, replications, everything).draw(blank)


def redraw(network: Network, before: Draws, old: RiskModel, new: RiskModel, seed: int) -> Draws:
    """Draw as :func:`draw` does for `new`, taking over from the draws of `old` what is the same in both."""
    new.check(network)
    return _Sampler(network, new, seed, before.replications, old.differences(new)).draw(before)


def redraw_rows(
    network: Network, before: Draws, new: RiskModel, names: AbstractSet[Any], seed: int
) -> tuple[Ints, Draws]:
    """Draw as :func:`redraw` does, but only the replications in which something differs.

    Parameters
    ----------
    new : RiskModel
        It differs from the model of `before` in what it says of activities and factors with these `names`,
        and names nothing that the network does not know.

    Returns
    -------
    rows : array of int
        Which of the replications `before` they are.
    draws : Draws
        Of these alone.
    """
    sampler = _Sampler(network, new, seed, before.replications, names)
    work, arrivals, luck = sampler.work_columns(), sampler.arrival_columns(), sampler.luck()
    differs = np.zeros(len(before.replications), dtype=np.bool_)
    for columns, whole in ((work, before.work), (arrivals, before.arrivals)):
        for k, column in columns.items():
            differs |= whole[:, k] != column
    if luck.shape != before.luck.shape:
        differs[:] = True
    else:
        differs |= (luck != before.luck).any(axis=1)
    rows = np.flatnonzero(differs)
    chosen = Draws(
        before.replications,
        _with_columns(some_rows(before.work, rows), work, rows),
        _with_columns(some_rows(before.arrivals, rows), arrivals, rows),
        some_rows(luck, rows),
    )
    return rows, chosen


def some_rows(table: npt.NDArray[Any], rows: Ints) -> npt.NDArray[Any]:
    """Rows of a table that lies in memory column by column; the copy lies so too."""
    found: npt.NDArray[Any] = np.take(table.T, rows, axis=1, mode="clip").T
    return found


def _with_columns(table: Slots, columns: Mapping[int, Ints], rows: Ints) -> Slots:
    """The table with some columns replaced by those rows of others."""
    for k, column in columns.items():
        table[:, k] = column[rows]
    return table


class _Sampler:
    """Draws what concerns some activities and factors."""

    def __init__(
        self, network: Network, risks: RiskModel, seed: int, replications: range, names: AbstractSet[Any]
    ) -> None:
        self.network, self.risks, self.seed, self.replications = network, risks, seed, replications
        self.names = names
        self.group: dict[Any, Correlation] = {
            member: group for group in risks.correlations for member in group.members
        }
        self.rework_group: dict[Any, Correlation] = {
            member: group for group in risks.correlations for member in group.reworks
        }
        self.multiplier: dict[Any, Floats] = {}
        self.added: dict[Any, Ints] = {}
        for driver in risks.drivers:
            concerned = [name for name in driver.activities if name in names]
            if concerned:
                self.drive(driver, concerned)

    def draw(self, before: Draws) -> Draws:
        everything = np.arange(len(self.replications))
        work = _with_columns(before.work.copy(order="F"), self.work_columns(), everything)
        arrivals = _with_columns(before.arrivals.copy(order="F"), self.arrival_columns(), everything)
        return Draws(self.replications, work, arrivals, self.luck())

    def work_columns(self) -> dict[int, Ints]:
        """Work of each activity that is named, by position."""
        net = self.network
        named = (net.index[name] for name in self.names if name in net.index)
        return {
            i: _fitting(self.work(i, net.work[i]), net.ids[i])
            for i in named
            if net.kind[i] == WORK and not net.done(i)
        }

    def arrival_columns(self) -> dict[int, Ints]:
        """Arrival of each factor that is named, by position."""
        found: dict[int, Ints] = {}
        for k, gate in enumerate(self.network.gates):
            if gate.id not in self.names:
                continue
            found[k] = np.full(len(self.replications), gate.arrival, dtype=np.int64)
            if gate.id in self.risks.delay:
                luck = self.uniforms(gate.id, "delay", self.group)
                found[k] += _fitting(guide(self.risks.delay[gate.id]).whole(luck, least=None), gate.id)
        return found

    def uniforms(self, name: Any, purpose: str, groups: dict[Any, Correlation]) -> Floats:
        group = groups.get(name)
        if group is None:
            return uniforms(self.seed, name, purpose, self.replications)
        return correlated_uniforms(
            self.seed, name, purpose, self.replications, group=group.id, correlation=group.rho
        )

    def drive(self, driver: Driver, concerned: Sequence[Any]) -> None:
        """Note what a driver does to some of its activities.

        One uniform says whether it happens and, where the impact is shared, how large it is.
        """
        chance = driver.probability
        luck = uniforms(self.seed, driver.id, "driver", self.replications)
        happens = luck > 1.0 - chance
        if 0.0 < chance < 1.0:
            luck = np.clip(1.0 - (1.0 - luck) / chance, LEAST_U, 1.0 - LEAST_U)
        factor, added = _impact(driver, luck, happens)
        for name in concerned:
            if driver.own:
                own = uniforms(self.seed, (driver.id, name), "impact", self.replications)
                factor, added = _impact(driver, own, happens)
            if factor is not None:
                share = driver.exposure.get(name, 1.0)
                part = factor if share == 1.0 else 1.0 + share * (factor - 1.0)
                self.multiplier[name] = self.multiplier.get(name, 1.0) * part
            if added is not None:
                self.added[name] = self.added.get(name, 0) + added

    def work(self, i: int, planned: int) -> Ints:
        """Work of one activity with its rework, or the lead of a factor."""
        name = self.network.ids[i]
        lead = i in (self.network.lead_factors or {})
        distribution = (self.risks.lead if lead else self.risks.work).get(name)
        multiplier = self.multiplier.get(name)
        if distribution is not None:
            luck = self.uniforms(name, "lead" if lead else "work", self.group)
            drawn = guide(distribution).whole(luck, 1, multiplier)
        elif multiplier is not None:
            drawn = rounded(planned * multiplier, least=1)
        else:
            drawn = np.full(len(self.replications), planned, dtype=np.int64)
        if name in self.added:
            drawn = np.maximum(drawn + self.added[name], 1)
        if not lead and name in self.risks.rework:
            drawn = drawn + self.rework(name, self.risks.rework[name])
        return drawn

    def rework(self, name: Any, rework: Rework) -> Ints:
        """Sum of the loops; one uniform a loop says whether it happens and how large it is."""
        total = np.zeros(len(self.replications), dtype=np.int64)
        again = np.ones(len(self.replications), dtype=np.bool_)
        for loop in range(1, rework.times + 1):
            luck = self.uniforms(name, f"rework {loop}", self.rework_group)
            again = again & (luck > 1.0 - rework.probability)
            size = guide(Occasional(rework.probability, rework.work)).whole(luck, least=1)
            total += np.where(again, size, 0)
        return total

    def luck(self) -> Floats:
        projects: tuple[Any, ...] = self.network.projects if self.risks.cancellation else ()
        luck = np.ones((len(self.replications), len(projects)), order="F")
        for k, project in enumerate(projects):
            if project in self.risks.cancellation:
                luck[:, k] = uniforms(self.seed, project, "cancellation", self.replications)
        return luck


def _impact(
    driver: Driver, luck: Floats, happens: npt.NDArray[np.bool_]
) -> tuple[Floats | None, Ints | None]:
    """Factor on the work and slots added to it, 1 and 0 where the driver does not happen."""
    factor = added = None
    if driver.multiplier is not None:
        factor = np.where(happens, driver.multiplier.quantile(luck), 1.0)
    if driver.added is not None:
        added = np.where(happens, guide(driver.added).whole(luck, least=None), 0)
    return factor, added


def _fitting(values: Ints, name: Any) -> Ints:
    """Draws, refused where they are too long for any axis."""
    if np.abs(values).max(initial=0) > _MOST:
        raise InputError(
            f"'{name}': a draw is beyond {_MOST} slots. Give its distribution a maximum, or count in coarser "
            "slots."
        )
    return values


def cancelled(network: Network, risks: RiskModel, luck: Floats) -> Ints:
    """Last boundary at which each project still lives, shape (replications, projects).

    Parameters
    ----------
    luck : array of float
        From :class:`Draws`.

    Returns
    -------
    array of int
        What finishes later is lost to cancellation; :data:`~simulation.statistics.UNFINISHED` where a project
        is never dropped.

    Notes
    -----
    A yearly chance p is ``1 - (1 - p)^y`` over the y years since the later of project start and data date, a
    year of 365.25 days. A chance in total has no date: nothing unfinished comes before it. A project that is
    done cannot be cancelled any more.
    """
    last = np.full((len(luck), len(network.projects)), UNFINISHED, dtype=np.int64)
    per_year = 365.25 * (network.axis.slots_per_day if network.axis else 1)
    ahead = {network.project[i] for i in range(len(network)) if not network.done(i)}
    for k, project in enumerate(network.projects):
        chance = risks.cancellation.get(project)
        if chance is None or not chance.probability or k not in ahead:
            continue
        begin = network.starts[k] if network.data_date is None else max(network.starts[k], network.data_date)
        if not chance.yearly:
            last[luck[:, k] < chance.probability, k] = begin - 1
        elif chance.probability == 1.0:
            last[:, k] = begin
        else:
            years = np.log1p(-luck[:, k]) / np.log1p(-chance.probability)
            last[:, k] = np.floor(begin + np.minimum(years * per_year, _NEVER))
    return last


def _check_whole(network: Network) -> None:
    """Refuse fractions: replications count whole slots."""
    where = [(f"the work of activity '{name}'", network.work[i]) for i, name in enumerate(network.ids)]
    for kind, values in (("the start of a project", network.starts), ("the release", network.release)):
        where += [(kind, value) for value in values]
    where += [(f"the supply of factor '{gate.id}'", gate.arrival) for gate in network.gates]
    where += [(f"the lag {network.ids[a.pred]} -> {network.ids[a.succ]}", a.lag) for a in network.links]
    where += [("an actual date", value) for value in (*network.actual_start, *network.actual_finish)]
    where.append(("the data date", network.data_date))
    for what, value in where:
        if value is not None and value != int(value):
            raise InputError(
                f"{what} is {value!r}, but a simulation counts whole slots. Choose a finer slot."
            )
