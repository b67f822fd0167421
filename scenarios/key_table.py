"""The keys of a scenario file as Markdown tables, from the schema itself."""

from __future__ import annotations

from typing import Any

from scenarios.schema import Scenario

_PLACES = {
    "Scenario": "The file",
    "Project": "`projects[]`",
    "Current": "`projects[].current`",
    "Progress": "`projects[].progress.NODE`",
    "DeadlineSpec": "`projects[].deadlines[]`",
    "FactorSpec": "`projects[].factors.FACTOR`",
    "Override": "`projects[].overrides.NODE`",
    "Activity": "`projects[].activities[]`",
    "Predecessor": "`predecessors[]` of activities and overrides",
    "ModeSpec": "`modes.MODE` of activities and overrides",
    "ReworkSpec": "`rework` of activities and overrides",
    "Investment": "`projects[].investment`",
    "Spread": "An amount",
    "LognormalSpec": "`lognormal` of an amount",
    "DiscreteSpec": "`discrete` of an amount",
    "ResourceSpec": "`resources.NAME`",
    "CapacityChange": "`resources.NAME.changes[]`",
    "Delivery": "`resources.NAME.deliveries[]`",
    "CalendarSpec": "`calendars.NAME`",
    "DriverSpec": "`drivers.NAME`",
    "WeatherSpec": "`weather.NAME`",
    "ShockSpec": "`shocks.NAME`",
    "QuotaSpec": "`quotas[]`",
    "HoldSpec": "`projects[].holds.ID`",
    "ProblemSpec": "`projects[].problems.ID`",
    "EvidenceSpec": "`projects[].evidence[]`",
    "ClaimSpec": "`projects[].claims[]`",
    "SiteCheckSpec": "`projects[].checks[]`",
    "RuleSpec": "`rules`",
    "CandidateSpec": "`reserve[]`",
    "GeneratorSpec": "`generate`",
    "KindSpec": "`generate.kinds[]`",
    "DrawnDemand": "`generate.demands[]`",
    "Label": "A label",
}
"""Where each model stands in a file, in the order of the tables."""
_PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_SHORT = {"Label": "label", "Spread": "amount"}


def key_tables() -> str:
    """One table a part of the file: key, value, default and meaning.

    Examples
    --------
    >>> key_tables().splitlines()[6]
    '| `schema` | `backplan/1` | **required** | Version of this format: `backplan/1`. |'
    """
    schema = Scenario.model_json_schema(by_alias=True)
    parts = {"Scenario": schema, **schema["$defs"]}
    return "\n".join(_table(place, parts[name]) for name, place in _PLACES.items())


def _table(place: str, part: dict[str, Any]) -> str:
    required = part.get("required", ())
    head = (f"### {place}", "", _line(part["description"]), "", *_HEAD)
    rows = []
    for key, field in part["properties"].items():
        default = "**required**" if key in required else _default(field.get("default"))
        rows.append(f"| `{key}` | {_kind(field)} | {default} | {_line(field['description'])} |")
    return "\n".join([*head, *rows, ""])


_HEAD = ("| key | value | default | meaning |", "|---|---|---|---|")


def _line(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _default(value: Any) -> str:
    if value in (None, [], {}, ""):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _kind(field: dict[str, Any]) -> str:
    """The sort of value that a key takes, in words."""
    if "$ref" in field:
        return _SHORT.get(field["$ref"].rsplit("/", 1)[-1], "mapping")
    if "anyOf" in field:
        return " or ".join(_kind(item) for item in field["anyOf"] if item.get("type") != "null")
    if choices := field.get("enum") or ([field["const"]] if "const" in field else None):
        return ", ".join(f"`{choice}`" for choice in choices)
    if "prefixItems" in field:
        return f"[{', '.join(_kind(item) for item in field['prefixItems'])}]"
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    if field.get("type") == "object":
        inner = [field.get("additionalProperties"), *field.get("patternProperties", {}).values()]
        return f"name: {next(_kind(item) for item in inner if item)}"
    return "date" if field.get("format") == "date" else _PLAIN[field["type"]]
