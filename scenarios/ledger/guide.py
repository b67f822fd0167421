"""The guide inside the workbook: what each column means, and every value that a list offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from scenarios import catalog
from scenarios.ledger import vocabulary
from scenarios.ledger.layout import TABLES
from scenarios.ledger.settings import SETTINGS

GUIDE = "说明 Guide"
LISTS = "选项 Lists"

_HOW_TO = (
    (
        "每行一个项目。灰色的“示例”行只作参考，编号以“示例”开头的行不读；覆盖或删除均可。",
        "One row a project. Grey rows are examples: rows whose id begins with 示例 or EXAMPLE are not read.",
    ),
    (
        "列的次序可以改动，不用的列可以删除；表头写中文、英文或列名代码均可。表中不要合并单元格。",
        "Columns may be moved, and deleted if not needed; a header may be Chinese, English or the key. Do "
        "not merge cells.",
    ),
    (
        "日期写成2026-12-31；金额以万元为单位；不知道的格子留空，不要填“待定”“/”。",
        "Write dates as 2026-12-31 and amounts in 10,000 CNY (万元). Leave empty what is not known.",
    ),
    (
        "其他节点的期限自加两列：“期限:节点”和“期限软硬:节点”，节点写代码或名称，如“期限:E2”“期限:施工许可证”。",
        "For deadlines of other nodes add columns headed 'deadline: E2' and 'hard or soft: E2', by id or "
        "name.",
    ),
    (
        "已知实际日期的节点可加“实际开始:节点”“实际完成:节点”列；其他要素可加“到位:要素”列。",
        "Actual dates go into columns 'actual start: node' and 'actual finish: node', other factors into "
        "'supply: factor'.",
    ),
    (
        "问题清单、开工佐证、上报事项、实地核查、停工点、按月投资各表，每行写明所属项目的编号；用不上的表可以删除。",
        "On the sheets of problems, evidence, claims, site checks, holds and monthly investment each row "
        "names its project by id. Sheets that are not needed may be deleted.",
    ),
    (
        "“当前节点”之前的节点都算完成；个别没有完成的，请在 YAML情景文件中写明。",
        "Everything before the current node counts as done; exceptions belong into a YAML scenario.",
    ),
)


def guide_rows() -> Iterator[tuple[str, str, str, str, str]]:
    """Sheet, column, required, note in Chinese and in English."""
    for zh, en in _HOW_TO:
        yield "用法 How to", "", "", zh, en
    for table in (TABLES[0], SETTINGS, *TABLES[1:]):
        for column in table.columns:
            required = "是 yes" if column.required else ""
            yield table.title, column.header(), required, column.zh_note, column.en_note
        for family in table.families:
            subject = ("节点", "node") if family.subject == "node" else ("要素", "factor")
            header = f"{family.zh}:{subject[0]}\n{family.en}: {subject[1]}"
            yield table.title, header, "", family.zh_note, family.en_note


@dataclass(frozen=True, slots=True)
class ListColumn:
    """Values on the sheet of lists; `kind` is the kind of column that offers them."""

    header: str
    values: tuple[str, ...]
    kind: str = ""
    width: int = 16


@cache
def list_columns() -> tuple[ListColumn, ...]:
    """Every list, in the order of the columns of the sheet."""
    nodes, factors = vocabulary.nodes(), vocabulary.factors()
    defaults = catalog.factor_defaults().factors
    return (
        ListColumn("模板\nTemplate", tuple(vocabulary.templates().shown.values()), "template", 36),
        ListColumn(
            "模板（英文）\nIn English", tuple(item.en for item in catalog.templates().values()), "", 36
        ),
        ListColumn("选项\nOption", tuple(vocabulary.options().shown.values()), "options", 40),
        ListColumn("选项（英文）\nIn English", tuple(item.en for item in catalog.options().values()), "", 40),
        ListColumn(
            "选项适用模板\nFor templates",
            tuple("; ".join(item.templates) for item in catalog.options().values()),
            "",
            24,
        ),
        ListColumn("节点\nNode", tuple(nodes.shown.values()), "node", 40),
        ListColumn(
            "节点（英文）\nIn English",
            tuple(" / ".join(en) for _, en in vocabulary.node_names().values()),
            "",
            52,
        ),
        ListColumn("节点适用模板\nIn templates", tuple(_templates_of(key) for key in nodes.shown), "", 40),
        ListColumn("要素\nFactor", tuple(factors.shown.values()), "", 26),
        ListColumn("要素（英文）\nIn English", tuple(defaults[key].en for key in factors.shown), "", 26),
        ListColumn("气候分区\nRegion", tuple(vocabulary.REGIONS.shown.values()), "region"),
        ListColumn("是否\nYes or no", tuple(vocabulary.YES_NO.shown.values()), "yes_no"),
        ListColumn("期限软硬\nHard or soft", tuple(vocabulary.HARD_SOFT.shown.values()), "hard"),
        ListColumn("事项\nEvent", tuple(vocabulary.EVENTS.shown.values()), "event"),
        ListColumn("佐证\nEvidence", tuple(vocabulary.PROOFS.shown.values()), "proof", 36),
        ListColumn("原因类别\nClass of cause", tuple(vocabulary.causes().shown.values()), "cause", 24),
        ListColumn("停工点方面\nAspect of a hold", tuple(vocabulary.ASPECTS.shown.values()), "aspect", 24),
    )


def _templates_of(node: str) -> str:
    """Templates that hold a node, with the option where only an option brings it."""
    holders = [name for name, template in vocabulary.variants() if node in template.steps]
    return "; ".join([name for name in holders if "(" not in name] or holders)
