"""Exact counts of the dates of every activity: memory that does not grow with the number of replications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduling.calendar import Ints
from scheduling.errors import InputError
from simulation.statistics import UNFINISHED, Slots

_CELLS = 1 << 20
"""Dates counted at a time, so that what is needed meanwhile stays small."""


@dataclass(frozen=True, slots=True)
class Histograms:
    """How many replications have each boundary, one histogram an activity.

    Blocks of replications may be counted apart and merged in any order: the numbers are the same.

    Attributes
    ----------
    low : array of int, shape (activities,)
        Least boundary met; 0 where a replication never reaches one.
    first : array of int, shape (activities + 1,)
        Where the counts of each activity begin: of `low`, of the boundary after it, up to the greatest met.
    counts : array of int
    never : array of int, shape (activities,)
        Replications without a boundary (:data:`~simulation.statistics.UNFINISHED`).

    Examples
    --------
    >>> first, second = (Histograms.of(np.array(rows, dtype=np.int32)) for rows in ([[3], [5]], [[3], [9]]))
    >>> both = first.merged(second)
    >>> list(both.of_activity(0)), both.at_rank(3).tolist()
    ([(3, 2), (5, 1), (9, 1)], [5])
    """

    low: Ints
    first: Ints
    counts: npt.NDArray[np.int32]
    never: Ints

    @classmethod
    def of(cls, dates: Slots) -> Histograms:
        """Count an array of boundaries of shape (replications, activities)."""
        rows, count = dates.T, dates.shape[1]
        step = max(1, _CELLS // max(1, len(dates)))
        pieces = [_counted(rows[begin : begin + step]) for begin in range(0, count, step)]
        low, width, counts, never = (
            np.concatenate(column) if pieces else np.zeros(0, dtype=np.int64)
            for column in (zip(*pieces, strict=True) if pieces else [()] * 4)
        )
        return cls(low, _first(width), counts.astype(np.int32, copy=False), never)

    def merged(self, other: Histograms) -> Histograms:
        """Counts of the replications of both together."""
        parts = (self, other)
        low = np.minimum(*(np.where(part.width > 0, part.low, UNFINISHED) for part in parts))
        high = np.maximum(*(np.where(part.width > 0, part.low + part.width, -UNFINISHED) for part in parts))
        low, high = (np.where(low == UNFINISHED, 0, bound) for bound in (low, high))
        first = _first(high - low)
        counts = np.zeros(first[-1], dtype=np.int32)
        for part in parts:
            moved = first[:-1] + part.low - low - part.first[:-1]
            counts[np.arange(len(part.counts)) + np.repeat(moved, part.width)] += part.counts
        return Histograms(low, first, counts, self.never + other.never)

    @property
    def width(self) -> Ints:
        """Boundaries from the least met to the greatest, of each activity; 0 without any."""
        return np.diff(self.first)

    def of_activity(self, i: int) -> Iterator[tuple[int, int]]:
        """Each boundary that some replication has, in order, with the number of replications."""
        counts = self.counts[self.first[i] : self.first[i + 1]]
        for at in np.flatnonzero(counts).tolist():
            yield int(self.low[i]) + at, int(counts[at])

    def at_rank(self, rank: int) -> Ints:
        """Of each activity the boundary with this rank (from 1) among the replications, in order of time.

        Returns
        -------
        array of int, shape (activities,)
            :data:`~simulation.statistics.UNFINISHED` where fewer replications have a boundary.

        Raises
        ------
        InputError
            For a rank below 1.
        """
        if rank < 1:
            raise InputError(f"rank {rank} of a histogram: the first one is 1.")
        upto = _first(self.counts.astype(np.int64))
        at = np.searchsorted(upto, upto[self.first[:-1]] + rank) - 1
        found: Ints = np.where(at < self.first[1:], self.low + at - self.first[:-1], UNFINISHED)
        return found

    def boundary(self, i: int, rank: int) -> int:
        """:meth:`at_rank` of one activity."""
        for at, count in self.of_activity(i):
            rank -= count
            if rank <= 0:
                return at
        return UNFINISHED


def _first(width: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(width, dtype=np.int64)])


def _counted(rows: npt.NDArray[np.int32]) -> tuple[Ints, Ints, Ints, Ints]:
    """Least boundary, width, counts and missing ones of a few activities, a row each."""
    known = rows != UNFINISHED
    never = np.count_nonzero(~known, axis=1)
    low = np.where(never == rows.shape[1], 0, rows.min(axis=1)).astype(np.int64)
    high = np.where(known, rows, -UNFINISHED).max(axis=1, initial=-UNFINISHED).astype(np.int64)
    width = np.where(never == rows.shape[1], 0, high - low + 1)
    places = (rows - low[:, None] + _first(width)[:-1, None])[known]
    return low, width, np.bincount(places, minlength=int(width.sum())), never
