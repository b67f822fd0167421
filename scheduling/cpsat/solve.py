"""The lexicographic search: a separate solve for each level."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from ortools.sat.python import cp_model

from scheduling.cpsat import constraints as families
from scheduling.cpsat.variables import Variables, Window
from scheduling.cpsat.windows import wide_window
from scheduling.errors import SchedulingError
from scheduling.generation import right_justified
from scheduling.network import Network
from scheduling.passes import Dates
from scheduling.places import finish_of
from scheduling.plan import Levels, levels
from scheduling.search import Effort, Outcome, Progress

LEVELS = (
    ("weighted lateness", families.weighted_lateness),
    ("overrun", families.overrun),
    ("work in progress", families.in_progress),
)
LEAST_SHARE = 0.05
"""Share of the limit that every solve gets, however much the ones before it took."""


def solve(
    net: Network,
    early: Dates,
    late: Dates,
    ends: Sequence[int],
    incumbent: Dates | None,
    effort: Effort,
) -> Outcome:
    """Best plan: least weighted lateness, then overrun, then work in progress at its least place, then late.

    Parameters
    ----------
    early, late : Dates
        Least dates, and greatest ones under deadlines moved to where the least dates can keep them, work in
        progress at its least place.
    ends : sequence of int
        End of each project.
    incumbent : Dates or None
        A plan to fall back on; the search never starts from it (hints made it worse in trials).
    """
    return _Search(net, early, late, ends, incumbent, effort).run()


class _Answer(NamedTuple):
    """What one solve proved."""

    status: cp_model.CpSolverStatus
    bound: float

    @property
    def found(self) -> bool:
        return self.status in (cp_model.OPTIMAL, cp_model.FEASIBLE)


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
        self.begun = time.monotonic()
        self.least = levels(net, early, ends)

    def run(self) -> Outcome:
        """Between both passes first: what holds there is best at the first three levels at once."""
        return self.between_passes() or self.level_by_level()

    def between_passes(self) -> Outcome | None:
        """Latest starts between early and late dates; None when that finds no plan."""
        known = self.best is not None and levels(self.net, self.best, self.ends)[:3] == self.least[:3]
        variables = self.model(Window(self.early.resume, self.late.resume), mirrored=True)
        answer = self.maximise_starts(variables, share=1.0 if known else 0.5)
        if not answer.found and not known:
            return None
        return Outcome(
            self.best, self.least.lateness, floor(answer.bound), proved=answer.status == cp_model.OPTIMAL
        )

    def level_by_level(self) -> Outcome:
        """Each level in a solve of its own, the ones before it held at their best values."""
        proved, bound = True, self.least.lateness
        for depth, (name, family) in enumerate(LEVELS):
            if self.best is not None and self.judged[depth] == self.least[depth]:
                continue
            variables = self.variables(depth, mirrored=False)
            variables.model.minimize(family(variables, self.ends))
            answer = self.search(variables, name, share=0.5)
            if self.best is None:
                return Outcome(None, None, None, proved=answer.status == cp_model.INFEASIBLE)
            proved = proved and answer.status == cp_model.OPTIMAL
            if not depth:
                bound = max(bound, _plain(Fraction(ceil(answer.bound), families.lateness_scale(self.net))))
        answer = self.maximise_starts(self.variables(len(LEVELS), mirrored=True), share=1.0)
        return Outcome(self.best, bound, floor(answer.bound), proved and answer.status == cp_model.OPTIMAL)

    def variables(self, depth: int, *, mirrored: bool) -> Variables:
        """The model of level `depth`, the levels before it held at the values of the best plan."""
        judged = None if self.best is None else self.judged
        window = wide_window(self.net, self.early, self.ends, judged, depth)
        variables = self.model(window, mirrored=mirrored)
        for (_, family), value in zip(LEVELS[:depth], judged or (), strict=False):
            scale = families.lateness_scale(self.net) if family is families.weighted_lateness else 1
            families.at_most(variables, family(variables, self.ends), int(Fraction(str(value)) * scale))
        return variables

    # -- one solve ------------------------------------------------------------------------------------
    @property
    def judged(self) -> Levels:
        assert self.best is not None
        return levels(self.net, self.best, self.ends)

    def model(self, window: Window, *, mirrored: bool) -> Variables:
        variables = Variables(self.net, window, mirrored=mirrored)
        families.precedences(variables)
        families.maximum_lags(variables, self.early.broken)
        families.capacities(variables)
        return variables

    def maximise_starts(self, variables: Variables, share: float) -> _Answer:
        variables.model.maximize(families.starts(variables))
        return self.search(variables, "starts", share)

    def search(self, variables: Variables, name: str, share: float) -> _Answer:
        """Run the solver on a share of what is left of the limit; keep what it finds if it is better."""
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.random_seed = self.effort.seed
        settings.num_workers = self.effort.workers
        settings.interleave_search = self.effort.workers > 1
        settings.max_deterministic_time = max(share * self.left, LEAST_SHARE * self.effort.limit)
        if self.effort.seconds is not None:
            rest = self.effort.seconds - (time.monotonic() - self.begun)
            settings.max_time_in_seconds = max(share * rest, LEAST_SHARE * self.effort.seconds)
        watch = _Watch(name, self.effort.progress) if self.effort.progress else None
        status = solver.solve(variables.model, watch)
        self.left -= solver.response_proto.deterministic_time
        if status == cp_model.MODEL_INVALID:
            raise SchedulingError(f"the model is invalid, please report this: {variables.model.validate()}")
        answer = _Answer(status, solver.best_objective_bound)
        if answer.found:
            self.keep(self.dates(variables, solver))
        return answer

    def dates(self, variables: Variables, solver: cp_model.CpSolver) -> Dates:
        net = self.net
        start, finish = list(net.actual_start), list(net.actual_finish)
        resume = list(net.actual_start)
        for i, place in enumerate(variables.places):
            if net.done(i):
                continue
            resume[i] = solver.value(place.expression)
            finish[i] = finish_of(net, i, resume[i], net.work[i])
            if not net.started(i):
                start[i] = resume[i]
        return Dates(start, finish, resume, self.early.broken)

    def keep(self, dates: Dates) -> None:
        """Take dates, pushed right as far as they go, if they are better than the best so far."""
        dates = right_justified(self.net, dates, self.ends)
        if self.best is None or levels(self.net, dates, self.ends) < self.judged:
            self.best = dates


class _Watch(cp_model.CpSolverSolutionCallback):
    """Tells a progress function of every plan found."""

    def __init__(self, name: str, progress: Progress) -> None:
        super().__init__()
        self.name = name
        self.progress = progress

    def on_solution_callback(self) -> None:
        self.progress(self.name, self.objective_value, self.best_objective_bound)


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
