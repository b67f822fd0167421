"""The registers: sheets whose rows belong to projects, found by the project's id."""

from __future__ import annotations

from scenarios.ledger.columns import Column, Table

PROJECT = Column(
    "project",
    "项目编号",
    "Project id",
    "id",
    ("project",),
    "与“项目”表中的编号一致",
    "as on the sheet of projects",
    12,
    required=True,
)
_NOTE = Column("note", "说明", "Note", "text", ("note", "zh"), "佐证、核查的内容", "what it shows", 36)
_NOTE_EN = Column("note_en", "说明（英文）", "Note (English)", "text", ("note", "en"), width=36, shown=False)
_EVENT = Column(
    "event",
    "事项",
    "Event",
    "event",
    ("event",),
    "签约、落地、开工、入库、竣工、投产或达效",
    "signing, landing, start, registration, completion, production or full effect",
    16,
    required=True,
)


def _key(zh: str, en: str) -> Column:
    """The id of a row, by which the next status finds it again."""
    return Column(
        "id",
        zh,
        en,
        "id",
        ("id",),
        "在本项目内唯一，以后各期沿用同一编号",
        "unique in the project; later statuses keep it",
        12,
        required=True,
    )


def _date(zh_note: str, en_note: str) -> Column:
    return Column("date", "日期", "Date", "date", ("date",), zh_note, en_note, required=True)


PROBLEMS = Table(
    "问题清单",
    "Problems",
    "problems",
    (
        PROJECT,
        _key("问题编号", "Problem id"),
        Column(
            "what",
            "问题",
            "Problem",
            "text",
            ("what", "zh"),
            "一句话写明",
            "in a sentence",
            36,
            required=True,
        ),
        Column("what_en", "问题（英文）", "Problem (English)", "text", ("what", "en"), width=36, shown=False),
        Column(
            "cause",
            "原因类别",
            "Class of cause",
            "cause",
            ("cause",),
            "按类别定责任单位、流程、时限（分类施策）",
            "who, how and by when go by it",
            20,
            required=True,
        ),
        Column(
            "node",
            "影响节点",
            "Node held up",
            "node",
            ("node",),
            "空着按类别取第一个未完成的节点",
            "empty: the first open node that its class concerns",
            26,
        ),
        Column(
            "raised",
            "提出日期",
            "Raised",
            "date",
            ("raised",),
            "早于数据日期",
            "before the data date",
            required=True,
        ),
        Column(
            "due",
            "完成时限",
            "Due",
            "date",
            ("due",),
            "空着按类别的默认天数",
            "empty: by the days of its class",
        ),
        Column(
            "closed",
            "销号日期",
            "Closed",
            "date",
            ("closed",),
            "已解决的填；未解决的空着",
            "the day it was solved; empty while open",
        ),
        Column(
            "responsible_unit",
            "责任单位",
            "Responsible unit",
            "text",
            ("responsible_unit",),
            "空着按类别",
            "empty: the department of its class",
            18,
        ),
        Column(
            "lead_unit",
            "牵头单位",
            "Lead unit",
            "text",
            ("lead_unit",),
            "空着同项目的牵头单位",
            "empty: that of the project",
            18,
        ),
        Column(
            "procedure",
            "办理流程",
            "Procedure",
            "text",
            ("procedure", "zh"),
            "空着按类别",
            "empty: that of its class",
            30,
        ),
        Column(
            "procedure_en",
            "办理流程（英文）",
            "Procedure (English)",
            "text",
            ("procedure", "en"),
            width=30,
            shown=False,
        ),
        Column(
            "excused",
            "免责理由",
            "Excused",
            "text",
            ("excused", "zh"),
            "客观因素、不可抗力；没有就空着",
            "why the project cannot be blamed; empty if it can",
            24,
        ),
        Column(
            "excused_en",
            "免责理由（英文）",
            "Excused (English)",
            "text",
            ("excused", "en"),
            width=24,
            shown=False,
        ),
    ),
    keyed="id",
    within=("problems",),
)
EVIDENCE = Table(
    "开工佐证",
    "Evidence",
    "evidence",
    (
        PROJECT,
        Column(
            "kind",
            "佐证",
            "Evidence",
            "proof",
            ("kind",),
            "永久性工程打桩、控制性工程动工才算实质性开工；入库须备案文件、施工合同、现场照片",
            "permanent piling or controlling works make a start substantive; registration asks for filing "
            "document, contract and photo",
            32,
            required=True,
        ),
        _date("佐证所载日期，早于数据日期", "of the evidence, before the data date"),
        _NOTE,
        _NOTE_EN,
    ),
    within=("evidence",),
)
CLAIMS = Table(
    "上报事项",
    "Claims",
    "claims",
    (PROJECT, _EVENT, _date("上报称发生的日期，早于数据日期", "said to have happened, before the data date")),
    within=("claims",),
)
CHECKS = Table(
    "实地核查",
    "Site checks",
    "checks",
    (
        PROJECT,
        _EVENT,
        _date("核查日期，早于数据日期", "of the visit, before the data date"),
        Column(
            "confirmed",
            "是否属实",
            "Confirmed",
            "yes_no",
            ("confirmed",),
            "核查认定事项确已发生的填“是”",
            "yes if the event was found to have happened",
            10,
            required=True,
        ),
        _NOTE,
        _NOTE_EN,
    ),
    within=("checks",),
)
HOLDS = Table(
    "停工点",
    "Holds",
    "holds",
    (
        PROJECT,
        _key("停工点编号", "Hold id"),
        Column(
            "aspect",
            "方面",
            "Aspect",
            "aspect",
            ("aspect",),
            "质量、安全、生态环保或廉政",
            "quality, safety, environment or integrity",
            16,
            required=True,
        ),
        Column(
            "blocks",
            "不得开始的节点",
            "Blocks",
            "nodes",
            ("blocks",),
            "解除之前不得开始的节点，用分号隔开",
            "nodes that may not start before it is cleared, separated by semicolons",
            30,
            required=True,
        ),
        Column(
            "raised",
            "设置日期",
            "Raised",
            "date",
            ("raised",),
            "早于数据日期",
            "before the data date",
            required=True,
        ),
        Column(
            "expected",
            "预计解除日期",
            "Expected",
            "date",
            ("expected",),
            "未解除的必填",
            "required as long as it is not cleared",
        ),
        Column(
            "cleared", "解除日期", "Cleared", "date", ("cleared",), "已解除的填", "the day it was cleared"
        ),
        Column("name", "事由", "What is wrong", "text", ("name", "zh"), "一句话写明", "in a sentence", 30),
        Column(
            "name_en",
            "事由（英文）",
            "What is wrong (English)",
            "text",
            ("name", "en"),
            width=30,
            shown=False,
        ),
    ),
    keyed="id",
    within=("holds",),
)
MONTHS = Table(
    "按月投资",
    "Monthly investment",
    "months",
    (
        PROJECT,
        Column("month", "月份", "Month", "month", ("month",), "写成2026-03", "as 2026-03", required=True),
        Column(
            "amount",
            "完成投资（万元）",
            "Completed (10,000 CNY)",
            "money",
            ("amount",),
            "当月完成额；各月都含在“项目”表的已完成投资内",
            "in that month; part of what is completed on the sheet of projects",
            16,
            required=True,
        ),
    ),
    keyed="month",
    within=("investment", "months"),
)
REGISTERS = (PROBLEMS, EVIDENCE, CLAIMS, CHECKS, HOLDS, MONTHS)
