"""What a dispatch room knows of a synthetic project: evidence, money, problems, holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from scenarios.generator.history import Timeline
from scenarios.schema.generator import GeneratorSpec, StageName

if TYPE_CHECKING:
    from scenarios.generator.projects import Draw

_BUILDING = ("F1", "F2", "F3", "F4", "F5")
_PROBLEMS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "land": ("用地指标未落实", "land quota not secured", ("B8", "B11")),
    "resettlement": ("拆迁清表剩余户未签约", "last households have not signed", ("B10",)),
    "permit": ("施工许可要件不齐", "papers for the construction permit are incomplete", ("E2",)),
    "design": ("施工图审查意见未闭合", "comments on the drawings are open", ("D6",)),
    "tender": ("招标控制价未审定", "price ceiling of the tender not settled", ("D7", "D8")),
    "funds": ("工程进度款拨付滞后", "progress payments are late", ("F1", "F2", "F3", "F4")),
    "labour": ("施工班组不足", "crews are short", ("F1", "F2", "F3")),
    "materials": ("砂石、钢材供应紧张", "aggregate and steel are short", ("F1", "F2", "F3")),
    "power": ("正式供电方案未批复", "permanent power supply not approved", ("U1",)),
    "contractor": ("施工组织不力、工序脱节", "the contractor's sequence breaks off", ("F3", "F4")),
}


def evidence(
    spec: GeneratorSpec, stage: StageName, progress: Mapping[str, Any], today: date, draw: Draw
) -> list[dict[str, Any]]:
    """Piling and papers of a real start; a ceremony of one that is only claimed."""
    found: list[dict[str, Any]] = []
    started = progress.get("F0", {}).get("finish")
    if started is not None:
        found.append({"kind": "permanent_piling", "date": started})
        if "S1" in progress or draw.happens("photo", 0.5):
            found.append({"kind": "site_photo", "date": started})
    elif stage == "ready" and draw.happens("claimed", spec.claimed):
        when = today - timedelta(days=draw.of("claim").randrange(5, 60))
        found.append({"kind": "ceremony", "date": when})
    return found


def investment(
    between: tuple[float, float], line: Timeline, age: float, today: date, draw: Draw
) -> dict[str, Any]:
    """Total, what the works done so far cost, this year's plan and its months so far."""
    low, high = between
    total = round(low * (high / low) ** draw.of("total").random(), -2) or low
    begin, end = line.end["F0"], line.end["V3"]

    def spent(when: float) -> float:
        return total * min(max((when - begin) / (end - begin), 0.0), 1.0)

    gone = (today - date(today.year, 1, 1)).days
    planned = spent(age + 365 - gone) - spent(age - gone)
    pace = draw.of("pace").uniform(0.6, 1.15)
    before, now = spent(age - gone), spent(age - gone) + (spent(age) - spent(age - gone)) * pace
    completed = round(min(now, total))
    months = _months(completed - round(before), today, draw)
    found: dict[str, Any] = {
        "total": total,
        "completed": completed,
        "secured": round(total * draw.of("secured").uniform(0.5, 1.0), -1),
        "months": months,
    }
    return found | ({"this_year": round(planned, -1)} if planned >= 5 else {})


def _months(amount: int, today: date, draw: Draw) -> dict[str, int]:
    """An amount over the months of this year that have passed, with ups and downs."""
    names = [f"{today.year}-{month:02d}" for month in range(1, today.month + (today.day > 1))]
    if amount <= 0 or not names:
        return {}
    weights = [draw.of(f"month {name}").uniform(0.6, 1.4) for name in names]
    amounts = [int(amount * weight / sum(weights)) for weight in weights]
    amounts[-1] += amount - sum(amounts)
    return dict(zip(names, amounts, strict=True))


def problems(
    spec: GeneratorSpec, line: Timeline, stage: StageName, today: date, draw: Draw
) -> dict[str, dict[str, Any]]:
    """One or two problems of the kinds that its stage has, some of them solved already."""
    if not draw.happens("problems", spec.problems) or stage in ("completed", "producing"):
        return {}
    building = stage in ("building", "finishing")
    known = {
        cause: item
        for cause, item in _PROBLEMS.items()
        if any(node in line.end for node in item[2]) and building == (item[2][0] in (*_BUILDING, "U1"))
    }
    found = {}
    for k in range(1, 2 + draw.happens("second", 0.3)):
        luck = draw.of(f"problem {k}")
        cause = luck.choice(sorted(known))
        zh, en, nodes = known[cause]
        raised = today - timedelta(days=luck.randrange(5, 90))
        item: dict[str, Any] = {
            "what": {"zh": zh, "en": en},
            "cause": cause,
            "node": next(node for node in nodes if node in line.end),
            "raised": raised,
        }
        if luck.random() < 0.25:
            item["closed"] = raised + timedelta(days=luck.randrange(1, (today - raised).days))
        found[f"Q{k}"] = item
    return found


def holds(
    spec: GeneratorSpec,
    line: Timeline,
    stage: StageName,
    progress: Mapping[str, Any],
    today: date,
    draw: Draw,
) -> dict[str, dict[str, Any]]:
    """A safety or quality hold on the next works."""
    ahead = [node for node in (*_BUILDING, "V1") if node in line.end and node not in progress]
    if stage != "building" or not ahead or not draw.happens("hold", spec.holds):
        return {}
    luck = draw.of("hold facts")
    return {
        "H1": {
            "aspect": luck.choice(("safety", "quality")),
            "blocks": [ahead[0]],
            "raised": today - timedelta(days=luck.randrange(3, 20)),
            "expected": today + timedelta(days=luck.randrange(5, 30)),
            "delay": {"lognormal": {"median": 7, "p90": 21}},
        }
    }
