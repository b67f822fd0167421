"""Energetic reasoning: what must be done between two moments beside the units that there are.

Baptiste, Le Pape, Nuijten (1999), Annals of Operations Research 92, 305-333; here slot by slot, for lengths
and capacities that vary.
"""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import Ints, kernel


@kernel
def must(length: int, early_finish: int, late_start: int, a: int, b: int) -> int:
    """Slots of [a, b) that an activity fills at least."""
    return max(0, min(length, early_finish - a, b - late_start, b - a))


@kernel
def squeeze(
    first: Ints, user: Ints, units: Ints, length: Ints, windows: Ints, there: Ints, low: Ints, high: Ints
) -> bool:
    """Tighten windows; False if some resource has too few units between two moments.

    Parameters
    ----------
    first : shape (resources + 1,)
        Where the demands of each resource begin in `user` and `units`.
    length : shape (n,)
        Least length of each activity.
    windows : shape (3, n)
        Early start, early finish and late start.
    there : shape (resources, slots + 1)
        Sum of the units there before each boundary.
    low, high : shape (n,)
        Least start and greatest finish, changed in place.
    """
    early_start, early_finish, late_start = windows[0], windows[1], windows[2]
    slots = there.shape[1] - 1
    slope = np.zeros(slots + 1, np.int64)
    moment = np.zeros(slots + 1, np.bool_)
    for k in range(len(first) - 1):
        moment[:] = False
        largest = 0
        for d in range(first[k], first[k + 1]):
            moment[early_start[user[d]]] = True
            moment[late_start[user[d]]] = True
            largest = max(largest, units[d] * length[user[d]])
        for a in range(slots):
            if not moment[a]:
                continue
            slope[:] = 0
            for d in range(first[k], first[k + 1]):
                i = user[d]
                most, begin = min(length[i], early_finish[i] - a), max(late_start[i], a)
                if most > 0 and begin < slots:
                    slope[begin] += units[d]
                    slope[min(begin + most, slots)] -= units[d]
            rate = needed = 0
            for b in range(a + 1, slots + 1):
                rate += slope[b - 1]
                needed += rate
                slack = there[k, b] - there[k, a] - needed
                if slack < 0:
                    return False
                if slack >= largest:
                    continue
                for d in range(first[k], first[k + 1]):
                    i = user[d]
                    room = slack // units[d] + must(length[i], early_finish[i], late_start[i], a, b)
                    if min(length[i], early_finish[i] - a, b - a) > room:
                        low[i] = max(low[i], b - room)
                    if min(length[i], b - late_start[i], b - a) > room:
                        high[i] = min(high[i], a + room)
    return True
