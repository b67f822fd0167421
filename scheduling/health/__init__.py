"""Health check of a network before any plan: what is likely a slip of the pen, and what cannot hold."""

from __future__ import annotations

from scheduling.health.examine import examine
from scheduling.health.findings import Code, Finding, Severity

__all__ = ["Code", "Finding", "Severity", "examine"]
