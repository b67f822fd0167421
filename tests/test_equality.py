"""Engines against SimPy in every cell: a bounded sample of ``benchmarks/equality.py``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.equality import KINDS, DisagreementError, agreed, examined
from simulation.events import Events


@pytest.mark.parametrize("kind", KINDS)
def test_every_engine_equals_simpy_in_blocks_and_in_another_order(kind: str) -> None:
    counts = examined(kind, 30, 0)
    assert counts["networks"] + counts["beyond the calendars"] == 30
    assert counts["networks"] >= 25


def test_a_disagreement_is_found_made_small_and_shown_by_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Events.dispatch

    def late(self: Events, *args: Any) -> Any:
        found = honest(self, *args)
        return replace(found, finish=found.finish + 1)

    monkeypatch.setattr(Events, "dispatch", late)
    with pytest.raises(DisagreementError, match=r"events: finish of \(0, 0\) is \d+, SimPy says \d+") as stop:
        examined("plain", 30, 0)
    program = str(stop.value).split("\n\n", 1)[1]
    assert program.count("'a") < 6
    names: dict[str, Any] = {}
    with pytest.raises(DisagreementError):
        exec(program.replace("from equality", "from benchmarks.equality"), names)
    monkeypatch.undo()
    assert agreed(names["recipe"], 0) > 0
