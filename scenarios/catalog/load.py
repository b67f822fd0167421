"""Reading the data files and applying options. Every file is read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from scenarios.catalog.model import (
    WORKDAY_RATIO,
    Department,
    Edits,
    FactorDefault,
    FactorDefaults,
    LegalFloor,
    Link,
    Option,
    Rework,
    Step,
    Template,
)
from scheduling.errors import InputError

TEMPLATES = ("government", "enterprise")


@cache
def _read(name: str) -> dict[str, Any]:
    text = files("scenarios.catalog").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return data


# -- departments and default delays -----------------------------------------------------------------------
@cache
def departments() -> Mapping[str, Department]:
    """Departments by id.

    Examples
    --------
    >>> departments()["housing"].zh
    '住房和城乡建设部门'
    """
    return MappingProxyType({key: Department(key, **raw) for key, raw in _read("departments").items()})


@cache
def factor_defaults() -> FactorDefaults:
    """Default delays: uncalibrated expert judgement.

    Examples
    --------
    >>> land = factor_defaults().factors["land"]
    >>> land.median, land.p90, land.max, land.gates, land.group
    (45, 150, 450, ('B8', 'B11', 'B14'), 'land')
    """
    data = _read("factors")
    drivers = data["drivers"]
    return FactorDefaults(
        scale=data["scale"],
        factors=MappingProxyType({key: _factor(key, raw) for key, raw in data["factors"].items()}),
        project_sigma=drivers["project"],
        department_sigma=drivers["department"],
    )


def _factor(key: str, raw: Mapping[str, Any]) -> FactorDefault:
    fields = dict(raw)
    fields["gates"] = tuple(fields.get("gates", ()))
    if fields["mechanism"] == "gate":
        fields["probability"] = _scaled(fields["probability"])
    if "p90" in fields:
        fields["max"] = _read("factors")["cap"] * fields["p90"]
    for group, correlation in _read("factors")["correlations"].items():
        if key in correlation.get("members", ()):
            fields |= {"group": group, "rho": correlation["rho"]}
    return FactorDefault(key, **fields)


def _scaled(probability: float) -> float:
    scale: float = _read("factors")["scale"]
    return min(1.0, scale * probability)


def _rework(key: str, department: str, role: str) -> Rework:
    data = _read("factors")
    raw = data["reworks"][key]
    ratio = WORKDAY_RATIO if role == "workday" else 1
    p90 = round(raw["p90"] / ratio)
    grouped = raw.get("group")
    return Rework(
        id=key,
        zh=raw["zh"],
        en=raw["en"],
        probability=_scaled(raw["probability"]),
        median=round(raw["median"] / ratio),
        p90=p90,
        max=data["cap"] * p90,
        group=f"{grouped}:{department}" if grouped else None,
        rho=data["correlations"][grouped]["rho"] if grouped else 0.0,
        source=raw["source"],
    )


# -- options ----------------------------------------------------------------------------------------------
@cache
def options() -> Mapping[str, Option]:
    """Options by id, in the order in which they apply.

    Examples
    --------
    >>> list(options())
    ['serial', 'ready_land', 'tolerance', 'parallel', 'land_then_start', 'staged_permit', 'overlap']
    """
    return MappingProxyType({key: _option(key, raw) for key, raw in _read("options").items()})


def _option(key: str, raw: Mapping[str, Any]) -> Option:
    return Option(
        id=key,
        zh=raw["zh"],
        en=raw["en"],
        source=raw["source"],
        legal_risk_zh=raw["legal_risk"]["zh"],
        legal_risk_en=raw["legal_risk"]["en"],
        conflicts=tuple(raw.get("conflicts", ())),
        edits=MappingProxyType({name: _edits(edits) for name, edits in raw["templates"].items()}),
    )


def _edits(raw: Mapping[str, Any]) -> Edits:
    return Edits(
        delete=tuple(raw.get("delete", ())),
        predecessors={step: _links(links) for step, links in raw.get("predecessors", {}).items()},
        overrides=raw.get("overrides", {}),
    )


def _links(raw: Iterable[str | Mapping[str, Any]]) -> tuple[Link, ...]:
    return tuple(
        Link(item)
        if isinstance(item, str)
        else Link(item["step"], item.get("type", "FS"), item.get("lag", 0), item.get("lag_calendar"))
        for item in raw
    )


# -- templates --------------------------------------------------------------------------------------------
def templates() -> Mapping[str, Template]:
    """The templates by id, without options.

    Examples
    --------
    >>> [(name, len(item.steps)) for name, item in templates().items()]
    [('government', 48), ('enterprise', 46)]
    """
    return MappingProxyType({name: template(name) for name in TEMPLATES})


def template(name: str, options: Sequence[str] = ()) -> Template:
    """A template with options applied, in the order of the catalogue.

    Parameters
    ----------
    name : str
        ``government`` (审批制) or ``enterprise`` (备案制).
    options : sequence of str
        Ids of :func:`options`. None is the same as ``serial``.

    Raises
    ------
    InputError
        For an unknown name, an option that does not apply to the template, or two that conflict.

    Examples
    --------
    >>> fast = template("enterprise", ["land_then_start", "ready_land"])
    >>> fast.options, fast.steps["B11"].predecessors[0].predecessor, "B1" in fast.steps
    (('ready_land', 'land_then_start'), 'A2', False)
    """
    if name not in TEMPLATES:
        raise InputError(f"template '{name}' is not in the catalogue; choose one of {', '.join(TEMPLATES)}.")
    return _build(name, _chosen(name, options))


def _chosen(name: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """The wanted options in the order of the catalogue, if they go together."""
    known = options()
    for key in wanted:
        if key not in known:
            raise InputError(f"option '{key}' is not in the catalogue; choose among {', '.join(known)}.")
        if name not in known[key].edits:
            fitting = ", ".join(known[key].templates)
            raise InputError(
                f"option '{key}' ({known[key].zh}) does not apply to template '{name}'; "
                f"leave it out, or use it with {fitting}."
            )
        for other in known[key].conflicts:
            if other in wanted:
                raise InputError(
                    f"options '{key}' ({known[key].zh}) and '{other}' ({known[other].zh}) of template "
                    f"'{name}' contradict each other; keep one of them."
                )
    return tuple(key for key in known if key in wanted)


@cache
def _build(name: str, chosen: tuple[str, ...]) -> Template:
    raw = _read(name)
    links = {step: _links(items) for step, items in raw["steps"].items()}
    fields = {key: {**value, **raw["overrides"].get(key, {})} for key, value in _read("steps").items()}
    deleted: set[str] = set()
    for edits in (options()[key].edits[name] for key in chosen):
        deleted.update(edits.delete)
        links.update(edits.predecessors or {})
        for step, changes in (edits.overrides or {}).items():
            fields[step] = {**fields[step], **changes}
    steps = {
        key: _step(key, fields[key], tuple(link for link in links[key] if link.predecessor not in deleted))
        for key in fields
        if key in links and key not in deleted
    }
    return Template(name, raw["zh"], raw["en"], MappingProxyType(steps), chosen)


def _step(key: str, raw: Mapping[str, Any], predecessors: tuple[Link, ...]) -> Step:
    optimistic, likely, p90 = raw["work"]
    floor = raw.get("legal_floor")
    return Step(
        id=key,
        zh=raw["zh"],
        en=raw["en"],
        kind=raw["kind"],
        department=raw["department"],
        calendar=raw["calendar"],
        work=(optimistic, likely, p90),
        source=raw["source"],
        predecessors=predecessors,
        milestone=raw.get("milestone"),
        legal_floor=LegalFloor(**floor) if floor else None,
        factors=tuple(raw.get("factors", ())),
        reworks=tuple(_rework(item, raw["department"], raw["calendar"]) for item in raw.get("reworks", ())),
        key=raw.get("key", False),
    )
