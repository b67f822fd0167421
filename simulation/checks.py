"""Checks that the distributions share; each message says what is wrong and what mends it."""

from __future__ import annotations

import math

from scheduling.errors import InputError


def check_finite(name: str, **values: float) -> None:
    """Refuse a parameter that is infinite or not a number."""
    for label, value in values.items():
        if not math.isfinite(value):
            raise InputError(f"{name}: {label.replace('_', ' ')} is {value!r}. Give a finite number.")


def check_spread(name: str, least: str, low: float, greatest: str, high: float) -> None:
    """Refuse bounds that leave no room between them."""
    if high == low:
        raise InputError(f"{name}: {least} and {greatest} are both {low:g}. Use a fixed value instead.")
    if high < low:
        raise InputError(f"{name}: {greatest} {high:g} is below {least} {low:g}. Swap or correct them.")


def check_between(name: str, least: str, low: float, mode: float, greatest: str, high: float) -> None:
    """Refuse a mode outside the bounds."""
    if not low <= mode <= high:
        raise InputError(
            f"{name}: most likely {mode:g} is not between {least} {low:g} and {greatest} {high:g}. "
            "Give the three estimates in rising order."
        )
