"""The scenario: what a file, a ledger or a notebook hands to backplan.

These models are the file boundary. Every reader (YAML, ledger, ProTrack) makes the same :class:`Scenario`;
:mod:`scenarios.assemble` turns it into a graph. Dates are dates, work and lags are slots (days by default).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, field_validator, model_validator

from scenarios.fields import (
    NO_BOOLEAN,
    DayRate,
    DiscreteSpec,
    Identifier,
    Label,
    Lag,
    Lead,
    LognormalSpec,
    Model,
    Moment,
    Multiplier,
    NotNegative,
    Number,
    PlainDay,
    Positive,
    Probability,
    Relation,
    ReworkWork,
    Spread,
    Work,
    earlier,
)
from scheduling.calendar import MINUTES_PER_DAY

__all__ = [
    "SCHEMA",
    "Activity",
    "CalendarSpec",
    "CapacityChange",
    "Current",
    "DeadlineSpec",
    "DiscreteSpec",
    "DriverSpec",
    "FactorSpec",
    "Investment",
    "Label",
    "LognormalSpec",
    "Override",
    "Predecessor",
    "Progress",
    "Project",
    "QuotaSpec",
    "ResourceSpec",
    "ReworkSpec",
    "Scenario",
    "Spread",
]

SCHEMA = "backplan/1"
Name: TypeAlias = Annotated[str, Field(min_length=1)]


# -- activities ---------------------------------------------------------------------------------------------
def _predecessor(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class Predecessor(Model):
    """A link from another activity. A bare text is its id: finish to start, lag 0."""

    id: Name
    """Activity before; ``project/activity`` reaches into another project."""
    type: Relation = "FS"
    """FS (finish to start), SS, FF or SF."""
    lag: Lag | None = 0
    """Slots that lie between at least; negative for a lead; null for a maximum lag alone."""
    maximum_lag: Lag | None = None
    """Slots that lie between at most."""
    lag_calendar: str | None = None
    """Calendar in which both lags count, or ``elapsed``; by default that of the predecessor."""

    @model_validator(mode="after")
    def _some_lag(self) -> Predecessor:
        if self.lag is None and self.maximum_lag is None:
            raise ValueError("a link without lag needs a maximum_lag; give one of them")
        return self


Predecessors: TypeAlias = tuple[Annotated[Predecessor, BeforeValidator(_predecessor)], ...]


class ReworkSpec(Model):
    """A rework loop (补正): how often, and the work it adds. No plan counts it."""

    probability: Probability
    """How often it happens."""
    work: ReworkWork
    """Work it adds, in slots of the activity's calendar."""


class Activity(Model):
    """An activity given in full.

    The plan uses `planned`, by default the most likely `work`: an imported baseline may stand beside a risk
    range whose mode lies elsewhere.
    """

    id: Identifier
    """Unique within the project."""
    name: Label
    """What charts and tables call it."""
    work: Work
    """Slots of work at full rate, fixed or as a distribution; 0 for a milestone."""
    planned: Positive | None = None
    """Work that the plan uses where it is not the most likely."""
    kind: str = "construction"
    """Sort of node; quotas count the kinds ``start``, ``completion`` and ``production``."""
    department: str | None = None
    """Who answers for it: an id of the catalogue or a text."""
    calendar: str | None = None
    """Calendar of its work: a bundled one or one of the scenario; ``7-day`` by default."""
    milestone: Literal["start", "finish"] | None = None
    """Of an activity without work: ``start`` is shown on the day work begins; ``finish`` by default."""
    predecessors: Predecessors = ()
    """Activities that come before."""
    release: Moment | None = None
    """It does not start before this day."""
    demand: dict[str, NotNegative] = Field(default_factory=dict)
    """Units it holds while it lasts, by resource."""
    rework: ReworkSpec | None = None
    """Rework loop that may lengthen it."""
    key: StrictBool = False
    """Whether summary tables show it (关键节点)."""
    source: str | None = None
    """Where its figures come from."""

    @model_validator(mode="after")
    def _milestones_do_nothing(self) -> Activity:
        if not self.work.nothing:
            if self.milestone:
                raise ValueError("a milestone has no work; give work 0 or drop milestone")
            return self
        for name in ("planned", "demand", "rework"):
            if getattr(self, name):
                raise ValueError(f"an activity with work 0 is a milestone and has no {name}; drop it")
        return self


