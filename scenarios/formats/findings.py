"""What a reader finds inconsistent in a file: one sentence each, in both languages, and a short summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from scenarios.schema import Label

_NAMED = 3


@cache
def _texts() -> dict[str, Label]:
    text = files("scenarios.formats").joinpath("messages.yaml").read_text(encoding="utf-8")
    return {key: Label.model_validate(value) for key, value in yaml.safe_load(text).items()}


def sentence(key: str, **values: Any) -> Label:
    """A message of ``messages.yaml`` in both languages, with its values filled in.

    Examples
    --------
    >>> sentence("relation_self", id=7, activity=3).en
    'relation 7 ties activity 3 to itself; it is left out'
    """
    text = _texts()[key]
    return Label(zh=text.zh.format(**values), en=text.en.format(**values))


@dataclass
class Findings:
    """Inconsistencies in the order found.

    Examples
    --------
    >>> findings = Findings()
    >>> for k in range(5):
    ...     findings.add("relation_self", id=k, activity=k)
    >>> len(findings.all()), len(findings.summary())
    (5, 1)
    """

    _found: dict[str, list[Label]] = field(default_factory=dict)

    def add(self, key: str, **values: Any) -> None:
        """Note an inconsistency by the key of its message."""
        self._found.setdefault(key, []).append(sentence(key, **values))

    def all(self) -> tuple[Label, ...]:
        """Every one, kind by kind."""
        return tuple(label for labels in self._found.values() for label in labels)

    def summary(self) -> tuple[Label, ...]:
        """One text a kind, which names the first few."""
        return tuple(_joined(labels) for labels in self._found.values())


def _joined(labels: list[Label]) -> Label:
    named = labels[:_NAMED]
    zh, en = [label.zh for label in named], [label.en for label in named]
    if rest := len(labels) - len(named):
        more = sentence("more", count=rest)
        zh.append(more.zh)
        en.append(more.en)
    return Label(zh="；".join(zh), en="; ".join(en))
