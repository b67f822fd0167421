"""The sheets of a ledger, column by column: the one table that reader, writer and guide share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scenarios.ledger import vocabulary
from scenarios.ledger.columns import SUBJECT, Column, Table
from scenarios.ledger.register_layout import REGISTERS

IDENTIFIER = Column(
    "id",
    "项目编号",
    "Project id",
    "id",
    ("id",),
    "每个项目唯一，可用中文，不含“/”；以“示例”开头的行不读。编号如001，请先把单元格设为“文本”",
    "unique, without '/'; rows whose id begins with 示例 or EXAMPLE are not read",
    12,
    required=True,
)

MOST_CURRENT = 4
"""Nodes that may be under way at once in a ledger."""


def _current(number: int) -> tuple[Column, Column, Column]:
    """The columns of one node that is under way."""
    mark, place = str(number) if number > 1 else "", f"#{number}"
    return (
        Column(
            f"current_node{mark}",
            f"当前节点{mark}",
            f"Current node {mark}".strip(),
            "node",
            ("current", place, "node"),
            "正在办的节点，它之前的节点都算完成；尚未动手的项目空着。几个节点同时在办的，依次填当前节点2、3、4",
            "under way now; everything before it counts as done. Empty if nothing has begun. Further nodes "
            "under way at the same time go into current node 2, 3, 4",
            26,
            shown=number <= 2,
        ),
        Column(
            f"since{mark}",
            f"当前节点{mark}起始日期",
            f"Since {mark}".strip(),
            "date",
            ("current", place, "since"),
            "该节点从哪天办起，不晚于数据日期",
            "the day the node began, not after the data date",
            shown=number <= 2,
        ),
        Column(
            f"remaining{mark}",
            f"当前节点{mark}剩余天数",
            f"Remaining work {mark}".strip(),
            "positive",
            ("current", place, "remaining"),
            "按该节点日历计的剩余天数",
            "in days of the node's calendar",
            shown=False,
        ),
    )


CURRENT = tuple(_current(number) for number in range(1, MOST_CURRENT + 1))

PROJECT_COLUMNS = (
    IDENTIFIER,
    Column("name", "项目名称", "Project", "text", ("name", "zh"), "全称", "full name", 28, required=True),
    Column("name_en", "项目英文名", "Project (English)", "text", ("name", "en"), width=28, shown=False),
    Column(
        "template",
        "模板",
        "Template",
        "template",
        ("template",),
        "政府投资走审批制，企业投资走备案制",
        "government investment is approved, enterprise investment is filed",
        30,
        required=True,
    ),
    Column(
        "options",
        "选项",
        "Options",
        "options",
        ("options",),
        "净地、并联审批、拿地即开工等，几项之间用分号隔开；可空",
        "ready land, parallel approval, ...; several are separated by semicolons; may be empty",
        24,
    ),
    Column("sector", "行业", "Sector", "text", ("sector",), "如工业、服务业、农业", "as quotas name it", 10),
    Column("district", "属地", "District", "text", ("district",), "乡镇、街道、园区", "town or park", 12),
    Column(
        "region",
        "气候分区",
        "Region",
        "region",
        ("region",),
        "决定冬季停工；空着按“设置”",
        "sets the winter stop; empty: as in the settings",
        12,
    ),
    Column(
        "investment",
        "总投资（万元）",
        "Investment (10,000 CNY)",
        "money",
        ("investment", "total"),
        "单位万元：1.2亿元填12000",
        "in 10,000 CNY: 12000 for 120 million",
        13,
    ),
    Column(
        "this_year",
        "年度计划投资（万元）",
        "This year's plan (10,000 CNY)",
        "money",
        ("investment", "this_year"),
        "本年度计划完成额",
        "to be completed this year",
        13,
    ),
    Column(
        "completed",
        "已完成投资（万元）",
        "Completed (10,000 CNY)",
        "money",
        ("investment", "completed"),
        "开工以来累计",
        "since the start of the project",
        13,
    ),
    Column(
        "secured",
        "已落实资金（万元）",
        "Secured (10,000 CNY)",
        "money",
        ("investment", "secured"),
        "到位或已承诺的资金",
        "in hand or promised",
        13,
        shown=False,
    ),
    Column(
        "leader", "挂点领导", "Leader in charge", "text", ("leader",), "写职务，不写姓名", "by office", 14
    ),
    Column("lead_unit", "牵头单位", "Lead unit", "text", ("lead_unit",), "牵头调度的单位", "coordinates", 18),
    Column("developer", "建设单位", "Developer", "text", ("developer",), "项目业主", "the owner", 18),
    Column("group", "推进组", "Group", "text", ("group",), "如交通推进组", "who pushes it", 12),
    Column(
        "category",
        "类别",
        "Category",
        "text",
        ("category",),
        "如新建、更新、民生",
        "class of project",
        10,
        shown=False,
    ),
    Column(
        "responsible_unit",
        "责任单位",
        "Responsible unit",
        "text",
        ("responsible_unit",),
        "具体实施的单位",
        "carries it out",
        18,
    ),
    Column(
        "responsible_person",
        "责任人（职务）",
        "Responsible person (office)",
        "text",
        ("responsible_person",),
        "写职务，不写姓名",
        "the office, not a name",
        18,
    ),
    *(column for group in CURRENT for column in group),
    Column(
        "land_ready",
        "是否净地",
        "Land ready",
        "yes_no",
        ("land_ready",),
        "净地：征拆已毕，可直接供地",
        "cleared and ready to be supplied",
        10,
    ),
    Column(
        "start",
        "最早启动日期",
        "Not before",
        "date",
        ("start",),
        "尚未动手的项目最早从哪天办起；可空",
        "the project does not begin before this day; may be empty",
    ),
    Column(
        "until",
        "推进到",
        "Until",
        "nodes",
        ("until",),
        "计划排到哪些节点为止，用分号隔开；空着排到有期限的节点",
        "nodes that the plan leads to, separated by semicolons; empty: those with deadlines",
        shown=False,
    ),
    Column(
        "blocker",
        "难点堵点",
        "Blocker",
        "text",
        ("blocker", "zh"),
        "一句话写明卡在哪里",
        "what holds it up, in a sentence",
        28,
    ),
    Column("blocker_en", "难点堵点（英文）", "Blocker (English)", "text", ("blocker", "en"), shown=False),
    Column(
        "default_risks",
        "采用默认延误",
        "Default delays",
        "yes_no",
        ("default_risks",),
        "空着按“设置”",
        "empty: as in the settings",
        shown=False,
    ),
    Column(
        "assumed",
        "推定项",
        "Assumed",
        "list",
        ("assumed",),
        "哪些内容是推定的，用分号隔开",
        "what was assumed, separated by semicolons",
        shown=False,
    ),
)

DEADLINE = Column(
    "deadline",
    "期限",
    "deadline",
    "date",
    ("deadlines", SUBJECT, "date"),
    "该节点须在哪天之前完成（开工：哪天开工）。别的节点可自加列，表头写“期限:节点”",
    "the day by which the node must hold. For other nodes add a column headed 'deadline: node'",
    14,
    subject="node",
)
HARD = Column(
    "hard",
    "期限软硬",
    "hard or soft",
    "hard",
    ("deadlines", SUBJECT, "hard"),
    "硬：计划中不得突破；软：可以晚，越少越好。空着算软",
    "hard: no plan misses it; soft: as little late as possible. Empty is soft",
    12,
    subject="node",
)
SUPPLY = Column(
    "supply",
    "到位",
    "supply",
    "date",
    ("factors", SUBJECT, "supply"),
    "该要素承诺到位的日期；空着按默认",
    "the day on which it is promised; empty: by the defaults",
    13,
    subject="factor",
)
PROJECT_FAMILIES = (
    DEADLINE,
    HARD,
    Column(
        "weight",
        "期限权重",
        "weight",
        "positive",
        ("deadlines", SUBJECT, "weight"),
        "软期限的轻重，整数",
        "of soft deadlines, a whole number",
        12,
        subject="node",
    ),
    Column(
        "actual_start",
        "实际开始",
        "actual start",
        "date",
        ("progress", SUBJECT, "start"),
        "该节点实际何时开始",
        "the day the node began",
        subject="node",
    ),
    Column(
        "actual_finish",
        "实际完成",
        "actual finish",
        "date",
        ("progress", SUBJECT, "finish"),
        "该节点实际何时完成",
        "the day the node was done",
        subject="node",
    ),
    Column(
        "remaining_work",
        "剩余工作",
        "remaining work",
        "positive",
        ("progress", SUBJECT, "remaining"),
        "该节点剩余天数",
        "days of work left",
        subject="node",
    ),
    SUPPLY,
)
SHOWN_DEADLINES = ("F0", "F3", "V3", "P1")
SHOWN_SUPPLIES = (
    "land",
    "resettlement",
    "funds",
    "power",
    "water",
    "gas",
    "materials",
    "equipment",
    "labour",
)

PROJECTS = Table("项目", "Projects", "projects", PROJECT_COLUMNS, PROJECT_FAMILIES)
QUOTAS = Table(
    "任务指标",
    "Quotas",
    "quotas",
    (
        Column(
            "event",
            "事项",
            "Event",
            "event",
            ("event",),
            "签约、落地、开工、入库、竣工、投产或达效",
            "",
            16,
            required=True,
        ),
        Column("sector", "行业", "Sector", "text", ("sector",), "空着指全部行业", "empty: all sectors", 12),
        Column(
            "least",
            "总投资不低于（万元）",
            "Investment from (10,000 CNY)",
            "money",
            ("least",),
            "只计总投资达到此数的项目",
            "only projects of at least this total",
            shown=False,
        ),
        Column(
            "below",
            "总投资低于（万元）",
            "Investment below (10,000 CNY)",
            "money",
            ("below",),
            "只计总投资低于此数的项目",
            "only projects of less than this total",
            shown=False,
        ),
        Column(
            "target", "目标数", "Target", "count", ("target",), "须达到的项目数", "projects", required=True
        ),
        Column("reached", "已完成数", "Reached", "count", ("reached",), "已完成总数，含台账内的", "in all"),
        Column("date", "截止日期", "By", "date", ("date",), "", "", 14, required=True),
    ),
)
RESOURCES = Table(
    "共享资源",
    "Resources",
    "resources",
    (
        replace(IDENTIFIER, zh="资源编号", en="Resource id", zh_note="每种资源唯一", en_note="unique"),
        Column("name", "资源名称", "Resource", "text", ("name", "zh"), "如审批专班、施工队伍", "", 24),
        Column(
            "name_en", "资源英文名", "Resource (English)", "text", ("name", "en"), "", "", 24, shown=False
        ),
        Column("capacity", "总量", "Capacity", "count", ("capacity",), "可同时占用的数量", "", required=True),
        Column(
            "demand",
            "占用节点",
            "Held by",
            "demand",
            ("demand",),
            "节点:数量，用分号隔开，如F1:2; F2:1；不写数量算1",
            "node:units separated by semicolons, as F1:2; F2:1; 1 if left out",
            30,
        ),
        Column(
            "synthetic",
            "合成数据",
            "Synthetic",
            "yes_no",
            ("synthetic",),
            "不是实际数据的填“是”",
            "yes if not real",
        ),
    ),
    keyed="id",
)
NOTES = Table(
    "备注",
    "Notes",
    "notes",
    (
        Column("note", "备注", "Note (Chinese)", "text", ("zh",), "", "", 60),
        Column("note_en", "备注（英文）", "Note (English)", "text", ("en",), "", "", 60),
    ),
)
TABLES = (PROJECTS, *REGISTERS, QUOTAS, RESOURCES, NOTES)


def shown_columns(table: Table, used: Iterable[Column] = ()) -> list[Column]:
    """Columns to write: those of the template, and others that are `used`, each in its place."""
    wanted = {column.key: column for column in used}
    plain = [column for column in table.columns if column.shown or column.key in wanted]
    if table is PROJECTS:
        for node in SHOWN_DEADLINES:
            wanted |= {c.key: c for c in (DEADLINE.bind(node), HARD.bind(node))}
        wanted |= {c.key: c for c in map(SUPPLY.bind, SHOWN_SUPPLIES)}
    subjects = [*vocabulary.nodes().shown, *vocabulary.factors().shown]
    groups: dict[str, list[str]] = {}
    for family in table.families:
        groups.setdefault(family.path[0], []).append(family.key)
    bound = [
        wanted[key]
        for group in groups.values()
        for subject in subjects
        for name in group
        if (key := f"{name}:{subject}") in wanted
    ]
    return plain + bound
