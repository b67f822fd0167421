"""Activities and links: in full, or what differs from a catalogue step."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from scenarios.fields import (
    Identifier,
    Label,
    Lag,
    Model,
    Moment,
    Name,
    NotNegative,
    Positive,
    Probability,
    Relation,
    ReworkWork,
    Work,
)


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
