"""Project scheduling problems of the research libraries: ``.sm``, ``.mm``, ``.sch`` and MPLIB ``.txt``."""

from scenarios.formats.rcpsp.graph import network
from scenarios.formats.rcpsp.read import read_instance
from scenarios.formats.rcpsp.records import Instance
from scenarios.formats.rcpsp.source import InstanceSource, instance_source

__all__ = ["Instance", "InstanceSource", "instance_source", "network", "read_instance"]
