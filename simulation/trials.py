"""Sets of interventions simulated on one sample of draws, each piece of a portfolio once for each set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import numpy as np

from scheduling.calendar import Ints
from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.plan import Plan
from simulation.interventions import Intervention, together
from simulation.pieces import Flags, Piece, lines_ahead, met
from simulation.risks import RiskModel
from simulation.sampling import cancelled, draw, redraw
from simulation.simulator import Run, Simulator
from simulation.statistics import Gain, paired_gain

Progress: TypeAlias = Callable[[int], None]
Set: TypeAlias = frozenset[Intervention]

LATEST = 4000
"""Slots beyond which later is not worse; what never ends counts as so late."""


class Worth(NamedTuple):
    """What a set is worth: first projects on time, then slots of lateness, as a negative number."""

    on_time: int
    late: int


class Outcome(NamedTuple):
    """What a set brings in one piece: who is on time in each replication, and lateness in all."""

    held: dict[Id, Flags]
    late: int


class _State(NamedTuple):
    """A piece with a set done, kept so that others can be simulated by their differences."""

    chosen: Set
    risks: RiskModel
    simulator: Simulator
    run: Run


class Trials:
    """What sets of interventions bring; every set is simulated once, when it is first asked for."""

    def __init__(
        self,
        network: Network,
        plan: Plan | None,
        risks: RiskModel,
        interventions: tuple[Intervention, ...],
        replications: int | range,
        seed: int,
        progress: Progress | None = None,
    ) -> None:
        self.known = tuple(dict.fromkeys(interventions))
        together(network, risks, self.known)
        self.numbers = range(replications) if isinstance(replications, int) else replications
        self.seed, self.progress, self.done = seed, progress, 0
        self.pieces = [
            piece
            for piece in Piece.whole(network, plan, risks).split()
            if any(not piece.network.done(i) for i in piece.network.deadlines)
        ]
        if not self.pieces:
            raise InputError("no project has a deadline ahead, by which interventions are judged. Give one.")
        self.concerned = [
            frozenset(item for item in self.known if item.concerns(piece.network, piece.risks))
            for piece in self.pieces
        ]
        self.outcomes: list[dict[Set, Outcome]] = [{} for _ in self.pieces]
        self.states = [self.begun(k) for k in range(len(self.pieces))]

    def begun(self, k: int) -> _State:
        """A piece with nothing done."""
        piece, nothing = self.pieces[k], frozenset[Intervention]()
        draws = draw(piece.network, piece.risks, self.seed, self.numbers)
        simulator = Simulator.of(piece.network, piece.plan, "asap", "auto")
        run = simulator.run(draws)
        self.outcomes[k][nothing] = _judged(piece.network, piece.risks, run)
        return _State(nothing, piece.risks, simulator, run)

    def simulate(self, sets: Iterable[Set], near: Set | None = None) -> None:
        """Simulate sets by what differs from `near`, else from what was near to those before."""
        wanted = list(sets)
        for k, (concerned, known) in enumerate(zip(self.concerned, self.outcomes, strict=True)):
            missing = {chosen & concerned for chosen in wanted}.difference(known)
            if missing and near is not None and self.states[k].chosen != near & concerned:
                self.states[k] = self.state(k, near & concerned)
            for chosen in missing.difference(known):
                self.state(k, chosen)

    def state(self, k: int, chosen: Set) -> _State:
        """Simulate a set in a piece by what differs from the set that is kept, and note the outcome."""
        piece, kept = self.pieces[k], self.states[k]
        network, risks = together(piece.network, piece.risks, chosen)
        draws = redraw(network, kept.run.draws, kept.risks, risks, self.seed)
        if _units(chosen) == _units(kept.chosen):
            simulator = kept.simulator
            run = simulator.rerun(kept.run, draws)
        else:
            simulator = Simulator.of(network, piece.plan, "asap", "auto")
            run = simulator.run(draws)
        self.outcomes[k][chosen] = _judged(network, risks, run)
        self.done += 1
        if self.progress:
            self.progress(self.done)
        return _State(chosen, risks, simulator, run)

    def of(self, chosen: Set) -> list[Outcome]:
        """What a set brings in each piece."""
        self.simulate([chosen])
        return [
            known[chosen & concerned] for concerned, known in zip(self.concerned, self.outcomes, strict=True)
        ]

    def held(self, chosen: Set) -> dict[Id, Flags]:
        """Who is on time with a set, one entry a replication."""
        return {project: held for outcome in self.of(chosen) for project, held in outcome.held.items()}

    def number(self, chosen: Set) -> Ints:
        """How many projects are on time with a set, one entry a replication."""
        number: Ints = np.sum([*self.held(chosen).values()], axis=0, dtype=np.int64)
        return number

    def won(self, before: Set, after: Set) -> Gain:
        """In the expected number of projects on time."""
        return paired_gain(self.number(before), self.number(after))

    def worth(self, chosen: Set) -> Worth:
        outcomes = self.of(chosen)
        on_time = sum(int(np.count_nonzero(held)) for item in outcomes for held in item.held.values())
        return Worth(on_time, -sum(item.late for item in outcomes))


def _judged(network: Network, risks: RiskModel, run: Run) -> Outcome:
    held, late = {}, 0
    for k, lines in lines_ahead(network, cancelled(network, risks, run.draws.luck)).items():
        held[network.projects[k]] = met(run.dates.finish, lines)
        behind = [run.dates.finish[:, i].astype(np.int64) - network.deadlines[i].bound for i in lines]
        late += int(np.clip(np.maximum.reduce(behind), 0, LATEST).sum())
    return Outcome(held, late)


def _units(chosen: Set) -> Set:
    """Of a set what changes resources, and so the network."""
    return frozenset(item for item in chosen if item.kind == "resource")
