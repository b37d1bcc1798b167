"""A request's body becomes a checked `ChatRequest`, or an error that says what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from manual_slop.rehearsal.conversation import Conversation
from manual_slop.rehearsal.wire.errors import RequestError, missing, wrong_type
from manual_slop.rehearsal.wire.messages import read_messages
from manual_slop.rehearsal.wire.parameters import boolean, check_parameters, object_, one_of, string
from manual_slop.rehearsal.wire.tools import read_offer

MOST_BYTES = 32 * 1024 * 1024
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_FORMATS = ("text", "json_object", "json_schema")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What `POST /v1/chat/completions` asks for. `most_tokens` is `None` when there is no limit."""

    model: str
    conversation: Conversation
    stream: bool = False
    include_usage: bool = False
    most_tokens: int | None = None
    stop: tuple[str, ...] = ()


def read_request(raw: bytes) -> ChatRequest:
    """The request in a body. Raises: RequestError (400) at the first fault."""
    body = _parse(raw)
    model = _model(body)
    if "messages" not in body:
        raise missing("messages")
    check_parameters(body)
    offer = read_offer(body)
    messages = read_messages(body["messages"])
    schema = _schema(body.get("response_format"), raw)
    conversation = Conversation(messages, offer.tools, offer.must_call, offer.parallel, schema)
    limits = [int(body[key]) for key in ("max_completion_tokens", "max_tokens") if body.get(key) is not None]
    return ChatRequest(model, conversation, *_streaming(body), limits[0] if limits else None, _stop(body.get("stop")))


def _parse(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        if _SURROGATE.search(raw):
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise RequestError(
            "We could not parse the JSON body of your request. The API expects a JSON payload in UTF-8, but what was "
            "sent was not valid JSON."
        ) from None
    if not isinstance(body, dict):
        raise wrong_type("body", "an object", body)
    return body


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _model(body: Mapping[str, Any]) -> str:
    if body.get("model") in (None, ""):
        raise RequestError("you must provide a model parameter", "model", "missing_required_parameter")
    string("model", body["model"])
    return str(body["model"])


def _streaming(body: Mapping[str, Any]) -> tuple[bool, bool]:
    stream, options = bool(body.get("stream")), body.get("stream_options")
    if options is not None and not stream:
        raise RequestError("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    return stream, bool((options or {}).get("include_usage"))


def _stop(raw: Any) -> tuple[str, ...]:
    return tuple(filter(None, [raw] if isinstance(raw, str) else raw or ()))


def _schema(raw: Any, body: bytes) -> Mapping[str, Any] | None:
    """The JSON Schema the answer has to obey, or `None` for words."""
    if raw is None:
        return None
    object_("response_format", raw)
    if "type" not in raw:
        raise missing("response_format.type")
    one_of(*_FORMATS)("response_format.type", raw["type"])
    if raw["type"] == "text":
        return None
    if raw["type"] == "json_schema":
        return _json_schema(raw.get("json_schema"), "response_format.json_schema")
    if b"json" not in body.lower().replace(b"json_object", b""):
        raise RequestError(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            "messages",
        )
    return {"type": "object"}


def _json_schema(raw: Any, param: str) -> Mapping[str, Any]:
    if raw is None:
        raise missing(param)
    object_(param, raw)
    if "name" not in raw:
        raise missing(f"{param}.name")
    string(f"{param}.name", raw["name"])
    if raw.get("strict") is not None:
        boolean(f"{param}.strict", raw["strict"])
    schema = raw.get("schema")
    if schema is None:
        return {}
    object_(f"{param}.schema", schema)
    return dict(schema)
