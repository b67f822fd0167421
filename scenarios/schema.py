"""The scenario: what a file, a ledger or a notebook hands to backplan.

These models are the file boundary. Every reader (YAML, ledger, ProTrack) makes the same :class:`Scenario`;
:mod:`scenarios.assemble` turns it into a graph. Dates are dates, work and lags are slots (days by default).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictBool,
    WithJsonSchema,
    model_validator,
)

SCHEMA = "backplan/1"

Positive: TypeAlias = Annotated[int, Field(ge=1)]
NotNegative: TypeAlias = Annotated[int, Field(ge=0)]
Probability: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Identifier: TypeAlias = Annotated[str, Field(min_length=1, pattern=r"^[^/\s][^/\n\t]*$")]
Rate: TypeAlias = Annotated[int, Field(ge=0, le=100)]


def _moment(value: Any) -> date | datetime:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"{value!r} is not a date; write it as 2026-12-31")


Moment: TypeAlias = Annotated[
    date | datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date"})
]


class Model(BaseModel):
    """Frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Label(Model):
    """A text in Chinese and English; one of them may stand for both."""

    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"zh": value, "en": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _not_empty(self) -> Label:
        if not (self.zh or self.en):
            raise ValueError("a text is empty; write it")
        return self

    def text(self, lang: str) -> str:
        """The text in a language, or the other one where it is missing."""
        return (self.en or self.zh) if lang == "en" else (self.zh or self.en)


class LognormalSpec(Model):
    """Median and 90th percentile; draws beyond `max` count as `max`."""

    median: float = Field(gt=0)
    p90: float = Field(gt=0)
    max: float | None = None


class DiscreteSpec(Model):
    """Values and their weights."""

    values: tuple[float, ...] = Field(min_length=1)
    weights: tuple[float, ...] = Field(min_length=1)


Three: TypeAlias = tuple[float, float, float]
Two: TypeAlias = tuple[float, float]


