"""Charts of a forecast: Gantt charts and S-curves as figures and files. They read results, nothing else."""

from scenarios.charts.files import save
from scenarios.charts.folder import save_all
from scenarios.charts.fonts import MissingFontWarning
from scenarios.charts.gantt import gantt
from scenarios.charts.progress import progress_chart
from scenarios.charts.scurve import s_curve

__all__ = ["MissingFontWarning", "gantt", "progress_chart", "s_curve", "save", "save_all"]
