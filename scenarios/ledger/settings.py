"""The settings of a scenario: a sheet with a name and a value a row, or the first rows of a text table."""

from __future__ import annotations

from typing import Any

from scenarios.ledger.book import LedgerSource, place
from scenarios.ledger.columns import Column, Table, headers
from scenarios.ledger.files import Grid
from scenarios.ledger.messages import FaultError
from scenarios.ledger.tables import join_labels, put, readable
from scenarios.ledger.values import Raw, blank, parse, shown
from scenarios.ledger.vocabulary import normal

SETTINGS = Table(
    "设置",
    "Settings",
    "",
    (
        Column(
            "name",
            "情景名称",
            "Scenario",
            "id",
            ("name",),
            "本台账的短名，不含“/”",
            "short name, without '/'",
            required=True,
        ),
        Column("title", "标题", "Title", "text", ("title", "zh"), "图表上的标题", "shown above charts"),
        Column("title_en", "英文标题", "Title (English)", "text", ("title", "en"), shown=False),
        Column("description", "说明", "Description", "text", ("description", "zh"), shown=False),
        Column(
            "description_en", "英文说明", "Description (English)", "text", ("description", "en"), shown=False
        ),
        Column("source", "数据来源", "Source", "text", ("source",), "台账由谁提供", "who supplied the data"),
        Column(
            "synthetic",
            "合成数据",
            "Synthetic",
            "yes_no",
            ("synthetic",),
            "不是实际数据的填“是”",
            "yes if the data are not real",
        ),
        Column(
            "data_date",
            "数据日期",
            "Data date",
            "date",
            ("data_date",),
            "进展截至哪天：这天之前的都已知",
            "everything before this day is known",
            required=True,
        ),
        Column(
            "data_date_inferred",
            "数据日期系推定",
            "Data date inferred",
            "yes_no",
            ("data_date_inferred",),
            shown=False,
        ),
        Column(
            "region",
            "气候分区",
            "Region",
            "region",
            ("region",),
            "北方冬季停工，南方不停",
            "sites stop in winter in the north",
        ),
        Column(
            "confidence",
            "置信度",
            "Confidence",
            "share",
            ("confidence",),
            "各项目按期概率的目标，如0.8",
            "on-time probability that plans aim at, as 0.8",
        ),
        Column(
            "replications",
            "模拟次数",
            "Replications",
            "positive",
            ("replications",),
            "一般1000次",
            "usually 1000",
        ),
        Column(
            "seed",
            "随机种子",
            "Seed",
            "whole",
            ("seed",),
            "同一种子，结果相同",
            "the same seed gives the same result",
        ),
        Column(
            "default_risks",
            "采用默认延误",
            "Default delays",
            "yes_no",
            ("default_risks",),
            "要素延误、补正等的经验默认值（未经校准）",
            "expert-judgement delays and rework, not calibrated",
        ),
        Column(
            "progress_override",
            "进展优先于逻辑",
            "Progress override",
            "yes_no",
            ("progress_override",),
            shown=False,
        ),
    ),
)

_SETTING_HEADERS = {normal(word) for word in ("设置项", "Setting", "设置项\nSetting")}


def read_settings(source: LedgerSource, grid: Grid) -> None:
    """Settings into the data of the source; rows without a name are passed over."""
    if not readable(source, grid):
        return
    first: dict[str, int] = {}
    for number, row in enumerate(grid.rows):
        name, value = _pair(row)
        if not name or normal(name) in _SETTING_HEADERS:
            continue
        column = headers(SETTINGS).find(name)
        if column is None:
            if not blank(value):
                nearest = headers(SETTINGS).nearest(name)
                fault = FaultError("unknown_setting", text=" ".join(name.split()), nearest=nearest)
                source.fault_at(grid, number, 0, fault)
        elif column.key in first:
            where = place(grid, first[column.key], 0)
            source.fault_at(grid, number, 0, FaultError("duplicate_setting", first=where), column)
        else:
            first[column.key] = number
            _setting(source, grid, number, column, value)
    for column in SETTINGS.columns:
        if column.required and column.key not in first:
            source.mark_sheet(column.path, grid.title)
            title = column.title(source.lang)
            source.fault(column.path, "missing_setting", header=title, key=column.key)
    join_labels(source.data)


def _pair(row: Any) -> tuple[str, Raw]:
    """Name and value of a setting; a ``#`` before the name belongs to text tables."""
    name = shown(row[0]).strip().lstrip("#").strip() if row and not blank(row[0]) else ""
    return name, row[1] if len(row) > 1 else None


def _setting(source: LedgerSource, grid: Grid, number: int, column: Column, value: Raw) -> None:
    source.mark(column.path, grid, number, 1, column)
    if not source.marked(column.path[:1]):
        source.mark(column.path[:1], grid, number, 1, column)
    if blank(value):
        if column.required:
            source.fault(column.path, "missing_setting", header=column.title(source.lang), key=column.key)
        return
    try:
        put(source.data, column.path, parse(column.kind, value))
    except FaultError as fault:
        source.fault(column.path, fault.key, **fault.fields)
