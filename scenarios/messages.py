"""The message catalogue: every text that backplan shows, in Chinese and English."""

from __future__ import annotations

import locale
import os
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import yaml

from scenarios.schema import Label

Language: TypeAlias = Literal["zh", "en"]


@cache
def catalogue() -> dict[str, Label]:
    """All messages by key."""
    text = files("scenarios").joinpath("messages.yaml").read_text(encoding="utf-8")
    return {key: Label.model_validate(value) for key, value in yaml.safe_load(text).items()}


def say(key: str, lang: str, **values: Any) -> str:
    """A message in a language, with its values filled in.

    Examples
    --------
    >>> say("deadline", "zh"), say("due_within", "en", days=28)
    ('期限', 'Due in the next 28 days, by department')
    """
    return catalogue()[key].text(lang).format(**values)


def label(key: str, **values: Any) -> Label:
    """A message in both languages, with its values filled in."""
    return Label(zh=say(key, "zh", **values), en=say(key, "en", **values))


def level_label(name: str) -> Label:
    """What a level of a search is called; its own name where nothing better is known.

    Examples
    --------
    >>> level_label("work in progress").zh, level_label("something").zh
    ('在办工作', 'something')
    """
    return catalogue().get(f"level_{name.replace(' ', '_')}", Label(zh=name, en=name))


def language() -> Language:
    """Chinese where the locale is Chinese, else English."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    name = name or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
