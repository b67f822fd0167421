"""The discrete-event engine, compiled: what :mod:`simulation.engine` does through SimPy, date for date.

Time is cut into buckets that hold what is going to happen; everything of an instant is done in the order of
SEMANTICS 22. State is kept in few arrays, because a call between kernels counts references to each of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduling.kernels.board import Ints, borrowing, inlined, kernel
from simulation.kernels.clock import OFF, Clock, earliest_start, finish_of, next_start, shift
from simulation.kernels.early import FINISH_MILESTONE, LIMIT, WORK
from simulation.statistics import Slots

STEP = np.dtype([("succ", np.uint32), ("lag", np.int32), ("table", np.int32)])
"""A minimum lag that only lets a successor wait."""

WAIT = np.dtype(
    [("pred", np.uint32), *((name, np.int32) for name in ("from_finish", "to_finish", "lag", "table"))]
)
"""A minimum lag that goes by projected places."""

QUEUE = np.dtype([("table", np.int32), ("demands", np.uint32), ("heap", np.uint32)])
"""A queue: its calendar, where its demands and its heap begin. One row more ends those of the last."""

DEMAND = np.dtype([("resource", np.uint32), ("units", np.int64), ("given_back", np.int64)])
"""Units that an activity takes; what is used up is not given back."""

ACTIVITY = np.dtype(
    [
        *(
            (name, np.int32)
            for name in ("bound", "left", "begun", "end", "done", "ready", "asked", "stacked")
        ),
        *((name, np.int32) for name in ("earliest", "amount", "kind", "table", "linked")),
        *((name, np.uint32) for name in ("queue", "on_start", "on_finish")),
    ]
)
"""The state of an activity, one line of the cache.

