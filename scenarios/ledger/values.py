"""From what stands in a cell to a value, and back. Nothing is guessed: what is not clear is a fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from scenarios.ledger import vocabulary
from scenarios.ledger.messages import FaultError
from scenarios.ledger.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell whose formula gave nothing, or an error."""

    key: str
    text: str = ""


Raw: TypeAlias = str | int | float | date | datetime | time | timedelta | Broken | None
"""What a sheet holds in a cell."""
Written: TypeAlias = str | int | float | date | None
"""What the writer puts into a cell."""

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?")
_TIME = re.compile(r"[T ]?\d{1,2}[:时]\d{1,2}.*")
_MONTH = re.compile(r"\d{4}(年(\d{1,2}月)?|[-/.]\d{1,2})[上中下旬底末初前]*|\d{1,2}月[上中下旬底末初前]*")
_ONE_MONTH = re.compile(r"(\d{4})(?:[-/.年](?=\d)|(?=\d\d$))(\d{1,2})月?")
_NO_ORDER = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2,4}")
_AMOUNT = re.compile(r"([-+]?[\d,]*\.?\d+|\d[\d,]*\.)(亿元?|万元?)?")
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73050  # 2000-01-01 and 2099-12-31 in Excel's count of days
_MARKS = "=+-@\t\r'"


def blank(raw: Raw) -> bool:
    """Whether a cell holds nothing to read."""
    return raw is None or (isinstance(raw, str) and not clean(raw))


def clean(text: str) -> str:
    """A text without the blanks around it, wide and zero-width ones too."""
    return text.strip().strip("\u200b\ufeff").strip()


