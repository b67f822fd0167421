"""A synthetic portfolio of any size, marked as synthetic wherever a reader sees it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from scenarios import catalog
from scenarios.schema import Scenario

DATA_DATE = date(2026, 3, 31)
_SECTORS = ("工业", "服务业", "农业", "基础设施")
_OPTIONS = {
    "government": ((), ("parallel",), ("ready_land",), ("parallel", "staged_permit")),
    "enterprise": ((), ("parallel",), ("ready_land", "land_then_start"), ("staged_permit",)),
}
_FACTORS = ("land", "resettlement", "funds", "power", "water", "gas", "materials", "equipment", "labour")


def synthetic_data(projects: int = 100, seed: int = 20260331) -> dict[str, Any]:
    """The data of a synthetic scenario that a ledger can hold, as YAML would give them."""
    draw = random.Random(seed)
    return {
        "schema": "backplan/1",
        "name": f"synthetic-{projects}",
        "title": {"zh": f"合成数据：{projects}个项目", "en": f"Synthetic data: {projects} projects"},
        "description": "合成数据，与任何真实项目无关",
        "source": f"合成数据（随机种子 {seed}）",
        "synthetic": True,
        "data_date": DATA_DATE,
        "region": "north",
        "seed": seed,
        "replications": 200,
        "confidence": 0.75,
        "resources": {
            "review": {"name": "合成：审批专班", "capacity": 6, "demand": {"E2": 1}, "synthetic": True}
        },
        "quotas": [
            {"event": "start", "sector": "工业", "target": 12, "reached": 1, "date": date(2026, 12, 31)},
            {"event": "completion", "target": 8, "date": date(2026, 12, 31)},
        ],
        "notes": ["本台账为合成数据"],
        "projects": [_project(draw, number) for number in range(1, projects + 1)],
    }


def synthetic_scenario(projects: int = 100, seed: int = 20260331) -> Scenario:
    """The synthetic scenario."""
    return Scenario.model_validate(synthetic_data(projects, seed))


def _project(draw: random.Random, number: int) -> dict[str, Any]:
    template = draw.choice(("government", "enterprise"))
    options = draw.choice(_OPTIONS[template])
    total = draw.randrange(20, 5000) * 100
    start = DATA_DATE + timedelta(days=draw.randrange(200, 700))
    project = {
        "id": f"{number:03d}",
        "name": f"合成项目{number:03d}",
        "template": template,
        "options": list(options),
        "land_ready": "ready_land" in options,
        "sector": draw.choice(_SECTORS),
        "district": f"合成街道{draw.randrange(1, 9)}",
        "investment": {"total": total, "this_year": total // 5, "completed": 0},
        "lead_unit": "合成牵头单位",
        "responsible_unit": "合成责任单位",
        "responsible_person": "合成职务",
        "deadlines": [
            {"node": "F0", "date": start, "hard": draw.random() < 0.2},
            {"node": "V3", "date": start + timedelta(days=draw.randrange(500, 900))},
        ],
        "factors": {
            key: {"supply": DATA_DATE + timedelta(days=draw.randrange(30, 300))}
            for key in draw.sample(_FACTORS, draw.randrange(0, 3))
        },
    }
    if draw.random() < 0.8:
        early = [step for step in catalog.template(template, options).steps if step[0] in "AD"]
        since = DATA_DATE - timedelta(days=draw.randrange(1, 60))
        project["current"] = {"node": draw.choice(early[:8]), "since": since}
    else:
        project["start"] = DATA_DATE + timedelta(days=draw.randrange(1, 60))
    return project
