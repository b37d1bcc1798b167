"""A few words around what was found, on one line.

SQLite's own `snippet` is not used: it takes minutes for a text that says one word often.
"""

from __future__ import annotations

import re
import unicodedata

FOUND = ("\x02", "\x03")
"""What stands around each word that was found."""

_BEFORE, _LONGEST = 50, 160  # characters


def snippet(body: str, words: str) -> str:
    """Where `body` has the first of these words, or a word that begins so; its beginning where none is seen."""
    sought = [re.escape(word) for word in re.findall(r"[^\W_]+", _plain(words))]
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(sought)})[^\W_]*" if sought else r"(?!)", re.IGNORECASE)
    first = pattern.search(body)
    if first is None and not body.isascii():
        first = pattern.search(_plain(body))
    at = first.start() if first else 0
    start = _word_at(body, max(0, at - _BEFORE), at)
    piece = body[start : start + _LONGEST]
    end = start + len(piece)
    marked = _marked(piece.replace(FOUND[0], " ").replace(FOUND[1], " "), pattern)
    return ("…" if start else "") + " ".join(marked.split()) + ("…" if end < len(body) else "")


def _marked(piece: str, pattern: re.Pattern[str]) -> str:
    shown, at = [], 0
    for found in pattern.finditer(_plain(piece)):
        shown += [piece[at : found.start()], FOUND[0], piece[found.start() : found.end()], FOUND[1]]
        at = found.end()
    return "".join([*shown, piece[at:]])


def _word_at(body: str, start: int, latest: int) -> int:
    """The first beginning of a word behind `start`, if that comes early enough."""
    space = body.find(" ", start, latest) if start else -1
    return space + 1 if space >= 0 else start


def _plain(text: str) -> str:
    """Letters without their marks, each in its place."""
    return text if text.isascii() else "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)
