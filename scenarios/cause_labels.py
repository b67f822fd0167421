"""Causes of delay in words."""

from __future__ import annotations

from scenarios.assemble import Assembly
from scenarios.messages import label, say
from scenarios.results import Cause
from scenarios.schema import Label
from simulation.risks import Cause as RiskCause
from simulation.statistics import Gain


def cause_view(assembly: Assembly, cause: RiskCause, gain: Gain) -> Cause:
    """A cause with the project it belongs to, as planners name it."""
    return Cause(f"{cause.kind}:{cause.id}", cause_label(assembly, cause), gain.mean, gain.standard_error)


def cause_label(assembly: Assembly, cause: RiskCause) -> Label:
    """What a cause is called.

    A factor by its own name, rework by the node it lengthens, a resource and a driver by theirs.
    """
    scenario = assembly.scenario
    if cause.kind == "factor":
        return next(item.label for item in assembly.factors if item.factor.id == cause.id)
    if cause.kind == "rework":
        spec = assembly.specs[cause.id]
        assert spec.rework is not None
        risk = spec.rework.label
        return Label(
            zh=say("cause_rework", "zh", node=spec.name.text("zh"), rework=risk.text("zh")),
            en=say("cause_rework", "en", node=spec.name.text("en"), rework=risk.text("en")),
        )
    if cause.kind == "resource":
        name = scenario.resources[cause.id].name or Label(zh=cause.id, en=cause.id)
        return Label(
            zh=say("cause_resource", "zh", name=name.text("zh")),
            en=say("cause_resource", "en", name=name.text("en")),
        )
    if cause.kind == "driver" and cause.id in scenario.drivers:
        return scenario.drivers[cause.id].name or Label(zh=cause.id, en=cause.id)
    return label("cause_other", name=str(cause.id))