class Override(Model):
    """What differs from the catalogue step; what is left out stays."""

    name: Label | None = None
    """What charts and tables call it."""
    work: Work | None = None
    """Slots of work; 0 makes the step a milestone."""
    calendar: str | None = None
    """Calendar of its work."""
    predecessors: Predecessors | None = None
    """All its predecessors, in place of the catalogue's."""
    release: Moment | None = None
    """It does not start before this day."""
    demand: dict[str, NotNegative] | None = None
    """Units it holds, beside what the resource itself names."""
    rework: ReworkSpec | None = None
    """Rework loop in place of the catalogue's."""
    key: StrictBool | None = None
    """Whether summary tables show it."""
    source: str | None = None
    """Where its figures come from."""


# -- dates and status ---------------------------------------------------------------------------------------
class DeadlineSpec(Model):
    """The date a node must hold (期限)."""

    node: Name
    """Node of the project."""
    date: Moment
    """Last day on which it may finish (a start milestone: begin). It may lie before the data date."""
    hard: StrictBool = False
    """Whether no plan may miss it; otherwise lateness is made least."""
    weight: Positive = 1
    """Rank among deadlines that are not hard."""


class Progress(Model):
    """Status of a node: done (``finish``), or in progress (``start``, perhaps ``remaining``)."""

    start: Moment | None = None
    """Actual start (实际开始)."""
    finish: Moment | None = None
    """Actual finish (实际完成): the node is done."""
    remaining: Positive | None = None
    """Slots of work left; by default the planning work less the work days since the start, at least 1."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Progress:
        if self.start is None and self.finish is None:
            raise ValueError("progress without a date; give start (in progress) or finish (done)")
        if self.start and self.finish and earlier(self.finish, self.start):
            raise ValueError(f"finish {self.finish} lies before start {self.start}; correct one of them")
        if self.finish and self.remaining:
            raise ValueError("a finished node has no remaining work; drop one of the two")
        return self


class Current(Model):
    """A node the project stands at (当前节点): everything before it counts as done."""

    node: Name
    """Node of the project."""
    since: Moment
    """The day it began; its predecessors count as done on the day before."""
    remaining: Positive | None = None
    """Slots of work left; by default as under ``progress``."""


# -- factors ------------------------------------------------------------------------------------------------
class FactorSpec(Model):
    """Something supplied from outside (要素) that gates nodes of one project.

    With ``supply`` it arrives on that date plus ``delay``; without, it takes ``lead`` elapsed slots. What is
    left out comes from the catalogue's defaults for that factor.
    """

    supply: Moment | None = None
    """In hand from the morning of this day. Before the data date: a fact, which draws no delay."""
    delay: Spread | None = None
    """Elapsed slots by which it comes after `supply`; negative: earlier."""
    lead: Lead | None = None
    """Elapsed slots that it takes where there is no supply date."""
    gates: tuple[str, ...] | None = None
    """Nodes that cannot start before it arrives."""
    after: tuple[str, ...] | None = None
    """Nodes that its lead waits for; by default what the first gated node waits for."""
    name: Label | None = None
    """What reports call it."""

    @model_validator(mode="after")
    def _makes_sense(self) -> FactorSpec:
        if self.supply is not None and (self.lead is not None or self.after is not None):
            raise ValueError("a supply date excludes lead and after; keep the date or drop it")
        if self.delay is not None and self.supply is None:
            raise ValueError("a delay counts from the supply date; add supply, or give lead instead")
        return self


# -- projects -----------------------------------------------------------------------------------------------
class Investment(Model):
    """Money in 10,000 CNY (万元)."""

    total: Annotated[Number, Field(ge=0)]
    """Total investment (总投资)."""
    this_year: Annotated[Number, Field(ge=0)] | None = None
    """To be completed this year (年度计划投资)."""
    completed: Annotated[Number, Field(ge=0)] = 0
    """Completed since the project began (累计完成投资)."""


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else value


class Project(Model):
    """One construction project: from a catalogue template with overrides, or activity by activity."""

    id: Identifier
    """Unique in the scenario, without ``/``."""
    name: Label
    """Full name."""
    template: str | None = None
    """``government`` (审批制) or ``enterprise`` (备案制); may be left out where activities are given."""
    options: tuple[str, ...] = ()
    """Ways to handle the template: ``parallel`` (并联审批), ``land_then_start`` (拿地即开工) and others."""
    land_ready: StrictBool = False
    """Ready land (净地): the steps of requisition fall away."""
    region: Literal["north", "south"] | None = None
    """Site calendar; by default that of the scenario."""
    sector: str | None = None
    """As quotas name it."""
    district: str | None = None
    """Where it lies (属地)."""
    investment: Investment | None = None
    """Money."""
    lead_unit: str | None = None
    """Lead unit (牵头单位)."""
    responsible_unit: str | None = None
    """Responsible unit (责任单位)."""
    responsible_person: str | None = None
    """Responsible person (责任人), by office."""
    blocker: Label | None = None
    """What holds it up (难点堵点)."""
    start: Moment | None = None
    """Nothing of it starts before this day; by default the data date."""
    until: tuple[str, ...] = ()
    """Nodes that the plan leads to, beside those with deadlines; without either all nodes are planned.
    Catalogue steps that lead to none of them, to no own activity and to no reported node are left out."""
    current: Annotated[tuple[Current, ...], BeforeValidator(_one_or_more)] = ()
    """The node it stands at, or one for each parallel branch."""
    progress: dict[str, Progress] = Field(default_factory=dict)
    """What is known of single nodes; it counts before what ``current`` implies."""
    deadlines: tuple[DeadlineSpec, ...] = ()
    """Dates that must hold, at most one a node."""
    factors: dict[Identifier, FactorSpec] = Field(default_factory=dict)
    """Factors, by an id of the catalogue (``land``, ``funds``, ``power`` ...) or one of your own."""
    overrides: dict[str, Override] = Field(default_factory=dict)
    """What differs from catalogue steps, by step."""
    activities: tuple[Activity, ...] = ()
    """Activities of its own."""
    default_risks: StrictBool | None = None
    """Whether the catalogue's delays, reworks and spreads apply; by default as in the scenario."""
    assumed: tuple[str, ...] = ()
    """Keys whose values the source does not give; outputs mark them (推定)."""

    @model_validator(mode="after")
    def _some_activities(self) -> Project:
        if self.template is None and not self.activities:
            raise ValueError("a project needs a template or activities; give one of them")
        if self.template is None and (self.options or self.land_ready):
            raise ValueError("options and land_ready change a template; name one or drop them")
        return self


