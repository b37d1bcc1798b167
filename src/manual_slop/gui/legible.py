"""Texts of models and tools as they can be drawn: what has no shape of its own is shown by name."""

from __future__ import annotations

import re

_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def legible(text: str) -> str:
    """The same text with control characters as their pictures (`␛`), and marks that reorder text by their number."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return text if _ODD.search(text) is None else _ODD.sub(_named, text)


def _named(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"⟨U+{code:04X}⟩"
