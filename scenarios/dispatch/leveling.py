"""Staggered starts (压茬推进): a start month for each project, so that starts and land demand are level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

EFFORT = 1.0
"""Work units of the solver on each level: a second or two."""


@dataclass(frozen=True, slots=True)
class Staggering:
    """Start months and what is known of them.

    Attributes
    ----------
    months : tuple of int
        One for each item.
    proved : bool
        Whether every level is proved to be the least; else the solver's limit was hit.
    """

    months: tuple[int, ...]
    proved: bool


def stagger(
    windows: Sequence[tuple[int, int]],
    land: Sequence[int],
    starts_already: Sequence[int],
    land_already: Sequence[int],
    *,
    seed: int = 0,
) -> Staggering:
    """Choose a month in each window, level by level, each kept while the next is made least.

    The most starts in a month; the most land in a month; the sum of squares of the starts of all months,
    which is least where they differ least from their mean; the sum of the months (能早则早); and the items in
    front first.

    Parameters
    ----------
    windows : sequence of (first, last)
        Months that each item may start in, numbered from 0, both ends included, none empty.
    land : sequence of int
        Units of land that each item takes in its month.
    starts_already, land_already : sequence of int
        Starts, and land taken, in each month without the items.
    seed : int

    Returns
    -------
    Staggering

    Examples
    --------
    >>> stagger([(0, 2), (0, 2), (0, 1)], [5, 5, 1], [0, 0, 0], [0, 0, 0])
    Staggering(months=(0, 2, 1), proved=True)
    """
    model = cp_model.CpModel()
    at = [
        {month: model.new_bool_var(f"{k} starts in {month}") for month in range(first, last + 1)}
        for k, (first, last) in enumerate(windows)
    ]
    for choice in at:
        model.add_exactly_one(choice.values())
    starts, taken, squares = [], [], []
    for month, (fixed, base) in enumerate(zip(starts_already, land_already, strict=True)):
        here = [(choice[month], land[k]) for k, choice in enumerate(at) if month in choice]
        starts.append(fixed + sum(literal for literal, _ in here))
        taken.append(base + sum(units * literal for literal, units in here))
        squares.append(_square(model, fixed, [literal for literal, _ in here]))
    months = sum(month * literal for choice in at for month, literal in choice.items())
    order = sum(
        (len(at) - k) * month * literal for k, choice in enumerate(at) for month, literal in choice.items()
    )
    found, proved = tuple(first for first, _ in windows), True
    for level in (_most(model, starts), _most(model, taken), sum(squares), months, order):
        model.minimize(level)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = EFFORT
        solver.parameters.linearization_level = 2  # the peak of land is a packing: cuts bring it nearer
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            proved = False  # what the level before found stays
            break
        proved &= status == cp_model.OPTIMAL
        found = tuple(next(month for month, var in choice.items() if solver.value(var)) for choice in at)
        model.add(level <= round(solver.objective_value))
        model.clear_hints()  # type: ignore[no-untyped-call]
        for index, value in enumerate(solver.response_proto.solution):
            model.add_hint(model.get_int_var_from_proto_index(index), value)
    return Staggering(found, proved)


def _most(model: cp_model.CpModel, sums: Sequence[cp_model.LinearExprT]) -> cp_model.IntVar:
    """A variable not below any of the sums: :math:`y >= x_m`."""
    bound = model.new_int_var(0, 2**40, "most")
    for item in sums:
        model.add(bound >= item)
    return bound


def _square(model: cp_model.CpModel, fixed: int, literals: list[cp_model.IntVar]) -> cp_model.LinearExprT:
    """The square of a number of starts less that of `fixed`: the k-th start more costs 2 (fixed + k) - 1.

    The costs rise, so that least cost counts from the first on, and needs no more constraint than the sum.
    """
    steps = [model.new_bool_var("one more") for _ in literals]
    model.add(sum(steps) == sum(literals))
    return sum((2 * (fixed + k) - 1) * step for k, step in enumerate(steps, start=1))
