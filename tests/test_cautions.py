"""What a forecast says beside its figures."""

from __future__ import annotations

from datetime import date

from scenarios.assemble import assemble
from scenarios.cautions import portfolio_notes, provisional_years
from scenarios.schema import Scenario
from scheduling.backward import backward_schedule


def notes(project: dict[str, object]) -> list[str]:
    data = {"schema": "backplan/1", "name": "x", "data_date": date(2026, 3, 2), "projects": [project]}
    assembly = assemble(Scenario.model_validate(data))
    plan = backward_schedule(assembly.network)
    return [note.en for note in portfolio_notes(assembly, date(2026, 12, 31), plan, uncalibrated=False)]


def test_a_hard_deadline_that_cannot_hold_is_named() -> None:
    line = {"node": "F0", "date": date(2026, 3, 10), "hard": True}
    found = notes({"id": "P", "name": "甲", "template": "enterprise", "deadlines": [line]})
    assert any(note.endswith("so there is no late plan: 甲, substantive start.") for note in found)


def test_a_scenario_without_an_open_deadline_says_so() -> None:
    note = "No unfinished node has a deadline to work back from"
    work = [{"id": "a", "name": "first", "work": 5}]
    line = [{"node": "a", "date": date(2026, 3, 20)}]
    done = {"a": {"finish": date(2026, 2, 2)}}
    free = {"id": "P", "name": "甲", "activities": work}
    assert any(each.startswith(note) for each in notes(free))
    assert any(each.startswith(note) for each in notes(free | {"deadlines": line, "progress": done}))
    assert not any(each.startswith(note) for each in notes(free | {"deadlines": line}))


def test_a_node_ahead_of_its_predecessor_is_named() -> None:
    activities = [
        {"id": "a", "name": "first", "work": 5},
        {"id": "b", "name": "second", "work": 5, "predecessors": ["a"]},
    ]
    begun = {"b": {"start": date(2026, 2, 2), "remaining": 2}}
    found = notes({"id": "P", "name": "甲", "activities": activities, "progress": begun})
    assert "Begun before their predecessors were done (retained logic): 甲, second." in found


def test_years_of_a_calendar_that_only_lags_use_are_provisional_too() -> None:
    link = {"id": "a", "lag": 300, "lag_calendar": "cn-workday"}
    activities = [
        {"id": "a", "name": "first", "work": 5},
        {
            "id": "b",
            "name": "second",
            "work": 5,
            "predecessors": [link, {"id": "a", "lag_calendar": "elapsed"}],
        },
    ]
    data = {"schema": "backplan/1", "name": "x", "data_date": date(2026, 3, 2)}
    scenario = Scenario.model_validate(
        data | {"projects": [{"id": "P", "name": "甲", "activities": activities}]}
    )
    assert provisional_years(assemble(scenario), date(2027, 6, 1)) == [2027]
