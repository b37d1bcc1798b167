"""Anthropic: thinking blocks that must come back whole, and cache breakpoints that the caller sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

EPHEMERAL: Mapping[str, str] = {"type": "ephemeral"}


def assemble_thinking(pieces: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Whole thinking blocks from streamed pieces: thoughts first, then the signature that ends a block."""
    blocks: list[dict[str, Any]] = []
    thoughts: list[str] = []
    for piece in pieces:
        if piece.get("type") == "redacted_thinking":
            blocks.append(dict(piece))
            continue
        thoughts.append(str(piece.get("thinking") or ""))
        if piece.get("signature"):
            blocks.append({"type": "thinking", "thinking": "".join(thoughts), "signature": piece["signature"]})
            thoughts = []
    return blocks


def with_breakpoint(message: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `message` whose end is marked as the end of a prefix worth caching."""
    content = message.get("content")
    if isinstance(content, str) and content:
        marked: list[Any] = [{"type": "text", "text": content, "cache_control": EPHEMERAL}]
    elif isinstance(content, list) and content:
        marked = [*content[:-1], {**content[-1], "cache_control": EPHEMERAL}]
    else:
        return dict(message)
    return {**message, "content": marked}


def cache_prefix(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> None:
    """Mark, in place in the lists, the stable prefix: tools, system prompt, and the newest message a turn starts with.

    The tool loop's rounds and the next turn then read what this call wrote. Anthropic allows four marks.
    """
    if tools:
        tools[-1] = {**tools[-1], "cache_control": EPHEMERAL}
    first = next((at for at, message in enumerate(messages) if message["role"] == "system"), None)
    newest = next((at for at in range(len(messages) - 1, -1, -1) if messages[at]["role"] in ("user", "tool")), None)
    for index in (at for at in (first, newest) if at is not None):
        messages[index] = with_breakpoint(messages[index])
