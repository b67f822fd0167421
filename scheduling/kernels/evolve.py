"""A genetic algorithm for the least makespan: activity lists, two-point crossover, double justification.

Hartmann (1998), Naval Research Logistics 45, 733-750, for the crossover of activity lists; Valls, Ballestin,
Quintanilla (2005), European Journal of Operational Research 165, 375-386, for justification.
"""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import HIGH, Board, Bools, Ints, Words, kernel
from scheduling.kernels.serial import Desk, generate_early, generate_late

UNBORN, FAILED = -1, 1 << 40
"""Ends of members not drawn yet, and of those that found no schedule."""
MUTATIONS, REACH = 6, 40
"""Activities that change their place in a child's list at most, and by how many places."""


@kernel
def draw(state: Words, count: int) -> int:
    """A number from 0 to ``count - 1`` (SplitMix64: Steele, Lea, Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return int(np.int64((z >> np.uint64(33)) % np.uint64(count)))


@kernel
def justified(board: Board, desk: Desk, key: Ints) -> int:
    """Generate by key, again from behind in the order of finishes, and again in the order of those starts.

    The last finish; FAILED without a schedule.
    """
    n = len(key)
    end = generate_early(board, desk, key)
    if end < 0:
        return FAILED
    for i in range(n):
        key[i] = -(desk.finish[i] * n + i)
    if not generate_late(board, desk, key, end):
        return FAILED
    for i in range(n):
        key[i] = desk.start[i] * n + i
    end = generate_early(board, desk, key)
    return end if end >= 0 else FAILED


@kernel
def listed(start: Ints, state: Words, key: Ints) -> Ints:
    """Activities in the order of their starts, ties at random."""
    for i in range(len(start)):
        key[i] = start[i] * 1024 + draw(state, 1024)
    return np.argsort(key)


@kernel
def cross(first: Ints, second: Ints, state: Words, key: Ints, seen: Bools) -> None:
    """Places in a child's list: both ends as in the first parent, the middle in the order of the second."""
    n = len(first)
    one, two = draw(state, n), draw(state, n)
    begin, end = min(one, two), max(one, two)
    seen[:] = False
    at = 0
    for i in first[:begin]:
        key[i], seen[i] = at, True
        at += 1
    for i in second:
        if at >= end:
            break
        if not seen[i]:
            key[i], seen[i] = at, True
            at += 1
    for i in first:
        if not seen[i]:
            key[i] = at
            at += 1


@kernel
def better_of_two(ends: Ints, state: Words) -> int:
    """A parent."""
    one, two = draw(state, len(ends)), draw(state, len(ends))
    return one if ends[one] <= ends[two] else two


@kernel
def evolve(board: Board, desk: Desk, starts: Ints, ends: Ints, state: Words, births: int) -> None:
    """Add `births` members to a population: at first from latest starts with noise, then children.

    A child takes the place of its first parent unless it ends later.

    Parameters
    ----------
    starts, ends : shape (members, n), (members,)
        Changed in place, like the state of the random numbers.
    """
    n, members = len(desk.start), len(ends)
    key, seen = np.empty(n, np.int64), np.empty(n, np.bool_)
    place = 0
    while place < members and ends[place] != UNBORN:
        place += 1
    for _ in range(births):
        if place < members:
            for i in range(n):
                key[i] = board.activity[i, HIGH] + draw(state, 1 + 2 * place)
            parent = place
            place += 1
        else:
            parent = better_of_two(ends, state)
            first = listed(starts[parent], state, key)
            second = listed(starts[better_of_two(ends, state)], state, key)
            cross(first, second, state, key, seen)
            for _ in range(draw(state, MUTATIONS + 1)):
                key[draw(state, n)] += draw(state, 2 * REACH + 1) - REACH
        end = justified(board, desk, key)
        if ends[parent] == UNBORN or end <= ends[parent]:
            starts[parent], ends[parent] = desk.start, end
