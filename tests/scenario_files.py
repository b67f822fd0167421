"""Small scenario files for the tests of the scenario door."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from scenarios.load import to_scenario
from scenarios.problems import ScenarioError
from scenarios.schema import Scenario
from scenarios.yaml_source import read_yaml

HEAD = "schema: backplan/1\nname: t\ndata_date: 2026-03-02\n"
"""Three lines; what a test adds begins in line 4."""
TWO = """\
projects:
  - id: P
    name: one
    activities:
      - {id: a, name: dig, work: 5}
      - {id: b, name: pour, work: 3, predecessors: [a]}
"""
"""A project of two activities, six lines."""

WHOLE = """\
schema: backplan/1
name: whole
title: {zh: 全部, en: everything}
description: every key once
source: synthetic
synthetic: true
data_date: 2026-03-02
data_date_inferred: true
dated: true
region: north
seed: 7
replications: 50
confidence: 0.75
slots_per_day: 1
default_risks: true
progress_override: false
calendars:
  six-day:
    week: [100, 100, 100, 100, 100, 100, 0]
    exceptions: {2026-05-01: 0, 2026-05-03: 50}
    first: 2020-01-01
    last: 2032-12-31
    provisional: [2030, 2031]
  slow: {base: cn-site-north, exceptions: {2026-06-01: 30}}
resources:
  crew:
    name: {zh: 班组, en: crew}
    capacity: 2
    changes: [{date: 2026-01-01, capacity: 1}, {date: 2026-09-01, capacity: 3}]
    demand: {F1: 1}
    synthetic: true
  quota:
    capacity: 5
    consumed: true
    deliveries: [{date: 2026-08-03, quantity: 4}]
    factor: land
    unit: {zh: 亩, en: mu}
drivers:
  rain:
    name: {zh: 多雨, en: rain}
    multiplier: {uniform: [1.05, 1.4], probability: 0.4}
    kinds: [construction]
  team: {multiplier: {pert: [0.9, 1, 1.3]}, activities: [a, E/F2], projects: [E, A]}
  strike: {added: {empirical: [2, 5, 9], greatest_of: 3}, probability: 0.2, own: true}
weather:
  typhoon:
    name: {zh: 台风, en: typhoon}
    calendars: [cn-site-south, slow]
    lost_days: {7: 4, 8: 6.5}
    years: {triangular: [0.4, 1, 1.6]}
shocks:
  sprint: {first: 2026-10-01, last: 2026-12-31, rate: 90, rest: 100, capacity: {crew: 4},
    kinds: [construction], activities: [F1], projects: [E], name: {zh: 决战四季度, en: Q4 sprint}}
quotas:
  - {event: start, sector: industry, least: 5000, below: 90000, target: 1, reached: 0, date: 2026-12-31}
rules: {preset: yinchuan, stalled_days: 45, excused: {E: {zh: 洪水, en: flood}}}
reserve:
  - id: R1
    name: harbour
    template: enterprise
    sector: industry
    district: park
    investment: 30000
    year: 2027
    done: [A2, A4]
    listed: true
    land: 40
    land_secured: 0.5
    funds_secured: 0.25
    earliest: 2027-02-01
generate:
  projects: 1
  seed: 3
  prefix: G
  kinds:
    - {name: school, share: 1, template: government, options: [parallel], land_ready: 0.5, sector: industry,
       category: new, group: towns, lead_unit: education, investment: [100, 900]}
  stages: {early: 1, building: 2}
  districts: [park]
  leaders: [leader one]
  due: [2026-12-31, 2027-12-31]
  slack: [0.1, 0.4]
  stalled: 0.2
  problems: 0.5
  claimed: 0.1
  unregistered: 0.1
  holds: 0.1
  demands: [{resource: quota, node: B11, low: 1, high: 2}]
