"""Everything the ledger says to a planner, in Chinese and English: what is wrong and what mends it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from scenarios.translation import in_language

Lang: TypeAlias = Literal["zh", "en"]

MESSAGES: dict[str, tuple[str, str]] = {
    # -- the file ----------------------------------------------------------------------------------------
    "no_file": (
        "找不到这个文件；请核对路径和文件名",
        "there is no such file; check folder and name",
    ),
    "unreadable": (
        "文件打不开（{reason}）；请在Excel中关闭它，并核对访问权限",
        "the file cannot be opened ({reason}); close it in Excel and check who may read it",
    ),
    "extension": (
        "不认识扩展名“{suffix}”；台账请存为 .xlsx 或 .csv",
        "a ledger does not end in '{suffix}'; save it as .xlsx or .csv",
    ),
    "empty_file": (
        "文件是空的；请用 backplan template 生成模板后填写",
        "the file is empty; write a template with `backplan template` and fill it in",
    ),
    "old_excel": (
        "这是旧版Excel文件（.xls）；请在Excel中另存为“Excel 工作簿 (.xlsx)”",
        "this is an old Excel file (.xls); save it in Excel as 'Excel Workbook (.xlsx)'",
    ),
    "password": (
        "工作簿有打开密码；请在Excel中取消密码后另存",
        "the workbook is protected by a password; remove the password in Excel and save it again",
    ),
    "not_workbook": (
        "扩展名是 .xlsx，内容却不是Excel工作簿；请在Excel中打开后另存为 .xlsx，文本表请改名为 .csv",
        "the name ends in .xlsx but the content is no Excel workbook; open it in Excel and save it as .xlsx, "
        "or rename a text table to .csv",
    ),
    "other_workbook": (
        "这是另一种表格文件（.xlsb、.ods 或 Word 文档等）；请另存为“Excel 工作簿 (.xlsx)”",
        "this is another kind of document (.xlsb, .ods, Word, ...); save it as 'Excel Workbook (.xlsx)'",
    ),
    "workbook_as_csv": (
        "扩展名是 .csv，内容却是Excel工作簿；请把文件改名为 .xlsx",
        "the name ends in .csv but the content is an Excel workbook; rename the file to .xlsx",
    ),
    "damaged": (
        "工作簿已损坏（{reason}）；请在Excel中打开并修复，或从备份取回",
        "the workbook is damaged ({reason}); open and repair it in Excel, or fetch a backup",
    ),
    "too_big": (
        "工作簿展开后有{size} MB，上限{most} MB；请删除表格下方带格式的空行，或拆成几本台账",
        "the workbook unpacks to {size} MB, more than {most} MB; delete formatted empty rows below the "
        "tables, or split the ledger",
    ),
    "encoding": (
        "文字编码无法识别；请在Excel中另存为“CSV UTF-8（逗号分隔）”",
        "the text is neither UTF-8 nor GB18030; save it in Excel as 'CSV UTF-8 (comma delimited)'",
    ),
    "csv_broken": (
        "CSV从第{line}行起读不下去（{reason}）；请检查引号是否成对",
        "the CSV cannot be read from line {line} on ({reason}); check that quotation marks come in pairs",
    ),
    # -- sheets and headers -------------------------------------------------------------------------------
    "no_sheet": (
        "缺少工作表“{sheet}”（现有：{found}）；请把工作表改成这个名字，或用 backplan template 生成模板",
        "the sheet '{sheet}' is missing (found: {found}); rename it, or begin with `backplan template`",
    ),
    "two_sheets": (
        "工作表“{sheet}”有两张；请只留一张",
        "there are two sheets '{sheet}'; keep one of them",
    ),
    "hidden_sheet": (
        "工作表被隐藏；请取消隐藏并核对内容，不用就删除",
        "the sheet is hidden; unhide and check it, or delete it",
    ),
    "too_large": (
        "工作表有{rows}行、{columns}列，上限{most_rows}行、{most_columns}列；"
        "请删除多余的空行空列，或拆成几本台账",
        "the sheet has {rows} rows and {columns} columns, more than {most_rows} and {most_columns}; delete "
        "surplus empty rows and columns, or split the ledger",
    ),
    "no_header": (
        "前{rows}行里找不到表头；表头应含“{headers}”等列，可从模板复制第一行",
        "no header in the first {rows} rows; it names columns as '{headers}': copy row 1 of the template",
    ),
    "missing_column": (
        "缺少必填列“{header}”；请补上这一列",
        "the required column '{header}' is missing; add it",
    ),
    "unknown_column": (
        "不认识的列“{text}”；最接近的是“{nearest}”。请改正表头，不用的列请删除",
        "unknown column '{text}'; the nearest is '{nearest}'. Correct the header, or delete the column",
    ),
    "ambiguous_column": (
        "表头“{text}”同时指两列；请只留一个列名",
        "the header '{text}' names two columns; keep one name",
    ),
    "duplicate_column": (
        "这一列与 {first} 重复；请合并后删去一列",
        "the same column stands in {first}; merge the two and delete one",
    ),
    "cell_without_header": (
        "这一格有内容“{text}”，本列却没有表头；请补表头或清空",
        "this cell holds '{text}' but its column has no header; name the column or clear it",
    ),
    "merged": (
        "{cells} 是合并单元格；请取消合并，并逐格填写",
        "{cells} are merged; unmerge them and fill in each cell",
    ),
    "no_rows": (
        "没有一行项目；请至少填写一行（编号以“示例”开头的行不读）",
        "no project row; fill in at least one (rows whose id begins with 示例 or EXAMPLE are not read)",
    ),
    "total_row": (
        "“{text}”是汇总行，不是项目；请删除本行",
        "'{text}' is a total, not a project; delete this row",
    ),
    # -- settings -----------------------------------------------------------------------------------------
    "missing_setting": (
        "缺少设置“{header}”；请在“设置 Settings”表中填写（CSV在表头之前加一行：# {key},值）",
        "the setting '{header}' is missing; fill it in on the sheet '设置 Settings' (in CSV: a row "
        "'# {key},value' above the header)",
    ),
    "unknown_setting": (
        "不认识的设置“{text}”；最接近的是“{nearest}”。请改正或删除本行",
        "unknown setting '{text}'; the nearest is '{nearest}'. Correct it, or delete the row",
    ),
    "duplicate_setting": (
        "这项设置与 {first} 重复；请只留一行",
        "the same setting stands in {first}; keep one of them",
    ),
    # -- values -------------------------------------------------------------------------------------------
    "missing": ("必填，却空着；请填写", "this cell is required but empty; fill it in"),
    "formula": (
        "公式没有计算结果；请先在Excel中打开并保存一次，或粘贴为数值",
        "the formula has no stored result; open and save the workbook in Excel first, or paste the value",
    ),
    "error_value": (
        "公式出错（{text}）；请改正公式，或直接填数值",
        "the formula failed ({text}); correct it, or write the value",
    ),
    "text_is_date": (
        "这里应填文字，Excel却存成了日期{text}；请把单元格格式设为“文本”后重填",
        "a text belongs here but Excel stored the date {text}; format the cell as Text and write it again",
    ),
    "id_slash": ("编号“{text}”含有“/”；请换成“-”", "the id '{text}' contains '/'; write '-' instead"),
    "id_break": (
        "编号“{text}”含有换行或制表符；请写成一行",
        "the id '{text}' contains a line break or a tab; write it on one line",
    ),
    "duplicate_id": (
        "编号“{text}”与 {first} 重复；每行的编号须唯一",
        "the id '{text}' stands in {first} too; give each row its own id",
    ),
    "similar_id": (
        "编号“{text}”与 {first} 的“{other}”只差全角半角、大小写或空格；请统一或另编",
        "the id '{text}' differs from '{other}' in {first} only by width, case or spaces; make them clearly "
        "different",
    ),
    "duplicate_month": (
        "月份“{text}”与 {first} 重复；同一项目每月只写一行",
        "the month '{text}' of this project stands in {first} too; give it one row",
    ),
    "unknown_project": (
        "“项目”表中没有编号“{text}”；最接近的是“{nearest}”",
        "no project '{text}' on the sheet of projects; the nearest is '{nearest}'",
    ),
    "not_month": (
        "“{text}”不是月份；请写成2026-03",
        "'{text}' is not a month; write it as 2026-03",
    ),
    "not_date": (
        "“{text}”不是日期；请写成2026-12-31，不知道就留空",
        "'{text}' is not a date; write it as 2026-12-31, or leave the cell empty",
    ),
    "no_day": (
        "“{text}”没有写到日；请写成具体日期，如2026-12-31",
        "'{text}' names no day; write the full date, as 2026-12-31",
    ),
    "day_order": (
        "“{text}”分不清年月日的次序；请写成2026-12-31",
        "the order of year, month and day in '{text}' is not clear; write it as 2026-12-31",
    ),
    "no_such_day": (
        "“{text}”这一天不存在；请核对月份和日子",
        "there is no such day as '{text}'; check month and day",
    ),
    "date_with_time": (
        "“{text}”带有时刻；这里只填日期，如{day}",
        "'{text}' has a time of day; write only the date, as {day}",
    ),
    "date_is_number": (
        "这是数字{text}，不是日期；若指{day}，请把单元格格式设为“日期”，若是别的数请挪到对应的列",
        "this is the number {text}, not a date; if {day} is meant, format the cell as a date, else move the "
        "number to its column",
    ),
    "not_number": (
        "“{text}”不是数；请只填数字，不知道就留空",
        "'{text}' is not a number; write digits only, or leave the cell empty",
    ),
    "not_money": (
        "“{text}”不是金额；请填以万元为单位的数，如12000（1.2亿元），不知道就留空",
        "'{text}' is not an amount; write a number in 10,000 CNY (万元), as 12000 for 120 million, or leave "
        "the cell empty",
    ),
    "negative": ("{text}是负数；请填不小于0的数", "{text} is negative; write 0 or more"),
    "not_whole": ("{text}不是整数；请填整数", "{text} is not a whole number; write a whole number"),
    "too_small": ("{text}太小；请填不小于{least}的整数", "{text} is too small; write {least} or more"),
    "not_share": (
        "{text}不在0和1之间；请写成0.8或80%",
        "{text} does not lie between 0 and 1; write 0.8 or 80%",
    ),
    "unknown_choice": (
        "“{text}”不在可选值之内；可填：{nearest}",
        "'{text}' is none of the choices; write one of: {nearest}",
    ),
    "unknown_template": (
        "没有模板“{text}”；可填：{nearest}",
        "no template '{text}'; write one of: {nearest}",
    ),
    "unknown_option": (
        "没有选项“{text}”；可填：{nearest}，几项之间用分号隔开",
        "no option '{text}'; write one or more of: {nearest}, separated by semicolons",
    ),
    "unknown_node": (
        "没有节点“{text}”；最接近的是“{nearest}”，全部节点见“选项 Lists”表",
        "no node '{text}'; the nearest is '{nearest}'. All nodes stand on the sheet '选项 Lists'",
    ),
    "not_demand": (
        "“{text}”不是“节点:数量”；请写成 F1:2; F2:1",
        "'{text}' is not 'node:units'; write it as F1:2; F2:1",
    ),
    # -- what does not go together ------------------------------------------------------------------------
    "option_template": (
        "选项“{option}”不适用于模板“{template}”；请去掉它，或改用 {fitting}",
        "option '{option}' does not apply to template '{template}'; leave it out, or use {fitting}",
    ),
    "option_conflict": (
        "选项“{option}”与“{other}”互相矛盾；请只留一个",
        "options '{option}' and '{other}' contradict each other; keep one of them",
    ),
    "node_elsewhere": (
        "节点“{node}”不在本项目的节点网络中（模板“{template}”，选项：{options}）；请换节点，或改模板、选项",
        "node '{node}' is not part of this project (template '{template}', options: {options}); choose "
        "another node, or change template or options",
    ),
    "no_since": (
        "填了当前节点，却没有起始日期；请填该节点何时开始，尚未动手的项目两格都留空",
        "there is a current node but no date since when; write when it began, or leave both empty if nothing "
        "has begun",
    ),
    "since_ahead": (
        "{day}晚于数据日期{data_date}；请核对这个日期，或把“设置 Settings”表的数据日期改晚",
        "{day} lies after the data date {data_date}; correct it, or move the data date under Settings",
    ),
    "actual_ahead": (
        "实际日期{day}不早于数据日期{data_date}；请核对，或把“设置 Settings”表的数据日期改晚",
        "the actual date {day} is not before the data date {data_date}; correct it, or move the data date "
        "under Settings",
    ),
    "no_current": (
        "填了起始日期，却没有当前节点；请填项目走到哪个节点",
        "there is a date but no current node; write the node at which the project stands",
    ),
    "no_total": (
        "填了年度计划、已完成投资、已落实资金或按月投资，却没有总投资；请填总投资（万元）",
        "there is a yearly plan, completed investment, secured funds or monthly investment but no total; "
        "write the total in 10,000 CNY (万元)",
    ),
    "months_exceed": (
        "按月投资合计{months}，多于已完成投资{completed}；已完成投资须含各月，请核对",
        "the months add up to {months}, more than the {completed} completed, which includes them; correct "
        "one of them",
    ),
    "before_raised": (
        "{day}早于“{raised_header}”{raised}；请改正其中一个",
        "{day} lies before '{raised_header}' {raised}; correct one of them",
    ),
    "open_hold": (
        "停工点未解除，须有预计解除日期；请填写，已解除的请填解除日期",
        "the hold is open, so it needs the day on which it should be cleared; write it, or the day it was "
        "cleared",
    ),
    "hold_overdue": (
        "停工点未解除，预计解除日期{day}却早于数据日期{data_date}；请填解除日期，或改预计日期",
        "the hold is open but {day} lies before the data date {data_date}; write the day it was cleared, or "
        "a later expected day",
    ),
    "no_deadline": (
        "填了“{header}”，却没有期限日期；请在“{date_header}”填日期，或清空本格",
        "'{header}' is filled in but there is no date; write one under '{date_header}', or clear this cell",
    ),
    "remaining_alone": (
        "填了剩余天数，却没有当前节点；请填当前节点和起始日期",
        "there is remaining work but no current node; write the current node and since when",
    ),
    "progress_alone": (
        "只填了剩余工作，没有实际开始日期；请填“{date_header}”",
        "there is remaining work but no actual start; write one under '{date_header}'",
    ),
    # -- writing ------------------------------------------------------------------------------------------
    "cannot_hold": (
        "{path}：台账放不下这一项（{value}）；请改用YAML情景文件，或先去掉它",
        "{path}: a ledger cannot hold this ({value}); keep the scenario in YAML, or take it out first",
    ),
    "cannot_hold_cell": (
        "{path}：台账的这一格读不回来：{reason}",
        "{path}: a ledger cannot hold this: {reason}",
    ),
    "cannot_write": (
        "无法写入 {path}（{reason}）；请在Excel中关闭该文件，并核对文件夹是否存在、可否写入",
        "cannot write {path} ({reason}); close the file in Excel and check that the folder exists and may be "
        "written to",
    ),
}


def say(lang: Lang, key: str, /, **fields: object) -> str:
    """A message in a language; a `reason` that others gave is translated where it is known.

    Examples
    --------
    >>> say("en", "negative", text="-5")
    '-5 is negative; write 0 or more'
    """
    zh, en = MESSAGES[key]
    if "reason" in fields:
        fields["reason"] = in_language(str(fields["reason"]), lang)
    return (en if lang == "en" else zh).format(**fields)


class FaultError(Exception):
    """A fault in one cell or file, before its place is known; readers turn it into a problem."""

    def __init__(self, key: str, /, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields
