"""All checks of a network, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.cpm import critical_path
from scheduling.errors import AxisError, ContradictionError
from scheduling.health.dates import dates, impossible
from scheduling.health.findings import Code, Finding, Severity
from scheduling.health.logic import logic
from scheduling.health.resources import resources, too_much
from scheduling.network import Network
from scheduling.passes import Dates, early_pass


def examine(net: Network) -> tuple[Finding, ...]:
    """Everything in a network that is likely wrong or cannot hold.

    Parameters
    ----------
    net : Network

    Returns
    -------
    tuple of Finding
        In the order of :class:`Code`.

    Examples
    --------
    >>> import networkx as nx
    >>> from scheduling import compile_network
    >>> graph = nx.DiGraph()
    >>> graph.add_node("design", duration=30)
    >>> graph.add_node("permit", duration=20, deadline=40)
    >>> graph.add_node("trees", duration=5)
    >>> graph.add_edge("design", "permit", lag=-5)
    >>> for finding in examine(compile_network(graph)):
    ...     print(finding.severity, finding.code, finding.activities, finding.numbers)
    warning negative_float ('design', 'permit') {'project': None, 'least': -5}
    warning isolated ('trees',) {}
    warning lead ('design', 'permit') {'type': 'FS', 'lag': -5, 'calendar': 'elapsed'}
    """
    found = [*logic(net), *too_much(net)]
    try:
        least = early_pass(net, any_mode=True)
    except ContradictionError as error:
        names = tuple(dict.fromkeys(name for pair in error.links for name in pair))
        found.append(Finding(Code.CONTRADICTION, Severity.ERROR, names, {"links": error.links}))
    except AxisError as error:
        found.append(Finding(Code.CALENDAR_END, Severity.ERROR, (), {"fault": str(error)}))
    else:
        found += _dated(net, least)
    order = list(Code)
    return tuple(sorted(found, key=lambda finding: order.index(Code(finding.code))))


def _dated(net: Network, least: Dates) -> Iterator[Finding]:
    """Findings about dates; `least` are those in any modes."""
    yield from impossible(net, least)
    try:
        result = critical_path(net)
    except (AxisError, ContradictionError):
        return  # in planning modes alone
    yield from dates(net, result)
    yield from resources(net, result)
