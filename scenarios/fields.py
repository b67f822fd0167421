"""Values in a scenario file: whole numbers, moments, labels, distributions, days of a calendar."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from scheduling.calendar import MINUTES_PER_DAY
from simulation.distributions import (
    Discrete,
    Distribution,
    Empirical,
    Fixed,
    Greatest,
    Lognormal,
    Occasional,
    Pert,
    Triangular,
    Uniform,
)
from simulation.special import LEAST_U

MOST_SLOTS = 10_000_000
"""No work, lag or delay is longer; at 96 slots a day these are 285 years."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class Model(BaseModel):
    """Frozen; unknown keys, infinities and numbers that are none are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


# -- numbers and names --------------------------------------------------------------------------------------
def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is no number; write one")
    return value


NO_BOOLEAN = BeforeValidator(_no_boolean)
Number: TypeAlias = Annotated[float, NO_BOOLEAN]
Positive: TypeAlias = Annotated[int, NO_BOOLEAN, Field(ge=1, le=MOST_SLOTS)]
NotNegative: TypeAlias = Annotated[int, NO_BOOLEAN, Field(ge=0, le=MOST_SLOTS)]
Cost: TypeAlias = Annotated[Number, Field(ge=0, le=1e9)]
Lag: TypeAlias = Annotated[int, NO_BOOLEAN, Field(ge=-MOST_SLOTS, le=MOST_SLOTS)]
Probability: TypeAlias = Annotated[float, NO_BOOLEAN, Field(ge=0, le=1)]
Name: TypeAlias = Annotated[str, Field(min_length=1)]
Identifier: TypeAlias = Annotated[str, Field(min_length=1, pattern=r"^[^/\s][^/\x00-\x1f]*$")]


# -- moments ------------------------------------------------------------------------------------------------
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?")


def _moment(value: Any) -> date | datetime:
    found = _parsed(value) if isinstance(value, str) else value
    if not isinstance(found, date):
        raise ValueError(f"{_shown(value)} is not a date; write it as 2026-12-31")
    if isinstance(found, datetime) and found.tzinfo is not None:
        raise ValueError(f"{_shown(value)} names a time zone; write local time, as 2026-12-31 17:00")
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"{_shown(value)} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}; correct it")
    return found


def _parsed(text: str) -> date | None:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None


def _plain_day(value: Any) -> date:
    found = _moment(value)
    if isinstance(found, datetime):
        raise ValueError(f"{_shown(value)} has a time of day; write a date, as 2026-12-31")
    return found


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, (str, date)) else repr(value)


_AS_TEXT = PlainSerializer(lambda when: when.isoformat(), return_type=str, when_used="json")
_DATE_SCHEMA = WithJsonSchema({"type": "string", "format": "date"})
Moment: TypeAlias = Annotated[date | datetime, PlainValidator(_moment), _AS_TEXT, _DATE_SCHEMA]
PlainDay: TypeAlias = Annotated[date, PlainValidator(_plain_day), _AS_TEXT, _DATE_SCHEMA]


def day_of(when: date) -> date:
    """The day of a moment.

    Examples
    --------
    >>> day_of(datetime(2026, 3, 2, 17, 0)).isoformat()
    '2026-03-02'
    """
    return when.date() if isinstance(when, datetime) else when


def earlier(one: date, other: date) -> bool:
    """Whether one moment lies before another; a date and a time on that date are not told apart."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return day_of(one) < day_of(other)


