"""The page on scenario files: every example is read, every key is described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scenario_files import HEAD, indented

from scenarios.assemble import assemble
from scenarios.key_table import key_tables
from scenarios.load import to_scenario
from scenarios.problems import ScenarioError
from scenarios.yaml_source import read_yaml

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "scenario-files.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE, flags=re.DOTALL)
PROJECT = "projects:\n  - id: P\n    name: one\n    sector: industry\n    template: enterprise\n"


def whole(block: str) -> str:
    """A part of a file, put where it belongs."""
    if block.startswith("# of a project\n"):
        return HEAD + PROJECT + indented(block, 4)
    return HEAD + block + PROJECT if block.startswith("# of the file\n") else block


@pytest.mark.parametrize("block", [block for block, error in BLOCKS if not error])
def test_examples_are_scenarios(block: str) -> None:
    assert block.startswith(("schema:", "# of a project\n", "# of the file\n"))
    assemble(to_scenario(read_yaml(whole(block), "plan.yaml"), Path()))


@pytest.mark.parametrize(("block", "error"), [item for item in BLOCKS if item[1]])
def test_examples_of_errors(block: str, error: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        to_scenario(read_yaml(block.removeprefix("# refused\n"), "plan.yaml"), Path())
    assert str(caught.value) == error.strip()


def test_every_key_is_in_the_tables() -> None:
    """After a change of the schema put what `scenarios.key_table.key_tables` gives at the end of the page."""
    assert PAGE.partition("## Every key\n\n")[2] == key_tables()


def test_there_are_examples() -> None:
    assert len(BLOCKS) >= 9
