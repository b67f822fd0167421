"""The calendar files that planners write themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scenarios.calendars import read_calendar
from scheduling.calendar import Calendar
from scheduling.errors import InputError

SHEET = """date,rate,note
week,100 100 100 100 100 100 0
first,2026-01-01
last,2026/12/31
provisional,2026-2026
zh,某项目部
en,"One site, six days"
source,项目部

2026-02-17,0,初一
2026-03-01..2026-03-03,40,"雨, 停"
"""


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "my-site.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sheet_as_editors_and_spreadsheets_save_it(tmp_path: Path, encoding: str, newline: str) -> None:
    sheet = read_calendar(written(tmp_path, SHEET.replace("\n", newline), encoding))
    march = {date(2026, 3, day): 40 for day in (1, 2, 3)}
    assert sheet.calendar == Calendar(
        "my-site",
        (100,) * 6 + (0,),
        {date(2026, 2, 17): 0} | march,
        date(2026, 1, 1),
        date(2026, 12, 31),
        frozenset({2026}),
    )
    assert (sheet.zh, sheet.en, sheet.source) == ("某项目部", "One site, six days", "项目部")
    assert sheet.notes[date(2026, 3, 2)] == "雨, 停"


def test_spreadsheets_may_pad_rows_and_drop_leading_zeros(tmp_path: Path) -> None:
    text = "date,rate,note,,\nname,其他,,,\nweek, 100 100 100 100 100 0 0 ,,,\n,,,,\n2026/2/7,50,,,\n"
    sheet = read_calendar(written(tmp_path, text))
    assert sheet.calendar == Calendar("其他", (100,) * 5 + (0, 0), {date(2026, 2, 7): 50})


HEAD = "date,rate,note\nweek,100 100 100 100 100 0 0\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"my-site.csv:1: the file is empty; the first row must be 'date,rate,note'"),
        ("day,rate\n", r"my-site.csv:1: the first row must be 'date,rate,note'"),
        (
            "date,rate,note\n2026-01-01,0\n",
            r"my-site.csv:1: the week is missing. Add a row such as 'week,100",
        ),
        ("date,rate,note\nweek,100 100\n", r"my-site.csv:2: week has 2 rates; give seven, Monday first"),
        (
            "date,rate,note\nweek,100 100 100 100 100 0 -1\n",
            r"my-site.csv:2: rate '-1' is not a whole number",
        ),
        (HEAD + "week,0 0 0 0 0 0 0\n", r"my-site.csv:3: 'week' was given in line 2. Keep one"),
        (HEAD + "2026-01-01,101\n", r"my-site.csv:3: rate '101' is not a whole number 0..100"),
        (HEAD + "2026-01-01,half\n", r"my-site.csv:3: rate 'half' is not a whole number"),
        (HEAD + "2026-01-01\n", r"my-site.csv:3: rate '' is not a whole number"),
        (
            HEAD + "2026-02-30,0\n",
            r"my-site.csv:3: '2026-02-30' is not a date such as 2026-02-17 or a setting",
        ),
        (HEAD + "holiday,0\n", r"my-site.csv:3: 'holiday' is not a date .* \(name, week, first, last"),
        (HEAD + "2026-01-01..soon,0\n", r"my-site.csv:3: 'soon' is not a date"),
        (HEAD + "2026-01-05..2026-01-01,0\n", r"my-site.csv:3: the range .* ends before it begins"),
        (HEAD + "\n2026-01-01..2026-01-03,0\n2026-01-03,50\n", r"csv:5: 2026-01-03 was given in line 4"),
        (HEAD + "2026-01-01,0,New Year, first day\n", r"my-site.csv:3: 4 columns instead of 3. Quote a note"),
        (
            HEAD + '2026-01-01,0,"open\n2026-01-02,0\n',
            r"my-site.csv:4: unexpected end of data. Check the quotes",
        ),
        (HEAD + "first,tomorrow\n", r"my-site.csv:3: 'tomorrow' is not a date such as 2026-02-17. Correct"),
        (
            HEAD + "first,2026-02-01\nlast,2026-01-01\n",
            r"csv:4: last 2026-01-01 lies before first 2026-02-01",
        ),
        (HEAD + "last,2026-01-31\n2026-02-01,0\n", r"my-site.csv:4: 2026-02-01 lies outside the dated range"),
        (HEAD + "provisional,2027\n", r"my-site.csv:3: provisional '2027' is not a range of years such as"),
        (HEAD + "provisional,2028-2027\n", r"my-site.csv:3: provisional '2028-2027' is not a range"),
    ],
)
def test_errors_name_file_and_line_and_the_remedy(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_calendar(written(tmp_path, text))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent.csv: cannot be read .*Correct the path"):
        read_calendar(tmp_path / "absent.csv")
    path = tmp_path / "binary.csv"
    path.write_bytes(b"\xff\xff\xff")
    with pytest.raises(InputError, match=r"binary.csv:1: .* neither UTF-8 nor GB 18030"):
        read_calendar(str(path))
