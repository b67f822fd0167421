"""Compiled loops over integer arrays; the only place where numba is imported."""
