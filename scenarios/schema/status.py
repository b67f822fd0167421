"""A status file: what has changed since the scenario, or since the status before (周调度台账)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from scenarios.fields import Identifier, Label, Model, Moment, PlainDay, Spread
from scenarios.schema.dispatch import Amount, CauseClass, ClaimSpec, EvidenceSpec, Month, SiteCheckSpec
from scenarios.schema.projects import Current, DeadlineSpec, FactorSpec, Progress, one_or_more

STATUS_SCHEMA = "backplan-status/1"


class ProblemChange(Model):
    """A new problem, or what has changed of one; what is left out stays."""

    what: Label | None = None
    """The problem in a sentence."""
    cause: CauseClass | None = None
    """Class of cause."""
    node: str | None = None
    """Node it holds up."""
    raised: PlainDay | None = None
    """The day it was raised."""
    due: PlainDay | None = None
    """By when it must be solved."""
    closed: PlainDay | None = None
    """The day it was solved (销号)."""
    responsible_unit: str | None = None
    """Who solves it."""
    lead_unit: str | None = None
    """Who leads."""
    procedure: Label | None = None
    """How."""
    excused: Label | None = None
    """Why the project cannot be blamed for it."""


class HoldChange(Model):
    """A new hold point, or what has changed of one; what is left out stays."""

    aspect: Literal["quality", "safety", "environment", "integrity"] | None = None
    """What it is about."""
    blocks: tuple[str, ...] | None = None
    """Nodes that may not start meanwhile."""
    raised: PlainDay | None = None
    """The day it was set."""
    expected: PlainDay | None = None
    """When it should be cleared."""
    delay: Spread | None = None
    """Elapsed days by which it is cleared later than expected."""
    cleared: PlainDay | None = None
    """The day it was cleared."""
    name: Label | None = None
    """What is wrong."""


class InvestmentChange(Model):
    """Money that has changed, in 10,000 CNY (万元)."""

    total: Amount | None = None
    """Total investment."""
    this_year: Amount | None = None
    """To be completed this year."""
    completed: Amount | None = None
    """Completed since the project began."""
    months: dict[Month, Amount] | None = None
    """Completed by month; other months stay."""
    secured: Amount | None = None
    """Funds in hand or promised."""


class ProjectChange(Model):
    """What has changed of one project."""

    current: Annotated[tuple[Current, ...] | None, BeforeValidator(one_or_more)] = None
    """The node it stands at now; a node before it is done, others stay as they were."""
    progress: dict[str, Progress] = Field(default_factory=dict)
    """Nodes that have begun, moved on or ended; what was said of others stays."""
    deadlines: tuple[DeadlineSpec, ...] = ()
    """Deadlines that have moved, or are new."""
    factors: dict[Identifier, FactorSpec] = Field(default_factory=dict)
    """Factors of which more is known."""
    holds: dict[Identifier, HoldChange] = Field(default_factory=dict)
    """Hold points, by id."""
    problems: dict[Identifier, ProblemChange] = Field(default_factory=dict)
    """Problem list, by id."""
    evidence: tuple[EvidenceSpec, ...] = ()
    """New evidence."""
    claims: tuple[ClaimSpec, ...] = ()
    """New claims."""
    checks: tuple[SiteCheckSpec, ...] = ()
    """New site checks."""
    investment: InvestmentChange | None = None
    """Money."""
    blocker: Label | None = None
    """What holds it up now."""


class StatusUpdate(Model):
    """What has changed in a portfolio up to a date."""

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Literal["backplan-status/1"] = Field(alias="schema")
    """Version of this format: ``backplan-status/1``."""
    date: Moment
    """New data date: everything before it is known."""
    projects: dict[Identifier, ProjectChange] = Field(default_factory=dict)
    """Changes, by project."""
