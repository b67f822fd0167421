"""A text of whole numbers, read line by line; what is wrong is told by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from scenarios.fields import MOST_SLOTS
from scenarios.problems import Problem, ScenarioError

MOST_BYTES = 50_000_000
MOST_RELEASE = 100_000
"""Scenario files keep the starts of projects as dates, of which there are about so many."""
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECORATION = re.compile(r"[*\-]{4,}")


class Lines:
    """The lines of a file that say something: neither blank nor a row of stars or dashes.

    Parameters
    ----------
    name : str
        File name, for messages.
    text : str

    Examples
    --------
    >>> lines = Lines("x.sm", "jobs : 3\\n\\n1 2 x\\n")
    >>> lines.labelled("jobs")
    3
    >>> lines.numbers("a row", 3)
    Traceback (most recent call last):
    ...
    scenarios.problems.ScenarioError: x.sm:3: (file): a row: 'x' is not a whole number; correct it
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        rows = enumerate(text.split("\n"), 1)
        self.rows = [(k, row.split()) for k, row in rows if row.strip() and not _DECORATION.match(row)]
        self.at = 0

    def refuse(self, message: str) -> NoReturn:
        """Raise a :class:`ScenarioError` at the line read last."""
        line = self.rows[min(self.at, len(self.rows)) - 1][0] if self.rows else 1
        raise ScenarioError([Problem((), message)], lambda _: f"{self.name}:{line}")

    def row(self, what: str) -> list[str]:
        """The words of the next line."""
        self.at += 1
        if self.at > len(self.rows):
            self.refuse(f"the file ends before {what}; fetch it again whole")
        return self.rows[self.at - 1][1]

    def seek(self, heading: str) -> None:
        """Go on to just after the line that begins with `heading`."""
        while not " ".join(self.row(f"'{heading}'")).startswith(heading):
            pass

    def labelled(self, label: str) -> int:
        """The number after the colon of the next line that begins with `label`."""
        self.seek(label)
        words = " ".join(self.rows[self.at - 1][1]).partition(":")[2].split()
        return self.whole(words[0] if words else "", label)

    def words(self, what: str, least: int) -> list[str]:
        """The words of the next line, at least so many."""
        found = self.row(what)
        if len(found) < least:
            self.refuse(f"{what}: {len(found)} values where at least {least} belong; complete the line")
        return found

    def numbers(self, what: str, count: int) -> list[int]:
        """The next line: `count` whole numbers of at least 0."""
        found = self.row(what)
        if len(found) != count:
            self.refuse(f"{what}: {len(found)} values where {count} belong; correct the line")
        return [self.whole(word, what) for word in found]

    def whole(self, word: str, what: str, least: int = 0) -> int:
        """A word as a whole number from `least` to :data:`~scenarios.fields.MOST_SLOTS`."""
        if not _WHOLE.fullmatch(word):
            self.refuse(f"{what}: '{word[:40]}' is not a whole number; correct it")
        value = int(word)
        if not least <= value <= MOST_SLOTS:
            self.refuse(f"{what}: {value} does not lie within {least} to {MOST_SLOTS}; correct it")
        return value

    def listed(self, words: Sequence[str], what: str) -> Sequence[str]:
        """What follows a count: as many words as it says."""
        count = self.whole(words[0], f"number of {what}")
        if count != len(words) - 1:
            self.refuse(f"{what}: {len(words) - 1} of them where the line says {count}; correct the line")
        return words[1:]

    def expect(self, word: str, number: int, what: str) -> None:
        """The number that the next job of the list bears."""
        if self.whole(word, what) != number:
            self.refuse(f"{what} belongs here; list the jobs in order, or correct the number of jobs")

    def successor(self, word: str, job: int, first: int, last: int) -> int:
        """The number of another job."""
        found = self.whole(word, f"a successor of job {job}")
        if found == job or not first <= found <= last:
            self.refuse(f"job {job} has the successor {found}; name another job, {first} to {last}")
        return found

    def release(self, value: int) -> int:
        """The release date of a project, counted from 0."""
        if value > MOST_RELEASE:
            self.refuse(f"release date {value} lies beyond {MOST_RELEASE}; count from the first one")
        return value

    def end(self) -> None:
        """Nothing may be left."""
        if self.at < len(self.rows):
            self.at += 1
            self.refuse("more lines than the counts at the top of the file allow; correct the counts")


def read_lines(path: Path) -> Lines:
    """The lines of a file: UTF-8 or, failing that, Latin-1.

    Raises
    ------
    ScenarioError
        If it cannot be read or is too large.
    """
    name = path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            Lines(name, "").refuse(f"larger than {MOST_BYTES // 1_000_000} MB; split the file")
        raw = path.read_bytes()
    except OSError as error:
        Lines(name, "").refuse(f"cannot be read: {error.strerror}; check the path")
    try:
        return Lines(name, raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Lines(name, raw.decode("latin-1"))
