"""Conflicts and repairs in words that a planner can read out in a meeting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scenarios.assemble import Assembly
from scenarios.messages import say
from scenarios.naming import Names, elapsed, relation
from scheduling.calendar import CalendarTable, Table
from scheduling.conflicts import Conflict, bounded, without_deadlines
from scheduling.elements import Element, Kind
from scheduling.feasibility import latest_dates, misses
from scheduling.network import Link
from scheduling.passes import early_pass
from scheduling.repairs import Repair

_CAUSES = (Kind.PROJECT_START, Kind.DATA_DATE, Kind.RELEASE, Kind.FACTOR, Kind.FACT, Kind.FINISH_FROM)
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


class ConflictSpeaker:
    """Sentences about the conflicts of one scenario in one language."""

    def __init__(self, assembly: Assembly, lang: str) -> None:
        self.assembly, self.lang = assembly, lang
        self.net = assembly.network
        self.names = Names(assembly, lang)
        self.size = assembly.scenario.slots_per_day

    def conflict(self, conflict: Conflict) -> str:
        """What makes the deadlines impossible."""
        text = self.resources(conflict) if conflict.of(Kind.CAPACITY) else self.chain(conflict)
        calendars = [str(item.table.name) for item in conflict.of(Kind.CALENDAR) if item.table]
        if calendars:
            text += self.say("conflict_calendars", calendars=self.listed(calendars))
        if not conflict.proved:
            text += self.say("conflict_unproved")
        elif conflict.unproved:
            text += self.say("conflict_loose")
        return text

    def repairs(self, found: tuple[Repair, ...]) -> str:
        """What would help, numbered, the cheapest first."""
        if not found:
            return self.say("repairs_none")
        marks = [_CIRCLED[k] if k < len(_CIRCLED) else f"({k + 1})" for k in range(len(found))]
        items = (f"{mark}{self.repair(item)}" for mark, item in zip(marks, found, strict=True))
        return self.say("repairs_of", repairs=self.say("semicolon").join(items))

    # -- a chain --------------------------------------------------------------------------------------
    def chain(self, conflict: Conflict) -> str:
        """A chain that overshoots: from its causes over works and lags to the date that it misses."""
        steps = [text for element in conflict.elements if (text := self.step(element))]
        early = early_pass(replace(self.net, modes={}, choice={}))
        i = bounded(conflict)[0]
        by_start = bool(conflict.of(Kind.START_BY)) and not conflict.of(Kind.DEADLINE)
        date = self.show(i, self.net.start_by[i], start=True) if by_start else self.deadline(i)
        reached = self.show(i, early.start[i] if by_start else early.finish[i], start=by_start)
        return self.say(
            "conflict_chain_start" if by_start else "conflict_chain",
            project=self.names.project(self.net.projects[self.net.project[i]]),
            node=self.names.node(self.net.ids[i]),
            date=date,
            causes=self.causes(conflict),
            steps=self.say("conflict_steps", steps=self.listed(steps)) if steps else "",
            reached=reached,
            excess=elapsed(conflict.excess, self.size, self.lang),
        )

    def causes(self, conflict: Conflict) -> str:
        """What holds the activities back from the beginning."""
        return self.listed([self.cause(element) for element in conflict.of(*_CAUSES)])

    def cause(self, element: Element) -> str:
        net, i = self.net, element.position
        key = f"cause_{element.kind.name.lower()}"
        match element.kind:
            case Kind.PROJECT_START:
                return self.say(key, what=self.names.project(net.projects[i]), date=self.day(net.starts[i]))
            case Kind.DATA_DATE:
                return self.say(key, date=self.day(net.data_date))
            case Kind.FACTOR:
                gate = net.gates[i]
                return self.say(key, what=self.names.node(gate.id), date=self.day(gate.arrival))
            case Kind.RELEASE:
                return self.say(key, what=self.names.node(net.ids[i]), date=self.day(net.release[i]))
            case Kind.FINISH_FROM:
                return self.say(
                    key, what=self.names.node(net.ids[i]), date=net.show_finish(i, net.finish_from[i])
                )
        done = net.actual_finish[i] is not None
        date = self.show(i, net.actual_finish[i] if done else net.actual_start[i], start=not done)
        return self.say(f"{key}_{'done' if done else 'begun'}", what=self.names.node(net.ids[i]), date=date)

    def step(self, element: Element) -> str:
        """A work or a lag that takes time; nothing for a plain link."""
        if element.kind is Kind.DURATION:
            name = self.names.node(self.net.ids[element.position])
            return self.say(
                "step_work",
                node=name,
                slots=self.slots(self.net.work[element.position], self.net.tables[element.position]),
            )
        if element.link is not None and (element.link.lag or element.link.type != "FS"):
            return self.say("step_link", **self.ends(element.link), relation=self.relation(element.link))
        return ""

    # -- resources ------------------------------------------------------------------------------------
    def resources(self, conflict: Conflict) -> str:
        """Resources that are too few between two dates, who needs them, and until when."""
        texts = [self.shortage(conflict, element) for element in conflict.of(Kind.CAPACITY)]
        lines = bounded(conflict)
        if lines:
            dates = [self.say("conflict_deadline", node=self.names.node(self.net.ids[i]), date=self.last(i))
                     for i in lines]  # fmt: skip
            texts.append(self.say("conflict_deadlines", deadlines=self.listed(dates)))
        return "".join(texts)

    def shortage(self, conflict: Conflict, element: Element) -> str:
        net, k = self.net, element.position
        bare = replace(net, modes={}, choice={})
        early = early_pass(bare)
        late = latest_dates(without_deadlines(bare, misses(bare, early)), early)
        known = set(bounded(conflict))
        users = []
        for item in conflict.of(Kind.DEMAND):
            if item.resource != k:
                continue
            i = item.position
            asked = sum(number for which, number in net.demand[i] if which == k)
            text = self.say("conflict_user", node=self.names.node(net.ids[i]), units=asked)
            if known:
                begin, end = net.show_start(i, early.start[i]), net.show_finish(i, late.finish[i])
                text += self.say(
                    "conflict_window", begin=begin, end=end, slots=self.slots(net.work[i], net.tables[i])
                )
            users.append(text)
        resource = net.resources[k]
        inside = [
            when
            for when, _ in resource.changes
            if element.begin is None or element.begin < when < element.end
        ]
        moments = [element.begin, *inside] if element.begin is not None else inside
        units = sorted({resource.capacity_at(at) for at in moments} or {resource.capacity})
        key = "conflict_stock" if resource.consumed else "conflict_capacity"
        return self.say(
            key if element.begin is not None else f"{key}_ever",
            resource=self.names.resource(resource.id),
            begin=self.day(element.begin),
            end=self.eve(element.end),
            units="–".join(dict.fromkeys(map(str, (units[0], units[-1])))),
            count=len(users),
            users=self.listed(users),
        )

    # -- repairs --------------------------------------------------------------------------------------
    def repair(self, repair: Repair) -> str:
        """One repair with its price."""
        text = self.change(repair)
        if repair.price is not None:
            text += self.say("repair_price", price=f"{repair.price:g}")
        return text if repair.proved else text + self.say("repair_unproved")

    def change(self, repair: Repair) -> str:
        net, element, amount = self.net, repair.element, repair.amount
        key = f"repair_{repair.change.value}"
        if element is None:
            nodes = [
                self.say("repair_mode", node=self.names.node(name), mode=self.mode(str(name), str(mode)))
                for name, mode in repair.modes.items()
            ]
            return self.listed(nodes)
        i, days = element.position, elapsed(amount, self.size, self.lang)
        match element.kind:
            case Kind.CAPACITY:
                ever = "_ever" if element.begin is None else "_stock" if net.resources[i].consumed else ""
                return self.say(
                    f"{key}{ever}",
                    resource=self.names.resource(net.resources[i].id),
                    begin=self.day(element.begin),
                    end=self.eve(element.end),
                    units=amount,
                    days=repair.days,
                )
            case Kind.LINK | Kind.MAXIMUM:
                assert element.link is not None
                return self.say(
                    f"{key}_lag", **self.ends(element.link), slots=self.slots(amount, element.link.table)
                )
            case Kind.DURATION:
                work = net.work[i]
                node = self.names.node(net.ids[i])
                return self.say(
                    key, node=node, slots=self.slots(amount, net.tables[i]), before=work, after=work - amount
                )
            case Kind.DEADLINE | Kind.START_BY:
                return self.say(key, node=self.names.node(net.ids[i]), days=days, date=self.last(i, amount))
            case Kind.FACTOR:
                what, moment = self.names.node(net.gates[i].id), net.gates[i].arrival
            case Kind.PROJECT_START:
                what, moment = self.names.project(net.projects[i]), net.starts[i]
            case Kind.RELEASE:
                what, moment = self.names.node(net.ids[i]), net.release[i]
            case _:
                what, moment = self.names.node(net.ids[i]), net.finish_from[i]
        return self.say(
            f"{key}_{element.kind.name.lower()}", what=what, days=days, date=self.day(moment - amount)
        )

    def mode(self, node: str, mode: str) -> str:
        spec = self.assembly.specs[node].modes.get(mode)
        return spec.name.text(self.lang) if spec and spec.name else mode

    # -- words ----------------------------------------------------------------------------------------
    def say(self, key: str, **values: object) -> str:
        """A message in the language of the speaker."""
        return say(key, self.lang, **values)

    def listed(self, items: list[str]) -> str:
        return self.say("comma").join(items)

    def ends(self, link: Link) -> dict[str, str]:
        return {
            "pred": self.names.node(self.net.ids[link.pred]),
            "succ": self.names.node(self.net.ids[link.succ]),
        }

    def relation(self, link: Link) -> str:
        return relation(link.type, link.lag, link.table.name, self.lang, maximum=link.maximum)

    def slots(self, count: Any, table: Table) -> str:
        """A number of slots of a calendar; plain days where every slot is worked."""
        if not isinstance(table, CalendarTable) or table.rates.min() == 100:
            return elapsed(count, self.size, self.lang)
        return self.say(f"slots_of_{'day' if self.size == 1 else 'slot'}", count=count)

    def day(self, boundary: Any) -> Any:
        """The day that begins at a boundary."""
        axis = self.net.axis
        return boundary if boundary is None or axis is None else axis.start_date(boundary)

    def eve(self, boundary: Any) -> Any:
        """The last day before a boundary."""
        axis = self.net.axis
        return boundary if boundary is None or axis is None else axis.finish_date(boundary)

    def show(self, i: int, boundary: Any, *, start: bool) -> Any:
        return self.net.show_start(i, boundary) if start else self.net.show_finish(i, boundary)

    def deadline(self, i: int, more: Any = 0) -> Any:
        return self.net.show_finish(i, self.net.deadlines[i].bound + more)

    def last(self, i: int, more: Any = 0) -> Any:
        """The deadline, or the last start, moved by so many slots."""
        if i in self.net.deadlines:
            return self.deadline(i, more)
        return self.net.show_start(i, self.net.start_by[i] + more)


def conflict_dict(assembly: Assembly, conflict: Conflict, found: tuple[Repair, ...]) -> dict[str, Any]:
    """A conflict and its repairs as plain data; sentences in both languages."""
    zh, en = (ConflictSpeaker(assembly, lang) for lang in ("zh", "en"))
    both = {"zh": zh, "en": en}
    return {
        "proved": conflict.proved,
        "excess": conflict.excess,
        "sentence": {lang: speaker.conflict(conflict) for lang, speaker in both.items()},
        "elements": [_plain(zh, element) | {"needed": element not in conflict.unproved}
                     for element in conflict.elements],
        "repairs": [
            {
                "change": repair.change.value,
                "element": _plain(zh, repair.element) if repair.element else None,
                "amount": repair.amount,
                "days": repair.days,
                "modes": dict(repair.modes),
                "price": repair.price,
                "least": repair.proved,
                "projects": list(repair.projects),
                "sentence": {lang: speaker.repair(repair) for lang, speaker in both.items()},
            }
            for repair in found
        ],
    }  # fmt: skip


def _plain(speaker: ConflictSpeaker, element: Element) -> dict[str, Any]:
    """One element: its kind and the ids and dates in it."""
    net, data = speaker.net, {"kind": element.kind.value}
    if element.link is not None:
        link = element.link
        return data | {"predecessor": net.ids[link.pred], "successor": net.ids[link.succ], "type": link.type,
                       "lag": link.lag, "lag_calendar": link.table.name}  # fmt: skip
    match element.kind:
        case Kind.CAPACITY:
            begin, end = speaker.day(element.begin), speaker.eve(element.end)
            return data | {
                "resource": net.resources[element.position].id,
                "from": _text(begin),
                "to": _text(end),
            }
        case Kind.PROJECT_START:
            return data | {"project": net.projects[element.position]}
        case Kind.FACTOR:
            return data | {"factor": net.gates[element.position].id}
        case Kind.CALENDAR:
            return data | {"calendar": element.table.name if element.table else None}
        case Kind.DATA_DATE:
            return data
        case Kind.DEMAND:
            assert element.resource is not None
            return data | {
                "activity": net.ids[element.position],
                "resource": net.resources[element.resource].id,
            }
        case Kind.DEADLINE:
            return data | {
                "activity": net.ids[element.position],
                "date": _text(speaker.deadline(element.position)),
            }
    return data | {"activity": net.ids[element.position]}


def _text(moment: Any) -> Any:
    return moment if isinstance(moment, (int, float)) or moment is None else str(moment)
