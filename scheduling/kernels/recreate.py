"""Ruin and recreate: take some activities away, put them back in another order, keep what is better.

Schrimpf et al., *Record breaking optimization results using the ruin and recreate principle* (2000).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.kernels.board import (
    CAP,
    DEMANDS,
    FLOOR,
    HIGH,
    NEIGHBOURS,
    OTHER,
    RESOURCE,
    ROLE,
    WEIGHT,
    Board,
    Bools,
    Floats,
    Ints,
    Sheet,
    Words,
    kernel,
    lift,
    place_early,
    place_late,
    put,
)

MOST = 3
"""Projects in one move at most."""
TRIES = 20
"""Draws to find them."""


class Groups(NamedTuple):
    """Projects and deadlines.

    Attributes
    ----------
    project : shape (n,)
    first, member : shape (projects + 1,), (n,)
        Activities free to move, by project.
    movable : shape (activities free to move that demand a resource,)
    end : shape (projects,)
        After it a project overruns.
    due : shape (n,)
        Deadline; past the board without one.
    price : shape (n,)
        Weight of the deadline.
    scale : int
        Slots that an activity lasts on average.
    missed : bool
        Whether a late deadline counts once instead of by its slots.
    """

    project: Ints
    first: Ints
    member: Ints
    movable: Ints
    end: Ints
    due: Ints
    price: Floats
    scale: int
    missed: bool


class Users(NamedTuple):
    """Who demands a resource: activities by resource and start, as they lay when a round began.

    Attributes
    ----------
    first : shape (resources + 1,)
    activity, start : shape (demands,)
    """

    first: Ints
    activity: Ints
    start: Ints


class Tray(NamedTuple):
    """What a move has taken away: activities, where they lay, and working space, each of shape (n,)."""

    taken: Ints
    start: Ints
    finish: Ints
    key: Ints
    waiting: Ints
    ready: Ints
    inside: Bools


@kernel
def draw(state: Words, count: int) -> int:
    """A number from 0 to ``count - 1`` (SplitMix64: Steele, Lea, Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return int((z >> np.uint64(33)) % np.uint64(count))


@kernel
def companions(
    board: Board, sheet: Sheet, groups: Groups, users: Users, anchor: int, chosen: Ints, state: Words
) -> int:
    """`anchor` and activities of other projects that share a resource with it and lie close; how many."""
    chosen[0] = anchor
    size, wanted = 1, 2 + draw(state, MOST - 1)
    begin = sheet.start[anchor] - groups.scale
    end = max(sheet.start[anchor], board.activity[anchor, HIGH]) + groups.scale
    first = board.activity[anchor, DEMANDS]
    count = board.activity[anchor + 1, DEMANDS] - first
    for _ in range(TRIES if count else 0):
        if size == wanted:
            break
        k = board.demand[first + draw(state, count), RESOURCE]
        starts = users.start[users.first[k] : users.first[k + 1]]
        low, high = np.searchsorted(starts, begin), np.searchsorted(starts, end)
        if low == high:
            continue
        i = users.activity[users.first[k] + low + draw(state, high - low)]
        known = False
        for other in chosen[:size]:
            known = known or groups.project[other] == groups.project[i]
        if not known:
            chosen[size] = i
            size += 1
    return size


@kernel
def remove(board: Board, sheet: Sheet, tray: Tray, i: int, m: int) -> None:
    """Take an activity away as the m-th."""
    tray.taken[m], tray.inside[i] = i, True
    tray.start[i], tray.finish[i] = sheet.start[i], sheet.finish[i]
    lift(board, sheet, i)


@kernel
def insert(board: Board, sheet: Sheet, tray: Tray, begin: int, end: int, late: bool) -> int:
    """Put back the begin-th to end-th taken activities; how many found a place before one found none.

    As late as they can, by greatest key after their successors, or as early, by least key after predecessors.
    """
    before, after = (CAP, FLOOR) if late else (FLOOR, CAP)
    sign = 1 if late else -1
    size = done = 0
    for i in tray.taken[begin:end]:
        tray.waiting[i] = 0
        for e in range(board.activity[i, NEIGHBOURS], board.activity[i + 1, NEIGHBOURS]):
            j = board.neighbour[e, OTHER]
            tray.waiting[i] += board.neighbour[e, ROLE] == before and tray.inside[j] and sheet.start[j] < 0
        if tray.waiting[i] == 0:
            tray.ready[size] = i
            size += 1
    while size:
        at = 0
        for q in range(1, size):
            if sign * tray.key[tray.ready[q]] > sign * tray.key[tray.ready[at]]:
                at = q
        i = tray.ready[at]
        size -= 1
        tray.ready[at] = tray.ready[size]
        if not (place_late(board, sheet, i) if late else place_early(board, sheet, i)):
            break
        done += 1
        for e in range(board.activity[i, NEIGHBOURS], board.activity[i + 1, NEIGHBOURS]):
            j = board.neighbour[e, OTHER]
            if board.neighbour[e, ROLE] == after and tray.inside[j] and sheet.start[j] < 0:
                tray.waiting[j] -= 1
                if tray.waiting[j] == 0:
                    tray.ready[size] = j
                    size += 1
    return done


@kernel
def settle(board: Board, sheet: Sheet, tray: Tray, m: int, keep: bool) -> None:
    """End a move of `m` activities: keep what was put back, or put everything where it lay."""
    for i in tray.taken[:m]:
        tray.inside[i] = False
        if not keep and sheet.start[i] >= 0:
            lift(board, sheet, i)
    if not keep:
        for i in tray.taken[:m]:
            put(board, sheet, i, tray.start[i], tray.finish[i])


@kernel
def gain(board: Board, sheet: Sheet, tray: Tray, m: int) -> int:
    """Slots by which the objective grew."""
    total = 0
    for i in tray.taken[:m]:
        total += board.activity[i, WEIGHT] * (sheet.start[i] - tray.start[i])
    return total


@kernel
def gives_way(board: Board, sheet: Sheet, tray: Tray, chosen: Ints) -> bool:
    """Whether the first of the chosen activities could begin later if the others lay nowhere."""
    for m in range(len(chosen)):
        remove(board, sheet, tray, chosen[m], m)
    anchor = chosen[0]
    placed = place_late(board, sheet, anchor)
    later = placed and sheet.start[anchor] > tray.start[anchor]
    settle(board, sheet, tray, len(chosen), False)
    return later


@kernel
def recreate(
    board: Board,
    sheet: Sheet,
    groups: Groups,
    users: Users,
    tray: Tray,
    state: Words,
    steps: int,
    temperature: float,
) -> None:
    """Moves for later starts under the board's caps, by simulated annealing, until `steps` placements.

    An activity far from its greatest place that would lie later without some others close to it; of the
    projects of all these, what starts no later, is put back: its own project first, then the others in random
    order.
    """
    chosen = np.empty(MOST, np.int64)
    while steps > 0:
        anchor = groups.movable[draw(state, len(groups.movable))]
        for _ in range(2):
            i = groups.movable[draw(state, len(groups.movable))]
            if board.activity[i, HIGH] - sheet.start[i] > board.activity[anchor, HIGH] - sheet.start[anchor]:
                anchor = i
        size = companions(board, sheet, groups, users, anchor, chosen, state)
        steps -= 2 * size
        if not gives_way(board, sheet, tray, chosen[:size]):
            continue
        m = 0
        for c in range(size):
            k, cut = groups.project[chosen[c]], sheet.start[chosen[c]]
            lead = draw(state, 1000) * 1000 if c else 1 << 30
            for i in groups.member[groups.first[k] : groups.first[k + 1]]:
                if sheet.start[i] <= cut:
                    tray.key[i] = sheet.finish[i] + lead
                    remove(board, sheet, tray, i, m)
                    m += 1
        done = insert(board, sheet, tray, 0, m, True)
        steps -= m + done
        keep = done == m
        if keep:
            slots = gain(board, sheet, tray, m)
            keep = slots >= 0 or draw(state, 1 << 30) < np.exp(slots / temperature) * (1 << 30)
        settle(board, sheet, tray, m, keep)


@kernel
def judge(sheet: Sheet, groups: Groups, k: int) -> tuple[float, int]:
    """Weighted lateness and overrun of a project."""
    late, over = 0.0, 0
    for i in groups.member[groups.first[k] : groups.first[k + 1]]:
        over = max(over, sheet.finish[i] - groups.end[k])
        if sheet.finish[i] > groups.due[i]:
            late += groups.price[i] * (1 if groups.missed else sheet.finish[i] - groups.due[i])
    return late, over


@kernel
def badness(sheet: Sheet, groups: Groups) -> tuple[float, int]:
    """Weighted lateness and overrun of all projects."""
    late, over = 0.0, 0
    for k in range(len(groups.end)):
        lateness, more = judge(sheet, groups, k)
        late, over = late + lateness, over + more
    return late, over


@kernel
def recover(
    board: Board,
    strict: Board,
    sheet: Sheet,
    groups: Groups,
    users: Users,
    tray: Tray,
    state: Words,
    steps: int,
    temperature: float,
) -> None:
    """Moves for less lateness, then less overrun, by simulated annealing, until `steps` placements.

    A late project and some close to it are put back whole, in random order: each on the `strict` board of its
    deadlines if it finds room there, else as early as it can.
    """
    bad = np.empty(len(groups.end), np.int64)
    chosen = np.empty(MOST, np.int64)
    while steps > 0:
        count = 0
        for k in range(len(groups.end)):
            lateness, over = judge(sheet, groups, k)
            if lateness > 0 or over > 0:
                bad[count] = k
                count += 1
        if count == 0:
            return
        k = bad[draw(state, count)]
        members = groups.member[groups.first[k] : groups.first[k + 1]]
        size = companions(strict, sheet, groups, users, members[draw(state, len(members))], chosen, state)
        for c in range(size - 1):  # in random order
            other = c + draw(state, size - c)
            chosen[c], chosen[other] = chosen[other], chosen[c]
        m, before, over_before = 0, 0.0, 0
        for i in chosen[:size]:
            k = groups.project[i]
            lateness, over = judge(sheet, groups, k)
            before, over_before = before + lateness, over_before + over
            for j in groups.member[groups.first[k] : groups.first[k + 1]]:
                tray.key[j] = sheet.start[j]
                remove(board, sheet, tray, j, m)
                m += 1
        keep, begin, after, over_after = True, 0, 0.0, 0
        for i in chosen[:size]:
            k = groups.project[i]
            end = begin + groups.first[k + 1] - groups.first[k]
            done = insert(strict, sheet, tray, begin, end, True)
            if done < end - begin:
                for j in tray.taken[begin:end]:
                    if sheet.start[j] >= 0:
                        lift(board, sheet, j)
                done = insert(board, sheet, tray, begin, end, False)
            steps -= 2 * (end - begin)
            if done < end - begin:
                keep = False
                break
            begin = end
            lateness, over = judge(sheet, groups, k)
            after, over_after = after + lateness, over_after + over
        worse = after - before if after != before else float(over_after - over_before)
        if keep and worse > 0:
            keep = draw(state, 1 << 30) < np.exp(-worse / temperature) * (1 << 30)
        settle(board, sheet, tray, m, keep)
