"""Which activities to free together in a step of large neighbourhood search."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from scheduling.cpsat.variables import Window
from scheduling.network import Network
from scheduling.passes import Dates


def free_some(net: Network, best: Dates, window: Window, size: int, random: Random) -> Window:
    """The window of a step: about `size` activities free, the others held where the best plan has them.

    Free are whole projects or what lies close together in time, begun from an activity drawn in proportion
    to how far it lies from its greatest place.
    """
    movable = [i for i in range(len(net)) if not net.done(i) and window.low[i] < window.high[i]]
    room = [1 + window.high[i] - best.resume[i] for i in movable]
    seed = random.choices(movable, room)[0]
    by_project = _members(net, movable)
    if len(by_project) > 1 and random.random() < 0.5:
        freed = _projects(net, by_project, dict(zip(movable, room, strict=True)), seed, size, random)
    else:
        freed = set(sorted(movable, key=lambda i: (abs(best.resume[i] - best.resume[seed]), i))[:size])
    low = [window.low[i] if i in freed else best.resume[i] for i in range(len(net))]
    high = [window.high[i] if i in freed else best.resume[i] for i in range(len(net))]
    return Window(low, high, window.finish)


def _members(net: Network, movable: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for i in movable:
        found.setdefault(net.project[i], []).append(i)
    return found


def _projects(
    net: Network, members: dict[int, list[int]], room: dict[int, int], first: int, size: int, random: Random
) -> set[int]:
    """The project of activity `first` and others drawn by their room, up to `size` activities."""
    freed = members.pop(net.project[first])[:size]
    while members and len(freed) < size:
        names = sorted(members)
        drawn = random.choices(names, [sum(room[i] for i in members[name]) for name in names])[0]
        freed += members.pop(drawn)[: size - len(freed)]
    return set(freed)
