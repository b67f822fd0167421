"""Relations of other programs as links of a scenario."""

from __future__ import annotations

import re
from typing import Any


def identifier(text: str, otherwise: str) -> str:
    """A text that may stand as an id.

    Examples
    --------
    >>> identifier(" Phase 1/2", "project"), identifier("//", "project")
    ('Phase 1 2', 'project')
    """
    return re.sub(r"[/\s\x00-\x1f]+", " ", text).strip()[:80].strip() or otherwise


def turned(type: str, lag: int) -> dict[str, Any] | None:
    """The link the other way round, for a relation onto a finish that looks back; None for any other.

    To such programs a start on Monday at 8:00 and a finish on Friday at 17:00 are one instant: no working
    time lies between. As boundaries they differ, and a finish that must not lie before such a start would
    cost a slot more. As a maximum lag, which looks ahead to the next allowed start, it does not.

    Examples
    --------
    >>> turned("SF", -3)
    {'type': 'FS', 'lag': None, 'maximum_lag': 3}
    """
    if (type == "SF" and lag <= 0) or (type == "FF" and lag < 0):
        return {"type": {"SF": "FS", "FF": "FF"}[type], "lag": None, "maximum_lag": -lag}
    return None
