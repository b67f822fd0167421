"""One calendar as a CSV file that a planner can read and edit in a spreadsheet.

Three columns, ``date,rate,note``. First the settings, one a row, their value in the second column::

    date,rate,note
    name,my-site,                          (default: the name of the file)
    week,100 100 100 100 100 100 0,        Monday to Sunday, rates 0..100
    first,2026-01-01,                      dated range; outside it the calendar knows nothing
    last,2027-12-31,                       (both may be left out: the week then holds for ever)
    provisional,2027-2027,                 years extrapolated without an official notice
    zh / en / source,...,                  descriptions and where the figures come from

then the days that differ from the week, one day or one range a row, in any order, each day once::

    2026-02-17,0,初一
    2026-11-15..2027-03-15,40,冬期

Encoding UTF-8 (with or without a byte order mark) or GB 18030, dates with ``-`` or ``/``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from scheduling.calendar import Calendar
from scheduling.errors import InputError

HEADER = ("date", "rate", "note")
SETTINGS = ("name", "week", "first", "last", "provisional", "zh", "en", "source")

_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """A calendar with what a listing says about it.

    Attributes
    ----------
    calendar : Calendar
    zh, en : str
        One-line description.
    source : str
        Where its figures come from, and which of them are expert judgement.
    notes : mapping of date to str
        Why a day differs from its weekday.
    """

    calendar: Calendar
    zh: str = ""
    en: str = ""
    source: str = ""
    notes: dict[date, str] = field(default_factory=dict)


def read_calendar(path: str | Path) -> CalendarSheet:
    """Read a calendar file.

    Raises
    ------
    InputError
        If the file breaks the format; the message begins with file and line.
    """
    return _Reader(Path(path)).read()


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings: dict[str, tuple[int, str]] = {}
        self.days: dict[date, int] = {}
        self.notes: dict[date, str] = {}
        self.lines: dict[date, int] = {}

    def error(self, line: int, message: str) -> InputError:
        return InputError(f"{self.path}:{line}: {message}")

    def read(self) -> CalendarSheet:
        for line, row in self.rows():
            key, value, note = (*row, "", "")[:3]
            if key in SETTINGS:
                if key in self.settings:
                    raise self.error(line, f"'{key}' was given in line {self.settings[key][0]}. Keep one.")
                self.settings[key] = line, value
            else:
                self.add(line, key, value, note)
        return self.sheet()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows after the header with their line; empty rows and the empty cells at the end left out."""
        header = False
        for line, cells in self.table():
            row = [cell.strip() for cell in cells]
            while row and not row[-1]:
                row.pop()
            if not row:
                continue
            if not header:
                if tuple(row) != HEADER:
                    raise self.error(line, "the first row must be 'date,rate,note'. Add it.")
                header = True
            elif len(row) > len(HEADER):
                raise self.error(line, f"{len(row)} columns instead of 3. Quote a note with commas.")
            else:
                yield line, row
        if not header:
            raise self.error(1, "the file is empty; the first row must be 'date,rate,note'.")

    def table(self) -> list[tuple[int, list[str]]]:
        # Strict, because an open quote would otherwise swallow the rest of the file into one note.
        reader = csv.reader(io.StringIO(self.text(), newline=""), strict=True)
        try:
            return [(reader.line_num, cells) for cells in reader]
        except csv.Error as error:
            raise self.error(reader.line_num, f"{error}. Check the quotes.") from error

    def text(self) -> str:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror}). Correct the path.") from error
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise self.error(1, "the file is neither UTF-8 nor GB 18030 text. Save it as CSV UTF-8.")

    def add(self, line: int, key: str, value: str, note: str) -> None:
        begin, _, end = key.partition("..")
        first = self.day(line, begin, known_settings=True)
        last = self.day(line, end) if end else first
        if last < first:
            raise self.error(line, f"the range {key} ends before it begins. Swap the dates.")
        rate = self.rate(line, value)
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day in self.lines:
                raise self.error(line, f"{day} was given in line {self.lines[day]}. Keep one row a day.")
            self.days[day], self.notes[day], self.lines[day] = rate, note, line

    def day(self, line: int, text: str, *, known_settings: bool = False) -> date:
        match = _DATE.fullmatch(text.strip())
        try:
            if match:
                return date(*(int(part) for part in match.groups()))
        except ValueError:
            pass
        settings = f" or a setting ({', '.join(SETTINGS)})" if known_settings else ""
        raise self.error(line, f"'{text}' is not a date such as 2026-02-17{settings}. Correct it.")

    def rate(self, line: int, text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) > 100:
            raise self.error(line, f"rate '{text}' is not a whole number 0..100 (percent). Correct it.")
        return int(text)

    def sheet(self) -> CalendarSheet:
        calendar = Calendar(
            self.setting("name", self.path.stem),
            self.week(),
            self.days,
            self.optional_date("first"),
            self.optional_date("last"),
            self.provisional(),
        )
        self.check_range(calendar)
        zh, en, source = (self.setting(key) for key in ("zh", "en", "source"))
        return CalendarSheet(calendar, zh, en, source, self.notes)

    def setting(self, key: str, default: str = "") -> str:
        return self.settings[key][1] if key in self.settings else default

    def week(self) -> tuple[int, int, int, int, int, int, int]:
        if "week" not in self.settings:
            raise self.error(1, "the week is missing. Add a row such as 'week,100 100 100 100 100 0 0'.")
        line, value = self.settings["week"]
        rates = [self.rate(line, text) for text in value.split()]
        if len(rates) != 7:
            raise self.error(line, f"week has {len(rates)} rates; give seven, Monday first, spaces between.")
        monday, tuesday, wednesday, thursday, friday, saturday, sunday = rates
        return monday, tuesday, wednesday, thursday, friday, saturday, sunday

    def optional_date(self, key: str) -> date | None:
        return self.day(*self.settings[key]) if key in self.settings else None

    def provisional(self) -> frozenset[int]:
        if "provisional" not in self.settings:
            return frozenset()
        line, value = self.settings["provisional"]
        match = re.fullmatch(r"(\d{4})-(\d{4})", value)
        if not match or match[1] > match[2]:
            raise self.error(line, f"provisional '{value}' is not a range of years such as 2027-2035.")
        return frozenset(range(int(match[1]), int(match[2]) + 1))

    def check_range(self, calendar: Calendar) -> None:
        first, last = calendar.first, calendar.last
        if first and last and last < first:
            raise self.error(self.settings["last"][0], f"last {last} lies before first {first}. Swap them.")
        for day, line in self.lines.items():
            if (first and day < first) or (last and day > last):
                raise self.error(
                    line, f"{day} lies outside the dated range. Change 'first' or 'last', or drop the row."
                )
