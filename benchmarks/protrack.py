"""The tables of docs/protrack.md: DSLIB projects beside their baselines and ProTrack's own simulations.

Run from the project's root: ``python benchmarks/protrack.py``. It reads the archive of the data folder
(``BACKPLAN_DATA``, else ``../shared/data``) and rewrites the lines between the markers.
"""

from __future__ import annotations

import csv
import os
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.assemble import Assembly, assemble
from scenarios.formats.protrack import ProTrackSource, protrack_source
from scenarios.formats.protrack.read import read_file
from scenarios.formats.xml import read_xml
from scenarios.load import to_scenario
from scheduling.calendar import CalendarTable, Ints
from scheduling.passes import early_pass
from simulation.distributions import Triangular
from simulation.monte_carlo import simulate
from simulation.risks import RiskModel
from simulation.statistics import quantile

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "protrack.md"
BASELINES = "<!-- baselines: begin -->\n", "<!-- baselines: end -->\n"
SIMULATIONS = "<!-- simulations: begin -->\n", "<!-- simulations: end -->\n"
REPLICATIONS = 1000
SEED = 1
STANDARD = "2"
"""SimulationType that draws durations from the risk ranges."""
RUN = "132"
"""Field of a result that holds the hours of one run."""
MEAN_WITHIN, P80_WITHIN = 0.02, 0.03
SHIFT = 0.01
"""Share of the baseline duration by which ProTrack seems to draw below its ranges."""

