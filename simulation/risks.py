"""Uncertainty about a network: everything random lives here, the network itself stays deterministic."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from scheduling.errors import InputError
from scheduling.network import WORK, Id, Network
from simulation.distributions import Distribution


@dataclass(frozen=True, slots=True)
class Rework:
    """A loop that an activity may have to go through again, such as 补正 of an application.

    Parameters
    ----------
    probability : float
        Chance 0..1 of each loop, given that the one before it happened.
    work : Distribution
        Work of one loop, in slots.
    times : int
        Loops at most.
    """

    probability: float
    work: Distribution
    times: int = 1

    def __post_init__(self) -> None:
        if not 0.0 <= self.probability <= 1.0:
            raise InputError(f"rework: the probability {self.probability!r} is not within 0..1.")
        if self.times < 1:
            raise InputError(f"rework: {self.times} loops at most. Give at least 1, or leave the rework out.")


@dataclass(frozen=True, slots=True)
class Driver:
    """A shared cause that acts on the work of many activities: a risk driver, or a risk of a register.

    It happens or not, one draw a replication for all its activities; if it does, it multiplies their work and
    adds to it.

    Parameters
    ----------
    id : int, str or tuple of these
        Stable id, the key of its draws.
    multiplier : Distribution, optional
        Factor on the work of each activity; 1 leaves it as it is.
    activities : tuple of ids
        Activities, and factors without a supply date, on whose work (not rework) it acts.
    added : Distribution, optional
        Slots of work that it adds to each activity; rounded by themselves.
    probability : float
        Chance 0..1 that it happens.
    own : bool
        Whether each activity draws an impact of its own; else all take the same one.
    exposure : mapping of activity to float, optional
        Share 0..1 of an activity's work that the multiplier acts on; 1 where it is not named.

    Examples
    --------
    >>> from simulation.distributions import Triangular
    >>> strike = Driver("strike", activities=("dig", "pour"), added=Triangular(5, 10, 20), probability=0.1)
    """

    id: Any
    multiplier: Distribution | None = None
    activities: tuple[Id, ...] = ()
    added: Distribution | None = None
    probability: float = 1.0
    own: bool = False
    exposure: Mapping[Any, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.multiplier is None and self.added is None:
            raise InputError(f"driver '{self.id}' changes nothing. Give it a multiplier or added work.")
        if not 0.0 <= self.probability <= 1.0:
            raise InputError(f"driver '{self.id}': the probability {self.probability!r} is not within 0..1.")
        for name, share in self.exposure.items():
            if not 0.0 <= share <= 1.0:
                raise InputError(
                    f"driver '{self.id}': the exposure {share!r} of '{name}' is not within 0..1. Give the "
                    "share of its work that the multiplier acts on."
                )


@dataclass(frozen=True, slots=True)
class Correlation:
    """Members whose draws share a common shock.

    Parameters
    ----------
    id : int, str or tuple of these
        Stable id of the group, the key of its shock.
    rho : float
        Correlation 0..1 of the normal scores of any two members.
    members : tuple of ids
        Activities (their work) and factors (their delay or lead).
    reworks : tuple of ids
        Activities whose rework loops share the shock too: whether they happen, and how large they are.
    """

    id: Any
    rho: float
    members: tuple[Id, ...] = ()
    reworks: tuple[Id, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.rho <= 1.0:
            raise InputError(
                f"correlation '{self.id}': rho {self.rho!r} is not within 0..1. Common shocks cannot make "
                "negative correlation."
            )


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The chance that a project is dropped before it ends.

    Parameters
    ----------
    probability : float
        0..1.
    yearly : bool
        A chance a year, so that what finishes later is lost more often; else in total.
    """

    probability: float
    yearly: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.probability <= 1.0:
            raise InputError(f"cancellation: the probability {self.probability!r} is not within 0..1.")


class Cause(NamedTuple):
    """What can be taken out of a risk model: its kind and its id."""

    kind: str
    id: Any


_KINDS = {
    "work": ("work",),
    "rework": ("rework",),
    "factor": ("delay", "lead"),
    "cancellation": ("cancellation",),
}


