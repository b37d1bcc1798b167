"""Keys that cannot be printed by accident, and the redactor that stands before every sink."""

from __future__ import annotations

import base64
import bisect
import json
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterator

REDACTED = "‹redacted›"
_SHORTEST = 6
_TELLING = 12  # so many letters at the end of a text are no accident


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
        self._heads: frozenset[str] = frozenset()  # what a secret begins with, long enough to be told by it
        self._longest = 1

    def register(self, value: str) -> None:
        """Remember a secret. Values too short to tell from ordinary text are left out."""
        if len(value) < _SHORTEST:
            return
        with self._lock:
            needles = tuple(sorted({*self._needles, *_spellings(value)}))
            self._heads = frozenset(needle[:_TELLING] for needle in needles if len(needle) > _TELLING)
            self._longest = max(map(len, needles))
            self._needles = needles

    def redact(self, text: str) -> str:
        """`text` without any secret in it. What comes in pieces goes through a `RedactingStream` instead."""
        shown, at = [], 0
        for start, end in self.spans(text):
            shown += [text[at:start], REDACTED]
            at = end
        return "".join([*shown, text[at:]])

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in `text`, as start and end, in order. Those that overlap are one.

        An end that is most likely a secret that was cut off is one too: half a key is still a key.
        """
        found = [span for needle in self._needles if needle in text for span in _occurrences(needle, text)]
        found = sorted([*found, *self._cut_off(text)])
        merged: list[tuple[int, int]] = []
        for start, end in found:
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def beginning(self, text: str) -> int:
        """Where the longest tail of `text` starts that more text may make a secret; its length if there is none."""
        starts = range(max(0, len(text) - self._longest + 1), len(text))
        return next((start for start in starts if self._begins(text[start:])), len(text))

    def _begins(self, tail: str) -> bool:
        """Whether a secret begins with `tail` and goes on."""
        # In their order the first one that is greater than a beginning of it is the one that begins so.
        at = bisect.bisect_right(self._needles, tail)
        return at < len(self._needles) and self._needles[at].startswith(tail)

    def _cut_off(self, text: str) -> Iterator[tuple[int, int]]:
        last = max(0, len(text) - self._longest)
        starts = (at for head in self._heads for at, _ in _occurrences(head, text, last))
        yield from ((at, len(text)) for at in starts if self._begins(text[at:]))


class RedactingStream:
    """Takes secrets out of text that comes in pieces, also where a secret lies across several of them.

    What `feed` and `end` return, joined, is what `redact` makes of the pieces joined. Only a tail that may be the
    beginning of a secret waits for the next piece: never more than one character less than the longest secret.
    """

    def __init__(self, known: Redactor | None = None) -> None:
        self._redactor = known or redactor
        self._held = ""
        self._told = 0  # so many characters of what is held belong to a secret whose place was already marked

    def feed(self, text: str) -> str:
        """What of the text up to now can be shown and was not yet."""
        text = self._held + text
        return self._give(text, self._redactor.beginning(text))

    def end(self) -> str:
        """The rest: no more pieces come. The next `feed` begins another text."""
        return self._give(self._held, len(self._held))

    def _give(self, text: str, until: int) -> str:
        shown, at = [], self._told
        for start, end in self._redactor.spans(text):
            if start >= until:
                break
            if start >= at:
                shown += [text[at:start], REDACTED]
            at = max(at, end)
        if at < until:
            shown.append(text[at:until])
        self._held, self._told = text[until:], max(0, at - until)
        return "".join(shown)


def _occurrences(needle: str, text: str, after: int = 0) -> Iterator[tuple[int, int]]:
    at = text.find(needle, after)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + 1)


def _spellings(value: str) -> set[str]:
    raw = value.encode("utf-8", "surrogatepass")
    in_url = {urllib.parse.quote(raw, safe=""), urllib.parse.quote(raw)}
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    return {
        value,
        *in_url,
        *(re.sub("%..", lambda found: found[0].lower(), spelling) for spelling in in_url),
        *in_json,
        *(spelling.replace("/", "\\/") for spelling in in_json),
        raw.hex(),
        raw.hex().upper(),
        *(text for encode in (base64.b64encode, base64.urlsafe_b64encode) for text in _in_base64(encode, raw)),
    }


def _in_base64(encode: Callable[[bytes], bytes], raw: bytes) -> Iterator[str]:
    """What base64 makes of a secret: alone, and of it alone where it stands after one or two other bytes."""
    alone = encode(raw).decode()
    yield alone
    yield alone.rstrip("=")
    for before in range(3):
        first, last = -(-8 * before // 6), 8 * (before + len(raw)) // 6
        inner = encode(bytes(before) + raw).decode()[first:last]
        if len(inner) >= _SHORTEST:
            yield inner


redactor = Redactor()
"""The one redactor of the process: every loaded secret is registered here."""
