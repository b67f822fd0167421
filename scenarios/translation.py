"""Errors in the planner's language: English sentences, as they were raised, looked up in one catalogue."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from string import Formatter
from typing import NamedTuple

import yaml

_OURS = "what"
_MOST_PLACES = 8


class _Entry(NamedTuple):
    """A sentence of the catalogue; `weight` is how many characters of it are its own."""

    begin: str
    end: str
    pattern: str
    weight: int
    zh: str


def in_language(message: str, lang: str) -> str:
    """An error message in a language; lines that the catalogue does not know stay as they are.

    Parameters
    ----------
    message : str
        What an error of backplan says, in English; each line may begin with its place.
    lang : str
        ``zh``, or else English.

    Examples
    --------
    >>> print(in_language("x.yaml:3:5: projects[0].name: this key is required; add it", "zh"))
    x.yaml:3:5: projects[0].name: 缺少必填的键；请补上
    """
    if lang != "zh":
        return message
    return "\n".join(_chinese(line)[0] for line in message.split("\n"))


@lru_cache(maxsize=10_000)
def _chinese(text: str) -> tuple[str, int]:
    """A text in Chinese, and how many of its characters the catalogue knows; the longest place wins a tie."""
    found, best = _whole(text)
    for colon in islice(re.finditer(": ", text), _MOST_PLACES):
        tail, known = _whole(text[colon.end() :])
        if known:
            head, more = text[: colon.start()], 0
            if " " in head.rpartition(": ")[2]:  # else it is a place: a file or a key
                head, more = _chinese(head)
            if known + more >= best:
                found, best = f"{head}{'：' if more else ': '}{tail}", known + more
    return found, best


def _whole(text: str) -> tuple[str, int]:
    """A text that is one sentence of the catalogue; of several that fit, the most particular."""
    for entry in _entries():
        fits = text.startswith(entry.begin) and text.endswith(entry.end)
        if fits and (match := re.fullmatch(entry.pattern, text)):
            values, known = match.groupdict(), entry.weight
            for name in [name for name in values if name.startswith(_OURS)]:
                values[name], more = _chinese(values[name])
                known += more
            return entry.zh.format(**values), known
    return text, 0


@cache
def _entries() -> tuple[_Entry, ...]:
    """The catalogue, the most particular sentence first."""
    text = files("scenarios").joinpath("errors.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = [_entry(**item) for item in yaml.load(text, Loader=loader)]
    return tuple(sorted(found, key=lambda entry: -entry.weight))


def _entry(en: str, zh: str, of: str = "") -> _Entry:
    parts = [(literal, name) for literal, name, _, _ in Formatter().parse(en)]
    pattern = "".join(
        re.escape(literal) + (f"(?P<{name}>{'.+' if name.startswith(_OURS) else '.*?'})" if name else "")
        for literal, name in parts
    )
    weight = sum(len(literal) for literal, _ in parts)
    return _Entry(parts[0][0], "" if parts[-1][1] else parts[-1][0], pattern, weight, zh)
