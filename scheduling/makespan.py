"""The search for the least last finish: bounds, a population of schedules, and the optimiser."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import numpy as np

from scheduling.bounds.energetic import Energy
from scheduling.calendar import CONTINUOUS
from scheduling.cpm import judge
from scheduling.cpsat.windows import settled
from scheduling.evolution import Evolution, left_justified
from scheduling.horizon import serial_end
from scheduling.modes import decided
from scheduling.network import Network
from scheduling.passes import Dates
from scheduling.search import Effort
from scheduling.status import Status
from scheduling.validator import validate

if TYPE_CHECKING:
    from scheduling.cpsat.makespan import Model

BREEDING = 0.4
"""Share of the limit that goes into the population where it does not have a thread of its own."""
PLACEMENTS, ON_CALENDARS = 5_000_000, 1_000_000
"""Activities that a population places in about one work unit."""
GENERATED = 3
"""Schedules generated for one member of a population."""
FIRST = 30
"""Members drawn twice before anything else, so that bounds and the optimiser have a plan to beat."""
WHOLE_SIZE = 3000
"""Activities beyond which the optimiser is not asked where a plan is known already."""
WIDE, TRIAL = 3, 0.2
"""A gap beyond which the whole problem is given to the optimiser only for a share of the seconds."""
MIDDLE, PATIENCE = 22, 0.6
"""Activities that are free at first in the middle of a schedule, and seconds to shorten one at most."""
QUICK, SLOW = 0.1, 0.4
"""Seconds of one such question below which more activities are freed, or above which fewer."""
TOLL = 0.02
"""Work units that one run of the optimiser costs at least."""


class Incumbent:
    """The best plan and the best bound, whichever thread finds them.

    Attributes
    ----------
    dates : Dates or None
    end : int
        Its last finish; without a plan, one slot after the horizon.
    bound : int
        No plan ends before.
    """

    def __init__(self, bound: int, horizon: int, origin: int, effort: Effort) -> None:
        self.dates: Dates | None = None
        self.bound, self.end = bound, horizon + 1
        self.origin, self.effort = origin, effort
        self.failure: BaseException | None = None
        self._lock = Lock()

    @property
    def closed(self) -> bool:
        """Whether nothing is left between plan and bound, or the caller's progress function failed."""
        return self.bound >= self.end or self.failure is not None

    def offer(self, dates: Dates) -> bool:
        """Take dates if they end sooner; whether to go on."""
        with self._lock:
            end = max(dates.finish)
            if end < self.end:
                self.dates, self.end = dates, end
                self._tell()
        return not self.closed

    def raised(self, bound: int) -> None:
        """Take a bound if it is greater."""
        with self._lock:
            if bound > self.bound:
                self.bound = min(bound, self.end)
                self._tell()

    def _tell(self) -> None:
        if self.dates is None or self.failure is not None:
            return
        try:
            self.effort.tell("makespan", self.end - self.origin, self.bound - self.origin)
        except BaseException as error:
            self.failure = error


