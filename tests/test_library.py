"""What ships with backplan: bundled scenarios, and the ledger form of one of them."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scenarios.ledger import write_ledger
from scenarios.load import bundled_names, load_scenario


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_scenario_loads(name: str) -> None:
    assert load_scenario(name).name == name


def test_the_bundled_ledger_and_the_bundled_file_give_the_same_scenario() -> None:
    with as_file(files("scenarios").joinpath("library", "district-1bn.xlsx")) as path:
        assert load_scenario(path, lang="zh") == load_scenario("district-1bn")


def test_the_bundled_ledger_is_what_write_ledger_makes_of_the_bundled_file(tmp_path: Path) -> None:
    """A new column or sheet asks to write it again, as the second line here does."""
    with as_file(files("scenarios").joinpath("library", "district-1bn.xlsx")) as path:
        write_ledger(load_scenario("district-1bn"), tmp_path / "again.xlsx")
        bundled, again = load_workbook(path), load_workbook(tmp_path / "again.xlsx")
    assert bundled.sheetnames == again.sheetnames
    for one, other in zip(bundled, again, strict=True):
        assert list(one.values) == list(other.values), one.title
