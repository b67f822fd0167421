"""Links: ends that hang loose, leads, long lags, links that say nothing, progress against the links."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from scheduling.health.findings import Code, Finding, Severity, named
from scheduling.network import WORK, Link, Network


def logic(net: Network) -> Iterator[Finding]:
    """Findings that need no dates."""
    yield from _ends(net)
    yield from _loose(net)
    for link in net.links:
        yield from _lags(net, link)
    yield from _repeated(net)
    yield from _redundant(net)


def _finding(net: Network, code: Code, severity: Severity, link: Link) -> Finding:
    numbers = {"type": link.type, "lag": link.lag, "calendar": link.table.name}
    return Finding(code, severity, (net.ids[link.pred], net.ids[link.succ]), numbers)


def _planned(net: Network) -> list[int]:
    """Unfinished activities but those that stand for a factor."""
    return [i for i in range(len(net)) if not net.done(i) and i not in (net.lead_factors or {})]


# -- open ends ----------------------------------------------------------------------------------------------
def _ends(net: Network) -> Iterator[Finding]:
    """Activities that wait for nothing, or for which nothing waits.

    What has a release, a factor or an actual start begins on a date; what has a deadline ends on one. In a
    project without deadlines the end is where it ends last.
    """
    linked = {end for link in net.links for end in (link.pred, link.succ)}
    dated = {i for gate in net.gates for i in gate.gates} | {
        i for i in range(len(net)) if net.started(i) or net.release[i] is not None
    }
    projects: dict[int, list[int]] = defaultdict(list)
    for i in _planned(net):
        projects[net.project[i]].append(i)
    for k, members in sorted(projects.items()):
        if len(members) == 1:
            continue
        alone = [i for i in members if i not in linked and i not in net.deadlines]
        starts = [i for i in members if i in linked and i not in dated and not net.into[i]]
        ends = [i for i in members if i in linked and i not in net.deadlines and not net.out_of[i]]
        due = any(i in net.deadlines for i in members)
        project = {"project": net.projects[k]}
        if alone:
            yield Finding(Code.ISOLATED, Severity.WARNING, named(net, alone))
        if len(starts) > 1:
            yield Finding(Code.OPEN_START, Severity.NOTE, named(net, starts), project)
        if ends and (due or len(ends) > 1):
            yield Finding(Code.OPEN_END, Severity.WARNING, named(net, ends), project)


def _loose(net: Network) -> Iterator[Finding]:
    """Work whose start (finish) no link ties, though links tie its finish (start)."""
    gated = {i for gate in net.gates for i in gate.gates}
    starts, finishes = [], []
    for i in _planned(net):
        if net.kind[i] != WORK:
            continue
        anchored = net.started(i) or net.release[i] is not None or i in gated
        if net.into[i] and not anchored and all(link.to_finish for link in net.into[i]):
            starts.append(i)
        out = net.out_of[i]
        if out and i not in net.deadlines and not any(link.from_finish for link in out):
            finishes.append(i)
    if starts:
        yield Finding(Code.LOOSE_START, Severity.WARNING, named(net, starts))
    if finishes:
        yield Finding(Code.LOOSE_FINISH, Severity.WARNING, named(net, finishes))


# -- one link -----------------------------------------------------------------------------------------------
def _lags(net: Network, link: Link) -> Iterator[Finding]:
    if link.maximum:
        return
    before = net.actual_finish if link.from_finish else net.actual_start
    after = net.actual_finish if link.to_finish else net.actual_start
    if after[link.succ] is not None and before[link.pred] is None:
        yield _finding(net, Code.OUT_OF_SEQUENCE, Severity.WARNING, link)
    if net.done(link.succ):
        return
    if link.lag < 0:
        yield _finding(net, Code.LEAD, Severity.WARNING, link)
    works = (net.work[link.pred], net.work[link.succ])
    if link.lag > max(works) > 0 and not (net.started(link.pred) or net.started(link.succ)):
        yield _finding(net, Code.LONG_LAG, Severity.NOTE, link)


# -- links that say nothing ---------------------------------------------------------------------------------
def _repeated(net: Network) -> Iterator[Finding]:
    """Pairs of activities with more than one link of a type, of which one would do."""
    counts = Counter((*link[:4], link.maximum) for link in net.links)
    seen = set()
    for link in net.links:
        key = (*link[:4], link.maximum)
        if counts[key] > 1 and key not in seen:
            seen.add(key)
            yield _finding(net, Code.REPEATED_LINK, Severity.WARNING, link)


def _redundant(net: Network) -> Iterator[Finding]:
    """FS links without lag that a chain of FS links between unstarted activities already implies.

    From the last activity to the first, with the set of all that follow each as the bits of one number.
    """
    out = [[link for link in links if _orders(net, link)] for links in net.out_of]
    waiting = [len({link.pred for link in links if _orders(net, link)}) for links in net.into]
    after: dict[int, int] = {}
    found = []
    for i in reversed(net.order):
        following = {link.succ for link in out[i]}
        reached = 0
        for j in following:
            reached |= after[j]
        found += [link for link in out[i] if link.lag == 0 and reached >> link.succ & 1]
        for j in following:
            reached |= 1 << j
            waiting[j] -= 1
            if not waiting[j]:
                del after[j]
        after[i] = reached
    for link in sorted(found, key=lambda link: (link.pred, link.succ)):
        yield _finding(net, Code.REDUNDANT_LINK, Severity.NOTE, link)


def _orders(net: Network, link: Link) -> bool:
    started = net.started(link.pred) or net.started(link.succ)
    return link.type == "FS" and link.lag >= 0 and not started