class Search:
    """One search.

    Parameters
    ----------
    net : Network
        With whole numbers as work, lags and dates.
    early : Dates or None
        Least dates in planning modes, where there are any.
    least : Dates
        Least dates in any modes.
    ends : sequence of int
        End of each project.
    effort : Effort
    """

    def __init__(
        self, net: Network, early: Dates | None, least: Dates, ends: Sequence[int], effort: Effort
    ) -> None:
        self.net, self.early, self.least, self.effort = net, early, least, effort
        self.until = None if effort.seconds is None else time.monotonic() + effort.seconds
        self.limit = self.left = effort.limit or 0.0
        last = serial_end(net, least, ends)
        self.latest = [last] * len(net)
        for i, line in net.deadlines.items():
            if line.hard and not net.done(i):
                self.latest[i] = min(last, int(line.bound))
        self.best = Incumbent(max(least.finish), last, min(net.starts), effort)
        self.energy = Energy(net, least, last)
        self.still = settled(net)
        self.population = self._population(effort.seed)
        self.large = len(net) > WHOLE_SIZE
        self.model: Model | None = None
        self.pace = 0.0
        self.over = Event()
        self.populations = [self.population] if self.population else []

    def run(self) -> Incumbent:
        """Search until the gap is closed or the limit is reached."""
        best = self.best
        for _ in range(2):  # The first time, kernels are read or compiled.
            begun = time.monotonic()
            self.breed(self.population, min(FIRST, 2 * self.births))
        self.pace = min(FIRST, 2 * self.births) / max(time.monotonic() - begun, 1e-6)
        self.expect(self.population)
        best.raised(self.energy.least_end(self.latest, best.bound, best.end - 1))
        if self.population and self.until is not None and self.effort.workers > 1:
            thread = Thread(target=self.breed_beside)
            thread.start()
            try:
                now = time.monotonic()
                self.optimise(self.effort.workers - 1, now + TRIAL * (self.until - now))
                other = self._population(self.effort.seed + 1)
                assert other is not None, "there is one population already"
                self.populations.append(other)
                self.expect(other)
                self.breed_on(other)
            finally:
                self.over.set()
                thread.join()
        else:
            self.breed_first()
            self.optimise(self.effort.workers)
        if best.failure is not None:
            raise best.failure
        if best.dates is not None:
            pushed = left_justified(decided(self.net, best.dates), best.dates)
            best.dates = replace(pushed, modes=best.dates.modes)
        return best

    # -- the population -----------------------------------------------------------------------------------
    def _population(self, seed: int) -> Evolution | None:
        """None where its schedules are no plans: beside maximum lags, or where work in progress can move."""
        net, early = self.net, self.early
        if early is None or judge(net, early) is Status.INFEASIBLE:
            return None
        moving = any(net.started(i) and i not in self.still for i in range(len(net)))
        if moving or any(link not in early.broken for link in net.maximum_links):
            return None
        return Evolution(net, early, self.latest, seed)

    @cached_property
    def births(self) -> int:
        """Members that take about a hundredth of a work unit."""
        placements = ON_CALENDARS if any(table is not CONTINUOUS for table in self.net.tables) else PLACEMENTS
        return max(1, placements // (100 * GENERATED * len(self.net)))

    def expect(self, population: Evolution | None) -> None:
        """Tell a population for how many births there is time."""
        if population is None:
            return
        if self.until is None:
            population.expect(int(100 * self.births * BREEDING * self.limit))
        else:
            population.expect(int(self.pace * (self.until - time.monotonic())))

    def breed(self, population: Evolution | None, births: int) -> None:
        """Go on with a population, and offer its best schedule."""
        if population is None:
            return
        population.breed(births)
        dates = population.best()
        if dates is not None and max(dates.finish) < self.best.end and not validate(self.net, dates):
            self.best.offer(dates)

    def breed_first(self) -> None:
        """Spend the population's share of the limit."""
        begun, share = time.monotonic(), 1 if self.large else BREEDING
        while self.population and not self.best.closed:
            if self.until is None:
                self.left -= 0.01
                spent = self.left < (1 - share) * self.limit
            else:
                spent = time.monotonic() - begun > share * (self.until - begun)
            if spent:
                break
            self.breed(self.population, self.births)

    @property
    def shortens(self) -> bool:
        """Whether the middle of schedules is shortened once populations agree."""
        several = self.effort.workers > 1 and not self.large and not self.net.modes
        return several and self.population is not None and self.population.shiftable

    def breed_on(self, population: Evolution) -> None:
        """Go on with a population until it agrees, then shorten the best schedules while there is time."""
        while not self.finished and not (self.shortens and population.agrees):
            self.breed(population, self.births)
        random, free = np.random.default_rng(population.seed), MIDDLE
        while not self.finished:
            best = min(self.populations, key=lambda item: item.ends.min())
            cut = population.cut(best.elite(random), free, random)
            if cut is None:
                continue
            begun = time.monotonic()
            dates = self.ask_between(*cut)
            if dates is not None:
                population.take_in(dates)
                self.best.offer(dates)
            spent = time.monotonic() - begun
            free += (spent < QUICK) - (spent > SLOW)

    @property
    def finished(self) -> bool:
        """Whether a thread of its own has nothing left to do."""
        return self.over.is_set() or self.best.closed or not self.time_left()

    def breed_beside(self) -> None:
        """Go on with the first population; then stop the optimiser, which has nothing left to find."""
        self.breed_on(self.populations[0])
        while not self.over.is_set() and self.model:
            self.model.stop()
            self.over.wait(0.05)

    # -- the optimiser ------------------------------------------------------------------------------------
    def time_left(self) -> bool:
        """Whether the limit is not reached."""
        return self.left > 0 if self.until is None else time.monotonic() < self.until

    def optimise(self, workers: int, trial: float | None = None) -> None:
        """Ask for any better plan or, where the population looks for those, one that ends by the bound.

        That is given up at the moment `trial` where the gap is wide.
        """
        best = self.best
        while not best.closed and self.time_left() and not (self.large and best.dates):
            from_below = best.dates is not None and self.population and not self.net.modes
            until = self.until
            if from_below and trial and best.end - best.bound > WIDE:
                if time.monotonic() >= trial:
                    break
                until = trial
            self.ask(best.bound if from_below else best.end - 1, workers, until)

    def ask_between(self, low: Sequence[int], high: Sequence[int]) -> Dates | None:
        """One run of the optimiser for any plan with places from `low` to `high`."""
        from scheduling.cpsat.makespan import Model, Settings
        from scheduling.cpsat.variables import Window

        assert self.until is not None
        found: list[Dates] = []

        def first(dates: Dates) -> bool:
            found.append(dates)
            return False

        end = self.best.end
        model = Model(self.net, Window(low, high, [end] * len(low)), self.least.broken, end, end)
        left = max(0.01, self.until - time.monotonic())
        model.solve(Settings(self.effort.seed, 1, None, min(PATIENCE, left)), first)
        return found[0] if found and not validate(self.net, found[0]) else None

    def ask(self, upper: int, workers: int, until: float | None) -> None:
        """One run of the optimiser: for a plan that ends by `upper`."""
        from scheduling.cpsat.makespan import Model, Settings
        from scheduling.cpsat.variables import Window

        best = self.best
        found = self.energy.windows([min(end, upper) for end in self.latest])
        if found is None:
            best.raised(upper + 1)
            return
        early, late = found
        high = [early.resume[i] if i in self.still else at for i, at in enumerate(late.resume)]
        window = Window(early.resume, high, late.finish)
        self.model = Model(self.net, window, self.least.broken, best.bound, upper)
        how = Settings(self.effort.seed, workers, self.left, None)
        if until is not None:
            how = how._replace(limit=None, seconds=max(0.01, until - time.monotonic()))
        answer = self.model.solve(how, best.offer)
        self.left -= max(TOLL, answer.spent)
        best.raised(answer.bound)