# -- what projects share ------------------------------------------------------------------------------------
class CalendarSpec(Model):
    """A calendar: a bundled one, a CSV file or a week, with exceptions on top."""

    base: str | None = None
    """Bundled calendar to begin with."""
    file: str | None = None
    """CSV file beside the scenario, which stands alone."""
    week: tuple[DayRate, ...] | None = None
    """Seven days, Monday first: a rate 0..100, or working periods [from, to] in minutes of the day."""
    exceptions: dict[PlainDay, DayRate] = Field(default_factory=dict)
    """Days that differ."""
    first: PlainDay | None = None
    """First day that the calendar knows."""
    last: PlainDay | None = None
    """Last day that the calendar knows."""
    provisional: tuple[Annotated[int, Field(ge=1900, le=2200)], ...] = ()
    """Years without an official notice."""

    @model_validator(mode="after")
    def _makes_sense(self) -> CalendarSpec:
        given = [name for name in ("base", "file", "week") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of base, file, week; found {', '.join(given) or 'none'}")
        if self.week is not None and len(self.week) != 7:
            raise ValueError(f"week has {len(self.week)} days; give seven, Monday first")
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"last {self.last} lies before first {self.first}; swap them")
        return self


class CapacityChange(Model):
    """A later capacity."""

    date: Moment
    """It acts from the morning of this day."""
    capacity: NotNegative
    """Units from then on."""


