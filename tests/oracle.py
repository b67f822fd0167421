"""Critical paths by brute force: slot by slot over raw rates, moving one activity one slot at a time.

Shares nothing with the package. Activities are moved to their next (previous) allowed start as long as any
rule is broken; as all rules are monotone, that ends at the least (greatest) solution or leaves the axis.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import networkx as nx

from scheduling import CalendarTable, Factor

HORIZON = 300
LOW, HIGH = 60, 220
FAR = 700
RELATIONS = ("FS", "SS", "FF", "SF")


class Rates(tuple[int, ...]):
    """A calendar, shown by the part that matters."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Rates(from 100: {list(self[100:150])})"


class OffAxisError(Exception):
    """No place on the axis."""


@dataclass(frozen=True, slots=True)
class Activity:
    work: int
    milestone: str | None = None
    calendar: str | None = None
    project: str | None = None
    release: int | None = None
    deadline: int | None = None
    start_by: int | None = None
    finish_from: int | None = None
    actual_start: int | None = None
    actual_finish: int | None = None
    remaining: int | None = None

    @property
    def kind(self) -> str:
        return "work" if self.work else self.milestone or "finish"

    @property
    def done(self) -> bool:
        return self.actual_finish is not None

    @property
    def started(self) -> bool:
        return self.actual_start is not None

    @property
    def left(self) -> int:
        return self.remaining if self.started and self.remaining is not None else self.work


@dataclass(frozen=True)
class Bound:
    """One link of one sense."""

    pred: object
    succ: object
    type: str
    lag: int
    calendar: str | None
    maximum: bool = False


@dataclass(frozen=True)
class Case:
    calendars: dict[str, Rates]
    activities: dict[object, Activity]
    bounds: tuple[Bound, ...]
    starts: dict[str | None, int]
    data_date: int | None = None
    clamp: bool = True
    override: bool = False
    factors: tuple[Factor, ...] = ()

    def graph(self) -> nx.MultiDiGraph:
        """The case as the package reads it."""
        graph = nx.MultiDiGraph()
        for name, a in self.activities.items():
            attributes = {
                "duration": a.work,
                "milestone": a.milestone if not a.work else None,
                "calendar": a.calendar,
                "project": a.project,
                "release": a.release,
                "deadline": a.deadline,
                "start_by": a.start_by,
                "finish_from": a.finish_from,
                "actual_start": a.actual_start,
                "actual_finish": a.actual_finish,
                "remaining": a.remaining,
            }
            graph.add_node(name, **{key: value for key, value in attributes.items() if value is not None})
        for b in self.bounds:
            lags = {"lag": None, "maximum_lag": b.lag} if b.maximum else {"lag": b.lag}
            graph.add_edge(b.pred, b.succ, type=b.type, lag_calendar=b.calendar or "elapsed", **lags)
        return graph

    def arguments(self) -> dict[str, object]:
        """Keyword arguments of compile_network."""
        tables = {name: CalendarTable(name, rates) for name, rates in self.calendars.items()}
        return {
            "calendars": tables,
            "start": self.starts,
            "data_date": self.data_date,
            "progress_override": self.override,
            "factors": self.factors,
        }


@dataclass
class Places:
    """Where unfinished work begins, and everything that follows from it."""

    case: Case
    resume: dict[object, int] = field(default_factory=dict)

    def rate(self, calendar: str | None, slot: int) -> int:
        if calendar is None:
            if abs(slot) > FAR:
                raise OffAxisError
            return 100
        if not 0 <= slot < HORIZON:
            raise OffAxisError
        return self.case.calendars[calendar][slot]

    def shift(self, calendar: str | None, at: int, lag: int) -> int:
        while lag > 0:
            lag -= self.rate(calendar, at) > 0
            at += 1
        while lag < 0:
            at -= 1
            lag += self.rate(calendar, at) > 0
        return at

    def allowed(self, name: object, at: int) -> bool:
        a = self.case.activities[name]
        return self.rate(None if a.kind == "finish" else a.calendar, at) > 0

    def step(self, name: object, at: int, way: int) -> int:
        at += way
        while not self.allowed(name, at):
            at += way
        return at

    def onto(self, name: object, at: int, way: int) -> int:
        return at if self.allowed(name, at) else self.step(name, at, way)

    def finish_from(self, name: object, at: int) -> int:
        a = self.case.activities[name]
        need = 100 * a.left if a.kind == "work" else 0
        while need > 0:
            need -= self.rate(a.calendar, at)
            at += 1
        return at

    def start(self, name: object) -> int:
        a = self.case.activities[name]
        return self.resume[name] if a.actual_start is None else a.actual_start

    def finish(self, name: object) -> int:
        a = self.case.activities[name]
        return self.finish_from(name, self.resume[name]) if a.actual_finish is None else a.actual_finish

    def fact(self, name: object, side: str) -> bool:
        a = self.case.activities[name]
        return a.done or (a.started and side == "S")

    def live(self, b: Bound) -> bool:
        """Whether a link still binds anybody."""
        succ = self.case.activities[b.succ]
        if succ.done:
            return False
        if succ.started and b.type[1] == "S":
            return not b.maximum and not self.case.override
        return True

    def holds(self, b: Bound) -> bool:
        source = self.finish(b.pred) if b.type[0] == "F" else self.start(b.pred)
        limit = self.shift(b.calendar, source, b.lag)
        if b.type[1] == "F":
            return self.finish(b.succ) <= limit if b.maximum else self.finish(b.succ) >= limit
        # FS and SS links into work in progress move its remaining work.
        reached = self.resume[b.succ]
        if not b.maximum:
            return reached >= limit
        return reached <= self.onto(b.succ, limit, 1)


