"""What the catalogue holds: steps, templates, options and default delays, all frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

Kind: TypeAlias = Literal[
    "signing",
    "approval",
    "land",
    "permit",
    "design",
    "tender",
    "utility",
    "start",
    "registration",
    "construction",
    "equipment",
    "acceptance",
    "completion",
    "production",
]
Role: TypeAlias = Literal["workday", "calendar", "site"]
"""Which calendar a step follows: office days, every day, or the site calendar of the region."""
Relation: TypeAlias = Literal["FS", "SS", "FF", "SF"]
Mechanism: TypeAlias = Literal["gate", "yearly", "calendar"]

WORKDAY_RATIO = 1.45
"""Calendar days to one office day (365 / 251 in 2024, 365 / 248 in 2025 and 2026 are 1.45 to 1.47)."""


@dataclass(frozen=True, slots=True)
class Department:
    """Who answers for a step."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Link:
    """A precedence. The lag counts in the predecessor's calendar unless `lag_calendar` names another."""

    predecessor: str
    type: Relation = "FS"
    lag: int = 0
    lag_calendar: str | None = None


@dataclass(frozen=True, slots=True)
class LegalFloor:
    """Least days that a law allows, in the calendar of the step."""

    days: int
    law: str


@dataclass(frozen=True, slots=True)
class Rework:
    """Something that may lengthen a step: a supplemented application (补正), a hearing, a tender challenge.

    Attributes
    ----------
    id, zh, en : str
    probability : float
        Already multiplied by the scale of the defaults.
    median, p90, max : int
        Extra work in days of the step's calendar: a lognormal, cut off at `max`. None of it is planned.
    group : str or None
        Draws of one group are correlated.
    rho : float
        Their correlation.
    source : str
    """

    id: str
    zh: str
    en: str
    probability: float
    median: int
    p90: int
    max: int
    group: str | None
    rho: float
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a template.

    Attributes
    ----------
    id, zh, en : str
    kind : str
        Approval, land, permit, start, construction, completion, production, ... (see ``Kind``).
    department : str
        Id of a :class:`Department`.
    calendar : str
        Role: ``workday``, ``calendar`` (every day) or ``site``.
    work : tuple of three int
        Optimistic, most likely and 90th percentile, in days of the calendar, without rework. An
        expert-judgement default.
    source : str
        Law or document behind the step; ``[XJ]`` marks expert judgement.
    predecessors : tuple of Link
    milestone : str or None
        ``start`` or ``finish`` for a step without work.
    legal_floor : LegalFloor or None
    factors : tuple of str
        What the step asks for; :attr:`FactorDefault.gates` says which steps a late factor holds back.
    reworks : tuple of Rework
    key : bool
        Whether summary tables show it.
    """

    id: str
    zh: str
    en: str
    kind: Kind
    department: str
    calendar: Role
    work: tuple[int, int, int]
    source: str
    predecessors: tuple[Link, ...] = ()
    milestone: Literal["start", "finish"] | None = None
    legal_floor: LegalFloor | None = None
    factors: tuple[str, ...] = ()
    reworks: tuple[Rework, ...] = ()
    key: bool = False

    @property
    def duration(self) -> int:
        """Planning duration: the most likely work, in days of the step's calendar."""
        return self.work[1]


@dataclass(frozen=True, slots=True)
class Template:
    """The steps of one class of project, with the options already applied.

    Attributes
    ----------
    id, zh, en : str
    steps : mapping of str to Step
        In the order shown.
    options : tuple of str
        Ids of the options applied, in the order of application.
    """

    id: str
    zh: str
    en: str
    steps: Mapping[str, Step]
    options: tuple[str, ...] = ()

    @property
    def key_steps(self) -> tuple[Step, ...]:
        """The key nodes (关键节点)."""
        return tuple(step for step in self.steps.values() if step.key)

    def gates(self, factor: FactorDefault) -> tuple[str, ...]:
        """Steps of this template that a late `factor` holds back; empty where they all are deleted."""
        return tuple(step for step in factor.gates if step in self.steps)

    def graph(self) -> nx.MultiDiGraph[str]:
        """Network of the template at planning durations, without calendars.

        Returns
        -------
        networkx.MultiDiGraph
            Node attributes ``zh``, ``en``, ``kind``, ``department``, ``role`` (of the calendar),
            ``duration`` (days) and, where set, ``milestone``; edge attributes ``type``, ``lag`` and, where
            set, ``lag_calendar``.

        Examples
        --------
        >>> from scenarios.catalog import template
        >>> graph = template("enterprise").graph()
        >>> graph.nodes["D2"]["duration"], list(graph.pred["D3"])
        (45, ['D2', 'B12'])
        """
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=self.id)
        for step in self.steps.values():
            milestone = {"milestone": step.milestone} if step.milestone else {}
            graph.add_node(
                step.id,
                zh=step.zh,
                en=step.en,
                kind=step.kind,
                department=step.department,
                role=step.calendar,
                duration=step.duration,
                **milestone,
            )
        for step in self.steps.values():
            for link in step.predecessors:
                named = {"lag_calendar": link.lag_calendar} if link.lag_calendar else {}
                graph.add_edge(link.predecessor, step.id, type=link.type, lag=link.lag, **named)
        return graph


@dataclass(frozen=True, slots=True)
class Edits:
    """What an option does to one template: raw fields as they stand in ``options.yaml``."""

    delete: tuple[str, ...] = ()
    predecessors: Mapping[str, tuple[Link, ...]] | None = None
    overrides: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A way to handle a project, as edits of a template.

    Attributes
    ----------
    id, zh, en : str
    source : str
    legal_risk_zh, legal_risk_en : str
    edits : mapping of template id to Edits
        The templates that it applies to.
    conflicts : tuple of str
        Options that cannot stand beside it.
    """

    id: str
    zh: str
    en: str
    source: str
    legal_risk_zh: str
    legal_risk_en: str
    edits: Mapping[str, Edits]
    conflicts: tuple[str, ...] = ()

    @property
    def templates(self) -> tuple[str, ...]:
        """Ids of the templates that it applies to."""
        return tuple(self.edits)


@dataclass(frozen=True, slots=True)
class FactorDefault:
    """Default delay of one factor: expert judgement until calibrated.

    Attributes
    ----------
    id, zh, en : str
    mechanism : str
        ``gate``: one draw per project, late by the lognormal with `probability`, holds back `gates`;
        ``yearly``: `probability` per project and year, strikes the whole project; ``calendar``: no draw,
        the site calendar holds it.
    source : str
    probability : float
        Of a gate, already multiplied by the scale of the defaults.
    median, p90, max : int or None
        Elapsed days: a lognormal, cut off at `max`.
    gates : tuple of str
        Step ids, over all templates; :meth:`Template.gates` picks those of one.
    group : str or None
        Draws of one group are correlated.
    rho : float
        Their correlation.
    assumed : bool
        True: not measured, to be said beside every result that uses it.
    """

    id: str
    zh: str
    en: str
    mechanism: Mechanism
    source: str
    probability: float = 0.0
    median: int | None = None
    p90: int | None = None
    max: int | None = None
    gates: tuple[str, ...] = ()
    group: str | None = None
    rho: float = 0.0
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class FactorDefaults:
    """All default delays.

    Attributes
    ----------
    scale : float
        By which the probabilities of gates and reworks are multiplied already.
    factors : mapping of str to FactorDefault
    project_sigma, department_sigma : float
        Sigma of the lognormal drivers that all durations of a project, and all of one department in a
        project, share.
    """

    scale: float
    factors: Mapping[str, FactorDefault]
    project_sigma: float
    department_sigma: float
