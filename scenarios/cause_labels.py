"""Causes of delay in words."""

from __future__ import annotations

from scenarios.assemble import Assembly
from scenarios.cautions import labelled
from scenarios.messages import label
from scenarios.results import Cause
from scenarios.schema import Label, Project
from simulation.risks import Cause as RiskCause
from simulation.statistics import Gain


def cause_view(assembly: Assembly, cause: RiskCause, gain: Gain, project: Project) -> Cause:
    """A cause as planners name it; where it lies in another project than `project`, with that one's name."""
    name, owner = cause_label(assembly, cause), _owner(assembly, cause)
    if owner not in (None, project.id):
        other = next(item.name for item in assembly.scenario.projects if item.id == owner)
        name = labelled("cause_elsewhere", project=other, name=name)
    return Cause(f"{cause.kind}:{cause.id}", name, gain.mean, gain.standard_error)


def _owner(assembly: Assembly, cause: RiskCause) -> str | None:
    """Project that a factor or a rework loop belongs to."""
    if cause.kind == "factor":
        return next(item.project for item in assembly.factors if item.factor.id == cause.id)
    return assembly.specs[cause.id].project if cause.kind == "rework" else None


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
        return labelled("cause_rework", node=spec.name, rework=spec.rework.label)
    if cause.kind == "resource":
        name = scenario.resources[cause.id].name or Label(zh=cause.id, en=cause.id)
        return labelled("cause_resource", name=name)
    if cause.kind == "driver" and cause.id in scenario.drivers:
        return scenario.drivers[cause.id].name or Label(zh=cause.id, en=cause.id)
    return label("cause_other", name=str(cause.id))
