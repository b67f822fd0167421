"""Errors in Chinese: every message of the sources is in the catalogue, and none is there in vain."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml
from error_sites import Field, Site, Sources, Text
from pydantic import ValidationError
from scenario_files import HEAD
from test_scenario_docs import BLOCKS, whole

from scenarios.catalog.load import TEMPLATES
from scenarios.load import to_scenario
from scenarios.problems import ScenarioError, problems_of
from scenarios.schema import Scenario
from scenarios.translation import _chinese, _entries, in_language
from scenarios.yaml_source import read_yaml

Call = Callable[..., tuple[int, str, str]]
PROGRAMMING = {
    "simulation/statistics.py": "functions of arrays that a program calls; commands give them what they drew",
    "simulation/special.py": "a quantile function of numbers",
    "simulation/histograms.py": "ranks that a program counts",
    "scenarios/calendars/generate.py": "a tool of those who maintain the bundled calendars",
}
"""Modules whose errors no file and no command brings about."""
PYDANTIC = "{message[:1].lower()}{message[1:]}; correct it"
"""Sentences of pydantic: what a schema can say is tried out below."""
MESSAGE = "this key is required; add it"
WORD = re.compile(r"[A-Za-z][A-Za-z_-]+")


@cache
def catalogue() -> tuple[dict[str, str], ...]:
    return tuple(yaml.safe_load(files("scenarios").joinpath("errors.yaml").read_text(encoding="utf-8")))


def keys(schema: Any) -> Iterator[str]:
    """Keys of scenario files."""
    for value in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(value, (dict, list)):
            yield from keys(value)
    if isinstance(schema, dict):
        yield from schema.get("properties", {})


@cache
def allowed() -> frozenset[str]:
    """Latin words that a Chinese sentence may hold: its own, keys of files and results, ids."""
    own = {word for entry in catalogue() for word in WORD.findall(entry["zh"])}
    return frozenset(own | {*keys(Scenario.model_json_schema()), "successes", "trials", *TEMPLATES})


def english(message: str) -> list[str]:
    """What is left in English of a message in Chinese."""
    chinese = in_language(message, "zh")
    return [message] if chinese == message else left_over(chinese)


def left_over(chinese: str) -> list[str]:
    """English words of a sentence that is said in Chinese."""
    words = WORD.findall(re.sub(r"'[^']*'|“[^”]*”|\S*/\S*|True", "", chinese))
    return [word for word in words if word not in allowed()]


# -- the sources --------------------------------------------------------------------------------------------
def filled(text: Text) -> Iterator[str]:
    """A message with dummies for its values; then with each text of ours that may stand for one."""
    usual: list[str] = []
    fields: list[tuple[int, Field]] = []
    for k, piece in enumerate(text):
        quoted = k > 0 and usual[-1].endswith(("'", "`"))
        if isinstance(piece, Field) and not quoted:
            fields.append((k, piece))
        usual.append(piece if isinstance(piece, str) else dummy(k, piece, quoted=quoted))
    yield "".join(usual)
    for k, field in fields:
        for other in field.texts:
            for inner in filled(other):
                yield "".join([*usual[:k], inner, *usual[k + 1 :]])


def dummy(k: int, field: Field, *, quoted: bool) -> str:
    """What may stand at a place: a token that is no text of ours, or another message."""
    if not quoted and field.known and field.texts:
        return next(filled(field.texts[0]))
    if not quoted and (field.source in ("error", "message") or field.source.endswith("off_axis()")):
        return MESSAGE
    return f"‹{k}›"


def messages(sites: tuple[Site, ...]) -> Iterator[tuple[str, str]]:
    """Place and text of every message."""
    for site in sites:
        for text in site.texts:
            if "".join(part if isinstance(part, str) else f"{{{part.source}}}" for part in text) == PYDANTIC:
                continue
            for whole_message in filled(text):
                message = re.sub("(?<=please report this: ).*", "‹›", whole_message)  # internals stay English
                if WORD.search(message):  # else it is another message alone
                    yield f"{site.path}:{site.line}", MESSAGE * message.startswith(" ") + message


@cache
def sources() -> tuple[Site, ...]:
    return tuple(Sources().sites())


def test_every_message_of_the_sources_is_in_the_catalogue() -> None:
    sites = tuple(site for site in sources() if site.path not in PROGRAMMING)
    found = dict.fromkeys(messages(sites))
    assert len({place for place, _ in found}) > 300
    assert [(place, message, left) for place, message in found if (left := english(message))] == []


def test_modules_without_chinese_have_errors() -> None:
    assert set(PROGRAMMING) <= {site.path for site in sources()}


def test_no_entry_is_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    used = set()

    class Watched(str):
        """A Chinese sentence that tells when it is taken."""

        def format(self, *args: Any, **values: Any) -> str:
            used.add(str(self))
            return super().format(*args, **values)

    watched = tuple(entry._replace(zh=Watched(entry.zh)) for entry in _entries())
    monkeypatch.setattr("scenarios.translation._entries", lambda: watched)
    monkeypatch.setattr("scenarios.translation._chinese", _chinese.__wrapped__)
    for _, message in messages(sources()):
        in_language(message, "zh")
    assert [entry["en"] for entry in catalogue() if "of" not in entry and entry["zh"] not in used] == []


def test_messages_are_found_however_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text(SAMPLE, encoding="utf-8")
    found = {message for _, message in messages(tuple(Sources(tmp_path, ["package"]).sites()))}
    letters = {match[1] for message in found for match in re.finditer(r"message (\w)", message)}
    assert letters == set("abcdefghijklmnopqrstu")


SAMPLE = """
CONSTANT = "message a {}"
TABLE = {"x": "message b", "y": "message c"}

