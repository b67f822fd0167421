"""Compiled loops over replications; nothing else of the simulation imports numba."""
