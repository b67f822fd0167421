"""Words that a planner may write in a cell, and the id each stands for.

An entry is found by its id, by its Chinese or English name, by the name without its brackets, or by id and
name together, whatever the case, the width of the characters and the spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from scenarios import catalog
from scenarios.dispatch.data import read

_BRACKETS = re.compile(r"\([^()]*\)")
_BLANKS = re.compile(r"[\s\u200b\ufeff*]+")


def normal(text: str) -> str:
    """A text as it is compared: half-width, lower case, without spaces and asterisks.

    Examples
    --------
    >>> normal("总投资（万元） *"), normal("Ｆ０ 实质性开工")
    ('总投资(万元)', 'f0实质性开工')
    """
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Entries of one kind.

    Attributes
    ----------
    shown : mapping of str to str
        What the ledger writes for an id.
    index : mapping of str to str
        Id of every spelling, normalised.
    """

    shown: Mapping[str, str]
    index: Mapping[str, str]

    def find(self, text: str) -> str | None:
        """The id that a text means, or None."""
        return self.index.get(normal(text))

    def nearest(self, text: str) -> str:
        """The entry closest to a text that is none, as the ledger writes it; all of a short list."""
        if len(self.shown) <= 6:
            return "; ".join(self.shown.values())
        word = normal(text)
        close = get_close_matches(word, self.index, n=1, cutoff=0.0)
        within = [key for key in self.index if word and word in key]
        return self.shown[self.index[min(within, key=len) if within else close[0]]]


def vocabulary(entries: Mapping[str, Iterable[str]], shown: Mapping[str, str] | None = None) -> Vocabulary:
    """A vocabulary from the names of each id; what is shown is ``id name`` unless said otherwise.

    Examples
    --------
    >>> fruit = vocabulary({"fig": ("无花果（鲜）",)})
    >>> fruit.shown["fig"], fruit.find("无花果"), fruit.find(" FIG 无花果(鲜)"), fruit.find("plum")
    ('fig 无花果（鲜）', 'fig', 'fig', None)
    """
    index: dict[str, str] = {}
    written: dict[str, str] = {}
    for key, names in entries.items():
        words = list(dict.fromkeys(names))
        written[key] = (shown or {}).get(key) or f"{key} {words[0]}"
        spellings = [key, written[key], *words, *(f"{key} {word}" for word in words)]
        for spelling in spellings:
            plain = normal(spelling)
            index.setdefault(plain, key)
            index.setdefault(_BRACKETS.sub("", plain), key)
    return Vocabulary(written, index)


# Words of the field for nodes and templates that the catalogue names at greater length.
_NODE_WORDS = {
    "A4": ("备案",),
    "A8b": ("可研批复",),
    "A9": ("环评", "环评批复"),
    "B11": ("供地",),
    "B14": ("交地",),
    "E2": ("施工许可", "施工许可证"),
    "F0": ("开工", "start"),
    "F3": ("封顶", "主体封顶"),
    "P1": ("投产", "production"),
    "P2": ("达产", "达效", "达产达效"),
    "S1": ("入库", "纳统"),
    "V3": ("竣工", "completion"),
}
_TEMPLATE_WORDS = {
    "government": ("政府投资", "审批制", "政府投资项目"),
    "enterprise": ("企业投资", "备案制", "企业投资项目"),
}
_FACTOR_WORDS = {
    "land": ("土地", "用地"),
    "resettlement": ("征拆", "拆迁"),
    "funds": ("资金",),
    "power": ("电", "用电", "供电"),
    "water": ("水", "用水"),
    "gas": ("气", "燃气", "用气"),
    "materials": ("材料", "建材"),
    "equipment": ("设备",),
    "labour": ("用工", "劳务", "labor"),
}


@cache
def nodes() -> Vocabulary:
    """Nodes of every template under every option, in the order of the catalogue."""
    names = node_names()
    shown = {key: f"{key} {' / '.join(zh)}" for key, (zh, _) in names.items()}
    return vocabulary({key: (*zh, *en, *_NODE_WORDS.get(key, ())) for key, (zh, en) in names.items()}, shown)


@cache
def node_names() -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Chinese and English names of every node; templates may name one differently."""
    order: list[str] = []
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for _, template in variants():
        after = 0
        for step in template.steps.values():
            if step.id not in order:
                order.insert(after, step.id)
            after = order.index(step.id) + 1
            zh, en = found.setdefault(step.id, ({}, {}))
            zh[step.zh] = en[step.en] = None
    return {key: (tuple(found[key][0]), tuple(found[key][1])) for key in order}


def variants() -> Iterator[tuple[str, catalog.Template]]:
    """Every template, plain and with each of its options; with a name for both."""
    yield from catalog.templates().items()
    for key, option in catalog.options().items():
        for name in option.templates:
            yield f"{name} ({key})", catalog.template(name, [key])


@cache
def templates() -> Vocabulary:
    """Templates."""
    return vocabulary(
        {key: (item.zh, item.en, *_TEMPLATE_WORDS.get(key, ())) for key, item in catalog.templates().items()}
    )


@cache
def options() -> Vocabulary:
    """Options of the templates."""
    return vocabulary({key: (item.zh, item.en) for key, item in catalog.options().items()})


@cache
def factors() -> Vocabulary:
    """Factors that are supplied on a date; what strikes by chance or by the calendar is none of them."""
    return vocabulary(
        {
            key: (item.zh, item.en, *_FACTOR_WORDS.get(key, ()))
            for key, item in catalog.factor_defaults().factors.items()
            if item.mechanism == "gate"
        }
    )


@cache
def causes() -> Vocabulary:
    """Classes of cause of a problem."""
    return vocabulary(
        {key: (item["zh"], item["en"]) for key, item in read("cause_classes")["classes"].items()}
    )


YES_NO = vocabulary(
    {"yes": ("是", "y", "true", "1", "√", "✓"), "no": ("否", "n", "false", "0", "×", "✗")},
    {"yes": "是", "no": "否"},
)
HARD_SOFT = vocabulary(
    {"hard": ("硬", "硬性", "刚性"), "soft": ("软", "软性", "弹性")}, {"hard": "硬", "soft": "软"}
)
REGIONS = vocabulary({"north": ("北方", "北"), "south": ("南方", "南")})
EVENTS = vocabulary(
    {
        "signing": ("签约",),
        "landing": ("落地",),
        "start": ("开工",),
        "registration": ("入库", "入库纳统", "纳统"),
        "completion": ("竣工",),
        "production": ("投产",),
        "full_effect": ("达效",),
    }
)
PROOFS = vocabulary(
    {
        "ceremony": ("开工仪式", "仪式"),
        "documents": ("开工文件", "开工材料"),
        "leased_premises": ("租赁场地", "租赁厂房"),
        "site_levelling": ("场地平整", "平整场地"),
        "temporary_works": ("临时设施", "临时工程"),
        "part_of_works": ("部分工程动工", "部分开工"),
        "permanent_piling": ("永久性工程打桩", "打桩"),
        "controlling_works": ("控制性工程动工", "控制性工程"),
        "filing_document": ("备案（审批、核准）文件", "备案文件", "审批文件", "核准文件"),
        "construction_contract": ("施工合同", "合同"),
        "site_photo": ("现场照片", "照片"),
    }
)
ASPECTS = vocabulary(
    {"quality": ("质量",), "safety": ("安全",), "environment": ("生态环保", "环保"), "integrity": ("廉政",)}
)