class ResourceSpec(Model):
    """A renewable resource shared by projects."""

    name: Label | None = None
    """What reports call it."""
    capacity: NotNegative
    """Units at first."""
    changes: tuple[CapacityChange, ...] = ()
    """Later capacities, in order of date."""
    demand: dict[str, NotNegative] = Field(default_factory=dict)
    """Units that a node holds, by node, in every project that has it."""
    synthetic: StrictBool = False
    """Not from the source; outputs say so."""

    @field_validator("changes")
    @classmethod
    def _in_order(cls, changes: tuple[CapacityChange, ...]) -> tuple[CapacityChange, ...]:
        for one, other in pairwise(changes):
            if not earlier(one.date, other.date):
                raise ValueError(f"{other.date} does not lie after {one.date}; list the changes by date")
        return changes


class DriverSpec(Model):
    """A risk driver: one draw a replication multiplies the work of many activities at once.

    It acts on the activities that every given key matches.
    """

    multiplier: Multiplier
    """Factor on their work; with ``probability`` it is 1 where it does not happen."""
    activities: tuple[str, ...] | None = None
    """Nodes, as ``node`` (in every project) or ``project/node``."""
    kinds: tuple[str, ...] | None = None
    """Kinds of node, such as ``construction`` or ``permit``."""
    projects: tuple[str, ...] | None = None
    """Projects, by id."""
    name: Label | None = None
    """What reports call it."""


class QuotaSpec(Model):
    """A target number of events by a date (任务指标)."""

    event: Literal["start", "completion", "production"]
    """Start (开工), completion (竣工) or production (投产)."""
    sector: str | None = None
    """Sector that counts; all by default."""
    target: NotNegative
    """How many there must be."""
    reached: NotNegative = 0
    """How many the projects of this file do not hold because they are reached already."""
    date: Moment
    """Last day that counts."""


class Scenario(Model):
    """A portfolio and what must hold."""

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Literal["backplan/1"] = Field(alias="schema")
    """Version of this format: ``backplan/1``."""
    name: Identifier
    """Short name; output folders bear it."""
    title: Label | None = None
    """Title above charts."""
    description: Label | None = None
    """What it is about."""
    source: str | None = None
    """Where the facts come from."""
    synthetic: StrictBool = False
    """Not real; outputs say so."""
    data_date: Moment
    """Data date (数据日期): everything before it is known."""
    data_date_inferred: StrictBool = False
    """Whether the source does not give the data date; outputs say so."""
    region: Literal["north", "south"] = "south"
    """Site calendar of projects that name none."""
    seed: Annotated[int, NO_BOOLEAN, Field(ge=0, lt=2**63)] = 0
    """Seed of every draw: the same seed gives the same result."""
    replications: Annotated[Positive, Field(le=1_000_000)] = 1000
    """How often the simulation runs through the network."""
    confidence: Annotated[Number, Field(gt=0, lt=1)] = 0.8
    """On-time probability (按期概率) that each project's planned dates must reach."""
    slots_per_day: Annotated[Positive, Field(le=96)] = 1
    """1 for days, 24 for hours, up to 96; templates need days."""
    default_risks: StrictBool = True
    """Whether the catalogue's delays, reworks and spreads apply: uncalibrated expert judgement."""
    progress_override: StrictBool = False
    """Whether work in progress ignores its FS and SS predecessors."""
    calendars: dict[Identifier, CalendarSpec] = Field(default_factory=dict)
    """Calendars of its own, by name."""
    resources: dict[Identifier, ResourceSpec] = Field(default_factory=dict)
    """Resources that projects share, by id."""
    drivers: dict[Identifier, DriverSpec] = Field(default_factory=dict)
    """Risk drivers, by id."""
    quotas: tuple[QuotaSpec, ...] = ()
    """Target numbers."""
    projects: tuple[Project, ...] = Field(min_length=1)
    """The portfolio."""
    notes: tuple[Label, ...] = ()
    """What outputs must say beside the results."""

    @field_validator("slots_per_day")
    @classmethod
    def _divides_a_day(cls, slots: int) -> int:
        if MINUTES_PER_DAY % slots:
            raise ValueError(f"a day does not divide into {slots} slots of whole minutes; give 1, 24 or 96")
        return slots
