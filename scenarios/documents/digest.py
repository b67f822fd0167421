"""Digests as documents: progress, problems, next steps (进展、问题、下一步)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.dispatch.digest import AHEAD, Cadence, Changes, Digest, Item
from scenarios.dispatch.tasks import cause_classes
from scenarios.documents.model import (
    Block,
    Cell,
    Document,
    Heading,
    Marked,
    Note,
    Paragraph,
    table,
)
from scenarios.documents.schedule import schedule_block
from scenarios.lights import light_rule
from scenarios.messages import say
from scenarios.reports.about import general_notes, number_on_time
from scenarios.reports.tables import cause_text, key_done, sector_text
from scenarios.results import Light, Node, ProjectResult

_PUSHES: dict[Cadence, int] = {"daily": 3, "weekly": 5, "monthly": 10}
_MOVES = 20
"""Moved dates that are listed."""


def digest_document(digest: Digest, lang: str) -> Document:
    """A digest in a language.

    Parameters
    ----------
    digest : Digest
        See :func:`scenarios.dispatch.digest.digest`.
    lang : str
        ``zh`` or ``en``.
    """
    forecast = digest.forecast
    return Document(
        title=say(f"digest_{digest.cadence}", lang, title=forecast.title.text(lang)),
        subtitle=say(
            "digest_subtitle",
            lang,
            date=forecast.data_date,
            since=digest.since,
            until=digest.until,
            owner=_owner(digest, lang),
        ),
        blocks=(
            Heading(say("digest_progress", lang)),
            *_progress(digest, lang),
            Heading(say("digest_problems", lang)),
            *_problems(digest, lang),
            Heading(say("digest_next", lang)),
            *_next_steps(digest, lang),
            *map(
                Note, (light_rule(forecast.provenance.confidence).text(lang), *general_notes(forecast, lang))
            ),
        ),
        lang=lang,
    )


# -- progress ---------------------------------------------------------------------------------------------
def _progress(digest: Digest, lang: str) -> Iterator[Block]:
    yield Paragraph(_lead(digest, lang))
    if digest.changes:
        yield from _changed(digest.changes, lang)
    yield from _listed(
        "digest_done",
        "digest_no_done",
        ("project", "node", "department", "digest_finished_on"),
        [
            (
                fact.project.name.text(lang),
                fact.node.name.text(lang),
                fact.node.department.text(lang) if fact.node.department else None,
                fact.on,
            )
            for fact in digest.done
        ],
        lang,
    )
    if digest.cadence == "monthly":
        yield from _bulletin(digest, lang)


def _lead(digest: Digest, lang: str) -> str:
    """The figures first."""
    projects = digest.forecast.projects
    lights = [project.light for project in projects]
    colours: tuple[Light, ...] = ("green", "amber", "red")
    number = number_on_time(digest.forecast, lang)
    sentences = [
        say("digest_lights", lang, total=len(projects), **{light: lights.count(light) for light in colours}),
        say("digest_undated", lang, count=lights.count(None)) if None in lights else "",
        say("digest_on_time", lang, number=number) if number else "",
        say(
            "digest_counts",
            lang,
            done=len(digest.done),
            raised=digest.raised,
            closed=digest.closed,
            overdue=len(digest.of_kind("overdue")),
            open=len(digest.problems),
        ),
        say(
            "digest_coming_key" if digest.cadence == "monthly" else "digest_coming",
            lang,
            days=AHEAD[digest.cadence],
            starts=len(digest.of_kind("start")),
            finishes=len(digest.of_kind("finish")),
        ),
    ]
    return ("" if lang == "zh" else " ").join(sentence for sentence in sentences if sentence)


def _changed(changes: Changes, lang: str) -> Iterator[Block]:
    yield Heading(say("digest_changed", lang, date=changes.since), 2)
    if changes.asked:
        done = sum(node.state == "done" for node in changes.asked)
        share = round(100 * done / len(changes.asked))
        yield Paragraph(say("digest_asked", lang, asked=len(changes.asked), done=done, share=share))
    if not changes.lights and not changes.moves:
        yield Paragraph(say("digest_unmoved", lang))
    if changes.lights:
        yield Paragraph(say("digest_light_changes", lang))
        yield table(
            ("project", "digest_before", "on_time", "digest_now", "on_time"),
            [
                (
                    change.project.name.text(lang),
                    _light(change.before),
                    change.chance_before,
                    _light(change.project.light),
                    change.project.on_time,
                )
                for change in changes.lights
            ],
            lang,
        )
    if changes.moves:
        yield Paragraph(say("digest_moves", lang))
        yield table(
            ("project", "node", "digest_before", "digest_now", "digest_days"),
            [
                (
                    move.project.name.text(lang),
                    move.node.name.text(lang),
                    move.before,
                    move.node.shown.finish,
                    f"{move.days:+d}",
                )
                for move in changes.moves[:_MOVES]
            ],
            lang,
        )
        if len(changes.moves) > _MOVES:
            yield Note(say("digest_more", lang, count=len(changes.moves) - _MOVES))


def _bulletin(digest: Digest, lang: str) -> Iterator[Block]:
    """All projects, quotas, investment and the schedule."""
    forecast = digest.forecast
    yield Heading(say("digest_projects", lang), 2)
    keys = ("project", "light", "on_time_joint", "key_done", "digest_next_key", "planned", "p80", "deadline")
    yield table(keys, [_project_row(project, lang) for project in forecast.projects], lang)
    yield Heading(say("digest_schedule", lang), 2)
    yield schedule_block(forecast.projects, lang)
    yield Note(say("book_legend", lang))
    if forecast.quotas:
        yield Heading(say("digest_quotas", lang), 2)
        yield table(
            ("event", "sector", "target", "reached", "by", "expected_number", "quota_met"),
            [
                (
                    say(f"event_{quota.event}", lang),
                    sector_text(quota.sector, lang),
                    quota.target,
                    quota.reached,
                    quota.by,
                    round(quota.expected, 1),
                    quota.met,
                )
                for quota in forecast.quotas
            ],
            lang,
        )
    if digest.money:
        yield Heading(say("digest_money_title", lang), 2)
        yield Paragraph(_money_text(digest, lang))


def _project_row(project: ProjectResult, lang: str) -> tuple[Cell, ...]:
    node = next_key_node(project)
    return (
        project.name.text(lang),
        _light(project.light),
        project.on_time,
        key_done(project),
        node.name.text(lang) if node else None,
        node.shown.finish if node else None,
        node.p80 if node else None,
        node.deadline if node else None,
    )


def next_key_node(project: ProjectResult) -> Node | None:
    """The key node ahead that is planned first; None where all are done."""
    ahead = [node for node in project.nodes if node.key and node.state != "done"]
    return min(ahead, key=lambda node: node.shown.finish, default=None)


def _money_text(digest: Digest, lang: str) -> str:
    money = digest.money
    assert money is not None
    share = 100 * money.completed / money.plan
    gap = share - 100 * money.linear
    return say(
        "digest_money",
        lang,
        plan=f"{money.plan:,.0f}",
        completed=f"{money.completed:,.0f}",
        share=f"{share:.1f}",
        linear=f"{100 * money.linear:.1f}",
        gap=say("digest_ahead" if gap >= 0 else "digest_behind", lang, points=f"{abs(gap):.1f}"),
    )


# -- problems ---------------------------------------------------------------------------------------------
def _problems(digest: Digest, lang: str) -> Iterator[Block]:
    today = digest.forecast.data_date
    yield from _listed(
        "digest_overdue",
        "digest_no_overdue",
        ("project", "node", "deadline", "digest_days_over", "digest_who"),
        [
            (
                item.project.name.text(lang),
                item.what.text(lang),
                item.by,
                (today - item.by).days,
                item.who.text(lang) if item.who else None,
            )
            for item in digest.of_kind("overdue")
            if item.by
        ],
        lang,
    )
    yield from _listed(
        "digest_open",
        "digest_no_open",
        (
            *("project", "digest_problem", "digest_class", "digest_raised", "digest_age"),
            *("digest_due", "digest_days_over", "owner_responsible_unit"),
        ),
        [
            (
                problem.project.name.text(lang),
                problem.spec.what.text(lang),
                cause_classes()[problem.spec.cause].name.text(lang),
                problem.spec.raised,
                problem.age,
                problem.spec.due,
                problem.days_over or None,
                problem.spec.responsible_unit or problem.project.responsible_unit,
            )
            for problem in digest.problems
        ],
        lang,
    )
    projects = digest.forecast.projects
    blocked = [(project, project.blocker) for project in projects if project.blocker]
    if blocked:
        yield Heading(say("digest_blockers", lang), 2)
        yield table(
            ("project", "blocker", "owner_responsible_unit"),
            [
                (project.name.text(lang), blocker.text(lang), project.responsible_unit)
                for project, blocker in blocked
            ],
            lang,
        )
    red = [project for project in projects if project.light == "red"]
    yield from _listed(
        "digest_red",
        "digest_no_red",
        ("project", "on_time_joint", "cause", "owner_responsible_unit"),
        [
            (
                project.name.text(lang),
                project.on_time,
                cause_text(project.causes[0] if project.causes else None, lang),
                project.responsible_unit,
            )
            for project in sorted(red, key=lambda project: project.on_time.value if project.on_time else 0)
        ],
        lang,
    )


# -- next steps -------------------------------------------------------------------------------------------
def _next_steps(digest: Digest, lang: str) -> Iterator[Block]:
    comma = say("comma", lang)
    yield from _listed(
        "digest_push",
        "digest_no_push",
        ("digest_push_what", "project", "digest_push_count", "digest_push_gain"),
        [
            (
                push.name.text(lang),
                comma.join(project.name.text(lang) for project in push.projects[:3])
                + (" …" if len(push.projects) > 3 else ""),
                len(push.projects),
                say("digest_gain", lang, gain=f"{push.gain:+.2f}", error=f"{push.error:.2f}"),
            )
            for push in digest.pushes[: _PUSHES[digest.cadence]]
        ],
        lang,
    )
    if not digest.items:
        yield Paragraph(say("digest_nothing", lang))
    for owner, items in digest.by_owner():
        name = owner or say("digest_no_owner", lang, owner=_owner(digest, lang))
        yield Heading(say("digest_owner", lang, owner=name, count=len(items)), 2)
        yield table(
            ("digest_kind", "digest_item", "project", "digest_who", "digest_by", "latest"),
            [_item_row(digest, item, lang) for item in items],
            lang,
        )


def _item_row(digest: Digest, item: Item, lang: str) -> tuple[Cell, ...]:
    late = (digest.forecast.data_date - item.by).days if item.by else 0
    overdue = item.kind == "overdue" or (item.kind == "problem" and late > 0)
    name = "unsolved" if overdue and item.kind == "problem" else item.kind
    kind = say(f"digest_kind_{name}", lang, days=late)
    return (
        Marked("red", kind) if overdue else kind,
        cause_text(item.cause, lang) or item.what.text(lang),
        item.project.name.text(lang),
        item.who.text(lang) if item.who else None,
        item.by,
        item.latest,
    )


# -- parts ------------------------------------------------------------------------------------------------
def _listed(
    title: str, nothing: str, keys: Sequence[str], rows: Sequence[tuple[Cell, ...]], lang: str
) -> Iterator[Block]:
    """A table under its heading, or a sentence that there is nothing."""
    if rows:
        yield Heading(say(title, lang), 2)
        yield table(keys, rows, lang)
    else:
        yield Paragraph(say(nothing, lang))


def _light(light: Light | None) -> Cell:
    return Marked(light) if light else None


def _owner(digest: Digest, lang: str) -> str:
    name = say(f"owner_{digest.by}", lang)
    return name if lang == "zh" else name.lower()
