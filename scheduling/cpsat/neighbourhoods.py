"""Which activities to free together in a step of large neighbourhood search."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from scheduling.cpsat.variables import Window
from scheduling.network import Network
from scheduling.passes import Dates

SIZE = 60
"""Activities freed in one step: few enough that the exact model of a step is solved in a moment."""


def free_some(net: Network, best: Dates, window: Window, random: Random) -> Window:
    """The window of a step: some activities free, the others held where the best plan has them.

    Free are whole projects (where they are small) or what lies close together in time, begun from an
    activity drawn in proportion to how far it lies from its greatest place.
    """
    movable = [i for i in range(len(net)) if not net.done(i) and window.low[i] < window.high[i]]
    room = [1 + window.high[i] - best.resume[i] for i in movable]
    seed = random.choices(movable, room)[0]
    by_project = _members(net, movable)
    if len(by_project) > 1 and random.random() < 0.5:
        freed = _projects(
            net, by_project, room_of=dict(zip(movable, room, strict=True)), first=seed, random=random
        )
    else:
        reach = random.choice((SIZE // 3, SIZE))
        freed = set(sorted(movable, key=lambda i: (abs(best.resume[i] - best.resume[seed]), i))[:reach])
    low = [window.low[i] if i in freed else best.resume[i] for i in range(len(net))]
    high = [window.high[i] if i in freed else best.resume[i] for i in range(len(net))]
    return Window(low, high)


def _members(net: Network, movable: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for i in movable:
        found.setdefault(net.project[i], []).append(i)
    return found


def _projects(
    net: Network, members: dict[int, list[int]], room_of: dict[int, int], first: int, random: Random
) -> set[int]:
    """Projects, the first one's own and others by their room, up to SIZE activities."""
    freed = set(members.pop(net.project[first])[: 2 * SIZE])
    while members and len(freed) < SIZE:
        names = sorted(members)
        k = random.choices(names, [sum(room_of[i] for i in members[name]) for name in names])[0]
        freed.update(members.pop(k)[:SIZE])
    return freed
