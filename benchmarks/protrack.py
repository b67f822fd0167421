"""The table of docs/protrack.md: DSLIB construction projects beside ProTrack's own figures.

Run from the project's root: ``python benchmarks/protrack.py``. It reads the archive of the data folder
(``BACKPLAN_DATA``, else ``../shared/data``) and rewrites the lines between the markers.
"""

from __future__ import annotations

import csv
import os
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenarios.assemble import Assembly, assemble
from scenarios.formats.protrack import ProTrackSource, protrack_source
from scenarios.formats.protrack.read import read_file
from scenarios.formats.xml import read_xml
from scenarios.load import to_scenario
from scheduling.calendar import CalendarTable
from scheduling.passes import early_pass
from simulation.monte_carlo import simulate
from simulation.statistics import quantile

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "protrack.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
REPLICATIONS = 4000
SEED = 1
STANDARD = "2"
"""SimulationType that draws durations from the risk ranges."""

COLUMNS = (
    "project",
    "activities",
    "at baseline start",
    "finish later by, h",
    "P50, h",
    "ProTrack's",
    "diff.",
    "P80, h",
    "ProTrack's",
    "diff.",
    "s.e.",
    "check run",
    "remarks",
)

Row = dict[str, str]


@dataclass(frozen=True)
class Plan:
    """A file read and scheduled, with its clock of working hours."""

    source: ProTrackSource
    assembly: Assembly
    table: CalendarTable
    origin: int

    @classmethod
    def of(cls, path: Path, *, placed: bool) -> Plan:
        source = protrack_source(path, placed=placed)
        assembly = assemble(to_scenario(source, path.parent))
        table = next(table for table in assembly.network.tables if table.name == "agenda")
        assert isinstance(table, CalendarTable)
        assert table.axis
        return cls(source, assembly, table, table.axis.slot(read_file(path).agenda.start))

    def hours(self, boundary: int) -> int:
        return self.table.slots(self.origin, boundary)


def main() -> None:
    """Write the table."""
    data = Path(os.environ.get("BACKPLAN_DATA", ROOT.parent / "shared" / "data")) / "dslib"
    if not data.is_dir():
        sys.exit(f"no data folder at {data}; set BACKPLAN_DATA")
    index = {row["file"]: row for row in rows(data / "dslib_index.csv")}
    published = {row["file"]: row for row in rows(data / "dslib_protrack_mc.csv")}
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(data / "dslib_p2x.tar.xz") as tar:
            tar.extractall(folder, filter="data")
        files = [
            path
            for path in sorted(Path(folder).rglob("*.p2x"))
            if "construction" in index[path.name]["sector"].lower()
        ]
        lines = [line(path, published.get(path.name)) for path in files]
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.index(BEGIN) + len(BEGIN), page.index(END)
    rule = ["---", *["--:"] * (len(COLUMNS) - 2), "---"]
    table = "".join(map(markdown, (COLUMNS, rule, *lines)))
    PAGE.write_text(page[:before] + table + page[after:], encoding="utf-8")


def markdown(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |\n"


def rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def line(path: Path, published: Row | None) -> list[str]:
    """The cells of one project."""
    plan = Plan.of(path, placed=True)
    early = early_pass(plan.assembly.network)
    due = plan.assembly.scenario.projects[0].deadlines[-1].date
    assert plan.table.axis
    slip = plan.hours(max(early.finish)) - plan.hours(plan.table.axis.end_of(due))
    cells = [
        " ".join(path.stem.split()),
        str(len(read_file(path).tasks)),
        kept(path, plan),
        f"{slip:+d}" if slip else "0",
    ]
    if published:
        cells += simulated(path, published)
    else:
        cells += ["–"] * 8
    return [*cells, "; ".join(remarks(path, plan, published))]


def kept(path: Path, plan: Plan) -> str:
    """Activities whose early start is their baseline start."""
    network, file = plan.assembly.network, read_file(path)
    early = early_pass(network)
    assert plan.table.axis
    same = 0
    for name, spec in plan.assembly.specs.items():
        task = file.tasks.get(spec.node)
        if task and task.start:
            planned = plan.hours(plan.table.axis.slot(task.start))
            same += plan.hours(early.start[network.index[name]]) == planned
    return "all" if same == len(file.tasks) else str(same)


def simulated(path: Path, published: Row) -> list[str]:
    """P50 and P80 of the project's working hours as early as relations allow, and ProTrack's."""
    plan = Plan.of(path, placed=False)
    result = simulate(plan.assembly.network, risks=plan.assembly.risks, replications=REPLICATIONS, seed=SEED)
    ends = result.finish.max(axis=1)
    hours = plan.table.count_array[ends] - plan.table.count_array[plan.origin]
    cells = []
    for share, key in ((0.5, "protrack_p50_h"), (0.8, "protrack_p80_h")):
        own, theirs = quantile(hours, share), float(published[key])
        assert own is not None
        cells += [str(own), f"{theirs:g}", f"{own / theirs - 1:+.1%}"]
    mean = float(published["protrack_mean_h"])
    error = float(published["protrack_sd_h"]) / int(published["runs"]) ** 0.5
    check = float(np.mean(hours)) / float(published["check_mc_mean_h"]) - 1
    return [*cells, f"{error / mean:.1%}", f"{check:+.1%}"]


def remarks(path: Path, plan: Plan, published: Row | None) -> Iterator[str]:
    """Why numbers differ, as far as the file itself says so."""
    english = [label.en for label in plan.source.warnings]
    broken = sum("breaks relation" in text for text in english)
    if broken:
        yield f"baseline breaks {broken} relation{'s' * (broken > 1)}"
    if published is None:
        return
    root = read_xml(path)
    if root.findtext("Simulation/SimulationType") != STANDARD:
        yield "ProTrack ran a scenario, not the risk ranges"
    if root.findtext("Simulation/AdvancedSimulationSettings/UseResourceScheduling") == "1":
        yield "ProTrack simulated with resources"


if __name__ == "__main__":
    main()
