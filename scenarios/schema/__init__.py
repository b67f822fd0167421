"""The scenario: what a file, a ledger or a notebook hands to backplan.

These models are the file boundary. Every reader (YAML, ledger, ProTrack) makes the same :class:`Scenario`;
:mod:`scenarios.assemble` turns it into a graph. Dates are dates, work and lags are slots (days by default).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictBool, field_validator, model_validator

from scenarios.fields import (
    NO_BOOLEAN,
    DiscreteSpec,
    Identifier,
    Label,
    LognormalSpec,
    Model,
    Moment,
    Number,
    Positive,
    Spread,
)
from scenarios.schema.activities import Activity, ModeSpec, Override, Predecessor, ReworkSpec
from scenarios.schema.dispatch import (
    CandidateSpec,
    ClaimSpec,
    Event,
    EvidenceSpec,
    HoldSpec,
    ProblemSpec,
    RuleSpec,
    SiteCheckSpec,
)
from scenarios.schema.generator import GeneratorSpec
from scenarios.schema.projects import Current, DeadlineSpec, FactorSpec, Investment, Progress, Project
from scenarios.schema.shared import (
    CalendarSpec,
    CapacityChange,
    Delivery,
    DriverSpec,
    QuotaSpec,
    ResourceSpec,
    Selection,
    ShockSpec,
    WeatherSpec,
)
from scheduling.calendar import MINUTES_PER_DAY

__all__ = [
    "SCHEMA",
    "Activity",
    "CalendarSpec",
    "CandidateSpec",
    "CapacityChange",
    "ClaimSpec",
    "Current",
    "DeadlineSpec",
    "Delivery",
    "DiscreteSpec",
    "DriverSpec",
    "Event",
    "EvidenceSpec",
    "FactorSpec",
    "GeneratorSpec",
    "HoldSpec",
    "Investment",
    "Label",
    "LognormalSpec",
    "ModeSpec",
    "Override",
    "Predecessor",
    "ProblemSpec",
    "Progress",
    "Project",
    "QuotaSpec",
    "ResourceSpec",
    "ReworkSpec",
    "RuleSpec",
    "Scenario",
    "Selection",
    "ShockSpec",
    "SiteCheckSpec",
    "Spread",
    "WeatherSpec",
]

SCHEMA = "backplan/1"


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
    dated: StrictBool = True
    """Whether the source has dates. Without them `data_date` stands for 0, starts of projects count from it,
    nothing else may be a date or name a calendar, and outputs show numbers."""
    region: Literal["north", "south"] = "south"
    """Site calendar of projects that name none."""
    seed: Annotated[int, NO_BOOLEAN, Field(ge=0, lt=2**63)] = 0
    """Seed of every draw: the same seed gives the same result."""
    replications: Annotated[Positive, Field(le=1_000_000)] = 1000
    """How often the simulation runs through the network."""
    confidence: Annotated[Number, Field(gt=0, lt=1)] = 0.8
    """On-time probability (按期概率) that each project's planned dates must reach."""
    slots_per_day: Annotated[Positive, Field(le=1440)] = 1
    """1 for days, 24 for hours, up to 1440 for minutes; templates need days."""
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
    weather: dict[Identifier, WeatherSpec] = Field(default_factory=dict)
    """Weather by season, by id."""
    shocks: dict[Identifier, ShockSpec] = Field(default_factory=dict)
    """What-ifs between two dates, by id; every one in the file happens."""
    quotas: tuple[QuotaSpec, ...] = ()
    """Target numbers."""
    rules: RuleSpec = RuleSpec()
    """Rules for lights and lists."""
    reserve: tuple[CandidateSpec, ...] = ()
    """Projects in reserve."""
    generate: GeneratorSpec | None = None
    """Synthetic projects beside those listed; reading the file makes them."""
    projects: Annotated[tuple[Project, ...], Field(min_length=1)] = ()
    """The portfolio."""
    notes: tuple[Label, ...] = ()
    """What outputs must say beside the results."""

    @property
    def heading(self) -> Label:
        """The title, or the short name where there is none."""
        return self.title or Label(zh=self.name, en=self.name)

    @model_validator(mode="after")
    def _some_projects(self) -> Scenario:
        if not self.projects and self.generate is None:
            raise ValueError("a scenario needs projects; list them, or let generate make synthetic ones")
        return self

    @field_validator("slots_per_day")
    @classmethod
    def _divides_a_day(cls, slots: int) -> int:
        if MINUTES_PER_DAY % slots:
            raise ValueError(f"a day does not divide into {slots} slots of whole minutes; give 1, 24 or 96")
        return slots
