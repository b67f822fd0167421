"""What is kept of the dates of all replications: everything where that is small, else exact counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.errors import InputError
from scheduling.network import Network
from simulation.histograms import Histograms
from simulation.statistics import Slots

KEPT = 1 << 25
"""Replications times activities up to which all dates are kept: a quarter of a gigabyte."""


@dataclass(frozen=True, slots=True)
class Record:
    """Dates of all replications.

    Attributes
    ----------
    start, finish : array of int, shape (replications, activities), or None
        All dates, where they are kept.
    counts : pair of Histograms, or None
        Of starts and of finishes, where the dates themselves are not kept.
    judged : mapping of activity position to array of int, shape (replications,)
        Finishes of activities with a deadline.
    project_finish : array of int, shape (replications, projects)
        Last finish of each project; UNFINISHED where one of its activities never finishes.
    """

    start: Slots | None
    finish: Slots | None
    counts: tuple[Histograms, Histograms] | None
    judged: dict[int, Slots]
    project_finish: Slots

    @classmethod
    def of(cls, network: Network, start: Slots, finish: Slots, *, whole: bool) -> Record:
        """What is kept of arrays of dates: all of them (`whole`), or counts."""
        return cls(
            start if whole else None,
            finish if whole else None,
            None if whole else (Histograms.of(start), Histograms.of(finish)),
            {i: finish[:, i].copy() for i in sorted(network.deadlines)},
            project_finishes(finish, members(network)),
        )

    @classmethod
    def joined(cls, parts: Sequence[Record]) -> Record:
        """Parts with disjoint replications, one after the other."""
        counts = None
        for part in parts:
            if part.counts is not None:
                counts = part.counts if counts is None else _merged(counts, part.counts)
        starts = [part.start for part in parts if part.start is not None]
        finishes = [part.finish for part in parts if part.finish is not None]
        return cls(
            np.concatenate(starts) if starts else None,
            np.concatenate(finishes) if finishes else None,
            counts,
            {i: np.concatenate([part.judged[i] for part in parts]) for i in parts[0].judged},
            np.concatenate([part.project_finish for part in parts]),
        )


class Recorder:
    """Takes blocks of replications in any order.

    Parameters
    ----------
    network : Network
    count : int
        Replications in all.
    whole : bool
        Whether all dates are kept, or exact counts of them.
    """

    def __init__(self, network: Network, count: int, *, whole: bool) -> None:
        shape = count, len(network)
        self.start = np.zeros(shape, dtype=np.int32, order="F") if whole else None
        self.finish = np.zeros(shape, dtype=np.int32, order="F") if whole else None
        self.counts: tuple[Histograms, Histograms] | None = None
        self.judged = {i: np.zeros(count, dtype=np.int32) for i in sorted(network.deadlines)}
        self.project_finish = np.zeros((count, len(network.projects)), dtype=np.int32, order="F")

    def add(self, rows: slice, part: Record) -> None:
        """Take over a record of the replications at some places."""
        for mine, theirs in ((self.start, part.start), (self.finish, part.finish)):
            if mine is not None and theirs is not None:
                mine[rows] = theirs
        if part.counts is not None:
            self.counts = part.counts if self.counts is None else _merged(self.counts, part.counts)
        for i, column in self.judged.items():
            column[rows] = part.judged[i]
        self.project_finish[rows] = part.project_finish

    def record(self) -> Record:
        """What has been taken over."""
        return Record(self.start, self.finish, self.counts, self.judged, self.project_finish)


def keeps_all(network: Network, count: int, keep: str) -> bool:
    """Whether all dates of so many replications are kept; `keep` is "auto", "all" or "counts".

    Raises
    ------
    InputError
        For another `keep`.
    """
    if keep not in ("auto", "all", "counts"):
        raise InputError(f"keep={keep!r} is none of 'auto', 'all', 'counts'.")
    return keep == "all" or (keep == "auto" and count * len(network) <= KEPT)


def members(network: Network) -> list[list[int]]:
    """Positions of the activities of each project."""
    found: list[list[int]] = [[] for _ in network.projects]
    for i, k in enumerate(network.project):
        found[k].append(i)
    return found


def project_finishes(finish: Slots, projects: Sequence[Sequence[int]]) -> Slots:
    """Last finish of each project, shape (replications, projects)."""
    last = np.zeros((len(finish), len(projects)), dtype=np.int32, order="F")
    for k, inside in enumerate(projects):
        finish[:, inside].max(axis=1, out=last[:, k], initial=np.iinfo(np.int32).min)
    return last


def _merged(
    one: tuple[Histograms, Histograms], other: tuple[Histograms, Histograms]
) -> tuple[Histograms, Histograms]:
    return one[0].merged(other[0]), one[1].merged(other[1])
