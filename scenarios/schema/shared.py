"""What projects share: calendars, resources, risk drivers, quotas."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, field_validator, model_validator

from scenarios.fields import (
    DayRate,
    Label,
    Model,
    Moment,
    Multiplier,
    NotNegative,
    PlainDay,
    earlier,
)


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
    """How many have happened already, those of projects in this file included."""
    date: Moment
    """Last day that counts."""
