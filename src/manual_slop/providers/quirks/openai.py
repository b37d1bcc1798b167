"""OpenAI's reasoning models: parameters they refuse, and the role their instructions need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_O_SERIES = re.compile(r"^o\d")
_REASONING = re.compile(r"^(o\d|gpt-[5-9](?!.*chat))")
_SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs")


def is_reasoning_model(name: str) -> bool:
    """Whether OpenAI counts `name` among the models that think before they answer."""
    return bool(_REASONING.match(name.rsplit("/", 1)[-1]))


def system_role(name: str) -> str:
    """`developer` for the o-series: under `system` litellm would demote the instructions to a user's message."""
    return "developer" if _O_SERIES.match(name.rsplit("/", 1)[-1]) else "system"


def without_refused(name: str, params: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """`params` as a reasoning model takes them, and the names of those that were left out."""
    if not is_reasoning_model(name):
        return dict(params), ()
    refused = [key for key in _SAMPLING if key in params and not (key in ("temperature", "top_p") and params[key] == 1)]
    if _O_SERIES.match(name.rsplit("/", 1)[-1]) and "parallel_tool_calls" in params:
        refused.append("parallel_tool_calls")
    kept = {key: value for key, value in params.items() if key not in refused and key not in _SAMPLING}
    if "max_tokens" in kept and "max_completion_tokens" not in kept:
        kept["max_completion_tokens"] = kept.pop("max_tokens")
    return kept, tuple(refused)