projects:
  - id: E
    name: {zh: 工厂, en: plant}
    template: enterprise
    options: [parallel]
    land_ready: true
    region: south
    sector: industry
    district: park
    investment: {total: 12000, this_year: 3000, completed: 100.5, months: {2026-01: 60}, secured: 9000}
    developer: company
    leader: deputy mayor
    group: plants
    category: new
    lead_unit: unit
    responsible_unit: park office
    responsible_person: deputy director
    blocker: land
    start: 2026-03-09
    until: [F2]
    current: {node: D5, since: 2026-02-10, remaining: 9}
    progress:
      A7: {start: 2026-01-05, finish: 2026-02-20}
      A9: {start: 2026-01-20}
    deadlines:
      - {node: F0, date: 2026-09-30, hard: true}
      - {node: S1, date: 2026-10-31, weight: 3}
    factors:
      land: {supply: 2026-05-15, delay: {lognormal: {median: 20, p90: 60, max: 200}, probability: 0.3}}
      steel: {lead: [20, 30, 60], gates: [F1], after: [D5], name: {zh: 钢材, en: steel}}
    holds:
      H1: {aspect: safety, blocks: [F1], raised: 2026-02-20, expected: 2026-04-01, delay: 3, name: crane}
      H2: {aspect: quality, blocks: [F1], raised: 2026-02-01, cleared: 2026-02-10}
    problems:
      Q1:
        what: {zh: 图纸未审, en: drawings not reviewed}
        cause: design
        node: D5
        raised: 2026-02-01
        due: 2026-02-20
        closed: 2026-02-18
        responsible_unit: designer
        lead_unit: housing
        procedure: hearing
        excused: flood
    evidence: [{kind: ceremony, date: 2026-02-14, note: drums}]
    claims: [{event: start, date: 2026-02-14}]
    checks: [{event: start, date: 2026-02-25, confirmed: false, note: empty site}]
    overrides:
      F1:
        name: piles
        work: {triangular: [20, 25, 50]}
        calendar: slow
        predecessors: [F0]
        release: 2026-04-01
        start_by: 2027-04-01
        finish_from: 2026-04-20
        demand: {crew: 2}
        modes: {fast: {work: 22, cost: 2.5, demand: {crew: 3}, name: fast, source: estimate}}
        rework: {probability: 0.1, work: 5}
        key: true
        source: estimate
    assumed: [investment]
  - id: A
    name: road
    default_risks: false
    cancellation: 0.02
    activities:
      - id: a
        name: dig
        work: {estimate: [4, 5, 9], weight: 6, quantiles: [0.1, 0.9]}
        planned: 6
        kind: construction
        department: housing
        calendar: six-day
        release: 2026-03-10
        start_by: 2026-12-01
        finish_from: 2026-03-12
        demand: {crew: 1, quota: 2}
        cost: 1
        mode: one
        modes: {two: {work: 4, cost: 3}}
        floor: 3
        rework: {probability: 0.2, work: {discrete: {values: [1, 3], weights: [2, 1]}}}
        key: true
        source: estimate
      - id: m
        name: open
        work: 0
        milestone: start
        predecessors:
          - id: a
            type: SS
            lag: 2
            maximum_lag: 20
            lag_calendar: elapsed
            extension: 5
            extensions: 2
            extension_cost: 0.5
          - {id: E/F0, lag: null, maximum_lag: 400}
notes: [{zh: 说明, en: note}]
"""
"""Every key of the schema but `file` of a calendar, which must stand alone."""


def load_text(text: str) -> Scenario:
    """The scenario that a file `x.yaml` with this text gives."""
    return to_scenario(read_yaml(text, "x.yaml"), Path())


def faults_of(text: str) -> list[str]:
    """The lines of the error that a file with this text gives."""
    with pytest.raises(ScenarioError) as caught:
        load_text(text)
    return str(caught.value).split("\n")


def fault_of(text: str) -> str:
    """The only line of the error."""
    (line,) = faults_of(text)
    return line


def whole() -> dict[str, Any]:
    """The data of WHOLE, to be changed by a test."""
    data = read_yaml(WHOLE, "whole.yaml").data
    assert isinstance(data, dict)
    return data


def dumped(scenario: Scenario) -> str:
    """A scenario as YAML."""
    data = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def indented(text: str, by: int) -> str:
    """A block of YAML, to be put under a key."""
    return "".join(" " * by + line + "\n" for line in dedent(text).strip("\n").split("\n"))
