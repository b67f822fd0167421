"""Readers of other programs' files; each makes the plain data of a scenario."""
