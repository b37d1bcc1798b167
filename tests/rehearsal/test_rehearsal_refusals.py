"""Bad requests: each is answered in OpenAI's shape, naming what is wrong, and never with a 500."""

from __future__ import annotations

import gzip
import json

import httpx
import openai
import pytest

USER = {"role": "user", "content": "hello"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "f"}}

BAD_FIELDS = [
    ({"model": None}, "model", "missing_required_parameter"),
    ({"model": 5}, "model", "invalid_type"),
    ({"messages": None}, "messages", "invalid_type"),
    ({"messages": []}, "messages", "empty_array"),
    ({"messages": "hello"}, "messages", "invalid_type"),
    ({"messages": ["hello"]}, "messages[0]", "invalid_type"),
    ({"messages": [{}]}, "messages[0].role", "missing_required_parameter"),
    ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role", "invalid_value"),
    ({"messages": [{"role": "user"}]}, "messages[0].content", "missing_required_parameter"),
    ({"messages": [{"role": "user", "content": None}]}, "messages[0].content", "invalid_type"),
    ({"messages": [{"role": "user", "content": []}]}, "messages[0].content", "empty_array"),
    ({"messages": [{"role": "user", "content": [{"type": "smell"}]}]}, "messages[0].content[0].type", "invalid_value"),
    ({"messages": [{"role": "assistant"}, USER]}, "messages[0].content", "missing_required_parameter"),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{}]}]},
        "messages[0].tool_calls[0].type",
        "missing_required_parameter",
    ),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id", "missing_required_parameter"),
    ({"temperature": 2.1}, "temperature", "above_max_value"),
    ({"temperature": -1}, "temperature", "below_min_value"),
    ({"temperature": "hot"}, "temperature", "invalid_type"),
    ({"temperature": True}, "temperature", "invalid_type"),
    ({"n": 2}, "n", "unsupported_parameter"),
    ({"max_tokens": 0}, "max_tokens", "below_min_value"),
    ({"max_tokens": 1.5}, "max_tokens", "invalid_type"),
    ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "array_length_out_of_range"),
    ({"stop": 5}, "stop", "invalid_type"),
    ({"stream": "yes"}, "stream", "invalid_type"),
    ({"stream_options": {"include_usage": True}}, "stream_options", None),
    ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
    ({"logprobs": True}, "logprobs", "unsupported_parameter"),
    ({"functions": [{"name": "f"}]}, "functions", "unsupported_parameter"),
    ({"colour": "red"}, "colour", "unknown_parameter"),
    ({"tools": {}}, "tools", "invalid_type"),
    ({"tools": [{"type": "function"}]}, "tools[0].function.name", "missing_required_parameter"),
    ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name", "invalid_value"),
    ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type", "unsupported_parameter"),
    ({"tool_choice": "auto"}, "tool_choice", None),
    ({"parallel_tool_calls": True}, "parallel_tool_calls", None),
    ({"tools": [TOOL], "tool_choice": "maybe"}, "tool_choice", "invalid_value"),
    ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice", None),
    ({"response_format": "json"}, "response_format", "invalid_type"),
    ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
    ({"response_format": {"type": "json_object"}}, "messages", None),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_required_parameter"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": []}}},
        "response_format.json_schema.schema",
        "invalid_type",
    ),
]


@pytest.mark.parametrize(("fields", "param", "code"), BAD_FIELDS, ids=lambda value: str(value)[:60])
def test_a_wrong_field_is_refused_by_name(http: httpx.Client, fields: dict, param: str, code: str | None) -> None:
    body = {"model": "demo", "messages": [USER], **fields}
    reply = http.post("/chat/completions", json={key: value for key, value in body.items() if key != "gone"})
    error = reply.json()["error"]
    assert reply.status_code == 400, reply.text
    assert error.keys() == {"message", "type", "param", "code"}
    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ([USER, {"role": "tool", "tool_call_id": "c1", "content": "x"}], "must be a response to a preceding message"),
        ([USER, {"role": "assistant", "tool_calls": [CALL]}], "did not have response messages: c1"),
        ([USER, {"role": "assistant", "tool_calls": [CALL]}, USER], "did not have response messages: c1"),
        (
            [USER, {"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "c2", "content": "x"}],
            "must be a response",
        ),
    ],
)
def test_calls_and_results_have_to_pair_up(client: openai.OpenAI, messages: list, says: str) -> None:
    with pytest.raises(openai.BadRequestError, match=says):
        client.chat.completions.create(model="demo", messages=messages)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"model": "demo", "messages": NaN}',
        b'{"model": "\\ud800", "messages": []}',
        b"1" * 5000,
        gzip.compress(b"{}"),
    ],
    ids=["empty", "words", "not utf-8", "deep", "NaN", "lone surrogate", "long number", "gzip"],
)
def test_what_is_not_json_is_refused(http: httpx.Client, body: bytes) -> None:
    reply = http.post("/chat/completions", content=body)
    assert reply.status_code == 400
    assert "could not parse" in reply.json()["error"]["message"]


