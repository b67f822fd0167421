"""The lexicographic search: a separate solve for each level."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from operator import ne
from random import Random
from typing import NamedTuple

from ortools.sat.python import cp_model

from scheduling.cpsat import constraints as families
from scheduling.cpsat.neighbourhoods import free_some
from scheduling.cpsat.variables import Variables, Window
from scheduling.cpsat.windows import wide_window
from scheduling.errors import SchedulingError
from scheduling.generation import right_justified
from scheduling.modes import decided, least_cost, priced
from scheduling.network import WORK, Network
from scheduling.passes import Dates
from scheduling.places import finish_of
from scheduling.plan import Levels, levels
from scheduling.search import Effort, Outcome, Progress

LEVELS = (
    ("weighted lateness", families.weighted_lateness),
    ("overrun", families.overrun),
    ("work in progress", families.in_progress),
    ("cost", families.cost),
)
COST = len(LEVELS) - 1
STARTS = len(LEVELS)
"""The last level."""
WHOLE = 0.3
"""Share of the limit that goes into solving a level as one model, before neighbourhoods are searched."""
WHOLE_SIZE = 150
"""Free activities beyond which that is not tried where a plan is known already: neighbourhoods find more."""
LEAST_SHARE = 0.05
"""Share of the limit that every level gets, however much the ones before it took."""
STEP = 0.5
"""Work units of one neighbourhood at most, and ..."""
TOLL = 0.02
"""... at least, so that building models counts too."""
SIZES = 10, 60, 150
"""Activities freed in a step: at least, at first, at most; more after easy steps, fewer after hard ones."""
_NOISE = 1e-6
PATIENCE = 40
"""Neighbourhoods searched in vain before a level is left."""


def solve(
    net: Network,
    early: Dates,
    late: Dates,
    ends: Sequence[int],
    incumbent: Dates | None,
    effort: Effort,
) -> Outcome:
    """Best plan: least weighted lateness, overrun, place of work in progress, cost; then as late as possible.

    Parameters
    ----------
    early, late : Dates
        Least dates, and greatest ones under deadlines moved to where the least dates can keep them, work in
        progress at its least place; of any mode.
    ends : sequence of int
        End of each project.
    incumbent : Dates or None
        A plan to fall back on and to search around; the solver gets no hint of it.
    """
    return _Search(net, early, late, ends, incumbent, effort).run()


class _Stage(NamedTuple):
    """One level to be improved inside a window that settles the levels before `since`.

    The levels from there to `depth` are constraints.
    """

    depth: int
    window: Window
    since: int

    @property
    def name(self) -> str:
        return "starts" if self.depth == STARTS else LEVELS[self.depth][0]


class _Answer(NamedTuple):
    """What one solve proved."""

    status: cp_model.CpSolverStatus
    bound: float

    @property
    def found(self) -> bool:
        return self.status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

    @property
    def proved(self) -> bool:
        return self.status == cp_model.OPTIMAL


class _Search:
    def __init__(
        self,
        net: Network,
        early: Dates,
        late: Dates,
        ends: Sequence[int],
        incumbent: Dates | None,
        effort: Effort,
    ) -> None:
        self.net, self.early, self.late, self.ends = net, early, late, ends
        self.best = incumbent
        self.effort = effort
        self.left = effort.limit
        self.until = None if effort.seconds is None else time.monotonic() + effort.seconds
        self.random = Random(effort.seed)
        self.least = levels(net, early, ends)._replace(cost=least_cost(net))

    @property
    def judged(self) -> Levels:
        assert self.best is not None
        return levels(self.net, self.best, self.ends)

    def run(self) -> Outcome:
        """Between both passes first: what holds there is best at the first three levels at once."""
        return self.between_passes() or self.level_by_level()

    def between_passes(self) -> Outcome | None:
        """Least cost and latest starts between early and late dates; None when no plan is found there."""
        window = Window(self.early.resume, self.late.resume, self.late.finish)
        known = self.best is not None and self.judged[:COST] == self.least[:COST]
        proved = True
        for depth in (COST, STARTS) if priced(self.net) else (STARTS,):
            stage = _Stage(depth, window, since=COST)
            whole = self.whole(stage)
            if not whole.found and not known:
                return None
            known = True
            if not whole.proved:
                self.improve(stage, share=1.0 if depth == STARTS else 0.4)
            proved = proved and (whole.proved or (depth == COST and self.judged.cost == self.least.cost))
        return Outcome(self.best, self.least.lateness, down(whole.bound), proved)

    def level_by_level(self) -> Outcome:
        """Each level by itself, the ones before it held at their best values."""
        proved, lateness_bound = True, self.least.lateness
        for depth in range(STARTS if priced(self.net) else COST):
            if self.best is not None and self.judged[depth] == self.least[depth]:
                continue
            stage = self.wide(depth)
            whole = self.whole(stage)
            if self.best is None:
                return Outcome(None, None, None, proved=whole.status == cp_model.INFEASIBLE)
            if not whole.proved:
                self.improve(stage, share=0.4)
            if depth == 0:
                bound = Fraction(up(whole.bound), scale_of(self.net, depth))
                lateness_bound = max(lateness_bound, _plain(bound))
            proved = proved and (whole.proved or self.judged[depth] == self.least[depth])
        stage = self.wide(STARTS)
        whole = self.whole(stage)
        if not whole.proved:
            self.improve(stage, share=1.0)
        return Outcome(self.best, lateness_bound, down(whole.bound), proved and whole.proved)

    # -- stages ---------------------------------------------------------------------------------------
    def wide(self, depth: int) -> _Stage:
        judged = None if self.best is None else self.judged
        return _Stage(depth, wide_window(self.net, self.early, self.ends, judged, depth), since=0)

    def whole(self, stage: _Stage) -> _Answer:
        """The whole level as one model, or what the window alone bounds if that is too large."""
        free = sum(map(ne, stage.window.low, stage.window.high)) + len(self.net.modes)
        if self.best is not None and free > WHOLE_SIZE:
            return _Answer(cp_model.UNKNOWN, self.bound(stage))
        share = max(WHOLE * self.left, LEAST_SHARE * self.effort.limit)
        return self.search(stage, stage.window, share)

    def improve(self, stage: _Stage, share: float) -> None:
        """Large neighbourhood search: some activities free in the exact model, the others held."""
        reserve = self.left * (1 - share)
        least, size, most = SIZES
        vain = 0
        while (
            self.left > reserve and vain < PATIENCE and (self.until is None or time.monotonic() < self.until)
        ):
            assert self.best is not None
            before = self.judged
            answer = self.search(stage, free_some(self.net, self.best, stage.window, size, self.random), STEP)
            if answer.proved:
                size = min(most, size + 1 + size // 8)
            elif not answer.found:
                size = max(least, size - 1 - size // 8)
            vain = 0 if self.judged < before else vain + 1

    def model(self, stage: _Stage, window: Window) -> Variables:
        """Starts as seen in reversed time for the last level, else in forward time."""
        variables = Variables(self.net, window, mirrored=stage.depth == STARTS, dropped=self.early.broken)
        families.precedences(variables)
        families.maximum_lags(variables)
        families.capacities(variables)
        if self.best is not None:
            for depth in range(stage.since, stage.depth):
                expression = LEVELS[depth][1](variables, self.ends)
                value = Fraction(str(self.judged[depth])) * scale_of(self.net, depth)
                families.at_most(variables, expression, int(value))
        if stage.depth == STARTS:
            variables.model.maximize(families.starts(variables))
        else:
            variables.model.minimize(LEVELS[stage.depth][1](variables, self.ends))
        return variables

    def search(self, stage: _Stage, window: Window, limit: float) -> _Answer:
        """Run the solver; keep what it finds if it is better."""
        variables = self.model(stage, window)
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.random_seed = self.effort.seed
        settings.num_workers = self.effort.workers
        settings.interleave_search = self.effort.workers > 1
        settings.max_deterministic_time = limit
        settings.catch_sigint_signal = False  # Ctrl-C belongs to the caller, during and after the search.
        if self.until is not None:
            settings.max_time_in_seconds = max(0.1, self.until - time.monotonic())
        watch = _Watch(stage.name, self.effort.progress) if self.effort.progress else None
        status = solver.solve(variables.model, watch)
        if status == cp_model.MODEL_INVALID:
            raise SchedulingError(f"the model is invalid, please report this: {variables.model.validate()}")
        self.left -= max(TOLL, solver.response_proto.deterministic_time)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return _Answer(status, self.bound(stage))
        self.keep(dates_of(variables, solver))
        return _Answer(status, solver.best_objective_bound)

    def bound(self, stage: _Stage) -> float:
        """What the passes alone prove of a level."""
        if stage.depth < STARTS:
            return float(self.least[stage.depth])
        net, high = self.net, stage.window.high
        return sum(high[i] for i in range(len(net)) if not net.started(i) and net.kind[i] == WORK)

    def keep(self, dates: Dates) -> None:
        """Take dates, pushed right as far as they go, if they are better than the best so far."""
        justified = right_justified(decided(self.net, dates), dates, self.ends)
        dates = replace(justified, modes=dates.modes)
        if self.best is None or levels(self.net, dates, self.ends) < self.judged:
            self.best = dates


def scale_of(net: Network, depth: int) -> int:
    """What a level is multiplied by in the model, so that it is whole."""
    if depth == 0:
        return families.lateness_scale(net)
    return families.cost_scale(net) if depth == COST else 1


def dates_of(variables: Variables, solver: cp_model.CpSolver) -> Dates:
    """What the solver found, in forward time."""
    net = variables.net
    start, finish = list(net.actual_start), list(net.actual_finish)
    resume = list(net.actual_start)
    modes = {
        i: next(k for k, literal in enumerate(literals) if solver.value(literal))
        for i, literals in variables.chosen.items()
    }
    for i, place in enumerate(variables.places):
        if net.done(i):
            continue
        resume[i] = solver.value(place.expression)
        finish[i] = finish_of(net, i, resume[i], net.works(i)[modes.get(i, 0)])
        if not net.started(i):
            start[i] = resume[i]
    return Dates(start, finish, resume, tuple(variables.dropped), modes)


class _Watch(cp_model.CpSolverSolutionCallback):
    """Tells a progress function of every plan found."""

    def __init__(self, name: str, progress: Progress) -> None:
        super().__init__()
        self.name = name
        self.progress = progress

    def on_solution_callback(self) -> None:
        self.progress(self.name, self.objective_value, self.best_objective_bound)


def up(bound: float) -> int:
    """Least whole number that a lower bound proves; the solver's bounds carry rounding noise.

    Examples
    --------
    >>> up(26.000000000000004), up(26.4)
    (26, 27)
    """
    return ceil(bound - _NOISE)


def down(bound: float) -> int:
    """Greatest whole number that an upper bound leaves.

    Examples
    --------
    >>> down(96.99999999999999), down(96.4)
    (97, 96)
    """
    return floor(bound + _NOISE)


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
