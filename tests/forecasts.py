"""Synthetic forecasts for the tests of charts and reports: invented numbers in the form of a real run."""

from __future__ import annotations

import random
from datetime import date, timedelta

from scenarios.messages import label
from scenarios.results import (
    Cause,
    ConfidenceResult,
    Curve,
    DueItem,
    Forecast,
    InvestmentView,
    Light,
    Node,
    PlanSummary,
    ProjectResult,
    Provenance,
    QuotaResult,
    Span,
    State,
)
from scenarios.schema import Label
from simulation.statistics import Probability

DATA_DATE = date(2026, 3, 2)

STEPS = (
    ("A4", "企业投资项目备案", "record-filing", "approval", "发展改革部门", True, False),
    ("B11", "土地挂牌出让", "land listed for sale", "land", "自然资源和规划部门", False, False),
    ("B13", "签订出让合同", "land contract signed", "land", "自然资源和规划部门", True, True),
    ("D3", "建设工程规划许可证", "planning permit", "permit", "自然资源和规划部门", True, False),
    ("D5", "施工图设计", "construction drawings", "design", "项目业主", False, False),
    ("E2", "施工许可证", "construction permit", "permit", "住房和城乡建设部门", True, False),
    ("F0", "实质性开工", "substantive start", "milestone", "项目业主", True, True),
    ("F3", "主体结构封顶", "structure topped out", "construction", "施工单位", True, False),
    ("U1", "正式供电", "permanent power supply", "utility", "供电企业", False, False),
    ("V3", "竣工验收备案", "completion filing", "acceptance", "住房和城乡建设部门", True, False),
    ("P1", "投产", "production starts", "milestone", "项目业主", True, True),
)

CAUSES = (
    ("factor:land", "土地供应", "land"),
    ("factor:funds", "资金到位", "funds"),
    ("rework:E2", "施工许可补正", "rework of the construction permit"),
    ("resource:crew", "施工队伍", "crews"),
)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def moved(span: Span, count: int) -> Span:
    return Span(span.start + days(count), span.finish + days(count))


def make_cause(rng: random.Random) -> Cause:
    name, zh, en = rng.choice(CAUSES)
    return Cause(name, Label(zh=zh, en=en), round(rng.uniform(0.02, 0.3), 3), 0.012)


def make_light(share: float) -> Light:
    return "green" if share >= 0.8 else "amber" if share >= 0.5 else "red"


