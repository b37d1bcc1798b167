"""Puts the pieces of a streamed answer together: text, reasoning and tool calls, however a provider cuts them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from manual_slop.providers.sse import BrokenStream
from manual_slop.values.events import Event, ReasoningDelta, TextDelta, ToolCallDelta
from manual_slop.values.ids import new_id
from manual_slop.values.messages import Message, Opaque, Part, Reasoning, Text, ToolCall

Listener = Callable[[Event], None]

_SHAPE = "a piece of the answer is not what the protocol says it is"


@dataclass(slots=True)
class _Call:
    index: int
    id: str
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    announced: bool = False


class Accumulator:
    """Collects one assistant message and tells a listener of each piece.

    A tool call belongs to its index until a new id appears there, which starts a new call: some providers stream
    every parallel call under index 0. A name is taken once: some repeat it in each piece.
    """

    def __init__(self, listener: Listener) -> None:
        self._tell = listener
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._opaque: dict[str, Any] = {}
        self._calls: list[_Call] = []
        self._open: dict[int, _Call] = {}

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(self._text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of an answer has arrived yet."""
        return not (self._text or self._reasoning or self._calls)

    @property
    def size(self) -> int:
        """Characters that arrived in all, for an estimate of their tokens."""
        calls = sum(len(piece) for call in self._calls for piece in (call.name, *call.pieces))
        return sum(map(len, self._text)) + sum(map(len, self._reasoning)) + calls

    def add_text(self, text: str) -> None:
        """More of the answer."""
        self._text.append(text)
        self._tell(TextDelta(text))

    def add_reasoning(self, text: str) -> None:
        """More of the thoughts."""
        self._reasoning.append(text)
        self._tell(ReasoningDelta(text))

    def add_opaque(self, name: str, value: Any) -> None:
        """Provider data to carry: lists grow, everything else is replaced."""
        if isinstance(value, list):
            value = [*self._opaque.get(name, []), *value]
        self._opaque[name] = value

    def add_tool_piece(self, index: int | None, call_id: str | None, name: str | None, arguments: Any) -> None:
        """A piece of a tool call. `arguments` is JSON text in part, or the whole object from some wires."""
        call = self._call_at(index, call_id, bool(name))
        if name and not call.name:
            call.name = name
        piece = arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""
        if piece:
            call.pieces.append(piece)
        if call.name and (piece or not call.announced):
            pending = piece if call.announced else "".join(call.pieces)
            call.announced = True
            self._tell(ToolCallDelta(call.index, call.id, call.name, pending))

    def drop_calls(self, ids: set[str]) -> None:
        """Forget calls that are not ours to run."""
        if ids:
            self._calls = [call for call in self._calls if call.id not in ids]

    def message(self, model: str, provider: str, *, interrupted: bool = False) -> Message:
        """The message as it stands."""
        parts: list[Part] = []
        reasoning = "".join(self._reasoning)
        if reasoning or self._opaque:
            parts.append(Reasoning(reasoning, Opaque(provider, dict(self._opaque)) if self._opaque else None))
        if self._text:
            parts.append(Text("".join(self._text)))
        if not interrupted:  # an argument that was cut must never run
            parts.extend(ToolCall(call.id, call.name, "".join(call.pieces)) for call in self._calls if call.name)
        return Message("assistant", tuple(parts), model=model, interrupted=interrupted)

    def _call_at(self, index: int | None, call_id: str | None, named: bool) -> _Call:
        if index is None:
            index = self._index_for(call_id, named)
        known = self._open.get(index)
        if known is None or (call_id and known.id != call_id):
            known = _Call(len(self._calls), call_id or f"call_{new_id()[:24]}")
            self._calls.append(known)
            self._open[index] = known
        return known

    def _index_for(self, call_id: str | None, named: bool) -> int:
        for index, call in self._open.items():
            if call_id and call.id == call_id:
                return index
        begins_anew = bool(call_id) or named
        return max(self._open, default=-1) + 1 if begins_anew or not self._open else max(self._open)


