"""A source file with the bodies of its functions left out, which is still source code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from manual_slop.tools.limits import Limits
from manual_slop.tools.syntax.parsing import Source
from manual_slop.tools.syntax.symbols import FUNCTIONS, Symbol, symbols_of

_SHORT = 60  # bytes: a body on one line is left as it is when no longer
_LINE_COMMENTS = ("#", "--")
_DOCSTRING = re.compile(rb"""[a-zA-Z]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')""", re.DOTALL)


def skeleton_of(source: Source, limits: Limits) -> str:
    """The file's text, shortened. Raises `Enough` when it takes too long."""
    pieces = []
    position = 0
    for start, end, instead in _cuts(source, symbols_of(source, limits)):
        pieces += [source.text(position, start), instead]
        position = end
    return "".join([*pieces, source.text(position, len(source.data))])


def _cuts(source: Source, symbols: list[Symbol]) -> Iterator[tuple[int, int, str]]:
    """What is left out, from where to where, and what stands there instead."""
    reached = 0
    for symbol in symbols:
        if symbol.kind in FUNCTIONS and symbol.body and symbol.body[0] >= reached:
            start, reached = symbol.body
            if reached - start > _SHORT or b"\n" in source.data[start:reached]:
                yield from _cut(source, start, reached)


def _cut(source: Source, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    elided = source.language.elided
    if source.language.docstrings and (docstring := _DOCSTRING.match(source.data, start, end)):
        if docstring.end() == end:
            return
        line_start = source.data.rfind(b"\n", 0, start) + 1
        margin = source.text(line_start, start) if not source.data[line_start:start].strip() else " " * 4
        start, elided = docstring.end(), f"\n{margin}{elided}"
    rest_of_line = source.data[end : end + 100].partition(b"\n")[0]
    if elided.startswith(_LINE_COMMENTS) and rest_of_line.strip():
        elided += "\n"
    yield start, end, elided
