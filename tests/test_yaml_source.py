"""YAML with positions, and YAML that means harm or only something else than the planner meant."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.problems import ScenarioError
from scenarios.yaml_source import read_yaml
from scheduling.errors import SchedulingError


def read(text: str) -> Any:
    return read_yaml(text, "x.yaml").data


def fault(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return str(caught.value)


# -- plain values -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0b101", 5),
        ("0.5", 0.5),
        ("1_0.5", 10.5),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2026-02-03", date(2026, 2, 3)),
        ("2026-02-03 17:00:00", datetime(2026, 2, 3, 17)),
        ("中文", "中文"),
    ],
)
def test_plain_values(written: str, meant: object) -> None:
    found = read(f"a: {written}")["a"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    "written",
    [
        "010",
        "0o17",
        "12:30",
        "1:30.5",
        "yes",
        "no",
        "on",
        "off",
        "True",
        "FALSE",
        "y",
        "2026-2-3",
        "._",
        "0x_",
    ],
)
def test_what_yaml_would_twist_stays_a_text(written: str) -> None:
    assert read(f"a: {written}")["a"] == written


@pytest.mark.parametrize("written", ["'7'", '"true"', "'2026-02-03'", "|\n  7"])
def test_what_is_quoted_is_a_text(written: str) -> None:
    assert isinstance(read(f"a: {written}")["a"], str)


def test_numbers_without_end() -> None:
    assert read("a: .inf")["a"] == float("inf")
    assert read("a: -.INF")["a"] == -float("inf")
    assert read("a: .nan")["a"] != read("a: .nan")["a"]
    assert read("a: " + "9" * 5000)["a"] == "9" * 5000  # no field takes such a text for a number


def test_keys_are_texts() -> None:
    found = read("010: a\ntrue: b\n~: c\n2026-01-05: d\n5: e")
    assert list(found) == ["010", "true", "~", "2026-01-05", "5"]


def test_a_byte_order_mark_is_no_key() -> None:
    assert read("\ufeffa: 1") == {"a": 1}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_is_nothing(text: str) -> None:
    assert read(text) is None


# -- positions ----------------------------------------------------------------------------------------------
def test_positions() -> None:
    source = read_yaml("a:\n  - b: {c: 1}\n  - d:\n甲: 乙\n", "x.yaml")
    assert source.where(()) == "x.yaml:1:1"
    assert source.where(("a", 0, "b", "c")) == "x.yaml:2:12"
    assert source.where(("a", 1, "d")) == "x.yaml:3:5"  # an empty value stands at its key
    assert source.where(("甲",)) == "x.yaml:4:4"


def test_the_nearest_position_of_what_the_file_does_not_spell_out() -> None:
    source = read_yaml("p:\n  current: {node: A}\n  work: [1, 2, 3]\n", "x.yaml")
    assert source.where(("p", "current", 0, "node")) == "x.yaml:2:19"
    assert source.where(("p", "work", "estimate", 1)) == "x.yaml:3:13"
    assert source.where(("p", "missing")) == "x.yaml:2:3"


def test_an_alias_stands_where_its_anchor_stands() -> None:
    source = read_yaml("a: &x {n: 1}\nb: *x\n", "x.yaml")
    assert source.data == {"a": {"n": 1}, "b": {"n": 1}}
    assert source.where(("b", "n")) == "x.yaml:1:11"


# -- what is refused ----------------------------------------------------------------------------------------
BROKEN, SYNTAX = "(file): not valid YAML: ", "; check indentation, quotes and colons"
TAG = "is not read; leave it out"
CHARACTER = "cannot stand in a text file; take it out"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "x.yaml:3:1: a: this key stands twice; keep one of them"),
        ("a:\n  b: 1\n  'b': 2", "x.yaml:3:3: a.b: this key stands twice; keep one of them"),
        ("x: [{a: 1, a: 2}]", "x.yaml:1:12: x[0].a: this key stands twice; keep one of them"),
        ("2026-01-05: 1\n'2026-01-05': 2", "x.yaml:2:1: 2026-01-05: this key stands twice; keep one of them"),
        ("? [a]\n: b", "x.yaml:1:3: (file): a key must be a plain text; rewrite it"),
        ("a: {? {b: 1} : 2}", "x.yaml:1:7: a: a key must be a plain text; rewrite it"),
        ("b: &b {x: 1}\na:\n  <<: *b", "x.yaml:3:3: a.<<: merge keys (<<) are not read; write the keys out"),
        ("a: !!python/object:os.system {x: 1}", f"x.yaml:1:4: a: the tag !!python/object:os.system {TAG}"),
        (
            "a: !!python/object/apply:os.system ['id']",
            f"x.yaml:1:4: a: the tag !!python/object/apply:os.system {TAG}",
        ),
        ("a: !mine 5", f"x.yaml:1:4: a: the tag !mine {TAG}"),
        ("a: !!binary aGk=", f"x.yaml:1:4: a: the tag !!binary {TAG}"),
        ("!mine a: 5", "x.yaml:1:1: a: a key must be a plain text; rewrite it"),
        ("a: 2026-02-31", "x.yaml:1:4: a: 2026-02-31 is no date that exists; correct it"),
        ("a: 1\n\tb: 2", f"x.yaml:2:1: {BROKEN}found a tab character that violates indentation{SYNTAX}"),
        ("a: b: c", f"x.yaml:1:5: {BROKEN}mapping values are not allowed in this context{SYNTAX}"),
        ("a: 'x", f"x.yaml:1:6: {BROKEN}found unexpected end of stream{SYNTAX}"),
        ("a: 1\n---\nb: 2", f"x.yaml:2:1: {BROKEN}found another document{SYNTAX}"),
        ("a: *b", f"x.yaml:1:4: {BROKEN}found undefined alias{SYNTAX}"),
        ("a: &a [*a]", "x.yaml:1:4: a[0]: aliases that repeat themselves; write the values out"),
        ("a: 1\nb: x\0y", f"x.yaml:2:5: (file): the character '\\x00' {CHARACTER}"),
        ("a: \ud800", f"x.yaml:1:4: (file): the character '\\ud800' {CHARACTER}"),
    ],
)
def test_refused(text: str, message: str) -> None:
    assert fault(text) == message


def test_every_duplicate_is_named_at_once() -> None:
    assert fault("a: 1\na: 2\nb: {c: 1, c: 2}").count("this key stands twice") == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 100_000, "1:(51|1001)"),
        ("{a: " * 100_000, "1:(201|4001)"),
        ("".join(f"{' ' * k}a:\n" for k in range(500)), "51:51"),
    ],
)
def test_deep_nesting_is_an_error_not_a_crash(text: str, place: str) -> None:
    assert re.fullmatch(rf"x\.yaml:{place}: \(file\): nested deeper than 50; write it flatter", fault(text))


def test_aliases_that_multiply_are_stopped() -> None:
    lines = ["a0: &a0 [" + "1," * 9 + "1]"]
    lines += [f"a{k}: &a{k} [" + ",".join([f"*a{k - 1}"] * 10) + "]" for k in range(1, 10)]
    assert "aliases that repeat themselves; write the values out" in fault("\n".join(lines))


@given(st.text(alphabet=st.sampled_from("ab:{}[],-?&*!|>'\"#%@` \n\t0123.~<=éé中\0\u2028"), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        source = read_yaml(text, "x.yaml")
    except SchedulingError as error:
        assert str(error).startswith("x.yaml:")  # noqa: PT017 - the other outcome is as good
    else:
        assert source.where(()).startswith("x.yaml:")
