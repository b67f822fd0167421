"""Distributions, risks, replications and what they say about deadlines.

Names load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.buffers import Buffer as Buffer
    from simulation.causes import CauseGains as CauseGains
    from simulation.causes import cause_gains as cause_gains
    from simulation.comparison import Case as Case
    from simulation.comparison import Comparison as Comparison
    from simulation.comparison import compare as compare
    from simulation.confidence import ConfidencePlan as ConfidencePlan
    from simulation.confidence import confidence_plan as confidence_plan
    from simulation.correlation import InducedCorrelation as InducedCorrelation
    from simulation.correlation import induced_correlations as induced_correlations
    from simulation.criticality import Sensitivity as Sensitivity
    from simulation.criticality import sensitivity as sensitivity
    from simulation.distributions import Discrete as Discrete
    from simulation.distributions import Distribution as Distribution
    from simulation.distributions import Empirical as Empirical
    from simulation.distributions import Fixed as Fixed
    from simulation.distributions import Greatest as Greatest
    from simulation.distributions import Lognormal as Lognormal
    from simulation.distributions import Occasional as Occasional
    from simulation.distributions import Pert as Pert
    from simulation.distributions import Triangular as Triangular
    from simulation.distributions import Uniform as Uniform
    from simulation.interventions import Intervention as Intervention
    from simulation.joint import JointNeedBy as JointNeedBy
    from simulation.joint import joint_need_by as joint_need_by
    from simulation.losses import DaysLost as DaysLost
    from simulation.losses import days_lost as days_lost
    from simulation.monte_carlo import simulate as simulate
    from simulation.need_by import NeedBy as NeedBy
    from simulation.need_by import need_by_dates as need_by_dates
    from simulation.push import BestInterventions as BestInterventions
    from simulation.push import InterventionGain as InterventionGain
    from simulation.push import best_interventions as best_interventions
    from simulation.push import intervention_gains as intervention_gains
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
    from simulation.shocks import drawn_shocks as drawn_shocks
    from simulation.statistics import UNFINISHED as UNFINISHED
    from simulation.statistics import Probability as Probability

_HOME = {
    "BestInterventions": "push",
    "Buffer": "buffers",
    "Cancellation": "risks",
    "Case": "comparison",
    "Cause": "risks",
    "CauseGains": "causes",
    "Comparison": "comparison",
    "ConfidencePlan": "confidence",
    "Correlation": "risks",
    "DaysLost": "losses",
    "Discrete": "distributions",
    "Distribution": "distributions",
    "Driver": "risks",
    "Empirical": "distributions",
    "Fixed": "distributions",
    "Greatest": "distributions",
    "InducedCorrelation": "correlation",
    "Intervention": "interventions",
    "InterventionGain": "push",
    "JointNeedBy": "joint",
    "Lognormal": "distributions",
    "NeedBy": "need_by",
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
    "best_interventions": "push",
    "cause_gains": "causes",
    "compare": "comparison",
    "confidence_plan": "confidence",
    "days_lost": "losses",
    "drawn_shocks": "shocks",
    "induced_correlations": "correlation",
    "intervention_gains": "push",
    "joint_need_by": "joint",
    "nearest": "replays",
    "need_by_dates": "need_by",
    "replay": "replays",
    "sensitivity": "criticality",
    "simulate": "monte_carlo",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'simulation' has no attribute '{name}'")
    return getattr(import_module(f"simulation.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
