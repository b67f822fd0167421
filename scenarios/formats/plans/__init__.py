"""What MS Project and Primavera P6 files have in common: a plan as records, and the scenario it becomes."""

from scenarios.formats.plans.source import PlanSource, plan_source

__all__ = ["PlanSource", "plan_source"]
