"""Errors in the planner's language: English sentences, as they were raised, looked up in one catalogue."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import NamedTuple

import yaml

_OURS = "what"


class _Entry(NamedTuple):
    """A sentence of the catalogue; `weight` is how many characters of it are its own."""

    pattern: str
    literal: str
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


def _chinese(text: str) -> tuple[str, int]:
    """A text in Chinese, and how many of its characters the catalogue knows; the longest place wins a tie."""
    found, best = _whole(text)
    for colon in re.finditer(": ", text):
        tail, known = _whole(text[colon.end() :])
        if known:
            head, more = _chinese(text[: colon.start()])
            if known + more >= best:
                found, best = f"{head}{'：' if more else ': '}{tail}", known + more
    return found, best


def _whole(text: str) -> tuple[str, int]:
    """A text that is one sentence of the catalogue; of several that fit, the most particular."""
    for entry in _entries():
        if entry.literal in text and (match := re.fullmatch(entry.pattern, text)):
            values = {
                name: _chinese(value) if name.startswith(_OURS) else (value, 0)
                for name, value in match.groupdict().items()
            }
            known = sum(more for _, more in values.values())
            return entry.zh.format(
                **{name: value for name, (value, _) in values.items()}
            ), entry.weight + known
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
    literals = [literal for literal, _ in parts]
    return _Entry(pattern, max(literals, key=len), sum(map(len, literals)), zh)