Least place by the steps so far, steps left, start, end of the work, finish, ready slot, number of takings
before it asked, whether it is on the stack of visits; least place and work in this replication; kind,
calendar, whether it has waits or watchers or is in progress, queue, where its steps from the start and finish
begin. One row more ends the steps of the last. What counts rows is unsigned, so that kernels need not ask
whether it counts from the end.
"""

ENTRY = np.dtype([("due", np.int32), ("after", np.uint32)])
"""What is going to happen: its instant, and the next one in the same bucket."""

NOBODY = (1 << 32) - 1
"""No entry."""

POLL = np.dtype([("who", np.uint32), ("at", np.int32)])
"""Whom to visit at which instant."""

WAITED_FOR, OPEN = range(2)
"""Rows of calendars."""

UNKNOWN = OFF
"""A date that is not known yet."""

BUCKETS = 1 << 16
TILE = 16
"""Replications whose dates are fetched and stored together: they lie side by side in memory."""


Indices: TypeAlias = npt.NDArray[np.uint32]


class Waits(NamedTuple):
    """Links by projected places: those of activity k are the rows from ``first[k]`` to ``first[k + 1]``."""

    first: Indices
    link: Any


class Yard(NamedTuple):
    """What is dispatched, as arrays.

    Attributes
    ----------
    blank : array of ACTIVITY, shape (activities + 1,)
        Their state before a replication.
    in_progress : shape (activities,)
        Whether work is in progress at the data date.
    step : array of STEP
    waits : Waits
    watchers, watcher : shape (activities + 1,), any
        Where the watchers of each activity begin, and who they are.
    queue, demand : arrays of QUEUE, shape (queues + 1,), and DEMAND
    place : shape (activities,)
        Place by planned start and number of each activity, as a key without its ready slot.
    bits : shape (2,)
        How many bits of a key the ready slot and the number take.
    changes, capacity : shape (changes,), (changes + 1, resources)
        When capacities change, and what they are before, between and after.
    held : shape (resources,)
        Units that facts hold or used up.
    pile : shape (resources + 1,)
        Where the takings of each resource begin in the pile.
    """

    blank: Any
    in_progress: Slots
    step: Any
    waits: Waits
    watchers: Indices
    watcher: Indices
    queue: Any
    demand: Any
    place: Ints
    bits: Ints
    changes: Ints
    capacity: Ints
    held: Ints
    pile: Indices


(
    NOW,
    FIRST,
    LAST_EARLY,
    VISITS,
    POLLS,
    GO,
    PENDING,
    BUSY,
    CHANGED,
    FREED,
    CHANGE,
    NEXT,
    TAKINGS,
    OVERTAKING,
    OFF_AXIS,
    FURTHEST,
) = range(16)
"""Counters: the instant, the first one, the last of the least places; how many are to be visited now, to be
polled later, and start without asking; visits arranged; queues where somebody waits; what happened at this
instant; changes of capacity so far; the bucket looked at; takings; the longest overtaking; whether a date
left its calendar; the last bucket that anything was put into."""


class Run(NamedTuple):
    """The state of one replication.

    Attributes
    ----------
    tally : shape (16,)
    state : array of ACTIVITY, shape (activities + 1,)
    stack : shape (2, activities)
        Whom to visit now, and who starts without asking.
    poll : array of POLL, shape (activities,)
        Whom to visit later.
    entry : array of ENTRY, shape (2 activities + calendars + 1,)
        Visits, polls, calendars that allow starts again, and the next change.
    bucket : shape (buckets,)
        First entry of each.
    heap, size : shape (activities,), (queues,)
        Who asks in each queue, as keys.
    busy, head : shape (2, queues), (queues,)
        Queues where somebody waits, and where each stands among them; their heads during a pass.
    calendar : shape (2, calendars + 1)
        How many of them follow each calendar, and when it next allows a start; -1 is time without one.
    unit : shape (3, resources)
        Free units, height of the pile of takings, slots waited for it.
    pile : shape (2, demands of activities)
        Of each resource the takings that no later one exceeds: their numbers and keys.
    """

    tally: Ints
    state: Any
    stack: Indices
    poll: Any
    entry: Any
    bucket: Indices
    heap: Ints
    size: Indices
    busy: Indices
    head: Ints
    calendar: Slots
    unit: Ints
    pile: Ints


# -- heaps ------------------------------------------------------------------------------------------------
@borrowing
def push(heap: Ints, first: Any, size: Any, key: int) -> None:
    """Add a key to a heap of `size` that begins at `first`."""
    first, at = np.int64(first), np.int64(size)
    while at > 0:
        parent = (at - 1) >> 1
        if heap[first + parent] <= key:
            break
        heap[first + at] = heap[first + parent]
        at = parent
    heap[first + at] = key


@borrowing
def drop(heap: Ints, first: Any, size: Any) -> None:
    """Take the least key off a heap of `size`."""
    first, at, last = np.int64(first), 0, np.int64(size) - 1
    key = heap[first + last]
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and heap[first + child + 1] < heap[first + child]:
            child += 1
        if heap[first + child] >= key:
            break
        heap[first + at] = heap[first + child]
        at = child
    if last > 0:
        heap[first + at] = key


# -- the agenda -------------------------------------------------------------------------------------------
@borrowing
def bucket_of(tally: Ints, bucket: Indices, t: int) -> int:
    """The bucket of an instant; the last one holds all that lies beyond."""
    return int(min(t - tally[FIRST], len(bucket) - 1))


@inlined
def arrange(run: Run, which: int, t: int) -> None:
    """Put an entry into the bucket of an instant."""
    at = bucket_of(run.tally, run.bucket, t)
    first = run.bucket[at]
    run.entry[which].due, run.entry[which].after = t, first
    run.bucket[at] = which
    run.tally[NEXT], run.tally[FURTHEST] = min(run.tally[NEXT], at), max(run.tally[FURTHEST], at)


@inlined
def remove(run: Run, which: int) -> None:
    """Take an entry out of its bucket."""
    at = bucket_of(run.tally, run.bucket, run.entry[which].due)
    before = run.bucket[at]
    if before == which:
        run.bucket[at] = run.entry[which].after
    else:
        while run.entry[before].after != which:
            before = run.entry[before].after
        run.entry[before].after = run.entry[which].after
    run.entry[which].due = UNKNOWN


@borrowing
def by_then(run: Run, which: int, t: int) -> None:
    """See to it that an entry comes up at an instant, or before."""
    if run.entry[which].due != UNKNOWN:
        if run.entry[which].due <= t:
            return
        remove(run, which)
    arrange(run, which, t)


@inlined
def upcoming(run: Run) -> int:
    """The next instant; LIMIT without one."""
    mixed = len(run.bucket) - 1
    at, last = run.tally[NEXT], min(run.tally[FURTHEST] + 1, mixed)
    while at < last and run.bucket[at] == NOBODY:
        at += 1
    run.tally[NEXT] = at
    if at < last:
        return int(run.tally[FIRST] + at)
    t, which = LIMIT, run.bucket[mixed]
    while which != NOBODY:
        t = min(t, run.entry[which].due)
        which = run.entry[which].after
    return t


@inlined
def stack(run: Run, k: Any) -> None:
    """Visit an activity at this instant."""
    if not run.state[k].stacked:
        run.state[k].stacked = 1
        run.stack[0, run.tally[VISITS]] = k
        run.tally[VISITS] += 1


@inlined
def open_bucket(run: Run, t: int, members: int) -> None:
    """Take everything of an instant out of its bucket; activities among it are to be visited."""
    at = bucket_of(run.tally, run.bucket, t)
    which, mixed = run.bucket[at], at == len(run.bucket) - 1
    if not mixed:
        run.bucket[at] = NOBODY
    while which != NOBODY:
        after = run.entry[which].after
        if run.entry[which].due == t:
            if mixed:
                remove(run, which)
            run.entry[which].due = UNKNOWN
            if which < members:
                run.tally[PENDING] -= 1
            if which < 2 * members:
                stack(run, np.uint32(which % members))
            else:
                run.tally[CHANGED] = 1
        which = after


# -- projections (SEMANTICS 21) ---------------------------------------------------------------------------
@borrowing
def finishing(waits: Waits, clock: Clock, state: Any, now: int, k: int) -> int:
    """Finish of a started activity beside the projected places of its FF and SF predecessors, or OFF."""
    end = int(state[k].end)
    for e in range(waits.first[k], waits.first[k + 1]):
        if waits.link[e].to_finish:
            event = projected(waits, clock, state, now, waits.link[e].pred, waits.link[e].from_finish)
            if event == OFF and waits.link[e].from_finish and state[waits.link[e].pred].begun != UNKNOWN:
                event = finishing(waits, clock, state, now, waits.link[e].pred)
            bound = OFF if event == OFF else shift(clock, waits.link[e].table, event, waits.link[e].lag)
            if bound == OFF:
                return OFF
            end = max(end, bound)
    return end


@borrowing
def projected(waits: Waits, clock: Clock, state: Any, now: int, k: int, finish: int) -> int:
    """Start or finish of an activity as projected now; OFF off the axis, and for a finish under way."""
    known = int(state[k].done if finish else state[k].begun)
    if known != UNKNOWN:
        return known
    if state[k].begun != UNKNOWN:
        return OFF
    at = allowed_from(clock, state, k, max(state[k].earliest, now + 1))
    if at == OFF or not finish or state[k].kind != WORK:
        return at
    return finish_of(clock, state[k].table, at, state[k].amount)


@inlined
def allowed_from(clock: Clock, state: Any, k: int, bound: int) -> int:
    """First place at or after a boundary where an activity may begin."""
    if bound == state[k].earliest or state[k].kind == FINISH_MILESTONE:
        return bound
    return next_start(clock, state[k].table, bound)


@borrowing
def least_place(waits: Waits, clock: Clock, state: Any, now: int, k: int) -> int:
    """Least place beside the projected places of the predecessors; OFF off the axis."""
    begin, end = int(state[k].earliest), OFF
    for e in range(waits.first[k], waits.first[k + 1]):
        event = projected(waits, clock, state, now, waits.link[e].pred, waits.link[e].from_finish)
        if event == OFF and waits.link[e].from_finish and state[waits.link[e].pred].begun != UNKNOWN:
            event = finishing(waits, clock, state, now, waits.link[e].pred)
        bound = OFF if event == OFF else shift(clock, waits.link[e].table, event, waits.link[e].lag)
        if bound == OFF:
            return OFF
        if waits.link[e].to_finish:
            end = max(end, bound)
        else:
            begin = max(begin, bound)
    kind, c = state[k].kind, state[k].table
    if kind == WORK:
        if end <= begin:
            return next_start(clock, c, begin)
        at = earliest_start(clock, c, end, state[k].amount)
        return next_start(clock, c, begin) if OFF < at < begin else at
    at = max(begin, end)
    return at if kind == FINISH_MILESTONE else next_start(clock, c, at)


@inlined
def holds(yard: Yard, clock: Clock, run: Run, k: int) -> bool:
    """Whether the minimum lags of an activity hold if it begins now; else it is visited later."""
    if not run.state[k].linked:
        return True
    t = run.tally[NOW]
    at = least_place(yard.waits, clock, run.state, t, k)
    if at == OFF:
        return False
    if at <= t and run.state[k].kind != FINISH_MILESTONE:
        at = next_start(clock, run.state[k].table, t)
        run.tally[OFF_AXIS] |= at == OFF
    if at > t:
        poll(yard, run, k, at)
    return bool(at <= t)


@inlined
def poll(yard: Yard, run: Run, k: int, at: int) -> None:
    """Visit later, unless only an event can help: that visits its watchers itself."""
    if not stuck(yard.waits, run.state, k):
        run.poll[run.tally[POLLS]].who, run.poll[run.tally[POLLS]].at = k, at
        run.tally[POLLS] += 1


@borrowing
def stuck(waits: Waits, state: Any, k: int) -> bool:
    """Whether one link alone keeps an activity from going on until an event that time does not bring."""
    flexible = state[k].begun == UNKNOWN and state[k].kind == WORK
    for e in range(waits.first[k], waits.first[k + 1]):
        pred = waits.link[e].pred
        if waits.link[e].lag < 0 or (waits.link[e].to_finish and flexible):
            continue
        if state[pred].begun == UNKNOWN:
            return True
        if waits.link[e].from_finish and state[pred].done == UNKNOWN and stuck(waits, state, pred):
            return True
    return False


# -- completions, arrivals, milestones --------------------------------------------------------------------
@inlined
def notify(yard: Yard, clock: Clock, run: Run, k: int, first: int, last: int) -> None:
    """Let go on what waited for an event of this activity by the steps from `first` to `last`."""
    t = run.tally[NOW]
    for e in range(first, last):
        j, lag = yard.step[e].succ, yard.step[e].lag
        bound = t if lag == 0 else shift(clock, yard.step[e].table, t, lag)
        run.tally[OFF_AXIS] |= bound == OFF
        run.state[j].bound = max(run.state[j].bound, bound)
        run.state[j].left -= 1
        if run.state[j].left == 0:
            at = allowed_from(clock, run.state, j, run.state[j].bound)
            run.tally[OFF_AXIS] |= at == OFF
            if at <= t:
                stack(run, j)
            else:
                arrange(run, j, at)
                run.tally[PENDING] += 1
    if run.state[k].linked:
        for w in range(yard.watchers[k], yard.watchers[k + 1]):
            stack(run, yard.watcher[w])


@inlined
def begin(clock: Clock, run: Run, k: int) -> None:
    """Work goes on from here to its finish."""
    t = run.tally[NOW]
    end = finish_of(clock, run.state[k].table, t, run.state[k].amount)
    run.tally[OFF_AXIS] |= end == OFF
    run.state[k].begun, run.state[k].end = t, end
    arrange(run, k, max(end, t))
    run.tally[PENDING] += 1


@inlined
def ask(yard: Yard, run: Run, k: int) -> None:
    """Ask for units from now on; what needs none starts at the next pass."""
    run.state[k].ready = run.tally[NOW]
    run.tally[CHANGED] = 1
    q = run.state[k].queue
    if yard.queue[q].demands == yard.queue[q + 1].demands:
        run.stack[1, run.tally[GO]] = k
        run.tally[GO] += 1
        return
    run.state[k].asked = run.tally[TAKINGS]
    push(run.heap, yard.queue[q].heap, run.size[q], key_of(yard, run, k))
    run.size[q] += 1
    if run.size[q] == 1:
        run.busy[0, run.tally[BUSY]], run.busy[1, q] = q, run.tally[BUSY]
        run.tally[BUSY] += 1
        run.calendar[WAITED_FOR, yard.queue[q].table] += 1


@inlined
def key_of(yard: Yard, run: Run, k: int) -> int:
    """Place in the order (planned start, ready slot, id)."""
    waited = run.state[k].ready - run.tally[FIRST]
    run.tally[OFF_AXIS] |= waited >= 1 << yard.bits[0]
    return int(yard.place[k] | (np.int64(waited) << yard.bits[1]))


@inlined
def number_of(yard: Yard, key: int) -> Any:
    """The activity of a key; of one type everywhere, or recursive kernels cannot be kept on disk."""
    return np.uint32(key & ((1 << yard.bits[1]) - 1))


@inlined
def complete(yard: Yard, clock: Clock, run: Run, k: int) -> bool:
    """Finish and free the units, unless FF or SF still hold the finish back."""
    if run.state[k].linked:
        end = finishing(yard.waits, clock, run.state, run.tally[NOW], k)
        if end == OFF or end > run.tally[NOW]:
            if end != OFF:
                poll(yard, run, k, end)
            return False
    run.state[k].done = run.tally[NOW]
    q = run.state[k].queue
    if yard.queue[q].demands < yard.queue[q + 1].demands:
        run.tally[CHANGED] = run.tally[FREED] = 1
    for d in range(yard.queue[q].demands, yard.queue[q + 1].demands):
        run.unit[0, yard.demand[d].resource] += yard.demand[d].given_back
    return True


@inlined
def settle(yard: Yard, clock: Clock, run: Run, started: int) -> None:
    """Tell of those just started, and visit until nothing changes any more."""
    t = run.tally[NOW]
    while not run.tally[OFF_AXIS]:
        first = last = 0  # the steps to tell of an event; none of work in progress, but its watchers
        if started:
            started -= 1
            k = run.stack[1, started]
            first, last = run.state[k].on_start, run.state[k].on_finish
        elif run.tally[VISITS]:
            run.tally[VISITS] -= 1
            k = run.stack[0, run.tally[VISITS]]
            run.state[k].stacked = 0
            if run.state[k].begun == UNKNOWN:
                if run.state[k].ready != UNKNOWN:
                    run.tally[CHANGED] = 1
                    continue
                if run.state[k].earliest > t or not holds(yard, clock, run, k):
                    continue
                if run.state[k].kind != WORK:
                    run.state[k].begun = run.state[k].done = t
                    first, last = run.state[k].on_start, run.state[k + 1].on_start
                elif run.state[k].linked and yard.in_progress[k]:
                    begin(clock, run, k)
                else:
                    ask(yard, run, k)
                    continue
            else:
                due = run.state[k].done == UNKNOWN and run.state[k].end <= t
                if not (due and complete(yard, clock, run, k)):
                    continue
                first, last = run.state[k].on_finish, run.state[k + 1].on_start
        else:
            break
        notify(yard, clock, run, k, first, last)


# -- the pass ---------------------------------------------------------------------------------------------
@inlined
def enough(yard: Yard, run: Run, q: int) -> bool:
    """Whether there are units for one activity of a queue."""
    for d in range(yard.queue[q].demands, yard.queue[q + 1].demands):
        if run.unit[0, yard.demand[d].resource] < yard.demand[d].units:
            return False
    return True


@inlined
def one_pass(yard: Yard, clock: Clock, run: Run) -> int:
    """Start what can start, in one pass over those who ask; how many did, put on the last stack."""
    started = run.tally[GO]
    run.tally[GO] = 0
    for s in range(started):
        begin(clock, run, run.stack[1, s])
    heads = 0
    for c in range(-1, len(clock.row)):
        if run.calendar[WAITED_FOR, c]:
            run.calendar[OPEN, c] = next_start(clock, c, run.tally[NOW])
    for b in range(run.tally[BUSY]):
        q = run.busy[0, b]
        if run.calendar[OPEN, yard.queue[q].table] != run.tally[NOW] or not enough(yard, run, q):
            continue
        key = run.heap[yard.queue[q].heap]
        if holds(yard, clock, run, number_of(yard, key)):
            push(run.head, 0, heads, key)
            heads += 1
    while heads:
        key = run.head[0]
        k = number_of(yard, key)
        q = run.state[k].queue
        drop(run.head, 0, heads)
        heads -= 1
        if not enough(yard, run, q):
            continue
        drop(run.heap, yard.queue[q].heap, run.size[q])
        run.size[q] -= 1
        take(yard, run, k, key)
        begin(clock, run, k)
        run.stack[1, started] = k
        started += 1
        if run.size[q]:
            push(run.head, 0, heads, run.heap[yard.queue[q].heap])
            heads += 1
        else:
            run.calendar[WAITED_FOR, yard.queue[q].table] -= 1
            run.tally[BUSY] -= 1
            last, at = run.busy[0, run.tally[BUSY]], run.busy[1, q]
            run.busy[0, at], run.busy[1, last] = last, at
    return int(started)


@inlined
def take(yard: Yard, run: Run, k: int, key: int) -> None:
    """Take the units of an activity; it was overtaken if one behind it took units of one of its resources."""
    q, waited = run.state[k].queue, run.tally[NOW] - run.state[k].ready
    for d in range(yard.queue[q].demands, yard.queue[q + 1].demands):
        resource = yard.demand[d].resource
        run.unit[0, resource] -= yard.demand[d].units
        run.unit[2, resource] += waited
        first, height = yard.pile[resource], run.unit[1, resource]
        if waited > run.tally[OVERTAKING]:
            low, high = 0, height
            while low < high:  # The first taking after it asked is the greatest of them.
                middle = (low + high) >> 1
                if run.pile[0, first + middle] >= run.state[k].asked:
                    high = middle
                else:
                    low = middle + 1
            if low < height and run.pile[1, first + low] > key:
                run.tally[OVERTAKING] = waited
        while height and run.pile[1, first + height - 1] <= key:
            height -= 1
        run.pile[0, first + height], run.pile[1, first + height] = run.tally[TAKINGS], key
        run.unit[1, resource] = height + 1
    run.tally[TAKINGS] += 1


# -- one replication --------------------------------------------------------------------------------------
@inlined
def change_capacity(yard: Yard, run: Run, t: int) -> None:
    """Take over the capacities of an instant."""
    at = run.tally[CHANGE]
    while at < len(yard.changes) and yard.changes[at] <= t:
        at += 1
    for r in range(run.unit.shape[1]):
        run.unit[0, r] += yard.capacity[at, r] - yard.capacity[run.tally[CHANGE], r]
    run.tally[CHANGE] = at
    run.tally[CHANGED] = run.tally[FREED] = 1


@borrowing
def look_ahead(yard: Yard, clock: Clock, run: Run, horizon: int) -> None:
    """Arrange the next instants at which skipped activities ask, or projections may have come true."""
    t, members = run.tally[NOW], len(yard.place)
    calendars = len(clock.row)
    if run.tally[FREED]:
        for c in range(calendars):
            if run.calendar[WAITED_FOR, c]:
                at = next_start(clock, c, t)
                if at == OFF:
                    run.tally[OFF_AXIS] = 1
                elif at > t:
                    by_then(run, 2 * members + c, at)
    change = run.tally[CHANGE]
    if run.tally[BUSY] and change < len(yard.changes):
        by_then(run, 2 * members + calendars, yard.changes[change])
    # Without calendars a projection that nothing else can change slips for ever, slot by slot.
    dead = not run.tally[PENDING] and change == len(yard.changes) and t > run.tally[LAST_EARLY]
    for p in range(run.tally[POLLS]):
        at = run.poll[p].at
        if at <= horizon if horizon >= 0 else not dead:
            by_then(run, members + run.poll[p].who, at)
    run.tally[POLLS] = 0


@borrowing
def set_out(yard: Yard, run: Run, work: Slots, earliest: Slots) -> None:
    """Lay everything out as it is before the first instant; nothing is arranged any more."""
    for c in range(len(run.tally)):
        run.tally[c] = 0
    first, last = LIMIT, OFF
    for k in range(len(yard.place)):
        at = earliest[k]
        first, last = min(first, at), max(last, at)
        run.state[k] = yard.blank[k]
        run.state[k].bound = run.state[k].earliest = at
        run.state[k].amount = work[k]
    run.tally[FIRST], run.tally[LAST_EARLY] = first, last
    for q in range(len(run.size)):
        run.size[q] = 0
    for c in range(run.calendar.shape[1]):
        run.calendar[WAITED_FOR, c] = 0
    for r in range(run.unit.shape[1]):
        run.unit[0, r] = yard.capacity[0, r] - yard.held[r]
        run.unit[1, r] = run.unit[2, r] = 0


@borrowing
def play(yard: Yard, clock: Clock, run: Run, horizon: int) -> bool:
    """Go from instant to instant until nothing happens any more; False if a date left the calendar."""
    change_capacity(yard, run, run.tally[FIRST])
    for k in range(len(yard.place)):
        if run.state[k].left == 0:
            arrange(run, k, run.state[k].earliest)
            run.tally[PENDING] += 1
    while True:
        t = upcoming(run)
        if t == LIMIT or run.tally[OFF_AXIS]:
            return not run.tally[OFF_AXIS]
        run.tally[NOW] = t
        if run.tally[CHANGE] < len(yard.changes) and yard.changes[run.tally[CHANGE]] <= t:
            change_capacity(yard, run, t)
        open_bucket(run, t, len(yard.place))
        started = 0
        while True:
            settle(yard, clock, run, started)
            idle = not (run.tally[CHANGED] and (run.tally[BUSY] or run.tally[GO]))
            if idle or run.tally[OFF_AXIS]:
                break
            run.tally[CHANGED] = 0
            started = one_pass(yard, clock, run)
        if run.tally[BUSY] or run.tally[POLLS]:
            look_ahead(yard, clock, run, horizon)
        run.tally[FREED] = 0


@kernel
def events(
    yard: Yard,
    clock: Clock,
    horizon: int,
    members: Ints,
    rows: Ints,
    work: Slots,
    earliest: Slots,
    start: Slots,
    finish: Slots,
    overtaking: Ints,
    waited: Ints,
) -> int:
    """Run replications; the first one with a date off its calendar, or -1.

    Parameters
    ----------
    horizon : int
        Last boundary of the shortest calendar; -1 without calendars.
    members : shape (activities,)
        Rows of the dispatched activities in the arrays that follow.
    rows : shape (any,)
        Columns: which replications to run.
    work, earliest, start, finish : shape (n, replications)
        Work, least places, and the dates to be written.
    overtaking, waited : shapes (replications,), (resources, replications)
        Longest overtaking; slots from asking to start, over the activities that ask for a resource.
    """
    count, queues = len(members), len(yard.queue) - 1
    resources = len(yard.held)
    run = Run(
        np.zeros(16, np.int64),
        yard.blank.copy(),
        np.empty((2, count), np.uint32),
        np.empty(count, POLL),
        np.empty(2 * count + len(clock.row) + 1, ENTRY),
        np.empty(BUCKETS, np.uint32),
        np.empty(count, np.int64),
        np.empty(queues, np.uint32),
        np.empty((2, queues), np.uint32),
        np.empty(queues, np.int64),
        np.empty((2, len(clock.row) + 1), np.int32),
        np.empty((3, resources), np.int64),
        np.empty((2, yard.pile[resources]), np.int64),
    )
    for which in range(len(run.entry)):  # slices of arrays would take seconds to compile
        run.entry[which].due = UNKNOWN
    for at in range(len(run.bucket)):
        run.bucket[at] = NOBODY
    works, earlies = np.empty((TILE, count), np.int32), np.empty((TILE, count), np.int32)
    starts, finishes = np.empty((TILE, count), np.int32), np.empty((TILE, count), np.int32)
    for begin_tile in range(0, len(rows), TILE):
        tile = rows[begin_tile : begin_tile + TILE]
        for k in range(count):
            for s in range(len(tile)):
                works[s, k], earlies[s, k] = work[members[k], tile[s]], earliest[members[k], tile[s]]
        for s in range(len(tile)):
            set_out(yard, run, works[s], earlies[s])
            if not play(yard, clock, run, horizon):
                return int(tile[s])
            overtaking[tile[s]] = run.tally[OVERTAKING]
            for r in range(resources):
                waited[r, tile[s]] = run.unit[2, r]
            for k in range(count):
                begun, done = run.state[k].begun, run.state[k].done
                starts[s, k] = LIMIT + 1 if begun == UNKNOWN else begun
                finishes[s, k] = LIMIT + 1 if done == UNKNOWN else done
        for k in range(count):
            in_progress = yard.in_progress[k]
            for s in range(len(tile)):
                finish[members[k], tile[s]] = finishes[s, k]
                if not in_progress:
                    start[members[k], tile[s]] = starts[s, k]
    return -1
