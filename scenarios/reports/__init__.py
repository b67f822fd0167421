"""What a run leaves behind: ``result.json``, CSV files, a workbook, and tables in the terminal.

All but the listings read a :class:`~scenarios.results.Forecast` and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from scenarios.reports.baseline import print_variances, variance_dict
from scenarios.reports.console import print_forecast
from scenarios.reports.csv_tables import write_csv
from scenarios.reports.listing import critical_path_dict, print_catalog, print_critical_path, print_levers
from scenarios.reports.plan import plan_dict, print_plan
from scenarios.reports.result_json import result_dict, result_schema, write_result
from scenarios.reports.tables import tables
from scenarios.reports.workbook import write_workbook
from scenarios.results import Forecast

__all__ = [
    "critical_path_dict",
    "plan_dict",
    "print_catalog",
    "print_critical_path",
    "print_forecast",
    "print_levers",
    "print_plan",
    "print_variances",
    "result_dict",
    "result_schema",
    "variance_dict",
    "write_all",
    "write_result",
    "write_workbook",
]


def write_all(forecast: Forecast, out: Path, lang: str) -> list[Path]:
    """Write ``result.json``, ``report.xlsx`` and one CSV file a table under ``tables/``.

    Parameters
    ----------
    forecast : Forecast
    out : Path
        Folder, made where it is missing; files of the same name are replaced whole.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    list of Path
        What was written.
    """
    return [
        write_result(forecast, out / "result.json"),
        write_workbook(forecast, out / "report.xlsx", lang),
        *(write_csv(table, out / "tables" / f"{table.name}.csv") for table in tables(forecast, lang)),
    ]
