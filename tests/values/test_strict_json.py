"""JSON that means one thing only: what passes, what does not, and what its writer is told."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.values.strict_json import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_DIGITS,
    StrictJSONError,
    parse,
    parse_arguments,
    parse_object,
)

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpora/json/test_parsing"
# Valid JSON that says two things at once: what was approved and what runs could differ.
REFUSED_ON_PURPOSE = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpora/json is absent")

characters = st.characters(exclude_categories=["Cs"])
strings = st.text(characters, max_size=20)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | strings,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(strings, inner, max_size=5),
    max_leaves=30,
)


def verdict(data: bytes) -> str:
    """`y` where it parses, `n` where it is refused as it should be; anything else is raised."""
    try:
        parse(data)
    except StrictJSONError:
        return "n"
    return "y"


@needs_corpus
def test_valid_json_of_the_published_suite_parses_but_for_what_is_refused_on_purpose():
    files = sorted(CORPUS.glob("y_*.json"))
    refused = {path.name for path in files if verdict(path.read_bytes()) == "n"}
    assert len(files) == 95
    assert refused == REFUSED_ON_PURPOSE


@needs_corpus
def test_invalid_json_of_the_published_suite_is_refused():
    files = sorted(CORPUS.glob("n_*.json"))
    assert len(files) > 180
    assert [path.name for path in files if verdict(path.read_bytes()) == "y"] == []


@needs_corpus
def test_json_that_others_disagree_about_is_parsed_or_refused_but_never_breaks_anything():
    for path in CORPUS.glob("i_*.json"):
        assert verdict(path.read_bytes()) in "yn"


@given(values)
def test_what_the_standard_library_writes_is_read_back(value: Any):
    assert parse(json.dumps(value)) == value
    assert parse(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@given(st.text(max_size=60) | st.text('{}[]",:\\u0d8 1e-+.\n', max_size=60))
def test_any_text_parses_to_something_storable_or_is_refused(text: str):
    try:
        value = parse(text)
    except StrictJSONError:
        return
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"cmd": "ls", "cmd": "rm -rf /"}', '"cmd" stands twice'),
        ('[{"a": 1, "\\u0061": 2}]', '"a" stands twice'),
        ("[NaN]", "NaN is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ("[1e400]", "1e400 is too large"),
        ("-1e400", "too large"),
        ('"\\ud800"', "surrogate"),
        ('{"\\udc00": 1}', "surrogate"),
        ('[[{"a": "\\ude00\\ud83d"}]]', "surrogate"),
        ('"\ud800"', "character 1 is half of a surrogate pair"),
        ("\ufeff{}", "byte order mark"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'"\xff"', "not UTF-8: byte 1"),
        ('{"a": 1,}', "line 1, column 9"),
        ('{"a": 1\n"b"}', "line 2, column 1"),
        ("{'a': 1}", "double quotes"),
        ("", "not valid JSON"),
        ('{"a": "unfinished', "Unterminated string"),
        ('"' + "x" * MAX_BYTES + '"', "1,048,578 bytes"),
        ('"' + "é" * (MAX_BYTES // 2) + '"', "1,048,578 bytes"),
        (b" " * (MAX_BYTES + 1), "1,048,577 bytes"),
        ("1" * (MAX_DIGITS + 1), "641 digits"),
        ("-" + "9" * 5000, "digits"),
    ],
)
def test_each_refusal_says_what_is_wrong(text: str | bytes, told: str):
    with pytest.raises(StrictJSONError, match=re.escape(told)) as caught:
        parse(text)
    assert len(str(caught.value)) < 250


def test_a_refusal_does_not_carry_the_text_along():
    with pytest.raises(StrictJSONError) as caught:
        parse('{"key": "sk-canary" oops}')
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_the_deepest_and_largest_that_is_allowed_parses():
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert len(parse('"' + "x" * (MAX_BYTES - 2) + '"')) == MAX_BYTES - 2
    assert parse("9" * MAX_DIGITS) == 10**MAX_DIGITS - 1


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_one_level_too_deep_is_refused_at_any_size(opening: str):
    for levels in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(StrictJSONError, match="64 levels"):
            parse(opening * levels)


def test_brackets_inside_strings_are_not_depth():
    text = json.dumps({"a": "[{" * 1000, 'b"[': '\\"[[' * 100})
    assert parse(text) == json.loads(text)


def test_a_deep_stack_of_the_caller_gives_a_refusal_and_no_recursion_error():
    def deeper(levels: int) -> Any:
        return parse("[" * 60 + "]" * 60) if not levels else deeper(levels - 1)

    errors: list[Exception] = []
    for levels in range(sys.getrecursionlimit() - 250, sys.getrecursionlimit()):
        try:
            deeper(levels)
        except (StrictJSONError, RecursionError) as error:
            errors.append(error)
    # Where the stack ends before the decoder begins, nothing of ours could answer.
    assert [error for error in errors if isinstance(error, RecursionError) and "JSON" in str(error)] == []


@pytest.mark.parametrize(
    "text",
    [
        "{" + ",".join(f'"{number}":1' for number in range(80_000)) + ',"79999":2}',
        '"' + "\\" * 1_000_000,
        '"' * 1_000_000,
        "[" * 1_000_000,
        "0." + "1" * 1_000_000,
        "1e" + "9" * 1_000_000,
        "-" * 1_000_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_hostile_megabyte_is_answered_in_a_moment(text: str):
    started = time.process_time()
    verdict(text.encode())
    assert time.process_time() - started < 2


def test_only_an_object_is_an_object():
    assert parse_object(' {"a": [1, 2.5, null]} ') == {"a": [1, 2.5, None]}
    for text, kind in [("[]", "an array"), ('"a"', "a string"), ("3", "a number"), ("true", "true"), ("null", "null")]:
        with pytest.raises(StrictJSONError, match=f"got {kind}"):
            parse_object(text)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "{}"])
def test_no_arguments_at_all_are_an_empty_object(text: str):
    assert parse_arguments(text) == {}
