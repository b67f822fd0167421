"""Fixtures shared by the tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from scenarios.cli import main

Call = Callable[..., tuple[int, str, str]]

settings.register_profile("same every run", derandomize=True)
settings.load_profile("same every run")
"""``--hypothesis-profile=default`` draws other examples in each run."""


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of published data sets; tests that need it skip where it is absent."""
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("BACKPLAN_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data folder at {folder}; set BACKPLAN_DATA to run this test")
    return folder


@pytest.fixture(autouse=True)
def piped_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables as wide as in a pipe, whatever a terminal or the runner of the tests says."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Runs the command as its entry point does, in an empty folder; (exit code, output, errors)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "220")

    def run(*arguments: Any) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["backplan", *map(str, arguments)])
        code: Any = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code
        output = capsys.readouterr()
        return int(code or 0), output.out, output.err

    return run
