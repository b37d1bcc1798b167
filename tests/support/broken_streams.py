"""Streams as providers send them, what can go wrong with their bytes, and what our reader makes of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from manual_slop.providers import sse
from manual_slop.providers.stream import Accumulator, read_openai_chunk
from manual_slop.values.events import TextDelta
from tests.support.scripted_server import chunk

INSERTED = (b"\n\n", b"\r", b"data: ", b"null", b"[]", b"{", b'"', b"\xff", b"\\ud800", b"1e999")
REPLACED = ((b'"index": 0', b'"index": 9'), (b'"content"', b'"tool_calls"'), (b"{", b"["))


def shapes() -> list[bytes]:
    """What real streams look like: text, two calls at once, thoughts, errors, comments, every line ending."""
    deltas: list[Mapping[str, Any]] = [
        *({"content": word} for word in ("", "Hel", "lo, ", "wörld \u2028", "\U0001f600")),
        {"reasoning_content": "hm"},
        {
            "tool_calls": [
                {"index": 0, "id": "a", "type": "function", "function": {"name": "read", "arguments": '{"p"'}}
            ]
        },
        {"tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "list", "arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ': "x"}'}}]},
    ]
    whole = b"".join(chunk(delta) for delta in deltas) + chunk({}, "tool_calls") + b"data: [DONE]\n\n"
    errors = b'event: error\ndata: {"error": {"message": "no"}}\n\n' + whole[:300]
    shown = [whole, b": ping\n\n" + whole, errors, whole.replace(b"data: ", b"data:")]
    return [*shown, *(one.replace(b"\n", b"\r\n") for one in shown), whole.replace(b"\n", b"\r")]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The same with up to three things wrong."""
    changed = bytearray(data)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(changed) or 1)
        match chance.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + chance.randrange(60)]
            case 2:
                changed[at:at] = chance.choice(INSERTED)
            case 3:
                changed[at:at] = changed[max(0, at - 80) : at]
            case _:
                old, new = chance.choice(REPLACED)
                changed = bytearray(changed.replace(old, new, 1))
    return bytes(changed)


def pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """It, cut anywhere."""
    at = 0
    while at < len(data):
        length = chance.choice([1, 2, 3, 7, 50, 1_000])
        yield data[at : at + length]
        at += length


def heard(parts: Iterable[bytes]) -> tuple[object, ...]:
    """What a stream comes to: whether the deltas are the message, and the message; or the kind of our own error.

    Anything else is raised.
    """
    told: list[str] = []
    into = Accumulator(lambda event: told.append(event.text) if isinstance(event, TextDelta) else None)
    try:
        for event in sse.data(parts):
            if event.strip() == b"[DONE]":
                break
            value = json.loads(event)
            if isinstance(value, dict):
                read_openai_chunk(value, into)
    except (sse.BrokenStream, sse.NotAStream, ValueError, RecursionError) as error:
        return (type(error).__name__,)
    message = into.message("acme/m1", "acme")
    calls = tuple((call.name, call.arguments) for call in message.tool_calls)
    return ("".join(told) == message.text, message.text, message.reasoning, calls)
