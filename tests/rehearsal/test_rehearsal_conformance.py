"""OpenAI's own API description against the server: schemathesis makes the requests and checks every answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from manual_slop.rehearsal import RehearsalServer

DESCRIPTION = Path(__file__).resolve().parents[2] / "../shared/recordings/openai-chat-subset.json"
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
BOUNDED = settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))

TEXT = {"anyOf": [{"type": "string", "maxLength": 40}, {"const": "How is the weather in Oslo and Rome?"}]}
TEXT_PART = {
    "type": "object",
    "properties": {"type": {"const": "text"}, "text": TEXT},
    "required": ["type", "text"],
    "additionalProperties": False,
}
TOOL = {
    "type": "object",
    "properties": {
        "type": {"const": "function"},
        "function": {
            "type": "object",
            "properties": {
                "name": {"enum": ["get_weather", "read_file", "list_directory"]},
                "parameters": {"enum": [{}, {"type": "object", "properties": {"path": {"type": "string"}}}]},
            },
            "required": ["name"],
            "additionalProperties": False,
        },
    },
    "required": ["type", "function"],
    "additionalProperties": False,
}
LAWFUL_REQUEST = {
    "type": "object",
    "properties": {
        "model": {"enum": ["demo", "thinker", "words-20"]},
        "messages": {
            "type": "array",
            "minItems": 1,
            "maxItems": 4,
            "items": {
                "type": "object",
                "properties": {
                    "role": {"enum": ["system", "user", "assistant", "developer"]},
                    "content": {"anyOf": [TEXT, {"type": "array", "items": TEXT_PART, "minItems": 1, "maxItems": 3}]},
                },
                "required": ["role", "content"],
                "additionalProperties": False,
            },
        },
        "stream": {"type": "boolean"},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": 50},
        "stop": {"type": "array", "items": {"enum": ["word2", "scripted"]}, "minItems": 1, "maxItems": 2},
        "tools": {"type": "array", "items": TOOL, "minItems": 1, "maxItems": 2},
        "response_format": {
            "enum": [{"type": "text"}, {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}]
        },
    },
    "required": ["model", "messages", "stream"],
    "additionalProperties": False,
}
"""What the server has, for requests that are answered and not refused. Answers are held against OpenAI's words."""


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    if not DESCRIPTION.is_file():
        pytest.skip("OpenAI's API description is not beside the project (../shared/recordings)")
    description = _with_null_spelled_out(json.loads(DESCRIPTION.read_text("utf-8")))
    answer = description["paths"]["/chat/completions"]["post"]["responses"]["200"]["content"]["text/event-stream"]
    answer["schema"] = {
        "type": "object",
        "properties": {
            "event": {"const": "message"},
            "data": {"anyOf": [{"const": "[DONE]"}, _json_of(answer["schema"])]},
        },
        "required": ["data"],
    }
    return description


def _json_of(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAI describes the JSON in an event; schemathesis wants the event described that carries it."""
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}


def _with_null_spelled_out(node: Any) -> Any:
    """The description still says `nullable: true` in places, which its own version of JSON Schema does not know."""
    if isinstance(node, list):
        return [_with_null_spelled_out(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _with_null_spelled_out(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def check_many(
    description: dict[str, Any], server: RehearsalServer, session: requests.Session, operations: list[tuple[str, str]]
) -> Counter[tuple[int, str]]:
    """Send what schemathesis makes up for the operations and check the answers; how many there were of each kind."""
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=server.base_url)
    answers: Counter[tuple[int, str]] = Counter()
    made_up = st.one_of(*(schema[path][method].as_strategy() for path, method in operations))

    @seed(20261123)
    @BOUNDED
    @given(case=made_up)
    def check(case: schemathesis.Case) -> None:
        response = case.call(session=session)
        answers[response.status_code, response.headers["content-type"][0].split(";")[0]] += 1
        case.validate_response(response, checks=CHECKS)

    check()
    return answers


def test_whatever_the_description_allows_meets_no_violation(
    description: dict, server: RehearsalServer, session: requests.Session
) -> None:
    answers = check_many(description, server, session, [("/chat/completions", "POST"), ("/models", "GET")])
    assert {200, 400} <= {status for status, _ in answers} <= {200, 400, 404}


def test_lawful_requests_are_answered_without_violation_in_both_forms(
    description: dict, server: RehearsalServer, session: requests.Session
) -> None:
    schemas = {**description["components"]["schemas"], "CreateChatCompletionRequest": LAWFUL_REQUEST}
    narrowed = {**description, "components": {**description["components"], "schemas": schemas}}
    answers = check_many(narrowed, server, session, [("/chat/completions", "POST")])
    assert answers.keys() == {(200, "application/json"), (200, "text/event-stream")}
    assert min(answers.values()) >= 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "model messages tools tool_choice stream stream_options stop response_format n logit_bias temperature max_tokens "
    "metadata parallel_tool_calls reasoning_effort audio"
)
NAMES = st.sampled_from(FIELDS.split())
NEAR_MISSES = st.sampled_from(
    [
        [{"role": "user", "content": "json"}],
        [{"type": "function", "function": {"name": "f", "parameters": {"$ref": "#"}}}],
        {"type": "json_schema", "json_schema": {"name": "x", "schema": {"anyOf": [{"$ref": "#"}, {"type": 1}]}}},
        {"type": "json_object"},
        {"type": "function", "function": {"name": "f"}},
        "required",
        True,
        1,
    ]
)


@seed(20261123)
@settings(BOUNDED, max_examples=200)
@given(fields=st.dictionaries(NAMES, JSON | NEAR_MISSES, max_size=6), lawful=st.booleans())
def test_no_body_brings_it_down(http: httpx.Client, fields: dict[str, Any], lawful: bool) -> None:
    start = {"model": "demo", "messages": [{"role": "user", "content": "as json"}]} if lawful else {}
    reply = http.post("/chat/completions", content=json.dumps({**start, **fields}))
    assert reply.status_code in (200, 400, 404)
    if reply.status_code != 200:
        assert reply.json()["error"].keys() == {"message", "type", "param", "code"}


@seed(20261123)
@settings(BOUNDED, max_examples=100)
@given(body=st.binary(max_size=60))
def test_no_bytes_bring_it_down(http: httpx.Client, body: bytes) -> None:
    assert http.post("/chat/completions", content=body).status_code == 400
