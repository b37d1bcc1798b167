"""Reads litellm's answers, whole or streamed, into an accumulator: its inner stream where there is one.

`litellm.completion(stream=True)` wraps the provider's stream in a layer that costs most of the time, skips what it
cannot parse and invents finishes. What it wraps tells the protocol, and both kinds are fed from the raw HTTP response:
Chat Completions is read here, event by event, and litellm's own parsers of other protocols get our checked lines.
Anything else is read through the wrapper. Undocumented: tests/providers/test_readers.py has one test a shape, so that
another litellm is noticed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from manual_slop.providers import wire_usage
from manual_slop.providers.error_body import parse
from manual_slop.providers.exchange import Exchange
from manual_slop.providers.quirks import gemini, responses
from manual_slop.providers.sse import BrokenStream, NotAStream
from manual_slop.providers.stream import Accumulator, read_litellm_chunk, read_openai_chunk
from manual_slop.providers.wire_watch import StreamFailed, Watch

if TYPE_CHECKING:
    import httpx

_CHAT_COMPLETIONS = frozenset({"OpenAIChatCompletionStreamingHandler", "OpenRouterChatCompletionStreamingHandler"})
_HOLDS_AN_ANSWER = ("choices", "content", "candidates", "promptFeedback", "output", "message", "response", "error")


def read_stream(answer: Any, exchange: Exchange, into: Accumulator, watch: Watch) -> None:
    """Read a streamed answer to its end. Raises what broke it; what had arrived is in `into` and `watch`."""
    inner = answer.completion_stream
    if inner is None:  # litellm's Gemini asks only when it is first read
        inner = answer.fetch_sync_stream()
    response = exchange.response
    if response is None or _is_played(response):
        _read_wrapper(answer, exchange, into, watch)
    elif speaks_chat_completions(inner):
        chunks = response.iter_bytes()
        for _, event in watch.events(chunks):
            read_openai_chunk(event, into)
            exchange.progress()
        _drain(chunks, exchange)
    elif hasattr(inner, "response_iterator"):
        chunks = response.iter_bytes()
        inner.streaming_response = inner.response_iterator = _checked_lines(response, chunks, watch)
        try:
            for chunk in inner:
                read_litellm_chunk(chunk, into)
                exchange.progress()
        except Exception:
            if not watch.settled:  # what came after the end cannot spoil what came before
                raise
        _drain(chunks, exchange)
    else:
        _read_wrapper(answer, exchange, into, watch)
    if not (watch.finish or watch.done):
        raise BrokenStream("the stream ended before the model had finished")


def speaks_chat_completions(inner: Any) -> bool:
    """Whether a stream is the OpenAI SDK's (Azure), or one that litellm would parse as Chat Completions."""
    kind = type(inner)
    if kind.__module__.partition(".")[0] == "openai":
        return True
    return not _CHAT_COMPLETIONS.isdisjoint(base.__name__ for base in kind.__mro__)


def _drain(chunks: Iterator[bytes], exchange: Exchange) -> None:
    """Read what follows the end, which is nothing, so that the connection can be used again."""
    exchange.hurry(0.2)
    with contextlib.suppress(Exception):
        for _ in chunks:
            pass


def _checked_lines(response: httpx.Response, chunks: Iterator[bytes], watch: Watch) -> Iterator[str]:
    """The lines litellm's parsers want, after each was found to be whole."""
    prefix = "" if "ndjson" in response.headers.get("content-type", "") else "data: "
    for data, _ in watch.events(chunks):
        yield prefix + data.decode("utf-8")


def _read_wrapper(answer: Any, exchange: Exchange, into: Accumulator, watch: Watch) -> None:
    """The way without a raw stream: believe what litellm says of the end and of the usage."""
    for chunk in answer:
        read_litellm_chunk(chunk, into)
        exchange.progress()
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            watch.usage = wire_usage.merge(watch.usage, usage.model_dump())
        for choice in chunk.choices or ():
            watch.finish = str(choice.finish_reason or watch.finish)


def _is_played(response: httpx.Response) -> bool:
    """Whether litellm plays a stream from an answer that it asked for in one piece, as it does for some models.

    An answer in one piece to a request for a stream is none: litellm would make an empty success of it.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "text/html"):
        return False
    response.read()
    request = response.request
    if b'"stream":true' in request.content.replace(b" ", b"") or "streamGenerateContent" in str(request.url):
        raise NotAStream(f"the server answered {kind} to a request for a stream")
    return True


def read_whole(answer: Any, exchange: Exchange, into: Accumulator, watch: Watch) -> None:
    """Read an answer that came in one piece."""
    raw = _raw_answer(exchange)
    watch.note(raw)
    if exchange.response is not None and not any(raw.get(name) for name in _HOLDS_AN_ANSWER):
        raise BrokenStream("the answer holds nothing of an answer")  # litellm makes an empty success of it
    message = answer.choices[0].message
    extra = getattr(message, "provider_specific_fields", None) or {}
    reasoning = responses.reasoning(raw) or getattr(message, "reasoning_content", None)
    reasoning = reasoning or getattr(message, "reasoning", None)
    if reasoning:
        into.add_reasoning(reasoning)
    for name, value in (
        ("thinking_pieces", getattr(message, "thinking_blocks", None)),
        ("reasoning_details", getattr(message, "reasoning_details", None) or extra.get("reasoning_details")),
        ("thought_signatures", extra.get("thought_signatures")),
    ):
        if value:
            into.add_opaque(name, list(value))
    text = message.content or getattr(message, "refusal", None) or extra.get("refusal") or gemini.blocked_text(raw)
    if text:
        into.add_text(text)
    for call in message.tool_calls or ():
        into.add_tool_piece(None, call.id, *_name_and_arguments(call))
    watch.finish = watch.finish or str(answer.choices[0].finish_reason or "")


def _name_and_arguments(call: Any) -> tuple[str, str]:
    function = getattr(call, "function", None)
    if function is not None:
        return function.name or "", function.arguments or ""
    return call.custom.name, call.custom.input  # a custom tool takes plain text; ours will say what they want instead


def _raw_answer(exchange: Exchange) -> dict[str, Any]:
    raw = parse(exchange.response.content) if exchange.response is not None else None
    return raw if isinstance(raw, dict) else {}


def rescue(exchange: Exchange, into: Accumulator, watch: Watch) -> bool:
    """Read a good answer that litellm could not: choices without a finish, Gemini's without counts. True if it was."""
    response = exchange.response
    if exchange.cancel.requested or response is None or response.status_code != 200 or not response.is_closed:
        return False
    if not into.is_empty or "json" not in response.headers.get("content-type", ""):
        return False
    with contextlib.suppress(StreamFailed, AttributeError, TypeError, KeyError, RuntimeError):
        raw = _raw_answer(exchange)
        watch.note(raw)
        read_openai_chunk(raw, into)
        text = gemini.blocked_text(raw)
        if text:
            into.add_text(text)
        return bool(watch.finish) or not into.is_empty
    return False