HEADS = (
    "project",
    "runs",
    "mean, h",
    "ProTrack's",
    "diff.",
    "P80, h",
    "ProTrack's",
    "diff.",
    "s.e.",
    "less 1 %, s.e.",
    "check run",
    "cause where outside",
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

    def simulated(self, risks: RiskModel) -> Ints:
        """Working hours of the project in each replication."""
        result = simulate(self.assembly.network, risks=risks, replications=REPLICATIONS, seed=SEED)
        hours: Ints = self.table.count_array[result.finish.max(axis=1)] - self.table.count_array[self.origin]
        return hours

    def bound(self, u: float) -> int:
        """Working hours with every duration at one probability."""
        net, spread = self.assembly.network, self.assembly.risks.work
        work = [
            max(1, int(float(spread[name].quantile(u)) + 0.5)) if name in spread else planned
            for name, planned in zip(net.ids, net.work, strict=True)
        ]
        return self.hours(max(early_pass(net, work=work).finish))


def main() -> None:
    """Write the tables."""
    data = Path(os.environ.get("BACKPLAN_DATA", ROOT.parent / "shared" / "data")) / "dslib"
    if not data.is_dir():
        sys.exit(f"no data folder at {data}; set BACKPLAN_DATA")
    sector = {row["file"]: row["sector"].lower() for row in rows(data / "dslib_index.csv")}
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(data / "dslib_p2x.tar.xz") as tar:
            tar.extractall(folder, filter="data")
        files = sorted(Path(folder).rglob("*.p2x"))
        baselines = [baseline(path) for path in files if "construction" in sector[path.name]]
        found = comparisons(data, Path(folder))
    page = PAGE.read_text(encoding="utf-8")
    heads = ("project", "activities", "at baseline start", "finish later by, h", "remarks")
    page = between(page, BASELINES, table(heads, baselines))
    PAGE.write_text(between(page, SIMULATIONS, beside(found)), encoding="utf-8")


def between(page: str, markers: tuple[str, str], text: str) -> str:
    """The page with other text between two markers."""
    before, after = page.index(markers[0]) + len(markers[0]), page.index(markers[1])
    return page[:before] + text + page[after:]


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table whose first and last columns are texts."""
    rule = ["---", *["--:"] * (len(heads) - 2), "---"]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (heads, rule, *lines))


def title(path: Path) -> str:
    return " ".join(path.stem.split())


def rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# -- baselines -------------------------------------------------------------------------------------------
def baseline(path: Path) -> list[str]:
    """The cells of one project: early dates beside the baseline's."""
    plan = Plan.of(path, placed=True)
    early = early_pass(plan.assembly.network)
    due = plan.assembly.scenario.projects[0].deadlines[-1].date
    assert plan.table.axis
    slip = plan.hours(max(early.finish)) - plan.hours(plan.table.axis.end_of(due))
    broken = sum("breaks relation" in label.en for label in plan.source.warnings)
    return [
        title(path),
        str(len(read_file(path).tasks)),
        kept(path, plan),
        f"{slip:+d}" if slip else "0",
        f"baseline breaks {broken} relation{'s' * (broken > 1)}" if broken else "",
    ]


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


# -- simulations -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Comparison:
    """The simulated hours of a project beside those that ProTrack stored.

    Attributes
    ----------
    kind : str
        ProTrack's SimulationType.
    runs : array of int
        Hours of each of its runs.
    mean, deviation, p80, check : float
        Of ProTrack's runs, and the mean of the independent simulation that accompanies the data.
    hours, lower : array of int
        Of each replication, drawn from the ranges and from ranges that lie lower by SHIFT.
    reach : pair of int
        The least and greatest hours that the ranges allow.
    """

    title: str
    kind: str
    runs: Ints
    mean: float
    deviation: float
    p80: float
    check: float
    hours: Ints
    lower: Ints
    reach: tuple[int, float]

    @classmethod
    def of(cls, path: Path, published: Row) -> Comparison:
        plan, root = Plan.of(path, placed=False), read_xml(path)
        net, risks = plan.assembly.network, plan.assembly.risks
        work: dict[Any, Triangular] = {}
        for name, spread in risks.work.items():
            assert isinstance(spread, Triangular)
            less = SHIFT * net.work[net.index[name]]
            work[name] = Triangular(spread.minimum - less, spread.most_likely - less, spread.maximum - less)
        lower = replace(plan, assembly=replace(plan.assembly, risks=replace(risks, work=work)))
        stored = [item for item in root.iter("Result") if item.findtext("Field") == RUN]
        mean, deviation, p80 = (float(published[f"protrack_{key}_h"]) for key in ("mean", "sd", "p80"))
        return cls(
            title(path),
            root.findtext("Simulation/SimulationType") or "",
            np.array([float(item.findtext("Value") or "nan") for item in stored]).astype(np.int64),
            mean,
            deviation,
            p80,
            float(published["check_mc_mean_h"]),
            plan.simulated(risks),
            lower.simulated(lower.assembly.risks),
            (lower.bound(0.0), float("inf") if any(net.demand) else plan.bound(1.0)),
        )

    @property
    def mean_difference(self) -> float:
        return float(self.hours.mean()) / self.mean - 1

    @property
    def p80_difference(self) -> float:
        p80 = quantile(self.hours, 0.8)
        assert p80 is not None
        return p80 / self.p80 - 1

    @property
    def inside(self) -> bool:
        return abs(self.mean_difference) <= MEAN_WITHIN and abs(self.p80_difference) <= P80_WITHIN

    @property
    def beyond(self) -> int:
        """Runs of ProTrack that no draw from the ranges can give."""
        return int(np.count_nonzero((self.runs < self.reach[0]) | (self.runs > self.reach[1])))

    @property
    def shifted(self) -> float:
        """Standard errors by which the mean is greater, had ProTrack drawn lower by SHIFT."""
        error = (self.deviation**2 / len(self.runs) + self.lower.var() / REPLICATIONS) ** 0.5
        return float((self.lower.mean() - self.mean) / error) if error else 0.0

    @property
    def comparable(self) -> bool:
        """Whether ProTrack drew from the ranges."""
        return self.kind == STANDARD and self.deviation > 0

    @property
    def cause(self) -> str:
        """Why figures differ, where they do."""
        if self.inside:
            return ""
        if self.kind != STANDARD:
            spread = self.deviation / self.hours.std()
            runs = f"{self.beyond} runs beyond the ranges"
            return f"a simulation of type {self.kind}: {spread:.1f} times the deviation, {runs}"
        if not self.deviation:
            return "all of ProTrack's runs are equal: it varied none of these short activities"
        return f"the common 1 % and sampling: {self.shifted:+.1f} s.e. are left without it"


def comparisons(data: Path, folder: Path) -> list[Comparison]:
    """Every project of a folder whose file stores a simulation."""
    files = {path.name: path for path in folder.rglob("*.p2x")}
    published = {row["file"]: row for row in rows(data / "dslib_protrack_mc.csv")}
    return [Comparison.of(files[name], published[name]) for name in sorted(published)]


def beside(found: Sequence[Comparison]) -> str:
    """What docs/protrack.md says of all the comparisons."""
    count, drawn = len(found), [item for item in found if item.comparable]
    mean = sum(abs(item.mean_difference) <= MEAN_WITHIN for item in found)
    p80 = sum(abs(item.p80_difference) <= P80_WITHIN for item in found)
    left = np.array([item.shifted for item in drawn])
    lines = [
        [
            item.title,
            str(len(item.runs)),
            f"{item.hours.mean():.1f}",
            f"{item.mean:.1f}",
            f"{item.mean_difference:+.1%}",
            f"{quantile(item.hours, 0.8)}",
            f"{item.p80:g}",
            f"{item.p80_difference:+.1%}",
            f"{item.deviation / len(item.runs) ** 0.5 / item.mean:.1%}",
            f"{item.shifted:+.1f}" if item.comparable else "",
            f"{item.hours.mean() / item.check - 1:+.1%}",
            item.cause,
        ]
        for item in found
    ]
    greater, still = sum(item.mean_difference > 0 for item in drawn), np.count_nonzero(left > 0)
    error = (left**2).mean() ** 0.5
    return (
        f"The mean lies within 2 % in {mean} of {count} projects ({mean / count:.0%}), "
        f"P80 within 3 % in {p80} ({p80 / count:.0%}).\n"
        f"In {len(drawn)} ProTrack drew from the ranges: our mean is the greater one in {greater} of them; "
        "with 1 % of the baseline\n"
        f"duration taken off every uncertain duration in {still}, and the means then differ by {error:.1f} "
        "standard errors\n(root mean square).\n\n"
    ) + table(HEADS, lines)


if __name__ == "__main__":
    main()
