"""What to push: what each intervention wins, and the best few of them under a budget for a whole portfolio.

Interventions work on one another: of two late permits that join, ending one wins nothing and ending both wins
all; two that shorten the same path win less together than their sum. So sets are simulated, never summed.
Pieces of the portfolio that nothing couples are simulated apart, and a set again only where it differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from scheduling.errors import InputError
from scheduling.network import Id, Network
from scheduling.plan import Plan
from simulation.interventions import Intervention
from simulation.risks import RiskModel
from simulation.statistics import Gain, Probability, paired_gain
from simulation.trials import Progress, Set, Trials, Worth


@dataclass(frozen=True, slots=True)
class InterventionGain:
    """What one intervention wins alone.

    Attributes
    ----------
    intervention : Intervention
    number : Gain
        In the expected number of projects on time.
    by_project : mapping of project to Gain
        In the on-time probability of projects where it changes anything.
    """

    intervention: Intervention
    number: Gain
    by_project: Mapping[Id, Gain]


@dataclass(frozen=True, slots=True)
class BestInterventions:
    """The best set that was found; every figure is from draws that had no part in the choice.

    Attributes
    ----------
    chosen : tuple of Intervention
        The one whose loss would cost most first.
    price : float
    gain : Gain
        In the expected number of projects on time, all of them done.
    before, after : mapping of project to Probability
    alone : mapping of Intervention to Gain
        In the expected number on time with it and nothing else.
    without : mapping of Intervention to Gain
        What the set loses without it. Where this is more than `alone`, it needs the others; where less, they
        do in part what it does.
    """

    chosen: tuple[Intervention, ...]
    price: float
    gain: Gain
    before: Mapping[Id, Probability]
    after: Mapping[Id, Probability]
    alone: Mapping[Intervention, Gain]
    without: Mapping[Intervention, Gain]


def intervention_gains(
    network: Network,
    plan: Plan | None = None,
    *,
    risks: RiskModel,
    interventions: Iterable[Intervention],
    replications: int | range = 1000,
    seed: int = 0,
) -> tuple[InterventionGain, ...]:
    """Simulate each intervention alone on the same draws, work starting asap; what wins most comes first.

    Parameters
    ----------
    network : Network
    plan : Plan, optional
        Its planned starts are the order in which activities ask for units, whatever is done.
    risks : RiskModel
    interventions : iterable of Intervention
    replications : int or range
    seed : int

    Raises
    ------
    InputError
        For an intervention on what the network and its risks do not know, without a deadline ahead, or for a
        single replication.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from scheduling.network import Factor
    >>> from simulation.distributions import Discrete
    >>> graph = nx.DiGraph()
    >>> graph.add_node("build", duration=20, deadline=45)
    >>> network = compile_network(graph, factors=[Factor("land", ("build",), supply=20)])
    >>> risks = RiskModel(delay={"land": Discrete((0, 9), (1, 1))})
    >>> pushes = [Intervention("factor", "land", days) for days in (2, 4)]
    >>> [(found.intervention.amount, found.number.mean > 0.4)
    ...  for found in intervention_gains(network, risks=risks, interventions=pushes)]
    [(4, True), (2, False)]
    """
    trials = Trials(network, plan, risks, tuple(interventions), replications, seed)
    nothing: Set = frozenset()
    trials.simulate(frozenset({item}) for item in trials.known)
    before, found = trials.held(nothing), []
    for item in trials.known:
        after = trials.held(frozenset({item}))
        changed = {
            project: paired_gain(before[project], held)
            for project, held in after.items()
            if (held != before[project]).any()
        }
        found.append(InterventionGain(item, trials.won(nothing, frozenset({item})), changed))
    return tuple(sorted(found, key=lambda item: (-item.number.mean, str(item.intervention))))


def best_interventions(
    network: Network,
    plan: Plan | None = None,
    *,
    risks: RiskModel,
    interventions: Iterable[Intervention],
    most: int | None = None,
    budget: float | None = None,
    replications: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> BestInterventions:
    """The set of interventions with which the most projects are on time, as far as a search finds it.

    Three greedy sets: adding what wins most; adding what wins most for its price; and giving up of everything
    what costs least, which keeps those that win only together. From each, one is exchanged for another until
    that wins nothing more. Where on-time probabilities are equal, less lateness decides; what wins no project
    on time is left out in the end. That is about n²/2 + 4 n k simulations for k of n interventions; many at
    work on the same projects take long.

    Parameters
    ----------
    network, plan, risks, interventions, seed
        As for :func:`intervention_gains`.
    most : int, optional
        Interventions at most.
    budget : float, optional
        Sum of their prices at most.
    replications : int
        Of the search; as many fresh ones say what the set is worth.
    progress : callable, optional
        Called with the number of sets simulated.

    Returns
    -------
    BestInterventions

    Raises
    ------
    InputError
        As :func:`intervention_gains`, or for a negative limit.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling.build import compile_network
    >>> from simulation.distributions import Fixed
    >>> from simulation.risks import Rework
    >>> graph = nx.DiGraph([("plan", "start"), ("land", "start")])
    >>> nx.set_node_attributes(graph, {"plan": 20, "land": 20, "start": 0}, "duration")
    >>> graph.nodes["start"]["deadline"] = 25
    >>> risks = RiskModel(rework={name: Rework(0.9, Fixed(10)) for name in ("plan", "land")})
    >>> pushes = [Intervention("rework", name) for name in ("plan", "land")]
    >>> best = best_interventions(compile_network(graph), risks=risks, interventions=pushes, most=2)
    >>> len(best.chosen), best.after[None].value
    (2, 1.0)
    """
    if min(most or 0, budget or 0) < 0:
        raise InputError(f"at most {most} interventions for {budget}: a limit is negative. Give 0 or more.")
    trials = Trials(network, plan, risks, tuple(interventions), replications, seed, progress)
    chosen = _Selection(trials, most, budget).best()
    fresh = Trials(network, plan, risks, tuple(chosen), range(replications, 2 * replications), seed)
    nothing: Set = frozenset()
    fresh.simulate(frozenset({item}) for item in chosen)
    fresh.simulate((chosen - {item} for item in chosen), chosen)
    without = {item: fresh.won(chosen - {item}, chosen) for item in chosen}
    order = sorted(chosen, key=lambda item: (-without[item].mean, str(item)))
    return BestInterventions(
        tuple(order),
        _price(chosen),
        fresh.won(nothing, chosen),
        {project: Probability.of(held) for project, held in fresh.held(nothing).items()},
        {project: Probability.of(held) for project, held in fresh.held(chosen).items()},
        {item: fresh.won(nothing, frozenset({item})) for item in order},
        {item: without[item] for item in order},
    )


class _Selection:
    """Search for the best set."""

    def __init__(self, trials: Trials, most: int | None, budget: float | None) -> None:
        self.trials, self.most, self.budget = trials, most, budget

    def best(self) -> Set:
        begun = (self.grown(frozenset(), False), self.grown(frozenset(), True), self.shrunk())
        found = dict.fromkeys(self.exchanged(chosen) for chosen in dict.fromkeys(begun))
        return self.pruned(max(found, key=lambda chosen: (self.trials.worth(chosen), -_price(chosen))))

    def fits(self, chosen: Set) -> bool:
        few = self.most is None or len(chosen) <= self.most
        # Decimal prices that add up to the budget may come out a little above it.
        return few and (self.budget is None or _price(chosen) <= self.budget * (1 + 1e-9))

    def wider(self, chosen: Set) -> list[Set]:
        """Sets with one more, all simulated, in an order that breaks ties."""
        options = [chosen | {item} for item in self.trials.known if item not in chosen]
        options = [option for option in options if self.fits(option)]
        self.trials.simulate(options, chosen)
        return options

    def grown(self, chosen: Set, by_price: bool) -> Set:
        """Add what wins most, or most for its price, while something wins anything."""
        while options := self.wider(chosen):
            now = self.trials.worth(chosen)
            best = max(options, key=lambda option: self.won(now, option, option - chosen, by_price))
            if self.trials.worth(best) <= now:
                break
            chosen = best
        return chosen

    def shrunk(self) -> Set:
        """From everything, give up what costs least, or least for its price, until the limits hold."""
        chosen = frozenset(self.trials.known)
        while not self.fits(chosen):
            options = [chosen - {item} for item in self.trials.known if item in chosen]
            self.trials.simulate(options, chosen)
            now, by_price = self.trials.worth(chosen), self.budget is not None
            chosen = max(options, key=lambda option: self.won(now, option, chosen - option, by_price))
        return chosen

    def won(self, now: Worth, option: Set, changed: Set, by_price: bool) -> tuple[float, float]:
        """What an option is worth more than now, for each unit of price of what it changes."""
        scale = max(_price(changed), 1e-9) if by_price else 1.0
        worth = self.trials.worth(option)
        return (worth.on_time - now.on_time) / scale, (worth.late - now.late) / scale

    def exchanged(self, chosen: Set) -> Set:
        """Exchange one for another, and add what then fits, while that wins anything."""
        while True:
            done = [item for item in self.trials.known if item in chosen]
            options = [option for item in done for option in self.wider(chosen - {item})]
            best = max(options, key=self.trials.worth, default=chosen)
            if self.trials.worth(best) <= self.trials.worth(chosen):
                return chosen
            chosen = self.grown(best, False)

    def pruned(self, chosen: Set) -> Set:
        """Leave out, the dearest first, what wins no project on time."""
        for item in sorted(chosen, key=lambda item: (-item.price, str(item))):
            if self.trials.worth(chosen - {item}).on_time >= self.trials.worth(chosen).on_time:
                chosen = chosen - {item}
        return chosen


def _price(chosen: Set) -> float:
    return fsum(item.price for item in chosen)
