"""Gemini: signatures of its thoughts that travel inside tool-call ids, and text it wrote before it was blocked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SIGNATURE_MARK = "__thought__"


def plain_call_id(call_id: str) -> str:
    """The id without the signature litellm hangs on it, for a provider that could not read it."""
    return call_id.split(_SIGNATURE_MARK, 1)[0]


def blocked_text(raw: Mapping[str, Any]) -> str:
    """What a blocked answer said before it was blocked; litellm drops it."""
    pieces: list[str] = []
    for candidate in (raw.get("candidates") or ())[:1]:
        for part in (candidate.get("content") or {}).get("parts") or ():
            if part.get("text") and not part.get("thought"):
                pieces.append(part["text"])
    return "".join(pieces)
