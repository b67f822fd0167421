"""Synthetic portfolios for documents that name no projects."""

from __future__ import annotations

from scenarios.generator.projects import generated

__all__ = ["generated"]
