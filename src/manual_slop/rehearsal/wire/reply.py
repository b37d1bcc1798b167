"""An answer on the wire: one JSON body, or the events of a stream exactly as OpenAI sends them."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from manual_slop.rehearsal.wire.usage import Counted
from manual_slop.values.messages import ToolCall

DONE = b"data: [DONE]\n\n"
FINGERPRINT = "fp_scripted_rehearsal"
_WORD = re.compile(r"\s*\S+|\s+\Z")
_ARGUMENTS_PIECE = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says. `finish` is `stop`, `length` or `tool_calls`."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    finish: str = "stop"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What each JSON object of one reply repeats."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def fields(self, kind: str) -> dict[str, Any]:
        """The fields of a `chat.completion` or `chat.completion.chunk`."""
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": FINGERPRINT,
        }


def as_json(answer: Answer, envelope: Envelope, usage: Counted, finish: str | None) -> bytes:
    """The body of a reply that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None, "annotations": []}
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.calls:
        message["tool_calls"] = [_call(call, call.arguments) for call in answer.calls]
    else:
        message["content"] = answer.text
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return _dump({**envelope.fields("chat.completion"), "choices": [choice], "usage": usage.as_json()})


def as_events(answer: Answer, envelope: Envelope, usage: Counted | None) -> tuple[list[bytes], list[bytes]]:
    """The events of a streamed reply: those that carry the answer, and those that end it.

    `usage` is sent, in a chunk without choices before the last event, only when it is given.
    """
    more = {} if usage is None else {"usage": None}
    start = _dump(envelope.fields("chat.completion.chunk"))[:-1]
    tail = b"".join(b"," + _dump({key: value})[1:-1] for key, value in more.items()) + b"}\n\n"

    def event(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: " + start + b',"choices":[' + _dump(choice) + b"]" + tail

    ending = [event({}, answer.finish)]
    if usage is not None:
        last = {**envelope.fields("chat.completion.chunk"), "choices": [], "usage": usage.as_json()}
        ending.append(b"data: " + _dump(last) + b"\n\n")
    return [event(delta) for delta in _deltas(answer)], [*ending, DONE]


def _deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    silent = answer.calls and not answer.text
    yield {"role": "assistant", "content": None if silent else "", "refusal": None}
    for word in _WORD.findall(answer.reasoning):
        yield {"reasoning_content": word}
    for word in _WORD.findall(answer.text):
        yield {"content": word}
    for index, call in enumerate(answer.calls):
        yield {"tool_calls": [{"index": index, **_call(call, "")}]}
        for at in range(0, len(call.arguments), _ARGUMENTS_PIECE):
            piece = call.arguments[at : at + _ARGUMENTS_PIECE]
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _call(call: ToolCall, arguments: str) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
