"""What a dispatch room (调度室) keeps: evidence, claims, checks, holds, problems, reserve."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, model_validator

from scenarios.fields import (
    Identifier,
    Label,
    Model,
    Name,
    NotNegative,
    Number,
    PlainDay,
    Probability,
    Spread,
)

Amount: TypeAlias = Annotated[Number, Field(ge=0)]
Month: TypeAlias = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
"""A month as ``2026-03``."""
Event: TypeAlias = Literal[
    "signing", "landing", "start", "registration", "completion", "production", "full_effect"
]
"""签约, 落地, 开工, 入库纳统, 竣工, 投产, 达效."""
Proof: TypeAlias = Literal[
    "ceremony",
    "documents",
    "leased_premises",
    "site_levelling",
    "temporary_works",
    "part_of_works",
    "permanent_piling",
    "controlling_works",
    "filing_document",
    "construction_contract",
    "site_photo",
]
"""What was seen or handed in. ``permanent_piling`` or ``controlling_works`` make a start substantive;
``filing_document``, ``construction_contract`` and ``site_photo`` are what registration asks for."""
CauseClass: TypeAlias = Literal[
    "permit",
    "land",
    "resettlement",
    "funds",
    "power",
    "water",
    "gas",
    "labour",
    "materials",
    "equipment",
    "design",
    "tender",
    "contractor",
    "owner",
    "market",
    "policy",
    "weather",
    "epidemic",
    "quality",
    "safety",
    "environment",
    "integrity",
    "other",
]


class EvidenceSpec(Model):
    """Something that proves, or seems to prove, a start or a registration."""

    kind: Proof
    """What it is."""
    date: PlainDay
    """The day it dates from."""
    note: Label | None = None
    """What it shows."""


class ClaimSpec(Model):
    """An event as the responsible unit reports it (上报)."""

    event: Event
    """What is said to have happened."""
    date: PlainDay
    """The day it is said to have happened."""


class SiteCheckSpec(Model):
    """What an inspection found on site (实地核验、四不两直)."""

    event: Event
    """What was checked."""
    date: PlainDay
    """The day of the visit."""
    confirmed: StrictBool
    """Whether the event was found to have happened."""
    note: Label | None = None
    """What was found."""


class HoldSpec(Model):
    """A hold point (质量、安全、生态环保、廉政红线): what it blocks does not start until it is cleared."""

    aspect: Literal["quality", "safety", "environment", "integrity"]
    """What it is about."""
    blocks: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Nodes that may not start meanwhile."""
    raised: PlainDay
    """The day it was set."""
    expected: PlainDay | None = None
    """In the morning of this day it should be cleared; needed as long as it is not."""
    delay: Spread | None = None
    """Elapsed days by which it is cleared later than expected."""
    cleared: PlainDay | None = None
    """The day it was cleared."""
    name: Label | None = None
    """What is wrong."""

    @model_validator(mode="after")
    def _makes_sense(self) -> HoldSpec:
        if self.cleared is None and self.expected is None:
            raise ValueError("an open hold needs the day on which it should be cleared; give expected")
        for name, when in (("cleared", self.cleared), ("expected", self.expected)):
            if when is not None and when < self.raised:
                raise ValueError(f"{name} {when} lies before raised {self.raised}; correct one of them")
        return self


class ProblemSpec(Model):
    """A line of the problem list (问题清单), which becomes a task (任务清单) with who, how and by when."""

    what: Label
    """The problem in a sentence."""
    cause: CauseClass
    """Class of cause; rules for treatment go by it (分类施策)."""
    node: str | None = None
    """Node it holds up; by default the first node open that its class concerns."""
    raised: PlainDay
    """The day it was raised."""
    due: PlainDay | None = None
    """By when it must be solved (完成时限); by default `raised` plus the days of its class."""
    closed: PlainDay | None = None
    """The day it was solved (销号)."""
    responsible_unit: str | None = None
    """Who solves it (责任单位); by default the department of its class."""
    lead_unit: str | None = None
    """Who leads (牵头单位); by default that of the project."""
    procedure: Label | None = None
    """How (办理流程); by default that of its class."""
    excused: Label | None = None
    """Why the project cannot be blamed for it (客观因素、不可抗力)."""

    @model_validator(mode="after")
    def _makes_sense(self) -> ProblemSpec:
        for name, when in (("closed", self.closed), ("due", self.due)):
            if when is not None and when < self.raised:
                raise ValueError(f"{name} {when} lies before raised {self.raised}; correct one of them")
        return self


class CandidateSpec(Model):
    """A project of the three-year rolling reserve (三年滚动储备库)."""

    id: Identifier
    """Unique in the reserve."""
    name: Label
    """Full name."""
    template: Literal["government", "enterprise"]
    """``government`` (审批制) or ``enterprise`` (备案制)."""
    sector: str | None = None
    """As quotas name it."""
    district: str | None = None
    """Where it would lie (属地)."""
    investment: Amount
    """Total in 10,000 CNY (万元)."""
    year: Annotated[int, Field(ge=1900, le=2200)]
    """Year in which it should start."""
    done: tuple[str, ...] = ()
    """Steps of early work that are done, by catalogue id (``A4``, ``D2`` ...)."""
    listed: StrictBool = False
    """Whether it is in a plan or list of a higher level (进规划、进盘子)."""
    land: Annotated[Number, Field(ge=0)] = 0
    """Land it needs, in mu (亩)."""
    land_secured: Probability = 0.0
    """Share of that land which is secured."""
    funds_secured: Probability = 0.0
    """Share of the investment whose funding is secured."""
    earliest: PlainDay | None = None
    """It cannot start before this day."""


class RuleSpec(Model):
    """Rules for lights and lists: a published set, and what differs from it."""

    preset: Literal["probability", "yinchuan", "mianyang", "xinhuang"] = "probability"
    """``probability`` (by on-time probability), or the published rules of 银川, 绵阳 or 新晃."""
    stalled_days: NotNegative = 60
    """A project in which no node began or closed for so long is stalled (原地踏步)."""
    excused: dict[str, Label] = Field(default_factory=dict)
    """Projects left out of red and black lists, by id, and why (不可抗力)."""
