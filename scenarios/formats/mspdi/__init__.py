"""MS Project XML (MSPDI) files."""

from scenarios.formats.mspdi.read import mspdi_source

__all__ = ["mspdi_source"]
