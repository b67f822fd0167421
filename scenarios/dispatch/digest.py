"""What a digest says (日督查、周调度、月通报): progress, problems and next steps, read from a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from scenarios.dispatch.rules import full_months, year_share
from scenarios.dispatch.tasks import Task, task_of
from scenarios.forecast import DUE_DAYS, Run
from scenarios.results import Cause, Forecast, Light, Node, ProjectResult
from scenarios.schema import Label, ProblemSpec
from simulation.statistics import Probability

Cadence: TypeAlias = Literal["daily", "weekly", "monthly"]
Owner: TypeAlias = Literal["leader", "lead_unit", "responsible_unit", "district"]
"""挂点领导, 牵头单位, 责任单位, 属地."""
ItemKind: TypeAlias = Literal["overdue", "problem", "start", "finish", "push"]

BACK: dict[Cadence, int] = {"daily": 1, "weekly": 7, "monthly": DUE_DAYS}
"""Days that a digest looks back where there is no earlier one to compare with."""
AHEAD: dict[Cadence, int] = {"daily": 3, "weekly": 7, "monthly": DUE_DAYS}
"""Days that it looks ahead, the data date included."""
_ORDER: dict[ItemKind, int] = {"overdue": 0, "problem": 1, "start": 2, "finish": 2, "push": 3}


@dataclass(frozen=True, slots=True)
class Fact:
    """A node that was finished, by this day."""

    project: ProjectResult
    node: Node
    on: date


@dataclass(frozen=True, slots=True)
class OpenProblem:
    """A line of the problem list that is not closed, and the task that it is."""

    project: ProjectResult
    spec: ProblemSpec
    task: Task


@dataclass(frozen=True, slots=True)
class Item:
    """Something that an owner must see to.

    Attributes
    ----------
    kind : str
        A missed deadline, an open problem, a start or finish that is due, or the cause to push.
    owner : str or None
        None where the scenario names nobody.
    who : Label or None
        Department of the node, or unit that solves the problem.
    by, latest : date or None
        Planned date (of what is overdue: the deadline), and latest date.
    cause : Cause or None
        Of what is to be pushed: what it costs.
    """

    kind: ItemKind
    owner: str | None
    project: ProjectResult
    what: Label
    who: Label | None
    by: date | None
    latest: date | None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """A cause over all projects that it delays.

    Attributes
    ----------
    gain : float
        Projects more that would be expected on time without it.
    error : float
        Twice its standard error at most (those of the projects added up).
    """

    name: Label
    projects: tuple[ProjectResult, ...]
    gain: float
    error: float


@dataclass(frozen=True, slots=True)
class LightChange:
    """A project whose light has changed."""

    project: ProjectResult
    before: Light | None
    chance_before: Probability | None


@dataclass(frozen=True, slots=True)
class Move:
    """An unfinished key node or deadline whose planned finish has moved; later by `days`."""

    project: ProjectResult
    node: Node
    before: date
    days: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since an earlier run.

    Attributes
    ----------
    asked : tuple of Node
        Nodes, as they are now, that the earlier plan finished before today's data date.
    moves : tuple of Move
        The furthest first.
    """

    since: date
    asked: tuple[Node, ...]
    lights: tuple[LightChange, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """Investment of the year over the projects that have a plan for it, in 10,000 CNY (万元).

    Attributes
    ----------
    completed : float
        In the months that have ended.
    months : int
        How many these are; of twelve they are 序时进度.
    """

    plan: float
    completed: float
    months: int


@dataclass(frozen=True, slots=True)
class Digest:
    """All that a digest says, in no language yet.

    Attributes
    ----------
    since, until : date
        First day looked back to, last day looked ahead to.
    done : tuple of Fact
        Nodes finished since.
    raised, closed : int
        Problems raised and closed since.
    items : tuple of Item
        What is overdue, then problems, what is due, and what to push; a bulletin only lists key nodes as due.
    money : Money or None
        None where no project has both a plan for the year and months.
    changes : Changes or None
        None without an earlier run.
    """

    cadence: Cadence
    by: Owner
    forecast: Forecast
    since: date
    until: date
    done: tuple[Fact, ...]
    raised: int
    closed: int
    problems: tuple[OpenProblem, ...]
    items: tuple[Item, ...]
    pushes: tuple[Push, ...]
    money: Money | None
    changes: Changes | None

    def of_kind(self, *kinds: ItemKind) -> tuple[Item, ...]:
        """Items of some kinds."""
        return tuple(item for item in self.items if item.kind in kinds)

    def by_owner(self) -> tuple[tuple[str | None, tuple[Item, ...]], ...]:
        """Owners with their items; who has most overdue comes first, what nobody owns last."""
        groups: dict[str | None, list[Item]] = {}
        for item in self.items:
            groups.setdefault(item.owner, []).append(item)

        def urgency(owner: str | None) -> tuple[bool, int, int, str]:
            late = sum(item.kind == "overdue" for item in groups[owner])
            return owner is None, -late, -len(groups[owner]), owner or ""

        return tuple((owner, tuple(groups[owner])) for owner in sorted(groups, key=urgency))


def digest(
    run: Run, cadence: Cadence, previous: Run | None = None, *, by: Owner = "responsible_unit"
) -> Digest:
    """What to report and to push at a cadence.

    Parameters
    ----------
    run : Run
    cadence : str
        ``daily`` looks 3 days ahead, ``weekly`` 7, ``monthly`` 28.
    previous : Run, optional
        Of an earlier status of the same projects; changes are counted from it.
    by : str
        Whose items are put together: ``leader``, ``lead_unit``, ``responsible_unit`` or ``district``.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> run = Run(load_scenario("district-1bn").model_copy(update={"replications": 20}))
    >>> weekly = digest(run, "weekly")
    >>> weekly.since.isoformat(), weekly.until.isoformat()
    ('2022-08-24', '2022-09-06')
    >>> all(item.by <= weekly.until for item in weekly.of_kind("start", "finish"))
    True
    """
    forecast = run.forecast
    today = forecast.data_date
    since = previous.forecast.data_date if previous else today - timedelta(days=BACK[cadence])
    until = today + timedelta(days=AHEAD[cadence] - 1)
    specs = [spec for project in run.scenario.projects for spec in project.problems.values()]
    problems = tuple(_problems(run))
    found = [
        *_due(forecast, until, by, key_only=cadence == "monthly"),
        *_to_solve(problems, by),
        *_to_push(forecast, by),
    ]
    return Digest(
        cadence=cadence,
        by=by,
        forecast=forecast,
        since=since,
        until=until,
        done=tuple(_done(run, since, previous)),
        raised=sum(spec.raised >= since for spec in specs),
        closed=sum(spec.closed is not None and spec.closed >= since for spec in specs),
        problems=problems,
        items=tuple(sorted(found, key=_urgency)),
        pushes=_pushes(forecast),
        money=_money(run),
        changes=_changes(forecast, previous.forecast) if previous else None,
    )


# -- progress ---------------------------------------------------------------------------------------------
def _done(run: Run, since: date, previous: Run | None) -> Iterator[Fact]:
    """Finished since by record; against an earlier run also what a later node implies."""
    before = {node.id for _, node in _nodes(previous.forecast) if node.state == "done"} if previous else set()
    for project, node in _nodes(run.forecast):
        if node.actual is None or node.id in before:
            continue
        recorded = not run.assembly.status[node.id].assumed and node.actual.finish >= since
        if previous or recorded:
            yield Fact(project, node, node.actual.finish)


def _changes(now: Forecast, then: Forecast) -> Changes:
    projects = {project.id: project for project in then.projects}
    before = {node.id: node for _, node in _nodes(then)}
    asked, moves = [], []
    for project, node in _nodes(now):
        old = before.get(node.id)
        if old is None or old.state == "done" or old.planned is None:
            continue
        if old.planned.finish < now.data_date:
            asked.append(node)
        if node.key and node.state != "done" and node.planned and node.planned.finish != old.planned.finish:
            days = (node.planned.finish - old.planned.finish).days
            moves.append(Move(project, node, old.planned.finish, days))
    return Changes(
        since=then.data_date,
        asked=tuple(asked),
        lights=tuple(
            LightChange(project, projects[project.id].light, projects[project.id].on_time)
            for project in now.projects
            if project.id in projects and project.light != projects[project.id].light
        ),
        moves=tuple(sorted(moves, key=lambda move: (-abs(move.days), move.node.id))),
    )


def _money(run: Run) -> Money | None:
    today = run.forecast.data_date
    shares = [
        (money.this_year, share)
        for project in run.scenario.projects
        if (money := project.investment)
        if (share := year_share(money, today)) is not None and money.this_year
    ]
    if not shares:
        return None
    done = sum(plan * share for plan, share in shares)
    return Money(sum(plan for plan, _ in shares), done, full_months(today))


# -- what to do -------------------------------------------------------------------------------------------
def _due(forecast: Forecast, until: date, by: Owner, *, key_only: bool) -> Iterator[Item]:
    nodes = {(node.project, node.node): (project, node) for project, node in _nodes(forecast)}
    for item in forecast.due:
        project, node = nodes[item.project, item.node]
        if item.by <= until and (node.key or item.overdue or not key_only):
            kind: ItemKind = "overdue" if item.overdue else item.action
            yield Item(kind, getattr(project, by), project, item.name, item.department, item.by, item.latest)


def _problems(run: Run) -> Iterator[OpenProblem]:
    for project, result in zip(run.scenario.projects, run.forecast.projects, strict=True):
        for name, spec in project.problems.items():
            if spec.closed is None:
                yield OpenProblem(result, spec, task_of(run, project, name))


def _to_solve(problems: Iterable[OpenProblem], by: Owner) -> Iterator[Item]:
    for problem in problems:
        project, spec, task = problem.project, problem.spec, problem.task
        own = {"lead_unit": spec.lead_unit, "responsible_unit": spec.responsible_unit}.get(by)
        owner = own or getattr(project, by)
        yield Item("problem", owner, project, spec.what, task.responsible, task.due, None)


def _to_push(forecast: Forecast, by: Owner) -> Iterator[Item]:
    """The costliest cause of each project that is not likely enough on time."""
    for project in forecast.projects:
        if project.light in ("amber", "red") and project.causes:
            cause = project.causes[0]
            yield Item("push", getattr(project, by), project, cause.label, None, None, None, cause)


def _pushes(forecast: Forecast) -> tuple[Push, ...]:
    found: dict[str, list[tuple[ProjectResult, Cause]]] = {}
    for project in forecast.projects:
        for cause in project.causes:
            found.setdefault(cause.id, []).append((project, cause))
    pushes = [
        Push(
            each[0][1].label,
            tuple(project for project, _ in each),
            sum(cause.gain for _, cause in each),
            2 * sum(cause.standard_error for _, cause in each),
        )
        for each in found.values()
    ]
    return tuple(sorted(pushes, key=lambda push: (-push.gain, push.name.zh, push.projects[0].id)))


def _urgency(item: Item) -> tuple[int, date, float, str]:
    gain = item.cause.gain if item.cause else 0.0
    return _ORDER[item.kind], item.by or date.max, -gain, item.project.id


def _nodes(forecast: Forecast) -> Iterator[tuple[ProjectResult, Node]]:
    return ((project, node) for project in forecast.projects for node in project.nodes)