class Spread(Model):
    """A distribution, by exactly one of its kinds.

    A bare number is fixed. A bare list of three is ``estimate``: optimistic (the least), most likely,
    pessimistic (the 90th percentile), as in the node catalogue. ``pert`` and ``triangular`` give least, most
    likely and greatest. With ``probability`` the value is drawn only that often and is 0 otherwise.
    """

    fixed: float | None = None
    estimate: Three | None = None
    pert: Three | None = None
    triangular: Three | None = None
    uniform: Two | None = None
    lognormal: LognormalSpec | None = None
    discrete: DiscreteSpec | None = None
    probability: Probability = 1.0

    @model_validator(mode="before")
    @classmethod
    def _from_shorthand(cls, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return {"fixed": value}
        if isinstance(value, (list, tuple)):
            return {"estimate": value}
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> Spread:
        kinds = [name for name in KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}; found {', '.join(kinds) or 'none'}")
        for name in ("estimate", "pert", "triangular"):
            points = getattr(self, name)
            if points and not points[0] <= points[1] <= points[2]:
                raise ValueError(
                    f"{name} {list(points)} is not in order: optimistic <= most likely <= pessimistic"
                )
        if self.uniform and self.uniform[0] > self.uniform[1]:
            raise ValueError(f"uniform {list(self.uniform)} is not in order")
        return self


KINDS = ("fixed", "estimate", "pert", "triangular", "uniform", "lognormal", "discrete")


def _work(value: Any) -> Any:
    spread = Spread.model_validate(value)
    for name in KINDS:
        points = getattr(spread, name)
        least = points if isinstance(points, float) else points[0] if isinstance(points, tuple) else 0
        if least < 0:
            raise ValueError(f"work {least:g} is negative; give slots of work, 0 for a milestone")
    return spread


Work: TypeAlias = Annotated[Spread, BeforeValidator(_work)]


def _predecessor(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class Predecessor(Model):
    """A link from another activity; ``project/activity`` reaches into another project."""

    id: str = Field(min_length=1)
    type: Literal["FS", "SS", "FF", "SF"] = "FS"
    lag: int | None = 0
    maximum_lag: int | None = None
    lag_calendar: str | None = None

    @model_validator(mode="after")
    def _some_lag(self) -> Predecessor:
        if self.lag is None and self.maximum_lag is None:
            raise ValueError("a link without lag needs a maximum_lag; give one of them")
        return self


PredecessorLike: TypeAlias = Annotated[Predecessor, BeforeValidator(_predecessor)]


class ReworkSpec(Model):
    """A rework loop (补正): how often, and the work it adds."""

    probability: Probability
    work: Work


class Activity(Model):
    """An activity given in full, or (in ``overrides``) what differs from the catalogue step.

    The plan uses `planned`, by default the most likely `work`: an imported baseline may stand beside a risk
    range whose mode lies elsewhere.
    """

    id: Identifier
    name: Label
    work: Work
    planned: Positive | None = None
    kind: str = "construction"
    department: str | None = None
    calendar: str | None = None
    milestone: Literal["start", "finish"] | None = None
    predecessors: tuple[PredecessorLike, ...] = ()
    release: Moment | None = None
    demand: dict[str, NotNegative] = Field(default_factory=dict)
    rework: ReworkSpec | None = None
    key: StrictBool = False
    source: str | None = None


class Override(Model):
    """What differs from the catalogue step."""

    name: Label | None = None
    work: Work | None = None
    calendar: str | None = None
    predecessors: tuple[PredecessorLike, ...] | None = None
    release: Moment | None = None
    demand: dict[str, NotNegative] | None = None
    rework: ReworkSpec | None = None
    key: StrictBool | None = None
    source: str | None = None


class DeadlineSpec(Model):
    """The date a node must hold. ``hard`` ones are never missed in a plan; `weight` ranks the others."""

    node: str = Field(min_length=1)
    date: Moment
    hard: StrictBool = False
    weight: Positive = 1


class Progress(Model):
    """Status of a node: done (``finish``), or in progress (``start`` and ``remaining`` work)."""

    start: Moment | None = None
    finish: Moment | None = None
    remaining: Positive | None = None

    @model_validator(mode="after")
    def _some_date(self) -> Progress:
        if self.start is None and self.finish is None:
            raise ValueError("progress without a date; give start (in progress) or finish (done)")
        if self.start and self.finish and self.finish < self.start:
            raise ValueError(f"finish {self.finish} lies before start {self.start}; correct one of them")
        if self.finish and self.remaining:
            raise ValueError("a finished node has no remaining work; drop one of the two")
        return self


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else value


class Current(Model):
    """A node a project stands at: everything before it counts as done. Parallel branches give several."""

    node: str = Field(min_length=1)
    since: Moment
    remaining: Positive | None = None


class FactorSpec(Model):
    """Something supplied from outside that gates nodes of one project.

    With ``supply`` it arrives on that date plus ``delay``; without, it takes ``lead`` elapsed slots. What is
    left out comes from the catalogue's defaults for that factor.
    """

    supply: Moment | None = None
    delay: Spread | None = None
    lead: Work | None = None
    gates: tuple[str, ...] | None = None
    after: tuple[str, ...] | None = None
    name: Label | None = None


class Investment(Model):
    """Money in 10,000 CNY (万元)."""

    total: float = Field(ge=0)
    this_year: float | None = Field(default=None, ge=0)
    completed: float = Field(default=0, ge=0)


class Project(Model):
    """One construction project: from a catalogue template with overrides, or activity by activity.

    ``until`` names the nodes that the plan leads to; catalogue steps that do not lead to one of them are left
    out. Without it these are the nodes with deadlines, or all nodes where there is no deadline.
    """

    id: Identifier
    name: Label
    template: str | None = None
    options: tuple[str, ...] = ()
    land_ready: StrictBool = False
    region: Literal["north", "south"] | None = None
    sector: str | None = None
    district: str | None = None
    investment: Investment | None = None
    lead_unit: str | None = None
    responsible_unit: str | None = None
    responsible_person: str | None = None
    blocker: Label | None = None
    start: Moment | None = None
    until: tuple[str, ...] = ()
    current: Annotated[tuple[Current, ...], BeforeValidator(_one_or_more)] = ()
    progress: dict[str, Progress] = Field(default_factory=dict)
    deadlines: tuple[DeadlineSpec, ...] = ()
    factors: dict[str, FactorSpec] = Field(default_factory=dict)
    overrides: dict[str, Override] = Field(default_factory=dict)
    activities: tuple[Activity, ...] = ()
    default_risks: StrictBool | None = None
    assumed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _some_activities(self) -> Project:
        if self.template is None and not self.activities:
            raise ValueError("a project needs a template or activities; give one of them")
        return self


class CalendarSpec(Model):
    """A calendar: a bundled one, a CSV file or a week, with exceptions on top."""

    base: str | None = None
    file: str | None = None
    week: tuple[Day7, ...] | None = None
    exceptions: dict[date, Day7] = Field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    provisional: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _exactly_one(self) -> CalendarSpec:
        given = [name for name in ("base", "file", "week") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a calendar needs exactly one of base, file, week")
        if self.week is not None and len(self.week) != 7:
            raise ValueError(f"week has {len(self.week)} days; give seven, Monday first")
        return self


Day7: TypeAlias = Rate | tuple[tuple[NotNegative, NotNegative], ...]
"""A rate, or working periods as (from, to) in minutes since midnight."""


class CapacityChange(Model):
    """A later capacity."""

    date: Moment
    capacity: NotNegative


class ResourceSpec(Model):
    """A renewable resource shared by projects."""

    name: Label | None = None
    capacity: NotNegative
    changes: tuple[CapacityChange, ...] = ()
    demand: dict[str, NotNegative] = Field(default_factory=dict)
    """Units that catalogue steps of every project hold, by step id."""
    synthetic: StrictBool = False


class DriverSpec(Model):
    """A risk driver: one draw a replication multiplies the work of many activities."""

    multiplier: Spread
    activities: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    projects: tuple[str, ...] | None = None
    name: Label | None = None
    probability: Probability = 1.0


class QuotaSpec(Model):
    """A target number of events by a date: starts, completions, productions by sector."""

    event: Literal["start", "completion", "production"]
    sector: str | None = None
    target: NotNegative
    reached: NotNegative = 0
    date: Moment


class Scenario(Model):
    """A portfolio and what must hold.

    Attributes
    ----------
    schema_version : str
        ``backplan/1`` (key ``schema`` in files).
    data_date : date
        Everything before it is known.
    confidence : float
        On-time probability that each project's planned dates must reach.
    slots_per_day : int
        1 for days, 24 for hours.
    """

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Literal["backplan/1"] = Field(alias="schema")
    name: Identifier
    title: Label | None = None
    description: Label | None = None
    source: str | None = None
    synthetic: StrictBool = False
    data_date: Moment
    data_date_inferred: StrictBool = False
    region: Literal["north", "south"] = "south"
    seed: int = 0
    replications: Positive = 1000
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.8
    slots_per_day: Annotated[int, Field(ge=1, le=96)] = 1
    default_risks: StrictBool = True
    progress_override: StrictBool = False
    calendars: dict[str, CalendarSpec] = Field(default_factory=dict)
    resources: dict[str, ResourceSpec] = Field(default_factory=dict)
    drivers: dict[str, DriverSpec] = Field(default_factory=dict)
    quotas: tuple[QuotaSpec, ...] = ()
    projects: tuple[Project, ...] = Field(min_length=1)
    notes: tuple[Label, ...] = ()


CalendarSpec.model_rebuild()
