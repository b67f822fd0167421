"""What ships with backplan: bundled scenarios, and the ledger form of one of them."""

from __future__ import annotations

from importlib.resources import as_file, files

import pytest

from scenarios.load import bundled_names, load_scenario


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_scenario_loads(name: str) -> None:
    assert load_scenario(name).name == name


def test_the_bundled_ledger_and_the_bundled_file_give_the_same_scenario() -> None:
    with as_file(files("scenarios").joinpath("library", "district-1bn.xlsx")) as path:
        assert load_scenario(path, lang="zh") == load_scenario("district-1bn")
