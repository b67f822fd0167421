"""Projects: status, deadlines, factors, and what is planned of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from scenarios.fields import (
    Identifier,
    Label,
    Lead,
    Model,
    Moment,
    Name,
    Positive,
    Probability,
    Spread,
    earlier,
)
from scenarios.schema.activities import Activity, Override
from scenarios.schema.dispatch import (
    Amount,
    ClaimSpec,
    EvidenceSpec,
    HoldSpec,
    Month,
    ProblemSpec,
    SiteCheckSpec,
)


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

    total: Amount
    """Total investment (总投资)."""
    this_year: Amount | None = None
    """To be completed this year (年度计划投资)."""
    completed: Amount = 0
    """Completed since the project began (累计完成投资)."""
    months: dict[Month, Amount] = Field(default_factory=dict)
    """Completed by month (按月完成投资), part of `completed`."""
    secured: Amount | None = None
    """Funds in hand or promised (已落实资金); what is left of the total is the gap (投资缺口)."""

    @model_validator(mode="after")
    def _months_are_part(self) -> Investment:
        by_month = sum(self.months.values())
        if by_month > self.completed * (1 + 1e-9):
            raise ValueError(f"the months add up to {by_month:g}, more than completed {self.completed:g}")
        return self


def one_or_more(value: Any) -> Any:
    """A list; a single mapping stands for a list of one."""
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
    developer: str | None = None
    """Developer (建设单位)."""
    leader: str | None = None
    """Leader in charge (挂点领导), by office."""
    group: str | None = None
    """Group that pushes it (推进组)."""
    category: str | None = None
    """Class of project, as reports group it (新建、更新、民生 ...)."""
    blocker: Label | None = None
    """What holds it up (难点堵点)."""
    start: Moment | None = None
    """Nothing of it starts before this day; by default the data date."""
    until: tuple[str, ...] = ()
    """Nodes that the plan leads to, beside those with deadlines; without either all nodes are planned.
    Catalogue steps that lead to none of them, to no own activity and to no reported node are left out."""
    current: Annotated[tuple[Current, ...], BeforeValidator(one_or_more)] = ()
    """The node it stands at, or one for each parallel branch."""
    progress: dict[str, Progress] = Field(default_factory=dict)
    """What is known of single nodes; it counts before what ``current`` implies."""
    deadlines: tuple[DeadlineSpec, ...] = ()
    """Dates that must hold, at most one a node."""
    factors: dict[Identifier, FactorSpec] = Field(default_factory=dict)
    """Factors, by an id of the catalogue (``land``, ``funds``, ``power`` ...) or one of your own."""
    holds: dict[Identifier, HoldSpec] = Field(default_factory=dict)
    """Hold points, by an id of your own."""
    problems: dict[Identifier, ProblemSpec] = Field(default_factory=dict)
    """Its problem list (问题清单), by an id of your own."""
    evidence: tuple[EvidenceSpec, ...] = ()
    """What proves its start and registration."""
    claims: tuple[ClaimSpec, ...] = ()
    """Events as reported by the responsible unit."""
    checks: tuple[SiteCheckSpec, ...] = ()
    """What inspections found on site."""
    overrides: dict[str, Override] = Field(default_factory=dict)
    """What differs from catalogue steps, by step."""
    activities: tuple[Activity, ...] = ()
    """Activities of its own."""
    default_risks: StrictBool | None = None
    """Whether the catalogue's delays, reworks and spreads apply; by default as in the scenario."""
    cancellation: Probability | None = None
    """Chance a year that it is dropped (项目取消); by default the catalogue's, with ``default_risks``."""
    assumed: tuple[str, ...] = ()
    """Keys whose values the source does not give; outputs mark them (推定)."""

    @model_validator(mode="after")
    def _some_activities(self) -> Project:
        if self.template is None and not self.activities:
            raise ValueError("a project needs a template or activities; give one of them")
        if self.template is None and (self.options or self.land_ready):
            raise ValueError("options and land_ready change a template; name one or drop them")
        return self
