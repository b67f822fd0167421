"""Activities, calendars, critical paths and backward plans.

Names load on first use, so that ``from scheduling import critical_path`` brings in no solver.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduling.backward import backward_schedule as backward_schedule
    from scheduling.build import compile_network as compile_network
    from scheduling.calendar import Axis as Axis
    from scheduling.calendar import Calendar as Calendar
    from scheduling.calendar import CalendarTable as CalendarTable
    from scheduling.conflicts import Conflict as Conflict
    from scheduling.conflicts import find_conflict as find_conflict
    from scheduling.conflicts import find_conflicts as find_conflicts
    from scheduling.cpm import CriticalPath as CriticalPath
    from scheduling.cpm import critical_path as critical_path
    from scheduling.crashing import CurvePoint as CurvePoint
    from scheduling.crashing import cost_time_curve as cost_time_curve
    from scheduling.earliest import earliest_schedule as earliest_schedule
    from scheduling.errors import AxisError as AxisError
    from scheduling.errors import ContradictionError as ContradictionError
    from scheduling.errors import CycleError as CycleError
    from scheduling.errors import InputError as InputError
    from scheduling.errors import SchedulingError as SchedulingError
    from scheduling.explain import Reason as Reason
    from scheduling.explain import ReasonKind as ReasonKind
    from scheduling.network import Factor as Factor
    from scheduling.network import Network as Network
    from scheduling.network import Resource as Resource
    from scheduling.plan import Plan as Plan
    from scheduling.promises import replan as replan
    from scheduling.repairs import Repair as Repair
    from scheduling.repairs import find_repairs as find_repairs
    from scheduling.shocks import Shock as Shock
    from scheduling.shocks import with_shock as with_shock
    from scheduling.status import Status as Status
    from scheduling.validator import Violation as Violation
    from scheduling.validator import validate as validate

_HOME = {
    "Axis": "calendar",
    "AxisError": "errors",
    "Calendar": "calendar",
    "CalendarTable": "calendar",
    "Conflict": "conflicts",
    "ContradictionError": "errors",
    "CriticalPath": "cpm",
    "CurvePoint": "crashing",
    "CycleError": "errors",
    "Factor": "network",
    "InputError": "errors",
    "Network": "network",
    "Plan": "plan",
    "Reason": "explain",
    "ReasonKind": "explain",
    "Repair": "repairs",
    "Resource": "network",
    "SchedulingError": "errors",
    "Shock": "shocks",
    "Status": "status",
    "Violation": "validator",
    "backward_schedule": "backward",
    "compile_network": "build",
    "cost_time_curve": "crashing",
    "critical_path": "cpm",
    "earliest_schedule": "earliest",
    "find_conflict": "conflicts",
    "find_conflicts": "conflicts",
    "find_repairs": "repairs",
    "replan": "promises",
    "validate": "validator",
    "with_shock": "shocks",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'scheduling' has no attribute '{name}'")
    return getattr(import_module(f"scheduling.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
