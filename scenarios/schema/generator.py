"""A seeded generator of synthetic projects. Every figure it starts from is expert judgement."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from scenarios.fields import (
    NO_BOOLEAN,
    Identifier,
    Label,
    Model,
    Name,
    NotNegative,
    Number,
    PlainDay,
    Positive,
    Probability,
)

StageName: TypeAlias = Literal[
    "talks", "signed", "early", "land", "ready", "building", "finishing", "completed", "producing"
]
Share: TypeAlias = Annotated[Number, Field(ge=0)]
Money: TypeAlias = Annotated[Number, Field(gt=0)]


class KindSpec(Model):
    """A kind of project that is generated."""

    name: Label
    """What is built; a number and a district are added."""
    share: Share
    """How often, relative to the other kinds."""
    template: Literal["government", "enterprise"]
    """Catalogue template."""
    options: tuple[str, ...] = ()
    """Options of the template."""
    land_ready: Probability = 0.5
    """Share on ready land (净地)."""
    sector: str | None = None
    """As quotas name it."""
    category: str | None = None
    """Class of project."""
    group: str | None = None
    """Group that pushes it (推进组)."""
    lead_unit: str | None = None
    """Lead unit (牵头单位)."""
    investment: tuple[Money, Money]
    """Least and greatest total investment, in 10,000 CNY (万元)."""

    @model_validator(mode="after")
    def _in_order(self) -> KindSpec:
        if self.investment[1] < self.investment[0]:
            raise ValueError(f"investment {list(self.investment)}: the first is the least; swap them")
        return self


class DrawnDemand(Model):
    """What generated projects take of a resource, drawn between two whole numbers."""

    resource: Name
    """Resource of the scenario."""
    node: Name
    """Node that takes it, in projects that have it."""
    low: NotNegative
    """Least units."""
    high: NotNegative
    """Most units."""


class GeneratorSpec(Model):
    """Synthetic projects: how many, of which kinds, and where they stand."""

    projects: Annotated[Positive, Field(le=2000)]
    """How many. Asking for more leaves the first ones as they are."""
    seed: Annotated[int, NO_BOOLEAN, Field(ge=0)]
    """Seed of everything that is drawn about them."""
    prefix: Identifier = "P"
    """Their ids begin so."""
    kinds: Annotated[tuple[KindSpec, ...], Field(min_length=1)]
    """Kinds of project."""
    stages: Annotated[dict[StageName, Share], Field(min_length=1)]
    """Where they stand, as relative shares."""
    districts: Annotated[tuple[str, ...], Field(min_length=1)]
    """Where they lie (属地)."""
    leaders: tuple[str, ...] = ()
    """Leaders in charge, by office."""
    due: Annotated[tuple[PlainDay, ...], Field(min_length=1)]
    """Days on which deadlines fall, in order: each project gets the first that leaves it its slack."""
    slack: tuple[Share, Share] = (0.0, 0.5)
    """Least and greatest time to spare, as a share of the time that the work ahead takes by plan."""
    stalled: Probability = 0.1
    """Share in which nothing has moved for two to six months."""
    problems: Probability = 0.4
    """Share with open problems."""
    claimed: Probability = 0.15
    """Share of those about to start that report a start after a ceremony alone."""
    unregistered: Probability = 0.15
    """Share of those under construction that are not in the statistics."""
    holds: Probability = 0.05
    """Share of those under construction with a safety or quality hold."""
    demands: tuple[DrawnDemand, ...] = ()
    """Quantities of resources that differ from project to project."""

    @model_validator(mode="after")
    def _makes_sense(self) -> GeneratorSpec:
        if list(self.due) != sorted(set(self.due)):
            raise ValueError("due: list the days in order, each once")
        if self.slack[1] < self.slack[0]:
            raise ValueError("slack: the first is the least; swap them")
        for name, shares in (
            ("kinds", [kind.share for kind in self.kinds]),
            ("stages", self.stages.values()),
        ):
            if not sum(shares):
                raise ValueError(f"{name}: every share is 0; give one of them more")
        return self
