"""The wall chart (挂图作战): one offline page with a row a project, from a forecast."""

from scenarios.wallchart.page import write_wall_chart

__all__ = ["write_wall_chart"]
