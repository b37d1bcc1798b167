"""Puts the hunks of a patch into a text: exact lines only, though they may have moved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from manual_slop.tools.near_miss import explain
from manual_slop.tools.patch_text import Hunk, PatchError
from manual_slop.tools.text_file import TextFile

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")
_MOST_NAMED = 5


def patched(file: TextFile, hunks: Sequence[Hunk], name: str) -> TextFile:
    """`file` with all hunks in it. Raises `PatchError` where one does not fit in just one place."""
    lines = _lines(file.raw)
    texts = [text for text, _ in lines]
    result: list[tuple[str, str]] = []
    done = offset = 0
    for number, hunk in enumerate(hunks, 1):
        at = _place(texts, hunk, done, offset, f"{name}: hunk {number}")
        offset = at - _stated(hunk)
        result += lines[done:at]
        result += _woven(lines[at : at + len(hunk.old)], hunk, file.newline)
        done = at + len(hunk.old)
    result += lines[done:]
    ends_open = _ends_open(lines, hunks, done)
    return replace(file, raw=_joined(result, file.newline, ends_open))


def _lines(raw: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _LINE.finditer(raw) if found[0]]


def _stated(hunk: Hunk) -> int:
    """Where it says that it belongs. A hunk without old lines names the line before it."""
    return hunk.start - 1 if hunk.old else hunk.start


def _place(texts: list[str], hunk: Hunk, done: int, offset: int, where: str) -> int:
    old = hunk.old
    expected = _stated(hunk) + offset
    if done <= expected <= len(texts) and texts[expected : expected + len(old)] == old:
        return expected
    if not old:
        raise PatchError(f"{where}: the file has only {len(texts)} lines; give lines around the new ones")
    found = [
        at for at in range(done, len(texts) - len(old) + 1) if texts[at] == old[0] and texts[at : at + len(old)] == old
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise PatchError(
            f"{where} does not fit: its lines do not stand there.{explain(chr(10).join(texts), chr(10).join(old))}"
        )
    places = ", ".join(str(at + 1) for at in found[:_MOST_NAMED])
    raise PatchError(f"{where} fits in lines {places}, but not where it says: correct its line number or add context")


def _woven(old: list[tuple[str, str]], hunk: Hunk, newline: str) -> list[tuple[str, str]]:
    """Lines that stay keep their own ends, new ones get that of the file."""
    rest = iter(old)
    woven = []
    for sign, text in hunk.lines:
        if sign == "+":
            woven.append((text, newline))
        else:
            line = next(rest)
            woven += [line] if sign == " " else []
    return woven


def _ends_open(lines: list[tuple[str, str]], hunks: Sequence[Hunk], done: int) -> bool:
    """Whether the last line has no end: as before, unless the patch says otherwise."""
    was_open = bool(lines) and not lines[-1][1]
    last = hunks[-1] if hunks and done == len(lines) else None
    if last is None:
        return was_open
    return last.new_open if last.old_open or last.new_open else was_open


def _joined(lines: list[tuple[str, str]], newline: str, ends_open: bool) -> str:
    ended = [(text, end or newline) for text, end in lines]
    if ended and ends_open:
        ended[-1] = (ended[-1][0], "")
    return "".join(text + end for text, end in ended)
