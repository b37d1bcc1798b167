"""The parameters a person may pass to a model, and a clear word about those that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from manual_slop.values.errors import ProviderError

KNOWN = frozenset(
    {
        "extra_body",
        "extra_headers",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "modalities",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "reasoning_effort",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "temperature",
        "thinking",
        "tool_choice",
        "top_k",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
    }
)


def require_whole_characters(text: str, model: str) -> None:
    """Raises `ProviderError` (`bad_request`) for text that no wire can carry: half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        place = error.start
    else:
        return
    advice = "Take it out, or paste the text again: it was damaged on its way."
    message = f"the prompt holds half a character (a lone surrogate) at position {place + 1:,}"
    raise ProviderError("bad_request", model.split("/", 1)[0], model, message, advice=advice)


def checked_params(params: Mapping[str, Any], model: str) -> dict[str, Any]:
    """`params` without those that are `None`. Raises `ProviderError` (`bad_request`) for a name nobody knows."""
    for name in params:
        if name not in KNOWN:
            import difflib

            near = difflib.get_close_matches(name, KNOWN, n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            advice = f"{meant.capitalize()}What only {model} knows goes into extra_body={{…}}."
            raise ProviderError(
                "bad_request", model.split("/", 1)[0], model, f"unknown parameter {name!r}", advice=advice
            )
    return {name: value for name, value in params.items() if value is not None}
