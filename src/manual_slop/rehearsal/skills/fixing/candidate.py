"""A small change of one file that might make a test pass."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Puts `new` in place of the characters from `start` to `end`. `what` says so in words; a lower `rank` goes first.

    `function` is the one it changes.
    """

    path: str
    start: int
    end: int
    new: str
    what: str
    rank: int
    function: str = ""

    def applied(self, text: str) -> str:
        """The file's text after it."""
        return text[: self.start] + self.new + text[self.end :]


@dataclass(frozen=True, slots=True)
class Hunk:
    """`old`, which stands in a file just once, is to become `new`."""

    path: str
    old: str
    new: str


def hunk_between(path: str, before: str, after: str) -> Hunk:
    """The smallest change of whole lines that leads from one text to another, widened until it stands just once."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    top = _shared(old, new)
    bottom = _shared(old[top:][::-1], new[top:][::-1])
    first, last = top, len(old) - bottom
    while first > 0 or last < len(old):
        text = "".join(old[first:last])
        if text.strip() and before.count(text) == 1:
            break
        first, last = max(0, first - 1), min(len(old), last + 1)
    written = "".join(new[first : len(new) - (len(old) - last)])
    return Hunk(path, "".join(old[first:last]), written)


def changed(texts: Mapping[str, str], wanted: Mapping[str, str]) -> list[Hunk]:
    """What has to be changed to get from some texts to others, a hunk for each file that differs."""
    return [hunk_between(path, texts[path], text) for path, text in wanted.items() if texts.get(path, text) != text]


def diff(texts: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """The same as a unified diff; empty where nothing differs."""
    lines: list[str] = []
    for path, after in wanted.items():
        before = texts.get(path, after)
        lines += difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, n=2, lineterm="")
    return "\n".join(lines)


def _shared(one: list[str], other: list[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))
