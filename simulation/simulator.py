"""A network made ready for replications: blocks of draws go in, dates come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import EngineError, InputError
from scheduling.network import FINISH_MILESTONE, Network
from scheduling.passes import early_pass
from scheduling.plan import Plan
from simulation.dispatch import Dispatch, compile_dispatch
from simulation.engine import Dispatched, dispatch
from simulation.events import Events
from simulation.maxplus import EarlyDates, EarlyPass
from simulation.sampling import Draws, some_rows

REPLAYED = 3000
"""Activities that SimPy dispatches again in every run; at least one replication."""


@dataclass(frozen=True, slots=True)
class Run:
    """A block of replications: what was drawn and what came of it, behind which planned starts if any."""

    floor: Sequence[Any] | None
    draws: Draws
    early: EarlyDates
    dates: Dispatched

    def only(self, rows: Ints) -> Run:
        """Some of the replications."""
        work, arrivals, luck = (
            some_rows(table, rows) for table in (self.draws.work, self.draws.arrivals, self.draws.luck)
        )
        early, dates = self.early, self.dates
        return Run(
            self.floor,
            Draws(self.draws.replications, work, arrivals, luck),
            EarlyDates(
                some_rows(early.start, rows), some_rows(early.finish, rows), some_rows(early.resume, rows)
            ),
            Dispatched(
                some_rows(dates.start, rows),
                some_rows(dates.finish, rows),
                dates.overtaking[rows],
                some_rows(dates.waited, rows),
            ),
        )


@dataclass(frozen=True)
class Simulator:
    """A network made ready: who is dispatched in which order, behind which planned starts."""

    network: Network
    model: Dispatch
    floor: Sequence[Any] | None
    start_rule: str
    engine: str
    plan: Plan | None
    planned: Sequence[Any]
    dispatch: Callable[..., Dispatched]

    @cached_property
    def early(self) -> EarlyPass:
        """The early pass, made ready once."""
        return EarlyPass(self.network, self.floor)

    @classmethod
    def of(cls, network: Network, plan: Plan | None, start: str, engine: str) -> Simulator:
        planned = _planned_starts(network, plan)
        if start not in ("asap", "plan"):
            raise InputError(f"start rule {start!r} is neither 'asap' nor 'plan'.")
        if start == "plan" and plan is None:
            raise InputError("start='plan' needs a plan. Give one, or choose start='asap'.")
        if engine not in ("auto", "simpy", "events", "maxplus"):
            raise InputError(f"engine {engine!r} is none of 'auto', 'simpy', 'events', 'maxplus'.")
        model = compile_dispatch(network, planned, everything=engine in ("simpy", "events"))
        if engine == "maxplus" and model.activities:
            raise InputError(
                f"engine='maxplus': activity '{network.ids[model.activities[0]]}' may wait for a resource. "
                "Choose engine='auto'."
            )
        floor = [
            None if network.started(i) or network.kind[i] == FINISH_MILESTONE else at
            for i, at in enumerate(planned)
        ]
        if engine == "auto":
            engine = "events" if model.activities else "maxplus"
        run = partial(dispatch, model) if engine == "simpy" else Events(model).dispatch
        return cls(network, model, floor if start == "plan" else None, start, engine, plan, planned, run)

    def run(self, draws: Draws) -> Run:
        early = self.early.dates(draws)
        return Run(self.floor, draws, early, self.dispatch(draws.work, early))

    def replay(self, run: Run, asked: range) -> int:
        """Run the first replications through SimPy again, everything dispatched, and compare every date.

        As many as are `asked` for; none where SimPy itself is the engine.
        """
        count = sum(number in asked for number in run.draws.replications)
        if self.engine == "simpy" or not count:
            return 0
        early = EarlyDates(run.early.start[:count], run.early.finish[:count], run.early.resume[:count])
        everything = compile_dispatch(self.network, self.planned, everything=True)
        found = dispatch(everything, run.draws.work[:count], early)
        for mine, theirs in ((run.dates.start, found.start), (run.dates.finish, found.finish)):
            wrong = np.argwhere(mine[:count] != theirs)
            if len(wrong):
                r, i = wrong[0]
                raise EngineError(
                    f"replication {run.draws.replications[r]}: {self.engine} puts activity "
                    f"'{self.network.ids[i]}' at {mine[r, i]}, SimPy at {theirs[r, i]}. Please report this."
                )
        return count

    def rerun(self, before: Run, draws: Draws) -> Run:
        """Run other draws, taking over the replications that dispatch as before."""
        early = self.early.dates(draws)
        members = list(self.model.activities)
        same_start = before.early.resume[:, members] == early.resume[:, members]
        same_work = before.draws.work[:, members] == draws.work[:, members]
        changed = np.flatnonzero(~(same_start & same_work).all(axis=1))
        return Run(self.floor, draws, early, self.dispatch(draws.work, early, changed.tolist(), before.dates))


def replayed(network: Network) -> int:
    """How many replications are replayed through SimPy: a few, fewer of large networks, at least one."""
    return max(1, min(3, REPLAYED // max(1, len(network))))


def _planned_starts(network: Network, plan: Plan | None) -> Sequence[Any]:
    if plan is None:
        return early_pass(network).start
    if plan.dates is None:
        raise InputError(f"the plan has no dates (status {plan.status}). Mend its conflict first.")
    if plan.network.ids != network.ids:
        raise InputError("the plan belongs to a network with other activities. Plan this network again.")
    return plan.dates.start
