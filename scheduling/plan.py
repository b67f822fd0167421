"""The result of a backward schedule: dates, what they are worth, and what stands against better ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from scheduling.cautions import Caution
from scheduling.modes import cost, extendable, extensions_used
from scheduling.network import WORK, Id, Network
from scheduling.passes import Dates
from scheduling.status import Status

if TYPE_CHECKING:
    import pandas as pd

    from scheduling.explain import Reason


class Goal(StrEnum):
    """What the last level of a plan is about, and what `objective` counts."""

    LATEST = "latest"
    """The sum of the starts of unstarted activities with work: the later, the better."""
    EARLIEST = "earliest"
    """Slots from the first project start to the last finish: the fewer, the better."""
    LEAST_CHANGE = "least change"
    """Slots by which unstarted activities start earlier or later than promised: the fewer, the better."""


@dataclass(frozen=True)
class Plan:
    """Planned dates that respect every precedence, calendar, factor and resource.

    Attributes
    ----------
    network : Network
        The compiled input, with the modes of the plan chosen.
    status : Status
    dates : Dates or None
        Boundaries by position; None when there is no plan.
    solver : str
        "cpm" (the late pass, which is optimal where no resource binds), "cpsat" (found or proved by the
        optimiser), "recreate" (found by ruin and recreate) or "generation" (not bettered within the limit).
    weighted_lateness : number or None
        Sum of weight times lateness over the deadlines of unfinished activities, in elapsed slots.
    weighted_lateness_bound : number or None
        No plan has a smaller one.
    missed : number or None
        Sum of the weights of the missed deadlines of unfinished activities.
    missed_bound : number or None
        No plan misses less; known only when missed deadlines were to be as few as possible.
    overruns : tuple
        Slots by which each project (by position) ends after its latest deadline and its early finish.
    cost : number or None
        Price of the modes chosen and the extensions used.
    objective : number or None
        What `goal` counts.
    objective_bound : number or None
        No plan with this weighted lateness, overrun, place of work in progress and cost has a better one.
    conflict : tuple of ids or None
        When INFEASIBLE, activities that show it: those whose hard deadline the early dates miss, or whose
        demand no capacity ever meets; empty when only the search as a whole proves it.
    cautions : tuple of Caution
        Facts that the plan cannot mend, and modes that cut more than is customary.
    goal : Goal
    """

    network: Network
    status: Status
    dates: Dates | None
    solver: str
    weighted_lateness: Any = None
    weighted_lateness_bound: Any = None
    missed: Any = None
    missed_bound: Any = None
    overruns: tuple[Any, ...] = ()
    cost: Any = None
    objective: Any = None
    objective_bound: Any = None
    conflict: tuple[Id, ...] | None = None
    cautions: tuple[Caution, ...] = ()
    goal: Goal = Goal.LATEST

    @cached_property
    def start(self) -> Mapping[Id, Any]:
        """Start by activity: a date with dated calendars, else a number; the actual one if started."""
        net, dates = self.network, self.dates
        return {name: net.show_start(i, dates.start[i] if dates else None) for i, name in enumerate(net.ids)}

    @cached_property
    def finish(self) -> Mapping[Id, Any]:
        """Finish by activity: a date with dated calendars, else a number."""
        net, dates = self.network, self.dates
        return {
            name: net.show_finish(i, dates.finish[i] if dates else None) for i, name in enumerate(net.ids)
        }

    @cached_property
    def lateness(self) -> Mapping[Id, Any]:
        """Elapsed slots by which each deadline is missed, 0 when met; done activities are judged too."""
        net, dates = self.network, self.dates
        return {
            net.ids[i]: max(0, dates.finish[i] - line.bound) if dates else None
            for i, line in sorted(net.deadlines.items())
        }

    @cached_property
    def overrun(self) -> Mapping[Id, Any]:
        """Slots by which each project ends after its latest deadline and its early finish."""
        return dict(zip(self.network.projects, self.overruns, strict=True)) if self.overruns else {}

    @cached_property
    def modes(self) -> Mapping[Id, Id]:
        """Mode of each activity that has several."""
        net = self.network
        return {net.ids[i]: net.mode(i).id for i in sorted(net.modes)}

    @cached_property
    def extensions(self) -> Mapping[tuple[Id, Id], int]:
        """How many extensions each prolonged maximum lag (predecessor, successor) uses."""
        net, dates = self.network, self.dates
        if dates is None:
            return {}
        used = {
            (net.ids[link.pred], net.ids[link.succ]): extensions_used(net, dates, link)
            for link in extendable(net, dates.broken)
        }
        return {pair: count for pair, count in used.items() if count}

    @property
    def gap(self) -> Any:
        """Slots by which the objective may fall short of the best, at most; None without a bound."""
        if self.objective is None or self.objective_bound is None:
            return None
        return abs(self.objective_bound - self.objective)

    def explain(self, activity: Id, *, early: bool = False) -> tuple[Reason, ...]:
        """The chain of what keeps an activity from lying later (or earlier), to the date that ends it.

        :func:`scheduling.explain.of_plan` gives every reason of one step, too.
        """
        from scheduling.explain import of_plan

        return of_plan(self, early=early).chain(activity)

    def to_frame(self) -> pd.DataFrame:
        """A row an activity, as a pandas data frame."""
        import pandas as pd

        data = {"start": list(self.start.values()), "finish": list(self.finish.values())}
        return pd.DataFrame(data, index=pd.Index(self.network.ids, name="activity"))


class Levels(NamedTuple):
    """What a plan is judged by, each level only among equals in the ones before it; less is better."""

    lateness: Any
    overrun: Any
    in_progress: Any
    cost: Any
    earliness: Any


def levels(net: Network, dates: Dates, ends: Sequence[Any], *, missed: bool = False) -> Levels:
    """Judge dates; `ends` are the projects' ends.

    Notes
    -----
    Weighted lateness of unfinished activities' deadlines, or the weights of the `missed` ones; sum of the
    projects' overruns; sum of the places where work in progress resumes; cost of modes and extensions; minus
    the sum of starts of unstarted activities with work.
    """
    unfinished = [i for i in range(len(net)) if not net.done(i)]
    return Levels(
        (missed_deadlines if missed else weighted_lateness)(net, dates),
        sum(overruns(net, dates, ends)),
        sum(dates.resume[i] for i in unfinished if net.started(i)),
        cost(net, dates),
        -sum(dates.start[i] for i in unfinished if not net.started(i) and net.kind[i] == WORK),
    )


def weighted_lateness(net: Network, dates: Dates) -> Any:
    """Sum of weight times lateness over the deadlines of unfinished activities, in elapsed slots."""
    return sum(
        line.weight * max(0, dates.finish[i] - line.bound)
        for i, line in net.deadlines.items()
        if not net.done(i)
    )


def missed_deadlines(net: Network, dates: Dates) -> Any:
    """Sum of the weights of missed deadlines of unfinished activities."""
    return sum(
        line.weight
        for i, line in net.deadlines.items()
        if not net.done(i) and dates.finish[i] > line.bound + net.tolerance
    )


def overruns(net: Network, dates: Dates, ends: Sequence[Any]) -> tuple[Any, ...]:
    """Slots by which each project ends after `ends`."""
    over = [0] * len(net.projects)
    for i, finish in enumerate(dates.finish):
        k = net.project[i]
        over[k] = max(over[k], finish - ends[k])
    return tuple(over)


def allowed_finishes(net: Network, dates: Dates, ends: Sequence[Any], *, missed: bool = False) -> list[Any]:
    """Greatest finish of each activity that misses no deadline and no project's end by more than `dates`.

    A deadline missed anyway is no bound where `missed` deadlines are only counted.
    """
    over = overruns(net, dates, ends)
    latest = [ends[k] + over[k] for k in net.project]
    for i, line in net.deadlines.items():
        late = dates.finish[i] > line.bound
        if not (late and missed):
            latest[i] = min(latest[i], dates.finish[i] if late else line.bound)
    return latest
