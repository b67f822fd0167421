"""Distributions, risks, replications and what they say about deadlines.

Names load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.causes import CauseGains as CauseGains
    from simulation.causes import cause_gains as cause_gains
    from simulation.confidence import ConfidencePlan as ConfidencePlan
    from simulation.confidence import confidence_plan as confidence_plan
    from simulation.criticality import Sensitivity as Sensitivity
    from simulation.criticality import sensitivity as sensitivity
    from simulation.distributions import Discrete as Discrete
    from simulation.distributions import Distribution as Distribution
    from simulation.distributions import Empirical as Empirical
    from simulation.distributions import Fixed as Fixed
    from simulation.distributions import Lognormal as Lognormal
    from simulation.distributions import Occasional as Occasional
    from simulation.distributions import Pert as Pert
    from simulation.distributions import Triangular as Triangular
    from simulation.distributions import Uniform as Uniform
    from simulation.losses import DaysLost as DaysLost
    from simulation.losses import days_lost as days_lost
    from simulation.monte_carlo import simulate as simulate
    from simulation.monte_carlo import simulate_variants as simulate_variants
    from simulation.replays import Replay as Replay
    from simulation.replays import nearest as nearest
    from simulation.replays import replay as replay
    from simulation.result import SimulationResult as SimulationResult
    from simulation.risks import Cancellation as Cancellation
    from simulation.risks import Cause as Cause
    from simulation.risks import Correlation as Correlation
    from simulation.risks import Driver as Driver
    from simulation.risks import Rework as Rework
    from simulation.risks import RiskModel as RiskModel
    from simulation.statistics import UNFINISHED as UNFINISHED
    from simulation.statistics import Probability as Probability

_HOME = {
    "Cancellation": "risks",
    "Cause": "risks",
    "CauseGains": "causes",
    "ConfidencePlan": "confidence",
    "Correlation": "risks",
    "DaysLost": "losses",
    "Discrete": "distributions",
    "Distribution": "distributions",
    "Driver": "risks",
    "Empirical": "distributions",
    "Fixed": "distributions",
    "Lognormal": "distributions",
    "Occasional": "distributions",
    "Pert": "distributions",
    "Probability": "statistics",
    "Replay": "replays",
    "Rework": "risks",
    "RiskModel": "risks",
    "Sensitivity": "criticality",
    "SimulationResult": "result",
    "Triangular": "distributions",
    "UNFINISHED": "statistics",
    "Uniform": "distributions",
    "cause_gains": "causes",
    "confidence_plan": "confidence",
    "days_lost": "losses",
    "nearest": "replays",
    "replay": "replays",
    "sensitivity": "criticality",
    "simulate": "monte_carlo",
    "simulate_variants": "monte_carlo",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'simulation' has no attribute '{name}'")
    return getattr(import_module(f"simulation.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