def shown(raw: Raw) -> str:
    """A raw value as a message quotes it."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date().isoformat()
    return raw.text if isinstance(raw, Broken) else str(raw)


def _plain(raw: Raw) -> str:
    """Half-width text of any raw value."""
    return clean(unicodedata.normalize("NFKC", shown(raw)))


# -- texts ------------------------------------------------------------------------------------------------
def text(raw: Raw) -> str:
    """Words as they stand; numbers as Excel shows them."""
    if isinstance(raw, (date, time, timedelta)):
        raise FaultError("text_is_date", text=shown(raw))
    return clean(shown(raw))


def identifier(raw: Raw) -> str:
    """An id: one line without a slash."""
    found = text(raw)
    if "/" in found:
        raise FaultError("id_slash", text=found)
    if "\n" in found or "\t" in found:
        raise FaultError("id_break", text=" ".join(found.split()))
    return found


def texts(raw: Raw) -> list[str]:
    """Texts separated by semicolons."""
    return [part for part in map(clean, re.split("[;；\n]", text(raw))) if part]


# -- dates ------------------------------------------------------------------------------------------------
def day(raw: Raw) -> date:
    """A date: a real one, ``2026-12-31``, ``2026/12/31``, ``2026.12.31``, ``2026年12月31日`` or ``20261231``.

    Examples
    --------
    >>> day("２０２６年１２月３１日"), day(20261231)
    (datetime.date(2026, 12, 31), datetime.date(2026, 12, 31))
    """
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise FaultError("date_with_time", text=str(raw), day=raw.date())
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, (time, timedelta)):
        raise FaultError("not_date", text=shown(raw))
    found = _plain(raw)
    if re.fullmatch(r"\d{8}", found):
        return _calendar_day(found, found[:4], found[4:6], found[6:])
    if isinstance(raw, (int, float)) or re.fullmatch(r"\d{5}", found):
        raise _numeric_day(found)
    match = _DAY.match(found.replace(" ", "")) if not _TIME.search(found) else _DAY.match(found)
    if not match:
        kinds = {"no_day": _MONTH, "day_order": _NO_ORDER}
        raise FaultError(
            next((kind for kind, form in kinds.items() if form.fullmatch(found)), "not_date"), text=found
        )
    year, *months, number = match.groups()
    result = _calendar_day(found, year, next(filter(None, months)), number)
    rest = match.string[match.end() :].strip()
    if rest in {"", "00:00", "00:00:00", "0:00", "0:00:00"}:
        return result
    raise FaultError("date_with_time" if _TIME.fullmatch(rest) else "not_date", text=found, day=result)


def _calendar_day(found: str, year: str, month: str, number: str) -> date:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise FaultError("no_such_day", text=found) from None


def _numeric_day(found: str) -> FaultError:
    serial = float(found) if re.fullmatch(r"\d+(\.\d+)?", found) else 0
    if _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        return FaultError("date_is_number", text=found, day=date(1899, 12, 30) + timedelta(days=int(serial)))
    return FaultError("not_date", text=found)


def month(raw: Raw) -> str:
    """A month: ``2026-03``, ``2026年3月``, ``202603``, or its first day, which Excel makes of it.

    Examples
    --------
    >>> month("2026年3月"), month(date(2026, 3, 1))
    ('2026-03', '2026-03')
    """
    if isinstance(raw, date) and raw.day == 1:
        return f"{raw:%Y-%m}"
    match = _ONE_MONTH.fullmatch(_plain(raw).replace(" ", ""))
    if isinstance(raw, date) or not match or not 1 <= int(match[2]) <= 12:
        raise FaultError("not_month", text=shown(raw))
    return f"{match[1]}-{int(match[2]):02}"


# -- numbers ----------------------------------------------------------------------------------------------
def _decimal(raw: Raw) -> Decimal:
    found = _plain(raw).replace(",", "")
    if isinstance(raw, (bool, date, time, timedelta)) or not re.fullmatch(r"[-+.\deE]+", found):
        raise FaultError("not_number", text=shown(raw))
    try:
        return Decimal(found)
    except InvalidOperation:
        raise FaultError("not_number", text=shown(raw)) from None


def money(raw: Raw) -> float:
    """An amount in 10,000 CNY (万元); a text may name its unit.

    Examples
    --------
    >>> money("1.2亿元"), money("12,000 万元"), money(12000)
    (12000.0, 12000.0, 12000.0)
    """
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        amount = Decimal(repr(raw))
    else:
        match = _AMOUNT.fullmatch(_plain(raw).replace(" ", ""))
        if match is None or isinstance(raw, (bool, date, time, timedelta)):
            raise FaultError("not_money", text=shown(raw))
        amount = Decimal(match[1].replace(",", "")) * (10000 if (match[2] or "").startswith("亿") else 1)
    if not amount.is_finite():
        raise FaultError("not_money", text=shown(raw))
    if amount < 0:
        raise FaultError("negative", text=shown(raw))
    return float(amount)


def whole(raw: Raw, least: int | None = None) -> int:
    """A whole number, not below `least`."""
    found = _decimal(raw)
    if not found.is_finite() or found != found.to_integral_value():
        raise FaultError("not_whole", text=shown(raw))
    if least is not None and found < least:
        raise FaultError("too_small", text=shown(raw), least=least)
    return int(found)


def share(raw: Raw) -> float:
    """A number between 0 and 1, or a percentage.

    Examples
    --------
    >>> share("80%"), share(0.8)
    (0.8, 0.8)
    """
    found = _plain(raw)
    percent = found.endswith("%")
    value = _decimal(found.removesuffix("%") if percent or isinstance(raw, str) else raw)
    value = value / 100 if percent else value
    if not 0 < value < 1:
        raise FaultError("not_share", text=found)
    return float(value)


# -- choices ----------------------------------------------------------------------------------------------
def _choice(words: Callable[[], Vocabulary], unknown: str = "unknown_choice") -> Callable[[Raw], str]:
    def find(raw: Raw) -> str:
        found = words().find(shown(raw))
        if found is None:
            raise FaultError(unknown, text=_one_line(shown(raw)), nearest=words().nearest(shown(raw)))
        return found

    return find


def _one_line(found: str) -> str:
    return " ".join(found.split())


def _is(words: Vocabulary, true: str) -> Callable[[Raw], bool]:
    find = _choice(lambda: words)
    return lambda raw: find(raw) == true


_option = _choice(vocabulary.options, "unknown_option")
node = _choice(vocabulary.nodes, "unknown_node")


def options(raw: Raw) -> list[str]:
    """Options separated by semicolons or commas; by ``、`` too, though some names hold one."""
    found: list[str] = []
    for part in re.split("[;；,，\n]", shown(raw)):
        known = vocabulary.options().find(part)
        pieces = [part] if known else part.split("、")
        found += [_option(piece) for piece in pieces if clean(piece)]
    return list(dict.fromkeys(found))


def nodes(raw: Raw) -> list[str]:
    """Nodes separated by semicolons or commas."""
    return [node(part) for part in re.split("[;；,，\n]", shown(raw)) if clean(part)]


def demand(raw: Raw) -> dict[str, int]:
    """Units by node: ``F1:2; F2:1``; 1 where no number stands.

    Examples
    --------
    >>> demand("F1：2；F3")
    {'F1': 2, 'F3': 1}
    """
    found: dict[str, int] = {}
    for part in re.split("[;,\n]", _plain(raw)):
        name, colon, units = part.partition(":")
        if not clean(part):
            continue
        key = node(name)
        if key in found or (colon and not re.fullmatch(r"\d+", units.strip())):
            raise FaultError("not_demand", text=part.strip())
        found[key] = int(units) if colon else 1
    return found


PARSERS: Mapping[str, Callable[[Raw], Any]] = {
    "id": identifier,
    "text": text,
    "list": texts,
    "date": day,
    "month": month,
    "money": money,
    "whole": whole,
    "count": lambda raw: whole(raw, 0),
    "positive": lambda raw: whole(raw, 1),
    "share": share,
    "yes_no": _is(vocabulary.YES_NO, "yes"),
    "hard": _is(vocabulary.HARD_SOFT, "hard"),
    "region": _choice(lambda: vocabulary.REGIONS),
    "event": _choice(lambda: vocabulary.EVENTS),
    "proof": _choice(lambda: vocabulary.PROOFS),
    "cause": _choice(vocabulary.causes),
    "aspect": _choice(lambda: vocabulary.ASPECTS),
    "template": _choice(vocabulary.templates, "unknown_template"),
    "options": options,
    "node": node,
    "nodes": nodes,
    "demand": demand,
}


def parse(kind: str, raw: Raw) -> Any:
    """The value of a cell that is not blank.

    Raises
    ------
    FaultError
    """
    if isinstance(raw, Broken):
        raise FaultError(raw.key, text=raw.text)
    return PARSERS[kind](raw)


# -- back -------------------------------------------------------------------------------------------------
WORDS: Mapping[str, Callable[[], Vocabulary]] = {
    "yes_no": lambda: vocabulary.YES_NO,
    "hard": lambda: vocabulary.HARD_SOFT,
    "region": lambda: vocabulary.REGIONS,
    "event": lambda: vocabulary.EVENTS,
    "proof": lambda: vocabulary.PROOFS,
    "cause": vocabulary.causes,
    "aspect": lambda: vocabulary.ASPECTS,
    "template": vocabulary.templates,
    "options": vocabulary.options,
    "node": vocabulary.nodes,
    "nodes": vocabulary.nodes,
}


def write(kind: str, value: Any) -> Written:
    """What a cell holds for a value: the inverse of :func:`parse`."""
    if value is None or value == () or value == {}:
        return None
    if kind == "list":
        return "; ".join(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")  # reading refuses it by name
    if kind == "demand":
        return "; ".join(f"{key}:{units}" for key, units in value.items())
    if kind in {"options", "nodes"}:
        return "; ".join(WORDS[kind]().shown.get(key, key) for key in value)
    if kind in {"yes_no", "hard"}:
        names = ("yes", "no") if kind == "yes_no" else ("hard", "soft")
        return WORDS[kind]().shown[names[0] if value else names[1]]
    if kind in WORDS:
        return WORDS[kind]().shown.get(str(value), str(value))
    if isinstance(value, float) and value.is_integer() and kind == "money" and value < 1e15:
        return int(value)
    written: Written = value
    return written


def guard(found: str) -> str:
    """A text for CSV that no spreadsheet takes for a formula.

    Examples
    --------
    >>> guard("=1+1"), unguard(guard("=1+1")), unguard("'a"), unguard(guard("'a"))
    ("'=1+1", '=1+1', "'a", "'a")
    """
    return f"'{found}" if found[:1] and found[0] in _MARKS else found


def unguard(found: str) -> str:
    """The text behind :func:`guard`."""
    return found[1:] if found[:1] == "'" and found[1:2] and found[1] in _MARKS else found
