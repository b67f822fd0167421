"""Links between activities: one by one, and as columns.

A large network has many links that say the same. Positions in columns and a few patterns keep its memory
small; hundreds of thousands of small objects would also wake the garbage collector again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from scheduling.tables import CONTINUOUS, Ints, Table

Flags: TypeAlias = npt.NDArray[np.bool_]


class Extension(NamedTuple):
    """A maximum lag that may be prolonged: so many `times` at most, by `slots` each, at a price each time."""

    slots: Any
    times: int
    cost: int | float = 0


class Link(NamedTuple):
    """One bound between two events: ``event(succ) >= A(event(pred), lag)``, or ``<=`` for a maximum lag.

    The lag of an extendable maximum lag is the widest, all extensions used.
    """

    pred: int
    succ: int
    from_finish: bool
    to_finish: bool
    lag: Any
    table: Table
    maximum: bool = False
    extension: Extension | None = None

    @property
    def type(self) -> str:
        """FS, SS, FF or SF."""
        return ("F" if self.from_finish else "S") + ("F" if self.to_finish else "S")

    @property
    def plain(self) -> bool:
        """Whether it just says: not before the predecessor has finished."""
        return self.from_finish and not (self.to_finish or self.lag or self.maximum)

    @property
    def counted(self) -> bool:
        """Whether a calendar counts its lag."""
        return bool(self.lag) and self.table is not CONTINUOUS


Said: TypeAlias = tuple[bool, bool, Any, Link]
"""What a link says: from a finish, to a finish, lag, and all of it, with ends that mean nothing."""


class Beside(NamedTuple):
    """The minimum links of each activity ``i``: items ``first[i]`` to ``first[i + 1]`` of two columns.

    Attributes
    ----------
    first : list of int
    other : list of int
        The activity at the other end.
    said : list of tuple
        What the link says.
    """

    first: list[int]
    other: list[int]
    said: list[Said]

    def of(self, i: int) -> Iterable[tuple[int, Said]]:
        """The links of one activity: the other end, and what each says."""
        here = slice(self.first[i], self.first[i + 1])
        return zip(self.other[here], self.said[here], strict=True)


class Links(Sequence[Link]):
    """Links as columns; each `Link` is made only when somebody asks for one.

    Parameters
    ----------
    pred, succ : array of int
    code : array of int
        What each link says, as a position in `patterns`.
    patterns : sequence of Link
        Whose ends mean nothing.

    Examples
    --------
    >>> from scheduling.tables import CONTINUOUS
    >>> links = Links.of([Link(0, 1, True, False, 0, CONTINUOUS), Link(0, 2, True, False, 0, CONTINUOUS)])
    >>> len(links.patterns), links[1].succ, links.beside(3, of_succ=False).other
    (1, 2, [1, 2])
    """

    def __init__(self, pred: Ints, succ: Ints, code: Ints, patterns: Sequence[Link]) -> None:
        self.pred, self.succ, self.code, self.patterns = pred, succ, code, patterns

    @classmethod
    def of(cls, links: Iterable[Link]) -> Links:
        """Columns of any links."""
        if isinstance(links, Links):
            return links
        codes: dict[tuple[Any, ...], int] = {}
        rows = [(link.pred, link.succ, codes.setdefault(link[2:], len(codes))) for link in links]
        pred, succ, code = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return cls(pred, succ, code, [Link(-1, -1, *said) for said in codes])

    @cached_property
    def _made(self) -> tuple[Link, ...]:
        said = [pattern[2:] for pattern in self.patterns]
        columns = (self.pred.tolist(), self.succ.tolist(), self.code.tolist())
        return tuple(Link(i, j, *said[code]) for i, j, code in zip(*columns, strict=True))

    def __repr__(self) -> str:
        return f"Links.of({list(self)})"

    def __len__(self) -> int:
        return len(self.code)

    def __iter__(self) -> Iterator[Link]:
        return iter(self._made)

    @overload
    def __getitem__(self, at: int) -> Link: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Link]: ...
    def __getitem__(self, at: int | slice) -> Link | Sequence[Link]:
        return self._made[at]

    def kept(self, mask: Flags) -> Links:
        """The links that a mask keeps, in the same order."""
        return self if mask.all() else Links(self.pred[mask], self.succ[mask], self.code[mask], self.patterns)

    def saying(self, wanted: Callable[[Link], bool]) -> Flags:
        """Which links have a pattern that is wanted."""
        return np.array([wanted(link) for link in self.patterns], dtype=np.bool_)[self.code]

    def in_order(self) -> Links:
        """The same links by predecessor, successor and what they say, however they came in."""
        ranked = sorted(range(len(self.patterns)), key=lambda k: _rank(self.patterns[k]))
        code = np.argsort(np.array(ranked, dtype=np.int64))[self.code]
        width = self.succ.max(initial=0) + 1
        order = np.argsort((self.pred * width + self.succ) * len(ranked) + code)
        patterns = [self.patterns[k] for k in ranked]
        return Links(self.pred[order], self.succ[order], code[order], patterns)

    def beside(self, count: int, *, of_succ: bool) -> Beside:
        """The links into (`of_succ`) or out of each of `count` activities, in the same order."""
        here, other = (self.succ, self.pred) if of_succ else (self.pred, self.succ)
        order = np.argsort(here, kind="stable")
        return Beside(first_of(here, count), other[order].tolist(), self.said(order))

    def said(self, order: Ints) -> list[Said]:
        """What the links say, in some order."""
        said = [(*link[2:5], link) for link in self.patterns]
        return [said[k] for k in self.code[order].tolist()]


def first_of(here: Ints, count: int) -> list[int]:
    """Where the items of each of `count` activities begin, and the last ones end, when sorted by activity."""
    first: list[int] = np.concatenate([[0], np.cumsum(np.bincount(here, minlength=count))]).tolist()
    return first


def _rank(link: Link) -> tuple[Any, ...]:
    return link.from_finish, link.to_finish, link.maximum, link.lag, link.table.name, str(link.extension)
