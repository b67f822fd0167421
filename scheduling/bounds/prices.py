"""An upper bound on the sum of starts under resources, by prices of their units.

With prices pi >= 0 for a unit of resource k in slot t, no plan has a greater sum of starts than

    sum(pi[k, t] capacity[k, t]) + sum over projects of max(sum(s_i) - what its units cost),

because what all plans hold costs no more than what there is (Lagrangian relaxation; Möhring, Schulz, Stork,
Uetz, *Solving project scheduling problems by minimum cut computations*, 2003). Each maximum is found over the
windows of the activities and, of the links, one to a successor of every activity: a forest, on which dynamic
programming is exact. The links left out make the bound weaker, never wrong. Prices come from a subgradient
search.
"""

from __future__ import annotations

import numpy as np

from scheduling.kernels.board import HIGH, LOW, WEIGHT
from scheduling.kernels.pricing import Forest, fill, kept_links, priced, units_held
from scheduling.layout import Layout
from scheduling.search import Effort

SCALE = 1024
"""Prices are whole multiples of 1/SCALE, so that the bound is exact."""
LARGEST = 20_000_000
"""Slots of all windows together beyond which there is no bound: memory."""
PACE = 1e-8
"""Work units for a slot of a window in an iteration."""
STEP, SHORTER, SHORTEST = 0.02, 0.7, 1e-5
"""First length of steps as a share of Polyak's, the factor after steps in vain, and where to end."""
MEMORY = 0.6
"""Weight of the last direction in the next one."""
PATIENCE = 4
"""Iterations without a better bound before steps get shorter."""


def price_bound(layout: Layout, target: int, effort: Effort, until: float) -> int | None:
    """No plan within the windows of the board has a greater sum of starts; None where windows are too large.

    Parameters
    ----------
    layout : Layout
        Starts between `low` and `high` of its board; what has started in its place, or the least one.
    target : int
        Sum of starts of a plan, for the length of steps.
    effort : Effort
    until : float
        Share of the effort to stop at.
    """
    board = layout.board
    forest = _forest(layout)
    if forest is None:
        return None
    capacity = np.maximum(layout.empty().free, 0).astype(np.int64)
    price, direction = np.zeros(capacity.shape), np.zeros(capacity.shape)
    best_price, bound, step, vain = price, None, STEP, 0
    value = np.empty(len(forest.finish), dtype=np.int64)
    best = np.empty(len(forest.finish), dtype=np.int64)
    place, held = np.empty(len(layout.free), dtype=np.int64), np.empty(capacity.shape, dtype=np.int64)
    target -= layout.first * int(board.activity[:-1, WEIGHT].sum())
    while effort.spent < until and step > SHORTEST:
        whole = np.floor(price * SCALE).astype(np.int64)
        sums = np.concatenate([np.zeros((len(whole), 1), dtype=np.int64), np.cumsum(whole, axis=1)], axis=1)
        scaled = priced(board, forest, sums, SCALE, place, value, best) + int((whole * capacity).sum())
        effort.used += PACE * len(value)
        vain += 1
        if bound is None or scaled < bound:
            bound, best_price, vain = scaled, price, 0
        if scaled <= target * SCALE:
            break
        if vain == PATIENCE:
            step, vain, price, direction = SHORTER * step, 0, best_price, 0 * direction
            continue
        units_held(board, forest, place, held)
        direction = MEMORY * direction + (1 - MEMORY) * (held - capacity)
        direction[(price == 0) & (direction < 0)] = 0
        length = float((direction**2).sum())
        if length == 0:
            break
        price = np.maximum(0, price + step * (scaled / SCALE - target) / length * direction)
    return None if bound is None else bound // SCALE + layout.first * int(board.activity[:-1, WEIGHT].sum())


def _forest(layout: Layout) -> Forest | None:
    """The windows of the board laid out, and the links that are kept."""
    board = layout.board
    size = np.where(layout.free, board.activity[:-1, HIGH] - board.activity[:-1, LOW] + 1, 0)
    parent, entry = kept_links(board)
    reach = np.where(parent >= 0, size[parent], 0)
    if size.sum() + reach.sum() > LARGEST:
        return None
    offset, reach_offset = (np.concatenate([[0], np.cumsum(row)]).astype(np.int64) for row in (size, reach))
    order = layout.only_free(layout.net.order)
    finish, last = (np.zeros(row[-1], dtype=np.int64) for row in (offset, reach_offset))
    forest = Forest(order, parent, offset, finish, reach_offset, last)
    fill(board, forest, entry)
    return forest
