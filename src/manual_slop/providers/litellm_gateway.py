"""One function out, our events back: requests go through `litellm.completion`, answers return as our own values."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from manual_slop.providers import dialect, wire_usage
from manual_slop.providers.error_body import request_id
from manual_slop.providers.errors_map import provider_error
from manual_slop.providers.exchange import Exchange, opened
from manual_slop.providers.litellm_loader import litellm
from manual_slop.providers.quirks import anthropic, openai
from manual_slop.providers.readers import read_stream, read_whole, rescue
from manual_slop.providers.registry import Route
from manual_slop.providers.sse import NotAStream
from manual_slop.providers.stream import Accumulator, Listener
from manual_slop.providers.wire_watch import Watch
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Notice
from manual_slop.values.messages import Message
from manual_slop.values.tools import ToolSpec
from manual_slop.values.usage import Usage

_STOP_REASONS: Mapping[str, str] = {
    **dict.fromkeys(("stop", "STOP", "end_turn", "stop_sequence", "completed", "eos", "COMPLETE"), "stop"),
    **dict.fromkeys(("tool_calls", "tool_use", "function_call"), "tool_calls"),
    **dict.fromkeys(("length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_length"), "length"),
    "model_context_window_exceeded": "length",
    "pause_turn": "stop",
    **dict.fromkeys(("content_filter", "refusal", "SAFETY", "RECITATION", "BLOCKLIST", "SPII"), "content_filter"),
    **dict.fromkeys(("PROHIBITED_CONTENT", "LANGUAGE", "IMAGE_SAFETY", "MODEL_ARMOR"), "content_filter"),
    **dict.fromkeys(("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"), "bad_tool_call"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """All of one question to a model. `params` are Chat Completions parameters, already checked by the caller."""

    route: Route
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, also when it failed: then `error` says why and `message` holds what had arrived.

    `model` is the name the provider answered under; `billed_usd` what it says it charged, where it says so.
    """

    message: Message
    stop_reason: str
    usage: Usage
    model: str
    billed_usd: Decimal | None = None
    request_id: str = ""
    error: ProviderError | None = None


def complete(request: Request, translator: dialect.Translator, exchange: Exchange, listener: Listener) -> Answer:
    """Ask once, no retries. Never raises for what a provider or the network does: see `Answer.error`."""
    into, watch = Accumulator(listener), Watch()
    error: ProviderError | None = None
    wire = _wire_request(request, translator, listener)
    with opened(exchange):
        try:
            answer = litellm(exchange.cancel).completion(**wire)
            read = read_stream if request.stream else read_whole
            read(answer, exchange, into, watch)
        except Exception as failure:  # noqa: BLE001  # litellm raises bare Exception and ValueError too
            if isinstance(failure, NotAStream) or not rescue(exchange, into, watch):
                error = provider_error(failure, exchange, request.route.provider.name, request.route.model)
        finally:
            with contextlib.suppress(Exception):
                exchange.close()
    return _answer(request, wire, into, watch, exchange, error)


def _wire_request(request: Request, translator: dialect.Translator, listener: Listener) -> dict[str, Any]:
    route = request.route
    messages = translator.messages(request.messages)
    tools = dialect.tools(request.tools)
    if route.provider.takes_cache_control(route.name):
        anthropic.cache_prefix(messages, tools)
    params, refused = openai.without_refused(route.name, request.params)
    if refused:
        listener(Notice(f"{route.model} takes no {', '.join(refused)}: left out"))
    wire: dict[str, Any] = {
        **params,
        "model": route.litellm_model,
        "messages": messages,
        "api_key": route.litellm_key,
        "max_retries": 0,
        "timeout": 3600.0,  # the exchange keeps the time
    }
    if tools:
        wire["tools"] = tools
    if route.litellm_model.startswith("custom_openai/"):  # what such a server takes is the person's to know
        wire["allowed_openai_params"] = list(params)
    if route.api_base:
        wire["api_base"] = route.api_base
    if route.headers:
        wire["extra_headers"] = {**route.headers, **params.get("extra_headers", {})}
    if request.stream:
        wire["stream"] = True
        if route.provider.stream_usage:
            wire["stream_options"] = {"include_usage": True}
    return wire


def _answer(
    request: Request,
    wire: Mapping[str, Any],
    into: Accumulator,
    watch: Watch,
    exchange: Exchange,
    error: ProviderError | None,
) -> Answer:
    into.drop_calls(watch.server_tool_ids)
    message = into.message(request.route.model, request.route.provider.name, interrupted=error is not None)
    headers = exchange.response.headers if exchange.response is not None else {}
    if error is not None and into.text:
        error = error.with_partial(into.text)
    return Answer(
        message,
        "interrupted" if error else _stop_reason(watch.finish, message),
        _usage(wire, into, watch, error) if exchange.sent or error is None else Usage(),
        watch.model,
        watch.billed_usd,
        request_id(headers),
        error,
    )


def _stop_reason(finish: str, message: Message) -> str:
    """Our word for the provider's. Calls are calls, whatever the provider says; a word nobody knows is a stop."""
    if finish.startswith("BLOCK:"):
        return "content_filter"
    known = _STOP_REASONS.get(finish, "stop")
    if message.tool_calls and known == "stop":
        return "tool_calls"
    return "stop" if known == "tool_calls" and not message.tool_calls else known


def _usage(wire: Mapping[str, Any], into: Accumulator, watch: Watch, error: ProviderError | None) -> Usage:
    """What the provider counted; where it did not, or could not to the end, a guess by length that says so."""
    told = wire_usage.normalise(watch.usage) if watch.usage else None
    if error is None and told is not None and told.input_tokens:
        return told
    if error is not None and into.is_empty and error.kind not in ("cancelled", "timeout"):
        return dataclasses.replace(told or Usage(), estimated=told is not None)
    told = told or Usage()
    read = told.input_tokens or dialect.estimate_tokens(wire["messages"], wire.get("tools", ()))
    written = told.output_tokens if error is None else 0
    return dataclasses.replace(
        told, input_tokens=read, output_tokens=written or max(told.output_tokens, -(-into.size // 4)), estimated=True
    )
