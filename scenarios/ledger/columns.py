"""A column of a sheet, and how a header cell names it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from scenarios.ledger import vocabulary
from scenarios.ledger.messages import FaultError, Lang
from scenarios.ledger.vocabulary import normal

SUBJECT = "*"


@dataclass(frozen=True, slots=True)
class Column:
    """One column, or a row of the settings.

    Attributes
    ----------
    key, zh, en : str
        The header is the Chinese name above the English one; the reader takes either, or the key.
    kind : str
        Kind of value, one of ``values.PARSERS``.
    path : tuple of str
        Where the value stands in the mapping that the YAML would give; ``*`` is the subject of a family.
    zh_note, en_note : str
        For the guide.
    width : int
        In characters.
    required, shown : bool
        Columns that are not `shown` are read wherever they stand, and written only if something needs them.
    subject : str or None
        In a family (a column for each node or factor): ``node`` or ``factor``; once bound, its id.
    """

    key: str
    zh: str
    en: str
    kind: str
    path: tuple[str, ...]
    zh_note: str = ""
    en_note: str = ""
    width: int = 14
    required: bool = False
    shown: bool = True
    subject: str | None = None

    def header(self, between: str = "\n") -> str:
        """Text of the header cell."""
        return f"{self.zh}{' *' if self.required else ''}{between}{self.en}"

    def title(self, lang: Lang) -> str:
        """Name in one language, for messages."""
        return self.en if lang == "en" else self.zh

    def note(self, lang: Lang) -> str:
        """Explanation in one language."""
        return self.en_note if lang == "en" else self.zh_note

    def bind(self, subject: str) -> Column:
        """The column of a family for one node or factor."""
        names = vocabulary.nodes() if self.subject == "node" else vocabulary.factors()
        zh, en = names.shown[subject], subject
        return replace(
            self,
            key=f"{self.key}:{subject}",
            zh=f"{self.zh}:{zh if self.subject == 'node' else zh.split(' ', 1)[1]}",
            en=f"{self.en}: {en}",
            path=tuple(subject if step == SUBJECT else step for step in self.path),
            subject=subject,
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with a header row and one record a row, at `base` of the scenario.

    Attributes
    ----------
    keyed : str
        Column by whose value records stand in a mapping; empty: they stand in a list.
    within : tuple of str
        Registers only: where the records stand in the project that each row names.
    """

    zh: str
    en: str
    base: str
    columns: tuple[Column, ...]
    families: tuple[Column, ...] = ()
    keyed: str = ""
    within: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name of the sheet."""
        return f"{self.zh} {self.en}"

    def named(self, title: str) -> bool:
        """Whether a sheet of that name is this table."""
        return normal(title) in {normal(self.zh), normal(self.en), normal(self.title)}


class Headers:
    """Finds the column that a header cell names."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._plain: dict[str, Column] = {}
        for column in table.columns:
            for name in (column.key, column.zh, column.en):
                self._plain.setdefault(normal(name), column)
                self._plain.setdefault(normal(name).split("(")[0], column)
        self._families = {
            normal(name): family for family in table.families for name in (family.key, family.zh, family.en)
        }

    def find(self, text: str) -> Column | None:
        """The column, or None. A header may hold several names of one column, a line each.

        Raises
        ------
        FaultError
            When its lines name two columns.
        """
        found = {column.key: column for line in _lines(text) if (column := self._named(line))}
        if len(found) > 1:
            raise FaultError("ambiguous_column", text=" / ".join(_lines(text)))
        return next(iter(found.values()), None)

    def _named(self, text: str) -> Column | None:
        plain = normal(text)
        head, _, subject = plain.partition(":")
        family = self._families.get(head)
        if family is None or not subject:
            return self._plain.get(plain)
        names = vocabulary.nodes() if family.subject == "node" else vocabulary.factors()
        found = names.find(subject)
        return family.bind(found) if found else None

    def nearest(self, text: str) -> str:
        """The header closest to an unknown one."""
        head, _, subject = _lines(text)[0].replace("：", ":").partition(":")
        family = self._families.get(normal(head))
        if family is not None:
            names = vocabulary.nodes() if family.subject == "node" else vocabulary.factors()
            return f"{family.zh}:{names.nearest(subject)}"
        known = (*self.table.columns, *self.table.families)
        shown = {column.key: f"{column.zh} {column.en}" for column in known}
        words = {column.key: (column.zh, column.en) for column in known}
        return vocabulary.vocabulary(words, shown).nearest(_lines(text)[0])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("|", "\n").splitlines() if line.strip()]


@cache
def headers(table: Table) -> Headers:
    """The headers of a table."""
    return Headers(table)
