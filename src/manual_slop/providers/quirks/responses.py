"""OpenAI's Responses protocol: thoughts that come in several pieces, of which litellm keeps one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def reasoning(raw: Mapping[str, Any]) -> str:
    """All summaries of an answer's thoughts, in order; empty for an answer of another protocol."""
    if raw.get("object") != "response":
        return ""
    pieces: list[str] = []
    for item in raw.get("output") or ():
        if item.get("type") == "reasoning":
            pieces += [piece.get("text") or "" for piece in item.get("summary") or ()]
    return "".join(pieces)
