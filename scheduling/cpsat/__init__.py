"""Backward schedules under resources as a constraint model; the only rooms that import the solver."""
