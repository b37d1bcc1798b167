"""A model's arguments against a schema: what fits, and what is said of what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.tools.arguments import ArgumentsError, fit

SCHEMA = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "The file."},
        "line": {"type": "integer"},
        "ratio": {"type": "number"},
        "deep": {"type": "boolean"},
        "names": {"type": "array", "items": {"type": "string"}},
        "mode": {"type": "string", "enum": ["fast", "safe"]},
        "level": {"type": "integer", "enum": [0, 1]},
    },
    "required": ["path"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("given", "fitted"),
    [
        ({"line": 3}, {"line": 3}),
        ({"line": 3.0}, {"line": 3}),
        ({"ratio": 1}, {"ratio": 1}),
        ({"deep": False, "names": [], "mode": "fast"}, {"deep": False, "names": [], "mode": "fast"}),
        ({"line": None, "names": None}, {}),
        ({"level": 1.0}, {"level": 1}),
    ],
)
def test_arguments_that_fit_are_taken_as_they_are(given: dict[str, Any], fitted: dict[str, Any]):
    result = fit({"path": "x", **given}, SCHEMA)
    assert result == {"path": "x", **fitted}
    assert [type(value) for value in result.values()] == [str, *(type(value) for value in fitted.values())]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "`path` (a string) is missing: The file."),
        ({"path": None}, "`path`: expected a string, got null"),
        ({"path": 3}, "`path`: expected a string, got 3"),
        ({"path": ["a"]}, '`path`: expected a string, got ["a"]'),
        ({"path": "x", "line": "3"}, '`line`: expected an integer, got "3"'),
        ({"path": "x", "line": 3.5}, "`line`: expected an integer, got 3.5"),
        ({"path": "x", "line": True}, "`line`: expected an integer, got true"),
        ({"path": "x", "ratio": True}, "`ratio`: expected a number, got true"),
        ({"path": "x", "deep": 1}, "`deep`: expected a boolean, got 1"),
        ({"path": "x", "names": "a"}, '`names`: expected an array, got "a"'),
        ({"path": "x", "names": ["a", 1]}, "`names`[1]: expected a string, got 1"),
        ({"path": "x", "mode": "slow"}, '`mode`: expected one of "fast", "safe", got "slow"'),
        ({"path": "x", "level": True}, "`level`: expected one of 0, 1, got true"),
        ({"path": "x", "lines": 3}, "there is no parameter `lines` (did you mean `line`?); the parameters are `path`,"),
        ({"path": "x", "\x1b[2J": 3}, "there is no parameter `\\x1b[2J`;"),
        ({"line": "a", "nme": 1}, "`line`: expected an integer"),
    ],
)
def test_each_mistake_is_named_with_what_was_expected(given: dict[str, Any], told: str):
    with pytest.raises(ArgumentsError) as caught:
        fit(given, SCHEMA)
    assert told in str(caught.value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ArgumentsError) as caught:
        fit({"line": "a", "pth": 1}, SCHEMA)
    assert str(caught.value).count(";") == 3
    assert "did you mean `path`?" in str(caught.value)


def test_what_is_huge_is_not_repeated_to_the_model():
    with pytest.raises(ArgumentsError) as caught:
        fit({"path": ["x" * 10_000], "y" * 10_000: 1}, SCHEMA)
    assert len(str(caught.value)) < 600


def test_a_foreign_schema_is_checked_as_far_as_it_is_understood():
    schema = {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}, "b": {"$ref": "#/x"}, "c": {"type": "object"}},
        "required": ["a"],
    }
    arguments = {"a": None, "b": [1], "c": {"d": 1}, "more": 2}
    assert fit(arguments, schema) == arguments
    assert fit({"x": 1}, {}) == {"x": 1}
    with pytest.raises(ArgumentsError, match="`c`: expected an object, got 1"):
        fit({"a": "", "c": 1}, schema)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["path", "line", "ratio", "deep", "names", "mode", "other"]), json_values))
def test_whatever_comes_either_fits_the_types_or_is_refused(arguments: dict[str, Any]):
    types: dict[str, Any] = {"path": str, "line": int, "ratio": (int, float), "deep": bool, "names": list, "mode": str}
    try:
        fitted = fit(arguments, SCHEMA)
    except ArgumentsError:
        return
    assert all(isinstance(value, types[name]) for name, value in fitted.items())
