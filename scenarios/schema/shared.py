"""What projects share: calendars, resources, risk drivers, quotas."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, TypeAlias

from pydantic import Field, StrictBool, field_validator, model_validator

from scenarios.fields import (
    NO_BOOLEAN,
    DayRate,
    Label,
    Model,
    Moment,
    Multiplier,
    NotNegative,
    Number,
    PlainDay,
    Probability,
    Spread,
    earlier,
)
from scenarios.schema.dispatch import Amount, Event


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


class Delivery(Model):
    """What is added to a stock."""

    date: Moment
    """In hand from the morning of this day."""
    quantity: NotNegative
    """How much arrives."""


class ResourceSpec(Model):
    """A resource shared by projects: units that are held and given back, or a stock that is used up."""

    name: Label | None = None
    """What reports call it."""
    capacity: NotNegative
    """Units at first."""
    changes: tuple[CapacityChange, ...] = ()
    """Later capacities, in order of date."""
    consumed: StrictBool = False
    """Whether it is a stock (land quota, funds): what a node takes at its start is gone. `capacity` is then
    what is there at first, what actual starts took included."""
    deliveries: tuple[Delivery, ...] = ()
    """What is added to a stock, in order of date."""
    demand: dict[str, NotNegative] = Field(default_factory=dict)
    """Units that a node holds (of a stock: takes), by node, in every project that has it."""
    factor: str | None = None
    """Factor that it is the supply of (``land``, ``funds``, ``labour`` ...), for the factor ledger."""
    unit: Label | None = None
    """Unit it is counted in (亩, 万元, 人)."""
    synthetic: StrictBool = False
    """Not from the source; outputs say so."""

    @field_validator("changes", "deliveries")
    @classmethod
    def _in_order(cls, changes: tuple[Any, ...]) -> tuple[Any, ...]:
        for one, other in pairwise(changes):
            if not earlier(one.date, other.date):
                raise ValueError(f"{other.date} does not lie after {one.date}; list them by date")
        return changes

    @model_validator(mode="after")
    def _held_or_consumed(self) -> ResourceSpec:
        if self.consumed and self.changes:
            raise ValueError("a stock has deliveries, no changes of capacity; write them as deliveries")
        if self.deliveries and not self.consumed:
            raise ValueError("deliveries add to a stock; say consumed: true, or give changes")
        return self


class Selection(Model):
    """Activities: those that every given key matches."""

    activities: tuple[str, ...] | None = None
    """Nodes, as ``node`` (in every project) or ``project/node``."""
    kinds: tuple[str, ...] | None = None
    """Kinds of node, such as ``construction`` or ``permit``."""
    projects: tuple[str, ...] | None = None
    """Projects, by id."""
    name: Label | None = None
    """What reports call it."""


class DriverSpec(Selection):
    """A risk driver, or a risk of a register: one draw a replication acts on many activities at once.

    It acts on the activities that every given key matches.
    """

    multiplier: Multiplier | None = None
    """Factor on their work; where it has a ``probability`` of its own, it is 1 otherwise."""
    added: Spread | None = None
    """Slots of work that it adds to each; negative: takes away."""
    probability: Probability = 1.0
    """How often it happens, to all of them together."""
    own: StrictBool = False
    """Whether each activity draws an impact of its own; else all take the same one."""

    @model_validator(mode="after")
    def _some_impact(self) -> DriverSpec:
        if self.multiplier is None and self.added is None:
            raise ValueError("a driver changes nothing; give it a multiplier or added work")
        return self


Month: TypeAlias = Annotated[int, Field(ge=1, le=12)]
Percent: TypeAlias = Annotated[int, NO_BOOLEAN, Field(ge=0, le=100)]


class WeatherSpec(Model):
    """Days that weather takes from outdoor work, month by month (雨季、台风、高温)."""

    calendars: tuple[str, ...] = Field(min_length=1)
    """Calendars of outdoor work. The lost share of each month lowers their rates, in the plan too."""
    lost_days: Annotated[dict[Month, Annotated[Number, Field(ge=0, le=31)]], Field(min_length=1)]
    """Days lost in an average year, by month (1 to 12)."""
    years: Multiplier | None = None
    """How years differ: a factor on the lost days of each, 1 on average. Simulations draw it."""
    name: Label | None = None
    """What reports call it."""


class ShockSpec(Selection):
    """A what-if between two dates: an epidemic, a flood, a sprint in the fourth quarter (决战四季度).

    It acts on the activities that every given key matches.
    """

    first: PlainDay
    """First day."""
    last: PlainDay
    """Last day."""
    rate: Percent = 100
    """Rate of work meanwhile, in percent of what the calendar says; 0 stops it."""
    rest: Percent | None = None
    """Rate of days that rest otherwise; 100 works through weekends and holidays."""
    capacity: dict[str, NotNegative] = Field(default_factory=dict)
    """Units of resources meanwhile."""

    @model_validator(mode="after")
    def _makes_sense(self) -> ShockSpec:
        if self.last < self.first:
            raise ValueError(f"last {self.last} lies before first {self.first}; swap them")
        if self.rate == 100 and self.rest is None and not self.capacity:
            raise ValueError("a shock changes nothing; give it a rate, rest or capacity")
        return self


class QuotaSpec(Model):
    """A target number of events by a date (任务指标)."""

    event: Event
    """What counts: signing (签约), landing (落地), start (开工), registration (入库纳统), completion (竣工),
    production (投产), full_effect (达效)."""
    sector: str | None = None
    """Sector that counts; all by default."""
    least: Amount | None = None
    """Least total investment that counts, in 10,000 CNY (万元)."""
    below: Amount | None = None
    """Total investment below which it counts, in 10,000 CNY (万元)."""
    target: NotNegative
    """How many there must be."""
    reached: NotNegative = 0
    """How many have happened already, those of projects in this file included."""
    date: Moment
    """Last day that counts."""

    @model_validator(mode="after")
    def _a_band(self) -> QuotaSpec:
        if self.least is not None and self.below is not None and self.below <= self.least:
            raise ValueError(f"nothing is at least {self.least:g} and below {self.below:g}; correct one")
        return self
