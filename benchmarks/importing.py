"""The table of docs/importing.md: dates and floats of MS Project and P6 files beside those of their programs.

Run from the project's root: ``python benchmarks/importing.py``. It reads the files of the data folder
(``BACKPLAN_DATA``, else ``../shared/data``) and rewrites the lines between the markers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scenarios.assemble import assemble
from scenarios.formats.mspdi import mspdi_source
from scenarios.formats.mspdi.values import moment, text
from scenarios.formats.plans import PlanSource
from scenarios.formats.xer import xer_source
from scenarios.formats.xer.tables import minutes, read_tables
from scenarios.formats.xml import read_xml
from scenarios.load import to_scenario
from scheduling.calendar import MINUTES_PER_DAY
from scheduling.cpm import CriticalPath, critical_path
from scheduling.network import WORK

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "importing.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
FILES = (
    "formats/caltest.xml",
    "formats/mspdiduration.xml",
    "formats/mspdinulltasks.xml",
    "formats/mspdirelations.xml",
    "formats/mspdisplittask.xml",
    "formats/sample.xml",
    "formats/sample1.xml",
    "schependomlaan/planning_mspdi.xml",
    "formats/invalid-8.4.xer",
    "formats/percent-complete-8.4.xer",
    "formats/PredecessorCalendar.xer",
    "formats/ProjectDefaultCalendar.xer",
    "formats/resource-rates-test.xer",
    "formats/SuccessorCalendar.xer",
    "formats/TwentyFourHourCalendar.xer",
)
VALUES = ("early start", "early finish", "late start", "late finish", "total float", "free float")
Stored = dict[str, dict[str, Any]]
"""What a file's program computed, by activity and value: moments, and floats in minutes."""


@dataclass(slots=True)
class Comparison:
    """A file beside our dates.

    Attributes
    ----------
    equal, stored : dict of str to int
        Of the values that the file stores, by kind, how many are ours.
    different : dict of str to dict of str to (ours, stored)
        What differs, by kind and activity: boundaries and moments, or minutes.
    """

    source: PlanSource
    activities: int
    relations: int
    equal: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VALUES, 0))
    stored: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VALUES, 0))
    different: dict[str, dict[str, tuple[Any, Any]]] = field(
        default_factory=lambda: {name: {} for name in VALUES}
    )


def compare(path: Path) -> Comparison:
    """Schedule a file and count on which values of its program ours agree.

    Moments agree where no working time lies between them: Friday 17:00 and Monday 8:00 are one instant to
    these programs. They count floats of milestones in working time, too.
    """
    is_xer = path.suffix == ".xer"
    source = xer_source(path) if is_xer else mspdi_source(path)
    result = critical_path(assemble(to_scenario(source, path.parent)).network)
    stored = _of_xer(path) if is_xer else _of_mspdi(path)
    activities = [item for project in source.data["projects"] for item in project["activities"]]
    links = sum(len(item["predecessors"]) for item in activities if item["id"] in stored)
    found = Comparison(source, len(stored), links)
    for project in source.data["projects"]:
        for item in project["activities"]:
            ours = dict(_ours(result, f"{project['id']}/{item['id']}"))
            for name, value in stored.get(item["id"], {}).items():
                if value is None or ours.get(name) is None:
                    continue
                same = _same(result, f"{project['id']}/{item['id']}", ours[name], value)
                found.stored[name] += 1
                found.equal[name] += same
                if not same:
                    found.different[name][item["id"]] = (ours[name], value)
    return found


def _ours(result: CriticalPath, name: str) -> Iterator[tuple[str, Any]]:
    """Our values of an activity: boundaries, and floats in minutes."""
    net, i = result.network, result.network.index[name]
    slot = MINUTES_PER_DAY // net.axis.slots_per_day  # type: ignore[union-attr]
    yield "early start", result.early.start[i]
    yield "early finish", result.early.finish[i]
    if result.late is None or result.total_float[name] is None:
        return
    yield "late start", result.late.start[i]
    yield "late finish", result.late.finish[i]
    total, free = result.total_float[name], result.free_float[name]
    if net.kind[i] != WORK:
        at, table = result.early.finish[i], net.tables[i]
        total, free = (table.slots(at, at + elapsed) for elapsed in (total, free))
    yield "total float", slot * total
    yield "free float", slot * free


def _same(result: CriticalPath, name: str, ours: Any, stored: Any) -> bool:
    if not isinstance(stored, datetime):
        return bool(ours == stored)
    net = result.network
    assert net.axis
    boundary = net.axis.slot(stored)
    table = net.tables[net.index[name]]
    return bool(table.slots(min(ours, boundary), max(ours, boundary)) == 0)


def _of_mspdi(path: Path) -> Stored:
    root = read_xml(path)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    found: Stored = {}
    for task in root.findall("Tasks/Task"):
        if text(task, "Summary") == "1" or text(task, "IsNull") == "1":
            continue
        tags = {"late start": "LateStart", "late finish": "LateFinish"}
        values: dict[str, Any] = {name: moment(text(task, tag)) for name, tag in tags.items()}
        values["early start"] = moment(text(task, "EarlyStart") or text(task, "Start"))
        values["early finish"] = moment(text(task, "EarlyFinish") or text(task, "Finish"))
        for name, tag in {"total float": "TotalSlack", "free float": "FreeSlack"}.items():
            values[name] = int(text(task, tag)) / 10 if text(task, tag) else None
        found[text(task, "UID")] = values
    return found


def _of_xer(path: Path) -> Stored:
    """P6 keeps dates of unfinished activities in the columns of their remaining work, too."""
    tables, _ = read_tables(path)
    return {
        row["task_code"]: {
            "early start": moment(row["early_start_date"] or row["restart_date"]),
            "early finish": moment(row["early_end_date"] or row["reend_date"]),
            "late start": moment(row["late_start_date"]),
            "late finish": moment(row["late_end_date"]),
            "total float": minutes(row["total_float_hr_cnt"]),
            "free float": minutes(row["free_float_hr_cnt"]),
        }
        if row["status_code"] != "TK_Complete"
        else {
            "early start": moment(row["act_start_date"]),
            "early finish": moment(row["act_end_date"]),
        }
        for row in tables["TASK"]
    }


def table(found: dict[str, Comparison]) -> Iterator[str]:
    """Lines of the table."""
    yield f"| file | activities | links | slot, min | {' | '.join(VALUES)} |"
    yield f"| --- | {' | '.join('--:' for _ in range(3 + len(VALUES)))} |"
    for name, case in found.items():
        slot = MINUTES_PER_DAY // case.source.data["slots_per_day"]
        counts = (
            f"{case.equal[value]} of {case.stored[value]}" if case.stored[value] else "–" for value in VALUES
        )
        yield f"| {name} | {case.activities} | {case.relations} | {slot} | {' | '.join(counts)} |"


def main() -> None:
    """Rewrite the table."""
    data = Path(os.environ.get("BACKPLAN_DATA", ROOT.parent / "shared" / "data"))
    if not data.is_dir():
        sys.exit(f"no data folder at {data}; set BACKPLAN_DATA")
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    lines = "".join(f"{line}\n" for line in table({name: compare(data / name) for name in FILES}))
    PAGE.write_text(head + BEGIN + lines + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
