"""The lexicographic search: a separate solve for each level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from operator import ne
from random import Random
from typing import NamedTuple

from ortools.sat.python import cp_model

from scheduling.bounds.prices import price_bound
from scheduling.cpsat import constraints as families
from scheduling.cpsat.neighbourhoods import free_some
from scheduling.cpsat.variables import Variables, Window
from scheduling.cpsat.windows import wide_window
from scheduling.errors import SchedulingError
from scheduling.generation import right_justified
from scheduling.improve import Improver
from scheduling.layout import Layout
from scheduling.modes import decided, least_cost, priced
from scheduling.network import WORK, Network
from scheduling.passes import Dates, early_pass
from scheduling.places import finish_of
from scheduling.plan import Levels, levels
from scheduling.search import Effort, Outcome, first_level

CPSAT = "cpsat"
LATENESS, OVERRUN, IN_PROGRESS, COST, STARTS = range(5)
"""Levels by depth."""
FAMILIES = (families.weighted_lateness, families.overrun, families.in_progress, families.cost)
NAMES = "overrun", "work in progress", "cost", "starts"
WHOLE = 0.3
"""Share of the limit that goes into solving a level as one model, before a plan is improved step by step."""
WHOLE_SIZE = 150
"""Free activities beyond which that is not tried where a plan is known already: improving finds more."""
LEAST_SHARE = 0.05
"""Share of the limit that every level gets, however much the ones before it took."""
BOUND_SHARE = 0.05
"""Share of the limit for the price bound."""
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
    *,
    missed: bool = False,
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
    effort : Effort
    missed : bool
        Whether missed deadlines are counted instead of their lateness.
    """
    return _Search(net, early, late, ends, incumbent, effort, missed).run()


