"""Decision variables of the model, and the one device that carries calendars into it.

Every calendar map used here (start to finish, event to lagged event) is monotone, so ``map(x) - x`` takes few
distinct values. A literal for each of them, true exactly where it applies, makes ``map(x)`` linear:
``x + sum(value * literal)``. This is exact, whatever the calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from scheduling.calendar import CalendarTable, Ints
from scheduling.network import FINISH_MILESTONE, WORK, Network

Expression: TypeAlias = Any
"""A linear expression of the solver, or an int."""


class Window(NamedTuple):
    """Least and greatest place of every activity by position: where unfinished work may begin."""

    low: Sequence[int]
    high: Sequence[int]


class Event(NamedTuple):
    """A start or finish: an expression in forward time, and the values it can take."""

    expression: Expression
    values: Ints

    @property
    def fixed(self) -> bool:
        """Whether it can take one value only."""
        return len(self.values) == 1


class Variables:
    """Places of unfinished activities inside their windows; finishes and intervals when asked for.

    Parameters
    ----------
    net : Network
    window : Window
        Work in progress whose window is one slot is fixed there.
    mirrored : bool
        Whether the solver sees time reversed (``horizon - x`` for every event): its search places things
        early, so reversed time suits late plans. Lengths and lags still come from the forward calendar.
    """

    def __init__(self, net: Network, window: Window, *, mirrored: bool) -> None:
        self.net = net
        self.model = cp_model.CpModel()
        self.mirrored = mirrored
        self.horizon = max((high for high in window.high if high is not None), default=0)
        self.places = [self._place(i, window.low[i], window.high[i]) for i in range(len(net))]
        self._finishes: dict[int, Event] = {}
        self._intervals: dict[int, cp_model.IntervalVar] = {}
        self._images: dict[tuple[int, bytes], Expression] = {}

    def _place(self, i: int, low: int, high: int) -> Event:
        net = self.net
        if net.done(i):
            return constant(net.actual_start[i])
        table = net.tables[i]
        values = np.arange(low, high + 1)
        if isinstance(table, CalendarTable) and net.kind[i] != FINISH_MILESTONE:
            values = low + np.flatnonzero(table.rates[low : high + 1] > 0)
        return constant(int(values[0])) if len(values) == 1 else self._event(values, f"start {net.ids[i]}")

    def _event(self, values: Ints, name: str) -> Event:
        var = self.model.new_int_var_from_domain(_domain(self.seen(values)), name)
        return Event(self.seen(var), values)

    def seen(self, moment: Any) -> Any:
        """Forward time as the solver sees it, and back: the mirror is its own inverse."""
        return self.horizon - moment if self.mirrored else moment

    # -- events ---------------------------------------------------------------------------------------
    def event(self, i: int, finish: bool) -> Event:
        """Finish or start; the actual start of work in progress."""
        if finish:
            return self.finish(i)
        return constant(self.net.actual_start[i]) if self.net.started(i) else self.places[i]

    def finish(self, i: int) -> Event:
        """Finish of an activity: ``place + length``, with a literal for each distinct length."""
        if i not in self._finishes:
            self._finishes[i] = self._finish(i)
        return self._finishes[i]

    def _finish(self, i: int) -> Event:
        net, place = self.net, self.places[i]
        if net.done(i):
            return constant(net.actual_finish[i])
        if net.kind[i] != WORK:
            return place
        table = net.tables[i]
        work = (
            net.work[i] if not isinstance(table, CalendarTable) else np.full(len(place.values), net.work[i])
        )
        values: Ints = table.finish_array(place.values, work)
        image = self.image(place, values)
        if place.fixed or len(np.unique(values - place.values)) == 1:
            return Event(image, values)
        end = self._event(np.unique(values), f"finish {net.ids[i]}")
        self.model.add(end.expression == image)
        return end

    def image(self, event: Event, values: Ints) -> Expression:
        """``event`` displaced so that its k-th value becomes the k-th of `values`, as an expression.

        sum(b_d) = 1,  b_d => event in {x : map(x) - x = d},  map(event) = event + sum(d b_d)
        """
        shifts = values - event.values
        distinct = [int(shift) for shift in np.unique(shifts)]
        if len(distinct) == 1:
            return event.expression + distinct[0]
        key = id(event.expression), shifts.tobytes()
        if key not in self._images:
            literals = []
            for shift in distinct:
                literal = self.model.new_bool_var("")
                inside = _domain(self.seen(event.values[shifts == shift]))
                self.model.add_linear_expression_in_domain(
                    self.seen(event.expression), inside
                ).only_enforce_if(literal)
                literals.append(literal)
            self.model.add_exactly_one(literals)
            self._images[key] = event.expression + cp_model.LinearExpr.weighted_sum(literals, distinct)
        return self._images[key]

    def interval(self, i: int, begin: Event) -> cp_model.IntervalVar:
        """[begin, finish) of an activity, as the solver sees it."""
        if i not in self._intervals:
            end = self.finish(i)
            first, last = (end, begin) if self.mirrored else (begin, end)
            lengths = self._lengths(i, begin)
            size: Any = lengths[0]
            if len(lengths) > 1:
                size = self.model.new_int_var_from_domain(cp_model.Domain.from_values(lengths), "")
            self._intervals[i] = self.model.new_interval_var(
                self.seen(first.expression), size, self.seen(last.expression), f"work {self.net.ids[i]}"
            )
        return self._intervals[i]

    def _lengths(self, i: int, begin: Event) -> list[int]:
        place, end = self.places[i], self.finish(i)
        if begin is place:
            table, work = self.net.tables[i], self.net.work[i]
            return sorted({table.finish(int(at), work) - int(at) for at in place.values})
        return list(range(int(end.values[0] - begin.values[0]), int(end.values[-1] - begin.values[0]) + 1))


def constant(value: int) -> Event:
    """An event that is known."""
    return Event(value, np.array([value]))


def _domain(values: Ints) -> cp_model.Domain:
    return cp_model.Domain.from_values([int(value) for value in values])
