"""Share of planned starts met by plans made at confidence 0.8, at several scales of the default delays.

    python benchmarks/calibration.py

A synthetic mixed portfolio: both templates, several options, projects at the desk, in design, at the permit.
Each start of construction has a deadline between 1.4 and 2.6 times its most likely length from the data date.
Published bulletins report .48 to .89 of planned starts met; the defaults should come out between .45 and .95.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import numpy as np

from scenarios.assemble import assemble
from scenarios.catalog import load
from scenarios.schema import Scenario
from scheduling.cpm import critical_path
from simulation.confidence import confidence_plan
from simulation.monte_carlo import simulate

DATA_DATE = date(2026, 3, 2)
OPTIONS = {
    "government": ((), ("parallel",), ("ready_land",), ("staged_permit",)),
    "enterprise": ((), ("parallel",), ("ready_land",), ("land_then_start", "ready_land")),
}
STAGES = {"desk": None, "design": "D2", "drawings": "D5", "permit": "E2"}
"""Where a project stands, and its current node."""


def portfolio(projects: int, seed: int) -> Scenario:
    """A synthetic mixed portfolio with deadlines on the start of construction."""
    draw = random.Random(seed)
    found = [_project(draw, number) for number in range(projects)]
    return _scenario(found)


def _scenario(projects: list[dict[str, Any]]) -> Scenario:
    data = {"schema": "backplan/1", "name": "calibration", "synthetic": True, "data_date": DATA_DATE}
    return Scenario.model_validate(data | {"projects": projects})


def _project(draw: random.Random, number: int) -> dict[str, Any]:
    template = draw.choice(list(OPTIONS))
    project: dict[str, Any] = {
        "id": f"M{number:03d}",
        "name": f"合成项目{number:03d}",
        "template": template,
        "options": list(draw.choice(OPTIONS[template])),
        "until": ["F0"],
    }
    if node := STAGES[draw.choice(list(STAGES))]:
        project["current"] = {"node": node, "since": DATA_DATE - timedelta(days=draw.randrange(1, 30))}
    start = critical_path(assemble(_scenario([project])).network).early_start[f"{project['id']}/F0"]
    length = (start - DATA_DATE).days
    due = DATA_DATE + timedelta(days=round(length * draw.uniform(1.4, 2.6)))
    return project | {"deadlines": [{"node": "F0", "date": due}]}


def starts_met(scenario: Scenario, replications: int, seed: int = 0) -> tuple[float, float]:
    """Share of starts met on fresh draws: working to a plan at confidence 0.8, and as soon as possible."""
    assembly = assemble(scenario)
    net, risks = assembly.network, assembly.risks
    plan = confidence_plan(net, risks=risks, confidence=0.8, replications=replications, seed=seed)
    fresh = range(3 * replications, 4 * replications)

    def share(start: str) -> float:
        run = simulate(net, plan.plan, risks=risks, replications=fresh, seed=seed, start=start)
        return float(np.mean([run.meets(net.ids[i]).mean() for i in net.deadlines]))

    return share("plan"), share("asap")


def at_scales(
    projects: int, replications: int, scales: tuple[float, ...]
) -> Iterator[tuple[float, float, float]]:
    """(scale, share working to plan, share starting as soon as possible)."""
    read = load._read
    factors = dict(read("factors"))
    for scale in scales:
        factors["scale"] = scale
        with patch.object(load, "_read", lambda name: factors if name == "factors" else read(name)):
            for item in vars(load).values():
                if hasattr(item, "cache_clear"):
                    item.cache_clear()
            yield scale, *starts_met(portfolio(projects, seed=7), replications)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=60)
    parser.add_argument("--replications", type=int, default=400)
    chosen = parser.parse_args()
    print("scale  to plan  asap")
    for row in at_scales(chosen.projects, chosen.replications, (1.0, 0.7, 0.5, 0.3, 0.0)):
        print("{:5.1f}  {:7.2f}  {:4.2f}".format(*row))
