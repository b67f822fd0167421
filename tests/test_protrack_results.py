"""ProTrack's stored simulations beside ours, project by project; why those differ that do.

Data: DSLIB (Batselier and Vanhoucke 2015, International Journal of Project Management 33(3), 697-710).
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from benchmarks.protrack import MEAN_WITHIN, P80_WITHIN, PAGE, SIMULATIONS, Comparison, beside, comparisons


@pytest.fixture(scope="module")
def found(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Comparison]:
    data = data_dir / "dslib"
    if not (data / "dslib_p2x.tar.xz").is_file():
        pytest.skip(f"no ProTrack files in {data}; set BACKPLAN_DATA to run this test")
    folder = tmp_path_factory.mktemp("dslib")
    with tarfile.open(data / "dslib_p2x.tar.xz") as tar:
        tar.extractall(folder, filter="data")
    return comparisons(data, folder)


def test_three_in_four_projects_are_simulated_as_protrack_does(found: list[Comparison]) -> None:
    assert len(found) == 73
    assert sum(abs(item.mean_difference) <= MEAN_WITHIN for item in found) >= 0.75 * 73
    assert sum(abs(item.p80_difference) <= P80_WITHIN for item in found) >= 0.75 * 73


def test_what_protrack_drew_from_the_ranges_differs_by_its_common_shift_and_sampling(
    found: list[Comparison],
) -> None:
    drawn = [item for item in found if item.comparable]
    assert len(drawn) == 62
    assert all(abs(item.shifted) <= 2.6 for item in drawn)
    assert sum(item.shifted**2 for item in drawn) / len(drawn) < 1.6
    assert all(not item.beyond for item in drawn)


def test_other_simulations_are_not_drawn_from_the_ranges(found: list[Comparison]) -> None:
    others = [item for item in found if item.kind != "2"]
    assert len(others) == 8
    assert all(item.beyond and item.deviation > 2 * item.hours.std() for item in others)


def test_the_page_lists_every_project_and_every_cause(found: list[Comparison]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(SIMULATIONS[0])[1].split(SIMULATIONS[1])[0] == beside(found)
    assert all(item.inside or item.cause for item in found)
