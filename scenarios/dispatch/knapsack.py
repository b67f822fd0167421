"""Which claims on a stock can be served in time: a knapsack with due dates, solved by CP-SAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ortools.sat.python import cp_model

EFFORT = 5.0
"""Work units of the solver: seconds."""


@dataclass(frozen=True, slots=True)
class Served:
    """Who is served.

    Attributes
    ----------
    chosen : tuple of bool
    worth, bound : int
        Of the choice, and of any other at most.
    proved : bool
    """

    chosen: tuple[bool, ...]
    worth: int
    bound: int
    proved: bool


def serve(
    claims: Sequence[Sequence[tuple[date, int]]], worths: Sequence[int], supply: Sequence[tuple[date, int]]
) -> Served:
    """The claims that are worth most together and can all be served by their days.

    With x_j = 1 for a claim that is served: maximise sum w_j x_j subject to, for every day d on which
    something is due, sum over claims j of x_j times its lots due by d <= S(d), all that is supplied by d.
    Serving by due day is then always possible (earliest due date first). Among equals the most claims are
    served.

    Parameters
    ----------
    claims : sequence of lots (day, units)
        Of each claim, by which day how many units.
    worths : sequence of int
    supply : sequence of (day, total)
        All that is supplied from a day on, in order of days; below zero where more was taken than there is.

    Examples
    --------
    >>> day = date(2026, 3, 1)
    >>> serve([[(day, 6)], [(day, 5)], [(day, 5)]], [3, 2, 2], [(day, 10)])
    Served(chosen=(False, True, True), worth=4, bound=4, proved=True)
    """
    model = cp_model.CpModel()
    taken = [model.new_bool_var(f"serve {j}") for j in range(len(claims))]
    for due in sorted({day for lots in claims for day, _ in lots}):
        total = max((units for day, units in supply if day <= due), default=0)
        loads = [sum(units for day, units in lots if day <= due) for lots in claims]
        model.add(sum(load * x for load, x in zip(loads, taken, strict=True)) <= max(total, 0))
    scale = len(claims) + 1
    model.maximize(sum((scale * worth + 1) * x for worth, x in zip(worths, taken, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    solved = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    chosen = tuple(solved and bool(solver.value(x)) for x in taken)
    return Served(
        chosen=chosen,
        worth=sum(worth for worth, ok in zip(worths, chosen, strict=True) if ok),
        bound=int(solver.best_objective_bound) // scale if solved else sum(worths),
        proved=status == cp_model.OPTIMAL,
    )
