"""docs/mechanisms.md: every command in it runs, every test in it exists."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import scenarios.load
import scenarios.updates
from scenarios.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8")
STATUS = (ROOT / "docs" / "status.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| phrase"))
]
COMMANDS = sorted({text for row in ROWS for text in re.findall(r"`(backplan [^`]+)`", row[3])})
FEW = 20
"""Replications, and projects, in place of those that the scenarios have."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Few replications, in a folder that holds the example status."""
    read = scenarios.load.load_scenario

    def few(what: Any, *, lang: str = "en") -> Any:
        found = read(what, lang=lang)
        return found.model_copy(update={"replications": FEW, "projects": found.projects[:FEW]})

    monkeypatch.setattr(scenarios.load, "load_scenario", few)
    monkeypatch.setattr(scenarios.updates, "load_scenario", few)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```yaml\n(.*?)```", STATUS, flags=re.DOTALL)
    Path("week1.yaml").write_text(blocks[0], encoding="utf-8")


def test_rows_are_whole() -> None:
    assert len(ROWS) >= 60
    for row in ROWS:
        assert len(row) == 5, row
        assert all(row), row


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str) -> None:
    shown = CliRunner().invoke(app, shlex.split(command)[1:])
    assert shown.exit_code == 0, shown.output
    assert shown.output.strip()


def test_tests_exist() -> None:
    known: dict[str, set[str]] = {}
    for row in ROWS:
        named = re.findall(r"`(tests/\w+\.py)::(\w+)`", row[4])
        assert named or row[3].startswith("not modelled"), row
        for file, name in named:
            if file not in known:
                tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
                known[file] = {item.name for item in tree.body if isinstance(item, ast.FunctionDef)}
            assert name in known[file], f"{file}::{name}"