@dataclass(frozen=True)
class Answer:
    early: Places
    broken: frozenset[Bound]
    late: Places | None


def solve(case: Case) -> Answer:
    """Early places, maximum lags broken by facts, late places (None: they leave the axis)."""
    case = expand(case)
    early = least(case)
    broken = frozenset(
        b for b in case.bounds
        if b.maximum and early.live(b) and early.fact(b.pred, b.type[0]) and not early.holds(b)
    )  # fmt: skip
    try:
        late: Places | None = greatest(case, early, broken)
    except OffAxisError:
        late = None
    return Answer(early, broken, late)


def circles(case: Case) -> dict[object, set[object]]:
    """Activities that push one another round and round."""
    places = Places(case)
    arcs = []
    for b in case.bounds:
        if not places.live(b):
            continue
        if not b.maximum:
            arcs.append((b.pred, b.succ))
        elif not places.fact(b.pred, b.type[0]):
            arcs.append((b.succ, b.pred))
    reach: dict[object, set[object]] = {}
    for name in case.activities:
        seen, todo = set(), [name]
        while todo:
            here = todo.pop()
            for tail, head in arcs:
                if tail == here and head not in seen:
                    seen.add(head)
                    todo.append(head)
        reach[name] = seen
    return {a: {b for b in reach[a] if a in reach[b]} | {a} for a in case.activities}


def least(case: Case) -> Places:
    places = Places(case)
    circle = circles(case)
    pushed = set()
    for b in case.bounds:
        if places.live(b) and not b.maximum and b.pred not in circle[b.succ]:
            pushed.add(b.succ)
        if (
            places.live(b)
            and b.maximum
            and not places.fact(b.pred, b.type[0])
            and b.succ not in circle[b.pred]
        ):
            pushed.add(b.pred)
    for name, a in case.activities.items():
        if a.done:
            places.resume[name] = a.actual_start
            continue
        low = [LOW]
        if case.data_date is not None:
            low.append(case.data_date)
        if not a.started:
            low += [case.starts[a.project]] if case.clamp or name not in pushed else []
            low += [a.release] if a.release is not None else []
            low += [f.supply for f in case.factors if f.supply is not None and name in f.gates]
        places.resume[name] = places.onto(name, max(low), 1)
        while a.finish_from is not None and places.finish(name) < a.finish_from:
            places.resume[name] = places.step(name, places.resume[name], 1)
    moved = True
    while moved:
        moved = False
        for b in case.bounds:
            if not places.live(b) or (b.maximum and places.fact(b.pred, b.type[0])):
                continue
            while not places.holds(b):
                name = b.pred if b.maximum else b.succ
                places.resume[name] = places.step(name, places.resume[name], 1)
                places.finish(name)
                moved = True
    return places


def project_ends(case: Case, early: Places) -> dict[str | None, int]:
    ends: dict[str | None, int] = {}
    for name, a in case.activities.items():
        ends[a.project] = max(ends.get(a.project, -FAR), early.finish(name))
    return ends


