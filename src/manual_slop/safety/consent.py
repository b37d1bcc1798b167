"""What a person sees before they agree: made of the exact text that will be acted on, in numbered rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from manual_slop.safety.consent_escape import escape, unescape
from manual_slop.safety.consent_oddities import oddities
from manual_slop.values.approval import PreviewKind

WIDTH = 120
"""Characters in a row; what is longer goes on in the next, so that nothing lies beyond the edge."""
SCREEN = 24
"""Rows that a person is trusted to see at once."""

RowKind = Literal["text", "header", "hunk", "added", "removed", "context", "note"]

_HUNK = re.compile(r"@@ -\d+(?:,(\d{1,9}))? \+\d+(?:,(\d{1,9}))? @@")
_SIGNS: Mapping[str, RowKind] = MappingProxyType({"+": "added", "-": "removed", " ": "context", "": "context"})
_SIGNED = frozenset(_SIGNS.values())
_TOKEN = re.compile(r"⟦[^⟧]*⟧|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """One row to show. `number` is that of the line (from 1); `continued` says that it goes on from the row above."""

    number: int
    text: str
    kind: RowKind = "text"
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """A text as a person is asked about it. `total_bytes` counts UTF-8; `oddities` are warnings.

    With `must_scroll` nobody may agree before the last row was on their screen.
    """

    lines: tuple[Row, ...]
    total_lines: int
    total_bytes: int
    oddities: tuple[str, ...]
    must_scroll: bool

    def part(self, first: int, count: int) -> str:
        """What is seen of it when `count` rows from row `first` (from 0) are: “lines 1–24 of 80, 3,100 bytes”."""
        size = f"{self.total_bytes:,} byte{'s' * (self.total_bytes != 1)}"
        seen = self.lines[first : first + count]
        if len(seen) == len(self.lines):
            return f"{self.total_lines:,} line{'s' * (self.total_lines != 1)}, {size}, all shown"
        if not seen:
            return f"none of {self.total_lines:,} lines, {size}"
        return f"lines {seen[0].number:,}–{seen[-1].number:,} of {self.total_lines:,}, {size}"


def render(text: str, kind: PreviewKind = "text") -> Consent:
    """`text` in rows. Only a line feed begins a new line; with `kind` `diff` rows know what is added and removed."""
    lines = text.split("\n")
    kinds: list[RowKind] = list(_diff_kinds(lines)) if kind == "diff" else ["text"] * len(lines)
    # The sign before a line of a diff is not of the file: without it, an empty line has no space at its end.
    signs = [line[: of in _SIGNED] for line, of in zip(lines, kinds, strict=True)]
    bodies = [line[len(sign) :] for line, sign in zip(lines, signs, strict=True)]
    rows = tuple(
        Row(number, part, of, continued=at > 0)
        for number, (sign, body, of) in enumerate(zip(signs, bodies, kinds, strict=True), 1)
        for at, part in enumerate(_folded(sign + escape(body)))
    )
    size = len(text.encode("utf-8", "surrogatepass"))
    return Consent(rows, len(lines), size, oddities(bodies), must_scroll=len(rows) > SCREEN)


def decode(rows: Sequence[Row]) -> str:
    """The text that `render` was given, from its rows."""
    starts = [at for at, row in enumerate(rows) if not row.continued]
    whole = ("".join(row.text for row in rows[at:end]) for at, end in pairwise((*starts, len(rows))))
    return "\n".join(unescape(line) for line in whole)


def _folded(shown: str) -> list[str]:
    """`shown` in parts of at most `WIDTH` characters; what is spelled out stays in one part."""
    if len(shown) <= WIDTH:
        return [shown]
    parts = [""]
    for token in _TOKEN.findall(shown):
        if len(parts[-1]) + len(token) > WIDTH:
            parts.append("")
        parts[-1] += token
    return parts


def _diff_kinds(lines: Sequence[str]) -> Iterator[RowKind]:
    """By the counts in each hunk's head, so that a removed `-- x` is not taken for a file's name."""
    old = new = 0
    for line in lines:
        kind: RowKind
        if line.startswith("\\"):
            kind = "note"
        elif old <= 0 and new <= 0:
            hunk = _HUNK.match(line)
            old, new = (int(count or 1) for count in hunk.groups()) if hunk else (0, 0)
            kind = "hunk" if hunk else "header" if line else "text"
        else:
            kind = _SIGNS.get(line[:1], "text")
            old -= kind in ("removed", "context")
            new -= kind in ("added", "context")
        yield kind