def read_openai_chunk(chunk: Mapping[str, Any], into: Accumulator) -> None:
    """One raw chunk of the Chat Completions protocol. Only the first choice counts; everything may be missing.

    Raises `BrokenStream` where something is there and is no list, object or text as it has to be.
    """
    for choice in _objects(chunk.get("choices")):
        if choice.get("index"):
            continue
        delta = _object(choice.get("delta") or choice.get("message"))
        if delta:
            _read_delta(delta, into)


def _read_delta(delta: Mapping[str, Any], into: Accumulator) -> None:
    content = delta.get("content")
    if content:
        if isinstance(content, str):
            into.add_text(content)
        else:
            _read_content_parts(content, into)
    reasoning = delta.get("reasoning_content") or delta.get("reasoning")
    if reasoning and isinstance(reasoning, str):
        into.add_reasoning(reasoning)
    if delta.get("reasoning_details"):
        into.add_opaque("reasoning_details", delta["reasoning_details"])
    if delta.get("refusal"):
        into.add_text(_text(delta["refusal"]))
    for call in _objects(delta.get("tool_calls")):
        function, index, call_id = _object(call.get("function")), call.get("index"), call.get("id")
        into.add_tool_piece(
            index if isinstance(index, int) else None,
            str(call_id) if call_id else None,
            _text(function.get("name")),
            function.get("arguments"),
        )


def _objects(value: Any) -> list[Mapping[str, Any]]:
    if value and not isinstance(value, list):
        raise BrokenStream(_SHAPE)
    return [_object(one) for one in value or ()]


def _object(value: Any) -> Mapping[str, Any]:
    if value and not isinstance(value, dict):
        raise BrokenStream(_SHAPE)
    return value or {}


def _text(value: Any) -> str:
    if value and not isinstance(value, str):
        raise BrokenStream(_SHAPE)
    return value or ""


def _read_content_parts(parts: Any, into: Accumulator) -> None:
    """Content as a list of parts, as Mistral sends it: text, and thoughts that are lists of text in turn."""
    for part in _objects(parts):
        if part.get("type") == "thinking":
            inner = part.get("thinking")
            text = inner if isinstance(inner, str) else "".join(_text(item.get("text")) for item in _objects(inner))
            if text:
                into.add_reasoning(text)
        elif part.get("text"):
            into.add_text(_text(part["text"]))


def read_litellm_chunk(chunk: Any, into: Accumulator) -> None:
    """One chunk of litellm's own making (`ModelResponseStream`, or the dict of its older handlers)."""
    if chunk is None:
        return
    if isinstance(chunk, dict):
        _read_generic_chunk(chunk, into)
        return
    for choice in chunk.choices or ():
        if not choice.index:
            _read_litellm_delta(choice.delta, into)


def _read_generic_chunk(chunk: Mapping[str, Any], into: Accumulator) -> None:
    if chunk.get("text"):
        into.add_text(chunk["text"])
    call = chunk.get("tool_use")
    if call:
        function = call.get("function") or {}
        into.add_tool_piece(call.get("index"), call.get("id"), function.get("name"), function.get("arguments"))


def _read_litellm_delta(delta: Any, into: Accumulator) -> None:
    reasoning = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
    if reasoning:
        into.add_reasoning(reasoning)
    if delta.content:
        into.add_text(delta.content)
    blocks = getattr(delta, "thinking_blocks", None)
    if blocks:
        into.add_opaque("thinking_pieces", [dict(block) for block in blocks])
    extra = getattr(delta, "provider_specific_fields", None)
    if extra:
        for name in ("reasoning_details", "thought_signatures"):
            if extra.get(name):
                into.add_opaque(name, extra[name])
    for call in delta.tool_calls or ():
        function = call.function
        into.add_tool_piece(call.index, call.id, function.name, function.arguments)
