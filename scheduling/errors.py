"""Every error that backplan raises on purpose. A message says where, what is wrong and what mends it."""

from __future__ import annotations


class SchedulingError(Exception):
    """Base of all errors raised on purpose by backplan."""


class InputError(SchedulingError, ValueError):
    """The input contradicts itself or breaks a rule; the message names the place and the remedy."""


class CycleError(InputError):
    """Activities that wait for each other.

    Attributes
    ----------
    cycle : tuple
        Ids along the cycle, in the direction of the links, each once.
    """

    def __init__(self, cycle: tuple[object, ...]) -> None:
        self.cycle = cycle
        path = " -> ".join(str(node) for node in (*cycle, cycle[0]))
        super().__init__(
            f"the precedences form a cycle: {path}. Remove one of these links, "
            "or turn one of them into a maximum lag."
        )


class ContradictionError(InputError):
    """Minimum and maximum lags that no dates can satisfy together.

    Attributes
    ----------
    links : tuple of (predecessor, successor)
        The links of one contradicting cycle.
    """

    def __init__(self, links: tuple[tuple[object, object], ...], told: tuple[str, ...] = ()) -> None:
        self.links = links
        named = ", ".join(told or (f"{pred} -> {succ}" for pred, succ in links))
        super().__init__(
            f"these links contradict each other: {named}. Shorten a minimum lag or an activity on the way, "
            "or lengthen a maximum lag."
        )


class EngineError(SchedulingError):
    """Two engines disagree: a fault of backplan, never of the input."""


class AxisError(SchedulingError):
    """A date lies outside the range that the calendars cover."""


class WorkerError(SchedulingError):
    """Workers that died, fail, or do not answer."""