def test_a_list_as_body_is_refused(http: httpx.Client) -> None:
    assert http.post("/chat/completions", json=[1]).json()["error"]["param"] == "body"


def test_a_body_over_32_mib_is_refused_as_too_large(http: httpx.Client) -> None:
    reply = http.post("/chat/completions", content=b"x" * (32 * 1024 * 1024 + 1))
    assert reply.status_code == 413
    assert "32 MiB" in reply.json()["error"]["message"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("body", [gzip.compress(b" " * 10_000_000), b"{}"], ids=["bomb", "not encoded"])
def test_encoded_bodies_are_refused_unopened(http: httpx.Client, encoding: str, body: bytes) -> None:
    reply = http.post("/chat/completions", content=body, headers={"content-encoding": encoding})
    assert reply.status_code == 415
    assert "as it is" in reply.json()["error"]["message"]


def test_broken_unicode_in_a_header_is_not_echoed_broken(http: httpx.Client) -> None:
    body = {"model": "demo", "messages": [USER]}
    reply = http.post("/chat/completions", json=body, headers=[(b"x-rehearsal-fault", b"\xff\xfe")])
    assert reply.json()["error"]["message"] == "There is no fault '??'."


def test_a_wrong_method_and_an_unknown_address_are_refused_in_shape(http: httpx.Client) -> None:
    wrong = http.get("/chat/completions")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert wrong.json()["error"]["code"] == "method_not_allowed"
    unknown = http.post("/embeddings", json={})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_url")


def test_an_unknown_model_is_not_found_and_the_known_ones_are_told(client: openai.OpenAI) -> None:
    for name in ("gpt-9", "words-0", "slow-0", "window-0", "fault-", "fault-999", "fault-html-3", "demo\n", "x" * 5000):
        with pytest.raises(openai.NotFoundError, match="demo, thinker") as refused:
            client.chat.completions.create(model=name, messages=[USER])
        assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


def test_a_prompt_longer_than_the_window_is_refused(client: openai.OpenAI) -> None:
    said = [{"role": "user", "content": "repeat: " + "x" * 4000}]
    with pytest.raises(openai.BadRequestError, match="maximum context length is 1000 tokens") as refused:
        client.chat.completions.create(model="window-1000", messages=said)
    assert (refused.value.code, refused.value.param) == ("context_length_exceeded", "messages")
    assert client.chat.completions.create(model="window-1006", messages=said).usage.prompt_tokens == 1006


def test_hostile_words_are_not_echoed_at_length(http: httpx.Client) -> None:
    reply = http.post("/chat/completions", json={"model": "demo", "messages": [USER], "y" * 100_000: 1})
    assert len(reply.content) < 1000


def test_every_reply_has_a_request_id(http: httpx.Client) -> None:
    replies = [http.get("/models"), http.post("/chat/completions", json={}), http.get("/nothing")]
    ids = {reply.headers["x-request-id"] for reply in replies}
    assert len(ids) == 3


def test_null_means_not_given(http: httpx.Client) -> None:
    names = ("temperature", "n", "stop", "stream", "stream_options", "tools", "tool_choice", "response_format", "audio")
    body = {"model": "demo", "messages": [USER], **dict.fromkeys(names)}
    assert http.post("/chat/completions", content=json.dumps(body)).status_code == 200


def test_models_are_listed_and_found(client: openai.OpenAI) -> None:
    listed = {model.id: model for model in client.models.list()}
    assert {"demo", "thinker", "fault-quota"} <= listed.keys()
    for name, model in listed.items():
        assert client.models.retrieve(name) == model
    assert "scripted" in listed["demo"].owned_by
    assert client.models.retrieve("words-7").id == "words-7"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")
