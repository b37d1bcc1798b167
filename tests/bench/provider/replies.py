"""The answers of the benchmark's server, whole HTTP responses made before anything is timed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

MODEL = "gpt-4o-mini-2024-07-18"
TOOL_ROUNDS = 10
SENTENCE = "Paris is the capital of France and has been for a long time."
USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 30,
    "total_tokens": 150,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}


def words(count: int) -> list[str]:
    """So many words, each with its space."""
    vocabulary = SENTENCE.split()
    return [f"{vocabulary[at % len(vocabulary)]} " for at in range(count)]


LONG = "".join(words(500))


def pieces(text: str) -> list[str]:
    """A text cut as a model would stream it, a word at a time."""
    return re.findall(r"\S+\s*", text)


def _head(kind: str, more: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nx-request-id: req_bench\r\n{more}\r\n\r\n".encode()


def _whole(message: Mapping[str, Any], finish: str) -> bytes:
    answer = {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": MODEL,
        "choices": [
            {"index": 0, "message": {"role": "assistant", **message}, "logprobs": None, "finish_reason": finish}
        ],
        "usage": USAGE,
        "service_tier": "default",
        "system_fingerprint": "fp_bench",
    }
    body = json.dumps(answer).encode()
    return _head("application/json", f"content-length: {len(body)}") + body


def _event(delta: Mapping[str, Any] | None, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": MODEL,
        "service_tier": "default",
        "system_fingerprint": "fp_bench",
        "choices": [] if delta is None else [choice],
        "usage": USAGE if delta is None else None,
    }
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


def _http_chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _streamed(deltas: Iterable[Mapping[str, Any]], finish: str, *, ends: bool = True) -> bytes:
    events = [_event({"role": "assistant", "content": ""}), *(_event(delta) for delta in deltas)]
    if ends:
        events += [_event({}, finish), _event(None), b"data: [DONE]\n\n"]
    sent = b"".join(_http_chunk(event) for event in events)
    return _head("text/event-stream", "transfer-encoding: chunked") + sent + (b"0\r\n\r\n" if ends else b"")


def said(text: str) -> bytes:
    """A whole answer."""
    return _whole({"content": text, "refusal": None}, "stop")


def told(pieces: Iterable[str], *, ends: bool = True) -> bytes:
    """A streamed answer, one event and one HTTP chunk a piece; without `ends` it is only begun."""
    return _streamed(({"content": piece} for piece in pieces), "stop", ends=ends)


def call_whole(at: int) -> bytes:
    """The wish to run a tool, in one piece."""
    function = {"name": "add", "arguments": _arguments(at)}
    calls = [{"id": f"call_{at}", "type": "function", "function": function}]
    return _whole({"content": None, "tool_calls": calls}, "tool_calls")


def call_streamed(at: int) -> bytes:
    """The wish to run a tool, its arguments in four pieces."""
    text = _arguments(at)
    cuts = [text[start : start + 5] for start in range(0, len(text), 5)]
    opening = {"index": 0, "id": f"call_{at}", "type": "function", "function": {"name": "add", "arguments": ""}}
    pieces = [opening, *({"index": 0, "function": {"arguments": cut}} for cut in cuts)]
    return _streamed(({"tool_calls": [piece]} for piece in pieces), "tool_calls")


def _arguments(at: int) -> str:
    return json.dumps({"a": at, "b": 1000 + at})
