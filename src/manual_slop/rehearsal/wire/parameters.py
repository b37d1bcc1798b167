"""The request's plain parameters: one row each, with what OpenAI accepts for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from manual_slop.rehearsal.wire.errors import RequestError, shorten, unsupported, wrong_type, wrong_value

Check = Callable[[str, Any], None]


def check_parameters(body: Mapping[str, Any]) -> None:
    """Refuse unknown parameters and wrong values. `null` always means "not given".

    Raises: RequestError, the first fault found.
    """
    for name, value in body.items():
        if name in _ELSEWHERE or (value is None and name in _ROWS):
            continue
        if name not in _ROWS:
            text = shorten(name)
            raise RequestError(f"Unrecognized request argument supplied: {text}", text, "unknown_parameter")
        _ROWS[name](name, value)


def object_(param: str, value: Any) -> None:
    """A JSON object."""
    if not isinstance(value, dict):
        raise wrong_type(param, "an object", value)


def boolean(param: str, value: Any) -> None:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise wrong_type(param, "a boolean", value)


def string(param: str, value: Any) -> None:
    """Any text."""
    if not isinstance(value, str):
        raise wrong_type(param, "a string", value)


def number(low: float, high: float) -> Check:
    """A number from `low` to `high`, both included."""

    def check(param: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(param, "a decimal", value)
        _in_range(param, value, low, high)

    return check


def integer(low: float = -math.inf, high: float = math.inf) -> Check:
    """A whole number from `low` to `high`, both included; 3.0 is one in JSON."""

    def check(param: str, value: Any) -> None:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            raise wrong_type(param, "an integer", value)
        _in_range(param, value, low, high)

    return check


def one_of(*allowed: str) -> Check:
    """One of these words."""

    def check(param: str, value: Any) -> None:
        string(param, value)
        if value not in allowed:
            raise wrong_value(param, value, allowed)

    return check


def only(allowed: Any, hint: str) -> Check:
    """A feature this server does not have: only its harmless setting passes."""

    def check(param: str, value: Any) -> None:
        if type(value) is not type(allowed) or value != allowed:
            raise unsupported(param, hint)

    return check


def _in_range(param: str, value: float, low: float, high: float) -> None:
    if value < low:
        raise RequestError(
            f"Invalid '{param}': below the minimum value. Expected a value >= {low}.", param, "below_min_value"
        )
    if not value <= high:
        raise RequestError(
            f"Invalid '{param}': above the maximum value. Expected a value <= {high}.", param, "above_max_value"
        )


def _stop(param: str, value: Any) -> None:
    if isinstance(value, str):
        return
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise wrong_type(param, "a string or an array of strings", value)
    if not 1 <= len(value) <= 4:
        raise RequestError(f"Invalid '{param}': expected 1 to 4 sequences.", param, "array_length_out_of_range")


def _string_map(param: str, value: Any) -> None:
    object_(param, value)
    for key, item in value.items():
        string(f"{param}.{shorten(key)}", item)


def _stream_options(param: str, value: Any) -> None:
    object_(param, value)
    for key in ("include_usage", "include_obfuscation"):
        if value.get(key) is not None:
            boolean(f"{param}.{key}", value[key])


_ELSEWHERE = frozenset({"model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format"})
"""Checked where they are read."""

_ROWS: Mapping[str, Check] = {
    "temperature": number(0, 2),
    "top_p": number(0, 1),
    "presence_penalty": number(-2, 2),
    "frequency_penalty": number(-2, 2),
    "n": only(1, "this server gives one choice; leave `n` out."),
    "seed": integer(),
    "max_tokens": integer(1),
    "max_completion_tokens": integer(1),
    "stop": _stop,
    "stream": boolean,
    "stream_options": _stream_options,
    "reasoning_effort": one_of("none", "minimal", "low", "medium", "high", "xhigh"),
    "verbosity": one_of("low", "medium", "high"),
    "service_tier": one_of("auto", "default", "flex", "scale", "priority", "fast"),
    "prompt_cache_retention": one_of("in_memory", "24h"),
    "prompt_cache_key": string,
    "prompt_cache_options": object_,
    "safety_identifier": string,
    "user": string,
    "store": boolean,
    "metadata": _string_map,
    "logit_bias": object_,
    "prediction": object_,
    "modalities": only(["text"], "this server only writes text."),
    "logprobs": only(False, "a scripted model has no probabilities."),
    "top_logprobs": only(0, "a scripted model has no probabilities."),
    "audio": only(None, "this server only writes text."),
    "moderation": only(None, "this server moderates nothing."),
    "web_search_options": only(None, "this server reaches nothing outside."),
    "functions": only(None, "it is deprecated; use 'tools'."),
    "function_call": only(None, "it is deprecated; use 'tool_choice'."),
}