class SchedulingError(Exception): ...

class OwnError(SchedulingError):
    def __init__(self, told: str) -> None:
        super().__init__(f"message d {told}")

def refuse(where: int, what: str) -> OwnError:
    return SchedulingError(f"{where}: {what}")

def fault(x) -> str | None:
    if x:
        return None
    return "message e" if x else f"message f {x}"

class Reader:
    def stop(self, message: str):
        raise refuse(1, f"{message}; message g")

    def read(self, x, key):
        raise SchedulingError(CONSTANT.format(x))
        raise SchedulingError(TABLE[key])
        self.stop("message h")
        self.stop(message="message i")
        what = "message j" if x else "message k"
        raise refuse(2, what + " message l")
        for word, number in (("message m", 1), ("message n", 2)):
            yield Problem((), f"{word} {number}")
        if (wrong := fault(x)) is not None:
            raise SchedulingError(wrong)
        told = "message o"
        told += " message p"
        raise SchedulingError(", ".join(f"message q {item}" for item in x) + told)

    def more(self, x):
        found = [(f"message r {name}", 1) for name in x]
        found.append(("message s", 2))
        for what, number in found:
            refuse(number, what)
        faults = []
        faults.append("message t")
        raise SchedulingError("; ".join(faults))

    def by_another_name(self, x):
        read = one if x else other
        read(f"message u {x}")

def one(where: str):
    raise SchedulingError(f"{where}: wrong")

def other(where: str):
    raise OwnError(f"{where}: wrong, too")
