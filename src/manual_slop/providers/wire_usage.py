"""Token counts and billed dollars as each protocol reports them, read from the raw answer, normalised once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from manual_slop.values.usage import Usage

RawUsage = Mapping[str, Any]


def find(event: Mapping[str, Any]) -> RawUsage | None:
    """The usage object of a raw answer or stream event, wherever its protocol keeps it."""
    for holder in (event, event.get("message"), event.get("response"), event.get("x_groq")):
        if isinstance(holder, Mapping):
            usage = holder.get("usage") or holder.get("usageMetadata")
            if isinstance(usage, Mapping):
                return usage
    return {key: event[key] for key in ("prompt_eval_count", "eval_count") if key in event} or None


def merge(known: RawUsage | None, newer: RawUsage) -> RawUsage:
    """Usage that came in several pieces: per field the last that says something. Never a sum: many repeat totals."""
    merged = dict(known or {})
    merged.update((key, value) for key, value in newer.items() if value is not None)
    return merged


def normalise(raw: RawUsage) -> Usage | None:
    """Our inclusive buckets from any protocol's counts; `None` when it holds no counts at all."""
    if "promptTokenCount" in raw or "candidatesTokenCount" in raw:
        return _gemini(raw)
    if "prompt_tokens" in raw or "completion_tokens" in raw:
        return _openai_chat(raw)
    if "cache_read_input_tokens" in raw or "cache_creation_input_tokens" in raw:
        return _anthropic(raw)
    if "input_tokens" in raw or "output_tokens" in raw:
        return _openai_responses(raw)
    if "prompt_eval_count" in raw or "eval_count" in raw:
        return Usage(_count(raw, "prompt_eval_count"), _count(raw, "eval_count"))
    return None


def billed_usd(raw: RawUsage) -> Decimal | None:
    """What the provider says it charged: OpenRouter and gateways `cost`, Perplexity a table, xAI in ticks of 1e-10."""
    cost = raw.get("cost")
    if isinstance(cost, Mapping):
        cost = cost.get("total_cost")
    if isinstance(cost, int | float | str) and not isinstance(cost, bool):
        return _money(cost)
    ticks = raw.get("cost_in_usd_ticks")
    if isinstance(ticks, int) and not isinstance(ticks, bool):
        return Decimal(ticks) / 10**10
    return None


def _openai_chat(raw: RawUsage) -> Usage | None:
    if raw.get("prompt_tokens") is None and raw.get("completion_tokens") is None:
        return None
    inputs, outputs = _details(raw, "prompt_tokens_details"), _details(raw, "completion_tokens_details")
    prompt, completion = _count(raw, "prompt_tokens"), _count(raw, "completion_tokens")
    reasoning = _count(outputs, "reasoning_tokens") or _count(raw, "reasoning_tokens")
    if reasoning and prompt + completion + reasoning == _count(raw, "total_tokens"):
        completion += reasoning  # xAI leaves reasoning out of the completion
    cached = (
        _count(inputs, "cached_tokens")
        or _count(raw, "prompt_cache_hit_tokens")  # DeepSeek
        or _count(raw, "cached_tokens")  # Moonshot
        or _count(raw, "num_cached_tokens")  # Mistral
        or _count(raw, "cache_read_input_tokens")
    )
    written = (
        _count(inputs, "cache_write_tokens")
        or _count(inputs, "cache_creation_tokens")
        or _count(raw, "cache_creation_input_tokens")
    )
    return Usage(
        input_tokens=prompt,
        output_tokens=completion,
        cache_read_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=reasoning,
        audio_input_tokens=_count(inputs, "audio_tokens"),
        audio_output_tokens=_count(outputs, "audio_tokens"),
    )


def _openai_responses(raw: RawUsage) -> Usage:
    inputs, outputs = _details(raw, "input_tokens_details"), _details(raw, "output_tokens_details")
    return Usage(
        input_tokens=_count(raw, "input_tokens"),
        output_tokens=_count(raw, "output_tokens"),
        cache_read_tokens=_count(inputs, "cached_tokens"),
        cache_write_tokens=_count(inputs, "cache_write_tokens"),
        reasoning_tokens=_count(outputs, "reasoning_tokens"),
    )


def _anthropic(raw: RawUsage) -> Usage:
    read, written = _count(raw, "cache_read_input_tokens"), _count(raw, "cache_creation_input_tokens")
    return Usage(
        input_tokens=_count(raw, "input_tokens") + read + written,
        output_tokens=_count(raw, "output_tokens"),
        cache_read_tokens=read,
        cache_write_tokens=written,
    )


def _gemini(raw: RawUsage) -> Usage:
    thoughts = _count(raw, "thoughtsTokenCount")
    return Usage(
        input_tokens=_count(raw, "promptTokenCount") + _count(raw, "toolUsePromptTokenCount"),
        output_tokens=_count(raw, "candidatesTokenCount") + thoughts,
        cache_read_tokens=_count(raw, "cachedContentTokenCount"),
        reasoning_tokens=thoughts,
    )


def _details(raw: RawUsage, key: str) -> RawUsage:
    found = raw.get(key)
    return found if isinstance(found, Mapping) else {}


def _count(raw: RawUsage, key: str) -> int:
    value = raw.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return int(value)
    return 0


def _money(value: float | str) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
