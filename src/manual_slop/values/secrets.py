"""Keys that cannot be printed by accident, and the redactor that stands before every sink."""

from __future__ import annotations

import base64
import json
import threading
import urllib.parse

REDACTED = "‹redacted›"
_SHORTEST = 6


class Secret:
    """A key. Shows nothing of itself; `reveal()` is for the one place that sends it."""

    __slots__ = ("_value", "origin")

    def __init__(self, value: str, origin: str = "") -> None:
        self._value = value
        self.origin = origin
        redactor.register(value)

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.origin or 'unnamed'})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a Secret cannot be pickled")


class Redactor:
    """Knows every secret that was loaded and takes it, in its usual encodings, out of any text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._needles: tuple[str, ...] = ()

    def register(self, value: str) -> None:
        """Remember a secret. Values too short to tell from ordinary text are left out."""
        if len(value) < _SHORTEST:
            return
        with self._lock:
            merged = {*self._needles, *_spellings(value)}
            self._needles = tuple(sorted(merged, key=len, reverse=True))

    def redact(self, text: str) -> str:
        """`text` without any secret in it."""
        for needle in self._needles:
            if needle in text:
                text = text.replace(needle, REDACTED)
        return text


def _spellings(value: str) -> set[str]:
    raw = value.encode("utf-8", "surrogatepass")
    encoded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    return {
        value,
        urllib.parse.quote(value, safe=""),
        json.dumps(value)[1:-1],
        raw.hex(),
        *encoded,
        *(spelling.rstrip("=") for spelling in encoded),
    }


redactor = Redactor()
"""The one redactor of the process: every loaded secret is registered here."""
