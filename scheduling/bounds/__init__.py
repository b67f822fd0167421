"""Bounds that no plan can better."""
