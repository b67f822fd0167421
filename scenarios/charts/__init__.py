"""Charts of a forecast: Gantt charts and S-curves as figures and files. They read results, nothing else."""

from scenarios.charts.files import save
from scenarios.charts.fonts import MissingFontWarning
from scenarios.charts.gantt import gantt

__all__ = ["MissingFontWarning", "gantt", "save"]
