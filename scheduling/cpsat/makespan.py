"""The model of the least last finish."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ortools.sat.python import cp_model

from scheduling.cpsat import constraints as families
from scheduling.cpsat.solve import dates_of, up
from scheduling.cpsat.variables import Variables, Window
from scheduling.errors import SchedulingError
from scheduling.network import Link, Network
from scheduling.passes import Dates


class Settings(NamedTuple):
    """How long to search, in work units or in seconds, and in how many ways."""

    seed: int
    workers: int
    limit: float | None
    seconds: float | None


class Answer(NamedTuple):
    """A last finish that no plan beats, and work units spent."""

    bound: int
    spent: float


class Model:
    """Plans inside a window, the last finish between `lower` and `upper`.

    Parameters
    ----------
    net : Network
    window : Window
    dropped : tuple of Link
        Maximum lags that facts break already.
    lower, upper : int
        Equal: whether there is such a plan at all.
    """

    def __init__(
        self, net: Network, window: Window, dropped: tuple[Link, ...], lower: int, upper: int
    ) -> None:
        self.net, self.lower, self.upper = net, lower, upper
        self.variables = Variables(net, window, mirrored=False, dropped=dropped)
        families.precedences(self.variables)
        families.maximum_lags(self.variables)
        families.capacities(self.variables)
        if lower < upper:
            model = self.variables.model
            end = model.new_int_var(lower, upper, "last finish")
            for i in range(len(net)):
                if int(self.variables.finish(i).values[-1]) > lower:
                    model.add(end >= self.variables.finish(i).expression)
            model.minimize(end)
        self._solver = self.variables.solver()

    def stop(self) -> None:
        """End the search from another thread."""
        self._solver.stop_search()

    def solve(self, how: Settings, found: Callable[[Dates], bool]) -> Answer:
        """Search; `found` is told of every plan and says whether to go on."""
        settings = self._solver.parameters
        settings.random_seed = how.seed
        settings.num_workers = how.workers
        if how.limit is not None:
            settings.max_deterministic_time = how.limit
            settings.interleave_search = how.workers > 1
        if how.seconds is not None:
            settings.max_time_in_seconds = how.seconds
        if self.lower == self.upper:
            settings.linearization_level = 0
        status = self._solver.solve(self.variables.model, _Watch(self.variables, found))
        if status == cp_model.MODEL_INVALID:
            raise SchedulingError(
                f"the model is invalid, please report this: {self.variables.model.validate()}"
            )
        spent = self._solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE:
            return Answer(self.upper + 1, spent)
        if self.lower == self.upper:
            return Answer(self.lower, spent)
        return Answer(max(self.lower, up(self._solver.best_objective_bound)), spent)


class _Watch(cp_model.CpSolverSolutionCallback):
    def __init__(self, variables: Variables, found: Callable[[Dates], bool]) -> None:
        super().__init__()
        self.variables, self.found = variables, found

    def on_solution_callback(self) -> None:
        if not self.found(dates_of(self.variables, self)):
            self.stop_search()
