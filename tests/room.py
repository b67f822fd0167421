"""A small dispatch room for tests: two statuses of three synthetic projects, a week apart."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import yaml

from scenarios.forecast import Run
from scenarios.schema import Scenario

WEEK = """\
schema: backplan/1
name: room
title: {zh: 合成调度, en: Synthetic room}
synthetic: true
data_date: 2026-03-09
replications: 60
default_risks: false
quotas: [{event: completion, target: 1, date: 2026-06-30}]
projects:
  - id: A
    name: {zh: 甲项目, en: Alpha}
    sector: industry
    district: 东街道
    leader: 副县长
    lead_unit: 发改局
    responsible_unit: 园区管委会
    responsible_person: 园区主任
    developer: 甲公司
    investment:
      {total: 9000, this_year: 1200, completed: 250, months: {2025-12: 50, 2026-01: 120, 2026-02: 80}}
    activities:
      - id: permit
        name: {zh: 许可, en: permit}
        kind: permit
        work: [5, 10, 20]
        key: true
        department: housing
      - {id: F0, name: {zh: 开工, en: start}, kind: start, work: 0, milestone: start, predecessors: [permit]}
      - id: F3
        name: {zh: 封顶, en: topping out}
        work: [10, 15, 40]
        predecessors: [F0]
        key: true
        department: owner
      - {id: V3, name: {zh: 竣工, en: completion}, kind: completion, work: 0, predecessors: [F3]}
    progress: {permit: {start: 2026-02-20, finish: 2026-03-05}}
    deadlines: [{node: V3, date: 2026-04-10}]
    factors:
      funds: {supply: 2026-03-12, delay: {lognormal: {median: 5, p90: 20}, probability: 0.9}, gates: [F3]}
    problems:
      drains:
        what: {zh: 管线未迁, en: pipes in the way}
        cause: land
        raised: 2026-02-16
        due: 2026-03-02
        responsible_unit: 住建局
      fence: {what: 围挡, cause: safety, raised: 2026-03-04, closed: 2026-03-06}
  - id: B
    name: {zh: 乙项目, en: Beta}
    district: 西街道
    responsible_unit: 交通局
    blocker: 无施工现场
    activities:
      - {id: survey, name: {zh: 勘察, en: survey}, work: 4, department: locality}
      - {id: dig, name: {zh: 开挖, en: digging}, work: [10, 20, 60], predecessors: [survey], key: true}
    deadlines: [{node: survey, date: 2026-03-03}, {node: dig, date: 2026-04-07}]
    problems:
      crew: {what: 人手不足, cause: labour, raised: 2026-03-08, due: 2026-03-20}
  - id: C
    name: {zh: 丙项目, en: Gamma}
    activities: [{id: plan, name: {zh: 方案, en: scheme}, work: [3, 5, 9], key: true}]
"""


def week() -> dict[str, Any]:
    """The later status as data."""
    data: dict[str, Any] = yaml.safe_load(WEEK)
    return data


@cache
def now() -> Run:
    """The later status, run."""
    return Run(Scenario.model_validate(week()))


def week_before() -> dict[str, Any]:
    """The status of the week before as data: the permit was begun, two problems were not known."""
    data = week() | {"data_date": date(2026, 3, 2)}
    first, second, _ = data["projects"]
    first["progress"] = {"permit": {"start": date(2026, 2, 20), "remaining": 2}}
    del first["problems"]["fence"], second["problems"]
    return data


@cache
def before() -> Run:
    """The status of the week before, run."""
    return Run(Scenario.model_validate(week_before()))


def with_name(name: str) -> Run:
    """The later status with the first project and its problem called by a text."""
    data = week()
    data["projects"][0]["name"] = name
    data["projects"][0]["problems"]["drains"]["what"] = name
    return Run(Scenario.model_validate(data))