"""


# -- the catalogue ------------------------------------------------------------------------------------------
def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def test_both_sentences_of_an_entry_fit_each_other() -> None:
    texts = [entry["en"] for entry in catalogue()]
    assert len(texts) == len(set(texts))
    for entry in catalogue():
        en, zh = placeholders(entry["en"]), placeholders(entry["zh"])
        assert sorted(en) == sorted(zh) == sorted(set(zh)), entry
        if re.match(r"\{(?!what|\{)", entry["en"]):
            assert re.match(rf"“?\{{{en[0]}\}}", entry["zh"]), f"begins with its value: {entry}"
        assert not re.search(r"[一-鿿][,;!?'\"]|[,;!?'\"][一-鿿]", re.sub(r"\[.*?\]", "", entry["zh"])), entry
        assert (entry["en"][-1] == ".") <= (entry["zh"][-1] in "。}）"), entry


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("no sentence of ours", "no sentence of ours"),
        (f"a.yaml:3:1: projects[0]: {MESSAGE}", "a.yaml:3:1: projects[0]: 缺少必填的键；请补上"),
        (f"a.yaml:3:1: projects: {MESSAGE}", "a.yaml:3:1: projects: 缺少必填的键；请补上"),
        (f"a: {MESSAGE}\nb: c\nd: {MESSAGE}", "a: 缺少必填的键；请补上\nb: c\nd: 缺少必填的键；请补上"),
        (
            "x.sm:4: (file): job 3 belongs here; list the jobs in order, or correct the number of jobs",
            "x.sm:4: (file): 此处应为工作 3；请依次列出工作，或改正工作数",
        ),
        (
            "activity 'start': deadline weight x is not a number. Give a finite number, or leave it out.",
            "节点“start”：期限权重 x 不是数字；请填有限的数，或删去。",
        ),
        (
            "a: b: should be a number; correct it (found {'project': 'a: b'})",
            "a: b: 应为数字；请改正（现为 {'project': 'a: b'}）",
        ),
        ("a: node 'project' does not exist; known: node", "a: 节点“project”不存在；现有：node"),
    ],
)
def test_places_names_and_values_stay(english: str, chinese: str) -> None:
    assert in_language(english, "zh") == chinese
    assert in_language(english, "en") == english


# -- files --------------------------------------------------------------------------------------------------
BAD: tuple[Any, ...] = (None, True, -1, 0, 1e30, 10**12, "x", "", "a/b", "9" * 5000, date(1000, 1, 1))
BAD = (*BAD, date(2026, 1, 1), [], ["x"], [1, 2, 3, 4, 5, 6, 7, 8, 9], {}, {"x": 1}, {"x": {"y": "z"}}, [{}])


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every value in plain data; of lists only the first item."""
    if path:
        yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*path, key))
    elif isinstance(data, list) and data:
        yield from places(data[0], (*path, 0))


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    data = copy.copy(data)
    data[path[0]] = value if len(path) == 1 else changed(data[path[0]], path[1:], value)
    return data


def test_every_wrong_value_is_told_in_chinese() -> None:
    said: dict[str, str] = {}
    bundled = files("scenarios").joinpath("library", "jiujiang-90.yaml").read_text(encoding="utf-8")
    for block in (bundled, *(whole(block) for block, error in BLOCKS if not error)):
        data = read_yaml(block, "x").data
        for path in places(data):
            for value in BAD:
                try:
                    Scenario.model_validate(changed(data, path, value))
                except ValidationError as error:
                    for problem in problems_of(error):
                        said[re.sub(r" \(found .*", "", problem.message)] = problem.message
    assert len(said) > 60
    assert [message for short, message in said.items() if english(short)] == []
    told = {in_language(short, "zh") for short in said}
    mine = [entry for entry in catalogue() if entry.get("of") == "pydantic"]
    for entry in mine:
        pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(entry["zh"]))
        assert any(re.fullmatch(pattern, text) for text in told), f"pydantic never says this: {entry}"


BROKEN = (
    "a: b: c",
    "a:\n  - 1\n b: 2",
    "a: [1, 2",
    "a: {b: 1",
    "a: 'x",
    'a: "\\q"',
    'a: "\\x"',
    'a: "\\ud800"',
    "a: *b",
    "a: *",
    "a: @b",
    "a: - b",
    "a: ? b",
    "- a\nb: 1",
    "a: b\nc",
    "a: !x!y z",
    "--- a\n... b",
    "a: 1\n---\nb: 2",
    "a: '\n---\n'",
    "a: |x\n b",
    "a: |0\n x",
    "a: |\n  x\n\ty",
    "a:\n  b\n\tc: 1",
    "x: [,]",
)


def test_broken_yaml_is_told_in_chinese() -> None:
    told = []
    for text in BROKEN:
        with pytest.raises(ScenarioError) as caught:
            read_yaml(text, "x")
        assert english(str(caught.value)) == []
        told.append(in_language(str(caught.value), "zh"))
    for entry in catalogue():
        if entry.get("of") == "PyYAML":
            assert any(entry["zh"].format() in text for text in told), f"PyYAML never says this: {entry}"


