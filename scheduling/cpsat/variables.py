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
from scheduling.network import FINISH_MILESTONE, WORK, Link, Mode, Network

Expression: TypeAlias = Any
"""A linear expression of the solver, or an int."""


class Window(NamedTuple):
    """Least and greatest place of every activity by position: where unfinished work may begin.

    And its greatest finish, which its place alone does not bound where it has several modes.
    """

    low: Sequence[int]
    high: Sequence[int]
    finish: Sequence[int]


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
    dropped : sequence of Link
        Maximum lags that facts break already.
    """

    def __init__(self, net: Network, window: Window, *, mirrored: bool, dropped: Sequence[Link] = ()) -> None:
        self.net = net
        self.window = window
        self.dropped = dropped
        self.model = cp_model.CpModel()
        self.mirrored = mirrored
        self.horizon = max((high for high in window.high if high is not None), default=0)
        self.end = self.horizon + 1
        """A boundary after every start."""
        self.places = [self._place(i, window.low[i], window.high[i]) for i in range(len(net))]
        self._finishes: dict[int, Event] = {}
        self._intervals: dict[int, list[tuple[Mode, cp_model.IntervalVar]]] = {}
        self.chosen = {i: self._choice(i) for i in net.modes if not net.started(i)}
        self._images: dict[tuple[int, bytes], Expression] = {}
        for i in self.chosen:
            self.finish(i)  # A mode must fit the window even where nothing else asks for the finish.

    def solver(self) -> cp_model.CpSolver:
        """A solver for the model, before it has any limit."""
        solver = cp_model.CpSolver()
        solver.parameters.catch_sigint_signal = False  # Ctrl-C belongs to the caller, then and afterwards.
        if self.chosen:
            # With optional intervals this made 9.15 "prove" 22 for an optimum of 21 with some seeds.
            solver.parameters.use_disjunctive_constraint_in_cumulative = False
        return solver

    def _place(self, i: int, low: int, high: int) -> Event:
        net = self.net
        if net.done(i):
            return constant(net.actual_start[i])
        table = net.tables[i]
        values = np.arange(low, high + 1)
        if isinstance(table, CalendarTable) and net.kind[i] != FINISH_MILESTONE:
            values = low + np.flatnonzero(table.rates[low : high + 1] > 0)
        return constant(int(values[0])) if len(values) == 1 else self._event(values, f"start {net.ids[i]}")

    def _choice(self, i: int) -> list[Any]:
        """A literal for each mode of an activity, of which exactly one is true."""
        names = (f"mode {mode.id} of {self.net.ids[i]}" for mode in self.net.modes[i])
        literals = [self.model.new_bool_var(name) for name in names]
        self.model.add_exactly_one(literals)
        return literals

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
        """Finish of an activity: ``place + length``, with a literal for each distinct length and mode."""
        if i not in self._finishes:
            self._finishes[i] = self._finish(i)
        return self._finishes[i]

    def _finish(self, i: int) -> Event:
        net, place = self.net, self.places[i]
        if net.done(i):
            return constant(net.actual_finish[i])
        if net.kind[i] != WORK:
            return place
        if i in self.chosen:
            return self._finish_in_modes(i)
        values = self._finishes_from(i, net.work[i])
        image = self.image(place, values)
        if place.fixed or len(np.unique(values - place.values)) == 1:
            return Event(image, values)
        end = self._event(np.unique(values), f"finish {net.ids[i]}")
        self.model.add(end.expression == image)
        return end

    def _finish_in_modes(self, i: int) -> Event:
        """``end == finish of mode m`` where mode m is chosen; no earlier than the least finish."""
        place = self.places[i]
        values = [self._finishes_from(i, work) for work in self.net.works(i)]
        possible = np.unique(np.concatenate(values))
        least = self.net.finish_from.get(i, possible[0])
        fitting = possible[(possible >= least) & (possible <= self.window.finish[i])]
        if not fitting.size:
            self.model.add_bool_or([])  # No mode fits the window, so that there is no plan in it.
            return Event(self.seen(self.model.new_constant(0)), possible)
        end = self._event(fitting, f"finish {self.net.ids[i]}")
        for literal, reached in zip(self.chosen[i], values, strict=True):
            self.model.add(end.expression == self.image(place, reached)).only_enforce_if(literal)
        return end

    def _finishes_from(self, i: int, work: int) -> Ints:
        """Finish from every value of an activity's place."""
        table, values = self.net.tables[i], self.places[i].values
        finishes: Ints = table.finish_array(
            values, work if not isinstance(table, CalendarTable) else np.full(len(values), work)
        )
        return finishes

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

    def ways(self, i: int) -> list[tuple[Mode, Any]]:
        """Modes of an activity, each with the literal that it is chosen (True where there is no choice)."""
        if i in self.chosen:
            return list(zip(self.net.modes[i], self.chosen[i], strict=True))
        return [(Mode(None, self.net.work[i], self.net.demand[i]), True)]

    def intervals(self, i: int, begin: Event) -> list[tuple[Mode, cp_model.IntervalVar]]:
        """[begin, finish) of an activity in each of its modes, as the solver sees it."""
        if i not in self._intervals:
            end = self.finish(i)
            self._intervals[i] = [
                (mode, self.span(begin, end, self._lengths(i, begin, mode.work), literal))
                for mode, literal in self.ways(i)
            ]
        return self._intervals[i]

    def for_good(self, i: int, begin: Event) -> list[tuple[Mode, cp_model.IntervalVar]]:
        """[begin, end of time) of an activity in each of its modes: how long it holds what it consumes."""
        end = constant(self.end)
        lengths = (self.end - begin.values[::-1]).tolist()
        return [(mode, self.span(begin, end, lengths, literal)) for mode, literal in self.ways(i)]

    def span(self, begin: Event, end: Event, lengths: Sequence[int], present: Any) -> cp_model.IntervalVar:
        """[begin, end), there where `present`, as the solver sees it."""
        first, last = (end, begin) if self.mirrored else (begin, end)
        size: Any = lengths[0]
        if len(lengths) > 1:
            size = self.model.new_int_var_from_domain(cp_model.Domain.from_values(lengths), "")
        edges = self.seen(first.expression), size, self.seen(last.expression)
        if len(lengths) == 1:
            # An absent interval with an end of its own leads the solver (9.15) to wrong proofs.
            start = self.seen(begin.expression) - (size if self.mirrored else 0)
            edges = start, size, start + size
        if present is True:
            return self.model.new_interval_var(*edges, "")
        return self.model.new_optional_interval_var(*edges, present, "")

    def _lengths(self, i: int, begin: Event, work: int) -> list[int]:
        place, end = self.places[i], self.finish(i)
        if begin is place:
            return sorted(set((self._finishes_from(i, work) - place.values).tolist()))
        return list(range(int(end.values[0] - begin.values[0]), int(end.values[-1] - begin.values[0]) + 1))


def constant(value: int) -> Event:
    """An event that is known."""
    return Event(value, np.array([value]))


def _domain(values: Ints) -> cp_model.Domain:
    return cp_model.Domain.from_values([int(value) for value in values])
