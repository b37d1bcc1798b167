"""JSON mode: whatever reasonable schema is asked for is obeyed, with words and numbers from the conversation."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable

import jsonschema
import jsonschema_rs
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manual_slop.rehearsal.craft.hints import Hints
from manual_slop.rehearsal.craft.regex_sample import UnsupportedPattern, samples
from manual_slop.rehearsal.craft.schema_json import write_json

HINTS = Hints("Alice is 31, writes to alice@example.org and lives in Oslo since 2019-03-04.", "First. Second. Third.")


def answer_to(client: openai.OpenAI, question: str, schema: dict, **params) -> object:
    format_ = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    messages = [{"role": "user", "content": question}]
    reply = client.chat.completions.create(model="demo", messages=messages, response_format=format_, **params)
    return json.loads(reply.choices[0].message.content)


def test_fields_are_filled_from_the_question(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "city": {"type": "string"},
            "mood": {"enum": ["sad", "happy"]},
            "email": {"type": "string", "format": "email"},
        },
        "required": ["name", "age", "city", "mood", "email"],
        "additionalProperties": False,
    }
    question = "Alice is 31, very happy, lives in Oslo and reads alice@example.org"
    assert answer_to(client, question, schema) == {
        "name": "Alice",
        "age": 31,
        "city": "Oslo",
        "mood": "happy",
        "email": "alice@example.org",
    }


def test_the_answer_of_another_skill_is_what_is_put_into_json(client: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
    assert answer_to(client, "what is 17*23?", schema) == {"answer": "17*23 = 391"}


def test_tools_are_called_before_json_is_written(client: openai.OpenAI) -> None:
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
    format_ = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    messages = [{"role": "user", "content": "how is the weather?"}]
    reply = client.chat.completions.create(model="demo", messages=messages, tools=[tool], response_format=format_)
    assert reply.choices[0].finish_reason == "tool_calls"


def test_json_mode_without_a_schema_is_an_object_with_the_keys_asked_for(ask: Callable[..., str]) -> None:
    free = {"type": "json_object"}
    assert json.loads(ask("what is 2+2? answer in JSON", response_format=free)) == {"answer": "2+2 = 4"}
    named = json.loads(ask("Bob is here. JSON with the keys name, mood and place", response_format=free))
    assert list(named) == ["name", "mood", "place"]
    assert named["name"] == "Bob"


TREE = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer", "minimum": 3, "multipleOf": 5},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 2},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            },
            "required": ["value", "children", "next"],
            "additionalProperties": False,
        }
    },
    "$ref": "#/$defs/node",
}

SCHEMAS = [
    TREE,
    {"type": "object", "properties": {"self": {"$ref": "#"}}, "required": []},
    {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]},
    {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"const": 7}}}]},
    {
        "oneOf": [
            {"type": "object", "properties": {"kind": {"const": k}, k: {"type": "string"}}, "required": ["kind", k]}
            for k in "ab"
        ]
    },
    {"type": ["null", "number"], "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "number", "minimum": 0.25, "maximum": 0.75, "multipleOf": 0.25},
    {"type": "integer", "maximum": -3},
    {"type": "array", "minItems": 5, "uniqueItems": True, "items": {"enum": ["a", "b", "c", "d", "e"]}},
    {"type": "array", "minItems": 4, "uniqueItems": True, "items": {"type": "integer", "minimum": 2, "maximum": 5}},
    {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "string", "maxLength": 1}},
    {"type": "array", "minItems": 2, "items": {"type": "integer", "minimum": 7, "maximum": 7}},
    {"type": "array", "minItems": 5, "uniqueItems": True, "items": {"type": "integer", "minimum": -2, "maximum": 2}},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "boolean"}], "items": False},
    {"type": "array", "contains": {"const": "x"}, "items": {"type": "string"}},
    {"type": "object", "minProperties": 3, "additionalProperties": {"type": "integer"}},
    {
        "type": "object",
        "patternProperties": {"^k[0-9]+$": {"type": "boolean"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"}, "minProperties": 2},
    {"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"required": ["b"]}, "type": "object"},
    {"type": "object", "properties": {"a": True, "b": True}, "dependentRequired": {"a": ["c"]}},
    {"type": "object", "properties": {"a": False, "b": {"type": "null"}}},
    {"type": "string", "minLength": 300},
    {"type": "string", "pattern": "^(\\+49|0)[1-9]\\d{2,4}-\\d{4,8}$"},
    {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$", "minLength": 7},
    {"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+\\.(com|org)$", "maxLength": 12},
    {"type": "string", "pattern": "^v\\d+(?:\\.\\d+){2}$"},
    {"enum": [None, 4, "four"]},
    {"const": {"a": [1]}},
    {"properties": {"a": {"minimum": 5}}, "required": ["a"]},
    {},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: json.dumps(schema)[:60])
def test_a_schema_is_obeyed(client: openai.OpenAI, schema: dict) -> None:
    jsonschema.validate(answer_to(client, HINTS.text, schema), schema)


FORMATS = ["date", "date-time", "time", "duration", "email", "uri", "uri-reference", "hostname", "ipv4", "ipv6", "uuid"]
FORMATS += ["json-pointer", "regex", "iri"]


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_obeyed_also_when_items_must_differ(name: str) -> None:
    schema = {"type": "array", "minItems": 4, "uniqueItems": True, "items": {"type": "string", "format": name}}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(write_json(schema, HINTS))


def _lengths(low: str, high: str, most: int) -> st.SearchStrategy[dict]:
    pairs = st.tuples(st.integers(0, most), st.integers(0, most)).map(sorted)
    return st.one_of(st.just({}), pairs.map(lambda pair: {low: pair[0], high: pair[1]}))


def _with(strategy: st.SearchStrategy[dict], **fields) -> st.SearchStrategy[dict]:
    return strategy.map(lambda rest: {**fields, **rest})


SCALARS = st.one_of(
    st.just({"type": "null"}),
    st.just({"type": "boolean"}),
    _with(_lengths("minLength", "maxLength", 30), type="string"),
    _with(_lengths("minimum", "maximum", 50), type="integer"),
    _with(_lengths("minimum", "maximum", 50), type="number"),
    st.builds(lambda step: {"type": "integer", "multipleOf": step}, st.integers(1, 9)),
    st.builds(lambda value: {"const": value}, st.one_of(st.integers(), st.text(max_size=5), st.none())),
    st.builds(lambda values: {"enum": values}, st.lists(st.text(max_size=4), min_size=1, max_size=4, unique=True)),
    st.sampled_from([{"type": "string", "pattern": p} for p in ("^[a-f]{2,4}$", r"^\d{3}-\w+$", "^(x|yz)*$", "a.c")]),
)


def _objects(inner: st.SearchStrategy[dict]) -> st.SearchStrategy[dict]:
    properties = st.dictionaries(st.sampled_from(["name", "age", "city", "tags", "x"]), inner, max_size=4)
    return st.builds(
        lambda props, required, closed: {
            "type": "object",
            "properties": props,
            "required": [name for name in props if name in required],
            **({"additionalProperties": False} if closed else {}),
        },
        properties,
        st.sets(st.sampled_from(["name", "age", "city", "tags", "x"])),
        st.booleans(),
    )


def _nested(inner: st.SearchStrategy[dict]) -> st.SearchStrategy[dict]:
    arrays = st.builds(
        lambda items, sizes: {"type": "array", "items": items, **sizes}, inner, _lengths("minItems", "maxItems", 4)
    )
    return st.one_of(_objects(inner), arrays, st.lists(inner, min_size=1, max_size=3).map(lambda each: {"anyOf": each}))


@settings(max_examples=150)
@given(schema=st.recursive(SCALARS, _nested, max_leaves=8), text=st.text(max_size=60))
def test_any_ordinary_schema_is_obeyed(schema: dict, text: str) -> None:
    value = write_json(schema, Hints(text, "An answer."))
    jsonschema.validate(json.loads(json.dumps(value)), schema)


HOSTILE = [
    {"type": 5, "properties": [], "required": {"a": 1}, "enum": 3},
    {"$ref": "#/nowhere"},
    {"$ref": "#"},
    {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
    {"anyOf": [{"anyOf": [{"$ref": "#"}] * 30}] * 30},
    {"type": "array", "minItems": 10**9},
    {"type": "string", "minLength": 10**12},
    {"type": "string", "pattern": "((((x{999}){999}){999}){999})"},
    {"type": "string", "pattern": "(((((a*)*)*)*)*)*b{70}", "minLength": 60},
    {"type": "string", "pattern": "(" * 2000},
    {"type": "string", "pattern": "(?<=a)b\\1[z-a]"},
    {"type": "object", "minProperties": 10**9},
    {"type": "integer", "minimum": 5, "maximum": 4},
    {"type": "number", "minimum": 1e308, "multipleOf": 1e-308},
    {"type": "object", "required": ["a"], "properties": {"a": False}},
    {"properties": {"p" + str(at): {"anyOf": [{"$ref": "#"}] * 9} for at in range(9)}},
    json.loads('{"not": ' * 200 + "{}" + "}" * 200),
    json.loads('{"items": ' * 200 + "{}" + "}" * 200),
]


@pytest.mark.parametrize("schema", HOSTILE, ids=lambda schema: json.dumps(schema)[:50])
@pytest.mark.timeout(60)
def test_a_hostile_schema_ends_soon_in_some_json(client: openai.OpenAI, schema: dict) -> None:
    answer_to(client, "hello", schema)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("a|b", "ab"), ("[^a-z]", "A0"), (r"\u0041\x42", "AB"), ("(?<year>x)(?:y)", "xy"), ("^$", ""), ("a{2,}", "aaaaa")],
)
def test_patterns_are_sampled(pattern: str, matches: str) -> None:
    text = samples(pattern)(3)
    assert re.search(pattern.replace("?<year>", "?P<year>"), text), text


@given(st.text("ab01()[]{}|*+?^$\\.-,dwpux", max_size=25))
def test_any_row_of_signs_is_a_pattern_or_is_refused(pattern: str) -> None:
    with contextlib.suppress(UnsupportedPattern):
        assert isinstance(samples(pattern)(2), str)