def greatest(case: Case, early: Places, broken: frozenset[Bound]) -> Places:
    places = Places(case)
    circle = circles(case)
    ends = project_ends(case, early)
    for a in case.activities.values():
        if a.deadline is not None and not a.done:
            ends[a.project] = max(ends[a.project], a.deadline)
    links = [b for b in case.bounds if places.live(b) and b not in broken]
    links = [b for b in links if b.maximum or not places.fact(b.pred, b.type[0])]
    pulled = set()
    for b in links:
        head, tail = (b.succ, b.pred) if b.maximum else (b.pred, b.succ)
        if tail not in circle[head]:
            pulled.add(head)
    limits = {}
    for name, a in case.activities.items():
        if a.done:
            places.resume[name] = a.actual_start
            continue
        limits[name] = [HIGH] if not case.clamp and name in pulled else [ends[a.project]]
        limits[name] += [a.deadline] if a.deadline is not None else []
        last = min(limits[name])
        if a.start_by is not None and not a.started:
            last = min(last, a.start_by)
        places.resume[name] = places.onto(name, last, -1)
    for name, limit in limits.items():
        while True:
            try:
                if places.finish(name) <= min(limit):
                    break
            except OffAxisError:
                pass
            places.resume[name] = places.step(name, places.resume[name], -1)
    moved = True
    while moved:
        moved = False
        for b in links:
            while not places.holds(b):
                name = b.succ if b.maximum else b.pred
                places.resume[name] = places.step(name, places.resume[name], -1)
                moved = True
    return places


def slots(case: Case, name: object, begin: int, end: int) -> int:
    """Working slots of an activity's calendar; elapsed slots for a milestone."""
    a = case.activities[name]
    if a.kind != "work" or a.calendar is None:
        return end - begin
    low, high = sorted((begin, end))
    count = sum(rate > 0 for rate in case.calendars[a.calendar][low:high])
    return count if end >= begin else -count


def free_float(case: Case, answer: Answer, name: object) -> int:
    """Slots the finish can move while all others stay, by moving it."""
    early, a = answer.early, case.activities[name]
    links = [b for b in case.bounds if name in (b.pred, b.succ) and early.live(b) and b not in answer.broken]
    links = [b for b in links if b.maximum or not early.fact(b.pred, b.type[0])]
    links = [b for b in links if b.succ == name if b.maximum] + [
        b for b in links if b.pred == name if not b.maximum
    ]
    end = project_ends(case, early)[a.project]
    end = end if a.deadline is None else min(end, a.deadline)
    trial = Places(case, dict(early.resume))
    best = 0
    while True:
        try:
            trial.resume[name] = trial.step(name, trial.resume[name], 1)
            last = a.start_by if a.start_by is not None and not a.started else trial.resume[name]
            if (
                trial.finish(name) > end
                or trial.resume[name] > last
                or not all(trial.holds(b) for b in links)
            ):
                return best
        except OffAxisError:
            return best
        best = max(best, slots(case, name, early.finish(name), trial.finish(name)))


def drivers(case: Case, early: Places, name: object) -> set[object]:
    """Other ends of the links that one slot earlier would break."""
    trial = Places(case, dict(early.resume))
    trial.resume[name] = trial.step(name, trial.resume[name], -1)
    found = set()
    for b in case.bounds:
        if not early.live(b):
            continue
        if not b.maximum and b.succ == name and not trial.holds(b):
            found.add(b.pred)
        if b.maximum and b.pred == name and not early.fact(name, b.type[0]) and not trial.holds(b):
            found.add(b.succ)
    return found


def expand(case: Case) -> Case:
    """Turn factors without a supply date into activities (SEMANTICS 26)."""
    bare = replace(case, factors=())
    leads = [f for f in case.factors if f.supply is None]
    if not leads:
        return case
    early = least(replace(bare, clamp=True))
    activities, bounds = dict(case.activities), list(case.bounds)
    for f in leads:
        gated = [name for name in f.gates if not case.activities[name].started]
        if not gated:
            continue
        first = min(gated, key=lambda name: (early.resume[name], str(name)))
        if f.after is None:
            behind = set(gated)
            for _ in case.activities:
                behind |= {b.succ for b in case.bounds if not b.maximum and b.pred in behind}
            waits = [
                replace(b, succ=f.id) for b in case.bounds
                if b.succ == first and not b.maximum and b.type[1] == "S" and b.pred not in behind
            ]  # fmt: skip
        else:
            waits = [Bound(name, f.id, "FS", 0, None) for name in f.after]
        activities[f.id] = Activity(f.lead, project=case.activities[first].project)
        bounds += waits + [Bound(f.id, name, "FS", 0, None) for name in gated]
    return replace(
        case,
        activities=activities,
        bounds=tuple(bounds),
        factors=tuple(f for f in case.factors if f.supply is not None),
    )
