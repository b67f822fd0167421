"""A simulated year: one replication taken as the truth, told by weekly statuses that know nothing of the
days to come.

For rehearsals, tests and training. What it makes is synthetic and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from scenarios.assemble import Assembly, assemble
from scenarios.expand import NodeSpec
from scenarios.factors import HOLD
from scenarios.fields import day_of
from scenarios.schema import Project, Scenario
from scheduling.network import START_MILESTONE, Network
from simulation.monte_carlo import simulate
from simulation.sampling import draw
from simulation.statistics import UNFINISHED


def as_built(scenario: Scenario, dates: Sequence[date], *, replication: int = 0) -> tuple[Scenario, ...]:
    """The statuses of a scenario on later dates if one replication came true.

    Everything starts as soon as links, factors and shared resources allow. On each date nodes that have
    finished are done, nodes that have begun report the work that is left, factors and holds that have
    arrived are in hand; those that should have and have not are expected on that day, with their delay as
    before.

    Parameters
    ----------
    scenario : Scenario
    dates : sequence of date
        After the data date, in order.
    replication : int
        Which one, at the scenario's seed.

    Examples
    --------
    >>> from scenarios.load import load_scenario
    >>> base = load_scenario("district-1bn")
    >>> (week,) = as_built(base, [date(2022, 9, 7)])
    >>> week.data_date.isoformat(), week.synthetic
    ('2022-09-07', True)
    """
    truth = _Truth(scenario, replication)
    return tuple(truth.on(when) for when in dates)


class _Truth:
    def __init__(self, scenario: Scenario, replication: int) -> None:
        self.scenario = scenario
        self.assembly: Assembly = assemble(scenario)
        self.net: Network = self.assembly.network
        numbers = range(replication, replication + 1)
        run = simulate(
            self.net, risks=self.assembly.risks, replications=numbers, seed=scenario.seed, keep="all"
        )
        self.start, self.finish = run.start[0], run.finish[0]
        arrivals = draw(self.net, self.assembly.risks, scenario.seed, numbers).arrivals[0]
        self.arrival = {str(gate.id): int(at) for gate, at in zip(self.net.gates, arrivals, strict=True)}

    def on(self, when: date) -> Scenario:
        """What is known on the morning of a day."""
        projects = tuple(self.project(project, when) for project in self.scenario.projects)
        update = {"data_date": when, "projects": projects, "synthetic": True}
        return self.scenario.model_copy(update=update)

    def project(self, project: Project, when: date) -> Project:
        specs = [spec for spec in self.assembly.specs.values() if spec.project == project.id]
        progress = {spec.node: item for spec in specs if (item := self.progress(spec, when))}
        factors, holds = {}, dict(project.holds)
        for name, factor in project.factors.items():
            supply = self.supply(f"{project.id}/factor:{name}", factor.supply, when)
            factors[name] = factor if supply is None else factor.model_copy(update={"supply": supply})
        for name, hold in project.holds.items():
            day = self.supply(f"{project.id}/factor:{HOLD}{name}", hold.expected, when)
            if hold.cleared is None and day is not None:
                holds[name] = hold.model_copy(update={"cleared" if day < when else "expected": day})
        data = project.model_dump(exclude_defaults=True)
        data |= {"progress": progress, "current": (), "factors": factors, "holds": holds}
        return Project.model_validate(data)

    def progress(self, spec: NodeSpec, when: date) -> dict[str, Any] | None:
        i, net = self.net.index[spec.id], self.net
        axis = net.axis
        assert axis is not None, "scenarios without dates have no statuses"
        now = axis.slot(when)
        known = self.assembly.status.get(spec.id)
        began = known.start if known else None
        if net.done(i):
            return {"start": began, "finish": known.finish if known else None}
        start, finish = int(self.start[i]), int(self.finish[i])
        if start == UNFINISHED or (start >= now and not net.started(i)):
            return None
        begin = began or axis.start_date(start)
        if net.kind[i] == START_MILESTONE:
            return {"finish": begin}
        if finish <= now:
            return {"start": None if net.work[i] == 0 else begin, "finish": axis.finish_date(finish)}
        return None if net.work[i] == 0 else {"start": begin, "remaining": self.left(i, now, finish)}

    def left(self, i: int, now: int, finish: int) -> int:
        """Work that ends where the node ends, if it goes on from today."""
        table = self.net.tables[i]
        place = table.next_start(now)
        done = table.cum_array
        return max(1, int(done[finish] - done[place]) // 100)

    def supply(self, name: str, given: date | None, when: date) -> date | None:
        """The day a factor came, if it has; today, if it should have and has not."""
        if given is None or name not in self.arrival:
            return None
        axis = self.net.axis
        assert axis is not None
        came = axis.start_date(self.arrival[name])
        if day_of(came) < when:
            return day_of(came)
        return when if day_of(given) < when else None