@dataclass(frozen=True, slots=True)
class RiskModel:
    """What is uncertain about a network. What is not named keeps its planning value.

    Parameters
    ----------
    work : mapping of activity to Distribution
        Total work in slots at full rate; of an activity in progress its *remaining* work.
    rework : mapping of activity to Rework
    delay : mapping of factor to Distribution
        Elapsed slots by which a factor with a supply date comes later (negative: earlier).
    lead : mapping of factor to Distribution
        Elapsed slots that a factor without a supply date takes.
    drivers : tuple of Driver
    correlations : tuple of Correlation
    cancellation : mapping of project to Cancellation

    Raises
    ------
    InputError
        When two drivers or two groups share an id, or a member belongs to two groups.

    Examples
    --------
    >>> from simulation.distributions import Fixed, Triangular
    >>> risks = RiskModel(work={"dig": Triangular(8, 10, 20)}, drivers=(Driver("rain", Fixed(2), ("dig",)),))
    >>> risks.causes
    (Cause(kind='work', id='dig'), Cause(kind='driver', id='rain'))
    >>> risks.without(("driver", "rain")).drivers
    ()
    """

    work: Mapping[Id, Distribution] = field(default_factory=dict)
    rework: Mapping[Id, Rework] = field(default_factory=dict)
    delay: Mapping[Id, Distribution] = field(default_factory=dict)
    lead: Mapping[Id, Distribution] = field(default_factory=dict)
    drivers: tuple[Driver, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    cancellation: Mapping[Id, Cancellation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_twice("drivers", [driver.id for driver in self.drivers])
        _refuse_twice("correlations", [group.id for group in self.correlations])
        for key in ("members", "reworks"):
            names = [name for group in self.correlations for name in dict.fromkeys(getattr(group, key))]
            if twice := _first_repeated(names):
                raise InputError(
                    f"correlations: '{twice[0]}' is a member of two groups. Name each activity or factor "
                    "once."
                )

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Everything that :meth:`without` can take out, in the order of the fields."""
        found = [
            Cause(kind, name)
            for kind, names in _KINDS.items()
            for attribute in names
            for name in getattr(self, attribute)
        ]
        return (*found, *(Cause("driver", driver.id) for driver in self.drivers))

    def without(self, *causes: tuple[str, Any]) -> RiskModel:
        """Return a model in which some causes have vanished; every other draw stays the same.

        Parameters
        ----------
        *causes : (kind, id)
            Kind "work", "rework", "factor", "driver" or "cancellation". Work and leads then take their
            planning value, supplies arrive on their date.

        Raises
        ------
        InputError
            When the model knows no such cause.
        """
        gone = {self.known(cause) for cause in causes}
        kept: dict[str, Any] = {
            attribute: {
                name: value for name, value in getattr(self, attribute).items() if (kind, name) not in gone
            }
            for kind in {kind for kind, _ in gone if kind != "driver"}
            for attribute in _KINDS[kind]
        }
        drivers = tuple(driver for driver in self.drivers if ("driver", driver.id) not in gone)
        reduced = replace(self, **kept, drivers=drivers)
        groups = (
            replace(
                group,
                members=tuple(member for member in group.members if reduced._spreads(member)),
                reworks=tuple(member for member in group.reworks if member in reduced.rework),
            )
            for group in self.correlations
        )
        return replace(reduced, correlations=tuple(groups))

    def names(self, cause: Cause) -> frozenset[Id]:
        """Activities and factors whose draws a cause has a part in."""
        if cause.kind != "driver":
            return frozenset({cause.id})
        driver = next(item for item in self.drivers if item.id == cause.id)
        return frozenset(driver.activities)

    def _spreads(self, name: Id) -> bool:
        """Whether an activity or factor has a draw of its own beside rework."""
        return name in self.work or name in self.delay or name in self.lead

    def known(self, cause: tuple[str, Any]) -> Cause:
        """The cause itself, refused when the model knows no such cause."""
        kind, name = cause
        drivers = (driver.id for driver in self.drivers)
        fields = (getattr(self, field) for field in _KINDS.get(kind, ()))
        if not (name in drivers if kind == "driver" else any(name in field for field in fields)):
            raise InputError(f"the risk model has no {kind} '{name}' to leave out. See its `causes`.")
        return Cause(kind, name)

    def differences(self, other: RiskModel) -> set[Id]:
        """Activities and factors whose draws may differ between this model and another."""
        found: set[Id] = set()
        for field_name in ("work", "rework", "delay", "lead"):
            mine, theirs = getattr(self, field_name), getattr(other, field_name)
            found |= {name for name in mine.keys() | theirs.keys() if mine.get(name) is not theirs.get(name)}
        drivers = [{driver.id: driver for driver in model.drivers} for model in (self, other)]
        for name in drivers[0].keys() | drivers[1].keys():
            pair = [by_id.get(name) for by_id in drivers]
            if pair[0] is not pair[1]:
                found |= {activity for driver in pair if driver for activity in driver.activities}
        groups = [model._groups() for model in (self, other)]
        for key in groups[0].keys() | groups[1].keys():
            if groups[0].get(key) != groups[1].get(key):
                found.add(key[1])
        return found

    def _groups(self) -> dict[tuple[str, Id], tuple[Any, float]]:
        """Id and rho of the group of each member's draws."""
        return {
            (kind, name): (group.id, group.rho)
            for group in self.correlations
            for kind, names in (("spread", group.members), ("rework", group.reworks))
            for name in names
        }

    def within(self, network: Network) -> RiskModel:
        """What of this model concerns a part of its network; every draw stays the same."""
        factors = {gate.id for gate in network.gates} | set((network.lead_factors or {}).values())
        known = factors | set(network.ids)

        def kept(risks: Mapping[Id, Any], names: Container[Id]) -> dict[Id, Any]:
            return {name: risk for name, risk in risks.items() if name in names}

        drivers = (
            replace(item, activities=tuple(name for name in item.activities if name in network.index))
            for item in self.drivers
        )
        groups = (
            replace(
                item,
                members=tuple(name for name in item.members if name in known),
                reworks=tuple(name for name in item.reworks if name in known),
            )
            for item in self.correlations
        )
        return RiskModel(
            work=kept(self.work, network.index),
            rework=kept(self.rework, network.index),
            delay=kept(self.delay, factors),
            lead=kept(self.lead, factors),
            drivers=tuple(item for item in drivers if item.activities),
            correlations=tuple(item for item in groups if item.members or item.reworks),
            cancellation=kept(self.cancellation, network.projects),
        )

    def check(self, network: Network) -> None:
        """Refuse names that the network does not know and risks that make no sense for what they name.

        Raises
        ------
        InputError
            Naming the risk, the activity, factor or project, and the remedy.
        """
        leads = set((network.lead_factors or {}).values())
        supplies = {gate.id for gate in network.gates}
        for name in (*self.work, *self.rework):
            if name in leads:
                raise InputError(
                    f"'{name}' is a factor without a supply date. Give its `lead` instead of work."
                )
            i = _position(network, name, "a risk on the work of")
            if network.kind[i] != WORK:
                raise InputError(
                    f"activity '{name}' is a milestone and has no work to vary or repeat. Drop its risk."
                )
        for name in self.delay:
            if name not in supplies:
                raise InputError(
                    f"a delay names factor '{name}', which is no factor with a supply date that gates "
                    "unstarted activities. Correct the id or drop the delay."
                )
        for name in self.lead:
            if name not in leads:
                raise InputError(
                    f"a lead names factor '{name}', which is no factor without a supply date that gates "
                    "unstarted activities. Correct the id or drop the lead."
                )
        for driver in self.drivers:
            for name in driver.activities:
                _position(network, name, f"driver '{driver.id}' acts on")
        for group in self.correlations:
            for name in group.members:
                if not self._spreads(name):
                    raise InputError(
                        f"correlation '{group.id}' names '{name}', which has no distribution of work, delay "
                        "or lead. Give one or drop the member."
                    )
            for name in group.reworks:
                if name not in self.rework:
                    raise InputError(
                        f"correlation '{group.id}' names the rework of '{name}', which has none. Give it or "
                        "drop the member."
                    )
        for name in self.cancellation:
            if name not in network.projects:
                raise InputError(
                    f"cancellation names project '{name}', which does not exist. Correct the id."
                )


def _position(network: Network, name: Id, what: str) -> int:
    if name not in network.index:
        raise InputError(f"{what} activity '{name}', which does not exist. Correct the id.")
    return network.index[name]


def _first_repeated(names: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    return [name for name in names if name in seen or seen.add(name)][:1]  # type: ignore[func-returns-value]


def _refuse_twice(what: str, names: list[Any]) -> None:
    if twice := _first_repeated(names):
        raise InputError(f"{what}: the id '{twice[0]}' is given twice. Rename one of them.")