# -- the command line ---------------------------------------------------------------------------------------
NODES = """\
calendars: {}
resources: {}
projects:
  - id: P
    name: one
    activities:
      - {id: permit, name: 许可, work: 10}
      - {id: build, name: 施工, work: 20, predecessors: [permit]}
      - {id: end, name: 竣工, work: 0, predecessors: [build]}
    deadlines: [{node: end, date: 2026-12-31}]
"""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"work: 20": "wrk: 20"}, "没有这个键；请对照 backplan schema 核对拼写"),
        ({"    name: one\n": ""}, "缺少必填的键；请补上"),
        ({"2026-12-31": "2026-13-31"}, "2026-13-31 不是存在的日期；请改正"),
        ({"2026-12-31": "年底"}, "'年底' 不是日期；请写成 2026-12-31"),
        ({"[permit]": "[premit]"}, "前置节点“premit”不存在；是否指“permit”？"),
        (
            {"work: 10": "work: 10, predecessors: [end]"},
            "前置关系成环：P/build -> P/end -> P/permit -> P/build；请",
        ),
        ({"work: 20": "work: -20"}, "工期 -20 为负；请填时段数"),
        ({"work: 20": "work: 20, work: 30"}, "这个键出现两次；请只留一个"),
        (
            {
                "calendars: {}": "calendars: {n: {week: [0, 0, 0, 0, 0, 0, 0]}}",
                "work: 20": "work: 20, calendar: n",
            },
            "日历“n”没有一个工作日；请至少设一个",
        ),
        (
            {
                "calendars: {}": "calendars: {n: {base: 7-day, last: 2026-06-30}}",
                "work: 20": "work: 20, calendar: n",
            },
            "2026-12-31 不在日历范围内：“n”止于 2026-06-30；请改日期或延长日历",
        ),
        ({"work: 0": "work: 0, demand: {crew: 1}"}, "work 为 0 的节点是里程碑，不能有 demand；请删去"),
        (
            {"resources: {}": "resources: {crew: {capacity: 1}}", "work: 20": "work: 20, demand: {crew: 2}"},
            "“P/build”需要“crew”2 个，而它最多只有 1 个；请减少需求或增加资源",
        ),
        (
            {"[permit]": "[permit, {id: permit, maximum_lag: 3}, {id: permit, lag: 5}]"},
            "这些前置关系互相矛盾：P/permit -> P/build (FS ≤ 3), P/permit -> P/build (FS ≥ 5)。请",
        ),
        ({"activities:": "activities: x\n    until:"}, "应为列表；请每项一行"),
        ({"[permit]": "[permit"}, "YAML 语法有误：缺少“,”或“]”；请检查缩进、引号和冒号"),
        ({"{id: build": "{id: 'a/b'"}, "以空格开头，或含有“/”或控制字符；请删去"),
        ({"backplan/1": "backplan/9"}, "应为 'backplan/1'；请改正（现为 'backplan/9'）"),
    ],
)
def test_commands_tell_mistakes_in_chinese(
    call: Call, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    text = HEAD + NODES
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    code, output, errors = call("critical-path", path, "--lang", "zh")
    assert (code, output) == (2, ""), errors
    assert said in errors
    for line in errors.splitlines():
        place, _, message = line.rpartition("plan.yaml:")[2].partition(": ")
        assert left_over(message.partition(": ")[2] or message or place) == []


def test_language_of_errors(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    english, chinese = "is neither a file nor", "既不是文件，也不是自带情景"
    assert english in call("run", "nothing")[2]
    assert chinese in call("run", "nothing", "--lang", "zh")[2]
    assert chinese in call("run", "--lang=zh", "nothing")[2]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert chinese in call("run", "nothing")[2]
    assert english in call("run", "nothing", "--lang", "en")[2]


def test_options_and_files_in_the_way_are_told_in_chinese(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.xlsx").mkdir()
    for arguments, said in (
        (("run", "jiefang-550", "--confidence", "2"), "--confidence 2.0 不在 0 与 1 之间；80% 请写 0.8"),
        (("run", "jiefang-550", "--out", "file"), "--out file：不是文件夹"),
        (("gantt", "jiefang-550", "--out", "x.gif"), "--out x.gif：不支持这种图片格式"),
        (("compare", "jiefang-550"), "请给出两个以上不同的情景来比较"),
        (("template", "folder.xlsx", "--force"), "请"),
        (("critical-path", "x.doc"), "找不到"),
    ):
        code, _, errors = call(*arguments, "--lang", "zh")
        assert code == 2, errors
        assert said in errors


def test_check_shows_faults_in_both_languages(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(HEAD + NODES.replace("[permit]", "[premit]"))
    assert "did you mean 'permit'?" in call("check", path)[1]
    assert "是否指“permit”？" in call("check", path, "--lang", "zh")[1]


def test_programs_get_english() -> None:
    with pytest.raises(ScenarioError, match="did you mean"):
        to_scenario(read_yaml(HEAD + NODES.replace("[permit]", "[premit]"), "x"), Path())
