"""Random small networks for tests against brute force."""

from __future__ import annotations

from hypothesis import strategies as st
from oracle import HORIZON, RELATIONS, Activity, Bound, Case, Rates

from scheduling import Factor

START = 120


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, Rates]:
    """Up to three calendars: a weekly pattern with single slots changed."""
    found = {}
    for name in ("x", "y", "z")[: draw(st.integers(0, 3))]:
        week = draw(st.lists(st.sampled_from((100, 100, 0, 30, 50, 10)), min_size=2, max_size=7))
        if sum(week) < 30 * len(week):
            week[0] = week[-1] = 100
        rates = (week * HORIZON)[:HORIZON]
        for slot, rate in draw(
            st.dictionaries(st.integers(START - 20, START + 40), st.sampled_from((0, 3, 40, 100)), max_size=4)
        ).items():
            rates[slot] = rate
        found[name] = Rates(rates)
    return found


@st.composite
def activities(draw: st.DrawFn, names: list[str | None], data_date: int | None) -> Activity:
    work = draw(st.sampled_from((0, 1, 1, 2, 3, 4)))
    milestone = draw(st.sampled_from((None, "start", "finish"))) if not work else None
    status = draw(st.sampled_from(("open", "open", "begun", "done"))) if data_date is not None else "open"
    begun = finished = remaining = None
    if data_date is not None and status == "done":
        latest = data_date - (milestone == "start")
        finished = draw(st.integers(data_date - 12, latest))
        begun = finished if not work else draw(st.integers(finished - 6, finished - 1))
    elif data_date is not None and status == "begun" and work:
        begun = draw(st.integers(data_date - 8, data_date - 1))
        remaining = draw(st.none() | st.integers(1, 5))
    near = st.none() | st.integers(START - 5, START + 25)
    return Activity(
        work,
        milestone,
        draw(st.sampled_from(names)),
        draw(st.sampled_from((None, None, "p", "q"))),
        draw(st.none() | st.none() | near),
        draw(st.none() | near),
        draw(st.none() | st.none() | near),
        draw(st.none() | st.none() | near),
        begun,
        finished,
        remaining,
    )


@st.composite
def cases(draw: st.DrawFn, *, factors: bool = True, maxima: bool = True) -> Case:
    """A network of up to six activities with everything in it."""
    rates = draw(calendars())
    names: list[str | None] = [None, *rates]
    data_date = draw(st.none() | st.integers(START - 3, START + 10))
    count = draw(st.integers(1, 6))
    found = {f"a{k}": draw(activities(names, data_date)) for k in range(count)}
    ids = list(found)
    bounds = []
    for _ in range(draw(st.integers(0, 8)) if count > 1 else 0):
        i = draw(st.integers(0, count - 2))
        j = draw(st.integers(i + 1, count - 1))
        relation, calendar = draw(st.sampled_from(RELATIONS)), draw(st.sampled_from(names))
        lag = draw(st.integers(-4, 4))
        bounds.append(Bound(ids[i], ids[j], relation, lag, calendar))
        if maxima and draw(st.integers(0, 3)) == 0:
            bounds.append(Bound(ids[i], ids[j], relation, lag + draw(st.integers(0, 4)), calendar, True))
    for _ in range(draw(st.integers(0, 2)) if maxima and count > 1 else 0):
        i, j = draw(st.permutations(range(count)))[:2]
        relation, calendar = draw(st.sampled_from(RELATIONS)), draw(st.sampled_from(names))
        bounds.append(Bound(ids[i], ids[j], relation, draw(st.integers(-2, 12)), calendar, True))
    suppliers = []
    for k in range(draw(st.integers(0, 2)) if factors else 0):
        gates = tuple(ids[i] for i in draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=3)))
        if draw(st.booleans()):
            suppliers.append(Factor(f"f{k}", gates, supply=draw(st.integers(START, START + 15))))
            continue
        first = min(ids.index(name) for name in gates)
        after = draw(st.none() | st.sets(st.integers(0, first - 1), max_size=2)) if first else None
        named = None if after is None else tuple(ids[i] for i in sorted(after))
        suppliers.append(Factor(f"f{k}", gates, lead=draw(st.integers(1, 6)), after=named))
    return Case(
        rates,
        found,
        tuple(dict.fromkeys(bounds)),
        {project: START + draw(st.integers(-3, 3)) for project in (None, "p", "q")},
        data_date,
        draw(st.booleans()),
        draw(st.booleans()),
        tuple(suppliers),
    )