# -- texts --------------------------------------------------------------------------------------------------
class Label(Model):
    """A text in Chinese and English; one of them may stand for both."""

    zh: str = ""
    """In Chinese."""
    en: str = ""
    """In English."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"zh": value, "en": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _not_empty(self) -> Label:
        if not (self.zh or self.en):
            raise ValueError("a text is empty; write it")
        return self

    def text(self, lang: str) -> str:
        """The text in a language, or the other one where it is missing."""
        return (self.en or self.zh) if lang == "en" else (self.zh or self.en)


# -- distributions ------------------------------------------------------------------------------------------
class LognormalSpec(Model):
    """Median and 90th percentile; draws beyond `max` count as `max`."""

    median: Number
    """Half of the draws lie below."""
    p90: Number
    """Nine of ten draws lie below."""
    max: Number | None = None
    """No draw is greater."""


class DiscreteSpec(Model):
    """Values and their weights."""

    values: tuple[Number, ...]
    """What may be drawn."""
    weights: tuple[Number, ...]
    """How often, relative to each other; one a value."""


Three: TypeAlias = tuple[Number, Number, Number]
Two: TypeAlias = tuple[Number, Number]
KINDS = ("fixed", "estimate", "pert", "triangular", "uniform", "lognormal", "discrete", "empirical")


class Spread(Model):
    """A distribution, by exactly one of its kinds.

    A bare number is fixed. A bare list of three is ``estimate``.
    """

    fixed: Number | None = None
    """Always this value."""
    estimate: Three | None = None
    """Optimistic (the least), most likely, pessimistic (the 90th percentile), as in the node catalogue."""
    pert: Three | None = None
    """Least, most likely, greatest: a beta distribution."""
    triangular: Three | None = None
    """Least, most likely, greatest: a triangle."""
    uniform: Two | None = None
    """Least and greatest, all between equally likely."""
    lognormal: LognormalSpec | None = None
    """Median and 90th percentile: skewed to the right, as delays are."""
    discrete: DiscreteSpec | None = None
    """Some values with weights."""
    empirical: Annotated[tuple[Number, ...], Field(min_length=1)] | None = None
    """Observed values, each equally likely."""
    weight: Annotated[Number, Field(gt=0, le=100)] | None = None
    """Of the most likely value in ``estimate`` and ``pert`` (modified PERT): 4 is classic."""
    quantiles: tuple[Probability, Probability] | None = None
    """What the outer values of ``estimate`` ([0, 0.9]) and ``triangular`` ([0, 1]) mean."""
    greatest_of: Positive = 1
    """The greatest of so many independent draws: households to move, parcels to hand over."""
    probability: Probability = 1.0
    """How often it happens at all; otherwise a delay is 0 and a multiplier 1."""

    @model_validator(mode="before")
    @classmethod
    def _from_shorthand(cls, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return {"fixed": value}
        if isinstance(value, (list, tuple)):
            return {"estimate": value}
        if isinstance(value, (dict, Spread)):
            return value
        raise ValueError(f"{_shown(value)} is no amount; give a number, [three, of, them] or {{kind: ...}}")

    @model_validator(mode="after")
    def _makes_sense(self) -> Spread:
        kinds = [name for name in KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}; found {', '.join(kinds) or 'none'}")
        for name, shapes in (("weight", ("estimate", "pert")), ("quantiles", ("estimate", "triangular"))):
            if getattr(self, name) is not None and kinds[0] not in shapes:
                raise ValueError(f"the key {name} belongs to {', '.join(shapes)}, not to {kinds[0]}; drop it")
        reach = self.always().quantile([LEAST_U, 1.0 - LEAST_U])
        if not (abs(reach) <= MOST_SLOTS).all():
            raise ValueError(f"draws may lie beyond {MOST_SLOTS:,} slots; give max or less spread")
        return self

    def always(self) -> Distribution:
        """The distribution of the values that do happen; equal estimates are a fixed value."""
        return _distribution(self)

    def distribution(self, otherwise: float = 0.0) -> Distribution:
        """The distribution, with the value `otherwise` where it does not happen.

        Examples
        --------
        >>> Spread(fixed=30, probability=0.25).distribution().quantile([0.5, 0.9]).tolist()
        [0.0, 30.0]
        """
        found = self.always()
        return found if self.probability == 1.0 else Occasional(self.probability, found, otherwise)

    @property
    def nothing(self) -> bool:
        """Whether it is always 0, as the work of a milestone."""
        return self.always() == Fixed(0.0)

    @property
    def least(self) -> float:
        """The least value that is given; a lognormal only comes near 0."""
        if values := self.empirical or (self.discrete and self.discrete.values):
            return min(values)
        if self.fixed is not None:
            return self.fixed
        points = self.estimate or self.pert or self.triangular or self.uniform
        return points[0] if points else 0.0


@lru_cache(maxsize=16384)
def _distribution(spread: Spread) -> Distribution:
    each = _shape(spread)
    return each if spread.greatest_of == 1 or isinstance(each, Fixed) else Greatest(each, spread.greatest_of)


def _shape(spread: Spread) -> Distribution:
    if spread.fixed is not None:
        return Fixed(spread.fixed)
    if spread.discrete is not None:
        return Discrete(spread.discrete.values, spread.discrete.weights)
    if spread.empirical is not None:
        return Empirical(spread.empirical)
    if spread.lognormal is not None:
        shape = spread.lognormal
        return Lognormal(shape.median, shape.p90, shape.max)
    if spread.uniform is not None:
        low, high = spread.uniform
        return Fixed(low) if low == high else Uniform(low, high)
    points = spread.estimate or spread.pert or spread.triangular
    assert points is not None
    if points[0] == points[1] == points[2]:
        return Fixed(points[1])
    low, high = spread.quantiles or (0.0, 0.9)
    if spread.triangular is not None:
        fitted = spread.quantiles is not None
        return Triangular.from_quantiles(*points, low=low, high=high) if fitted else Triangular(*points)
    weight = 4.0 if spread.weight is None else spread.weight
    if spread.pert is not None:
        return Pert(*points, weight)
    return Pert.from_quantiles(*points, low=low, high=high, weight=weight)


def _work(spread: Spread) -> Spread:
    if spread.least < 0:
        raise ValueError(f"work {spread.least:g} is negative; give slots of work, 0 for a milestone")
    if spread.probability < 1:
        raise ValueError("work has no probability; put what only may come on top under rework")
    if not spread.nothing and spread.always().most_likely <= 0:
        raise ValueError("work is most likely 0 yet may be more; give 0 for a milestone, else more than 0")
    return spread


def _some_work(spread: Spread) -> Spread:
    if _work(spread).nothing:
        raise ValueError("rework of 0 slots changes nothing; give its work or leave it out")
    return spread


def _lead(spread: Spread) -> Spread:
    if spread.least < 0 or spread.nothing:
        raise ValueError(
            f"a lead of {spread.least:g} slots; give at least 1, or a supply date for what is in hand"
        )
    return spread


def _multiplier(spread: Spread) -> Spread:
    if spread.least < 0 or spread.nothing:
        raise ValueError(f"multiplier {spread.least:g} is not above 0; 1 leaves the work as it is")
    return spread


Work: TypeAlias = Annotated[Spread, AfterValidator(_work)]
ReworkWork: TypeAlias = Annotated[Spread, AfterValidator(_some_work)]
Lead: TypeAlias = Annotated[Spread, AfterValidator(_lead)]
Multiplier: TypeAlias = Annotated[Spread, AfterValidator(_multiplier)]


# -- days of a calendar -------------------------------------------------------------------------------------
def _day_rate(value: Any) -> Any:
    """A rate or working periods; told apart here, so that a fault is reported once."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= 100:
            raise ValueError(f"rate {value} is not within 0..100; give a percentage")
        return value
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{_shown(value)} is neither a rate 0..100 nor a list of working periods")
    edge = 0
    for period in value:
        ends = list(period) if isinstance(period, (list, tuple)) else []
        if len(ends) != 2 or any(not isinstance(end, int) or isinstance(end, bool) for end in ends):
            raise ValueError(f"{_shown(period)} is no working period; give [from, to] in minutes of the day")
        if not edge <= ends[0] < ends[1] <= MINUTES_PER_DAY:
            raise ValueError(
                f"working period {ends[0]}-{ends[1]} is empty, overlaps another, is out of order or leaves "
                f"the day (0 to {MINUTES_PER_DAY} minutes); list the periods in order"
            )
        edge = ends[1]
    return tuple((period[0], period[1]) for period in value)


DayRate: TypeAlias = Annotated[int | tuple[tuple[int, int], ...], BeforeValidator(_day_rate)]
"""A rate 0..100, or working periods as (from, to) in minutes since midnight."""
Relation: TypeAlias = Literal["FS", "SS", "FF", "SF"]
