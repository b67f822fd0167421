"""``result.json``: a forecast as data for other programs, the same bytes for the same result.

The layout follows :mod:`scenarios.results` field by field, so that there is one definition of it;
``docs/result-schema.md`` explains it and :func:`result_schema` gives it to machines.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from scenarios.reports.files import replacing
from scenarios.results import Forecast
from scenarios.schema import Label
from scheduling.errors import InputError
from simulation.statistics import Probability

FORMAT = "backplan-result/1"
"""Value of the key ``format``; the number rises when a key changes its meaning or goes."""


def result_dict(forecast: Forecast) -> dict[str, Any]:
    """A forecast as plain data: numbers, texts, lists and dictionaries.

    Dates are ISO 8601, a probability is its counts with value and 95 % interval, what is missing is None.
    ``result_hash`` is the SHA-256 of everything else, written as :func:`canonical`.

    Raises
    ------
    InputError
        When a number is not finite; the message names it.
    """
    content: dict[str, Any] = {"format": FORMAT} | plain_data(forecast, "")
    return content | {"result_hash": hashlib.sha256(canonical(content)).hexdigest()}


def canonical(content: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8 with sorted keys and no spaces: the text that a hash is taken of.

    Examples
    --------
    >>> canonical({"b": 1, "a": "节点"}).decode()
    '{"a":"节点","b":1}'
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def write_result(forecast: Forecast, path: Path) -> Path:
    """Write ``result.json``: UTF-8, keys in the order of the documentation."""
    text = json.dumps(result_dict(forecast), ensure_ascii=False, indent=1, allow_nan=False)
    with replacing(path) as draft:
        draft.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def result_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of :func:`result_dict`.

    Examples
    --------
    >>> schema = result_schema()
    >>> schema["$defs"]["Probability"]["required"]
    ['successes', 'trials', 'value', 'low', 'high']
    """
    schema = TypeAdapter(Forecast).json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"] = {
        "format": {"const": FORMAT},
        **schema["properties"],
        "result_hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }
    schema["required"] = list(schema["properties"])
    probability = schema["$defs"]["Probability"]
    share = {"type": "number", "minimum": 0, "maximum": 1}
    probability["properties"] |= {"value": share, "low": share, "high": share}
    probability["required"] = list(probability["properties"])
    for part in (schema, *schema["$defs"].values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
    return schema


def plain_data(value: Any, where: str = "") -> Any:
    """Rows of results as data; `where` is their place in the whole, for messages."""
    if isinstance(value, Probability):
        return {name: getattr(value, name) for name in ("successes", "trials", "value", "low", "high")}
    if isinstance(value, Label):
        return {"zh": value.zh, "en": value.en}
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        return {name: plain_data(getattr(value, name), f"{where}.{name}") for name in names}
    if isinstance(value, dict):
        return {key: plain_data(value[key], f"{where}.{key}") for key in sorted(value)}
    if isinstance(value, tuple):
        return [plain_data(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"result{where} is {value!r}, which JSON cannot hold. Give a finite number or None.")
    return value
