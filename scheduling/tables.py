"""Calendar tables: the look-ups between starts, work, lags and finishes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.axis import Axis
from scheduling.errors import AxisError

Ints: TypeAlias = npt.NDArray[np.int64]

ELAPSED = "elapsed"
"""Name of the built-in calendar that counts every slot."""


class CalendarTable:
    """A calendar on an axis: scalar look-ups for the passes, the same in arrays for many replications.

    Every method takes boundaries 0..H and answers with boundaries 0..H; a boundary beyond them, or no answer
    among them, is an :class:`AxisError`. A *least* x that nothing on the axis bounds from below is 0, a
    *greatest* x that nothing bounds from above is H (an allowed start: the first or the last one): a bound
    that does not bind, not a date. The axis must therefore reach beyond every date in play (SEMANTICS 2).
    Within a search, an image before 0 counts as earlier, one past H as later than every boundary.

    Parameters
    ----------
    name : str
    rates : array of int, shape (H,)
        Work done in each slot, in hundredths.
    axis : Axis, optional
        Only to name dates in errors.

    Notes
    -----
    ``cum[t]`` is the sum of the rates before boundary t, ``n[t]`` the number of them above zero. A unit of
    work is 100; the rest of a partly used slot is lost. An allowed start is a slot with rate > 0.

    Examples
    --------
    >>> table = CalendarTable("5-day", np.array([100] * 5 + [0, 0] + [100] * 5))
    >>> table.finish(0, 5), table.next_start(5), table.shift(5, 1), table.shift(8, -1)
    (5, 7, 8, 7)
    >>> table.latest_start(8, 2)
    4
    """

    def __init__(self, name: str, rates: npt.ArrayLike, axis: Axis | None = None) -> None:
        self.name = name
        self.axis = axis
        self.rates: Ints = np.asarray(rates, dtype=np.int64)
        self.cum_array: Ints = np.concatenate([[0], np.cumsum(self.rates)])
        self.count_array: Ints = np.concatenate([[0], np.cumsum(self.rates > 0)])
        self.horizon = len(self.rates)

    @cached_property
    def _cum(self) -> list[int]:
        values: list[int] = self.cum_array.tolist()
        return values

    @cached_property
    def _count(self) -> list[int]:
        values: list[int] = self.count_array.tolist()
        return values

    def __repr__(self) -> str:
        return f"CalendarTable({self.name!r}, {self.horizon} slots)"

    def off_axis(self) -> AxisError:
        """The error for an answer beyond the axis."""
        covered = f"{self.axis.first} to {self.axis.last}" if self.axis else f"0 to {self.horizon}"
        return AxisError(
            f"calendar '{self.name}' covers {covered}; the schedule runs off it. "
            "Extend the calendars, or check dates, lags and durations for a slip of the pen."
        )

    def _on_axis(self, boundary: int) -> int:
        # A negative index would read the table from its end.
        if not 0 <= boundary <= self.horizon:
            raise self.off_axis()
        return boundary

    # -- starts and finishes --------------------------------------------------------------------------
    def finish(self, start: int, work: int) -> int:
        """Least f >= start with cum[f] >= cum[start] + 100 work; the start itself without work."""
        self._on_axis(start)
        if work <= 0:
            return start
        return self._on_axis(bisect_left(self._cum, self._cum[start] + 100 * work))

    def next_start(self, bound: int) -> int:
        """Least allowed start at or after `bound`."""
        count = self._count
        at = bisect_right(count, count[self._on_axis(bound)]) - 1
        if at == self.horizon:
            raise self.off_axis()
        return at

    def previous_start(self, bound: int) -> int:
        """Greatest allowed start at or before `bound`."""
        count = self._count
        return self._on_axis(bisect_left(count, count[min(self._on_axis(bound) + 1, self.horizon)]) - 1)

    def earliest_start(self, finish: int, work: int) -> int:
        """Least allowed start whose finish is at or after `finish`."""
        self._on_axis(finish)
        if work <= 0 or finish == 0:
            return self.next_start(finish)
        return self.next_start(bisect_left(self._cum, self._cum[finish - 1] - 100 * work + 1))

    def latest_start(self, finish: int, work: int) -> int:
        """Greatest allowed start whose finish is at or before `finish`."""
        if work <= 0:
            return self.previous_start(finish)
        # The last boundary with a given sum is followed by work: it is an allowed start.
        return self._on_axis(bisect_right(self._cum, self._cum[self._on_axis(finish)] - 100 * work) - 1)

    def after_previous_start(self, start: int) -> int:
        """Least x whose next allowed start is at or after `start`."""
        return bisect_left(self._count, self._count[self._on_axis(start)])

    # -- lags -----------------------------------------------------------------------------------------
    def shift(self, bound: int, lag: int) -> int:
        """A(x, L): the boundary `lag` working slots after (before, if negative) `bound`."""
        self._on_axis(bound)
        if lag == 0:
            return bound
        count = self._count
        target = count[bound] + lag
        return self._on_axis(bisect_left(count, target) if lag > 0 else bisect_right(count, target) - 1)

    def unshift_latest(self, bound: int, lag: int) -> int:
        """Greatest x with A(x, lag) <= bound."""
        self._on_axis(bound)
        if lag == 0:
            return bound
        count = self._count
        reach = count[bound] if lag > 0 else count[min(bound + 1, self.horizon)] - 1
        return self._on_axis(bisect_right(count, reach - lag) - 1)

    def unshift_earliest(self, bound: int, lag: int) -> int:
        """Least x with A(x, lag) >= bound."""
        self._on_axis(bound)
        if lag == 0 or (bound == 0 and lag > 0):
            return bound
        count = self._count
        need = count[bound - 1] + 1 if lag > 0 else count[bound]
        return self._on_axis(bisect_left(count, need - lag))

    def shift_or_none(self, bound: int, lag: int) -> int | None:
        """Like :meth:`shift`, but None beyond the axis."""
        try:
            return self.shift(bound, lag)
        except AxisError:
            return None

    def slots(self, begin: int, end: int) -> int:
        """Working slots from `begin` to `end`, negative when `end` comes first."""
        return self._count[self._on_axis(end)] - self._count[self._on_axis(begin)]

    # -- the same over arrays -------------------------------------------------------------------------
    def finish_array(self, start: Ints, work: Ints) -> Ints:
        """:meth:`finish` element by element."""
        target = self.cum_array[self._all_on_axis(start)] + 100 * work
        return self._all_on_axis(np.where(work > 0, np.searchsorted(self.cum_array, target), start))

    def next_start_array(self, bound: Ints) -> Ints:
        """:meth:`next_start` element by element."""
        count = self.count_array
        at: Ints = np.searchsorted(count, count[self._all_on_axis(bound)], side="right") - 1
        if np.any(at == self.horizon):
            raise self.off_axis()
        return at

    def previous_start_array(self, bound: Ints) -> Ints:
        """:meth:`previous_start` element by element."""
        return self._all_on_axis(self._before(self._all_on_axis(bound)))

    def earliest_start_array(self, finish: Ints, work: Ints) -> Ints:
        """:meth:`earliest_start` element by element."""
        reach = self.cum_array[np.maximum(self._all_on_axis(finish) - 1, 0)] - 100 * work + 1
        searched = (work > 0) & (finish > 0)
        return self.next_start_array(np.where(searched, np.searchsorted(self.cum_array, reach), finish))

    def latest_start_array(self, finish: Ints, work: Ints) -> Ints:
        """:meth:`latest_start` element by element."""
        target = self.cum_array[self._all_on_axis(finish)] - 100 * work
        at = np.searchsorted(self.cum_array, target, side="right") - 1
        return self._all_on_axis(np.where(work > 0, at, self._before(finish)))

    def shift_array(self, bound: Ints, lag: int) -> Ints:
        """:meth:`shift` element by element, for one lag."""
        self._all_on_axis(bound)
        if lag == 0:
            return bound
        target = self.count_array[bound] + lag
        if lag > 0:
            return self._all_on_axis(np.searchsorted(self.count_array, target))
        return self._all_on_axis(np.searchsorted(self.count_array, target, side="right") - 1)

    def unshift_latest_array(self, bound: Ints, lag: int) -> Ints:
        """:meth:`unshift_latest` element by element, for one lag."""
        self._all_on_axis(bound)
        if lag == 0:
            return bound
        count = self.count_array
        reach = count[bound] if lag > 0 else count[np.minimum(bound + 1, self.horizon)] - 1
        return self._all_on_axis(np.searchsorted(count, reach - lag, side="right") - 1)

    def unshift_earliest_array(self, bound: Ints, lag: int) -> Ints:
        """:meth:`unshift_earliest` element by element, for one lag."""
        self._all_on_axis(bound)
        if lag == 0:
            return bound
        count = self.count_array
        need = count[np.maximum(bound - 1, 0)] + 1 if lag > 0 else count[bound]
        searched = np.searchsorted(count, need - lag)
        return self._all_on_axis(np.where(bound == 0, bound, searched) if lag > 0 else searched)

    def after_previous_start_array(self, start: Ints) -> Ints:
        """:meth:`after_previous_start` element by element."""
        count = self.count_array
        at: Ints = np.searchsorted(count, count[self._all_on_axis(start)])
        return at

    def _before(self, bound: Ints) -> Ints:
        """Greatest allowed start at or before each bound, -1 where there is none."""
        count = self.count_array
        at: Ints = np.searchsorted(count, count[np.minimum(bound + 1, self.horizon)]) - 1
        return at

    def _all_on_axis(self, boundaries: Ints) -> Ints:
        if boundaries.size and not 0 <= boundaries.min() <= boundaries.max() <= self.horizon:
            raise self.off_axis()
        return boundaries


class Continuous:
    """The arithmetic without calendars: every number is a boundary, lags and work just add.

    Examples
    --------
    >>> CONTINUOUS.finish(2.5, 4), CONTINUOUS.shift(3, -5)
    (6.5, -2)
    """

    name = ELAPSED

    def finish(self, start: Any, work: Any) -> Any:
        """Start plus work."""
        return start + work

    def next_start(self, bound: Any) -> Any:
        """The bound itself."""
        return bound

    previous_start = after_previous_start = next_start
    next_start_array = previous_start_array = after_previous_start_array = next_start

    def earliest_start(self, finish: Any, work: Any) -> Any:
        """Finish less work."""
        return finish - work

    latest_start = earliest_start_array = latest_start_array = earliest_start

    def shift(self, bound: Any, lag: Any) -> Any:
        """Bound plus lag."""
        return bound + lag

    def unshift_latest(self, bound: Any, lag: Any) -> Any:
        """Bound less lag."""
        return bound - lag

    unshift_earliest = unshift_latest
    unshift_latest_array = unshift_earliest_array = unshift_latest
    finish_array = finish
    shift_array = shift

    def slots(self, begin: Any, end: Any) -> Any:
        """End less begin."""
        return end - begin


CONTINUOUS = Continuous()

Table: TypeAlias = CalendarTable | Continuous
