"""Search for the plan that moves starts as little as possible from where they were promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from ortools.sat.python import cp_model

from scheduling.cpsat import constraints as families
from scheduling.cpsat.solve import FAMILIES, PATIENCE, STARTS, STEP, TOLL, dates_of, scale_of, up
from scheduling.cpsat.variables import Variables, Window
from scheduling.cpsat.windows import wide_window
from scheduling.network import Network
from scheduling.passes import Dates
from scheduling.plan import levels
from scheduling.search import Effort

WHOLE_SIZE = 200
"""Free activities up to which everything is one model."""
SIZE = 60
"""Activities freed in a step beyond that."""


def least_change(
    net: Network, least: Dates, best: Dates, target: Mapping[int, int], ends: Sequence[int], effort: Effort
) -> tuple[Dates, Any]:
    """Dates that change least among those no worse than `best` at every other level, and a bound of that."""
    search = _Change(net, least, best, target, ends, effort)
    search.run()
    return search.best, search.bound


class _Change:
    def __init__(
        self,
        net: Network,
        least: Dates,
        best: Dates,
        target: Mapping[int, int],
        ends: Sequence[int],
        effort: Effort,
    ) -> None:
        self.net, self.least, self.target, self.ends, self.effort = net, least, target, ends, effort
        self.best, self.left, self.random = best, effort.limit or 0.0, Random(effort.seed)
        self.window = wide_window(net, least, ends, levels(net, best, ends), STARTS)
        low, high = self.window.low, self.window.high
        self.bound = sum(max(0, low[i] - when, when - high[i]) for i, when in target.items())

    @property
    def changed(self) -> int:
        return sum(abs(self.best.start[i] - when) for i, when in self.target.items())

    def run(self) -> None:
        """The whole as one model where it is small, else neighbourhoods of what is not at its promise."""
        free = [i for i in range(len(self.net)) if self.window.low[i] < self.window.high[i]]
        if len(free) <= WHOLE_SIZE and self.changed > self.bound:
            self.bound = max(self.bound, self.solve(self.window, self.left))
        vain = 0
        while self.left > 0 and vain < PATIENCE and self.changed > self.bound:
            before = self.changed
            self.solve(self.around(free), STEP)
            vain = 0 if self.changed < before else vain + 1

    def around(self, free: Sequence[int]) -> Window:
        """Free what lies close to an activity drawn by its change, in its project or in time."""
        moved = [i for i, when in self.target.items() if self.best.start[i] != when]
        seed = self.random.choices(moved, [abs(self.best.start[i] - self.target[i]) for i in moved])[0]
        net, at = self.net, self.best.resume
        freed = set(
            sorted(free, key=lambda i: (net.project[i] != net.project[seed], abs(at[i] - at[seed]), i))[:SIZE]
        )
        freed |= set(sorted(free, key=lambda i: (abs(at[i] - at[seed]), i))[:SIZE])
        low = [self.window.low[i] if i in freed else at[i] for i in range(len(net))]
        high = [self.window.high[i] if i in freed else at[i] for i in range(len(net))]
        return Window(low, high, self.window.finish)

    def solve(self, window: Window, limit: float) -> int:
        """Keep what a model finds if it changes less; the bound that it proves."""
        net = self.net
        variables = Variables(net, window, mirrored=False, dropped=self.least.broken)
        families.precedences(variables)
        families.maximum_lags(variables)
        families.capacities(variables)
        judged = levels(net, self.best, self.ends)
        for depth in range(STARTS):
            value = Fraction(str(judged[depth])) * scale_of(net, depth)
            families.at_most(variables, FAMILIES[depth](variables, self.ends), int(value))
        variables.model.minimize(families.changes(variables, self.target))
        solver = variables.solver()
        solver.parameters.random_seed = self.effort.seed
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = limit
        status = solver.solve(variables.model)
        self.left -= max(TOLL, solver.response_proto.deterministic_time)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = dates_of(variables, solver)
            if sum(abs(found.start[i] - when) for i, when in self.target.items()) < self.changed:
                self.best = found
        return up(solver.best_objective_bound)