def make_node(
    rng: random.Random, project: str, position: int, earliest: Span, previous: str | None, trials: int
) -> Node:
    """One node; the `position`-th of its project, done before the data date."""
    step, zh, en, kind, department, key, milestone = STEPS[position % len(STEPS)]
    node = step if position < len(STEPS) else f"{step}-{position // len(STEPS)}"
    state: State = "open"
    if earliest.finish < DATA_DATE:
        state = "done"
    elif earliest.start < DATA_DATE:
        state = "in_progress"
    done = state == "done"
    slack = rng.randint(0, 40)
    successes = round(trials * rng.uniform(0.3, 1.0))
    deadline = earliest.finish + days(slack + 5) if key and not done else None
    return Node(
        id=f"{project}/{node}",
        node=node,
        project=project,
        name=Label(zh=zh, en=en),
        kind=kind,
        department=Label(zh=department, en=f"{kind} department"),
        key=key,
        milestone=milestone,
        state=state,
        earliest=earliest,
        latest=None if done else moved(earliest, slack),
        planned=None if done else moved(earliest, slack // 3),
        late_plan=None if done else moved(earliest, slack * 2 // 3),
        actual=earliest if done else None,
        actual_start=earliest.start if state != "open" else None,
        deadline=deadline,
        hard=deadline is not None and position % 4 == 0,
        total_float=None if done else slack * 5 // 7,
        feeding_buffer=None,
        deadline_buffer=None if done else float(slack),
        critical=not done and slack == 0,
        on_time=Probability(successes, trials) if deadline else None,
        p50=None if done else earliest.finish + days(slack // 2),
        p80=None if done else earliest.finish + days(slack),
        p90=None if done else earliest.finish + days(slack + 20),
        light=make_light(successes / trials) if deadline else None,
        cause=make_cause(rng) if deadline else None,
        drivers=(previous,) if previous else (),
        assumed=position % 5 == 4,
    )


def make_project(rng: random.Random, index: int, nodes: int, trials: int) -> ProjectResult:
    """One project whose nodes follow each other; every third is cancelled now and then."""
    name = f"P{index + 1:03d}"
    made: list[Node] = []
    begin = DATA_DATE + days(rng.randint(-90, 10))
    for position in range(nodes):
        length = 0 if STEPS[position % len(STEPS)][6] else rng.randint(5, 30)
        earliest = Span(begin, begin + days(length))
        made.append(make_node(rng, name, position, earliest, made[-1].id if made else None, trials))
        begin = earliest.finish + days(1)
    successes = round(trials * rng.uniform(0.1, 0.95))
    total = float(rng.randint(2, 80) * 1000)
    causes = {cause.id: cause for cause in (make_cause(rng) for _ in range(3))}
    return ProjectResult(
        id=name,
        name=Label(zh=f"示例产业园项目{index + 1}", en=f"Sample industrial park {index + 1}"),
        template="enterprise",
        sector=("industry", "service", "agriculture")[index % 3],
        district="示例区",
        lead_unit="示例区发展改革局",
        responsible_unit="示例园区管理委员会",
        responsible_person=None,
        developer=None,
        leader=None,
        group=None,
        category=None,
        blocker=Label(zh="施工许可证未办", en="no construction permit yet") if index % 4 == 0 else None,
        investment=InvestmentView(total, total / 4, total / 20),
        nodes=tuple(made),
        on_time=Probability(successes, trials),
        without_cancellation=Probability(min(trials, successes + 20), trials) if index % 3 == 0 else None,
        confidence=ConfidenceResult(0.8, Probability(round(trials * 0.81), trials), True),
        light=make_light(successes / trials),
        causes=tuple(sorted(causes.values(), key=lambda cause: -cause.gain)),
        critical_path=tuple(node.id for node in made if node.state != "done"),
        warnings=(Label(zh="开工日期为推定", en="the start date is assumed"),) if index % 5 == 0 else (),
    )


def make_curve(total: float) -> Curve:
    """An S-curve over twelve months."""
    share = [step * step * (3 - 2 * step) for step in (month / 11 for month in range(12))]
    line = tuple(round(total * value, 6) for value in share)
    later = (0.0, *line[:-1])
    return Curve(
        dates=tuple(DATA_DATE + days(30 * month) for month in range(12)),
        earliest=line,
        planned=later,
        latest=(0.0, 0.0, *line[:-2]),
        expected=later,
        low=(0.0, *later[:-1]),
        high=line,
        total=total,
    )


def make_due(projects: tuple[ProjectResult, ...]) -> tuple[DueItem, ...]:
    """What the planned dates ask for in the four weeks after the data date."""
    items = []
    for project in projects:
        for node in project.nodes:
            if node.planned is None or node.department is None:
                continue
            by = node.planned.start if node.state == "open" else node.planned.finish
            if by <= DATA_DATE + days(28):
                items.append(
                    DueItem(
                        department=node.department,
                        project=project.id,
                        node=node.node,
                        name=node.name,
                        action="start" if node.state == "open" else "finish",
                        by=by,
                        latest=node.latest.start if node.latest else None,
                        overdue=by < DATA_DATE,
                        responsible=project.responsible_unit,
                    )
                )
    return tuple(sorted(items, key=lambda item: (item.department.zh, item.by, item.project, item.node)))


def make_forecast(seed: int = 0, projects: int = 3, nodes: int = 11, trials: int = 1000) -> Forecast:
    """A forecast with everything filled in; equal arguments give equal forecasts.

    Change single parts with :func:`dataclasses.replace`.
    """
    rng = random.Random(seed)
    made = tuple(make_project(rng, index, nodes, trials) for index in range(projects))
    money = sum(project.investment.total for project in made if project.investment)
    return Forecast(
        name="sample",
        title=Label(zh="示例县重点项目", en="Key projects of a sample county"),
        description=Label(zh="合成数据，仅供演示", en="Synthetic data for demonstration"),
        source=None,
        synthetic=True,
        data_date=DATA_DATE,
        data_date_inferred=True,
        projects=made,
        quotas=(
            QuotaResult(
                event="start",
                sector="industry",
                least=None,
                below=5e5,
                target=2,
                reached=1,
                by=date(2026, 12, 31),
                candidates=tuple(project.id for project in made if project.sector == "industry"),
                expected=1.7,
                met=Probability(round(trials * 0.63), trials),
            ),
            QuotaResult(
                "completion", None, None, None, 2, 0, date(2027, 12, 31), (), 0.4, Probability(3, trials)
            ),
        ),
        due=make_due(made),
        number_on_time=tuple(1 / (projects + 1) for _ in range(projects + 1)),
        completion=make_curve(1.0),
        investment=make_curve(money),
        late_plan=PlanSummary("FEASIBLE", "cpsat", 0.0, 1234.0, 1300.0, 0.05),
        provenance=Provenance(
            seed=seed,
            replications=trials,
            confidence=0.8,
            start_rule="asap",
            engine="max-plus",
            versions={"backplan": "0.1.0", "numpy": "2.4.0"},
            input_hash="0123456789abcdef" * 4,
            uncalibrated=True,
        ),
        warnings=(label("warn_uncalibrated"),),
    )
