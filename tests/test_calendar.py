"""Calendar arithmetic against walking slot by slot, straight from the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.calendar import CONTINUOUS, FIVE_DAY, SEVEN_DAY, Axis, Calendar, CalendarTable
from scheduling.errors import AxisError, InputError

MONDAY = date(2026, 1, 5)
SITE = ((480, 720), (780, 1020))
"""Working periods 8-12 and 13-17, in minutes since midnight."""

# Runs of one rate, so that breaks, winter days and full days meet at every edge of the axis.
RATES = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 10, 30, 50, 99, 100, 100]), st.integers(1, 4)), min_size=0, max_size=6
).map(lambda runs: [rate for rate, length in runs for _ in range(length)])
WORKS = (0, 1, 2, 3, 7)
LAGS = (-5, -2, -1, 0, 1, 2, 5)


# -- the walk: definitions of DESIGN 3 and SEMANTICS 1-5, without tables --------------------------------
def first(candidates: Iterable[int], holds: Callable[[int], bool]) -> int | None:
    return next((x for x in candidates if holds(x)), None)


class Walk:
    """Each answer is found by trying every boundary; None where no boundary on the axis will do."""

    def __init__(self, rates: list[int]) -> None:
        self.rates = rates
        self.h = len(rates)
        self.boundaries = range(self.h + 1)
        self.allowed = [t for t in range(self.h) if rates[t] > 0]

    def finish(self, start: int, work: int) -> int | None:
        done, t = 0, start
        while done < 100 * work:
            if t == self.h:
                return None
            done += self.rates[t]
            t += 1
        return t

    def next_start(self, bound: int) -> int | None:
        return first(self.allowed, lambda s: s >= bound)

    def previous_start(self, bound: int) -> int | None:
        return first(reversed(self.allowed), lambda s: s <= bound)

    def earliest_start(self, finish: int, work: int) -> int | None:
        return first(self.allowed, lambda s: (f := self.finish(s, work)) is None or f >= finish)

    def latest_start(self, finish: int, work: int) -> int | None:
        return first(
            reversed(self.allowed), lambda s: (f := self.finish(s, work)) is not None and f <= finish
        )

    def after_previous_start(self, start: int) -> int | None:
        return first(self.boundaries, lambda x: (s := self.next_start(x)) is None or s >= start)

    def slots(self, begin: int, end: int) -> int:
        if begin > end:
            return -self.slots(end, begin)
        return sum(begin <= t < end for t in self.allowed)

    def shift(self, bound: int, lag: int) -> int | None:
        if lag == 0:
            return bound
        if lag > 0:
            return first(self.boundaries, lambda t: self.slots(0, t) >= self.slots(0, bound) + lag)
        return first(reversed(self.boundaries), lambda t: self.slots(0, t) <= self.slots(0, bound) + lag)

    def image(self, x: int, lag: int) -> int:
        """A(x, lag), or a place before or past every boundary."""
        at = self.shift(x, lag)
        return (-1 if lag < 0 else self.h + 1) if at is None else at

    def unshift_latest(self, bound: int, lag: int) -> int | None:
        return first(reversed(self.boundaries), lambda x: self.image(x, lag) <= bound)

    def unshift_earliest(self, bound: int, lag: int) -> int | None:
        return first(self.boundaries, lambda x: self.image(x, lag) >= bound)


def table_of(rates: list[int]) -> CalendarTable:
    return CalendarTable("tried", rates)


def answer(method: Callable[..., int], *args: int) -> int | None:
    try:
        return method(*args)
    except AxisError:
        return None


ONE = ("next_start", "previous_start", "after_previous_start")
WITH_WORK = ("finish", "earliest_start", "latest_start")
WITH_LAG = ("shift", "unshift_latest", "unshift_earliest")


def arguments(name: str, h: int) -> list[tuple[int, ...]]:
    """Every boundary of the axis and a few beyond both ends, with every work or lag tried."""
    bounds = range(-2, h + 3)
    if name in ONE:
        return [(x,) for x in bounds]
    return list(product(bounds, WORKS if name in WITH_WORK else LAGS))


def expected(walk: Walk, name: str, args: tuple[int, ...]) -> int | None:
    if not 0 <= args[0] <= walk.h:
        return None
    found: int | None = getattr(walk, name)(*args)
    return found


@pytest.mark.parametrize("name", ONE + WITH_WORK + WITH_LAG)
@settings(max_examples=60, deadline=None)
@given(rates=RATES)
def test_every_scalar_look_up_is_the_walk(name: str, rates: list[int]) -> None:
    table, walk = table_of(rates), Walk(rates)
    for args in arguments(name, walk.h):
        found = answer(getattr(table, name), *args)
        assert found == expected(walk, name, args), (name, args)
        assert found is None or type(found) is int


@settings(max_examples=60, deadline=None)
@given(rates=RATES)
def test_slots_and_shift_or_none_are_the_walk(rates: list[int]) -> None:
    table, walk = table_of(rates), Walk(rates)
    for begin, end in product(range(-1, walk.h + 2), repeat=2):
        on_axis = min(begin, end) >= 0 and max(begin, end) <= walk.h
        assert answer(table.slots, begin, end) == (walk.slots(begin, end) if on_axis else None)
    for args in arguments("shift", walk.h):
        assert table.shift_or_none(*args) == expected(walk, "shift", args)


ARRAYS = ONE + WITH_WORK + WITH_LAG


def arrays(table: CalendarTable, name: str, rows: list[tuple[int, ...]]) -> list[int]:
    """One call of the array method for all rows; a lag is the same for all of them."""
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    method = getattr(table, f"{name}_array")
    found: list[int] = (method(columns[0], rows[0][1]) if name in WITH_LAG else method(*columns)).tolist()
    return found


@pytest.mark.parametrize("name", ARRAYS)
@settings(max_examples=60, deadline=None)
@given(rates=RATES, lag=st.sampled_from(LAGS))
def test_every_array_look_up_is_the_walk(name: str, rates: list[int], lag: int) -> None:
    table, walk = table_of(rates), Walk(rates)
    rows = [args for args in arguments(name, walk.h) if name not in WITH_LAG or args[1] == lag]
    good = [args for args in rows if expected(walk, name, args) is not None]
    if good:
        assert arrays(table, name, good) == [expected(walk, name, args) for args in good]
    for args in set(rows) - set(good):
        with pytest.raises(AxisError, match="calendar 'tried' covers 0 to"):
            arrays(table, name, [*good, args])


def test_arrays_may_be_empty_and_have_any_shape() -> None:
    none = np.array([], dtype=np.int64)
    assert WEEKS.finish_array(none, none).shape == (0,)
    assert WEEKS.finish_array(np.array([[0], [4]]), np.array([1, 2])).tolist() == [[1, 2], [5, 8]]


@settings(max_examples=100, deadline=None)
@given(rates=RATES, before=RATES, after=RATES)
def test_a_longer_axis_changes_no_answer_but_bounds_that_do_not_bind(
    rates: list[int], before: list[int], after: list[int]
) -> None:
    short, shift = table_of(rates), len(before)
    long = table_of(before + rates + after)
    for name in ("finish", "next_start", "shift"):
        for args in arguments(name, len(rates)):
            found = answer(getattr(short, name), *args)
            if found is not None:
                assert getattr(long, name)(args[0] + shift, *args[1:]) == found + shift
    for name, end in (("unshift_latest", len(rates)), ("unshift_earliest", 0)):
        for args in arguments(name, len(rates)):
            found = answer(getattr(short, name), *args)
            if found is not None and found != end:
                assert getattr(long, name)(args[0] + shift, *args[1:]) == found + shift


def test_errors_name_the_calendar_its_dated_range_and_the_remedy() -> None:
    table = FIVE_DAY.on(Axis(MONDAY, 14))
    with pytest.raises(
        AxisError, match=r"calendar '5-day' covers 2026-01-05 to 2026-01-18; .*Extend the calendars"
    ):
        table.finish(3, 9)
    with pytest.raises(AxisError, match="calendar 'bare' covers 0 to 3"):
        CalendarTable("bare", [100] * 3).finish(-1, 1)
    assert repr(table) == "CalendarTable('5-day', 14 slots)"


@pytest.mark.parametrize("name", ["next_start", "previous_start"])
def test_a_calendar_without_work_has_no_allowed_start(name: str) -> None:
    table = Calendar("shut", (0,) * 7).on(Axis(MONDAY, 7))
    with pytest.raises(AxisError, match="calendar 'shut'"):
        getattr(table, name)(3)


# -- examples of SEMANTICS, 5-day week, boundary 0 = Monday 0:00 ----------------------------------------
WEEKS = FIVE_DAY.on(Axis(MONDAY, 28))


def test_clause_1_no_work_finishes_where_it_starts() -> None:
    assert WEEKS.finish(7, 0) == 7
    assert WEEKS.finish_array(np.array([7, 6, 5]), np.array([0, 0, 0])).tolist() == [7, 6, 5]


def test_clause_1_the_rest_of_a_partly_used_slot_is_lost() -> None:
    winter = CalendarTable("winter", [30] * 10)
    assert winter.finish(0, 1) == 4  # 30 + 30 + 30 + 30 >= 100
    assert winter.finish(winter.finish(0, 1), 1) == 8
    assert winter.finish(0, 2) == 7


def test_clause_2_running_off_either_end_is_an_error_never_a_clamp() -> None:
    # The project starts at 20: a latest start of 17 lies before it and is shown as such.
    late = SEVEN_DAY.on(Axis(MONDAY, 60))
    assert late.latest_start(27, 10) == 17
    with pytest.raises(AxisError, match="runs off"):
        late.latest_start(9, 10)
    with pytest.raises(AxisError, match="runs off"):
        late.finish(51, 10)


def test_clause_3_a_maximum_lag_bounds_a_start_by_the_next_allowed_one() -> None:
    finish = WEEKS.finish(0, 5)
    assert finish == 5
    assert WEEKS.next_start(WEEKS.shift(finish, 0)) == 7
    assert WEEKS.after_previous_start(7) == 5


def test_clause_4_lags_do_not_cancel() -> None:
    assert WEEKS.shift(5, 1) == 8
    assert WEEKS.shift(8, -1) == 7


def test_clause_5_fs_0_from_a_start_milestone_starts_in_the_same_slot() -> None:
    start_milestone = WEEKS.next_start(5)
    assert start_milestone == 7
    assert WEEKS.next_start(WEEKS.shift(WEEKS.finish(start_milestone, 0), 0)) == 7
    assert WEEKS.latest_start(6, 0) == 4
    assert WEEKS.earliest_start(6, 0) == 7


def test_reversed_time_does_not_recompute_lengths() -> None:
    """Rates 10, 3, 3, 10 and work 13, in hundredths of a unit: forward and mirrored lengths differ by one."""
    rates = [10, 3, 3, 10]
    table = CalendarTable("partial", [100 * rate for rate in rates])
    assert table.finish(0, 13) == 2
    assert table.latest_start(4, 13) == 2
    assert table.finish(1, 13) == 4
    assert table.latest_start(3, 13) == 0


def test_lags_count_every_working_slot_once_whatever_the_rate() -> None:
    table = CalendarTable("winter", [100, 30, 0, 1, 100])
    assert table.shift(0, 3) == 4
    assert table.slots(0, 5) == 4


# -- axis -----------------------------------------------------------------------------------------------
@given(offset=st.integers(0, 400), per_day=st.sampled_from([1, 2, 24, 48, 96]), days=st.integers(1, 401))
def test_axis_reads_back_what_it_shows(offset: int, per_day: int, days: int) -> None:
    axis = Axis(MONDAY, days, per_day)
    boundary = min(offset, axis.length)
    assert axis.end_of(axis.moment(boundary)) == boundary
    if boundary < axis.length:
        assert axis.slot(axis.moment(boundary)) == boundary
        assert axis.slot(axis.start_date(boundary)) <= boundary < axis.end_of(axis.start_date(boundary))
    if boundary:
        assert axis.slot(axis.finish_date(boundary)) < boundary <= axis.end_of(axis.finish_date(boundary))


def test_axis_dates_on_both_sides() -> None:
    axis = Axis(MONDAY, 10)
    assert (axis.length, axis.last) == (10, date(2026, 1, 14))
    assert (axis.slot(axis.first), axis.end_of(axis.last)) == (0, 10)
    for outside in (date(2026, 1, 4), date(2026, 1, 15)):
        message = rf"{outside} lies outside .*2026-01-05 to 2026-01-14. Move the date or extend"
        for read in (axis.slot, axis.end_of):
            with pytest.raises(AxisError, match=message):
                read(outside)


def test_axis_accepts_numpy_boundaries() -> None:
    axis = Axis(MONDAY, 10)
    assert axis.start_date(np.int64(2)) == axis.finish_date(np.int64(3)) == date(2026, 1, 7)
    assert axis.moment(np.int64(2)) == datetime(2026, 1, 7)


def test_datetimes_fall_in_slots() -> None:
    noon = datetime(2026, 1, 6, 12, 0)
    daily, hourly, fine = (Axis(MONDAY, 3, per_day) for per_day in (1, 24, 96))
    assert (daily.slot(noon), daily.end_of(noon)) == (1, 2)
    assert (hourly.slot(noon), hourly.end_of(noon)) == (36, 36)
    late = noon + timedelta(minutes=20)
    assert (hourly.slot(late), hourly.end_of(late)) == (36, 37)
    assert (fine.slot(late), fine.end_of(late)) == (36 * 4 + 1, 36 * 4 + 2)
    midnight = datetime(2026, 1, 8)
    assert daily.end_of(midnight) == 3
    with pytest.raises(AxisError, match="2026-01-08 00:00:00 lies outside"):
        daily.slot(midnight)
    with pytest.raises(AxisError, match="lies outside"):
        daily.end_of(midnight + timedelta(seconds=1))


def test_axis_refuses_what_cannot_be() -> None:
    with pytest.raises(InputError, match=r"2026-01-05 over 0 days holds no day; .*dated ranges overlap"):
        Axis(MONDAY, 0)
    for slots in (0, 7, 2880):
        with pytest.raises(InputError, match=f"does not divide into {slots} slots.*divisor of 1440"):
            Axis(MONDAY, 1, slots)


# -- calendar -------------------------------------------------------------------------------------------
@given(first_day=st.integers(0, 13), per_day=st.sampled_from([1, 24]), days=st.integers(1, 30))
def test_the_week_falls_on_its_weekdays(first_day: int, per_day: int, days: int) -> None:
    week = Calendar("odd", (10, 20, 30, 40, 50, 60, 70))
    axis = Axis(MONDAY + timedelta(days=first_day), days, per_day)
    rates = week.on(axis).rates
    assert rates.shape == (axis.length,)
    assert rates.tolist() == [10 * (axis.start_date(t).weekday() + 1) for t in range(axis.length)]


def test_exceptions_override_their_weekday_and_only_that() -> None:
    saturday, monday = date(2026, 1, 10), date(2026, 1, 12)
    calendar = Calendar("moved", FIVE_DAY.week, {saturday: 100, monday: 0, date(2020, 1, 1): 0})
    assert calendar.on(Axis(MONDAY, 9)).rates.tolist() == [100] * 6 + [0, 0, 100]
    assert calendar.on(Axis(saturday, 3)).rates.tolist() == [100, 0, 0]


@pytest.mark.parametrize(("minutes", "per_day"), [(60, 24), (30, 48), (15, 96)])
def test_working_periods_at_finer_slots(minutes: int, per_day: int) -> None:
    calendar = Calendar("8-17", (SITE,) * 5 + ((), ()))
    axis = Axis(date(2026, 1, 9), 4, per_day)  # Friday to Monday
    table = calendar.on(axis)
    per_hour = 60 // minutes
    assert int((table.rates == 100).sum()) == 2 * 8 * per_hour
    assert set(table.rates.tolist()) == {0, 100}
    eight = table.next_start(0)
    assert axis.moment(eight) == datetime(2026, 1, 9, 8)
    assert axis.moment(table.finish(eight, 4 * per_hour)) == datetime(2026, 1, 9, 12)
    assert axis.moment(table.finish(eight, 4 * per_hour + 1)) == datetime(2026, 1, 9, 13) + timedelta(
        minutes=minutes
    )
    assert axis.moment(table.finish(eight, 12 * per_hour)) == datetime(2026, 1, 12, 12)
    assert axis.moment(table.latest_start(table.finish(eight, 8 * per_hour), 8 * per_hour)) == datetime(
        2026, 1, 9, 8
    )


def test_working_periods_and_rates_mix_in_exceptions() -> None:
    calendar = Calendar("mixed", (100,) * 7, {MONDAY: ((0, 720),)})
    assert calendar.on(Axis(MONDAY, 2, 2)).rates.tolist() == [100, 0, 100, 100]


def test_working_periods_that_miss_the_slots_are_refused() -> None:
    calendar = Calendar("half past", (((450, 720),),) * 7)
    with pytest.raises(InputError, match=r"'half past': working period 450-720 .* slots of 60 minutes"):
        calendar.on(Axis(MONDAY, 1, 24))
    assert calendar.on(Axis(MONDAY, 1, 48)).rates.sum() == 100 * 9


@pytest.mark.parametrize(
    ("week", "message"),
    [
        ((100,) * 6, "calendar 'x': week has 6 days; give seven, Monday first"),
        ((100,) * 6 + (101,), "calendar 'x': rate 101 is not within 0..100"),
        ((-1,) + (100,) * 6, "calendar 'x': rate -1 is not within 0..100"),
        ((((60, 60),),) * 7, "working period 60-60 .* empty"),
        ((((60, 120), (90, 180)),) * 7, "working period 90-180 .* overlaps"),
        ((((120, 180), (0, 60)),) * 7, "working period 0-60 .* out of order"),
        ((((1380, 1441),),) * 7, "working period 1380-1441 .* leaves the day"),
    ],
)
def test_calendars_that_cannot_be_are_refused(week: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Calendar("x", week)  # type: ignore[arg-type]


def test_exceptions_are_checked_as_the_week_is() -> None:
    with pytest.raises(InputError, match="calendar 'x': rate 130"):
        Calendar("x", (100,) * 7, {MONDAY: 130})


def test_a_dated_calendar_is_not_stretched() -> None:
    dated = Calendar("dated", (100,) * 7, first=MONDAY, last=date(2026, 1, 11))
    assert dated.on(Axis(MONDAY, 7)).horizon == 7
    for axis in (Axis(MONDAY, 8), Axis(MONDAY - timedelta(days=1), 3)):
        with pytest.raises(AxisError, match=r"'dated' is dated 2026-01-05 to 2026-01-11, but .* is needed"):
            dated.on(axis)
    with pytest.raises(AxisError, match="dated any to 2026-01-11"):
        Calendar("open", (100,) * 7, last=date(2026, 1, 11)).on(Axis(MONDAY, 8))


def test_slowest_is_the_least_rate_above_zero() -> None:
    assert FIVE_DAY.slowest == 100
    assert Calendar("winter", (100,) * 6 + (0,), {MONDAY: 30}).slowest == 30
    assert Calendar("8-17", (SITE,) * 5 + ((), ())).slowest == 100
    assert Calendar("shut", ((),) * 6 + (0,)).slowest == 0


# -- without calendars ----------------------------------------------------------------------------------
@given(x=st.integers(-50, 50), y=st.integers(-50, 50))
def test_continuous_arithmetic_is_a_week_without_breaks(x: int, y: int) -> None:
    table, middle, work = CalendarTable("all", [100] * 400), 200, abs(y)
    assert CONTINUOUS.finish(x, work) + middle == table.finish(x + middle, work)
    assert CONTINUOUS.earliest_start(x, work) + middle == table.earliest_start(x + middle, work)
    assert CONTINUOUS.latest_start(x, work) + middle == table.latest_start(x + middle, work)
    assert CONTINUOUS.slots(x, y) == table.slots(x + middle, y + middle)
    for name in WITH_LAG:
        assert getattr(CONTINUOUS, name)(x, y) + middle == getattr(table, name)(x + middle, y)
    for name in ONE:
        assert getattr(CONTINUOUS, name)(x) + middle == getattr(table, name)(x + middle)
    bound = np.array([x])
    assert CONTINUOUS.finish_array(bound, np.array([work])).tolist() == [x + work]
    assert CONTINUOUS.shift_array(bound, y).tolist() == [x + y]
