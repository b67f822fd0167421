"""What a run says: frozen views of dates, probabilities, quotas and curves, in dates and texts.

Charts, tables, workbooks and ``result.json`` read these and nothing else; they know no solver and no engine.
Every name is a :class:`~scenarios.schema.Label`, in Chinese and English.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from scenarios.schema import Label
from simulation.statistics import Probability

State: TypeAlias = Literal["done", "in_progress", "open"]
Light: TypeAlias = Literal["green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of an activity; both the same day for a milestone."""

    start: date
    finish: date


@dataclass(frozen=True, slots=True)
class Cause:
    """Something whose delay costs on-time probability.

    Attributes
    ----------
    id : str
        ``factor:funds``, ``rework:E2``, ``driver:...``, ``resource:...``.
    label : Label
    gain : float
        On-time probability won if its delay vanished (difference of shares, same draws).
    standard_error : float
    """

    id: str
    label: Label
    gain: float
    standard_error: float

    @property
    def decimals(self) -> int:
        """Decimals of the gain that its standard error supports."""
        return 2 if self.standard_error >= 0.005 else 3

    def points(self) -> str:
        """The gain in percentage points, with its sign."""
        return f"{100 * self.gain:+.{self.decimals - 2}f}"


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a project.

    Attributes
    ----------
    id : str
        ``project/node``, unique in the portfolio.
    node : str
        Id within the project.
    earliest, latest : Span
        CPM bounds; `latest` is None where no date lies before the deadlines.
    planned : Span or None
        Resource-feasible, at the chosen confidence.
    late_plan : Span or None
        Resource-feasible latest plan at planning durations.
    actual : Span or None
        Of a done node; of a node in progress only ``actual_start`` is known.
    deadline : date or None
    total_float : int or None
        Working slots of its calendar; elapsed ones for milestones.
    feeding_buffer : float or None
        Days by which what the node waits for may finish later than planned before its planned start moves.
    deadline_buffer : float or None
        Days from its planned date to its deadline.
    on_time : Probability or None
        By its own deadline, starting as soon as possible.
    p50, p80, p90 : date or None
        Finish dates that the share of replications meets; None when too few replications finish.
    drivers : tuple of str
        Ids of driving predecessors.
    assumed : bool
        Whether its dates or work rest on a default that the source does not give.
    """

    id: str
    node: str
    project: str
    name: Label
    kind: str
    department: Label | None
    key: bool
    milestone: bool
    state: State
    earliest: Span
    latest: Span | None
    planned: Span | None
    late_plan: Span | None
    actual: Span | None
    actual_start: date | None
    deadline: date | None
    hard: bool
    total_float: int | None
    feeding_buffer: float | None
    deadline_buffer: float | None
    critical: bool
    on_time: Probability | None
    p50: date | None
    p80: date | None
    p90: date | None
    light: Light | None
    cause: Cause | None
    drivers: tuple[str, ...]
    assumed: bool

    @property
    def shown(self) -> Span:
        """The dates a bar shows: actual, else planned, else earliest."""
        return self.actual or self.planned or self.earliest


@dataclass(frozen=True, slots=True)
class ConfidenceResult:
    """What working to the planned dates (``start="plan"``) reaches, on fresh draws.

    Attributes
    ----------
    asked : float
        The confidence asked for.
    reached : Probability
    attainable : bool
        False when even starting as soon as possible falls short; then `reached` is the best there is.
    """

    asked: float
    reached: Probability
    attainable: bool


@dataclass(frozen=True, slots=True)
class InvestmentView:
    """Money in 10,000 CNY (万元)."""

    total: float
    this_year: float | None
    completed: float


@dataclass(frozen=True, slots=True)
class ProjectResult:
    """One project.

    Attributes
    ----------
    nodes : tuple of Node
        In the order of the catalogue or file.
    on_time : Probability or None
        All its unfinished deadlines together, starting as soon as possible; None without deadlines.
    without_cancellation : Probability or None
        The same as if nothing were ever cancelled.
    confidence : ConfidenceResult or None
    causes : tuple of Cause
        The costliest first.
    warnings : tuple of Label
    """

    id: str
    name: Label
    template: str | None
    sector: str | None
    district: str | None
    lead_unit: str | None
    responsible_unit: str | None
    responsible_person: str | None
    developer: str | None
    leader: str | None
    group: str | None
    category: str | None
    blocker: Label | None
    investment: InvestmentView | None
    nodes: tuple[Node, ...]
    on_time: Probability | None
    without_cancellation: Probability | None
    confidence: ConfidenceResult | None
    light: Light | None
    causes: tuple[Cause, ...]
    critical_path: tuple[str, ...]
    warnings: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class QuotaResult:
    """A target number of events and what the replications say of it.

    Attributes
    ----------
    least, below : float or None
        Total investments that count, in 10,000 CNY: at least, and below.
    candidates : tuple of str
        Projects that can still deliver the event.
    expected : float
        Reached already plus the mean number of events by the date.
    met : Probability
        Of reaching the target by the date.
    """

    event: str
    sector: str | None
    least: float | None
    below: float | None
    target: int
    reached: int
    by: date
    candidates: tuple[str, ...]
    expected: float
    met: Probability


@dataclass(frozen=True, slots=True)
class DueItem:
    """A node that must start or finish in the next days, for one department.

    Attributes
    ----------
    action : str
        ``start`` or ``finish``.
    by : date
        Planned date of the action, or the deadline that was missed.
    latest : date or None
    overdue : bool
        Whether its deadline lies before the data date; `by` is then the deadline.
    """

    department: Label
    project: str
    node: str
    name: Label
    action: Literal["start", "finish"]
    by: date
    latest: date | None
    overdue: bool
    responsible: str | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A cumulative curve over time; every series has one value a date.

    Attributes
    ----------
    dates : tuple of date
    earliest, planned, latest : tuple of float
        By the earliest, planned and latest dates; `planned` may be empty.
    expected, low, high : tuple of float
        Mean, 10th and 90th percentile over the replications.
    total : float
        What the curve runs up to.
    """

    dates: tuple[date, ...]
    earliest: tuple[float, ...]
    planned: tuple[float, ...]
    latest: tuple[float, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    total: float


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What is known of the latest plan under shared resources (``late_plan``).

    Attributes
    ----------
    weighted_lateness, objective, bound : float or None
        As in :class:`scheduling.plan.Plan`, in slots.
    gap : float or None
        Days by which all starts together could at most be later.
    """

    status: str
    solver: str
    weighted_lateness: float | None
    objective: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a result came about; equal provenance means an equal result.

    Attributes
    ----------
    input_hash : str
        SHA-256 of the scenario as data, hexadecimal.
    start_rule : str
        Rule behind `on_time` and the quantiles (``asap``).
    """

    seed: int
    replications: int
    confidence: float
    start_rule: str
    engine: str
    versions: dict[str, str]
    input_hash: str
    uncalibrated: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything one run says about a scenario.

    Attributes
    ----------
    number_on_time : tuple of float
        Probability of 0, 1, 2 ... projects meeting all their deadlines.
    completion, investment : Curve or None
        S-curves: share of node finishes (0..1), and money in 10,000 CNY.
    warnings : tuple of Label
        What a reader must know: uncalibrated defaults, assumed dates, provisional calendar years.
    """

    name: str
    title: Label
    description: Label | None
    source: str | None
    synthetic: bool
    data_date: date
    data_date_inferred: bool
    projects: tuple[ProjectResult, ...]
    quotas: tuple[QuotaResult, ...]
    due: tuple[DueItem, ...]
    number_on_time: tuple[float, ...]
    completion: Curve | None
    investment: Curve | None
    late_plan: PlanSummary
    provenance: Provenance
    warnings: tuple[Label, ...]

    def project(self, name: str) -> ProjectResult:
        """A project by its id."""
        return next(project for project in self.projects if project.id == name)

    def node(self, name: str) -> Node:
        """A node by ``project/node``."""
        return next(node for project in self.projects for node in project.nodes if node.id == name)
