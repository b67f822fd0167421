"""Activities and links: in full, or what differs from a catalogue step."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from scenarios.fields import (
    Cost,
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
from scheduling.modes import NORMAL


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
    extension: Positive | None = None
    """Slots by which the maximum lag may be prolonged each time (延期)."""
    extensions: Positive = 1
    """How often at most."""
    extension_cost: Cost = 0
    """Price of one time, in 10,000 CNY (万元)."""
    lag_calendar: str | None = None
    """Calendar in which all lags count, or ``elapsed``; by default that of the predecessor."""

    @model_validator(mode="after")
    def _some_lag(self) -> Predecessor:
        if self.lag is None and self.maximum_lag is None:
            raise ValueError("a link without lag needs a maximum_lag; give one of them")
        if self.extension is not None and self.maximum_lag is None:
            raise ValueError("an extension prolongs a maximum_lag; give one or drop it")
        return self


Predecessors: TypeAlias = tuple[Annotated[Predecessor, BeforeValidator(_predecessor)], ...]


class ReworkSpec(Model):
    """A rework loop (补正): how often, and the work it adds. No plan counts it."""

    probability: Probability
    """How often it happens."""
    work: ReworkWork
    """Work it adds, in slots of the activity's calendar."""


class ModeSpec(Model):
    """Another way to carry out an activity (赶工, 并联 ...). A plan takes it where deadlines need it."""

    work: Positive
    """Slots of work at full rate."""
    cost: Cost = 0
    """Price, in 10,000 CNY (万元)."""
    demand: dict[str, NotNegative] | None = None
    """Units it needs, by resource; by default those of the activity."""
    name: Label | None = None
    """What reports call it."""
    source: str | None = None
    """Where its figures come from."""


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
    start_by: Moment | None = None
    """It starts on this day at the latest; no plan misses it."""
    finish_from: Moment | None = None
    """It finishes on this day at the earliest."""
    demand: dict[str, NotNegative] = Field(default_factory=dict)
    """Units it holds while it lasts, by resource; of a stock, what it takes at its start."""
    cost: Cost = 0
    """Price of doing it as given here, in 10,000 CNY (万元); it counts beside those of other modes."""
    mode: Identifier = NORMAL
    """What the way given here is called beside `modes`."""
    modes: dict[Identifier, ModeSpec] = Field(default_factory=dict)
    """Other ways to do it, by id."""
    floor: Positive | None = None
    """Slots of work that the law demands at least (法定最短), whatever the mode."""
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
        for name in ("planned", "demand", "rework", "modes", "floor", "cost"):
            if getattr(self, name):
                raise ValueError(f"an activity with work 0 is a milestone and has no {name}; drop it")
        return self

    @model_validator(mode="after")
    def _modes_keep_the_law(self) -> Activity:
        if self.mode in self.modes:
            raise ValueError(f"'{self.mode}' is what the activity itself says; give that mode another id")
        planned = self.planned or self.work.always().most_likely
        for name, work in ((self.mode, planned), *((name, mode.work) for name, mode in self.modes.items())):
            if self.floor is not None and work < self.floor:
                raise ValueError(
                    f"work {work:g} of mode '{name}' is below {self.floor}, which the law demands"
                )
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
    start_by: Moment | None = None
    """It starts on this day at the latest; no plan misses it."""
    finish_from: Moment | None = None
    """It finishes on this day at the earliest."""
    demand: dict[str, NotNegative] | None = None
    """Units it holds, beside what the resource itself names."""
    modes: dict[Identifier, ModeSpec] | None = None
    """Other ways to do it, by id."""
    rework: ReworkSpec | None = None
    """Rework loop in place of the catalogue's."""
    key: StrictBool | None = None
    """Whether summary tables show it."""
    source: str | None = None
    """Where its figures come from."""
