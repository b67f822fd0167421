"""Primavera P6 XER files."""

from scenarios.formats.xer.read import xer_source

__all__ = ["xer_source"]
