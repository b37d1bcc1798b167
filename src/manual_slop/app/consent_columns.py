"""Rows to agree to, laid out for a window: folded to its width, or old and new beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from manual_slop.safety.consent import Row

Pair = tuple[Row | None, Row | None]
"""What stands left (as it was) and right (as it will be)."""

_TOKEN = re.compile(r"⟦[^⟧]*⟧|.", re.DOTALL)
_WIDE_FROM = "\u0530"  # letters from here on may come from a typeface that is not our monospaced one


def folded(rows: Sequence[Row], columns: int) -> tuple[Row, ...]:
    """The same rows with none wider than `columns` narrow characters, so that nothing lies beyond the edge.

    What is spelled out (⟦…⟧) stays in one piece.
    """
    return tuple(part for row in _whole(rows) for part in _parts(row, columns))


def _whole(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows with what goes on below them put back in its place, where that comes to more than one row."""
    pieces: list[Row] = []
    for row in rows:
        if pieces and not row.continued:
            yield _joined(pieces)
            pieces = []
        pieces.append(row)
    if pieces:
        yield _joined(pieces)


def _joined(pieces: Sequence[Row]) -> Row:
    return pieces[0] if len(pieces) == 1 else replace(pieces[0], text="".join(row.text for row in pieces))


def paired(rows: Sequence[Row], columns: int) -> tuple[Pair, ...]:
    """The rows of a diff in two columns, each `columns` wide: what goes stands beside what comes in its place."""
    return tuple(
        pair
        for left, right in _pairs(rows)
        for pair in zip_longest(
            folded((left,), columns) if left else (),
            folded((right,), columns) if right else (),
        )
    )


def _pairs(rows: Sequence[Row]) -> Iterator[Pair]:
    removed: list[Row] = []
    added: list[Row] = []
    for row in _whole(rows):
        if row.kind == "added":
            added.append(row)
            continue
        if added or row.kind != "removed":
            yield from zip_longest(removed, added)
            removed, added = [], []
        if row.kind == "removed":
            removed.append(row)
        else:
            yield row, row if row.kind == "context" else None
    yield from zip_longest(removed, added)


def _parts(row: Row, columns: int) -> Iterator[Row]:
    text = row.text
    if 2 * len(text) <= columns or (text.isascii() and len(text) <= columns):
        yield row
        return
    part, room, continued = "", columns, row.continued
    for token in _TOKEN.findall(text):
        width = _width(token)
        if part and width > room:
            part, rest = _at_a_word(part)
            yield replace(row, text=part, continued=continued)
            part, room, continued = rest, columns - _width(rest), True
        part += token
        room -= width
    yield replace(row, text=part, continued=continued)


def _width(text: str) -> int:
    return sum(1 if char < _WIDE_FROM else 2 for char in text)


def _at_a_word(part: str) -> tuple[str, str]:
    """Cut after the last space of its second half, so that a word stays whole; what is spelled out is one word."""
    cut = part.rfind(" ", len(part) // 2) + 1
    if not cut or part.rfind("⟦", 0, cut) > part.rfind("⟧", 0, cut):
        return part, ""
    return part[:cut], part[cut:]
