"""What the readers of one ledger share: problems found so far, and the cell of every value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scenarios.ledger.columns import Column
from scenarios.ledger.files import Grid, cell_name
from scenarios.ledger.messages import FaultError, Lang, say
from scenarios.problems import Path, Problem, ScenarioError, nearest


class LedgerError(ScenarioError):
    """Every fault found in a ledger, one a line, each with sheet, cell and header."""

    def __init__(self, problems: list[Problem], source: LedgerSource) -> None:
        super().__init__(problems, source.where)
        self.args = ("\n".join(f"{source.where(item.path)}: {item.message}" for item in self.problems),)


@dataclass
class LedgerSource:
    """A parsed ledger: the mapping that the YAML would give, and the cell of every value in it.

    Attributes
    ----------
    name : str
        File name, for messages.
    data : dict
        As :func:`scenarios.yaml_source.read_yaml` gives it.
    lang : str
        Language of messages and of the headers they name.
    """

    name: str
    lang: Lang = "zh"
    data: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _places: dict[Path, str] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """``file [sheet!cell header]`` of a value, or of the nearest value around it."""
        return f"{self.name}{self._places.get(nearest(path, self._places), '')}"

    def mark(self, path: Path, grid: Grid, row: int, column: int, header: Column | None = None) -> None:
        """Remember the cell of a value, and of what lies around it if nothing else does."""
        title = f" {header.title(self.lang)}" if header else ""
        self._places[path] = f" [{place(grid, row, column)}{title}]"

    def copy_mark(self, old: Path, new: Path) -> None:
        """The cell of `old` is the cell of `new` too."""
        if old in self._places:
            self._places[new] = self._places[old]

    def mark_sheet(self, path: Path, title: str) -> None:
        """Remember the sheet of what has no cell."""
        self._places.setdefault(path, f" [{title}]" if title else "")

    def marked(self, path: Path) -> bool:
        """Whether a value has a cell of its own."""
        return path in self._places

    def fault(self, path: Path, key: str, /, **fields: object) -> None:
        """Add a problem."""
        self.problems.append(Problem(path, say(self.lang, key, **fields)))

    def fault_at(
        self, grid: Grid, row: int, column: int, fault: FaultError, header: Column | None = None
    ) -> None:
        """Add a problem with a cell that holds no value of the scenario."""
        path = (grid.title, cell_name(row, column))
        self.mark(path, grid, row, column, header)
        self.fault(path, fault.key, **fault.fields)


def place(grid: Grid, row: int, column: int) -> str:
    """``sheet!cell``, or the cell alone in a text table."""
    return f"{grid.title}!{cell_name(row, column)}" if grid.title else cell_name(row, column)
