"""Whether any plan lies within windows: the exact model without an objective."""

from __future__ import annotations

from typing import NamedTuple

from ortools.sat.python import cp_model

from scheduling.cpsat import constraints as families
from scheduling.cpsat.variables import Variables, Window
from scheduling.network import Network
from scheduling.passes import Dates
from scheduling.places import finish_of


class Verdict(NamedTuple):
    """Whether dates exist (None: not known within the limit), some of them, and work units spent."""

    possible: bool | None
    dates: Dates | None
    spent: float


def feasible(net: Network, early: Dates, window: Window, limit: float) -> Verdict:
    """Search for dates within the window.

    Parameters
    ----------
    net : Network
        In chosen modes.
    early : Dates
        For the maximum lags that facts break.
    limit : float
        Work units of the solver.
    """
    variables = Variables(net, window, mirrored=False, dropped=early.broken)
    families.precedences(variables)
    families.maximum_lags(variables)
    families.capacities(variables)
    solver = variables.solver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = limit
    # Probing takes the whole limit where windows are wide.
    solver.parameters.cp_model_probing_level = 0
    status = solver.solve(variables.model)
    spent = solver.response_proto.deterministic_time
    if status == cp_model.INFEASIBLE:
        return Verdict(False, None, spent)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Verdict(None, None, spent)
    resume = [solver.value(place.expression) for place in variables.places]
    finish = [
        net.actual_finish[i] if net.done(i) else finish_of(net, i, at, net.work[i])
        for i, at in enumerate(resume)
    ]
    start = [net.actual_start[i] if net.started(i) else at for i, at in enumerate(resume)]
    return Verdict(True, Dates(start, finish, resume, early.broken), spent)