class _Stage(NamedTuple):
    """One level to be improved inside a window that settles the levels before `since`.

    The levels from there to `depth` are constraints.
    """

    depth: int
    window: Window
    since: int


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
        missed: bool,
    ) -> None:
        self.net, self.early, self.late, self.ends, self.missed = net, early, late, ends, missed
        self.best, self.effort = incumbent, effort
        self.random = Random(effort.seed)
        self.least = self.judge(early)._replace(cost=least_cost(net))
        self.families = (families.missed_deadlines, *FAMILIES[1:]) if missed else FAMILIES
        self.names = (first_level(missed=missed), *NAMES)
        self.source = "generation"

    def judge(self, dates: Dates) -> Levels:
        return levels(self.net, dates, self.ends, missed=self.missed)

    @property
    def judged(self) -> Levels:
        assert self.best is not None
        return self.judge(self.best)

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
                whole = self.improve(stage, whole, share=1.0 if depth == STARTS else 0.4)
            proved = proved and (whole.proved or (depth == COST and self.judged.cost == self.least.cost))
        return Outcome(self.best, self.least.lateness, down(whole.bound), proved, self.source)

    def level_by_level(self) -> Outcome:
        """Each level by itself, the ones before it held at their best values."""
        proved, lateness_bound = True, self.least.lateness
        for depth in range(STARTS if priced(self.net) else COST):
            if self.best is not None and self.judged[depth] == self.least[depth]:
                continue
            stage = self.wide(depth)
            whole = self.whole(stage)
            if self.best is None:
                return Outcome(None, None, None, whole.status == cp_model.INFEASIBLE, CPSAT)
            if not whole.proved:
                self.improve(stage, whole, share=0.4)
            if depth == LATENESS:
                bound = Fraction(up(whole.bound), scale_of(self.net, depth))
                lateness_bound = max(lateness_bound, _plain(bound))
            proved = proved and (whole.proved or self.judged[depth] == self.least[depth])
        stage = self.wide(STARTS)
        whole = self.whole(stage)
        if not whole.proved:
            whole = self.improve(stage, whole, share=1.0)
        return Outcome(self.best, lateness_bound, down(whole.bound), proved and whole.proved, self.source)

    # -- stages ---------------------------------------------------------------------------------------
    def wide(self, depth: int) -> _Stage:
        judged = None if self.best is None else self.judged
        window = wide_window(self.net, self.early, self.ends, judged, depth, missed=self.missed)
        return _Stage(depth, window, since=0)

    def whole(self, stage: _Stage) -> _Answer:
        """The whole level as one model, or what the window alone bounds if that is too large."""
        free = sum(map(ne, stage.window.low, stage.window.high)) + len(self.net.modes)
        if self.best is not None and free > WHOLE_SIZE:
            return _Answer(cp_model.UNKNOWN, self.bound(stage))
        answer = self.search(stage, stage.window, max(WHOLE * (1 - self.effort.spent), LEAST_SHARE))
        if self.best is not None:
            self.tell(stage.depth, self.value(stage.depth), answer.bound)
        return answer

    def improve(self, stage: _Stage, whole: _Answer, share: float) -> _Answer:
        """Ruin and recreate where it can help, neighbourhoods where modes or work in progress have a say."""
        begun = self.effort.spent
        until = begun + share * (1 - begun)
        if stage.depth in (LATENESS, OVERRUN, STARTS):
            half = (begun + until) / 2 if self.net.modes else until
            if stage.depth == STARTS and not self.net.modes:
                whole = self.price(stage, whole)
            self.recreate(stage, half, whole.bound)
        if self.net.modes or stage.depth in (IN_PROGRESS, COST):
            self.neighbourhoods(stage, until)
        return whole

    def price(self, stage: _Stage, whole: _Answer) -> _Answer:
        """The better of a bound and the price bound; a proof where the plan reaches it."""
        window = stage.window
        layout = Layout(self.net, self.early, window.low, window.high, max(window.finish))
        target = -self.judged.earliness
        until = self.effort.spent + BOUND_SHARE * (1 - self.effort.spent)
        bound = price_bound(layout, target, self.effort, until)
        if bound is None or bound >= whole.bound:
            return whole
        self.effort.tell(self.names[STARTS], target, bound)
        return _Answer(cp_model.OPTIMAL if bound == target else whole.status, bound)

    def recreate(self, stage: _Stage, until: float, bound: float) -> None:
        """Ruin and recreate in the modes of the best plan."""
        assert self.best is not None
        net = decided(self.net, self.best)
        early = early_pass(net) if self.net.modes else self.early
        improver = Improver(net, early, self.ends, self.best, self.effort, missed=self.missed)
        if stage.depth == STARTS:
            improver.recreate(until, down(bound))
        else:
            improver.recover(until)
        self.keep(improver.plan, "recreate")

    def neighbourhoods(self, stage: _Stage, until: float) -> None:
        """Large neighbourhood search: some activities free in the exact model, the others held."""
        least, size, most = SIZES
        vain = 0
        while self.effort.spent < until and vain < PATIENCE:
            assert self.best is not None
            before = self.judged
            window = free_some(self.net, self.best, stage.window, size, self.random)
            answer = self.search(stage, window, STEP / (self.effort.limit or self.effort.seconds or 1))
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
                expression = self.families[depth](variables, self.ends)
                value = Fraction(str(self.judged[depth])) * scale_of(self.net, depth)
                families.at_most(variables, expression, int(value))
        if stage.depth == STARTS:
            variables.model.maximize(families.starts(variables))
        else:
            variables.model.minimize(self.families[stage.depth](variables, self.ends))
        return variables

    def search(self, stage: _Stage, window: Window, share: float) -> _Answer:
        """Run the solver on a share of the limits; keep what it finds if it is better."""
        variables = self.model(stage, window)
        solver = variables.solver()
        effort, settings = self.effort, solver.parameters
        settings.random_seed = effort.seed
        settings.num_workers = effort.workers
        settings.interleave_search = effort.workers > 1 and effort.seconds is None
        if effort.limit is not None:
            settings.max_deterministic_time = share * effort.limit
        if effort.seconds is not None:
            settings.max_time_in_seconds = max(0.1, min(share, 1 - effort.spent) * effort.seconds)
        watch = _Watch(lambda value, bound: self.told(stage.depth, value, bound))
        status = _run(solver, variables.model, watch)
        if status == cp_model.MODEL_INVALID:
            raise SchedulingError(f"the model is invalid, please report this: {variables.model.validate()}")
        effort.used += max(TOLL, solver.response_proto.deterministic_time)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return _Answer(status, self.bound(stage))
        self.keep(dates_of(variables, solver), CPSAT)
        if status == cp_model.OPTIMAL:
            self.source = CPSAT
        return _Answer(status, solver.best_objective_bound)

    def value(self, depth: int) -> float:
        """What the best plan reaches at a level, in the scale of the model."""
        value = self.judged[depth]
        return -value if depth == STARTS else float(Fraction(str(value)) * scale_of(self.net, depth))

    def told(self, depth: int, value: float, bound: float) -> None:
        """Tell of a plan that the solver found, if it is better than the best at this level."""
        better = self.best is None or (
            value > self.value(depth) if depth == STARTS else value < self.value(depth)
        )
        if better:
            self.tell(depth, value, bound)

    def tell(self, depth: int, value: float, bound: float) -> None:
        """Tell value and bound of a level, given in the scale of the model."""
        scale = scale_of(self.net, depth)
        least = down(bound) if depth == STARTS else up(bound)
        self.effort.tell(
            self.names[depth], _plain(Fraction(round(value), scale)), _plain(Fraction(least, scale))
        )

    def bound(self, stage: _Stage) -> float:
        """What the passes alone prove of a level."""
        if stage.depth < STARTS:
            return float(self.least[stage.depth])
        net, high = self.net, stage.window.high
        return sum(high[i] for i in range(len(net)) if not net.started(i) and net.kind[i] == WORK)

    def keep(self, dates: Dates, source: str) -> None:
        """Take dates, pushed right as far as they go, if they are better than the best so far."""
        justified = right_justified(decided(self.net, dates), dates, self.ends, missed=self.missed)
        dates = replace(justified, modes=dates.modes)
        if self.best is None or self.judge(dates) < self.judged:
            self.best, self.source = dates, source


def _run(solver: cp_model.CpSolver, model: cp_model.CpModel, watch: _Watch) -> cp_model.CpSolverStatus:
    """Solve in a thread, so that Ctrl-C reaches the caller at once and what `watch` raises reaches it too."""
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(solver.solve, model, watch)
        try:
            status = job.result()
        except BaseException:
            solver.stop_search()
            raise
    if watch.raised is not None:
        raise watch.raised
    return status


def scale_of(net: Network, depth: int) -> int:
    """What a level is multiplied by in the model, so that it is whole."""
    if depth == LATENESS:
        return families.lateness_scale(net)
    return families.cost_scale(net) if depth == COST else 1


def dates_of(variables: Variables, solver: cp_model.CpSolver | cp_model.CpSolverSolutionCallback) -> Dates:
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
    """Tells a function the value and bound of every plan found; when that raises, the search stops."""

    def __init__(self, tell: Callable[[float, float], None]) -> None:
        super().__init__()
        self._tell = tell
        self.raised: BaseException | None = None

    def on_solution_callback(self) -> None:
        try:
            self._tell(self.objective_value, self.best_objective_bound)
        except BaseException as error:
            self.raised = error
            self.stop_search()


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
